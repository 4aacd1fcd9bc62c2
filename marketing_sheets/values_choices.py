"""Choices from a list, with or without a remark, and yes or no."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .languages import LANGUAGES, Text, fold, nearest
from .templates import Choices
from .values_cells import Cell, Context, Raw, as_typed, faulty, nothing, split_remark

__all__ = ["choice_spellings", "likeliest", "read_choice", "read_yes_no"]

# What sheets show before a status, and what people put there themselves.
_MARKS = " \t\u3000✓✔√●○◎•▲△▼▽■□◆◇★☆!！×✗✘⚠\ufe0f"
_YES = frozenset(fold(word) for word in ("是", "有", "对", "yes", "y", "true", *"√✓✔"))
_NO = frozenset(fold(word) for word in ("否", "无", "没有", "不是", "no", "n", "false", *"×✗✘x"))
_JOINTS = {"en": ", "}


def choice_spellings(choices: Choices) -> dict[str, str]:
    """Return the folded labels, ids and aliases of a list, each with the id it means.

    Where two items share a spelling the label wins over the id, and the id over the alias.
    """
    spellings: dict[str, str] = {}
    for item in choices.items:
        for label in item.label.values():
            spellings.setdefault(fold(label), item.id)
    for item in choices.items:
        spellings.setdefault(fold(item.id), item.id)
    for item in choices.items:
        for alias in item.aliases:
            spellings.setdefault(fold(alias), item.id)
    return spellings


def read_choice(raw: Raw, context: Context) -> Cell:
    """Read a choice as its id; a bracket after it is a remark. Open lists keep other words."""
    typed = as_typed(raw)
    known = context.choices or {}
    for text in (typed, typed.strip(_MARKS)):
        if fold(text) in known:
            return Cell(value=known[fold(text)])
    head, remark = split_remark(typed.strip(_MARKS))
    if remark and fold(head) in known:
        return Cell(value=known[fold(head)], remark=remark)
    empty = nothing(typed)
    if empty is not None:
        return empty
    # 360 may well be a channel; 0.8, a tick or a date is no entry of any list.
    is_word = isinstance(raw, str) or re.fullmatch(r"\d+", typed)
    if context.choices_open and is_word:
        return Cell(value=typed)
    return _unknown(head, known, context.labels or {})


def _unknown(word: str, known: Mapping[str, str], labels: Mapping[str, Text]) -> Cell:
    near, allowed = likeliest(word, known, labels)
    return faulty("unknown_choice", nearest=near or "", allowed=allowed)


def likeliest(
    word: str, known: Mapping[str, str], labels: Mapping[str, Text]
) -> tuple[Text | None, Text]:
    """Return the entry most like `word`, if one is, and all entries in a line, that one first.

    `known` maps folded spellings to ids; an id without a label shows as it is.
    """
    near = nearest(word, known)
    ids = list(dict.fromkeys(known.values()))
    if near is not None:
        ids.remove(near)
        ids.insert(0, near)
    texts = [labels.get(item) or Text(dict.fromkeys(LANGUAGES, item)) for item in ids]
    allowed = {
        language: _JOINTS.get(language, "、").join(text[language] for text in texts)
        for language in LANGUAGES
    }
    return texts[0] if near else None, Text(allowed)


def read_yes_no(raw: Raw) -> Cell:
    """Read yes or no as a boolean. In such a column 无 says no; a letter x is doubtful."""
    if isinstance(raw, bool):
        return Cell(value=raw)
    word = fold(as_typed(raw))
    if word in _YES:
        return Cell(value=True)
    if word in _NO:
        # In checklists x is a tick as often as a cross, so its reading is told.
        return Cell(value=False, note="x_taken_as_no" if word == "x" else None)
    empty = nothing(as_typed(raw))
    return faulty("not_yes_or_no") if empty is None else empty
