"""A worksheet that takes the cells of a table column by column and writes them row by row.

XlsxWriter keeps each cell as an object and asks of each what it is: most of the time and memory of
a large workbook. Here a column stays the list it was until its rows are written; the bytes are the
same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

Value = float | int | str | bool | None
_ROWS_A_SPAN = 16  # that many rows share what XlsxWriter says of how far they reach
_PIECE = 1000  # cells that are made at a time
_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


class _Nowhere(dict[tuple[int, int], str]):
    """Where XlsxWriter would note each cell of a table, to find tables that overlap."""

    def __setitem__(self, key: tuple[int, int], value: str) -> None:
        """Note nothing: ours do not overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """Cells from the first row on; a text is all that follows the cell's style, a number itself."""

    cells: Sequence[float | int | str | None]
    looks: Sequence[Any]
    formula: str  # what stands before a number
    first: str = ""  # the same in the first row, where others take the formula from it


class ColumnSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter tells no types
    """A worksheet with one block of columns of equal length, held until it is written."""

    dim_rowmin: Any
    dim_rowmax: Any

    def __init__(self) -> None:
        super().__init__()
        self.table_cells = _Nowhere()
        self._first = 0
        self._held: dict[int, _Column] = {}
        self._is_spanned = False
        self._shared = 0

    def hold(
        self, first: int, column: int, cells: Sequence[Value], looks: Sequence[Any]
    ) -> tuple[int, int]:
        """Take a column's values from row `first` on.

        Returns XlsxWriter's answer, below 0 where it refuses a cell, and the row of that cell.
        """
        if code := self._reach(first, column, len(cells)):
            return code, first
        known: dict[str, str] = {}
        held: list[float | int | str | None] = []
        for row, value in enumerate(cells, first):
            if value.__class__ is str:
                text = str(value)
                if text not in known:
                    if code := self._write_string(row, column, text):
                        return code, row
                    known[text] = f' t="s"><v>{self.table[row].pop(column).string}</v></c>'
                else:
                    self.str_table.count += 1
                held.append(known[text])
            elif value.__class__ is bool:
                held.append(f' t="b"><v>{int(value or 0)}</v></c>')
            else:
                held.append(value)
        self._held[column] = _Column(cells=held, looks=looks, formula="")
        return 0, first

    def hold_formula(
        self,
        first: int,
        column: int,
        formula: str,
        shown: Sequence[Value],
        looks: Sequence[Any],
        *,
        is_shared: bool = False,
    ) -> int:
        """Take one formula for all rows from `first` on, with what each shows; "" for nothing.

        One that `is_shared` is that of the first row, from which the others take it.
        """
        if code := self._reach(first, column, len(shown)):
            return code
        text, own = f"><f>{self._escape_data(formula)}</f><v>", ""
        if is_shared:
            letters = xl_col_to_name(column)
            cells = f"{letters}{first + 1}:{letters}{first + len(shown)}"
            own = f'><f t="shared" ref="{cells}" si="{self._shared}">{text.removeprefix("><f>")}'
            text = f'><f t="shared" si="{self._shared}"/><v>'
            self._shared += 1
        known: dict[Value, str] = {"": text + "</v></c>"}
        held: list[float | int | str | None] = []
        for value in shown:
            if value.__class__ is str:
                if value not in known:
                    kind = "e" if value in _ERRORS else "str"
                    known[value] = f' t="{kind}"{text}{self._escape_data(value)}</v></c>'
                held.append(known[value])
            elif value.__class__ is bool:
                held.append(f' t="b"{text}{int(value or 0)}</v></c>')
            else:
                held.append(value)
        self._held[column] = _Column(cells=held, looks=looks, formula=text, first=own)
        return 0

    def _reach(self, first: int, column: int, count: int) -> int:
        self._first = first
        code: int = self._check_dimensions(first, column)
        return code or (self._check_dimensions(first + count - 1, column) if count else 0)

    @property
    def _end(self) -> int:
        return self._first + max((len(one.cells) for one in self._held.values()), default=0)

    def _calculate_spans(self) -> None:
        if self._is_spanned:
            return
        super()._calculate_spans()
        if self._end == self._first:
            return
        low, high = min(self._held) + 1, max(self._held) + 1
        for at in range(self._first // _ROWS_A_SPAN, (self._end - 1) // _ROWS_A_SPAN + 1):
            others = [int(end) for end in self.row_spans.get(at, f"{low}:{high}").split(":")]
            self.row_spans[at] = f"{min(low, others[0])}:{max(high, others[1])}"

    def _write_rows(self) -> None:
        self._calculate_spans()
        self._is_spanned = True
        top, bottom = self.dim_rowmin, self.dim_rowmax
        self.dim_rowmax = min(bottom, self._first - 1) if self._held else bottom
        super()._write_rows()
        if self._held:
            self._write_held()
            self.dim_rowmin, self.dim_rowmax = max(top, self._end), bottom
            super()._write_rows()
        self.dim_rowmin, self.dim_rowmax = top, bottom

    def _write_held(self) -> None:
        """Write the rows of the block, and what else stands right of it."""
        columns = [_written(at, self._held[at], self._first) for at in sorted(self._held)]
        for row, cells in enumerate(zip(*columns, strict=True), self._first):
            self._write_row(row, self.row_spans[row // _ROWS_A_SPAN], self.row_info.get(row))
            self.fh.write("".join(cells))
            for at, cell in sorted(self.table.get(row, {}).items()):
                self._write_cell(row, at, cell)
            self._xml_end_tag("row")


def _written(at: int, column: _Column, first: int) -> Iterator[str]:
    """Yield the cells of a column as they stand in the sheet, one with the formula they share."""
    cells = _alike(at, column, first)
    if column.first:
        yield from (cell.replace(column.formula, column.first, 1) for cell in islice(cells, 1))
    yield from cells


def _alike(at: int, column: _Column, first: int) -> Iterator[str]:
    """Yield the cells of a column as if all had their formula from elsewhere."""
    letters, before = xl_col_to_name(at), column.formula or "><v>"
    number = "" if column.formula else ".16G"
    start = 0
    for _, run in groupby(column.looks, id):
        end = start + sum(1 for _ in run)
        # Formats are numbered as they are met, row by row: none before its row is asked for.
        style = column.looks[start]._get_xf_index()
        for begin in range(start, end, _PIECE):
            cells = column.cells[begin : min(begin + _PIECE, end)]
            yield from [
                f'<c r="{letters}{row}" s="{style}"{cell}'
                if cell.__class__ is str
                else f'<c r="{letters}{row}" s="{style}"/>'
                if cell is None
                else f'<c r="{letters}{row}" s="{style}"{before}{cell:{number}}</v></c>'
                for row, cell in enumerate(cells, first + begin + 1)
            ]
        start = end
