"""Days that say what has happened and have not come yet."""

from __future__ import annotations

from datetime import date

import pandas as pd
from support.readings import reading

from marketing_sheets.checks.doubts import future_actuals
from marketing_sheets.loading import load_template
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
    template = load_template("strategy_tracking")
    rows = [{"task": "种草", "actual": "2024-07-03~2024-08-02", "status": "late"}]
    book = reading({"strategy_master": rows}, template=template)
    found = [p for p in recompute(book, as_of=AS_OF).problems if p.code == "actual_in_future"]
    assert [(p.column, p.params["count"]) for p in found] == [("actual", 1)]
