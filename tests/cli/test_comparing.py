"""`marketing-sheets diff`: what it says, writes and returns, on workbooks as they come back."""

from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from support.command_line import run
from support.departments import daily, department
from support.writer_books import load

import marketing_sheets
from marketing_sheets import UsageError, generate_workbook, read_workbook


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A workbook as it was handed out, and as it came back: four edits, and much moved about."""
    folder = tmp_path_factory.mktemp("pair")

    def sent(book: Workbook) -> None:
        daily(book, 8, cost="2千")

    def returned(book: Workbook) -> None:
        sheet = book["每日数据"]
        rows = [[cell.value for cell in sheet[row]] for row in range(7, 11)]
        for at, cells in zip((12, 10, 8), (rows[0], rows[1], rows[3]), strict=True):
            for number, value in enumerate(cells, 1):
                if not str(value).startswith("="):
                    sheet.cell(at, number).value = value
        for row in (7, 9, 11):
            daily(book, row, date=None, channel=None, impressions=None, clicks=None)
            daily(book, row, conversions=None, new_users=None, cost=None, sales=None)
        daily(book, 10, cost=2000)  # the same amount, spelled otherwise
        daily(book, 12, cost=321.5)
        daily(book, 14, date=datetime(2024, 6, 20), channel="抖音", cost=5)
        for (cell,) in book["填写说明"].iter_rows(min_col=4, max_col=4):
            if cell.value == "市场部":
                cell.value = "销售部"
        book.properties.lastModifiedBy = "李四"

    before = department(folder / "分发.xlsx", "市场部", range(1, 5), then=sent)
    after = department(folder / "交回.xlsx", "市场部", range(1, 5), then=returned)
    return before, after


def test_who_changed_what(pair: tuple[Path, Path]) -> None:
    """Each edit is a line with its cell, and nothing else is; then what it did to the figures."""
    output = run("diff", *pair, "--as-of", "2024-06-28", code=1).output
    assert "交回.xlsx（李四 · " in output
    assert "4 处不同" in output
    assert "每日数据：3 处" in output
    assert "J12 › 2024-06-01 · " in output
    assert "成本（元）：100 → 321.5" in output
    assert "新增行" in output
    assert "删除行" in output
    assert "牵头部门：市场部 → 销售部" in output
    assert "指标因此变化：" in output
    english = run("diff", *pair, "--language", "en", "--as-of", "2024-06-28", code=1).output
    assert "Cost" in english
    assert "100 → 321.5" in english
    assert "Deleted row" in english


def test_the_same_is_fine(pair: tuple[Path, Path]) -> None:
    """Two workbooks that say the same make the exit code 0, one beside itself too."""
    assert "完全相同" in run("diff", pair[1], pair[1]).output


def test_the_figures_of_a_part_are_not_those_of_the_whole(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """One channel's sales are no change of all channels' sales: rows are compared, figures not."""
    book = openpyxl.load_workbook(pair[0])
    daily(book, 9, channel="小红书")
    book.save(whole := tmp_path / "全部.xlsx")
    parts = marketing_sheets.split(
        whole, tmp_path / "分渠道", by="channel", as_of=date(2024, 6, 28)
    )
    book = openpyxl.load_workbook(
        part := next(one.path for one in parts.parts if one.label == "抖音")
    )
    daily(book, 7, cost=321.5)
    book.save(part)
    output = run("diff", whole, part, "--as-of", "2024-06-28", code=1).output
    assert "成本（元）：100 → 321.5" in output
    assert "另有 1 行没有分发在这一份里，没有比较；两份的行不同，指标也不比较" in output
    assert "指标因此变化：" not in output


def test_when_a_file_was_saved_is_told_by_the_clock_here(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list on the terminal speaks of the reader's time; a workbook, the same anywhere, of UTC."""
    book = openpyxl.load_workbook(pair[1])
    saved = book.properties.modified
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    output = run("diff", *pair, code=1).output
    monkeypatch.undo()
    time.tzset()
    assert f"交回.xlsx（李四 · {saved + timedelta(hours=8):%Y-%m-%d %H:%M} 保存）" in output


def test_the_document_for_programs(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """`--json` prints one document: typed values, days in ISO form, the places in both files."""
    target = tmp_path / "差异.xlsx"
    words = ("--as-of", "2024-06-28", "--json", "-o", target)
    told = json.loads(run("diff", *pair, *words, code=1).output)
    assert (told["before"]["file"], told["after"]["author"]) == ("分发.xlsx", "李四")
    assert told["output"] == str(target)
    kinds = [one["kind"] for one in told["differences"]]
    assert sorted(kinds) == ["cell_changed", "field_changed", "row_added", "row_gone"]
    by_kind = {one["kind"]: one for one in told["differences"]}
    cell = by_kind["cell_changed"]
    assert cell["key"][0] == "2024-06-01"
    assert cell["before"] == {
        "value": 100.0, "text": "100", "file": "分发.xlsx", "sheet": "每日数据", "cell": "J7"
    }  # fmt: skip
    assert (cell["after"]["value"], cell["after"]["cell"]) == (321.5, "J12")
    assert by_kind["row_added"]["before"] is None
    assert by_kind["row_added"]["after"]["value"]["date"] == "2024-06-20"
    (sales,) = (one for one in told["figures"] if one["id"] == "sales")
    assert (sales["before"], sales["after"]) == (200.0, 150.0)


def test_the_list_as_a_workbook(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """`-o` writes the whole list; it is replaced the next time, anything else is not.

    It is no workbook of the template: a merge of its folder passes it over.
    """
    target = tmp_path / "差异.xlsx"
    for _ in range(2):
        assert f"已写入 {target}" in run("diff", *pair, "-o", target, code=1).output
    book = load(target)
    sheet = book["差异"]
    assert [cell.value for cell in sheet[6]][:6] == [
        "类别",
        "工作表",
        "记录",
        "项目",
        "部门",
        "负责人",
    ]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=7)]
    assert len(rows) == 4
    (edit,) = (row for row in rows if row[9] == "J12")
    assert edit[6:] == [100, "J7", 321.5, "J12"]
    assert "指标变化" in book.sheetnames
    department(tmp_path / "a.xlsx", "市场部", range(1, 3))
    merged = tmp_path / "合并.xlsx"
    output = run("merge", tmp_path, "-o", merged, "--no-cache", "--as-of", "2024-06-28").output
    assert "差异清单" in output
    assert "file_exists" not in run("diff", *pair, "-o", tmp_path / "a.xlsx", code=2).output
    assert len(read_workbook(tmp_path / "a.xlsx").sheets["daily_data"].frame) == 2


def test_what_cannot_be_compared(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Workbooks of two templates, a missing one, and an output that is an input are refused."""
    other = tmp_path / "其他.xlsx"
    generate_workbook("execution_plan", other)
    output = run("diff", pair[0], other, code=2).output
    assert "无法比较" in output
    assert "分发.xlsx" in output
    run("diff", pair[0], tmp_path / "没有.xlsx", code=3)
    assert "交回.xlsx" in run("diff", *pair, "-o", pair[1], code=2).output
    assert openpyxl.load_workbook(pair[1]).sheetnames


def test_the_python_door(pair: tuple[Path, Path]) -> None:
    """`diff` gives one object: a line in a notebook, one row a difference as a frame."""
    found = marketing_sheets.diff(*pair, language="en")
    assert repr(found) == "<Diff 分发.xlsx → 交回.xlsx: 4 differences>"
    frame = found.frame
    assert len(frame) == 4
    (edit,) = frame[frame.kind == "cell_changed"].to_dict("records")
    assert (edit["label"], edit["old"], edit["new"]) == ("Cost (CNY)", 100.0, 321.5)
    assert (edit["cell_before"], edit["cell_after"]) == ("J7", "J12")
    same = marketing_sheets.diff(pair[0], pair[0])
    assert same.is_same
    assert same.frame.empty
    with pytest.raises(UsageError, match="language"):
        marketing_sheets.diff(*pair, language="fr")  # type: ignore[arg-type]  # a mistake of people
