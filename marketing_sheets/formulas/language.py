"""The formula language: one expression per computed column, parsed, checked and typed.

An expression uses column ids, `as_of`, settings, numbers, ids of choices in quotes, arithmetic,
comparisons, `a if test else b`, and the functions below. It is never evaluated by Python itself;
`excel` turns it into an Excel formula, `frames` into columns. Blank in, blank
out: an operand without a value leaves the result without one, and a reason says why.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from ..errors import FormulaError
from ..template import Column, TableSheet, Template
from ..texts import Language, say

Reason = Literal[
    "no_input",  # the row lacks what the figure is made of
    "no_data",  # there is nothing to compare with
    "zero_base",
    "negative_base",
    "not_a_number",  # the text is no quantity
    "not_applicable",  # the template says there is no such figure here
]
REASONS: tuple[Reason, ...] = (
    "no_input",
    "no_data",
    "zero_base",
    "negative_base",
    "not_a_number",
    "not_applicable",
)
# Those that stand in the cell, where the column shows any.
SHOWN_REASONS: frozenset[Reason] = frozenset(("no_data", "zero_base", "negative_base"))

# Name and number of arguments, at least and at most.
FUNCTIONS: dict[str, tuple[int, int]] = {
    "known": (1, 1),
    "max": (2, 9),
    "min": (2, 9),
    "abs": (1, 1),
    "amount": (1, 1),
    "after_comparator": (1, 1),
    "is_upper_limit": (1, 1),
    "attribute": (2, 2),
    "points": (2, 2),
    "change": (2, 2),
    "is_reason": (1, 1),
    "first_day": (1, 1),
    "last_day": (1, 1),
    "moment": (2, 2),
    "first_week": (1, 1),
    "last_week": (1, 1),
    "weekday": (1, 1),
    "before_bracket": (1, 1),
    "part": (2, 2),
    "mean": (2, 9),
    "is_percent": (1, 1),
    "is_ratio": (1, 1),
    "lower_is_better": (1, 1),
    "is_turned": (1, 1),
}
# Over a whole column; for the live line only.
AGGREGATES: dict[str, tuple[int, int]] = {
    "count": (1, 1),
    "count_where": (2, 3),
    "sum": (1, 1),
    "sum_product": (2, 2),
}
_ALLOWED = (
    ast.Expression,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Constant,
    ast.Tuple,
    ast.Load,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.USub,
    ast.Not,
    ast.And,
    ast.Or,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
)


_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
# Not ==, >=, <=, != or the => of other languages.
_SINGLE_EQUALS = re.compile(r"(?<![=<>!])=(?![=>])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with an expression: a code of `words/errors.toml` and its blanks."""

    code: str
    params: dict[str, object]


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> ast.expr:
    """Parse an expression.

    Raises FormulaError where Python's own grammar finds none.
    """
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        if _SINGLE_EQUALS.search(_QUOTED.sub("", text)):
            raise FormulaError("formula_single_equals", formula=text) from None
        raise FormulaError("formula_syntax", formula=text, detail=str(error)) from None


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


def check_expression(
    text: str, sheet: TableSheet, template: Template, *, aggregate: bool = False
) -> list[Fault]:
    """List what is wrong with an expression; an empty list means it can be compiled."""
    try:
        tree = parse_expression(text)
    except FormulaError as error:
        return [Fault(code=error.code, params=error.params)]
    faults = [
        Fault(code="formula_not_allowed", params={"formula": text, "part": type(node).__name__})
        for node in ast.walk(tree)
        if not isinstance(node, _ALLOWED)
    ]
    known = {c.id for c in sheet.columns} | set(template.settings) | {"as_of", "none"}
    faults += [
        Fault(code="formula_unknown_name", params={"formula": text, "name": name})
        for name in names(tree)
        if name not in known
    ]
    functions = {**FUNCTIONS, **AGGREGATES} if aggregate else FUNCTIONS
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else "?"
            if name not in functions:
                faults.append(
                    Fault(code="formula_unknown_function", params={"formula": text, "name": name})
                )
                continue
            least, most = functions[name]
            if not least <= len(node.args) <= most or node.keywords:
                faults.append(
                    Fault(code="formula_arguments", params={"formula": text, "name": name})
                )
    return faults


def reason_text(reason: str, language: Language) -> str:
    """Say a reason in a word or two, such as 无数据."""
    return say("reasons", reason, language)
