"""Milestones and risks as plans write them in one cell."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from marketing_sheets.values import Context, Risk, read_milestones, read_risks

JUNE = Context(period=(date(2024, 6, 1), date(2024, 6, 20)))


def read(text: str) -> list[tuple[str, str, str]]:
    """Return first day, last day and text of each milestone; nothing may be left unread."""
    milestones, unread = read_milestones(text, JUNE)
    assert unread == ()
    return [(m.day.isoformat()[5:], m.until.isoformat()[5:], m.text) for m in milestones]


@pytest.mark.parametrize(
    "text",
    [
        "6.1物料设计完成→6.10活动启动",
        "6.1 物料设计完成 -> 6.10 活动启动",
        "6.1：物料设计完成➜6.10：活动启动",
        "6月1日物料设计完成；6月10日活动启动",
        "2024-06-01物料设计完成;2024-06-10活动启动",
        "6.1物料设计完成、6.10活动启动",
        "6.1物料设计完成，6.10活动启动",
        "6.1物料设计完成\n6.10活动启动",
        "1、6.1物料设计完成\n2、6.10活动启动",
        "物料设计完成6.1→活动启动（6.10）",
    ],
)
def test_the_ways_of_writing_milestones(text: str) -> None:
    """Arrows, semicolons, commas before a date and line breaks part them; dates first or last."""
    assert read(text) == [
        ("06-01", "06-01", "物料设计完成"),
        ("06-10", "06-10", "活动启动"),
    ]


def test_the_documents_milestones() -> None:
    """6.10 is the tenth of June, not the first."""
    text = "6.1物料设计完成→6.5渠道上线→6.10活动启动→6.15中期复盘→6.20活动结束"
    assert [day for day, _, _ in read(text)] == ["06-01", "06-05", "06-10", "06-15", "06-20"]


def test_other_languages() -> None:
    """Traditional and English are read as well."""
    assert read("6月1日物料設計完成→6月10日活動啟動")[1] == ("06-10", "06-10", "活動啟動")
    english = read("June 1 material ready → 5 June: channels on → 2024-06-10 start")
    assert english == [
        ("06-01", "06-01", "material ready"),
        ("06-05", "06-05", "channels on"),
        ("06-10", "06-10", "start"),
    ]


def test_a_milestone_over_several_days() -> None:
    """A range keeps both its days."""
    assert read("6.1-6.5物料设计") == [("06-01", "06-05", "物料设计")]


def test_a_comma_inside_a_milestone_parts_nothing() -> None:
    """Only before a figure do commas part two milestones."""
    assert read("6.1物料、海报完成，6.5上线") == [
        ("06-01", "06-01", "物料、海报完成"),
        ("06-05", "06-05", "上线"),
    ]


@pytest.mark.parametrize("text", ["物料设计完成", "13.45上线", "6.31上线"])
def test_parts_without_a_day_are_named(text: str) -> None:
    """What names no day of the calendar is left for people, the rest is read."""
    milestones, unread = read_milestones(f"6.1启动→{text}", JUNE)
    assert [m.text for m in milestones] == ["启动"]
    assert unread == (text,)


def test_without_a_campaign_no_year_is_guessed() -> None:
    """A day without a year needs the campaign's days; one with a year does not."""
    assert read_milestones("6.1启动", Context()) == ((), ("6.1启动",))
    assert read_milestones("2024-06-01启动", Context())[0][0].day == date(2024, 6, 1)


@given(
    offsets=st.lists(st.integers(0, 110), min_size=1, max_size=8),
    arrow=st.sampled_from(["→", " -> ", "；", "\n", "➜"]),
    style=st.sampled_from(["{0.month}.{0.day}", "{0.month}月{0.day}日", "{0:%Y-%m-%d}"]),
)
def test_whatever_is_written_is_read(offsets: list[int], arrow: str, style: str) -> None:
    """Each milestone comes back with its own day and words, in the order written."""
    days = [date(2024, 4, 15) + timedelta(offset) for offset in offsets]
    names = [f"第{letter}项" for letter in "甲乙丙丁戊己庚辛"[: len(days)]]
    text = arrow.join(style.format(d) + name for d, name in zip(days, names, strict=True))
    milestones, unread = read_milestones(text, JUNE)
    assert unread == ()
    assert [m.day for m in milestones] == days
    assert [m.text for m in milestones] == names


@given(st.text(max_size=80))
def test_nothing_a_person_types_breaks_it(text: str) -> None:
    """Every part is either a milestone or listed, and no text raises."""
    milestones, unread = read_milestones(text, JUNE)
    assert all(m.part in text for m in milestones)
    assert all(part in text for part in unread)
    assert all(risk.text or risk.response for risk in read_risks(text))


@pytest.mark.parametrize(
    ("text", "risks"),
    [
        (
            "天气原因导致线下活动取消:提前准备线上直播预案;流量不足:增加社群推广",
            [("天气原因导致线下活动取消", "提前准备线上直播预案"), ("流量不足", "增加社群推广")],
        ),
        ("媒體排期衝突：提前2週確認檔期", [("媒體排期衝突", "提前2週確認檔期")]),
        ("17:00停电：备用电源", [("17:00停电", "备用电源")]),
        (
            "Rain → tents; low traffic -> posts",
            [("Rain", "tents"), ("low traffic", "posts")],
        ),
        ("1）流量不足；2）竞品降价：无", [("流量不足", ""), ("竞品降价", "")]),
        ("无", []),
    ],
)
def test_risks_and_their_responses(text: str, risks: list[tuple[str, str]]) -> None:
    """A colon or arrow parts risk and response; a time of day is no such colon."""
    assert read_risks(text) == tuple(Risk(text=a, response=b) for a, b in risks)
