"""Achievement of the evaluated metrics, and how a figure compares with its target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from .metrics_figures import Figure, Unit, numbers, quotient
from .places import Place
from .records import SheetRecords

__all__ = ["Achievement", "Verdict", "VerdictCounts", "achievements", "count_verdicts", "judge"]

Verdict = Literal["met", "close", "missed"]
_VERDICTS: dict[str, Verdict] = {"met": "met", "close": "close", "missed": "missed"}
_UNITS: dict[str, Unit] = {
    "number": "number",
    "money": "money",
    "percent": "percent",
    "ratio": "ratio",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """One evaluated metric. `achieved` is actual / target whatever the direction.

    `favourable` is the form in which more is better: target / actual where lower is better.
    """

    name: str
    lower_is_better: bool
    unit: Unit
    target: float | None
    actual: float | None
    achieved: Figure
    favourable: float | None
    verdict: Verdict | None
    place: Place

    @property
    def shortfall(self) -> float:
        """How far it is from the target in the bad direction, as a fraction; 0 if it is not."""
        if self.achieved.value is None:
            return 0.0
        gap = self.achieved.value - 1
        return max(gap if self.lower_is_better else -gap, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCounts:
    """How many metrics met, came close to or missed their target, and how many are unjudged."""

    met: int
    close: int
    missed: int
    unjudged: int


def judge(value: float, target: float, *, lower_is_better: bool, close: float) -> Verdict:
    """Judge a value against its target; exactly on target is met."""
    if lower_is_better:
        if value <= target:
            return "met"
        return "close" if target >= close * value else "missed"
    if value >= target:
        return "met"
    return "close" if value >= close * target else "missed"


def achievements(records: SheetRecords) -> tuple[Achievement, ...]:
    """Read the evaluated metrics from the records, in their order."""
    frame = records.frame
    targets, actuals = numbers(frame, "target_value"), numbers(frame, "actual_value")
    return tuple(
        _achievement(records, row, target=_known(targets[row]), actual=_known(actuals[row]))
        for row in range(len(frame))
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _cell(records: SheetRecords, row: int, column: str) -> str:
    if column not in records.frame:
        return ""
    value: Any = records.frame[column].iat[row]
    return value if isinstance(value, str) else ""


def _achievement(
    records: SheetRecords, row: int, *, target: float | None, actual: float | None
) -> Achievement:
    lower = _cell(records, row, "direction") == "lower"
    both = target is not None and actual is not None
    achieved = quotient("achievement", actual or 0.0, target or 0.0, rows=int(both))
    if "achievement" in records.frame:
        achieved = _as_in_sheet(achieved, numbers(records.frame, "achievement")[row])
    favourable = achieved.value
    if lower and favourable is not None:
        favourable = quotient("achievement", target or 0.0, actual or 0.0).value
    return Achievement(
        name=_cell(records, row, "metric"),
        lower_is_better=lower,
        unit=_UNITS.get(_cell(records, row, "unit"), "number"),
        target=target,
        actual=actual,
        achieved=achieved,
        favourable=favourable,
        verdict=_VERDICTS.get(_cell(records, row, "verdict")),
        place=records.place(row, "achievement"),
    )


def _as_in_sheet(one: Figure, value: float) -> Figure:
    """Take the achievement that the sheet's own formula gives, so that the two cannot differ."""
    if not np.isnan(value):
        return replace(one, value=float(value), reason=None, rows=1)
    return replace(one, value=None, reason=one.reason or "no_data")


def count_verdicts(metrics: Sequence[Achievement]) -> VerdictCounts:
    """Count the verdicts."""
    verdicts = [one.verdict for one in metrics]
    return VerdictCounts(
        met=verdicts.count("met"),
        close=verdicts.count("close"),
        missed=verdicts.count("missed"),
        unjudged=verdicts.count(None),
    )
