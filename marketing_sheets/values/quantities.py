"""Quantities of any kind, and the conditions built of them: 观看人数≥20万, 点赞≥1万."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from .cells import Context, ParsedCell, Raw, faulty, levelled, plain
from .numbers import (
    COMPARATOR_WORDS,
    bare_number,
    exact,
    figure_amount,
    finished,
    split_comparator,
    split_ratio,
    why_no_number,
    without_label,
)
from .numerals import read_figure, read_points, scale_of

_UP = "提升|增长|增加|上升|上涨|提高|涨"
_DOWN = "下降|降低|减少|下滑|下跌|跌"
_GROWTH = re.compile(rf"(?:(?:{_UP})|(?P<down>{_DOWN}))了? ?(?P<rest>.+)")
# 提升至30% names the level that is reached, not the change.
_LEVEL = re.compile(rf"(?:{_UP}|{_DOWN}|升|降)[至到] ?(.+)")
_UNCHANGED = frozenset(("持平", "不变", "无变化", "flat"))
# What a change is against, as it is spelled in full: the remark of the cell.
_BASES = {
    "同比": "同比",
    "环比": "环比",
    "较去年同期": "同比",
    "较上期": "环比",
    "yoy": "YoY",
    "qoq": "QoQ",
    "mom": "MoM",
    "wow": "WoW",
}
_BASIS = re.compile(rf"({'|'.join(_BASES)}) ?(.+)")

_SIGN = re.compile(rf"(?P<reached>达到?)|{COMPARATOR_WORDS}", re.IGNORECASE)
_START = re.compile(rf"同比|环比|较去年同期|较上期|{_UP}|{_DOWN}|(?<![\d.,])[-+¥$]?\d")
# A name that ends in one of these is a metric's, so that `素材通过率100%` needs no sign, while
# `提前7天` and `每周1场` are no conditions.
_METRIC = re.compile(
    r".*(?:[率量数额度价费户粉]|成本|占比|roi|roas|ctr|cvr|cac|gmv|[up]v)[ :]*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[;；、\n\r]|(?<!\d)[,，]|[,，](?!\d{3}(?!\d))|\sand\s|[并並]?且")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A target in words: the metric's name as typed, a comparator, and a quantity.

    `comparator` is >=, <=, >, < or =; `kind` is that of `Cell`, `value` in its unit.
    """

    name: str
    comparator: str
    value: float
    kind: str


def read_quantity(raw: Raw, context: Context) -> ParsedCell:
    """Read a number of any kind; `kind` and `comparator` tell what was written."""
    if not isinstance(raw, str):
        number = bare_number(raw, clock="ratio_became_time")
        if isinstance(number, ParsedCell):
            return number
        if context.percent_format:
            return finished(exact(number), "quantity", context, kind="percent")
        return finished(exact(number) * scale_of(context.unit or ""), "quantity", context)
    return _read_text(plain(raw), context)


def _read_text(text: str, context: Context) -> ParsedCell:
    comparator, rest = split_comparator(text)
    labelled = without_label(rest)
    if labelled is not None and comparator is None:
        comparator, labelled = split_comparator(labelled)
    if labelled is not None:
        cell = _read_return(labelled, context)
    else:
        level = _LEVEL.fullmatch(rest)
        if level is not None and comparator is None:
            return _read_text(level[1], context)
        cell = _read_uncompared(rest, context)
    if cell.fault in ("not_a_number", "not_exact"):
        return faulty(why_no_number(text, otherwise="not_a_quantity"))
    if comparator and context.exact and not cell.fault:
        return faulty("not_exact")
    return cell if cell.fault else replace(cell, comparator=comparator)


def unit_stated(text: str) -> Literal["none", "counted", "other"]:
    """Tell whether a written number names no unit at all, a counting word (人), or another."""
    figure = read_figure(split_comparator(plain(text))[1])
    if figure is None:
        return "other"
    return "none" if figure.is_bare else "counted" if figure.counted else "other"


def _read_return(text: str, context: Context) -> ParsedCell:
    """Read what stands after the word ROI: 1:4, or the bare x."""
    x = split_ratio(text)
    if isinstance(x, ParsedCell):
        return x
    figure = read_figure(text)
    if x is None and figure is not None and figure.is_bare:
        x = figure.amount
    return faulty("not_a_number") if x is None else finished(x, "quantity", context, kind="ratio")


def _read_uncompared(text: str, context: Context) -> ParsedCell:
    x = split_ratio(text)
    if isinstance(x, ParsedCell):
        return x
    if x is not None:
        return finished(x, "quantity", context, kind="ratio")
    basis = _BASIS.fullmatch(text)
    change = _read_change(basis[2] if basis else text, context, needs_word=not basis)
    if change is not None:
        return replace(change, remark=_BASES[basis[1]]) if basis and not change.fault else change
    figure = read_figure(text)
    if figure is None:
        return faulty(why_no_number(text))
    if figure.is_percent:
        return finished(figure.amount / 100, "quantity", context, kind="percent")
    return figure_amount(figure, "quantity", context)


def _read_change(text: str, context: Context, *, needs_word: bool) -> ParsedCell | None:
    """Read 提升30% or, after 环比, +15% as growth, and points of percentages; else None."""
    if text in _UNCHANGED:
        return finished(Decimal(0), "quantity", context, kind="growth")
    word = _GROWTH.fullmatch(text)
    points = read_points(word["rest"] if word else text)
    if points is not None:
        if word and word["rest"][0] in "+-":
            return None
        amount = -points if word and word["down"] else points
        return finished(amount / 100, "quantity", context, kind="points")
    if word is None and needs_word:
        return None
    figure = read_figure(word["rest"] if word else text)
    if figure is None or not figure.is_percent or (word and figure.signed):
        return None
    amount = -figure.amount if word and word["down"] else figure.amount
    return finished(amount / 100, "quantity", context, kind="growth")


def parse_condition(text: str) -> Condition | None:
    """Read `观看人数≥20万`, `素材通过率100%` (meaning =) or `ROI≥1:4`; None if it is no condition.

    A sign without a name (`≥20万`) is a condition on whatever stands beside it, with name "".
    """
    level = levelled(text)
    for sign in _SIGN.finditer(level):
        rest = level[sign.end() :] if sign["reached"] else level[sign.start() :]
        condition = _condition(text[: sign.start()], rest, ">=" if sign["reached"] else None)
        if condition:
            return condition
    if _SIGN.search(level):
        return None
    for start in _START.finditer(level):
        if _METRIC.fullmatch(level[: start.start()]):
            rest = level[start.start() :]
            condition = _condition(text[: start.start()], rest, split_comparator(rest)[0] or "=")
            if condition:
                return condition
    return None


def _condition(name: str, rest: str, implied: str | None) -> Condition | None:
    cell = _read_text(plain(rest), Context())
    comparator = cell.comparator or implied
    if not isinstance(cell.value, float) or comparator is None or cell.kind is None:
        return None
    return Condition(
        name=name.strip(" \t\n\u3000:："), comparator=comparator, value=cell.value, kind=cell.kind
    )


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Read several conditions, `笔记阅读量≥5万，点赞≥1万`; none at all unless every part is one."""
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    conditions = [condition for part in parts if (condition := parse_condition(part))]
    return tuple(conditions) if len(conditions) == len(parts) else ()


def unread_conditions(text: str) -> tuple[str, ...]:
    """Return the parts of several conditions that have a sign such as ≥ and cannot be read."""
    parts = (part.strip() for part in _BETWEEN.split(text))
    return tuple(
        part for part in parts if _SIGN.search(levelled(part)) and parse_condition(part) is None
    )
