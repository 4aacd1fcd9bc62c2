"""A figure: a value, or the reason why there is none.

no_data         no row has what it takes
zero_base       the denominator's sum is 0
negative_base   the denominator's sum is below 0
mixed_base      the denominators count different things: clicks here, footfall there
partial_period  a week that is compared has not all its days
no_period       the campaign's first or last day is missing or they are swapped
no_weights      no task has a weight
partial_weights some tasks have a weight and some have none
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
import pandas as pd

from ..brief import Brief
from ..records import Array
from ..template import Unit

Reason = Literal[
    "no_data",
    "zero_base",
    "negative_base",
    "mixed_base",
    "partial_period",
    "no_period",
    "no_weights",
    "partial_weights",
]
Level = Mapping[str, str | date | None]

# Marks beside a frame's columns: rows of days that its figures do not reach, and, per column, cells
# that hold something nobody can read. No column id has a dot.
LATER: Final = ".later"
UNREAD: Final = "{}.unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Brief):
    """One figure: a value, or the reason why there is none.

    Percentages are fractions. `numerator` and `denominator` are the sums it was made of; `rows`
    counts the rows used, `left_out` those that lack what it takes.
    """

    metric: str
    value: float | None
    reason: Reason | None = None
    unit: Unit = "number"
    numerator: float | None = None
    denominator: float | None = None
    rows: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Brief):
    """The figures of one group, by metric id; `level` tells which group."""

    level: Level
    figures: Mapping[str, Figure]

    @property
    def name(self) -> str | date | None:
        """The group's own value, the last of its level."""
        return list(self.level.values())[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown(Brief):
    """Figures per group, and over all of them from the sums."""

    keys: tuple[str, ...]
    groups: tuple[Group, ...]
    total: Mapping[str, Figure]


def numbers(frame: pd.DataFrame, column: str) -> Array:
    """Return a column as floats, NaN where there is no value or no such column."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    return frame[column].to_numpy(dtype=float, na_value=np.nan)


def days_of(frame: pd.DataFrame, column: str) -> Array:
    """Return a column's dates as whole days, NaT where there is none or no such column.

    Unlike timestamps, numpy's days reach any date that can be typed.
    """
    if column not in frame:
        return np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[D]")
    days: Array = pd.to_datetime(frame[column]).to_numpy().astype("datetime64[D]")
    return days


def is_later(frame: pd.DataFrame) -> Array:
    """Tell which rows are marked as later than the figures reach."""
    return _marked(frame, LATER)


def is_unread(frame: pd.DataFrame, column: str) -> Array:
    """Tell which cells of a column are marked as holding something that cannot be read."""
    return _marked(frame, UNREAD.format(column))


def _marked(frame: pd.DataFrame, mark: str) -> Array:
    if mark not in frame:
        return np.zeros(len(frame), dtype=bool)
    return frame[mark].to_numpy(dtype=bool)


def quotient(
    metric: str,
    numerator: float,
    denominator: float,
    *,
    unit: Unit = "percent",
    rows: int = 1,
    left_out: int = 0,
) -> Figure:
    """Divide two sums; without rows, or with a base of 0 or below, there is a reason instead."""
    reason: Reason | None = None
    if not rows:
        reason = "no_data"
    elif denominator == 0:
        reason = "zero_base"
    elif denominator < 0:
        reason = "negative_base"
    return Figure(
        metric=metric,
        value=None if reason else numerator / denominator,
        reason=reason,
        unit=unit,
        numerator=numerator if rows else None,
        denominator=denominator if rows else None,
        rows=rows,
        left_out=left_out,
    )


def share(part: Figure, whole: Figure) -> Figure:
    """Return a group's part of the total."""
    known = part.value is not None and whole.value is not None
    return quotient(
        f"{part.metric}_share",
        part.value or 0.0,
        whole.value or 0.0,
        rows=part.rows if known else 0,
    )


def figures_as_json(rows: Iterable[tuple[Level, Figure]]) -> list[dict[str, object]]:
    """Return figures with their level in the stable form that `--json` prints."""
    return [
        {
            "id": one.metric,
            "value": one.value,
            "reason": one.reason,
            "unit": one.unit,
            "rows": one.rows,
            "left_out": one.left_out,
            "level": {
                key: value.isoformat() if isinstance(value, date) else value
                for key, value in level.items()
            },
        }
        for level, one in rows
    ]
