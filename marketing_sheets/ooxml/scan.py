"""What a sheet's bytes tell that a parser of values does not: errors, formulas, extent.

A search for a few bytes usually ends the matter; only around a hit is anything read. Rows and
columns count from 1. How far cells reach has to be known before any parser, which allocates the box
around all non-empty cells: ordinary sheets are cleared by one search that proves no cell can lie
far out; only the others are looked at cell by cell. Stated dimensions are never believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from ..problems import column_letter, column_number

# The start of a tag under any namespace prefix, and all that may stand in it: a ">" in quotes does
# not end it.
_PREFIX = rb"(?:[^<>\s/!?:\"']+:)?"
_NAME = rb"<" + _PREFIX
_QUOTED = rb"""(?:[^<>"']|"[^"]*"|'[^']*')*"""
_TAG = re.compile(_NAME + rb"([A-Za-z]+)(" + _QUOTED + rb")>")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_VALUE = re.compile(_NAME + rb"v\b[^>]*>([^<]*)<")
_CELL_TAG = re.compile(rb"</?(?:[^<>\s/!?:\"']+:)?c[\s/>]")
_FORMULA = re.compile(_NAME + rb"f[\s/>]")
_FORMULA_TEXT = re.compile(_NAME + rb"f(?:\s" + _QUOTED + rb")?>([^<]*)<")
# The rest of a cell, from its row on, with a formula and nothing or a blank for a result.
_SUSPECT = rb"""\d+"[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v>\s*</v>|<v\s*/>)?\s*</c>"""
# The end of a formula's cell where no result, or an empty one, comes before it.
_NO_RESULT = re.compile(
    rb"f(?:>|(?:\s[^<>]*)?/>)\s*(?:<" + _PREFIX + rb"v\s*(?:/>|>\s*</" + _PREFIX + rb"v\s*>))?"
    rb"\s*</" + _PREFIX + rb"c\s*>"
)
# How the cell of a formula without a result ends where nothing is indented or prefixed.
_ENDS_WITHOUT_RESULT = (b"</f></c>", b"/></c>", b"</f><v></v></c>")
_LETTERS = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"([^<>]*)>')
# Cells under a prefix: one is bound to the cells' own namespace, in either of its spellings.
PREFIX_FOR_CELLS = re.compile(rb"xmlns:[^\s=]+\s*=\s*[\"'][^\"']*(?:2006|spreadsheetml)/main[\"']")
# The end of a range of cells in a formula, and what comes before it: one end of the range.
_RANGE_END = re.compile(rb":\$?([A-Z]{1,3})\$?\d")
_RANGE_START = re.compile(rb"\$?([A-Z]{1,3})\$?\d{1,7}$")
_AGGREGATE = re.compile(
    rb"\b(?:SUM|SUBTOTAL|AGGREGATE|AVERAGE|MAX|MIN|COUNTA?|PRODUCT|MEDIAN|STDEVP?|VARP?)\(", re.I
)
_LONGEST_FORMULA = 8192
_MERGE = re.compile(_NAME + rb"mergeCell\s(" + _QUOTED + rb")>")
_CRITERIA = re.compile(_NAME + rb"filterColumn[\s/>]")
_COLUMN = re.compile(_NAME + rb"col\s(" + _QUOTED + rb")>")
_TRUE = (b"1", b"true")
_TAGS_BACK = 4  # from the end of a formula's cell to its start
_SAMPLE = 1 << 16  # bytes
_LONGEST_TAG = 4096  # bytes; keeps a text full of look-alikes from costing time
AREA_LIMIT = 40_000_000  # cells in the box around the non-empty ones
CELL_LIMIT = 20_000_000  # cells that hold something
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
_ANY_ADDRESS = re.compile(rb"\s*\$?([A-Za-z]{1,7})\$?(\d{1,12})\s*")
_SMALLEST_FILLED_CELL = 11  # bytes of <c><v/></c>


def _split(sheet: bytes) -> tuple[bytes, bytes]:
    """Return what stands before and after the cells."""
    start = sheet.find(b"sheetData")
    end = sheet.rfind(b"sheetData")
    return sheet[: max(start, 0)], sheet[max(end, 0) :]


def tags_with(sheet: bytes, *needles: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the start tags with one of the spellings of an attribute, spelling by spelling."""
    for needle in needles:
        position = sheet.find(needle)
        while position >= 0:
            # "<" never stands within a tag unescaped, so the last one opens this tag.
            start = sheet.rfind(b"<", max(0, position - _LONGEST_TAG), position)
            tag = _TAG.match(sheet, start) if start >= 0 else None
            if tag and tag.end() > position:
                yield tag
            position = sheet.find(needle, position + 1)


def cell_of(address: str) -> tuple[int, int] | None:
    """Return the row and column of an address such as B7; None if it is none."""
    match = _ADDRESS.fullmatch(address.strip())
    return (int(match[2]), column_number(match[1])) if match else None


def error_cells(sheet: bytes) -> dict[tuple[int, int], str]:
    """Return the cells that hold an error, such as #DIV/0!, by (row, column)."""
    if b"#" not in sheet:
        return {}
    found: dict[tuple[int, int], str] = {}
    # One character is found ten times faster than several.
    needles = (b't="e"', b"t='e'") if b"'" in sheet else (b't="e"',)
    for tag in tags_with(sheet, *needles):
        if tag[1] != b"c":
            continue
        place = cell_of(attributes(tag[2]).get(b"r", b"").decode("latin-1"))
        # Some programs leave out where a cell stands: then every cell has to be counted.
        if place is None:
            return {
                (cell.row, cell.column): _error_text(sheet, cell.content)
                for cell in walk_cells(sheet)
                if attributes(cell.attributes).get(b"t") == b"e"
            }
        found[place] = _error_text(sheet, -1 if tag[2].endswith(b"/") else tag.end())
    return found


def _error_text(sheet: bytes, content: int) -> str:
    if content < 0:
        return ""
    end = _CELL_TAG.search(sheet, content)
    value = _VALUE.search(sheet, content, end.start() if end else len(sheet))
    return unescape(value[1].decode("utf-8", "replace")).strip() if value else ""


def hidden_rows(sheet: bytes) -> frozenset[int]:
    """Return the rows hidden by hand or by a filter."""
    hits = list(tags_with(sheet, b"hidden="))
    rows = [tag for tag in hits if tag[1] == b"row" and _is_hidden(tag[2])]
    numbers = [_whole(attributes(tag[2]).get(b"r")) for tag in rows]
    # Rows without a number follow each other.
    if None in numbers:
        return frozenset(_hidden_by_counting(sheet))
    return frozenset(number for number in numbers if number is not None)


def _whole(text: bytes | None) -> int | None:
    return int(text) if text is not None and text.isdigit() and len(text) <= 10 else None


def _is_hidden(tag: bytes) -> bool:
    return attributes(tag).get(b"hidden") in _TRUE


def _hidden_by_counting(sheet: bytes) -> Iterator[int]:
    row = 0
    for tag in re.finditer(_NAME + rb"row(?=[\s/>])(" + _QUOTED + rb")>", sheet):
        number = _whole(attributes(tag[1]).get(b"r"))
        row = row + 1 if number is None else number
        if _is_hidden(tag[1]):
            yield row


def hidden_columns(sheet: bytes) -> frozenset[int]:
    """Return the hidden columns."""
    # Widths stand before the cells, merges and filters behind them: the cells need not be searched.
    head, _ = _split(sheet)
    found: set[int] = set()
    for match in _COLUMN.finditer(head) if b"hidden" in head else ():
        tag = attributes(match[1])
        first, last = _whole(tag.get(b"min")), _whole(tag.get(b"max"))
        if tag.get(b"hidden") in _TRUE and first is not None and last is not None:
            found.update(range(first, min(last, 16_384) + 1))
    return frozenset(found)


def merges(sheet: bytes) -> tuple[tuple[int, int, int, int], ...]:
    """Return the merged ranges as first row, first column, last row, last column."""
    _, tail = _split(sheet)
    found = []
    for match in _MERGE.finditer(tail):
        first, _, last = attributes(match[1]).get(b"ref", b"").decode("latin-1").partition(":")
        start, end = cell_of(first), cell_of(last or first)
        if start and end:
            found.append((*start, *end))
    return tuple(found)


def filtered(sheet: bytes) -> bool:
    """Whether an AutoFilter of the sheet has criteria."""
    _, tail = _split(sheet)
    return _CRITERIA.search(tail) is not None


def columns_without_results(sheet: bytes) -> frozenset[int] | None:
    """Return the columns in which a formula has no result; None where that takes a closer look.

    An empty text is a result.
    """
    start = max(0, sheet.find(b"sheetData"))
    # The short way is for cells as Excel writes them: without prefixes, nothing between tags.
    if sheet[start - 1 : start] != b"<" or PREFIX_FOR_CELLS.search(sheet, 0, start):
        return None if start else frozenset()
    if _is_indented(sheet, start):
        return None
    found: set[bytes] = set()
    for end in _ENDS_WITHOUT_RESULT:
        position = sheet.find(end, start)
        while position >= 0:
            # "<" never stands within a formula unescaped, so the last cell begun is this one.
            cell = _LETTERS.match(sheet, max(0, sheet.rfind(b"<c", start, position)))
            if cell is None:
                return None
            if b't="str"' not in cell[2]:
                found.add(cell[1])
            position = sheet.find(end, position + 1)
    return frozenset(column_number(letters.decode()) for letters in found)


def _is_indented(sheet: bytes, start: int) -> bool:
    """Whether blanks may stand between the tags of cells.

    Who puts single blanks there puts them everywhere; line breaks may be in texts too.
    """
    if b"> <" in sheet[start : start + _SAMPLE] or b"> <" in sheet[-_SAMPLE:]:
        return True
    return any(
        sheet.find(blank, start) >= 0 and sheet.find(b">" + blank, start) >= 0
        for blank in (b"\n", b"\r", b"\t")
    )


def uncalculated_cells(sheet: bytes, columns: set[int]) -> dict[tuple[int, int], str]:
    """Return the formulas in `columns` without a result, by (row, column).

    A formula shared with another cell is told as "=" alone.
    """
    if is_plain(sheet):
        # Hardly ever does a column that people fill in hold such a formula.
        letters = b"|".join(column_letter(column).encode() for column in sorted(columns))
        if not re.search(rb'<c r="(?:' + letters + rb")" + _SUSPECT, sheet):
            return {}
    found: dict[tuple[int, int], str] = {}
    for tag in _uncalculated(sheet):
        place = cell_of(attributes(tag[2]).get(b"r", b"").decode("latin-1"))
        if place is None:
            return {
                (cell.row, cell.column): _formula_text(sheet, cell.content)
                for cell in walk_cells(sheet)
                if cell.column in columns and _is_uncalculated(sheet, cell)
            }
        if place[1] in columns:
            found[place] = _formula_text(sheet, tag.end())
    return found


def _uncalculated(sheet: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the start tags of the cells whose formula has no result; an empty text is one."""
    for end in _NO_RESULT.finditer(sheet):
        # The cell that ends here is the last one to start before; formulas hold no tags.
        start = end.start()
        for _ in range(_TAGS_BACK):
            start = sheet.rfind(b"<", 0, max(start, 0))
            tag = _TAG.match(sheet, start) if start >= 0 else None
            if tag and tag[1] == b"c":
                if attributes(tag[2]).get(b"t") != b"str":
                    yield tag
                break


def _is_uncalculated(sheet: bytes, cell: CellTag) -> bool:
    if cell.content < 0 or not _FORMULA.match(sheet, cell.content):
        return False
    end = _CELL_TAG.search(sheet, cell.content)
    close = _NO_RESULT.search(sheet, cell.content, end.end() if end else len(sheet))
    return close is not None and attributes(cell.attributes).get(b"t") != b"str"


def _formula_text(sheet: bytes, content: int) -> str:
    formula = _FORMULA_TEXT.match(sheet, content)
    return "=" + (unescape(formula[1].decode("utf-8", "replace")).strip() if formula else "")


def aggregates(sheet: bytes) -> frozenset[tuple[int, int]]:
    """Return the cells whose formula adds up, counts or otherwise condenses cells of their column.

    In column D these are `SUM(D7:D36)`, `SUBTOTAL(9,D7:D36)`; `SUBTOTAL(109,Sales[Cost])`, the
    total of a table, is taken for one of its own column.
    """
    start = max(0, sheet.find(b"sheetData"))
    end = max(start, sheet.rfind(b"sheetData"))
    found: set[tuple[int, int]] = set()
    for hit in _RANGE_END.finditer(sheet, start, end):
        # One colon in a thousand is that of a range, and one in ten of those in its own column.
        first = _RANGE_START.search(sheet, max(start, hit.start() - 12), hit.start())
        if first and first[1] == hit[1]:
            found.update(_condensed(sheet, hit.start(), hit[1]))
    at = sheet.find(b"SUBTOTAL(", start, end)
    while at >= 0:
        if b"[" in sheet[at : sheet.find(b")", at)]:
            found.update(_condensed(sheet, at + len(b"SUBTOTAL("), None))
        at = sheet.find(b"SUBTOTAL(", at + 1, end)
    return frozenset(found)


def _condensed(sheet: bytes, at: int, letters: bytes | None) -> Iterator[tuple[int, int]]:
    """Yield the cells of the formula around `at`, if an aggregate of column `letters` is in it."""
    # No "<" stands within a formula: the last one opens it, and the one before opens its cell.
    formula = sheet.rfind(b"<", max(0, at - _LONGEST_FORMULA), at)
    if formula < 0 or not _FORMULA.match(sheet, formula):
        return
    opening = _TAG.match(sheet, formula)
    cell = _TAG.match(sheet, sheet.rfind(b"<", 0, formula))
    if not opening or not cell or not _AGGREGATE.search(sheet, opening.end(), at):
        return
    place = cell_of(attributes(cell[2]).get(b"r", b"").decode("latin-1"))
    if place is None or (letters is not None and column_number(letters.decode()) != place[1]):
        return
    yield place
    # A formula shared with its neighbours stands in the first of them alone.
    first, _, last = attributes(opening[2]).get(b"ref", b"").decode("latin-1").partition(":")
    one, other = cell_of(first), cell_of(last or first)
    if one and other:
        rows, columns = range(one[0], other[0] + 1), range(one[1], other[1] + 1)
        yield from ((row, column) for row in rows for column in columns)


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
    # If every cell lies within one rung, the box cannot be too large, whatever else is true.
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
    # Counting end tags overstates (</cols>, texts), so it can only clear.
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
        placed = _ANY_ADDRESS.fullmatch(address)
        if placed:
            column, row = column_number(placed[1].decode()), int(placed[2])
        else:
            column += 1
        yield CellTag(row, column, tag, -1 if tag.endswith(b"/") else match.end())
