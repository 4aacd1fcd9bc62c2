"""A sheet as a grid of raw cells, with what its package tells about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pandas.api.types import infer_dtype

from ..languages import fold_label

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..package import SheetFacts

    Cells = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]

__all__ = ["HEAD_ROWS", "Grid", "filled_and_text", "grid_of", "with_uncalculated"]

HEAD_ROWS = 60
_LONGEST_LABEL = 120
# Kinds of which a column may be throughout, each cell then holding something that is no text.
_SOLID = frozenset(("floating", "datetime"))


def _no_percents(_columns: set[int]) -> set[tuple[int, int]]:
    return set()


def _no_formulas(_columns: set[int]) -> dict[tuple[int, int], str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """One tab: `cells[row, column]` from 0, "" where empty; error cells hold their `#DIV/0!`.

    `errors`, `merges` and `hidden_rows` are facts of the package, counted from 1 as Excel does;
    `uncalculated` are formulas without a result, put into the cells as their text; `own_rows` are
    rows of ours below a table, which nobody need be told of.
    `head` holds the first rows with their texts folded as labels, "" where there is none.
    """

    name: str
    cells: Cells
    head: tuple[tuple[str, ...], ...]
    state: str = "visible"
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    is_filtered: bool = False
    is_summary: bool = False
    own_rows: frozenset[int] = frozenset()
    uncalculated: Mapping[tuple[int, int], str] = field(default_factory=dict)
    percent_cells: Callable[[set[int]], set[tuple[int, int]]] = _no_percents
    uncalculated_cells: Callable[[set[int]], dict[tuple[int, int], str]] = _no_formulas

    @property
    def height(self) -> int:
        """How many rows there are."""
        return int(self.cells.shape[0])

    @property
    def width(self) -> int:
        """How many columns there are."""
        return int(self.cells.shape[1])

    def text(self, row: int, column: int) -> str:
        """Return the trimmed text of a cell; "" if it is outside or holds none."""
        if row < self.height and column < self.width:
            cell = self.cells[row, column]
            return cell.strip() if isinstance(cell, str) else ""
        return ""


def grid_of(rows: Sequence[Sequence[object]], name: str, facts: SheetFacts | None = None) -> Grid:
    """Make a grid of `rows` of equal length, and of what the package tells about the sheet."""
    # Column by column is how everything reads it; text in numpy's own type would be truncated.
    cells = np.array(rows, dtype=object, order="F")
    if cells.ndim != 2:
        cells = np.empty((0, 0), dtype=object)
    head = tuple(tuple(_label(cell) for cell in row) for row in rows[:HEAD_ROWS])
    if facts is None:
        return Grid(name=name, cells=cells, head=head)
    inside = _put(cells, facts.errors)
    return Grid(
        name=name,
        cells=cells,
        head=head,
        state=facts.state,
        errors=inside,
        merges=facts.merges,
        hidden_rows=facts.hidden_rows,
        is_filtered=facts.filtered,
        is_summary=facts.is_summary,
        percent_cells=facts.percent_cells,
        uncalculated_cells=facts.uncalculated_cells,
    )


def with_uncalculated(grid: Grid, columns: set[int]) -> Grid:
    """Return the grid with the formulas without a result in `columns` (from 1) put in as text.

    To a parser of values they are blank.
    """
    formulas = grid.uncalculated_cells(columns)
    return replace(grid, uncalculated=_put(grid.cells, formulas)) if formulas else grid


def _put(cells: Cells, texts: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """Write texts into the cells of a grid, and return those that lie inside it."""
    inside = {
        (row, column): text
        for (row, column), text in texts.items()
        if row <= cells.shape[0] and column <= cells.shape[1]
    }
    for (row, column), text in inside.items():
        cells[row - 1, column - 1] = text
    return inside


def filled_and_text(column: Cells) -> tuple[Mask, Mask]:
    """Tell which cells of a column hold anything, and which hold text.

    A cell of nothing but blanks is empty.
    """
    kind = infer_dtype(column, skipna=False)
    if kind in _SOLID:
        return np.ones(len(column), dtype=bool), np.zeros(len(column), dtype=bool)
    cells = column.tolist()
    text = np.fromiter((cell.__class__ is str for cell in cells), bool, len(cells))
    filled = np.fromiter((cell is not None for cell in cells), bool, len(cells))
    at = np.flatnonzero(text)
    filled[at] = np.fromiter((bool(cells[i].strip()) for i in at.tolist()), bool, len(at))
    return filled, text & filled


def _label(cell: object) -> str:
    if not isinstance(cell, str) or not cell.strip() or len(cell) > _LONGEST_LABEL:
        return ""
    return fold_label(cell)
