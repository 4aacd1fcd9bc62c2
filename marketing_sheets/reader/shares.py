"""The row that is a fixed share of its column's total: computed where blank, else held against it.

Our own formula in that cell has no result until Excel has opened the file; then it is computed here
as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from ..formulas_shares import differs, due_share
from ..problems import Problem
from ..records import SheetRecords
from ..templates import TableSheet
from ..values_cells import nothing
from .grid import Grid
from .typed import Surroundings, listed

__all__ = ["FoundShare", "find_share", "share_problem", "with_share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShare:
    """The record at `position` should hold `due`; `typed` is what it holds, None if nothing.

    Nothing is due while the other rows are blank, nor while amounts of them are `unread`: cells
    that hold something which is no number.
    `raw` is what stands in its cell, at `row` and `column` of the tab, from 1.
    """

    position: int
    due: float | None
    rate: float
    typed: float | None
    raw: object
    row: int
    column: int
    is_ours: bool
    unread: tuple[str, ...] = ()

    @property
    def fills(self) -> bool:
        """Whether the amount takes the place of a blank, or of our own formula."""
        if self.typed is not None:
            return False
        return self.is_ours or (self.raw is None and self.due is not None)


def find_share(records: SheetRecords, sheet: TableSheet, around: Surroundings) -> FoundShare | None:
    """Find the row of the share and what it should hold; None if there is nothing to hold."""
    share = sheet.share
    if share is None or not {share.column, share.row_column} <= set(records.origin.columns):
        return None
    rows = records.frame[share.row_column].astype(object) == share.row_choice
    at = [position for position, is_share in enumerate(rows.tolist()) if is_share is True]
    if len(at) != 1:
        return None
    amounts = records.frame[share.column].astype(object).tolist()
    setting = around.settings.get(share.of_total)
    if setting is None:
        setting = around.template.settings[share.of_total].value
    typed = records.raw[share.column].tolist()
    others = [float(a) for i, a in enumerate(amounts) if i != at[0] and not pd.isna(a)]
    unread = tuple(
        str(records.place(i, share.column).cell)
        for i, a in enumerate(amounts)
        if i != at[0] and pd.isna(a) and _is_filled(typed[i])
    )
    raw = records.raw[share.column].iloc[at[0]]
    return FoundShare(
        position=at[0],
        due=None if unread else due_share(others, float(setting)),
        rate=float(setting),
        typed=None if pd.isna(amounts[at[0]]) else float(amounts[at[0]]),
        raw=None if raw is None or raw == "" else raw,
        row=int(records.rows[at[0]]),
        column=records.origin.columns[share.column],
        is_ours=isinstance(raw, str) and f"set_{share.of_total}" in raw,
        unread=unread,
    )


def _is_filled(cell: object) -> bool:
    return isinstance(cell, str) and nothing(cell) is None and bool(cell.strip())


def with_share(grid: Grid, share: FoundShare) -> Grid:
    """Return the tab with the amount of the share in its cell."""
    cells = grid.cells.copy()
    cells[share.row - 1, share.column - 1] = "" if share.due is None else share.due
    cell, formulas = (share.row, share.column), grid.uncalculated_cells

    def others(columns: set[int]) -> dict[tuple[int, int], str]:
        return {at: text for at, text in formulas(columns).items() if at != cell}

    return replace(grid, cells=cells, uncalculated_cells=others)


def share_problem(share: FoundShare, records: SheetRecords, sheet: TableSheet) -> Problem | None:
    """Tell of an amount that was filled in, or of one that is not the share; None for neither."""
    if sheet.share is None or (share.due is None and not share.unread):
        return None
    code: str | None
    if share.unread:
        code = "share_unknown"
    elif share.fills:
        code = None if share.is_ours else "share_filled"
    elif share.typed is None:
        code = None
    else:
        due = share.due
        code = "share_differs" if due is not None and differs(share.typed, due) else None
    if code is None:
        return None
    column = sheet[sheet.share.column]
    name = records.raw[sheet.share.row_column].iloc[share.position]
    params = {
        "column": column.label,
        "row": name,
        "due": "" if share.due is None else f"{share.due:,.10g}",
        "cells": listed(share.unread),
        "stated": "" if share.typed is None else f"{share.typed:,.10g}",
        "rate": f"{share.rate * 100:g}%",
    }
    place = records.place(share.position, column.id)
    return Problem(code=code, place=place, column=column.id, raw=share.raw, params=params)
