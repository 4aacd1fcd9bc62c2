"""Records that the written report shows as they stand, where only they hold what it tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from ..records import Reading, SheetRecords
from ..styles import number_format
from ..template import NUMERIC_TYPES, Column, FormSheet, ReportPart, Task
from ..texts import NO_TEXT, Text
from .breakdowns import day_of
from .model import PartTable, ShownNumber

_Value = ShownNumber | Text | date | str


def parts_of(reading: Reading) -> Iterator[PartTable]:
    """Yield the tables that the template declares, of sheets that have records.

    A form's fields stand one below the other, those that are filled in.
    """
    for part in reading.template.report.parts:
        sheet = reading.template[part.sheet]
        found = (
            _fields(reading, part, sheet)
            if isinstance(sheet, FormSheet)
            else _records(reading, part)
        )
        if found is not None and found.rows:
            yield found


def _fields(reading: Reading, part: ReportPart, sheet: FormSheet) -> PartTable | None:
    fields = {field.id: field for field in sheet.fields}
    rows = []
    for name in part.columns:
        value = _value(reading, fields[name], reading.form.get(name), None)
        if value != "":
            rows.append((fields[name].label, value))
    return PartTable(
        chapter=part.chapter,
        title=part.title or sheet.label,
        heads=(NO_TEXT, NO_TEXT),
        numeric=(False, False),
        rows=tuple(rows),
        stages=None,
    )


def _records(reading: Reading, part: ReportPart) -> PartTable | None:
    records = reading.sheets.get(part.sheet)
    if records is None:
        return None
    sheet = next(one for one in reading.template.tables if one.id == part.sheet)
    columns = [column for column in sheet.columns if column.id in part.columns]
    columns.sort(key=lambda column: part.columns.index(column.id))
    held = [column for column in columns if column.id in records.frame]
    staged = next((one for one in sheet.columns if one.id == Task.STAGE), None)
    count = len(records.frame)
    stages = None
    if staged is not None and staged.id in records.frame:
        stages = tuple(_cell(reading, records, staged, row) for row in range(count))
    return PartTable(
        chapter=part.chapter,
        title=part.title or sheet.label,
        heads=tuple(column.label for column in held),
        numeric=tuple(column.type in NUMERIC_TYPES for column in held),
        rows=tuple(
            tuple(_cell(reading, records, column, row) for column in held) for row in range(count)
        ),
        stages=stages,  # type: ignore[arg-type]  # a stage is a choice or a text
    )


def _cell(reading: Reading, records: SheetRecords, column: Column, row: int) -> _Value:
    raw = records.raw[column.id].iat[row] if column.id in records.raw else None
    return _value(reading, column, records.frame[column.id].iat[row], raw)


def _value(reading: Reading, column: Column, value: Any, raw: Any) -> _Value:
    """Return what a cell says: quantities and odd values as written, choices by their labels."""
    if column.type == "quantity" and isinstance(raw, str) and raw.strip():
        return raw.strip()
    if value is None or pd.isna(value):
        return raw.strip() if isinstance(raw, str) else ""
    if column.choices and (known := reading.template.choices.get(column.choices)):
        items = {one.id: one.label for one in known.items}
        return items.get(str(value), str(value))
    if column.type in ("date", "datetime"):
        return day_of(value) or str(value)
    if isinstance(value, str):
        return value.strip()
    return ShownNumber(value=float(value), number_format=number_format(column))
