"""What is to be checked in a workbook, entry by entry, as the sheet Review lists it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from math import isnan

import numpy as np
import pandas as pd

from ..problems import Problem, column_letter
from ..records import Origin, Reading, SheetRecords
from .keys import cell_keys

__all__ = ["Entry", "entries_of"]

# Rows below the last record in which the same text may stand once rows were sorted or moved.
_BELOW = 500
_RANKS = {"error": 0, "warning": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A problem, and how the workbook itself can tell whether it still stands.

    `id` names it from run to run. `typed` is what stands in the cell (None in a blank one), as a
    number where it is one, and `area` the cells of its column, "" where no cell can tell. `keys`
    are those of the cell, none where it cannot be marked. `confirmed` is what somebody typed who
    says that it is right.
    """

    id: str
    problem: Problem
    typed: str | float | bool | None = None
    area: str = ""
    keys: tuple[str, ...] = ()
    confirmed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tab:
    """A tab that holds a table, or a part of it: its records from `first` to `last`."""

    records: SheetRecords
    origin: Origin
    first: int
    last: int


def entries_of(reading: Reading, *, date_1904: bool = False) -> tuple[Entry, ...]:
    """List what is to be checked: errors first, then warnings, each in the order it was found.

    `date_1904` tells that the workbook counts its days from 1904.
    """
    start = datetime(1904, 1, 1) if date_1904 else datetime(1899, 12, 30)
    tabs = {tab.origin.sheet: tab for tab in _tabs(reading)}
    told = [problem for problem in reading.problems if problem.severity in _RANKS]
    told.sort(key=lambda problem: _RANKS[problem.severity])
    counts: Counter[str] = Counter()
    found: list[Entry] = []
    for problem in told:
        place = problem.place
        if place == reading.form_places.get(problem.column or ""):
            # A field is one cell, and what stands there is its own.
            raw, area, sheet = problem.raw, f"{_quoted(place.sheet)}!{place.cell}", ""
        else:
            raw, area, sheet = _cell(problem, tabs.get(place.sheet or ""))
        typed = _typed(raw, start)
        if typed is None and area:
            area = f"{_quoted(place.sheet)}!{place.cell}"
        keys = cell_keys(sheet, problem.column or "", typed) if sheet else ()
        name = "|".join((problem.code, keys[0] if keys else str(place.sheet), problem.column or ""))
        counts[name] += 1
        # The same text twice in a column is two entries, and an answer is for one of them.
        name = name if counts[name] == 1 else f"{name}|{counts[name]}"
        confirmed = reading.confirmed.get(name, "")
        found.append(
            Entry(
                id=name,
                problem=problem,
                typed=typed,
                area=area,
                keys=() if confirmed else keys,
                confirmed=confirmed,
            )
        )
    return tuple(found)


def _tabs(reading: Reading) -> Iterator[_Tab]:
    for records in reading.sheets.values():
        starts = [(0, records.origin), *records.parts]
        ends = [*(first for first, _ in starts[1:]), len(records.rows)]
        for (first, origin), last in zip(starts, ends, strict=True):
            yield _Tab(records=records, origin=origin, first=first, last=last)


def _cell(problem: Problem, tab: _Tab | None) -> tuple[object, str, str]:
    """Return what stands in the cell, the cells of its column, and its sheet; "" if no cell can."""
    row, column, name = problem.place.row, problem.place.column, problem.column
    if tab is None or row is None or column is None or name not in tab.records.raw:
        return None, "", ""
    rows = tab.records.rows[tab.first : tab.last]
    at = int(np.searchsorted(rows, row))
    if at == len(rows) or rows[at] != row:
        return None, "", ""
    letter = column_letter(column)
    first, last = tab.origin.header_row + 1, int(rows[-1]) + _BELOW
    area = f"{_quoted(tab.origin.sheet)}!${letter}${first}:${letter}${last}"
    return tab.records.raw[name].iloc[tab.first + at], area, tab.records.sheet


def _quoted(tab: str | None) -> str:
    return "'" + (tab or "").replace("'", "''") + "'"


def _typed(raw: object, start: datetime) -> str | float | bool | None:
    """Return a cell's content as formulas see it: dates as numbers of days since `start`."""
    if raw is None or raw is pd.NaT or raw is pd.NA or raw == "":
        return None
    if isinstance(raw, bool | str | int | float):
        return None if isinstance(raw, float) and isnan(raw) else raw
    if isinstance(raw, date):
        moment = raw if isinstance(raw, datetime) else datetime.combine(raw, time())
        return (moment - start).total_seconds() / 86_400
    return str(raw)
