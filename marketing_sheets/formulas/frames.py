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

from ..errors import FormulaError
from ..records import Array, SheetRecords
from ..template import Column, SettingValue, TableSheet, Template, rounded
from .calls import VectorCall
from .functions import FUNCTIONS
from .language import (
    CODE,
    REASONS,
    BlankReason,
    Vector,
    computed_order,
    first_reason,
    names,
    parse_expression,
)

_EPOCH = np.datetime64("1899-12-30")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    sheet: TableSheet
    template: Template
    records: SheetRecords
    computed: dict[str, Vector]
    as_of: float
    attributes: Mapping[str, Mapping[str, Mapping[str, str]]]
    settings: Mapping[str, SettingValue]

    @property
    def rows(self) -> int:
        return len(self.records.frame)


def compute(
    records: SheetRecords,
    *,
    template: Template,
    as_of: date | None,
    choices: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    settings: Mapping[str, SettingValue] | None = None,
) -> SheetRecords:
    """Fill the computed columns of a sheet's records, and the reason where one has no value.

    `choices` and `settings` are what the workbook's lists sheet says; None takes the template's.
    """
    scope = _scope(records, template, as_of, choices, settings)
    frame = records.frame.copy()
    reasons = pd.DataFrame(index=frame.index)
    for column in computed_order(scope.sheet):
        vector = _evaluate(parse_expression(cast("str", column.formula)), scope)
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
    settings: Mapping[str, SettingValue] | None = None,
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell for which of a sheet's records a test holds; `compute` must have filled them.

    It does not hold where an operand has no value. The other arguments are those of `compute`.
    """
    scope = _scope(records, template, as_of, choices, settings)
    expression = parse_expression(test)
    used = set(names(expression))
    for column in scope.sheet.computed:
        if column.id not in used:
            continue
        vector = _column(records.frame[column.id])
        if records.reasons is not None:
            at, words = pd.factorize(records.reasons[column.id])
            # -1, for what has a value, is the last.
            codes = np.array([*(CODE[word] for word in words), 0], dtype=np.int8)
            vector = replace(vector, why=codes[at])
        scope.computed[column.id] = vector
    vector = _evaluate(expression, scope)
    return np.asarray(vector.known & vector.values.astype(bool), dtype=np.bool_)


def _scope(
    records: SheetRecords,
    template: Template,
    as_of: date | None,
    choices: Mapping[str, Mapping[str, Mapping[str, str]]] | None,
    settings: Mapping[str, SettingValue] | None,
) -> _Scope:
    sheet = template[records.sheet]
    if not isinstance(sheet, TableSheet):
        raise TypeError(records.sheet)
    return _Scope(
        sheet=sheet,
        template=template,
        records=records,
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


def _series(vector: Vector, column: Column, index: pd.Index[Any]) -> pd.Series[Any]:
    known = vector.known
    if vector.values.dtype == object:
        texts = vector.values.copy()
        texts[~known] = None
        return pd.Series(texts, index=index, dtype="str")
    values = np.where(known, vector.values, np.nan)
    if column.type == "date":
        days = np.where(known, values, 0).astype("timedelta64[D]").astype("timedelta64[s]")
        moments = _EPOCH.astype("datetime64[s]") + days
        return pd.Series(np.where(known, moments, np.datetime64("NaT")), index=index)
    if column.type == "integer":
        return pd.Series(values, index=index).round().astype("Int64")
    return pd.Series(values, index=index).astype("Float64")


def _evaluate(node: ast.expr, scope: _Scope) -> Vector:
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
            return Vector(~inner.values.astype(bool), inner.why)
        return Vector(-inner.values, inner.why)
    if isinstance(node, ast.BoolOp):
        return _boolean(node, scope)
    if isinstance(node, ast.Compare):
        return _compare(node, scope)
    if isinstance(node, ast.IfExp):
        return _choose(node, scope)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return FUNCTIONS[node.func.id].vector(
            _Call(node, scope.sheet, scope.template, scope.records, scope.attributes, scope)
        )
    raise FormulaError("formula_not_allowed", formula=ast.unparse(node), part=type(node).__name__)


def _full(scope: _Scope, values: Array) -> Vector:
    return Vector(values, np.zeros(scope.rows, dtype=np.int8))


def _missing(scope: _Scope, reason: BlankReason) -> Vector:
    why = np.full(scope.rows, CODE[reason], dtype=np.int8)
    return Vector(np.full(scope.rows, np.nan), why)


def _name(name: str, scope: _Scope) -> Vector:
    if name in scope.computed:
        return scope.computed[name]
    if name in scope.sheet:
        return _column(scope.records.frame[name])
    if name == "none":
        return _missing(scope, "not_applicable")
    if name == "as_of":
        if np.isnan(scope.as_of):
            return _missing(scope, "no_input")
        return _full(scope, np.full(scope.rows, scope.as_of))
    setting = scope.settings[name]
    kind = object if isinstance(setting, str) else float
    return _full(scope, np.full(scope.rows, setting, dtype=kind))


def _column(series: pd.Series[Any]) -> Vector:
    blank = series.isna().to_numpy()
    why = np.where(blank, CODE["no_input"], 0).astype(np.int8)
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        days = series.to_numpy().astype("datetime64[s]") - _EPOCH.astype("datetime64[s]")
        values = np.where(blank, np.nan, days.astype("int64") / 86_400)
    elif pd.api.types.is_numeric_dtype(series.dtype):
        values = series.to_numpy(dtype=float, na_value=np.nan)
    else:
        values = series.to_numpy(dtype=object, na_value="")
    return Vector(values, why)


def _binary(node: ast.BinOp, scope: _Scope) -> Vector:
    left, right = _evaluate(node.left, scope), _evaluate(node.right, scope)
    why = first_reason(left, right)
    with np.errstate(divide="ignore", invalid="ignore"):
        if isinstance(node.op, ast.Add):
            values = left.values + right.values
        elif isinstance(node.op, ast.Sub):
            values = left.values - right.values
        elif isinstance(node.op, ast.Mult):
            values = left.values * right.values
        else:
            values = left.values / right.values
            why = np.where((why == 0) & (right.values == 0), CODE["zero_base"], why)
    return Vector(values, why.astype(np.int8))


def _boolean(node: ast.BoolOp, scope: _Scope) -> Vector:
    vectors = [_evaluate(value, scope) for value in node.values]
    values = vectors[0].values.astype(bool)
    for vector in vectors[1:]:
        other = vector.values.astype(bool)
        values = values & other if isinstance(node.op, ast.And) else values | other
    # As in Excel, where AND and OR look at every operand.
    return Vector(values, first_reason(*vectors))


def _compare(node: ast.Compare, scope: _Scope) -> Vector:
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
        same = compare(rounded(left.values), rounded(right.values))
        return Vector(same, first_reason(left, right))


def _choose(node: ast.IfExp, scope: _Scope) -> Vector:
    test, yes, no = (_evaluate(part, scope) for part in (node.test, node.body, node.orelse))
    condition = test.values.astype(bool)
    texts = object in (yes.values.dtype, no.values.dtype)
    kind = object if texts else float
    values = np.where(condition, yes.values.astype(kind), no.values.astype(kind))
    why = np.where(test.why != 0, test.why, np.where(condition, yes.why, no.why))
    return Vector(values, why.astype(np.int8))


@dataclass(frozen=True, slots=True)
class _Call(VectorCall):
    scope: _Scope

    def vector(self, at: int = 0) -> Vector:
        return _evaluate(self.node.args[at], self.scope)

    def vectors(self) -> list[Vector]:
        return [_evaluate(argument, self.scope) for argument in self.node.args]
