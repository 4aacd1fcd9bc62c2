"""What whole records reveal: gaps, doubles, backward spans, hidden rows, overwritten formulas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ..formulas import names, parse
from ..places import Place
from ..problems import Problem
from ..records import Reading, SheetRecords
from ..templates import Column, TableSheet
from .sorting import SortedRows, Table
from .typed import TypedTable, problem_of

__all__ = ["check_records", "compare_computed"]

_START, _END = "_start", "_end"
_RELATIVE = 1e-6


def check_records(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Walk the doubts about the records of one table that no single cell shows."""
    yield from _required_blanks(table, rows, typed)
    yield from _doubles(table, rows, typed)
    yield from _backward_spans(table, rows, typed)
    yield from _hidden(table, rows)


def _required_blanks(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    for column in table.inputs:
        if not column.is_required:
            continue
        stated = typed.stated.get(column.id, set())
        raw = typed.raw[column.id]
        for position in np.flatnonzero(typed.frame[column.id].isna().to_numpy()).tolist():
            if position not in stated:
                row = int(rows.records[position])
                yield problem_of(table, column, row, code="required_blank", raw=raw.iloc[position])


def _doubles(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Report records whose key was there before; a record with a gap in its key is none."""
    sheet = table.sheet
    if not sheet.key or any(key not in table.binding.columns for key in sheet.key):
        return
    keys = pd.DataFrame({key: typed.frame[key] for key in sheet.key}).dropna()
    repeats = keys[keys.duplicated(keep="first")]
    if repeats.empty:
        return
    known = keys[keys.duplicated(keep=False)].drop_duplicates()
    firsts = {tuple(values): at for at, *values in known.itertuples()}
    column = next((sheet[key] for key in sheet.key if sheet[key].is_key), sheet[sheet.key[0]])
    first = table.binding.header.first + 1
    for position, *values in repeats.itertuples():
        earlier = int(rows.records[firsts[tuple(values)]]) + first
        row = int(rows.records[position])
        raw = typed.raw[column.id].iloc[position]
        params = {"row": earlier}
        yield problem_of(table, column, row, code="duplicate_key", raw=raw, **params)


def _backward_spans(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    for start, end in _spans(table.sheet):
        starts, ends = typed.frame[start.id], typed.frame[end.id]
        wrong = (ends < starts).fillna(False).to_numpy(bool)
        for position in np.flatnonzero(wrong).tolist():
            row = int(rows.records[position])
            raw = _day(ends.iloc[position])
            yield problem_of(
                table, end, row, code="end_before_start", raw=raw, start=_day(starts.iloc[position])
            )


def _spans(sheet: TableSheet) -> Iterator[tuple[Column, Column]]:
    for column in sheet.inputs:
        other = column.id.removesuffix(_START) + _END
        if column.id.endswith(_START) and column.type == "date" and other in sheet:
            yield column, sheet[other]


def _day(value: date) -> str:
    return value.strftime("%Y-%m-%d")


def _hidden(table: Table, rows: SortedRows) -> Iterator[Problem]:
    """Report once how many hidden rows were counted in."""
    if not table.grid.hidden_rows:
        return
    first = table.binding.header.first + 1
    hidden = [row for row in rows.records.tolist() if row + first in table.grid.hidden_rows]
    if not hidden:
        return
    origin = table.binding.origin
    code = "filtered_rows" if table.grid.is_filtered else "hidden_rows"
    place = Place(file=origin.file, sheet=origin.sheet, row=hidden[0] + first)
    yield Problem(code=code, place=place, params={"count": len(hidden)})


def compare_computed(reading: Reading, *, as_of: date | None = None) -> tuple[Problem, ...]:
    """Compare the results stored in computed cells with ours; call after `formulas.compute`.

    A column of nothing but zeros was never calculated and is left out. So is a column that counts
    up to the as-of date unless the form fixes that date, and `as_of` (if given) is the same: the
    stored result depends on the day the workbook was last open.
    """
    fixed = reading.form.get("as_of")
    is_fixed = fixed is not None and as_of in (None, fixed)
    found: list[Problem] = []
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if isinstance(sheet, TableSheet):
            dated = set() if is_fixed else _dated(sheet)
            for column in sheet.computed:
                if column.is_numeric and column.id not in dated:
                    found += _differences(records, column)
    return tuple(found)


def _dated(sheet: TableSheet) -> set[str]:
    """Return the computed columns that depend on the as-of date, be it through others."""
    uses = {column.id: set(names(parse(column.formula or "0"))) for column in sheet.computed}
    dated = {"as_of"}
    while more := {name for name, used in uses.items() if used & dated} - dated:
        dated |= more
    return dated


def _differences(records: SheetRecords, column: Column) -> Iterator[Problem]:
    if column.id not in records.raw:
        return
    stored = [_number(cell) for cell in records.raw[column.id]]
    cached = np.array(stored, dtype=np.float64)
    ours = records.frame[column.id].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    both = ~np.isnan(cached) & ~np.isnan(ours)
    if not np.any(cached[both] != 0):
        return
    scale = np.maximum(np.abs(ours), 1e-9)
    differ = both & ~np.isclose(cached, ours, rtol=0, atol=np.nan_to_num(_RELATIVE * scale))
    for position in np.flatnonzero(differ).tolist():
        params: dict[str, object] = {
            "column": column.label,
            "stated": _short(cached[position]),
            "computed": _short(ours[position]),
        }
        yield Problem(
            code="computed_differs",
            place=records.place(position, column.id),
            column=column.id,
            raw=_short(cached[position]),
            params=params,
        )


def _number(cell: object) -> float:
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return float(cell) if is_number else float("nan")  # type: ignore[arg-type]  # checked above


def _short(number: Any) -> str:
    return f"{float(number):.10g}"
