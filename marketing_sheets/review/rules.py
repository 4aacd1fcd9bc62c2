"""Marks for tables that were not generated with them: one conditional format each.

It names the column of a cell by references, which follow their columns when others are inserted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from ..ooxml import CellRule
from ..problems import column_letter
from ..records import Origin, Reading
from ..styles import Palette
from ..template import Column, TableSheet
from .keys import BELOW, KEYS, excel_key

__all__ = ["mark_rules"]


def mark_rules(reading: Reading, marked: Collection[str] = ()) -> tuple[CellRule, ...]:
    """Return a rule for each tab with records but those `marked` already."""
    return tuple(
        _rule(sheet, origin, int(records.rows[end - 1]) if end > first else origin.header_row)
        for records in reading.sheets.values()
        if isinstance(sheet := reading.template[records.sheet], TableSheet)
        for origin, first, end in records.tabs()
        if origin.sheet not in marked and any(_shown(sheet, origin))
    )


def _shown(sheet: TableSheet, origin: Origin) -> Iterator[tuple[int, Column]]:
    """Walk the columns of a tab that are marked, with their numbers from 1."""
    for column in sheet.inputs:
        if column.id in origin.columns and column.type != "long_text":
            yield origin.columns[column.id], column


def _rule(sheet: TableSheet, origin: Origin, last: int) -> CellRule:
    columns = sorted(_shown(sheet, origin), key=lambda pair: pair[0])
    row = origin.header_row + 1
    first = column_letter(columns[0][0])
    named = "&".join(
        f'IF(COLUMN({first}{row})=COLUMN(${column_letter(number)}{row}),"{column.id}","")'
        for number, column in columns
    )
    key = excel_key(f"{first}{row}", f'"{sheet.id}."&{named}&"="')
    areas = tuple(
        f"{column_letter(a)}{row}:{column_letter(b)}{last + BELOW}"
        for a, b in _runs(number for number, _ in columns)
    )
    return CellRule(
        tab=origin.sheet,
        areas=areas,
        formula=f"IF(ISERROR({first}{row}),TRUE,ISNUMBER(MATCH({key},{KEYS},0)))",
        fill=Palette.MARK_FILL,
        color=Palette.MARK,
    )


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Join neighbouring numbers."""
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1]
