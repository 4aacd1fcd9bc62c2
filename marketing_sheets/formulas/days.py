"""Reading days, moments and weeks out of text: as an Excel formula, and in Python.

Excel follows only a part of the value grammar; where it is not sure it shows nothing. A date
without a year, or with a placeholder such as 202X, takes the year that puts it near the campaign.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

from .text import MISSING

_ZERO = date(1899, 12, 30)
_WEEK = re.compile(r"W(\d+)(?:-W(\d+))?(?:D(\d))?")
_NEAR = 92  # days before and after the campaign, as `values.dates` has it
_FIRST_SERIAL, _LAST_SERIAL = 32874, 73415  # 1990-01-01 to 2100-12-31: other numbers are no days
_JOINED = {" ": "", "日": "", "202X-": ""}
_SEPARATORS = "./~～至年月"


def first_day_of(text: str) -> float:
    """Return the first day of a range kept as 2024-07-01~2024-07-31, counted as Excel does."""
    return float((date.fromisoformat(text.split("~", maxsplit=1)[0]) - _ZERO).days)


def last_day_of(text: str) -> float:
    """Return the last day of such a range."""
    return float((date.fromisoformat(text.rsplit("~", maxsplit=1)[-1]) - _ZERO).days)


def moment_of(text: str) -> tuple[float, bool]:
    """Return a moment as Excel counts days, and whether it is a time alone."""
    is_alone = "-" not in text
    at = time.fromisoformat(text) if is_alone else datetime.fromisoformat(text).time()
    day = 0 if is_alone else (datetime.fromisoformat(text).date() - _ZERO).days
    return day + (at.hour * 3600 + at.minute * 60 + at.second) / 86_400, is_alone


def weeks_of(text: str) -> tuple[float, float]:
    """Return the first and last week of W5, W1-W12 or W5D1. Raises ValueError for other text."""
    hit = _week(text)
    return float(hit[1]), float(hit[2] or hit[1])


def weekday_of(text: str) -> float:
    """Return 1 (Monday) to 7 of W5D1. Raises ValueError where there is no day."""
    return float(_week(text)[3] or "no day")


def _week(text: str) -> re.Match[str]:
    hit = _WEEK.fullmatch(text)
    if hit is None:
        raise ValueError(text)
    return hit


_DAY = r"(?:\d{4}[-./年]|202X-)?\d{1,2}[-./月]\d{1,2}日?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_READ = {
    "first_day": re.compile(rf"{_DAY}(?:[-~～至]{_DAY})?"),
    "last_day": re.compile(rf"{_DAY}(?:[-~～至]{_DAY})?"),
    "moment": re.compile(
        rf"{_CLOCK}|{_DAY}|(?:\d{{4}}[-.])?\d{{1,2}}[-.]\d{{1,2}} {_CLOCK}"
        r"|\d{1,2}\.\d{2,4}:\d{2}"
    ),
    "first_week": re.compile(
        r"(?:第|W|WEEKS?)?\d{1,2}(?:[-~～至]W?\d{1,2})?(?:[周週(（D](?![-~～至到—–]).*)?"
    ),
}
_READ["last_week"] = _READ["weekday"] = _READ["first_week"]


def reads_day(function: str, text: str) -> bool:
    """Whether the formula of a function that reads days or weeks reads a text as we do."""
    text = " ".join(text.split()) if function == "moment" else text.replace(" ", "")
    return _READ[function].fullmatch(text.upper()) is not None


def excel_first_day(subject: str, *, has_period: bool) -> str:
    """Return a formula for the first day in a date or a range.

    `has_period` says that the form knows the campaign's days; without them no year is guessed.
    """
    return _of_number(subject, _first_day(subject, has_period=has_period))


def _first_day(subject: str, *, has_period: bool) -> str:
    text = _dashed(subject)
    whole = f"DATEVALUE({_upto(text, 3)})"
    bare = _near(_upto(text, 2)) if has_period else MISSING
    return f'IF(FIND("-",{text})=5,{whole},{bare})'


def excel_last_day(subject: str, *, has_period: bool) -> str:
    """Return a formula for the last day in a date or a range; its end may leave out the year."""
    text = _dashed(subject)
    dashes = f'LEN({text})-LEN(SUBSTITUTE({text},"-",""))'
    first = f"DATEVALUE({_upto(text, 3)})"
    end = f"DATEVALUE(LEFT({text},5)&{_after(text, 3)})"
    # An end without a year lies in the year of the start, or over new year in the next.
    within = f"EDATE({end},12*({end}<{first}))"
    whole = f"CHOOSE({dashes}-1,{first},{MISSING},{within},DATEVALUE({_after(text, 3)}))"
    bare = MISSING
    if has_period:
        bare = f"CHOOSE({dashes},{_near(text)},{MISSING},{_near(_after(text, 2))})"
    return _of_number(subject, f'IF(FIND("-",{text})=5,{whole},{bare})')


def _of_number(subject: str, of_text: str) -> str:
    is_day = f"AND({subject}>={_FIRST_SERIAL},{subject}<{_LAST_SERIAL + 1})"
    number = f"IF({is_day},INT({subject}),{MISSING})"
    return f"IF(ISNUMBER({subject}),{number},{of_text})"


def _dashed(subject: str) -> str:
    """Return a formula for a date's text with dashes between all its numbers."""
    text = subject
    for mark in _SEPARATORS:
        text = f'SUBSTITUTE({text},"{mark}","-")'
    for word, instead in _JOINED.items():
        text = f'SUBSTITUTE({text},"{word}","{instead}")'
    return text


def _upto(text: str, count: int) -> str:
    return f'LEFT({text},FIND("§",SUBSTITUTE({text}&"-","-","§",{count}))-1)'


def _after(text: str, count: int) -> str:
    return f'MID({text},FIND("§",SUBSTITUTE({text},"-","§",{count}))+1,10)'


def _near(text: str) -> str:
    """Return a formula for the day 7-1 near the campaign, an error where none or several are."""
    since, until = f"form_start_date-{_NEAR}", f"form_end_date+{_NEAR}"
    day = f'DATEVALUE(YEAR({since})&"-"&{text})'
    found = f"EDATE({day},12*({day}<{since}))"
    # The root of a negative number is an error: a day after the last one is none.
    return (
        f"IF(AND(COUNT(form_start_date,form_end_date)=2,{until}-({since})<365),"
        f"{until}-ROUND(SQRT({until}-{found})^2,0),{MISSING})"
    )


def excel_moment(subject: str, day: str, *, has_period: bool) -> str:
    """Return a formula for a time on `day`, or a day with or without one: 6.5 18:00, 6.518:00."""
    colon, dot = f'FIND(":",{subject})', f'FIND(".",{subject})'
    digits = f"{colon}-{dot}-1"
    tens = f"VALUE(MID({subject},{dot}+1,2))"
    # 6.518:00 is 6.5 18:00, as there is no 6.51; 6.118:00 may be two things.
    three = f"IF({tens}>31,1,IF(VALUE(MID({subject},{colon}-2,2))>23,2,{MISSING}))"
    glued = f"{dot}+CHOOSE({digits},{MISSING},1,{three},2)"
    cut = f'IF(ISNUMBER(FIND(" ",{subject})),FIND(" ",{subject})-1,{glued})'
    written = f'SUBSTITUTE(LEFT({subject},{cut}),".","-")'
    bare = _near(written) if has_period else MISSING
    at = f'IF(ISNUMBER(FIND("-",{written},5)),DATEVALUE({written}),{bare})'
    dated = f"{at}+TIMEVALUE(TRIM(MID({subject},{cut}+1,9)))"
    clock = f"IF({colon}<=3,IF(COUNT({day})=1,{day}+TIMEVALUE({subject}),{MISSING}),{dated})"
    text = f"IF(ISNUMBER({colon}),{clock},{_first_day(subject, has_period=has_period)})"
    is_day = f"AND({subject}>={_FIRST_SERIAL},{subject}<{_LAST_SERIAL + 1})"
    later = f"IF({is_day},{subject},{MISSING})"
    number = f"IF({subject}<1,IF(COUNT({day})=1,{day}+{subject},{MISSING}),{later})"
    return f"IF(ISNUMBER({subject}),{number},{text})"


def _numbers_of_weeks(subject: str) -> str:
    """Return a formula for the 1-12 of 第1-12周(活动期) or W1-W12 (sale), and the 5 of W5D1."""
    text = f"UPPER({subject})"
    for mark in "週(（D":
        text = f'SUBSTITUTE({text},"{mark}","周")'
    text = f'SUBSTITUTE({text}," ","")'
    # 第3周至第6周 goes on behind the first of its weeks: of that nothing is read.
    after = f'MID({text}&"周周",FIND("周",{text}&"周")+1,1)'
    head = f'LEFT({text},FIND("周",{text}&"周")-1)'
    text = f'IF(ISNUMBER(FIND({after},"至到-~～—–")),"?",{head})'
    for word in ("第", "WEEKS", "WEEK", "W", " "):
        text = f'SUBSTITUTE({text},"{word}","")'
    for mark in "~～至":
        text = f'SUBSTITUTE({text},"{mark}","-")'
    return text


def excel_first_week(subject: str) -> str:
    """Return a formula for the first of 第1-12周, or the week of 第5周周一."""
    text = f'{_numbers_of_weeks(subject)}&"-"'
    return f'VALUE(LEFT({text},FIND("-",{text})-1)&"e0")'


def excel_last_week(subject: str) -> str:
    """Return a formula for the last week."""
    text = _numbers_of_weeks(subject)
    return f'VALUE(MID({text},IFERROR(FIND("-",{text}),0)+1,9)&"e0")'


def excel_weekday(subject: str) -> str:
    """Return a formula for the day of 第5周周一 or W5D1: 1 is Monday."""
    text = f'SUBSTITUTE({subject},"週","周")'
    named = f'FIND(MID({text}&"---",FIND("周",{text})+2,1),"一二三四五六日")'
    upper = f'UPPER({subject})&"-"'
    numbered = f'(FIND(MID({upper},FIND("D",{upper}),9),"D1-D2-D3-D4-D5-D6-D7-")+2)/3'
    return f"IFERROR({named},{numbered})"
