"""Days that have not come yet: of what is said to have happened, and of whole rows."""

from __future__ import annotations

from datetime import date

import pandas as pd
from support.readings import issue, reading

from marketing_sheets.checks.doubts import future_actuals, rows_after
from marketing_sheets.loading import library_template
from marketing_sheets.workbooks import recompute

AS_OF = date(2024, 6, 28)


def day(text: str) -> pd.Timestamp:
    """Return a day of a sheet."""
    return pd.Timestamp(text)


def test_an_actual_date_ahead_is_told_once_per_column() -> None:
    """Two ends after the as-of day are one warning with both cells; that day itself is fine."""
    rows = [
        {"task": "a", "actual_start": day("2024-06-28"), "actual_end": day("2024-06-29")},
        {"task": "b", "actual_end": day("2025-06-01")},
        {"task": "c", "planned_end": day("2024-12-01")},
    ]
    book = reading({"master_tracker": rows})
    (one,) = future_actuals(book, AS_OF)
    assert (one.code, one.severity, one.column) == ("actual_in_future", "warning", "actual_end")
    assert (one.params["count"], one.place.row) == (2, book.sheets["master_tracker"].rows[0])
    assert str(one.params["cells"]).count(",") == 1
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert "2024-06-28" in one.describe(language)
    assert [*future_actuals(book, date(2025, 6, 1)), *future_actuals(book, None)] == []


def test_a_range_as_written_is_told_at_the_text() -> None:
    """Start and end come from one cell of a document's sheet: one warning, at that cell."""
    template = library_template("strategy_tracking")
    rows = [{"task": "种草", "actual": "2024-07-03~2024-08-02", "status": "late"}]
    book = reading({"strategy_master": rows}, template=template)
    found = [p for p in recompute(book, as_of=AS_OF).problems if p.code == "actual_in_future"]
    assert [(p.column, p.params["count"]) for p in found] == [("actual", 1)]


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
