"""Columns of values, each with the reason where one is missing, and how text is read into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np

from ..records import Array
from ..texts import Language, say
from ..values import parse as parse_value
from .text import moment_of, unnamed

BlankReason = Literal[
    "no_input",  # the row lacks what the figure is made of
    "no_data",  # there is nothing to compare with
    "zero_base",
    "negative_base",
    "not_a_number",  # the text is no quantity
    "not_applicable",  # the template says there is no such figure here
]
REASONS: tuple[BlankReason, ...] = (
    "no_input",
    "no_data",
    "zero_base",
    "negative_base",
    "not_a_number",
    "not_applicable",
)
# Those that stand in the cell, where the column shows any.
SHOWN_REASONS: frozenset[BlankReason] = frozenset(("no_data", "zero_base", "negative_base"))
CODE: dict[str, int] = {reason: number for number, reason in enumerate(REASONS, 1)}


@dataclass(frozen=True, slots=True)
class Vector:
    """Values of one node, row by row; `why` is 0 where there is a value, else a reason's number."""

    values: Array
    why: Array

    @property
    def known(self) -> Array:
        """Where there is a value."""
        return cast("Array", self.why == 0)


def first_reason(*vectors: Vector) -> Array:
    """Return the reason of the first vector that has one."""
    why = vectors[0].why
    for vector in vectors[1:]:
        why = np.where(why != 0, why, vector.why)
    return why.astype(np.int8)


def each_text(vector: Vector, function: Callable[[str], Any]) -> list[Any]:
    """Apply `function` to each distinct text once."""
    known: dict[str, Any] = {}
    return [
        known.setdefault(text, function(text)) if text not in known else known[text]
        for text in vector.values
    ]


def amounts(inner: Vector) -> Vector:
    """Read a quantity out of each text."""
    if inner.values.dtype != object:
        return inner

    def read(text: str) -> float:
        value = parse_value(unnamed(text), "quantity").value
        return float(value) if isinstance(value, int | float) else np.nan

    values = np.array(each_text(inner, read), dtype=float)
    bad = np.isnan(values) & inner.known
    why = np.where(bad, CODE["not_a_number"], inner.why)
    blank = inner.known & (inner.values == "")
    return Vector(values, np.where(blank, CODE["no_input"], why).astype(np.int8))


def numbers_in(vector: Vector, function: Callable[[str], float]) -> Vector:
    """Read a number out of each text; a number is left as it is."""
    if vector.values.dtype != object:
        return vector

    def read(text: str) -> float:
        try:
            return function(text)
        except ValueError:
            return np.nan

    values = np.array(each_text(vector, read), dtype=float)
    why = np.where(np.isnan(values) & vector.known, CODE["no_input"], vector.why)
    return Vector(values, why.astype(np.int8))


def moments(moment: Vector, day: Vector) -> Vector:
    """Read moments; a time alone is one on the given day."""
    read = numbers_in(moment, lambda text: moment_of(text)[0])
    # A time alone is one on the given day; as a number it lies below 1.
    alone = read.values < 1
    values = np.where(alone, read.values + day.values, read.values)
    why = np.where(alone, first_reason(read, day), read.why)
    return Vector(values, why.astype(np.int8))


def mean(vectors: list[Vector]) -> Vector:
    """Return the mean of the known values."""
    known = np.stack([vector.known for vector in vectors])
    values = np.stack([np.where(v.known, v.values, 0).astype(float) for v in vectors])
    count = known.sum(axis=0)
    why = np.where(count == 0, CODE["no_input"], 0).astype(np.int8)
    return Vector(values.sum(axis=0) / np.maximum(count, 1), why)


def texts(inner: Vector, function: Callable[[str], str]) -> Vector:
    """Read a text out of each text; "" is none."""
    values = np.empty(len(inner.values), dtype=object)
    values[:] = each_text(inner, function)
    why = np.where(values == "", CODE["no_input"], inner.why)
    return Vector(values, why.astype(np.int8))


def reason_text(reason: str, language: Language) -> str:
    """Say a reason in a word or two, such as 无数据."""
    return say("reasons", reason, language)
