"""Ratios of groups side by side, and where their mix reverses what each of them shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd

from ..alerts import Amount, Phrase, label_of
from ..metrics import by, days_of, metric_frame, metrics_of, up_to_day
from ..records import Reading
from ..template import Daily, Metric
from ..texts import Text

# A total that changes by less than this part of itself is no picture to be reversed.
_LEAST = 0.005
# More pairs of groups would be more sentences than anybody reads.
_MOST_GROUPS: Final = 8
_MOST_REVERSALS: Final = 3
_Names = np.ndarray[Any, Any]
_Namer = Callable[[str], Text | str]
_State = tuple[pd.DataFrame, Text | str | Phrase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio as the two sums it is made of; `denominator` is above 0."""

    numerator: float
    denominator: float

    @property
    def value(self) -> float:
        """The ratio itself."""
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """All `groups` moved one way, `is_up` or down, and their total the other way.

    `before` and `after` are the totals, from the sums. The cause is the mix: the group `moved` has
    another part of the denominator, `share_before` and `share_after` as fractions.
    """

    groups: tuple[str, ...]
    is_up: bool
    before: float
    after: float
    moved: str
    share_before: float
    share_after: float


def simpson(before: Mapping[str, Ratio], after: Mapping[str, Ratio]) -> Reversal | None:
    """Tell whether the mix of groups reverses the picture between two states, and how.

    The states may be two weeks, two campaigns, actual and target. Every group must be there in
    both, two at least, and all must move the same way: else there is nothing to be reversed, and
    None is returned.
    """
    if before.keys() != after.keys() or len(before) < 2:
        return None
    moves = [after[name].value - before[name].value for name in before]
    is_up = moves[0] > 0
    if not all(move > 0 if is_up else move < 0 for move in moves):
        return None
    whole_before, whole_after = _whole(before), _whole(after)
    change = whole_after.value - whole_before.value
    if (change < 0) is not is_up or abs(change) <= _LEAST * abs(whole_before.value):
        return None
    shares = {
        name: (
            before[name].denominator / whole_before.denominator,
            after[name].denominator / whole_after.denominator,
        )
        for name in before
    }
    moved = max(shares, key=lambda name: abs(shares[name][1] - shares[name][0]))
    return Reversal(
        groups=tuple(before),
        is_up=is_up,
        before=whole_before.value,
        after=whole_after.value,
        moved=moved,
        share_before=shares[moved][0],
        share_after=shares[moved][1],
    )


def _whole(ratios: Mapping[str, Ratio]) -> Ratio:
    return Ratio(
        numerator=sum(one.numerator for one in ratios.values()),
        denominator=sum(one.denominator for one in ratios.values()),
    )


def ratios_by(metric: Metric, frame: pd.DataFrame, key: str) -> dict[str, Ratio] | None:
    """Return a metric's sums per group of the column `key`.

    None where it is no ratio, or a group has no value or no name: then nothing can be said about
    every group.
    """
    if metric.denominator is None or frame.empty:
        return None
    found = {}
    for group in by([metric], frame, [key]).groups:
        one = group.figures[metric.id]
        if one.value is None or one.numerator is None or one.denominator is None:
            return None
        if group.name is None:
            return None
        found[str(group.name)] = Ratio(numerator=one.numerator, denominator=one.denominator)
    return found


def origins_of(reading: Reading, trace: str) -> dict[str, _Names]:
    """Return, per table that was merged, the name that each row's `trace` gives; "" for none."""
    found = {}
    for sheet_id, records in reading.sheets.items():
        if records.origins is not None and trace in records.origins:
            column = records.origins[trace].astype(object)
            found[sheet_id] = column.where(column.notna(), "").to_numpy()
    return found


def names_of(reading: Reading, trace: str) -> list[str]:
    """Return the names that a trace gives the rows of all tables, sorted."""
    columns = origins_of(reading, trace).values()
    return sorted({name for column in columns for name in column.tolist()} - {""})


def reversals_of(reading: Reading, *, as_of: date) -> tuple[Phrase, ...]:
    """Say where the mix of a merged workbook's departments or channels reverses the picture."""
    return tuple(_reversals(reading, as_of))[:_MOST_REVERSALS]


def _reversals(reading: Reading, as_of: date) -> Iterator[Phrase]:
    """Compare campaigns by department, the last two weeks by department, departments by channel."""
    sheet = reading.template.sheet_for("daily")
    frame = _named(reading, sheet, as_of)
    metrics = [one for one in metrics_of(reading, sheet) if one.denominator is not None]
    by_department = _namer(reading, "department")
    for before, after in _pairs(frame, ".campaign", str):
        yield from _reversed(metrics, before, after, ".department", by_department)
    yield from _weeks(metrics, frame, ".department", by_department, as_of)
    by_channel = _namer(reading, reading.template.list_for("daily", Daily.CHANNEL))
    for before, after in _pairs(frame, ".department", by_department):
        yield from _reversed(metrics, before, after, Daily.CHANNEL, by_channel)


def channel_mix(reading: Reading, frame: pd.DataFrame, *, as_of: date) -> tuple[Phrase, ...]:
    """Say where channels moved one way from the week before, and all of them together the other."""
    sheet = reading.template.sheet_for("daily")
    metrics = [one for one in metrics_of(reading, sheet) if one.denominator is not None]
    if Daily.CHANNEL not in frame:
        return ()
    by_channel = _namer(reading, reading.template.list_for("daily", Daily.CHANNEL))
    found = _weeks(metrics, frame, Daily.CHANNEL, by_channel, as_of)
    return tuple(found)[:_MOST_REVERSALS]


def _namer(reading: Reading, choices: str) -> _Namer:
    return lambda name: label_of(reading.template, choices, name)


def _named(reading: Reading, sheet: str, as_of: date) -> pd.DataFrame:
    """Return the daily rows with the names of department and campaign they were merged from."""
    frame = metric_frame(reading, sheet, as_of=as_of)
    names = {
        f".{trace}": pd.Series(column, index=frame.index, dtype="str").replace("", None)
        for trace in ("department", "campaign")
        if (column := origins_of(reading, trace).get(sheet)) is not None
    }
    return up_to_day(frame.assign(**names))


def _pairs(frame: pd.DataFrame, key: str, name: _Namer) -> Iterator[tuple[_State, _State]]:
    """Walk every two groups of a column, in the order of their names."""
    names = sorted(frame[key].dropna().unique().tolist()) if key in frame else []
    if len(names) <= _MOST_GROUPS:
        states = [(frame.loc[frame[key] == one], name(one)) for one in names]
        yield from combinations(states, 2)


def _weeks(
    metrics: Sequence[Metric], frame: pd.DataFrame, by: str, name: _Namer, as_of: date
) -> Iterator[Phrase]:
    """Compare the last week that was over by `as_of` with the week before, Monday to Sunday."""
    if by not in frame or Daily.DATE not in frame:
        return
    monday = as_of - timedelta(days=as_of.weekday() + (7 if as_of.weekday() != 6 else 0))
    days = days_of(frame, Daily.DATE)
    weeks = [
        frame.loc[(days >= np.datetime64(first, "D")) & (days < np.datetime64(first, "D") + 7)]
        for first in (monday - timedelta(days=7), monday)
    ]
    states = (
        (weeks[0], Phrase(code="mix.week_before")),
        (weeks[1], Phrase(code="mix.week", params={"day": monday})),
    )
    yield from _reversed(metrics, *states, by, name)


def _reversed(
    metrics: Sequence[Metric], before: _State, after: _State, by: str, name: _Namer
) -> Iterator[Phrase]:
    for metric in metrics if by in before[0] else ():
        ratios = [ratios_by(metric, frame, by) for frame, _ in (before, after)]
        if ratios[0] is None or ratios[1] is None:
            continue
        found = simpson(ratios[0], ratios[1])
        if found is not None:
            yield _sentence(metric, found, before[1], after[1], name)


def _sentence(
    metric: Metric, found: Reversal, before: object, after: object, name: _Namer
) -> Phrase:
    unit = metric.unit
    return Phrase(
        code="mix.up" if found.is_up else "mix.down",
        params={
            "metric": metric.label,
            "groups": tuple(name(group) for group in found.groups),
            "before": before,
            "after": after,
            "from": Amount(value=found.before, unit=unit),
            "to": Amount(value=found.after, unit=unit),
            "moved": name(found.moved),
            "share_before": Amount(value=found.share_before, unit="percent"),
            "share_after": Amount(value=found.share_after, unit="percent"),
        },
    )
