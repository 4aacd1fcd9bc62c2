"""What a sheet's bytes tell that a parser of values does not: errors, formulas, extent.

A search for a few bytes usually ends the matter; only around a hit is anything read. Rows and
columns count from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from ..problems import column_letter, column_number
from .extent import NAME, PREFIX, QUOTED, CellTag, attributes, is_plain, walk_cells

_TAG = re.compile(NAME + rb"([A-Za-z]++)(" + QUOTED + rb")>")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_VALUE = re.compile(NAME + rb"v\b[^<>]*+>([^<]*+)<")
_CELL_TAG = re.compile(rb"</?+" + PREFIX + rb"c[\s/>]")
_FORMULA = re.compile(NAME + rb"f[\s/>]")
_FORMULA_TEXT = re.compile(NAME + rb"f(?:\s" + QUOTED + rb")?>([^<]*+)<")
# The end of a formula, and of its cell if no result, or an empty one, comes before it.
_NO_RESULT_TEXT = (
    rb"(?:</" + PREFIX + rb"f\s*+>|" + NAME + rb"f(?=[\s/>])[^<>]*+(?<=/)>)"
    rb"\s*+(?:<" + PREFIX + rb"v\s*+(?:/>|>\s*+</" + PREFIX + rb"v\s*+>))?"
    rb"\s*+</" + PREFIX + rb"c\s*+>"
)
_NO_RESULT = re.compile(_NO_RESULT_TEXT)
# The rest of a cell, from its row on, with a formula and nothing or a blank for a result.
_SUSPECT = rb"""\d++"[^<>]*+>\s*+(?:<f[^<>]*+(?<!/)>[^<]*+)?""" + _NO_RESULT_TEXT
# How the cell of a formula without a result ends where nothing is indented or prefixed.
_ENDS_WITHOUT_RESULT = (b"</f></c>", b"/></c>", b"</f><v></v></c>")
_LETTERS = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"([^<>]*+)>')
# Cells under a prefix: one is bound to the cells' own namespace, in either of its spellings.
PREFIX_FOR_CELLS = re.compile(
    rb"xmlns:[^\s=:]++\s*+=\s*+[\"'][^\"']*+(?:(?<=2006/main)|(?<=spreadsheetml/main))[\"']"
)
# The end of a range of cells in a formula, and what comes before it: one end of the range.
_RANGE_END = re.compile(rb":\$?([A-Z]{1,3})\$?\d")
_RANGE_START = re.compile(rb"\$?([A-Z]{1,3})\$?\d{1,7}$")
_AGGREGATE = re.compile(
    rb"\b(?:SUM|SUBTOTAL|AGGREGATE|AVERAGE|MAX|MIN|COUNTA?|PRODUCT|MEDIAN|STDEVP?|VARP?)\(", re.I
)
_LONGEST_FORMULA = 8192
_LONGEST_CELL = 1 << 16  # bytes, of a formula in which each character is escaped
_MOST_SHARING = 1 << 20  # cells; a formula that condenses a column is shared with its neighbours
_MERGE = re.compile(NAME + rb"mergeCell\s(" + QUOTED + rb")>")
_CRITERIA = re.compile(NAME + rb"filterColumn[\s/>]")
_COLUMN = re.compile(NAME + rb"col\s(" + QUOTED + rb")>")
_TRUE = (b"1", b"true")
_TAGS_BACK = 4  # from the end of a formula's cell to its start
_SAMPLE = 1 << 16  # bytes
_LONGEST_TAG = 4096  # bytes; keeps a text full of look-alikes from costing time


def _split(sheet: bytes) -> tuple[bytes, bytes]:
    """Return what stands before and after the cells."""
    start = sheet.find(b"sheetData")
    end = sheet.rfind(b"sheetData")
    return sheet[: max(start, 0)], sheet[max(end, 0) :]


def tags_with(sheet: bytes, *needles: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the start tags with one of the spellings of an attribute, spelling by spelling."""
    for needle in needles:
        position = sheet.find(needle)
        known = -1
        while position >= 0:
            # "<" never stands within a tag unescaped, so the last one opens this tag.
            start = sheet.rfind(b"<", max(0, position - _LONGEST_TAG), position)
            tag = _TAG.match(sheet, start) if start > known else None
            known = max(known, start)
            if tag and tag.end() > position:
                yield tag
            position = sheet.find(needle, tag.end() if tag else position + 1)


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
    for tag in re.finditer(NAME + rb"row(?=[\s/>])(" + QUOTED + rb")>", sheet):
        number = _whole(attributes(tag[1]).get(b"r"))
        row = row + 1 if number is None else number
        if _is_hidden(tag[1]):
            yield row


def hidden_columns(sheet: bytes) -> frozenset[int]:
    """Return the hidden columns."""
    # Widths stand before the cells, merges and filters behind them: the cells need not be searched.
    head, _ = _split(sheet)
    spans = []
    for match in _COLUMN.finditer(head) if b"hidden" in head else ():
        tag = attributes(match[1])
        first, last = _whole(tag.get(b"min")), _whole(tag.get(b"max"))
        if tag.get(b"hidden") in _TRUE and first is not None and last is not None:
            spans.append((first, min(last, 16_384)))
    found: set[int] = set()
    reach = 0
    for first, last in sorted(spans):  # each column once, however many spans lie over it
        found.update(range(max(first, reach + 1), last + 1))
        reach = max(reach, last)
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
            near = max(start, position - _LONGEST_CELL)
            cell = _LETTERS.match(sheet, max(0, sheet.rfind(b"<c", near, position)))
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
    done = start
    for hit in _RANGE_END.finditer(sheet, start, end):
        # One colon in a thousand is that of a range, and one in ten of those in its own column.
        first = _RANGE_START.search(sheet, max(start, hit.start() - 12), hit.start())
        if first and first[1] == hit[1] and hit.start() > done:
            done = _condense(sheet, hit.start(), hit[1], found)
    at = sheet.find(b"SUBTOTAL(", start, end)
    done = start
    while at >= 0:
        closing = sheet.find(b")", at, at + _LONGEST_FORMULA)
        if at > done and b"[" in sheet[at : max(at, closing)]:
            done = _condense(sheet, at + len(b"SUBTOTAL("), None, found)
        at = sheet.find(b"SUBTOTAL(", at + 1, end)
    return frozenset(found)


def _condense(sheet: bytes, at: int, letters: bytes | None, found: set[tuple[int, int]]) -> int:
    """Add the cells of the formula around `at`, if an aggregate of column `letters` is in it.

    Returns up to where nothing more need be looked at.
    """
    # No "<" stands within a formula: the last one opens it, and the one before opens its cell.
    formula = sheet.rfind(b"<", max(0, at - _LONGEST_FORMULA), at)
    if formula < 0 or not _FORMULA.match(sheet, formula):
        return at
    opening = _TAG.match(sheet, formula)
    cell = _TAG.match(sheet, sheet.rfind(b"<", 0, formula))
    closing = sheet.find(b"<", at, at + _LONGEST_FORMULA)
    aggregate = (
        _AGGREGATE.search(sheet, opening.end(), closing) if opening and closing > 0 else None
    )
    if not opening or not cell or not aggregate:
        return max(at, closing)
    place = cell_of(attributes(cell[2]).get(b"r", b"").decode("latin-1"))
    if place is None:
        return closing
    if aggregate.end() > at or (
        letters is not None and column_number(letters.decode()) != place[1]
    ):
        return at
    found.add(place)
    # A formula shared with its neighbours stands in the first of them alone.
    first, _, last = attributes(opening[2]).get(b"ref", b"").decode("latin-1").partition(":")
    one, other = cell_of(first), cell_of(last or first)
    if one and other:
        rows, columns = range(one[0], other[0] + 1), range(one[1], other[1] + 1)
        if len(rows) * len(columns) <= _MOST_SHARING:
            found.update((row, column) for row in rows for column in columns)
    return closing
