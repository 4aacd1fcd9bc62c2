"""Doubts in the very sheets that staff fill in: told where they stand, gone once corrected."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from support.oracles import differences, formula_cells, ironcalc_values
from support.package_workbooks import edit_parts
from support.reviews import Hand, wrong_workbook
from support.writer_books import load, rules_of

from marketing_sheets import (
    UsageError,
    check_workbook,
    generate_workbook,
    merge,
    recalculate,
    split,
)
from marketing_sheets.loading import template_names
from marketing_sheets.texts import LANGUAGES, Language

DAY = date(2024, 6, 30)
TABLES = {f"xl/worksheets/sheet{number}.xml" for number in range(4, 9)}
DAILY, MASTER, REVIEW = "每日数据", "推进总表", "核对"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracker with six wrong cells, recalculated."""
    path = wrong_workbook(tmp_path_factory.mktemp("wrong"))
    recalculate(path, as_of=DAY)
    return path


def answered(path: Path, row: int, text: str) -> None:
    """Type into the last column of the Review, as somebody does who says that it is right."""
    book = load(path)
    book[REVIEW].cell(row, 8).value = text
    book.save(path)


def answers(path: Path) -> list[str]:
    """Return what is said in the last column of the Review."""
    sheet = openpyxl.load_workbook(path, data_only=True)[REVIEW]
    return [str(row[7].value) for row in sheet.iter_rows(min_row=7) if row[7].value]


def test_a_row_says_what_is_wrong_in_it_until_it_is_corrected(checked: Path) -> None:
    """Typed right the text is gone with no program run; typed wrong again it is back."""
    hand = Hand(checked)
    assert hand.says(DAILY, 9) == "1 处：“成本（元）”应为确切的数字，现为约数“约5万”。"
    assert hand.says(MASTER, 8).startswith("1 处：“状态”没有“搞定了”")
    assert hand.says(DAILY, 7) == ""
    hand.type(DAILY, "J9", "50000")
    assert hand.says(DAILY, 9) == ""
    hand.type(DAILY, "J30", "约5万")
    assert hand.says(DAILY, 30).startswith("1 处：“成本（元）”")
    hand.type(DAILY, "D30", "???")
    assert hand.says(DAILY, 30).startswith("2 处：")


def test_the_list_lives_as_the_rows_do(checked: Path) -> None:
    """A line's state is done once its content is gone, and right once somebody says so."""
    hand = Hand(checked)
    lines = {str(hand.sees(REVIEW, f"E{row}")): row for row in range(7, 13)}
    row = lines["约5万"]
    assert "待改" in hand.sees(REVIEW, f"A{row}")
    hand.type(DAILY, "J9", "50000")
    assert "已改" in hand.sees(REVIEW, f"A{row}")
    hand.type(REVIEW, f"H{lines['待定']}", "总部未批")
    assert "无误" in hand.sees(REVIEW, f"A{lines['待定']}")
    assert hand.says(MASTER, 7) == ""


def test_staffs_parts_stay_byte_for_byte(tmp_path: Path) -> None:
    """A recalculation changes our two sheets and what lists them; a second one nothing at all."""
    path = wrong_workbook(tmp_path)
    before = zipfile.ZipFile(path)
    once = recalculate(path, as_of=DAY).receipt
    assert [one.sheet for one in once.sheets] == ["汇总", REVIEW]
    after = zipfile.ZipFile(path)
    for name in before.namelist():
        if name.startswith(("xl/worksheets/sheet", "xl/tables/", "xl/shared")):
            is_ours = name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")
            assert is_ours or before.read(name) == after.read(name), name
    bytes_once = path.read_bytes()
    recalculate(path, as_of=DAY)
    assert path.read_bytes() == bytes_once


def test_what_is_right_as_it_is_stays_so(tmp_path: Path) -> None:
    """An answer is kept over recalculations, for its line alone, and ends the mark."""
    path = wrong_workbook(tmp_path)
    recalculate(path, as_of=DAY)
    answered(path, 8, "总部未批")
    recalculate(path, as_of=DAY)
    recalculate(path, as_of=DAY)
    assert answers(path) == ["总部未批"]
    reading, _ = check_workbook(path, as_of=DAY)
    assert list(reading.confirmed.values()) == ["总部未批"]


@pytest.mark.slow
def test_an_answer_goes_into_a_merge_and_a_split(tmp_path: Path) -> None:
    """What one department said to be right is right in the merged workbook, of its row alone."""
    paths = [wrong_workbook(tmp_path, name=f"{name}.xlsx") for name in ("甲部", "乙部")]
    for path in paths:
        recalculate(path, as_of=DAY)
    lines = openpyxl.load_workbook(paths[0], data_only=True)[REVIEW]
    row = next(r for r in range(7, 13) if lines.cell(r, 5).value == "约5万")
    answered(paths[0], row, "合同价")
    whole = tmp_path / "全部.xlsx"
    merge(paths, whole, as_of=DAY, on_conflict="keep-both", per_department=True)
    assert answers(whole) == ["合同价"]
    recalculate(whole, as_of=DAY)
    assert answers(whole) == ["合同价"]
    done = split(whole, tmp_path / "parts", by="department", as_of=DAY)
    assert [text for part in done.parts for text in answers(part.path)] == ["合同价"]


def without_marks(path: Path) -> Path:
    """Take out what marks cells, as in a workbook generated before there was any."""

    def taken_out(data: bytes) -> bytes:
        return re.sub(
            rb"(?s)<conditionalFormatting(?:(?!</cond).)*?chk_(?:(?!</cond).)*</cond[^>]*>",
            b"",
            data,
        )

    edit_parts(path, {f"xl/worksheets/sheet{n}.xml": taken_out for n in range(3, 9)})
    return path


@pytest.mark.slow
def test_a_copy_of_any_workbook_can_be_marked(tmp_path: Path) -> None:
    """One rule per table is written into the copy, whose cells stay; never into the file itself."""
    path = without_marks(wrong_workbook(tmp_path))
    copy = tmp_path / "copy.xlsx"
    with pytest.raises(UsageError):
        recalculate(path, as_of=DAY, mark_cells=True)
    with pytest.raises(UsageError):
        recalculate(path, output=path, as_of=DAY, mark_cells=True, overwrite=True)
    old = zipfile.ZipFile(path)
    for _ in range(2):  # the second time over its own output
        recalculate(path, output=copy, as_of=DAY, mark_cells=True)
        new = zipfile.ZipFile(copy)
        for number in range(3, 9):
            part = f"xl/worksheets/sheet{number}.xml"
            before, after = old.read(part), new.read(part)
            end = before.rfind(b"</sheetData>")
            assert before[:end] == after[:end]
            assert after.count(b"chk_") - before.count(b"chk_") == (part in TABLES)
    book = load(copy)
    rule = rules_of(book, DAILY)[0]
    assert rule[0] == 1
    priorities = [priority for priority, _, _ in rules_of(book, DAILY)]
    assert len(set(priorities)) == len(priorities)
    # The rule finds the cells: put into a free cell, moved as the format would be.
    hand = Hand(copy)
    marked = {}
    for at, cell in enumerate(("J9", "J10", "D10", "A11", "L12", "A7")):
        shifted = Translator("=" + rule[2], origin="A7").translate_formula(cell)
        hand.type(DAILY, f"BH{7 + at}", shifted)
        marked[cell] = hand.sees(DAILY, f"BH{7 + at}")
    assert [cell for cell in marked if marked[cell]] == ["J9", "D10", "A11", "L12"]


def test_an_answer_in_an_output_is_kept_when_it_is_written_anew(tmp_path: Path) -> None:
    """Beside the workbook, or as a merge: what is typed into the list of the output goes on."""
    path, output = wrong_workbook(tmp_path), tmp_path / "out.xlsx"
    merged = tmp_path / "all.xlsx"
    for _ in range(2):
        recalculate(path, output=output, as_of=DAY)
        merge([path], merged, as_of=DAY)
        for one in (output, merged):
            if not answers(one):
                typed_in_place(one, "总部未批")
    assert answers(output) == answers(merged) == ["总部未批"]


def typed_in_place(path: Path, text: str) -> None:
    """Type into the first line's last cell and change nothing else, as a careful program does."""

    def typed(data: bytes) -> bytes:
        cell = b'<c r="H7" t="inlineStr"><is><t>%b</t></is></c>' % text.encode()
        return re.sub(rb'<c r="H7"[^>]*/>', cell, data)

    edit_parts(path, {"xl/worksheets/sheet2.xml": typed})


@pytest.mark.parametrize(
    "language",
    [LANGUAGES[0], *(pytest.param(one, marks=pytest.mark.slow) for one in LANGUAGES[1:])],
)
@pytest.mark.parametrize("name", template_names())
def test_clean_examples_say_nothing(name: str, language: Language, tmp_path: Path) -> None:
    """No row of an example has a text, and none has a mark, before a recalculation or after."""
    path = tmp_path / "a.xlsx"
    generate_workbook(name, path, language=language, records=None)
    folder = tmp_path / "example"
    folder.mkdir()
    path = wrong_workbook(folder, {}, template=name, language=language)
    done = recalculate(path, as_of=DAY)
    told = [p for p in done.reading.problems if p.severity != "info" and p.told != "list"]
    formulas, stored = formula_cells(path)
    fresh = ironcalc_values(path, formulas)
    texts = [fresh[key] for key, formula in formulas.items() if "chk_notes" in formula]
    assert len(texts) > 20
    assert [text for text in texts if text] == []
    assert told == []
    assert differences(formulas, stored, fresh) == []
