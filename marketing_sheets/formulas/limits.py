"""Limits in formulas: the bound a text sets, and how a figure stands to its target.

As an Excel formula, and in Python. Both first put signs in the place of words, one after the other
in the same order: 退货率不得超过5% becomes 退货率≤5%. The last sign of a text is its bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final

from ..template import DIGITS, SIGNS, bound_words, limit_words
from .text import excel_holds, head_of, part_of

_END: Final = "§"
_SIGNS: Final = tuple(SIGNS.values())
_ANY_SIGN = re.compile(f"[{''.join(_SIGNS)}]")
_DIGIT = re.compile(r"[0-9]")
_BLANKS = re.compile(" +")
_LONGEST = 50
# The words of two letters that make a figure a change: 下降25%.
CHANGES: Final = tuple(
    word
    for word in (*limit_words("change", "up"), *limit_words("change", "down"))
    if len(word) == 2
)
Steps = tuple[tuple[str, str], ...]


@cache
def _chinese_steps() -> Steps:
    """Return what is replaced by what, in order, in a text without English words of bounds."""
    written = {"≧": "≥", "≦": "≤", "＝": "="}
    for position in ("before", "after"):
        for name in SIGNS:
            pairs = zip(
                limit_words(name, position, "zh-Hant"),
                limit_words(name, position, "zh-Hans"),
                strict=True,
            )
            written |= _letters(pairs)
    nots = zip(
        limit_words("other", "not", "zh-Hant"),
        limit_words("other", "not", "zh-Hans"),
        strict=True,
    )
    written |= _letters(nots)
    shortest, *longer = limit_words("other", "not", "zh-Hans")
    words = {
        word: sign
        for word, sign in bound_words("before", "zh-Hans").items()
        if word != sign and not any(word.startswith(no) for no in longer)
    }
    after = bound_words("after", "zh-Hans")
    return (
        *written.items(),
        *((no, shortest) for no in longer),
        *((word, "") for word in limit_words("other", "link", "zh-Hans")),
        *words.items(),
        *((f"{word}{_END}", sign) for word, sign in after.items()),
        (_END, ""),
    )


def _letters(pairs: zip[tuple[str, str]]) -> dict[str, str]:
    """Return the Traditional letters of words with their Simplified ones."""
    return {
        one: other
        for traditional, simplified in pairs
        for one, other in zip(traditional, simplified, strict=True)
        if one != other
    }


@cache
def _english_steps() -> Steps:
    """Return the same for a text in small letters that has an English word of a bound."""
    before = {
        w: s for w, s in bound_words("before", "en").items() if w.isascii() and w[0].isalpha()
    }
    symbols = {w: s for w, s in bound_words("before", "zh-Hans").items() if w != s and w.isascii()}
    after = bound_words("after", "en")
    return (
        *((f" {word} ", sign) for word, sign in before.items()),
        *symbols.items(),
        *((f" {word}{_END}", sign) for word, sign in after.items()),
        (_END, ""),
    )


def _english_words() -> tuple[str, ...]:
    """Return what tells that a text is to be read as English, a blank before and after it."""
    return tuple(word.replace(_END, "") for word, _ in _english_steps() if word.startswith(" "))


def signed(text: str) -> str:
    """Return a text with signs in the place of the words that set a bound."""
    level = f" {text}".lower()
    is_english = any(word in level for word in _english_words())
    level = f"{level}{_END}" if is_english else f"{text}{_END}"
    for word, sign in _english_steps() if is_english else _chinese_steps():
        level = level.replace(word, sign)
    return _BLANKS.sub(" ", level).strip(" ")


def bound_of(text: str) -> str:
    """Return the sign of the bound that a text with signs sets, "" if it sets none."""
    hits = _ANY_SIGN.findall(text)
    return hits[-1] if hits else ""


def threshold_of(condition: str) -> str:
    """Return the quantity of a condition as text, "" if it has none, or several.

    It stands behind the last sign, or before one at the very end: 5%≤. Without a sign it begins at
    the first digit, or at the word before it that makes it a change: 下降25%.
    """
    text = signed(condition)
    hits = list(_ANY_SIGN.finditer(text))
    is_last = bool(hits) and hits[-1].end() == len(text)
    # Of two a second one may close the figure of the first: 降至5件以内.
    if len(hits) > 1 + is_last:
        return ""
    if hits and not is_last:
        return _ANY_SIGN.sub("", text[hits[-1].end() :][:_LONGEST])
    end = hits[-1].start() if hits else len(text)
    return _ANY_SIGN.sub("", text[_start(text) : end])[:_LONGEST]


def _start(text: str) -> int:
    """Return where the quantity of a text without a sign before it begins."""
    digit = _DIGIT.search(text)
    if digit is None:
        return len(text)
    start = digit.start()
    return start - 2 if text[max(0, start - 2) : start] in CHANGES else start


_WHOLE: Mapping[str, Callable[[str], str]] = {"before_bracket": head_of, "signed": signed}


def amount_part(text: str, steps: Sequence[str]) -> tuple[str, str]:
    """Return the part of a text that an amount is read of, and what of it is read.

    `steps` are functions that cut a text, a number for that part of it. What a formula cuts off
    as a bracket is a remark, and no part; signs stand for the words of a bound in both.
    """
    whole = text
    for step in steps:
        if step.isdigit():
            whole = part_of(whole, int(step))
        elif step in _WHOLE:
            whole = _WHOLE[step](whole)
    return whole, threshold_of(whole) if "threshold" in steps else whole


def name_of(text: str) -> str:
    """Return what a text with signs is about: what stands before its quantity."""
    hits = list(_ANY_SIGN.finditer(text))
    is_before = bool(hits) and hits[-1].end() < len(text)
    name = text[: hits[-1].start() if is_before else _start(text)].lower()
    for word in limit_words("other", "filler"):
        name = name.replace(word, "")
    return _BLANKS.sub(" ", name).strip(" ")


def excel_name(subject: str) -> str:
    """Return a formula for the same; the subject has its signs already."""
    _, last = _signs(subject)
    sign = f"IFERROR(IF({last}<LEN({subject}),{last},0),0)"
    end = f"IF({sign}>0,{sign},{_excel_start(subject)})-1"
    fillers = tuple((word, "") for word in limit_words("other", "filler"))
    return f"TRIM({_replaced(f'LOWER(LEFT({subject},{end}))', fillers)})"


def _excel_start(subject: str) -> str:
    """Return a formula for where the first quantity begins, past the end if there is none."""
    # A list of constants is an array in every program, as a range would not be.
    digit = f'MIN(FIND({{0,1,2,3,4,5,6,7,8,9}},{subject}&"0123456789"))'
    words = "|".join(("", *CHANGES, ""))
    change = f'ISNUMBER(FIND("|"&MID({subject},MAX({digit}-2,1),2)&"|","{words}"))'
    return f"{digit}-IF({change},2,0)"


def _replaced(text: str, steps: Steps) -> str:
    for word, sign in steps:
        text = f'SUBSTITUTE({text},"{word}","{sign}")'
    return text


def excel_signed(subject: str) -> str:
    """Return a formula for the same as `signed`, "" where a cell holds no text."""
    found = excel_holds(f'(" "&{subject})', _english_words())
    english = _replaced(f'LOWER(" "&{subject})&"{_END}"', _english_steps())
    chinese = _replaced(f'{subject}&"{_END}"', _chinese_steps())
    return f'IF(ISTEXT({subject}),TRIM(IF({found},{english},{chinese})),"")'


def _one_sign(subject: str) -> str:
    """Return a formula for a text whose signs are all the same."""
    first, *others = _SIGNS
    return _replaced(subject, tuple((sign, first) for sign in others))


def _signs(subject: str) -> tuple[str, str]:
    """Return formulas for how many signs a text has, and where the last one stands."""
    text, sign = _one_sign(subject), _SIGNS[0]
    count = f'LEN({text})-LEN(SUBSTITUTE({text},"{sign}",""))'
    return count, f'FIND("{_END}",SUBSTITUTE({text},"{sign}","{_END}",{count}))'


def excel_bound(subject: str) -> str:
    """Return a formula for the same as `bound_of`."""
    _, last = _signs(subject)
    return f'IFERROR(MID({subject},{last},1),"")'


def excel_threshold(subject: str) -> str:
    """Return a formula for the same as `threshold_of`; the subject has its signs already."""
    count, last = _signs(subject)
    start = _excel_start(subject)
    behind = _replaced(f"MID({subject},{last}+1,{_LONGEST})", tuple((s, "") for s in _SIGNS))
    first = f"MID({subject},{start},{_LONGEST})"
    # The sign that ends the text is none of the figure before it.
    before = _replaced(first, tuple((sign, "") for sign in _SIGNS))
    one = f"IF({last}<LEN({subject}),{behind},{before})"
    several = f"{count}>1+IFERROR(--({last}=LEN({subject})),0)"
    return f'IF({several},"",IFERROR({one},{first}))'


def excel_rounded(figure: str) -> str:
    """Return a formula for the same as `template.rounded`."""
    return f"ROUND({figure},{DIGITS})"


def excel_favourable(actual: str, target: str, is_lower: str) -> str:
    """Return a formula for the same as `template.favourable`; it fails where there is no ratio."""
    turned = f"IF({actual}*{target}>0,{target}/{actual},NA())"
    is_turned = f"IF({is_lower},{target}>=0,{target}<0)"
    return f"IF({is_turned},{turned},{actual}/{target})"


def excel_verdict(
    sides: tuple[str, str], *, is_lower: str, strict: str, close: str, labels: tuple[str, str, str]
) -> str:
    """Return a formula for the same as `template.verdicts`, given actual, target, and its words."""
    (actual, target), (met, near, missed) = sides, labels
    share = excel_rounded(excel_favourable(actual, target, is_lower))
    line = f"IF({share}>={excel_rounded(close)},{near},{missed})"
    by_share = f"IF({share}>1,{met},IF(AND({share}=1,NOT({strict})),{met},{line}))"
    order = f"IF(IF({is_lower},{actual}<{target},{actual}>{target}),{met},{missed})"
    by_gap = f"IF({actual}={target},IF({strict},{missed},{met}),{order})"
    return f'IF(COUNT({actual},{target})<2,"",IFERROR({by_share},{by_gap}))'
