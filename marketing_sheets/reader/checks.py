"""What whole records reveal: gaps, doubles, spans, hidden rows, rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ..formulas import references
from ..formulas_pandas import holds
from ..languages import fold
from ..places import Place
from ..problems import Problem
from ..records import Reading, SheetRecords
from ..templates import Check, Column, TableSheet
from .conditions import direction_conflicts, unclear_conditions
from .sorting import SortedRows, Table
from .typed import Surroundings, TypedTable, problem_of

__all__ = ["check_records", "check_rules"]

_START, _END = "_start", "_end"
_FAR = pd.Timedelta(days=366)


def check_records(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> Iterator[Problem]:
    """Walk the doubts about the records of one table that no single cell shows."""
    if not len(rows.records):
        return
    yield from _required_blanks(table, rows, typed)
    yield from _doubles(table, rows, typed)
    yield from _backward_spans(table, rows, typed)
    yield from _far_dates(table, rows, typed, around)
    yield from unclear_conditions(table, rows, typed)
    yield from direction_conflicts(table, rows, typed)
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
    """Report records whose key was there before; a record with a gap in its key is none.

    Rows that a merge took from different departments or files are kept apart: its log tells them.
    """
    sheet = table.sheet
    if not sheet.key or any(key not in table.binding.columns for key in sheet.key):
        return
    cells = [_plain(typed.frame[key]) for key in sheet.key]
    if len(set(zip(*cells, strict=True))) == len(rows.records):
        return
    keys = pd.DataFrame({key: typed.frame[key] for key in sheet.key}).dropna()
    known = keys[keys.duplicated(keep=False)]
    if known.empty:
        return
    traces = _came_from(table, rows)
    before: dict[tuple[object, ...], dict[tuple[str, ...], int]] = {}
    column = next((sheet[key] for key in sheet.key if sheet[key].is_key), sheet[sheet.key[0]])
    first = table.binding.header.first + 1
    for position, *values in known.itertuples():
        trace, others = traces[position], before.setdefault(tuple(values), {})
        repeated = next((at for other, at in others.items() if _may_be_one(trace, other)), None)
        others.setdefault(trace, position)
        if repeated is None:
            continue
        earlier = int(rows.records[repeated]) + first
        row = int(rows.records[position])
        raw = typed.raw[column.id].iloc[position]
        params = {"row": earlier}
        yield problem_of(table, column, row, code="duplicate_key", raw=raw, **params)


def _came_from(table: Table, rows: SortedRows) -> list[tuple[str, ...]]:
    """Return the department and file that a merge took each record from, "" where unknown."""
    header, count = table.binding.header, len(rows.records)
    columns = [
        ["" if cell is None else fold(str(cell)) for cell in cells.tolist()]
        for name in ("department", "file")
        if name in header.traces
        for cells in [table.grid.cells[header.first + rows.records, header.traces[name]]]
    ]
    return [*zip(*columns, strict=True)] if columns else [()] * count


def _may_be_one(trace: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether rows may be of one origin; a row typed in since the merge says none."""
    return all(a == b or not a or not b for a, b in zip(trace, other, strict=True))


def _plain(values: pd.Series[Any]) -> Sequence[object]:
    """Return cells of which two are equal if their values are."""
    return (values.to_numpy().view(np.int64) if values.dtype.kind == "M" else values).tolist()


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


def _far_dates(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> Iterator[Problem]:
    """Report days more than a year before or after the campaign."""
    if around.period is None:
        return
    start, end = (pd.Timestamp(day) for day in around.period)
    params = {"start": _day(start), "end": _day(end)}
    for column in table.inputs:
        if column.type != "date":
            continue
        days = typed.frame[column.id]
        far = ((days < start - _FAR) | (days > end + _FAR)).to_numpy(bool)
        for position in np.flatnonzero(far).tolist():
            row, raw = int(rows.records[position]), _day(days.iloc[position])
            yield problem_of(table, column, row, code="date_far", raw=raw, **params)


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


def check_rules(reading: Reading, *, as_of: date | None = None) -> tuple[Problem, ...]:
    """Report the records that break a rule of their sheet; call after `formulas.compute`.

    A rule that uses a cell which stands in `reading.problems` for having no value is not asked:
    nobody knows what was meant there.
    """
    doubtful = frozenset(p.place for p in reading.problems if p.severity != "info")
    found: list[Problem] = []
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if isinstance(sheet, TableSheet):
            for check in sheet.checks:
                broken = holds(
                    check.when,
                    records,
                    template=reading.template,
                    as_of=as_of,
                    choices=reading.choices or None,
                    settings=reading.settings,
                )
                found += _broken(check, records, sheet, np.flatnonzero(broken).tolist(), doubtful)
    return tuple(found)


def _broken(
    check: Check,
    records: SheetRecords,
    sheet: TableSheet,
    positions: Sequence[int],
    doubtful: frozenset[Place],
) -> Iterator[Problem]:
    column, raw = sheet[check.column], records.raw.get(check.column)
    used = _used(check.when, sheet)
    for position in positions:
        lost = (
            name
            for name in used
            if pd.isna(records.frame[name].iloc[position])
            and records.place(position, name) in doubtful
        )
        if any(lost):
            continue
        cell = None if raw is None else raw.iloc[position]
        yield Problem(
            code="check_failed",
            place=records.place(position, column.id),
            column=column.id,
            raw=_day(cell) if isinstance(cell, date) else cell,
            params={"column": column.label, "message": check.message},
        )


def _used(expression: str, sheet: TableSheet) -> tuple[str, ...]:
    """Return the columns an expression uses, be it through computed ones."""
    used: dict[str, None] = {}
    waiting = [expression]
    while waiting:
        for name in references(waiting.pop(), sheet):
            if name not in used:
                used[name] = None
                waiting += [formula] if (formula := sheet[name].formula) else []
    return tuple(used)
