"""What needs action, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from support.readings import AS_OF, FORM, campaign, issue, metric, reading

from marketing_sheets.alerts import Alert, Amount, alerts
from marketing_sheets.loading import library_template
from marketing_sheets.metrics import late_tasks
from marketing_sheets.problems import Place
from marketing_sheets.records import Reading
from marketing_sheets.summary import phrase_text, summarize
from marketing_sheets.texts import Text
from marketing_sheets.workbooks import recompute


def found(book: Reading) -> list[tuple[str, str, str]]:
    """Return kind, name and cell of each alert."""
    return [
        (one.kind, str(one.what.params["name"]), str(one.place.cell))
        for one in alerts(book, as_of=AS_OF)
    ]


def task(name: str, end: str, **more: object) -> dict[str, object]:
    """Return a task with its planned end."""
    planned = pd.Timestamp(end)
    return {"task": name, "planned_end": planned, "status": "in_progress", **more}


def only(book: Reading) -> Alert:
    """Return the one alert there is."""
    (one,) = alerts(book, as_of=AS_OF)
    return one


def test_the_whole_campaign_is_sorted_gravest_first() -> None:
    """Overdue issues first, high severity before medium; then late tasks by days, and so on."""
    assert found(campaign()) == [
        ("issue_overdue", "抖音素材审核退回", "O7"),
        ("issue_overdue", "直播间服务器卡顿", "O8"),
        ("issue_overdue", "两城快闪场地延后开放", "O9"),
        ("task_late", "抖音信息流广告上线", "K10"),
        ("task_late", "直播脚本定稿", "J8"),
        ("task_late", "会员召回短信", "K13"),
        ("over_budget", "门店快闪体验（5城）", "Q11"),
        ("below_target", "总费用（元）", "K15"),
        ("below_target", "直播点击率", "K9"),
        ("below_target", "用户转化率", "K11"),
        ("reserve", "", "None"),
    ]


def test_the_same_task_on_both_sheets_is_one_thing_to_do() -> None:
    """The master tracker wins; names that differ in width or script are the same."""
    book = reading(
        {
            "phase_schedule": [task("ＡＢ 測試", "2024-06-20"), task("另一项", "2024-06-20")],
            "master_tracker": [task("AB测试", "2024-06-20")],
        }
    )
    assert [name for _, name, _ in found(book)] == ["AB测试", "另一项"]
    assert alerts(book, as_of=AS_OF)[0].place.sheet == "推进总表"


def test_two_tasks_of_one_name_on_one_sheet_are_two() -> None:
    """Deduplication works across sheets, never within one."""
    book = reading({"master_tracker": [task("周报", "2024-06-20"), task("周报", "2024-06-21")]})
    assert len(alerts(book, as_of=AS_OF)) == 2


def test_done_late_is_not_to_act_on() -> None:
    """Done or cancelled tasks raise nothing however late; ended and marked late is minor."""
    end = pd.Timestamp("2024-06-27")
    book = reading(
        {
            "master_tracker": [
                task("完成", "2024-06-01", status="done", actual_end=end),
                task("已结束", "2024-06-01", status="late", actual_end=end, progress=1.0),
                task("没做完", "2024-06-25", status="late", actual_end=end, progress=0.9),
                task("取消", "2024-06-01", status="cancelled"),
                task("今天到期", "2024-06-28"),
            ]
        }
    )
    late = [one for one in alerts(book, as_of=AS_OF) if one.rule == "task_late"]
    said = {one.gap.code: one.severity for one in late}
    assert said == {"gap.late": "high", "gap.ended_late": "low"}


def test_finished_late_counts_where_the_setting_says_so() -> None:
    """The alert, the tile and the sheet's own count agree; nothing of it is at risk."""
    end = pd.Timestamp("2024-06-27")
    rows = [task("完成", "2024-06-01", status="done", actual_end=end, progress=1.0)]
    book = reading({"master_tracker": rows})
    for chosen, count in (("done", 0), ("late", 1)):
        told = recompute(replace(book, settings={"late_done": chosen}), as_of=AS_OF)
        named = [one for one in alerts(told, as_of=AS_OF) if one.rule == "task_late"]
        assert [one.severity for one in named] == ["low"] * count
        assert summarize(told, as_of=AS_OF).health != "risk"
        frame = told.sheets["master_tracker"].frame
        assert (frame["is_late"].sum(), late_tasks(frame, chosen)[0].sum()) == (count, count)


def test_a_low_alert_looks_low() -> None:
    """Too many improvements: low severity, so no red square, and a cell to go to."""
    template = library_template("campaign_review")
    rows = [{"area": f"环节{n}", "description": "慢"} for n in range(4)]
    book = reading({"improvement_actions": rows}, template=template)
    (one,) = (alert for alert in alerts(book, as_of=AS_OF) if alert.rule == "focus")
    assert (one.severity, one.place.cell is None) == ("low", False)


def test_spending_too_fast_adds_up() -> None:
    """Spent, time and progress are told beside the difference, and what it was divided by."""
    row = {"task": "a", "budget": 300.0, "spend": 190.0, "progress": 0.2}
    form = {"start_date": date(2024, 6, 21), "end_date": date(2024, 7, 20), "budget": 200.0}
    found = alerts(reading({"master_tracker": [row]}, form=form), as_of=AS_OF)
    (one,) = (alert for alert in found if alert.rule == "burn")
    assert phrase_text(one.what, "zh-Hans") == "已支出总预算的 95.0%；时间已过 26.7%，进度 20.0%"
    assert phrase_text(one.gap, "zh-Hans") == "至少快 68.3 个百分点"
    tile = next(
        t
        for t in summarize(reading({"master_tracker": [row]}, form=form), as_of=AS_OF).tiles
        if t.id == "budget"
    )
    assert phrase_text(tile.target, "zh-Hans") == "总预算剩余 10"


@pytest.mark.parametrize(
    ("day", "fires"),
    [(date(2024, 5, 1), True), (date(2024, 6, 30), True), (date(2024, 7, 1), False)],
)
def test_the_reserve_is_watched_until_the_end(day: date, fires: bool) -> None:
    """A tenth must stay unallocated before the start and on the last day; then it is over."""
    form = {"start_date": date(2024, 6, 1), "end_date": date(2024, 6, 30), "budget": 1000.0}
    book = reading({"master_tracker": [{"task": "a", "budget": 950.0}]}, form=form)
    assert any(one.rule == "reserve" for one in alerts(book, as_of=day)) == fires


def test_a_task_marked_late_counts_without_proof() -> None:
    """Staff say it is delayed: it is listed although its planned end lies ahead."""
    one = only(reading({"master_tracker": [task("备货", "2024-07-10", status="late")]}))
    assert (one.gap.code, one.size) == ("gap.flagged", 0)


def test_over_budget_says_how_much() -> None:
    """56,000 of 50,000 is 6,000 over, 12 %; exactly the budget is fine; no budget has no share."""
    rows = [
        {"task": "快闪", "budget": 50_000.0, "spend": 56_000.0, "department": "sales"},
        {"task": "刚好", "budget": 10.0, "spend": 10.0},
        {"task": "计划外", "budget": 0.0, "spend": 5.0},
    ]
    unplanned, popup = alerts(reading({"master_tracker": rows}), as_of=AS_OF)
    assert popup.gap.params == {
        "over": Amount(value=6000.0, unit="money"),
        "share": Amount(value=0.12, unit="percent"),
    }
    assert isinstance(popup.department, Text)
    assert popup.department["en"] == "Sales"
    assert unplanned.gap.code == "gap.over_unplanned"


def test_a_cancelled_task_is_not_over_budget() -> None:
    """What was spent on it counts in the money; there is nothing to do about it any more."""
    rows = [{"task": "取消", "budget": 10.0, "spend": 20.0, "status": "cancelled"}]
    assert alerts(reading({"master_tracker": rows}), as_of=AS_OF) == ()


def test_tasks_with_more_than_the_campaign_are_over_allocated() -> None:
    """Budgets of 500 under a total of 400 are told at the form's cell; up to 400 they are not."""
    book = reading({"master_tracker": [{"task": "t", "budget": 500.0}]}, form={"budget": 400.0})
    place = Place(file="618.xlsx", sheet="填写说明", row=9, column=3)
    one = only(replace(book, form_places={"budget": place}))
    assert (one.kind, one.severity, one.place) == ("over_allocated", "high", place)
    assert one.gap.params == {
        "over": Amount(value=100.0, unit="money"),
        "share": Amount(value=0.25, unit="percent"),
    }
    found = alerts(replace(book, form={"budget": 500.0}), as_of=AS_OF)
    assert "over_allocated" not in {alert.kind for alert in found}


def test_issues_of_days_to_come_raise_nothing() -> None:
    """An issue that occurs after the day is not known on that day."""
    rows = [issue("a", "high", occurred_on="2024-06-29", due_date="2024-06-20")]
    assert alerts(reading({"issue_log": rows}), as_of=AS_OF) == ()


def test_high_severity_is_hot_before_it_is_due() -> None:
    """High and open is listed with its due day; medium and low wait until they are overdue."""
    rows = [
        issue("晚", "high", due_date="2024-07-08"),
        issue("早", "high", due_date="2024-06-29"),
        issue("无日期", "high"),
        issue("今天", "high", due_date="2024-06-28"),
        issue("中", "medium", due_date="2024-07-01"),
    ]
    items = alerts(reading({"issue_log": rows}), as_of=AS_OF)
    assert [(one.what.params["name"], one.gap.code, one.gap.count) for one in items] == [
        ("今天", "gap.due_today", None),
        ("早", "gap.due", 1),
        ("晚", "gap.due", 10),
        ("无日期", "gap.no_due_date", None),
    ]
    assert {one.severity for one in items} == {"high"}


def test_solved_issues_are_over() -> None:
    """Solved, or with the day it was solved on, an issue is not to act on."""
    rows = [
        issue("a", "high", due_date="2024-06-01", status="solved"),
        issue("b", "high", due_date="2024-06-01", solved_on="2024-06-20"),
    ]
    assert alerts(reading({"issue_log": rows}), as_of=AS_OF) == ()


def test_missed_metrics_fall_to_whoever_leads() -> None:
    """The sheet names nobody, so the campaign's department and owner answer for it."""
    book = reading({"effect_evaluation": [metric("点击率", 0.08, 0.065)]}, form=FORM)
    one = only(book)
    assert isinstance(one.department, Text)
    assert (one.department["zh-Hans"], one.owner) == ("市场部", "营销主管")
    assert one.gap.params["share"] == Amount(value=0.8125, unit="percent")


def test_nothing_read_is_nothing_to_do() -> None:
    """A workbook without any of the sheets raises no alert and no exception."""
    assert alerts(reading({}), as_of=AS_OF) == ()
