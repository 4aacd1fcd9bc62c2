"""The sorting of the rows below a header while it is under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..records import Integers, Mask
from .table import NonRecord, Table

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(slots=True, kw_only=True, eq=False)
class Sorter:
    """The sorting under way: masks by column of the tab, the rows skipped and doubted so far.

    `words` gives the folded spellings of a list of choices, and the choice each means.
    """

    table: Table
    height: int
    serial: frozenset[int]
    words: Callable[[str], Mapping[str, str]]
    filled: dict[int, Mask] = field(default_factory=dict)
    text: dict[int, Mask] = field(default_factory=dict)
    skipped: dict[int, NonRecord] = field(default_factory=dict)
    doubts: dict[int, tuple[str, str]] = field(default_factory=dict)
    _distinct: dict[int, tuple[Integers, Integers, list[str]]] = field(default_factory=dict)

    def texts_that(
        self, column: int, test: Callable[[str], bool], among: Mask | None = None
    ) -> Mask:
        """Tell which cells, `among` some rows, are texts that pass a test; each is tested once."""
        if column not in self._distinct:
            rows = np.flatnonzero(self.text[column])
            codes, found = pd.factorize(self.cells(column)[rows])
            self._distinct[column] = rows, codes, found.tolist()
        rows, codes, texts = self._distinct[column]
        if among is not None:
            rows, codes = rows[among[rows]], codes[among[rows]]
        passed = np.zeros(len(texts), dtype=bool)
        for at in np.unique(codes).tolist():
            passed[at] = test(texts[at])
        result = np.zeros(self.height, dtype=bool)
        result[rows] = passed[codes]
        return result

    def text_at(self, row: int, column: int) -> str:
        """Return the trimmed text of a cell below the header."""
        return self.table.grid.text(self.table.first + row, column)

    def cells(self, column: int) -> npt.NDArray[Any]:
        """Return the cells of a column of the tab, below the header."""
        cells: npt.NDArray[Any] = self.table.grid.cells[self.table.first :, column]
        return cells
