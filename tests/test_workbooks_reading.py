"""Reading a filled workbook for a program: frames with every computed column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from support.examples import Examples
from support.same_readings import difference

from marketing_sheets import generate_workbook, load_template, read_workbook, recompute
from marketing_sheets.template import Campaign
from marketing_sheets.workbooks import example_folder


def test_frames_come_with_their_computed_columns(examples: Examples) -> None:
    """A reading has every figure, as of the day the form states."""
    example = examples()
    reading = read_workbook(example.path)
    assert reading.as_of == example.day
    daily = reading.sheets["daily_data"].frame
    assert daily["ctr"].notna().any()
    assert difference(reading, example.reading) is None


def test_a_day_that_is_asked_for_goes_before_the_form(examples: Examples) -> None:
    """`as_of` moves the figures that depend on the day."""
    day = date(2024, 6, 1)
    reading = read_workbook(examples().path, as_of=day)
    assert reading.as_of == day
    assert difference(reading, recompute(examples().reading, as_of=day)) is None


def test_without_a_day_there_is_a_reason(tmp_path: Path) -> None:
    """Where nothing says a day, what needs one stays missing and says why; the rest is there."""
    template = load_template("campaign_tracker")
    made = generate_workbook(
        template,
        tmp_path / "a.xlsx",
        form={Campaign.AS_OF: ""},
        records=example_folder(template, "zh-Hans"),
    )
    reading = read_workbook(made.path)
    assert reading.as_of is None
    issues = reading.sheets["issue_log"]
    unknown = issues.frame["overdue_days"].isna()
    assert issues.reasons is not None
    assert issues.reasons["overdue_days"].notna().equals(unknown)
    known = recompute(reading, as_of=date(2024, 8, 8)).sheets["issue_log"].frame["overdue_days"]
    assert known.notna().sum() > (~unknown).sum()
    assert reading.sheets["daily_data"].frame["ctr"].notna().any()


@pytest.mark.parametrize("name", ["campaign_tracker", "promotion_tracking"])
def test_computing_anew_is_as_computing_once(examples: Examples, name: str) -> None:
    """A reading may be recomputed as often as one likes: no problem is told twice."""
    example = examples(name)
    again = recompute(recompute(example.reading, as_of=date(2024, 5, 1)), as_of=example.day)
    assert difference(again, example.reading) is None
