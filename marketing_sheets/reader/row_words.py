"""The words that tell a total row, and the columns that only number rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from ..languages import LANGUAGES, fold, fold_label
from ..wording import say

__all__ = ["TotalKind", "is_serial", "may_be_total", "total_kind", "total_suffix"]

TotalKind = Literal["total", "subtotal", "average"]
_KINDS: tuple[TotalKind, ...] = ("subtotal", "average", "total")
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_LONGEST_TOTAL = 24
_MOST_WORDS = 3


def may_be_total(text: str) -> bool:
    """Tell cheaply that `text` cannot be a word for a total, before it is folded."""
    return len(text) <= _LONGEST_TOTAL and _hint().search(text) is not None


def total_kind(text: str) -> TotalKind | None:
    """Tell whether `text` is nothing but a word for a total: `合计：`, `合 计`, `Grand total`."""
    return _total_words().get(_bare(text)) if may_be_total(text) else None


def total_suffix(text: str) -> TotalKind | None:
    """Tell whether `text` ends in a word for a total: `6月合计`, `小红书小计`, `June total`."""
    if not may_be_total(text) or len(text.split()) > _MOST_WORDS:
        return None
    bare = _bare(text)
    for word, kind in _total_words().items():
        if not bare.endswith(word):
            continue
        # A Latin word must be one: a "subtotal" is, the end of "Pilates mean" is not enough.
        if not word.isascii() or fold(text.rsplit(maxsplit=1)[-1]).strip(":.") == word:
            return kind
    return None


def is_serial(label: str) -> bool:
    """Tell whether a column of this header only numbers its rows."""
    return fold_label(label) in _serial_words()


def _bare(text: str) -> str:
    return _AROUND.sub("", fold_label(text))


@cache
def _total_words() -> dict[str, TotalKind]:
    # Longer words first: 小计 before 计, "subtotal" before "total".
    pairs = [(_bare(word), kind) for kind in _KINDS for word in _words(kind)]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _hint() -> re.Pattern[str]:
    # The last character survives blanks inside the word; Latin words and other widths come whole.
    words = [word for kind in _KINDS for word in _words(kind)]
    hints = {word if word.isascii() else word[-1] for word in words}
    return re.compile("|".join(map(re.escape, sorted(hints))) + "|[Ａ-Ｚａ-ｚ]", re.IGNORECASE)


@cache
def _serial_words() -> frozenset[str]:
    return frozenset(fold_label(word) for word in _words("serial"))


def _words(key: str) -> Iterator[str]:
    for language in LANGUAGES:
        yield from say("reading", key, language).split("|")
