"""A three-way merge at work on one sheet, and the records that come of it with their account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..problems import Place
from ..records import Integers, Origin, SheetRecords
from ..template import Column, TableSheet, Template
from ..texts import Language, fold, say
from .base import Base
from .model import (
    Change,
    Conflict,
    Duplicate,
    MergeTotal,
    Policy,
    Source,
    Version,
    Withdrawn,
    is_nothing,
    shown_value,
)
from .pile import Pile, own_departments
from .rows import OWN, RowTexts, own_name

if TYPE_CHECKING:
    import numpy.typing as npt

# Cells that mean an id or a fraction, and show a label or a percentage.
_SHOWN_OTHERWISE = ("choice", "department", "percent")
_BUCKETS = ("merged", "duplicates", "overruled", "withdrawn")
_MERGED, _DUPLICATE, _OVERRULED, _WITHDRAWN = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """Who takes part, by number: all sources, headquarters' file and the parts that came back.

    `headquarters` is None if it is not there; `bases` are what the parts were handed out as.
    `template` and `language` say how values are told. With `per_department` rows of different
    departments never are the same record.
    """

    sources: Sequence[Source]
    headquarters: int | None
    bases: Mapping[int, Base]
    policy: Policy
    template: Template
    language: Language
    per_department: bool = False


@dataclass(slots=True, kw_only=True)
class Findings:
    """What is to be told of the form and the lists."""

    conflicts: list[Conflict] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Line:
    """A row of the result: the rows that say it, and whose cells it takes.

    Rows are positions in the pile. `home` gives the cells that `picks` does not name; `order` is
    where the row stands in the result; `disputed` are the conflicts one side of which it holds.
    """

    home: int
    members: list[int]
    order: tuple[float, ...]
    picks: dict[str, int] = field(default_factory=dict)
    row_id: str = ""
    base_key: tuple[str, ...] = ()
    disputed: list[Conflict] = field(default_factory=list)

    def taken(self, name: str) -> int:
        """Return the row that gives a cell."""
        return self.picks.get(name, self.home)


@dataclass(slots=True, kw_only=True, eq=False)
class Work:
    """A sheet of all sources, and what has been decided about it so far.

    `ids` are the ids that rows carry, "" where none; `has` tells, per source, the names of the
    cells that its table has columns for.
    """

    sheet: TableSheet
    around: Sheets
    pile: Pile
    texts: Sequence[RowTexts]
    ids: Sequence[str]
    has: Mapping[int, frozenset[str]]
    names: tuple[str, ...]
    lines: list[Line] = field(default_factory=list)
    gone: dict[int, str] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)
    contested: list[Line] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    across: int = 0
    across_doubles: int = 0

    def rows_of(self, source: int) -> range:
        """Return the positions of a source's rows."""
        if source not in self.pile.parts:
            return range(0)
        first = self.pile.starts[source]
        return range(first, first + len(self.pile.parts[source].frame))

    def source(self, row: int) -> int:
        """Return the number of the source that a row was read from."""
        return int(self.pile.holder[row])

    def place(self, row: int, name: str | None = None) -> Place:
        """Return where a row, or one of its cells, stands in the file it was read from."""
        return self.pile.here(row, None if name is None or name.startswith(OWN) else name)

    def version(self, row: int, name: str) -> Version:
        """Return what a row says in a cell."""
        place = self.place(row, name)
        return Version(text=self.shown(row, name), file=place.file or "", place=place)

    def shown(self, row: int, name: str) -> str:
        """Return what a row says in a cell, as people see it."""
        texts = self.texts[row]
        if name not in self.sheet:
            return texts.shown(name)
        column, value = self.sheet[name], self.pile.frame[name].iat[row]
        # 0.3 is compared, 30% is shown; what could not be read stays as it was typed.
        if column.type not in _SHOWN_OTHERWISE or is_nothing(value):
            return texts.shown(name)
        text = shown_value(column, value, self.around.template, self.around.language)
        remark = self.pile.remarks.get(name, {}).get(row)
        return f"{text}({remark})" if remark else text

    def header(self, name: str) -> str:
        """Return the id of a column, or the header of one of staff's own."""
        if not name.startswith(OWN):
            return name
        return next((h for h in map(str, self.pile.extras.columns) if own_name(h) == name), name)

    def key(self, row: int) -> tuple[str, ...]:
        """Return what names a row to people."""
        return tuple(self.shown(row, column_id) for column_id in self.sheet.key)

    def department(self, row: int) -> str:
        """Return the department of a row, folded; "" where nobody knows."""
        said = self.pile.origins["department"].iat[row]
        return fold(said) if isinstance(said, str) else ""

    def conflict(self, rows: Sequence[int], name: str, kept: Sequence[int]) -> Conflict:
        """Put on record that rows say different things in a cell."""
        versions = tuple(self.version(row, name) for row in rows)
        found = Conflict(
            sheet=self.sheet.id,
            key=self.key(rows[0]),
            column=self.header(name),
            versions=versions,
            kept=tuple(kept),
        )
        self.conflicts.append(found)
        return found

    def change(self, row: int, name: str, before: str, after: str) -> None:
        """Put on record that a cell, or with "" the whole row, was taken over from a row."""
        place = self.place(row, name or None)
        self.changes.append(
            Change(
                sheet=self.sheet.id,
                key=self.key(row),
                column=self.header(name),
                before=before,
                after=after,
                file=place.file or "",
                place=place,
            )
        )

    def before(self, texts: RowTexts, name: str) -> str:
        """Return what a cell said when it was handed out, as people see it."""
        if name not in self.sheet:
            return texts.shown(name)
        column = self.sheet[name]
        if column.type in _SHOWN_OTHERWISE:
            return told(column, texts.says(name), self.around)
        return texts.shown(name)

    def label(self, name: str) -> str:
        """Return what a column is called."""
        if name in self.sheet:
            return self.sheet[name].label[self.around.language]
        return self.header(name)

    def whole(self, row: int) -> str:
        """Return what a row says in all cells but its key."""
        said = [
            (self.label(name), self.shown(row, name))
            for name in self.names
            if name not in self.sheet.key
        ]
        return self.listed([(label, text) for label, text in said if text])

    def listed(self, said: Sequence[tuple[str, str]]) -> str:
        """Return cells with their columns in one line."""
        language = self.around.language
        parts = [say("merge", "changes.cell", language, column=c, text=t) for c, t in said]
        return say("merge", "log.semicolon", language).join(parts)

    def withdraw(self, row: int, by: str) -> None:
        """Leave out a row that one side deleted; `by` names the file that no longer has it."""
        self.gone[row] = by
        found = Withdrawn(sheet=self.sheet.id, key=self.key(row), place=self.place(row), by=by)
        self.withdrawn.append(found)

    def says(self, line: Line, name: str) -> str:
        """Return what a row of the result says in a cell."""
        return self.texts[line.taken(name)].says(name)

    def line_key(self, line: Line) -> tuple[str, ...]:
        """Return what a row of the result says in the key columns, folded."""
        return tuple(fold(self.says(line, column_id)) for column_id in self.sheet.key)

    def content(self, line: Line) -> dict[str, str]:
        """Return all that a row of the result says."""
        pairs = ((name, self.says(line, name)) for name in self.names)
        return {name: text for name, text in pairs if text}

    def files(self, line: Line) -> set[int]:
        """Return the sources that a row of the result stands for."""
        return {self.source(row) for row in line.members}

    def preferred(self, rows: Sequence[int]) -> int:
        """Return which of several rows the policy prefers, by number; else the first."""
        return preferred(self.around, [self.source(row) for row in rows])


def told(column: Column, text: str, around: Sheets) -> str:
    """Return a text to compare by, of a cell or a field, as people see it."""
    if column.type == "percent":
        try:
            return f"{float(text) * 100:.12g}%"
        except ValueError:
            return text
    choices = around.template.choices.get(column.choices or "")
    if choices is None or not text:
        return text
    # A choice is compared by its id, with the remark that staff put behind it.
    word, bracket, remark = text.partition("(")
    return choices.label_of(word, around.language) + bracket + remark


def preferred(around: Sheets, sources: Sequence[int]) -> int:
    """Return which of several sources the policy prefers, by its place among them; else 0."""
    numbers = range(len(sources))
    if around.policy == "first":
        return min(numbers, key=lambda at: sources[at])
    if around.policy == "last":
        return max(numbers, key=lambda at: sources[at])
    if around.policy == "newest":
        return max(numbers, key=lambda at: _moment(around.sources[sources[at]]))
    return 0


def _moment(source: Source) -> float:
    return source.modified.timestamp() if source.modified is not None else float("-inf")


def gather(work: Work, lines: Sequence[Line], language: Language) -> SheetRecords:
    """Return the rows of the result as records, in order, with their origins."""
    pile, sheet = work.pile, work.sheet
    # Column by column, for a row may take single cells from other files.
    home = np.array([line.home for line in lines], dtype=np.int64)
    picks = {name: _picks(home, lines, name) for name in work.names}
    frame = {
        column.id: pile.frame[column.id].take(picks.get(column.id, home)).reset_index(drop=True)
        for column in sheet.columns
    }
    raw = {name: _taken(pile.raw[name], picks.get(name, home)) for name in map(str, pile.raw)}
    extras = pd.DataFrame(
        {h: _taken(pile.extras[h], picks.get(own_name(h), home)) for h in pile.extras},
        index=range(len(lines)),
    )
    origins = pile.origins.take(home).reset_index(drop=True)
    named = own_departments(sheet, pd.DataFrame(frame))
    if named is not None:  # a row that was handed over goes where it says, whosever file it is in
        origins["department"] = named.where(named.notna(), origins["department"])
    # Only rows of a split carry ids; a merge of plain files has no such column.
    ids = [line.row_id or None for line in lines]
    if any(ids):
        origins["row_id"] = pd.Series(ids, dtype=origins["file"].dtype)
    return SheetRecords(
        sheet=sheet.id,
        frame=pd.DataFrame(frame),
        raw=pd.DataFrame(raw, index=range(len(lines))),
        rows=np.arange(1, len(lines) + 1),
        origin=Origin(file=None, sheet=sheet.label[language], header_row=0, columns={}),
        kinds={name: _taken(kinds, picks.get(name, home)) for name, kinds in pile.kinds.items()},
        remarks=dict(_remarks(pile.remarks, picks)),
        extras=extras if len(extras.columns) else None,
        origins=origins,
        skipped=tuple(row for part in pile.parts.values() for row in part.skipped),
    )


def account(work: Work, lines: Sequence[Line]) -> Iterator[MergeTotal]:
    """Account for every row and additive figure of each source; each goes into one bucket."""
    rows = _row_buckets(work, lines)
    ones = np.ones(len(rows))
    yield from _totals(work, None, ones, rows)
    for column in work.sheet.inputs:
        if column.additive and column.is_numeric:
            figures = work.pile.frame[column.id].astype("Float64")
            # A figure counts where its cell was taken, whosever row that is now.
            buckets = rows.copy()
            for line in lines:
                taken = line.taken(column.id)
                for row in line.members:
                    buckets[row] = _cell_bucket(work, row, taken, column.id)
            yield from _totals(work, column.id, figures.to_numpy(np.float64, na_value=0.0), buckets)


def _row_buckets(work: Work, lines: Sequence[Line]) -> npt.NDArray[np.int8]:
    """Return each row's bucket; -1 where it is in none, which no total forgives."""
    buckets = np.full(len(work.texts), -1, dtype=np.int8)
    for line in lines:
        for row in line.members:
            buckets[row] = _MERGED if row == line.home else _DUPLICATE
    for row in work.gone:
        buckets[row] = _WITHDRAWN
    return buckets


def _cell_bucket(work: Work, row: int, taken: int, name: str) -> int:
    if row == taken:
        return _MERGED
    return _DUPLICATE if work.texts[row].says(name) == work.texts[taken].says(name) else _OVERRULED


def _totals(
    work: Work,
    column: str | None,
    figures: npt.NDArray[np.floating[Any]],
    buckets: npt.NDArray[np.int8],
) -> Iterator[MergeTotal]:
    for number, source in enumerate(work.around.sources):
        if number not in work.pile.parts:
            continue
        own = work.rows_of(number)
        here, mine = figures[own.start : own.stop], buckets[own.start : own.stop]
        # fsum: totals have to agree to the cent whatever the order of the rows.
        parts = {name: fsum(here[mine == bucket].tolist()) for bucket, name in enumerate(_BUCKETS)}
        yield MergeTotal(
            sheet=work.sheet.id,
            file=source.file,
            column=column,
            read=fsum(here.tolist()),
            **parts,
        )


def _picks(home: Integers, lines: Sequence[Line], name: str) -> Integers:
    others = [(at, line.picks[name]) for at, line in enumerate(lines) if name in line.picks]
    if not others:
        return home
    picks = home.copy()
    for at, row in others:
        picks[at] = row
    return picks


def _taken(values: pd.Series[Any], rows: Integers) -> pd.Series[Any]:
    return values.take(rows).reset_index(drop=True)


def _remarks(
    remarks: Mapping[str, Mapping[int, str]], picks: Mapping[str, Integers]
) -> Iterator[tuple[str, dict[int, str]]]:
    for name, texts in remarks.items():
        rows = picks[name].tolist() if name in picks else []
        found = {at: texts[row] for at, row in enumerate(rows) if row in texts}
        if found:
            yield name, found
