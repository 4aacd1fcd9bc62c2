"""A deadline is so many days after what it counts from; on its day nothing is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.rule_cases import CASES

from marketing_sheets.alerts import alerts
from marketing_sheets.template import Threshold


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("results_due", date(2024, 6, 21)),  # the day after the end
        ("stage_review_due", date(2024, 6, 16)),  # the day after the middle
        ("plan_due", date(2024, 6, 27)),  # the day after the problem
        ("materials_due", date(2024, 6, 27)),  # three days before the start
    ],
)
@pytest.mark.parametrize("more", [None, -1, 0, 5])
def test_on_its_day_nothing_is_late(name: str, due: date, more: int | None) -> None:
    """The day after it is, by one day; the workbook's own number of days moves both."""
    book = CASES[name].reading(name, fires=True)
    if more is not None:
        days = {"materials_due": -3}.get(name, 1)
        book = replace(book, thresholds=(Threshold(rule=name, days=days + more),))
    due += timedelta(days=more or 0)
    for days, sizes in ((-1, []), (0, []), (1, [1.0]), (3, [3.0])):
        found = alerts(book, as_of=due + timedelta(days=days))
        assert [one.size for one in found if one.rule == name] == sizes
