"""Records that the written report shows as they stand, where only they hold what it tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from ..records import Reading, SheetRecords
from ..styles import number_format
from ..template import NUMERIC_TYPES, Column, FormSheet, ReportPart, TableSheet, Task
from ..texts import NO_TEXT
from .breakdowns import day_of
from .model import PartTable, PartValue, ShownNumber


def parts_of(reading: Reading) -> Iterator[PartTable]:
    """Yield the tables that the template declares, of sheets that have records.

    A form's fields stand one below the other, those that are filled in.
    """
    for part in reading.template.report.parts:
        sheet = reading.template[part.sheet]
        if isinstance(sheet, FormSheet):
            found = _fields(reading, part, sheet)
        elif sheet.id in reading.sheets:
            found = _records(reading, part, sheet)
        else:
            continue
        if found.rows:
            yield found


def _fields(reading: Reading, part: ReportPart, sheet: FormSheet) -> PartTable:
    fields = {field.id: field for field in sheet.fields}
    rows = []
    for name in part.columns:
        (value,) = _values(reading, fields[name], [reading.form.get(name)], [None])
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


def _records(reading: Reading, part: ReportPart, sheet: TableSheet) -> PartTable:
    records = reading.sheets[sheet.id]
    held = [sheet[name] for name in part.columns if name in records.frame]
    is_staged = Task.STAGE in sheet and Task.STAGE in records.frame
    return PartTable(
        chapter=part.chapter,
        title=part.title or sheet.label,
        heads=tuple(column.label for column in held),
        numeric=tuple(column.type in NUMERIC_TYPES for column in held),
        rows=tuple(zip(*(_column(reading, records, one) for one in held), strict=True)),
        stages=tuple(_column(reading, records, sheet[Task.STAGE])) if is_staged else None,
    )


def _column(reading: Reading, records: SheetRecords, column: Column) -> list[PartValue]:
    values = records.frame[column.id].tolist()
    typed = column.id in records.raw
    raw = records.raw[column.id].tolist() if typed else [None] * len(values)
    return _values(reading, column, values, raw)


def _values(
    reading: Reading, column: Column, values: Sequence[Any], raw: Sequence[Any]
) -> list[PartValue]:
    """Return what cells say: quantities and odd values as written, choices by their labels.

    A whole column at once: a table may have as many rows as a sheet.
    """
    choices = reading.template.choices.get(column.choices or "")
    labels = {one.id: one.label for one in choices.items} if choices else None
    is_day, as_written = column.type in ("date", "datetime"), column.type == "quantity"
    shape = number_format(column)

    def said(value: Any, typed: Any) -> PartValue:
        written = typed.strip() if isinstance(typed, str) else ""
        if as_written and written:
            return written
        if value is None or pd.isna(value):
            return written
        if labels is not None:
            return labels.get(str(value), str(value))
        if is_day:
            return day_of(value) or str(value)
        if isinstance(value, str):
            return value.strip()
        return ShownNumber(value=float(value), number_format=shape)

    return [said(value, typed) for value, typed in zip(values, raw, strict=True)]
