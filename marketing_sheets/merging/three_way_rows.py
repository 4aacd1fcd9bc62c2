"""Merge the rows that were handed out: base against headquarters now and department now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..places import Place
from ..wording import say
from .base import BaseRow, by_column
from .matching import Known, Now, match_rows
from .model import Conflict, Version
from .row_texts import RowTexts
from .three_way_model import Line, Work

__all__ = ["merge_handed_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _HandedOut:
    """A row that was handed out: which row it is now in each source, None where it was deleted.

    Headquarters comes first, then the files that were handed out with it, usually one.
    """

    base: BaseRow
    sides: Mapping[int, int | None]


def merge_handed_out(work: Work) -> list[int]:
    """Settle every row that was handed out or stands at headquarters.

    Returns the rows that departments added, or that other files hold, for they know no base.
    """
    settled: set[int] = set()
    headquarters = work.around.headquarters
    before = -1.0
    for row in _handed_out(work):
        settled.update(at for at in row.sides.values() if at is not None)
        ours = None if headquarters is None else row.sides.get(headquarters)
        before = before if ours is None else float(ours)
        rank = () if ours is not None else (1.0, float(row.base.position))
        _settle(work, row, (0.0, before, *rank))
    if headquarters is not None:
        for at in work.rows_of(headquarters):
            if at not in settled:
                line = Line(home=at, members=[at], order=(0.0, at), row_id=work.ids[at])
                work.lines.append(line)
                settled.add(at)
    return [at for at in range(len(work.texts)) if at not in settled]


def _handed_out(work: Work) -> list[_HandedOut]:
    """Find every row of every base at headquarters and in the files it was handed out in."""
    bases, headquarters = work.around.bases, work.around.headquarters
    rows: dict[str, BaseRow] = {}
    for base in bases.values():
        rows |= {row.row_id: row for row in base.rows if row.sheet == work.sheet.id}
    known = sorted(rows.values(), key=lambda row: (row.position, row.row_id))
    by = next((by_column(work.sheet, base.by) for base in bases.values()), None)
    found: dict[int, dict[str, int]] = {}
    owned: dict[int, list[BaseRow]] = {}
    if headquarters is not None:
        owned[headquarters] = known
    for source, base in bases.items():
        ids = {row.row_id for row in base.rows if row.sheet == work.sheet.id}
        owned[source] = [row for row in known if row.row_id in ids]
    for source, mine in owned.items():
        if source in work.pile.parts:  # a whole sheet that is gone is no deletion of its rows
            found[source] = _found(work, mine, source, by)
    sides: dict[str, dict[int, int | None]] = {row.row_id: {} for row in known}
    for source, rows_now in found.items():
        for row in owned[source]:
            sides[row.row_id][source] = rows_now.get(row.row_id)
    _find_moved(work, sides)
    return [_HandedOut(base=row, sides=sides[row.row_id]) for row in known]


def _found(work: Work, rows: Sequence[BaseRow], source: int, by: str | None) -> dict[str, int]:
    here = work.rows_of(source)
    now = [Now(texts=work.texts[at], row_id=work.ids[at]) for at in here]
    known = [Known(row_id=row.row_id, texts=row.texts) for row in rows]
    origins = work.pile.parts[source].origins
    has_ids = origins is not None and "row_id" in origins
    found = match_rows(known, now, work.sheet, by=by, has_ids=has_ids)
    return {rows[k].row_id: here[n] for k, n in found.items()}


def _find_moved(work: Work, sides: dict[str, dict[int, int | None]]) -> None:
    """Find rows that left their own file for another one, id and all: moved, not deleted."""
    headquarters = work.around.headquarters
    taken = {at for rows in sides.values() for at in rows.values() if at is not None}
    for source in work.around.bases:
        for at in work.rows_of(source):
            rows = sides.get(work.ids[at])
            if rows is None or at in taken:
                continue
            left = [other for other, row in rows.items() if other != headquarters and row is None]
            is_held = any(row is not None for other, row in rows.items() if other != headquarters)
            if left and not is_held:
                del rows[left[0]]
                rows[source] = at
                taken.add(at)


def _settle(work: Work, row: _HandedOut, order: tuple[float, ...]) -> None:
    """Decide on one row that was handed out."""
    headquarters = work.around.headquarters
    here = {source: at for source, at in row.sides.items() if at is not None}
    lacking = [source for source, at in row.sides.items() if at is None]
    if not here:
        return
    rows = [*here.values()]
    against = _kept_against(work, row.base, rows, lacking[0]) if lacking else None
    if lacking and against is None:
        return
    home = next((at for source, at in here.items() if source != headquarters), None)
    line = Line(
        home=rows[0] if home is None else home,
        members=rows,
        order=order,
        row_id=row.base.row_id,
    )
    if against is not None:
        line.disputed.append(against)
    if against is None or len(rows) > 1:
        _settle_cells(work, line, row.base)
    work.lines.append(line)


def _kept_against(work: Work, base: BaseRow, rows: Sequence[int], deleter: int) -> Conflict | None:
    """Withdraw a row one side deleted, unless another side has edited it: a conflict, then."""
    file = work.around.sources[deleter].file
    edited = {
        row: [name for name in work.names if _is_edited(work, base.texts, row, name)]
        for row in rows
    }
    row = next((row for row in rows if edited[row] or not base.is_sure), None)
    if row is None:
        for row in rows:
            work.withdraw(row, file)
        return None
    here = work.place(row)
    gone = Version(text="", file=file, place=Place(file=file, sheet=here.sheet))
    found = Conflict(
        sheet=work.sheet.id,
        key=work.key(row),
        column="",
        versions=(
            Version(text=_edits(work, base, row, edited[row]), file=here.file or "", place=here),
            gone,
        ),
        kept=(0,),
    )
    work.conflicts.append(found)
    return found


def _edits(work: Work, base: BaseRow, row: int, names: Sequence[str]) -> str:
    """Say which cells of a row were edited, from what to what."""
    language = work.around.language
    if not base.is_sure:
        return say("merge", "changes.unknown", language)
    blank = say("merge", "changes.blank", language)
    return work.listed(
        [
            (
                work.label(name),
                say(
                    "merge",
                    "changes.edit",
                    language,
                    before=work.before(base.texts, name) or blank,
                    after=work.shown(row, name) or blank,
                ),
            )
            for name in names
        ]
    )


def _is_edited(work: Work, base: RowTexts, row: int, name: str) -> bool:
    """Whether a cell was edited since; a column that is no longer there is not an edit."""
    return name in work.has[work.source(row)] and base.differs(work.texts[row], name)


def _settle_cells(work: Work, line: Line, base: BaseRow) -> None:
    """Take every edit that only one side made; equal edits agree, different ones are conflicts."""
    filled = {name for row in line.members for name in work.texts[row].cells}
    winners: set[int] = set()
    takers: set[int] = set()
    for name in work.names:
        if name not in filled and name not in base.texts.cells:
            continue
        having = [row for row in line.members if name in work.has[work.source(row)]]
        if having and line.home not in having:
            line.picks[name] = having[0]
        rows = _edited_rows(work, base, having, name)
        if not rows:
            continue
        kept = 0
        if len(rows) > 1 and any(work.texts[rows[0]].differs(work.texts[r], name) for r in rows):
            kept = work.preferred(rows)
            line.disputed.append(work.conflict(rows, name, (kept,)))
            winners.add(rows[kept])
        else:
            before, after = work.before(base.texts, name), work.shown(rows[0], name)
            work.change(rows[0], name, before, after)
            takers.add(rows[0])
        line.picks[name] = rows[kept]
    if len(winners) == 1 and takers <= winners:
        _move_home(work, line, winners.pop())


def _edited_rows(work: Work, base: BaseRow, having: Sequence[int], name: str) -> list[int]:
    """Return the rows that edited a cell, one for each thing they say; headquarters' first."""
    edited = [row for row in having if base.texts.differs(work.texts[row], name)]
    if edited and not base.is_sure:
        edited = [*having]  # any of them may have been the one to edit it
    said: dict[str, int] = {}
    for row in edited:
        said.setdefault(work.texts[row].says(name), row)
    return [*said.values()]


def _move_home(work: Work, line: Line, row: int) -> None:
    """Let a row come from the file whose version won, if nothing else was taken from another."""
    for name in work.names:
        line.picks.setdefault(name, line.home)
    line.home = row
