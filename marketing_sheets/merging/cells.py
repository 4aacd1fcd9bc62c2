"""What stands in the cells of a table that is merged, as people see it, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ..problems import Place
from ..template import Column
from ..texts import fold, say
from ..values import as_text
from .model import Conflict, Source, Version, is_nothing, shown_value
from .pile import Pile
from .rows import OWN, RowTexts, value_text
from .sources import natural_order
from .way import Way, typed

# Cells that mean an id or a fraction, and show a label or a percentage.
_SHOWN_OTHERWISE = ("choice", "department", "percent")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The cells of a pile as texts; `known` keeps the columns that were asked for.

    `owners` tell whose each row is, where that makes it another record.
    """

    pile: Pile
    way: Way
    owners: pd.Series[Any] | None = None
    known: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def text(self, row: int, name: str) -> str:
        """Return what stands in a cell, a choice under its label in the merge's language."""
        typed, raw = (values[row] for values in self.columns_of(name))
        if name.startswith(OWN):
            return "" if is_nothing(raw) else as_text(raw)
        column = self.pile.sheet[name]
        if is_nothing(typed) or is_nothing(raw):
            return self._shown(column, typed if is_nothing(raw) else raw)
        if column.type in _SHOWN_OTHERWISE:
            remark = self.pile.remarks.get(name, {}).get(row)
            return self._shown(column, typed) + (f"({remark})" if remark else "")
        return as_text(raw)

    def _shown(self, column: Column, value: Any) -> str:
        return shown_value(column, value, self.way.template, self.way.language)

    def key(self, row: int) -> tuple[str, ...]:
        """Return what stands in the key columns."""
        return tuple(self.text(row, name) for name in self.pile.sheet.key)

    def record(self, row: int) -> str:
        """Return what names a record in every language: its key, else where it was typed."""
        sheet, parts = self.pile.sheet, []
        for name in sheet.key:
            typed, raw = (values[row] for values in self.columns_of(name))
            parts.append(fold(value_text(raw if is_nothing(typed) else typed)))
        if not all(parts) or not parts:
            return str(self.place(row, typed=True))
        if self.owners is not None and not is_nothing(owner := self.owners.iat[row]):
            parts.append(fold(str(owner)))
        return "|".join(parts)

    def place(self, row: int, name: str = "", *, typed: bool = False) -> Place:
        """Return where a row, or one of its cells, stands, or was typed as far as is known."""
        column = None if not name or name.startswith(OWN) else name
        return self.pile.place(row, column) if typed else self.pile.here(row, column)

    def version(self, row: int, name: str, *, typed: bool = False) -> Version:
        """Return what a row says in a cell, or as a whole, and where."""
        place = self.place(row, name, typed=typed)
        text = self.text(row, name) if name else self.whole(row)
        return Version(text=text, file=place.file or "", place=place)

    def conflict(self, rows: Sequence[int], name: str, kept: Sequence[int]) -> Conflict:
        """Return the conflict of rows that say different things in a cell, or as a whole."""
        return Conflict(
            sheet=self.pile.sheet.id,
            key=self.key(rows[0]),
            column=self.pile.header(name),
            versions=tuple(self.version(row, name) for row in rows),
            kept=tuple(kept),
            record=self.record(rows[0]),
        )

    def decide(self, conflict: Conflict) -> tuple[Conflict, str | None]:
        """Return a conflict with its state, and what people decided that is to stand, if they did.

        What they typed has to mean something in the column.
        """
        found, text = self.way.decisions.settle(conflict)
        if text is None or found.kept:
            return found, text
        column = next((c for c in self.pile.sheet.inputs if c.id == conflict.column), None)
        if column is not None and typed(text, column, self.pile.sources[0].reading) is None:
            return self.way.decisions.refuse(conflict, "decision_unread"), None
        return found, text

    def before(self, texts: RowTexts, name: str) -> str:
        """Return what a cell said when it was handed out."""
        if name in self.pile.sheet and self.pile.sheet[name].type in _SHOWN_OTHERWISE:
            return told(self.pile.sheet[name], texts.says(name), self.way)
        return texts.shown(name)

    def whole(self, row: int) -> str:
        """Return what a row says in all cells but its key."""
        names = [name for name in self.pile.names if name not in self.pile.sheet.key]
        said = [(name, self.text(row, name)) for name in names]
        return self.listed([(name, text) for name, text in said if text])

    def listed(self, said: Sequence[tuple[str, str]]) -> str:
        """Return cells with the names of their columns in one line."""
        language, sheet = self.way.language, self.pile.sheet
        labels = [
            sheet[name].label[language] if name in sheet else self.pile.header(name)
            for name, _ in said
        ]
        parts = [
            say("merge", "changes.cell", language, column=label, text=text)
            for label, (_, text) in zip(labels, said, strict=True)
        ]
        return say("merge", "log.semicolon", language).join(parts)

    def columns_of(self, name: str) -> tuple[Any, Any]:
        """Return the typed values of a column, and what stands in its cells, as arrays."""
        if name not in self.known:
            pile = self.pile
            if name.startswith(OWN):
                cells = pile.extras[pile.header(name)].to_numpy(dtype=object)
                self.known[name] = (cells, cells)
            else:
                typed = pile.frame[name].to_numpy(dtype=object)
                self.known[name] = (typed, pile.raw[name].to_numpy(dtype=object))
        return self.known[name]


def told(column: Column, text: str, way: Way) -> str:
    """Return a text to compare by, of a cell or a field, as people see it."""
    if column.type == "percent":
        try:
            return f"{float(text) * 100:.12g}%"
        except ValueError:
            return text
    choices = way.template.choices.get(column.choices or "")
    if choices is None or not text:
        return text
    # A choice is compared by its id, with the remark that staff put behind it.
    word, bracket, remark = text.partition("(")
    return choices.label_of(word, way.language) + bracket + remark


def preferred(way: Way, sources: Sequence[Source]) -> int:
    """Return which of several sources the policy prefers, by its place among them; else 0."""
    places = range(len(sources))
    if way.policy == "first":
        return min(places, key=lambda at: natural_order(sources[at].file))
    if way.policy == "last":
        return max(places, key=lambda at: natural_order(sources[at].file))
    if way.policy == "newest":
        return max(places, key=lambda at: sources[at].saved)
    return 0
