"""A generated workbook after weeks in the hands of staff: right records, and every doubt named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet
from support.books import doubts
from support.oracles import libreoffice_resaved

from marketing_sheets.checks.computed import computed_doubts
from marketing_sheets.formulas import compute
from marketing_sheets.loading import library_template
from marketing_sheets.reader import read_csv_records, read_inputs
from marketing_sheets.records import Reading
from marketing_sheets.template import TableSheet
from marketing_sheets.texts import Language
from marketing_sheets.writer import write_workbook

TEMPLATE = library_template("campaign_tracker")
FORM: dict[str, object] = {
    "campaign_name": "夏季大促",
    "department": "marketing",
    "owner": "张三",
    "start_date": date(2024, 5, 1),
    "end_date": date(2024, 7, 31),
    "budget": 500000.0,
    "as_of": date(2024, 6, 30),
}
MASTER = """stage,goal,task,department,owner,planned_start,planned_end,status,progress,budget,spend
preparation,备齐,签约,content,李,2024-05-01,2024-05-07,done,100%,50000,48000
preparation,备齐,素材,design,王,2024-05-03,2024-05-10,done,100%,30000,28000
warm_up,预热,笔记,content,李,2024-05-11,2024-05-15,in_progress,60%,25000,24500
launch,首发,投放,marketing,赵,2024-06-01,2024-06-10,not_started,0%,80000,
"""
DAILY = """date,channel,impressions,clicks,conversions,new_users,cost,sales
2024-06-01,douyin,5000,100,10,5,300,900
2024-06-01,stores,400,,20,2,200,800
2024-06-02,douyin,6000,120,12,6,320,1000
2024-06-02,stores,500,,25,3,210,850
"""
ISSUES = """number,description,occurred_on,severity,department,owner,due_date,status
1,缺货,2024-06-01,high,marketing,张,2024-06-03,open
2,爽约,2024-06-02,low,content,李,2024-06-05,solved
"""
SCHEDULE = """stage,task,owner,planned_start,planned_end,status
preparation,签约,李,2024-05-01,2024-05-07,done
warm_up,笔记,李,2024-05-11,2024-05-15,in_progress
"""
EVALUATION = """metric_class,metric,direction,unit,target,actual
result,销售额,higher,money,100万,80万
result,转化率,higher,percent,8%,7%
"""
FILES = {
    "master_tracker": MASTER,
    "daily_data": DAILY,
    "issue_log": ISSUES,
    "phase_schedule": SCHEDULE,
    "effect_evaluation": EVALUATION,
}


def generate(folder: Path, language: Language = "zh-Hans") -> Path:
    """Give out the workbook staff receive."""
    path = folder / "tracker.xlsx"
    path.write_bytes(generated(language))
    return path


@cache
def generated(language: Language) -> bytes:
    """Write the workbook once."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for sheet_id, text in FILES.items():
            (folder / f"{sheet_id}.csv").write_text(text, encoding="utf-8")
        records, problems = read_csv_records(folder, TEMPLATE, form=FORM, language=language)
        assert [p.code for p in problems if p.severity != "info"] == []
        path = folder / "tracker.xlsx"
        write_workbook(TEMPLATE, path, language=language, form=FORM, records=records, rows=12)
        return path.read_bytes()


def edited(path: Path, edit: Callable[[Workbook], None]) -> Reading:
    """Open the workbook as staff do, edit, save, and read it."""
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    return read_inputs(path)


def column_of(sheet: Worksheet, label: str) -> int:
    """Return the column of the header in row 6."""
    return next(cell.column for cell in sheet[6] if cell.value == label and cell.column)


def put(sheet: Worksheet, row: int, **cells: object) -> None:
    """Type into cells of a row by the header in row 6, a space in the label as underscore."""
    for label, value in cells.items():
        cell: Any = sheet.cell(
            row, column_of(sheet, label.replace("_", "（") + "）" * ("_" in label))
        )
        assert not isinstance(cell, MergedCell)
        cell.value = value


def values(reading: Reading, sheet: str, column: str) -> list[object]:
    """Return a column's values, None where missing."""
    series = reading.sheets[sheet].frame[column].astype(object)
    return [None if pd.isna(value) else value for value in series]


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_an_untouched_workbook_raises_no_doubt(tmp_path: Path, language: Language) -> None:
    """What we write we read: no problems, all totals right, nothing computed differently."""
    reading = read_inputs(generate(tmp_path, language))
    assert reading.problems == ()
    assert (reading.language, reading.template_version) == (language, TEMPLATE.version)
    assert {name: len(s.frame) for name, s in reading.sheets.items()} == {
        "master_tracker": 4,
        "phase_schedule": 2,
        "daily_data": 4,
        "effect_evaluation": 2,
        "issue_log": 2,
    }
    assert {k: v for k, v in reading.form.items() if v is not None} == FORM
    assert all(total.reconciles for total in reading.totals)
    assert computed_doubts(recomputed(reading)) == ()


def recomputed(reading: Reading) -> Reading:
    """Fill in the computed columns."""
    day = reading.form["as_of"]
    sheets = {
        name: compute(
            records,
            template=TEMPLATE,
            as_of=day,
            choices=reading.choices,
            settings=reading.settings,
        )
        for name, records in reading.sheets.items()
    }
    return replace(reading, sheets=sheets)


def test_typing_into_the_prepared_rows(tmp_path: Path) -> None:
    """New records in blank rows, in the loose spellings people use, come out typed."""

    def edit(book: Workbook) -> None:
        sheet = book["推进总表"]
        put(sheet, 11, 推广阶段="爆发期", 核心目标="冲量", 关键任务="直播", 执行部门="市场部")
        put(sheet, 11, 负责人="钱", 计划开始="6月11日", 计划结束="2024.6.20", 状态="执行中")
        put(sheet, 11, 进度="５０％", 预算金额="1.5万", 实际支出="￥3,200", KPI条件="观看人数≥20万")
        put(sheet, 12, 推广阶段="爆发期", 关键任务="复盘", 执行部门="数据部", 负责人="待定")
        put(sheet, 12, 计划开始=6.1, 计划结束="月底前", 状态="快好了", 进度=0.2, 预算金额="约5万")

    reading = edited(generate(tmp_path), edit)
    assert values(reading, "master_tracker", "task")[4:] == ["直播", "复盘"]
    assert values(reading, "master_tracker", "progress")[4:] == [0.5, 0.2]
    assert values(reading, "master_tracker", "budget")[4:] == [15000.0, None]
    assert values(reading, "master_tracker", "spend")[4] == 3200.0
    assert str(values(reading, "master_tracker", "planned_start")[4])[:10] == "2024-06-11"
    assert doubts(reading, "推进总表") == [
        ("year_from_period", "G11"),
        *(("formulas_need_value", f"{column}11") for column in "HMOP"),
        ("pending", "E12"),
        ("date_became_number", "G12"),
        ("not_a_date", "H12"),
        ("unknown_choice", "L12"),
        ("approximate", "O12"),
    ]


def test_rearranging_the_sheet(tmp_path: Path) -> None:
    """Inserted, deleted, renamed and retitled: tab, columns, headers and rows above the header."""

    def edit(book: Workbook) -> None:
        sheet = book["每日数据"]
        sheet.title = "6月日报（定稿）"
        sheet["C6"] = "看到的人"
        sheet.insert_cols(3)
        sheet["C6"], sheet["C7"] = "天气", "晴"
        sheet.insert_rows(1, amount=2)
        sheet["A1"] = "以下由渠道组填写"
        schedule = book["阶段进度"]
        schedule.delete_rows(1, amount=5)
        issues = book["问题跟踪"]
        issues.delete_cols(column_of(issues, "影响范围"))
        issues["A6"] = None

    reading = edited(generate(tmp_path), edit)
    assert values(reading, "daily_data", "impressions") == [5000, 400, 6000, 500]
    extras = reading.sheets["daily_data"].extras
    assert extras is not None
    assert extras["天气"].tolist() == ["晴", None, None, None]
    assert reading.sheets["daily_data"].rows.tolist() == [9, 10, 11, 12]
    told = [("header_renamed", "D8"), ("unknown_column", "C8")]
    assert doubts(reading, "6月日报（定稿）") == told
    assert doubts(reading, "阶段进度") == []
    assert values(reading, "phase_schedule", "stage") == ["preparation", "warm_up"]
    assert values(reading, "issue_log", "number") == ["1", "2"]
    assert doubts(reading, "问题跟踪") == [("missing_optional_column", None)]


def test_merges_totals_and_headings(tmp_path: Path) -> None:
    """Merged stages, totals between and below, section bars, repeated headers, blank rows."""

    def edit(book: Workbook) -> None:
        master = book["推进总表"]
        for column in (1, 2):
            master.cell(8, column).value = None
            master.merge_cells(start_row=7, end_row=8, start_column=column, end_column=column)
        put(master, 11, 推广阶段="合计", 预算金额=185000, 实际支出=99999)
        daily = book["每日数据"]
        daily.insert_rows(9, amount=3)
        put(daily, 9, 日期="小计", 曝光量=5400, 销售额_元=1700)
        for column in range(1, 17):
            daily.cell(11, column).value = daily.cell(6, column).value
        daily["A15"] = "数据来源：各平台后台"
        daily.merge_cells("A15:F15")

    reading = edited(generate(tmp_path), edit)
    assert values(reading, "master_tracker", "stage")[:2] == ["preparation"] * 2
    assert values(reading, "master_tracker", "goal")[:2] == ["备齐"] * 2
    assert doubts(reading, "推进总表") == [
        ("merged_filled", "A8"),
        ("merged_filled", "B8"),
        ("total_row", "11"),
        ("total_mismatch", "P11"),
    ]
    assert doubts(reading, "每日数据") == [
        ("total_row", "9"),
        ("repeated_header", "11"),
        ("section_row", "15"),
    ]
    assert values(reading, "daily_data", "cost") == [300.0, 200.0, 320.0, 210.0]
    assert all(total.reconciles for total in reading.totals)


def test_own_sheets_lists_and_settings(tmp_path: Path) -> None:
    """Staff's own sheets stay out; a channel and a threshold they added count."""

    def edit(book: Workbook) -> None:
        book.create_sheet("Sheet9")
        own = book.create_sheet("通讯录", 0)
        own["A1"], own["B1"] = "姓名", "电话"
        lists = book["选项"]
        at = {str(cell.value).split("|")[0]: cell.column for cell in lists[5] if cell.column}
        row = next(r for r in range(7, 60) if not lists.cell(r, at["list:channel"]).value)
        lists.cell(row, at["list:channel"]).value = "快闪店"
        lists.cell(row, at["list:channel.cvr_base"]).value = "客流"
        for r in range(7, 12):
            if lists.cell(r, at["setting"]).value == "接近线":
                lists.cell(r, at["setting.value"]).value = "85%"
        daily = book["每日数据"]
        put(daily, 11, 日期=date(2024, 6, 3), 渠道="快闪店", 曝光量=100, 转化量=10, 成本_元=5)
        put(daily, 11, 销售额_元=50)

    reading = edited(generate(tmp_path), edit)
    assert reading.extra_sheets == ("通讯录", "Sheet9")
    told = [(p.code, p.place.sheet) for p in reading.problems]
    assert told == [("extra_sheet", "通讯录"), ("formulas_need_value", "选项")]
    assert reading.settings["close"] == 0.85
    records = recomputed(reading).sheets["daily_data"]
    assert records.frame["cvr"].tolist()[-1] == 0.1


def test_overwritten_formulas_are_found(tmp_path: Path) -> None:
    """A figure typed over a formula is named with what it should be; others raise nothing."""

    def edit(book: Workbook) -> None:
        put(book["每日数据"], 7, 投产比=5, 点击率=0.02)

    reading = edited(generate(tmp_path), edit)
    assert reading.problems == ()
    (differing,) = computed_doubts(recomputed(reading))
    assert (differing.code, differing.params["stated"]) == ("computed_differs", "5")
    assert differing.params["computed"] == "3"
    assert str(differing.place).startswith("tracker.xlsx › 每日数据 › ")


def test_formulas_never_calculated_raise_no_doubt(tmp_path: Path) -> None:
    """A column of stored zeros alone was never calculated; a zero among figures was typed."""

    def edit(book: Workbook) -> None:
        for row in range(7, 11):
            put(book["每日数据"], row, 点击率=0, 获客成本=60 if row < 9 else 0)

    reading = edited(generate(tmp_path), edit)
    differing = computed_doubts(recomputed(reading))
    assert [(p.column, p.place.row) for p in differing] == [
        *[("cac", row) for row in range(8, 11)],
    ]


def test_results_that_depend_on_the_day_are_compared_on_that_day_only(tmp_path: Path) -> None:
    """Days late, as stored, belong to the day the form fixes; without one they say nothing."""

    def overwrite(book: Workbook) -> None:
        put(book["推进总表"], 10, 延期天数=3)

    reading = edited(generate(tmp_path), overwrite)
    (differing,) = computed_doubts(recomputed(reading))
    assert (differing.column, differing.params["computed"]) == ("delay_days", "20")
    assert computed_doubts(recomputed(reading), as_of=date(2024, 7, 1)) == ()
    open_form = {**reading.form, "as_of": None}
    assert computed_doubts(replace(recomputed(reading), form=open_form)) == ()


def test_form_edits(tmp_path: Path) -> None:
    """Dates as words, a budget with a unit, a missing owner, on the generated guide."""

    def edit(book: Workbook) -> None:
        guide = book["填写说明"]
        row_of = {str(guide.cell(r, 1).value).split("|")[0]: r for r in range(1, 40)}
        for name, value in (("end_date", "7月31号"), ("budget", "50万"), ("owner", None)):
            cell: Any = guide.cell(row_of[name], 4)
            cell.value = value

    reading = edited(generate(tmp_path), edit)
    assert (reading.form["end_date"], reading.form["budget"]) == (date(2024, 7, 31), 500000.0)
    codes = [p.code for p in reading.problems]
    assert sorted(codes) == ["required_blank", "year_from_period"]


def test_blank_workbook_reads_as_blank(tmp_path: Path) -> None:
    """Nothing filled in: no records, and only the form's required gaps are named."""
    path = write_workbook(TEMPLATE, tmp_path / "blank.xlsx", rows=2)
    reading = read_inputs(path)
    assert {len(s.frame) for s in reading.sheets.values()} == {0}
    required = [f for f in TEMPLATE.fields() if f.is_required]
    assert [p.code for p in reading.problems] == ["required_blank"] * len(required)


def test_every_column_is_bound_by_its_id(tmp_path: Path) -> None:
    """All columns of all tables, hidden ones too, are where the generator put them."""
    reading = read_inputs(generate(tmp_path, "en"))
    for name, records in reading.sheets.items():
        sheet = TEMPLATE[name]
        assert isinstance(sheet, TableSheet)
        assert list(records.origin.columns) == [column.id for column in sheet.columns]
        assert records.origin.header_row == 6


@pytest.mark.slow
@pytest.mark.office
def test_saved_by_libreoffice(tmp_path: Path) -> None:
    """LibreOffice saves the workbook in its own way; the records and figures stay the same."""
    path = generate(tmp_path)
    before = read_inputs(path)
    (saved,) = libreoffice_resaved(tmp_path, path)
    after = read_inputs(saved)
    assert after.problems == ()
    for name, records in before.sheets.items():
        assert records.frame.equals(after.sheets[name].frame), name
    assert after.form == before.form
    assert computed_doubts(recomputed(after)) == ()
