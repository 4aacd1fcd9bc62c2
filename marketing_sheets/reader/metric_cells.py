"""What cells say of metrics: unknown names, contradicted directions, changes without a base."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from ..formulas import parse
from ..metric_names import bind_metric, lower_is_better, misspelt_metric, nearest_metric
from ..problems import Problem
from ..records import Reading, SheetRecords
from ..templates import Column, TableSheet

__all__ = ["check_metrics"]

_DIRECTION = "direction"
_OPPOSITES = ("higher", "lower")
_VERDICT = "verdict"


def check_metrics(reading: Reading) -> tuple[Problem, ...]:
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
        name = _named_column(sheet, typed)
        if name is not None:
            found += _names(reading, records, name, typed)
        for column in sheet.inputs:
            if column.says_base:
                found += _without_base(records, column)
    return tuple(found)


def _named_column(sheet: TableSheet, typed: Column | None) -> Column | None:
    """Return the column of metrics' names: the one a formula asks, or beside a typed direction."""
    if typed is not None:
        return next((column for column in sheet.inputs if column.is_key), None)
    for column in sheet.computed:
        for node in ast.walk(parse(column.formula or "0")):
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
        params: dict[str, object] = {"column": name.label}
        near = misspelt_metric(text, reading.template)
        if metric is None:
            near = nearest_metric(text, reading.template) or near
        if near:
            params["near"] = near
            code = "metric_near_miss"
            yield Problem(code=code, place=place, column=name.id, raw=text, params=params)
        elif metric is None and typed is None and _is_judged(records, position):
            code = "metric_unknown"
            yield Problem(code=code, place=place, column=name.id, raw=text, params=params)
        if metric is not None and typed is not None:
            yield from _contradiction(reading, records, typed, position, text)


def _is_judged(records: SheetRecords, position: int) -> bool:
    """Tell whether the row has a verdict: it hangs on the direction the name gives."""
    return _VERDICT in records.frame and bool(records.frame[_VERDICT].notna().iloc[position])


def _contradiction(
    reading: Reading, records: SheetRecords, typed: Column, position: int, text: str
) -> Iterator[Problem]:
    said = records.frame[typed.id].iat[position]
    usual = "lower" if lower_is_better(text, reading.template.registry) else "higher"
    if not isinstance(said, str) or said not in _OPPOSITES or said == usual:
        return
    labels = reading.template.choices[_DIRECTION]
    params = {"metric": text, "usual": labels[usual].label, "column": typed.label}
    raw = records.raw[typed.id].iat[position]
    place = records.place(position, typed.id)
    yield Problem(code="direction_unusual", place=place, column=typed.id, raw=raw, params=params)


def _without_base(records: SheetRecords, column: Column) -> Iterator[Problem]:
    """Report changes such as +15% that name no base: last year's, or the period before."""
    remarks = records.remarks.get(column.id, {})
    known = records.frame[column.id].notna().to_numpy()
    for position in np.flatnonzero(known).tolist():
        if position not in remarks:
            raw = records.raw[column.id].iat[position]
            place = records.place(position, column.id)
            params = {"column": column.label}
            yield Problem(
                code="change_without_base", place=place, column=column.id, raw=raw, params=params
            )
