"""Which metric a name means, as people write it in sheets and conditions.

A name may say more than the metric: 小红书笔记曝光量 is 曝光量. Among the names in a text the last
counts, the longest first. Whether less is better is told from the words alone, so that Excel can
ask the same: `lower_words` are what both look for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from ..texts import fold, fold_label, is_one_off
from .model import SettingValue, Template
from .parts import Metric

# A word of a metric of which less is better, and the names in which it says nothing of the kind.
LowerWord = tuple[str, tuple[str, ...]]

_BRACKET = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_SPACE = re.compile(r"\s+")
_LATIN = re.compile(r"[0-9a-z]")
# Shorter names are too easily one letter away from another that is meant.
_LEAST, _LEAST_LATIN = 4, 5
_LEAST_BEGUN = 3


@lru_cache(maxsize=64)
def lower_words(registry: tuple[Metric, ...]) -> tuple[LowerWord, ...]:
    """Return the shortest words of metrics of which less is better, each with its exceptions."""
    lower = {name.lower() for one in registry if one.direction == "lower" for name in one.names}
    higher = {name.lower() for one in registry if one.direction == "higher" for name in one.names}
    # Those are told by the word that turns them.
    turning = turning_words(registry)
    higher = {name for name in higher if not any(word in name for word in turning)}
    words = _shortest(lower)
    return tuple((word, _shortest({name for name in higher if word in name})) for word in words)


def _shortest(names: set[str]) -> tuple[str, ...]:
    """Return the names that hold none of the others."""
    kept: list[str] = []
    for name in sorted(names, key=lambda name: (len(name), name)):
        if not any(one in name for one in kept):
            kept.append(name)
    return tuple(kept)


@lru_cache(maxsize=64)
def turning_words(registry: tuple[Metric, ...]) -> tuple[str, ...]:
    """Return the words beside which less is not better: 投诉率下降, 费用利润率."""
    return _shortest({name.lower() for one in registry if one.reverses for name in one.names})


def lower_is_better(text: str, registry: tuple[Metric, ...]) -> bool:
    """Tell whether a name says that less is better: 总费用(万元), 投诉率, Cost per click."""
    return names_burden(text, registry) and not is_turned(text, registry)


def names_burden(text: str, registry: tuple[Metric, ...]) -> bool:
    """Tell whether a text holds the name of a metric of which less is better."""
    text = text.lower()
    return any(word in _without(text, spared) for word, spared in lower_words(registry))


def is_turned(text: str, registry: tuple[Metric, ...]) -> bool:
    """Tell whether a text holds a word that turns what it stands with: 投诉率下降."""
    text = text.lower()
    return any(word in text for word in turning_words(registry))


def _without(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = text.replace(name, "")
    return text


def bind_metric(
    text: str, template: Template, settings: Mapping[str, SettingValue] | None = None
) -> Metric | None:
    """Return the metric a name means, None if it means none that is known.

    `settings` are the workbook's: they say what a bare ROI is. The metric's direction is always
    that of `lower_is_better`.
    """
    found = _bound(text, template.registry)
    while found is not None and found.stands_for:
        setting = template.settings.get(found.setting or "")
        default = setting.value if setting else ""
        chosen = str((settings or {}).get(found.setting or "", default))
        meant = found.stands_for.get(chosen)
        found = next((one for one in template.registry if one.id == meant), None)
    return found


@lru_cache(maxsize=8192)
def _bound(text: str, registry: tuple[Metric, ...]) -> Metric | None:
    is_lower = lower_is_better(text, registry)
    bare, inside = _BRACKET.sub(" ", _level(text)), " ".join(_BRACKET.findall(_level(text)))
    # The bracket may say which: ROI(投入产出比). It is asked where the name alone leaves a choice.
    hits = [_hit(part, registry, is_lower=is_lower) for part in (bare, inside)]
    name, remark = hits
    if name is None or (name.stands_for and remark is not None):
        return remark
    return name


def _hit(text: str, registry: tuple[Metric, ...], *, is_lower: bool) -> Metric | None:
    best: tuple[int, int] = (0, 0)
    found = None
    for name, metric in _table(registry).items():
        end = _end(text, name)
        if end and (metric.direction == "lower") == is_lower and (end, len(name)) > best:
            best, found = (end, len(name)), metric
    return found


def _end(text: str, name: str) -> int:
    """Return where a name last ends in a text, 0 if it is not there; a Latin name is a word."""
    start = text.rfind(name)
    while start >= 0:
        end = start + len(name)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (_LATIN.match(name) and _LATIN.match(before)) and not (
            _LATIN.match(name[-1]) and _LATIN.match(after)
        ):
            return end
        start = text.rfind(name, 0, end - 1)
    return 0


@lru_cache(maxsize=64)
def _table(registry: tuple[Metric, ...]) -> dict[str, Metric]:
    table: dict[str, Metric] = {}
    for metric in registry:
        for name in metric.names:
            table.setdefault(_level(name), metric)
    return table


def _level(text: str) -> str:
    """Fold a text, with one blank where it has any: letters before and after begin words."""
    text = unicodedata.normalize("NFKC", text).strip()
    return " ".join(fold(part) for part in _SPACE.split(text))


def nearest_metric(text: str, template: Template) -> str | None:
    """Return the name one letter away from an unknown text, None if there is none.

    Only names long enough that one letter is a slip and not another word.
    """
    word = fold_label(text)
    for name, metric in _folded(template.registry).items():
        least = _LEAST_LATIN if name.isascii() else _LEAST
        if len(name) >= least and is_one_off(word, name):
            return next(one for one in metric.names if fold_label(one) == name)
    return None


def misspelt_metric(text: str, template: Template) -> str | None:
    """Return the name a text misspells by its last letters: 曝光两 for 曝光量, None if it does not.

    It says so of texts that are known by what they begin with only, and go on with letters that
    no known name ends with: 点击律, but not 点击人数.
    """
    word = fold_label(_BRACKET.sub("", unicodedata.normalize("NFKC", text)))
    registry = template.registry
    known = _folded(registry)
    if word in known or _LATIN.search(word) or word[-1:] in _last_letters(registry):
        return None
    begun = [name for name in known if len(name) >= _LEAST_BEGUN and _goes_wrong(word, name)]
    if not begun or any(word.endswith(name) for name in known):
        return None
    name = min(begun, key=len)
    return next(one for one in known[name].names if fold_label(one) == name)


def _goes_wrong(word: str, name: str) -> bool:
    """Tell whether a word is a name but for its last letter."""
    return word[:-1] == name[:-1] or word[:-1] == name


@lru_cache(maxsize=64)
def _last_letters(registry: tuple[Metric, ...]) -> frozenset[str]:
    return frozenset(name[-1:] for name in _folded(registry))


@lru_cache(maxsize=64)
def _folded(registry: tuple[Metric, ...]) -> dict[str, Metric]:
    return {fold_label(name): metric for metric in reversed(registry) for name in metric.names}
