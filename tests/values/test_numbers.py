"""The grammar of numbers, amounts, percents, ratios, quantities and conditions."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from marketing_sheets.template import ColumnType
from marketing_sheets.values import Context, parse, parse_conditions, percent_context, scale_of
from marketing_sheets.values.numbers import percent_scale
from marketing_sheets.values.numerals import chinese_integer
from marketing_sheets.values.quantities import Condition, parse_condition

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
    ("2小时以上", "not_a_number"),
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
    ("€5", "not_a_number"),
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
    assert (cell.value, cell.kind, cell.note) == (5000.0, "money", "dollar_sign")


@pytest.mark.parametrize(
    ("unit", "scale"),
    [("万元", 10**4), ("亿", 10**8), ("千元", 1000), ("k", 1000), ("元", 1), ("", 1), ("%", 1)],
)
def test_scale_of_a_unit(unit: str, scale: int) -> None:
    """A header's unit states a factor only if it begins with one."""
    assert scale_of(unit) == scale


POINTS = Context(percent_points=True)
VOTED = Context(percent_points=True, percent_voted=True)
MIXED = Context(percent_mixed=True)


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
        (0.5, VOTED, 0.005),
        (0, MIXED, 0.0),
        (2.0, Context(percent_mixed=True, percent_format=True), 2.0),
    ],
)
def test_percents_are_fractions(raw: object, context: Context, value: float) -> None:
    """A percent is a fraction, its bare numbers read by the scale of the column."""
    cell = parse(raw, "percent", context)
    assert (cell.value, cell.kind, cell.note) == (value, "percent", None)


@pytest.mark.parametrize(
    ("raw", "context", "fault"),
    [
        ("100% (Validation is pending)", Context(), "not_a_percent"),
        ("5人", Context(), "not_a_percent"),
        ("5万", Context(), "not_a_percent"),
        ("提升", Context(), "not_a_percent"),
        ("5-6%", Context(), "range_not_single"),
        ("3%+", Context(), "not_exact"),
        ("Infinity", Context(), "error_value"),
        (1, VOTED, "percent_scale_unclear"),
        ("1", VOTED, "percent_scale_unclear"),
        (2.1, MIXED, "percent_scale_unclear"),
        (1, MIXED, "percent_scale_unclear"),
    ],
)
def test_percent_faults(raw: object, context: Context, fault: str) -> None:
    """What is no percent, or a bare number whose scale is open, is a fault."""
    assert parse(raw, "percent", context).fault == fault


def test_a_fraction_in_a_mixed_column_is_noted() -> None:
    """Beside 2.1, 0.8 is read as 80 % only with a warning."""
    cell = parse(0.8, "percent", MIXED)
    assert (cell.value, cell.note) == (0.8, "percent_taken_as_fraction")


@pytest.mark.parametrize(
    ("raws", "header", "scale"),
    [
        ([2.1, 3.5], "点击率(%)", "points"),
        ([0.021], "点击率（％）", "points"),
        ([0.5], "进度%", "points"),
        ([0.021, 0.5, 1], "点击率", "fraction"),
        ([0.9, 1.2, -0.1], "达成率", "fraction"),
        ([1, 0, 1], "进度", "fraction"),
        ([100, 50, 1], "进度", "points"),
        (["2.1", "3.5", "-"], "点击率", "points"),
        (["8%", "110%", None], "点击率", "fraction"),
        ([2.1, 0.8], "点击率", "mixed"),
        (["5人", True, date(2024, 1, 1), 0.3], "点击率", "fraction"),
        ([], "点击率", "fraction"),
    ],
)
def test_percent_scale_is_decided_per_column(raws: list[object], header: str, scale: str) -> None:
    """The header decides, else the vote of the bare numbers; both kinds together are mixed."""
    assert percent_scale(raws, header) == scale
    context = percent_context(Context(min=0), raws, header)
    assert context.percent_points == (scale == "points")
    assert context.percent_mixed == (scale == "mixed")
    assert context.percent_voted == (scale == "points" and not set("%％") & set(header))
    assert context.min == 0


@pytest.mark.parametrize(
    ("raw", "value", "fault"),
    [
        ("1:3.5", 3.5, None),
        ("1：3.5", 3.5, None),
        ("1 : 3", 3.0, None),
        ("2:7", 3.5, None),
        ("1:2.2", 2.2, None),
        ("1:0", 0.0, None),
        ("3.5", 3.5, None),
        (4.0, 4.0, None),
        ("-0.8", -0.8, None),
        ("3.5倍", 3.5, None),
        ("3.5x", 3.5, None),
        ("0:3", None, "not_a_ratio"),
        ("1:2:3", None, "not_a_ratio"),
        ("ROI1:4", None, "not_a_ratio"),
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


@pytest.mark.parametrize(
    ("raw", "value", "kind", "comparator"),
    [
        ("2000万", 2e7, "number", None),
        (5, 5.0, "number", None),
        ("10人", 10.0, "number", None),
        ("8%", 0.08, "percent", None),
        ("+30%", 0.3, "percent", None),
        ("1:3", 3.0, "ratio", None),
        ("1:3.5", 3.5, "ratio", None),
        ("提升30%", 0.3, "growth", None),
        ("增长 45%", 0.45, "growth", None),
        ("增長30%", 0.3, "growth", None),
        ("下降15%", -0.15, "growth", None),
        ("降低了15%", -0.15, "growth", None),
        ("160万元", 1.6e6, "money", None),
        ("≥20万", 2e5, "number", ">="),
        (">=20万", 2e5, "number", ">="),
        ("＞=20万", 2e5, "number", ">="),
        ("不低于2%", 0.02, "percent", ">="),
        ("至少10人", 10.0, "number", ">="),
        ("超过50条", 50.0, "number", ">"),
        ("≤100", 100.0, "number", "<="),
        ("不超過5%", 0.05, "percent", "<="),
        ("小于3", 3.0, "number", "<"),
        ("=5", 5.0, "number", "="),
        ("500万+", 5e6, "number", ">="),
        ("3%+", 0.03, "percent", ">="),
        ("5000条+", 5000.0, "number", ">="),
        ("20万以上", 2e5, "number", ">="),
        ("5%以内", 0.05, "percent", "<="),
        ("≥1:4", 4.0, "ratio", ">="),
        ("ROI1:4", 4.0, "ratio", None),
        ("ROI≥1:4", 4.0, "ratio", ">="),
        ("ROI=5", 5.0, "ratio", "="),
        ("-0.8", -0.8, "number", None),
    ],
)
def test_quantities_tell_their_kind(
    raw: object, value: float, kind: str, comparator: str | None
) -> None:
    """A quantity is a number of any kind, with the comparator that was written."""
    cell = parse(raw, "quantity")
    assert (cell.value, cell.kind, cell.comparator) == (value, kind, comparator)


@pytest.mark.parametrize(
    ("raw", "value", "basis"),
    [
        *(("环比+15%", 0.15, "环比"), ("环比-2%", -0.02, "环比"), ("同比增长20%", 0.2, "同比")),
        *(("MoM +15%", 0.15, "MoM"), ("yoy -2%", -0.02, "YoY"), ("WoW+0.5%", 0.005, "WoW")),
    ],
)
def test_changes_keep_their_basis_as_remark(raw: str, value: float, basis: str) -> None:
    """环比+15% is growth, and what it compares with is kept."""
    cell = parse(raw, "quantity")
    assert (cell.value, cell.kind, cell.remark) == (value, "growth", basis)


def test_a_percent_format_makes_a_quantity_a_percent() -> None:
    """Excel holds 8 % as 0.08 with a format; then it is a percent."""
    cell = parse(0.08, "quantity", Context(percent_format=True))
    assert (cell.value, cell.kind) == (0.08, "percent")


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("提升至5.5%", "not_a_quantity"),
        ("从30%提升至50%", "not_a_quantity"),
        ("低于目标10%", "not_a_quantity"),
        ("低于行业均值20%", "not_a_quantity"),
        ("提升行业均值", "not_a_quantity"),
        ("增长5万", "not_a_quantity"),
        ("≥≥5", "not_a_quantity"),
        ("小红书曝光量2000万", "not_a_quantity"),
        ("3个月销量破10万台", "not_a_quantity"),
        ("5-6万", "range_not_single"),
        ("约5万", "approximate"),
        ("0:3", "not_a_ratio"),
        (time(1, 3), "ratio_became_time"),
        (True, "not_a_number"),
    ],
)
def test_quantity_faults(raw: object, fault: str) -> None:
    """Prose, ranges, estimates and what Excel converted are faults."""
    assert parse(raw, "quantity").fault == fault


@pytest.mark.parametrize(
    ("text", "name", "comparator", "value", "kind"),
    [
        ("观看人数≥20万", "观看人数", ">=", 2e5, "number"),
        ("签约KOL数量≥10人", "签约KOL数量", ">=", 10.0, "number"),
        ("素材通过率100%", "素材通过率", "=", 1.0, "percent"),
        ("率≥2%", "率", ">=", 0.02, "percent"),
        ("ROI≥1:4", "ROI", ">=", 4.0, "ratio"),
        ("ROI：1:4", "ROI", "=", 4.0, "ratio"),
        ("注册轉化率不低於5%", "注册轉化率", ">=", 0.05, "percent"),
        ("参与人数200+", "参与人数", ">=", 200.0, "number"),
        ("小红书曝光量2000万", "小红书曝光量", "=", 2e7, "number"),
        ("社交媒体总曝光量达1000万", "社交媒体总曝光量", ">=", 1e7, "number"),
        ("线上销量提升30%", "线上销量", "=", 0.3, "growth"),
        ("销售额 ≤ 50,000元", "销售额", "<=", 50000.0, "money"),
        ("负面评论超过50条", "负面评论", ">", 50.0, "number"),
        ("Coverage rate at least 5%", "Coverage rate", ">=", 0.05, "percent"),
        ("≥500", "", ">=", 500.0, "number"),
    ],
)
def test_conditions(text: str, name: str, comparator: str, value: float, kind: str) -> None:
    """A condition is a name as typed, a comparator and a quantity."""
    expected = Condition(name=name, comparator=comparator, value=value, kind=kind)
    assert parse_condition(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "提前7天", "每周1场", "KOL合作3人+素人7人", "低于行业均值20%", "保证策略可跟进"),
        *("下次活动前10天", "销售额≥很多", "≥5-6万", "第5周"),
    ],
)
def test_what_is_no_condition(text: str) -> None:
    """Prose with numbers in it is no condition."""
    assert parse_condition(text) is None


def test_several_conditions_in_one_cell() -> None:
    """Conditions are parted by commas, semicolons and lines, not by thousands separators."""
    found = parse_conditions("笔记阅读量≥50,000，点赞≥1万;留资率≥30%\nROI≥1:4")
    assert [(c.name, c.value) for c in found] == [
        ("笔记阅读量", 50000.0),
        ("点赞", 10000.0),
        ("留资率", 0.3),
        ("ROI", 4.0),
    ]
    assert parse_conditions("新增注册用户1万人;销售额200万元") == (
        Condition(name="新增注册用户", comparator="=", value=10000.0, kind="number"),
        Condition(name="销售额", comparator="=", value=2000000.0, kind="money"),
    )


def test_conditions_are_read_whole_or_not_at_all() -> None:
    """One part that is no condition spoils the cell, so that no target counts as met by half."""
    assert parse_conditions("观看人数≥20万,氛围好") == ()
    assert parse_conditions("") == ()


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


def _numeral(number: int) -> str:
    """Write 1 to 9999 by rule: every digit with its unit, then the zeros drawn together."""
    pairs = zip(f"{number:04}", ("千", "百", "十", ""), strict=True)
    text = "".join("零" if d == "0" else "零一二三四五六七八九"[int(d)] + unit for d, unit in pairs)
    return re.sub("零+", "零", text).strip("零").removeprefix("一" if 10 <= number < 20 else "")


def test_chinese_numerals_parse_back() -> None:
    """Every number below ten thousand is read from its numeral, and so with 万 behind it."""
    for number in range(1, 10_000):
        assert chinese_integer(_numeral(number)) == number
        assert parse(_numeral(number) + "万", "number").value == number * 10_000


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("十", 10), ("十五", 15), ("一十五", 15), ("二十", 20), ("一百零八", 108)),
        *(("两千零二十", 2020), ("三十二亿五千万", 3250000000), ("一亿零五千", 100005000)),
        *(("十二万三千四百五十六", 123456), ("二零", None), ("一千五", None), ("万", None)),
        *(("一百十", None), ("五百零", None), ("一万亿", None)),
    ],
)
def test_chinese_numerals(text: str, number: int | None) -> None:
    """Numerals are read if written the one right way."""
    assert chinese_integer(text) == number
