"""The plan as one page: fields in pairs, the budget inside it, milestones, risks, approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pandas as pd
import pytest
from support.oracles import (
    differences,
    formula_cells,
    ironcalc_values,
    libreoffice_values,
)
from support.writer_books import only

from marketing_sheets.errors import TemplateError
from marketing_sheets.loading import check_template, load_template
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import Reading
from marketing_sheets.template import FormSheet, TableSheet
from marketing_sheets.texts import LANGUAGES, Language
from marketing_sheets.writer import write_workbook

# The plan with its budget, and the page that says when the campaign is.
PLAN = only("document_guide", "activity_plan", "activity_plan_budget")
BUDGET = "activity_plan_budget"
DAYS = {"start_date": date(2024, 6, 10), "end_date": date(2024, 6, 20)}
TYPED: Mapping[str, object] = {
    "plan_name": "618大促",
    "plan_code": "HD-001",
    "planner": "市场部负责人*",
    "planned_on": "2024-05-20",
    "background": "3个月内新品销量提升50%，新增用户2万",
    "audience": "25-35岁女性，一线城市，月消费能力3000+",
    "theme": "线上直播+现场互动店",
    "flow": "6.1物料设计完成→6.5渠道上线→6.10活动启动→6.15中期复盘→6.20活动结束",
    "risks": "天气原因导致线下活动取消:提前准备线上直播预案;流量不足:增加社群推广",
    "department_head": "*经理",
    "department_approved_on": "2024-05-22",
    "management": "*总监",
    "management_approved_on": datetime(2024, 5, 24),
}
AMOUNTS = {"staff": 40_000, "materials": 20_000, "promotion": 20_000, "services": 10_000}


def read_plan(path: Path) -> Reading:
    """Read a workbook of that template."""
    return read_inputs(path, template=PLAN)


def page() -> FormSheet:
    """Return the plan's form."""
    form = PLAN.host(BUDGET)
    assert form is not None
    return form


@cache
def generated(language: Language) -> tuple[bytes, Mapping[str, str]]:
    """Generate the workbook with the campaign's days; tell the cell of each field."""
    with TemporaryDirectory() as folder:
        path = write_workbook(PLAN, Path(folder) / "a.xlsx", language=language, form=DAYS, rows=2)
        places = read_plan(path).form_places
        cells = {name: str(place.cell) for name, place in places.items()}
        return path.read_bytes(), cells


def blank(folder: Path, language: Language = "zh-Hans") -> Path:
    """Return a new workbook."""
    path = folder / f"{language}.xlsx"
    path.write_bytes(generated(language)[0])
    return path


def filled(
    path: Path,
    fields: Mapping[str, object] = TYPED,
    amounts: Mapping[str, object] = AMOUNTS,
    language: Language = "zh-Hans",
) -> Path:
    """Type values into the page as staff do, found by what stands beside them."""
    cells = generated(language)[1]
    book = openpyxl.load_workbook(path)
    tab: Any = book[page().label[language]]
    for name, value in fields.items():
        tab[cells[name]].value = value
    rows = subjects(tab, language)
    for name, amount in amounts.items():
        tab.cell(rows[name], 6).value = amount
    book.save(path)
    return path


def subjects(tab: Any, language: Language = "zh-Hans") -> dict[str, int]:
    """Return the row of each item of the budget by its id."""
    labels = {item.label[language]: item.id for item in PLAN.choices["budget_subject"].items}
    return {labels[c.value]: c.row for c in tab["E"] if c.value in labels}


def budget(reading: Reading) -> dict[str, Any]:
    """Return the amounts of the budget by item."""
    frame = reading.sheets[BUDGET].frame
    return {
        name: None if pd.isna(amount) else amount
        for name, amount in zip(frame["subject"], frame["amount"], strict=True)
    }


def found(reading: Reading) -> list[str]:
    """Return the codes of the problems on the page."""
    tabs = page().label.values()
    return [p.code for p in reading.problems if p.place.sheet in tabs]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_read_back(tmp_path: Path, language: Language) -> None:
    """What staff type comes back typed, each value in its cell; the reserve is a tenth of all."""
    reading = read_plan(filled(blank(tmp_path, language), language=language))
    dates = {name: TYPED[name] for name in TYPED if name.endswith("_on")}
    days = {name: date.fromisoformat(str(value)[:10]) for name, value in dates.items()}
    assert {name: reading.form[name] for name in TYPED} == {**TYPED, **days}
    assert budget(reading) == {**AMOUNTS, "reserve": 10_000}
    assert found(reading) == []
    assert all(total.reconciles for total in reading.totals)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_read_without_its_ids(tmp_path: Path, language: Language) -> None:
    """Labels lead to the values of both fields of a line, headers to the columns of the budget."""
    path = filled(blank(tmp_path, language), language=language)
    with_ids = read_plan(path)
    book = openpyxl.load_workbook(path)
    tab: Any = book[page().label[language]]
    for row in tab.iter_rows(max_col=2):
        for cell in row:
            cell.value = None
    ids = next(cell.row for cell in tab["E"] if cell.value == "subject")
    for column in range(5, 8):
        tab.cell(ids, column).value = None
    book.save(path)
    reading = read_plan(path)
    assert reading.form == with_ids.form
    assert budget(reading) == budget(with_ids)


def test_renamed_labels_and_inserted_rows(tmp_path: Path) -> None:
    """Ids keep renamed fields; rows inserted anywhere move the table and the fields below it."""
    path = filled(blank(tmp_path))
    book = openpyxl.load_workbook(path)
    tab: Any = book["策划方案"]
    tab["F5"].value, tab["D6"].value = "项目编码", "主笔"
    book.save(path)
    reading = read_plan(path)
    assert (reading.form["plan_code"], reading.form["planner"]) == ("HD-001", "市场部负责人*")
    for merged in [str(area) for area in tab.merged_cells.ranges]:
        tab.unmerge_cells(merged)
    tab.insert_rows(11, 2)
    tab.insert_rows(3)
    book.save(path)
    moved = read_plan(path)
    assert moved.form == reading.form
    # openpyxl moves no formulas: their text is what tells ours.
    assert budget(moved) == budget(reading)


def test_labels_of_the_document(tmp_path: Path) -> None:
    """The eleven labels of the document stand on the page in its order."""
    tab = openpyxl.load_workbook(blank(tmp_path))["策划方案"]
    words = [str(cell.value) for row in tab.iter_rows(min_row=5) for cell in row if cell.value]
    labels = (
        *("活动名称", "活动编号", "策划负责人", "策划日期", "活动背景与目标", "目标人群"),
        *("活动主题与形式", "执行流程与时间节点", "预算明细（元）", "风险预判与应对", "审批意见"),
    )
    assert [word for word in words if word in labels] == list(labels)


def test_a_new_plan_names_the_five_items(tmp_path: Path) -> None:
    """The items and what they cover are there already; without amounts nothing is due."""
    reading = read_plan(blank(tmp_path))
    assert budget(reading) == dict.fromkeys((*AMOUNTS, "reserve"))
    assert reading.sheets[BUDGET].frame["note"][0] == "含策划、执行人员薪酬"
    assert found(reading) == []


@pytest.mark.parametrize(
    ("reserve", "codes"),
    [
        (10_000, []),
        (10_000.4, []),
        (9_990, []),
        (9_000, ["share_differs"]),
        (0, ["share_differs"]),
        (None, ["share_filled"]),
    ],
)
def test_a_typed_reserve(tmp_path: Path, reserve: float | None, codes: list[str]) -> None:
    """A reserve that is no tenth of the total is reported with both amounts; a blank is filled."""
    reading = read_plan(filled(blank(tmp_path), amounts={**AMOUNTS, "reserve": reserve}))
    assert found(reading) == codes
    assert budget(reading)["reserve"] == (10_000 if reserve is None else reserve)
    row = subjects(openpyxl.load_workbook(tmp_path / "zh-Hans.xlsx")["策划方案"])["reserve"]
    for problem in (p for p in reading.problems if p.code in ("share_differs", "share_filled")):
        assert problem.place.cell == f"F{row}"
        assert "10,000" in problem.message("zh-Hans")
        assert "10%" in problem.message("en")


def test_a_total_typed_over(tmp_path: Path) -> None:
    """A total that is not the sum of its items is reported; ours is not mentioned."""
    path = filled(blank(tmp_path))
    book = openpyxl.load_workbook(path)
    tab: Any = book["策划方案"]
    row = next(cell.row for cell in tab["E"] if cell.value == "合计")
    tab.cell(row, 6).value = 90_000
    book.save(path)
    reading = read_plan(path)
    assert [p.code for p in reading.problems if p.place.row == row] == ["total_mismatch"]
    tab.cell(row, 6).value = 100_000
    book.save(path)
    assert [p for p in read_plan(path).problems if p.place.row == row] == []


def test_a_reserve_of_another_size(tmp_path: Path) -> None:
    """The setting says how large the reserve is: 20 % of the total is a quarter of the rest."""
    path = filled(blank(tmp_path))
    book = openpyxl.load_workbook(path)
    cell = next(
        cell for row in book["选项"].iter_rows() for cell in row if cell.value == "预备金比例"
    )
    book["选项"].cell(cell.row, cell.column + 1).value = 0.2
    book.save(path)
    assert budget(read_plan(path))["reserve"] == 22_500


def written(folder: Path, reserve: float | None, language: Language) -> Path:
    """Write a budget out of its records."""
    reading = read_plan(filled(blank(folder), amounts={**AMOUNTS, "reserve": reserve}))
    return write_workbook(
        PLAN,
        folder / "written.xlsx",
        language=language,
        form=reading.form,
        records=reading.sheets,
        rows=1,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_excel_agrees(tmp_path: Path, language: Language) -> None:
    """Reserve and total are formulas whose stored values ironcalc confirms."""
    path = written(tmp_path, None, language)
    formulas, stored = formula_cells(path)
    ours = {key: text for key, text in formulas.items() if key[0] == page().label[language]}
    amounts = [stored[key] for key in ours if isinstance(stored[key], int | float)]
    assert sorted(amounts) == [10_000, 100_000]
    assert any("10.0%" in str(stored[key]) for key in ours)
    assert differences(ours, stored, ironcalc_values(path, formulas)) == []
    assert budget(read_plan(path)) == {**AMOUNTS, "reserve": 10_000}


@pytest.mark.parametrize("amounts", [AMOUNTS, {"staff": 100_000}, {"staff": 0.05, "services": 7}])
def test_excel_computes_what_python_does(tmp_path: Path, amounts: dict[str, float]) -> None:
    """Typed into a new workbook, the same reserve and total come out on both sides."""
    path = filled(blank(tmp_path), amounts=amounts)
    formulas, _ = formula_cells(path)
    fresh = ironcalc_values(path, formulas)
    row = subjects(openpyxl.load_workbook(path)["策划方案"])["reserve"]
    due = budget(read_plan(path))["reserve"]
    assert fresh["策划方案", f"F{row}"] == pytest.approx(due)
    assert fresh["策划方案", f"F{row + 1}"] == pytest.approx(sum(amounts.values()) + due)


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_agrees(tmp_path: Path) -> None:
    """So does LibreOffice."""
    path = written(tmp_path, None, "zh-Hant")
    formulas, stored = formula_cells(path)
    ours = {key: text for key, text in formulas.items() if key[0] == page().label["zh-Hant"]}
    assert differences(ours, stored, libreoffice_values(path, ours, tmp_path)) == []


def test_a_reserve_that_was_typed_is_written_as_typed(tmp_path: Path) -> None:
    """No formula takes the place of what somebody decided."""
    path = written(tmp_path, 9_000, "zh-Hans")
    tab = openpyxl.load_workbook(path)["策划方案"]
    assert tab.cell(subjects(tab)["reserve"], 6).value == 9_000


@pytest.mark.parametrize(("reserve", "is_marked"), [(10_000.4, False), (9_000, True)])
def test_excel_marks_a_reserve_that_differs(
    tmp_path: Path,
    reserve: float,
    is_marked: bool,
) -> None:
    """The condition of the cell's format says what the reader says."""
    path = filled(blank(tmp_path), amounts={**AMOUNTS, "reserve": reserve})
    book = openpyxl.load_workbook(path)
    tab: Any = book["策划方案"]
    cell = f"F{subjects(tab)['reserve']}"
    [condition] = [
        rule.formula[0]
        for area in tab.conditional_formatting
        if str(area.sqref) == cell
        for rule in area.rules
    ]
    tab["J1"] = f"={condition}"
    book.save(path)
    fresh = ironcalc_values(path, {("策划方案", "J1"): condition})
    assert fresh["策划方案", "J1"] == is_marked


def test_milestones_and_risks_are_data(tmp_path: Path) -> None:
    """The schedule line is read to days, the risks to pairs."""
    reading = read_plan(filled(blank(tmp_path)))
    steps = reading.milestones["flow"]
    assert [(step.day.day, step.text) for step in steps] == [
        (1, "物料设计完成"),
        (5, "渠道上线"),
        (10, "活动启动"),
        (15, "中期复盘"),
        (20, "活动结束"),
    ]
    assert [risk.response for risk in reading.risks["risks"]] == [
        "提前准备线上直播预案",
        "增加社群推广",
    ]


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"flow": "6.10活动启动→6.5渠道上线"}, ["milestones_backwards"]),
        ({"flow": "2024-03-01立项→6.10活动启动"}, ["milestone_outside"]),
        ({"flow": "5.20物料→7.15总结"}, []),
        ({"flow": "物料设计→6.10活动启动"}, ["milestone_unread"]),
        ({"risks": "流量不足"}, ["risk_without_response"]),
        ({"planned_on": "2024-05-20", "management_approved_on": "2024-05-19"}, ["day_too_early"]),
        ({"planned_on": "2024-05-20", "management_approved_on": "2024-05-20"}, []),
        ({"management_approved_on": "2024-05-19"}, []),
    ],
)
def test_what_is_doubtful_on_the_page(
    tmp_path: Path, fields: dict[str, object], codes: list[str]
) -> None:
    """Milestones out of order or far off, open risks, and signatures before the plan are told."""
    path = filled(blank(tmp_path), fields=fields, amounts={})
    told = [code for code in found(read_plan(path)) if code != "year_from_period"]
    assert told == codes


def test_a_plan_without_the_campaigns_days_takes_its_own_year(tmp_path: Path) -> None:
    """The date of the plan gives the milestones their year."""
    path = write_workbook(PLAN, tmp_path / "a.xlsx", rows=2)
    filled(path, fields={"planned_on": "2023-05-20", "flow": "6.1物料"}, amounts={})
    assert read_plan(path).milestones["flow"][0].day == date(2023, 6, 1)


def test_the_budget_on_a_tab_of_its_own(tmp_path: Path) -> None:
    """Records with columns of staff's own need a tab; it is found by its ids all the same."""
    reading = read_plan(filled(blank(tmp_path)))
    records = reading.sheets[BUDGET]
    extras = pd.DataFrame({"供应商": ["甲", None, "乙", None, None]}, dtype=object)
    path = write_workbook(
        PLAN,
        tmp_path / "own.xlsx",
        form=reading.form,
        records={BUDGET: replace(records, extras=extras)},
        rows=2,
    )
    assert "预算明细" in openpyxl.load_workbook(path).sheetnames
    again = read_plan(path)
    assert budget(again) == budget(reading)
    assert again.form == reading.form


def test_the_page_prints_on_one_upright_sheet(tmp_path: Path) -> None:
    """A4, portrait, one page, and the ids stay hidden."""
    tab: Any = openpyxl.load_workbook(blank(tmp_path))["策划方案"]
    assert tab.page_setup.orientation == "portrait"
    assert tab.page_setup.paperSize == 9
    assert tab.sheet_properties.pageSetUpPr.fitToPage
    hidden = tab.column_dimensions["A"]
    assert (hidden.hidden, hidden.min, hidden.max) == (True, 1, 2)
    assert tab.tables["tbl_activity_plan_budget"].ref == "E12:G19"


BROKEN = """
format = 1
id = "plan"
title = "Plan"

[[sheets]]
id = "page"
kind = "form"
label = "Page"
fields = [
    {{ id = "name", label = "Name" }},
    {{ id = "day", type = "date", label = "Day"{day} }},
    {{ id = "seen", type = "date", label = "Seen" }},
]
areas = [{areas}]

[[sheets]]
id = "items"
label = "Items"
columns = [
    {{ id = "kind", type = "choice", choices = "kind", label = "Kind", key = true }},
    {{ id = "cost", type = "money", label = "Cost" }},
]
start = [{start}]
share = {share}

[choices.kind]
label = "Kind"
items = [{{ id = "work", label = "Work" }}, {{ id = "spare", label = "Spare" }}]

[settings.tenth]
label = "Tenth"
value = 0.1
"""
LINES = '{ lines = ["name day", "seen"] }, { table = "items" }'
SHARE = '{ column = "cost", row_column = "kind", row_choice = "spare", of_total = "tenth" }'


def faults(folder: Path, **parts: str) -> list[tuple[str, str]]:
    """Return the faults of a template that is sound but for the parts given."""
    whole = {"areas": LINES, "day": "", "start": '{ kind = "work" }', "share": SHARE, **parts}
    path = folder / "plan.toml"
    path.write_text(BROKEN.format(**whole), encoding="utf-8")
    try:
        return [(fault.path, fault.code) for fault in check_template(load_template(path))]
    except TemplateError as error:
        return [(fault.path, fault.code) for fault in error.faults]


PAGE, ITEMS = "sheets[page]", "sheets[items]"


@pytest.mark.parametrize(
    ("parts", "path", "code"),
    [
        ({"areas": '{ lines = ["name day"] }'}, f"{PAGE}.areas", "field_left_out"),
        (
            {"areas": '{ lines = ["name day seen"] }'},
            f"{PAGE}.areas[0].lines[0]",
            "out_of_range",
        ),
        (
            {"areas": '{ lines = ["name day", "seen", "nam"] }'},
            f"{PAGE}.areas[0].lines[2]",
            "unknown_field",
        ),
        (
            {"areas": '{ lines = ["name day", "seen", "name"] }'},
            f"{PAGE}.areas[0].lines[2]",
            "duplicate_id",
        ),
        ({"areas": LINES + ", {}"}, f"{PAGE}.areas[2]", "lines_or_table"),
        ({"areas": LINES.replace("items", "item")}, f"{PAGE}.areas[1].table", "unknown_sheet"),
        ({"day": ', not_before = "sen"'}, f"{PAGE}.fields[day].not_before", "unknown_field"),
        ({"day": ', wording = ["goal"]'}, f"{PAGE}.fields[day].wording", "not_for_type"),
        ({"start": '{ kind = "wrk" }'}, f"{ITEMS}.start[0].kind", "unknown_choice"),
        ({"start": '{ cost = "5" }'}, f"{ITEMS}.start[0].cost", "not_for_type"),
        ({"start": '{ size = "5" }'}, f"{ITEMS}.start[0].size", "unknown_column"),
        ({"share": SHARE.replace("tenth", "ten")}, f"{ITEMS}.share.of_total", "unknown_setting"),
        ({"share": SHARE.replace("spare", "spar")}, f"{ITEMS}.share.row_choice", "unknown_choice"),
        ({"share": SHARE.replace('"cost"', '"kind"')}, f"{ITEMS}.share.column", "unknown_column"),
    ],
)
def test_a_broken_page_is_explained(
    tmp_path: Path, parts: dict[str, str], path: str, code: str
) -> None:
    """Each mistake is found once, at its key."""
    assert faults(tmp_path) == []
    assert faults(tmp_path, **parts) == [(path, code)]


def test_a_page_of_ones_own(tmp_path: Path) -> None:
    """A company's own page with a table is generated, filled and read as ours is."""
    assert faults(tmp_path) == []
    template = load_template(tmp_path / "plan.toml")
    path = write_workbook(
        template, tmp_path / "own.xlsx", form={"name": "Fair"}, language="en", rows=2
    )
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[2:-1] == ["Page"]
    tab: Any = book["Page"]
    row = next(cell.row for cell in tab["E"] if cell.value == "Work")
    tab.cell(row, 6).value = 900
    tab.cell(row + 1, 5).value = "Spare"
    book.save(path)
    reading = read_inputs(path, template=template)
    assert reading.form["name"] == "Fair"
    assert reading.sheets["items"].frame["cost"].tolist() == [900, 100]
    assert isinstance(template["items"], TableSheet)


def test_an_unreadable_amount_leaves_the_reserve_open(tmp_path: Path) -> None:
    """No share of a total that nobody knows is asked for: the cell to correct is named."""
    amounts = {**AMOUNTS, "materials": "两千上下", "reserve": 5_000}
    path = filled(blank(tmp_path), amounts=amounts)
    row = subjects(openpyxl.load_workbook(path)["策划方案"])["materials"]
    told = {p.code: p for p in read_plan(path).problems}
    assert not {"share_differs", "share_filled"} & told.keys()
    unknown = told["share_unknown"]
    assert unknown.severity == "warning"
    assert f"F{row}" in unknown.message("zh-Hans")
    assert unknown.hint("en") == f"Correct F{row} first."


def test_the_pages_own_total_is_no_listed_row(tmp_path: Path) -> None:
    """In a plan nobody has touched nothing was left out: the total under it is ours."""
    for path in (blank(tmp_path), filled(blank(tmp_path))):
        totals = [total for total in read_plan(path).totals if total.sheet == BUDGET]
        for total in totals:
            assert total.read == pytest.approx(total.used + sum(total.listed.values()))
            assert "total_row" not in total.listed
