"""Merge the readings of many workbooks of one template: every row goes in once, or is listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import UsageError
from ..problems import Place, Problem
from ..records import TRACES, Origin, SheetRecords
from ..template import Template
from ..texts import Language, fold
from ..values import as_text
from .form import agree
from .model import (
    Conflict,
    Duplicate,
    Merge,
    MergeTotal,
    Policy,
    Source,
    Version,
    extra_name,
    is_nothing,
    shown_value,
    stopped,
)
from .pile import Pile, pile_up
from .settling import MERGED, Dispute, Fill, Settlement, settle
from .sources import SkippedFile, natural_order
from .totals import merge_totals

if TYPE_CHECKING:
    import numpy.typing as npt


def list_duplicates(
    pile: Pile, settlement: Settlement, template: Template, language: Language
) -> tuple[Duplicate, ...]:
    """Return the rows that several files hold alike, in the order of the rows kept."""
    cells = _Cells(pile=pile, template=template, language=language)
    doubles = sorted(settlement.doubles, key=lambda rows: int(pile.rank[rows[0]]))
    return tuple(
        Duplicate(
            sheet=pile.sheet.id,
            key=cells.key(rows[0]),
            places=tuple(pile.place(row) for row in rows),
        )
        for rows in doubles
    )


def list_conflicts(
    pile: Pile, settlement: Settlement, template: Template, language: Language
) -> tuple[Conflict, ...]:
    """Return the cells about which files disagree, record by record, in the order of the rows."""
    cells = _Cells(pile=pile, template=template, language=language)
    disputes = sorted(settlement.disputes, key=lambda dispute: int(pile.rank[dispute.rows[0]]))
    direct = frozenset(source.file for source in pile.sources)
    return tuple(
        conflict for dispute in disputes for conflict in _conflicts(dispute, cells, direct)
    )


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """The cells of a pile as text; `known` keeps the columns that were asked for."""

    pile: Pile
    template: Template
    language: Language
    known: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def text(self, row: int, name: str) -> str:
        """Return what stands in a cell, a choice under its label in the merge's language."""
        typed, raw = (values[row] for values in self._column(name))
        if _is_own(name):
            return "" if is_nothing(raw) else as_text(raw)
        column = self.pile.sheet[name]
        if is_nothing(typed) or is_nothing(raw):
            said = typed if is_nothing(raw) else raw
            return shown_value(column, said, self.template, self.language)
        if column.type in ("choice", "percent"):
            text = shown_value(column, typed, self.template, self.language)
            remark = self.pile.remarks.get(name, {}).get(row)
            return f"{text}({remark})" if remark else text
        return as_text(raw)

    def key(self, row: int) -> tuple[str, ...]:
        """Return what stands in the key columns."""
        return tuple(self.text(row, name) for name in self.pile.sheet.key)

    def _column(self, name: str) -> tuple[Any, Any]:
        if name not in self.known:
            pile = self.pile
            if _is_own(name):
                cells = pile.extras[name[len(extra_name("")) :]].to_numpy(dtype=object)
                self.known[name] = (cells, cells)
            else:
                typed = pile.frame[name].to_numpy(dtype=object)
                self.known[name] = (typed, pile.raw[name].to_numpy(dtype=object))
        return self.known[name]


def _is_own(name: str) -> bool:
    return name.startswith(extra_name(""))


def _conflicts(dispute: Dispute, cells: _Cells, direct: frozenset[str]) -> Iterator[Conflict]:
    pile = cells.pile
    key = cells.key(dispute.rows[0])
    # What a merged workbook says of a file that is here itself was changed in that workbook.
    here = [pile.voices[pile.voice[row]] in direct for row in dispute.rows]
    for name, kept in dispute.cells.items():
        column = None if _is_own(name) else name
        places: list[Place] = [
            pile.here(row, column) if is_here else pile.place(row, column)
            for row, is_here in zip(dispute.rows, here, strict=True)
        ]
        yield Conflict(
            sheet=pile.sheet.id,
            key=key,
            column=name.removeprefix(extra_name("")),
            versions=tuple(
                Version(text=cells.text(row, name), file=place.file or "", place=place)
                for row, place in zip(dispute.rows, places, strict=True)
            ),
            kept=kept,
        )


def merge_readings(
    sources: Sequence[Source],
    *,
    template: Template,
    language: Language,
    policy: Policy = "keep-both",
    per_department: bool = False,
    skipped: Iterable[SkippedFile] = (),
) -> Merge:
    """Bring together the records of several workbooks, by file in natural order, then by row.

    The order of `sources` makes no difference, and a source that is itself the merge of others adds
    nothing to them. Rows are the same record if their key columns say the same, else if they were
    typed in the same place. Equal rows of several files become one; of different ones `policy`
    decides cell by cell: "keep-both" keeps all rows, "first", "last" (in the order of files) and
    "newest" (by `Source.modified`) those of one file, its blank cells filled from the next. With
    `per_department` rows of different departments are different records whatever their keys say.
    Computed columns are left missing, for `formulas.compute`.

    Raises MergeConflict with "stop" if files disagree about a record, UsageError if there is no
    source, if two are shown by one name, or if one is of another template.
    """
    ordered = _ordered(sources, template)
    agreed = agree(ordered, template=template, language=language)
    tables = _Tables()
    for sheet in template.tables:
        pile = pile_up(sheet, ordered)
        if pile is None:
            continue
        settlement = settle(
            pile, policy=policy, speaks_for=_speaks_for(pile), per_department=per_department
        )
        tables.add(pile, settlement, template, language)
    merged = Merge(
        template=template,
        language=language,
        form=agreed.form,
        sheets=tables.sheets,
        choices=agreed.choices,
        settings=agreed.settings,
        sources=ordered,
        skipped=tuple(skipped),
        duplicates=tuple(tables.duplicates),
        conflicts=(*agreed.conflicts, *tables.conflicts),
        differences=agreed.differences,
        totals=tuple(tables.totals),
        problems=tuple(problem for source in ordered for problem in _problems(source)),
        extra_sheets={s.file: s.reading.extra_sheets for s in ordered if s.reading.extra_sheets},
        policy=policy,
        contested={name: rows for name, rows in tables.contested.items() if rows},
        thresholds=agreed.thresholds,
        holidays=agreed.holidays,
        per_department=per_department,
        across=tables.across,
        across_doubles=tables.across_doubles,
    )
    if policy == "stop" and tables.conflicts:
        raise stopped(merged, tables.conflicts)
    return merged


@dataclass(slots=True, kw_only=True, eq=False)
class _Tables:
    """What the tables merged so far give."""

    sheets: dict[str, SheetRecords] = field(default_factory=dict)
    contested: dict[str, tuple[int, ...]] = field(default_factory=dict)
    duplicates: list[Duplicate] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    totals: list[MergeTotal] = field(default_factory=list)
    across: int = 0
    across_doubles: int = 0

    def add(
        self, pile: Pile, settlement: Settlement, template: Template, language: Language
    ) -> None:
        """Add a table about whose rows it has been decided."""
        name, kept = pile.sheet.id, _kept(pile, settlement)
        self.sheets[name] = _records(pile, settlement, kept, language)
        marked = np.isin(kept, settlement.contested)
        self.contested[name] = tuple(np.flatnonzero(marked).tolist())
        self.duplicates += list_duplicates(pile, settlement, template, language)
        self.conflicts += list_conflicts(pile, settlement, template, language)
        self.totals += merge_totals(pile, settlement)
        self.across += count_across(pile, settlement)
        self.across_doubles += count_across_doubles(pile, settlement)


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


def _kept(pile: Pile, settlement: Settlement) -> npt.NDArray[np.intp]:
    kept = np.flatnonzero(settlement.bucket == MERGED)
    return kept[np.argsort(pile.rank[kept], kind="stable")]


def _records(
    pile: Pile, settlement: Settlement, kept: npt.NDArray[np.intp], language: Language
) -> SheetRecords:
    """Return the rows kept, in order, their gaps filled."""
    fills: dict[str, list[Fill]] = {}
    for fill in settlement.fills:
        fills.setdefault(fill.column, []).append(fill)
    names = [name for name in TRACES if name in pile.origins]
    extras = {
        str(name): _taken(pile.extras[name], fills.get(extra_name(str(name)), ()), kept)
        for name in pile.extras.columns
    }
    return SheetRecords(
        sheet=pile.sheet.id,
        frame=pd.DataFrame(
            {c: _taken(pile.frame[c], fills.get(c, ()), kept) for c in pile.frame.columns}
        ),
        raw=pd.DataFrame(
            {c: _taken(pile.raw[c], fills.get(c, ()), kept) for c in pile.raw.columns}
        ),
        rows=np.arange(1, len(kept) + 1),
        origin=Origin(file=None, sheet=pile.sheet.label[language], header_row=0, columns={}),
        kinds={c: _taken(kinds, fills.get(c, ()), kept) for c, kinds in pile.kinds.items()},
        remarks=_remarks(pile, fills, kept),
        extras=pd.DataFrame(extras) if extras else None,
        origins=pd.DataFrame({name: _taken(pile.origins[name], (), kept) for name in names}),
        skipped=tuple(row for part in pile.parts.values() for row in part.skipped),
    )


def _taken(
    values: pd.Series[Any], fills: Sequence[Fill], kept: npt.NDArray[np.intp]
) -> pd.Series[Any]:
    array = values.array
    if not fills and len(kept) == len(array) and bool((np.diff(kept) > 0).all()):
        return values  # all of them stay where they are
    if fills:
        array = array.copy()
        array[[fill.target for fill in fills]] = array[[fill.donor for fill in fills]]
    return pd.Series(array.take(kept), index=pd.RangeIndex(len(kept)), dtype=values.dtype)


def _remarks(
    pile: Pile, fills: dict[str, list[Fill]], kept: npt.NDArray[np.intp]
) -> dict[str, dict[int, str]]:
    if not pile.remarks:
        return {}
    now = {int(row): position for position, row in enumerate(kept)}
    remarks: dict[str, dict[int, str]] = {}
    for name, texts in pile.remarks.items():
        whole = dict(texts)
        for fill in fills.get(name, ()):
            if fill.donor in texts:
                whole[fill.target] = texts[fill.donor]
        moved = {now[row]: text for row, text in whole.items() if row in now}
        if moved:
            remarks[name] = dict(sorted(moved.items()))
    return remarks


def _problems(source: Source) -> Iterator[Problem]:
    for problem in source.reading.problems:
        if problem.place.file == source.file:
            yield problem
        else:
            yield replace(problem, place=replace(problem.place, file=source.file))
