"""Reading quantities, conditions and choices out of text: as an Excel formula, and in Python.

Excel follows only a part of the value grammar, the spellings the source documents use; where it is
not sure it shows nothing. Staff type 完成 or Done where the list says 已完成: FIND in one text of
all spellings does for formulas and conditional formats, which take no lists of constants.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from math import isclose

from ..template import SIGNS, Choice, Choices, LowerWord
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
_FALLS = ("下降", "降低", "减少", "減少", "下滑", "下跌")
_SIGNS = tuple(SIGNS.values())
_PREFIXES = (
    *(" ", "　", ",", "，", "+", "¥", "￥", *_SIGNS),
    *("提升", "增长", "增長", "预算", "預算", *_FALLS),
)
# The colon after whose budget it is; any other makes a ratio.
_NAMED = tuple(f"{word}{colon}" for word in ("预算", "預算") for colon in "：:")
_LONGEST_CONSTANT = 240
_ODD = re.compile(r'[~*?"]')
MISSING = "NA()"
# fmt: off
_NOTHING = (
    *("", "-", "--", "—", "——", "–", "/", "\\", "无", "無", "没有", "沒有", "暂无", "暫無"),
    *("不适用", "不適用", "n/a", "na", "none", "待定", "未定", "待确认", "待確認", "tbd"),
)
# By these Excel knows that a metric's name may state a unit such as 万元.
_SCALED_NAMES = (
    *("万", "萬", "亿", "億", "千元", "百元", "(千", "（千", "/千", "(百", "（百"),
    *("(k", "（k", "/k", "(w", "（w", "/w", "thousand", "million"),
)
# fmt: on
_PART_LIMIT = 200
_PLAIN = re.compile(r"[-+]?[0-9]++(?:\.[0-9]*+)?|[-+]?\.[0-9]++")


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


def unnamed(text: str) -> str:
    """Return a quantity without the word that says whose it is: 预算3万元 gives 3万元."""
    return text.strip().removeprefix("预算").removeprefix("預算").strip()


def head_of(text: str) -> str:
    """Return what stands before the first bracket: 预算：3万元(含KOL费用) gives 预算3万元."""
    head = text.replace("（", "(").partition("(")[0]
    for named in _NAMED:
        head = head.replace(named, named[:-1])
    return head.strip()


def part_of(text: str, number: int) -> str:
    """Return one of several parts, counted from 1: the second of 用户1万人;销售额200万元."""
    parts = text.replace("；", ";").replace("\n", ";").split(";")
    return " ".join(parts[number - 1].split()) if number <= len(parts) else ""


def excel_known(subject: str, source: str) -> str:
    """Return a test whether a number is known; it fails where its source is a text unread.

    `source` is the cell people type in, maybe `subject` itself; words for nothing say nothing.
    """
    word = f'"{_BETWEEN}"&LOWER(TRIM({source}))&"{_BETWEEN}"'
    is_blank = f"ISNUMBER(FIND({word},{_text(_joined(_NOTHING))}))"
    unread = f"IF(ISTEXT({source}),IF({is_blank},FALSE,{MISSING}),FALSE)"
    return f"IF(ISNUMBER({subject}),TRUE,{unread})"


def excel_before_bracket(subject: str) -> str:
    """Return a formula for what stands before the first bracket."""
    return f'TRIM(LEFT({subject},FIND("(",SUBSTITUTE({subject},"（","(")&"(")-1))'


def excel_head(subject: str) -> str:
    """Return a formula for the same as `head_of`."""
    head = excel_before_bracket(subject)
    for named in _NAMED:
        head = f'SUBSTITUTE({head},"{named}","{named[:-1]}")'
    return head


def excel_part(subject: str, number: int) -> str:
    """Return a formula for one of several parts between semicolons or lines."""
    text = f'SUBSTITUTE(SUBSTITUTE({subject},"；",";"),CHAR(10),";")'
    wide = f'SUBSTITUTE({text},";",REPT(" ",{_PART_LIMIT}))'
    return f"TRIM(MID({wide},{(number - 1) * _PART_LIMIT + 1},{_PART_LIMIT}))"


def excel_burden(subject: str, words: tuple[LowerWord, ...]) -> str:
    """Return a formula for the same as `metric_names.names_burden`."""
    tests = [excel_holds(subject, [word for word, spared in words if not spared])]
    for word, spared in words:
        if spared:
            text = f"LOWER({subject})"
            for name in spared:
                text = f'SUBSTITUTE({text},"{_escaped(name)}","")'
            tests.append(f"ISNUMBER({_sought(word, text)})")
    return tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"


def excel_turned(subject: str, words: tuple[str, ...]) -> str:
    """Return a formula for the same as `metric_names.is_turned`."""
    return excel_holds(subject, words)


def excel_holds(subject: str, words: Sequence[str]) -> str:
    """Return a test whether a text holds one of the words, big or small letters alike.

    They stand behind the text too, so that all are found: where the first is tells if it is in the
    text itself. A list of constants is an array in every program, as a range would not be.
    """
    tests = [f"ISNUMBER({_sought(word, subject)})" for word in words if _ODD.search(word)]
    plain = [word for word in words if not _ODD.search(word)]
    if plain:
        listed = ",".join(f'"{word}"' for word in plain)
        tests.append(f"MIN(SEARCH({{{listed}}},{subject}&{_behind(plain)}))<=LEN({subject})")
    return (tests or ["FALSE"])[0] if len(tests) < 2 else f"OR({','.join(tests)})"


def _behind(words: Sequence[str]) -> str:
    """Return the words as text constants, none of them longer than Excel takes."""
    pieces = [""]
    for word in words:
        if len(pieces[-1]) + len(word) > _LONGEST_CONSTANT:
            pieces.append("")
        pieces[-1] += f"{_BETWEEN}{word}"
    return "&".join(f'"{piece}"' for piece in pieces)


def _sought(word: str, text: str) -> str:
    pattern = re.sub(r"([~*?])", r"~\1", _escaped(word))
    return f'SEARCH("{pattern}",{text})'


def _escaped(word: str) -> str:
    return word.replace('"', '""')


def excel_written_with(subject: str, *marks: str) -> str:
    """Return a formula that tells whether a text holds one of `marks`."""
    tests = ",".join(f'ISNUMBER(FIND("{mark}",{subject}))' for mark in marks)
    return f"OR({tests})"


def amount_of(text: str) -> float | None:
    """Return what the formula of `amount` makes of a text; None where it shows nothing."""
    left, colon, right = text.replace("：", ":").partition(":")
    try:
        if colon:
            return float(right) if float(left) == 1 else None
        clean = _stripped(text, _PREFIXES)
        digits = _stripped(clean, (*_FACTORS, *_COUNTERS, "K", "W"))
        if not clean.startswith(digits) or _PLAIN.fullmatch(digits) is None:
            return None
        found = float(digits)
    except (ValueError, ZeroDivisionError):
        return None
    for unit, factor in _FACTORS.items():
        found *= factor if unit in text.lower() else 1
    return -found if any(word in text for word in _FALLS) else found


def _stripped(text: str, words: tuple[str, ...]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


def excel_amount(subject: str, cell: str = "") -> str:
    """Return a formula that reads a quantity: 20, 25万, 8%, 1:3.5, 提升30%, 下降25%, 520条.

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
    sign = f"IF({excel_holds(subject, _FALLS)},-1,1)"
    number = f'VALUE({digits}&"e0")*{factors}*{sign}'
    plain = f"IF(FIND({digits},{clean})=1,{number},NA())"
    pair = f'SUBSTITUTE({subject},"：",":")'
    colon = f'FIND(":",{pair})'
    ratio = f"IF(VALUE(LEFT({pair},{colon}-1))=1,VALUE(MID({pair},{colon}+1,20)),{MISSING})"
    text = f"IF(ISNUMBER({colon}),{ratio},{plain})"
    return f"IF(ISNUMBER({cell or subject}),{cell or subject},{text})"


def names_scale(name: str) -> bool:
    """Whether Excel takes a metric's name for one that states a unit such as 万元."""
    return any(mark in name.lower() for mark in _SCALED_NAMES)


def excel_amount_in(subject: str, name: str, cell: str) -> str:
    """Return a formula that reads a quantity in the unit of a metric's name: 60 of 总费用(万元).

    Where the name states a unit it fails on all that states one of its own.
    """
    plain = f'IF(ISNUMBER({cell}),{cell},VALUE({_without(subject, _SIGNS)}&"e0"))'
    return f"IF({excel_holds(name, _SCALED_NAMES)},{plain},{excel_amount(subject, cell)})"


def reads_amount(text: str, value: float, name: str | None = None) -> bool:
    """Whether the formula of `amount` makes `value` of a text, in the unit of `name`."""
    found = amount_of(text)
    if name is not None and names_scale(name):
        plain = _stripped(text, _SIGNS).strip()
        found = float(plain) if _PLAIN.fullmatch(plain) else None
    return found is not None and isclose(found, value)


def _without(text: str, words: tuple[str, ...] | str, replacement: str = "") -> str:
    for word in words:
        text = f'SUBSTITUTE({text},"{word}","{replacement}")'
    return text
