"""Every figure of a reading in one flat list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd

from ..errors import needed_day
from ..metrics import (
    Figure,
    IssueRow,
    Level,
    allocation,
    burn,
    by,
    day_column,
    elapsed,
    figure,
    is_known,
    is_open,
    metric_frame,
    metrics_of,
    on_time,
    progress,
    week_change,
)
from ..records import Reading, SheetRecords
from ..template import Campaign, Metric, TableSheet, Task, Template
from ..texts import Language, say
from .breakdowns import choice_columns
from .gather import evaluated, number_of, open_issues, period_of

_CHANGE = "_week_change"


def figures(reading: Reading, *, as_of: date) -> list[tuple[Level, Figure]]:
    """Return every figure with its level: total, each choice column, day, week.

    Choice columns are such as channel, department, stage; in a merge the department and campaign
    that rows came from too. The template's own metrics have figures as the campaign's have. Ready
    for `metrics.figures_as_json`.
    """
    as_of = needed_day(as_of)
    time = elapsed(*period_of(reading), as_of)
    found: list[tuple[Level, Figure]] = []
    if any(field.id == Campaign.START_DATE for field in reading.template.fields()):
        found.append(({}, time))
    # The tasks' money has figures of its own, which know of cancelled tasks and blank spends.
    master = reading.template.sheet_for("master")
    money = _money(reading, time) if master else []
    taken = {(master, one.metric) for _, one in money}
    for sheet in reading.template.tables:
        metrics = [m for m in metrics_of(reading, sheet.id) if (sheet.id, m.id) not in taken]
        if metrics:
            found += _of_table(reading, sheet, metrics, as_of)
    found += money
    found += [({"metric": one.name}, one.achieved) for one in evaluated(reading)]
    issues = open_issues(reading, as_of)
    for row in issues:
        found += [({"severity": row.severity}, one) for one in _counts([row], row.left_out)]
    if reading.template.sheet_for("issues"):
        found += [({}, one) for one in _counts(issues, _future(reading, as_of))]
    return found


def level_keys(reading: Reading) -> tuple[str, ...]:
    """Return the keys of all levels that `figures` may give, in the template's order.

    They depend on the template, and on whether the workbook was merged, not on its records.
    """
    template, keys = reading.template, dict.fromkeys(_sources(reading.sheets.values()))
    tables = {metric.sheet for metric in template.metrics}
    for sheet in template.tables:
        ids = [column.id for column in choice_columns(sheet)]
        if sheet.id in tables:
            keys |= dict.fromkeys(ids)
        if sheet.id == template.sheet_for("master"):
            keys |= dict.fromkeys(name for name in (Task.DEPARTMENT, Task.STAGE) if name in sheet)
    return (*keys, "metric", "severity", "day", "week")


def _sources(tables: Iterable[SheetRecords]) -> tuple[str, ...]:
    """Return the columns that tell whose rows of a merge were, by their ids in an export."""
    known = {name for one in tables if one.origins is not None for name in one.origins}
    return tuple(f"trace.{name}" for name in ("department", "campaign") if name in known)


def _with_sources(
    reading: Reading, sheet_id: str, frame: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return a table's rows with the columns that tell whose they were, and their ids."""
    records = reading.sheets.get(sheet_id)
    if records is None or records.origins is None:
        return frame, ()
    names = _sources([records])
    origins = records.origins
    return frame.assign(**{n: origins[n.removeprefix("trace.")] for n in names}), names


def figure_label(template: Template, metric: str, language: Language) -> str:
    """Return what a figure is called: one of the template's metrics, or one of ours."""
    named = {one.id: one.label[language] for one in template.metrics}
    if metric in named:
        return named[metric]
    base = metric.removesuffix(_CHANGE)
    if base != metric:
        return say("summary", "figure.week_change", language, name=named[base])
    return say("summary", f"figure.{metric}", language)


def _of_table(
    reading: Reading, sheet: TableSheet, metrics: Sequence[Metric], as_of: date
) -> list[tuple[Level, Figure]]:
    """Return metrics over one table: in total, by its choice columns, by day and week."""
    frame = metric_frame(reading, sheet.id, as_of=as_of)
    frame, sources = _with_sources(reading, sheet.id, frame)
    choices = [column.id for column in choice_columns(sheet)]
    keys = [[name] for name in (*choices, *sources)]
    if day_column(sheet):
        keys += [["day"], ["week"], *(["week", name] for name in choices[:1])]
    found: list[tuple[Level, Figure]] = [({}, figure(one, frame)) for one in metrics]
    for level in keys:
        groups = by(metrics, frame, level).groups
        found += [(group.level, one) for group in groups for one in group.figures.values()]
    if day_column(sheet):
        found += [({}, week_change(metric, frame, as_of=as_of)) for metric in metrics]
    return found


def _money(reading: Reading, time: Figure) -> list[tuple[Level, Figure]]:
    """Return progress, punctuality and money of the tasks."""
    master = reading.template.sheet_for("master")
    tasks, sources = _with_sources(reading, master, metric_frame(reading, master))
    total = number_of(reading.form.get(Campaign.BUDGET))
    given = allocation(tasks, total)
    found: list[tuple[Level, Figure]] = [({}, given.total), ({}, given.unallocated)]
    for level, frame in _levels(tasks, (Task.DEPARTMENT, Task.STAGE, *sources)):
        burnt, done = burn(frame, time, total=None if level else total), progress(frame)
        found += [
            (level, one)
            for one in (
                *(done.weighted, done.by_budget, done.mean, done.by_tasks, on_time(frame)),
                *(burnt.budget, burnt.spend, burnt.used, burnt.ahead),
            )
        ]
    return found


def _future(reading: Reading, as_of: date) -> int:
    """Count the unsolved issues that occur after `as_of`."""
    records = reading.sheets.get(reading.template.sheet_for("issues"))
    if records is None:
        return 0
    return int((is_open(records.frame) & ~is_known(records.frame, as_of)).sum())


def _counts(rows: Sequence[IssueRow], left_out: int) -> list[Figure]:
    counts = {
        "issues_open": sum(row.total for row in rows),
        "issues_overdue": sum(row.overdue for row in rows),
        "issues_up_to_7_days": sum(row.week for row in rows),
        "issues_8_to_14_days": sum(row.fortnight for row in rows),
        "issues_over_14_days": sum(row.older for row in rows),
        "issues_undated": sum(row.undated for row in rows),
    }
    total = counts["issues_open"]
    return [
        Figure(metric=name, value=count, rows=total, left_out=left_out)
        for name, count in counts.items()
    ]


def _levels(frame: pd.DataFrame, keys: Sequence[str]) -> list[tuple[Level, pd.DataFrame]]:
    levels: list[tuple[Level, pd.DataFrame]] = [({}, frame)]
    for key in keys:
        if key in frame:
            names = frame[key].astype(object).where(frame[key].notna(), None)
            for name in dict.fromkeys(names.tolist()):
                rows = names.isna() if name is None else names == name
                levels.append(({key: name}, frame[rows]))
    return levels
