"""Widths, heights and line counts, in Excel's units and points. Pure arithmetic over words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from math import ceil

from ..template import Column, TableSheet
from ..texts import Language

# Rows above the data of a table sheet, from 0.
TITLE, LIVE, GROUPS, MARKS, IDS, HEADER, FIRST = range(7)
LAST_EXCEL_ROW = 1_048_576
HEAD_ROWS = {TITLE: 30.0, LIVE: 20.0, GROUPS: 18.0, MARKS: 13.0}

_DEFAULT_WIDTHS: dict[str, tuple[float, float]] = {
    "long_text": (24, 26),
    "text": (18, 20),
    "date": (11.5, 11.5),
    "datetime": (16, 16),
    "date_range": (22, 22),
    "money": (12, 12),
    "person": (11, 16),
    "department": (10.5, 13),
    "condition": (21, 21),
}
_WIDEST_CHOICE = 30.0
_TEXT_TYPES = frozenset(("text", "long_text", "condition", "person", "week", "yes_no"))
_CENTRED = frozenset(("date", "datetime", "date_range", "week", "yes_no"))
_SHORT_CODE = 8
_LEAST_BLANK, _MOST_BLANK = 22.5, 24.0  # whole pixels
_MOST_LINES = 6
_LATIN = 0.9
_SHORT_HEADER = 11
_STEP = 0.25
_DRAWN = (0.99, 1.0, 1.06)  # columns as programs draw them, by the width stated
_OPENING, _CLOSING = "(（", ")）/／、"
_SEAM = re.compile("(?=[(（])|(?<=[/／、])")
_SHORT_BRACKET = re.compile("[(（][^()（）]{0,6}[)）]")


def text_units(text: str) -> int:
    """Return the width of a text: Chinese characters count two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def line_count(text: str, width: float) -> int:
    """Return how many lines a text takes in a column `width` units wide.

    A unit is a digit's width; Latin letters are narrower on the average.
    """
    room = max(width - 2, 1) / (_LATIN if text.isascii() else 1)
    return sum(max(ceil(text_units(paragraph) / room), 1) for paragraph in text.split("\n"))


def row_height(lines: int, normal: float) -> float:
    """Return the height in points of a row whose tallest cell has `lines` lines of 10 pt."""
    if lines <= 1:
        return normal
    if lines == 2:
        return max(normal, 30.0)
    return max(normal, 8.0 + 14.0 * min(lines, _MOST_LINES))


def blank_row_height(sheet: TableSheet) -> float:
    """Return the height of rows nobody has filled yet: even, and near that of a filled one."""
    return min(max(sheet.row_height, _LEAST_BLANK), _MOST_BLANK)


def column_width(
    column: Column, language: Language, choices: Iterable[str] = (), *, align: str = "left"
) -> float:
    """Return the width of a column: what the template says, if its header and choices fit."""
    script = "en" if language == "en" else "zh"
    usual = _DEFAULT_WIDTHS.get(column.type, (11.0, 11.0))[script == "en"]
    widest = max((text_units(word) for word in choices), default=0)
    margin = 3 if script == "en" else 4
    choice_width = min(widest + margin, _WIDEST_CHOICE) if widest else 0.0
    label = column.label[language]
    width = max(column.width.get(script, usual), _header_units(label) + 2, choice_width)
    if not label.isascii():
        # Chinese breaks anywhere: a little wider, and a header breaks where its sense does.
        while width < text_units(label) + 2 and not breaks_well(label, width, align):
            width += _STEP
    return width


def _header_units(label: str) -> float:
    """Return the width of the longest of at most two header lines."""
    splits = [(label[:at], label[at:]) for at in _seams(label)]
    if text_units(label) <= _SHORT_HEADER or not splits:
        return text_units(label)
    return min(max(text_units(one.strip()), text_units(other.strip())) for one, other in splits)


def _seams(label: str) -> set[int]:
    """Return where a label may break: at blanks, in Chinese at long brackets and slashes as well.

    A short bracket, such as one of units, stays whole.
    """
    blanks = {at for at, letter in enumerate(label) if letter == " "}
    if label.isascii():
        return blanks
    seams = blanks | {found.start() for found in _SEAM.finditer(label)}
    for unit in _SHORT_BRACKET.finditer(label):
        seams -= set(range(unit.start() + 1, unit.end()))
    return seams - {0}


def header_lines(label: str, room: float) -> list[str]:
    """Return the lines of a Chinese header that has `room` units: each as full as can be.

    A character of 10 pt is a little narrower than two digits, and so are brackets and slashes.
    """
    lines, used = [""], 0.0
    for at, letter in enumerate(label):
        units = _inked(letter)
        ahead = _inked(label[at + 1]) if letter in _OPENING and at + 1 < len(label) else 0.0
        if used + units + ahead > room and lines[-1] and letter not in _CLOSING:
            lines.append("")
            used = 0.0
        lines[-1] += letter
        used += units
    return lines


def _inked(letter: str) -> float:
    if letter in "()/":
        return 0.7
    return 1.9 if text_units(letter) == 2 else 1.0


def breaks_well(label: str, width: float, align: str) -> bool:
    """Whether a Chinese header stands in one line, or breaks once, at a seam where it has any."""
    padding = 0.2 if align == "center" else 1.4  # an indent
    seams = _seams(label)
    for drawn in _DRAWN:
        lines = header_lines(label, width * drawn - padding)
        if len(lines) > 2 or (len(lines) == 2 and seams and len(lines[0]) not in seams):
            return False
    return True


def header_height(labels: Iterable[tuple[str, float]]) -> float:
    """Return the height of a header row, given each label and its column's width."""
    most = max((line_count(label, width + 1) for label, width in labels), default=1)
    return 32.0 if most <= 2 else 6.0 + 13.0 * most


def has_chips(column: Column, sheet: TableSheet, *, is_open: bool) -> bool:
    """Whether the column holds short words of a closed list, shown centred."""
    return column.type == "choice" and not is_open and column.id not in sheet.repeated


def horizontal(column: Column, sheet: TableSheet, *, is_open: bool) -> str:
    """Return how a column's cells, header and mark are aligned: left, center or right."""
    if column.is_numeric and column.type != "quantity":
        return "right"
    if column.type == "quantity":
        # A quantity with its unit in another column is a figure; one with its own unit is text.
        return "right" if column.unit_from else "left"
    if column.type in _CENTRED or has_chips(column, sheet, is_open=is_open):
        return "center"
    is_code = column.type == "text" and column.width.get("zh", 99) <= _SHORT_CODE
    return "center" if is_code else "left"


def wraps(column: Column) -> bool:
    """Whether long values of the column break into lines."""
    return column.type in _TEXT_TYPES or column.type in ("department", "choice", "quantity")


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Join neighbouring numbers: 1 2 3 5 gives (1, 3) (5, 5)."""
    ordered = sorted(numbers)
    if not ordered:
        return []
    breaks = [at for at, (left, right) in enumerate(pairwise(ordered), 1) if right != left + 1]
    starts, ends = [0, *breaks], [*breaks, len(ordered)]
    return [(ordered[start], ordered[end - 1]) for start, end in zip(starts, ends, strict=True)]
