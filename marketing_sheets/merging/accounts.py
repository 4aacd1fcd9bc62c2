"""Duplicates and conflicts in words: which record, what each file says, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..languages import Language, fold
from ..places import Place
from ..templates import Column, Template
from ..values import as_text
from .identity import extra_name, is_nothing
from .model import Conflict, Duplicate, Version
from .pile import Pile
from .settling import Dispute, Settlement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "count_across",
    "count_across_doubles",
    "list_conflicts",
    "list_duplicates",
    "value_text",
]


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


def value_text(column: Column, value: Any, template: Template, language: Language) -> str:
    """Return a typed value as people see it: a choice's label, a percentage, an ISO date."""
    if is_nothing(value):
        return ""
    if column.choices and column.choices in template.choices and isinstance(value, str):
        return template.choices[column.choices].label_of(value, language)
    if column.type == "percent" and isinstance(value, float):
        return f"{value * 100:.12g}%"
    return as_text(float(value) if isinstance(value, float) else value)


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
            return value_text(column, said, self.template, self.language)
        if column.type in ("choice", "percent"):
            text = value_text(column, typed, self.template, self.language)
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
