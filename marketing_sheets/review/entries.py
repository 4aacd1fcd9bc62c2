"""What is to be checked in a workbook, entry by entry, as the sheet Review lists it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from math import isnan
from typing import Final

import numpy as np
import pandas as pd

from ..problems import Problem, column_letter, quoted
from ..records import Origin, Reading, SheetRecords
from ..template import Column, TableSheet
from .keys import BELOW, cell_keys

__all__ = ["LISTED", "Entry", "answers_in", "entries_of"]

_RANKS = {"error": 0, "warning": 1}
# Lines that the Review has; its names refer to as many cells.
LISTED: Final = 2_000
_BLANK, _ERROR_CELL = "required_blank", "error_cell"
# The id of an entry: code, number among its like, file of the row, and content or record.
_SEPARATOR, _LONGEST_ID = "|", 250


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
    finder = _Finder(reading)
    told = [problem for problem in reading.problems if problem.severity in _RANKS]
    told.sort(key=lambda problem: _RANKS[problem.severity])
    counts: Counter[tuple[str, ...]] = Counter()
    found: list[Entry] = []
    for problem in told[:LISTED]:
        cell = finder.cell(problem)
        typed, area = _typed(cell.raw, start), cell.area
        if area and (typed is None or problem.code == _ERROR_CELL):
            area = f"{quoted(problem.place.sheet or '')}!{problem.place.cell}"
        keys = cell_keys(cell.sheet, problem.column or "", typed) if cell.is_marked else ()
        what = keys[0] if keys else f"{cell.sheet}.{problem.column}={problem.raw}@{cell.record}"
        kind = problem.code, cell.file, what
        counts[kind] += 1
        # The same text twice in a column is two entries, and an answer is for one of them.
        name = _SEPARATOR.join((problem.code, str(counts[kind]), cell.file, what))[:_LONGEST_ID]
        confirmed = _answer(name, reading.confirmed)
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
    # What has no line is counted.
    return (*found, *(Entry(id="", problem=problem) for problem in told[LISTED:]))


def _answer(name: str, confirmed: Mapping[str, str]) -> str:
    """Return what somebody typed who confirms an entry, "" if nobody did.

    An answer may have been given before its row came from a file, into a merge or a split.
    """
    if name in confirmed:
        return confirmed[name]
    code, number, file, what = name.split(_SEPARATOR, 3)
    return confirmed.get(_SEPARATOR.join((code, number, "", what)), "") if file else ""


def answers_in(confirmed: Mapping[str, str], file: str) -> dict[str, str]:
    """Return the answers given in a file as a workbook has them into which it was merged."""
    found = dict(confirmed)
    for name, text in confirmed.items():
        code, number, known, what = [*name.split(_SEPARATOR, 3), "", "", ""][:4]
        if not known:
            found[_SEPARATOR.join((code, number, file, what))[:_LONGEST_ID]] = text
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """What a problem is about: what stands there, and the cells where it stands or may stand.

    `area` is "" where no cell can tell whether the problem still stands; `record` what tells the
    row from others, `file` where the row came from.
    """

    sheet: str
    raw: object = None
    area: str = ""
    record: str = ""
    file: str = ""
    is_marked: bool = False


class _Finder:
    """Finds the cells of a reading that problems are about."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._tabs = {
            origin.sheet: _Tab(records=records, origin=origin, first=first, last=last)
            for records in reading.sheets.values()
            for origin, first, last in records.tabs()
        }
        self._forms = {f.id: form.id for form in reading.template.forms for f in form.fields}

    def cell(self, problem: Problem) -> _Cell:
        """Return the cell of a problem; nothing of it where the problem has none."""
        place, name = problem.place, problem.column or ""
        if name in self._forms and place == self._reading.form_places.get(name):
            # A field is one cell, and what stands there is its own.
            area = f"{quoted(place.sheet or '')}!{place.cell}"
            is_marked = problem.told == "cell"
            return _Cell(sheet=self._forms[name], raw=problem.raw, area=area, is_marked=is_marked)
        tab = self._tabs.get(place.sheet or "")
        nothing = _Cell(sheet=str(place.sheet))
        if tab is None or place.row is None or place.column is None:
            return nothing
        records, rows = tab.records, tab.records.rows[tab.first : tab.last]
        at = int(np.searchsorted(rows, place.row))
        if at == len(rows) or rows[at] != place.row or name not in records.raw:
            return nothing
        position = tab.first + at
        raw = records.raw[name].iloc[position]
        is_live = _is_live(problem) and not _is_shown(problem, raw)
        is_marked = is_live and problem.told == "cell"
        return _Cell(
            sheet=records.sheet,
            raw=raw,
            area=_area(tab, place.column, int(rows[-1])) if is_live else "",
            record=self._record(records, position),
            file=_file(records, position),
            is_marked=is_marked and self._column(records, name).type != "long_text",
        )

    def _column(self, records: SheetRecords, name: str) -> Column:
        sheet = self._reading.template[records.sheet]
        return sheet[name]

    def _record(self, records: SheetRecords, position: int) -> str:
        """Return what tells a record from others."""
        sheet = self._reading.template[records.sheet]
        keys = sheet.key if isinstance(sheet, TableSheet) else ()
        return "/".join(str(records.raw[k].iloc[position]) for k in keys if k in records.raw)


def _is_live(problem: Problem) -> bool:
    """Whether the cell alone shows that the problem is solved."""
    return problem.told == "cell" or problem.code == _BLANK


def _is_shown(problem: Problem, raw: object) -> bool:
    """Whether what was read is what a number's format shows; the cell itself holds another text."""
    return isinstance(raw, str) and str(problem.raw) != raw and f"({raw})" in str(problem.raw)


def _area(tab: _Tab, column: int, last: int) -> str:
    letter = column_letter(column)
    return (
        f"{quoted(tab.origin.sheet)}!${letter}${tab.origin.header_row + 1}:${letter}${last + BELOW}"
    )


def _file(records: SheetRecords, position: int) -> str:
    if records.origins is None or "file" not in records.origins:
        return ""
    file = records.origins["file"].iloc[position]
    return file.replace(_SEPARATOR, "-") if isinstance(file, str) else ""


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
