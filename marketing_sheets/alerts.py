"""What needs a person now, gravest first, each with its place. No words, no I/O.

`Phrase` and `Amount` are language-free: a code of `words/summary.toml` and what fills its blanks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

import numpy as np

from .languages import Text, fold
from .metrics_effect import achievements
from .metrics_figures import Unit, numbers
from .metrics_issues import days_between, is_known, is_open, overdue
from .metrics_tasks import allocation, late_tasks
from .places import Place
from .records import Reading, SheetRecords
from .templates import Role, Template

__all__ = [
    "ALERT_KINDS",
    "Alert",
    "AlertKind",
    "Amount",
    "Phrase",
    "Severity",
    "alerts",
    "label_of",
]

AlertKind = Literal[
    "issue_overdue", "issue_high", "task_late", "over_allocated", "over_budget", "below_target"
]
ALERT_KINDS: tuple[AlertKind, ...] = get_args(AlertKind)

Severity = Literal["high", "medium", "low"]

_STATES: Mapping[AlertKind, str] = {
    "issue_overdue": "hot",
    "issue_high": "hot",
    "task_late": "late",
    "over_allocated": "late",
    "over_budget": "late",
    "below_target": "missed",
}
_SEVERITIES = ("high", "medium", "low")
_TASKS: tuple[Role, ...] = ("master", "schedule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number and its unit, worded later: 720000 money is 72 万, or 720K."""

    value: float
    unit: Unit = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A sentence to be: its code, what fills its blanks, and the count that decides its number."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to act on.

    `state` is a look of `styles.STATES`; `size` orders alerts of one kind: days, or the share by
    which a limit is exceeded. `rank` goes before it: the severity of an issue. `key` tells the
    alert from all others and stays the same when rows move: its kind and what it is about.
    """

    kind: AlertKind
    state: str
    what: Phrase
    gap: Phrase
    department: Text | str
    owner: str
    place: Place
    size: float
    rank: int = 0
    key: str = ""
    severity: Severity = "medium"


def alerts(reading: Reading, *, as_of: date) -> tuple[Alert, ...]:
    """Return everything to act on: overdue and grave issues first, then by kind and size."""
    found = [
        *_issues(reading, as_of),
        *_late_tasks(reading),
        *_over_allocated(reading),
        *_over_budget(reading),
        *_below_target(reading),
    ]
    return tuple(sorted(found, key=_order))


def _order(alert: Alert) -> tuple[int, int, float]:
    return ALERT_KINDS.index(alert.kind), alert.rank, -alert.size


def label_of(template: Template, choices: str, value: str) -> Text | str:
    """Return a choice's label in every language; staff's own word as it is."""
    if choices in template.choices:
        for item in template.choices[choices].items:
            if item.id == value:
                return item.label
    return value


def _records(reading: Reading, role: Role) -> SheetRecords | None:
    return reading.sheets.get(reading.template.sheet_for(role))


def _text(records: SheetRecords, row: int, column: str) -> str:
    value: Any = records.frame[column].iat[row] if column in records.frame else None
    return value if isinstance(value, str) else ""


def _place(records: SheetRecords, row: int, *columns: str) -> Place:
    """Return the place in the first of `columns` that the sheet has."""
    known = (column for column in columns if column in records.origin.columns)
    return records.place(row, next(known, None))


def _alert(
    reading: Reading,
    records: SheetRecords,
    row: int,
    kind: AlertKind,
    *,
    what: Phrase,
    gap: Phrase,
    at: tuple[str, ...],
    size: float,
    rank: int = 0,
) -> Alert:
    department, owner = _text(records, row, "department"), _text(records, row, "owner")
    if "owner" not in records.frame:
        # Nobody in particular answers for an evaluated metric: whoever leads the campaign does.
        department, owner = (str(reading.form.get(f) or "") for f in ("department", "owner"))
    return Alert(
        kind=kind,
        state=_STATES[kind],
        what=what,
        gap=gap,
        department=label_of(reading.template, "department", department),
        owner=owner,
        place=_place(records, row, *at),
        size=float(size),
        rank=rank,
    )


def _issues(reading: Reading, as_of: date) -> Iterator[Alert]:
    records = _records(reading, "issues")
    if records is None:
        return
    late, due = overdue(records.frame, as_of), -days_between(records.frame, "due_date", as_of)
    unsolved = is_open(records.frame) & is_known(records.frame, as_of)
    for row in np.flatnonzero(unsolved).tolist():
        severity = _text(records, row, "severity")
        rank = _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)
        what = Phrase(code="what.plain", params={"name": _text(records, row, "description")})
        if late[row] > 0:
            days = int(late[row])
            gap = Phrase(code="gap.overdue", params={"days": days}, count=days)
            kind: AlertKind = "issue_overdue"
        elif severity == "high":
            gap, kind = _due(due[row]), "issue_high"
        else:
            continue
        # The nearer the due date, the graver.
        size = late[row] if kind == "issue_overdue" else -np.nan_to_num(due[row], nan=np.inf)
        at = ("overdue_days", "due_date", "description")
        yield _alert(
            reading, records, row, kind, what=what, gap=gap, at=at, size=float(size), rank=rank
        )


def _due(days: float) -> Phrase:
    if np.isnan(days):
        return Phrase(code="gap.no_due_date")
    if days == 0:
        return Phrase(code="gap.due_today")
    return Phrase(code="gap.due", params={"days": int(days)}, count=int(days))


def _late_tasks(reading: Reading) -> Iterator[Alert]:
    seen: set[str] = set()
    # The master tracker goes first: the same task on the schedule is one thing to do.
    for role in _TASKS:
        records = _records(reading, role)
        if records is None:
            continue
        own = set()
        late, days = late_tasks(records.frame)
        share = numbers(records.frame, "progress")
        for row in np.flatnonzero(late).tolist():
            name = _text(records, row, "task")
            if name and fold(name) in seen:
                continue
            own.add(fold(name))
            what = Phrase(code="what.plain", params={"name": name})
            if not np.isnan(share[row]):
                amount = Amount(value=float(share[row]), unit="percent")
                what = Phrase(code="what.task", params={"name": name, "progress": amount})
            count = int(days[row])
            gap = Phrase(code="gap.late", params={"days": count}, count=count)
            if not count:
                gap = Phrase(code="gap.flagged")
            at = ("delay_days", "planned_end", "task")
            yield _alert(reading, records, row, "task_late", what=what, gap=gap, at=at, size=count)
        seen |= own


def _over_allocated(reading: Reading) -> Iterator[Alert]:
    records, total = _records(reading, "master"), reading.form.get("budget")
    if records is None or total is None:
        return
    given = allocation(records.frame, float(total))
    rest = given.unallocated.value
    if not given.exceeded or rest is None:
        return
    params: dict[str, object] = {"over": Amount(value=-rest, unit="money")}
    share = float("inf")
    if float(total) > 0:
        share = -rest / float(total)
        params["share"] = Amount(value=share, unit="percent")
    tasks = Amount(value=given.tasks.value or 0.0, unit="money")
    yield Alert(
        kind="over_allocated",
        state=_STATES["over_allocated"],
        what=Phrase(
            code="what.allocated",
            params={"tasks": tasks, "total": Amount(value=float(total), unit="money")},
        ),
        gap=Phrase(code="gap.over" if "share" in params else "gap.over_unplanned", params=params),
        department=label_of(
            reading.template, "department", str(reading.form.get("department") or "")
        ),
        owner=str(reading.form.get("owner") or ""),
        place=reading.form_places.get("budget", Place(file=reading.file)),
        size=share,
    )


def _over_budget(reading: Reading) -> Iterator[Alert]:
    records = _records(reading, "master")
    if records is None:
        return
    budget, spend = numbers(records.frame, "budget"), numbers(records.frame, "spend")
    for row in np.flatnonzero(spend > budget).tolist():
        if _text(records, row, "status") == "cancelled":
            continue
        over = float(spend[row] - budget[row])
        spent = Amount(value=float(spend[row]), unit="money")
        params: dict[str, object] = {"over": Amount(value=over, unit="money")}
        code = "gap.over_unplanned"
        share = float("inf")
        if budget[row] > 0:
            share = over / float(budget[row])
            params["share"] = Amount(value=share, unit="percent")
            code = "gap.over"
        yield _alert(
            reading,
            records,
            row,
            "over_budget",
            what=Phrase(
                code="what.spent", params={"name": _text(records, row, "task"), "spend": spent}
            ),
            gap=Phrase(code=code, params=params),
            at=("budget_use", "spend", "task"),
            size=share,
        )


def _below_target(reading: Reading) -> Iterator[Alert]:
    records = _records(reading, "effect")
    if records is None:
        return
    for row, one in enumerate(achievements(records)):
        if one.verdict != "missed" or one.actual is None or one.target is None:
            continue
        amounts: dict[str, object] = {
            "name": one.name,
            "actual": Amount(value=one.actual, unit=one.unit),
            "target": Amount(value=one.target, unit=one.unit),
        }
        share = one.achieved.value
        gap = Phrase(code="gap.missed")
        if share is not None:
            part = share - 1 if one.lower_is_better else share
            code = "gap.above_limit" if one.lower_is_better else "gap.achieved"
            gap = Phrase(code=code, params={"share": Amount(value=part, unit="percent")})
        yield _alert(
            reading,
            records,
            row,
            "below_target",
            what=Phrase(
                code="what.limit" if one.lower_is_better else "what.target", params=amounts
            ),
            gap=gap,
            at=("achievement", "actual", "metric"),
            size=one.shortfall,
        )
