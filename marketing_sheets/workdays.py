"""Working days in China: public holidays and the days worked in their stead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

__all__ = ["is_workday", "knows_year", "working_days_after"]


def _known(day: date) -> bool | None:
    """Return what the official calendar says of a day, None for a year it does not have."""
    import chinese_calendar  # noqa: PLC0415 - only rules that count working days need it

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def knows_year(year: int) -> bool:
    """Whether the official calendar has this year; else only weekends and own days are off."""
    return _known(date(year, 1, 1)) is not None


def is_workday(day: date, holidays: Collection[date] = ()) -> bool:
    """Whether people work on a day: not on `holidays`, else as the official calendar says.

    In a year it does not have Monday to Friday are working days.
    """
    if day in holidays:
        return False
    known = _known(day)
    return day.weekday() < 5 if known is None else known


def working_days_after(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """Return the working day that is `count` working days after `day`; 0 returns `day` itself."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day, holidays)
    return day
