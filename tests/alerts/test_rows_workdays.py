"""Working days: China's public holidays, the days worked in their stead, and days of one's own."""

from __future__ import annotations

from datetime import date

import pytest
from support.readings import reading

from marketing_sheets.alerts.rows import (
    calendar_notes,
    is_workday,
    knows_year,
    working_days_after,
)
from marketing_sheets.loading import library_template


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 6, 28), True),  # a Friday
        (date(2024, 6, 29), False),  # a Saturday
        (date(2024, 10, 1), False),  # National Day, a Tuesday
        (date(2024, 9, 29), True),  # a Sunday worked in its stead
        (date(2024, 6, 10), False),  # the Dragon Boat Festival, a Monday
    ],
)
def test_the_official_calendar(day: date, works: bool) -> None:
    """Holidays are off and make-up days are worked, whatever day of the week they are."""
    assert is_workday(day) is works


def test_days_of_ones_own() -> None:
    """A day off that the workbook names is off even if everybody else works."""
    assert not is_workday(date(2024, 6, 28), {date(2024, 6, 28)})


def test_years_nobody_knows_yet() -> None:
    """Where no calendar has been announced Monday to Friday are worked, and that can be asked."""
    assert knows_year(2024)
    assert not knows_year(2099)
    assert is_workday(date(2099, 10, 1))  # a Thursday
    assert not is_workday(date(2099, 10, 3))


def test_counting_over_a_holiday() -> None:
    """Five working days after 30 September 2024 come only on 12 October, itself made up for."""
    start = date(2024, 9, 30)
    assert working_days_after(start, 0) == start
    assert working_days_after(start, 5) == date(2024, 10, 12)
    assert working_days_after(start, 5, {date(2024, 10, 12)}) == date(2024, 10, 14)


def test_a_year_without_a_calendar_is_told_once() -> None:
    """Where a deadline of working days reaches into it, and only there."""
    template = library_template("campaign_review")
    for end, years in (
        (date(2024, 6, 3), []),
        (date(2024, 12, 31), []),
        (date(2098, 12, 31), [2098]),
        (date(2099, 6, 3), [2099]),
    ):
        book = reading({"metric_evaluation": []}, form={"end_date": end}, template=template)
        assert [note.params["year"] for note in calendar_notes(book)] == years
