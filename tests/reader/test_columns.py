"""Cells become values in their column's own scale, or a problem with its place."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from support.books import DAILY, TAB, doubts, draw, read_daily

from marketing_sheets.loading import library_template
from marketing_sheets.problems import Problem
from marketing_sheets.reader import read_inputs
from marketing_sheets.reader.doubts import is_slip
from marketing_sheets.records import Reading

ROW: list[object] = [date(2024, 6, 1), "抖音", 100, 10, 1, 1, 10, 100, None, None]
MASTER = "推广阶段|关键任务|执行部门|负责人|计划开始|计划结束|状态|进度|预算金额"
EVALUATION = "类别|维度|指标|方向|单位|目标值|实际值|上期|去年同期|分析说明"


def changed(**cells: object) -> list[object]:
    """Return the usual row with cells changed by column letter."""
    row = list(ROW)
    for letter, value in cells.items():
        row[ord(letter) - ord("A")] = value
    return row


def found(reading: Reading, code: str) -> Problem:
    """Return the one problem of that code."""
    (problem,) = [p for p in reading.problems if p.code == code]
    return problem


def test_types_are_the_promised_ones_even_without_rows(tmp_path: Path) -> None:
    """Int64, Float64, datetime64 and text, in a full, an empty and a partly missing table."""
    kinds = {"impressions": "Int64", "cost": "Float64", "ctr": "Float64"}
    for rows in ([ROW], [[None]]):
        records, _ = read_daily(tmp_path, rows)
        frame = records.frame
        assert {name: str(frame[name].dtype) for name in kinds} == kinds
        assert pd.api.types.is_datetime64_dtype(frame["date"])
        assert pd.api.types.is_string_dtype(frame["channel"])
        assert frame["ctr"].isna().all()
        assert isinstance(frame.index, pd.RangeIndex)


def test_raw_cells_stay_available(tmp_path: Path) -> None:
    """What was typed is kept beside the value, blanks as None."""
    records, _ = read_daily(tmp_path, [changed(G="3,000元", C="约5万")])
    assert records.frame["cost"].tolist() == [3000.0]
    raw = records.raw.to_dict("records")[0]
    assert (raw["cost"], raw["impressions"], raw["sales_target"]) == ("3,000元", "约5万", None)


def test_each_faulty_cell_is_named_in_order_of_the_sheet(tmp_path: Path) -> None:
    """One problem a cell, with its address; other cells of the row count."""
    records, reading = read_daily(
        tmp_path,
        [changed(G="一些", C=-5), changed(B=None, A=date(2024, 6, 2)), changed(A="2023/6/31")],
    )
    assert doubts(reading) == [
        ("out_of_range", "C2"),
        ("not_a_number", "G2"),
        ("required_blank", "B3"),
        ("no_such_date", "A4"),
    ]
    assert records.frame["sales"].tolist() == [100.0] * 3
    assert found(reading, "out_of_range").raw == -5
    assert "“成本（元）”" in found(reading, "not_a_number").describe("zh-Hans")


def test_an_undecided_required_cell_is_told_once(tmp_path: Path) -> None:
    """待定 is blank with a warning of its own, without a second one for the gap."""
    _, reading = read_daily(tmp_path, [changed(G="待定"), changed(B="微博", G="-")])
    assert doubts(reading) == [("pending", "G2"), ("required_blank", "G3")]


def test_header_unit_scales_the_whole_column_and_says_so(tmp_path: Path) -> None:
    """Under 销售额（万元） the bare 3.5 is 35,000, told once at the header."""
    head = DAILY.replace("销售额（元）", "销售额（万元）")
    rows = [changed(H=3.5), changed(B="微博", H="2万元"), changed(B="B站", H=1)]
    records, reading = read_daily(tmp_path, rows, head=head)
    assert records.frame["sales"].tolist() == [35000.0, 20000.0, 10000.0]
    assert doubts(reading) == [("unit_from_header", "H1")]
    assert found(reading, "unit_from_header").params["factor"] == "10,000"


def read_master(path: Path, progress: list[object], formats: list[str], head: str) -> Reading:
    """Read a master tracker whose progress cells hold the given values and number formats."""
    day = [date(2024, 6, 1), date(2024, 6, 5), "进行中"]
    rows: list[list[object]] = [[*MASTER.replace("进度", head).split("|")]]
    for at, value in enumerate(progress):
        rows.append(["筹备期", f"任务{at}", "市场部", "张三", *day, value, 100])

    def shape(book: Workbook) -> None:
        for at, code in enumerate(formats):
            book["推进总表"].cell(at + 2, 8).number_format = code

    return read_inputs(draw(path / "a.xlsx", {"推进总表": rows}, then=shape))


PLAIN, SHOWN = "General", "0%"


@pytest.mark.parametrize(
    ("head", "progress", "formats", "codes"),
    [
        ("进度", [0.5, 1, 0.25], [SHOWN] * 3, []),
        ("进度", [0.5, "100%", 0.25], [SHOWN] * 3, []),
        ("进度", [0.5, 1, 0.25], [PLAIN] * 3, []),
        ("进度(%)", [50, 100, 25], [PLAIN] * 3, ["percent_scale_points"]),
        ("进度(%)", [0.5, 100, 25], [SHOWN, PLAIN, PLAIN], ["percent_scale_points"]),
        ("进度", [50, 100, 25], [PLAIN] * 3, ["percent_scale_points"]),
    ],
)
def test_percent_scale_is_decided_per_column(
    tmp_path: Path, head: str, progress: list[object], formats: list[str], codes: list[str]
) -> None:
    """Fractions, % formats, points under a (%) header or by vote; points are told."""
    reading = read_master(tmp_path, progress, formats, head)
    assert reading.sheets["master_tracker"].frame["progress"].tolist() == [0.5, 1.0, 0.25]
    doubted = [code for code, _ in doubts(reading, "推进总表")]
    assert [code for code in doubted if code != "missing_optional_column"] == codes


def test_mixed_percent_scales_are_never_guessed(tmp_path: Path) -> None:
    """Beside 80 a bare 0.5 is doubted; beside a written 80 %, or with 1.2 the largest, left out."""
    reading = read_master(tmp_path, [0.5, 80], [PLAIN] * 2, "进度")
    assert reading.sheets["master_tracker"].frame["progress"].tolist() == [0.005, 0.8]
    assert found(reading, "percent_taken_as_points").place.cell == "H2"
    for other in ("80%", 1.2):
        reading = read_master(tmp_path, [0.5, other], [PLAIN] * 2, "进度")
        assert reading.sheets["master_tracker"].frame["progress"].isna().iloc[0]
        assert ("percent_scale_unclear", "H2") in doubts(reading, "推进总表")


def test_text_numbers_in_percent_cells_vote_like_others(tmp_path: Path) -> None:
    """2.1 and 0.9 as text under a % format are no fractions of 210 % and 90 %."""
    reading = read_master(tmp_path, ["2.1", "0.9", 0.5], [SHOWN] * 3, "进度")
    assert reading.sheets["master_tracker"].frame["progress"].isna().tolist() == [True, True, False]


def test_units_of_evaluation_rows(tmp_path: Path) -> None:
    """Bare figures take the kind of their row's unit; a bare 8 beside % is left out."""
    rows = [
        EVALUATION.split("|"),
        ["结果指标", "收益", "销售额", "↑ 越高越好", "元", "2000万", 18000000],
        ["结果指标", "转化", "转化率", "↑ 越高越好", "%", "8%", 8],
        ["结果指标", "转化", "复购率", "↑ 越高越好", "%", "20%", "25%"],
        ["结果指标", "收益", "投产比", "↑ 越高越好", "倍", "1:3", 3.5],
    ]

    def shape(book: Workbook) -> None:
        book["效果评估"]["F4"].number_format = "0.0%"

    reading = read_inputs(draw(tmp_path / "a.xlsx", {"效果评估": rows}, then=shape))
    records = reading.sheets["effect_evaluation"]
    assert records.frame["target"].tolist() == [20000000.0, 0.08, 0.2, 3.0]
    assert records.frame["actual"].fillna(-1).tolist() == [18000000.0, -1, 0.25, 3.5]
    assert records.kinds["target"].tolist() == ["money", "percent", "percent", "ratio"]
    assert records.kinds["actual"].fillna("").tolist() == ["money", "", "percent", "ratio"]
    assert doubts(reading, "效果评估") == [("unit_unclear", "G3")]


def test_dates_of_both_systems(tmp_path: Path) -> None:
    """Formatted dates, bare serials and text dates agree, in 1900 and in 1904 workbooks."""
    rows = [
        [*DAILY.split("|")],
        changed(A=date(2024, 6, 1)),
        changed(A=datetime(2024, 6, 1), B="微博"),
        changed(A="2024年6月1日", B="B站"),
    ]

    def shift(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    for name, then, serial in (("a.xlsx", None, 45444), ("b.xlsx", shift, 45444 - 1462)):
        cells = [*rows, changed(A=serial, B="快手")]
        reading = read_inputs(draw(tmp_path / name, {TAB: cells}, then=then))
        days = reading.sheets["daily_data"].frame["date"].dt.strftime("%Y-%m-%d")
        assert days.tolist() == ["2024-06-01"] * 4, name
        assert doubts(reading) == []


def test_campaign_days_give_the_year(tmp_path: Path) -> None:
    """6月1日 takes its year from the form, wherever the form's tab stands."""
    form = [["活动名称", "大促"], ["开始日期", date(2024, 5, 1)], ["结束日期", "2024-07-15"]]
    form += [["负责人", "张三"], ["牵头部门", "市场部"], ["总预算", 5000]]
    rows = [DAILY.split("|"), changed(A="6月1日")]
    path = draw(tmp_path / "a.xlsx", {TAB: rows, "填写说明": form})
    reading = read_inputs(path)
    assert reading.sheets["daily_data"].frame["date"].dt.year.tolist() == [2024]


def test_status_with_a_remark_keeps_both(tmp_path: Path) -> None:
    """已完成(延期1小时) is the status, and the remark is kept by row."""
    rows = [
        MASTER.split("|"),
        ["筹备期", "一", "市场部", "张", "2024-06-01", "2024-06-02", "已完成(延期1小时)", 1, 5],
    ]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"推进总表": rows}))
    records = reading.sheets["master_tracker"]
    assert records.frame["status"].tolist() == ["done"]
    assert dict(records.remarks["status"]) == {0: "延期1小时"}


def test_error_cells_are_named_with_their_text(tmp_path: Path) -> None:
    """#DIV/0! in an input is an error; in computed columns it is told once per column."""
    head = DAILY + "|点击率"
    rows = [[*changed(G="#DIV/0!"), "#N/A"], [*changed(B="微博"), "#N/A"]]
    records, reading = read_daily(tmp_path, rows, head=head)
    assert doubts(reading) == [("error_cell", "G2"), ("computed_error", "K2")]
    assert found(reading, "error_cell").raw == "#DIV/0!"
    assert found(reading, "computed_error").params["count"] == 2
    assert records.frame["cost"].isna().tolist() == [True, False]


def test_end_before_start_and_doubles_are_warned(tmp_path: Path) -> None:
    """Whole-record doubts: a span that runs backwards, and a key that was there before."""
    day = ["2024-06-05", "2024-06-01", "进行中", 0.5, 10]
    rows = [
        MASTER.split("|"),
        ["筹备期", "一", "市场部", "张", *day],
        ["筹备期", "一", "市场部", "李", *day],
        ["筹备期", "二", "市场部", "李", "2024-06-05", "2024-06-05", "进行中", 0.5, 10],
    ]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"推进总表": rows}))
    told = [pair for pair in doubts(reading, "推进总表") if pair[1] is not None]
    assert told == [
        ("end_before_start", "F2"),
        ("duplicate_key", "B3"),
        ("end_before_start", "F3"),
    ]
    assert found(reading, "duplicate_key").params["row"] == 2


def test_hidden_rows_count_and_are_told_once(tmp_path: Path) -> None:
    """Rows hidden by hand or by a filter are records, told with their number."""

    def hide(book: Workbook) -> None:
        for row in (3, 4, 9):
            book[TAB].row_dimensions[row].hidden = True

    rows = [changed(B=channel) for channel in ("抖音", "微博", "B站")]
    records, reading = read_daily(tmp_path, rows, then=hide)
    assert len(records.frame) == 3
    assert doubts(reading) == [("hidden_rows", "3")]
    assert found(reading, "hidden_rows").params["count"] == 2

    def filter_(book: Workbook) -> None:
        hide(book)
        book[TAB].auto_filter.ref = "A1:J4"
        book[TAB].auto_filter.add_filter_column(1, ["抖音"])

    _, reading = read_daily(tmp_path, rows, then=filter_)
    assert doubts(reading) == [("filtered_rows", "3")]


def test_a_formula_without_a_result_is_no_blank(tmp_path: Path) -> None:
    """Saved by a program that does not calculate, it is an error, and its row a record."""
    rows = [changed(G="=10*3", B="=B9"), [None] * 6 + ["=G2", *[None] * 3], changed()]
    records, reading = read_daily(tmp_path, rows)
    assert records.frame["cost"].isna().tolist() == [True, True, False]
    assert records.frame["channel"].isna().tolist() == [True, True, False]
    told = [(p.code, p.place.cell, p.raw) for p in reading.problems if p.severity == "error"]
    code = "formula_not_calculated"
    assert told == [(code, "B2", "=B9"), (code, "G2", "=10*3"), (code, "G3", "=G2")]
    assert "required_blank" not in [c for c, cell in doubts(reading) if cell in ("B2", "G2", "G3")]
    assert all(total.reconciles for total in reading.totals)


def test_words_beside_an_open_list_are_told_once(tmp_path: Path) -> None:
    """A word that the list lacks counts as typed; a slip shows beside the word it resembles."""
    rows = [changed(B="抖音信息"), changed(B="视频号"), changed(B="视频号"), changed(B="RED")]
    records, reading = read_daily(tmp_path, rows)
    assert records.frame["channel"].tolist() == ["抖音信息", "视频号", "视频号", "xiaohongshu"]
    told = [p for p in reading.problems if p.code == "unlisted_choice"]
    assert [(p.place.cell, p.raw, p.params["count"]) for p in told] == [
        ("B2", "抖音信息", 1),
        ("B3", "视频号", 2),
    ]
    assert "（最接近的排在最前）：抖音、" in told[0].hint("zh-Hans")


def test_a_slip_beside_an_open_list_is_doubted(tmp_path: Path) -> None:
    """One character off an entry of the list is a warning that names the entry meant."""
    _, reading = read_daily(
        tmp_path, [changed(B="小红薯"), changed(B="红小书"), changed(B="小红书")]
    )
    told = [p for p in reading.problems if p.code == "near_choice"]
    assert [(p.place.cell, p.raw, p.severity) for p in told] == [
        ("B2", "小红薯", "warning"),
        ("B3", "红小书", "warning"),
    ]
    assert "小红书" in told[0].message("zh-Hans")


def test_a_slip_in_a_department_is_told(tmp_path: Path) -> None:
    """A department of the company's own is none; one character off a listed one is a warning."""
    sheet = library_template("campaign_tracker")["master_tracker"]
    names = ("stage", "task", "department", "owner", "planned_end", "status")
    heads = [sheet[name].label["zh-Hans"] for name in names]
    tasks = [["筹备期", "a", "市厂部", "王五"], ["筹备期", "b", "渠道一组", "王五"]]
    path = draw(tmp_path / "a.xlsx", {"推进总表": [heads, *tasks]})
    reading = read_inputs(path, template="campaign_tracker")
    told = [(p.code, p.raw, p.place.cell) for p in reading.problems if "choice" in p.code]
    assert told == [("near_choice", "市厂部", "C2")]


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("市厂部", "市场部", True),
        ("facebok", "facebook", True),
        ("wiebo", "weibo", True),
        ("市场一部", "市场部", False),
        ("小红书号", "小红书", False),
        ("华东区", "华南区", False),
        ("销售2部", "销售1部", False),
        ("tiktok2", "tiktok1", False),
        ("meta", "beta", False),
        ("微博", "微信", False),
    ],
)
def test_names_that_a_slip_makes(word: str, known: str, *, expected: bool) -> None:
    """A replaced or swapped character, a lost Latin one; never a number, nor a longer name."""
    assert is_slip(word, known) is expected


def test_days_without_a_year_are_told_once_a_column(tmp_path: Path) -> None:
    """Several take their year from the campaign: one line counts them and names the cells."""
    rows = [["日期", "渠道", "曝光量"], *[[f"6.{day}", "抖音", day] for day in range(1, 12)]]
    path = draw(
        tmp_path / "a.xlsx",
        {"每日数据": rows, "活动信息": [["开始日期", "2024-06-01"], ["结束日期", "2024-07-15"]]},
    )
    found = [p for p in read_inputs(path).problems if "year" in p.code]
    assert [(p.code, p.place.cell, p.params["count"]) for p in found] == [
        ("years_from_period", "A2", 11)
    ]
    assert "11 个日期没有年份，按活动日期补上：A2、A3、A4" in found[0].message("zh-Hans")
    assert found[0].message("en").endswith("A8, A9, ….")
