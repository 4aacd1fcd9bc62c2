"""Tell of days that say what has happened, and have not come yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from ..formulas import references
from ..metrics import days_of
from ..problems import Place, Problem
from ..records import Reading, SheetRecords
from ..template import Column, TableSheet

# Of many cells only so many are named.
_NAMED = 8


def future_actuals(reading: Reading, as_of: date | None) -> tuple[Problem, ...]:
    """Report actual dates after `as_of`, once per column with its cells; call after computing.

    Actual are the date columns called `actual_…`, and `solved_on`. Where a computed column reads
    the date out of a text, the text is named.
    """
    if as_of is None:
        return ()
    return tuple(
        problem
        for sheet in reading.template.tables
        if (records := reading.sheets.get(sheet.id)) is not None
        for problem in _of_sheet(sheet, records, as_of)
    )


def _of_sheet(sheet: TableSheet, records: SheetRecords, as_of: date) -> Iterator[Problem]:
    found: dict[str, set[int]] = {}
    for column in sheet.columns:
        # Kept as people wrote it, a date is told by the computed column beside it.
        if not _is_actual(column) or not _holds_days(records, column):
            continue
        late = days_of(records.frame, column.id) > np.datetime64(as_of, "D")
        if late.any():
            typed = _typed(sheet, column)
            found.setdefault(typed, set()).update(np.flatnonzero(late).tolist())
    for name, rows in found.items():
        places = [records.place(row, name) for row in sorted(rows)]
        yield Problem(
            code="actual_in_future",
            place=places[0],
            column=name,
            raw=_raw(records, min(rows), name),
            params={
                "column": sheet[name].label,
                "day": as_of.isoformat(),
                "count": len(places),
                "cells": _cells(places),
            },
        )


def _is_actual(column: Column) -> bool:
    named = column.id.startswith("actual_") or column.id == "solved_on"
    return named and column.type in ("date", "datetime")


def _holds_days(records: SheetRecords, column: Column) -> bool:
    return column.id in records.frame and records.frame[column.id].dtype.kind == "M"


def _typed(sheet: TableSheet, column: Column) -> str:
    """Return the column people type into that a date comes from."""
    name = column.id
    while (formula := sheet[name].formula) is not None:
        name = references(formula, sheet)[0]
    return name


def _raw(records: SheetRecords, row: int, name: str) -> object:
    raw = records.raw[name].iat[row] if name in records.raw else None
    return f"{raw:%Y-%m-%d}" if isinstance(raw, date) else raw


def _cells(places: Sequence[Place]) -> str:
    named = ", ".join(place.cell or "" for place in places[:_NAMED])
    return named if len(places) <= _NAMED else f"{named} …"
