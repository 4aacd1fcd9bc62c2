"""Alerts about single records, counts of them, and what is not there in time or too soon.

Working days are China's: public holidays, and the days worked in their stead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ..formulas import holds, references
from ..metrics import day_column, days_of, numbers
from ..problems import Place, Problem
from ..records import Reading, SheetRecords
from ..template import Campaign, Record, Rule, TableSheet, is_beyond
from ..texts import Text
from .model import (
    Alert,
    Amount,
    Terms,
    amount,
    choice_setting,
    is_recent,
    label_of,
    leader,
    raised,
    terms,
    text_at,
    what_of,
)

_DAY = timedelta(days=1)


def _known(day: date) -> bool | None:
    """Return what the official calendar says of a day, None for a year it does not have."""
    import chinese_calendar  # noqa: PLC0415 - only rules that count working days need it

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def knows_year(year: int) -> bool:
    """Whether the official calendar has this year; else only weekends and own days are off."""
    return _known(date(year, 1, 1)) is not None


def is_workday(day: date, holidays: Collection[date] = ()) -> bool:
    """Whether people work on a day: not on `holidays`, else as the official calendar says.

    In a year it does not have Monday to Friday are working days.
    """
    if day in holidays:
        return False
    known = _known(day)
    return day.weekday() < 5 if known is None else known


def working_days_after(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """Return the working day that is `count` working days after `day`; 0 returns `day` itself."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day, holidays)
    return day


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
    start, end = (_day_of(reading.form.get(name)) for name in Campaign.PERIOD)
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
            place = reading.form_places.get(Campaign.END_DATE, Place(file=reading.file))
            found[year] = Problem(code="calendar_unknown", place=place, params={"year": year})
    return tuple(found.values())


def _days(
    rule: Rule, reading: Reading, records: SheetRecords, as_of: date, *, pause: int
) -> Iterator[Alert]:
    """Find the days without a row, from the campaign's first, else from the first with one.

    A gap longer than `pause` days is taken for a break once there are data after it: until then
    waiting proves nothing.
    """
    sheet = reading.template[records.sheet]
    assert isinstance(sheet, TableSheet)
    column = day_column(sheet)
    start, end = (_day_of(reading.form.get(name)) for name in Campaign.PERIOD)
    last = _last_due(reading, as_of, end)
    if column not in records.frame:
        return
    days = days_of(records.frame, column)
    seen = sorted({day.item() for day in np.unique(days[~np.isnat(days)])})
    seen = [day for day in seen if day <= last]
    if not seen and start is None:
        return
    before = [start - _DAY] if start is not None and (not seen or start <= seen[0]) else []
    missing = [
        day + n * _DAY
        for day, following in pairwise([*before, *seen, last + _DAY])
        if (following - day).days - 1 <= pause or following > last
        for n in range(1, (following - day).days)
    ]
    if not missing:
        return
    row = int(np.flatnonzero(~np.isnat(days))[-1]) if seen else None
    yield raised(
        rule,
        reading,
        (records.sheet,),
        what=what_of(rule, sheet.label, value=len(missing), since=missing[0]),
        place=records.origin.place() if row is None else records.place(row, column),
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
            place=records.origin.place(),
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


def sheet_of(reading: Reading, records: SheetRecords) -> TableSheet:
    """Return the template's sheet of some records."""
    sheet = reading.template[records.sheet]
    assert isinstance(sheet, TableSheet)
    return sheet


def about(reading: Reading, records: SheetRecords, row: int) -> tuple[object, ...]:
    """Return what tells a record from others whatever row it stands in: sheet and key values."""
    sheet = sheet_of(reading, records)
    keys = sheet.key or tuple(column.id for column in sheet.columns if column.is_key)
    return (records.sheet, *(_said(records, row, key) for key in keys if key in records.frame))


def _said(records: SheetRecords, row: int, column: str) -> str:
    value: Any = records.frame[column].iat[row]
    if pd.isna(value):
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def key_name(reading: Reading, records: SheetRecords, row: int) -> Text | str:
    """Return the name people know a record by."""
    sheet = sheet_of(reading, records)
    named = next((c.id for c in sheet.columns if c.is_key), next(iter(sheet.key), ""))
    return _label(reading, sheet, named, _said(records, row, named)) if named else sheet.label


def _label(reading: Reading, sheet: TableSheet, column: str, value: str) -> Text | str:
    choices = sheet[column].choices if column in sheet else None
    return label_of(reading.template, choices or "", value)


def whose(reading: Reading, records: SheetRecords, row: int) -> tuple[Text | str, str]:
    """Return department and person of a record; else those who lead the campaign."""
    owner = text_at(records, row, Record.OWNER)
    department = label_of(reading.template, "department", text_at(records, row, Record.DEPARTMENT))
    return (department, owner) if owner or department else leader(reading)


def rows_where(test: str, rule: Rule, reading: Reading, sheet_id: str, as_of: date) -> list[int]:
    """Return the positions of the records for which a rule's expression holds.

    A record with a cell in question that cannot be read is left out: nobody knows what was meant.
    """
    records, said = reading.sheets[sheet_id], terms(rule, reading)
    if said is None:
        return []
    numbers = {"rule_limit": said.limit, "rule_days": said.days}
    found = holds(
        test,
        records,
        template=reading.template,
        as_of=as_of,
        choices=reading.choices or None,
        settings={**reading.settings, **{k: float(v) for k, v in numbers.items() if v is not None}},
    )
    doubtful = {p.place for p in reading.problems if p.severity == "error"}
    used = [c for c in references(test, sheet_of(reading, records)) if c in records.frame]
    return [
        row
        for row in np.flatnonzero(found).tolist()
        if not any(
            records.place(row, name) in doubtful and records.frame[name].isna().iat[row]
            for name in used
        )
    ]


def _where(rule: Rule, test: str, sheet: TableSheet) -> str:
    """Return the column to look at: the rule's, else the last one its expression names."""
    named = [name for name in references(test, sheet) if not sheet[name].hidden]
    return rule.column if rule.column in sheet and rule.column else named[-1]


def rows(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find the records for which a rule's expression holds."""
    said = terms(rule, reading)
    for sheet_id, test in rule.when.items():
        records = reading.sheets.get(sheet_id)
        if records is None or said is None:
            continue
        column = _where(rule, test, sheet_of(reading, records))
        for row in rows_where(test, rule, reading, sheet_id, as_of):
            yield raised(
                rule,
                reading,
                about(reading, records, row),
                what=what_of(rule, key_name(reading, records, row)),
                place=records.place(row, column),
                size=0.0,
                whose=whose(reading, records, row),
                blanks={"days": said.days, "limit": amount(said.limit or 0.0, rule)},
            )


def counted(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find groups of records whose sum or count is beyond a limit."""
    said = terms(rule, reading)
    for sheet_id in rule.sheets:
        records = reading.sheets.get(sheet_id)
        if records is None or said is None or said.limit is None or records.frame.empty:
            continue
        used = _in_time(reading, records, said, as_of)
        by = rule.by if rule.by in records.frame else None
        names = _names(records, by, used)
        for name in dict.fromkeys(n for n in names if n is not None):
            group = used[[n == name for n in names]]
            value = _measured(rule, reading, records, group)
            if not is_beyond(value, said.limit, above=rule.side == "above"):
                continue
            shown = _group_name(reading, sheet_of(reading, records), by, name)
            yield raised(
                rule,
                reading,
                (sheet_id, f"{name:%Y-%m-%d}" if isinstance(name, date) else name),
                what=what_of(rule, shown, value=Amount(value=value, unit=rule.unit)),
                place=records.place(int(group[-1]), rule.column or by or _key_of(reading, records)),
                size=abs(value - said.limit) / max(abs(said.limit), 1.0),
                blanks={"limit": amount(said.limit, rule), "days": said.days},
            )


def _names(records: SheetRecords, by: str | None, used: np.ndarray[Any, Any]) -> list[Any]:
    """Return the group of each row, None where its cell is blank."""
    if by is None:
        return [""] * len(used)
    cells = records.frame[by].iloc[used].astype(object)
    return list(cells.where(cells.notna(), None))


def _in_time(
    reading: Reading, records: SheetRecords, said: Terms, as_of: date
) -> np.ndarray[Any, Any]:
    """Return the positions of the rows up to the day, of the last `days` if the rule says so."""
    day = day_column(sheet_of(reading, records))
    if day not in records.frame:
        return np.arange(len(records.frame))
    days, last = days_of(records.frame, day), np.datetime64(as_of, "D")
    used = ~(days > last)
    if said.days is not None:
        used &= is_recent(days, as_of, said.days)
    return np.flatnonzero(used)


def _measured(
    rule: Rule, reading: Reading, records: SheetRecords, group: np.ndarray[Any, Any]
) -> float:
    if rule.of == "rows" or rule.column is None:
        key = _key_of(reading, records)
        named = records.frame[key].iloc[group].notna() if key else np.ones(len(group), dtype=bool)
        return float(named.sum())
    if rule.of == "distinct":
        return float(records.frame[rule.column].iloc[group].nunique())
    return float(np.nansum(numbers(records.frame, rule.column)[group]))


def _key_of(reading: Reading, records: SheetRecords) -> str | None:
    return next((c.id for c in sheet_of(reading, records).columns if c.is_key), None)


def _group_name(reading: Reading, sheet: TableSheet, by: str | None, name: object) -> Any:
    if by is None:
        return sheet.label
    if isinstance(name, date):
        return name
    return _label(reading, sheet, by, str(name))
