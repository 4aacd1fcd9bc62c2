"""Dates and date ranges: as staff write them, and the one day each can mean, or why none.

Works on text that `cells.plain` and then `tightened` have levelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from .cells import Context, ParsedCell, Raw, faulty, plain
from .numerals import chinese_integer

_FIRST, _LAST = date(1990, 1, 1), date(2100, 12, 31)
_NEAR = timedelta(days=92)  # a quarter: work shortly before and after belongs to the campaign
_YEAR = r"(?P<year>[12]\d{3}|20[\dx?]{2}|xxxx)"
_DAY = r"(?P<day>\d{1,2})"
_MONTHS = (
    *("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul"),
    *("august aug", "september sept sep", "october oct", "november nov", "december dec"),
)
_MONTH_NUMBERS = {name: i for i, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAME = rf"(?P<name>{'|'.join(_MONTH_NUMBERS)})\.?"
_PATTERNS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"{_YEAR}(?P<mark>[-./])(?P<month>\d{{1,2}})(?P=mark){_DAY}",
        rf"(?:{_YEAR}年)?(?P<month>\d{{1,2}})月{_DAY}[日号]?",
        r"(?P<year>19\d\d|20\d\d|2100)(?P<month>\d\d)(?P<day>\d\d)",
        rf"(?P<month>\d{{1,2}})[-./]{_DAY}",
        r"(?P<first>\d{1,2})(?P<mark>[-./])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})",
        rf"{_DAY}(?:st|nd|rd|th)?[-/ ]?{_NAME}(?:[-/ ,]+{_YEAR})?",
        rf"(?P<name_first>){_NAME}[-/ ]?{_DAY}(?:st|nd|rd|th)?(?:[-/ ,]+{_YEAR})?",
    )
)
_NO_DAY = re.compile(rf"\d{{4}}(?:[-./]\d{{1,2}}|年\d{{1,2}}月)|{_NAME}[-/ ,]*\d{{4}}", re.ASCII)
_CJK_DATE = re.compile(
    r"(?:(?P<year>(?:20)?\d{2}|[零〇一二三四五六七八九]{4})年)?(?P<month>[一二三四五六七八九十]{1,2})月(?P<day>[一二三四五六七八九十]{1,3})[日号]?"
)
_TWO_DIGIT_YEAR = re.compile(r"(?P<year>\d{2})年(?P<rest>\d{1,2}月\d{1,2}[日号]?)", re.ASCII)
_BY_THAT_DAY = re.compile(r"(?P<day>.*[日号\d])(?P<word>之前|以前|前)")
_CIPHERS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_SHORT_YEAR = re.compile(
    r"\d{2}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2\d{2}|\d{2}年\d{1,2}月\d{1,2}[日号]?",
    re.ASCII,
)
_SERIAL = re.compile(r"\d{5}", re.ASCII)
_WEEKDAYS = ("一 mon", "二 tue", "三 wed", "四 thu", "五 fri", "六 sat", "日 天 sun")
_WEEKDAY_NUMBERS = {name: i for i, names in enumerate(_WEEKDAYS, 1) for name in names.split()}
WEEKDAY = (
    r"(?:(?:星期|周|礼拜)(?P<cjk>[一二三四五六日天])"
    r"|(?P<english>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?)"
)
_WITH_WEEKDAY = re.compile(rf"(?P<day>.*\d[日号]?)[ ,]*\(?{WEEKDAY}\)?")
_TIGHT = re.compile(r" ?([-./~–—,年月日号至到]) ?")
_BETWEEN = re.compile(r"[-~–—/至到]+| to ")
_DAY_ALONE = re.compile(r"(\d{1,2})[日号]?", re.ASCII)
_DOTTED = re.compile(r"(?:\d{4}[./])?\d{1,2}[./]\d{1,2}")
_WITH_MARK = re.compile(r"[日号]")
_WITH_CLOCK = re.compile(
    r"(?P<date>.+?)(?:(?<=\d)t| |(?<=[日号]))(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)",
    re.ASCII,
)
_MIDNIGHT = re.compile(r"0?0:00(?::00(?:\.0+)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day that was read; `note` is the code of what had to be decided for it."""

    day: date
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The parts of a date as written. `year` is digits, digits with x, or None."""

    year: str | None
    month: int
    day: int
    note: str | None = None
    name_first: bool = False


def tightened(text: str) -> str:
    """Take the blanks away around the marks and words that hold a date together."""
    return _TIGHT.sub(r"\1", text)


def day_of_text(text: str, context: Context) -> Day | str:
    """Read a date, with or without its weekday; a fault's code if it names no single day."""
    hit = _WITH_WEEKDAY.fullmatch(text)
    if hit is None:
        return _day_of_text(text, context)
    found = _day_of_text(hit["day"], context)
    if isinstance(found, Day) and found.day.isoweekday() != weekday_number(hit):
        return "weekday_differs"
    return found


def weekday_number(hit: re.Match[str]) -> int:
    """Return 1 for Monday to 7 for Sunday from a match of `WEEKDAY`."""
    return _WEEKDAY_NUMBERS[hit["cjk"] or hit["english"]]


def _day_of_text(text: str, context: Context) -> Day | str:
    text = _in_digits(text)
    short = _TWO_DIGIT_YEAR.fullmatch(text)
    if short:
        full = _day_of_text(f"20{short['year']}年{short['rest']}", context)
        # 24年7月1日 has its century from a campaign of 2024, or from nobody.
        is_near = isinstance(full, Day) and _is_near(full.day, context)
        return full if is_near or full == "no_such_date" else "year_two_digits"
    if _SERIAL.fullmatch(text):
        moment = moment_of_serial(int(text), context)
        return moment if isinstance(moment, str) else Day(day=moment.date())
    parts = written(text)
    return parts if isinstance(parts, str) else meant(parts, context)


def _in_digits(text: str) -> str:
    """Write the numerals of 七月一日 as digits: 7月1日."""
    hit = _CJK_DATE.fullmatch(text)
    if hit is None:
        return text
    month, day = chinese_integer(hit["month"]), chinese_integer(hit["day"])
    if month is None or day is None:
        return text
    year = (hit["year"] or "").translate(_CIPHERS)
    return f"{year}年{month}月{day}日" if year else f"{month}月{day}日"


def written(text: str) -> Written | str:
    """Take a date's text apart; a fault's code if it is none."""
    for pattern in _PATTERNS:
        hit = pattern.fullmatch(text)
        if hit:
            return _parts(
                {key: found for key, found in hit.groupdict().items() if found is not None}
            )
    if _NO_DAY.fullmatch(text):
        return "day_missing"
    return "year_two_digits" if _SHORT_YEAR.fullmatch(text) else "not_a_date"


def _parts(found: dict[str, str]) -> Written | str:
    if "first" in found:
        return _either_order(int(found["first"]), int(found["second"]), found["year"])
    year = found.get("year")
    month = _MONTH_NUMBERS[found["name"]] if "name" in found else int(found["month"])
    day = int(found["day"])
    if year is None and month > 12 >= day:
        return "day_month_unclear"
    if not _exists(2000, month, day):
        return "no_such_date"
    return Written(year=year, month=month, day=day, name_first="name_first" in found)


def _either_order(first: int, second: int, year: str) -> Written | str:
    """Tell month and day apart in 06-16-2023: only if one of them can be no month."""
    if first > 12 or second > 12:
        day, month = max(first, second), min(first, second)
        if not _exists(2000, month, day):
            return "no_such_date"
        return Written(year=year, month=month, day=day, note="date_order")
    if first != second:
        return "day_month_unclear"
    return Written(year=year, month=first, day=second) if first else "no_such_date"


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def meant(parts: Written, context: Context) -> Day | str:
    """Return the day that is meant; a missing year is the one that lies near the campaign.

    It counts as known only if exactly one year puts the day between 92 days before the campaign's
    start and 92 days after its end.
    """
    year = parts.year
    if year and year.isdigit():
        if not _exists(int(year), parts.month, parts.day):
            return "no_such_date"
        day = date(int(year), parts.month, parts.day)
        return Day(day=day, note=parts.note) if is_plausible(day) else "date_implausible"
    fits = [
        date(candidate, parts.month, parts.day)
        for candidate in _years_near(context)
        if _exists(candidate, parts.month, parts.day) and _agrees(year, candidate)
    ]
    near = [day for day in fits if _is_near(day, context)]
    if len(near) != 1:
        return "year_placeholder" if year else "year_missing"
    # `Dec 24` of a campaign in 2024 may be a month as well as a day.
    if parts.name_first and near[0].year % 100 == parts.day:
        return "day_month_unclear"
    return Day(day=near[0], note="year_from_period")


def _window(context: Context) -> tuple[date, date] | None:
    """Return the first and last day that are near the campaign."""
    if context.period is None:
        return None
    start, end = context.period
    return min(start, end) - _NEAR, max(start, end) + _NEAR


def _years_near(context: Context) -> range:
    window = _window(context)
    return range(window[0].year, window[1].year + 1) if window else range(0)


def _is_near(day: date, context: Context) -> bool:
    window = _window(context)
    return window is not None and window[0] <= day <= window[1]


def _agrees(placeholder: str | None, year: int) -> bool:
    """Tell whether 202x can be filled in to give the year."""
    return placeholder is None or all(
        mark in "x?" or mark == digit for mark, digit in zip(placeholder, str(year), strict=True)
    )


def is_plausible(day: date) -> bool:
    """Tell whether a campaign can have to do with the day: not with Excel's zero, 1899-12-30."""
    return _FIRST <= day <= _LAST


def moment_of_serial(number: float, context: Context) -> datetime | str:
    """Read a number as Excel's count of days, or as 20170320; a fault's code if it is neither.

    6.1 is what Excel makes of `6.1` and `6.10`, so it is none of the two.
    """
    if not 0 < number < 100_000_000:
        return "not_a_date"
    whole = number == int(number)
    if whole and 19900101 <= number <= 21001231:
        found = _day_of_text(str(int(number)), context)
        return found if isinstance(found, str) else datetime.combine(found.day, datetime.min.time())
    if not whole and (1 <= number < 13 or 1990 <= number < 2101):
        return "date_became_number"
    if number >= 100_000:
        return "not_a_date"
    zero = datetime(1904, 1, 1) if context.date_1904 else datetime(1899, 12, 30)
    moment = zero + timedelta(seconds=round(number * 86400))
    return moment if is_plausible(moment.date()) else "not_a_date"


Span = tuple[Day, Day]


def read_date(raw: Raw, context: Context) -> ParsedCell:
    """Read a date cell. A time beside it is a fault unless it is midnight: it would be lost."""
    remark = None
    if isinstance(raw, str):
        text = tightened(plain(raw))
        found = _dated(text, context)
        if found == "not_a_date" and (by := _BY_THAT_DAY.fullmatch(text)):
            found, remark = _dated(by["day"], context), by["word"]
        if found == "not_a_date" and not isinstance(_span(text, context), str):
            return faulty("range_in_date")
    else:
        found = _day_of_value(raw, context)
    if isinstance(found, str):
        return faulty(found)
    return ParsedCell(value=found.day, note=found.note, remark=remark)


def read_date_range(raw: Raw, context: Context) -> ParsedCell:
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
    return ParsedCell(value=(first.day, last.day), note=first.note or last.note)


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
    last = _end_parts(_in_digits(end), start)
    first = day_of_text(start, context)
    if "not_a_date" in (first, last):
        return "not_a_date"
    if isinstance(first, str):
        return first
    until = last if isinstance(last, str) else _end(last, first.day, context)
    if isinstance(until, str):
        return until
    return (first, until) if first.day <= until.day else "range_backwards"


def _end_parts(text: str, start: str) -> Written | str:
    alone = _DAY_ALONE.fullmatch(text)
    # 7.1-31 ends on the 31st; in 2024-6-2-5 every dash may be the range's.
    if alone and (_WITH_MARK.search(text) or _DOTTED.fullmatch(start)):
        return Written(year=None, month=0, day=int(alone[1]))
    return written(text)


def _end(parts: Written, start: date, context: Context) -> Day | str:
    """Give the end of a range what it leaves out; month 0 is the start's."""
    if parts.year is not None:
        return meant(parts, context)
    month = parts.month or start.month
    year = start.year + (month < start.month)
    return meant(replace(parts, year=str(year), month=month), context)
