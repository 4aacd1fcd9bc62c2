"""Achievement of the evaluated metrics, how a figure compares with its target, open issues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ..brief import Brief
from ..problems import Place
from ..records import Array, SheetRecords
from ..template import Effect, Issue, Unit, Verdict, favourable
from .figures import Figure, days_of, numbers, quotient

_VERDICTS: dict[str, Verdict] = {"met": "met", "close": "close", "missed": "missed"}
_UNITS: dict[str, Unit] = {
    "number": "number",
    "money": "money",
    "percent": "percent",
    "ratio": "ratio",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement(Brief):
    """One evaluated metric. `achieved` is actual / target whatever the direction.

    `favourable` is the form in which more is better: target / actual where lower is better.
    """

    name: str
    lower_is_better: bool
    unit: Unit
    target: float | None
    actual: float | None
    achieved: Figure
    favourable: float | None
    verdict: Verdict | None
    place: Place

    @property
    def shortfall(self) -> float:
        """How far it is from keeping its target, as a fraction; 0 if it does or nothing tells."""
        if self.favourable is None or self.favourable >= 1:
            return 0.0
        if self.lower_is_better and self.achieved.value is not None and self.favourable > 0:
            return abs(self.achieved.value - 1)
        return 1 - self.favourable


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCounts(Brief):
    """How many metrics met, came close to or missed their target."""

    met: int
    close: int
    missed: int


def judged(sheets: Iterable[SheetRecords]) -> tuple[SheetRecords, ...]:
    """Return the tables with records that say of what they hold whether it is met."""
    return tuple(
        one
        for one in sheets
        if Effect.VERDICT in one.frame and one.frame[Effect.VERDICT].notna().any()
    )


def achievements(records: SheetRecords) -> tuple[Achievement, ...]:
    """Read the evaluated metrics from the records, in their order."""
    frame = records.frame
    targets, actuals = numbers(frame, Effect.TARGET_VALUE), numbers(frame, Effect.ACTUAL_VALUE)
    return tuple(
        _achievement(records, row, target=_known(targets[row]), actual=_known(actuals[row]))
        for row in range(len(frame))
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _cell(records: SheetRecords, row: int, column: str) -> str:
    if column not in records.frame:
        return ""
    value: Any = records.frame[column].iat[row]
    return value if isinstance(value, str) else ""


def _achievement(
    records: SheetRecords, row: int, *, target: float | None, actual: float | None
) -> Achievement:
    lower = _cell(records, row, Effect.DIRECTION) == "lower"
    both = target is not None and actual is not None
    achieved = quotient("achievement", actual or 0.0, target or 0.0, rows=int(both))
    if Effect.ACHIEVEMENT in records.frame:
        achieved = _as_in_sheet(achieved, numbers(records.frame, Effect.ACHIEVEMENT)[row])
    reached, aimed = (np.array([np.nan if one is None else one]) for one in (actual, target))
    kept = float(favourable(reached, aimed, np.array([lower]))[0])
    return Achievement(
        name=_cell(records, row, Effect.METRIC),
        lower_is_better=lower,
        unit=_UNITS.get(_cell(records, row, Effect.UNIT), "number"),
        target=target,
        actual=actual,
        achieved=achieved,
        favourable=_known(kept),
        verdict=_VERDICTS.get(_cell(records, row, Effect.VERDICT)),
        place=records.place(row, Effect.ACHIEVEMENT, Effect.VERDICT),
    )


def _as_in_sheet(one: Figure, value: float) -> Figure:
    """Take the achievement that the sheet's own formula gives, so that the two cannot differ."""
    if not np.isnan(value):
        return replace(one, value=float(value), reason=None, rows=1)
    return replace(one, value=None, reason=one.reason or "no_data")


def count_verdicts(metrics: Sequence[Achievement]) -> VerdictCounts:
    """Count the verdicts."""
    verdicts = [one.verdict for one in metrics]
    return VerdictCounts(
        met=verdicts.count("met"),
        close=verdicts.count("close"),
        missed=verdicts.count("missed"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LongestOpen(Brief):
    """The issue of a severity that has been open longest; ages in days."""

    description: str
    owner: str
    age: int | None
    overdue: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRow(Brief):
    """Open issues of one severity (None: left blank) by age, and those past their due date.

    `week` up to 7 days, `fortnight` 8 to 14, `older` above; `undated` lack the date. `left_out`
    occurred after the day the figures are for and count nowhere else.
    """

    severity: str | None
    week: int
    fortnight: int
    older: int
    undated: int
    overdue: int
    total: int
    left_out: int
    longest: LongestOpen


def is_open(frame: pd.DataFrame) -> Array:
    """Tell which issues are unsolved: neither marked solved nor with a day on which they were."""
    solved = np.zeros(len(frame), dtype=bool)
    if Issue.STATUS in frame:
        solved |= (frame[Issue.STATUS] == "solved").fillna(value=False).to_numpy(dtype=bool)
    if Issue.SOLVED_ON in frame:
        solved |= frame[Issue.SOLVED_ON].notna().to_numpy()
    return ~solved


def days_between(frame: pd.DataFrame, column: str, as_of: date) -> Array:
    """Return the days from the dates in `column` to `as_of`, NaN where there is no date."""
    since = np.datetime64(as_of, "D") - days_of(frame, column)
    return np.where(np.isnat(since), np.nan, since.astype(float))


def is_known(frame: pd.DataFrame, as_of: date) -> Array:
    """Tell which issues had occurred by `as_of`; those without a date had."""
    return ~(days_between(frame, Issue.OCCURRED_ON, as_of) < 0)


def overdue(frame: pd.DataFrame, as_of: date) -> Array:
    """Return by how many days each unsolved issue is past its due date, at least 0."""
    days = numbers(frame, Issue.OVERDUE_DAYS)
    days = np.where(np.isnan(days), days_between(frame, Issue.DUE_DATE, as_of), days)
    return np.where(is_open(frame), np.maximum(np.nan_to_num(days), 0), 0)


def issues_by_severity(
    records: SheetRecords, *, as_of: date, order: tuple[str, ...]
) -> tuple[IssueRow, ...]:
    """Count the open issues per severity; `order` lists the severities, gravest first."""
    frame = records.frame
    known = is_known(frame, as_of)
    unsolved, future = is_open(frame) & known, is_open(frame) & ~known
    late = overdue(frame, as_of)
    age = days_between(frame, Issue.OCCURRED_ON, as_of)
    severity = np.full(len(frame), "", dtype=object)
    if Issue.SEVERITY in frame:
        severity = (
            frame[Issue.SEVERITY].astype(object).where(frame[Issue.SEVERITY].notna(), "").to_numpy()
        )
    others = [name for name in dict.fromkeys(severity[unsolved].tolist()) if name not in order]
    rows = []
    for name in (*order, *sorted(others, reverse=True)):
        rows_of = np.flatnonzero(unsolved & (severity == name))
        if len(rows_of):
            left_out = int((future & (severity == name)).sum())
            rows.append(_row(records, name or None, rows_of, age, late, left_out=left_out))
    return tuple(rows)


def _row(
    records: SheetRecords,
    severity: str | None,
    rows: Array,
    age: Array,
    late: Array,
    *,
    left_out: int,
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
        left_out=left_out,
        longest=LongestOpen(
            description=_text(records, first, Issue.DESCRIPTION),
            owner=_text(records, first, Issue.OWNER),
            age=None if np.isnan(age[first]) else int(age[first]),
            overdue=int(late[first]),
            place=records.place(first, Issue.DESCRIPTION),
        ),
    )


def _text(records: SheetRecords, row: int, column: str) -> str:
    value: Any = records.frame[column].iat[row] if column in records.frame else None
    return value if isinstance(value, str) else ""
