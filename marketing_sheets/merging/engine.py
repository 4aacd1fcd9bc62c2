"""Merge the readings of many workbooks of one template: every row goes in once, or is listed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import UsageError
from ..problems import Problem
from ..records import TRACES, Origin, SheetRecords
from ..template import Template
from ..texts import Language, fold
from .cells import Cells
from .form import Agreed, agree
from .handed_out import merge_handed_out
from .lines import HandedOut
from .model import (
    Change,
    Conflict,
    Duplicate,
    Merge,
    MergeTotal,
    Source,
    Withdrawn,
    stopped,
)
from .pile import Pile, additive, owners_of, pile_up
from .settled import settle_disputes
from .settling import DUPLICATE, MERGED, Settlement, settle
from .sides import Sides, find_sides
from .sources import SkippedFile, natural_order
from .totals import merge_totals
from .way import Way, decision_problems

if TYPE_CHECKING:
    import numpy.typing as npt


def list_duplicates(cells: Cells, settlement: Settlement) -> Iterator[Duplicate]:
    """Walk the rows that several files hold alike, in the order of the rows kept."""
    pile = cells.pile
    for rows in sorted(settlement.doubles, key=lambda rows: int(pile.rank[rows[0]])):
        places = tuple(cells.place(row, typed=True) for row in rows)
        yield Duplicate(sheet=pile.sheet.id, key=cells.key(rows[0]), places=places)


def count_across(pile: Pile, settlement: Settlement) -> int:
    """Return how many records different departments describe differently."""
    return _of_several(pile, [dispute.rows for dispute in settlement.disputes])


def count_across_doubles(pile: Pile, settlement: Settlement) -> int:
    """Return how many records different departments hold alike."""
    return _of_several(pile, settlement.doubles)


def _of_several(pile: Pile, groups: Sequence[tuple[int, ...]]) -> int:
    """Count the records with a key among groups of rows that several departments wrote."""
    if not groups:
        return 0
    departments = pile.origins["department"]
    folded = {word: fold(word) for word in departments.dropna().unique()}
    told = departments.map(folded).tolist()
    keyed = pile.frame[list(pile.sheet.key)].notna().all(axis=1).to_numpy()
    return sum(bool(keyed[rows[0]]) and len({told[row] for row in rows}) > 1 for rows in groups)


def merge_sources(
    sources: Sequence[Source],
    way: Way,
    *,
    skipped: Iterable[SkippedFile] = (),
    earlier: Source | None = None,
) -> Merge:
    """Bring together the records of several workbooks, by file in natural order, then by row.

    The order of `sources` makes no difference; the merge of others adds nothing to them. Parts of a
    split are compared with what they were handed out as and with headquarters' file, found by its
    content, name or rows: what one side edited is taken, different edits are conflicts, in which
    "keep-both" and "stop" prefer headquarters; a row that one side deleted is withdrawn unless the
    other edited it; rows of a part that did not come back stay as headquarters has them.

    All other rows are the same record if their key columns say the same, else if they were typed in
    the same place. Equal rows of several files become one; of different ones "keep-both" keeps all,
    "first", "last" (in the order of files) and "newest" (by `Source.modified`) those of one file,
    its blank cells filled from the next. Computed columns are left missing.

    Raises MergeConflict with "stop" if there is a conflict about a record, UsageError if there is
    no source, if two are shown by one name, or if one is of another template.
    """
    sides = find_sides(_ordered(sources, way.template), way.template)
    agreed = agree(sides, way, earlier)
    tables = _Tables()
    for sheet in way.template.tables:
        pile = pile_up(sheet, sides.sources)
        if pile is not None:
            tables.add(pile, sides, way)
    merged = _assembled(sides, way, agreed, tables, skipped)
    # Of plain files the forms differ as a rule; what parts of a split say there was edited.
    grave = merged.conflicts if sides.bases else tables.conflicts
    if way.policy == "stop" and grave:
        raise stopped(merged, grave)
    return merged


def _assembled(
    sides: Sides, way: Way, agreed: Agreed, tables: _Tables, skipped: Iterable[SkippedFile]
) -> Merge:
    ordered = sides.sources
    problems = (problem for source in ordered for problem in _problems(source))
    return Merge(
        template=way.template,
        language=way.language,
        form=agreed.form,
        sheets=tables.sheets,
        choices=agreed.choices,
        settings=agreed.settings,
        sources=ordered,
        skipped=(*skipped, *sides.skipped),
        duplicates=tuple(tables.duplicates),
        conflicts=(*agreed.conflicts, *tables.conflicts),
        settled=(*agreed.settled, *tables.settled),
        differences=agreed.differences,
        totals=tuple(tables.totals),
        problems=(*sides.problems, *problems, *decision_problems(way)),
        extra_sheets={s.file: s.reading.extra_sheets for s in ordered if s.reading.extra_sheets},
        policy=way.policy,
        contested={name: rows for name, rows in tables.contested.items() if rows},
        withdrawn=tuple(tables.withdrawn),
        is_three_way=bool(sides.bases),
        changes=(*agreed.changes, *tables.changes),
        disputed={name: rows for name, rows in tables.disputed.items() if rows},
        thresholds=agreed.thresholds,
        holidays=agreed.holidays,
        remembered=agreed.remembered,
        history=agreed.history,
        per_department=way.per_department,
        across=tables.across,
        across_doubles=tables.across_doubles,
    )


@dataclass(slots=True, kw_only=True, eq=False)
class _Tables:
    """What the tables merged so far give."""

    sheets: dict[str, SheetRecords] = field(default_factory=dict)
    contested: dict[str, tuple[int, ...]] = field(default_factory=dict)
    disputed: dict[str, dict[int, tuple[Conflict, ...]]] = field(default_factory=dict)
    duplicates: list[Duplicate] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    settled: list[Conflict] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    totals: list[MergeTotal] = field(default_factory=list)
    across: int = 0
    across_doubles: int = 0

    def add(self, pile: Pile, sides: Sides, way: Way) -> None:
        """Add a table: first the rows that were handed out, then all others."""
        handed = merge_handed_out(pile, sides, way)
        laid = handed.pile
        owners = owners_of(laid, way.per_department)
        settlement = settle(
            laid,
            policy=way.policy,
            speaks_for=_speaks_for(laid),
            owners=owners,
            decided=handed.bucket,
            variants=handed.variants,
        )
        told = Cells(pile=laid, way=way, owners=owners)
        laid, outcome = settle_disputes(told, settlement, handed)
        laid = _with_one_share(laid, handed, settlement)
        cells, kept = Cells(pile=laid, way=way), _kept(laid, settlement)
        name = laid.sheet.id
        self.sheets[name] = _records(laid, settlement, kept, way.language)
        marked = np.isin(kept, [*settlement.contested, *handed.contested])
        self.contested[name] = tuple(np.flatnonzero(marked).tolist())
        disputed = handed.disputed
        self.disputed[name] = {
            at: disputed[row] for at, row in enumerate(kept.tolist()) if row in disputed
        }
        self.duplicates += list_duplicates(cells, settlement)
        self.conflicts += outcome.conflicts
        self.settled += outcome.settled
        self.withdrawn += handed.withdrawn
        self.changes += handed.changes
        if sides.bases:
            self.changes += _additions(cells, sides, handed, kept[~marked].tolist())
        self.totals += [*merge_totals(pile, settlement, handed.cells), *outcome.totals]
        self.across += count_across(laid, settlement)
        self.across_doubles += count_across_doubles(laid, settlement)


def _additions(
    cells: Cells, sides: Sides, handed: HandedOut, kept: Sequence[int]
) -> Iterator[Change]:
    """Walk the rows that departments added, or that other files hold, for they know no base."""
    pile = cells.pile
    known = {line.home for line in handed.lines}
    for row in kept:
        if row not in known and int(pile.holder[row]) != sides.headquarters:
            now = cells.version(row, "")
            yield Change(
                sheet=pile.sheet.id,
                key=cells.key(row),
                column="",
                before="",
                after=now.text,
                file=now.file,
                place=now.place,
            )


def _ordered(sources: Sequence[Source], template: Template) -> tuple[Source, ...]:
    """Sort the sources, each once, and make sure that they can be merged."""
    if not sources:
        raise UsageError("nothing_to_merge")
    tables = {sheet.id: sheet for sheet in template.tables}
    for source in sources:
        reading = source.reading
        known = all(
            name in tables and all(column in tables[name] for column in records.frame)
            for name, records in reading.sheets.items()
        )
        if reading.template.id != template.id or not known:
            title = template.title["en"]
            raise UsageError("mixed_templates", file=source.file, template=title)
    ordered = sorted(sources, key=lambda s: (natural_order(s.file), s.reading.sha256 or ""))
    distinct: list[Source] = []
    for source in ordered:
        if distinct and distinct[-1].file == source.file:
            same = source.reading.sha256
            if same is None or distinct[-1].reading.sha256 != same:
                raise UsageError("merge_same_name", file=source.file)
            continue
        distinct.append(source)
    return tuple(distinct)


def _speaks_for(pile: Pile) -> list[int]:
    """Return, per voice, the voice it counts as: copies of a file count as the first of them."""
    at = {name: number for number, name in enumerate(pile.voices)}
    speaks_for = list(range(len(pile.voices)))
    first: dict[str, int] = {}
    for source in pile.sources:
        if source.reading.sha256 is not None:
            number = at[source.file]
            speaks_for[number] = first.setdefault(source.reading.sha256, number)
    return speaks_for


def _with_one_share(pile: Pile, handed: HandedOut, settlement: Settlement) -> Pile:
    """Add up rows that are a share of the total, such as the reserves of merged budgets."""
    share = pile.sheet.share
    if share is None:
        return pile
    is_share = (pile.frame[share.row_column] == share.row_choice).fillna(value=False).to_numpy(bool)
    rows = [row for row in _kept(pile, settlement).tolist() if is_share[row]]
    if len(rows) < 2 or not {*rows}.isdisjoint([*settlement.contested, *handed.contested]):
        return pile
    first, *others = rows
    frame, raw = pile.frame.copy(), pile.raw.copy()
    for name in additive(pile.sheet):
        total = math.fsum(frame[name].iloc[rows].dropna().tolist())
        if frame[name].iloc[rows].notna().any():
            frame.loc[first, name], raw.loc[first, name] = total, total
        handed.cells.setdefault(name, {}).update(dict.fromkeys(rows, (MERGED, first)))
    settlement.bucket[others] = DUPLICATE
    settlement.doubles.append(tuple(rows))
    return replace(pile, frame=frame, raw=raw)


def _kept(pile: Pile, settlement: Settlement) -> npt.NDArray[np.intp]:
    kept = np.flatnonzero(settlement.bucket == MERGED)
    return kept[np.argsort(pile.rank[kept], kind="stable")]


def _records(
    pile: Pile, settlement: Settlement, kept: npt.NDArray[np.intp], language: Language
) -> SheetRecords:
    """Return the rows kept, in order, their gaps filled."""
    pile = pile.filled(settlement.fills)
    names = [name for name in TRACES if name in pile.origins]
    extras = _taken(pile.extras, kept)
    now = {int(row): position for position, row in enumerate(kept)} if pile.remarks else {}
    remarks = {
        name: dict(sorted((now[row], text) for row, text in texts.items() if row in now))
        for name, texts in pile.remarks.items()
    }
    return SheetRecords(
        sheet=pile.sheet.id,
        frame=_taken(pile.frame, kept),
        raw=_taken(pile.raw, kept),
        rows=np.arange(1, len(kept) + 1),
        origin=Origin(file=None, sheet=pile.sheet.label[language], header_row=0, columns={}),
        kinds={name: _some(kinds, kept) for name, kinds in pile.kinds.items()},
        remarks={name: texts for name, texts in remarks.items() if texts},
        extras=extras if len(extras.columns) else None,
        origins=_taken(pile.origins[names], kept),
        skipped=tuple(row for part in pile.parts.values() for row in part.skipped),
    )


def _taken(table: pd.DataFrame, kept: npt.NDArray[np.intp]) -> pd.DataFrame:
    columns = {name: _some(table[name], kept) for name in table.columns}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(kept)))


def _some(values: pd.Series[Any], kept: npt.NDArray[np.intp]) -> pd.Series[Any]:
    if len(kept) == len(values) and bool((np.diff(kept) > 0).all()):
        return values  # all of them stay where they are
    return pd.Series(values.array.take(kept), index=pd.RangeIndex(len(kept)), dtype=values.dtype)


def _problems(source: Source) -> Iterator[Problem]:
    for problem in source.reading.problems:
        if problem.place.file == source.file:
            yield problem
        else:
            yield replace(problem, place=replace(problem.place, file=source.file))
