"""The units people see: in headers, in notes above a table, in number formats, in metrics' names.

A number whose format shows it in another unit is read as if what people see had been typed: 1.5
shown as 1.5万 is 15,000. A format that only shortens, 15000 as 1.5万, comes to the same number.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..formulas import names_scale, parse_expression
from ..template import Column, TableSheet, bind_metric
from ..values import (
    PercentScale,
    bare_size,
    hides_thousands,
    names_return,
    noted_unit,
    parse_column,
    scale_of,
    seen,
    shows_percent,
    unit_in,
    unit_of,
    unit_stated,
)
from .table import Binding, Grid, Job, Surroundings, Table, once_each

_SHOWN_AS_PERCENT = ("percent", "quantity")
_STATED = frozenset(("number", "money"))


def money_note(grid: Grid, binding: Binding) -> str | None:
    """Return the unit of money that a note above the header states: 单位：万元."""
    for row in range(min((*binding.header.rows, binding.header.first))):
        for text in (grid.text(row, at) for at in range(grid.width)):
            unit = noted_unit(text) if text else None
            if unit is not None:
                return unit
    return None


def column_unit(column: Column, header: str, note: str | None = None) -> str | None:
    """Return the unit of a column's bare numbers: its header's, or for money that of a note."""
    if not column.is_numeric:
        return None
    unit = unit_in(header)
    return note if unit is None and column.type == "money" else unit


def with_shown(table: Table) -> Table:
    """Return the table with what people see in the cells whose format shows another unit."""
    grid, first = table.grid, table.first
    columns = {table.binding.columns[c.id]: c for c in table.inputs if c.is_numeric}
    codes = grid.format_codes(set(columns))
    texts: dict[tuple[int, int], str] = {}
    for (row, at), code in codes.items():
        if not (first <= row < grid.height and at < grid.width):
            continue
        number, column = grid.cells[row, at], columns[at]
        if not isinstance(number, int | float) or isinstance(number, bool):
            continue
        if column.type in _SHOWN_AS_PERCENT and shows_percent(code):
            continue
        unit = column_unit(column, table.binding.headers.get(column.id, ""), table.note)
        if hides_thousands(code, number) and scale_of(unit or "") == 1:
            continue
        text = seen(code, number)
        if text is not None:
            texts[row, at] = text
    if not texts:
        return replace(table, grid=replace(grid, codes=codes))
    cells = grid.cells.copy()
    stored = {place: cells[place] for place in texts}
    for place, text in texts.items():
        cells[place] = text
    return replace(table, grid=replace(grid, cells=cells, codes=codes, shown=stored))


def report_units(job: Job) -> None:
    """Tell once per column in which unit its numbers were read, if not as they stand."""
    _report_shown(job)
    unit = job.typed.contexts[job.column.id].unit
    said = unit_in(job.header)
    noted, own = unit_of(job.table.note or ""), unit_of(said or "")
    is_money = job.column.type == "money"
    if is_money and noted and own and not own.is_rate and own.scale != noted.scale:
        job.report_column("unit_contradicted", header=job.header, unit=job.table.note)
    if is_foreign(said) and not any(is_foreign(unit_in(t)) for t in job.column.label.values()):
        job.report_column("other_unit", raw=job.header)
    factor = scale_of(unit or "")
    count = sum(map(is_bare, job.raw.tolist())) if factor != 1 else 0
    if count and job.column.type != "percent":
        code = "unit_from_header" if said is not None else "unit_from_note"
        job.report_column(code, unit=unit, factor=f"{factor:,}", count=count)


def is_foreign(unit: str | None) -> bool:
    """Whether a unit is another currency than ours."""
    found = unit_of(unit or "")
    return found is not None and found.currency not in (None, "¥")


def is_bare(cell: object) -> bool:
    """Whether a cell holds a number without any unit, be it stored as text."""
    if isinstance(cell, str):
        return bool(cell.strip()) and unit_stated(cell) == "none"
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _report_shown(job: Job) -> None:
    grid, at = job.table.grid, job.table.binding.columns[job.column.id]
    if not grid.codes:
        return
    values = job.typed.frame[job.column.id].tolist()
    changed: list[int] = []
    for position, row in enumerate(job.rows.records.tolist()):
        place = (job.table.first + row, at)
        if place in grid.shown:
            value = values[position]
            if isinstance(value, int | float) and value != grid.shown[place]:
                changed.append(position)
        elif place in grid.codes:
            number = grid.cells[place]
            if isinstance(number, int | float) and hides_thousands(grid.codes[place], number):
                text = seen(grid.codes[place], number)
                job.report("format_hides_thousands", position, number, shown=text)
    if changed:
        place = (job.table.first + int(job.rows.records[changed[0]]), at)
        job.report(
            "unit_from_format",
            changed[0],
            job.raw.iloc[changed[0]],
            count=len(changed),
            shown=grid.cells[place],
            value=f"{values[changed[0]]:,.15g}",
        )


def says_return(job: Job, position: int) -> bool:
    """Whether a ratio is one of output to input, by its column or the name of its metric."""
    name = named_by(job.table.sheet).get(job.column.id, "")
    said = job.typed.raw[name].iloc[position] if name in job.typed.raw else None
    return names_return(job.header) or (isinstance(said, str) and names_return(said))


def known_scale(job: Job, cells: pd.Series[Any], around: Surroundings) -> PercentScale | None:
    """Tell how bare percentages are meant by the figures of the sheet: CTR by clicks ÷ impressions.

    None where the sheet has no such figures, "unclear" where they say both.
    """
    metric = bind_metric(job.column.label["zh-Hans"], around.template)
    if metric is None or metric.numerator is None or metric.denominator is None or metric.minus:
        return None
    parts = [metric.numerator, metric.denominator]
    if not set(parts) <= set(job.table.binding.columns):
        return None
    records = job.rows.records[cells.index.to_numpy()]
    upper, lower = (
        parse_column(pd.Series(job.table.cells(name)[records], dtype=object), "number").values
        for name in parts
    )
    said: set[PercentScale] = set()
    for cell, top, bottom in zip(cells.tolist(), upper.tolist(), lower.tolist(), strict=True):
        size = bare_size(cell)
        if size and not pd.isna(top) and not pd.isna(bottom) and top and bottom:
            times = size * bottom / top
            scales: dict[PercentScale, float] = {"fraction": 1.0, "points": 100.0}
            said |= {scale for scale, usual in scales.items() if 0.8 <= times / usual <= 1.25}
    return said.pop() if len(said) == 1 else "unclear" if said else None


@once_each
def named_by(sheet: TableSheet) -> Mapping[str, str]:
    """Return, per column of quantities, the column of names whose unit its figures are in."""
    calls = [
        node
        for column in sheet.computed
        for node in ast.walk(parse_expression(column.formula or "0"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    return {
        call.args[0].id: call.args[1].id
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "amount" and len(call.args) > 1
        if isinstance(call.args[0], ast.Name) and isinstance(call.args[1], ast.Name)
    }


def settle_units(jobs: Sequence[Job]) -> None:
    """Bring figures with a unit of their own into that of the metric's name.

    95万 as 销售额(万元) is 95; bare figures are in the name's unit already.
    """
    for job in jobs:
        name = named_by(job.table.sheet).get(job.column.id)
        if name is None or name not in job.typed.frame:
            continue
        names = job.typed.frame[name].tolist()
        scales = [
            scale_of(unit_in(text) or "") if isinstance(text, str) and names_scale(text) else 1
            for text in names
        ]
        positions = [at for at, scale in enumerate(scales) if scale != 1 and _states(job, at)]
        if positions:
            values = job.typed.frame[job.column.id].copy()
            for at in positions:
                values.iloc[at] = values.iloc[at] / scales[at]
            job.typed.frame[job.column.id] = values


def _states(job: Job, position: int) -> bool:
    """Whether a figure says its unit, in its cell or in the header."""
    value = job.typed.frame[job.column.id].iloc[position]
    kind = job.typed.kinds[job.column.id].iloc[position]
    if not isinstance(value, int | float | np.floating) or kind not in _STATED:
        return False
    raw = job.raw.iloc[position]
    is_scaled = scale_of(job.typed.contexts[job.column.id].unit or "") != 1
    return is_scaled or not is_bare(raw)
