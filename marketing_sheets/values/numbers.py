"""Numbers, amounts, percents and ratios: one figure a cell, or the reason why it is none."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Literal

from ..template import ColumnType, bound_words
from .cells import Context, ParsedCell, Raw, faulty, plain, simplest
from .numerals import Numeral, currency_of, read_figure, scale_of

PercentScale = Literal["fraction", "points", "unclear"]

LARGEST = 1e100  # from here on sums and products may have no end
# What conditions keep for the signs of `template.SIGNS`.
_WRITTEN = {"≥": ">=", "≤": "<="}


def _comparators(position: Literal["before", "after"]) -> dict[str, str]:
    return {word: _WRITTEN.get(sign, sign) for word, sign in bound_words(position).items()}


_COMPARATORS = _comparators("before")
# `over` must not be found in `coverage`.
COMPARATOR_WORDS = "|".join(
    rf"(?<![a-z]){word}(?![a-z])" if word[0].isalpha() and word.isascii() else re.escape(word)
    for word in sorted(_COMPARATORS, key=len, reverse=True)
)
_COMPARED = re.compile(f"({COMPARATOR_WORDS}) ?(.+)")
# In Chinese usage and law 以上, 以下 and 以内 include the figure itself.
_AFTER = _comparators("after")
_COMPARED_AFTER = re.compile(rf"(.*\S) ?({'|'.join(map(re.escape, _AFTER))})")

_ERROR = re.compile(r"#[a-z0-9/_]+[!?]?|[+-]?(?:inf|infinity|∞)")
_DATE = re.compile(r"\d{4}[-./年]\d{1,2}(?:[-./月].*)?|\d{4}年.*|\d{1,2}月(?:\d{1,2}.*)?")
_RATIO = re.compile(r"(\d+(?:\.\d+)?) ?[:比] ?(\d+(?:\.\d+)?)", re.ASCII)
# 202X is a year to be filled in.
_TIMES = re.compile(r"(?!20\dx)(.*\d|[一二两三四五六七八九十]+) ?(?:倍|x|times)")
_NAMES_RETURN = re.compile(r"(?<![a-z])(?:roi|roas)(?![a-z])|投产比|投入产出|产出投入")
_RETURN = re.compile(r"(?:roi|roas|投产比|投入产出比) ?:? ?(.+)")
_BETWEEN = re.compile(r"[-–—~至到/]| to ")
_ROUGHLY = re.compile(
    r"大约|约|大概|将近|接近|近|左右|上下|多|余|来|几|数|~|≈|about|approx\.?|around|nearly|roughly"
)
_SCALE_ALONE = re.compile(r"[十百千万亿]+")
_EXACT = 2**53  # up to here every integer has a float of its own
_POINTS_FROM = 10  # nobody writes a fraction of a thousand per cent


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
        # 80% under 执行进度(%) is 80.
        points = context.percent_points
        return finished(figure.amount, type, context) if points else faulty("percent_in_number")
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
    ours = currency_of(context.unit or "")
    if figure.is_foreign and ours == "¥":
        return faulty("unit_conflict")
    note = "other_currency" if figure.is_foreign and figure.currency != ours else None
    amount = figure.amount if figure.scaled else figure.amount * scale
    kind = "money" if figure.currency or type == "money" else "number"
    return finished(amount, type, context, kind=kind, note=note)


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
    if context.percent_unclear and amount:
        return faulty("percent_scale_unclear")
    if not context.percent_points:
        return finished(amount, "percent", context)
    # Beside 35 and 12 a 0.9 is meant as 0.9 %, or as 90 % by somebody else.
    is_small = context.percent_voted and 0 < abs(amount) <= 1
    note = "percent_taken_as_points" if is_small else None
    return finished(amount / 100, "percent", context, note=note)


def read_ratio(raw: Raw, context: Context) -> ParsedCell:
    """Read a ratio 1:x as x; a bare number is x itself."""
    if not isinstance(raw, str):
        number = bare_number(raw, clock="ratio_became_time")
        return (
            number if isinstance(number, ParsedCell) else finished(exact(number), "ratio", context)
        )
    text = plain(raw)
    text = without_label(text) or text
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


def without_label(text: str) -> str | None:
    """Return what stands after the word ROI, 1:4; None where there is no such word."""
    hit = _RETURN.fullmatch(text)
    return hit[1] if hit else None


def names_return(text: str) -> bool:
    """Whether a header or a metric's name says that output is held against input: ROI, 投产比."""
    return _NAMES_RETURN.search(plain(text)) is not None


def split_ratio(text: str) -> Decimal | ParsedCell | None:
    """Return x of `1:x` or `x倍`, a fault for any other `a:b`, None for anything else.

    3:1 may be three for one or one for three: the fault proposes both.
    """
    hit = _RATIO.fullmatch(text)
    if hit:
        base, x = Decimal(hit[1]), Decimal(hit[2])
        if base == 1:
            return x
        if not base or not x:
            return faulty("not_a_ratio")
        return faulty("ratio_not_one", x=f"1:{x / base:.4g}", turned=f"1:{base / x:.4g}")
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
    if abs(number) >= LARGEST or (type == "integer" and abs(number) > _EXACT):
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


def percent_scale(raws: Sequence[object], header: str, *, is_written: bool = False) -> PercentScale:
    """Tell how the bare numbers of a percent column are meant: 0.021 or 2.1 for 2.1 %.

    Bare are numbers without a % sign; pass no numbers that a % format shows, for Excel holds their
    fraction: `is_written` says there are such. The rule, in this order:

    1. a header with % in it says points;
    2. a bare number from ±10 on says points (a vote: small ones are doubted);
    3. none beyond ±1, and no percentage written with its sign or format, says fraction;
    4. otherwise they do not tell, and no bare number but 0 is read.
    """
    if "%" in plain(header):
        return "points"
    sizes = [size for raw in raws if (size := bare_size(raw)) is not None]
    largest = max(sizes, default=0.0)
    if largest >= _POINTS_FROM:
        return "points"
    if not largest or (largest <= 1 and not is_written and not any(map(_is_signed, raws))):
        return "fraction"
    return "unclear"


def percent_context(
    context: Context,
    raws: Sequence[object],
    header: str,
    *,
    is_written: bool = False,
    known: PercentScale | None = None,
) -> Context:
    """Return `context` with the scale of a percent column, as `percent_scale` decides it.

    A scale that is `known` from elsewhere, such as clicks ÷ impressions, goes before a vote.
    """
    in_header = "%" in plain(header)
    scale = percent_scale(raws, header, is_written=is_written)
    scale = known if known and not in_header else scale
    return replace(
        context,
        percent_points=scale == "points",
        percent_voted=scale == "points" and not in_header and known is None,
        percent_unclear=scale == "unclear",
    )


def _is_signed(raw: object) -> bool:
    if not isinstance(raw, str):
        return False
    figure = read_figure(plain(raw))
    return figure is not None and figure.is_percent


def bare_size(raw: object) -> float | None:
    """Return the size of a number without any unit, be it stored as text; None for other cells."""
    value = simplest(raw)
    if isinstance(value, str):
        figure = read_figure(plain(value))
        return abs(float(figure.amount)) if figure and figure.is_bare else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return abs(float(exact(value)))
