"""The headline figures against their targets, and the verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from support.readings import (
    AS_OF,
    FORM,
    campaign,
    campaign_issues,
    issue,
    metric,
    reading,
)

from marketing_sheets.alerts import Amount
from marketing_sheets.summary import (
    Summary,
    phrase_text,
    summarize,
)
from marketing_sheets.summary.model import Tile
from marketing_sheets.summary.words import (
    sentence,
)


def tile_of(summary: Summary, name: str) -> Tile:
    """Return a tile by its id."""
    return next(tile for tile in summary.tiles if tile.id == name)


def test_the_tiles_compare_each_figure_with_its_target() -> None:
    """Sales with the targets of the same days, ROAS and CAC with the form's, progress with time."""
    tiles = {tile.id: tile for tile in summarize(campaign(), as_of=AS_OF).tiles}
    assert list(tiles) == ["sales", "roas", "new_users", "cac", "progress", "budget"]
    said = {
        name: (
            phrase_text(tile.target, "en"),
            phrase_text(tile.delta, "en") if tile.delta else "",
            tile.state,
        )
        for name, tile in tiles.items()
    }
    assert said == {
        "sales": ("Target 2.91M", "Achieved 116%", "done"),
        "roas": ("Target 4.00", "0.93 above target", "done"),
        "new_users": ("Target 20,000", "Achieved 61.6%", "missed"),
        "cac": ("Limit 60", "4.5 below limit", "done"),
        "progress": ("Time 78%", "2 points behind", "close"),
        "budget": ("104K left in task budgets", "1 task over budget", "close"),
    }


def test_a_sales_target_of_days_to_come_does_not_count() -> None:
    """Sales of 90 against 100 achieve 90 % although next week's target stands there already."""
    day = pd.Timestamp("2024-06-28")
    rows = [
        {"date": day, "channel": "douyin", "sales": 90.0, "sales_target": 100.0},
        {"date": day + pd.Timedelta(days=1), "channel": "douyin", "sales_target": 900.0},
    ]
    tile = summarize(reading({"daily_data": rows}), as_of=AS_OF).tiles[0]
    assert tile.delta is not None
    assert tile.delta.params["share"] == Amount(value=0.9, unit="percent")
    assert tile.target.params["target"] == Amount(value=100.0, unit="money")


@pytest.mark.parametrize(
    ("users", "state"), [(20_000, "done"), (16_000, "active"), (14_500, "close"), (9_000, "missed")]
)
def test_a_target_of_the_end_is_judged_by_time(users: int, state: str) -> None:
    """At 78 % of the time 16,000 of 20,000 new users are on their way, 9,000 are not."""
    rows = [{"date": pd.Timestamp("2024-06-01"), "channel": "douyin", "new_users": users}]
    summary = summarize(reading({"daily_data": rows}, form=FORM), as_of=AS_OF)
    assert tile_of(summary, "new_users").state == state


def test_missing_targets_and_values_are_said() -> None:
    """Without targets the tile says so; without a value it has a dash and the reason."""
    summary = summarize(reading({}), as_of=AS_OF)
    assert [phrase_text(tile.target, "zh-Hans") for tile in summary.tiles] == [
        "未设目标",
        "未设目标",
        "未设目标",
        "未设上限",
        "未填活动日期",
        "未填预算",
    ]
    assert {(tile.figure.value, tile.figure.reason) for tile in summary.tiles} == {
        (None, "no_data")
    }


@pytest.mark.parametrize(
    ("sheets", "health", "said"),
    [
        ({}, "none", "Nothing has been filled in yet."),
        ({"effect_evaluation": [metric("a", 1, 2)]}, "ok", "On track: nothing needs action."),
        ({"effect_evaluation": [metric("a", 100, 95)]}, "watch", "Watch: 1 metric is near target."),
        ({"effect_evaluation": [metric("a", 100, 5)]}, "watch", "Watch: 1 metric missed target."),
        ({"issue_log": [issue("a", "high")]}, "risk", "At risk: 1 high-severity issue is open."),
        ({"issue_log": campaign_issues()[:2]}, "risk", "At risk: 2 issues are overdue."),
        (
            {"master_tracker": [{"task": "t", "budget": 1.0, "spend": 2.0}]},
            "risk",
            "At risk: 1 task has no progress and 1 task is over budget.",
        ),
    ],
)
def test_the_verdict(sheets: dict[str, Any], health: str, said: str) -> None:
    """Risk, watch, ok and none follow from what was found; English minds one and many."""
    summary = summarize(reading(sheets), as_of=AS_OF)
    assert summary.health == health
    assert sentence(summary, "en") == said


def test_progress_behind_time_is_watched() -> None:
    """More than 5 points behind is a warning even if nothing is late."""
    tasks = [{"task": "t", "status": "in_progress", "progress": 0.5}]
    summary = summarize(reading({"master_tracker": tasks}, form=FORM), as_of=AS_OF)
    assert (summary.health, tile_of(summary, "progress").state) == ("watch", "late")


def test_unreadable_spend_is_said_in_the_tile() -> None:
    """The tile names the task that is in neither sum."""
    rows = [{"task": "t", "budget": 100.0, "spend": spend} for spend in (50.0, None)]
    book = reading({"master_tracker": rows})
    records = book.sheets["master_tracker"]
    raw = records.raw.assign(spend=pd.Series([50.0, "约5万"], dtype=object))
    book = replace(book, sheets={"master_tracker": replace(records, raw=raw)})
    tile = tile_of(summarize(book, as_of=AS_OF), "budget")
    assert (tile.figure.value, tile.state) == (0.5, "close")
    assert tile.delta is not None
    assert phrase_text(tile.delta, "en") == "1 task left out"
