"""No all-clear over a miss: each table that judges or spends is heard."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.readings import AS_OF, FORM, reading

from marketing_sheets.loading import library_template
from marketing_sheets.records import Reading
from marketing_sheets.summary import phrase_text, summarize, summary_lines
from marketing_sheets.summary.words import sentence

# A miss in each table that can hold one, in the template it belongs to; its cause is written.
MISSES: dict[str, tuple[str, dict[str, Any]]] = {
    "goal_alignment": (
        "campaign_review",
        {"campaign": "夏", "goals": "注册5万人;退货率低于5%", "results": "注册6万人;退货率7%"},
    ),
    "metric_evaluation": (
        "campaign_review",
        {"metric": "点击率", "target": 0.02, "actual": 0.01, "analysis": "素材旧"},
    ),
    "stage_review": (
        "campaign_process",
        {"metric": "获客成本", "target": 50.0, "actual": 80.0, "cause": "竞价"},
    ),
    "effect_summary": ("campaign_process", {"metric": "退款率", "target": 0.02, "actual": 0.05}),
    "cost_settlement": (
        "campaign_process",
        {"subject": "materials", "budget": 100.0, "spend": 250.0, "reason": "加印"},
    ),
    "preliminary_evaluation": (
        "strategy_tracking",
        {"metric": "销售额", "target": 100.0, "actual": 20.0, "is_clean": "yes", "source": "后台"}
        | {"analysis": "缺货"},
    ),
    "execution_report": (
        "strategy_tracking",
        {"metric": "新增用户", "target": 100.0, "actual": 20.0, "cause": "停投"},
    ),
    "strategy_effect": ("strategy_tracking", {"metric": "销售额", "target": 100.0, "actual": 20.0}),
    "dashboard": (
        "promotion_tracking",
        {"channel": "douyin", "verdict": "missed", "remarks": "已说明"},
    ),
    "channel_effect": (
        "promotion_tracking",
        {"channel": "douyin", "content": "A", "verdict": "missed"},
    ),
    "effect_evaluation": (
        "campaign_tracker",
        {"metric": "曝光量", "direction": "higher", "unit": "number", "target": 9.0, "actual": 2.0},
    ),
}


def missed(sheet: str, *more: dict[str, Any]) -> Reading:
    """Return a reading with the miss of a sheet alone, or with other rows in its place."""
    name, row = MISSES[sheet]
    return reading({sheet: [*more] or [row]}, template=library_template(name), form=FORM)


@pytest.mark.parametrize("sheet", MISSES)
def test_a_miss_of_any_table_is_heard(sheet: str) -> None:
    """It counts towards health, stands in the list and the sentence, and the table has its line."""
    summary = summarize(missed(sheet), as_of=date(2024, 6, 10))
    assert summary.health in ("watch", "risk")
    kinds = {one.kind for one in summary.actions if one.place.sheet}
    assert kinds & {"below_target", "over_budget"}
    (line,) = [one for one in summary.outcomes if one.sheet == sheet]
    assert line.missed + line.over == 1
    count = sum(one.kind in ("below_target", "over_budget") for one in summary.actions)
    assert str(count) in sentence(summary, "en")


def test_a_plan_over_the_campaigns_budget_is_heard() -> None:
    """The items of the plan come to 500,000 of 450,000."""
    rows = [{"subject": "promotion", "amount": 500_000.0}]
    book = reading(
        {"activity_plan_budget": rows}, template=library_template("campaign_process"), form=FORM
    )
    summary = summarize(book, as_of=date(2024, 6, 10))
    (alert,) = [one for one in summary.actions if one.kind == "over_allocated"]
    assert phrase_text(alert.what, "en") == "Budget 500K, total budget 450K"
    assert summary.health == "risk"
    assert [one.over for one in summary.outcomes] == [1]


def test_goals_met_in_the_mean_are_missed_one_by_one() -> None:
    """120 % and 71 % are no 96 % close: what is missed is missed."""
    summary = summarize(missed("goal_alignment"), as_of=date(2024, 6, 10))
    (line,) = summary.outcomes
    assert (line.met, line.close, line.missed) == (0, 0, 1)


def test_preset_rows_alone_are_no_data() -> None:
    """The five subjects of a plan nobody has filled in are no record of anything."""
    template = library_template("campaign_process")
    sheet = next(one for one in template.tables if one.id == "activity_plan_budget")
    subjects: list[dict[str, Any]] = [{"subject": row["subject"]} for row in sheet.start]
    book = reading({"activity_plan_budget": subjects}, template=template, form=FORM)
    assert summarize(book, as_of=AS_OF).health == "none"
    filled = [*subjects[1:], {"subject": "staff", "amount": 9.0}]
    book = reading({"activity_plan_budget": filled}, template=template, form=FORM)
    assert summarize(book, as_of=date(2024, 6, 1)).health != "none"


def _progressed(*tasks: dict[str, Any]) -> Any:
    rows = [{"task": f"t{n}", **task} for n, task in enumerate(tasks)]
    return summarize(reading({"master_tracker": rows}, form=FORM), as_of=date(2024, 5, 20))


def test_unmeasured_is_not_done() -> None:
    """Of one task done and three that go on without a figure no 100 % clears the campaign."""
    going = {"status": "in_progress", "progress": None}
    summary = _progressed({"status": "done", "progress": 1.0}, going, going, going)
    tile = next(one for one in summary.tiles if one.id == "progress")
    assert (tile.figure.value, tile.figure.left_out, tile.state) == (1.0, 3, "close")
    assert summary.health == "watch"
    assert "3 left out" in " ".join(summary_lines(summary, "en"))
    assert "3 tasks have no progress" in sentence(summary, "en")


def test_a_blank_of_a_status_that_says_it_is_measured() -> None:
    """Not started is nothing, done is all; a cancelled task is neither."""
    summary = _progressed(
        {"status": "done"}, {"status": "not_started"}, {"status": "cancelled", "progress": 0.4}
    )
    tile = next(one for one in summary.tiles if one.id == "progress")
    assert (tile.figure.value, tile.figure.left_out) == (0.5, 0)
