"""What a three-way merge knows of a sheet while its rows are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..languages import Language, fold
from ..places import Place
from ..templates import Column, TableSheet, Template
from ..wording import say
from .accounts import value_text
from .base import Base
from .identity import is_nothing
from .model import Change, Conflict, Duplicate, Policy, Source, Version, Withdrawn
from .pile import Pile
from .row_texts import OWN, RowTexts, own_name

__all__ = ["Findings", "Line", "Sheets", "Work", "preferred", "told"]


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
        if column.type not in _SHOWN_OTHERWISE or is_nothing(value):
            return texts.shown(name)
        text = value_text(column, value, self.around.template, self.around.language)
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


# Cells that mean an id or a fraction, and show a label or a percentage.
_SHOWN_OTHERWISE = ("choice", "department", "percent")


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
