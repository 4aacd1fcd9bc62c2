"""Units people see count: in headers, above tables, in number formats and in metrics' names."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from support.books import DAILY, TAB, doubts, draw
from support.typed_books import typed

from marketing_sheets import check_workbook
from marketing_sheets.loading import library_template, load_template
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import Reading

HEADS = DAILY.split("|")
COST, SALES = HEADS.index("成本（元）"), HEADS.index("销售额（元）")


def day(number: int, **cells: object) -> list[object]:
    """Return a row of daily figures; `cost` and `sales` may be given."""
    row: list[object] = [date(2024, 6, number), "抖音", 1000, 100, 10, 5, 50, 500, None, None]
    row[COST] = cells.get("cost", 50)
    row[SALES] = cells.get("sales", 500)
    return row


def read(
    path: Path,
    rows: list[list[object]],
    *,
    heads: dict[int, str] | None = None,
    code: str = "",
    note: str = "",
) -> Reading:
    """Read daily figures; `code` is the number format of the costs, `note` stands above."""
    head = [(heads or {}).get(at, text) for at, text in enumerate(HEADS)]
    above: list[list[object]] = [[note]] if note else []

    def shape(book: Workbook) -> None:
        for row in range(len(above) + 2, len(above) + len(rows) + 2):
            if code:
                book[TAB].cell(row, COST + 1).number_format = code

    return read_inputs(draw(path / "a.xlsx", {TAB: [*above, head, *rows]}, then=shape))


def costs(reading: Reading) -> list[Any]:
    """Return the costs, None where there is none."""
    column = reading.sheets["daily_data"].frame["cost"]
    return [None if pd.isna(value) else value for value in column]


def codes(reading: Reading, column: str = "cost") -> list[str]:
    """Return what is told of a column, kinds of problems alone."""
    return [p.code for p in reading.problems if p.column == column]


@pytest.mark.parametrize(
    "header", ["成本（万元）", "成本（单位：万元）", "成本(￥万)", "成本/万", "成本 万元"]
)
def test_a_unit_in_the_header_scales_bare_numbers(tmp_path: Path, header: str) -> None:
    """50 is 500,000 under 万元; 3万 says its own unit; what was done is told once."""
    reading = read(tmp_path, [day(1), day(2, cost="3万")], heads={COST: header})
    assert costs(reading) == [500_000, 30_000]
    assert "unit_from_header" in codes(reading)


@pytest.mark.parametrize("header", ["成本（USD）", "成本（美元）", "成本（$）"])
def test_another_currency_in_the_header_is_told(tmp_path: Path, header: str) -> None:
    """Figures of another currency are used as they stand, with a warning at the header."""
    reading = read(tmp_path, [day(1)], heads={COST: header})
    assert (costs(reading), codes(reading)) == ([50], ["other_unit"])


def test_a_note_above_the_table_is_the_unit_of_money_without_one(tmp_path: Path) -> None:
    """Money is in 万元, counts never, and a header that says 元 is told to contradict."""
    reading = read(tmp_path, [day(1)], heads={COST: "成本"}, note="单位：万元")
    frame = reading.sheets["daily_data"].frame
    assert (costs(reading), frame["sales"].tolist()) == ([500_000], [500])
    assert frame["impressions"].tolist() == [1000]
    assert codes(reading) == ["unit_from_note"]
    assert codes(reading, "sales") == ["unit_contradicted"]


def test_a_note_that_agrees_is_quiet(tmp_path: Path) -> None:
    """单位：元 above a table in 元, and 单位：人, say nothing new."""
    for note in ("单位：元", "单位：人", "制表单位：市场部"):
        reading = read(tmp_path, [day(1)], note=note)
        assert (costs(reading), codes(reading)) == ([50], [])


@pytest.mark.parametrize(
    ("code", "number", "value", "told"),
    [
        ('0.0"万"', 1.5, 15_000, ["unit_from_format"]),
        ('#,##0.0,"K"', 1500, 1500, []),
        ('0\\.0,"万"', 15_000, 15_000, []),
        ('#,##0" 元"', 50, 50, []),
        ('"¥"#,##0', 50, 50, []),
        ('0"盒"', 50, 50, []),
        ("0%", 0.5, None, ["percent_in_number"]),
        ('0"%"', 5, None, ["percent_in_number"]),
        ("[$€-407]#,##0", 50, None, ["unit_conflict"]),
        ("[$$-409]#,##0.00", 50, None, ["unit_conflict"]),
        ("[$-409]#,##0", 50, 50, []),
        ("#,##0,", 1500, 1500, ["format_hides_thousands"]),
        ('0"万";-0"元"', -5, -5, []),
    ],
)
def test_a_number_format_counts_where_it_shows_another_unit(
    tmp_path: Path, code: str, number: float, value: float | None, told: list[str]
) -> None:
    """What people see is read, in the section that applies; a format that only shortens is not."""
    reading = read(tmp_path, [day(1, cost=number)], code=code)
    assert (costs(reading), codes(reading)) == ([value], told)
    (total,) = [total for total in reading.totals if total.column == "cost"]
    assert total.reconciles


def test_thousands_left_out_under_a_header_in_thousands_are_plain(tmp_path: Path) -> None:
    """150,000 shown as 150 under 千元 is 150,000, and not 150 million."""
    reading = read(tmp_path, [day(1, cost=150_000)], heads={COST: "成本（千元）"}, code="#,##0,")
    assert costs(reading) == [150_000]


def test_a_built_in_currency_format_proves_nothing(tmp_path: Path) -> None:
    """Excel shows it in the currency of whoever opens the file."""
    reading = read(tmp_path, [day(1)], code='"$"#,##0_);("$"#,##0)')
    assert (costs(reading), codes(reading)) == ([50], [])


REVIEW = ["维度", "指标名称", "目标值", "实际值"]


def evaluated(path: Path, *rows: list[str]) -> Reading:
    """Read and compute evaluated metrics as people write them."""
    book = draw(path / "a.xlsx", {"关键指标评估": [REVIEW, *rows]}, template="campaign_review")
    return check_workbook(book, as_of=date(2024, 7, 25))[0]


@pytest.mark.parametrize(
    ("metric", "target", "actual", "achieved"),
    [
        ("销售额(万元)", "100", "95万", 0.95),
        ("销售额(万元)", "100", "950000元", 0.95),
        ("总费用（万元）", "60", "72", 1.2),
        ("曝光量/万", "200", "150万次", 0.75),
        ("百度曝光量", "2万", "1万", 0.5),
        ("销售额(万元)", "不低于100万", "95万", 0.95),
        ("销售额", "不低于100万", "95万", 0.95),
    ],
)
def test_figures_are_in_the_unit_of_the_metrics_name(
    tmp_path: Path, metric: str, target: str, actual: str, achieved: float
) -> None:
    """Bare figures stay, figures with a unit of their own are brought into it."""
    frame = evaluated(tmp_path, ["收益", metric, target, actual]).sheets["metric_evaluation"].frame
    assert frame["achievement"].tolist() == pytest.approx([achieved])


def test_an_achievement_beyond_a_hundred_times_is_doubted(tmp_path: Path) -> None:
    """100 against 950,000 is told at the actual figure, in digits; 90 times is not."""
    reading = evaluated(tmp_path, ["收益", "销售额", "100", "950000"], ["收益", "GMV", "1", "90"])
    (told,) = (p for p in reading.problems if p.code == "achievement_far")
    assert told.place.cell == "D2"
    assert "950,000%" in told.message("zh-Hans")


def test_a_return_names_both_readings_another_ratio_one(tmp_path: Path) -> None:
    """3:1 as ROI may be three or a third; 2:5 of anything else would be 1:2.5."""
    reading = evaluated(tmp_path, ["收益", "ROI", "3:1", "1:2"], ["流量", "男女比", "1:2", "2:5"])
    told = {p.code: p.hint("zh-Hans") for p in reading.problems if p.column in ("target", "actual")}
    assert "1:0.3333" in told["ratio_order_unclear"]
    assert "1:3" in told["ratio_order_unclear"]
    assert "1:2.5" in told["ratio_not_one"]


def test_a_bound_against_the_metrics_direction_is_told(tmp_path: Path) -> None:
    """≤5% of a rate of which more is better is a warning; of one that burdens it is quiet."""
    reading = evaluated(tmp_path, ["转化", "转化率", "≤5%", "4%"], ["转化", "退货率", "≤5%", "4%"])
    told = [p.place.cell for p in reading.problems if p.code == "bound_unusual"]
    assert told == ["C2"]


def rates(path: Path, rows: list[list[object]]) -> Reading:
    """Read click rates beside clicks and impressions."""
    text = """format = 1
id = "t"
title = "t"
[[sheets]]
id = "t"
label = "数据"
role = "daily"
[[sheets.columns]]
id = "channel"
label = "渠道"
required = true
key = true
[[sheets.columns]]
id = "impressions"
type = "integer"
label = "曝光量"
[[sheets.columns]]
id = "clicks"
type = "integer"
label = "点击量"
[[sheets.columns]]
id = "rate"
type = "percent"
label = "点击率"
"""
    (path / "t.toml").write_text(text, encoding="utf-8")
    head: list[object] = ["渠道", "曝光量", "点击量", "点击率"]
    book = draw(path / "a.xlsx", {"数据": [head, *rows]}, template="")
    return read_inputs(book, template=load_template(path / "t.toml"))


def test_clicks_and_impressions_decide_how_a_rate_is_meant(tmp_path: Path) -> None:
    """0.9 beside 9 of 1000 is 0.9 %, be 1.4 the largest; without them nobody knows."""
    reading = rates(tmp_path, [["a", 1000, 9, 0.9], ["b", 1000, 14, 1.4]])
    assert reading.sheets["t"].frame["rate"].tolist() == pytest.approx([0.009, 0.014])
    reading = rates(tmp_path, [["a", None, 9, 0.9], ["b", None, 14, 1.4]])
    assert reading.sheets["t"].frame["rate"].isna().all()


def test_a_stated_achievement_decides_how_a_bare_figure_is_meant(tmp_path: Path) -> None:
    """1.2 against 2 % with an achievement of 60 % is 1.2 %."""
    head, row = [*REVIEW, "达成率"], ["转化", "点击率", "2%", "1.2", "60%"]
    path = draw(tmp_path / "a.xlsx", {"关键指标评估": [head, row]}, template="campaign_review")
    frame = read_inputs(path).sheets["metric_evaluation"].frame
    assert frame["actual"].tolist() == pytest.approx([0.012])


def test_a_slip_of_a_year_is_asked_about_and_early_rows_are_counted(tmp_path: Path) -> None:
    """2023-06-05 in a campaign of summer 2024 is a warning; 30 and 31 May are told once."""
    dates = [date(2023, 6, 5), date(2024, 5, 30), date(2024, 5, 31), date(2024, 6, 8)]
    rows = [{"date": one, "channel": "抖音", "sales": 500} for one in dates]
    template = library_template("campaign_tracker")
    reading = typed(tmp_path, template, "zh-Hans", {"daily_data": rows}).reading
    told = [pair for pair in doubts(reading) if pair[0] in ("year_slip", "rows_before_start")]
    assert told == [("year_slip", "A7"), ("rows_before_start", "A8")]
    assert len(reading.sheets["daily_data"].frame) == 4


def test_what_was_typed_into_a_date_cell_is_shown_as_typed(tmp_path: Path) -> None:
    """2024.6 is 2024.6 in the message, by the 1900 epoch and by that of 1904."""
    for epoch in (WINDOWS_EPOCH, MAC_EPOCH):
        rows = [day(5)]
        rows[0][0] = 2024.6

        def shape(book: Workbook, epoch: Any = epoch) -> None:
            book.epoch = epoch
            book[TAB]["A2"].number_format = "yyyy-mm-dd"

        path = draw(tmp_path / "a.xlsx", {TAB: [HEADS, *rows]}, then=shape)
        (problem,) = [p for p in read_inputs(path).problems if p.place.cell == "A2"]
        assert "“2024.6”" in problem.message("zh-Hans")


def test_a_format_counts_for_numbers_alone(tmp_path: Path) -> None:
    """A text keeps what it says, and TRUE is no number, whatever their cells are formatted as."""
    rows = [day(5), day(6)]
    rows[0][6], rows[1][6] = "3.5万", True
    reading = read(tmp_path, rows, code='0.0"万"')
    cost = reading.sheets["daily_data"].frame["cost"]
    assert cost.iloc[0] == 35_000
    assert cost.isna().iloc[1]


@pytest.mark.parametrize(("epoch", "serial"), [(WINDOWS_EPOCH, "45448.5"), (MAC_EPOCH, "43986.5")])
def test_a_moment_in_a_column_of_figures_is_told_with_its_number(
    tmp_path: Path, epoch: Any, serial: str
) -> None:
    """Noon of a day is what Excel keeps for it, four years less by the epoch of 1904."""
    rows = [day(5)]
    rows[0][6] = datetime(2024, 6, 5, 12)

    def shape(book: Workbook) -> None:
        book.epoch = epoch

    path = draw(tmp_path / "a.xlsx", {TAB: [HEADS, *rows]}, then=shape)
    (problem,) = [p for p in read_inputs(path).problems if p.place.cell == "G2"]
    assert problem.raw == f"{serial} (2024-06-05 12:00)"


def test_long_numbers_in_columns_of_text_are_doubted(tmp_path: Path) -> None:
    """Sixteen digits and more have lost their end in Excel; as text they are whole."""
    rows = [day(1), day(2), day(3)]
    for row, said in zip(
        rows, (1914310000010100010, "1914310000010100010", 13800138000), strict=True
    ):
        row[-1] = said
    reading = read(tmp_path, rows)
    assert codes(reading, "anomaly") == ["digits_lost"]
    assert reading.sheets["daily_data"].frame["anomaly"].tolist()[1] == "1914310000010100010"


@pytest.mark.parametrize(
    ("resources", "budget", "is_told"),
    [
        ("预算3万元（KOL 1.5万）", 30_000, False),
        ("预算：20万元", 200_000, False),
        ("设计师2人", None, True),
        ("持续投入", None, False),
        ("无", None, False),
    ],
)
def test_a_figure_that_no_computed_column_used_is_told(
    tmp_path: Path, resources: str, budget: float | None, is_told: bool
) -> None:
    """What is left of a text is named at its cell, unless it stands in brackets."""
    head = ["策略模块", "核心目标", "具体执行措施", "负责人", "时间节点", "资源需求"]
    row = ["内容", "曝光100万", "发布笔记", "张三", "持续执行", resources]
    path = draw(tmp_path / "a.xlsx", {"策略执行计划": [head, row]}, template="execution_plan")
    reading, _ = check_workbook(path, as_of=date(2024, 6, 1))
    value = reading.sheets["execution_plan"].frame["budget"].iloc[0]
    assert (None if pd.isna(value) else value) == budget
    assert ("figure_unread" in [p.code for p in reading.problems]) == is_told


@pytest.mark.parametrize("word", ["未完成", "否", "0.6", 0.6])
def test_a_word_with_two_meanings_names_both(tmp_path: Path, word: object) -> None:
    """Not done may be not begun or under way: nobody chooses for people."""
    head = ["推广阶段", "关键任务", "执行部门", "负责人", "计划开始", "计划结束", "状态"]
    row = ["筹备期", "海报", "市场部", "张", "2024-06-01", "2024-06-05", word]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"推进总表": [head, row]}))
    (problem,) = [p for p in reading.problems if p.code == "choice_unclear"]
    assert "进行中" in problem.message("zh-Hans")
    assert reading.sheets["master_tracker"].frame["status"].isna().all()


def test_a_text_of_which_an_amount_is_read_stays_as_typed(tmp_path: Path) -> None:
    """Only figures are brought into the unit of the metric's name."""
    columns = """
    format = 1
    id = "t"
    title = "t"
    [[sheets]]
    id = "t"
    label = "数据"
    columns = [
      { id = "metric", label = "指标", type = "text", key = true, required = true },
      { id = "target", label = "目标", type = "text" },
      { id = "figure", label = "目标数", type = "number", formula = "amount(target, metric)" },
    ]
    """
    (tmp_path / "t.toml").write_text(columns, encoding="utf-8")
    rows = [["指标", "目标"], ["销售额(万元)", "95万"]]
    path = draw(tmp_path / "a.xlsx", {"数据": rows})
    reading = read_inputs(path, template=load_template(tmp_path / "t.toml"))
    assert reading.sheets["t"].frame["target"].tolist() == ["95万"]
