"""Moments (a date with a time, or a time alone) and weeks counted from the campaign's start."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .cells import Context, ParsedCell, Raw, as_typed, faulty, plain, split_remark
from .dates import WEEKDAY, day_of_text, is_plausible, moment_of_serial, tightened, weekday_number
from .numerals import chinese_integer

_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?", re.ASCII)
_SPACED = re.compile(rf"(?P<date>.+?)(?:t| )(?P<clock>{_CLOCK.pattern})", re.ASCII)
# Work without an end: no weeks, and no mistake either.
_ONGOING = frozenset(("持续", "持续执行", "持续进行", "长期", "全程", "ongoing"))
# 18点, 下午6点半: hours in words.
_HOURS = re.compile(
    r"(?P<date>.*?) ?(?P<half>上午|早上|凌晨|中午|下午|晚上|傍晚)?"
    r"(?P<hour>\d{1,2}|[一二两三四五六七八九十]{1,3})[点时](?:(?P<quarter>半|整)|(?P<minute>\d{1,2})分?)?",
    re.ASCII,
)
_AFTERNOON = ("中午", "下午", "晚上", "傍晚")
_NIGHT = ("上午", "早上", "凌晨", "晚上")
_GLUED = re.compile(r"(?P<digits>.*[\d日号])(?P<rest>:\d{2}(?::\d{2})?)", re.ASCII)

_NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_TO = "[-~–—至到]"
_LATIN_WEEK = (
    r"(?:w|wk|wks|week|weeks)\.? ?(?P<first>\d{1,2})"
    rf"(?: ?(?:{_TO}|to) ?(?:w|wk|week)?\.? ?(?P<last>\d{{1,2}}))?"
    rf"(?: ?(?:d(?P<day>[1-7])|,? ?{WEEKDAY}))?"
)
_WEEKS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"第 ?(?P<first>{_NUMBER}) ?周? ?{_TO} ?第? ?(?P<last>{_NUMBER}) ?周",
        rf"第 ?(?P<first>{_NUMBER}) ?周 ?(?:{WEEKDAY})?",
        rf"(?P<first>{_NUMBER}) ?{_TO} ?(?P<last>{_NUMBER}) ?周",
        rf"(?P<first>\d{{1,2}})(?: ?{_TO} ?(?P<last>\d{{1,2}}))?",
        _LATIN_WEEK,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Weeks from the campaign's start, both ends included; `day` is 1 (Monday) to 7, or None.

    Its text is W5, W1-W12 or W5D1, which `read_week` understands.
    """

    first: int
    last: int
    day: int | None = None

    def __str__(self) -> str:
        until = "" if self.last == self.first else f"-W{self.last}"
        return f"W{self.first}{until}" + ("" if self.day is None else f"D{self.day}")


def read_datetime(raw: Raw, context: Context) -> ParsedCell:
    """Read a moment as a datetime, or a time alone as a time; a date alone is its midnight."""
    found, note = _moment(raw, context)
    if isinstance(found, str):
        return faulty("not_a_datetime" if found == "not_a_date" else found)
    if isinstance(found, datetime) and not is_plausible(found.date()):
        return faulty("date_implausible")
    return ParsedCell(value=found, note=note)


def _moment(raw: Raw, context: Context) -> tuple[datetime | time | str, str | None]:
    if isinstance(raw, str):
        return _moment_of_text(tightened(plain(raw)), context)
    if isinstance(raw, datetime):
        return datetime.combine(raw.date(), raw.time()), None
    if isinstance(raw, date):
        return datetime.combine(raw, time()), None
    if isinstance(raw, time):
        return raw, None
    if isinstance(raw, timedelta):
        raw = raw / timedelta(days=1)
        if not 0 < raw < 1:
            return "not_a_date", None
    if isinstance(raw, bool):
        return "not_a_date", None
    # A number below 1 is a time of day; rounding to seconds takes away the float's noise.
    if 0 < raw < 1:
        seconds = min(round(raw * 86400), 86399)
        return (datetime.min + timedelta(seconds=seconds)).time(), None
    return moment_of_serial(raw, context), None


def _moment_of_text(text: str, context: Context) -> tuple[datetime | time | str, str | None]:
    text = _in_clock(text)
    alone = _CLOCK.fullmatch(text)
    if alone:
        return _clock(text), None
    spaced = _SPACED.fullmatch(text)
    if spaced:
        return _joined(spaced["date"].strip(), spaced["clock"], context)
    glued = _GLUED.fullmatch(text)
    if glued is None:
        return _joined(text, "0:00", context)
    return _unglued(glued["digits"], glued["rest"], context)


def _in_clock(text: str) -> str:
    """Write 6月5日下午6点半 as 6月5日 18:30; any other text stays as it is."""
    hit = _HOURS.fullmatch(text)
    hour = _number(hit["hour"]) if hit else None
    if hit is None or hour is None:
        return text
    half = hit["half"] or ""
    if half in _AFTERNOON and hour < 12 and not (half == "中午" and hour > 2):
        hour += 12
    elif half in _NIGHT and hour >= 12:
        return text  # 晚上12点 is midnight, of which day?
    minute = 30 if hit["quarter"] == "半" else int(hit["minute"] or 0)
    is_glued = hit["date"][-1:].isdigit() and not half and text[len(hit["date"])] != " "
    return f"{hit['date']}{'' if is_glued else ' '}{hour}:{minute:02}".strip()


def _clock(text: str) -> time | str:
    hit = _CLOCK.fullmatch(text)
    if hit is None:
        return "not_a_date"
    try:
        return time(int(hit["hour"]), int(hit["minute"]), int(hit["second"] or 0))
    except ValueError:
        return "no_such_time"


def _joined(text: str, clock: str, context: Context) -> tuple[datetime | str, str | None]:
    day, at = day_of_text(text, context), _clock(clock)
    if isinstance(day, str):
        return day, None
    return (at, None) if isinstance(at, str) else (datetime.combine(day.day, at), day.note)


def _unglued(digits: str, rest: str, context: Context) -> tuple[datetime | str, str | None]:
    """Find where the day ends in `6.518:00`: 6.5 18:00, for 6.51 is no day."""
    readings = []
    faults = []
    for width in (2, 1):
        day, hour = digits[:-width], digits[-width:]
        if not hour.isdigit():
            continue
        found, note = _joined(day, hour + rest, context)
        if isinstance(found, datetime):
            readings.append((found, note))
        else:
            faults.append(found)
    if len(readings) == 1:
        return readings[0]
    if readings:
        return "time_unclear", None
    # Of two failures the one that found a day and missed its year tells more.
    missing = [fault for fault in faults if fault.startswith("year_")]
    return (missing or faults or ["not_a_date"])[0], None


def read_week(raw: Raw) -> ParsedCell:
    """Read 第5周, 第1-12周, 第5周周一, wk6 or a bare week number; brackets are a remark."""
    if isinstance(raw, bool | date | time | timedelta):
        return faulty("not_a_week")
    text, remark = split_remark(as_typed(raw))
    text = plain(text)
    hit = next((hit for pattern in _WEEKS if (hit := pattern.fullmatch(text))), None)
    if text.replace("續", "续").replace("執", "执").replace("進", "进") in _ONGOING:
        return ParsedCell(remark=as_typed(raw))
    week = _week(hit) if hit else None
    return ParsedCell(value=week, remark=remark) if week else faulty("not_a_week")


def _week(hit: re.Match[str]) -> Week | None:
    found = hit.groupdict()
    first = _number(found["first"])
    last = _number(found["last"]) if found.get("last") else first
    if not first or not last or last < first:
        return None
    day = None
    if found.get("cjk") or found.get("english"):
        day = weekday_number(hit)
    elif found.get("day"):
        day = int(found["day"])
    # A weekday of several weeks is a rhythm, not a day.
    return None if day and first != last else Week(first=first, last=last, day=day)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else chinese_integer(text)
