"""The grammar of days and of ranges of days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from marketing_sheets.values import Context, as_text, parse

CAMPAIGN = Context(period=(date(2024, 6, 1), date(2024, 7, 15)))
SPRING_2023 = Context(period=(date(2023, 5, 1), date(2023, 6, 20)))
NEW_YEAR = Context(period=(date(2024, 12, 1), date(2025, 1, 31)))
JULY_1 = date(2024, 7, 1)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        *((text, JULY_1) for text in ("2024-07-01", "2024/7/1", "2024.07.01", "2024.7.1")),
        *((text, JULY_1) for text in ("2024年7月1日", "2024年7月1号", "2024年7月1號")),
        *((text, JULY_1) for text in ("２０２４－０７－０１", "2024 年 7 月 1 日", " 2024-07-01 ")),
        *((text, JULY_1) for text in ("20240701", "2024-07-01 00:00", "2024-07-01T00:00:00")),
        *((text, JULY_1) for text in ("2024/7/1 0:00:00", "2024年7月1日 00:00", "1 July 2024")),
        *((text, JULY_1) for text in ("1 Jul 2024", "1-Jul-2024", "1st July, 2024")),
        *((text, JULY_1) for text in ("Jul 1, 2024", "July 1 2024", "JULY 1ST, 2024")),
        *(
            (text, JULY_1)
            for text in ("2024-07-01 周一", "2024年7月1日（星期一）", "2024.7.1 (Mon)")
        ),
        ("7 Nov 2024", date(2024, 11, 7)),
        ("1 September, 2019", date(2019, 9, 1)),
        ("2018.2.7", date(2018, 2, 7)),
        ("05/05/2025", date(2025, 5, 5)),
        (20170320, date(2017, 3, 20)),
        (20170320.0, date(2017, 3, 20)),
        (43053, date(2017, 11, 14)),
        (45474.0, JULY_1),
        ("43053", date(2017, 11, 14)),
        (JULY_1, JULY_1),
        (datetime(2024, 7, 1), JULY_1),
        (pd.Timestamp(2024, 7, 1), JULY_1),
    ],
)
def test_dates(raw: object, day: date) -> None:
    """A whole date means one day, however it is written, and needs no note."""
    cell = parse(raw, "date")
    assert (cell.value, cell.fault, cell.note) == (day, None, None)
    assert type(cell.value) is date


def test_a_1904_workbook_counts_from_1904() -> None:
    """Serial numbers go by the workbook's date system."""
    assert parse(44012, "date", Context(date_1904=True)).value == JULY_1
    assert parse(45474, "date", Context(date_1904=False)).value == JULY_1


@pytest.mark.parametrize(
    ("raw", "context", "day"),
    [
        ("7月1日", CAMPAIGN, JULY_1),
        ("7月1号", CAMPAIGN, JULY_1),
        ("7月1", CAMPAIGN, JULY_1),
        ("7/1", CAMPAIGN, JULY_1),
        ("07-01", CAMPAIGN, JULY_1),
        ("6.5", CAMPAIGN, date(2024, 6, 5)),
        ("6.10", CAMPAIGN, date(2024, 6, 10)),
        ("3月24", CAMPAIGN, date(2024, 3, 24)),
        ("10.15", CAMPAIGN, date(2024, 10, 15)),
        ("12月28日", NEW_YEAR, date(2024, 12, 28)),
        ("1月5日", NEW_YEAR, date(2025, 1, 5)),
        ("7 Nov", NEW_YEAR, date(2024, 11, 7)),
        ("Dec 28", NEW_YEAR, date(2024, 12, 28)),
        ("202X-05-01", SPRING_2023, date(2023, 5, 1)),
        ("202x.6.10", SPRING_2023, date(2023, 6, 10)),
        ("20XX年5月1日", SPRING_2023, date(2023, 5, 1)),
    ],
)
def test_the_campaign_gives_the_year(raw: str, context: Context, day: date) -> None:
    """A date without its year lies near the campaign, and that is noted."""
    cell = parse(raw, "date", context)
    assert (cell.value, cell.note) == (day, "year_from_period")


@pytest.mark.parametrize(
    ("raw", "context", "fault"),
    [
        ("7月1日", Context(), "year_missing"),
        ("12.25", CAMPAIGN, "year_missing"),
        ("7.1", Context(period=(date(2023, 1, 1), date(2024, 12, 31))), "year_missing"),
        ("202X-05-01", Context(), "year_placeholder"),
        ("202X-12-25", CAMPAIGN, "year_placeholder"),
        ("202X-05-01", Context(period=(date(2031, 5, 1), date(2031, 6, 1))), "year_placeholder"),
        ("2.29", Context(period=(date(2023, 2, 1), date(2023, 3, 1))), "year_missing"),
        (6.1, CAMPAIGN, "date_became_number"),
        (12.31, CAMPAIGN, "date_became_number"),
        (2024.07, CAMPAIGN, "date_became_number"),
        ("Dec 24", NEW_YEAR, "day_month_unclear"),
        ("03/04/2024", CAMPAIGN, "day_month_unclear"),
        ("3.4.2024", CAMPAIGN, "day_month_unclear"),
        ("13/7", CAMPAIGN, "day_month_unclear"),
        ("24.7.1", CAMPAIGN, "year_two_digits"),
        ("24/07/01", CAMPAIGN, "year_two_digits"),
        ("7/15/24", CAMPAIGN, "year_two_digits"),
        ("24年7月1日", Context(), "year_two_digits"),
        ("23年7月1日", Context(period=(date(2021, 6, 1), date(2021, 7, 1))), "year_two_digits"),
        ("2024年3月", CAMPAIGN, "day_missing"),
        ("2024-07", CAMPAIGN, "day_missing"),
        ("2024/7", CAMPAIGN, "day_missing"),
        ("Dec 2024", CAMPAIGN, "day_missing"),
        ("2023/6/31", CAMPAIGN, "no_such_date"),
        ("2023-02-29", CAMPAIGN, "no_such_date"),
        ("2024-13-01", CAMPAIGN, "no_such_date"),
        ("2024-07-00", CAMPAIGN, "no_such_date"),
        ("31/31/2024", CAMPAIGN, "no_such_date"),
        ("0/0/2024", CAMPAIGN, "no_such_date"),
        ("6.31", CAMPAIGN, "no_such_date"),
        ("20240231", CAMPAIGN, "no_such_date"),
        (20240231, CAMPAIGN, "no_such_date"),
        ("1900-12-30 (Sunday)", CAMPAIGN, "date_implausible"),
        ("2199-01-01", CAMPAIGN, "date_implausible"),
        (datetime(1899, 12, 30), CAMPAIGN, "date_implausible"),
        (date(1900, 1, 1), CAMPAIGN, "date_implausible"),
        ("1900-01-00", CAMPAIGN, "no_such_date"),
        ("2024-07-01 (周二)", CAMPAIGN, "weekday_differs"),
        ("2024-07-01 Sunday", CAMPAIGN, "weekday_differs"),
        ("2024-07-01 18:00", CAMPAIGN, "time_in_date"),
        ("6.5 18:00", CAMPAIGN, "time_in_date"),
        (datetime(2024, 7, 1, 18), CAMPAIGN, "time_in_date"),
        (45474.75, CAMPAIGN, "time_in_date"),
        ("2024.07.01-07.31", CAMPAIGN, "range_in_date"),
        ("6.2-6.5", CAMPAIGN, "range_in_date"),
        ("4月底之前", CAMPAIGN, "not_a_date"),
        ("待前端完成后", CAMPAIGN, "not_a_date"),
        ("7 Novermber", CAMPAIGN, "not_a_date"),
        ("2024年Q3", CAMPAIGN, "not_a_date"),
        ("每周五", CAMPAIGN, "not_a_date"),
        ("次日10点前", CAMPAIGN, "not_a_date"),
        ("Instagram: 5/5/2025\nFaceBook: 5/7/2025", CAMPAIGN, "not_a_date"),
        ("第5周周一", CAMPAIGN, "not_a_date"),
        ("17:00", CAMPAIGN, "not_a_date"),
        (time(17), CAMPAIGN, "not_a_date"),
        (timedelta(days=3), CAMPAIGN, "not_a_date"),
        (True, CAMPAIGN, "not_a_date"),
        (6, CAMPAIGN, "not_a_date"),
        (0, CAMPAIGN, "not_a_date"),
        (366, CAMPAIGN, "not_a_date"),
        (-45474, CAMPAIGN, "not_a_date"),
        (99999, CAMPAIGN, "not_a_date"),
        (float("inf"), CAMPAIGN, "not_a_date"),
    ],
)
def test_what_names_no_single_day_is_a_named_fault(
    raw: object, context: Context, fault: str
) -> None:
    """A date that is vague, cut, swapped or spoilt by Excel is never completed by guessing."""
    cell = parse(raw, "date", context)
    assert (cell.value, cell.fault) == (None, fault)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("06-16-2023", date(2023, 6, 16)),
        ("1/15/2022", date(2022, 1, 15)),
        ("16.06.2023", date(2023, 6, 16)),
    ],
)
def test_an_order_that_can_be_only_one_is_taken_and_noted(raw: str, day: date) -> None:
    """06-16-2023 can only be 16 June; the note makes the column's other dates suspect."""
    cell = parse(raw, "date")
    assert (cell.value, cell.note) == (day, "date_order")


@pytest.mark.parametrize(
    ("raw", "first", "last"),
    [
        ("2024.07.01-07.31", JULY_1, date(2024, 7, 31)),
        ("2024.7.1-7.15", JULY_1, date(2024, 7, 15)),
        ("2024.07.03-08.02", date(2024, 7, 3), date(2024, 8, 2)),
        ("2018.2.23-2018.3.10", date(2018, 2, 23), date(2018, 3, 10)),
        ("2024-07-01至2024-07-15", JULY_1, date(2024, 7, 15)),
        ("2024-07-01 到 2024-07-15", JULY_1, date(2024, 7, 15)),
        ("2024-07-01 to 2024-07-15", JULY_1, date(2024, 7, 15)),
        ("2024-07-01-2024-07-15", JULY_1, date(2024, 7, 15)),
        ("2024-07-01~2024-07-15", JULY_1, date(2024, 7, 15)),
        ("2024-07-01/2024-07-15", JULY_1, date(2024, 7, 15)),
        ("2024/7/1~7/15", JULY_1, date(2024, 7, 15)),
        ("2024年7月1日—7月15日", JULY_1, date(2024, 7, 15)),
        ("2024年7月1日-15日", JULY_1, date(2024, 7, 15)),
        ("2025年5月6日-  5月 31日", date(2025, 5, 6), date(2025, 5, 31)),
        ("2024.12.28-01.05", date(2024, 12, 28), date(2025, 1, 5)),
        ("2024.7.1", JULY_1, JULY_1),
        (datetime(2024, 7, 1), JULY_1, JULY_1),
        (45474, JULY_1, JULY_1),
    ],
)
def test_date_ranges(raw: object, first: date, last: date) -> None:
    """A range's end takes from its start what it leaves out; a single day is a range."""
    cell = parse(raw, "date_range")
    assert (cell.value, cell.note) == ((first, last), None)


@pytest.mark.parametrize(
    ("raw", "first", "last"),
    [
        ("6.2-6.5", date(2024, 6, 2), date(2024, 6, 5)),
        ("6月2-5日", date(2024, 6, 2), date(2024, 6, 5)),
        ("07-01-07-15", JULY_1, date(2024, 7, 15)),
        ("202X年6月1日-6月14日", date(2024, 6, 1), date(2024, 6, 14)),
        ("6.10", date(2024, 6, 10), date(2024, 6, 10)),
    ],
)
def test_date_ranges_near_the_campaign(raw: str, first: date, last: date) -> None:
    """A range without a year lies near the campaign."""
    cell = parse(raw, "date_range", CAMPAIGN)
    assert (cell.value, cell.note) == ((first, last), "year_from_period")


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("2024.7.15-7.1", "range_backwards"),
        ("2024.7.15-2023.7.16", "range_backwards"),
        ("2024.6.2-6.31", "no_such_date"),
        ("6.2-6.5", "year_missing"),
        ("202X年6月1日-6月14日", "year_placeholder"),
        ("24.7.1-7.15", "year_two_digits"),
        ("03/04/2024-05/04/2024", "day_month_unclear"),
        ("2024-07", "day_missing"),
        ("持续执行", "not_a_date_range"),
        ("第1-12周", "not_a_date_range"),
        ("3-5天", "not_a_date_range"),
        ("7月1-15", "not_a_date_range"),
        (6.1, "date_became_number"),
        (True, "not_a_date_range"),
    ],
)
def test_date_range_faults(raw: object, fault: str) -> None:
    """A range that runs backwards or lacks a part is a fault."""
    cell = parse(raw, "date_range")
    assert (cell.value, cell.fault) == (None, fault)


_DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(_DAYS, st.sampled_from(("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")))
def test_every_whole_date_parses_back(day: date, notation: str) -> None:
    """Each year-first notation gives back the date it was made of."""
    assert parse(day.strftime(notation), "date").value == day


@given(_DAYS)
def test_serials_parse_back_in_both_systems(day: date) -> None:
    """Excel's count of days gives back the date, from 1900 and from 1904."""
    from_1900 = (day - date(1899, 12, 30)).days
    from_1904 = (day - date(1904, 1, 1)).days
    assert parse(from_1900, "date").value == day
    assert parse(from_1904, "date", Context(date_1904=True)).value == day


@given(_DAYS, _DAYS, st.times())
def test_frame_texts_parse_back(one: date, other: date, clock: time) -> None:
    """The text a typed frame holds is read as the value it was written from."""
    span = (min(one, other), max(one, other))
    assert parse(as_text(span), "date_range").value == span
    moment = datetime.combine(one, clock.replace(microsecond=0))
    assert parse(as_text(moment), "datetime").value == moment


@given(_DAYS, st.integers(0, 200))
def test_a_missing_year_is_found_for_every_day_near_the_campaign(start: date, days: int) -> None:
    """Whatever the season, a day of the campaign itself is given its own year."""
    if start.year > 2099:
        start = start.replace(year=2099, day=min(start.day, 28))
    day = start + timedelta(days=min(days, 90))
    context = Context(period=(start, start + timedelta(days=90)))
    assert parse(f"{day.month}月{day.day}日", "date", context).value == day
