"""What cells say of results and metrics, against ours.

Stored results that are another than ours: changed formulas, typed figures. Names of metrics that
are unknown, contradicted directions, changes without a base.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from ..formulas import REASONS, names, parse_expression, reason_text
from ..problems import Problem
from ..records import Floats, Reading, SheetRecords
from ..styles import number_format
from ..template import (
    Campaign,
    Choices,
    Column,
    Effect,
    TableSheet,
    bind_metric,
    lower_is_better,
    misspelt_metric,
    nearest_metric,
)
from ..texts import LANGUAGES, Text, fold, listed
from ..values import Context, choice_spellings, parse as parse_value, plain_numbers

_RELATIVE = 1e-6
# A stored result has more.
_MOST_DIGITS = 8
_DIRECTION = "direction"
_OPPOSITES = ("higher", "lower")


def computed_doubts(reading: Reading, *, as_of: date | None = None) -> tuple[Problem, ...]:
    """Compare the results stored in computed cells with ours; call after `formulas.compute`.

    Numbers and choices are compared; a text in place of a number is told unless it is a reason.
    Only cells that we have a result for are looked at. A column of nothing but zeros was never
    calculated and its numbers are left out. So are those of a column that counts up to the as-of
    date unless the form fixes that date, and `as_of` (if given) is the same: the stored result
    depends on the day the workbook was last open.
    """
    fixed = reading.form.get(Campaign.AS_OF)
    is_fixed = fixed is not None and as_of in (None, fixed)
    found: list[Problem] = []
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if isinstance(sheet, TableSheet):
            dated = set() if is_fixed else _dated(sheet)
            for column in sheet.computed:
                if column.id not in records.raw:
                    continue
                if column.is_numeric:
                    found += _numbers(records, column, stored=column.id not in dated)
                elif column.id in dated:
                    continue
                elif column.choices is not None:
                    choices = reading.template.choices[column.choices]
                    found += _other_choices(records, column, choices)
    return tuple(found)


def _dated(sheet: TableSheet) -> set[str]:
    """Return the computed columns that depend on the as-of date, be it through others."""
    uses = {
        column.id: set(names(parse_expression(column.formula or "0"))) for column in sheet.computed
    }
    dated = {"as_of"}
    while more := {name for name, used in uses.items() if used & dated} - dated:
        dated |= more
    return dated


def _numbers(records: SheetRecords, column: Column, *, stored: bool) -> Iterator[Problem]:
    """Report other numbers than ours, and once the ones that are ours as far as they go.

    Texts in a column of numbers were typed over the formula; `stored` numbers may be old results.
    """
    ours = records.frame[column.id].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    rounded: list[tuple[int, str]] = []
    for position, found, shown in _stated(records, column, ours, stored=stored):
        computed = float(ours[position])
        if found is not None and abs(found - computed) <= _RELATIVE * max(abs(computed), 1e-9):
            continue
        if found is not None and _is_rounded(found, computed, column):
            rounded.append((position, shown))
            continue
        yield _differs(records, column, position, shown, _near(computed, found, column))
    if rounded:
        yield _overwritten(records, column, rounded, ours)


def _stated(
    records: SheetRecords, column: Column, ours: Floats, *, stored: bool
) -> Iterator[tuple[int, float | None, str]]:
    """Walk what stands where we have a result: the record, the number if it is one, the words."""
    numbers = plain_numbers(records.raw[column.id].to_numpy(dtype=object))
    both = ~np.isnan(numbers) & ~np.isnan(ours)
    if stored and np.any(numbers[both] != 0):
        near = np.abs(numbers - ours) <= _RELATIVE * np.maximum(np.abs(ours), 1e-9)
        for position in np.flatnonzero(both & ~near).tolist():
            number = float(numbers[position])
            yield position, number, _near(number, float(ours[position]), column)
    for position, text in _texts(records, column):
        if pd.isna(ours[position]) or fold(text) in _reasons():
            continue
        said = parse_value(text, column.type).value
        yield position, float(said) if isinstance(said, int | float) else None, text


def _is_rounded(found: float, computed: float, column: Column) -> bool:
    """Tell whether a number is the result as far as it was written out: 81% for 0.8125.

    A single digit says so only where the cell itself shows no more of them.
    """
    factor = 100 if column.type == "percent" else 1
    digits, _, decimals = f"{abs(found) * factor:.10f}".rstrip("0").partition(".")
    written = len((digits + decimals).lstrip("0"))
    if written > _MOST_DIGITS or (written < 2 and len(decimals) < _decimals(column)):
        return False
    half = 0.5 * 10.0 ** -len(decimals)
    return abs(found - computed) * factor <= half * (1 + _RELATIVE)


def _decimals(column: Column) -> int:
    """Return how many decimals the column shows."""
    shape = number_format(column).partition(";")[0].partition(".")[2]
    return len(shape) - len(shape.lstrip("0"))


def _near(number: float, other: float | None, column: Column) -> str:
    """Say a number as people read it, with as many digits as tell it from another one."""
    factor, sign = (100, "%") if column.type == "percent" else (1, "")
    texts = [
        tuple("" if one is None else f"{one * factor:,.{places}f}" for one in (number, other))
        for places in (2, 4, 6, 10)
    ]
    text = next((mine for mine, theirs in texts if mine != theirs), texts[-1][0])
    return (text.rstrip("0").rstrip(".") if "." in text else text) + sign


def _overwritten(
    records: SheetRecords, column: Column, rounded: Sequence[tuple[int, str]], ours: Floats
) -> Problem:
    first, shown = rounded[0]
    cells = [str(records.place(position, column.id).cell) for position, _ in rounded]
    return column.problem(
        "formula_overwritten",
        records.place(first, column.id),
        shown,
        count=len(rounded),
        cells=listed(cells, most=8),
        stated=shown,
        computed=_near(float(ours[first]), None, column),
    )


def _differs(
    records: SheetRecords, column: Column, position: int, stated: str, computed: Text | str
) -> Problem:
    place, code = records.place(position, column.id), "computed_differs"
    return column.problem(code, place, stated, stated=stated, computed=computed)


def _other_choices(records: SheetRecords, column: Column, choices: Choices) -> Iterator[Problem]:
    """Report labels of another choice than ours."""
    ours, context = records.frame[column.id], Context(choices=choice_spellings(choices))
    labels: dict[str, Text] = {item.id: item.label for item in choices.items}
    for position, text in _texts(records, column):
        wanted = ours.iloc[position]
        if not pd.isna(wanted) and parse_value(text, "choice", context).value != wanted:
            yield _differs(records, column, position, text, labels.get(wanted, wanted))


def _texts(records: SheetRecords, column: Column) -> Iterator[tuple[int, str]]:
    """Walk the stored texts of a column; an Excel error is told elsewhere, once per column."""
    cells = records.raw[column.id]
    # A column of numbers is told at a glance.
    if infer_dtype(cells, skipna=True) == "floating":
        return
    for position, cell in enumerate(cells.tolist()):
        if isinstance(cell, str) and cell.strip() and not cell.startswith("#"):
            yield position, cell.strip()


@cache
def _reasons() -> frozenset[str]:
    return frozenset(fold(reason_text(r, language)) for r in REASONS for language in LANGUAGES)


def metric_doubts(reading: Reading) -> tuple[Problem, ...]:
    """Report what is doubtful about metrics' names and changes; call after `formulas.compute`.

    A name that no metric has is told where the sheet takes its direction from the name and judges
    by it. Where staff choose the direction themselves, one that the metric contradicts is told.
    """
    found: list[Problem] = []
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if not isinstance(sheet, TableSheet):
            continue
        typed = next((c for c in sheet.inputs if c.choices == _DIRECTION), None)
        name = named_column(sheet, typed)
        if name is not None:
            found += _names(reading, records, name, typed)
        for column in sheet.inputs:
            if column.says_base:
                found += _without_base(records, column)
    return tuple(found)


def named_column(sheet: TableSheet, typed: Column | None) -> Column | None:
    """Return the column of metrics' names: the one a formula asks, or beside a typed direction."""
    if typed is not None:
        return next((column for column in sheet.inputs if column.is_key), None)
    for column in sheet.computed:
        for node in ast.walk(parse_expression(column.formula or "0")):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "lower_is_better"
                and isinstance(node.args[0], ast.Name)
                and node.args[0].id in sheet
            ):
                return sheet[node.args[0].id]
    return None


def _names(
    reading: Reading, records: SheetRecords, name: Column, typed: Column | None
) -> Iterator[Problem]:
    texts = records.frame[name.id]
    for position in np.flatnonzero(texts.notna().to_numpy()).tolist():
        text = str(texts.iloc[position])
        metric = bind_metric(text, reading.template, reading.settings)
        place = records.place(position, name.id)
        near = misspelt_metric(text, reading.template)
        if metric is None:
            near = nearest_metric(text, reading.template) or near
        if near:
            yield name.problem("metric_near_miss", place, text, near=near)
        elif metric is None and typed is None and _is_judged(records, position):
            yield name.problem("metric_unknown", place, text)
        if metric is not None and typed is not None:
            yield from _contradiction(reading, records, typed, position, text)


def _is_judged(records: SheetRecords, position: int) -> bool:
    """Tell whether the row has a verdict: it hangs on the direction the name gives."""
    judged = records.frame.get(Effect.VERDICT)
    return judged is not None and bool(judged.notna().iloc[position])


def _contradiction(
    reading: Reading, records: SheetRecords, typed: Column, position: int, text: str
) -> Iterator[Problem]:
    said = records.frame[typed.id].iat[position]
    usual = "lower" if lower_is_better(text, reading.template.registry) else "higher"
    if not isinstance(said, str) or said not in _OPPOSITES or said == usual:
        return
    labels = reading.template.choices[_DIRECTION]
    raw = records.raw[typed.id].iat[position]
    place = records.place(position, typed.id)
    params = {"metric": text, "usual": labels[usual].label}
    yield typed.problem("direction_unusual", place, raw, **params)


def _without_base(records: SheetRecords, column: Column) -> Iterator[Problem]:
    """Report changes such as +15% that name no base: last year's, or the period before."""
    remarks = records.remarks.get(column.id, {})
    known = records.frame[column.id].notna().to_numpy()
    for position in np.flatnonzero(known).tolist():
        if position not in remarks:
            raw = records.raw[column.id].iat[position]
            place = records.place(position, column.id)
            yield column.problem("change_without_base", place, raw)
