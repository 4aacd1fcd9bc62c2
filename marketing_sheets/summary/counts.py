"""Tiles that count: late tasks, metrics met, open issues, and what else there is to count.

They take the places that a template's own figures leave, so that the row is always full. Nobody is
praised for what is not there: a count of nothing has no look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from ..alerts import Amount, Phrase, choice_setting
from ..metrics import (
    Figure,
    IssueRow,
    VerdictCounts,
    days_of,
    distinct_tasks,
    finished_tasks,
    is_known,
    is_open,
    late_rows,
)
from ..records import Array, Reading, SheetRecords
from ..template import Campaign, Issue, Record, Role, Task
from ..texts import fold
from .breakdowns import own_tiles
from .model import CompareRow, Summary, Tile

_TASKS: Final[tuple[Role, ...]] = ("master", "schedule")
# A merged workbook shows what all departments have in common.
_FIRST_OF_ALL: Final = ("sales", "roas", "progress", "budget", "tasks_late", "issues_open")
_MOST: Final = 6
_SOON: Final = 7
# The columns that say when something is due, and in which roles.
_DUE: Final[Mapping[str, tuple[Role, ...]]] = {
    Task.PLANNED_END: _TASKS,
    Issue.DUE_DATE: ("issues",),
}


def row_of_tiles(
    summary: Summary, reading: Reading, verdicts: VerdictCounts, *, is_filled: bool
) -> tuple[Tile, ...]:
    """Return six tiles: headline figures, the template's own metrics, then counts.

    Those of which there is nothing yet come only where nothing else is left; a merged workbook
    shows first what all departments have in common.
    """
    departments = summary.comparison and summary.comparison.departments
    ranked = [
        *summary.tiles,
        *own_tiles(reading, _MOST - len(summary.tiles), as_of=summary.as_of, close=summary.close),
        *_counts(reading, verdicts, summary.issues, departments.rows if departments else ()),
        *_spare(summary, reading, is_filled=is_filled),
    ]
    if departments:
        ranked.sort(key=lambda tile: (*_FIRST_OF_ALL, tile.id).index(tile.id))
    doubted = {problem.column for problem in summary.problems}
    typed = {
        metric.id
        for metric in reading.template.metrics
        if doubted & {metric.numerator, metric.denominator}
    }
    return tuple(sorted(ranked, key=lambda tile: _is_idle(tile, typed))[:_MOST])


def _is_idle(tile: Tile, typed: Set[str]) -> bool:
    """Whether nobody has entered, or aims at, what a figure is made of; `typed` are in doubt."""
    one = tile.figure
    is_wanted = tile.target.code not in ("tile.no_target", "tile.no_limit") or tile.id in typed
    return one.value is None and not one.rows and not (one.left_out and is_wanted)


def _counts(
    reading: Reading,
    verdicts: VerdictCounts,
    issues: Sequence[IssueRow],
    departments: Sequence[CompareRow],
) -> Iterator[Tile]:
    """Count late tasks, metrics that met their target and open issues, as far as sheets tell."""
    template = reading.template
    roles = {role: template.sheet_for(role) for role in (*_TASKS, "effect", "issues")}
    held = {sheet.id: sheet for sheet in template.tables}
    if any(Task.DELAY_DAYS in held[roles[role]] for role in _TASKS if roles[role] in held):
        yield _late(reading, departments)
    if roles["effect"] in held or verdicts.met + verdicts.close + verdicts.missed:
        yield _met(verdicts)
    if roles["issues"] in held:
        records = reading.sheets.get(roles["issues"])
        yield _issues(issues, 0 if records is None else len(records.frame))


def _sheets(reading: Reading, *roles: Role) -> list[SheetRecords]:
    names = (reading.template.sheet_for(role) for role in roles)
    return [reading.sheets[name] for name in names if name in reading.sheets]


def _late(reading: Reading, departments: Sequence[CompareRow]) -> Tile:
    tasks, late = late_rows(_sheets(reading, *_TASKS), choice_setting(reading, "late_done"))
    worst = max((days for _, _, days in late), default=0)
    delta = _count("worst", worst, "days") if worst else _count("flagged", len(late))
    behind = sum(row.late > 0 for row in departments)
    if behind:
        delta = _count("late_in", behind)
    if not late:
        delta = Phrase(code="tile.none_late")
    count = _count("of_tasks", tasks)
    return _counted("tasks_late", len(late), count, delta, "late" if late else "done", of=tasks)


def _met(verdicts: VerdictCounts) -> Tile:
    of = verdicts.met + verdicts.close + verdicts.missed
    short, state = (verdicts.missed, "missed") if verdicts.missed else (verdicts.close, "close")
    delta = _count(f"metrics_{state}", short) if short else Phrase(code="tile.all_met")
    count = _count("of_metrics", of)
    return _counted("metrics_met", verdicts.met, count, delta, state if short else "done", of=of)


def _issues(rows: Sequence[IssueRow], logged: int) -> Tile:
    overdue, total = (sum(getattr(row, name) for row in rows) for name in ("overdue", "total"))
    high = sum(row.total for row in rows if row.severity == "high")
    graded = not rows or any(row.severity is not None for row in rows)
    delta = _count("issues_overdue", overdue) if overdue else Phrase(code="tile.none_overdue")
    count = _count("of_issues" if graded else "ungraded", high)
    state = "late" if overdue else "done"
    return _counted("issues_open", total, count, delta, state, of=logged)


def _count(code: str, count: int, name: str = "count") -> Phrase:
    return Phrase(code=f"tile.{code}", params={name: count}, count=count)


def _counted(
    name: str, value: int, target: Phrase, delta: Phrase | None, state: str | None, *, of: int
) -> Tile:
    """Return a count `of` so many; of none there is none, nor anything to say of it."""
    if not of:
        none = Figure(metric=name, value=None, reason="no_data")
        return Tile(id=name, figure=none, target=target)
    figure = Figure(metric=name, value=value, rows=of)
    return Tile(id=name, figure=figure, target=target, delta=delta, state=state)


def _spare(summary: Summary, reading: Reading, *, is_filled: bool) -> Iterator[Tile]:
    """Count what can be counted in any workbook, the most telling first."""
    yield from _allocated(summary, reading)
    yield from _soon(reading, summary.as_of)
    yield from _done(reading)
    yield from _records(reading, is_filled=is_filled)
    yield from _people(reading)
    yield from _days(summary, reading)
    high = sum(alert.severity == "high" for alert in summary.actions)
    errors = sum(problem.severity == "error" for problem in summary.problems)
    for name, of, grave, told, state in (
        ("actions", summary.actions, high, "of_actions", "late"),
        ("doubts", summary.problems, errors, "uncounted", "missed"),
    ):
        look = (state if grave else "close") if of else "done"
        delta = None if of else Phrase(code="tile.nothing")
        yield _counted(name, len(of), _count(told, grave), delta, look, of=is_filled or len(of))


def _allocated(summary: Summary, reading: Reading) -> Iterator[Tile]:
    """Compare what the tasks have been given with what there is."""
    one, master = summary.allocation, reading.template.sheet_for("master")
    tables = (sheet for sheet in reading.template.tables if sheet.id == master)
    # Where money is spent the use of the budget tells more.
    if not any(Task.BUDGET in sheet and Task.SPEND not in sheet for sheet in tables):
        return
    total, rest = one.total.value, one.unallocated.value
    tasks = replace(one.tasks, left_out=0)  # a task need not have a budget
    if total is None or rest is None:
        yield Tile(id="allocated", figure=tasks, target=Phrase(code="tile.no_budget"))
        return
    code = "exceeded" if one.exceeded else "unallocated" if one.differs else "all_allocated"
    yield Tile(
        id="allocated",
        figure=tasks,
        target=Phrase(
            code="tile.total_budget", params={"target": Amount(value=total, unit="money")}
        ),
        delta=Phrase(code=f"tile.{code}", params={"rest": Amount(value=abs(rest), unit="money")}),
        state="late" if one.exceeded else "done",
    )


def _soon(reading: Reading, as_of: date) -> Iterator[Tile]:
    """Count the unfinished tasks and open issues that are due within a week, today included."""
    tasks, issues = (_having(reading, column, *roles) for column, roles in _DUE.items())
    if not tasks and not issues:
        return
    days = {"tasks": _none(), "issues": _none()}
    of = 0
    for records, rows in distinct_tasks(tasks):
        frame = records.frame.take(rows)
        due = days_of(frame, Task.PLANNED_END)
        of += len(rows)
        days["tasks"] = np.append(days["tasks"], due[~finished_tasks(frame)])
    for records in issues:
        frame = records.frame
        of += len(frame)
        due = days_of(frame, Issue.DUE_DATE)
        days["issues"] = np.append(days["issues"], due[is_open(frame) & is_known(frame, as_of)])
    first = np.datetime64(as_of, "D")
    near = {name: due[(due >= first) & (due <= first + _SOON)] for name, due in days.items()}
    counts = {name: len(due) for name, due in near.items()}
    target = Phrase(code="tile.of_due", params=counts)
    delta, count = Phrase(code="tile.none_due"), sum(counts.values())
    if count:
        soonest: date = min(due.min() for due in near.values() if len(due)).item()
        delta = Phrase(code="tile.soonest", params={"day": soonest})
    yield _counted("due_soon", count, target, delta, "active" if count else None, of=of)


def _none() -> Array:
    return np.array([], dtype="datetime64[D]")


def _having(reading: Reading, column: str, *roles: Role) -> list[SheetRecords]:
    """Return the tables in some roles that have a column."""
    return [records for records in _sheets(reading, *roles) if column in records.frame]


def _done(reading: Reading) -> Iterator[Tile]:
    tables = _having(reading, Task.STATUS, *_TASKS)
    if tables:
        parts = [(len(rows), records.frame.take(rows)) for records, rows in distinct_tasks(tables)]
        of = sum(count for count, _ in parts)
        done = sum(int(finished_tasks(frame).sum()) for _, frame in parts)
        share = Amount(value=done / of if of else 0.0, unit="percent")
        delta = Phrase(code="tile.done_share", params={"share": share})
        state = "done" if done == of else "active"
        yield _counted("tasks_done", done, _count("of_tasks", of), delta, state, of=of)


def _records(reading: Reading, *, is_filled: bool) -> Iterator[Tile]:
    counts = [len(records.frame) for records in reading.sheets.values()]
    target = _count("of_sheets", sum(count > 0 for count in counts))
    yield _counted("records", sum(counts), target, None, None, of=sum(counts) * is_filled)


def _people(reading: Reading) -> Iterator[Tile]:
    """Count the owners that any table names, and the departments."""
    names = {
        column: {
            fold(name)
            for records in reading.sheets.values()
            if column in records.frame
            for name in records.frame[column].dropna().astype(str).unique().tolist()
        }
        for column in (Record.OWNER, Record.DEPARTMENT)
    }
    if any(Record.OWNER in sheet for sheet in reading.template.tables):
        count, departments = (len(found) for found in names.values())
        target = Phrase(code="tile.as_named")
        if departments:
            target = _count("of_departments", departments)
        yield _counted("people", count, target, None, None, of=count)


def _days(summary: Summary, reading: Reading) -> Iterator[Tile]:
    if not {*Campaign.PERIOD} <= {field.id for field in reading.template.fields()}:
        return
    start, end, share = summary.start, summary.end, summary.elapsed.value
    of = 0 if start is None or end is None or share is None else (end - start).days + 1
    passed = Amount(value=round(share or 0.0, 2), unit="percent")
    target = _count("of_days", of) if of else Phrase(code="tile.no_period")
    delta = Phrase(code="tile.passed", params={"share": passed})
    left = round(of * (1 - (share or 0.0)))
    yield _counted("days_left", left, target, delta, None, of=of)
