"""Rows as texts that two workbooks can be compared by, whatever way each wrote its cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import pandas as pd

from ..languages import fold
from ..records import SheetRecords
from ..templates import Column, TableSheet
from ..values import parse
from ..values_cells import as_typed, simplest

__all__ = ["NO_ROW", "OWN", "RowTexts", "own_name", "row_texts", "value_text"]

OWN = "own:"

# Excel keeps fifteen digits of a number; more would tell rows apart that a save made.
_DIGITS = ".15g"
_MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTexts:
    """The filled input cells of a row as texts, by column id; staff's own by `own:<header>`.

    `cells` holds what each means (1234.5, 2024-07-01, a choice's id), or what was typed where that
    has no meaning; `typed` what was typed where it reads otherwise. `kinds` tells what a figure is
    beyond its amount: a quantity's percent, ratio, growth or money and the sign it is bound by, and
    `number` in a column of staff's own; None where nobody knows, in the base of an older split.
    """

    cells: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] | None = field(default_factory=dict)

    @property
    def content(self) -> tuple[tuple[str, str], ...]:
        """All that the row says, kinds apart, to be compared and hashed."""
        return tuple(sorted(self.cells.items()))

    def says(self, name: str) -> str:
        """Return a cell's text with its kind, "" where blank."""
        text, kind = self.cells.get(name, ""), (self.kinds or {}).get(name)
        return f"{text} {kind}" if text and kind else text

    def shown(self, name: str) -> str:
        """Return what was typed in a cell, else its text."""
        return self.typed.get(name) or self.cells.get(name, "")

    def differs(self, now: RowTexts, name: str) -> bool:
        """Whether a cell says something else in `now`; the same words typed say the same."""
        if self.agrees(now, name):
            return False
        typed = self.shown(name)
        # A 3 in a column of staff's own may be a number or a text; both are shown alike.
        return not typed or typed != now.shown(name) or name.startswith(OWN)

    def agrees(self, now: RowTexts, name: str) -> bool:
        """Whether a cell means the same in `now`: amounts alone where a kind is not known."""
        if self.kinds is None or now.kinds is None:
            return self.cells.get(name, "") == now.cells.get(name, "")
        return self.says(name) == now.says(name)

    def key(self, sheet: TableSheet) -> tuple[str, ...] | None:
        """Return what tells the record apart, folded; None where a part of it is blank."""
        parts = tuple(fold(self.says(column_id)) for column_id in sheet.key)
        return parts if parts and all(parts) else None


NO_ROW = RowTexts()


def value_text(value: object) -> str:
    """Return a typed value, of a form's field or of a setting, as a text to compare by."""
    if isinstance(value, tuple):
        return "~".join(value_text(part) for part in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(value + 0.0, _DIGITS)
    return _text(value)


def own_name(header: object) -> str:
    """Return the name under which a column of staff's own is compared."""
    return OWN + fold(str(header))


def row_texts(records: SheetRecords, sheet: TableSheet) -> list[RowTexts]:
    """Return the texts of every record of a sheet, in order."""
    count = len(records.frame)
    cells: list[dict[str, str]] = [{} for _ in range(count)]
    typed: list[dict[str, str]] = [{} for _ in range(count)]
    kinds: list[dict[str, str]] = [{} for _ in range(count)]
    for column in sheet.inputs:
        if column.id not in records.frame:
            continue
        said = _said(records, column.id)
        if column.type == "quantity":
            for at, kind in _kinds(records, column.id):
                kinds[at][column.id] = kind
            said = _shown(records, column.id, said)
        for at, value in enumerate(_meant(column, records)):
            text = value or said[at]
            if text:
                cells[at][column.id] = text
                if said[at] and said[at] != text:
                    typed[at][column.id] = said[at]
    if records.extras is not None:
        for number, header in enumerate(records.extras.columns):
            values = records.extras.iloc[:, number]
            for at, (text, value) in enumerate(zip(_texts(values), values.tolist(), strict=True)):
                if text:
                    cells[at][own_name(header)] = text
                    if _is_number(value):
                        kinds[at][own_name(header)] = "number"
    return [RowTexts(cells=cells[at], typed=typed[at], kinds=kinds[at]) for at in range(count)]


def _kinds(records: SheetRecords, column_id: str) -> Iterator[tuple[int, str]]:
    """Walk what the figures of a column of quantities are, where that is more than a number."""
    known = records.kinds.get(column_id)
    is_there = records.frame[column_id].notna().tolist()
    said = records.raw[column_id].tolist() if column_id in records.raw else [None] * len(is_there)
    kinds = [None] * len(said) if known is None else known.astype(object).tolist()
    signs: dict[str, str] = {}
    for at, (kind, cell) in enumerate(zip(kinds, said, strict=True)):
        if not is_there[at]:
            continue
        sign = ""
        if isinstance(cell, str):
            if cell not in signs:
                signs[cell] = parse(cell, "quantity").comparator or ""
            sign = signs[cell]
        unit = kind if isinstance(kind, str) and kind != "number" else ""
        if unit or sign:
            yield at, f"{sign}{unit}"


def _shown(records: SheetRecords, column_id: str, said: list[str]) -> list[str]:
    """Return what stands in the cells of quantities as Excel shows it: 30% for such a 0.3."""
    if column_id not in records.kinds or column_id not in records.raw:
        return said
    is_percent = (records.kinds[column_id] == "percent").fillna(False).tolist()
    return [
        f"{cell * 100:.12g}%" if percent and _is_number(cell) else text
        for text, percent, cell in zip(said, is_percent, records.raw[column_id], strict=True)
    ]


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _meant(column: Column, records: SheetRecords) -> list[str]:
    """Return the texts of a column's values, "" where there is none."""
    series = records.frame[column.id]
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        values = [_day(value) for value in series]
    elif pd.api.types.is_numeric_dtype(series.dtype):
        values = [
            "" if value is None else format(value + 0.0, _DIGITS)
            for value in series.astype(object).where(series.notna(), None)
        ]
    else:
        values = _texts(series)
    for at, remark in records.remarks.get(column.id, {}).items():
        values[at] = f"{values[at]}({remark})"
    return values


def _day(value: Any) -> str:
    return "" if value is pd.NaT else _MIDNIGHT.sub("", value.isoformat())


def _said(records: SheetRecords, column_id: str) -> list[str]:
    if column_id not in records.raw:
        return [""] * len(records.frame)
    return _texts(records.raw[column_id])


def _texts(values: pd.Series[Any]) -> list[str]:
    # Most cells are blank or say what others say: each is looked at once.
    known: dict[str, str] = {}
    texts: list[str] = []
    for value in values.tolist():
        if value is None or value is pd.NA or value is pd.NaT:
            texts.append("")
        elif value.__class__ is str:
            text = known.get(value)
            if text is None:
                text = known[value] = _text(value)
            texts.append(text)
        else:
            texts.append(_text(value))
    return texts


def _text(value: object) -> str:
    if not isinstance(value, str):
        cell = None if value is None or value is pd.NA else simplest(value)
        value = "" if cell is None else as_typed(cell)
    # A line break is two characters in some programs and one in others.
    return _MIDNIGHT.sub("", str(value).replace("\r\n", "\n").strip())
