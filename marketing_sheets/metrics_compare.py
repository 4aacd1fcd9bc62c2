"""Ratios of groups side by side, and where their mix reverses what each of them shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from .metrics import by
from .templates import Metric

__all__ = ["Ratio", "Reversal", "ratios_by", "simpson"]

# A total that changes by less than this part of itself is no picture to be reversed.
_LEAST = 0.005


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
