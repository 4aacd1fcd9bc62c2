"""Where a table begins and ends is told by the shape of its rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.books import doubts, even, read_daily, table_of

from marketing_sheets.loading import library_template
from marketing_sheets.reader.table import Surroundings, grid_of
from marketing_sheets.reader.tables import TableReading, read_table
from marketing_sheets.template import TableSheet

ROWS = """
    2024-06-01|抖音|100|10|1|2|10|100||
    2024-06-02|抖音|200|20|3|1|30|200||
"""


def log(rows: str) -> TableReading:
    """Read a log of incidents, which has a single column of figures."""
    template = library_template("campaign_process")
    sheet = template["execution_log"]
    assert isinstance(sheet, TableSheet)
    head = "日期|突发问题|处理措施|处理结果|处理人|负面评论数"
    grid = grid_of(even(table_of(f"{head}\n{rows}")), "执行日志")
    reading = read_table(grid, sheet, Surroundings(template=template))
    assert isinstance(reading, TableReading)
    return reading


@pytest.mark.parametrize(
    "numbers",
    ["①|②|③|④|⑤|⑥|⑦|⑧|⑨|⑩", "(1)|(2)||||||||", "2|1|3|5|4|6|7|8|9|10", "1||3|4||6|7||9|"],
)
def test_numbers_of_columns_belong_to_the_header(tmp_path: Path, numbers: str) -> None:
    """In any spelling, moved with their columns, or with gaps, they are no record."""
    records, reading = read_daily(tmp_path, f"{numbers}\n{ROWS}")
    assert records.frame["cost"].tolist() == [10, 30]
    assert [code for code, cell in doubts(reading) if cell == "2"] == ["header_row"]


def test_small_figures_are_no_numbers_of_columns(tmp_path: Path) -> None:
    """Counts of 1 and 2 in a record's row are its figures."""
    records, _ = read_daily(tmp_path, "2024-06-01|抖音|2|1|1|2||||\n2024-06-01|微博|2|1||||||")
    assert records.frame["impressions"].tolist() == [2, 2]


def test_another_table_ends_one_with_a_single_column_of_figures() -> None:
    """One word over the figures is enough beside a label in another cell."""
    reading = log("""
        2024-06-10|下雨|移到室内|照常|张三|11

        |||处理结果|负责人|目标ROI
        |||门店1|220|1
        |||门店2|264|36
    """)
    assert reading.records.frame["negative_comments"].tolist() == [11]
    assert [p.place.row for p in reading.problems if p.code == "another_table"] == [5]


def test_a_word_for_a_figure_ends_nothing() -> None:
    """A row whose figure is a word is a record with an error in it, and the table goes on."""
    reading = log("""
        2024-06-10|下雨|移到室内|照常|张三|11

        |处理结果不明|重做|照常|李四|系统故障
        2024-06-12|断电|发电机|照常|张三|3
    """)
    assert len(reading.records.frame) == 3
    assert "another_table" not in [p.code for p in reading.problems]


@pytest.mark.parametrize(
    ("words", "count"), [("说明|预算|单价|数量", 1), ("抖音|未统计|缺|300", 3)]
)
def test_without_days_a_row_of_nothing_but_words_ends_a_table(words: str, count: int) -> None:
    """Directly under a record three words for figures are a header, one or two are its faults."""
    head = "推广渠道|推广内容|曝光量|点击量|转化量"
    template = library_template("promotion_tracking")
    sheet = template["channel_effect"]
    assert isinstance(sheet, TableSheet)
    cells = words.split("|")
    rows: list[list[object]] = [[*head.split("|")], ["抖音", "甲", 10, 20, 5]]
    rows += [[cells[0], "乙", *cells[1:]], ["微博", "丙", 7, 8, 3]]
    grid = grid_of(rows, "推广效果分析")
    reading = read_table(grid, sheet, Surroundings(template=template))
    assert isinstance(reading, TableReading)
    assert len(reading.records.frame) == count
