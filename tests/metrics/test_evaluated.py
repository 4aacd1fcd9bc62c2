"""Targets met and issues open, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from support.readings import AS_OF, issue, metric, reading

from marketing_sheets.metrics import (
    achievements,
    count_verdicts,
    issues_by_severity,
)


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
