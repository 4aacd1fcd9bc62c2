"""Budgets in words: counted, or told."""

from __future__ import annotations

import pandas as pd
import pytest
from support.readings import reading

from marketing_sheets.checks import doubts
from marketing_sheets.loading import library_template

PLAN = library_template("execution_plan")


@pytest.mark.parametrize(
    ("text", "budget", "is_told"),
    [
        ("预算20万元", 200_000, False),
        ("预算：20万元", 200_000, False),
        ("預算: 20萬元(含稅)", 200_000, False),
        ("预算20万元（含税）", 200_000, False),
        ("无", 0, False),
        ("预算约20万元", None, True),
        ("预算20万元，含税", None, True),
        ("KOL费用5万元，素材3万元", None, True),
        ("3万左右", None, True),
        ("¥5000起", None, True),
        ("设计师2名、摄影棚1间", None, True),
        ("覆盖5万人的社群", None, True),
        ("运营团队", None, False),
        (None, None, False),
    ],
)
def test_a_budget_in_words_is_counted_or_told(
    text: str | None, budget: float | None, is_told: bool
) -> None:
    """An exact amount is in the sum; a text with any other figure is named; else it is quiet."""
    book = reading({"execution_plan": [{"task": "t", "resources": text}]}, template=PLAN)
    value = book.sheets["execution_plan"].frame["budget"][0]
    assert (None if pd.isna(value) else value) == budget
    told = [one for one in doubts(book, None) if one.code == "figure_unread"]
    assert [one.column for one in told] == (["resources"] if is_told else [])
