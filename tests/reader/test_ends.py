"""Where a table begins and ends is told by the shape of its rows."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from support.books import doubts, even, read_daily, table_of

from marketing_sheets import load_template
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


def foreign(*rows: Sequence[object], kind: str = "text") -> TableReading:
    """Read somebody else's table of channels, figures and nothing else."""
    choices = "[choices.c]\nlabel='c'\nitems=[{id='a',label='抖音'},{id='b',label='微博'}]\n"
    listed = ", choices='c'" if kind == "choice" else ""
    name = f"id='ch', label='渠道', type='{kind}', key=true{listed}"
    text = f"""format=1\nid='t'\ntitle='t'\n{choices if listed else ""}[[sheets]]
    id='t'\nlabel='数据'\ncolumns=[{{{name}}}, {{id='cost', type='money', label='花费'}},
    {{id='uv', type='integer', label='曝光'}}]"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.toml"
        path.write_text(text, encoding="utf-8")
        template = load_template(path)
    sheet = template["t"]
    assert isinstance(sheet, TableSheet)
    table: list[Sequence[object]] = [["渠道", "花费", "曝光"], *rows, [""]]
    grid = grid_of(even(table), "数据")
    reading = read_table(grid, sheet, Surroundings(template=template))
    assert isinstance(reading, TableReading)
    return reading


def told(reading: TableReading) -> list[tuple[str, int | None]]:
    """Return the warnings about whole rows."""
    problems = (p for p in reading.problems if p.severity == "warning" and p.place.column is None)
    return [(p.code, p.place.row) for p in problems]


BOTH: list[list[object]] = [["抖音", 100, 10], ["微博", 200, 20]]


@pytest.mark.parametrize(
    "head",
    [["渠道", "6月预算", "7月预算"], ["渠道", 2023, 2024], ["渠道", date(2024, 6, 1), "7月"]],
)
def test_years_days_and_months_head_another_table(head: list[object]) -> None:
    """A figure in a label, or a year for one, does not make a header a record."""
    reading = foreign(*BOTH, [""], head, ["抖音", 900, 30])
    assert reading.records.frame["cost"].tolist() == [100, 200]
    assert told(reading) == [("another_table", 5)]


@pytest.mark.parametrize("word", ["6月预算", "W24", "2023年", "Q3"])
def test_a_figure_in_a_word_makes_it_no_day(tmp_path: Path, word: str) -> None:
    """In a column of days only what reads as a day keeps a row of words from being a header."""
    head = f"{word}|门店|预算|单价||||||"
    records, reading = read_daily(tmp_path, f"{ROWS}\n{head}\n甲|乙|900|7||||||")
    assert records.frame["cost"].tolist() == [10, 30]
    assert ("another_table", "5") in doubts(reading)


def test_one_word_over_figures_is_doubted_where_it_stands_apart() -> None:
    """Behind a blank row it may head a table of two columns; right below a record it is a fault."""
    rows: list[list[object]] = [["门店", "预算", ""], ["人民广场", 900, ""]]
    assert told(foreign(*BOTH, [""], *rows)) == [("maybe_header", 5)]
    assert told(foreign(*BOTH, *rows)) == []


def test_one_word_heads_another_table_where_nobody_is_named() -> None:
    """Rows below it, of its columns alone and of no name on the list, are of its table."""
    reading = foreign(*BOTH, ["门店", "预算", ""], ["人民广场", 900, ""], kind="choice")
    assert len(reading.records.frame) == 4
    reading = foreign(*BOTH, [""], ["门店", "预算", ""], ["人民广场", 900, ""], kind="choice")
    assert reading.records.frame["cost"].tolist() == [100, 200]
    assert told(reading) == [("another_table", 5)]


def test_a_header_of_two_lines_is_repeated_in_both() -> None:
    """Units or words below the header again are no other table; words beside a name are none."""
    again: list[object] = ["渠道", "花费", "曝光"]
    for line in (["", "元", "次"], ["", "含税", "去重"]):
        reading = foreign(*BOTH, again, line, ["快手", 50, 5])
        assert reading.records.frame["cost"].tolist() == [100, 200, 50]
        assert told(reading) == []
    reading = foreign(*BOTH, again, ["快手", "未统计", "缺失"], ["短信", 50, 5])
    assert len(reading.records.frame) == 4


def test_words_below_the_header_are_told_where_they_may_be_a_record() -> None:
    """Beside a name off any list they may be one; beside one on the list they are."""
    rows: list[list[object]] = [["微博", "未统计", "缺失"], ["抖音", 50, 5]]
    assert told(foreign(*rows)) == [("words_under_header", 2)]
    reading = foreign(*rows, kind="choice")
    assert (len(reading.records.frame), told(reading)) == (2, [])


def test_a_lone_unit_below_the_header_is_its_columns() -> None:
    """万元 under 花费, and nothing else in the row, is the unit of what stands below."""
    reading = foreign(["", "万元", ""], ["抖音", 3, 5], ["微博", "元", 4])
    assert reading.records.frame["cost"].tolist()[0] == 30_000
    assert len(reading.records.frame) == 2


def test_a_goal_in_words_is_a_record() -> None:
    """A target told in words right below the header is no part of it."""
    template = library_template("campaign_process")
    sheet = template["effect_summary"]
    assert isinstance(sheet, TableSheet)
    rows: list[list[object]] = [["评估维度", "目标值", "实际值"], ["口碑", "明显提升", "略有改善"]]
    rows.append(["销售额", "100万", "120万"])
    reading = read_table(grid_of(rows, "效果评估"), sheet, Surroundings(template=template))
    assert isinstance(reading, TableReading)
    assert len(reading.records.frame) == 2


def test_each_other_table_counts_its_own_rows() -> None:
    """What follows an end is counted up to where our header stands again."""
    reading = foreign(
        *BOTH,
        [""],
        ["门店", "预算", "客流"],
        ["甲", 900, 4],
        ["渠道", "花费", "曝光"],
        ["快手", 50, 5],
        [""],
        ["城市", "预算", "人数"],
        ["乙", 900, 4],
        ["丙", 900, 4],
    )
    ends = [p.params["count"] for p in reading.problems if p.code == "another_table"]
    assert ends == [2, 3]


def test_a_name_called_like_its_column_heads_another_table() -> None:
    """In a list without figures 任务 under 任务 is no task, and what follows is another list."""
    template = library_template("campaign_process")
    sheet = template["task_tracking"]
    assert isinstance(sheet, TableSheet)
    rows = table_of("""
        任务名称|责任人|计划完成时间|状态
        海报|设计组|2024-06-05|已完成
        任务名称|工时|备注说明|合同号
        直播|3|外包|无
    """)
    reading = read_table(grid_of(even(rows), "任务"), sheet, Surroundings(template=template))
    assert isinstance(reading, TableReading)
    assert reading.records.frame["task"].tolist() == ["海报"]
    assert [code for code, _ in told(reading)] == ["another_table"]


def test_columns_that_were_renamed_tell_the_end_as_well() -> None:
    """A column of days or of figures with another header still tells a record from a header."""
    template = library_template("campaign_process")
    sheet = template["execution_log"]
    assert isinstance(sheet, TableSheet)
    rows = table_of("""
        哪天|突发问题|处理措施|处理结果|处理人|坏话
        2024-06-10|下雨|移到室内|照常|张三|11
        2024-06-11|断电|发电机|照常|张三|3
        哪天|突发问题|处理措施|处理结果|处理人|坏话
        2024-06-12|退回|换素材|照常|张三|2
        ||||门店|客流
        ||||甲|900
        ||||乙|800
    """)
    reading = read_table(grid_of(even(rows), "日志"), sheet, Surroundings(template=template))
    assert isinstance(reading, TableReading)
    assert reading.records.frame["problem"].tolist() == ["下雨", "断电", "退回"]
    assert ("another_table", 6) in told(reading)
