"""Figures against numbers worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from support.readings import AS_OF, TEMPLATE, issue, metric, reading

from marketing_sheets.checks.doubts import rows_after
from marketing_sheets.metrics import (
    Figure,
    achievements,
    allocation,
    burn,
    by,
    count_verdicts,
    days_between,
    elapsed,
    figure,
    figures_as_json,
    finished_tasks,
    issues_by_severity,
    judge,
    late_tasks,
    metric_frame,
    metrics_of,
    on_time,
    progress,
    progress_by,
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


def test_rows_after_the_day_are_said() -> None:
    """One info for each sheet with rows after the day; the dates of a plan may lie ahead."""
    ahead = pd.Timestamp("2024-07-01")
    book = reading(
        {
            "daily_data": [{"date": ahead, "channel": "douyin"}, {"date": ahead}, {}],
            "issue_log": [issue("a", "high", occurred_on="2024-06-29")],
            "master_tracker": [{"task": "t", "planned_start": ahead}],
        }
    )
    found = [*rows_after(book, AS_OF)]
    assert [(one.code, one.severity, one.place.sheet, one.params["count"]) for one in found] == [
        ("after_as_of", "info", "每日数据", 2),
        ("after_as_of", "info", "问题跟踪", 1),
    ]
    assert found[0].message("en").startswith("2 rows")
    assert [*rows_after(book, None), *rows_after(book, date(2024, 7, 1))] == []


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


def tasks(*rows: dict[str, object]) -> pd.DataFrame:
    """Return the frame of a master tracker."""
    filled = [{"task": "t", "stage": "peak", "status": "in_progress", **row} for row in rows]
    return reading({"master_tracker": filled}).sheets["master_tracker"].frame


def test_progress_three_ways() -> None:
    """1.0 and 0.5 weighted 1:3 are 62.5 %; plain 75 %; one of two tasks done 50 %."""
    one = progress(
        tasks(
            {"progress": 1.0, "weight": 0.25, "status": "done"}, {"progress": 0.5, "weight": 0.75}
        )
    )
    assert (one.weighted.value, one.mean.value, one.by_tasks.value) == (0.625, 0.75, 0.5)
    assert one.overall is one.weighted


def test_progress_without_all_weights_is_the_plain_mean() -> None:
    """Missing weights are named, and the overall progress falls back on the mean."""
    some = progress(tasks({"progress": 1.0, "weight": 0.5}, {"progress": 0.5}))
    none = progress(tasks({"progress": 1.0}, {"progress": 0.5}))
    assert (some.weighted.reason, none.weighted.reason) == ("partial_weights", "no_weights")
    assert some.overall.value == none.overall.value == 0.75
    assert progress(tasks()).overall.reason == "no_data"


def test_cancelled_tasks_do_not_hold_progress_back() -> None:
    """A cancelled task counts neither as a task nor in the mean."""
    one = progress(tasks({"progress": 0.8}, {"progress": 0.0, "status": "cancelled"}))
    assert (one.mean.value, one.tasks) == (0.8, 1)


def test_progress_per_stage() -> None:
    """Each stage is measured on its own, in order of appearance."""
    frame = tasks({"progress": 0.2}, {"progress": 0.4, "stage": "launch"}, {"progress": 0.6})
    rates = {name: one.mean.value for name, one in progress_by(frame, "stage").items()}
    assert rates == {"peak": pytest.approx(0.4), "launch": pytest.approx(0.4)}
    assert list(rates) == ["peak", "launch"]


def ends(planned: str, actual: str | None = None, **more: object) -> dict[str, object]:
    """Return a task's planned and actual end."""
    end = None if actual is None else pd.Timestamp(actual)
    return {"planned_end": pd.Timestamp(planned), "actual_end": end, **more}


def test_lateness() -> None:
    """Late is what is unfinished past its date, or marked so; finished late if the setting asks."""
    frame = tasks(
        ends("2024-06-20"),
        ends("2024-06-20", "2024-06-22", status="done"),
        ends("2024-06-20", "2024-06-20", status="done"),
        ends("2024-07-20", status="late"),
        ends("2024-06-01", status="cancelled"),
        ends("2024-06-20", "2024-06-25", status="late"),
    )
    late, days = late_tasks(frame)
    assert late.tolist() == [True, False, False, True, False, True]
    assert days.tolist() == [8, 0, 0, 0, 0, 5]
    frame = frame.drop(columns="is_late")
    assert late_tasks(frame, "late")[0].tolist() == [True, True, False, True, False, True]
    assert finished_tasks(frame).tolist() == [False, True, True, False, False, True]
    punctual = on_time(frame)
    assert punctual.value == pytest.approx(1 / 3)
    assert punctual.rows == 3


def test_time_elapsed() -> None:
    """Both ends count; before and after the campaign it is 0 and 1; without dates a reason."""
    start, end = date(2024, 6, 1), date(2024, 6, 10)
    shares = [elapsed(start, end, day).value for day in (start, end, JUNE.replace(month=5))]
    assert shares == [0.1, 1.0, 0.0]
    assert elapsed(start, end, date(2025, 1, 1)).value == 1.0
    assert elapsed(None, end, start).reason == elapsed(end, start, start).reason == "no_period"


def test_burn_counts_budgets_not_spent_yet() -> None:
    """Spend 60 of 200 is 30 % although one task has not spent anything; time is 50 %."""
    frame = tasks({"budget": 50.0, "spend": 60.0}, {"budget": 150.0})
    half = elapsed(date(2024, 6, 1), date(2024, 6, 2), date(2024, 6, 1))
    one = burn(frame, half)
    assert (one.used.value, one.left, one.over) == (0.3, 140.0, 1)
    assert one.ahead.value == pytest.approx(-0.2)
    assert burn(tasks({"spend": 5.0}), half).used.reason == "no_data"
    assert burn(tasks({"budget": 0.0, "spend": 5.0}), half).used.reason == "zero_base"


def test_the_gap_between_spend_and_time_counts_its_rows() -> None:
    """It rests on as many tasks as the budget use does."""
    half = elapsed(date(2024, 6, 1), date(2024, 6, 2), date(2024, 6, 1))
    one = burn(tasks({"budget": 50.0, "spend": 60.0}, {"budget": 150.0}, {}), half)
    assert (one.used.rows, one.ahead.rows) == (2, 2)


def unreadable_spend() -> Reading:
    """Return four tasks of 100: spent 50, unreadable, not spent yet, and a word for blank."""
    rows = [{"task": "t", "budget": 100.0, "spend": spend} for spend in (50.0, None, None, None)]
    book = reading({"master_tracker": rows})
    records = book.sheets["master_tracker"]
    raw = records.raw.assign(spend=pd.Series([50.0, "约5万", "", "无"], dtype=object))
    return replace(book, sheets={"master_tracker": replace(records, raw=raw)})


def test_unreadable_spend_is_not_zero() -> None:
    """The task is left out of both sides; a blank or 无 still means that nothing is spent."""
    half = elapsed(date(2024, 6, 1), date(2024, 6, 2), date(2024, 6, 1))
    one = burn(metric_frame(unreadable_spend(), "master_tracker"), half)
    assert one.used.value == pytest.approx(50 / 300)
    assert (one.budget.value, one.left, one.left_out) == (300.0, 250.0, 1)
    assert (one.used.rows, one.used.left_out, one.ahead.left_out) == (3, 1, 1)


def test_a_cancelled_task_has_spend_but_no_budget() -> None:
    """Its 20 spent count against the others' 100, its own 900 do not raise what is left."""
    half = elapsed(date(2024, 6, 1), date(2024, 6, 2), date(2024, 6, 1))
    one = burn(
        tasks(
            {"budget": 100.0, "spend": 30.0},
            {"budget": 10.0, "spend": 20.0, "status": "cancelled"},
        ),
        half,
    )
    assert (one.used.value, one.left, one.over) == (0.5, 50.0, 0)
    assert (one.budget.value, one.spend.value) == (100.0, 50.0)


def test_the_campaigns_budget_stands_in_for_tasks_without() -> None:
    """Without a task's budget spend is measured against the form's, with one against the tasks'."""
    half = elapsed(date(2024, 6, 1), date(2024, 6, 2), date(2024, 6, 1))
    bare = burn(tasks({"spend": 50.0}), half, total=200.0)
    assert (bare.used.value, bare.left) == (0.25, 150.0)
    assert burn(tasks({"budget": 100.0, "spend": 50.0}), half, total=200.0).used.value == 0.5


def test_allocation() -> None:
    """450 of 1,300 leave 850; 0.4 % is rounding; more than there is exceeds it."""
    frame = tasks({"budget": 400.0}, {"budget": 50.0}, {"budget": 9.0, "status": "cancelled"})
    one = allocation(frame, 1300.0)
    assert (one.total.value, one.tasks.value, one.unallocated.value) == (1300.0, 450.0, 850.0)
    assert (one.differs, one.exceeded) == (True, False)
    assert not allocation(frame, 448.2).differs
    assert allocation(frame, 400.0).exceeded
    assert allocation(frame, None).unallocated.reason == "no_data"


@pytest.mark.parametrize(
    ("value", "target", "lower", "verdict"),
    [
        (100, 100, False, "met"),
        (90, 100, False, "close"),
        (89, 100, False, "missed"),
        (100, 100, True, "met"),
        (111, 100, True, "close"),
        (120, 100, True, "missed"),
    ],
)
def test_judging(value: float, target: float, lower: bool, verdict: str) -> None:
    """Exactly on target is met; where lower is better an overrun is a miss."""
    assert judge(value, target, lower_is_better=lower, close=0.9) == verdict


def test_achievements_know_their_direction() -> None:
    """Cost 72 of 60 achieves 120 %, in favourable form 83.3 %, and has missed its target."""
    book = reading(
        {
            "effect_evaluation": [
                metric("总费用", 60.0, 72.0, direction="lower"),
                metric("用户", 100.0, 120.0),
                metric("零", 0.0, 5.0),
            ]
        }
    )
    cost, users, zero = achievements(book.sheets["effect_evaluation"])
    assert cost.achieved.value == pytest.approx(1.2)
    assert cost.verdict == "missed"
    assert cost.favourable == pytest.approx(60 / 72)
    assert cost.shortfall == pytest.approx(0.2)
    assert (users.favourable, users.shortfall, users.verdict) == (1.2, 0.0, "met")
    assert (zero.achieved.value, zero.achieved.reason) == (None, "zero_base")
    assert (cost.place.sheet, cost.place.row) == ("效果评估", 7)
    counts = count_verdicts([cost, users, zero])
    assert (counts.met, counts.close, counts.missed) == (2, 0, 1)


def test_achievements_are_those_of_the_sheet() -> None:
    """What the sheet's formula gives is what is told, also where it gives nothing."""
    rows = [metric("正", 100.0, 50.0), metric("负", -100.0, -50.0), metric("改", 100.0, 50.0)]
    records = reading({"effect_evaluation": rows}).sheets["effect_evaluation"]
    stated = pd.Series([0.5, None, None], dtype="Float64")
    sheet = replace(records, frame=records.frame.assign(achievement=stated))
    told = [(one.achieved.value, one.achieved.reason) for one in achievements(sheet)]
    assert told == [(0.5, None), (None, "negative_base"), (None, "no_data")]
    bare = replace(records, frame=records.frame.drop(columns="achievement"))
    assert [one.achieved.value for one in achievements(bare)] == [0.5, None, 0.5]


def test_issues_of_days_to_come_are_not_open_yet() -> None:
    """An issue dated tomorrow is left out, not young; one of today counts."""
    rows = [
        issue("a", "high", occurred_on="2024-06-28"),
        issue("b", "high", occurred_on="2024-06-29", due_date="2024-06-01"),
    ]
    (high,) = issues_by_severity(
        reading({"issue_log": rows}).sheets["issue_log"], as_of=AS_OF, order=("high",)
    )
    assert (high.week, high.total, high.overdue, high.left_out) == (1, 1, 0, 1)


def test_issues_by_severity_and_age() -> None:
    """7 days are young, 8 to 14 older, 15 old; solved ones are gone; the longest open is named."""
    rows = [
        issue("a", "high", occurred_on="2024-06-21", due_date="2024-07-01"),
        issue("b", "high", occurred_on="2024-06-20", due_date="2024-06-26"),
        issue("c", "high", occurred_on="2024-06-13"),
        issue("d", "high", occurred_on="2024-01-01", status="solved"),
        issue("e", "low"),
        issue("f", None, occurred_on="2024-06-28", solved_on="2024-06-28"),
    ]
    book = reading({"issue_log": rows})
    high, low = issues_by_severity(
        book.sheets["issue_log"], as_of=AS_OF, order=("high", "medium", "low")
    )
    assert (high.severity, high.week, high.fortnight, high.older) == ("high", 1, 1, 1)
    assert (high.overdue, high.total, high.undated) == (1, 3, 0)
    assert (high.longest.description, high.longest.age, high.longest.overdue) == ("c", 15, 0)
    assert (low.undated, low.total, low.longest.age) == (1, 1, None)
    for row in (high, low):
        assert row.week + row.fortnight + row.older + row.undated == row.total
