"""Every figure, at every level, for programs."""

from __future__ import annotations

from datetime import date

import pytest
from support.readings import (
    AS_OF,
    FORM,
    REASONS,
    campaign,
    campaign_days,
    issue,
    reading,
)

from marketing_sheets.summary import (
    figures,
)


def test_figures_cover_every_level() -> None:
    """The flat list holds totals, channels, days, weeks, departments, stages and metrics."""
    listed = figures(campaign(), as_of=AS_OF)
    levels = {tuple(level) for level, _ in listed}
    assert levels == {
        *((), ("channel",), ("day",), ("week",), ("week", "channel")),
        *(("department",), ("stage",), ("metric",), ("severity",)),
    }
    values = {one.metric: one.value for level, one in listed if not level}
    assert values["roas"] == pytest.approx(
        sum(float(str(row["sales"])) for row in campaign_days())
        / sum(float(str(row["cost"])) for row in campaign_days())
    )
    assert {one.reason for _, one in listed} <= {None, *REASONS}


def test_figures_say_what_was_left_out() -> None:
    """As of an earlier day the later rows are counted in `left_out`, and so are later issues."""
    issues = [issue("a", "high", occurred_on="2024-06-20")]
    book = reading({"daily_data": campaign_days(), "issue_log": issues}, form=FORM)
    listed = figures(book, as_of=date(2024, 6, 10))
    totals = {one.metric: one for level, one in listed if not level}
    assert (totals["sales"].rows, totals["sales"].left_out) == (40, 72)
    assert (totals["issues_open"].value, totals["issues_open"].left_out) == (0, 1)
    assert (totals["budget_total"].value, totals["budget_unallocated"].value) == (450_000.0, None)
