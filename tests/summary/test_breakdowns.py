"""Channels, time, stages and tables of its own: what the Summary breaks the figures down into."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.readings import (
    AS_OF,
    FORM,
    reading,
)

from marketing_sheets.loading import load_template
from marketing_sheets.records import Reading
from marketing_sheets.summary import (
    figures,
    phrase_text,
    summarize,
    summary_lines,
    text_of,
)


def test_channels_beyond_twelve_are_taken_together() -> None:
    """Sixty channels show the largest twelve and one row of the rest, computed from its sums."""
    day = pd.Timestamp("2024-06-01")
    rows = [
        {"date": day, "channel": f"渠道{n}", "cost": 10.0 * n, "sales": 100.0 * n}
        for n in range(1, 61)
    ]
    summary = summarize(reading({"daily_data": rows}, form=FORM), as_of=AS_OF)
    assert len(summary.channels) == 13
    rest = summary.channels[-1]
    assert rest.others == 48
    assert rest.figures["sales"].value == sum(100.0 * n for n in range(1, 49))
    assert rest.figures["roas"].value == 10.0
    shown = sum(row.figures["sales"].value or 0 for row in summary.channels)
    assert summary.channel_total is not None
    assert shown == summary.channel_total.figures["sales"].value
    assert sum(row.cost_share.value or 0 for row in summary.channels) == pytest.approx(1)


def test_channels_are_judged_against_the_target() -> None:
    """At a target of 4, a ROAS of 4 is met, 3.6 close, 3.5 missed; without a target none is."""
    day = pd.Timestamp("2024-06-01")
    rows = [
        {"date": day, "channel": name, "cost": 100.0, "sales": sales}
        for name, sales in (("weibo", 350.0), ("douyin", 360.0), ("kuaishou", 400.0))
    ]
    book = reading({"daily_data": rows}, form=FORM)
    judged = [row.verdict for row in summarize(book, as_of=AS_OF).channels]
    assert judged == ["met", "close", "missed"]
    bare = summarize(replace(book, form={}), as_of=AS_OF)
    assert [row.verdict for row in bare.channels] == [None, None, None]


@pytest.mark.parametrize(
    ("days", "grain", "points"), [(31, "day", 31), (32, "week", 5), (730, "month", 24)]
)
def test_the_trend_takes_the_grain_that_fits(days: int, grain: str, points: int) -> None:
    """Up to 31 days by day, then by week, beyond a year by month; nothing is lost."""
    rows = [
        {"date": day, "channel": "douyin", "sales": 1.0, "cost": 1.0}
        for day in pd.date_range("2024-01-01", periods=days)
    ]
    trend = summarize(reading({"daily_data": rows}), as_of=date(2026, 1, 1)).trend
    assert trend is not None
    assert (trend.grain, len(trend.points)) == (grain, points)
    assert sum(point.sales or 0 for point in trend.points) == days


def test_days_without_data_stay_gaps() -> None:
    """A day nobody filled in is in the trend without a value; rows without a date are counted."""
    rows: list[dict[str, object]] = [
        {"date": pd.Timestamp(day), "channel": "douyin", "sales": 1.0}
        for day in ("2024-06-01", "2024-06-03")
    ]
    rows.append({"channel": "douyin", "sales": 1.0})
    trend = summarize(reading({"daily_data": rows}), as_of=AS_OF).trend
    assert trend is not None
    assert [(point.day.day, point.sales) for point in trend.points] == [(1, 1), (2, None), (3, 1)]
    assert trend.undated == 1


def test_stages_are_marked_when_money_runs_ahead() -> None:
    """Spend ahead of time is an alarm unless the work is as far; over budget always is."""
    june = {"planned_start": pd.Timestamp("2024-06-01"), "planned_end": pd.Timestamp("2024-07-31")}
    rows = [
        {**june, "task": "a", "stage": "launch", "budget": 100.0, "spend": 90.0, "progress": 0.5},
        {**june, "task": "b", "stage": "peak", "budget": 100.0, "spend": 90.0, "progress": 0.95},
        {**june, "task": "c", "stage": "closing", "budget": 100.0, "spend": 101.0, "progress": 1.0},
    ]
    summary = summarize(reading({"master_tracker": rows}), as_of=AS_OF)
    assert [stage.alarm for stage in summary.stages] == [True, False, True]


def test_blank_channels_are_not_counted_twice() -> None:
    """Among the largest twelve, rows without a channel are not among the others as well."""
    day = pd.Timestamp("2024-06-01")
    names = [None, *(f"渠道{n}" for n in range(20))]
    rows = [{"date": day, "channel": name, "cost": 1.0, "sales": 9.0} for name in names]
    summary = summarize(reading({"daily_data": rows}), as_of=AS_OF)
    shown = sum(row.figures["sales"].value or 0 for row in summary.channels)
    assert summary.channel_total is not None
    assert shown == summary.channel_total.figures["sales"].value == 189.0


OWN = """
format = 1
id = "posts"
title = "Posts"

[choices.platform]
label = "Platform"
items = [{ id = "red", label = "RED" }, { id = "blue", label = "Blue" }]

[[sheets]]
id = "posts"
label = "Posts"
day_line = "posted"

[[sheets.columns]]
id = "posted"
type = "date"
label = "Posted"

[[sheets.columns]]
id = "platform"
type = "choice"
choices = "platform"
label = "Platform"

[[sheets.columns]]
id = "fee"
type = "money"
label = "Fee"

[[sheets.columns]]
id = "reads"
type = "integer"
label = "Reads"
"""
METRIC = """
[[metrics]]
id = "cost_per_read"
label = "Cost per read"
sheet = "posts"
numerator = "fee"
denominator = "reads"
unit = "money"
"""


def own_book(folder: Path, *, metrics: str = METRIC) -> Reading:
    """Return a reading of a company's own table: two posts in June, one in July."""
    path = folder / "posts.toml"
    path.write_text(OWN + metrics, encoding="utf-8")
    rows = [
        {"posted": pd.Timestamp(day), "platform": name, "fee": fee, "reads": reads}
        for day, name, fee, reads in (
            ("2024-06-03", "red", 100.0, 500),
            ("2024-06-04", "blue", 300.0, 500),
            ("2024-07-01", "red", 900.0, 1),
        )
    ]
    return reading({"posts": rows}, template=load_template(path))


def test_own_metrics_have_figures_at_every_level(tmp_path: Path) -> None:
    """A company's metric is computed in total, by choice column, day and week, and no other is."""
    listed = figures(own_book(tmp_path), as_of=AS_OF)
    assert [(dict(level), one.value) for level, one in listed if one.rows] == [
        ({}, 0.4),
        ({"platform": "red"}, 0.2),
        ({"platform": "blue"}, 0.6),
        ({"day": date(2024, 6, 3)}, 0.2),
        ({"day": date(2024, 6, 4)}, 0.6),
        ({"week": date(2024, 6, 3)}, 0.4),
        ({"week": date(2024, 6, 3), "platform": "red"}, 0.2),
        ({"week": date(2024, 6, 3), "platform": "blue"}, 0.6),
    ]
    assert {one.metric for _, one in listed} == {"cost_per_read", "cost_per_read_week_change"}


def test_own_metrics_make_the_summary(tmp_path: Path) -> None:
    """Tiles and a table come from the template's own metrics; nothing of a campaign is there."""
    summary = summarize(own_book(tmp_path), as_of=AS_OF)
    assert [(tile.id, tile.figure.value) for tile in summary.tiles] == [
        *(("cost_per_read", 0.4), ("records", 3), ("actions", 0), ("doubts", 0)),
    ]
    assert phrase_text(summary.tiles[0].target, "en") == "2 rows, 1 left out"
    (table,) = summary.own
    rows = [(text_of(row.name, "en"), row.figures["cost_per_read"].value) for row in table.rows]
    assert rows == [("Blue", 0.6), ("RED", 0.2)]
    assert table.total is not None
    assert (table.total.figures["cost_per_read"].value, table.total.count) == (0.4, 2)
    assert summary_lines(summary, "en")[4].strip() == "Cost per read 0.4  2 rows, 1 left out"


def test_a_template_without_metrics_shows_its_sums(tmp_path: Path) -> None:
    """What adds up is added up, so that the Summary says something."""
    summary = summarize(own_book(tmp_path, metrics=""), as_of=AS_OF)
    assert [(tile.id, tile.figure.value) for tile in summary.tiles][:2] == [
        ("fee", 400.0),
        ("reads", 1000.0),
    ]
    assert summary.health == "ok"
