"""Targets and conditions that say less, or something else, than an achievement needs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..formulas import references
from ..formulas_text import threshold_of
from ..problems import Problem
from ..values import parse, parse_conditions
from .sorting import SortedRows, Table
from .typed import TypedTable, problem_of

__all__ = ["direction_conflicts", "unclear_conditions"]

# The list whose choices say which way is good, and the bounds that say the opposite.
_DIRECTION = "direction"
_AGAINST = {"higher": ("<=", "<"), "lower": (">=", ">")}


def unclear_conditions(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Report conditions that do not come to one number: 20-30万, 点赞≥1万，阅读≥5万, 尽快完成.

    Only where the sheet computes or compares with it; elsewhere a condition is but read by people.
    """
    formulas = (one.formula for one in table.sheet.columns if one.formula is not None)
    used = {name for formula in formulas for name in references(formula, table.sheet)}
    used |= {one.compared_with for one in table.sheet.columns if one.compared_with is not None}
    for column in table.inputs:
        if column.type != "condition" or column.id not in used:
            continue
        texts = typed.frame[column.id]
        clear = {text: _is_clear(text) for text in texts.dropna().unique().tolist()}
        for position, text in enumerate(texts.tolist()):
            if not pd.isna(text) and not clear[text]:
                row = int(rows.records[position])
                yield problem_of(table, column, row, code="condition_unclear", raw=text)


def _is_clear(text: str) -> bool:
    # The formulas take their target from the same threshold.
    number = parse(threshold_of(text), "quantity").value
    return isinstance(number, float) and len(parse_conditions(text)) <= 1


def direction_conflicts(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Report targets such as ≤5% of a metric that is the better the higher it is."""
    direction = next((c for c in table.inputs if c.choices == _DIRECTION), None)
    if direction is None:
        return
    directions = typed.frame[direction.id].astype(object).tolist()
    for column in table.inputs:
        if not column.is_target:
            continue
        known = np.flatnonzero(typed.frame[column.id].notna().to_numpy()).tolist()
        comparators = typed.comparators.get(column.id, {})
        for position in known:
            if comparators.get(position) in _AGAINST.get(directions[position], ()):
                row = int(rows.records[position])
                raw = typed.raw[column.id].iloc[position]
                said = typed.raw[direction.id].iloc[position]
                params = {"other": direction.label, "direction": said}
                yield problem_of(table, column, row, code="direction_conflict", raw=raw, **params)
