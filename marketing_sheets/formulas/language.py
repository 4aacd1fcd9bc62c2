"""The formula language: one expression per computed column, parsed, checked and typed.

An expression uses column ids, `as_of`, settings, numbers, ids of choices in quotes, arithmetic,
comparisons, `a if test else b`, and what stands in `functions`. It is never evaluated by Python
itself; `excel` turns it into an Excel formula, `frames` into columns. Blank in, blank out: an
operand without a value leaves the result without one, and a reason says why: a `Vector` is a column
of values with these reasons.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, cast

import numpy as np

from ..errors import FormulaError
from ..records import Array
from ..template import Column, TableSheet
from ..texts import Language, say
from ..values import parse as parse_value, scale_of, unit_in, unit_stated
from .days import (
    moment_of,
)
from .text import names_scale, unnamed

_LONGEST, _DEEPEST = 8192, 420  # characters, as Excel has it; levels
_LARGEST = 1e300
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
# Not ==, >=, <=, != or the => of other languages.
_SINGLE_EQUALS = re.compile(r"(?<![=<>!])=(?![=>])")


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> ast.expr:
    """Parse an expression.

    Raises FormulaError where Python's own grammar finds none.
    """
    try:
        return _bounded(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if _SINGLE_EQUALS.search(_QUOTED.sub("", text)):
            raise FormulaError("formula_single_equals", formula=text) from None
        raise FormulaError("formula_syntax", formula=text, detail=str(error)) from None


def _bounded(text: str) -> ast.expr:
    """Parse an expression that has a bottom, and numbers with an end; raises ValueError."""
    if len(text) > _LONGEST:
        raise ValueError("too long")
    body = ast.parse(text, mode="eval").body
    level: list[ast.AST] = [body]
    for _ in range(_DEEPEST):
        if not level:
            return body
        for node in level:
            value = getattr(node, "value", None)
            # Of a whole number, which may be too long for one, the comparison is exact.
            if isinstance(value, int | float) and not abs(value) <= _LARGEST:
                raise ValueError("number out of range")
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    raise ValueError("nested too deeply")


def names(node: ast.expr) -> Iterator[str]:
    """Walk the names an expression uses, functions left out, each once, in order."""
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    seen = dict.fromkeys(
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in called
    )
    return iter(seen)


def references(text: str, sheet: TableSheet) -> tuple[str, ...]:
    """Return the ids of the columns an expression uses."""
    return tuple(name for name in _names_in(text) if name in sheet)


@lru_cache(maxsize=4096)
def _names_in(text: str) -> tuple[str, ...]:
    return tuple(names(parse_expression(text)))


def computed_order(sheet: TableSheet) -> tuple[Column, ...]:
    """Return the computed columns so that each comes after those it uses.

    Raises FormulaError where they use each other in a circle.
    """
    graph = {c.id: references(c.formula, sheet) for c in sheet.columns if c.formula is not None}
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise FormulaError("formula_cycle", sheet=sheet.id, circle=circle) from None
    return tuple(sheet[column] for column in order if sheet[column].formula is not None)


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


def amounts(inner: Vector, names: Vector | None = None) -> Vector:
    """Read a quantity out of each text, figures with a unit in that of the row's name.

    Numbers are in that unit already: the reader brought them there.
    """
    if inner.values.dtype != object:
        return inner

    def read(text: str) -> float:
        cell = parse_value(unnamed(text), "quantity")
        # What stands in brackets is cut off where a formula says so.
        is_read = isinstance(cell.value, int | float) and cell.remark is None
        return float(cell.value) if is_read else np.nan  # type: ignore[arg-type]  # checked above

    values = np.array(each_text(inner, read), dtype=float)
    if names is not None:
        pairs = zip(inner.values, names.values, strict=True)
        values /= [1 if unit_stated(text) == "none" else _scale(name) for text, name in pairs]
    bad = np.isnan(values) & inner.known
    why = np.where(bad, CODE["not_a_number"], inner.why)
    blank = inner.known & (inner.values == "")
    return Vector(values, np.where(blank, CODE["no_input"], why).astype(np.int8))


def _scale(name: object) -> int:
    return scale_of(unit_in(name) or "") if isinstance(name, str) and names_scale(name) else 1


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


def _why_not(actual: Vector, base: Vector) -> Array:
    return np.where(actual.why != 0, actual.why, np.where(base.why != 0, CODE["no_data"], 0))


def points(actual: Vector, base: Vector) -> Vector:
    """Return the difference of two percentages in percentage points."""
    return Vector((actual.values - base.values) * 100, _why_not(actual, base).astype(np.int8))


def change(actual: Vector, base: Vector) -> Vector:
    """Return the relative change against a base, or why there is none."""
    why = _why_not(actual, base)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = actual.values / base.values - 1
        why = np.where((why == 0) & (base.values == 0), CODE["zero_base"], why)
        why = np.where((why == 0) & (base.values < 0), CODE["negative_base"], why)
    return Vector(values, why.astype(np.int8))


def texts(inner: Vector, function: Callable[[str], str]) -> Vector:
    """Read a text out of each text; "" is none."""
    values = np.empty(len(inner.values), dtype=object)
    values[:] = each_text(inner, function)
    why = np.where(values == "", CODE["no_input"], inner.why)
    return Vector(values, why.astype(np.int8))


def reason_text(reason: str, language: Language) -> str:
    """Say a reason in a word or two, such as 无数据."""
    return say("reasons", reason, language)
