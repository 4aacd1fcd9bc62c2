"""How far the cells of a sheet reach.

A parser of values allocates the box around all non-empty cells, so that has to be known before.
What a sheet states of itself is not believed but proven: one search shows that no cell lies
outside. Only where the box is large are rows looked into. One cell that somebody left at the end of
a tab is not worth a million blank rows: few cells far from all others are strays, which are told
and blanked. Rows and columns count from 1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from ..problems import column_letter, column_number

# The start of a tag under any namespace prefix, and all that may stand in it: a ">" in quotes does
# not end it. Nothing is tried twice.
PREFIX = rb"(?:[^<>\s/!?:\"']++:)?"
NAME = rb"<" + PREFIX
QUOTED = rb"""(?:[^<>"']++|"[^"]*+"|'[^']*+')*+"""
# Cells in the boxes around the non-empty ones, of all tabs together: so many are read without a
# closer look, and so many at most.
CHEAP_AREA, AREA_LIMIT = 8_000_000, 40_000_000
CELL_LIMIT = 20_000_000  # cells that hold something, in one sheet
SMALLEST_FILLED_CELL = 11  # bytes of <c><v/></c>
# Strays: at most so many cells, beyond so many blank rows, or blank columns.
_MOST_STRAYS, _GAP_ROWS, _GAP_COLUMNS = 1_000, 5_000, 200
_ATTRIBUTE = re.compile(rb"""(?<![^\s"'])([^\s=<>"'/]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_ROW_OR_CELL = re.compile(NAME + rb"(row|c)(?=[\s/>])(" + QUOTED + rb")>")
_FORMULA = rb"(?:<" + PREFIX + rb"f(?=[\s/>])[^<>]*+(?:(?<=/)>|>[^<]*+</" + PREFIX + rb"f\s*+>))?"
_BLANK = re.compile(
    _FORMULA + rb"(<" + PREFIX + rb"v\s*+(?:/>|></[^<>]*+>))?</" + PREFIX + rb"c\s*+>"
)
_CLOSED = re.compile(rb"</" + PREFIX + rb"c\s*+>")
# What is tried where a sheet does not state truly how far it reaches: columns up to Z, CV, ALL and
# XFD, rows by their digits.
_COLUMNS, _DIGITS = (26, 100, 1000, 16_384), (3, 4, 5, 6, 7)
DIMENSION = re.compile(NAME + rb"dimension\s++ref=\"[A-Z]{1,3}\d{1,7}:([A-Z]{1,3})(\d{1,7})\"")
_ROW = re.compile(rb'<row(?=[\s/>])(?: r="(\d{1,7})")?')
_ODD_CELL = re.compile(rb'<c(?! r="[A-Z]{1,3}\d{1,7}")[\s/>]')
_FILLED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(' + QUOTED + rb""")(?<!/)>(.)""", re.DOTALL)
_ANY_ADDRESS = re.compile(rb"\s*+\$?([A-Za-z]{1,7})\$?(\d{1,12})\s*+")
_TYPE = re.compile(rb"""\st\s*+=\s*+(?:"[^"]*+"|'[^']*+')""")


class CellTag(NamedTuple):
    """A cell's start tag: place (from 1), attributes, where its content starts, or -1."""

    row: int
    column: int
    attributes: bytes
    content: int


@dataclass(frozen=True, slots=True)
class Extent:
    """At most how many cells the box around the non-empty ones of a sheet has, without `strays`.

    `strays` are the filled cells far from all others: their contents' place by (row, column).
    """

    area: int
    strays: Mapping[tuple[int, int], int] = field(default_factory=dict)


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """Return the attributes written in a start tag, values as they stand."""
    return {m[1]: m[2] if m[2] is not None else m[3] for m in _ATTRIBUTE.finditer(tag)}


def end_tags(piece: bytes) -> int:
    """Count what may end a cell in a piece of a sheet; too many rather than too few."""
    return piece.count(b"</c") + piece.count(b":c") + 1  # one may be cut in two


def has_too_many(sheet: bytes) -> bool:
    """Whether more cells of a sheet hold something than can be read."""
    start = max(0, sheet.find(b"sheetData"))
    return any(n >= CELL_LIMIT for n, _ in enumerate(_CLOSED.finditer(sheet, start)))


def bound(sheet: bytes) -> int:
    """Return at most how many cells the box from A1 around all cells has, the blank ones too."""
    start = max(0, sheet.find(b"sheetData"))
    stated = DIMENSION.search(sheet, 0, start)
    boxes = [(column_number(stated[1].decode()), int(stated[2]))] if stated else []
    # Rows that were left out reach as far as is stated.
    least = boxes[0][1] if boxes else 0
    others = ((c, 10**d - 1) for c in _COLUMNS for d in _DIGITS if 10**d > least)
    boxes += sorted(others, key=lambda box: box[0] * box[1])
    is_prefixed = _prefixed(sheet, start)
    for columns, rows in boxes:
        if not _outside(columns, rows, is_prefixed=is_prefixed).search(sheet, start):
            return columns * rows
    return 1 << 62


@lru_cache(maxsize=256)
def _outside(columns: int, rows: int, *, is_prefixed: bool = False) -> re.Pattern[bytes]:
    """Return a pattern that finds the first cell not provably within so many columns and rows."""
    within = _at_most(column_letter(columns), "A", "Z") + _at_most(str(rows), "0", "9")
    tag = NAME + b"c" if is_prefixed else b"<c"
    return re.compile(tag + rb'(?! r="' + within.encode() + rb'")[\s/>]')


def _at_most(last: str, low: str, high: str) -> str:
    """Return a pattern of the words up to `last`, where those with fewer letters come before."""
    size = len(last)
    ways = [f"[{low}-{high}]{{1,{size - 1}}}+(?![{low}-{high}])"] if size > 1 else []
    ways += [
        f"{last[:at]}[{low}-{chr(ord(letter) - 1)}][{low}-{high}]{{{size - at - 1}}}"
        for at, letter in enumerate(last)
        if letter > low
    ]
    return f"(?:{'|'.join([*ways, last])})"


def number_up_to(last: int) -> str:
    """Return a pattern of the numbers of the rows up to one."""
    return _at_most(str(last), "0", "9")


def extent(sheet: bytes) -> Extent:
    """Measure a sheet by the cells that hold something."""
    start = max(0, sheet.find(b"sheetData"))
    found = _by_rows(sheet, start)
    if found is not None:
        return found
    rows: Counter[int] = Counter()
    columns: Counter[int] = Counter()
    for row, column, _ in _filled_cells(sheet, start):
        rows[row] += 1
        columns[column] += 1
    bottom, right = _last_before_gap(rows, _GAP_ROWS), _last_before_gap(columns, _GAP_COLUMNS)
    if not rows or (bottom, right) == (max(rows), max(columns)):
        return Extent(bottom * right)
    strays = {
        (row, column): content
        for row, column, content in _filled_cells(sheet, start)
        if row > bottom or column > right
    }
    return Extent(bottom * right, strays)


def _by_rows(sheet: bytes, start: int) -> Extent | None:
    """Measure a sheet whose rows are in order; None where each cell has to be looked at."""
    if not is_plain(sheet):
        return None
    filled: Counter[int] = Counter()
    places: list[tuple[int, int]] = []
    for row in _ROW.finditer(sheet, start):
        number = int(row[1] or 0)
        if number <= (places[-1][0] if places else 0):
            return None
        places.append((number, row.start()))
    if not places or sheet.find(b"<c", start, places[0][1]) >= 0:
        return None
    ends = [*(place for _, place in places[1:]), len(sheet)]
    for (number, place), end in zip(places, ends, strict=False):
        if cells := sheet.count(b"</c>", place, end):
            filled[number] = cells
    bottom = _last_before_gap(filled, _GAP_ROWS)
    end = next((place for number, place in places if number > bottom), len(sheet))
    for columns in _COLUMNS[:2]:
        # The rows say where they stand; so must their cells.
        if not _outside(columns, max(bottom, 1)).search(sheet, start, end):
            strays = {(r, c): content for r, c, content in _filled_cells(sheet, end)}
            return Extent(columns * bottom, strays)
    return None


def _last_before_gap(counts: Counter[int], gap: int) -> int:
    """Return the last row or column before a gap behind which there is hardly anything."""
    places = [0, *sorted(counts)]
    behind = 0
    last = places[-1]
    for before, after in zip(reversed(places[:-1]), reversed(places), strict=False):
        behind += counts[after]
        if behind > _MOST_STRAYS:
            break
        if after - before > gap:
            last = before
    return last


def blanked(sheet: bytes, extent: Extent) -> bytes:
    """Return a sheet whose strays hold nothing; all else stays where it is."""
    pieces = []
    done = 0
    for content in sorted(extent.strays.values()):
        # "<" never stands within a tag unescaped: the last one opens the cell.
        begin = sheet.rfind(b"<", done, content)
        end = _CLOSED.search(sheet, content)
        if begin < 0 or end is None:
            continue
        pieces += [sheet[done:begin], _TYPE.sub(b"", sheet[begin:content])]
        done = end.start()
    return b"".join((*pieces, sheet[done:]))


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


def _filled_cells(sheet: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield row, column and where the content begins of the cells that hold something."""
    if not is_plain(sheet):
        for cell in walk_cells(sheet):
            if cell.content >= 0 and not _is_blank(sheet, cell.attributes, cell.content):
                yield cell.row, cell.column, cell.content
        return
    columns: dict[bytes, int] = {}
    for match in _FILLED.finditer(sheet, start):
        if not _is_blank(sheet, match[3], match.start(4)):
            letters = match[1]
            if letters not in columns:
                columns[letters] = column_number(letters.decode())
            yield int(match[2]), columns[letters], match.start(4)


def _is_blank(sheet: bytes, tag: bytes, content: int) -> bool:
    """Whether the cell holds nothing; a typed cell with a value holds at least an empty text."""
    blank = _BLANK.match(sheet, content)
    return blank is not None and (b"t=" not in tag or blank[1] is None)


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
        placed = _ANY_ADDRESS.fullmatch(address)
        if placed:
            column, row = column_number(placed[1].decode()), int(placed[2])
        else:
            column += 1
        yield CellTag(row, column, tag, -1 if tag.endswith(b"/") else match.end())
