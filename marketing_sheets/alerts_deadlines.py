"""Alerts about what is not there when it is due, or too soon: daily rows, results, a review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from .alerts_model import Alert
from .alerts_rows import about, key_name, rows_where, whose
from .alerts_terms import choice_setting, raised, terms, what_of
from .metrics import day_column
from .metrics_figures import days_of
from .places import Place
from .problems import Problem
from .records import Reading, SheetRecords
from .rules import Rule
from .templates import TableSheet
from .workdays import knows_year, working_days_after

__all__ = ["calendar_notes", "overdue", "premature"]

_DAY = timedelta(days=1)


def overdue(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find what a deadline rule asks for and is not there.

    Without `after` it is a row for each day that is due; without `when` anything at all in the
    sheet; else each record for which `when` holds.
    """
    said = terms(rule, reading)
    if said is None:
        return
    for sheet_id in rule.sheets:
        records = reading.sheets.get(sheet_id)
        if records is None:
            continue
        if not rule.after:
            yield from _days(rule, reading, records, as_of, pause=said.days or 0)
        elif sheet_id in rule.when:
            yield from _records(rule, reading, records, as_of, days=said.days or 0)
        else:
            yield from _nothing(rule, reading, records, as_of, days=said.days or 0)


def premature(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find what has been filled in before its day."""
    said, since = terms(rule, reading), _since(rule, reading)
    if said is None or since is None:
        return
    due = _due(rule, reading, since, said.days or 0)
    for sheet_id in rule.sheets if as_of < due else ():
        records = reading.sheets.get(sheet_id)
        if records is None or rule.column not in records.frame:
            continue
        filled = np.flatnonzero(records.frame[rule.column].notna().to_numpy())
        if len(filled):
            yield raised(
                rule,
                reading,
                (sheet_id,),
                what=what_of(rule, reading.template[sheet_id].label),
                place=records.place(int(filled[0]), rule.column),
                size=(due - as_of).days,
                blanks={"since": due, "days": (due - as_of).days},
            )


def _day_of(value: Any) -> date | None:
    if value is None or pd.isna(value):
        return None
    return value.date() if isinstance(value, datetime) else value


def _since(rule: Rule, reading: Reading) -> date | None:
    """Return the first known day of those a deadline may count from."""
    start, end = (_day_of(reading.form.get(name)) for name in ("start_date", "end_date"))
    for name in rule.after:
        sheet_id, _, column = name.rpartition(".")
        records = reading.sheets.get(sheet_id)
        if name == "midpoint" and start is not None and end is not None:
            return start + (end - start) / 2
        if records is not None and column in records.frame:
            days = days_of(records.frame, column)
            days = days[~np.isnat(days)]
            if len(days):
                last: date = days.max().item()
                return last
        elif (day := _day_of(reading.form.get(name))) is not None:
            return day
    return None


def _due(rule: Rule, reading: Reading, since: date, days: int) -> date:
    if rule.in_working_days:
        return working_days_after(since, days, reading.holidays)
    return since + timedelta(days=days)


def calendar_notes(reading: Reading) -> tuple[Problem, ...]:
    """Say that working days were counted without the official calendar of their year."""
    found = {}
    for rule in reading.template.rules:
        said, since = terms(rule, reading), _since(rule, reading)
        if not rule.in_working_days or said is None or since is None:
            continue
        due = _due(rule, reading, since, said.days or 0)
        years = (year for year in (since.year, due.year) if not knows_year(year))
        if (year := next(years, None)) is not None:
            place = reading.form_places.get("end_date", Place(file=reading.file))
            found[year] = Problem(code="calendar_unknown", place=place, params={"year": year})
    return tuple(found.values())


def _days(
    rule: Rule, reading: Reading, records: SheetRecords, as_of: date, *, pause: int
) -> Iterator[Alert]:
    """Find the days without a row; a gap longer than `pause` days is taken for a break."""
    sheet = reading.template[records.sheet]
    assert isinstance(sheet, TableSheet)
    column = day_column(sheet)
    start, end = (_day_of(reading.form.get(name)) for name in ("start_date", "end_date"))
    last = _last_due(reading, as_of, end)
    if column not in records.frame:
        return
    days = days_of(records.frame, column)
    seen = sorted({day.item() for day in np.unique(days[~np.isnat(days)])})
    seen = [day for day in seen if day <= last]
    if not seen and start is None:
        return
    edges = [*(seen or [(start or last) - _DAY]), last + _DAY]
    missing = [
        day + n * _DAY
        for day, following in pairwise(edges)
        if 0 < (following - day).days - 1 <= pause
        for n in range(1, (following - day).days)
    ]
    if not missing:
        return
    row = int(np.flatnonzero(~np.isnat(days))[-1]) if seen else None
    place = Place(file=records.origin.file, sheet=records.origin.sheet)
    yield raised(
        rule,
        reading,
        (records.sheet,),
        what=what_of(rule, sheet.label, value=len(missing), since=missing[0]),
        place=place if row is None else records.place(row, column),
        size=len(missing),
        blanks={"days": (as_of - missing[0]).days},
    )


def _last_due(reading: Reading, as_of: date, end: date | None) -> date:
    """Return the last day whose figures must be in: today's, or by tomorrow at ten yesterday's."""
    is_same_day = choice_setting(reading, "daily_deadline") == "same_day"
    last = as_of if is_same_day else as_of - _DAY
    return last if end is None else min(last, end)


def _nothing(
    rule: Rule, reading: Reading, records: SheetRecords, as_of: date, *, days: int
) -> Iterator[Alert]:
    since = _since(rule, reading)
    if since is None or not records.frame.empty:
        return
    due = _due(rule, reading, since, days)
    if as_of > due:
        yield raised(
            rule,
            reading,
            (records.sheet,),
            what=what_of(rule, reading.template[records.sheet].label),
            place=Place(file=records.origin.file, sheet=records.origin.sheet),
            size=(as_of - due).days,
            blanks={"days": (as_of - due).days},
        )


def _records(
    rule: Rule, reading: Reading, records: SheetRecords, as_of: date, *, days: int
) -> Iterator[Alert]:
    own = next((n.partition(".")[2] for n in rule.after if n.startswith(f"{records.sheet}.")), None)
    for row in rows_where(rule.when[records.sheet], rule, reading, records.sheet, as_of):
        since = _since(rule, reading) if own is None else _day_of(records.frame[own].iat[row])
        if since is None:
            continue
        due = _due(rule, reading, since, days)
        if as_of > due:
            yield raised(
                rule,
                reading,
                about(reading, records, row),
                what=what_of(rule, key_name(reading, records, row)),
                place=records.place(row, rule.column),
                size=(as_of - due).days,
                whose=whose(reading, records, row),
                blanks={"days": (as_of - due).days},
            )
