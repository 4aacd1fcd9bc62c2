"""The grammar of numbers, amounts, percents and ratios."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from marketing_sheets.template import ColumnType
from marketing_sheets.values import Context, parse, percent_context, scale_of
from marketing_sheets.values.numbers import percent_scale

VALUES: list[tuple[object, float]] = [
    ("50000", 50000),
    ("50,000", 50000),
    ("2,000,000", 2000000),
    ("29 000", 29000),
    ("29\u00a0000", 29000),
    ("５０，０００", 50000),
    ("+12", 12),
    ("-0.8", -0.8),
    ("−5", -5),
    (".5", 0.5),
    ("1e5", 100000),
    ("133.33", 133.33),
    ("007", 7),
    (" 42\n", 42),
    ("\u200b42", 42),
    ("2000万", 20000000),
    ("2000萬", 20000000),
    ("11.21万", 112100),
    ("429.9万", 4299000),
    ("1.8万", 18000),
    ("-50万", -500000),
    ("1,234.5万", 12345000),
    ("3.5亿", 350000000),
    ("3.5億", 350000000),
    ("3百", 300),
    ("2千", 2000),
    ("5十万", 500000),
    ("2百万", 2000000),
    ("3千万", 30000000),
    ("1.2w", 12000),
    ("1.2W", 12000),
    ("5k", 5000),
    ("3 k", 3000),
    ("5m", 5000000),
    ("5M", 5000000),
    ("1亿2000万", 120000000),
    ("13万2千", 132000),
    ("5万人", 50000),
    ("520条", 520),
    ("520 條", 520),
    ("10篇", 10),
    ("4场", 4),
    ("10万台", 100000),
    ("3天", 3),
    ("100張", 100),
    ("¥300", 300),
    ("￥300", 300),
    ("¥ 3,200", 3200),
    ("RMB 500", 500),
    ("500 CNY", 500),
    ("人民币500", 500),
    ("500人民幣", 500),
    ("9.9元", 9.9),
    ("20块", 20),
    ("160万元", 1600000),
    ("100万元人民币", 1000000),
    ("-¥300", -300),
    ("¥-300", -300),
    ("(300)", -300),
    ("（300）", -300),
    ("(¥1,200.50)", -1200.5),
    ("十万", 100000),
    ("两千", 2000),
    ("兩千", 2000),
    ("三十五", 35),
    ("一百一十", 110),
    ("一万零五", 10005),
    ("零", 0),
    ("五万人", 50000),
    (3, 3.0),
    (-0.25, -0.25),
]

FAULTS: list[tuple[object, str]] = [
    ("一百块左右", "approximate"),
    ("abc", "not_a_number"),
    ("3 hours", "not_a_number"),
    ("1周", "not_a_number"),
    ("25岁", "not_a_number"),
    ("2小时以上", "not_exact"),
    ("1,23", "not_a_number"),
    ("12,34,567", "not_a_number"),
    ("0,123", "not_a_number"),
    ("2024 001", "not_a_number"),
    ("5 m", "not_a_number"),
    ("10²", "not_a_number"),
    ("①", "not_a_number"),
    ("½", "not_a_number"),
    ("١٢", "not_a_number"),
    ("13万2", "not_a_number"),
    ("2千3万", "not_a_number"),
    ("三百五", "not_a_number"),
    ("一万二", "not_a_number"),
    ("三五万", "not_a_number"),
    ("百万", "not_a_number"),
    ("-¥-3", "not_a_number"),
    ("--5", "not_a_number"),
    ("(-5)", "not_a_number"),
    ("300-", "not_a_number"),
    ("100,000+50", "not_a_number"),
    ("¥5%", "not_a_number"),
    ("预算3万元(含KOL费用1.5万)", "not_a_number"),
    ("total budget: 3 k", "not_a_number"),
    ("9折", "not_a_number"),
    ("满300减50", "not_a_number"),
    (True, "not_a_number"),
    ("5-6万", "range_not_single"),
    ("5-20万", "range_not_single"),
    ("5~6万", "range_not_single"),
    ("5至6万", "range_not_single"),
    ("5 to 6", "range_not_single"),
    ("18-24", "range_not_single"),
    ("2-3个", "range_not_single"),
    ("12,000 - $20,000", "range_not_single"),
    ("$5000-$10000", "range_not_single"),
    ("15m/16m", "range_not_single"),
    ("5.6K - 16K", "range_not_single"),
    ("约5万", "approximate"),
    ("約5萬", "approximate"),
    ("大约5万", "approximate"),
    ("5万左右", "approximate"),
    ("近5万", "approximate"),
    ("5万多", "approximate"),
    ("100多人", "approximate"),
    ("50余条", "approximate"),
    ("~5万", "approximate"),
    ("几万", "approximate"),
    ("數十萬", "approximate"),
    ("about 500", "approximate"),
    ("3000+", "not_exact"),
    ("5000条+", "not_exact"),
    ("500万以上", "not_exact"),
    ("≥500", "not_exact"),
    ("＞=500", "not_exact"),
    ("不低于3万", "not_exact"),
    ("不低於3萬", "not_exact"),
    ("至少10", "not_exact"),
    ("超过5万", "not_exact"),
    ("at least 10", "not_exact"),
    ("Infinity", "error_value"),
    ("-inf", "error_value"),
    ("#DIV/0!", "error_value"),
    ("#N/A", "error_value"),
    ("#NAME?", "error_value"),
    (float("inf"), "error_value"),
    ("35%", "percent_in_number"),
    ("百分之八", "percent_in_number"),
    ("1:3", "ratio_in_number"),
    ("2024-07-01", "date_in_number"),
    ("2024年7月", "date_in_number"),
    ("7月1日", "date_in_number"),
    (datetime(2024, 7, 1), "date_in_number"),
    (date(2024, 7, 1), "date_in_number"),
    (time(1, 3), "date_in_number"),
    (timedelta(hours=30), "date_in_number"),
    ("1e400", "too_large"),
    (10**400, "too_large"),
]

BLANKS = [
    *(None, "", "  ", "\u3000", "\u200b", float("nan"), "-", "--", "—", "——", "－", "/", "\\"),
    *("//", "__________", "无", "無", "暂无", "暫無", "N/A", "n/a", "NA", "None", "nil", "nan"),
    *("NULL", "空", "不适用", "…"),
]
PENDING = ["待定", "TBD", "tbd", "待確認", "待确认", "未知", "Pending", "？", "?", "待补充"]


@pytest.mark.parametrize(("raw", "value"), VALUES)
def test_a_written_number_is_its_value(raw: object, value: float) -> None:
    """Every accepted notation of a number means exactly one value."""
    cell = parse(raw, "number")
    assert (cell.value, cell.fault, cell.note) == (value, None, None)
    assert isinstance(cell.value, float)


@pytest.mark.parametrize(("raw", "fault"), FAULTS)
def test_what_is_no_exact_number_is_a_named_fault(raw: object, fault: str) -> None:
    """Ranges, estimates, dates, percents and prose are faults with their own names."""
    cell = parse(raw, "number")
    assert (cell.value, cell.fault) == (None, fault)


@pytest.mark.parametrize("raw", BLANKS)
@pytest.mark.parametrize("type", ["number", "date", "percent", "ratio", "week", "text", "person"])
def test_words_for_nothing_are_blank(raw: object, type: ColumnType) -> None:
    """Blanks and words for nothing are blank in every type, without a note."""
    cell = parse(raw, type)
    assert cell.is_blank
    assert cell.note is None


@pytest.mark.parametrize("raw", PENDING)
@pytest.mark.parametrize("type", ["number", "date", "quantity", "person", "choice"])
def test_words_for_not_yet_are_blank_and_noted(raw: str, type: ColumnType) -> None:
    """待定 and TBD are blank, and said to be pending."""
    cell = parse(raw, type)
    assert cell.is_blank
    assert cell.note == "pending"


@pytest.mark.parametrize("raw", ["否", "x", "0"])
def test_no_and_zero_are_not_blank(raw: str) -> None:
    """否, x and 0 say something."""
    assert not parse(raw, "number").is_blank


@pytest.mark.parametrize(
    ("raw", "value", "fault"),
    [
        (3.0, 3, None),
        ("3.0", 3, None),
        ("1.2w", 12000, None),
        (3.0000000000000004, 3, None),
        (2**53, 2**53, None),
        (3.5, None, "not_whole"),
        ("1.23456万", None, "not_whole"),
        (123456789012345.5, None, "not_whole"),
        (2.0**60, None, "too_large"),
        ("20010043551234567890", None, "too_large"),
        ("5元", None, "unit_conflict"),
    ],
)
def test_integers_are_whole(raw: object, value: int | None, fault: str | None) -> None:
    """An integer column takes whole numbers up to 2⁵³, as int."""
    cell = parse(raw, "integer")
    assert (cell.value, cell.fault) == (value, fault)
    assert value is None or type(cell.value) is int


def test_bounds_are_checked_and_told() -> None:
    """A number beyond its bounds is a fault that carries the bounds."""
    low = parse(-1, "integer", Context(min=0))
    assert low.fault == "out_of_range"
    assert low.params == {"min": 0, "max": None, "bounds": "≥ 0"}
    high = parse("120%", "percent", Context(min=0, max=1))
    assert (high.fault, high.params["bounds"]) == ("out_of_range", "0% ~ 100%")
    assert parse("20万", "number", Context(max=100000)).params["bounds"] == "≤ 100,000"
    assert parse("100%", "percent", Context(min=0, max=1)).value == 1.0


@pytest.mark.parametrize(
    ("raw", "unit", "value", "fault"),
    [
        (60, "万元", 600000, None),
        ("72", "萬元", 720000, None),
        (0.1, "万", 1000, None),
        ("60万", "万元", 600000, None),
        ("1亿元", "万元", 100000000, None),
        ("十万", "万元", 100000, None),
        ("60元", "万元", None, "unit_conflict"),
        ("¥60", "万元", None, "unit_conflict"),
        ("$60", "元", None, "unit_conflict"),
        ("60", "元", 60, None),
        ("60元", "元", 60, None),
        ("60", "元/人", 60, None),
        ("60", "week", 60, None),
        ("60", "百分点", 60, None),
        ("60人", None, None, "unit_conflict"),
    ],
)
def test_the_header_gives_the_unit_of_bare_amounts(
    raw: object, unit: str | None, value: float | None, fault: str | None
) -> None:
    """60 under 万元 is 600000; a cell with its own scale keeps it; a clash is a fault."""
    cell = parse(raw, "money", Context(unit=unit))
    assert (cell.value, cell.fault) == (value, fault)


def test_a_dollar_sign_is_noted() -> None:
    """Dollars count as they stand, and that is said."""
    cell = parse("$5,000", "money")
    assert (cell.value, cell.kind, cell.note) == (5000.0, "money", "other_currency")


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        *(
            ("万元", 10**4),
            ("亿", 10**8),
            ("千元", 1000),
            ("k", 1000),
            ("元", 1),
            ("", 1),
            ("%", 1),
        ),
        *(("thousands", 1000), ("'000", 1000), ("000s", 1000), ("10k", 10**4)),
        *((word, 10**6) for word in ("million", "mn", "mio")),
    ],
)
def test_scale_of_a_unit(unit: str, scale: int) -> None:
    """A header's unit states a factor only if it begins with one."""
    assert scale_of(unit) == scale


POINTS = Context(percent_points=True)
VOTED = Context(percent_points=True, percent_voted=True)
UNCLEAR = Context(percent_unclear=True)


@pytest.mark.parametrize(
    ("raw", "context", "value"),
    [
        ("8%", Context(), 0.08),
        ("8 ％", Context(), 0.08),
        ("2.1%", Context(), 0.021),
        ("120%", Context(), 1.2),
        ("-2%", Context(), -0.02),
        ("+15%", Context(), 0.15),
        ("百分之八", Context(), 0.08),
        ("百分之3.5", Context(), 0.035),
        (0.021, Context(), 0.021),
        ("0.5", Context(), 0.5),
        (2.1, POINTS, 0.021),
        ("10.0", POINTS, 0.1),
        (100, POINTS, 1.0),
        (1, POINTS, 0.01),
        ("2.1%", POINTS, 0.021),
        (0.4071, Context(percent_points=True, percent_format=True), 0.4071),
        (0, UNCLEAR, 0.0),
        (2.0, Context(percent_unclear=True, percent_format=True), 2.0),
    ],
)
def test_percents_are_fractions(raw: object, context: Context, value: float) -> None:
    """A percent is a fraction, its bare numbers read by the scale of the column."""
    cell = parse(raw, "percent", context)
    assert (cell.value, cell.kind, cell.note) == (value, "percent", None)


@pytest.mark.parametrize(
    ("raw", "context", "fault"),
    [
        ("5人", Context(), "not_a_percent"),
        ("5万", Context(), "not_a_percent"),
        ("提升", Context(), "not_a_percent"),
        ("5-6%", Context(), "range_not_single"),
        ("3%+", Context(), "not_exact"),
        ("Infinity", Context(), "error_value"),
        (2.1, UNCLEAR, "percent_scale_unclear"),
        (1, UNCLEAR, "percent_scale_unclear"),
        ("0.05", UNCLEAR, "percent_scale_unclear"),
    ],
)
def test_percent_faults(raw: object, context: Context, fault: str) -> None:
    """What is no percent, or a bare number whose scale is open, is a fault."""
    assert parse(raw, "percent", context).fault == fault


@pytest.mark.parametrize(("raw", "value"), [(0.9, 0.009), ("1", 0.01)])
def test_small_figures_of_a_vote_are_doubted(raw: object, value: float) -> None:
    """Where 35 and 12 made percent figures of all numbers, a 0.9 beside them is warned about."""
    cell = parse(raw, "percent", VOTED)
    assert (cell.value, cell.note) == (value, "percent_taken_as_points")


@pytest.mark.parametrize(
    ("raws", "header", "scale"),
    [
        ([2.1, 3.5], "点击率(%)", "points"),
        ([0.021], "点击率（％）", "points"),
        ([0.5], "进度%", "points"),
        ([0.021, 0.5, 1], "点击率", "fraction"),
        ([0.9, 1.2, -0.1], "达成率", "unclear"),
        ([1, 0, 1], "进度", "fraction"),
        ([100, 50, 1], "进度", "points"),
        (["12.5", "3.5", "-"], "点击率", "points"),
        (["2.1", "3.5", "-"], "点击率", "unclear"),
        (["8%", "110%", None], "点击率", "fraction"),
        (["8%", 0.05], "点击率", "unclear"),
        (["8%", 0], "点击率", "fraction"),
        (["8%", 15], "点击率", "points"),
        ([12.1, 0.8], "点击率", "points"),
        ([9.99, 0.8], "点击率", "unclear"),
        ([10], "点击率", "points"),
        (["5人", True, date(2024, 1, 1), 0.3], "点击率", "fraction"),
        ([], "点击率", "fraction"),
    ],
)
def test_percent_scale_is_decided_per_column(raws: list[object], header: str, scale: str) -> None:
    """The header decides, else the largest bare number, and whether any other has its sign."""
    assert percent_scale(raws, header) == scale
    context = percent_context(Context(min=0), raws, header)
    assert context.percent_points == (scale == "points")
    assert context.percent_unclear == (scale == "unclear")
    assert context.percent_voted == (scale == "points" and not set("%％") & set(header))
    assert context.min == 0


@pytest.mark.parametrize(
    ("raw", "value", "fault"),
    [
        ("1:3.5", 3.5, None),
        ("1：3.5", 3.5, None),
        ("1 : 3", 3.0, None),
        ("1∶3", 3.0, None),
        ("1比3", 3.0, None),
        ("三倍", 3.0, None),
        ("ROI 1:4", 4.0, None),
        ("2:7", None, "ratio_not_one"),
        ("3:1", None, "ratio_not_one"),
        ("1:2.2", 2.2, None),
        ("1:0", 0.0, None),
        ("3.5", 3.5, None),
        (4.0, 4.0, None),
        ("-0.8", -0.8, None),
        ("3.5倍", 3.5, None),
        ("3.5x", 3.5, None),
        ("0:3", None, "not_a_ratio"),
        ("1:2:3", None, "not_a_ratio"),
        ("ROI1:4", 4.0, None),
        ("5人", None, "not_a_ratio"),
        ("202X", None, "not_a_ratio"),
        ("350%", None, "percent_in_number"),
        ("≥1:4", None, "not_exact"),
        (time(1, 3), None, "ratio_became_time"),
        (time(1, 3, 30), None, "ratio_became_time"),
        (timedelta(hours=25), None, "ratio_became_time"),
        (datetime(2024, 1, 3), None, "date_in_number"),
    ],
)
def test_ratios(raw: object, value: float | None, fault: str | None) -> None:
    """1:x is x; what Excel made a time of is a fault, never a guess."""
    cell = parse(raw, "ratio")
    assert (cell.value, cell.fault) == (value, fault)


_AMOUNTS = st.decimals(
    min_value=Decimal("-999999999"), max_value=Decimal("999999999"), places=4, allow_nan=False
)
_WIDE = str.maketrans("0123456789,.-%", "０１２３４５６７８９，．－％")
_NOTATIONS = {
    "{a:f}": 1,
    "{a:,f}": 1,
    "{a:+f}": 1,
    "{a:,f}元": 1,
    "¥{a:f}": 1,
    "RMB {a:,f}": 1,
    "{a:f}人": 1,
    "{a:f}万": 10**4,
    "{a:,f}萬元": 10**4,
    "{a:f}亿": 10**8,
    "{a:f}k": 1000,
    "{a:f}w": 10**4,
    "{a:f}M": 10**6,
    "{a:f}百万": 10**6,
}


@given(_AMOUNTS, st.sampled_from(sorted(_NOTATIONS)), st.booleans())
def test_every_notation_parses_back(amount: Decimal, notation: str, wide: bool) -> None:
    """A number written in any accepted notation, full-width or not, parses back to itself."""
    text = notation.format(a=amount)
    cell = parse(text.translate(_WIDE) if wide else text, "number")
    assert cell.value == float(amount * _NOTATIONS[notation])


@given(_AMOUNTS)
def test_percents_ratios_and_brackets_parse_back(amount: Decimal) -> None:
    """Percents, ratios and accounting negatives parse back to themselves."""
    assert parse(f"{amount:f}%", "percent").value == float(amount / 100)
    assert parse(f"1:{abs(amount):f}", "ratio").value == float(abs(amount))
    assert parse(f"({abs(amount):,f})", "money").value == -float(abs(amount))


@pytest.mark.parametrize("raw", [1e308, -1e100, "1e200", "9" * 101])
def test_numbers_have_an_end(raw: object) -> None:
    """A number whose sums would have no end is too large, typed or in a cell."""
    context = Context()
    assert parse(raw, "number", context).fault == "too_large"
    assert parse(9e99, "number", context).value == 9e99
