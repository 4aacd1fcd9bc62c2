"""A row that repeats others is told by its word and its figures, and no record is."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.books import doubts, draw, even, read_daily, table_of

from marketing_sheets import load_template
from marketing_sheets.loading import library_template
from marketing_sheets.reader import read_inputs
from marketing_sheets.reader.table import Surroundings, grid_of
from marketing_sheets.reader.tables import TableReading, read_table
from marketing_sheets.template import TableSheet

DAYS = """
    2024-06-01|抖音|100|10|1|2|10|100||
    2024-06-01|小红书|200|20|3|1|30|200||
    2024-06-02|抖音|300|30|2|5|50|900||
"""
TEMPLATE = """
format = 1
id = "t"
title = "t"
[[sheets]]
id = "t"
label = "数据"
columns = [
  { id = "day", label = "日期", type = "date" },
  { id = "task", label = "任务", type = "text", key = true, required = true },
  { id = "cost", label = "成本", type = "money" },
  { id = "sales", label = "销售额", type = "money" },
]
"""


def daily(rows: str) -> TableReading:
    """Read a table of daily data drawn in lines."""
    template = library_template("campaign_tracker")
    sheet = template["daily_data"]
    assert isinstance(sheet, TableSheet)
    grid = grid_of(even(table_of(rows)), "每日数据")
    reading = read_table(grid, sheet, Surroundings(template=template))
    assert isinstance(reading, TableReading)
    return reading


def doubted(reading: TableReading) -> list[int | None]:
    """Return the rows that are doubted to be records."""
    return [p.place.row for p in reading.problems if p.code == "maybe_total"]


def test_a_total_under_a_renamed_day_column_is_one(tmp_path: Path) -> None:
    """Where days stand in a column a word for a total tells one, whatever the header is now."""
    head = "当天|渠道|曝光量|点击量|转化量|新增用户|成本（元）|销售额（元）|销售目标|异常说明"
    rows = f"{DAYS}\n累计|抖音|600|60|6|8|90|1200||"
    records, reading = read_daily(tmp_path, rows, head=head)
    assert records.frame["cost"].tolist() == [10, 30, 50]
    assert ("total_row", "6") in doubts(reading)


@pytest.mark.parametrize(
    ("figures", "is_total"), [("600|1200", True), ("200|400", True), ("7|11", False)]
)
def test_a_bare_total_with_a_day_is_one_if_its_figures_fit(
    tmp_path: Path, figures: str, is_total: bool
) -> None:
    """汇总 beside a day is a total or mean of the rows above, or a record that is doubted."""
    (tmp_path / "t.toml").write_text(TEMPLATE, encoding="utf-8")
    rows = "日期|任务|成本|销售额\n2024-06-01|甲|100|100\n"
    rows += "2024-06-01|乙|200|200\n2024-06-02|丙|300|900"
    path = draw(tmp_path / "a.xlsx", {"数据": table_of(f"{rows}\n2024-06-02|汇总|{figures}")})
    reading = read_inputs(path, template=load_template(tmp_path / "t.toml"))
    assert len(reading.sheets["t"].frame) == (3 if is_total else 4)
    assert (("maybe_total", "5") in doubts(reading, "数据")) is not is_total


def test_a_total_doubted_bares_the_total_of_all() -> None:
    """Subtotals that have a day and a channel are doubted, and so is the total over them."""
    reading = daily("""
        日期|渠道|曝光量|点击量|转化量|成本（元）|销售额（元）
        2024-06-03|抖音|1200|120|8|140|2200
        2024-06-01|抖音|100|10|1|10|100
        2024-06-01|小红书|200|20|3|30|200
        2024-06-02|小红书|300|30|4|40|300
        2024-06-03|小红书|300|30|2|50|900
        2024-06-04|抖音|600|60|2|50|1000
    """)
    assert doubted(reading) == [2, 5]
    assert len(reading.records.frame) == 6


@pytest.mark.parametrize("name", ["6月总计", "全渠道", "最大值"])
def test_a_record_called_like_a_total_is_doubted(tmp_path: Path, name: str) -> None:
    """A day, and figures that are no sums, make it a record; its name makes it a doubtful one."""
    (tmp_path / "t.toml").write_text(TEMPLATE, encoding="utf-8")
    rows = "日期|任务|成本|销售额\n2024-06-01|甲|100|100\n2024-06-01|乙|200|200"
    path = draw(tmp_path / "a.xlsx", {"数据": table_of(f"{rows}\n2024-06-01|{name}|7|11")})
    reading = read_inputs(path, template=load_template(tmp_path / "t.toml"))
    assert len(reading.sheets["t"].frame) == 3
    assert ("maybe_total", "4") in doubts(reading, "数据")


def test_a_lone_name_of_an_extreme_is_doubted(tmp_path: Path) -> None:
    """Where no figures are read that could tell, a record of nothing but 最大值 may be none."""
    (tmp_path / "t.toml").write_text(TEMPLATE, encoding="utf-8")
    rows = "日期|任务|备用|销量\n2024-06-01|甲|100|100\n2024-06-01|乙|200|200\n|最大值|200|200"
    path = draw(tmp_path / "a.xlsx", {"数据": table_of(rows)})
    reading = read_inputs(path, template=load_template(tmp_path / "t.toml"))
    assert ("maybe_total", "4") in doubts(reading, "数据")


@pytest.mark.parametrize("blank", ["", "1000"])
def test_rows_all_alike_are_no_means(blank: str) -> None:
    """Equal days are records, be one cell of them blank."""
    rows = "\n".join(f"2024-06-0{n}|抖音|1000|1000|1000|1000|1000" for n in range(2, 6))
    reading = daily(f"""
        日期|渠道|曝光量|点击量|转化量|成本（元）|销售额（元）
        2024-06-01|抖音|1000|{blank}|1000|1000|1000
        {rows}
    """)
    assert doubted(reading) == []


def test_a_sum_in_a_long_table_is_doubted_near_and_far() -> None:
    """Among thousands of rows the sum of three of them, or of all, is found."""
    rows = [f"2024-06-01|抖音|{n % 7}|{n % 11 + 1}|{n % 5}|{n % 13}|{n % 3}" for n in range(2000)]
    near = [[int(c) for c in row.split("|")[2:]] for row in rows[997:1000]]
    every = [[int(c) for c in row.split("|")[2:]] for row in rows]
    near_sums = "|".join(str(sum(column)) for column in zip(*near, strict=True))
    sums = "|".join(str(sum(column)) for column in zip(*every, strict=True))
    rows.insert(1000, f"2024-06-02|微博|{near_sums}")
    rows.append(f"2024-06-03|微博|{sums}")
    head = "日期|渠道|曝光量|点击量|转化量|成本（元）|销售额（元）"
    assert {1002, 2003} <= {*doubted(daily("\n".join([head, *rows])))}


WEEK = """
    日期|渠道|曝光量|点击量|转化量|成本（元）|销售额（元）
    2024-06-01|抖音|100|10|1|2|30
    2024-06-01|小红书|201|25|3|7|40
    2024-06-02|抖音|50|5|2|5|9
    2024-06-02|小红书|71|9|4|9|11
"""


@pytest.mark.parametrize("name", ["峰值", "预算", "去年同期", "完成率", "Benchmark", "6月", ""])
def test_a_word_among_days_is_doubted(name: str) -> None:
    """No list knows all that people hold days against; a row of neither day nor name is one too."""
    reading = daily(f"{WEEK}{name}||500|60|8|30|90")
    assert len(reading.records.frame) == 5
    assert doubted(reading) == [6]


@pytest.mark.parametrize("name", ["6月3日|抖音", "待定|抖音", "|微博", "2024-06-03|"])
def test_a_row_with_a_day_or_a_name_is_not_doubted(name: str) -> None:
    """A day without its year, one to come, a day or a name that was forgotten: records."""
    assert doubted(daily(f"{WEEK}{name}|500|60|8|30|90")) == []


def test_words_for_all_days_are_no_totals() -> None:
    """A table by weekday has no days among which a word stands out."""
    rows = WEEK.replace("2024-06-01", "周六").replace("2024-06-02", "周日")
    assert doubted(daily(rows)) == []


def test_sums_over_the_rows_of_one_name_are_no_records() -> None:
    """Below the days one row for each channel says again what stands above."""
    reading = daily(f"{WEEK}|抖音|150|15|3|7|39\n|小红书|272|34|7|16|51")
    assert len(reading.records.frame) == 4


def test_a_rounded_mean_without_a_day_is_doubted() -> None:
    """Means are written without their decimals; three of them are no chance."""
    assert doubted(daily(f"{WEEK}|微博|106|12|3|6|23")) == [6]


@pytest.mark.parametrize(("formulas", "is_total"), [("G", False), ("GH", True)])
def test_one_formula_in_a_named_row_is_doubted(
    tmp_path: Path, formulas: str, is_total: bool
) -> None:
    """A day and a channel with one sum stay a record; two formulas over their columns are none."""
    rows = table_of(DAYS)
    last = ["2024-06-03", "抖音", 5, 5, 5, 5, 5, 5, None, None]
    for letter in formulas:
        last["ABCDEFGH".index(letter)] = f"=SUM({letter}2:{letter}4)"
    records, reading = read_daily(tmp_path, [*rows, last])
    assert len(records.frame) == (3 if is_total else 4)
    assert (("maybe_total", "5") in doubts(reading)) is not is_total


def test_all_channels_sum_up_only_what_stands_beside_them() -> None:
    """全渠道 is a total among the channels of its day, and a record where it stands alone."""
    head = "日期|渠道|曝光量|点击量|转化量|成本（元）|销售额（元）"
    rows = ["2024-06-01|抖音|10|3|1|5|7", "2024-06-01|微博|20|4|2|6|9"]
    beside = daily("\n".join([head, *rows, "2024-06-01|全渠道|30|7|3|11|16"]))
    alone = daily("\n".join([head, *rows, "2024-06-02|全渠道|33|8|4|12|17"]))
    assert [len(one.records.frame) for one in (beside, alone)] == [2, 3]


def test_words_in_place_of_figures_are_no_total() -> None:
    """合计 in a row that has words where its figures should be is not taken out as one."""
    reading = daily("""
        日期|渠道|曝光量|点击量|转化量|成本（元）|销售额（元）
        2024-06-01|抖音|10|3|1|5|7
        2024-06-02|合计|未统计|未统计|未统计|未统计|未统计
        2024-06-03|抖音|10|3|1|5|7
    """)
    assert "total_row" not in [skipped.reason for skipped in reading.records.skipped]


@pytest.mark.parametrize("place", [0, 300, 600])
def test_a_mean_at_an_end_of_a_long_table_is_doubted(place: int) -> None:
    """First or last it may be the mean of all others; between records it is one of them."""
    rows = []
    for n in range(300):
        row = [n * step % 41 for step in (7, 11, 13, 17, 19)]
        rows += [row, [100 - figure for figure in row]]
    rows.insert(place, [50] * 5)
    lines = ["|".join(["2024-06-01", "抖音", *map(str, row)]) for row in rows]
    head = "日期|渠道|曝光量|点击量|转化量|成本（元）|销售额（元）"
    assert (place + 2 in doubted(daily("\n".join([head, *lines])))) is (place != 300)


@pytest.mark.parametrize(("owner", "is_doubted"), [("张三", False), ("", True)])
def test_a_row_with_a_word_for_its_day_is_a_record_if_it_is_somebodys(
    tmp_path: Path, owner: str, is_doubted: bool
) -> None:
    """A total is nobody's, so that 下周 in the place of a day is a fault of the day alone."""
    person = '  { id = "owner", label = "负责人", type = "person" },\n'
    text = TEMPLATE.replace('type = "date" }', 'type = "date", required = true }')
    text = text.replace('  { id = "cost"', f'{person}  {{ id = "cost"')
    (tmp_path / "t.toml").write_text(text, encoding="utf-8")
    rows = "日期|任务|负责人|成本|销售额\n2024-06-01|甲|李四|100|100\n2024-06-02|乙|王五|200|200"
    path = draw(tmp_path / "a.xlsx", {"数据": table_of(f"{rows}\n下周|丙|{owner}|7|11")})
    reading = read_inputs(path, template=load_template(tmp_path / "t.toml"))
    found = {code for code, cell in doubts(reading, "数据") if "4" in (cell or "")}
    assert ("maybe_total" in found) is is_doubted
