"""Turn the cells of a table's records into typed columns; every cell that resists is a problem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..languages import fold
from ..templates import Choices, Column, TableSheet
from ..values import Context, percent_context
from ..values_columns import ParsedColumn, missing_column, parse_column
from .filling import fill
from .kept import choice_words, once_each
from .kinds import settle_kinds
from .scales import percent_rows, report_scale
from .sorting import SortedRows, Table
from .typed import Job, Surroundings, TypedTable, listed

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["column_context", "known_words", "type_table"]

_FIRST_YEARS = 1905  # where small numbers lie, counted from 1900 or from 1904
_SECOND = 1 / 86_400
_NO_YEAR = "year_from_period"
_NO_CELLS = pd.Series([], dtype=object)
_NO_KINDS = missing_column("text", 0)
_UNIT = re.compile(r"[(（\[【]([^()（）\[\]【】]+)[)）\]】]")


def type_table(table: Table, rows: SortedRows, around: Surroundings) -> TypedTable:
    """Type every column of a table; those the tab lacks are all missing values."""
    if not len(rows.records):
        return _without_records(table, around)
    typed = TypedTable()
    percents = percent_rows(table)
    quantities: dict[str, Job] = {}
    for column in table.sheet.columns:
        is_bound = column.id in table.binding.columns
        if column.is_computed or not is_bound:
            typed.frame[column.id] = missing_column(column.type, len(rows.records))
        if not is_bound:
            typed.raw[column.id] = pd.Series([None] * len(rows.records), dtype=object)
            continue
        cells = table.cells(column.id)[rows.records]
        typed.raw[column.id] = _raw_series(cells, is_date=column.type == "date")
        formatted = percents.get(column.id, frozenset())
        job = Job(table=table, rows=rows, typed=typed, column=column, percent_rows=formatted)
        if column.is_computed:
            _note_computed_errors(job)
            continue
        _type_input(job, around)
        if column.type == "quantity":
            quantities[column.id] = job
    settle_kinds([quantities[column.id] for column in table.inputs if column.id in quantities])
    return typed


def _without_records(table: Table, around: Surroundings) -> TypedTable:
    """Return what typing no records comes to; most tables of most workbooks hold none."""
    typed = TypedTable(frame=dict(_no_values(table.sheet)))
    typed.raw = {column.id: _NO_CELLS for column in table.sheet.columns}
    for column in table.inputs:
        header = table.binding.headers.get(column.id, "")
        context = column_context(column, header, around)
        if column.type == "percent":
            context = percent_context(context, [], header)
        typed.contexts[column.id] = context
        if column.type == "quantity":
            typed.kinds[column.id] = _NO_KINDS.copy(deep=False)
    return typed


@once_each
def _no_values(sheet: TableSheet) -> Mapping[str, pd.Series[Any]]:
    return {column.id: missing_column(column.type, 0) for column in sheet.columns}


def column_context(column: Column, header: str, around: Surroundings) -> Context:
    """Return what a column and its header tell about its cells."""
    choices = around.template.choices.get(column.choices or "")
    hit = _UNIT.search(header)
    return Context(
        period=around.period,
        as_of=around.as_of,
        date_1904=around.date_1904,
        choices=_spellings(choices, around) if choices is not None else None,
        choices_open=choices is not None and choices.is_open,
        labels={item.id: item.label for item in choices.items} if choices is not None else None,
        min=column.min,
        max=column.max,
        unit=hit[1] if hit and column.is_numeric else None,
        exact=not column.is_target,
    )


def known_words(words: pd.Series[Any], context: Context) -> pd.Series[Any]:
    """Return departments as the ids of those the list knows; others stay as typed."""
    ids = {word: (context.choices or {}).get(fold(word)) for word in words.dropna().unique()}
    return words.replace({word: found for word, found in ids.items() if found is not None})


def _spellings(choices: Choices, around: Surroundings) -> dict[str, str]:
    spellings = dict(choice_words(choices))
    for entry in around.entries.get(choices.id, {}):
        spellings.setdefault(fold(entry), entry)
    return spellings


def _raw_series(cells: npt.NDArray[Any], *, is_date: bool) -> pd.Series[Any]:
    values = cells.copy()
    values[values == ""] = None
    if is_date:
        for at, cell in enumerate(values.tolist()):
            if isinstance(cell, datetime) and cell.year <= _FIRST_YEARS:
                values[at] = _typed_number(cell)
    return pd.Series(values, dtype=object)


def _typed_number(moment: datetime) -> float | datetime:
    """Return the 6.1 that was typed into a date cell and came out as 1900-01-06 02:24."""
    epoch = datetime(1904, 1, 1) if moment.year >= 1904 else datetime(1899, 12, 31)
    days = (moment - epoch) / timedelta(days=1)
    return round(days, 2) if days % 1 and abs(days - round(days, 2)) < _SECOND else moment


def _type_input(job: Job, around: Surroundings) -> None:
    column, typed = job.column, job.typed
    context = column_context(column, job.header, around)
    formatted = job.formatted() if job.percent_rows else None
    if column.type == "percent":
        bare = job.raw if formatted is None else job.raw[~formatted]
        context = percent_context(context, bare.tolist(), job.header)
    typed.contexts[column.id] = context
    parsed = _parse(job.raw, column, context, formatted)
    typed.frame[column.id] = parsed.values
    if column.type == "department" and context.choices:
        typed.frame[column.id] = known_words(parsed.values, context)
    if parsed.remarks:
        typed.remarks[column.id] = parsed.remarks
    if parsed.kinds is not None:
        typed.kinds[column.id] = parsed.kinds
    if parsed.comparators:
        typed.comparators[column.id] = parsed.comparators
    _report_cells(job, parsed)
    report_scale(job, context)
    if column.fill_down:
        fill(job, context)


def _parse(
    raw: pd.Series[Any],
    column: Column,
    context: Context,
    formatted: npt.NDArray[np.bool_] | None,
) -> ParsedColumn:
    """Parse a column in one go, or in two where only some cells carry a % format."""
    as_percent = replace(context, percent_format=True)
    if formatted is None or not formatted.any():
        return parse_column(raw, column.type, context)
    if formatted.all():
        return parse_column(raw, column.type, as_percent)
    parts = [
        (np.flatnonzero(mask), parse_column(raw[mask], column.type, told))
        for mask, told in ((formatted, as_percent), (~formatted, context))
    ]
    kinds = [part.kinds for _, part in parts if part.kinds is not None]
    return ParsedColumn(
        values=pd.concat([part.values for _, part in parts]).sort_index(),
        kinds=pd.concat(kinds).sort_index() if kinds else None,
        remarks={int(at[i]): text for at, part in parts for i, text in part.remarks.items()},
        faults={int(at[i]): cell for at, part in parts for i, cell in part.faults.items()},
        notes={int(at[i]): cell for at, part in parts for i, cell in part.notes.items()},
        comparators={
            int(at[i]): sign for at, part in parts for i, sign in part.comparators.items()
        },
    )


def _report_cells(job: Job, parsed: ParsedColumn) -> None:
    """Report every faulty or undecided cell; an Excel error is reported as such."""
    typed, column = job.typed, job.column
    errors = _texts_at(job, job.table.grid.errors)
    uncalculated = _texts_at(job, job.table.grid.uncalculated)
    unusable = {**errors, **uncalculated}
    stated = typed.stated.setdefault(column.id, set())
    stated.update(unusable, parsed.faults, parsed.notes)
    faults = typed.faults.setdefault(column.id, {})
    if unusable:
        values = typed.frame[column.id].copy()
        values.iloc[list(unusable)] = pd.NA
        typed.frame[column.id] = values
    for position, text in unusable.items():
        faults[position] = "error_cell" if position in errors else "formula_not_calculated"
        job.report(faults[position], position, text)
    yearless = _report_yearless(job, parsed)
    for position, cell in (*parsed.faults.items(), *parsed.notes.items()):
        if position in unusable or position in yearless:
            continue
        if cell.fault is not None:
            faults[position] = cell.fault
        job.report(cell.fault or cell.note or "", position, job.raw.iloc[position], **cell.params)


def _report_yearless(job: Job, parsed: ParsedColumn) -> frozenset[int]:
    """Report the days that took their year from the campaign, once if there are several."""
    found = sorted(at for at, cell in parsed.notes.items() if cell.note == _NO_YEAR)
    if len(found) < 2:
        return frozenset()
    origin, first = job.table.binding.origin, job.table.binding.header.first + 1
    rows = (int(job.rows.records[position]) + first for position in found)
    cells = [str(origin.place(row, job.column.id).cell) for row in rows]
    raw = job.raw.iloc[found[0]]
    job.report("years_from_period", found[0], raw, count=len(found), cells=listed(cells))
    return frozenset(found)


def _texts_at(job: Job, texts: Mapping[tuple[int, int], str]) -> dict[int, str]:
    """Return, by record number, the texts that stand in the job's column."""
    if not texts:
        return {}
    binding = job.table.binding
    at, first = binding.columns[job.column.id] + 1, binding.header.first + 1
    by_row = {r - first: text for (r, c), text in texts.items() if c == at}
    rows = job.rows.records.tolist()
    return {i: by_row[row] for i, row in enumerate(rows) if row in by_row}


def _note_computed_errors(job: Job) -> None:
    errors = _texts_at(job, job.table.grid.errors)
    if errors:
        first = min(errors)
        job.report("computed_error", first, errors[first], count=len(errors))
