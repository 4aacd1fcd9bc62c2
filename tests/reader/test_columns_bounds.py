"""Rates that cannot exceed the whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from marketing_sheets.loading import library_template
from marketing_sheets.workbooks import check_workbook, generate_workbook


@pytest.mark.parametrize(("typed", "is_fault"), [("350%", True), (1.5, True), (1, False)])
def test_a_click_rate_over_the_whole_is_an_error(
    tmp_path: Path, typed: str | float, is_fault: bool
) -> None:
    """350 %, and 1.5 where the cell shows percents, are out of range; 100 % is not."""
    template = library_template("campaign_process")
    path = generate_workbook(template, tmp_path / "a.xlsx", rows=2).path
    book = openpyxl.load_workbook(path)
    tab = book[template["campaign_daily"].label["zh-Hans"]]
    for column, value in enumerate((date(2024, 6, 1), "小红书", 1000, typed, 0.05, 1, 10), 1):
        tab.cell(7, column, value)
    tab["D7"].number_format = "0.0%"
    book.save(path)
    reading, _ = check_workbook(path, as_of=date(2024, 6, 28))
    faults = [(p.code, p.severity) for p in reading.problems if p.place.cell == "D7"]
    assert faults == ([("out_of_range", "error")] if is_fault else [])
    assert reading.sheets["campaign_daily"].frame["ctr"].isna().tolist() == [is_fault]
