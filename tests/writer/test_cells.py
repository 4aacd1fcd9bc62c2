"""What stands in the cells: typed values, staff's own words, cached results."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.oracles import differences, formula_cells, ironcalc_values
from support.writer_books import example, load, only, part, records_of, template

from marketing_sheets.formulas import compute
from marketing_sheets.writer import write_workbook


def cells(
    tmp_path: Path, sheet_id: str, column_id: str, rows: list[dict[str, Any]], **raw: list[Any]
) -> list[Any]:
    """Write records of one sheet and return the cells of one of its columns."""
    path = tmp_path / "cells.xlsx"
    records = {sheet_id: records_of(sheet_id, rows, **raw)}
    (sheet,) = only(sheet_id).tables
    write_workbook(only(sheet_id), path, records=records, as_of=date(2024, 7, 1), rows=3)
    tab = load(path)[sheet.label["zh-Hans"]]
    at = [column.id for column in sheet.columns].index(column_id) + 1
    return [tab.cell(7 + row, at) for row in range(len(rows))]


@pytest.mark.parametrize("text", ["=1+1", "+86 21", "-明天", "@all", "=cmd|' /C calc'!A0"])
def test_text_never_becomes_a_formula(text: str, tmp_path: Path) -> None:
    """Text that begins like a formula is written as text."""
    (cell,) = cells(tmp_path, "master_tracker", "remarks", [{"remarks": text}])
    assert cell.value == text
    sheet = part(tmp_path / "cells.xlsx", "xl/worksheets/sheet3.xml")
    found = re.search(rf'<c r="{cell.coordinate}"[^>]*>', sheet)
    assert found is not None
    assert 't="s"' in found.group()  # a shared string, not a formula


def test_dates_are_dates(tmp_path: Path) -> None:
    """A date is a real date of Excel's calendar with the date format."""
    rows = [{"planned_start": pd.Timestamp(2024, 2, 29)}]
    (cell,) = cells(tmp_path, "master_tracker", "planned_start", rows)
    assert cell.value == datetime(2024, 2, 29)
    assert cell.number_format == "yyyy-mm-dd"


def test_choices_are_shown_by_label(tmp_path: Path) -> None:
    """An id is written as its label, a word of the company's own as it is."""
    rows = [{"stage": "peak"}, {"stage": "试运行"}]
    shown = cells(tmp_path, "master_tracker", "stage", rows)
    assert [cell.value for cell in shown] == ["爆发期", "试运行"]


def test_a_doubtful_figure_takes_no_percent_format(tmp_path: Path) -> None:
    """A bare 6.5 left out of a row of percentages stays 6.5; as a number it would show 650%."""
    row = {"metric": "点击率", "unit": "percent", "actual": None}
    (cell,) = cells(tmp_path, "effect_evaluation", "actual", [row], actual=[6.5])
    assert cell.value == "6.5"


def test_money_in_a_row_of_numbers_keeps_its_unit(tmp_path: Path) -> None:
    """￥15万 beside 数值 stays what was typed, as 150000 would no longer be money."""
    row = {"metric": "费用", "unit": "number", "actual": 150000.0}
    records = records_of("effect_evaluation", [row], actual=["￥15万"])
    records = replace(records, kinds={"actual": pd.Series(["money"])})
    path = tmp_path / "a.xlsx"
    write_workbook(only("effect_evaluation"), path, records={"effect_evaluation": records}, rows=3)
    assert "￥15万" in [cell.value for cell in load(path)["效果评估"][7]]


def test_what_was_not_understood_stands_as_typed(tmp_path: Path) -> None:
    """A faulty cell keeps text as text and numbers as numbers; a blank one stays blank."""
    rows: list[dict[str, Any]] = [{}, {}, {}]
    shown = cells(tmp_path, "master_tracker", "budget", rows, budget=["约5万", 12.5, None])
    assert [cell.value for cell in shown] == ["约5万", 12.5, None]


def test_a_moment_in_a_column_of_days_stays_one(tmp_path: Path) -> None:
    """A day with its time, which no day is read from, is no text afterwards."""
    moment = datetime(2024, 9, 15, 20, 30)
    rows: list[dict[str, Any]] = [{"occurred_on": None}]
    (cell,) = cells(tmp_path, "issue_log", "occurred_on", rows, occurred_on=[moment])
    assert cell.value == moment


def test_a_remark_beside_a_choice_survives(tmp_path: Path) -> None:
    """A choice with a remark is written with it."""
    rows = [{"status": "done"}]
    records = records_of("master_tracker", rows, status=["已完成(延期1小时)"])
    records = replace(records, remarks={"status": {0: "延期1小时"}})
    path = write_workbook(
        template(), tmp_path / "a.xlsx", records={"master_tracker": records}, rows=3
    )
    assert load(path)["推进总表"]["L7"].value == "已完成(延期1小时)"


@pytest.mark.parametrize(
    ("unit", "value", "said", "shown", "shape"),
    [
        ("number", 2e7, "2000万", 2e7, "#,##0_)_)"),
        ("number", 5.5, 5.5, 5.5, "#,##0.0#_)_)"),
        ("money", 15e4, "15万元", 15e4, "#,##0_)_)"),
        ("percent", 0.065, "6.5%", 0.065, "#,##0.0%_)_)"),
        ("ratio", 3.5, "1:3.5", 3.5, "0.00_)_)"),
        ("percent", 0.3, "提升30%", "提升30%", "#,##0.0%_)_)"),
        ("number", 2e5, "≥20万", "≥20万", "#,##0_)_)"),
        ("number", 10.0, "10人", "10人", "#,##0_)_)"),
        (None, 25e4, "25万", "25万", "General_)_)"),
    ],
)
def test_quantities_keep_what_their_unit_does_not_say(
    unit: str | None, value: float, said: object, shown: object, *, shape: str, tmp_path: Path
) -> None:
    """A quantity is a number in its unit's format, unless the text says more than that."""
    rows = [{"unit": unit, "target": value}]
    (cell,) = cells(tmp_path, "effect_evaluation", "target", rows, target=[said])
    assert cell.value == shown
    assert cell.number_format.split(";")[0] == shape


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    """A number typed as text stays text, and Excel is told not to mark it."""
    (cell,) = cells(tmp_path, "issue_log", "number", [{"number": "007"}])
    assert cell.value == "007"
    assert 'numberStoredAsText="1"' in part(tmp_path / "cells.xlsx", "xl/worksheets/sheet3.xml")


def test_blank_rows_show_nothing(tmp_path: Path) -> None:
    """The stored value of a formula in a blank row is an empty text, never 0."""
    path = write_workbook(template(), tmp_path / "a.xlsx", rows=2)
    _, stored = formula_cells(path)
    rows = {
        place: value
        for place, value in stored.items()
        if place[0] in ("推进总表", "每日数据", "效果评估", "问题跟踪")
        and place[1][-1] in "78"
        and place[1][-2:-1].isalpha()
    }
    assert len(rows) > 30
    assert {value or "" for value in rows.values()} == {""}


def test_a_figure_without_value_says_why(tmp_path: Path) -> None:
    """Where the template wants the reason, the stored value is its word."""
    form, records = example("zh-Hans")
    path = write_workbook(template(), tmp_path / "a.xlsx", form=form, records=records, rows=3)
    tab = load(path, values=True)["效果评估"]
    header = {cell.value: cell.column or 0 for cell in tab[6]}
    assert tab.cell(7, header["同比"]).value == "无数据"


@pytest.mark.parametrize(
    ("form", "as_of", "created", "day"),
    [
        ({"as_of": date(2024, 6, 1)}, date(2024, 7, 1), datetime(2024, 8, 1), "2024-06-01"),
        ({}, date(2024, 7, 1), datetime(2024, 8, 1), "2024-07-01"),
        ({}, None, datetime(2024, 8, 1, 9), "2024-08-01"),
        ({}, None, None, "–"),
    ],
)
def test_the_day_figures_stand_as_of(
    form: dict[str, object],
    as_of: date | None,
    created: datetime | None,
    day: str,
    tmp_path: Path,
) -> None:
    """The form's day comes first, then the argument, then the day of creation, then none."""
    path = write_workbook(
        template(), tmp_path / "a.xlsx", form=form, as_of=as_of, created=created, rows=3
    )
    line = load(path, values=True)["推进总表"]["A2"].value
    assert isinstance(line, str)
    assert line.startswith(f"截至 {day} ")


def test_a_word_given_for_a_list_takes_part_in_formulas(tmp_path: Path) -> None:
    """A channel of the company's own is looked up with the attributes given for it."""
    rows = [{"channel": "地铁广告", "impressions": 200, "conversions": 10}]
    path = write_workbook(
        template(),
        tmp_path / "a.xlsx",
        records={"daily_data": records_of("daily_data", rows)},
        choices={"channel": {"地铁广告": {"cvr_base": "footfall"}}},
        form={"as_of": date(2024, 7, 1), "start_date": date(2024, 6, 1)},
        rows=3,
    )
    tab = load(path, values=True)["每日数据"]
    header = {cell.value: cell.column or 0 for cell in tab[6]}
    assert tab.cell(7, header["转化率"]).value == pytest.approx(0.05)
    formulas, stored = formula_cells(path)
    assert differences(formulas, stored, ironcalc_values(path, formulas)) == []


def test_records_need_no_raw_text(tmp_path: Path) -> None:
    """Records whose typed text is not known are written from their values."""
    records = records_of("issue_log", [{"number": "1", "description": "缺货"}])
    bare = replace(records, raw=pd.DataFrame(index=records.frame.index))
    assert compute(bare, template=template(), as_of=None).frame["number"][0] == "1"
    path = write_workbook(template(), tmp_path / "a.xlsx", records={"issue_log": bare}, rows=3)
    tab = load(path)["问题跟踪"]
    assert [tab["A7"].value, tab["B7"].value] == ["1", "缺货"]
