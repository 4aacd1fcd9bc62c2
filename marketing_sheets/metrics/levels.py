"""Figures over the records: sums, and ratios of sums, at every level.

A ratio is always recomputed from the sums of the rows that have both sides, never averaged and
never added up. Where a figure is undefined `figures` tells the reasons there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from ..records import Array, Reading, SheetRecords
from ..template import Column, Daily, Issue, Metric, TableSheet
from ..values import parse
from .figures import (
    LATER,
    UNREAD,
    Breakdown,
    Figure,
    Group,
    Level,
    Reason,
    days_of,
    is_later,
    numbers,
    quotient,
)

_PERIODS = ("day", "week", "month")
# What the denominator of a row counts stands beside it under this name.
_KIND = "{}.kind"
# Alerts, chapters and mixes ask for the same ones again and again; they go with their reading.
_FRAMES: WeakKeyDictionary[Reading, dict[tuple[str, date | None], pd.DataFrame]]
_FRAMES = WeakKeyDictionary()


def metric_frame(reading: Reading, sheet_id: str, *, as_of: date | None = None) -> pd.DataFrame:
    """Return a sheet's records, ready for `figure` and `by`; empty if there is no such sheet.

    Beside a denominator that is chosen per choice (the CVR base per channel) stands what it counts
    in each row, so that no total mixes them. A choice that says nothing has the first kind. Rows
    after `as_of` are marked and left out of every figure, cells that cannot be read are marked, and
    the day of each row stands under `date`.
    """
    if sheet_id not in reading.sheets:
        return pd.DataFrame()
    known = _FRAMES.setdefault(reading, {})
    if (sheet_id, as_of) not in known:
        known[sheet_id, as_of] = _metric_frame(reading, sheet_id, as_of)
    return known[sheet_id, as_of]


def _metric_frame(reading: Reading, sheet_id: str, as_of: date | None) -> pd.DataFrame:
    sheet = reading.template[sheet_id]
    records = reading.sheets[sheet_id]
    frame = records.frame
    if not isinstance(sheet, TableSheet):
        return frame
    marks: dict[str, Any] = {**_kinds(reading, sheet, frame), **_unread(records, sheet)}
    day = day_column(sheet)
    if day in frame:
        marks[Daily.DATE] = frame[day]
        if as_of is not None:
            marks[LATER] = _after(frame, day, as_of)
    return frame.assign(**marks)


def day_column(sheet: TableSheet) -> str:
    """Return the id of the column that tells on which day a row happened; "" if there is none.

    Of several dates only `date`, the column of the sheet's day line, or the day an issue occurred:
    the dates of a plan may well lie ahead.
    """
    for name in (Daily.DATE, sheet.day_line, Issue.OCCURRED_ON):
        if name is not None and name in sheet and sheet[name].type == "date":
            return name
    return ""


def later_rows(reading: Reading, as_of: date) -> dict[str, int]:
    """Count the rows after `as_of` per sheet that has any."""
    counts = {}
    for sheet in reading.template.tables:
        records, name = reading.sheets.get(sheet.id), day_column(sheet)
        if records is not None and name in records.frame:
            counts[sheet.id] = int(_after(records.frame, name, as_of).sum())
    return {sheet_id: count for sheet_id, count in counts.items() if count}


def up_to_day(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are not marked as later than the figures reach."""
    later = is_later(frame)
    return frame.loc[~later] if later.any() else frame


def _after(frame: pd.DataFrame, column: str, as_of: date) -> Array:
    after: Array = days_of(frame, column) > np.datetime64(as_of, "D")
    return after


def _unread(records: SheetRecords, sheet: TableSheet) -> dict[str, Array]:
    """Mark, per column of numbers, the cells that hold something which gave no number."""
    marks = {}
    for column in sheet.inputs:
        if not column.is_numeric or column.id not in records.raw:
            continue
        raw = records.raw[column.id]
        unread = records.frame[column.id].isna().to_numpy() & raw.notna().to_numpy()
        for row in np.flatnonzero(unread).tolist():
            unread[row] = _is_fault(raw.iat[row], column)
        if unread.any():
            marks[UNREAD.format(column.id)] = unread
    return marks


def _is_fault(raw: object, column: Column) -> bool:
    """Tell whether a cell without a value is at fault; blank, or a word for blank, it is not."""
    return not parse(raw, column.type).is_blank


def _kinds(reading: Reading, sheet: TableSheet, frame: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    kinds = {}
    for column in sheet.inputs:
        choices = reading.template.choices.get(column.choices or "")
        for attribute, values in choices.attributes.items() if choices else ():
            if choices is None or attribute not in sheet or column.id not in frame:
                continue
            told = {item.id: item.attributes.get(attribute) for item in choices.items}
            for name, facts in reading.choices.get(choices.id, {}).items():
                told[name] = facts.get(attribute) or told.get(name)
            first = reading.template.choices[values].items[0].id
            known = {name: kind for name, kind in told.items() if kind}
            kinds[_KIND.format(attribute)] = frame[column.id].map(known).fillna(first)
    return kinds


def metrics_of(reading: Reading, sheet_id: str) -> tuple[Metric, ...]:
    """Return the template's metrics over one sheet."""
    return tuple(metric for metric in reading.template.metrics if metric.sheet == sheet_id)


def figure(metric: Metric, frame: pd.DataFrame) -> Figure:
    """Compute one metric over all rows of `frame` that have what it takes."""
    return figures_per_group(metric, frame, np.zeros(len(frame), dtype=np.intp), 1)[0]


def by(metrics: Iterable[Metric], frame: pd.DataFrame, keys: Sequence[str]) -> Breakdown:
    """Compute metrics per group and in total.

    `keys` are column ids, or day, week (its Monday) or month (its first) of the column `date`.
    Periods come in order, other groups in order of appearance; rows without a key come last.
    """
    metrics = tuple(metrics)
    columns = {key: _key(frame, key) for key in keys}
    codes, levels = _groups(columns, len(frame))
    table = {metric.id: figures_per_group(metric, frame, codes, len(levels)) for metric in metrics}
    groups = tuple(
        Group(level=level, figures={name: row[number] for name, row in table.items()})
        for number, level in enumerate(levels)
    )
    total = {metric.id: figure(metric, frame) for metric in metrics}
    return Breakdown(keys=tuple(keys), groups=groups, total=total)


def week_of(dates: pd.Series[Any]) -> pd.Series[Any]:
    """Return the Monday of each date's ISO week."""
    days = pd.to_datetime(dates)
    return days.dt.normalize() - pd.to_timedelta(days.dt.day_of_week, unit="D")


def week_change(metric: Metric, frame: pd.DataFrame, *, as_of: date) -> Figure:
    """Compare the week of `as_of` with the week before.

    The relative change, or for percentages the difference as a fraction (0.01 is one point).
    Both weeks must be whole: a row on every day from Monday to Sunday, and `as_of` that Sunday;
    else the reason is partial_period.
    """
    monday = np.datetime64(as_of, "D") - as_of.weekday()
    days = days_of(frame, Daily.DATE)
    now, before = (
        figure(metric, frame[(days >= first) & (days < first + 7)])
        for first in (monday, monday - 7)
    )
    name = f"{metric.id}_week_change"
    reason: Reason | None = now.reason or before.reason
    fortnight = monday - 7 + np.arange(14)
    if reason is None and (as_of.weekday() != 6 or not np.isin(fortnight, days).all()):
        reason = "partial_period"
    if reason is not None or now.value is None or before.value is None:
        return Figure(metric=name, value=None, reason=reason or "no_data", unit="percent")
    if metric.unit == "percent":
        return Figure(metric=name, value=now.value - before.value, unit="percent", rows=now.rows)
    return quotient(name, now.value - before.value, before.value, rows=now.rows)


def _key(frame: pd.DataFrame, key: str) -> pd.Series[Any]:
    if key in frame or key not in _PERIODS:
        if key not in frame:
            return pd.Series([pd.NA] * len(frame), index=frame.index, dtype="string")
        return frame[key]
    if Daily.DATE not in frame:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    if key == "week":
        return week_of(frame[Daily.DATE])
    days = pd.to_datetime(frame[Daily.DATE]).dt.normalize()
    return days if key == "day" else days - pd.to_timedelta(days.dt.day - 1, unit="D")


def _groups(columns: Mapping[str, pd.Series[Any]], rows: int) -> tuple[Array, list[Level]]:
    """Give each row the number of its group; tell what each group is."""
    if not columns:
        return np.zeros(rows, dtype=np.intp), [{}] if rows else []
    parts = []
    for values in columns.values():
        periods = pd.api.types.is_datetime64_any_dtype(values)
        codes, uniques = pd.factorize(values, sort=periods)
        # -1 is a missing key: a group of its own, the last.
        parts.append((np.where(codes < 0, len(uniques), codes), _names(uniques, periods=periods)))
    joint = np.zeros(rows, dtype=np.intp)
    for codes, names in parts:
        joint = joint * len(names) + codes
    seen, numbered = np.unique(joint, return_inverse=True)
    return numbered, [_level(tuple(columns), parts, int(number)) for number in seen]


def _names(uniques: Any, *, periods: bool) -> list[str | date | None]:
    names: list[str | date | None] = [
        pd.Timestamp(value).date() if periods else str(value) for value in uniques
    ]
    return [*names, None]


def _level(keys: tuple[str, ...], parts: Sequence[tuple[Array, list[Any]]], number: int) -> Level:
    level = {}
    for key, (_, names) in zip(reversed(keys), reversed(parts), strict=True):
        number, code = divmod(number, len(names))
        level[key] = names[code]
    return dict(reversed(level.items()))


def sums_per_group(
    metric: Metric, frame: pd.DataFrame, codes: Array, groups: int
) -> tuple[Array, Array]:
    """Return a metric's value and its denominator per group, NaN where there is none.

    `codes` gives each row its group, below 0 where it counts for none. Without a denominator the
    second is infinite.
    """
    upper, lower, rows, _, mixed = _sums(metric, frame, codes, groups)
    if lower is None:
        return np.where(rows > 0, upper, np.nan), np.full(groups, np.inf)
    known = (rows > 0) & (lower > 0) & ~mixed
    lower = np.where(known, lower, np.nan)
    return upper / lower, lower


def figures_per_group(
    metric: Metric, frame: pd.DataFrame, codes: Array, groups: int
) -> list[Figure]:
    """Compute one metric per group; `codes` are as in `sums_per_group`."""
    upper, lower, rows, left_out, mixed = _sums(metric, frame, codes, groups)
    if lower is None:
        return list(_plain(metric, upper, rows, left_out))
    return [
        _unmixed(
            quotient(
                metric.id,
                float(upper[n]),
                float(lower[n]),
                unit=metric.unit,
                rows=int(rows[n]),
                left_out=int(left_out[n]),
            ),
            mixed=bool(mixed[n]),
        )
        for n in range(groups)
    ]


def _sums(
    metric: Metric, frame: pd.DataFrame, codes: Array, groups: int
) -> tuple[Array, Array | None, Array, Array, Array]:
    """Return per group: upper and lower sum, rows used and left out, whether kinds are mixed."""
    columns = [c for c in (metric.numerator, metric.minus, metric.denominator) if c is not None]
    values = {column: numbers(frame, column) for column in columns}
    within = codes >= 0
    used = ~np.any([np.isnan(column) for column in values.values()], axis=0) & ~is_later(frame)
    used &= within
    own = codes[used]
    sums = {
        column: np.bincount(own, weights=array[used], minlength=groups)
        for column, array in values.items()
    }
    upper = sums[metric.numerator] - (sums[metric.minus] if metric.minus else 0.0)
    rows = np.bincount(own, minlength=groups)
    left_out = np.bincount(codes[within], minlength=groups) - rows
    if metric.denominator is None:
        return upper, None, rows, left_out, np.zeros(groups, dtype=bool)
    mixed = _mixed(metric.denominator, frame, used, codes, groups)
    return upper, sums[metric.denominator], rows, left_out, mixed


def _plain(metric: Metric, sums: Array, rows: Array, left_out: Array) -> Iterator[Figure]:
    for total, count, rest in zip(sums.tolist(), rows.tolist(), left_out.tolist(), strict=True):
        yield Figure(
            metric=metric.id,
            value=total if count else None,
            reason=None if count else "no_data",
            unit=metric.unit,
            numerator=total if count else None,
            rows=count,
            left_out=rest,
        )


def _mixed(denominator: str, frame: pd.DataFrame, used: Array, codes: Array, groups: int) -> Array:
    """Tell which groups add up denominators of more than one kind."""
    kind = _KIND.format(denominator)
    if kind not in frame:
        return np.zeros(groups, dtype=bool)
    kinds, _ = pd.factorize(frame[kind])
    pairs = np.unique(np.stack([codes[used], kinds[used]]), axis=1)
    return np.bincount(pairs[0], minlength=groups) > 1


def _unmixed(one: Figure, *, mixed: bool) -> Figure:
    if not mixed or one.value is None:
        return one
    return replace(one, value=None, reason="mixed_base")
