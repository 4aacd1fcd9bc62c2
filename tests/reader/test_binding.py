"""What a column that was not bound may be is said where its cells tell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from support.books import DAILY, TAB, doubts, draw

from marketing_sheets.reader import read_inputs

HEAD = DAILY.split("|")
ROW = [date(2024, 6, 1), "抖音", 5000, 100, 9, 4, 300, 900, 1000, None]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([3, 5, 8, "小计"], "column_maybe_renamed"),
        ([3.5, 5.25, 8, 1.5], "missing_optional_column"),
        (["好", "好", 3, "好"], "missing_optional_column"),
        ([None, None, 7, None], "missing_optional_column"),
    ],
)
def test_figures_under_an_unknown_header_may_be_a_missing_column(
    tmp_path: Path, cells: list[object], code: str
) -> None:
    """A column of counts that is missed is looked for among those that were not read."""
    head = [*HEAD[:5], "数据一", *HEAD[6:]]
    rows = [
        [*ROW[:1], name, *ROW[2:5], cell, *ROW[6:]]
        for name, cell in zip("甲乙丙丁", cells, strict=True)
    ]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [head, *rows]}))
    of_column = [p.code for p in reading.problems if p.column == "new_users"]
    assert of_column == [code]


def test_records_above_a_fuller_header_are_named(tmp_path: Path) -> None:
    """Where the header stands again with more names the rows above it are told, not dropped."""
    for cells in ((300, 20), ("抖音官方号", "微博官方号")):
        label = "成本（元）" if cells[0] == 300 else "异常说明"
        rows = [["", label], ["抖音", cells[0]], ["微博", cells[1]], [None], ["渠道", label]]
        path = draw(tmp_path / "a.xlsx", {TAB: [*rows, ["B站", cells[0]]]})
        assert ("rows_above_header", "1") in doubts(read_inputs(path))


def test_cards_of_figures_above_a_table_are_none_of_it(tmp_path: Path) -> None:
    """Labels over sums at the top are neither the header nor rows that were left out."""
    cards = [[None, None, *HEAD[2:9]], [None, None, *[9000] * 7], [None]]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [*cards, HEAD, ROW]}))
    assert reading.sheets["daily_data"].rows.tolist() == [5]
    assert doubts(reading) == []
