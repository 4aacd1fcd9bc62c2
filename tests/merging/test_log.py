"""What the merge log says, in which order; what is a conflict, what each department's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from support.merges import merged, workbook

from marketing_sheets.merging import Merge
from marketing_sheets.merging.log_page import log_sheet
from marketing_sheets.merging.model import Source
from marketing_sheets.merging.sources import SkippedFile
from marketing_sheets.problems import Place, Problem
from marketing_sheets.records import AttachedCell, SectionHead, SkippedRow

DAY = pd.Timestamp("2024-06-01")
DAILY = {"date": DAY, "channel": "douyin", "cost": 10.0}


def lines(merge: Merge) -> list[dict[str, object]]:
    """Return the lines of the log by column id, as reading gives them."""
    sheet = log_sheet(merge, {})
    names = [column.id for column in sheet.columns]
    rows = [row for row in sheet.rows if not isinstance(row[0], SectionHead)]
    shown = [[c.value if isinstance(c, AttachedCell) else c for c in row] for row in rows]
    return [dict(zip(names, row, strict=True)) for row in shown]


def kinds(merge: Merge) -> list[object]:
    """Return the kinds of lines in the order in which they first stand there."""
    return list(dict.fromkeys(line["kind"] for line in lines(merge)))


def own(file: str, department: str, **form: object) -> Source:
    """Return a department's workbook with a day's data that other departments may have too."""
    return workbook(file, {"daily_data": [DAILY]}, form={"department": department, **form})


class TestDifferences:
    """What departments are meant to fill in differently."""

    def test_good_workbooks_of_several_departments_have_no_conflicts(self) -> None:
        """Whose they are, who leads, the day they tell of and their budgets differ by design."""
        one = {"owner": "王明", "budget": 100.0, "as_of": date(2024, 6, 1)}
        other = {"owner": "李华", "budget": 50.0, "as_of": date(2024, 6, 2)}
        sources = [
            workbook("a.xlsx", {}, form={"department": "sales", **one}),
            workbook("b.xlsx", {}, form={"department": "design", **other}),
        ]
        merge = merged(sources)
        assert merge.conflicts == ()
        assert {found.column for found in merge.differences} == {
            "department",
            "owner",
            "budget",
            "as_of",
        }
        assert (merge.form["department"], merge.form["owner"]) == (None, "王明、李华")
        assert (merge.form["budget"], merge.form["as_of"]) == (150.0, date(2024, 6, 2))
        notes = [str(line["note"]) for line in lines(merge)]
        assert "各部门各有其数，已相加：100（a.xlsx）；50（b.xlsx）" in notes
        assert "各部门各不相同，留空：销售部（a.xlsx）；设计部（b.xlsx）" in notes

    def test_budgets_of_one_department_that_differ_are_a_conflict(self) -> None:
        """Where nothing tells which figure is meant somebody has to decide."""
        sources = [
            workbook(f"{budget}.xlsx", {}, form={"department": "sales", "budget": float(budget)})
            for budget in (100, 120)
        ]
        assert [found.column for found in merged(sources).conflicts] == ["budget"]


class TestAcross:
    """Rows that several departments hold under one key."""

    def test_equal_rows_of_departments_are_counted_with_the_advice(self) -> None:
        """They went in once; the log says how many and which option keeps them apart."""
        pair = [own("a.xlsx", "sales"), own("b.xlsx", "design")]
        merge = merged(pair, per_department=False)
        assert (len(merge.sheets["daily_data"].frame), merge.across_doubles) == (1, 1)
        (advice,) = [line["note"] for line in lines(merge) if line["kind"] == "建议"]
        assert "各部门分开" in str(advice)
        for own_figures in (merged(pair), merged(pair, per_department=True)):
            found = len(own_figures.sheets["daily_data"].frame), own_figures.across_doubles
            assert found == (2, 0)

    def test_copies_of_one_department_need_no_advice(self) -> None:
        """A row that two files of one department hold is the same row."""
        merge = merged([own("a.xlsx", "sales"), own("b.xlsx", "sales")])
        assert (len(merge.duplicates), merge.across_doubles) == (1, 0)


class TestLog:
    """The lines of the merge log."""

    def test_what_matters_stands_first(self) -> None:
        """Totals, files left out, errors before warnings, decisions, sources, details last."""
        sources = [own("a.xlsx", "sales"), own("b.xlsx", "design")]
        place = Place(file="a.xlsx", sheet="每日数据", row=7, column=2)
        warning = Problem(code="base_damaged", place=Place(file="b.xlsx"))
        error = Problem(code="not_a_number", place=place, raw="约5万", params={"column": "成本"})
        merge = replace(
            merged(sources, per_department=False),
            problems=(warning, error),
            skipped=(SkippedFile(file="c.xlsx", code="hidden_file", params={"file": "c.xlsx"}),),
        )
        assert kinds(merge) == [
            "合计",
            "未并入",
            "需核对",
            "处理方式",
            "建议",
            "重复行",
            "来源",
            "明细",
        ]
        grave = [line["state"] for line in lines(merge) if line["kind"] == "需核对"]
        assert grave == ["▲ 错误", "! 警告"]

    def test_what_a_form_lacks_is_one_line_a_file(self) -> None:
        """Blank required fields of a guide are named together; blank cells of tables are not."""
        source = own("a.xlsx", "sales")
        places = {
            name: Place(file="a.xlsx", sheet="填写说明", row=row, column=4)
            for name, row in (("owner", 9), ("budget", 12))
        }
        source = replace(source, reading=replace(source.reading, form_places=places))
        cell = Place(file="a.xlsx", sheet="每日数据", row=7, column=2)
        blanks = tuple(
            Problem(code="required_blank", place=place, params={"column": "x"})
            for place in (*places.values(), cell)
        )
        merge = replace(merged([source]), problems=blanks)
        listed = [line for line in lines(merge) if line["kind"] == "需核对"]
        assert len(listed) == 2
        assert listed[0]["note"] == "2 项必填未填：负责人、总预算（元）"

    def test_rows_with_totals_are_counted_sheet_by_sheet(self) -> None:
        """They are no records, and the log says how many were passed over."""
        source = own("a.xlsx", "sales")
        records = source.reading.sheets["daily_data"]
        skipped = (
            SkippedRow(row=9, reason="total_row", text="合计"),
            SkippedRow(row=10, reason="section_row", text="六月"),
        )
        sheets = {"daily_data": replace(records, skipped=skipped)}
        merge = merged([replace(source, reading=replace(source.reading, sheets=sheets))])
        (line,) = [line for line in lines(merge) if line["kind"] == "未作记录"]
        assert (line["sheet"], line["note"]) == ("每日数据", "另有 1 行合计行未作为记录")


def test_a_row_held_twice_is_listed_with_its_file_and_the_row_that_counts() -> None:
    """Each of the others has a line; the one that went into the merge has none."""
    rows = [workbook(f"{name}.xlsx", {"daily_data": [DAILY]}) for name in "abc"]
    told = [line for line in lines(merged(rows)) if line["kind"] == "重复行"]
    assert [line["file"] for line in told] == ["b.xlsx", "c.xlsx"]
    assert all("a.xlsx" in str(line["note"]) for line in told)


@pytest.mark.parametrize(("count", "more"), [(11, ""), (12, ""), (13, "1"), (20, "8")])
def test_of_many_files_that_differ_twelve_are_named(count: int, more: str) -> None:
    """Of the others their number is told."""
    budgets = [
        workbook(f"{at:02}.xlsx", {}, form={"department": f"部门{at:02}", "budget": 100.0 + at})
        for at in range(count)
    ]
    (note,) = [
        str(line["note"]) for line in lines(merged(budgets)) if "已相加" in str(line["note"])
    ]
    assert note.count(".xlsx") == min(count, 12)
    assert (f" {more} " in note) == bool(more)
