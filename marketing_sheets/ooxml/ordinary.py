"""The rows of a large sheet that are like its first ones and need no look of their own.

What a sheet's bytes tell that a parser of values does not is told by odd rows, or by cells of a
kind that the first rows have: of the same column, style and type, with the same formula but for its
numbers. Rows made of nothing else are left out by one expression, and every search goes through the
few that are left. Whatever is told of single cells or rows makes a row odd: errors, hidden rows,
and formulas with a range, which may condense a column.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import chain

from ..problems import column_number
from .extent import DIMENSION, is_plain, number_up_to

_SAMPLE = 1 << 18  # bytes of rows that show which kinds of cells there are
_MOST_KINDS = 8  # in a column
_LONGEST_PATTERN = 1 << 16  # bytes
_LONGEST_ROW = 1 << 22  # bytes that are waited for until a row ends
_ROW = b"<row"
_CELL = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"([^<>]*+)>((?:(?!</?c[\s>]|</row)[\s\S])*+)')
_FORMULA = rb"(<f(?:\s[^<>]*+)?>[^<]*+(?:</f>)?)?"
_CONTENT = re.compile(_FORMULA + rb"(<v>[^<]*+</v>|<is><t[^<>]*+>[^<]*+</t></is>)?")
_RESULT, _TEXT = rb"<v>[^<]++</v>", rb"<is><t[^<>]*+>[^<]*+</t></is>"
_DIGITS = re.compile(rb"\d++")
_ROW_TAG = rb'(?: (?!hidden)[A-Za-z:\d]++="[^"<>]*+")*+'
_ODD_ROW = re.compile(rb'<row(?! r="\d{1,7}")[\s/>]')


def without_ordinary(pieces: Iterable[bytes | memoryview]) -> bytes | None:
    """Return a sheet, given piece by piece, without its ordinary rows.

    None where the rest would not tell the same: where cells have to be counted to be placed.
    """
    waiting = iter(pieces)
    first, start = bytearray(), -1
    for piece in waiting:
        before = len(first)
        first += piece
        start = first.find(b"sheetData", max(0, before - 8)) if start < 0 else start
        if start >= 0 and len(first) - start > _SAMPLE:
            break
    sample = bytes(first[: max(first.rfind(_ROW, 0, start + _SAMPLE), 0)])
    rows = _ordinary_rows(sample, start) if start >= 0 else None
    if rows is None:
        for piece in waiting:
            first += piece
        return bytes(first)
    kept, rest = [sample], bytes(first[len(sample) :])
    for piece in chain((b"",), waiting):
        rest = _odd_rows(rest + piece, rows, kept)
    sheet = b"".join((*kept, rest))
    return sheet if _is_placed(sheet) else None


def _odd_rows(sheet: bytes, rows: re.Pattern[bytes], kept: list[bytes]) -> bytes:
    """Put what is no ordinary row into `kept`, and return the last row, which may go on."""
    at = 0
    while found := rows.match(sheet, at):
        at = found.end()
        following = sheet.find(_ROW, at + 1)
        if following < 0:
            break
        kept.append(sheet[at:following])
        at = following
    rest = sheet[at:]
    if len(rest) > _LONGEST_ROW:
        kept.append(rest[: -len(_ROW)])
        rest = rest[-len(_ROW) :]
    return rest


def _is_placed(sheet: bytes) -> bool:
    """Whether all rows and cells say where they stand."""
    return is_plain(sheet) and not _ODD_ROW.search(sheet)


def _ordinary_rows(sample: bytes, start: int) -> re.Pattern[bytes] | None:
    """Return a pattern of rows made of kinds of cells that a sample has; None where none can be.

    No cell of theirs lies outside what the sheet states of its reach, should the sample's not.
    """
    stated = DIMENSION.search(sample, 0, start)
    if stated is None or not _is_placed(sample):
        return None
    kinds: dict[bytes, Counter[bytes]] = defaultdict(Counter)
    for cell in _CELL.finditer(sample, start):
        if kind := _kind(cell[2], cell[3]):
            kinds[cell[1]][kind] += 1
    number = number_up_to(int(stated[2])).encode() + b'"'
    cells = b"".join(
        rb'(?:<c r="' + letters + number + b"(?:" + b"|".join(_commonest(found)) + b"))?+"
        for letters, found in sorted(
            kinds.items(), key=lambda pair: column_number(pair[0].decode())
        )
    )
    if len(cells) > _LONGEST_PATTERN:
        return None
    return re.compile(rb'(?:<row r="' + number + _ROW_TAG + b"(?:/>|>" + cells + b"</row>))*+")


def _commonest(kinds: Counter[bytes]) -> list[bytes]:
    return [kind for kind, _ in kinds.most_common(_MOST_KINDS)]


def _kind(tag: bytes, content: bytes) -> bytes:
    """Return a pattern of a cell, behind its address, that stands for many; b"" if none may."""
    if tag.endswith(b"/"):
        return re.escape(tag) + b">"
    found = _CONTENT.fullmatch(content)
    if found is None or b"'" in tag or b't="e"' in tag:
        return b""
    formula, value = found[1] or b"", found[2] or b""
    if b":" in formula or b"SUBTOTAL(" in formula:
        return b""
    if value.startswith(b"<is>"):
        value = _TEXT
    elif value != b"<v></v>":
        value = value and _RESULT
    numbered = rb"\d++".join(map(re.escape, _DIGITS.split(formula)))
    return re.escape(tag) + b">" + numbered + value + b"</c>"
