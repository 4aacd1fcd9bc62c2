"""Merge the rows that were handed out, and the rows no base knows.

Handed out: base against headquarters now and department now. Not: added by departments, or held by
files that never were a part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..problems import Place
from ..texts import fold, say
from .base import BaseRow, by_column
from .model import Conflict, Duplicate, Version
from .rows import Known, Now, RowTexts, match_rows
from .three_way_work import Line, Work

Name = tuple[object, ...]


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
    # A row that headquarters no longer has comes behind the one it last stood below.
    before = -1.0
    for row in _handed_out(work):
        settled.update(at for at in row.sides.values() if at is not None)
        ours = None if headquarters is None else row.sides.get(headquarters)
        before = before if ours is None else float(ours)
        rank = () if ours is not None else (1.0, float(row.base.position))
        _settle(work, row, (0.0, before, *rank))
    _tell_claims(work)
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
    # The bases of all parts know the same rows; each is looked for once, where it first stood.
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
            # Someone cut it out of one part and pasted it into another: the id came along.
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
        return  # gone everywhere: nobody disagrees
    rows = [*here.values()]
    against = _kept_against(work, row.base, rows, lacking[0]) if lacking else None
    if lacking and against is None:
        return
    # The department is who the row is from; headquarters only where nobody else has it.
    home = next((at for source, at in here.items() if source != headquarters), None)
    line = Line(
        home=rows[0] if home is None else home,
        members=rows,
        order=order,
        row_id=row.base.row_id,
        base_key=row.base.texts.key(work.sheet) or (),
    )
    if against is not None:
        line.disputed.append(against)
    if against is None or len(rows) > 1:
        _settle_cells(work, line, row.base)
    work.lines.append(line)


def _tell_claims(work: Work) -> None:
    """Put on record which rows claim one key since one of them was renamed; all of them stay."""
    claims: defaultdict[Name, list[Line]] = defaultdict(list)
    for line in work.lines:
        key = work.line_key(line)
        if all(key):
            claims[key].append(line)
    for claimed, lines in claims.items():
        if len(lines) > 1 and any(line.base_key != claimed for line in lines):
            work.conflict([line.home for line in lines], "", range(len(lines)))
            work.contested += lines


def _kept_against(work: Work, base: BaseRow, rows: Sequence[int], deleter: int) -> Conflict | None:
    """Withdraw a row one side deleted, unless another side has edited it: a conflict, then."""
    file = work.around.sources[deleter].file
    edited = {
        row: [name for name in work.names if _is_edited(work, base.texts, row, name)]
        for row in rows
    }
    # Of a base that had to be guessed nobody can say what was edited: the row stays.
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
        # A file without the column says nothing about it; one that has it speaks for the row.
        if having and line.home not in having:
            line.picks[name] = having[0]
        rows = _edited_rows(work, base, having, name)
        if not rows:
            continue
        kept = 0
        if len(rows) > 1:
            kept = work.preferred(rows)
            line.disputed.append(work.conflict(rows, name, (kept,)))
            winners.add(rows[kept])
        else:
            before, after = work.before(base.texts, name), work.shown(rows[0], name)
            work.change(rows[0], name, before, after)
            takers.add(rows[0])
        line.picks[name] = rows[kept]
    # Every cell came from one file: then the row did, with its place and its kinds.
    if len(winners) == 1 and takers <= winners:
        _move_home(work, line, winners.pop())


def _edited_rows(work: Work, base: BaseRow, having: Sequence[int], name: str) -> list[int]:
    """Return the rows that edited a cell, one for each thing they say; headquarters' first."""
    edited = [row for row in having if base.texts.differs(work.texts[row], name)]
    if edited and not base.is_sure:
        edited = [*having]  # any of them may have been the one to edit it
    said: dict[str, int] = {}
    for row in edited:
        said.setdefault(fold(work.texts[row].says(name)), row)
    # Another spelling of what was handed out is an edit only where nobody says something else.
    if len(said) > 1 and base.is_sure:
        said.pop(fold(base.texts.says(name)), None)
    return [*said.values()]


def _move_home(work: Work, line: Line, row: int) -> None:
    """Let a row come from the file whose version won, if nothing else was taken from another."""
    for name in work.names:
        line.picks.setdefault(name, line.home)
    line.home = row


def merge_added(work: Work, rows: Sequence[int]) -> None:
    """Put rows without a base into the result, each once.

    A row is known by where it was first typed, else by its key. What another file says alike is a
    duplicate, what it says otherwise a conflict; rows of one and the same file never are.
    """
    if not rows:
        return
    index: defaultdict[Name, list[Line]] = defaultdict(list)
    for line in work.lines:
        _enter(work, index, line)
    gone = {place for row in work.gone for place in _places(work, row)}
    for row in rows:
        source = work.source(row)
        places = _places(work, row)
        # A copy of a row that was withdrawn would bring it back.
        if source not in work.around.bases and not gone.isdisjoint(places):
            work.gone[row] = ""
            continue
        _enter(work, index, _placed(work, _same(work, index, row), row))


def _placed(work: Work, same: Line | None, row: int) -> Line:
    """Return the row of the result that stands for a row: one another file has too, or its own."""
    differing = [] if same is None else _differing(work, same, row)
    if same is not None and work.department(same.home) != work.department(row):
        work.across += bool(differing)
        work.across_doubles += not differing
    if same is not None and not differing:
        _join(work, same, row)
        return same
    if same is not None and work.around.policy not in ("keep-both", "stop"):
        _overrule(work, same, row)
        return same
    line = Line(home=row, members=[row], order=(1.0, float(work.pile.rank[row])))
    work.lines.append(line)
    if same is None:
        work.change(row, "", "", work.whole(row))
    else:
        for name in differing:
            work.conflict((same.taken(name), row), name, (0, 1))
        work.contested += [same, line]
    return line


def _join(work: Work, line: Line, row: int) -> None:
    places = work.place(line.home), work.place(row)
    work.duplicates.append(Duplicate(sheet=work.sheet.id, key=work.key(row), places=places))
    line.members.append(row)


def _overrule(work: Work, line: Line, row: int) -> None:
    """Let the policy choose cell by cell; a blank never takes the place of what is known."""
    for name in _differing(work, line, row):
        rows = (line.taken(name), row)
        kept = work.preferred(rows)
        if not work.texts[rows[kept]].says(name):
            kept = 1 - kept
        work.conflict(rows, name, (kept,))
        line.picks[name] = rows[kept]
    line.members.append(row)


def _differing(work: Work, line: Line, row: int) -> list[str]:
    texts = work.texts[row]
    return [name for name in work.names if fold(work.says(line, name)) != fold(texts.says(name))]


def _same(work: Work, index: dict[Name, list[Line]], row: int) -> Line | None:
    """Return the row of the result that another file has for this one: the most alike, if any."""
    source = work.source(row)
    names: list[Name] = [*_places(work, row)]
    key = work.texts[row].key(work.sheet)
    if key is not None:
        names.append(_whole_key(work, key, row))
    for name in names:
        lines = [line for line in index.get(name, ()) if source not in work.files(line)]
        if lines:
            # Two rows with one key are told apart by which they resemble more.
            return min(lines, key=lambda line: len(_differing(work, line, row)))
    return None


def _enter(work: Work, index: defaultdict[Name, list[Line]], line: Line) -> None:
    """Enter a row of the result under all names by which others may know it."""
    key = work.line_key(line)
    names: set[Name] = {place for row in line.members for place in _places(work, row)}
    if key and all(key):
        names.add(_whole_key(work, key, line.home))
    for name in names:
        if not any(line is entered for entered in index[name]):
            index[name].append(line)


def _whole_key(work: Work, key: tuple[str, ...], row: int) -> Name:
    return ("key", *key, work.department(row) if work.around.per_department else "")


def _places(work: Work, row: int) -> set[Name]:
    """Return where a row stands, and where it was first typed."""
    pile, here = work.pile, work.place(row)
    first = work.pile.voices[work.pile.voice[row]]
    sheet = str(pile.origins["sheet"].iat[row])
    return {
        ("", here.file or "", here.sheet or "", here.row or 0),
        ("", first, sheet, int(pile.row[row])),
    }
