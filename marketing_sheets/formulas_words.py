"""Words of a list as Excel compares them: every label, id and alias that readers understand.

Staff type 完成 or Done where the list says 已完成. FIND in one text of all spellings does for
formulas and for conditional formats, which take no lists of constants.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from .formulas_text import before_bracket, head_of
from .languages import Language, traditional
from .templates import Choice, Choices

__all__ = ["excel_finds", "has_word", "listed_words", "spelled", "word_counts", "word_match"]

_BETWEEN = "|"
_BRACKETS = ("(", "（")


def spelled(choices: Choices, wanted: Collection[str], language: Language) -> tuple[str, ...]:
    """Return how the items `wanted` may be spelled, the labels of `language` first.

    As for `values_choices.choice_spellings` a label goes before an id, and an id before an alias.
    Case counts for nothing; in Traditional sheets each alias stands as it is written there, too.
    """
    owners: dict[str, tuple[str, str]] = {}
    for item, word in _candidates(choices, language):
        owners.setdefault(word.strip().lower(), (item, word.strip()))
    first = {choices[item].label[language].lower() for item in wanted if _has(choices, item)}
    found = [(key not in first, word) for key, (item, word) in owners.items() if item in wanted]
    return tuple(word for _, word in sorted(found, key=lambda pair: pair[0]))


def _has(choices: Choices, item_id: str) -> bool:
    return any(item.id == item_id for item in choices.items)


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
        tests.append(_found(before_bracket(subject), listed))
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
    return f'MATCH("*{_BETWEEN}"&{before_bracket(subject)}&"{_BETWEEN}*",{area},0)'


def word_counts(words: Collection[str]) -> tuple[str, ...]:
    """Return criteria for COUNTIF that together count the cells for which `has_word` holds."""
    escaped = [re.sub(r"([~*?])", r"~\1", word) for word in words]
    # English has a blank before the bracket; with a full-width one nobody writes it.
    ends = ("", *(f"{bracket}*" for bracket in _BRACKETS), " (*")
    return tuple(_text(f"{word}{end}") for word in escaped for end in ends)


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
