"""Totals, headings, notes, blank and repeated rows are told from records, and each is listed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from support.books import DAILY, TAB, doubts, draw, read_daily, table_of

from marketing_sheets import load_template
from marketing_sheets.loading import library_template, template_names
from marketing_sheets.reader import read_inputs
from marketing_sheets.reader.table import Surroundings, grid_of
from marketing_sheets.reader.tables import TableReading, read_table
from marketing_sheets.reader.total_words import is_serial, total_word
from marketing_sheets.texts import LANGUAGES

SCHEDULE = "活动阶段|关键任务|执行步骤|负责人|计划开始|计划结束|实际开始|实际结束|状态|延迟原因"
SCHEDULE += "|需协调资源|产出物"
PLAN = [date(2024, 6, 1), date(2024, 6, 5), None, None, "进行中", None, None, None]
TWO_DAYS = """
    2024-06-01|抖音|100|10|1|1|10|100||
    2024-06-02|抖音|200|20|2|2|20|200||
"""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("合计", "total"),
        ("合 计：", "total"),
        ("【合计】", "total"),
        ("总计（元）", "total"),
        ("總計", "total"),
        ("Grand Total", "total"),
        ("Ｔｏｔａｌ", "total"),
        ("小計", "subtotal"),
        ("Sub-total", "subtotal"),
        ("平均", "average"),
        ("AVERAGE:", "average"),
    ],
)
def test_words_for_totals(text: str, kind: str) -> None:
    """A cell that is nothing but a word for a total is known in any language and width."""
    word = total_word(text)
    assert word is not None
    assert (word.kind, word.is_bare) == (kind, True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("6月合计", "total"),
        ("小红书小计", "subtotal"),
        ("June total", "total"),
        ("Pilates mean", "average"),
        ("B站 最大值", "other"),
        ("Spring Max", "other"),
        ("TOTAL EVENT COSTS:", "total"),
        ("Total spend", "total"),
        ("全平台", "total"),
        ("各渠道", "total"),
    ],
)
def test_words_that_begin_or_end_in_a_total(text: str, kind: str) -> None:
    """Chinese may run on; a Latin word must stand for itself, and be followed by what is summed."""
    word = total_word(text, {"spend", "cost"})
    assert word is not None
    assert (word.kind, word.is_bare) == (kind, False)


@pytest.mark.parametrize(
    "text",
    [
        "合计三人",
        "设计",
        "统计",
        "老总",
        "",
        "nontotal",
        "Total Wine",
        "All Saints",
        "全棉时代",
        "一二三四五六七八九十一二三四五六七八九十一二三四五合计",
    ],
)
def test_names_that_only_look_like_totals(text: str) -> None:
    """What merely ends or begins like such a word names a record."""
    assert total_word(text, {"spend", "cost"}) is None


def test_columns_that_number_rows() -> None:
    """序号, 编号 and No. number rows; 编号说明 does not."""
    assert [is_serial(t) for t in ("序号", "編號", "No.", "编号说明")] == [True, True, True, False]


def test_totals_are_listed_and_left_out_anywhere(tmp_path: Path) -> None:
    """A total first, in the middle or last is no record; right totals raise no doubt."""
    records, reading = read_daily(
        tmp_path,
        """
        总计||600|60|6|6|60|600||
        2024-06-01|抖音|100|10|1|1|10|100||
        2024-06-01|微博|200|20|2|2|20|200||
        2024-06-01|小计|300|30|3|3|30|300||
        2024-06-02|抖音|300|30|3|3|30|300||
        6月合计||600|60|6|6|60|600||
        平均||200|20|2|2|20|200||
        """,
    )
    assert records.frame["sales"].tolist() == [100.0, 200.0, 300.0]
    assert [(s.row, s.reason) for s in records.skipped] == [
        (row, "total_row") for row in (2, 5, 7, 8)
    ]
    assert doubts(reading) == [("total_row", str(row)) for row in (2, 5, 7, 8)]


def test_wrong_totals_are_named_with_both_figures(tmp_path: Path) -> None:
    """A total that its rows do not give is a warning with what it says and what they give."""
    _, reading = read_daily(tmp_path, TWO_DAYS + "    合计||300|30|4|3|30|300||\n")
    assert doubts(reading) == [("total_row", "4"), ("total_mismatch", "E4")]
    wrong = next(p for p in reading.problems if p.code == "total_mismatch")
    assert (wrong.params["stated"], wrong.params["computed"]) == ("4", "3")


def test_a_total_may_stand_above_its_group(tmp_path: Path) -> None:
    """Subtotals above their rows are right; a wrong one is held against the rows below it."""
    days = """
        2024-06-01|小计|300|30|3|3|30|300||
        2024-06-01|抖音|100|10|1|1|10|100||
        2024-06-01|微博|200|20|2|2|20|200||
        2024-06-02|小计|700|70|7|7|70|700||
        2024-06-02|抖音|300|30|3|3|30|300||
        2024-06-02|微博|400|40|4|4|40|400||
        """
    _, reading = read_daily(tmp_path, days)
    assert doubts(reading) == [("total_row", "2"), ("total_row", "5")]
    _, reading = read_daily(tmp_path, days.replace("小计|300|", "小计|301|"))
    assert [pair for pair in doubts(reading) if pair[0] != "total_row"] == [
        ("total_mismatch", "C2")
    ]
    wrong = next(p for p in reading.problems if p.code == "total_mismatch")
    assert (wrong.params["stated"], wrong.params["computed"]) == ("301", "300")


def test_a_record_named_like_a_total_stays_a_record(tmp_path: Path) -> None:
    """A task called 合计 with an owner and dates is a task."""
    rows = [SCHEDULE.split("|"), ["筹备期", "数据合计", None, "张三", *PLAN]]
    rows.append(["筹备期", "合计", None, "李四", *PLAN])
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"阶段进度": rows}))
    assert reading.sheets["phase_schedule"].frame["task"].tolist() == ["数据合计", "合计"]
    assert reading.sheets["phase_schedule"].skipped == ()


def test_unlabelled_sums_and_means_are_totals(tmp_path: Path) -> None:
    """A row of bare figures that are exactly the sums or means above is a total, others are not."""
    records, reading = read_daily(
        tmp_path,
        TWO_DAYS
        + """
        ||150|15||1.5|15|150||
        2024-06-03|抖音|100|10|1|1|10|100||
        ||7|||||||
        """,
    )
    assert len(records.frame) == 4
    codes = doubts(reading)
    assert codes[0] == ("total_row", "5")
    assert ("required_blank", "B7") in codes


def test_an_unlabelled_total_is_called_by_its_figure(tmp_path: Path) -> None:
    """The figure reads as Excel shows it: 6,000 and no 6000.0."""
    rows = "2024-06-01|抖音|2000|\n2024-06-02|抖音|4000.5|\n||6000.5|"
    for rest, shown in ((".5", "6,000.5"), ("", "6,000")):
        text = rows.replace(".5", rest)
        _, reading = read_daily(tmp_path, text, head="日期|渠道|成本（元）|异常说明")
        (total,) = [p for p in reading.problems if p.code == "total_row"]
        assert total.message("zh-Hans") == f"合计行“{shown}”不作为记录。"


def test_blank_rows_and_blank_looking_cells_are_passed_over(tmp_path: Path) -> None:
    """Blank rows between records, and cells of nothing but spaces, are not even mentioned."""
    records, reading = read_daily(
        tmp_path,
        [
            [None],
            [date(2024, 6, 1), "抖音", 100, 10, 1, 1, 10, 100, None, " "],
            [" ", "　", None],
            [None],
            [date(2024, 6, 2), "抖音", 100, 10, 1, 1, 10, 100, None, None],
            [" "] * 10,
        ],
    )
    assert records.rows.tolist() == [3, 6]
    assert doubts(reading) == []


def test_repeated_headers_are_skipped(tmp_path: Path) -> None:
    """A header repeated per week, in any language, is listed and skipped."""
    english = "Date|Channel|Impressions|Clicks|Conversions|New users|Cost|Sales||"
    records, reading = read_daily(tmp_path, TWO_DAYS + DAILY + TWO_DAYS.rstrip() + "\n" + english)
    assert len(records.frame) == 4
    assert doubts(reading)[:2] == [("repeated_header", "4"), ("duplicate_key", "A5")]
    assert doubts(reading)[-1] == ("repeated_header", "7")


def test_a_repeated_header_with_another_word_is_doubted(tmp_path: Path) -> None:
    """The rows below go on under the header above, and the word that differs is named."""
    head = DAILY.split("|")
    row = [date(2024, 6, 1), "抖音", 5000, 100, 9, 4, 300, 900, 1000, None]
    rows = [row, [*head[:7], "门店数", *head[8:]], row, [*head[:6], "花费", *head[7:]], row]
    records, reading = read_daily(tmp_path, rows)
    assert len(records.frame) == 3
    found = [(p.place.row, p.raw) for p in reading.problems if p.code == "header_differs"]
    assert found == [(3, "门店数")]


def test_a_repeated_header_with_columns_exchanged_is_doubted(tmp_path: Path) -> None:
    """The label of another column is named, be there figures under it or not."""
    head = DAILY.split("|")
    row = [date(2024, 6, 1), "抖音", 5000, 100, 9, 4, 300, 900, 1000, None]
    _, reading = read_daily(tmp_path, [row, [head[9], *head[1:9], head[0]], row])
    assert ("header_differs", "3") in doubts(reading)


def test_a_header_stands_again_in_any_language_without_a_doubt() -> None:
    """Every label of every shipped table is known where it stands again, brackets and all."""
    for name in template_names():
        template = library_template(name)
        for sheet in template.tables:
            for language in LANGUAGES:
                head = [column.label["zh-Hans"] for column in sheet.columns]
                again = [column.label[language] for column in sheet.columns]
                grid = grid_of([head, [None] * len(head), again], "表")
                reading = read_table(grid, sheet, Surroundings(template=template))
                assert isinstance(reading, TableReading)
                found = [p.code for p in reading.problems if p.place.row == 3]
                assert found == ["repeated_header"]


def test_a_header_with_mostly_other_words_begins_another_table(tmp_path: Path) -> None:
    """Day and channel alone do not make a table the same one again."""
    head = ["日期", "渠道", "门店数", "曝光目标", None, None, "预计费用", None, None, "异常说明"]
    row = [date(2024, 6, 1), "抖音", 5000, 100, 9, 4, 300, 900, 1000, None]
    records, reading = read_daily(tmp_path, [row, head, row])
    assert len(records.frame) == 1
    assert ("another_table", "3") in doubts(reading)


def test_notes_and_section_headings_are_listed(tmp_path: Path) -> None:
    """Text alone in the first columns, or merged over several, is a heading or a note."""

    def merge(book: Workbook) -> None:
        book[TAB].merge_cells("A2:J2")

    records, reading = read_daily(
        tmp_path, "第一周\n" + TWO_DAYS.strip("\n") + "\n备注：客流由门店提供", then=merge
    )
    assert len(records.frame) == 2
    assert [(s.reason, s.text) for s in records.skipped] == [
        ("section_row", "第一周"),
        ("section_row", "备注：客流由门店提供"),
    ]
    assert doubts(reading) == [("section_row", "2"), ("section_row", "5")]


def test_a_heading_merged_into_the_figures_is_no_record(tmp_path: Path) -> None:
    """A narrow table has two columns to merge a heading over, the second of figures."""
    (tmp_path / "t.toml").write_text(
        "format=1\nid='t'\ntitle='t'\n[[sheets]]\nid='t'\nlabel='数据'\ncolumns=["
        "{id='ch', label='渠道', key=true}, {id='cost', type='money', label='花费'}]",
        encoding="utf-8",
    )
    rows = table_of("渠道|花费\n抖音|100\n下月\n微博|20\n快手")
    path = draw(
        tmp_path / "a.xlsx",
        {"数据": rows},
        then=lambda book: book["数据"].merge_cells("A3:B3"),
    )
    reading = read_inputs(path, template=load_template(tmp_path / "t.toml"))
    assert reading.sheets["t"].frame["ch"].tolist() == ["抖音", "微博", "快手"]


def test_a_heading_stays_one_where_its_column_was_moved(tmp_path: Path) -> None:
    """What stands alone in the template's first column heads a block, wherever that column is."""
    head = ["任务内容", "具体执行步骤", "负责人", "日期"]
    rows = [head, ["直播", "选品", "甲", "2024.6.1"], ["", "", "", "一、上半月"]]
    rows.append(["预热", "发片", "乙", "2024.6.2"])
    path = draw(tmp_path / "a.xlsx", {"阶段执行明细": rows}, template="promotion_tracking")
    sheet = read_inputs(path).sheets["promotion_detail"]
    assert sheet.frame["task"].tolist() == ["直播", "预热"]


def test_heading_gives_its_stage_to_the_rows_below(tmp_path: Path) -> None:
    """A stage alone in its row stands for the rows below it if the list knows it."""
    rows = [
        SCHEDULE.split("|"),
        ["预热期", *[None] * 11],
        [None, "任务一", None, "张三", *PLAN],
        [None, "任务二", None, "张三", *PLAN],
        ["第二波", *[None] * 11],
        [None, "任务三", None, "张三", *PLAN],
    ]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"阶段进度": rows}))
    stages = reading.sheets["phase_schedule"].frame["stage"]
    assert stages.iloc[:2].tolist() == ["warm_up", "warm_up"]
    assert stages.isna().tolist() == [False, False, True]
    assert doubts(reading, "阶段进度") == [
        ("section_row", "2"),
        ("merged_filled", "A3"),
        ("section_row", "5"),
        ("required_blank", "A6"),
    ]


def test_a_lone_key_is_a_record_begun(tmp_path: Path) -> None:
    """A row with only its task is a record with gaps, not a heading."""
    rows = [SCHEDULE.split("|"), ["筹备期", "一", None, "张三", *PLAN], [None, "二"]]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"阶段进度": rows}))
    records = reading.sheets["phase_schedule"]
    assert records.frame["task"].tolist() == ["一", "二"]
    blanks = [cell for code, cell in doubts(reading, "阶段进度") if code == "required_blank"]
    assert blanks == ["D3", "E3", "F3", "I3"]


def test_numbered_empty_rows_are_no_records(tmp_path: Path) -> None:
    """Rows with a prepared number only are counted, not read; numbered headings are listed."""
    head = "编号|问题描述|发生时间|影响程度|责任部门|负责人|预计解决|状态"
    filled = ["1", "缺货", date(2024, 6, 1), "高", "市场部", "张三", date(2024, 6, 3), "未处理"]
    rows = [head.split("|"), ["一、物流"], filled, [2], [3], ["P-04"]]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"问题跟踪": rows}))
    records = reading.sheets["issue_log"]
    assert records.frame["description"].tolist() == ["缺货"]
    assert [s.text for s in records.skipped] == ["一、物流"]
    rows_total = next(t for t in reading.totals if t.column is None)
    assert (rows_total.read, rows_total.used) == (5, 1)
    assert rows_total.listed == {"section_row": 1, "unfilled_row": 3}


def test_merged_and_left_out_group_values_fill_down(tmp_path: Path) -> None:
    """A vertical merge fills all it covers; a left-out value fills to the next break only."""

    def merge(book: Workbook) -> None:
        book["阶段进度"].merge_cells("A2:A4")

    rows = [
        SCHEDULE.split("|"),
        ["筹备期", "一", None, "张三", *PLAN],
        [None, "二", None, "张三", *PLAN],
        [None, "三", None, "张三", *PLAN],
        ["执行期", "四", None, "张三", *PLAN],
        [None, "五", None, "张三", *PLAN],
        [None],
        [None, "六", None, "张三", *PLAN],
    ]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"阶段进度": rows}, then=merge))
    stages = reading.sheets["phase_schedule"].frame["stage"].astype(object).fillna("").tolist()
    assert stages == ["preparation"] * 3 + ["execution"] * 2 + [""]
    filled = [p for p in reading.problems if p.code == "merged_filled"]
    assert [(p.place.cell, p.params["count"]) for p in filled] == [("A3", 3)]
    assert ("required_blank", "A8") in doubts(reading, "阶段进度")


def test_a_merged_goal_counts_for_every_row_it_covers(tmp_path: Path) -> None:
    """To its last row, though each of them has its stage typed; above and below it does not."""

    def merge(book: Workbook) -> None:
        book["推进总表"].merge_cells("B3:B5")

    head = "推广阶段|核心目标|关键任务|执行部门|负责人|计划开始|计划结束|状态|进度|预算金额"
    rest = ["市场部", "张三", date(2024, 6, 1), date(2024, 6, 5), "进行中", 0.5, 100]
    goals = [None, "拉新", None, None, None]
    rows = [["筹备期", goal, f"任务{at}", *rest] for at, goal in enumerate(goals)]
    path = draw(tmp_path / "a.xlsx", {"推进总表": [head.split("|"), *rows]}, then=merge)
    found = read_inputs(path).sheets["master_tracker"].frame["goal"].astype(object).fillna("")
    assert found.tolist() == ["", "拉新", "拉新", "拉新", ""]


def test_a_typed_stage_does_not_inherit_the_goal_above(tmp_path: Path) -> None:
    """The goal is filled down only where the stage before it was left out too."""
    head = "推广阶段|核心目标|关键任务|执行部门|负责人|计划开始|计划结束|状态|进度|预算金额"
    rest = ["市场部", "张三", date(2024, 6, 1), date(2024, 6, 5), "进行中", 0.5, 100]
    rows = [
        head.split("|"),
        ["筹备期", "拉新", "一", *rest],
        [None, None, "二", *rest],
        ["执行期", None, "三", *rest],
    ]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"推进总表": rows}))
    goals = reading.sheets["master_tracker"].frame["goal"].astype(object).fillna("")
    assert goals.tolist() == ["拉新", "拉新", ""]


def test_a_faulty_group_value_is_named_once(tmp_path: Path) -> None:
    """What cannot be read is reported where it stands, not in every row it would fill."""
    _, reading = read_daily(
        tmp_path,
        """
        6月底|抖音|100|10|1|1|10|100||
        |微博|100|10|1|1|10|100||
        """,
    )
    assert [cell for code, cell in doubts(reading)] == ["A2"]


def test_rows_below_a_gap_of_the_table_are_read(tmp_path: Path) -> None:
    """Rows staff added far below the prepared table are records like others."""
    gap = [[None]] * 150
    records, _ = read_daily(
        tmp_path, [*gap, [date(2024, 6, 1), "抖音", 100, 10, 1, 1, 10, 100, None, None]]
    )
    assert records.rows.tolist() == [152]


OWN = """
format = 1
id = "orders"
title = "订单"
[[sheets]]
id = "orders"
label = "订单"
columns = [
  { id = "shop", type = "text", label = "店铺", key = true },
  { id = "count", type = "integer", label = "单量" },
  { id = "price", type = "money", label = "单价" },
  { id = "amount", type = "money", label = "金额（元）" },
]
"""


@pytest.mark.parametrize(
    ("total", "wrong"),
    [
        (["合计", 30, 15.5, 47000], []),  # the mean of the prices
        (["合计", 30, 15.67, 47000], []),  # what the amount makes of the count
        (["合计", 30, None, 4.7], []),  # in 万, as the cell beside it says
        (["合计", 30, None, "4.7万"], []),
        (["合计", 30, None, "约4.7万"], []),
        (["合计", 30, None, 4.9], ["D5"]),
        (["合计", 30, None, "4.8万"], ["D5"]),
        (["合计", 31, None, 47000], ["B5"]),
        (["合计", 30, None, 47001], ["D5"]),
    ],
)
def test_totals_that_are_no_plain_sums(
    tmp_path: Path, total: list[object], wrong: list[str]
) -> None:
    """Prices are not added up, and a total in 万 is as exact as it is written."""
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    rows = [["店铺", "单量", "单价", "金额（元）"], ["甲", 10, 11, 11010], ["乙", 8, 20, 16000]]
    rows = [*rows, ["丙", 12, 15.5, 19990], total]
    path = draw(tmp_path / "a.xlsx", {"订单": rows}, template="")
    reading = read_inputs(path, template=tmp_path / "own.toml")
    told = [p.place.cell for p in reading.problems if p.code == "total_mismatch"]
    assert told == wrong
    assert len(reading.sheets["orders"].frame) == 3


def test_a_table_of_one_column_holds_records(tmp_path: Path) -> None:
    """Where nothing else can be filled in, a text alone in its row is no heading."""
    file, path = tmp_path / "ideas.toml", tmp_path / "ideas.xlsx"
    sheet = '[[sheets]]\nid = "ideas"\nlabel = "点子"\ncolumns = [{ id = "idea", label = "点子" }]'
    file.write_text(f'format = 1\nid = "ideas"\ntitle = "点子"\n{sheet}', encoding="utf-8")
    draw(path, {"点子": [["点子"], ["抽奖"], ["快闪店"], ["联名"]]})
    records = read_inputs(path, template=file).sheets["ideas"]
    assert records.frame["idea"].tolist() == ["抽奖", "快闪店", "联名"]
    assert records.skipped == ()
