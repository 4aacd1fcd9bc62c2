"""What a doubtful cell is known by wherever its row goes: sheet, column, and what is typed in it.

The key is made twice: here, of the value that was read, and in the sheet, by a formula of the cell.
So a mark follows the content when rows are sorted or copied, and is gone once it is corrected.
Programs write some numbers as text in more than one way; a value then has a key for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

__all__ = [
    "KEYS",
    "LIST",
    "LONGEST",
    "OPEN",
    "cell_keys",
    "excel_key",
    "excel_prefix",
    "excel_prefix_of",
]

# Names of the whole workbook: the cells that hold the keys, how many lines are open, the list.
KEYS: Final = "chk_cells"
OPEN: Final = "chk_open"
LIST: Final = "chk_list"
# Characters of a text that tell it from others; the key stays below the 255 that MATCH takes.
LONGEST: Final = 99
# Rows below the last record in which the same may stand once rows were sorted, moved or added.
BELOW: Final = 500
# What MATCH reads as a pattern, and the wide tilde, which LibreOffice takes for the narrow one.
_PATTERNS: Final = ("~", "～", "*", "?")
_PLAIN: Final = "-"
_DIGITS: Final = 15
_LEAST, _MOST = 1e-4, 1e15  # beyond, each program has an own notation


def cell_keys(sheet: str, column: str, value: object) -> tuple[str, ...]:
    """Return the keys of a value in the column of a sheet (ids); none where programs disagree.

    Dates and times are given as the numbers they are in the sheet.
    """
    return tuple(f"{sheet}.{column}={text}" for text in dict.fromkeys(_texts(value)))


def excel_key(cell: str, prefix: str) -> str:
    """Return the formula, without its sign, that makes the key of `cell`; `prefix` as one, too."""
    text = f"LEFT({cell},{LONGEST})"
    for pattern in _PATTERNS:
        text = f'SUBSTITUTE({text},"{pattern}","{_PLAIN}")'
    return f"{prefix}&{text}"


def excel_prefix(sheet: str, column: str) -> str:
    """Return what the keys of a column begin with, as a text in a formula."""
    return f'"{sheet}.{column}="'


def excel_prefix_of(ids: str, sheet: str) -> str:
    """Return the same for any column; `ids` is its cell in the row of ids."""
    return f'"{sheet}."&LEFT({ids},FIND("|",{ids}&"|")-1)&"="'


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield from ("TRUE", "1") if value else ("FALSE", "0")
    elif isinstance(value, int | float):
        yield from _numbers(float(value))
    elif isinstance(value, str):
        # Excel counts a character beyond the first plane as two, others as one.
        patterns = str.maketrans(dict.fromkeys(_PATTERNS, _PLAIN))
        yield from (short.translate(patterns) for short in (value[:LONGEST], _units(value)))


def _units(text: str) -> str:
    """Return the first characters of a text as a program counts that keeps it in UTF-16."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST].decode("utf-16-le", "ignore")


def _numbers(value: float) -> Iterator[str]:
    if value == 0:
        yield from ("0", "-0")
    elif _LEAST <= abs(value) < _MOST:
        texts = (f"{value:.15g}", f"{value:.16g}", repr(value))
        yield from map(_plain, texts)
        # LibreOffice rounds what it has rounded to 16 digits before.
        for number in (Decimal(value), *map(Decimal, texts)):
            last = Decimal(1).scaleb(number.adjusted() + 1 - _DIGITS)
            yield _plain(str(number.quantize(last, ROUND_HALF_UP)))


def _plain(text: str) -> str:
    """Return a number without exponent and without zeros at its end."""
    text = f"{Decimal(text):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
