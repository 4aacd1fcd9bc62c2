"""Numbers of the lists sheet count within their bounds; beyond them the template's own do."""

from __future__ import annotations

import pytest

from marketing_sheets.loading import library_template
from marketing_sheets.reader.lists import Lists, find_lists_row, read_lists
from marketing_sheets.reader.table import grid_of
from marketing_sheets.template import MOST_DAYS

IDS = ["list:channel", "rule", "rule.group", "rule.limit", "rule.days", "rule.on"]


def read(rule: str, *, template: str = "campaign_tracker", **cells: object) -> Lists:
    """Read a lists sheet with one row for a rule."""
    row = ["", rule, *(cells.get(part, "") for part in ("group", "limit", "days", "on"))]
    grid = grid_of([["选项", *[""] * 5], IDS, row], "选项")
    return read_lists(grid, library_template(template))


@pytest.mark.parametrize(
    ("rule", "limit", "is_read"),
    [
        *(("cvr_low", 0, True), ("cvr_low", -0.01, False)),
        *(("cvr_low", 1, True), ("cvr_low", 1.01, False)),
        *(("feed_impressions", 0, True), ("feed_impressions", -1, False)),
        *(("feed_impressions", 1.01, True), ("feed_roas", 7, True)),
    ],
)
def test_a_limit_is_not_negative_and_a_percentage_at_most_all(
    rule: str, limit: float, is_read: bool
) -> None:
    """0 and 100 % are limits; a number that is no percentage has no upper bound."""
    found = read(rule, limit=limit)
    assert [one.limit for one in found.thresholds] == [limit if is_read else None]
    assert [p.code for p in found.problems] == ([] if is_read else ["setting_out_of_range"])


@pytest.mark.parametrize(
    ("template", "rule", "days", "is_read"),
    [
        *(("campaign_tracker", "ctr_low", 1, True), ("campaign_tracker", "ctr_low", 0, False)),
        ("campaign_tracker", "ctr_low", MOST_DAYS, True),
        ("campaign_tracker", "ctr_low", MOST_DAYS + 1, False),
        ("strategy_tracking", "materials_due", -3, True),
        ("strategy_tracking", "materials_due", 0, True),
        ("strategy_tracking", "materials_due", -MOST_DAYS, True),
        ("strategy_tracking", "materials_due", -MOST_DAYS - 1, False),
    ],
)
def test_a_window_has_a_day_and_a_deadline_may_lie_before_its_day(
    template: str, rule: str, days: int, is_read: bool
) -> None:
    """A window of no days says nothing; days before a date are a deadline like those after it."""
    found = read(rule, template=template, days=days)
    assert [one.days for one in found.thresholds] == [days if is_read else None]
    assert [p.code for p in found.problems] == ([] if is_read else ["setting_out_of_range"])


def test_days_that_a_setting_gives_are_read_there_alone() -> None:
    """What stands beside such a rule in the column of days is neither read nor doubted."""
    for days in (4, "四天左右"):
        found = read("review_due", template="campaign_review", days=days)
        assert [one.days for one in found.thresholds] == [None]
        assert not found.problems
    (told,) = read("task_too_long", days="四天左右").problems
    assert (told.code, told.params["used"]) == ("setting_unread", "14")


def test_a_rule_reads_only_what_it_has() -> None:
    """What stands beside it in a column it does not use is not its limit or days."""
    (found,) = read("over_budget", limit=5, days=5).thresholds
    assert (found.limit, found.days) == (None, None)


def test_days_are_whole() -> None:
    """Half a day is no number of days, while a limit may be any number."""
    found = read("negative_comments", template="campaign_process", limit=2.5, days=2.5)
    assert [(one.limit, one.days) for one in found.thresholds] == [(2.5, None)]
    assert [problem.place.cell for problem in found.problems] == ["E3"]


@pytest.mark.parametrize(("on", "is_on"), [("是", True), ("no", False), ("", True), ("某", True)])
def test_a_rule_is_off_only_where_it_is_said(on: str, is_on: bool) -> None:
    """A row that says nothing about it counts, and a word nobody knows changes nothing."""
    assert [one.is_on for one in read("over_budget", on=on).thresholds] == [is_on]


@pytest.mark.parametrize(("above", "row"), [(0, 0), (29, 29), (30, None)])
def test_the_ids_stand_among_the_first_rows(above: int, row: int | None) -> None:
    """They are looked for in thirty rows, and count there alone."""
    grid = grid_of([*[[""] * len(IDS)] * above, IDS], "选项")
    assert find_lists_row(grid) == row
