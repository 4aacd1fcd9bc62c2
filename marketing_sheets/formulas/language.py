"""The formula language: one expression per computed column, parsed, checked and typed.

An expression uses column ids, `as_of`, settings, numbers, ids of choices in quotes, arithmetic,
comparisons, `a if test else b`, and what stands in `functions`. It is never evaluated by Python
itself; `excel` turns it into an Excel formula, `frames` into columns. Blank in, blank out: an
operand without a value leaves the result without one, and a reason says why.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from ..errors import FormulaError
from ..template import Column, TableSheet

_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
# Not ==, >=, <=, != or the => of other languages.
_SINGLE_EQUALS = re.compile(r"(?<![=<>!])=(?![=>])")


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
