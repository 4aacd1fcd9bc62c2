"""Quantities of any kind, and the conditions people write with them."""

from __future__ import annotations

from datetime import time

import pytest

from marketing_sheets.values import Context, parse, parse_conditions
from marketing_sheets.values.quantities import Condition, parse_condition


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
        ("提升至约5.5%", "approximate"),
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
