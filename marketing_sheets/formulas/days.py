"""Reading days, times and weeks out of text: as an Excel formula, and the same in Python.

Excel follows the spellings the source documents use; where it is not sure it shows nothing. A date
without a year, or with a placeholder such as 202X, takes the year that puts it near the campaign.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

_ZERO = date(1899, 12, 30)
_WEEK = re.compile(r"W(\d+)(?:-W(\d+))?(?:D(\d))?")
_NEAR = 92  # days before and after the campaign, as `values.dates` has it
_FIRST_SERIAL = 32874  # 1990-01-01: smaller numbers are no days
_JOINED = {" ": "", "日": "", "202X-": ""}
_SEPARATORS = "./~至年月"
_MISSING = "NA()"


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


def excel_first_day(subject: str, *, has_period: bool) -> str:
    """Return a formula for the first day in a date or a range.

    `has_period` says that the form knows the campaign's days; without them no year is guessed.
    """
    text = _dashed(subject)
    whole = f"DATEVALUE({_upto(text, 3)})"
    bare = _near(_upto(text, 2)) if has_period else _MISSING
    return _of_number(subject, f'IF(FIND("-",{text})=5,{whole},{bare})')


def excel_last_day(subject: str, *, has_period: bool) -> str:
    """Return a formula for the last day in a date or a range; its end may leave out the year."""
    text = _dashed(subject)
    dashes = f'LEN({text})-LEN(SUBSTITUTE({text},"-",""))'
    first = f"DATEVALUE({_upto(text, 3)})"
    end = f"DATEVALUE(LEFT({text},5)&{_after(text, 3)})"
    # An end without a year lies in the year of the start, or over new year in the next.
    within = f"EDATE({end},12*({end}<{first}))"
    whole = f"CHOOSE({dashes}-1,{first},{_MISSING},{within},DATEVALUE({_after(text, 3)}))"
    bare = _MISSING
    if has_period:
        bare = f"CHOOSE({dashes},{_near(text)},{_MISSING},{_near(_after(text, 2))})"
    return _of_number(subject, f'IF(FIND("-",{text})=5,{whole},{bare})')


def _of_number(subject: str, of_text: str) -> str:
    number = f"IF({subject}>={_FIRST_SERIAL},INT({subject}),{_MISSING})"
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
        f"{until}-ROUND(SQRT({until}-{found})^2,0),{_MISSING})"
    )


def excel_moment(subject: str, day: str) -> str:
    """Return a formula for a time on `day`, or a day and time such as 6.5 18:00 or 6.518:00.

    A day without a year takes that of `day`.
    """
    colon, dot = f'FIND(":",{subject})', f'FIND(".",{subject})'
    digits = f"{colon}-{dot}-1"
    tens = f"VALUE(MID({subject},{dot}+1,2))"
    # 6.518:00 is 6.5 18:00, as there is no 6.51; 6.118:00 may be two things.
    three = f"IF({tens}>31,1,IF(VALUE(MID({subject},{colon}-2,2))>23,2,{_MISSING}))"
    glued = f"{dot}+CHOOSE({digits},{_MISSING},1,{three},2)"
    cut = f'IF(ISNUMBER(FIND(" ",{subject})),FIND(" ",{subject})-1,{glued})'
    written = f'SUBSTITUTE(LEFT({subject},{cut}),".","-")'
    full = f'IF(ISNUMBER(FIND("-",{written},5)),"",YEAR({day})&"-")'
    dated = f"DATEVALUE({full}&{written})+TIMEVALUE(TRIM(MID({subject},{cut}+1,9)))"
    text = f"IF({colon}<=3,IF(COUNT({day})=1,{day}+TIMEVALUE({subject}),{_MISSING}),{dated})"
    number = f"IF({subject}<1,IF(COUNT({day})=1,{day}+{subject},{_MISSING}),{subject})"
    return f"IF(ISNUMBER({subject}),{number},{text})"


def _numbers_of_weeks(subject: str) -> str:
    """Return a formula for the 1-12 of 第1-12周(活动期) or W1-W12 (sale), and the 5 of W5D1."""
    text = f"UPPER({subject})"
    for mark in "週(（D":
        text = f'SUBSTITUTE({text},"{mark}","周")'
    text = f'LEFT({text},FIND("周",{text}&"周")-1)'
    for word in ("第", "WEEKS", "WEEK", "W", " "):
        text = f'SUBSTITUTE({text},"{word}","")'
    for mark in "~至":
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
