"""Read one table: header, rows, typed columns, doubts, control totals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from ..places import Place
from ..problems import Problem
from ..records import ControlTotal, SheetRecords, SkippedRow
from ..templates import TableSheet
from ..values_columns import missing_column
from .binding import bind
from .checks import check_records
from .columns import type_table
from .formula_cells import unseen_by_formulas
from .grid import Grid, with_uncalculated
from .headers import find_header
from .kept import once_each
from .rows import sort_rows
from .shares import find_share, share_problem, with_share
from .sorting import SortedRows, Table
from .totals import control_totals, mismatched_totals
from .traces import origins_of
from .typed import Surroundings, TypedTable
from .unlisted import unlisted_choices

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TableReading", "read_table"]

_NO_CELLS = pd.Series([], dtype=object)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableReading:
    """The records of one table with its problems, in the order of the sheet, and its totals."""

    records: SheetRecords
    problems: tuple[Problem, ...]
    totals: tuple[ControlTotal, ...]


def read_table(
    grid: Grid, sheet: TableSheet, around: Surroundings, *, file: str | None
) -> TableReading | Problem:
    """Read a table out of a tab; a Problem where it has no header that names two columns."""
    found = _read(grid, sheet, around, file=file)
    if isinstance(found, Problem):
        return found
    share = find_share(found.records, sheet, around)
    if share is None:
        return found
    told = share_problem(share, found.records, sheet)
    if share.fills:
        # Read once more with the amount in its cell, so that totals and checks know of it.
        filled = _read(with_share(grid, share), sheet, around, file=file)
        found = filled if isinstance(filled, TableReading) else found
    return found if told is None else replace(found, problems=(*found.problems, told))


def _read(
    grid: Grid, sheet: TableSheet, around: Surroundings, *, file: str | None
) -> TableReading | Problem:
    header = find_header(grid, sheet)
    if header is None:
        place = Place(file=file, sheet=grid.name)
        return Problem(code="missing_header", place=place, params={"sheet": sheet.label})
    binding = bind(grid, sheet, header, file=file)
    inputs = {binding.columns[c.id] + 1 for c in sheet.inputs if c.id in binding.columns}
    grid = with_uncalculated(grid, inputs)
    table = Table(sheet=sheet, grid=grid, binding=binding)
    rows = sort_rows(table)
    typed = type_table(table, rows, around)
    cells = [
        *typed.problems,
        *_skipped_rows(table, rows),
        *check_records(table, rows, typed, around),
        *unlisted_choices(table, rows, typed),
        *unseen_by_formulas(table, rows, typed, around),
        *mismatched_totals(table, rows, typed),
    ]
    cells.sort(key=lambda problem: (problem.place.row or 0, problem.place.column or 0))
    return TableReading(
        records=_records(table, rows, typed, around),
        problems=(*binding.problems, *cells),
        totals=tuple(control_totals(table, rows, typed)),
    )


def _skipped_rows(table: Table, rows: SortedRows) -> Iterator[Problem]:
    origin, first = table.binding.origin, table.binding.header.first + 1
    for skipped in rows.skipped:
        if skipped.row + first in table.grid.own_rows:
            continue
        yield Problem(
            code=skipped.reason,
            place=Place(file=origin.file, sheet=origin.sheet, row=skipped.row + first),
            raw=skipped.text,
        )


def _records(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> SheetRecords:
    binding = table.binding
    first = binding.header.first
    extras = {}
    for name, at in binding.extras.items():
        cells = table.grid.cells[first + rows.records, at].copy()
        cells[cells == ""] = None
        extras[name] = pd.Series(cells, dtype=object)
    if len(rows.records):
        frame, raw = _frame(typed), _raw_frame(typed)
    else:
        # Frames are copied when they are written to, so that nobody sees another's changes.
        frame, raw = (one.copy(deep=False) for one in _no_records(table.sheet))
    return SheetRecords(
        sheet=table.sheet.id,
        frame=frame,
        raw=raw,
        rows=rows.records + first + 1,
        origin=binding.origin,
        kinds=typed.kinds,
        remarks=typed.remarks,
        extras=pd.DataFrame(extras) if extras else None,
        origins=origins_of(table, rows, around),
        skipped=tuple(
            SkippedRow(row=skipped.row + first + 1, reason=skipped.reason, text=skipped.text)
            for skipped in rows.skipped
        ),
    )


def _frame(typed: TypedTable) -> pd.DataFrame:
    return pd.DataFrame({name: column.array for name, column in typed.frame.items()})


def _raw_frame(typed: TypedTable) -> pd.DataFrame:
    return pd.DataFrame({n: column.to_numpy() for n, column in typed.raw.items()}, dtype=object)


@once_each
def _no_records(sheet: TableSheet) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the frames of a table without records."""
    columns = {column.id: missing_column(column.type, 0) for column in sheet.columns}
    typed = TypedTable(frame=columns, raw=dict.fromkeys(columns, _NO_CELLS))
    return _frame(typed), _raw_frame(typed)
