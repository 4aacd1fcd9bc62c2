"""What figures show once they are computed: left out of a text, far beyond a target, against it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import numpy as np

from ..formulas import amount_part, names, parse_expression
from ..problems import Problem
from ..records import Reading, SheetRecords
from ..template import Column, Effect, TableSheet, lower_is_better
from ..values import parse as parse_value
from .computed import named_column

# Digits, and numerals that count money, people or shares: 三万元, 八成.
_FIGURE = re.compile(
    r"\d|[一二两三四五六七八九十百千]{1,20}(?:[百千万亿]+元?|元|成(?![立为功本果员都长品]))"
)
_TEXTS = ("text", "long_text")
_MOST_TIMES = 100
_AGAINST = {"higher": ("<=", "<"), "lower": (">=", ">")}


def figure_doubts(reading: Reading) -> Iterator[Problem]:
    """List the figures in words that no computed column used, and results hard to believe."""
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if isinstance(sheet, TableSheet) and len(records.frame):
            yield from _unread(sheet, records)
            yield from _beyond(sheet, records)
            yield from _against(reading, sheet, records)


def _unread(sheet: TableSheet, records: SheetRecords) -> Iterator[Problem]:
    """Name the texts of which a computed amount leaves a figure out."""
    readers: dict[str, list[tuple[Column, tuple[str, ...]]]] = {}
    for column in sheet.computed:
        if column.is_numeric:
            for source, steps in _amounts_of(sheet, column):
                readers.setdefault(source, []).append((column, steps))
    for name, found in readers.items():
        column = sheet[name]
        if column.type not in _TEXTS or column.is_computed:
            continue
        values = {one.id: records.frame[one.id].isna().tolist() for one, _ in found}
        for position, text in enumerate(records.frame[name].tolist()):
            if not isinstance(text, str) or not _FIGURE.search(text):
                continue
            used = [(steps, values[one.id][position]) for one, steps in found]
            left = next((part for part in _left_out(text, used)), None)
            if left is not None:
                raw = records.raw[name].iloc[position]
                labels = found[0][0].label
                place = records.place(position, name)
                yield column.problem("figure_unread", place, raw, part=left, computed=labels)


def _left_out(text: str, used: list[tuple[tuple[str, ...], bool]]) -> Iterator[str]:
    """Walk the parts of a text with a figure that nothing was made of."""
    for steps, is_blank in used:
        whole, read = amount_part(text, steps)
        if _FIGURE.search(whole) and is_blank:
            yield whole
        elif not is_blank and _FIGURE.search(whole.replace(read, "", 1)):
            yield whole.replace(read, "", 1).strip()
    numbers = [int(step) for steps, _ in used for step in steps if step.isdigit()]
    if numbers:
        beyond, _ = amount_part(text, (str(max(numbers) + 1),))
        if _FIGURE.search(beyond):
            yield beyond


@cache
def _amounts(formula: str) -> tuple[ast.expr, ...]:
    return tuple(
        node.args[0]
        for node in ast.walk(parse_expression(formula))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "amount"
    )


def _amounts_of(sheet: TableSheet, column: Column) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Walk the typed columns whose text a column reads an amount of, each with how it is cut."""
    for node in _amounts(column.formula or "0"):
        steps: list[str] = []
        inner: ast.expr = node
        while True:
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
                number = inner.args[1] if inner.func.id == "part" else None
                steps.insert(
                    0, str(number.value) if isinstance(number, ast.Constant) else inner.func.id
                )
                inner = inner.args[0]
            elif isinstance(inner, ast.Name) and inner.id in sheet and sheet[inner.id].is_computed:
                inner = parse_expression(sheet[inner.id].formula or "0")
            else:
                break
        if isinstance(inner, ast.Name) and inner.id in sheet:
            yield inner.id, tuple(steps)


def _beyond(sheet: TableSheet, records: SheetRecords) -> Iterator[Problem]:
    """Doubt achievements beyond a hundred times their target: one of the two has another unit."""
    for column in sheet.computed:
        if column.type != "percent" or not column.id.endswith(Effect.ACHIEVEMENT):
            continue
        values = records.frame[column.id].to_numpy(np.float64, na_value=np.nan)
        typed = next(_inputs(sheet, column.id), None)
        for position in np.flatnonzero(np.abs(np.nan_to_num(values)) > _MOST_TIMES).tolist():
            name = typed if typed is not None and typed in records.raw else column.id
            raw = records.raw[name].iloc[position] if name in records.raw else None
            params = {"share": f"{values[position] * 100:,.0f}%"}
            place = records.place(position, name)
            yield sheet[name].problem("achievement_far", place, raw, **params)


def _inputs(sheet: TableSheet, name: str) -> Iterator[str]:
    """Walk the typed quantities and numbers that a computed column is made of, in its order."""
    for used in names(parse_expression(sheet[name].formula or "0")):
        if used in sheet and sheet[used].is_computed:
            yield from _inputs(sheet, used)
        elif used in sheet and sheet[used].is_numeric and not sheet[used].is_target:
            yield used


def _against(reading: Reading, sheet: TableSheet, records: SheetRecords) -> Iterator[Problem]:
    """Report targets such as ≤5% of a metric of which, by its name, more is better."""
    metric = named_column(sheet, None)
    if metric is None or Effect.DIRECTION not in sheet or not sheet[Effect.DIRECTION].is_computed:
        return
    texts = records.frame[metric.id].tolist()
    for column in sheet.inputs:
        if not column.is_target or column.id not in records.raw:
            continue
        for position, raw in enumerate(records.raw[column.id].tolist()):
            text = texts[position]
            if isinstance(raw, str) and isinstance(text, str):
                said = "lower" if lower_is_better(text, reading.template.registry) else "higher"
                if parse_value(raw, "quantity").comparator in _AGAINST[said]:
                    usual = reading.template.choices[Effect.DIRECTION][said].label
                    place = records.place(position, column.id)
                    yield column.problem("bound_unusual", place, raw, metric=text, usual=usual)
