"""The ends and steps of the charts' value axes, and how they are labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from ..texts import Language
from .words import Scale, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The ends of a value axis and the distance of its gridlines."""

    low: float
    high: float
    step: float


def _nice(step: float) -> float:
    """Round a step up to 1, 2, 2.5 or 5 times a power of ten."""
    power: float = 10.0 ** floor(log10(step))
    return next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= step * (1 - 1e-9))


def steps(values: Sequence[float], *, intervals: int = 5, headroom: float = 1.0) -> Axis:
    """Return an axis from 0, or from below where there are negative values."""
    high = max([*values, 0.0]) * headroom
    low = min([*values, 0.0])
    if high - low <= 0:
        return Axis(low=0, high=1, step=1)
    step = _nice((high - low) / intervals)
    axis = Axis(low=step * floor(low / step), high=step * ceil(high / step - 1e-9), step=step)
    return axis if axis.high > 0 else Axis(low=axis.low, high=step, step=step)


def twin_axes(columns: Sequence[float], line: Sequence[float]) -> tuple[Axis, Axis]:
    """Return two axes with the same number of intervals, so that they share the gridlines.

    The left one is at least 1.6 times the tallest column: the line runs above them.
    """
    top, peak = max([*columns, 0.0]), max([*line, 0.0])
    below = min([*columns, 0.0])
    best: tuple[float, Axis, Axis] | None = None
    for count in (3, 4, 5):
        left_step = _nice((max(1.6 * top, -below) or 1.0) / count)
        right_step = _nice(1.05 * peak / count) if peak > 0 else 1.0
        under = ceil(-below / left_step - 1e-9)
        left = Axis(low=-under * left_step, high=count * left_step, step=left_step)
        right = Axis(low=-under * right_step, high=count * right_step, step=right_step)
        waste = left.high / (1.6 * top or 1) * (right.high / (peak or 1))
        if best is None or waste < best[0] - 1e-9:
            best = (waste, left, right)
    assert best is not None
    return best[1], best[2]


def axis_format(scale: Scale, language: Language) -> str:
    """Return the number format of an axis of large amounts."""
    return "#,##0" if scale == "plain" else word(f"format.axis_{scale}", language)


def step_format(step: float, *, percent: bool = False) -> str:
    """Return the number format that shows every multiple of a step exactly."""
    size = step * 100 if percent else step
    decimals = next((n for n in range(4) if abs(size * 10**n - round(size * 10**n)) < 1e-6), 4)
    return "0" + ("." + "0" * decimals if decimals else "") + ("%" if percent else "")
