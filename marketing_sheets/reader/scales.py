"""In which scale bare numbers are meant: 2.1 for 2.1 %, 万元 in the header."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from ..values import Context, scale_of
from .sorting import Table
from .typed import Job

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["percent_rows", "report_scale"]

_BARE = re.compile(r"\s*[+-]?[\d,]*\.?\d+\s*", re.ASCII)


def percent_rows(table: Table) -> dict[str, frozenset[int]]:
    """Return, per percent or quantity column, the rows below the header shown as percentages."""
    at = {
        table.binding.columns[column.id] + 1: column.id
        for column in table.inputs
        if column.type in ("percent", "quantity")
    }
    if not at:
        return {}
    first = table.binding.header.first + 1
    found: dict[str, set[int]] = {column_id: set() for column_id in at.values()}
    for row, column in table.grid.percent_cells(set(at)):
        found[at[column]].add(row - first)
    return {column_id: frozenset(rows) for column_id, rows in found.items()}


def report_scale(job: Job, context: Context) -> None:
    """Tell once per column in which scale its bare numbers were read, if not in the plain one."""
    column = job.column
    factor = 1 if column.type == "percent" else scale_of(context.unit or "")
    if not (column.type == "percent" and context.percent_points) and factor == 1:
        return
    count = int((_bare(job) & ~job.formatted()).sum())
    if not count:
        return
    if column.type == "percent":
        job.report_column("percent_scale_points", count=count)
    else:
        job.report_column("unit_from_header", unit=context.unit, factor=f"{factor:,}", count=count)


def _bare(job: Job) -> npt.NDArray[np.bool_]:
    """Tell which cells hold a number without any unit, be it stored as text."""
    cells = job.raw.tolist()
    return np.fromiter((_is_bare(cell) for cell in cells), bool, len(cells))


def _is_bare(cell: object) -> bool:
    if isinstance(cell, str):
        return _BARE.fullmatch(unicodedata.normalize("NFKC", cell)) is not None
    return isinstance(cell, int | float) and not isinstance(cell, bool)
