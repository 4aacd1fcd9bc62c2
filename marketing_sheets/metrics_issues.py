"""Open issues by severity and age, and the longest open of each severity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from .metrics_figures import numbers
from .places import Place
from .records import SheetRecords

__all__ = ["IssueRow", "LongestOpen", "days_between", "is_open", "issues_by_severity", "overdue"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LongestOpen:
    """The issue of a severity that has been open longest; ages in days."""

    description: str
    owner: str
    age: int | None
    overdue: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRow:
    """Open issues of one severity (None: left blank) by age, and those past their due date.

    `week` up to 7 days, `fortnight` 8 to 14, `older` above; `undated` lack the date.
    """

    severity: str | None
    week: int
    fortnight: int
    older: int
    undated: int
    overdue: int
    total: int
    longest: LongestOpen


def is_open(frame: pd.DataFrame) -> _Array:
    """Tell which issues are unsolved: neither marked solved nor with a day on which they were."""
    solved = np.zeros(len(frame), dtype=bool)
    if "status" in frame:
        solved |= (frame["status"] == "solved").fillna(value=False).to_numpy(dtype=bool)
    if "solved_on" in frame:
        solved |= frame["solved_on"].notna().to_numpy()
    return ~solved


def days_between(frame: pd.DataFrame, column: str, as_of: date) -> _Array:
    """Return the days from the dates in `column` to `as_of`, NaN where there is no date."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    since = pd.Timestamp(as_of) - pd.to_datetime(frame[column]).dt.normalize()
    return since.dt.days.to_numpy(dtype=float, na_value=np.nan)


def overdue(frame: pd.DataFrame, as_of: date) -> _Array:
    """Return by how many days each unsolved issue is past its due date, at least 0."""
    days = numbers(frame, "overdue_days")
    days = np.where(np.isnan(days), days_between(frame, "due_date", as_of), days)
    return np.where(is_open(frame), np.maximum(np.nan_to_num(days), 0), 0)


def issues_by_severity(
    records: SheetRecords, *, as_of: date, order: tuple[str, ...]
) -> tuple[IssueRow, ...]:
    """Count the open issues per severity; `order` lists the severities, gravest first."""
    frame = records.frame
    unsolved, late = is_open(frame), overdue(frame, as_of)
    age = days_between(frame, "occurred_on", as_of)
    severity = np.full(len(frame), "", dtype=object)
    if "severity" in frame:
        severity = frame["severity"].astype(object).where(frame["severity"].notna(), "").to_numpy()
    others = [name for name in dict.fromkeys(severity[unsolved].tolist()) if name not in order]
    rows = []
    for name in (*order, *sorted(others, reverse=True)):
        rows_of = np.flatnonzero(unsolved & (severity == name))
        if len(rows_of):
            rows.append(_row(records, name or None, rows_of, age, late))
    return tuple(rows)


def _row(
    records: SheetRecords, severity: str | None, rows: _Array, age: _Array, late: _Array
) -> IssueRow:
    ages = age[rows]
    # Undated issues count as young here: nothing says how long they have been open.
    order = np.lexsort((-late[rows], -np.nan_to_num(ages, nan=-np.inf)))
    first = int(rows[order[0]])
    return IssueRow(
        severity=severity,
        week=int((ages <= 7).sum()),
        fortnight=int(((ages > 7) & (ages <= 14)).sum()),
        older=int((ages > 14).sum()),
        undated=int(np.isnan(ages).sum()),
        overdue=int((late[rows] > 0).sum()),
        total=len(rows),
        longest=LongestOpen(
            description=_text(records, first, "description"),
            owner=_text(records, first, "owner"),
            age=None if np.isnan(age[first]) else int(age[first]),
            overdue=int(late[first]),
            place=records.place(first, "description"),
        ),
    )


def _text(records: SheetRecords, row: int, column: str) -> str:
    value: Any = records.frame[column].iat[row] if column in records.frame else None
    return value if isinstance(value, str) else ""
