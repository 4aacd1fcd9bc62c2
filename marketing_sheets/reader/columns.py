"""Turn the cells of a table's records into typed columns; every cell that resists is a problem.

A group value may stand for the rows below it (vertical merges, headings, left-out repeats), and a
column has a scale in which its bare numbers are meant: 2.1 for 2.1 %, 万元 in the header.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from ..records import Integers
from ..template import Choices, Column, TableSheet
from ..texts import fold, listed
from ..values import (
    Context,
    ParsedColumn,
    bare_size,
    holds_any,
    missing_column,
    parse,
    parse_column,
    percent_context,
    perhaps_spellings,
    shows_percent,
)
from .kinds import settle_kinds
from .table import (
    Job,
    SortedRows,
    Surroundings,
    Table,
    TypedTable,
    list_words,
    once_each,
)
from .units import column_unit, is_bare, known_scale, report_units, says_return, settle_units

if TYPE_CHECKING:
    import numpy.typing as npt

_DAYS = ("date", "date_range", "datetime")
_LEAP_DAY = 60
_FIRST_YEARS = 1909  # where small numbers lie, counted from 1900 or from 1904
_SECOND = 1 / 86_400
_NO_VALUE = "–"  # one of the words that stand for nothing
_NO_YEAR = "year_from_period"
_NO_CELLS = pd.Series([], dtype=object)
_NO_KINDS = missing_column("text", 0)


def fill(job: Job, context: Context) -> None:
    """Fill a fill-down column and report once how many cells were filled.

    In records that a program gives, what is missing is missing: it says so in a sheet as well,
    where a blank cell would take the entry above it.
    """
    column, typed, rows = job.column, job.typed, job.rows
    sources = fill_sources(job.table, rows, column)
    if context.is_export:
        typed.raw[column.id] = typed.raw[column.id].mask(sources >= 0, _NO_VALUE)
        return
    given = {s.row: s.given[1] for s in rows.skipped if s.given and s.given[0] == column.id}
    values, stated = typed.frame[column.id].copy(), typed.stated[column.id]
    position_of = {int(row): position for position, row in enumerate(rows.records.tolist())}
    filled: list[int] = []
    for position in np.flatnonzero(sources >= 0).tolist():
        source = int(sources[position])
        if source in given:
            value = _heading_value(given[source], column, context)
        elif source in position_of:
            value = values.iloc[position_of[source]]
            if position_of[source] in stated:
                stated.add(position)  # its fault is named once, where it stands
        else:
            continue
        if value is not None and not pd.isna(value):
            values.iloc[position] = value
            filled.append(position)
    typed.frame[column.id] = values
    if filled:
        job.report("merged_filled", filled[0], None, count=len(filled))


def _heading_value(raw: object, column: Column, context: Context) -> Any:
    """Return what a heading gives to the rows below it; None if the column does not know it."""
    if column.type == "choice":
        context = replace(context, choices_open=False)  # an unknown word is a heading, no more
    return parse(raw, column.type, context).value


def fill_sources(table: Table, rows: SortedRows, column: Column) -> Integers:
    """Return, per record, the row below the header whose value stands for it; -1 where none does.

    A vertical merge counts for all it covers. Otherwise a blank cell takes the value above it, but
    never past a blank row, a total or a heading (unless the heading gives the value), and only
    where every fill-down column before it is blank too: who typed the stage anew and no goal means
    no goal.
    """
    height = len(rows.block)
    filled = rows.filled[column.id]
    is_source = filled.copy()
    for skipped in rows.skipped:
        is_given = skipped.given is not None and skipped.given[0] == column.id
        is_source[skipped.row] = is_given
    last = np.maximum.accumulate(np.where(is_source, np.arange(height), -1))
    same_block = (last >= 0) & (rows.block[last] == rows.block)
    allowed = same_block & ~filled
    for other in _before(table, column):
        allowed &= ~rows.filled[other.id]
    sources = np.where(allowed, last, -1)
    for top, bottom in _vertical_merges(table, column, height):
        if filled[top]:
            covered = np.arange(top + 1, bottom + 1)
            sources[covered[~filled[covered]]] = top
    result: Integers = sources[rows.records]
    return result


def _before(table: Table, column: Column) -> list[Column]:
    bound = [c for c in table.sheet.inputs if c.fill_down and c.id in table.binding.columns]
    return bound[: bound.index(column)]


def _vertical_merges(table: Table, column: Column, height: int) -> list[tuple[int, int]]:
    at, first = table.binding.columns[column.id], table.first
    return [
        (top - first, min(bottom - first, height - 1))
        for top, left, bottom, right in table.grid.merges
        if left <= at <= right and bottom > top >= first and top - first < height
    ]


def percent_rows(table: Table) -> dict[str, frozenset[int]]:
    """Return, per percent or quantity column, the rows below the header shown as percentages."""
    at = {
        table.binding.columns[column.id]: column.id
        for column in table.inputs
        if column.type in ("percent", "quantity")
    }
    found: dict[str, set[int]] = {column_id: set() for column_id in at.values()}
    for (row, column), code in table.grid.codes.items():
        if column in at and (row, column) not in table.grid.shown and shows_percent(code):
            found[at[column]].add(row - table.first)
    return {column_id: frozenset(rows) for column_id, rows in found.items()}


def report_scale(job: Job, context: Context) -> None:
    """Tell once per column that its bare numbers were read as percent figures."""
    if job.column.type == "percent" and context.percent_points:
        bare = np.array([is_bare(cell) for cell in job.raw.tolist()], dtype=bool)
        count = int((bare & ~job.formatted()).sum())
        if count:
            job.report_column("percent_scale_points", count=count)


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
        is_date = column.type in _DAYS
        filled = rows.filled.get(column.id)
        if filled is None or not filled[rows.records].all():
            cells[cells == ""] = None
        typed.raw[column.id] = _raw_series(cells, table, is_date=is_date)
        formatted = percents.get(column.id, frozenset())
        job = Job(table=table, rows=rows, typed=typed, column=column, percent_rows=formatted)
        if column.is_computed:
            _note_computed_errors(job)
            continue
        _type_input(job, around)
        if column.type == "quantity":
            quantities[column.id] = job
    jobs = [quantities[column.id] for column in table.inputs if column.id in quantities]
    settle_kinds(jobs)
    settle_units(jobs)
    return typed


def _without_records(table: Table, around: Surroundings) -> TypedTable:
    """Return what typing no records comes to; most tables of most workbooks hold none."""
    typed = TypedTable(frame=dict(_no_values(table.sheet)))
    typed.raw = {column.id: _NO_CELLS for column in table.sheet.columns}
    for column in table.inputs:
        header = table.binding.headers.get(column.id, "")
        typed.contexts[column.id] = column_context(column, header, around, table.note)
        if column.type == "quantity":
            typed.kinds[column.id] = _NO_KINDS.copy(deep=False)
    return typed


@once_each
def _no_values(sheet: TableSheet) -> Mapping[str, pd.Series[Any]]:
    return {column.id: missing_column(column.type, 0) for column in sheet.columns}


@once_each
def _perhaps(choices: Choices) -> Mapping[str, tuple[str, ...]]:
    return perhaps_spellings(choices)


def column_context(
    column: Column, header: str, around: Surroundings, note: str | None = None
) -> Context:
    """Return what a column and its header tell about its cells; `note` is a unit above them."""
    choices = around.template.choices.get(column.choices or "")
    return Context(
        period=around.period,
        as_of=around.as_of,
        date_1904=around.date_1904,
        choices=list_words(choices, around) if choices is not None else None,
        choices_open=choices is not None and choices.is_open,
        perhaps=_perhaps(choices) if choices is not None else {},
        labels={item.id: item.label for item in choices.items} if choices is not None else None,
        min=column.min,
        max=column.max,
        unit=column_unit(column, header, note),
        percent_points=column.is_numeric
        and not around.is_export
        and "%" in unicodedata.normalize("NFKC", header),
        exact=not column.is_target,
        is_export=around.is_export,
    )


def known_words(words: pd.Series[Any], context: Context) -> pd.Series[Any]:
    """Return departments as the ids of those the list knows; others stay as typed."""
    ids = {word: (context.choices or {}).get(fold(word)) for word in words.dropna().unique()}
    return words.replace({word: found for word, found in ids.items() if found is not None})


def _raw_series(cells: npt.NDArray[Any], table: Table, *, is_date: bool) -> pd.Series[Any]:
    if is_date and not _are_late(cells):
        for at, cell in enumerate(cells.tolist()):
            if isinstance(cell, datetime) and cell.year <= _FIRST_YEARS:
                cells[at] = _typed_number(cell, date_1904=table.grid.date_1904)
    return pd.Series(cells, dtype=object)


def _are_late(cells: npt.NDArray[Any]) -> bool:
    """Whether cells hold moments alone, and none of the years in which small numbers lie."""
    moments = cells[holds_any(cells)]
    kind = infer_dtype(moments, skipna=False)
    return kind == "datetime" and min(moments.tolist()).year > _FIRST_YEARS


def _typed_number(moment: datetime, *, date_1904: bool) -> float | datetime:
    """Return the 6.1 that was typed into a date cell and came out as 1900-01-06 02:24."""
    # Excel counts a 29 February in 1900, which calendars do not have.
    zero = datetime(1904, 1, 1) if date_1904 else datetime(1899, 12, 31)
    days = (moment - zero) / timedelta(days=1)
    if not date_1904 and days >= _LEAP_DAY:
        days += 1
    return round(days, 2) if days % 1 and abs(days - round(days, 2)) < _SECOND else moment


def _type_input(job: Job, around: Surroundings) -> None:
    column, typed = job.column, job.typed
    context = column_context(column, job.header, around, job.table.note)
    formatted = job.formatted() if job.percent_rows else None
    if column.type == "percent":
        context = _with_scale(job, context, formatted, around)
    typed.contexts[column.id] = context
    parsed = _parse(job, context, formatted)
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
    report_units(job)
    if column.fill_down:
        fill(job, context)


def _with_scale(
    job: Job,
    context: Context,
    formatted: npt.NDArray[np.bool_] | None,
    around: Surroundings,
) -> Context:
    """Return the context of a percent column with the scale that all its cells together tell."""
    cells = job.raw
    if formatted is not None:
        cells = cells[~formatted]
    is_written = formatted is not None and bool(formatted.any())
    if context.is_export:
        return context
    bare = cells.tolist()
    # What is beyond doubt by itself needs no other figures.
    sizes = [size for cell in bare if (size := bare_size(cell))]
    known = known_scale(job, cells, around) if sizes else None
    return percent_context(context, bare, job.header, is_written=is_written, known=known)


def _parse(job: Job, context: Context, formatted: npt.NDArray[np.bool_] | None) -> ParsedColumn:
    """Parse a column in one go, or in two where only some cells carry a % format."""
    raw, column = job.raw, job.column
    numbers = job.table.numbers(job.table.binding.columns[column.id])[job.rows.records]
    as_percent = replace(context, percent_format=True)
    if formatted is None or not formatted.any():
        return parse_column(raw, column.type, context, numbers)
    if formatted.all():
        return parse_column(raw, column.type, as_percent, numbers)
    parts = [
        (np.flatnonzero(mask), parse_column(raw[mask], column.type, told, numbers[mask]))
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
        code = cell.fault or cell.note or ""
        if code == "ratio_not_one" and says_return(job, position):
            code = "ratio_order_unclear"
        if cell.fault is not None:
            faults[position] = code
        job.report(code, position, job.raw.iloc[position], **cell.params)


def _report_yearless(job: Job, parsed: ParsedColumn) -> frozenset[int]:
    """Report the days that took their year from the campaign, once if there are several."""
    found = sorted(at for at, cell in parsed.notes.items() if cell.note == _NO_YEAR)
    if len(found) < 2:
        return frozenset()
    rows = (int(job.rows.records[position]) for position in found)
    cells = [str(job.table.place(row, job.column.id).cell) for row in rows]
    raw = job.raw.iloc[found[0]]
    job.report("years_from_period", found[0], raw, count=len(found), cells=listed(cells, most=8))
    return frozenset(found)


def _texts_at(job: Job, texts: Mapping[tuple[int, int], str]) -> dict[int, str]:
    """Return, by record number, the texts that stand in the job's column."""
    if not texts:
        return {}
    at, first = job.table.binding.columns[job.column.id], job.table.first
    by_row = {r - first: text for (r, c), text in texts.items() if c == at}
    rows = job.rows.records.tolist()
    return {i: by_row[row] for i, row in enumerate(rows) if row in by_row}


def _note_computed_errors(job: Job) -> None:
    errors = _texts_at(job, job.table.grid.errors)
    if errors:
        first = min(errors)
        job.report("computed_error", first, errors[first], count=len(errors))
