"""Alerts about metrics beyond a limit: in sum, on several days running, or against days before.

Values come from sums, as everywhere. Where a sheet holds a rate that people type, such as a
conversion rate per day and channel, the typed rate of a day stands for that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ..metrics import day_column, days_of, metric_frame, numbers, sums_per_group, up_to_day
from ..records import Array, Reading
from ..template import Daily, Metric, Rule, TableSheet, Unit, is_beyond
from ..texts import Text
from .model import (
    Alert,
    Amount,
    Terms,
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
class _Values:
    """A metric per group and the last row of each; NaN without a value, or too little to go by."""

    values: Array
    rows: Array

    def known(self, one: int) -> float | None:
        value = float(self.values[one])
        return None if np.isnan(value) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """One group's days with a value, in order; the position of the last row of each."""

    days: Array
    values: list[float]
    rows: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watch:
    """The rows of a sheet that a rule watches, in groups: all of them are computed in one pass.

    `groups` are those in force with what counts for each, `rows` the positions of theirs.
    """

    rule: Rule
    reading: Reading
    sheet: TableSheet
    frame: pd.DataFrame
    days: Array
    metric: Metric | None
    groups: Sequence[tuple[str | None, Terms]]
    rows: Sequence[Array]

    @property
    def unit(self) -> Unit:
        return self.rule.unit if self.metric is None else self.metric.unit

    def name(self, group: str | None) -> Text | str:
        """Return what people call a group; the sheet where there is no group."""
        if group is None:
            return self.sheet.label
        return label_of(self.reading.template, self.sheet[self.rule.by or ""].choices or "", group)

    def over(self, rows: Sequence[Array]) -> _Values:
        """Compute the metric over each of several sets of rows, given by position."""
        codes = np.full(len(self.frame), -1)
        for number, own in enumerate(rows):
            codes[own] = number
        return self._over(codes, len(rows))

    def _over(self, codes: Array, groups: int) -> _Values:
        if self.metric is not None:
            values, bases = sums_per_group(self.metric, self.frame, codes, groups)
        else:
            # Several typed rates have no common value without what they were measured on.
            values, bases = np.full(groups, np.nan), np.full(groups, np.inf)
            typed = pd.Series(numbers(self.frame, self.rule.column or "")).groupby(codes).median()
            own = typed.index.to_numpy()
            values[own[own >= 0]] = typed.to_numpy()[own >= 0]
        last = np.zeros(groups, dtype=np.intp)
        within = np.flatnonzero(codes >= 0)
        np.maximum.at(last, codes[within], within)
        if self.rule.least is not None:
            values = np.where(bases >= self.rule.least, values, np.nan)
        return _Values(values=values, rows=self.frame.index.to_numpy()[last])

    def by_day(self, more: int) -> list[_Days]:
        """Compute the metric per group and day; days without enough to go by are left out.

        Days long before a group's last are none of an alert's business, but as many as its rule
        names, and `more`, are looked at.
        """
        codes, days = np.full(len(self.frame), -1), self.days.astype(np.int64)
        for number, rows in enumerate(self.rows):
            own = rows[~np.isnat(self.days[rows])]
            reach = max((self.groups[number][1].days or 0) + more, _RECENT_DAYS)
            if len(own):
                codes[own[days[own] > days[own].max() - reach]] = number
        within = np.flatnonzero(codes >= 0)
        first, last = (days[within].min(), days[within].max()) if len(within) else (0, 0)
        span = last - first + 1
        cells, found = np.unique(codes[within] * span + days[within] - first, return_inverse=True)
        codes[within] = found
        one = self._over(codes, len(cells))
        groups, nights = np.divmod(cells, span)
        known = ~np.isnan(one.values)
        groups, nights = groups[known], (nights[known] + first).astype("datetime64[D]")
        cuts = np.searchsorted(groups, np.arange(1, len(self.rows)))
        parts = (np.split(array, cuts) for array in (nights, one.values[known], one.rows[known]))
        return [
            _Days(days=days, values=values.tolist(), rows=rows.tolist())
            for days, values, rows in zip(*parts, strict=True)
        ]

    def of_days(self, days: Sequence[Array]) -> _Values:
        """Compute the metric of each group over some of its days."""
        return self.over(
            [own[np.isin(self.days[own], some)] for own, some in zip(self.rows, days, strict=True)]
        )

    def alert(
        self,
        group: str | None,
        value: float,
        row: int,
        *,
        bound: float,
        of: float,
        more: Mapping[str, object],
    ) -> Alert:
        """Return the alert of a group; `of` is what its distance is measured against."""
        distance = abs(value - of) / abs(of) if of else 0.0
        blanks: dict[str, object] = {
            "value": Amount(value=value, unit=self.unit),
            "limit": Amount(value=bound, unit=self.unit),
            "gap": Amount(value=distance, unit="percent"),
            **more,
        }
        parts = () if self.metric is None else (self.metric.id, self.metric.numerator)
        return raised(
            self.rule,
            self.reading,
            (self.sheet.id, group or ""),
            what=what_of(self.rule, self.name(group), **blanks),
            place=self.reading.sheets[self.sheet.id].place(row, *parts, self.rule.column),
            size=distance,
            blanks=blanks,
        )


def _watches(rule: Rule, reading: Reading, as_of: date) -> Iterator[_Watch]:
    """Walk the sheets a rule watches."""
    for sheet_id in rule.sheets:
        records = reading.sheets.get(sheet_id)
        if records is None or records.frame.empty:
            continue
        frame = up_to_day(metric_frame(reading, sheet_id, as_of=as_of))
        named: list[tuple[str | None, Array]] = [(None, np.arange(len(frame)))]
        if rule.by is not None and rule.by in frame:
            codes, names = pd.factorize(frame[rule.by])
            order = np.argsort(codes, kind="stable")
            cuts = np.searchsorted(codes[order], np.arange(len(names)))
            named = list(zip(names.astype(str), np.split(order, cuts)[1:], strict=True))
        said = [(group, terms(rule, reading, group), rows) for group, rows in named]
        watched = [
            ((group, one), rows) for group, one, rows in said if one and one.limit is not None
        ]
        if not watched:
            continue
        metrics = (
            m for m in reading.template.metrics if (m.id, m.sheet) == (rule.metric, sheet_id)
        )
        yield _Watch(
            rule=rule,
            reading=reading,
            sheet=sheet_of(reading, records),
            frame=frame,
            days=days_of(frame, Daily.DATE),
            metric=next(metrics, None),
            groups=[group for group, _ in watched],
            rows=[rows for _, rows in watched],
        )


def _is_beyond(value: float, bound: float, rule: Rule) -> bool:
    return is_beyond(value, bound, above=rule.side != "below")


def _apart(base: float, limit: float, watch: _Watch) -> float:
    """Return what lies `limit` below or above a base: relative, or in points if set so."""
    sign = -1 if watch.rule.side == "below" else 1
    if choice_setting(watch.reading, "gap_as") == "points" and watch.unit == "percent":
        return base + sign * limit
    return base * (1 + sign * limit)


def beyond(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find groups whose metric is beyond its limit, or too far from a target of the form."""
    target = None if rule.target is None else reading.form.get(rule.target)
    if rule.target is not None and target is None:
        return
    for watch in _watches(rule, reading, as_of):
        rows, has_days = watch.rows, day_column(watch.sheet) in watch.frame
        if has_days:
            rows = [
                own if said.days is None else own[is_recent(watch.days[own], as_of, said.days)]
                for own, (_, said) in zip(rows, watch.groups, strict=True)
            ]
        found = watch.over(rows)
        for number, (group, said) in enumerate(watch.groups):
            value, bound = found.known(number), said.limit or 0.0
            of, more = bound, dict[str, object]()
            if target is not None:
                of = float(target)
                bound = _apart(of, bound, watch)
                more = {"target": Amount(value=of, unit=watch.unit)}
            if value is not None and _is_beyond(value, bound, rule):
                row = int(found.rows[number])
                yield watch.alert(group, value, row, bound=bound, of=of, more=more)


def running(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find groups whose metric was beyond its limit day after day, up to their last day."""
    for watch in _watches(rule, reading, as_of):
        daily = watch.by_day(0)
        runs = [_run(one, said, rule) for one, (_, said) in zip(daily, watch.groups, strict=True)]
        whole = watch.of_days(runs)
        for number, (group, said) in enumerate(watch.groups):
            run, limit = runs[number], said.limit or 0.0
            if len(run):
                value = whole.known(number)
                value = daily[number].values[-1] if value is None else value
                row, more = daily[number].rows[-1], {"days": len(run)}
                yield watch.alert(group, value, row, bound=limit, of=limit, more=more)


def _run(one: _Days, said: Terms, rule: Rule) -> Array:
    """Return the days running, up to the last, that are beyond the limit; none if too few."""
    count = 0
    for day, value in zip(one.days[::-1], reversed(one.values), strict=True):
        if day != one.days[-1] - count or not _is_beyond(value, said.limit or 0.0, rule):
            break
        count += 1
    return one.days[len(one.days) - count if count >= (said.days or 1) else len(one.days) :]


def dropped(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find groups whose metric, on their last day, is too far from that of the days before."""
    for watch in _watches(rule, reading, as_of):
        daily = watch.by_day(1)
        before = [_before(one, said) for one, (_, said) in zip(daily, watch.groups, strict=True)]
        usual = watch.of_days(before)
        for number, (group, said) in enumerate(watch.groups):
            of = usual.known(number)
            if of is None:
                continue
            value, bound = daily[number].values[-1], _apart(of, said.limit or 0.0, watch)
            if _is_beyond(value, bound, rule):
                days = said.days or len(daily[number].days) - 1
                more = {"before": Amount(value=of, unit=watch.unit), "days": days}
                row = daily[number].rows[-1]
                yield watch.alert(group, value, row, bound=bound, of=of, more=more)


def _before(one: _Days, said: Terms) -> Array:
    """Return the days that tell what is usual before the last; none if they are too few."""
    if len(one.days) <= _FEWEST_DAYS:
        return one.days[:0]
    first = one.days[-1] - (said.days or len(one.days))
    before: Array = one.days[:-1][one.days[:-1] >= first]
    return before if len(before) >= _FEWEST_DAYS else before[:0]
