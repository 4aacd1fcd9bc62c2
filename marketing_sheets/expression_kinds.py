"""What an expression comes to: a figure, a text or a test; and where it mixes them up."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import Literal

from .formulas import Fault
from .templates import NUMERIC_TYPES, TableSheet

__all__ = ["Kind", "kind_faults", "kind_of"]

# A date is a figure: it is a number of days. Nobody knows beforehand what "any" holds.
Kind = Literal["figure", "text", "test", "any"]

_FIGURES = NUMERIC_TYPES - {"quantity"} | {"date", "datetime"}
# Typed as 25万 a quantity is a text, typed as 25 a number.
_UNCERTAIN = ("quantity", "yes_no")
_BY_FUNCTION: dict[str, Kind] = {
    "known": "test",
    "is_upper_limit": "test",
    "is_reason": "test",
    "after_comparator": "text",
    "attribute": "text",
    "before_bracket": "text",
    "part": "text",
    "is_percent": "test",
    "is_ratio": "test",
    "lower_is_better": "test",
    "is_turned": "test",
}
_CALCULATE = ("max", "min", "abs", "points", "change", "mean")


def kind_of(node: ast.expr, sheet: TableSheet, chosen: Collection[str] = ()) -> Kind:
    """Return what an expression without other faults comes to; `chosen` are settings of words."""
    if isinstance(node, ast.Name):
        return "text" if node.id in chosen else _kind_of_name(node.id, sheet)
    if isinstance(node, ast.Constant):
        return "text" if isinstance(node.value, str) else "figure"
    if isinstance(node, ast.Compare | ast.BoolOp):
        return "test"
    if isinstance(node, ast.UnaryOp):
        return "test" if isinstance(node.op, ast.Not) else "figure"
    if isinstance(node, ast.IfExp):
        kinds = {kind_of(node.body, sheet, chosen), kind_of(node.orelse, sheet, chosen)} - {"any"}
        return kinds.pop() if len(kinds) == 1 else "any"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _BY_FUNCTION.get(node.func.id, "figure")
    return "figure"


def _kind_of_name(name: str, sheet: TableSheet) -> Kind:
    if name not in sheet:
        return "any" if name == "none" else "figure"
    column = sheet[name]
    if column.type in _UNCERTAIN:
        return "any"
    return "figure" if column.type in _FIGURES else "text"


def kind_faults(
    node: ast.expr, sheet: TableSheet, wanted: Kind = "any", chosen: Collection[str] = ()
) -> Iterator[Fault]:
    """Find texts that are calculated with, figures taken for tests, and the like."""
    found = kind_of(node, sheet, chosen)
    if wanted != "any" and found not in (wanted, "any"):
        yield Fault(code=f"formula_not_a_{wanted}", params={"part": ast.unparse(node)})
        return
    if _is_stray(node):
        yield Fault(code="formula_not_allowed", params={"part": ast.unparse(node)})
    elif isinstance(node, ast.Compare):
        yield from _comparison_faults(node, sheet, chosen)
    else:
        for part, needed in _parts(node, wanted):
            yield from kind_faults(part, sheet, needed, chosen)


def _is_stray(node: ast.expr) -> bool:
    """Whether it is a kind of constant we do not have, or a list that does not follow `in`."""
    if isinstance(node, ast.Constant):
        return type(node.value) not in (int, float, str)
    return isinstance(node, ast.Tuple)


def _parts(node: ast.expr, wanted: Kind) -> Iterator[tuple[ast.expr, Kind]]:
    """Walk the parts of an expression with what each has to be."""
    if isinstance(node, ast.BinOp):
        yield from ((node.left, "figure"), (node.right, "figure"))
    elif isinstance(node, ast.BoolOp):
        yield from ((value, "test") for value in node.values)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand, "test" if isinstance(node.op, ast.Not) else "figure"
    elif isinstance(node, ast.IfExp):
        yield from ((node.test, "test"), (node.body, wanted), (node.orelse, wanted))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        needed: Kind = "figure" if node.func.id in _CALCULATE else "any"
        yield from ((argument, needed) for argument in node.args)


def _comparison_faults(
    node: ast.Compare, sheet: TableSheet, chosen: Collection[str]
) -> Iterator[Fault]:
    left, right = node.left, node.comparators[0]
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        yield from kind_faults(left, sheet, chosen=chosen)
        return
    is_ranking = not isinstance(node.ops[0], ast.Eq | ast.NotEq)
    kinds = {kind_of(left, sheet, chosen), kind_of(right, sheet, chosen)} - {"any"}
    if not is_ranking and len(kinds) > 1:
        sides: dict[str, object] = {"left": ast.unparse(left), "right": ast.unparse(right)}
        yield Fault(code="formula_not_alike", params=sides)
        return
    for side in (left, right):
        yield from kind_faults(side, sheet, "figure" if is_ranking else "any", chosen)
