"""Group values that stand for the rows below them: vertical merges, headings, left-out repeats."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..templates import Column
from ..values import Context, parse
from .sorting import SortedRows, Table
from .typed import Job

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

__all__ = ["fill", "fill_sources"]


def fill(job: Job, context: Context) -> None:
    """Fill a fill-down column and report once how many cells were filled."""
    column, typed, rows = job.column, job.typed, job.rows
    sources = fill_sources(job.table, rows, column)
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


def fill_sources(table: Table, rows: SortedRows, column: Column) -> Rows:
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
    result: Rows = sources[rows.records]
    return result


def _before(table: Table, column: Column) -> list[Column]:
    bound = [c for c in table.sheet.inputs if c.fill_down and c.id in table.binding.columns]
    return bound[: bound.index(column)]


def _vertical_merges(table: Table, column: Column, height: int) -> list[tuple[int, int]]:
    at = table.binding.columns[column.id] + 1
    first = table.binding.header.first + 1
    return [
        (top - first, min(bottom - first, height - 1))
        for top, left, bottom, right in table.grid.merges
        if left <= at <= right and bottom > top >= first and top - first < height
    ]
