"""What a limit means: the words that set one, and how a figure stands to it.

The words stand in `words/limits.toml`. Values, formulas, metrics and alerts all ask here, so that
one wording and one figure on the line mean the same to the grammar, to Excel and to the Summary.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, Literal

import numpy as np

from ..texts import LANGUAGES, Language, book

Verdict = Literal["met", "close", "missed"]
_Array = np.ndarray[Any, Any]
# A bound by the sign that stands for it. At "<" and ">" a figure on the line does not keep it.
SIGNS: Final = {
    "at_least": "≥",
    "more_than": ">",
    "at_most": "≤",
    "less_than": "<",
    "equal": "=",
}
UPPER: Final = ("<", "≤")
LOWER: Final = (">", "≥")
STRICT: Final = ("<", ">")
# Not, and what it makes of a bound.
_TURNED: Final = {"more_than": "at_most", "less_than": "at_least"}
# Sums of decimals and quotients differ in the last digits from what they are meant to be.
DIGITS: Final = 12
_SCALE = 10.0**DIGITS
# Beyond it a float has no twelve decimals that could be wrong.
_LARGE = 4096.0


def limit_words(section: str, key: str, *languages: Language) -> tuple[str, ...]:
    """Return the words of an entry, each once, in the order of the languages."""
    entry = book("limits")[section][key]
    words = (word for language in languages or LANGUAGES for word in entry[language].split("|"))
    return tuple(dict.fromkeys(word for word in words if word))


@cache
def bound_words(position: Literal["before", "after"], *languages: Language) -> dict[str, str]:
    """Return the words of bounds with their signs, the longer ones first.

    Those that a `not` turns are among them: 不低于 is at least, 不得超过 at most.
    """
    words: dict[str, str] = {}
    nots = limit_words("other", "not", *languages)
    for name, sign in SIGNS.items():
        for word in limit_words(name, position, *languages):
            words.setdefault(word, sign)
            if name in _TURNED and not word.isascii() and not word.startswith(("不", "未")):
                words |= {f"{no}{word}": SIGNS[_TURNED[name]] for no in nots}
    return dict(sorted(words.items(), key=lambda pair: -len(pair[0])))


def rounded(values: Any) -> Any:
    """Round to twelve decimals, halves away from zero, as formulas do before they compare."""
    values = np.asarray(values, dtype=float)
    with np.errstate(invalid="ignore", over="ignore"):
        exact = np.copysign(np.floor(np.abs(values) * _SCALE + 0.5) / _SCALE, values)
        return np.where(np.abs(values) < _LARGE, exact, values)


def is_beyond(value: float, limit: float, *, above: bool) -> bool:
    """Tell whether a value is past a limit; on the line, to twelve digits, it is not."""
    if limit and np.isfinite(limit):
        value, limit = value / abs(limit), limit / abs(limit)
    over = float(rounded(value)) - float(rounded(limit))
    return over > 0 if above else over < 0


def favourable(actual: _Array, target: _Array, lower: _Array) -> _Array:
    """Return how far a figure keeps its target: 1 on the line, more is better; NaN without a ratio.

    actual / target; target / actual where less is better. A target below 0 turns that: of a fall
    more is better, of a loss less.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        is_turned = lower != (target < 0)
        share = np.where(is_turned, target / actual, actual / target)
        none = (target == 0) | (is_turned & ~(actual * target > 0))
        return np.where(none, np.nan, share)


def verdicts(
    actual: _Array, target: _Array, lower: _Array, strict: _Array, *, close: float
) -> _Array:
    """Judge figures by how far they keep their targets, without a ratio by their difference.

    On the line is met, unless the bound is `strict`; from `close` on it is close. None where actual
    or target is missing.
    """
    share, line = rounded(favourable(actual, target, lower)), float(rounded(close))
    with np.errstate(invalid="ignore"):
        near = np.where(share >= line, "close", "missed")
        by_share = np.where((share > 1) | ((share == 1) & ~strict), "met", near)
        gap = np.where(lower, target - actual, actual - target)
        by_gap = np.where((gap > 0) | ((gap == 0) & ~strict), "met", "missed")
    found = np.where(np.isnan(share), by_gap, by_share).astype(object)
    found[np.isnan(actual) | np.isnan(target)] = None
    return found


def judge(
    value: float, target: float, *, lower_is_better: bool, close: float, strict: bool = False
) -> Verdict:
    """Judge one value against its target, as `verdicts` does."""
    sides = (np.array([value], dtype=float), np.array([target], dtype=float))
    is_lower, is_strict = np.array([lower_is_better]), np.array([strict])
    found: Verdict = verdicts(*sides, is_lower, is_strict, close=close)[0]
    return found
