"""The live line in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from support.formula_sheets import DAILY, MASTER, TEMPLATE, records

from marketing_sheets.errors import FormulaError
from marketing_sheets.formulas import (
    compute,
    differs,
    due_share,
    excel_live,
    live_text,
)
from marketing_sheets.template import Live
from marketing_sheets.texts import LANGUAGES, Text

DAYS: list[dict[str, Any]] = [
    {"channel": "douyin", "cost": 10.0, "sales": 35.0, "clicks": 3},
    {"channel": "douyin", "cost": 20.0, "sales": None, "clicks": None},
    {"channel": "weibo", "cost": None, "sales": 7.0, "clicks": 4},
    {"channel": None, "impressions": 5},
]


def live(expression: str, shown: str = "integer") -> Live:
    """Return a live line of one figure."""
    line = replace(MASTER.live[0], text=Text(dict.fromkeys(LANGUAGES, "{x}")))
    return replace(line, values={"x": expression}, shown={"x": shown})


def said(expression: str, shown: str = "integer", **settings: Any) -> str:
    """Return what a figure over three days of data shows."""
    rows = records(DAILY, DAYS)
    line = live(expression, shown)
    return live_text(
        line, rows, template=TEMPLATE, language="en", as_of=date(2024, 6, 28), settings=settings
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

    @pytest.mark.parametrize(
        ("expression", "shown"),
        [
            ("count(channel)", "3"),
            ("count(clicks)", "2"),
            ("sum(cost)", "30"),
            ("sum(cost) - sum(sales)", "-12"),
            ("sum(cost) * 2 + 1", "61"),
            ("sum(cost) / count(clicks)", "15"),
            ("sum(cost) / (count(clicks) - 2)", "–"),
            ('count_where(channel, "douyin")', "2"),
            ('count_where(channel, "douyin", clicks > 2)', "1"),
            ('count_where(channel, "douyin", clicks > 3)', "0"),
            ('count_where(channel, "douyin", clicks >= 3)', "1"),
            ('sum_where(cost, channel, "douyin")', "30"),
            ('sum_where(cost, channel, "weibo")', "0"),
            ('sum_where(impressions, channel, "douyin")', "0"),
            ("sum_where(sales, cost)", "35"),
            ("sum_where(cost, sales)", "10"),
            ("1 if sum(cost) == 30 else 2", "1"),
            ("1 if sum(cost) > 30 else 2", "2"),
            ("1 if sum(cost) == 30 and count(clicks) > 2 else 2", "2"),
            ("1 if sum(cost) == 30 or count(clicks) > 2 else 2", "1"),
            ("1 if sum(cost) / 0 > 1 else 2", "2"),
            ("1 if 1 < sum(cost) / 0 else 2", "2"),
            ("1 if sum(cost) / 0 < 1 else 2", "2"),
            ("as_of", "2024-06-28"),
        ],
    )
    def test_a_figure_is_computed_over_whole_columns(self, expression: str, shown: str) -> None:
        """Blanks neither count nor meet a bound, and a test of what has no value does not hold."""
        assert said(expression) == shown

    @pytest.mark.parametrize(
        ("kind", "shown"), [("percent", "233.3%"), ("ratio", "2.33"), ("integer", "2")]
    )
    def test_a_figure_is_shown_in_its_kind(self, kind: str, shown: str) -> None:
        """Percentages with one place, ratios with two, all else whole."""
        assert said("sum(clicks) / 3", kind) == shown

    @pytest.mark.parametrize(
        ("value", "shown"), [("5 / 2", "3"), ("0 - 5 / 2", "-3"), ("7 / 5", "1"), ("8 / 5", "2")]
    )
    def test_halves_go_away_from_zero(self, value: str, shown: str) -> None:
        """As Excel rounds, also below zero."""
        assert said(value) == shown

    def test_settings_are_those_of_the_workbook(self) -> None:
        """What the workbook has goes before the template's, be it a choice or a number."""
        assert said("close * 100") == "90"
        assert said("close * 100", close=0.5) == "50"
        line = '1 if roi_form == "net" else 2'
        assert [said(line), said(line, roi_form="net")] == ["2", "1"]

    @pytest.mark.parametrize(
        ("expression", "formula"),
        [
            ("count(channel)", "COUNTA(tbl_daily_data[Channel])"),
            ("sum(clicks)", "SUM(tbl_daily_data[Clicks])"),
            (
                "1 if count(channel) > 2 and close < 1 else 2",
                "IF(AND(COUNTA(tbl_daily_data[Channel])>2,set_close<1),1,2)",
            ),
        ],
    )
    def test_excel_computes_the_same(self, expression: str, formula: str) -> None:
        """The same figure as a formula, a dash where it fails."""
        found = excel_live(live(expression), DAILY, TEMPLATE, "en")
        assert found == f'=IFERROR(TEXT({formula},"#,##0"),"–")'

    @pytest.mark.parametrize("expression", ["count(1 + 1)", "[1, 2]"])
    def test_what_is_no_column_is_refused(self, expression: str) -> None:
        """Only whole columns are counted, and only what Excel has a formula for is compiled."""
        with pytest.raises(FormulaError):
            excel_live(live(expression), DAILY, TEMPLATE, "en")


@pytest.mark.parametrize(
    ("others", "rate", "due"),
    [
        ([90], 0.1, 10.0),
        ([45, 45], 0.1, 10.0),
        ([1], 0.1, 0.11),
        ([0.125], 0.5, 0.13),
        ([0], 0.1, 0.0),
        ([], 0.1, None),
    ],
)
def test_a_share_is_of_the_total_with_itself(
    others: list[float], rate: float, due: float | None
) -> None:
    """10 % of all is a ninth of the others, to the cent, halves up; of nothing it is nothing."""
    assert due_share(others, rate) == due


@pytest.mark.parametrize(
    ("typed", "due", "is_other"),
    [(11, 10, False), (11.5, 10, True), (8.5, 10, True), (1005, 1000, False), (1006, 1000, True)],
)
def test_a_share_may_be_rounded(typed: float, due: float, is_other: bool) -> None:
    """By one, or by half a percent, on either side."""
    assert differs(typed, due) is is_other
