"""What a cell's surroundings tell, what comes of a cell, and the words that stand for nothing."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from numbers import Integral, Real

import numpy as np
import numpy.typing as npt
from pandas.api.types import infer_dtype

from ..texts import Text

_NUMBERS = frozenset((int, float, np.float64, np.int64))
# Kinds of which all cells of a column may be that hold anything: numbers alone.
_ALL_NUMBERS = frozenset(("floating", "integer", "mixed-integer-float"))
Raw = str | int | float | bool | datetime | date | time | timedelta
"""What a cell holds once `simplest` has seen it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the cell's surroundings tell.

    `period` is the campaign's first and last day; it gives the year of `7月1日`. `percent_points`
    says that bare numbers of this column are percent figures (2.1 means 2.1 %), also where it is
    one of plain numbers; it was a vote of the column's numbers where `percent_voted`, and they do
    not tell where `percent_unclear` (see `percent_scale`). `percent_format` says the cell carries a
    % number format, so Excel holds the fraction. `choices` maps folded spellings to ids, `labels`
    ids to what is shown, `perhaps` gives the words that may mean several. `unit` is the unit stated
    by the header, such as 万元; it holds for numbers that state none themselves.
    `is_export` says that records are our own export, in which a bare percentage is a fraction.
    `exact` says that a quantity must be a figure, not a bound such as ≥20万.
    """

    period: tuple[date, date] | None = None
    as_of: date | None = None
    date_1904: bool = False
    percent_points: bool = False
    percent_voted: bool = False
    percent_unclear: bool = False
    percent_format: bool = False
    choices: Mapping[str, str] | None = None
    choices_open: bool = False
    perhaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, Text] | None = None
    min: float | None = None
    max: float | None = None
    unit: str | None = None
    is_export: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedCell:
    """The outcome for one cell: exactly one of value, blank and fault.

    `kind` tells what a number is: number, money, percent, ratio, growth or points (the last four as
    fraction, x of 1:x, fraction, and 0.01 for one percentage point). `comparator` is >=, <=, >, <
    or = where one was written. `remark` is what stood beside the value. `fault` and `note` are
    problem codes; a note goes with a value or a blank. `params` fill the blanks of the problem's
    wording.
    """

    value: object = None
    kind: str | None = None
    comparator: str | None = None
    remark: str | None = None
    fault: str | None = None
    note: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Whether the cell holds nothing, which is no fault."""
        return self.value is None and self.fault is None


BLANK = ParsedCell()
_PENDING = ParsedCell(note="pending")
_LONGEST_WORD = 40
_FIFTEEN_DIGITS = 10**15

# Full-width forms and the typographic blanks and minus signs, one character to one. Full NFKC is
# too much of a good thing here: it turns `10²` into 102 and `①` into 1.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(wide): narrow
    for wides, narrow in (
        ("\u3000\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
        ("\u202f\u205f\t\n\r\v\f", " "),
        ("￥", "¥"),
        ("−‐‑‒﹣", "-"),
        ("〜∼", "~"),
        ("∶︰﹕", ":"),
        ("﹪", "%"),
        ("≧⩾≥", "≥"),
        ("≦⩽≤", "≤"),
    )
    for wide in wides
}
# The Traditional characters of the grammar's own words, so that each word stands once below.
_SIMPLER = str.maketrans(
    "萬億兩條場臺個單張戶項組隻筆節塊圓幣於過約將餘來幾數達長漲減號週禮點時內環產額價費無確補暫沒適認較",
    "万亿两条场台个单张户项组只笔节块圆币于过约将余来几数达长涨减号周礼点时内环产额价费无确补暂没适认较",
)
# Soft hyphens, zero-width blanks and joiners, writing directions, byte order marks.
_HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_RULES = re.compile(r"[-–—―_]+|/+|\\|…+|\.{3,}")
_NOTHING = frozenset(
    (
        *("", "无", "没有", "暂无", "空", "不适用", "n/a", "na", "n.a.", "none", "nil", "null"),
        *("nan", "nat", "<na>"),
    )
)
_UNDECIDED = frozenset(
    (
        *("待定", "未定", "待确认", "待补充", "待填", "未知", "tbd", "tbc", "tba", "pending"),
        *("tobedetermined", "tobeconfirmed", "unknown", "?", "??", "???"),
    )
)


def faulty(code: str, **params: object) -> ParsedCell:
    """Return the outcome for a cell whose text is no value."""
    return ParsedCell(fault=code, params=params)


def simplest(raw: object) -> Raw | None:
    """Bring what a reader handed over to a plain Python value; None is an empty cell."""
    if isinstance(raw, datetime):
        # pandas' NaT calls itself a datetime; alone among them it differs from itself.
        return raw if raw == raw else None  # noqa: PLR0124 - see above
    if raw is None or isinstance(raw, str | bool | int | date | time | timedelta):
        return raw
    if isinstance(raw, Integral):
        return int(raw)
    if isinstance(raw, Real | Decimal):
        return None if math.isnan(raw) else float(raw)
    # numpy's booleans are none of the above; pandas' NA prints itself as a word for nothing.
    return bool(raw) if type(raw).__name__ in ("bool", "bool_") else str(raw)


def levelled(text: str) -> str:
    """Level full-width forms, blanks and the grammar's own Traditional characters.

    Every character keeps its position, so that the original can be cut where this one is.
    """
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_WIDTH).translate(_SIMPLER)


def plain(text: str) -> str:
    """Return a copy of `text` to parse: levelled, lower-case, no marks nobody sees."""
    text = _HIDDEN.sub("", levelled(text))
    return " ".join(text.split()).lower()


def nothing(text: str) -> ParsedCell | None:
    """Return the outcome for a word that stands for nothing (`-`, `无`) or nothing yet (`待定`)."""
    if len(text) > _LONGEST_WORD:
        return None
    word = plain(text).replace(" ", "")
    if word in _NOTHING or _RULES.fullmatch(word):
        return BLANK
    return _PENDING if word in _UNDECIDED else None


def split_remark(text: str) -> tuple[str, str | None]:
    """Split `已完成(延期1小时)` into what stands before its last bracket and what stands in it."""
    text = text.strip()
    level = levelled(text)
    if not level.endswith(")"):
        return text, None
    depth = 0
    for at in range(len(level) - 1, 0, -1):
        depth += (level[at] == ")") - (level[at] == "(")
        if depth <= 0:
            return text[:at].strip(), text[at + 1 : -1].strip() or None
    return text, None


def as_typed(raw: Raw) -> str:
    """Return what stands in a cell as text: 3 for 3.0, ISO for a date, TRUE for a tick."""
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < _FIFTEEN_DIGITS else repr(raw)
    if isinstance(raw, datetime):
        clock = as_typed(raw.time())
        return raw.date().isoformat() + ("" if clock == "00:00" else f" {clock}")
    if isinstance(raw, time):
        return raw.isoformat("seconds" if raw.second else "minutes")
    return str(raw)


def plain_numbers(cells: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Return the numbers among cells, NaN for every other one and for integers beyond floats."""
    if infer_dtype(cells, skipna=True) in _ALL_NUMBERS:
        with suppress(TypeError, OverflowError):  # numpy knows None, and no NA
            return cells.astype(np.float64)
    numbers = (cell if cell.__class__ in _NUMBERS else np.nan for cell in cells.tolist())
    with suppress(OverflowError):
        return np.fromiter(numbers, np.float64, len(cells))
    return plain_numbers(np.array([c if _is_float(c) else None for c in cells], dtype=object))


def _is_float(cell: object) -> bool:
    return not isinstance(cell, int) or abs(cell) <= sys.float_info.max


def holds_any(cells: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Tell which cells hold anything, be it an empty text."""
    held: npt.NDArray[np.bool_] = cells != np.full(1, None)  # cell by cell
    return held
