"""Where the mix of groups reverses the picture that each group shows."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from support.readings import TEMPLATE

from marketing_sheets.summary.mixes import Ratio, ratios_by, simpson

Sums = Mapping[str, tuple[float, float]]


def ratios(sums: Sums) -> dict[str, Ratio]:
    """Return ratios by group from pairs of numerator and denominator."""
    return {name: Ratio(numerator=n, denominator=d) for name, (n, d) in sums.items()}


def test_the_classic_reversal() -> None:
    """Both treatments of stones: better in each group, worse in all, because of the mix."""
    open_surgery = {"small": (81.0, 87.0), "large": (192.0, 263.0)}
    puncture = {"small": (234.0, 270.0), "large": (55.0, 80.0)}
    found = simpson(ratios(puncture), ratios(open_surgery))
    assert found is not None
    assert (found.groups, found.is_up) == (("small", "large"), True)
    assert (found.before, found.after) == (289 / 350, 273 / 350)
    assert (found.moved, found.share_before, found.share_after) == ("small", 270 / 350, 87 / 350)
    back = simpson(ratios(open_surgery), ratios(puncture))
    assert back is not None
    assert not back.is_up


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # All better, and the whole as well.
        ({"a": (10, 100), "b": (40, 100)}, {"a": (12, 100), "b": (42, 100)}),
        # One better, one worse.
        ({"a": (10, 100), "b": (40, 100)}, {"a": (12, 190), "b": (5, 10)}),
        # One group only.
        ({"a": (10, 100)}, {"a": (9, 100)}),
        # One unchanged.
        ({"a": (10, 100), "b": (40, 100)}, {"a": (10, 100), "b": (42, 10)}),
        # A group that was not there before.
        ({"a": (10, 100), "b": (40, 100)}, {"a": (12, 190), "b": (5, 10), "c": (1, 9)}),
        ({}, {}),
    ],
)
def test_nothing_is_reversed(before: Sums, after: Sums) -> None:
    """Where not every group moves one way and the whole the other, there is nothing to say."""
    assert simpson(ratios(before), ratios(after)) is None


def test_a_total_that_hardly_moves_is_no_reversal() -> None:
    """Both groups gain a hair, the whole loses less than half a percent of itself."""
    before = {"a": (1000.0, 10_000.0), "b": (2000.0, 10_000.0)}
    after = {"a": (1005.0, 10_040.0), "b": (1992.0, 9_955.0)}
    assert simpson(ratios(before), ratios(after)) is None


_SUMS = st.tuples(st.integers(1, 1000), st.integers(1, 1000))
_STATE = st.fixed_dictionaries({"a": _SUMS, "b": _SUMS, "c": _SUMS})


@given(before=_STATE, after=_STATE)
def test_a_reversal_is_what_it_says(before: Sums, after: Sums) -> None:
    """Whatever is reported holds by hand; swapping the states reports the opposite."""
    found = simpson(ratios(before), ratios(after))
    back = simpson(ratios(after), ratios(before))
    assert (found is None) <= (back is None or abs(back.after - back.before) < 0.01 * back.before)
    if found is None:
        return
    for name, (n, d) in before.items():
        assert (after[name][0] / after[name][1] > n / d) is found.is_up
    totals = [
        sum(n for n, _ in state.values()) / sum(d for _, d in state.values())
        for state in (before, after)
    ]
    assert totals == [pytest.approx(found.before), pytest.approx(found.after)]
    assert (totals[1] < totals[0]) is found.is_up


def test_ratios_come_from_the_sums_of_each_group() -> None:
    """ROAS per channel has the channel's sales and cost; a channel without cost leaves nothing."""
    roas = next(one for one in TEMPLATE.metrics if one.id == "roas")
    rows = [("a", 30.0, 10.0), ("b", 5.0, 5.0), ("a", 10.0, 10.0)]
    frame = pd.DataFrame(rows, columns=["channel", "sales", "cost"])
    assert ratios_by(roas, frame, "channel") == ratios({"a": (40.0, 20.0), "b": (5.0, 5.0)})
    assert ratios_by(roas, frame.assign(cost=[10.0, 0.0, 10.0]), "channel") is None
    blank = frame.assign(channel=pd.Series(["a", None, "a"], dtype="str"))
    assert ratios_by(roas, blank, "channel") is None
    sales = next(one for one in TEMPLATE.metrics if one.id == "sales")
    assert ratios_by(sales, frame, "channel") is None
