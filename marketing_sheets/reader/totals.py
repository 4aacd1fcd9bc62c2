"""Control totals: what was read = what is used + what is listed; and the totals staff wrote."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pandas.api.types import infer_dtype

from ..problems import Problem
from ..records import ControlTotal
from ..templates import Column
from ..values import Context, parse, scale_of
from .sorting import Skipped, SortedRows, Table
from .typed import TypedTable, problem_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.floating[Any]]

__all__ = ["control_totals", "mismatched_totals"]

_CENT = 0.005


def control_totals(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[ControlTotal]:
    """Account for every row and for all that looks like a number in the additive columns."""
    skips = [skipped for skipped in rows.skipped if not _is_drawn(table, skipped)]
    reasons = Counter(skipped.reason for skipped in skips)
    listed: dict[str, float] = {str(reason): count for reason, count in sorted(reasons.items())}
    if len(rows.unfilled):
        listed["unfilled_row"] = len(rows.unfilled)
    content = _content(table, rows)
    yield ControlTotal(
        sheet=table.sheet.id,
        column=None,
        read=int(content.sum()) - (len(rows.skipped) - len(skips)),
        used=len(rows.records),
        listed=listed,
    )
    for column in _additive(table):
        looks = _looks(table, column, typed)
        values = typed.frame[column.id].array
        used = values.to_numpy(np.float64, na_value=0.0).sum() if len(values) else 0.0
        parts: defaultdict[str, float] = defaultdict(float)
        for skipped in rows.skipped:
            if _is_drawn(table, skipped):
                looks[skipped.row] = 0.0
            parts[skipped.reason] += float(looks[skipped.row])
        parts["unfilled_row"] += float(looks[rows.unfilled].sum())
        for position, code in typed.faults.get(column.id, {}).items():
            parts[code] += float(looks[rows.records[position]])
        yield ControlTotal(
            sheet=table.sheet.id,
            column=column.id,
            read=float(looks.sum()),
            used=float(used),
            listed={reason: amount for reason, amount in sorted(parts.items()) if amount},
        )


def _is_drawn(table: Table, skipped: Skipped) -> bool:
    """Whether it is the total that the workbook itself drew on the page: nobody wrote it."""
    return skipped.row + table.binding.header.first + 1 in table.grid.own_rows


def mismatched_totals(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Report the totals staff wrote that no sum of their rows gives.

    A total may stand for all rows, for those above it, or for those between it and the total
    before or after it, whichever fits; a subtotal for one of the last two. Averages are held
    against means in the same way.
    """
    totals = [skipped for skipped in rows.skipped if skipped.total is not None]
    if not totals:
        return
    for column in _additive(table):
        looks = _looks(table, column, typed)
        values = typed.frame[column.id].astype("Float64").to_numpy(np.float64, na_value=np.nan)
        at = table.binding.columns[column.id]
        ends = [-1, *(skipped.row for skipped in totals), table.grid.height]
        for last, skipped, following in zip(ends, totals, ends[2:], strict=False):
            since = values[(rows.records > last) & (rows.records < skipped.row)]
            below = values[(rows.records > skipped.row) & (rows.records < following)]
            raw = table.grid.cells[table.binding.header.first + skipped.row, at]
            stated = float(looks[skipped.row])
            if raw is None or raw == "" or (stated == 0 and isinstance(raw, str)):
                continue
            above = values[rows.records < skipped.row]
            spans = [since, below] if skipped.total == "subtotal" else [values, above, since, below]
            computed = _misses(stated, skipped, spans)
            if computed is not None:
                params = {"stated": f"{stated:,.10g}", "computed": f"{computed:,.10g}"}
                yield problem_of(
                    table, column, skipped.row, code="total_mismatch", raw=raw, **params
                )


def _misses(stated: float, skipped: Skipped, spans: Sequence[Numbers]) -> float | None:
    """Return what the total should be if none of the rows it may stand for give `stated`."""
    figure = _mean if skipped.total == "average" else _sum
    figures = [figure(span) for span in spans]
    if any(abs(f - stated) <= max(_CENT, abs(f) * 1e-9) for f in figures):
        return None
    # Above the first group there are no rows: what follows is meant.
    return next((f for f, span in zip(figures, spans, strict=True) if len(span)), figures[0])


def _sum(values: Numbers) -> float:
    return float(np.nansum(values))


def _mean(values: Numbers) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


def _additive(table: Table) -> list[Column]:
    return [column for column in table.inputs if column.additive and column.is_numeric]


def _content(table: Table, rows: SortedRows) -> npt.NDArray[np.bool_]:
    """Count the rows anew, from the cells: the sorting must not vouch for itself."""
    binding = table.binding
    first = binding.header.first
    columns = [binding.columns[c.id] for c in table.inputs] + list(binding.extras.values())
    content = np.zeros(len(rows.block), dtype=bool)
    for at in columns:
        # A row needs one filled cell only; after a few columns hardly any is left to look at.
        open_rows = np.flatnonzero(~content)
        cells = table.grid.cells[first:, at][open_rows].tolist()
        content[open_rows] = np.fromiter(
            (c is not None and (c.__class__ is not str or bool(c.strip())) for c in cells),
            bool,
            len(cells),
        )
    return content


def _looks(table: Table, column: Column, typed: TypedTable) -> Numbers:
    """Return the number each cell looks like, whatever the column's bounds; 0 where none."""
    context = replace(typed.contexts[column.id], min=None, max=None)
    scale = scale_of(context.unit or "")
    if infer_dtype(table.cells(column.id), skipna=False) == "floating":
        return table.cells(column.id).astype(np.float64) * scale
    cells = table.cells(column.id).tolist()
    known: dict[tuple[type, Any], float] = {}
    result = np.zeros(len(cells), dtype=np.float64)
    for i, cell in enumerate(cells):
        if cell is None or cell == "":
            continue
        if cell.__class__ is float or cell.__class__ is int:
            result[i] = cell * scale
            continue
        key = (cell.__class__, cell)
        number = known.get(key)
        if number is None:
            number = known[key] = _look(cell, column, context)
        result[i] = number
    return result


def _look(cell: object, column: Column, context: Context) -> float:
    for kind in (column.type, "money", "number"):
        value = parse(cell, kind, context).value
        if isinstance(value, int | float):
            return float(value)
    return 0.0
