"""Figures over tasks: progress, punctuality, delays, budget against time.

Cancelled tasks count nowhere but in the money that was spent on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from ..brief import Brief
from ..records import Array, Integers, SheetRecords
from ..template import Task
from ..texts import fold
from .figures import Figure, is_unread, numbers, quotient


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskProgress(Brief):
    """How far the tasks are, measured four ways; all fractions.

    `weighted` needs a weight on every task that has a progress: with some weights missing its
    reason is partial_weights, with all missing no_weights; `by_budget` a budget likewise. `mean`
    is the plain mean, `by_tasks` the share of tasks that are done. `by` says which of them is
    the overall progress: weight, budget, tasks or mean, the setting `progress_by`.
    """

    weighted: Figure
    by_budget: Figure
    mean: Figure
    by_tasks: Figure
    done: int
    tasks: int
    unmeasured: float = 0.0
    by: str = "weight"

    @property
    def overall(self) -> Figure:
        """The progress as chosen; the plain mean where tasks have no weight or budget."""
        if self.by == "tasks":
            return self.by_tasks
        weighted = {"weight": self.weighted, "budget": self.by_budget}.get(self.by, self.mean)
        return self.mean if weighted.value is None else weighted


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn(Brief):
    """Spend against budget and against time; `ahead` is their difference as a fraction.

    `base` tells what budget that is: the tasks' budgets, or the campaign's total.
    `left_out` counts the tasks whose budget or spend cannot be read: neither is in any figure here.
    """

    budget: Figure
    spend: Figure
    used: Figure
    elapsed: Figure
    ahead: Figure
    left: float | None
    over: int
    left_out: int
    base: Literal["tasks", "total"] = "tasks"


# Budgets rounded to the thousand need not add up to the last of them.
_ROUNDING = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation(Brief):
    """What the tasks' budgets come to, of the campaign's `total`, and what is `unallocated`."""

    total: Figure
    tasks: Figure
    unallocated: Figure

    @property
    def differs(self) -> bool:
        """Whether the two differ by more than rounding, half a percent of the total."""
        rest, total = self.unallocated.value, self.total.value
        return rest is not None and total is not None and abs(rest) > _ROUNDING * abs(total)

    @property
    def exceeded(self) -> bool:
        """Whether the tasks have been given more than there is."""
        return self.differs and (self.unallocated.value or 0.0) < 0


def _text(frame: pd.DataFrame, column: str) -> Array:
    if column not in frame:
        return np.full(len(frame), "", dtype=object)
    return frame[column].to_numpy(dtype=object, na_value="")


def _live(frame: pd.DataFrame) -> pd.DataFrame:
    live: pd.DataFrame = frame.loc[_text(frame, Task.STATUS) != "cancelled"]
    return live


def shares_done(frame: pd.DataFrame) -> Array:
    """Return how far each task is as a fraction, NaN where nobody says.

    A blank is nothing of a task that has not begun, and all of one that is done.
    """
    share, status = numbers(frame, Task.PROGRESS), _text(frame, Task.STATUS)
    if Task.PROGRESS not in frame:
        return share
    told = np.select([status == "not_started", status == "done"], [0.0, 1.0], np.nan)
    return np.where(np.isnan(share), told, share)


def progress(frame: pd.DataFrame, by: str = "weight") -> TaskProgress:
    """Measure the progress of the tasks in `frame`; `by` is the setting `progress_by`."""
    frame = _live(frame)
    status, share = _text(frame, Task.STATUS), shares_done(frame)
    done, has_status = int((status == "done").sum()), status != ""
    known = ~np.isnan(share)
    rows, left_out = int(known.sum()), int((~known).sum())
    weights = {"weight": numbers(frame, Task.WEIGHT), "budget": numbers(frame, Task.BUDGET)}
    one = TaskProgress(
        weighted=_weighted("progress_weighted", share, weights["weight"]),
        by_budget=_weighted("progress_by_budget", share, weights["budget"]),
        mean=quotient(
            "progress_mean", float(share[known].sum()), rows, rows=rows, left_out=left_out
        ),
        by_tasks=quotient(
            "progress_by_tasks",
            done,
            int(has_status.sum()),
            rows=int(has_status.sum()),
            left_out=int((~has_status).sum()),
        ),
        done=done,
        tasks=len(frame),
        by=by,
    )
    if Task.PROGRESS not in frame and by != "tasks":
        return one
    weight = weights[by] if one.overall in (one.weighted, one.by_budget) else np.ones(len(frame))
    unsaid = np.nansum(weight[~(has_status if by == "tasks" else known)])
    total = np.nansum(weight)
    return replace(one, unmeasured=float(unsaid / total) if total > 0 else 0.0)


def _weighted(metric: str, share: Array, weight: Array) -> Figure:
    """Weigh each known share; with any weight missing there is no figure."""
    known = ~np.isnan(share)
    rows, left_out = int(known.sum()), int((~known).sum())
    weights = weight[known]
    blank = int(np.isnan(weights).sum())
    if rows and blank:
        return Figure(
            metric=metric,
            value=None,
            reason="no_weights" if blank == rows else "partial_weights",
            unit="percent",
            rows=rows - blank,
            left_out=left_out + blank,
        )
    total = float((share[known] * weights).sum())
    return quotient(metric, total, float(weights.sum()), rows=rows, left_out=left_out)


def progress_by(
    frame: pd.DataFrame, key: str, by: str = "weight"
) -> Mapping[str | None, TaskProgress]:
    """Measure progress per stage or department, in order of appearance; None is a blank key."""
    names = _text(frame, key)
    return {
        name or None: progress(frame[names == name], by) for name in dict.fromkeys(names.tolist())
    }


def _ended(frame: pd.DataFrame) -> Array:
    ended: Array = _text(frame, Task.STATUS) == "done"
    if Task.ACTUAL_END in frame:
        ended |= frame[Task.ACTUAL_END].notna().to_numpy()
    return ended


def finished_tasks(frame: pd.DataFrame) -> Array:
    """Tell which tasks have ended with all their work done, as far as people say."""
    return _ended(frame) & ~(numbers(frame, Task.PROGRESS) < 1)


def on_time(frame: pd.DataFrame) -> Figure:
    """Return the share of finished tasks that ended no later than planned."""
    frame = _live(frame)
    delay, ended = numbers(frame, Task.DELAY_DAYS), _ended(frame)
    known = ended & ~np.isnan(delay)
    punctual = float((delay[known] <= 0).sum())
    rows = int(known.sum())
    return quotient("on_time", punctual, rows, rows=rows, left_out=int((ended & ~known).sum()))


def late_tasks(frame: pd.DataFrame, late_done: str = "done") -> tuple[Array, Array]:
    """Tell which tasks count as late, and by how many days.

    Late is what is unfinished past its plan, and what people marked so, finished or not. By the
    setting `late_done`, "late", what was finished after its plan counts as well. A sheet that
    counts them itself, in a column `is_late`, is followed. A task whose dates do not show the
    delay is late by 0 days.
    """
    status, delay = _text(frame, Task.STATUS), np.nan_to_num(numbers(frame, Task.DELAY_DAYS))
    overdue = (delay > 0) & (~_ended(frame) | (late_done == "late"))
    late = (status != "cancelled") & (overdue | (status == "late"))
    told = numbers(frame, Task.IS_LATE)
    late = np.where(np.isnan(told), late, told > 0)
    return late, np.where(late, np.maximum(delay, 0), 0)


def late_rows(
    sheets: Iterable[SheetRecords], late_done: str = "done"
) -> tuple[int, tuple[tuple[SheetRecords, int, int], ...]]:
    """Return how many distinct tasks there are, and the late ones: records, row, days."""
    count, late = 0, []
    timed = (records for records in sheets if Task.DELAY_DAYS in records.frame)
    for records, rows in distinct_tasks(timed):
        is_late, days = late_tasks(records.frame, late_done)
        count += len(rows)
        late += [(records, row, int(days[row])) for row in rows.tolist() if is_late[row]]
    return count, tuple(late)


def distinct_tasks(sheets: Iterable[SheetRecords]) -> Iterator[tuple[SheetRecords, Integers]]:
    """Walk the tables, each with the rows of the tasks that no table before has.

    What stands on several sheets under one name is one task, of the first of them; in a merged
    workbook only if both are from the same. Cancelled ones are none.
    """
    seen: set[tuple[str, ...]] = set()
    for records in sheets:
        names, status = _named(records), _text(records.frame, Task.STATUS)
        rows = [
            row
            for row, name in enumerate(names)
            if status[row] != "cancelled" and not (name[0] and name in seen)
        ]
        # A name may stand twice on one sheet: those are two tasks.
        seen |= set(names)
        yield records, np.array(rows, dtype=np.int64)


def _named(records: SheetRecords) -> list[tuple[str, ...]]:
    """Return each task's name, and whose it is in a merged workbook."""
    names = [fold(name) for name in _text(records.frame, Task.TASK).tolist()]
    if records.origins is None:
        return [(name,) for name in names]
    known = (one for one in ("department", "campaign") if one in records.origins)
    traces = [records.origins[one].fillna("").astype(str).tolist() for one in known]
    return list(zip(names, *traces, strict=True))


def elapsed(start: date | None, end: date | None, as_of: date) -> Figure:
    """Return the share of the campaign's days that have passed, both ends included, 0 to 1."""
    if start is None or end is None or end < start:
        return Figure(metric="elapsed", value=None, reason="no_period", unit="percent")
    total = (end - start).days + 1
    past = min(max((as_of - start).days + 1, 0), total)
    return quotient("elapsed", past, total)


def _sum(metric: str, values: Array) -> Figure:
    known = values[~np.isnan(values)]
    return Figure(
        metric=metric,
        value=float(known.sum()) if len(known) else None,
        reason=None if len(known) else "no_data",
        unit="money",
        rows=len(known),
        left_out=len(values) - len(known),
    )


def allocation(frame: pd.DataFrame, total: float | None, column: str = Task.BUDGET) -> Allocation:
    """Compare the budgets of what is not cancelled, in `column`, with the campaign's `total`."""
    tasks = _sum("budget", numbers(_live(frame), column))
    whole = _sum("budget_total", np.array([np.nan if total is None else total]))
    rest = None
    if whole.value is not None and tasks.value is not None:
        rest = whole.value - tasks.value
    return Allocation(
        total=whole,
        tasks=tasks,
        unallocated=Figure(
            metric="budget_unallocated",
            value=rest,
            reason="no_data" if rest is None else None,
            unit="money",
            rows=tasks.rows,
            left_out=tasks.left_out,
        ),
    )


def burn(frame: pd.DataFrame, time: Figure, *, total: float | None = None) -> Burn:
    """Compare all that was spent with all that was planned, and with the `time` elapsed.

    A blank spend is money not spent yet, so its budget counts; where either cannot be read the
    task is left out. What was spent on a cancelled task counts, its budget does not. Where no task
    has a budget, or they add up to more than the campaign has, its `total` takes their place.
    `over` counts the tasks that have both and spent more.
    """
    budget, spend = numbers(frame, Task.BUDGET), numbers(frame, Task.SPEND)
    live = _text(frame, Task.STATUS) != "cancelled"
    unread = is_unread(frame, Task.SPEND) | (live & is_unread(frame, Task.BUDGET))
    budget = np.where(live & ~unread, budget, np.nan)
    spend = np.where(unread, np.nan, spend)
    planned, paid = _sum("budget", budget), _sum("spend", spend)
    is_total = total is not None and (planned.value is None or planned.value > total)
    base = total if is_total else planned.value
    rows = int((~np.isnan(budget) | ~np.isnan(spend)).sum())
    left_out = int(unread.sum())
    used = quotient(
        "budget_use",
        paid.value or 0.0,
        base or 0.0,
        rows=rows if base is not None and paid.rows else 0,
        left_out=left_out,
    )
    gap = None
    if used.value is not None and time.value is not None:
        gap = used.value - time.value
    return Burn(
        budget=planned,
        spend=paid,
        used=used,
        elapsed=time,
        ahead=Figure(
            metric="burn_ahead",
            value=gap,
            reason=used.reason or time.reason,
            unit="percent",
            rows=used.rows,
            left_out=left_out,
        ),
        left=None if base is None else base - (paid.value or 0.0),
        over=int((spend > budget).sum()),
        left_out=left_out,
        base="total" if is_total else "tasks",
    )
