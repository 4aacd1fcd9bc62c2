"""Expressions over columns: what Excel shows, computed in Python.

Where Excel shows nothing there is no value either, and a reason says why.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

import numpy as np
import pandas as pd

from .errors import FormulaError
from .formulas import REASONS, SHOWN_REASONS, Reason, computed_order, parse
from .formulas_text import says_upper_limit, threshold_of
from .records import SheetRecords
from .templates import Column, TableSheet, Template
from .values import parse as parse_value

__all__ = ["attributes_of", "compute", "holds"]

_Array = np.ndarray[Any, Any]
_EPOCH = np.datetime64("1899-12-30")
_CODE: dict[str, int] = {reason: number for number, reason in enumerate(REASONS, 1)}


@dataclass(frozen=True, slots=True)
class _Vector:
    """Values of one node, row by row; `why` is 0 where there is a value, else a reason's number."""

    values: _Array
    why: _Array

    @property
    def known(self) -> _Array:
        return cast("_Array", self.why == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    sheet: TableSheet
    template: Template
    frame: pd.DataFrame
    computed: dict[str, _Vector]
    as_of: float
    attributes: Mapping[str, Mapping[str, Mapping[str, str]]]
    settings: Mapping[str, float]

    @property
    def rows(self) -> int:
        return len(self.frame)


def compute(
    records: SheetRecords,
    *,
    template: Template,
    as_of: date | None,
    choices: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    settings: Mapping[str, float] | None = None,
) -> SheetRecords:
    """Fill the computed columns of a sheet's records, and the reason where one has no value.

    `choices` and `settings` are what the workbook's lists sheet says; None takes the template's.
    """
    scope = _scope(records, template, as_of, choices, settings)
    frame = records.frame.copy()
    reasons = pd.DataFrame(index=frame.index)
    for column in computed_order(scope.sheet):
        vector = _evaluate(parse(cast("str", column.formula)), scope)
        scope.computed[column.id] = vector
        frame[column.id] = _series(vector, column, frame.index)
        words = np.array([None, *REASONS], dtype=object)
        reasons[column.id] = pd.Series(words[vector.why], index=frame.index, dtype="str")
    return replace(records, frame=frame, reasons=reasons)


def holds(
    test: str,
    records: SheetRecords,
    *,
    template: Template,
    as_of: date | None,
    choices: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    settings: Mapping[str, float] | None = None,
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell for which of a sheet's records a test holds; `compute` must have filled them.

    It does not hold where an operand has no value. The other arguments are those of `compute`.
    """
    scope = _scope(records, template, as_of, choices, settings)
    for column in scope.sheet.computed:
        vector = _column(records.frame[column.id])
        if records.reasons is not None:
            why = records.reasons[column.id].map(_CODE).fillna(0).to_numpy(np.int8)
            vector = replace(vector, why=why)
        scope.computed[column.id] = vector
    vector = _evaluate(parse(test), scope)
    return np.asarray(vector.known & vector.values.astype(bool), dtype=np.bool_)


def _scope(
    records: SheetRecords,
    template: Template,
    as_of: date | None,
    choices: Mapping[str, Mapping[str, Mapping[str, str]]] | None,
    settings: Mapping[str, float] | None,
) -> _Scope:
    sheet = template[records.sheet]
    if not isinstance(sheet, TableSheet):
        raise TypeError(records.sheet)
    return _Scope(
        sheet=sheet,
        template=template,
        frame=records.frame,
        computed={},
        as_of=np.nan if as_of is None else float((np.datetime64(as_of) - _EPOCH).astype(int)),
        attributes=attributes_of(template) if choices is None else choices,
        settings={k: s.value for k, s in template.settings.items()} | dict(settings or {}),
    )


def attributes_of(template: Template) -> dict[str, dict[str, dict[str, str]]]:
    """Return, per list and entry, the attributes the template gives it."""
    return {
        choices.id: {item.id: dict(item.attributes) for item in choices.items}
        for choices in template.choices.values()
    }


def _series(vector: _Vector, column: Column, index: pd.Index[Any]) -> pd.Series[Any]:
    known = vector.known
    if vector.values.dtype == object:
        texts = vector.values.copy()
        texts[~known] = None
        return pd.Series(texts, index=index, dtype="str")
    values = np.where(known, vector.values, np.nan)
    if column.type == "integer":
        return pd.Series(values, index=index).round().astype("Int64")
    return pd.Series(values, index=index).astype("Float64")


def _evaluate(node: ast.expr, scope: _Scope) -> _Vector:
    if isinstance(node, ast.Name):
        return _name(node.id, scope)
    if isinstance(node, ast.Constant):
        kind = object if isinstance(node.value, str) else float
        return _full(scope, np.full(scope.rows, node.value, dtype=kind))
    if isinstance(node, ast.BinOp):
        return _binary(node, scope)
    if isinstance(node, ast.UnaryOp):
        inner = _evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            return _Vector(~inner.values.astype(bool), inner.why)
        return _Vector(-inner.values, inner.why)
    if isinstance(node, ast.BoolOp):
        return _boolean(node, scope)
    if isinstance(node, ast.Compare):
        return _compare(node, scope)
    if isinstance(node, ast.IfExp):
        return _choose(node, scope)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _FUNCTIONS[node.func.id](node, scope)
    raise FormulaError("formula_not_allowed", formula=ast.unparse(node), part=type(node).__name__)


def _full(scope: _Scope, values: _Array) -> _Vector:
    return _Vector(values, np.zeros(scope.rows, dtype=np.int8))


def _missing(scope: _Scope, reason: Reason) -> _Vector:
    why = np.full(scope.rows, _CODE[reason], dtype=np.int8)
    return _Vector(np.full(scope.rows, np.nan), why)


def _name(name: str, scope: _Scope) -> _Vector:
    if name in scope.computed:
        return scope.computed[name]
    if name in scope.sheet:
        return _column(scope.frame[name])
    if name == "none":
        return _missing(scope, "not_applicable")
    if name == "as_of":
        if np.isnan(scope.as_of):
            return _missing(scope, "no_input")
        return _full(scope, np.full(scope.rows, scope.as_of))
    return _full(scope, np.full(scope.rows, scope.settings[name]))


def _column(series: pd.Series[Any]) -> _Vector:
    blank = series.isna().to_numpy()
    why = np.where(blank, _CODE["no_input"], 0).astype(np.int8)
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        days = series.to_numpy().astype("datetime64[s]") - _EPOCH.astype("datetime64[s]")
        values = np.where(blank, np.nan, days.astype("int64") / 86_400)
    elif pd.api.types.is_numeric_dtype(series.dtype):
        values = series.to_numpy(dtype=float, na_value=np.nan)
    else:
        values = series.astype(object).where(~series.isna(), "").to_numpy(dtype=object)
    return _Vector(values, why)


def _first_reason(*vectors: _Vector) -> _Array:
    why = vectors[0].why
    for vector in vectors[1:]:
        why = np.where(why != 0, why, vector.why)
    return why.astype(np.int8)


def _binary(node: ast.BinOp, scope: _Scope) -> _Vector:
    left, right = _evaluate(node.left, scope), _evaluate(node.right, scope)
    why = _first_reason(left, right)
    with np.errstate(divide="ignore", invalid="ignore"):
        if isinstance(node.op, ast.Add):
            values = left.values + right.values
        elif isinstance(node.op, ast.Sub):
            values = left.values - right.values
        elif isinstance(node.op, ast.Mult):
            values = left.values * right.values
        else:
            values = left.values / right.values
            why = np.where((why == 0) & (right.values == 0), _CODE["zero_base"], why)
    return _Vector(values, why.astype(np.int8))


def _boolean(node: ast.BoolOp, scope: _Scope) -> _Vector:
    vectors = [_evaluate(value, scope) for value in node.values]
    values = vectors[0].values.astype(bool)
    for vector in vectors[1:]:
        other = vector.values.astype(bool)
        values = values & other if isinstance(node.op, ast.And) else values | other
    # As in Excel, where AND and OR look at every operand.
    return _Vector(values, _first_reason(*vectors))


def _compare(node: ast.Compare, scope: _Scope) -> _Vector:
    left = _evaluate(node.left, scope)
    operator, right_node = node.ops[0], node.comparators[0]
    if isinstance(operator, ast.In | ast.NotIn):
        items = right_node.elts if isinstance(right_node, ast.Tuple) else []
        words = [item.value for item in items if isinstance(item, ast.Constant)]
        found = np.isin(left.values.astype(str), np.array(words, dtype=str))
        return _full(scope, found if isinstance(operator, ast.In) else ~found)
    right = _evaluate(right_node, scope)
    if right.values.dtype == object:
        # A blank is a text like any other here: it equals no choice.
        same = left.values == right.values
        return _full(scope, same if isinstance(operator, ast.Eq) else ~same)
    with np.errstate(invalid="ignore"):
        compare: Callable[[Any, Any], Any] = {
            ast.Eq: np.equal,
            ast.NotEq: np.not_equal,
            ast.Lt: np.less,
            ast.LtE: np.less_equal,
            ast.Gt: np.greater,
            ast.GtE: np.greater_equal,
        }[type(operator)]
        return _Vector(compare(left.values, right.values), _first_reason(left, right))


def _choose(node: ast.IfExp, scope: _Scope) -> _Vector:
    test, yes, no = (_evaluate(part, scope) for part in (node.test, node.body, node.orelse))
    condition = test.values.astype(bool)
    texts = object in (yes.values.dtype, no.values.dtype)
    kind = object if texts else float
    values = np.where(condition, yes.values.astype(kind), no.values.astype(kind))
    why = np.where(test.why != 0, test.why, np.where(condition, yes.why, no.why))
    return _Vector(values, why.astype(np.int8))


def _known(node: ast.Call, scope: _Scope) -> _Vector:
    return _full(scope, _evaluate(node.args[0], scope).known)


def _extreme(node: ast.Call, scope: _Scope) -> _Vector:
    vectors = [_evaluate(argument, scope) for argument in node.args]
    pick = np.fmax if cast("ast.Name", node.func).id == "max" else np.fmin
    values = vectors[0].values
    for vector in vectors[1:]:
        values = pick(values, vector.values)
    return _Vector(values, _first_reason(*vectors))


def _absolute(node: ast.Call, scope: _Scope) -> _Vector:
    inner = _evaluate(node.args[0], scope)
    return _Vector(np.abs(inner.values), inner.why)


def _each_text(vector: _Vector, function: Callable[[str], Any]) -> list[Any]:
    """Apply `function` to each distinct text once."""
    known: dict[str, Any] = {}
    return [
        known.setdefault(text, function(text)) if text not in known else known[text]
        for text in vector.values
    ]


def _amount(node: ast.Call, scope: _Scope) -> _Vector:
    inner = _evaluate(node.args[0], scope)
    if inner.values.dtype != object:
        return inner

    def read(text: str) -> float:
        value = parse_value(text, "quantity").value
        return float(value) if isinstance(value, int | float) else np.nan

    values = np.array(_each_text(inner, read), dtype=float)
    bad = np.isnan(values) & inner.known
    why = np.where(bad, _CODE["not_a_number"], inner.why)
    blank = inner.known & (inner.values == "")
    return _Vector(values, np.where(blank, _CODE["no_input"], why).astype(np.int8))


def _after_comparator(node: ast.Call, scope: _Scope) -> _Vector:
    inner = _evaluate(node.args[0], scope)
    values = np.empty(scope.rows, dtype=object)
    values[:] = _each_text(inner, threshold_of)
    why = np.where(values == "", _CODE["no_input"], inner.why)
    return _Vector(values, why.astype(np.int8))


def _is_upper_limit(node: ast.Call, scope: _Scope) -> _Vector:
    inner = _evaluate(node.args[0], scope)
    found = _each_text(inner, says_upper_limit)
    return _full(scope, np.array(found, dtype=bool))


def _is_reason(node: ast.Call, scope: _Scope) -> _Vector:
    subject = node.args[0]
    name = subject.id if isinstance(subject, ast.Name) else ""
    is_said = name in scope.sheet and scope.sheet[name].undefined == "reason"
    shown = [_CODE[reason] for reason in SHOWN_REASONS] if is_said else []
    return _full(scope, np.isin(_evaluate(subject, scope).why, shown))


def _attribute(node: ast.Call, scope: _Scope) -> _Vector:
    column, attribute = node.args
    if not isinstance(column, ast.Name) or not isinstance(attribute, ast.Constant):
        raise FormulaError("formula_arguments", formula=ast.unparse(node), name="attribute")
    table = scope.attributes.get(scope.sheet[column.id].choices or "", {})
    inner = _evaluate(column, scope)
    values = np.empty(scope.rows, dtype=object)
    values[:] = _each_text(inner, lambda t: table.get(t, {}).get(str(attribute.value), ""))
    return _full(scope, values)


def _comparison(node: ast.Call, scope: _Scope) -> _Vector:
    actual, base = (_evaluate(argument, scope) for argument in node.args)
    why = np.where(actual.why != 0, actual.why, np.where(base.why != 0, _CODE["no_data"], 0))
    if cast("ast.Name", node.func).id == "points":
        return _Vector((actual.values - base.values) * 100, why.astype(np.int8))
    with np.errstate(divide="ignore", invalid="ignore"):
        values = actual.values / base.values - 1
        why = np.where((why == 0) & (base.values == 0), _CODE["zero_base"], why)
        why = np.where((why == 0) & (base.values < 0), _CODE["negative_base"], why)
    return _Vector(values, why.astype(np.int8))


_FUNCTIONS: dict[str, Callable[[ast.Call, _Scope], _Vector]] = {
    "known": _known,
    "max": _extreme,
    "min": _extreme,
    "abs": _absolute,
    "amount": _amount,
    "after_comparator": _after_comparator,
    "is_upper_limit": _is_upper_limit,
    "is_reason": _is_reason,
    "attribute": _attribute,
    "points": _comparison,
    "change": _comparison,
}
