"""Sums and ratios of sums at every level, against numbers worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from support.readings import AS_OF, TEMPLATE, issue, reading

from marketing_sheets.metrics import (
    Figure,
    by,
    days_between,
    figure,
    figures_as_json,
    metric_frame,
    metrics_of,
    share,
    week_change,
)
from marketing_sheets.metrics.levels import week_of
from marketing_sheets.records import Reading
from marketing_sheets.template import Metric

JUNE = date(2024, 6, 1)


def daily(*rows: Mapping[str, object]) -> Reading:
    """Return a reading of daily data alone; a row has a date unless it says otherwise."""
    return reading(
        {"daily_data": [{"date": pd.Timestamp(JUNE), "channel": "douyin", **row} for row in rows]}
    )


def named(book: Reading, metric_id: str) -> Metric:
    """Return a metric of the template by its id."""
    return next(one for one in book.template.metrics if one.id == metric_id)


def total(book: Reading, metric_id: str) -> Figure:
    """Compute one metric over all daily data."""
    return figure(named(book, metric_id), metric_frame(book, "daily_data"))


def test_ratio_is_the_ratio_of_sums() -> None:
    """ROAS of 100/10 and 100/90 is 200/100 = 2, not the mean 5.56."""
    book = daily({"sales": 100.0, "cost": 10.0}, {"sales": 100.0, "cost": 90.0})
    one = total(book, "roas")
    assert one.value == 2.0
    assert (one.numerator, one.denominator, one.rows, one.left_out) == (200.0, 100.0, 2, 0)


def test_a_row_that_lacks_one_side_is_left_out_of_both() -> None:
    """A day with sales and no cost yet does not lift ROAS; it is counted as left out."""
    book = daily({"sales": 100.0, "cost": 50.0}, {"sales": 900.0})
    one = total(book, "roas")
    assert (one.value, one.rows, one.left_out) == (2.0, 1, 1)
    assert total(book, "sales").value == 1000.0


def test_net_return_takes_the_cost_off_the_sales() -> None:
    """ROI is (sales - cost) / cost: 500 on 100 is 4, while ROAS is 5."""
    book = daily({"sales": 500.0, "cost": 100.0})
    assert total(book, "roi").value == 4.0
    assert total(book, "roas").value == 5.0


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{"sales": 5.0, "cost": 0.0}], "zero_base"),
        ([{"sales": 5.0, "cost": -1.0}], "negative_base"),
        ([{"sales": 5.0}], "no_data"),
        ([], "no_data"),
    ],
)
def test_undefined_ratios_have_a_reason(rows: list[dict[str, object]], reason: str) -> None:
    """A figure without a value says why; it is neither 0 nor infinite."""
    one = total(daily(*rows), "roas")
    assert (one.value, one.reason) == (None, reason)


def test_cvr_does_not_mix_clicks_and_footfall() -> None:
    """Stores divide by footfall, the others by clicks: each has a CVR, their total has none."""
    book = daily(
        {"channel": "douyin", "impressions": 10_000, "clicks": 100, "conversions": 5},
        {"channel": "stores", "impressions": 50, "conversions": 10},
    )
    table = by(metrics_of(book, "daily_data"), metric_frame(book, "daily_data"), ["channel"])
    values = {group.name: group.figures["cvr"].value for group in table.groups}
    assert values == {"douyin": 0.05, "stores": 0.2}
    assert (table.total["cvr"].value, table.total["cvr"].reason) == (None, "mixed_base")
    assert table.total["ctr"].value == 0.01


def test_the_base_of_a_channel_is_what_the_workbook_says() -> None:
    """A channel staff added takes the base they gave it on the lists sheet."""
    book = daily(
        {"channel": "douyin", "clicks": 100, "conversions": 5},
        {"channel": "夜市", "impressions": 50, "conversions": 10},
    )
    plain = metric_frame(book, "daily_data")
    assert plain["cvr_base.kind"].tolist() == ["clicks", "clicks"]
    told = replace(book, choices={"channel": {"夜市": {"cvr_base": "footfall"}}})
    kinds = metric_frame(told, "daily_data")["cvr_base.kind"]
    assert kinds.tolist() == ["clicks", "footfall"]


def test_groups_keep_a_missing_key_apart() -> None:
    """Rows without a channel are a group of their own, so the groups add up to the total."""
    book = daily({"sales": 1.0}, {"sales": 2.0, "channel": None})
    table = by(metrics_of(book, "daily_data"), metric_frame(book, "daily_data"), ["channel"])
    assert [(group.name, group.figures["sales"].value) for group in table.groups] == [
        ("douyin", 1.0),
        (None, 2.0),
    ]
    assert table.total["sales"].value == 3.0


def test_periods_come_in_order() -> None:
    """Weeks start on Mondays, months on their first; both are sorted whatever the rows' order."""
    days = ["2024-07-01", "2024-06-30", "2024-06-24"]
    book = daily(*({"date": pd.Timestamp(day), "sales": 1.0} for day in days))
    frame = metric_frame(book, "daily_data")
    names = {
        key: [group.name for group in by([named(book, "sales")], frame, [key]).groups]
        for key in ("day", "week", "month")
    }
    assert names["day"] == [date(2024, 6, 24), date(2024, 6, 30), date(2024, 7, 1)]
    assert names["week"] == [date(2024, 6, 24), date(2024, 7, 1)]
    assert names["month"] == [date(2024, 6, 1), date(2024, 7, 1)]
    assert week_of(frame["date"]).dt.day_of_week.eq(0).all()


def test_two_keys_give_a_level_each() -> None:
    """Week and channel together make one group per pair that occurs."""
    book = daily({"sales": 1.0}, {"sales": 2.0, "channel": "weibo"}, {"sales": 4.0})
    table = by([named(book, "sales")], metric_frame(book, "daily_data"), ["week", "channel"])
    monday = date(2024, 5, 27)
    assert [(dict(group.level), group.figures["sales"].value) for group in table.groups] == [
        ({"week": monday, "channel": "douyin"}, 5.0),
        ({"week": monday, "channel": "weibo"}, 2.0),
    ]


amounts = st.one_of(st.none(), st.integers(0, 10**6).map(float))


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", None]), amounts, amounts), min_size=1, max_size=30
    )
)
def test_groups_always_add_up(rows: list[tuple[str | None, float | None, float | None]]) -> None:
    """The numerators, denominators and row counts of the groups add up to the total's."""
    frame = pd.DataFrame(rows, columns=["channel", "sales", "cost"])
    frame = frame.astype({"channel": "str", "sales": "Float64", "cost": "Float64"})
    roas = next(one for one in TEMPLATE.metrics if one.id == "roas")
    table = by([roas], frame, ["channel"])
    parts, whole = [group.figures["roas"] for group in table.groups], table.total["roas"]
    assert sum(part.numerator or 0 for part in parts) == (whole.numerator or 0)
    assert sum(part.denominator or 0 for part in parts) == (whole.denominator or 0)
    assert sum(part.rows + part.left_out for part in parts) == len(rows)
    assert whole.rows + whole.left_out == len(rows)


def test_shares_are_of_the_total() -> None:
    """A channel with 30 of 120 has a quarter; of a total of 0 there is no share."""
    part, whole = (Figure(metric="cost", value=value, rows=1) for value in (30.0, 120.0))
    assert share(part, whole).value == 0.25
    assert share(part, Figure(metric="cost", value=0.0, rows=1)).reason == "zero_base"


def weeks(last_sunday: bool = True) -> Reading:
    """Return two whole weeks: 7 × 100, then 7 × 120."""
    days = pd.date_range("2024-06-10", "2024-06-23" if last_sunday else "2024-06-20")
    return daily(*({"date": day, "sales": 100.0 if day.day < 17 else 120.0} for day in days))


def test_week_over_week() -> None:
    """Two whole weeks compare; a week that is not over does not, nor one begun midweek."""
    book = weeks()
    frame, sales = metric_frame(book, "daily_data"), named(book, "sales")
    assert week_change(sales, frame, as_of=date(2024, 6, 23)).value == pytest.approx(0.2)
    assert week_change(sales, frame, as_of=date(2024, 6, 20)).reason == "partial_period"
    late = frame[frame["date"] >= pd.Timestamp("2024-06-12")]
    assert week_change(sales, late, as_of=date(2024, 6, 23)).reason == "partial_period"
    assert week_change(sales, frame, as_of=date(2024, 6, 16)).reason == "no_data"


def test_week_over_week_needs_every_day() -> None:
    """A missing Sunday, or a missing day in the middle, makes the weeks partial."""
    frame = metric_frame(weeks(), "daily_data")
    sales = next(one for one in TEMPLATE.metrics if one.id == "sales")
    for day in ("2024-06-23", "2024-06-12"):
        gap = frame[frame["date"] != pd.Timestamp(day)]
        assert week_change(sales, gap, as_of=date(2024, 6, 23)).reason == "partial_period"


def test_rows_after_the_day_are_left_out_and_counted() -> None:
    """Of June's two days only the first is in a figure as of that day; the other is left out."""
    later = {"date": pd.Timestamp("2024-06-02"), "sales": 900.0, "cost": 1.0}
    book = daily({"sales": 100.0, "cost": 50.0}, later)
    frame = metric_frame(book, "daily_data", as_of=JUNE)
    one = figure(named(book, "roas"), frame)
    assert (one.value, one.rows, one.left_out) == (2.0, 1, 1)
    table = by([named(book, "sales")], frame, ["channel"])
    (group,) = table.groups
    assert (group.figures["sales"].value, group.figures["sales"].left_out) == (100.0, 1)
    assert figure(named(book, "sales"), metric_frame(book, "daily_data")).value == 1000.0


def test_days_reach_as_far_as_dates_can_be_typed() -> None:
    """As of the year 2999 or the year 1 nothing overflows."""
    book = reading({"issue_log": [issue("a", "high", occurred_on="2024-06-28")]})
    frame = book.sheets["issue_log"].frame
    for far in (date(2999, 1, 1), date(1, 1, 1)):
        assert days_between(frame, "occurred_on", far).tolist() == [(far - AS_OF).days]
    days = metric_frame(weeks(), "daily_data")
    for far in (date(1, 1, 1), date(9999, 12, 31)):
        assert week_change(named(book, "sales"), days, as_of=far).reason == "no_data"


def test_week_over_week_of_a_rate_is_a_difference() -> None:
    """CTR from 1 % to 3 % is up two points, not 200 %."""
    days = pd.date_range("2024-06-10", "2024-06-23")
    book = daily(*({"date": d, "impressions": 100, "clicks": 1 if d.day < 17 else 3} for d in days))
    frame = metric_frame(book, "daily_data")
    change = week_change(named(book, "ctr"), frame, as_of=date(2024, 6, 23))
    assert change.value == pytest.approx(0.02)


def test_figures_as_json_are_plain() -> None:
    """Dates turn to ISO text, missing values to null with their reason."""
    level = {"week": date(2024, 6, 3)}
    rows = figures_as_json([(level, Figure(metric="roas", value=None, reason="zero_base"))])
    assert json.loads(json.dumps(rows)) == [
        {
            "id": "roas",
            "value": None,
            "reason": "zero_base",
            "unit": "number",
            "rows": 0,
            "left_out": 0,
            "level": {"week": "2024-06-03"},
        }
    ]
