"""Gather from a reading what the Summary shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pandas as pd

from ..alerts import Phrase, alerts, label_of
from ..languages import Text
from ..metrics import (
    Breakdown,
    Figure,
    Group,
    by,
    figure,
    later_rows,
    metric_frame,
    metrics_of,
    share,
    up_to_day,
)
from ..metrics_effect import Achievement, achievements, judge
from ..metrics_issues import IssueRow, issues_by_severity
from ..metrics_tasks import Progress, allocation, burn, elapsed, progress, progress_by
from ..problems import Problem
from ..records import Reading
from ..templates import Role, Template
from .health import clauses, health_of
from .model import ChannelRow, Grain, RowCounts, Source, StageRow, Summary, Trend, TrendPoint
from .own import others_than, own_tables, own_tiles
from .tiles import tiles_of

__all__ = ["day_of", "evaluated", "number_of", "open_issues", "summarize"]

_MOST_CHANNELS = 12
_MOST_STAGES = 12
_MOST_DAYS = 31
_MOST_WEEKS = 53
# A stage may spend this much ahead of its time before it is marked.
_SPEND_SLACK = 0.05
_CHANNEL_FIGURES = tuple("impressions clicks ctr cvr new_users cac cost sales roas".split())
_SEVERITY_ORDER = ("high", "medium", "low")
# The sheet each section is made from, and the columns without which there is nothing to show.
_SECTIONS: Mapping[str, tuple[Role, tuple[str, ...]]] = {
    "metrics": ("effect", ("metric",)),
    "channels": ("daily", ("channel",)),
    "trend_day": ("daily", ("date",)),
    "stages": ("master", ("stage",)),
    "issues": ("issues", ("description",)),
}


def summarize(reading: Reading, *, as_of: date) -> Summary:
    """Gather everything the Summary shows; `reading` has its computed columns filled.

    Works with any part of the workbook missing or empty.
    """
    form = reading.form
    start, end = day_of(form.get("start_date")), day_of(form.get("end_date"))
    time = elapsed(start, end, as_of)
    source = reading.template.sheet_for("daily")
    daily = up_to_day(metric_frame(reading, source, as_of=as_of))
    tasks = metric_frame(reading, reading.template.sheet_for("master"))
    budget = number_of(form.get("budget"))
    totals = {one.id: figure(one, daily) for one in metrics_of(reading, source)}
    close, target_roas = _close(reading), number_of(form.get("target_roas"))
    progressed, burnt = progress(tasks), burn(tasks, time, total=budget)
    tiles = tiles_of(form, totals, progressed, burnt, time, close=close)
    tiles = tuple(tile for tile in tiles if _is_held(reading.template, tile.id, totals))
    tiles += own_tiles(reading, len(tiles), as_of=as_of)
    acts, metrics = alerts(reading, as_of=as_of), evaluated(reading)
    issues = open_issues(reading, as_of)
    filled = any(len(records.frame) for records in reading.sheets.values())
    channels, channel_total = _channels(reading, daily, target_roas, close)
    stages, stage_total = _stages(reading, tasks, as_of, time)
    trend = _trend(reading, daily)
    errors = sum(problem.severity == "error" for problem in reading.problems)
    good, bad = clauses(tiles, acts, metrics, progressed.overall, time, errors=errors)
    return Summary(
        title=str(form.get("campaign_name") or "") or reading.template.title,
        department=label_of(reading.template, "department", str(form.get("department") or "")),
        owner=str(form.get("owner") or ""),
        start=start,
        end=end,
        as_of=as_of,
        elapsed=time,
        health=health_of(tiles, acts, metrics, errors=errors, filled=filled),
        good=good,
        bad=bad,
        tiles=tiles,
        actions=acts,
        metrics=metrics,
        channels=channels,
        channel_total=channel_total,
        target_roas=target_roas,
        trend=trend,
        stages=stages,
        stage_total=stage_total,
        allocation=allocation(tasks, budget),
        issues=issues,
        own=own_tables(reading, tiles, as_of=as_of),
        later=later_rows(reading, as_of),
        severities=_severities(reading),
        verdicts=_labels(reading, "verdict"),
        sheets={sheet.id: sheet.label for sheet in reading.template.tables},
        sections=_sections(reading.template),
        problems=_doubts(reading),
        rows=_rows(reading),
        absent=_absent(reading, as_of),
        source=_source(reading),
    )


def _sections(template: Template) -> dict[str, str]:
    """Return the sections that the template has a sheet with columns for, each with the sheet."""
    found = {}
    for section, (role, needed) in _SECTIONS.items():
        sheet = next((one for one in template.tables if one.role == role), None)
        if sheet is not None and all(column in sheet for column in needed):
            found[section] = sheet.id
    return found


def _is_held(template: Template, tile: str, totals: Mapping[str, Figure]) -> bool:
    """Whether the template has what a tile shows at all: a metric, or a column of the tasks."""
    if tile not in ("progress", "budget"):
        return tile in totals
    return any(sheet.role == "master" and tile in sheet for sheet in template.tables)


def _doubts(reading: Reading) -> tuple[Problem, ...]:
    """Return errors, then warnings; what merely informs is left to the full list."""
    doubts = (problem for problem in reading.problems if problem.severity != "info")
    return tuple(sorted(doubts, key=lambda problem: problem.severity != "error"))


def _rows(reading: Reading) -> RowCounts:
    rows = [total for total in reading.totals if total.column is None]
    return RowCounts(
        read=int(sum(total.read for total in rows)),
        used=int(sum(total.used for total in rows)),
        listed=int(sum(sum(total.listed.values()) for total in rows)),
    )


def _source(reading: Reading) -> Source:
    return Source(
        file=reading.file,
        sha256=reading.sha256,
        template=reading.template.id,
        template_version=reading.template_version or reading.template.version,
        version=_version(),
    )


def day_of(value: Any) -> date | None:
    """Return a form's date as a plain date."""
    if value is None or value is pd.NaT:
        return None
    return value.date() if isinstance(value, datetime) else value


def number_of(value: Any) -> float | None:
    """Return a form's number, or None where it has none."""
    if value is None or pd.isna(value):
        return None
    return float(value)


def _close(reading: Reading) -> float:
    setting = reading.template.settings.get("close")
    return float(reading.settings.get("close", setting.value if setting else 1.0))


def _version() -> str:
    try:
        return version("marketing_sheets")
    except PackageNotFoundError:
        return ""


def _absent(reading: Reading, as_of: date) -> dict[str, Phrase]:
    """Say, per sheet of the template without records to show, why its section is empty."""
    absent, later = {}, later_rows(reading, as_of)
    for sheet in reading.template.tables:
        records = reading.sheets.get(sheet.id)
        if records is None:
            absent[sheet.id] = Phrase(code="absent.no_sheet", params={"sheet": sheet.label})
        elif records.frame.empty:
            absent[sheet.id] = Phrase(code="absent.no_rows", params={"sheet": sheet.label})
        elif later.get(sheet.id) == len(records.frame):
            params = {"sheet": sheet.label, "count": len(records.frame), "day": as_of}
            absent[sheet.id] = Phrase(code="absent.later", params=params, count=later[sheet.id])
    return absent


def evaluated(reading: Reading) -> tuple[Achievement, ...]:
    """Return the evaluated metrics."""
    records = reading.sheets.get(reading.template.sheet_for("effect"))
    return achievements(records) if records else ()


def open_issues(reading: Reading, as_of: date) -> tuple[IssueRow, ...]:
    """Count the open issues by severity, gravest first."""
    records = reading.sheets.get(reading.template.sheet_for("issues"))
    return issues_by_severity(records, as_of=as_of, order=_SEVERITY_ORDER) if records else ()


def _severities(reading: Reading) -> dict[str, tuple[Text, str | None]]:
    choices = reading.template.choices.get("severity")
    return {item.id: (item.label, item.state) for item in choices.items} if choices else {}


def _labels(reading: Reading, choices: str) -> dict[str, Text]:
    known = reading.template.choices.get(choices)
    return {item.id: item.label for item in known.items} if known else {}


def _channels(
    reading: Reading, frame: pd.DataFrame, target: float | None, close: float
) -> tuple[tuple[ChannelRow, ...], ChannelRow | None]:
    """Return the channels by ROAS, the smaller ones together at the end, and their total."""
    metrics = metrics_of(reading, reading.template.sheet_for("daily"))
    if frame.empty or not metrics:
        return (), None
    table = _complete(by(metrics, frame, ["channel"]))
    ranked = sorted(table.groups, key=lambda group: -_size(group.figures))
    shown = ranked if len(ranked) <= _MOST_CHANNELS else ranked[:_MOST_CHANNELS]
    rows = [
        _channel(label_of(reading.template, "channel", str(group.name or "")), group, table)
        for group in shown
    ]
    rows.sort(key=lambda row: -_value(row.figures, "roas"))
    if len(shown) < len(ranked):
        names = [group.name for group in shown]
        rest = others_than(frame, "channel", names)
        group = _complete(by(metrics, rest, [])).groups[0]
        rows.append(_channel("", group, table, others=len(ranked) - len(shown)))
    judged = tuple(_judged(row, target, close) for row in rows)
    return judged, _channel("", Group(level={"channel": None}, figures=table.total), table)


def _complete(table: Breakdown) -> Breakdown:
    """Give every group all figures the Summary shows; a template need not have them all."""
    none = {name: Figure(metric=name, value=None, reason="no_data") for name in _CHANNEL_FIGURES}
    groups = tuple(Group(level=one.level, figures=none | dict(one.figures)) for one in table.groups)
    return Breakdown(keys=table.keys, groups=groups, total=none | dict(table.total))


def _channel(name: Text | str, group: Group, table: Breakdown, *, others: int = 0) -> ChannelRow:
    return ChannelRow(
        name=name,
        figures=group.figures,
        cost_share=share(group.figures["cost"], table.total["cost"]),
        sales_share=share(group.figures["sales"], table.total["sales"]),
        others=others,
    )


def _judged(row: ChannelRow, target: float | None, close: float) -> ChannelRow:
    roas = row.figures["roas"].value
    if roas is None or target is None or row.others:
        return row
    return ChannelRow(
        name=row.name,
        figures=row.figures,
        cost_share=row.cost_share,
        sales_share=row.sales_share,
        verdict=judge(roas, target, lower_is_better=False, close=close),
    )


def _size(figures: Mapping[str, Figure]) -> float:
    return max(figures["sales"].value or 0.0, 0.0) + max(figures["cost"].value or 0.0, 0.0)


def _value(figures: Mapping[str, Figure], metric: str) -> float:
    value = figures[metric].value
    return float("-inf") if value is None else value


def _trend(reading: Reading, frame: pd.DataFrame) -> Trend | None:
    """Return the days, or the weeks of more than a month, or the months of more than a year."""
    metrics = [
        m
        for m in metrics_of(reading, reading.template.sheet_for("daily"))
        if m.id in ("sales", "roas")
    ]
    if frame.empty or "date" not in frame or not frame["date"].notna().any():
        return None
    first, last = frame["date"].min().date(), frame["date"].max().date()
    days = (last - first).days + 1
    grain: Grain = "day" if days <= _MOST_DAYS else "week" if days <= 7 * _MOST_WEEKS else "month"
    known = {
        group.name: group.figures
        for group in _complete(by(metrics, frame, [grain])).groups
        if isinstance(group.name, date)
    }
    points = tuple(
        TrendPoint(
            day=day,
            sales=known[day]["sales"].value if day in known else None,
            roas=known[day]["roas"].value if day in known else None,
        )
        for day in _calendar(min(known), last, grain)
    )
    return Trend(
        grain=grain,
        points=points,
        first=first,
        last=last,
        undated=int(frame["date"].isna().sum()),
    )


def _calendar(first: date, last: date, grain: Grain) -> list[date]:
    """List the days, Mondays or first days of months from `first` on: gaps stay visible."""
    days = []
    while first <= last:
        days.append(first)
        if grain == "month":
            first = (first + timedelta(days=31)).replace(day=1)
        else:
            first += timedelta(days=1 if grain == "day" else 7)
    return days


def _stages(
    reading: Reading, frame: pd.DataFrame, as_of: date, time: Figure
) -> tuple[tuple[StageRow, ...], StageRow | None]:
    if frame.empty or "stage" not in frame:
        return (), None
    progressed = progress_by(frame, "stage")
    names = list(progressed)
    shown = names if len(names) <= _MOST_STAGES else names[: _MOST_STAGES - 1]
    stage = frame["stage"].astype(object).where(frame["stage"].notna(), None)
    rows = []
    for name in shown:
        rows_of = (stage.isna() if name is None else stage == name).to_numpy(dtype=bool)
        label = label_of(reading.template, "stage", name or "")
        rows.append(_stage(label, frame[rows_of], progressed[name], as_of))
    if len(shown) < len(names):
        kept = [name for name in shown if name is not None]
        rest = ~stage.isin(kept).to_numpy() & ~(stage.isna().to_numpy() & (None in shown))
        others = len(names) - len(shown)
        rows.append(_stage("", frame[rest], progress(frame[rest]), as_of, others=others))
    total = StageRow(name="", progress=progress(frame), burn=burn(frame, time), alarm=False)
    return tuple(rows), total


def _stage(
    name: Text | str, frame: pd.DataFrame, progressed: Progress, as_of: date, *, others: int = 0
) -> StageRow:
    """Measure a stage against its own time, its first planned start to its last planned end.

    Money spent ahead of time is no alarm while the work is as far.
    """
    start = frame["planned_start"].min() if "planned_start" in frame else None
    end = frame["planned_end"].max() if "planned_end" in frame else None
    time = elapsed(day_of(start), day_of(end), as_of)
    burnt = burn(frame, time)
    ahead, used, done = burnt.ahead.value, burnt.used.value, progressed.overall.value
    fast = ahead is not None and ahead > _SPEND_SLACK
    fast = fast and used is not None and done is not None and used > done
    over = used is not None and used > 1
    return StageRow(
        name=name, progress=progressed, burn=burnt, alarm=bool(fast or over), others=others
    )
