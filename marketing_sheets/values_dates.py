"""Dates and date ranges."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from .values_cells import Cell, Context, Raw, faulty, plain
from .values_days import (
    Day,
    Written,
    day_of_text,
    is_plausible,
    meant,
    moment_of_serial,
    tightened,
    written,
)

__all__ = ["read_date", "read_date_range"]

_BETWEEN = re.compile(r"[-~–—/至到]+| to ")
_DAY_ALONE = re.compile(r"(\d{1,2})[日号]", re.ASCII)
_WITH_CLOCK = re.compile(
    r"(?P<date>.+?)(?:(?<=\d)t| |(?<=[日号]))(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)",
    re.ASCII,
)
_MIDNIGHT = re.compile(r"0?0:00(?::00(?:\.0+)?)?")

Span = tuple[Day, Day]


def read_date(raw: Raw, context: Context) -> Cell:
    """Read a date cell. A time beside it is a fault unless it is midnight: it would be lost."""
    if isinstance(raw, str):
        text = tightened(plain(raw))
        found = _dated(text, context)
        if found == "not_a_date" and not isinstance(_span(text, context), str):
            return faulty("range_in_date")
    else:
        found = _day_of_value(raw, context)
    return faulty(found) if isinstance(found, str) else Cell(value=found.day, note=found.note)


def read_date_range(raw: Raw, context: Context) -> Cell:
    """Read first and last day; a single date is a range of one day.

    An end without a year (or month) takes it from the start; across new year it takes the next.
    """
    if isinstance(raw, str):
        found = _span(tightened(plain(raw)), context)
    else:
        day = _day_of_value(raw, context)
        found = day if isinstance(day, str) else (day, day)
    if isinstance(found, str):
        return faulty("not_a_date_range" if found == "not_a_date" else found)
    first, last = found
    return Cell(value=(first.day, last.day), note=first.note or last.note)


def _day_of_value(raw: Raw, context: Context) -> Day | str:
    if isinstance(raw, date):
        if isinstance(raw, datetime):
            if raw.time() != time():
                return "time_in_date"
            raw = raw.date()
        return Day(day=raw) if is_plausible(raw) else "date_implausible"
    if isinstance(raw, bool | str | time | timedelta):
        return "not_a_date"
    moment = moment_of_serial(raw, context)
    if isinstance(moment, str):
        return moment
    return Day(day=moment.date()) if moment.time() == time() else "time_in_date"


def _dated(text: str, context: Context) -> Day | str:
    """Read a date that may have a clock beside it."""
    found = day_of_text(text, context)
    if isinstance(found, Day):
        return found
    hit = _WITH_CLOCK.fullmatch(text)
    if hit is None:
        return found
    beside = day_of_text(hit["date"].strip(), context)
    if isinstance(beside, str):
        return beside
    return beside if _MIDNIGHT.fullmatch(hit["clock"]) else "time_in_date"


def _span(text: str, context: Context) -> Span | str:
    """Read a range at the one place where both sides are dates."""
    day = _dated(text, context)
    if isinstance(day, Day):
        return day, day
    spans: list[Span] = []
    faults: list[str] = []
    for cut in _BETWEEN.finditer(text):
        found = _halves(text[: cut.start()], text[cut.end() :], context)
        if isinstance(found, str):
            faults.append(found)
        elif found not in spans:
            spans.append(found)
    if len(spans) == 1:
        return spans[0]
    if spans:
        return "date_unclear"
    return next((fault for fault in faults if fault != "not_a_date"), day)


def _halves(start: str, end: str, context: Context) -> Span | str:
    """Read both sides of a range; `not_a_date` if one of them is nothing like it."""
    last = _end_parts(end)
    first = day_of_text(start, context)
    if "not_a_date" in (first, last):
        return "not_a_date"
    if isinstance(first, str):
        return first
    until = last if isinstance(last, str) else _end(last, first.day, context)
    if isinstance(until, str):
        return until
    return (first, until) if first.day <= until.day else "range_backwards"


def _end_parts(text: str) -> Written | str:
    alone = _DAY_ALONE.fullmatch(text)
    return Written(year=None, month=0, day=int(alone[1])) if alone else written(text)


def _end(parts: Written, start: date, context: Context) -> Day | str:
    """Give the end of a range what it leaves out; month 0 is the start's."""
    if parts.year is not None:
        return meant(parts, context)
    month = parts.month or start.month
    year = start.year + (month < start.month)
    return meant(replace(parts, year=str(year), month=month), context)
