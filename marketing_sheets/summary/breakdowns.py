"""Break the figures down: by channel, over time, by stage, and by the metrics of own tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from ..alerts import Phrase, label_of, terms
from ..metrics import (
    Breakdown,
    Figure,
    Group,
    TaskProgress,
    burn,
    by,
    elapsed,
    figure,
    is_later,
    is_unread,
    metric_frame,
    metrics_of,
    progress,
    progress_by,
    share,
    up_to_day,
)
from ..records import Reading
from ..template import Column, Daily, Metric, Role, TableSheet, Task, Template, judge
from ..texts import Text
from .model import ChannelRow, Grain, OwnRow, OwnTable, StageRow, Tile, Trend, TrendPoint
from .tiles import against, with_left_out

# What plays these has tiles and sections of its own.
_KNOWN: tuple[Role, ...] = ("daily", "master")
_MOST_ROWS = 12
_MOST_CHANNELS = 12
_MOST_STAGES = 12
_MOST_DAYS = 31
_MOST_WEEKS = 53
# A stage may spend this much ahead of its time before it is marked.
_SPEND_SLACK = 0.05
_CHANNEL_FIGURES = tuple("impressions clicks ctr cvr new_users cac cost sales roas".split())


def known_sheets(template: Template) -> tuple[str, ...]:
    """Return the sheets that have tiles and sections of their own."""
    return tuple(sheet for role in _KNOWN if (sheet := template.sheet_for(role)))


def choice_columns(sheet: TableSheet) -> tuple[Column, ...]:
    """Return the columns by which a table's figures can be told apart."""
    kinds = ("choice", "department")
    return tuple(one for one in sheet.columns if one.type in kinds and not one.hidden)


def others_than(frame: pd.DataFrame, key: str, names: Sequence[object]) -> pd.DataFrame:
    """Return the rows of all groups but those named; None names the rows without a key."""
    shown = frame[key].isin([name for name in names if name is not None])
    if None in names:
        shown |= frame[key].isna()
    rows: pd.DataFrame = frame.loc[~shown.to_numpy(dtype=bool)]
    return rows


def _metrics(template: Template, sheet: TableSheet) -> tuple[Metric, ...]:
    """Return a table's metrics; where the whole template has none, the sums of what adds up."""
    if template.metrics:
        return tuple(one for one in template.metrics if one.sheet == sheet.id)
    return tuple(
        Metric(
            id=column.id,
            label=column.label,
            sheet=sheet.id,
            numerator=column.id,
            unit="money" if column.type == "money" else "number",
        )
        for column in sheet.inputs
        if column.additive
    )


def own_tiles(reading: Reading, most: int, *, as_of: date, close: float) -> tuple[Tile, ...]:
    """Return tiles for the first of the template's own metrics, in its order."""
    known = known_sheets(reading.template)
    tables = {s.id: s for s in reading.template.tables if s.id not in known}
    frames = {name: metric_frame(reading, name, as_of=as_of) for name in tables}
    own = [one for sheet in tables.values() for one in _metrics(reading.template, sheet)]
    order = list(reading.template.metrics) or own
    chosen = [one for one in order if one.sheet in tables][:most]
    limits = {
        rule.metric: (rule.side, limit.limit)
        for rule in reversed(reading.template.rules)
        if rule.kind == "threshold" and not (rule.by or rule.days or rule.target or rule.least)
        if (limit := terms(rule, reading)) and limit.limit is not None
    }
    return tuple(_tile(one, frames[one.sheet], limits.get(one.id), close) for one in chosen)


def _tile(
    metric: Metric, frame: pd.DataFrame, limit: tuple[str, float] | None, close: float
) -> Tile:
    """Return the tile of an own metric, held against what raises an alert of the whole of it."""
    one = figure(metric, frame)
    left_out = one.left_out
    if metric.denominator is None:
        # A blank adds nothing to a sum, so that nothing is missing from it.
        left_out = int((is_later(frame) | is_unread(frame, metric.numerator)).sum())
    if limit is not None:
        is_upper, line = limit[0] == "above", limit[1]
        tile = against(metric.id, one, line, close, lower_is_better=is_upper, aim="floor")
        delta = tile.delta and with_left_out("tile", tile.delta, replace(one, left_out=left_out))
        return replace(tile, label=metric.label, delta=delta)
    params = {"count": one.rows, "left": left_out}
    code = "tile.rows_left_out" if left_out else "tile.rows"
    return Tile(
        id=metric.id,
        figure=one,
        target=Phrase(code=code, params=params, count=one.rows),
        label=metric.label,
    )


def own_tables(reading: Reading, tiles: Sequence[Tile], *, as_of: date) -> tuple[OwnTable, ...]:
    """Return a table for each sheet with metrics; none where the tiles have said it all."""
    said = {tile.id for tile in tiles if tile.label is not None}
    known, tables = known_sheets(reading.template), []
    for sheet in reading.template.tables:
        metrics, keys = _metrics(reading.template, sheet), choice_columns(sheet)
        if sheet.id in known or not metrics:
            continue
        if keys or any(metric.id not in said for metric in metrics):
            frame = up_to_day(metric_frame(reading, sheet.id, as_of=as_of))
            tables.append(_table(reading, sheet, metrics, keys[0] if keys else None, frame))
    return tuple(tables)


def _table(
    reading: Reading,
    sheet: TableSheet,
    metrics: tuple[Metric, ...],
    key: Column | None,
    frame: pd.DataFrame,
) -> OwnTable:
    rows: list[OwnRow] = []
    if key is not None and key.id in frame:
        groups = by(metrics, frame, [key.id]).groups
        ranked = sorted(groups, key=lambda group: -_own_size(group.figures[metrics[0].id]))
        shown = ranked if len(ranked) <= _MOST_ROWS else ranked[: _MOST_ROWS - 1]
        counts = frame[key.id].astype(object).value_counts().to_dict()
        blank = int(frame[key.id].isna().sum())
        for group in shown:
            name = label_of(reading.template, key.choices or "", str(group.name or ""))
            count = blank if group.name is None else int(counts[group.name])
            rows.append(OwnRow(name=name, figures=group.figures, count=count))
        if len(shown) < len(ranked):
            rest = others_than(frame, key.id, [group.name for group in shown])
            rows.append(_whole(metrics, rest, others=len(ranked) - len(shown)))
    return OwnTable(
        sheet=sheet.id,
        by=None if key is None else key.label,
        metrics=metrics,
        rows=tuple(rows),
        total=_whole(metrics, frame) if len(frame) else None,
    )


def _own_size(one: Figure) -> float:
    value = one.numerator if one.numerator is not None else one.value
    return float("-inf") if value is None else value


def _whole(metrics: Sequence[Metric], frame: pd.DataFrame, *, others: int = 0) -> OwnRow:
    figures = {one.id: figure(one, frame) for one in metrics}
    return OwnRow(name="", figures=figures, count=len(frame), others=others)


def progress_setting(reading: Reading) -> str:
    """Return what makes overall progress."""
    return str(reading.settings.get("progress_by", "weight"))


def day_of(value: Any) -> date | None:
    """Return a form's date as a plain date."""
    if value is None or value is pd.NaT:
        return None
    return value.date() if isinstance(value, datetime) else value


def channels_of(
    reading: Reading, frame: pd.DataFrame, target: float | None, close: float
) -> tuple[tuple[ChannelRow, ...], ChannelRow | None]:
    """Return the channels by ROAS, the smaller ones together at the end, and their total."""
    metrics = metrics_of(reading, reading.template.sheet_for("daily"))
    if frame.empty or not metrics:
        return (), None
    table = _complete(by(metrics, frame, [Daily.CHANNEL]))
    ranked = sorted(table.groups, key=lambda group: -_size(group.figures))
    shown = ranked if len(ranked) <= _MOST_CHANNELS else ranked[:_MOST_CHANNELS]
    channels = reading.template.list_for("daily", Daily.CHANNEL)
    rows = [
        _channel(label_of(reading.template, channels, str(group.name or "")), group, table)
        for group in shown
    ]
    rows.sort(key=lambda row: -_value(row.figures, "roas"))
    if len(shown) < len(ranked):
        names = [group.name for group in shown]
        rest = others_than(frame, Daily.CHANNEL, names)
        group = _complete(by(metrics, rest, [])).groups[0]
        rows.append(_channel("", group, table, others=len(ranked) - len(shown)))
    judged = tuple(_judged(row, target, close) for row in rows)
    return judged, _channel("", Group(level={Daily.CHANNEL: None}, figures=table.total), table)


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


def trend_of(reading: Reading, frame: pd.DataFrame) -> Trend | None:
    """Return the days, or the weeks of more than a month, or the months of more than a year."""
    metrics = [
        m
        for m in metrics_of(reading, reading.template.sheet_for("daily"))
        if m.id in ("sales", "roas")
    ]
    if frame.empty or Daily.DATE not in frame or not frame[Daily.DATE].notna().any():
        return None
    first, last = frame[Daily.DATE].min().date(), frame[Daily.DATE].max().date()
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
        undated=int(frame[Daily.DATE].isna().sum()),
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


def stages_of(
    reading: Reading, frame: pd.DataFrame, as_of: date, time: Figure
) -> tuple[tuple[StageRow, ...], StageRow | None]:
    """Return the stages in their order, those beyond twelve together, and their total."""
    if frame.empty or Task.STAGE not in frame:
        return (), None
    by = progress_setting(reading)
    progressed = progress_by(frame, Task.STAGE, by)
    names = list(progressed)
    shown = names if len(names) <= _MOST_STAGES else names[: _MOST_STAGES - 1]
    stage = frame[Task.STAGE].astype(object).where(frame[Task.STAGE].notna(), None)
    stages = reading.template.list_for("master", Task.STAGE)
    rows = []
    for name in shown:
        rows_of = (stage.isna() if name is None else stage == name).to_numpy(dtype=bool)
        label = label_of(reading.template, stages, name or "")
        rows.append(_stage(label, frame[rows_of], progressed[name], as_of))
    if len(shown) < len(names):
        kept = [name for name in shown if name is not None]
        rest = ~stage.isin(kept).to_numpy() & ~(stage.isna().to_numpy() & (None in shown))
        others = len(names) - len(shown)
        rows.append(_stage("", frame[rest], progress(frame[rest], by), as_of, others=others))
    total = StageRow(name="", progress=progress(frame, by), burn=burn(frame, time), alarm=False)
    return tuple(rows), total


def _stage(
    name: Text | str, frame: pd.DataFrame, progressed: TaskProgress, as_of: date, *, others: int = 0
) -> StageRow:
    """Measure a stage against its own time, its first planned start to its last planned end.

    Money spent ahead of time is no alarm while the work is as far.
    """
    start = frame[Task.PLANNED_START].min() if Task.PLANNED_START in frame else None
    end = frame[Task.PLANNED_END].max() if Task.PLANNED_END in frame else None
    time = elapsed(day_of(start), day_of(end), as_of)
    burnt = burn(frame, time)
    ahead, used, done = burnt.ahead.value, burnt.used.value, progressed.overall.value
    fast = ahead is not None and ahead > _SPEND_SLACK
    fast = fast and used is not None and done is not None and used > done
    over = used is not None and used > 1
    return StageRow(
        name=name, progress=progressed, burn=burnt, alarm=bool(fast or over), others=others
    )
