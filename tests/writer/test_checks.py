"""The column that says what is to be checked in a row: where it stands, and what it tests."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from time import process_time

import pytest
from support.oracles import differences, formula_cells, ironcalc_values
from support.reviews import Hand, wrong_workbook
from support.writer_books import load, opened, part, template

from marketing_sheets import check_workbook, generate_workbook, recalculate
from marketing_sheets.loading import library_template
from marketing_sheets.writer import parts

TASKS = "推进总表"
WIDE = """
format = 1
id = "wide"
title = "宽表"

[[sheets]]
id = "{id}"
label = "数据"
key = ["name"]
blank_rows = 3
columns = [
    {{ id = "name", label = "名称", required = true }},
    {{ id = "begin_start", type = "date", label = "开始" }},
    {{ id = "begin_end", type = "date", label = "结束" }},
    {more}
]
"""


def ids(path: Path, tab: str) -> list[str]:
    """Return the row of ids of a table."""
    return [str(cell.value) for cell in load(path)[tab][5] if cell.value]


def own_template(folder: Path, columns: int) -> Path:
    """Write a company's template of so many columns more."""
    more = "\n    ".join(
        f'{{ id = "c{n}", type = "money", label = "费用第{n}项（元）" }},' for n in range(columns)
    )
    path = folder / f"wide{columns}.toml"
    path.write_text(WIDE.format(id="data", more=more), encoding="utf-8")
    return path


@pytest.mark.parametrize(("rows", "has_columns"), [(10_000, True), (10_001, False)])
def test_long_tables_have_the_marks_alone(rows: int, has_columns: bool, tmp_path: Path) -> None:
    """Beyond 10,000 rows programs would compute for seconds."""
    path = tmp_path / "a.xlsx"
    generate_workbook(own_template(tmp_path, 1), path, rows=rows)
    sheet = part(path, "xl/worksheets/sheet3.xml")
    assert ("trace.check" in part(path, "xl/sharedStrings.xml")) == has_columns
    assert sheet.count("chk_cells,0)))") == 1


def test_a_company_template_has_it_and_a_very_wide_one_the_marks(tmp_path: Path) -> None:
    """Where the formula would be longer than Excel takes there is no column, and no half of one."""
    path = tmp_path / "a.xlsx"
    for columns, has_columns in ((20, True), (90, False)):
        generate_workbook(own_template(tmp_path, columns), path, overwrite=True)
        assert ("trace.check" in ids(path, "数据")) == has_columns
        formulas, _ = formula_cells(path)
        assert all(len(formula) <= 8_192 for formula in formulas.values())
        assert "chk_cells,0)))" in part(path, "xl/worksheets/sheet3.xml")


def test_a_table_on_a_page_has_marks_and_stays_there(tmp_path: Path) -> None:
    """The plan's budget keeps its three columns, whose cells are marked as those of tables are."""
    path = tmp_path / "a.xlsx"
    generate_workbook("campaign_process", path)
    names = [sheet.id for sheet in library_template("campaign_process").tables]
    assert "activity_plan_budget" in names
    book = opened(path)
    page = next(tab for tab in book if "tbl_activity_plan_budget" in tab.tables)
    assert len(page.tables["tbl_activity_plan_budget"].tableColumns) == 3
    rules = [r.formula[0] for area in page.conditional_formatting for r in area.rules if r.formula]
    assert any('"activity_plan_budget.' in rule and "chk_cells" in rule for rule in rules)


def test_rows_are_tested_with_no_list_at_all(tmp_path: Path) -> None:
    """A broken check, an end before its start, a blank and an error are said as they are typed."""
    path = tmp_path / "a.xlsx"
    generate_workbook("campaign_tracker", path)
    hand = Hand(path)
    for cell, text in {"A7": "筹备期", "C7": "海报", "E7": "王", "G7": "2024-06-10"}.items():
        hand.type(TASKS, cell, text)
    assert "必填" in hand.says(TASKS, 7)
    hand.type(TASKS, "H7", "2024-06-01")
    assert "早于" in hand.says(TASKS, 7)
    hand.type(TASKS, "H7", "2024-06-20")
    assert "早于" not in hand.says(TASKS, 7)
    hand.type(TASKS, "O7", "=1/0")
    assert "错误值" in hand.says(TASKS, 7)


def test_what_is_shown_is_what_programs_compute(tmp_path: Path) -> None:
    """Rows that break a check or lack a cell show it in previews, before anything is computed."""
    wrong = {
        "master_tracker": {
            1: {"status": "done", "actual_end": ""},
            2: {"planned_end": "2024-01-01"},
            3: {"owner": ""},
        }
    }
    path = wrong_workbook(tmp_path, wrong)
    formulas, stored = formula_cells(path)
    fresh = ironcalc_values(path, formulas)
    assert differences(formulas, stored, fresh) == []
    texts = [text for key, text in fresh.items() if "chk_notes" in formulas[key] and text]
    assert len(texts) == 3


def test_fields_of_a_form_are_marked(tmp_path: Path) -> None:
    """A field has a key of its own, and the form a format that looks for it."""
    path = tmp_path / "a.xlsx"
    generate_workbook("campaign_tracker", path)
    book = load(path)
    guide = book[book.sheetnames[2]]
    names = {str(guide.cell(row, 1).value).split("|")[0]: row for row in range(1, 40)}
    guide.cell(names["start_date"], 4).value = "下周"
    book.save(path)
    recalculate(path, as_of=date(2024, 6, 30))
    assert '"guide.start_date=下周"' in part(path, "xl/worksheets/sheet2.xml").replace(
        "&quot;", '"'
    )
    assert '"guide.start_date="' in part(path, "xl/worksheets/sheet3.xml").replace("&quot;", '"')
    assert template().form is not None


@pytest.mark.slow
def test_five_thousand_rows_are_hardly_larger_or_slower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 300 doubts: a file at most half as large again, read in at most 1.3 times the time."""
    records = tmp_path / "records"
    records.mkdir()
    heads = "date,channel,impressions,clicks,conversions,new_users,cost,sales,sales_target"
    lines = [
        f"{date(2020, 1, 1) + timedelta(n // 4)},{channel},{10_000 + n},{500 + n % 90},20,10,"
        f"{f'约{n}' if n % 17 == 0 else 1_000 + n % 977},{5_000 + n},4000"
        for n in range(5_000)
        for channel in [("douyin", "red", "moments", "stores")[n % 4]]
    ]
    (records / "daily_data.csv").write_text("\n".join([heads, *lines]), encoding="utf-8")
    sizes, times = [], []
    for most in (10_000, 0):
        monkeypatch.setattr(parts, "MOST_CHECKED", most)
        path = tmp_path / f"{most}.xlsx"
        generate_workbook("campaign_tracker", path, records=records)
        recalculate(path, as_of=date(2024, 1, 1))
        sizes.append(path.stat().st_size)
        times.append(min(_reading_time(path) for _ in range(7)))
    assert sizes[0] <= 1.5 * sizes[1]
    assert times[0] <= 1.3 * times[1]


def _reading_time(path: Path) -> float:
    start = process_time()
    reading, _ = check_workbook(path, as_of=date(2024, 1, 1))
    assert sum(problem.severity != "info" for problem in reading.problems) >= 290
    return process_time() - start
