"""Alerts about single records, counts of them, and what is not there in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from .alerts_model import Alert, Amount, label_of, leader, text_at
from .alerts_terms import Terms, amount, raised, terms, what_of
from .formulas import references
from .formulas_pandas import holds
from .languages import Text
from .metrics import day_column
from .metrics_figures import days_of, numbers
from .records import Reading, SheetRecords
from .rules import Rule
from .templates import TableSheet

__all__ = ["about", "counted", "key_name", "rows", "rows_where", "sheet_of", "whose"]


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
    owner = text_at(records, row, "owner")
    department = label_of(reading.template, "department", text_at(records, row, "department"))
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
            beyond = value > said.limit if rule.side == "above" else value < said.limit
            if not beyond:
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
        used &= days > last - said.days
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
