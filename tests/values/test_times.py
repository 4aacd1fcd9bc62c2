"""Moments of a day, and the weeks of a campaign."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from marketing_sheets.values import Context, parse
from marketing_sheets.values.times import Week

CAMPAIGN = Context(period=(date(2024, 6, 1), date(2024, 7, 15)))
JULY_1 = date(2024, 7, 1)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("6.5 18:00", datetime(2024, 6, 5, 18)),
        ("6.518:00", datetime(2024, 6, 5, 18)),
        ("6.519:00", datetime(2024, 6, 5, 19)),
        ("6.912:00", datetime(2024, 6, 9, 12)),
        ("6.910:00", datetime(2024, 6, 9, 10)),
        ("6.10 8:30", datetime(2024, 6, 10, 8, 30)),
        ("7月1日18:00", datetime(2024, 7, 1, 18)),
        ("2024-07-0118:00", datetime(2024, 7, 1, 18)),
        ("2024-07-01 18:00:30", datetime(2024, 7, 1, 18, 0, 30)),
        ("2024-07-01T18:00", datetime(2024, 7, 1, 18)),
        ("Nov 7, 2024 18:00", datetime(2024, 11, 7, 18)),
        ("2024-07-01", datetime(2024, 7, 1)),
        (JULY_1, datetime(2024, 7, 1)),
        (datetime(2024, 7, 1, 18), datetime(2024, 7, 1, 18)),
        (45474.75, datetime(2024, 7, 1, 18)),
        ("17:00", time(17)),
        ("9:05", time(9, 5)),
        ("９：０５", time(9, 5)),
        (time(17), time(17)),
        (0.75, time(18)),
        (timedelta(hours=17), time(17)),
    ],
)
def test_moments(raw: object, moment: datetime | time) -> None:
    """A moment is a date with a time, or a time alone; a lost space is found again."""
    assert parse(raw, "datetime", CAMPAIGN).value == moment


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("6.118:00", "time_unclear"),
        ("6.108:00", "time_unclear"),
        ("25:00", "no_such_time"),
        ("6.5 18:60", "no_such_time"),
        ("12.25 18:00", "year_missing"),
        ("12.2518:00", "year_missing"),
        ("晚8-10点", "not_a_datetime"),
        ("14:00-18:00", "not_a_datetime"),
        ("24小时内", "not_a_datetime"),
        ("ab:00", "not_a_datetime"),
        (timedelta(days=2), "not_a_datetime"),
        (True, "not_a_datetime"),
        (6.1, "date_became_number"),
        (datetime(1899, 12, 30, 8), "date_implausible"),
    ],
)
def test_moment_faults(raw: object, fault: str) -> None:
    """A moment with two readings or none is a fault."""
    assert parse(raw, "datetime", CAMPAIGN).fault == fault


@pytest.mark.parametrize(
    ("raw", "week"),
    [
        ("第5周", Week(first=5, last=5)),
        ("第5週", Week(first=5, last=5)),
        ("第一周", Week(first=1, last=1)),
        ("第十二周", Week(first=12, last=12)),
        ("第1-12周", Week(first=1, last=12)),
        ("第1周-第12周", Week(first=1, last=12)),
        ("第1至12周", Week(first=1, last=12)),
        ("1-2周", Week(first=1, last=2)),
        ("第5周周一", Week(first=5, last=5, day=1)),
        ("第6周周六", Week(first=6, last=6, day=6)),
        ("第7周星期日", Week(first=7, last=7, day=7)),
        ("第7週禮拜天", Week(first=7, last=7, day=7)),
        ("wk6", Week(first=6, last=6)),
        ("WK 6", Week(first=6, last=6)),
        ("Week 6", Week(first=6, last=6)),
        ("Weeks 1-12", Week(first=1, last=12)),
        ("Week 1 to 12", Week(first=1, last=12)),
        ("Week 5 Mon", Week(first=5, last=5, day=1)),
        ("week 5, Wednesday", Week(first=5, last=5, day=3)),
        ("W5D1", Week(first=5, last=5, day=1)),
        ("5", Week(first=5, last=5)),
        (5, Week(first=5, last=5)),
        (5.0, Week(first=5, last=5)),
    ],
)
def test_weeks(raw: object, week: Week) -> None:
    """Weeks count from the campaign's start, with a weekday if one is named."""
    assert parse(raw, "week").value == week


def test_a_week_may_carry_a_remark() -> None:
    """What stands in brackets after a week is kept as its remark."""
    cell = parse("第3-8周（活动期）", "week")
    assert (cell.value, cell.remark) == (Week(first=3, last=8), "活动期")


@pytest.mark.parametrize("raw", ["持续执行", "持續執行", "Ongoing"])
def test_work_without_an_end_has_no_weeks(raw: str) -> None:
    """持续执行 is no mistake: a blank that keeps its word."""
    cell = parse(raw, "week")
    assert (cell.value, cell.fault, cell.remark) == (None, None, raw)


@pytest.mark.parametrize(
    "raw",
    [
        *("第12-1周", "第0周", "5周", "每周五", "第1-2周周一", "第三五周"),
        *(
            5.5,
            0,
            datetime(2024, 1, 2),
            time(1),
            True,
            float("inf"),
            "周一",
            "第1周:笔记2篇发布",
            "第5周(",
        ),
    ],
)
def test_what_is_no_week(raw: object) -> None:
    """A duration, a rhythm, or a range Excel made a date of, is no week."""
    assert parse(raw, "week").fault == "not_a_week"


@given(st.integers(1, 53), st.integers(0, 20), st.sampled_from((None, 1, 7)))
def test_week_texts_parse_back(first: int, more: int, day: int | None) -> None:
    """The short text of a week is read as the same week."""
    week = Week(first=first, last=first if day else first + more, day=day)
    assert parse(str(week), "week").value == week


@pytest.mark.parametrize(
    ("half", "hours"),
    [
        ("", {hour: hour for hour in range(24)}),
        *((half, {h: h for h in range(1, 12)} | {12: None, 13: None}) for half in ("上午", "早上")),
        ("凌晨", {1: 1, 5: 5, 12: None, 15: None}),
        ("中午", {11: 11, 12: 12, 1: 13, 2: 14, 3: 3}),
        ("下午", {h: h + 12 for h in range(1, 12)} | {12: 12, 13: 13, 23: 23}),
        ("傍晚", {6: 18, 7: 19}),
        ("晚上", {h: h + 12 for h in range(1, 12)} | {12: None}),
    ],
)
def test_a_word_tells_the_half_of_the_day(half: str, hours: dict[int, int | None]) -> None:
    """下午 and 晚上 add twelve hours up to eleven; 早上13点 and 晚上12点 are no time of a day."""
    for said, hour in hours.items():
        for text, minute in ((f"{half}{said}点", 0), (f"{half}{said}点半", 30)):
            found = parse(text, "datetime", CAMPAIGN)
            assert found.value == (None if hour is None else time(hour, minute)), text
            assert (found.fault is None) == (hour is not None)
