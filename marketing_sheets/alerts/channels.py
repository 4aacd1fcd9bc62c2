"""Alerts about metrics beyond a limit: in sum, on several days running, or against days before.

Values come from sums, as everywhere. Where a sheet holds a rate that people type, such as a
conversion rate per day and channel, the typed rate of a day stands for that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ..metrics import by, day_column, days_of, figure, metric_frame, numbers, up_to_day
from ..problems import Place
from ..records import Reading
from ..template import Daily, Metric, Rule, TableSheet, Unit, is_beyond
from ..texts import Text
from .model import (
    Alert,
    Amount,
    choice_setting,
    is_recent,
    label_of,
    raised,
    terms,
    what_of,
)
from .rows import sheet_of

# Fewer days than this say nothing about what is usual.
_FEWEST_DAYS = 3
# How far back a run of days is followed.
_RECENT_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """A metric's value, what it was divided by, and the position of a row it comes from."""

    value: float
    base: float
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One group's rows of a sheet, and how a rule's metric is had from them."""

    rule: Rule
    reading: Reading
    sheet: TableSheet
    frame: pd.DataFrame
    metric: Metric | None
    group: str | None

    @property
    def unit(self) -> Unit:
        return self.rule.unit if self.metric is None else self.metric.unit

    @property
    def name(self) -> Text | str:
        """What people call the group; the sheet where there is no group."""
        if self.group is None:
            return self.sheet.label
        choices = self.sheet[self.rule.by or ""].choices or ""
        return label_of(self.reading.template, choices, self.group)

    def over(self, rows: np.ndarray[Any, Any]) -> _Value | None:
        """Compute the metric over some rows, given by position in the frame."""
        if not len(rows):
            return None
        part = self.frame.iloc[rows]
        row = int(part.index[-1])
        if self.metric is not None:
            one = figure(self.metric, part)
            if one.value is None:
                return None
            base = one.denominator if one.denominator is not None else np.inf
            return _Value(value=one.value, base=base, row=row)
        typed = numbers(part, self.rule.column or "")
        known = typed[~np.isnan(typed)]
        # Several typed rates have no common value without what they were measured on.
        if not len(known):
            return None
        return _Value(value=float(np.median(known)), base=np.inf, row=row)

    def by_day(self, least: int) -> dict[np.datetime64, _Value]:
        """Compute the metric per day, in order; days with too little to go by are left out.

        Days long before the last are none of an alert's business, but `least` are looked at.
        """
        days = days_of(self.frame, Daily.DATE)
        if np.isnat(days).all():
            return {}
        recent = np.nanmax(days) - days < np.timedelta64(max(least, _RECENT_DAYS), "D")
        source = replace(self, frame=self.frame.loc[recent])
        found = source._typed_days() if self.metric is None else source._days_of(self.metric)
        return {day: one for day, one in found.items() if self.is_enough(one)}

    def _typed_days(self) -> dict[np.datetime64, _Value]:
        days = days_of(self.frame, Daily.DATE)
        known = np.unique(days[~np.isnat(days)])
        values = {day: self.over(np.flatnonzero(days == day)) for day in known}
        return {day: one for day, one in values.items() if one is not None}

    def _days_of(self, metric: Metric) -> dict[np.datetime64, _Value]:
        days = days_of(self.frame, Daily.DATE)
        rows = {day: int(row) for day, row in zip(days, self.frame.index, strict=True)}
        found = {}
        for group in by([metric], self.frame, ["day"]).groups:
            one, day = group.figures[metric.id], np.datetime64(group.name, "D")
            if one.value is not None and not np.isnat(day):
                base = np.inf if one.denominator is None else one.denominator
                found[day] = _Value(value=one.value, base=base, row=rows[day])
        return found

    def is_enough(self, one: _Value) -> bool:
        return self.rule.least is None or one.base >= self.rule.least

    def place(self, row: int) -> Place:
        """Return the cell of the metric in a row, or of what it is made of."""
        records = self.reading.sheets[self.sheet.id]
        parts = () if self.metric is None else (self.metric.id, self.metric.numerator)
        return records.place(row, *parts, self.rule.column)


def _sources(
    rule: Rule, reading: Reading, as_of: date
) -> Iterator[tuple[_Source, float, int | None]]:
    """Walk the groups a rule watches, each with the limit and the days that count for it."""
    for sheet_id in rule.sheets:
        records = reading.sheets.get(sheet_id)
        if records is None or records.frame.empty:
            continue
        sheet, frame = (
            sheet_of(reading, records),
            up_to_day(metric_frame(reading, sheet_id, as_of=as_of)),
        )
        metric = next(
            (m for m in reading.template.metrics if (m.id, m.sheet) == (rule.metric, sheet_id)),
            None,
        )
        groups: list[str | None] = [None]
        if rule.by is not None and rule.by in frame:
            groups = [*dict.fromkeys(frame[rule.by].dropna().astype(str).tolist())]
        for group in groups:
            said = terms(rule, reading, group)
            if said is None or said.limit is None:
                continue
            rows = frame if group is None else frame.loc[frame[rule.by] == group]
            yield (
                _Source(
                    rule=rule,
                    reading=reading,
                    sheet=sheet,
                    frame=rows,
                    metric=metric,
                    group=group,
                ),
                said.limit,
                said.days,
            )


def _is_beyond(value: float, bound: float, rule: Rule) -> bool:
    return is_beyond(value, bound, above=rule.side != "below")


def _apart(base: float, limit: float, source: _Source) -> float:
    """Return what lies `limit` below or above a base: relative, or in points if set so."""
    sign = -1 if source.rule.side == "below" else 1
    if choice_setting(source.reading, "gap_as") == "points" and source.unit == "percent":
        return base + sign * limit
    return base * (1 + sign * limit)


def _alert(
    source: _Source, one: _Value, *, bound: float, of: float, more: Mapping[str, object]
) -> Alert:
    """Return the alert of a group; `of` is what its distance is measured against."""
    rule, unit = source.rule, source.unit
    distance = abs(one.value - of) / abs(of) if of else 0.0
    blanks: dict[str, object] = {
        "value": Amount(value=one.value, unit=unit),
        "limit": Amount(value=bound, unit=unit),
        "gap": Amount(value=distance, unit="percent"),
        **more,
    }
    return raised(
        rule,
        source.reading,
        (source.sheet.id, source.group or ""),
        what=what_of(rule, source.name, **blanks),
        place=source.place(one.row),
        size=distance,
        blanks=blanks,
    )


def beyond(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find groups whose metric is beyond its limit, or too far from a target of the form."""
    for source, limit, days in _sources(rule, reading, as_of):
        rows = np.arange(len(source.frame))
        if days is not None and day_column(source.sheet) in source.frame:
            rows = np.flatnonzero(is_recent(days_of(source.frame, Daily.DATE), as_of, days))
        one = source.over(rows)
        if one is None or not source.is_enough(one):
            continue
        bound, target = limit, None
        if rule.target is not None:
            target = reading.form.get(rule.target)
            if target is None:
                continue
            bound = _apart(float(target), limit, source)
        if _is_beyond(one.value, bound, rule):
            of = bound if target is None else float(target)
            more = {} if target is None else {"target": Amount(value=of, unit=source.unit)}
            yield _alert(source, one, bound=bound, of=of, more=more)


def running(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find groups whose metric was beyond its limit day after day, up to their last day."""
    for source, limit, days in _sources(rule, reading, as_of):
        values, run = source.by_day(days or 0), list[np.datetime64]()
        for day in reversed(values):
            if run and run[-1] - day != np.timedelta64(1, "D"):
                break
            if not _is_beyond(values[day].value, limit, rule):
                break
            run.append(day)
        if not run or len(run) < (days or 1):
            continue
        within = np.isin(days_of(source.frame, Daily.DATE), run)
        whole, last = source.over(np.flatnonzero(within)), values[run[0]]
        shown = last if whole is None else replace(last, value=whole.value)
        yield _alert(source, shown, bound=limit, of=limit, more={"days": len(run)})


def dropped(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find groups whose metric, on their last day, is too far from that of the days before."""
    for source, limit, days in _sources(rule, reading, as_of):
        values = source.by_day((days or 0) + 1)
        if not values:
            continue
        *earlier, last = values
        before = [day for day in earlier if day >= last - (days or len(values))]
        if len(before) < _FEWEST_DAYS:
            continue
        usual = source.over(np.flatnonzero(np.isin(days_of(source.frame, Daily.DATE), before)))
        if usual is None:
            continue
        bound = _apart(usual.value, limit, source)
        if _is_beyond(values[last].value, bound, rule):
            shown = Amount(value=usual.value, unit=source.unit)
            more = {"before": shown}
            yield _alert(source, values[last], bound=bound, of=usual.value, more=more)
