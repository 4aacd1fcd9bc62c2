"""Rules by channel: all of them are computed in one pass, each as if it stood alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from support.readings import AS_OF, reading

from marketing_sheets.alerts import Alert, alerts
from marketing_sheets.records import Reading

CHANNELS = ("douyin", "kuaishou", "wechat", "门店一", "门店二")
FIGURES = ("impressions", "clicks", "conversions", "cost", "sales")
KINDS = ("threshold", "window", "drop")
Row = tuple[str, int | None, tuple[int | None, ...]]
NUMBERS = st.one_of(st.none(), st.sampled_from([0, 3, 40, 500, 2000, 90_000]))
ROWS = st.lists(
    st.tuples(
        st.sampled_from(CHANNELS),
        st.one_of(st.none(), st.integers(-3, 12)),
        st.tuples(*[NUMBERS] * len(FIGURES)),
    ),
    min_size=1,
    max_size=60,
)


def days_of_channels(rows: Sequence[Row]) -> Reading:
    """Return a reading of these rows: a channel, days before the figures' day, figures."""
    daily = [
        {
            "date": pd.NaT if ago is None else pd.Timestamp(AS_OF - timedelta(ago)),
            "channel": channel,
            **dict(zip(FIGURES, figures, strict=True)),
        }
        for channel, ago, figures in rows
    ]
    book = reading({"daily_data": daily}, form={"target_roas": 3.0})
    everywhere = tuple(
        replace(rule, is_on=True, only=()) if rule.kind in KINDS else rule
        for rule in book.template.rules
    )
    return replace(book, template=replace(book.template, rules=everywhere))


def of_channels(book: Reading, as_of: date = AS_OF) -> list[Alert]:
    """Return the alerts of rules by channel, in the order of their keys."""
    found = (one for one in alerts(book, as_of=as_of) if one.kind in KINDS)
    return sorted(found, key=lambda one: one.key)


@given(ROWS)
@settings(deadline=None, max_examples=40)
def test_a_channel_is_judged_by_its_own_rows(
    rows: Sequence[Row],
) -> None:
    """The alerts of many channels are those that each has in a workbook of its own."""
    book = days_of_channels(rows)
    records = book.sheets["daily_data"]
    alone = []
    for channel in CHANNELS:
        own = np.flatnonzero((records.frame["channel"] == channel).to_numpy(dtype=bool)).tolist()
        alone += of_channels(replace(book, sheets={"daily_data": records.taken(own)}))
    assert of_channels(book) == sorted(alone, key=lambda one: one.key)


@pytest.mark.parametrize("last", [0.001, 0.05])
def test_a_channel_that_drops_is_told_among_many(last: float) -> None:
    """Of 40 channels the one whose rate falls on its last day is told, at the row of that day."""
    rates = {(7, 0): last}
    rows: list[Row] = [
        (f"门店{shop}", ago, (90_000, 2000, int(2000 * rates.get((shop, ago), 0.05)), 9, 9))
        for ago in range(9, -1, -1)
        for shop in range(40)
    ]
    found = [one for one in of_channels(days_of_channels(rows)) if one.rule == "cvr_drop"]
    told = [(one.key, one.place.row) for one in found]
    assert told == ([] if last == 0.05 else [("cvr_drop|daily_data|门店7", 7 + 9 * 40 + 7)])
