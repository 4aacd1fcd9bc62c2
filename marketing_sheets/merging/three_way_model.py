"""What a three-way merge knows of a sheet while its rows are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..languages import Language
from ..places import Place
from ..templates import TableSheet, Template
from .accounts import value_text
from .base import Base
from .identity import is_nothing
from .model import Conflict, Duplicate, Policy, Source, Version, Withdrawn
from .pile import Pile
from .row_texts import OWN, RowTexts, own_name

__all__ = ["Line", "Sheets", "Work", "preferred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """Who takes part, by number: all sources, headquarters' file and the parts that came back.

    `headquarters` is None if it is not there; `bases` are what the parts were handed out as.
    `template` and `language` say how values are told.
    """

    sources: Sequence[Source]
    headquarters: int | None
    bases: Mapping[int, Base]
    policy: Policy
    template: Template
    language: Language


@dataclass(slots=True, kw_only=True)
class Line:
    """A row of the result: the rows that say it, and whose cells it takes.

    Rows are positions in the pile. `home` gives the cells that `picks` does not name; `order` is
    where the row stands in the result.
    """

    home: int
    members: list[int]
    order: tuple[float, ...]
    picks: dict[str, int] = field(default_factory=dict)
    row_id: str = ""

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
        if column.type not in ("choice", "department", "percent") or is_nothing(value):
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

    def conflict(self, rows: Sequence[int], name: str, kept: Sequence[int]) -> None:
        """Put on record that rows say different things in a cell."""
        versions = tuple(self.version(row, name) for row in rows)
        self.conflicts.append(
            Conflict(
                sheet=self.sheet.id,
                key=self.key(rows[0]),
                column=self.header(name),
                versions=versions,
                kept=tuple(kept),
            )
        )

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
