"""The words that tell a row which repeats others: totals, averages, counts, targets.

A word decides only together with its place: where a record has its day, its key or its name. What
the words are stands in `words/reading.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import NamedTuple

from ..texts import LANGUAGES, fold, fold_label, say
from .table import TotalKind

_KINDS: tuple[TotalKind, ...] = ("subtotal", "average", "other", "total")
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_PARTS = re.compile(r"[^\W_]+")
_SIGMA = "∑"
_LONGEST = 40
_LONGEST_SUFFIXED = 24
_MOST_WORDS = 3


class TotalWord(NamedTuple):
    """What a text says of its row.

    `is_whole` marks 全渠道 and the like, which a record may be called where nothing is told apart;
    `is_bare` a text that is nothing but the word.
    """

    kind: TotalKind
    is_whole: bool = False
    is_bare: bool = False


def total_word(text: str, labels: Collection[str] = ()) -> TotalWord | None:
    """Tell whether a text names a total: 合计：, 6月合计, 抖音 计数, Total cost, 全渠道.

    `labels` are the folded labels of the sheet's columns, of which there may be a total.
    """
    if len(text) > _LONGEST or not _hint().search(text):
        return None
    bare = _bare(text)
    if bare in _words("total") or _SIGMA in text:
        return TotalWord("total", is_bare=True)
    kinds = _total_words()
    if bare in kinds:
        return TotalWord(kinds[bare], is_bare=True)
    suffixed = _suffixed(text, bare)
    return suffixed or _whole(text, bare, labels)


def _suffixed(text: str, bare: str) -> TotalWord | None:
    """Tell whether a text ends in a word for a total, a Latin one standing by itself."""
    if len(text) > _LONGEST_SUFFIXED or len(text.split()) > _MOST_WORDS:
        return None
    last = fold(text.rsplit(maxsplit=1)[-1]).strip(":.：")
    for word, kind in _total_words().items():
        # One character is the end of too many words: 总 alone, never 老总.
        if len(word) > 1 and bare.endswith(word) and (not word.isascii() or last == word):
            return TotalWord(kind)
    return None


def _whole(text: str, bare: str, labels: Collection[str]) -> TotalWord | None:
    """Tell whether a text is all of something that this sheet has."""
    if text.isascii():
        parts = [fold(part) for part in _PARTS.findall(text)]
        known = {word for label in labels for word in _PARTS.findall(label)} | _words("noun")
        begins = len(parts) > 1 and parts[0] in _words("whole")
        is_known = all(part in known or part in ("of", "the", "for") for part in parts[1:])
        is_amount = parts[0] in _words("total") and parts[-1] in _words("amount")
        return TotalWord("total") if begins and (is_known or is_amount) else None
    for word in sorted(_words("whole"), key=len, reverse=True):
        rest = bare.removeprefix(word)
        if rest != bare and (rest in labels or rest in _words("noun")):
            return TotalWord("total", is_whole=True)
    return None


def is_against(text: str) -> bool:
    """Tell whether a text is nothing but what days are held against: 目标, 环比, MoM."""
    return len(text) <= _LONGEST and _bare(text) in _words("against")


def is_unit(text: str) -> bool:
    """Tell whether a text is nothing but a unit: 元, 次, %."""
    return fold(text.strip("（）()[]【】")) in _words("unit")


def is_serial(label: str) -> bool:
    """Tell whether a column of this header only numbers its rows."""
    return fold_label(label) in _words("serial")


def _bare(text: str) -> str:
    return _AROUND.sub("", fold_label(text))


@cache
def _total_words() -> dict[str, TotalKind]:
    # Longer words first: 小计 before 计, "subtotal" before "total".
    pairs = [(word, kind) for kind in _KINDS for word in _words(kind)]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _hint() -> re.Pattern[str]:
    """Return what every text has that can be such a word, before it is folded.

    The last character survives blanks inside the word; Latin words and other widths come whole.
    """
    words = {word for kind in (*_KINDS, "against") for word in _spelled(kind)}
    ends = {word if word.isascii() else word[-1] for word in words}
    starts = {word if word.isascii() else word[0] for word in _spelled("whole")}
    hints = "|".join(map(re.escape, sorted(ends | starts)))
    return re.compile(f"{hints}|[Ａ-Ｚａ-ｚ{_SIGMA}]", re.IGNORECASE)


@cache
def _words(key: str) -> frozenset[str]:
    level = {"unit": fold, "serial": fold_label}.get(key, _bare)
    return frozenset(filter(None, map(level, _spelled(key))))


def _spelled(key: str) -> Iterator[str]:
    for language in LANGUAGES:
        yield from say("reading", key, language).split("|")
