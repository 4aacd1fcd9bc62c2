"""The live line in words."""

from __future__ import annotations

from datetime import date

import pandas as pd
from support.formula_sheets import MASTER, TEMPLATE, records

from marketing_sheets.formulas import (
    compute,
    live_text,
)


class TestLive:
    """The live line in words."""

    def test_counts_and_sums(self) -> None:
        """The line counts tasks and states, sums money, and rounds as Excel does."""
        rows = [
            {"task": "a", "status": "done", "budget": 1000, "spend": 600, "weight": 0.5},
            {"task": "b", "status": "late", "budget": 1000, "spend": 645, "weight": 0.5},
            {"task": "c", "status": "cancelled", "weight": 0.5},
        ]
        due = pd.Timestamp("2024-06-20")
        rows = [{**row, "progress": 0.5, "planned_end": due} for row in rows]
        rows[2]["progress"] = 0.0
        done = compute(records(MASTER, rows), template=TEMPLATE, as_of=date(2024, 6, 28))
        lines = [
            live_text(live, done, template=TEMPLATE, language="en", as_of=date(2024, 6, 28))
            for live in MASTER.live
        ]
        assert lines == [
            "As of 2024-06-28    |    2 tasks · 1 done · 1 delayed",
            "Overall progress 50.0% (2 of 2)",
            "Budget 2,000 · spent 1,245 · used 62.3%",
        ]

    def test_a_figure_without_a_base_is_a_dash(self) -> None:
        """An empty sheet has no share of its budget used."""
        empty = compute(records(MASTER, []), template=TEMPLATE, as_of=None)
        line = live_text(MASTER.live[2], empty, template=TEMPLATE, language="en", as_of=None)
        assert line == "Budget 0 · spent 0 · used –"
