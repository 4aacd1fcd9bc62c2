"""How far the cells of a sheet reach: a parser allocates the box around all non-empty cells.

Works on the raw bytes of a sheet part, because it has to come before any parser and must cost
next to nothing. Ordinary sheets are cleared by one search that proves no cell can lie far out;
only the others are looked at cell by cell. Stated dimensions are never believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..places import column_number

__all__ = [
    "CellTag",
    "attributes",
    "is_plain",
    "too_far",
    "walk_cells",
]

AREA_LIMIT = 40_000_000  # cells in the box around the non-empty ones
CELL_LIMIT = 20_000_000  # cells that hold something

_PREFIX = rb"(?:[^<>\s/!?:\"']+:)?"
_QUOTED = rb"""(?:[^<>"']|"[^"]*"|'[^']*')*"""
_ATTRIBUTE = re.compile(rb"""([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ROW_OR_CELL = re.compile(rb"<" + _PREFIX + rb"(row|c)(?=[\s/>])(" + _QUOTED + rb")>")
_BLANK = re.compile(rb"(?:<" + _PREFIX + rb"v\s*(?:/>|></[^>]*>))?</" + _PREFIX + rb"c\s*>")
_CLOSED = re.compile(rb"</" + _PREFIX + rb"c\s*>")

# Each rung allows columns and rows whose product stays below AREA_LIMIT. A pattern finds the
# first cell that is not provably within: 26 x 1,049,999; 400 (OJ) x 99,999; 4,000 (EWV) x 9,999.
_RUNGS = tuple(
    letters + rows
    for letters, rows in (
        (rb"[A-Z]", rb"(?:\d{1,6}|10[0-4]\d{4})"),
        (rb"(?:[A-Z]|[A-N][A-Z]|O[A-J])", rb"\d{1,5}"),
        (rb"(?:[A-Z]{1,2}|[A-D][A-Z]{2}|E[A-V][A-Z]|EW[A-V])", rb"\d{1,4}"),
    )
)
_PLAIN = tuple(re.compile(rb'<c(?! r="' + rung + rb'")[\s/>]') for rung in _RUNGS)
_PREFIXED = tuple(
    re.compile(rb"<" + _PREFIX + rb'c(?! r="' + rung + rb'")[\s/>]') for rung in _RUNGS
)
_ODD_CELL = re.compile(rb'<c(?! r="[A-Z]{1,3}\d{1,7}")[\s/>]')
_FILLED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(' + _QUOTED + rb""")(?<!/)>(.)""", re.DOTALL)
_ADDRESS = re.compile(rb"\s*\$?([A-Za-z]{1,7})\$?(\d{1,12})\s*")
_SMALLEST_FILLED_CELL = 11  # bytes of <c><v/></c>


class CellTag(NamedTuple):
    """A cell's start tag: place (from 1), attributes, where its content starts, or -1."""

    row: int
    column: int
    attributes: bytes
    content: int


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """Return the attributes written in a start tag, values as they stand."""
    return {m[1]: m[2] if m[2] is not None else m[3] for m in _ATTRIBUTE.finditer(tag)}


def too_far(sheet: bytes) -> bool:
    """Whether the non-empty cells of a sheet, or the box around them, exceed the limits."""
    start = max(0, sheet.find(b"sheetData"))
    if len(sheet) > CELL_LIMIT * _SMALLEST_FILLED_CELL and _too_many(sheet, start):
        return True
    rungs = _PREFIXED if _prefixed(sheet, start) else _PLAIN
    if any(not rung.search(sheet, start) for rung in rungs):
        return False
    return _area(sheet, start) > AREA_LIMIT


def is_plain(sheet: bytes) -> bool:
    """Whether every cell is written `<c r="B7"...>`, as nearly all programs write it."""
    start = max(0, sheet.find(b"sheetData"))
    return not _prefixed(sheet, start) and not _ODD_CELL.search(sheet, start)


def _prefixed(sheet: bytes, start: int) -> bool:
    """Whether a cell may be written with a namespace prefix."""
    # Behind the cells stand prefixes of all kinds, such as those of conditional formats.
    end = sheet.rfind(b"sheetData")
    end = end if end > start else len(sheet)
    colon = sheet.find(b":", start, end)  # a single byte is found ten times faster than two
    return colon >= 0 and sheet.find(b":c", colon, end) >= 0


def _too_many(sheet: bytes, start: int) -> bool:
    if sheet.count(b"</c", start) + sheet.count(b":c", start) <= CELL_LIMIT:
        return False
    return any(n >= CELL_LIMIT for n, _ in enumerate(_CLOSED.finditer(sheet, start)))


def _area(sheet: bytes, start: int) -> int:
    """Return the size of the box around all non-empty cells."""
    top = left = 1 << 62
    bottom = right = 0
    for row, column in _filled_cells(sheet, start):
        top, bottom = min(top, row), max(bottom, row)
        left, right = min(left, column), max(right, column)
    return (bottom - top + 1) * (right - left + 1) if bottom else 0


def _filled_cells(sheet: bytes, start: int) -> Iterator[tuple[int, int]]:
    if not is_plain(sheet):
        for cell in walk_cells(sheet):
            if cell.content >= 0 and not _is_blank(sheet, cell.attributes, cell.content):
                yield cell.row, cell.column
        return
    columns: dict[bytes, int] = {}
    for match in _FILLED.finditer(sheet, start):
        if not _is_blank(sheet, match[3], match.start(4)):
            letters = match[1]
            if letters not in columns:
                columns[letters] = column_number(letters.decode())
            yield int(match[2]), columns[letters]


def _is_blank(sheet: bytes, tag: bytes, content: int) -> bool:
    """Whether the cell holds nothing; a typed cell holds at least an empty text."""
    blank = _BLANK.match(sheet, content)
    return blank is not None and (b"t=" not in tag or not blank[0].startswith(b"<v"))


def walk_cells(sheet: bytes) -> Iterator[CellTag]:
    """Yield every cell of a sheet; one that does not say where it stands follows the last one."""
    row = column = 0
    for match in _ROW_OR_CELL.finditer(sheet, max(0, sheet.find(b"sheetData"))):
        tag = match[2]
        address = attributes(tag).get(b"r", b"")
        if match[1] == b"row":
            row = int(address) if address.isdigit() and len(address) <= 12 else row + 1
            column = 0
            continue
        placed = _ADDRESS.fullmatch(address)
        if placed:
            column, row = column_number(placed[1].decode()), int(placed[2])
        else:
            column += 1
        yield CellTag(row, column, tag, -1 if tag.endswith(b"/") else match.end())
