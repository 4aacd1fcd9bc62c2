"""A table found in a tab, and the state of sorting its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..templates import Column, TableSheet
from .binding import Binding
from .grid import Grid
from .row_words import TotalKind

if TYPE_CHECKING:
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

__all__ = ["RowReason", "Skipped", "SortedRows", "Sorter", "Table"]

RowReason = Literal["total_row", "section_row", "repeated_header", "unfilled_row"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """One template sheet found in one tab."""

    sheet: TableSheet
    grid: Grid
    binding: Binding

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The input columns that are bound, in the tab's order."""
        at = self.binding.columns
        bound = (column for column in self.sheet.inputs if column.id in at)
        return tuple(sorted(bound, key=lambda column: at[column.id]))

    def cells(self, column_id: str) -> npt.NDArray[Any]:
        """Return the cells below the header of a bound column."""
        cells: npt.NDArray[Any] = self.grid.cells[
            self.binding.header.first :, self.binding.columns[column_id]
        ]
        return cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that is no record; `row` counts from 0 below the header.

    `total` tells the kind of a total row; `given` the value a heading gives to the rows below it.
    """

    row: int
    reason: RowReason
    text: str
    total: TotalKind | None = None
    given: tuple[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SortedRows:
    """The rows below the header: which are records, and why the others are not.

    `filled` tells, per bound input column, which cells hold anything; `block` numbers the runs of
    records that no other row parts.
    """

    records: Rows
    skipped: tuple[Skipped, ...]
    filled: Mapping[str, Mask]
    block: Rows
    unfilled: Rows


@dataclass(slots=True, kw_only=True, eq=False)
class Sorter:
    """The sorting under way: masks by column of the tab, and the rows skipped so far."""

    table: Table
    height: int
    serial: frozenset[int]
    filled: dict[int, Mask] = field(default_factory=dict)
    text: dict[int, Mask] = field(default_factory=dict)
    skipped: dict[int, Skipped] = field(default_factory=dict)

    def text_at(self, row: int, column: int) -> str:
        """Return the trimmed text of a cell below the header."""
        return self.table.grid.text(self.table.binding.header.first + row, column)

    def cells(self, column: int) -> npt.NDArray[Any]:
        """Return the cells of a column of the tab, below the header."""
        cells: npt.NDArray[Any] = self.table.grid.cells[self.table.binding.header.first :, column]
        return cells
