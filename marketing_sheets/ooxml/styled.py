"""Which cells of a sheet are in certain styles; rows and columns count from 1."""

from __future__ import annotations

import re

from ..problems import column_letter, column_number
from .extent import is_plain, walk_cells
from .scan import PREFIX_FOR_CELLS

_STYLE = re.compile(rb"""\bs\s*=\s*["'](\d+)""")


def styled_columns(sheet: bytes, styles: set[int]) -> frozenset[int] | None:
    """Return the columns with a cell in one of `styles`; None where that takes a closer look."""
    start = max(0, sheet.find(b"sheetData"))
    if not styles or not start:
        return frozenset()
    if sheet.find(b'<c r="', start) < 0 or PREFIX_FOR_CELLS.search(sheet, 0, start):
        return None
    wanted = b"|".join(str(style).encode() for style in sorted(styles))
    # A style may also stand behind other attributes; hardly any program puts it there.
    styled = rb'\d{1,7}"(?: s="(?:' + wanted + rb')"| (?!s=")[^<>]* s="(?:' + wanted + rb')")'
    cells = re.compile(rb'<c r="([A-Z]{1,3})' + styled)
    letters = {hit[1] for hit in cells.finditer(sheet, start)}
    return frozenset(column_number(found.decode()) for found in letters)


def styled_cells(sheet: bytes, columns: set[int], styles: set[int]) -> dict[tuple[int, int], int]:
    """Return the cells in `columns` whose style is one of `styles`, by (row, column)."""
    wanted = {str(style).encode(): style for style in styles}
    if not wanted or not columns:
        return {}
    # Cells that say where they stand are found by one expression; others are walked.
    if is_plain(sheet):
        letters = {column_letter(column).encode(): column for column in columns}
        cells = re.compile(rb'<c r="(' + b"|".join(letters) + rb')(\d{1,7})"([^>]*)>')
        return {
            (int(m[2]), letters[m[1]]): wanted[style]
            for m in cells.finditer(sheet)
            if (style := _style(m[3])) in wanted
        }
    return {
        (cell.row, cell.column): wanted[style]
        for cell in walk_cells(sheet)
        if cell.column in columns and (style := _style(cell.attributes)) in wanted
    }


def _style(tag: bytes) -> bytes:
    found = _STYLE.search(tag)
    return found[1] if found else b"0"
