"""Numbers, amounts, percents and ratios: one figure a cell, or the reason why it is none."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Literal

from ..template import ColumnType
from .cells import Context, ParsedCell, Raw, faulty, plain, simplest
from .numerals import Numeral, read_figure, scale_of

PercentScale = Literal["fraction", "points", "mixed"]

_COMPARATORS = {
    word: sign
    for sign, words in {
        ">=": "≥,>=,=>,不低于,不少于,不小于,至少,最少,at least,no less than,not less than",
        "<=": "≤,<=,=<,不超过,不高于,不大于,不多于,至多,最多,at most,no more than,up to",
        ">": ">,超过,大于,高于,多于,more than,over,above",
        "<": "<,小于,低于,少于,less than,under,below",
        "=": "=,等于",
    }.items()
    for word in words.split(",")
}
# `over` must not be found in `coverage`.
COMPARATOR_WORDS = "|".join(
    rf"(?<![a-z]){word}(?![a-z])" if word[0].isalpha() and word.isascii() else re.escape(word)
    for word in sorted(_COMPARATORS, key=len, reverse=True)
)
_COMPARED = re.compile(f"({COMPARATOR_WORDS}) ?(.+)")
# In Chinese usage and law 以上, 以下 and 以内 include the figure itself.
_AFTER = {"+": ">=", "以上": ">=", "以下": "<=", "以内": "<="}
_COMPARED_AFTER = re.compile(r"(.*\S) ?(\+|以上|以下|以内)")

_ERROR = re.compile(r"#[a-z0-9/_]+[!?]?|[+-]?(?:inf|infinity|∞)")
_DATE = re.compile(r"\d{4}[-./年]\d{1,2}(?:[-./月].*)?|\d{4}年.*|\d{1,2}月(?:\d{1,2}.*)?")
_RATIO = re.compile(r"(\d+(?:\.\d+)?) ?: ?(\d+(?:\.\d+)?)", re.ASCII)
_TIMES = re.compile(r"(?!20\dx)(.*\d) ?(?:倍|x|times)")  # 202X is a year to be filled in
_BETWEEN = re.compile(r"[-–—~至到/]| to ")
_ROUGHLY = re.compile(
    r"大约|约|大概|将近|接近|近|左右|上下|多|余|来|几|数|~|≈|about|approx\.?|around|nearly|roughly"
)
_SCALE_ALONE = re.compile(r"[十百千万亿]+")
_RMB = re.compile(r"[元¥]|rmb|cny|人民币")
_EXACT = 2**53  # up to here every integer has a float of its own
_VOTE = 1.5  # a bare percent figure above it is no fraction


def read_number(raw: Raw, type: ColumnType, context: Context) -> ParsedCell:
    """Read an integer, number or money cell."""
    if not isinstance(raw, str):
        number = bare_number(raw, clock="date_in_number")
        if isinstance(number, ParsedCell):
            return number
        return finished(exact(number) * scale_of(context.unit or ""), type, context)
    text = plain(raw)
    figure = read_figure(text)
    if figure is None:
        return faulty(why_no_number(text))
    if figure.is_percent:
        return faulty("percent_in_number")
    counted_money = figure.counted and (figure.currency or type == "money")
    if counted_money or (figure.currency and type == "integer"):
        return faulty("unit_conflict")
    return figure_amount(figure, type, context)


def figure_amount(figure: Numeral, type: ColumnType, context: Context) -> ParsedCell:
    """Turn a written figure that is no percent into a value, in the unit its header states.

    A scale in the cell (60万) is taken as written. Where the header states one (万元), 60 means
    600000, and 60元 is a fault: either could be meant.
    """
    scale = scale_of(context.unit or "")
    if scale != 1 and not figure.scaled and not figure.is_bare:
        return faulty("unit_conflict")
    dollars = figure.currency == "$"
    if dollars and _RMB.search(plain(context.unit or "")):
        return faulty("unit_conflict")
    amount = figure.amount if figure.scaled else figure.amount * scale
    kind = "money" if figure.currency or type == "money" else "number"
    return finished(amount, type, context, kind=kind, note="dollar_sign" if dollars else None)


def read_percent(raw: Raw, context: Context) -> ParsedCell:
    """Read a percent cell as a fraction: 8% is 0.08."""
    if not isinstance(raw, str):
        number = bare_number(raw, clock="date_in_number")
        if isinstance(number, ParsedCell):
            return number
        if context.percent_format:
            return finished(exact(number), "percent", context)
        return _scaled_percent(exact(number), context)
    text = plain(raw)
    figure = read_figure(text)
    if figure is None:
        return faulty(why_no_number(text, otherwise="not_a_percent"))
    if figure.is_percent:
        return finished(figure.amount / 100, "percent", context)
    return _scaled_percent(figure.amount, context) if figure.is_bare else faulty("not_a_percent")


def _scaled_percent(amount: Decimal, context: Context) -> ParsedCell:
    """Read a bare number of a percent column by the scale of its column."""
    size = abs(amount)
    if context.percent_mixed:
        note = "percent_taken_as_fraction" if size else None
        if size >= 1:
            return faulty("percent_scale_unclear")
        return finished(amount, "percent", context, note=note)
    if not context.percent_points:
        return finished(amount, "percent", context)
    if context.percent_voted and size == 1:
        return faulty("percent_scale_unclear")
    return finished(amount / 100, "percent", context)


def read_ratio(raw: Raw, context: Context) -> ParsedCell:
    """Read a ratio 1:x as x; a bare number is x itself."""
    if not isinstance(raw, str):
        number = bare_number(raw, clock="ratio_became_time")
        return (
            number if isinstance(number, ParsedCell) else finished(exact(number), "ratio", context)
        )
    text = plain(raw)
    x = split_ratio(text)
    if isinstance(x, ParsedCell):
        return x
    if x is not None:
        return finished(x, "ratio", context)
    figure = read_figure(text)
    if figure is None:
        return faulty(why_no_number(text, otherwise="not_a_ratio"))
    if figure.is_percent:
        return faulty("percent_in_number")
    return finished(figure.amount, "ratio", context) if figure.is_bare else faulty("not_a_ratio")


def split_ratio(text: str) -> Decimal | ParsedCell | None:
    """Return x of `1:x` or `x倍`, a fault for `0:x`, None for anything else."""
    hit = _RATIO.fullmatch(text)
    if hit:
        base = Decimal(hit[1])
        return Decimal(hit[2]) / base if base else faulty("not_a_ratio")
    times = _TIMES.fullmatch(text)
    figure = read_figure(times[1]) if times else None
    return figure.amount if figure and figure.is_bare else None


def split_comparator(text: str) -> tuple[str | None, str]:
    """Split `≥20万`, `不低于20万` or `20万+` into comparator and the rest."""
    before = _COMPARED.fullmatch(text)
    if before:
        return _COMPARATORS[before[1]], before[2]
    after = _COMPARED_AFTER.fullmatch(text)
    return (_AFTER[after[2]], after[1]) if after else (None, text)


def bare_number(raw: Raw, clock: str) -> int | float | ParsedCell:
    """Return the number of a cell that holds no text, or the fault; `clock` for a time of day.

    Excel turns `1:3` into a time and `1-2` into a date; what was meant cannot be got back.
    """
    if isinstance(raw, bool | str):
        return faulty("not_a_number")
    if isinstance(raw, date):
        return faulty("date_in_number")
    if isinstance(raw, time | timedelta):
        return faulty(clock)
    return raw if isinstance(raw, int) or math.isfinite(raw) else faulty("error_value")


def finished(
    amount: Decimal,
    type: ColumnType,
    context: Context,
    *,
    kind: str | None = None,
    note: str | None = None,
) -> ParsedCell:
    """Check an amount against its type and bounds and make a value of it."""
    number = float(amount)
    if math.isinf(number) or (type == "integer" and abs(number) > _EXACT):
        return faulty("too_large")
    value: int | float = number
    if type == "integer":
        value = round(amount)
        # 3.0000000000000004 stands as 3 in the cell: Excel shows fifteen digits.
        if abs(amount - value) > min(1e-6, 1e-14 * max(1, abs(value))):
            return faulty("not_whole")
    low, high = context.min, context.max
    if (low is not None and number < low) or (high is not None and number > high):
        return faulty(
            "out_of_range", min=low, max=high, bounds=_bounds(low, high, type == "percent")
        )
    kinds = {"integer": "number", "quantity": "number"}
    return ParsedCell(value=value, kind=kind or kinds.get(type, type), note=note)


def _bounds(low: float | None, high: float | None, is_percent: bool) -> str:
    """Write bounds the way a formula does, which reads the same in every language."""

    def shown(bound: float) -> str:
        return f"{bound * 100:,.12g}%" if is_percent else f"{bound:,.12g}"

    if low is not None and high is not None:
        return f"{shown(low)} ~ {shown(high)}"
    return f"≥ {shown(low)}" if low is not None else f"≤ {shown(high or 0)}"


def exact(number: float) -> Decimal:
    """Return the decimal number Excel shows for a float: 2.1, not 2.100000000000000088."""
    return Decimal(number) if isinstance(number, int) else Decimal(repr(number))


def why_no_number(text: str, otherwise: str = "not_a_number") -> str:
    """Name the fault of a text that is no figure."""
    if _ERROR.fullmatch(text):
        return "error_value"
    if _DATE.fullmatch(text):
        return "date_in_number"
    if _is_range(text):
        return "range_not_single"
    comparator, rest = split_comparator(text)
    if comparator and (read_figure(rest) or _RATIO.fullmatch(rest)):
        return "not_exact"
    if _RATIO.fullmatch(text):
        return "ratio_in_number"
    return "approximate" if _is_rough(text) else otherwise


def _is_range(text: str) -> bool:
    cuts = (hit.span() for hit in _BETWEEN.finditer(text) if hit.start())
    return any(
        read_figure(text[:start].strip()) and read_figure(text[end:].strip()) for start, end in cuts
    )


def _is_rough(text: str) -> bool:
    rest, count = _ROUGHLY.subn("", text)
    rest = rest.strip()
    return bool(count and (read_figure(rest) or _SCALE_ALONE.fullmatch(rest)))


def percent_scale(raws: Sequence[object], header: str) -> PercentScale:
    """Tell how the bare numbers of a percent column are meant: 0.021 or 2.1 for 2.1 %.

    Bare are numbers without a % sign; pass no cells that carry a % number format, for Excel holds
    their fraction. The rule, in this order:

    1. a header with % in it says points;
    2. no bare number beyond ±1.5 says fraction;
    3. none strictly between 0 and ±1 says points (by vote: a bare 1 stays unclear);
    4. both kinds together are mixed, and then no bare number from ±1 on is read.

    Zeros and numbers from 1 to 1.5 do not vote: 1.2 may be 120 % or 1.2 %.
    """
    if "%" in plain(header):
        return "points"
    sizes = [size for raw in raws if (size := _bare_size(raw)) is not None]
    if not any(size > _VOTE for size in sizes):
        return "fraction"
    return "mixed" if any(0 < size < 1 for size in sizes) else "points"


def percent_context(context: Context, raws: Sequence[object], header: str) -> Context:
    """Return `context` with the scale of a percent column, as `percent_scale` decides it."""
    scale = percent_scale(raws, header)
    return replace(
        context,
        percent_points=scale == "points",
        percent_voted=scale == "points" and "%" not in plain(header),
        percent_mixed=scale == "mixed",
    )


def _bare_size(raw: object) -> float | None:
    value = simplest(raw)
    if isinstance(value, str):
        figure = read_figure(plain(value))
        return abs(float(figure.amount)) if figure and figure.is_bare else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return abs(float(exact(value)))
