"""Only quantities of one kind are compared; one of another kind is named and left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from support.books import doubts, draw
from support.oracles import ironcalc_values

from marketing_sheets.formulas import compute
from marketing_sheets.loading import library_template
from marketing_sheets.reader import read_inputs
from marketing_sheets.reader.table import Surroundings, grid_of
from marketing_sheets.reader.tables import TableReading, read_table
from marketing_sheets.records import Reading, SheetRecords
from marketing_sheets.template import TableSheet
from marketing_sheets.writer import write_workbook

EVALUATION = "类别|指标|方向|单位|目标值|实际值|上期|去年同期".split("|")
MASTER = "推广阶段|关键任务|执行部门|负责人|计划开始|计划结束|状态|进度|预算金额|KPI条件|当前达成值"


def evaluated(
    folder: Path, *cells: object, formats: Mapping[str, str] | None = None
) -> tuple[SheetRecords, Reading, list[tuple[str, str | None]]]:
    """Read one row of the effect evaluation; `cells` are its unit and quantities."""

    def shape(book: Workbook) -> None:
        for address, code in (formats or {}).items():
            book["效果评估"][address].number_format = code

    rows = [EVALUATION, ["结果指标", "某指标", "↑ 越高越好", *cells]]
    reading = read_inputs(draw(folder / "a.xlsx", {"效果评估": rows}, then=shape))
    told = [pair for pair in doubts(reading, "效果评估") if not pair[0].startswith("missing")]
    return reading.sheets["effect_evaluation"], reading, told


@pytest.mark.parametrize(
    ("cells", "odd"),
    [
        (("数值", "5%", "400"), "E2"),
        (("%", "5%", "400万"), "F2"),
        (("%", "2000万", "30%"), "E2"),
        (("%", "1:3", "30%"), "E2"),
        (("倍", "1:3", "45%"), "F2"),
        (("倍", "1:3", "3.5万"), "F2"),
        (("数值", "20万", "1:3"), "F2"),
        (("元", "60万元", "500人"), "F2"),
        (("数值", "60万元", "500人"), "F2"),
        (("人", "60万元", "500"), "E2"),
        (("数值", "20万", "提升30%"), "F2"),
        (("%", "5%", "4%", "3人"), "G2"),
        (("%", "5%", "4%", "3%", "1:2"), "H2"),
        ((None, "5%", "400人"), "F2"),
        ((None, "60元", "500人"), "F2"),
        ((None, "5%", 400), "F2"),
    ],
)
def test_another_kind_is_an_error_at_the_odd_cell(
    tmp_path: Path, cells: Sequence[object], odd: str
) -> None:
    """What disagrees with the unit, else with the target, loses its value and keeps its raw."""
    records, reading, told = evaluated(tmp_path, *cells)
    told = [pair for pair in told if pair[0] != "required_blank"]
    assert told == [("kind_mismatch", odd)]
    (problem,) = [p for p in reading.problems if p.code == "kind_mismatch"]
    assert problem.severity == "error"
    column = str(problem.column)
    assert pd.isna(records.frame[column].iloc[0])
    assert pd.isna(records.kinds[column].iloc[0])
    assert records.raw[column].iloc[0] == problem.raw == cells["DEFGH".index(odd[0])]
    others = {"target", "actual"} - {column}
    assert all(records.frame[other].notna().all() for other in others)


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        (("数值", "2000万", 18000000, "500人"), ("number", "number", "number")),
        (("元", "2000万", "1800万元", 5), ("money", "money", "money")),
        (("数值", "60万元", 500000, "40万"), ("money", "number", "number")),
        (("人", "500条", 400), ("number", "number")),
        (("%", "提升30%", "45%", 0), ("growth", "percent", "percent")),
        (("倍", "1:3", 3.5, "2.9"), ("ratio", "ratio", "ratio")),
        (("%", "≥8%", 0), ("percent", "percent")),
        ((None, "1:3", 3.5), ("ratio", "number")),
        ((None, 0, "4%"), ("number", "percent")),
        ((None, "60元", 72, "5万"), ("money", "number", "number")),
        ((None, 1000, 900), ("number", "number")),
    ],
)
def test_what_agrees_is_compared(
    tmp_path: Path, cells: Sequence[object], kinds: Sequence[str]
) -> None:
    """Growth is a percentage, money a number; a bare figure takes the kind of its row."""
    records, _, told = evaluated(tmp_path, *cells)
    assert [pair for pair in told if pair[0] != "required_blank"] == []
    columns = ("target", "actual", "previous", "last_year")
    found = [records.kinds[column].iloc[0] for column in columns[: len(kinds)]]
    assert found == list(kinds)


def test_a_bare_figure_in_a_row_of_percentages_is_never_guessed(tmp_path: Path) -> None:
    """6.5 without a sign, be it text under a % format, is left out; 0.065 shown as 6.5% counts.

    So is 0.05, which is 5 % or 0.05 %.
    """
    records, reading, told = evaluated(
        tmp_path, "%", 0.08, 6.5, "7", 0.065, formats={"E2": "0%", "G2": "0%", "H2": "0.0%"}
    )
    assert told == [("unit_unclear", "F2"), ("unit_unclear", "G2")]
    assert evaluated(tmp_path, "%", "8%", 0.05)[2][0] == ("unit_unclear", "F2")
    assert {p.severity for p in reading.problems if p.code == "unit_unclear"} == {"error"}
    row = records.frame.iloc[0]
    assert (row["target"], row["last_year"]) == (0.08, 0.065)
    assert records.frame[["actual", "previous"]].isna().all(axis=None)


def test_the_message_shows_cells_as_excel_does(tmp_path: Path) -> None:
    """A 0.3 formatted as a percentage is called 30%."""
    _, reading, _ = evaluated(tmp_path, "数值", "20万", 0.3, formats={"F2": "0%"})
    (problem,) = [p for p in reading.problems if p.code == "kind_mismatch"]
    assert problem.message("zh-Hans") == "“实际值”为“30%”，与“单位”的“数值”不是同一种数量。"


@pytest.mark.parametrize(
    ("condition", "current", "code"),
    [
        ("观看人数≥20万", "25万", None),
        ("观看人数≥20万", "25万人", None),
        ("点击率≥2%", "2.1%", None),
        ("点击率≥2%", 0.021, "unit_unclear"),
        ("点击率≥2%", 0, None),
        ("ROI≥1:4", 3, None),
        ("ROI≥4", "1:3.5", None),
        ("满意度≥0.9", "92%", "kind_mismatch"),
        ("费用≤60元", 72, None),
        ("尽快完成", "3%", "condition_unclear"),
        ("转化率≥5%", "400", "kind_mismatch"),
        ("转化率≥5%", 4, "unit_unclear"),
        ("转化率≥5", "4%", "kind_mismatch"),
        ("ROI≥1:4", "45%", "kind_mismatch"),
        ("播放量≥50万", "40%", "kind_mismatch"),
        ("费用≤60元", "72人", "kind_mismatch"),
        ("观看人数≥20万", "25万+", "not_exact"),
    ],
)
def test_a_kpi_is_held_against_its_condition(
    tmp_path: Path, condition: str, current: object, code: str | None
) -> None:
    """The figure reached must be of the kind that the condition names, and exact."""
    task = ["筹备期", "一", "市场部", "张", "2024-06-01", "2024-06-02", "进行中", 0.5, 5]
    rows = [MASTER.split("|"), [*task, condition, current]]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"推进总表": rows}))
    told = [c for c, _ in doubts(reading, "推进总表") if not c.startswith("missing")]
    assert told == ([code] if code else [])
    value = reading.sheets["master_tracker"].frame["kpi_current"].iloc[0]
    assert pd.isna(value) == (code in ("kind_mismatch", "unit_unclear", "not_exact"))


def test_what_is_left_out_is_listed() -> None:
    """An additive quantity of another kind is in what was read and in what is listed."""
    template = library_template("campaign_tracker")
    sheet = template["effect_evaluation"]
    assert isinstance(sheet, TableSheet)
    columns = tuple(replace(c, additive=c.id in ("target", "actual")) for c in sheet.columns)
    rows: list[list[object]] = [["指标", "单位", "目标值", "实际值"]]
    rows += [["甲", "元", 70, "500人"], ["乙", "元", 60, 50]]
    table = grid_of(rows, "效果评估")
    around = Surroundings(template=template)
    reading = read_table(table, replace(sheet, columns=columns), around)
    assert isinstance(reading, TableReading)
    actual = next(total for total in reading.totals if total.column == "actual")
    assert (actual.read, actual.used, dict(actual.listed)) == (
        550.0,
        50.0,
        {"kind_mismatch": 500.0},
    )


WRITTEN = library_template("campaign_review")
WRITTEN_HEAD = ["维度", "指标名称", "目标值", "实际值"]


@pytest.mark.parametrize(
    ("target", "actual", "is_odd"),
    [
        ("60元", "500人", True),
        ("20万", "5%", True),
        ("1:3", "45%", True),
        ("6.5", "5%", True),
        ("5%", "6.5", True),
        ("5%", "0.065", True),
        ("2000", "提升30%", True),
        ("20万", "15万元", False),
        ("1:3", "3.5", False),
        ("提升30%", "45%", False),
        ("150%", "90%", False),
        ("2000万", "2500万次", False),
    ],
)
def test_quantities_without_a_unit_column_are_held_against_each_other(
    tmp_path: Path, target: str, actual: str, is_odd: bool
) -> None:
    """An actual of another kind than its target is an error at its cell, and comes to nothing."""
    rows = [WRITTEN_HEAD, ["流量", "某指标", target, actual]]
    path = draw(tmp_path / "a.xlsx", {"关键指标评估": rows})
    reading = read_inputs(path, template=WRITTEN)
    codes = ("kind_mismatch", "unit_unclear")
    told = [p.code in codes and p.place.cell == "D2" for p in reading.problems]
    assert any(told) == is_odd
    records = reading.sheets["metric_evaluation"]
    frame = compute(records, template=WRITTEN, as_of=date(2024, 7, 1)).frame
    results = frame[["achievement", "variance", "verdict"]]
    assert results.isna().all(axis=None) if is_odd else results.notna().all(axis=None)


def test_excel_judges_no_quantity_against_one_of_another_kind(tmp_path: Path) -> None:
    """The cells of the workbook itself stay blank too, where the signs tell the kinds apart."""
    path = write_workbook(WRITTEN, tmp_path / "a.xlsx", rows=5)
    book = openpyxl.load_workbook(path)
    tab = book["关键指标评估"]
    at = {str(cell.value).split("|")[0]: cell.column for cell in tab[5] if cell.value}
    pairs = [("1:3", "45%"), ("6.5", "5%"), ("5%", "6.5"), ("20万", "15万元"), ("8%", "6.5%")]
    for row, (target, actual) in enumerate(pairs, 7):
        for name, value in (("metric", f"点击率{row}"), ("target", target), ("actual", actual)):
            tab.cell(row, at[name]).value = value
    book.save(path)
    cells = {("关键指标评估", f"{c}{r}"): "" for c in "BCDEFGHIJKLMNOPQ" for r in range(7, 12)}
    values = ironcalc_values(path, cells)
    for name, known in (("achievement", [0.75, 0.8125]), ("verdict", ["未达标", "未达标"])):
        letter = get_column_letter(at[name])
        found = [values["关键指标评估", f"{letter}{row}"] for row in range(7, 12)]
        assert [value or None for value in found] == [None, None, None, *known]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ((None, 0, "5%"), []),
        ((None, "5%", 0), []),
        ((None, "0", "5%"), []),
        ((None, None, "5%"), []),
        ((None, "5%", None), []),
        ((None, 0, "3人"), []),
        ((None, -1, "-5%"), [("unit_unclear", "E2")]),
        ((None, 0.05, "5%"), [("unit_unclear", "E2")]),
        ((None, "5%", 0.05), [("unit_unclear", "F2")]),
    ],
)
def test_nothing_is_of_any_kind(
    tmp_path: Path, cells: Sequence[object], told: list[tuple[str, str]]
) -> None:
    """A 0 or a blank agrees with any kind; any other bare figure beside a percentage is doubted."""
    _, _, found = evaluated(tmp_path, *cells)
    assert [pair for pair in found if pair[0] != "required_blank"] == told


@pytest.mark.parametrize(
    ("target", "actual", "codes"),
    [
        (0, "5%", []),
        ("5%", 0, []),
        (-1, "5%", ["kind_mismatch"]),
        (5, "5%", ["kind_mismatch"]),
        ("5%", 5, ["unit_unclear"]),
        (400, "5%", ["kind_mismatch"]),
    ],
)
def test_an_actual_is_held_against_its_target_alone(
    target: object, actual: object, codes: list[str]
) -> None:
    """Where no column tells the unit a bare target is doubted beside a percentage, but for 0."""
    template = library_template("strategy_tracking")
    sheet = template["strategy_effect"]
    assert isinstance(sheet, TableSheet)
    cells = {"metric": "某指标", "target": target, "actual": actual}
    head: list[object] = [sheet[name].label["zh-Hans"] for name in cells]
    found = read_table(
        grid_of([head, [*cells.values()]], "效果"), sheet, Surroundings(template=template)
    )
    assert isinstance(found, TableReading)
    told = [problem.code for problem in found.problems]
    assert [code for code in told if code in ("unit_unclear", "kind_mismatch")] == codes
