"""Reading quantities, conditions, choices and days out of text: as an Excel formula, and in Python.

Excel follows only a part of the value grammar, the spellings the source documents use; where it is
not sure it shows nothing. Staff type 完成 or Done where the list says 已完成: FIND in one text of
all spellings does for formulas and conditional formats, which take no lists of constants. A date
without a year, or with a placeholder such as 202X, takes the year that puts it near the campaign.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime, time

from ..template import Choice, Choices, LowerWord
from ..texts import Language, traditional

_BETWEEN = "|"
_BRACKETS = ("(", "（")
# Units multiply: 3百万 is 3 × 100 × 10,000.
_FACTORS = {
    "%": 0.01,
    "％": 0.01,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "萬": 10_000,
    "亿": 100_000_000,
    "億": 100_000_000,
    "k": 1000,
    "w": 10_000,
}
_COUNTERS = "元块人位名条條篇场場台次个個件份家天"
_PREFIXES = (" ", "　", ",", "，", "+", "≥", "≤", "¥", "￥", "提升", "增长", "增長", "预算", "預算")
# fmt: off
# The longer spelling before the one it contains.
_COMPARATORS = (
    "≥", "≤", "≧", "≦", ">=", "<=", "不低于", "不低於", "不少于", "不少於",
    "不超过", "不超過", "不高于", "不高於", "至少", "至多", ">", "<", "=", "＝",
)
_UPPER_LIMITS = ("≤", "≦", "<", "不超过", "不超過", "不高于", "不高於", "至多")
# fmt: on
_PART_LIMIT = 200
_COMPARATOR = re.compile("|".join(re.escape(word) for word in _COMPARATORS))
_DIGIT = re.compile(r"[0-9]")
_PLAIN = re.compile(r"[-+]?[0-9]+\.?[0-9]*|[-+]?\.[0-9]+")


def spelled(choices: Choices, wanted: Collection[str], language: Language) -> tuple[str, ...]:
    """Return how the items `wanted` may be spelled, the labels of `language` first.

    As for `values.choice_spellings` a label goes before an id, and an id before an alias.
    Case counts for nothing; in Traditional sheets each alias stands as it is written there, too.
    """
    owners: dict[str, tuple[str, str]] = {}
    for item, word in _candidates(choices, language):
        owners.setdefault(word.strip().lower(), (item, word.strip()))
    first = {item.label[language].lower() for item in choices.items if item.id in wanted}
    found = [(key not in first, word) for key, (item, word) in owners.items() if item in wanted]
    return tuple(word for _, word in sorted(found, key=lambda pair: pair[0]))


def _candidates(choices: Choices, language: Language) -> Iterator[tuple[str, str]]:
    for item in choices.items:
        yield from ((item.id, label) for label in item.label.values())
    yield from ((item.id, item.id) for item in choices.items)
    for item in choices.items:
        yield from ((item.id, alias) for alias in item.aliases)
    if language == "zh-Hant":
        for item in choices.items:
            yield from ((item.id, traditional(alias)) for alias in item.aliases)


def excel_finds(text: str, words: Collection[str]) -> bool:
    """Tell whether Excel finds a text among `words`, as `has_word` has it look."""
    known = {word.lower() for word in words}
    return bool({text.strip().lower(), head_of(text).lower()} & known)


def has_word(subject: str, words: Collection[str], *, remarks: bool = True) -> str:
    """Return a test whether a text is one of `words`, with `remarks` also before a bracket."""
    listed = _text(_joined(words))
    tests = []
    if remarks:
        tests.append(_found(excel_before_bracket(subject), listed))
    if not remarks or any(bracket in word for word in words for bracket in _BRACKETS):
        tests.append(_found(f"TRIM({subject})", listed))
    return tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"


def _found(text: str, listed: str) -> str:
    return f'ISNUMBER(FIND("{_BETWEEN}"&LOWER({text})&"{_BETWEEN}",{listed}))'


def _joined(words: Collection[str]) -> str:
    return _BETWEEN + "".join(f"{word.lower()}{_BETWEEN}" for word in words)


def listed_words(item: Choice | None, choices: Choices, language: Language) -> str:
    """Return the spellings of an entry between bars, for MATCH with wildcards; "" without any."""
    return _joined(spelled(choices, (item.id,), language)) if item is not None else ""


def word_match(subject: str, area: str) -> str:
    """Return where in an area of `listed_words` a cell's word stands, without its remark."""
    return f'MATCH("*{_BETWEEN}"&{excel_before_bracket(subject)}&"{_BETWEEN}*",{area},0)'


def word_counts(words: Collection[str]) -> tuple[str, ...]:
    """Return criteria for COUNTIF that together count the cells for which `has_word` holds."""
    escaped = [re.sub(r"([~*?])", r"~\1", word) for word in words]
    # English has a blank before the bracket; with a full-width one nobody writes it.
    ends = ("", *(f"{bracket}*" for bracket in _BRACKETS), " (*")
    return tuple(_text(f"{word}{end}") for word in escaped for end in ends)


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def threshold_of(condition: str) -> str:
    """Return the quantity of a condition as text, "" if it has none."""
    hit = _COMPARATOR.search(condition)
    if hit:
        return _COMPARATOR.sub("", condition[hit.end() : hit.end() + 50])
    digit = _DIGIT.search(condition)
    return condition[digit.start() : digit.start() + 50] if digit else ""


def says_upper_limit(condition: str) -> bool:
    """Whether a condition sets a limit from above."""
    return any(word in condition for word in _UPPER_LIMITS)


def unnamed(text: str) -> str:
    """Return a quantity without the word that says whose it is: 预算3万元 gives 3万元."""
    return text.strip().removeprefix("预算").removeprefix("預算")


def head_of(text: str) -> str:
    """Return what stands before the first bracket: 预算3万元(含KOL费用) gives 预算3万元."""
    return text.replace("（", "(").partition("(")[0].strip()


def part_of(text: str, number: int) -> str:
    """Return one of several parts, counted from 1: the second of 用户1万人;销售额200万元."""
    parts = text.replace("；", ";").replace("\n", ";").split(";")
    return " ".join(parts[number - 1].split()) if number <= len(parts) else ""


def excel_before_bracket(subject: str) -> str:
    """Return a formula for what stands before the first bracket."""
    return f'TRIM(LEFT({subject},FIND("(",SUBSTITUTE({subject},"（","(")&"(")-1))'


def excel_part(subject: str, number: int) -> str:
    """Return a formula for one of several parts between semicolons or lines."""
    text = f'SUBSTITUTE(SUBSTITUTE({subject},"；",";"),CHAR(10),";")'
    wide = f'SUBSTITUTE({text},";",REPT(" ",{_PART_LIMIT}))'
    return f"TRIM(MID({wide},{(number - 1) * _PART_LIMIT + 1},{_PART_LIMIT}))"


def excel_burden(subject: str, words: tuple[LowerWord, ...]) -> str:
    """Return a formula for the same as `metric_names.names_burden`."""
    tests = []
    for word, spared in words:
        text = f"LOWER({subject})" if spared else subject
        for name in spared:
            text = f'SUBSTITUTE({text},"{_escaped(name)}","")'
        tests.append(_sought(word, text))
    return _any_found(tests)


def excel_turned(subject: str, words: tuple[str, ...]) -> str:
    """Return a formula for the same as `metric_names.is_turned`."""
    return _any_found([_sought(word, subject) for word in words])


def _any_found(tests: list[str]) -> str:
    # An error is no number: what is not found does not count.
    return f"COUNT({','.join(tests)})>0" if tests else "FALSE"


def _sought(word: str, text: str) -> str:
    pattern = re.sub(r"([~*?])", r"~\1", _escaped(word))
    return f'SEARCH("{pattern}",{text})'


def _escaped(word: str) -> str:
    return word.replace('"', '""')


def excel_written_with(subject: str, *marks: str) -> str:
    """Return a formula that tells whether a text holds one of `marks`."""
    tests = ",".join(f'ISNUMBER(FIND("{mark}",{subject}))' for mark in marks)
    return f"OR({tests})"


def excel_upper_limit(subject: str) -> str:
    """Return a formula for the same."""
    tests = ",".join(f'ISNUMBER(FIND("{word}",{subject}))' for word in _UPPER_LIMITS)
    return f"OR({tests})"


def amount_of(text: str) -> float | None:
    """Return what the formula of `amount` makes of a text; None where it shows nothing."""
    left, colon, right = text.replace("：", ":").partition(":")
    try:
        if colon:
            return float(right) / float(left)
        clean = _stripped(text, _PREFIXES)
        digits = _stripped(clean, (*_FACTORS, *_COUNTERS, "K", "W"))
        if not clean.startswith(digits) or _PLAIN.fullmatch(digits) is None:
            return None
        found = float(digits)
    except (ValueError, ZeroDivisionError):
        return None
    for unit, factor in _FACTORS.items():
        found *= factor if unit in text.lower() else 1
    return found


def _stripped(text: str, words: tuple[str, ...]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


def excel_after_comparator(subject: str) -> str:
    """Return a formula for the quantity in a condition: 观看人数≥20万 gives 20万.

    Without a comparator it starts at the first digit: 素材通过率100% gives 100%.
    """
    marked = _without(subject, _COMPARATORS, "§")
    digits = ",".join(f'IFERROR(FIND("{digit}",{subject}),99)' for digit in range(10))
    last = f'SUBSTITUTE(MID({marked},FIND("§",{marked})+1,50),"§","")'
    return f'IF(ISNUMBER(FIND("§",{marked})),{last},MID({subject},MIN({digits}),50))'


def excel_amount(subject: str) -> str:
    """Return a formula that reads a quantity: 20, 25万, 8%, 1:3.5, 提升30%, 520条.

    It fails, which the caller turns into a blank, on all it is not sure of: digits after a unit,
    ranges, dates.
    """
    clean = _without(subject, _PREFIXES)
    digits = _without(clean, (*_FACTORS, *_COUNTERS, "K", "W"))
    factors = "*".join(
        f'IF(ISNUMBER(SEARCH("{unit}",{subject})),{factor!r},1)'
        for unit, factor in _FACTORS.items()
    )
    # "e0" keeps VALUE from reading dates and months into the text, and from making "" a 0.
    plain = f'IF(FIND({digits},{clean})=1,VALUE({digits}&"e0")*{factors},NA())'
    pair = f'SUBSTITUTE({subject},"：",":")'
    colon = f'FIND(":",{pair})'
    ratio = f"VALUE(MID({pair},{colon}+1,20))/VALUE(LEFT({pair},{colon}-1))"
    text = f"IF(ISNUMBER({colon}),{ratio},{plain})"
    return f"IF(ISNUMBER({subject}),{subject},{text})"


def _without(text: str, words: tuple[str, ...] | str, replacement: str = "") -> str:
    for word in words:
        text = f'SUBSTITUTE({text},"{word}","{replacement}")'
    return text


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
