"""Every figure of a reading in one flat list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from ..metrics import Figure, Level, by, metric_frame, metrics_of, week_change
from ..metrics_issues import IssueRow
from ..metrics_tasks import burn, elapsed, on_time, progress
from ..records import Reading
from .gathering import day_of, evaluated, open_issues

__all__ = ["figures"]


def figures(reading: Reading, *, as_of: date) -> list[tuple[Level, Figure]]:
    """Return every figure with its level: total, channel, department, stage, day, week.

    Ready for `metrics.figures_as_json`.
    """
    form = reading.form
    time = elapsed(day_of(form.get("start_date")), day_of(form.get("end_date")), as_of)
    source = reading.template.sheet_for("daily")
    daily = metric_frame(reading, source)
    tasks = metric_frame(reading, reading.template.sheet_for("master"))
    found: list[tuple[Level, Figure]] = [({}, time)]
    metrics = metrics_of(reading, source)
    for keys in (["channel"], ["day"], ["week"], ["week", "channel"]):
        table = by(metrics, daily, keys)
        if keys == ["channel"]:
            found += [({}, one) for one in table.total.values()]
        found += [(group.level, one) for group in table.groups for one in group.figures.values()]
    found += [({}, week_change(metric, daily, as_of=as_of)) for metric in metrics]
    for level, frame in _levels(tasks, ("department", "stage")):
        burnt, done = burn(frame, time), progress(frame)
        found += [
            (level, one)
            for one in (
                *(done.weighted, done.mean, done.by_tasks, on_time(frame)),
                *(burnt.budget, burnt.spend, burnt.used, burnt.ahead),
            )
        ]
    found += [({"metric": one.name}, one.achieved) for one in evaluated(reading)]
    for row in open_issues(reading, as_of):
        found += [({"severity": row.severity}, one) for one in _counts(row)]
    return found


def _counts(row: IssueRow) -> list[Figure]:
    counts = {
        "issues_open": row.total,
        "issues_overdue": row.overdue,
        "issues_up_to_7_days": row.week,
        "issues_8_to_14_days": row.fortnight,
        "issues_over_14_days": row.older,
        "issues_undated": row.undated,
    }
    return [Figure(metric=name, value=count, rows=row.total) for name, count in counts.items()]


def _levels(frame: pd.DataFrame, keys: Sequence[str]) -> list[tuple[Level, pd.DataFrame]]:
    levels: list[tuple[Level, pd.DataFrame]] = [({}, frame)]
    for key in keys:
        if key in frame:
            names = frame[key].astype(object).where(frame[key].notna(), None)
            for name in dict.fromkeys(names.tolist()):
                rows = names.isna() if name is None else names == name
                levels.append(({key: name}, frame[rows]))
    return levels
