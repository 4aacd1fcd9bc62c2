"""Targets and conditions that say less, or something else, than an achievement needs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..formulas import references
from ..formulas_text import threshold_of
from ..problems import Problem
from ..templates import Column
from ..values import parse, parse_conditions, unread_conditions
from .sorting import SortedRows, Table
from .typed import TypedTable, problem_of

__all__ = ["direction_conflicts", "unclear_conditions"]

# The list whose choices say which way is good, and the bounds that say the opposite.
_DIRECTION = "direction"
_AGAINST = {"higher": ("<=", "<"), "lower": (">=", ">")}


def unclear_conditions(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Report conditions that do not come to one number: 20-30万, 点赞≥1万，阅读≥5万, 尽快完成.

    Only where the sheet computes or compares with it. Elsewhere conditions are read by people, and
    only parts that have a sign but no number are pointed out: 点赞≥若干.
    """
    formulas = (one.formula for one in table.sheet.columns if one.formula is not None)
    used = {name for formula in formulas for name in references(formula, table.sheet)}
    used |= {one.compared_with for one in table.sheet.columns if one.compared_with is not None}
    for column in table.inputs:
        if column.type != "condition":
            continue
        if column.id not in used:
            yield from _unread_parts(table, rows, typed, column)
            continue
        texts = typed.frame[column.id]
        clear = {text: _is_clear(text) for text in texts.dropna().unique().tolist()}
        for position, text in enumerate(texts.tolist()):
            if not pd.isna(text) and not clear[text]:
                row = int(rows.records[position])
                yield problem_of(table, column, row, code="condition_unclear", raw=text)


def _unread_parts(
    table: Table, rows: SortedRows, typed: TypedTable, column: Column
) -> Iterator[Problem]:
    for position, text in enumerate(typed.frame[column.id].tolist()):
        for part in () if pd.isna(text) else unread_conditions(text):
            row = int(rows.records[position])
            code = "condition_part_unread"
            yield problem_of(table, column, row, code=code, raw=text, part=part)


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
