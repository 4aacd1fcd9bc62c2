"""What is doubtful once all figures are computed: the one list of it, and what needs no more.

Checks that a template declares and records break, days that say what has happened and have not come
yet, rows after the day of the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from ..alerts import calendar_notes
from ..formulas import holds, references
from ..metrics import day_column, days_of, later_rows
from ..problems import Place, Problem
from ..records import Reading, SheetRecords
from ..template import Check, Column, Issue, TableSheet
from .computed import computed_doubts, metric_doubts
from .wordings import wording_doubts

# Of many cells only so many are named.
_NAMED = 8


def doubts(reading: Reading, as_of: date | None) -> tuple[Problem, ...]:
    """List what is doubtful about a reading whose computed columns are filled."""
    return (
        *computed_doubts(reading, as_of=as_of),
        *broken_checks(reading, as_of),
        *metric_doubts(reading),
        *wording_doubts(reading),
        *rows_after(reading, as_of),
        *future_actuals(reading, as_of),
        *(() if as_of is None else calendar_notes(reading)),
    )


def broken_checks(reading: Reading, as_of: date | None) -> Iterator[Problem]:
    """Report the records that break a check of their sheet.

    A check that uses a cell which stands in `reading.problems` for having no value is not asked:
    nobody knows what was meant there.
    """
    doubtful = frozenset(p.place for p in reading.problems if p.severity != "info")
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if isinstance(sheet, TableSheet):
            for check in sheet.checks:
                broken = holds(
                    check.when,
                    records,
                    template=reading.template,
                    as_of=as_of,
                    choices=reading.choices or None,
                    settings=reading.settings,
                )
                rows = np.flatnonzero(broken).tolist()
                yield from _broken(check, records, sheet, rows, doubtful)


def _broken(
    check: Check,
    records: SheetRecords,
    sheet: TableSheet,
    positions: Sequence[int],
    doubtful: frozenset[Place],
) -> Iterator[Problem]:
    column, raw = sheet[check.column], records.raw.get(check.column)
    used = _used(check.when, sheet)
    for position in positions:
        lost = (
            name
            for name in used
            if pd.isna(records.frame[name].iloc[position])
            and records.place(position, name) in doubtful
        )
        if any(lost):
            continue
        cell = None if raw is None else raw.iloc[position]
        place = records.place(position, column.id)
        yield column.problem("check_failed", place, _shown(cell), message=check.message)


def _used(expression: str, sheet: TableSheet) -> tuple[str, ...]:
    """Return the columns an expression uses, be it through computed ones."""
    used: dict[str, None] = {}
    waiting = [expression]
    while waiting:
        for name in references(waiting.pop(), sheet):
            if name not in used:
                used[name] = None
                waiting += [formula] if (formula := sheet[name].formula) else []
    return tuple(used)


def rows_after(reading: Reading, as_of: date | None) -> Iterator[Problem]:
    """Say, per sheet, how many rows stand after `as_of`: they are in no figure."""
    later = {} if as_of is None else later_rows(reading, as_of)
    for sheet_id, count in later.items():
        sheet, tab = reading.template[sheet_id], reading.sheets[sheet_id].origin
        assert isinstance(sheet, TableSheet)
        name = day_column(sheet)
        place = tab.place(None, name)
        yield sheet[name].problem("after_as_of", place, count=count, day=f"{as_of}")


def future_actuals(reading: Reading, as_of: date | None) -> Iterator[Problem]:
    """Report actual dates after `as_of`, once per column with its cells.

    Actual are the date columns called `actual_…`, and `solved_on`. Where a computed column reads
    the date out of a text, the text is named.
    """
    for sheet in reading.template.tables:
        records = reading.sheets.get(sheet.id)
        if records is not None and as_of is not None:
            yield from _in_the_future(sheet, records, as_of)


def _in_the_future(sheet: TableSheet, records: SheetRecords, as_of: date) -> Iterator[Problem]:
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
        yield sheet[name].problem(
            "actual_in_future",
            places[0],
            _raw(records, min(rows), name),
            day=as_of.isoformat(),
            count=len(places),
            cells=_cells(places),
        )


def _is_actual(column: Column) -> bool:
    named = column.id.startswith("actual_") or column.id == Issue.SOLVED_ON
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
    return _shown(records.raw[name].iat[row]) if name in records.raw else None


def _shown(cell: object) -> object:
    """Return a cell as a problem quotes it: a day without its time."""
    return f"{cell:%Y-%m-%d}" if isinstance(cell, date) else cell


def _cells(places: Sequence[Place]) -> str:
    named = ", ".join(place.cell or "" for place in places[:_NAMED])
    return named if len(places) <= _NAMED else f"{named} …"
