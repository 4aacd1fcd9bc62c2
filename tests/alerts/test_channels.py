"""What a channel's figures are held against: a limit, a run of days, the days before the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.readings import reading
from support.rule_cases import DAY, Rows, clicks, conversions, days_of

from marketing_sheets.alerts import Alert, alerts
from marketing_sheets.template import Threshold


def found(rule: str, rows: Rows, **said: float) -> list[Alert]:
    """Return the alerts of a rule on daily data, the workbook saying what counts for it."""
    book = reading({"daily_data": rows}, as_of=DAY)
    book = replace(book, thresholds=(Threshold(rule=rule, **said),))  # type: ignore[arg-type]  # limit or days
    return [one for one in alerts(book, as_of=DAY) if one.rule == rule]


@pytest.mark.parametrize(
    ("rule", "rows"),
    [("cvr_low", conversions(1)), ("ctr_low", clicks(1, 1)), ("feed_cvr_low", conversions(1, 1))],
)
def test_nothing_is_below_a_limit_of_nothing(rule: str, rows: Rows) -> None:
    """A limit of 0 that staff type is a limit; it is not taken for a blank."""
    assert len(found(rule, days_of("douyin", rows))) == 1
    assert found(rule, days_of("douyin", rows), limit=0) == []


@pytest.mark.parametrize(("last", "count"), [(199, 1), (200, 0), (201, 0)])
def test_any_drop_is_beyond_a_limit_of_nothing(last: int, count: int) -> None:
    """With 0 % every fall below the usual rate is told, the usual rate is not."""
    rows = days_of("douyin", conversions(200, 200, 200, last))
    assert len(found("cvr_drop", rows, limit=0)) == count


@pytest.mark.parametrize(
    ("counts", "days", "count"),
    [
        ((200, 200, 200, 1), 7, 1),
        ((200, 200, 1), 7, 0),
        ((1,), 7, 0),
        ((), 7, 0),
        ((200, 200, 200, 1), 3, 1),
        ((200, 200, 200, 1), 2, 0),
        ((9000, 200, 200, 200, 190), 3, 0),
        ((9000, 200, 200, 200, 190), 4, 1),
        ((9000, *[200] * 59, 190), 59, 0),
        ((9000, *[200] * 59, 190), 60, 1),
    ],
)
def test_three_days_tell_what_is_usual(counts: Sequence[int], days: int, count: int) -> None:
    """Of the days before the last only the rule's own count, and fewer than three say nothing."""
    assert len(found("cvr_drop", days_of("douyin", conversions(*counts)), days=days)) == count


@pytest.mark.parametrize(("days", "told"), [(2, [60]), (60, [60]), (61, [61]), (62, [])])
def test_a_run_is_followed_as_far_as_it_is_asked_for(days: int, told: list[int]) -> None:
    """Sixty days back, or as many as the workbook asks for; a shorter run is none."""
    runs = found("ctr_low", days_of("douyin", clicks(*[1400] * 61)), days=days)
    assert [one.gap.params["days"] for one in runs] == told


@pytest.mark.parametrize(("limit", "count"), [(0.0049, 1), (0.0051, 0)])
def test_points_are_taken_off_the_usual_rate(limit: float, count: int) -> None:
    """From 2 % to 1.5 % is half a point."""
    book = reading({"daily_data": days_of("weibo", conversions(200, 200, 200, 150))}, as_of=DAY)
    said = (Threshold(rule="cvr_drop", limit=limit),)
    book = replace(book, thresholds=said, settings={"gap_as": "points"})
    assert [one.rule for one in alerts(book, as_of=DAY)].count("cvr_drop") == count


def test_an_alert_stands_at_the_last_row_of_its_channel() -> None:
    """Where rows of several channels alternate, the place is in a row of the one meant."""
    rows = [
        *days_of("douyin", clicks(1400)),
        *days_of("kuaishou", clicks(2000)),
        *days_of("douyin", clicks(1400)),
        *days_of("weibo", clicks(2000)),
    ]
    told = found("cvr_low", [{**row, "conversions": 1} for row in rows])
    assert sorted(one.place.row or 0 for one in told) == [8, 9, 10]
