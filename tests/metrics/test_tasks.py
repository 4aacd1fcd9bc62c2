"""Tasks against numbers worked out by hand: progress, delay, time and money."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from support.readings import reading

from marketing_sheets.loading import library_template
from marketing_sheets.metrics import (
    allocation,
    burn,
    elapsed,
    finished_tasks,
    late_tasks,
    metric_frame,
    on_time,
    progress,
    progress_by,
)
from marketing_sheets.records import Reading

JUNE = date(2024, 6, 1)


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


def test_progress_is_measured_where_somebody_says_it() -> None:
    """A blank is 0 of a task not started and 1 of one done; the others are left out and counted."""
    one = progress(
        tasks(
            {"status": "done"},
            {"status": "not_started"},
            {"status": "in_progress"},
            {"status": None},
            {"status": "late", "progress": 0.8},
            {"status": "cancelled", "progress": 0.2},
        )
    )
    assert one.mean.value == pytest.approx(0.6)
    assert (one.mean.rows, one.mean.left_out) == (3, 2)
    assert (one.by_tasks.value, one.by_tasks.left_out) == (0.25, 1)
    assert one.unmeasured == 0.4


def test_a_plan_without_status_and_progress_has_none() -> None:
    """Nothing says how far such a plan is: neither 0 % nor 100 %, but no data."""
    plan = reading({"execution_plan": [{"task": "t"}]}, template=library_template("execution_plan"))
    one = progress(plan.sheets["execution_plan"].frame)
    assert {one.weighted.reason, one.mean.reason, one.by_tasks.reason} == {"no_data"}
    assert one.unmeasured == 0


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
