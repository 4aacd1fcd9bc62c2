"""Doubts in the very sheets that staff fill in: told where they stand, gone once corrected."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from support.oracles import differences, formula_cells, ironcalc_values
from support.reviews import Hand, wrong_workbook
from support.writer_books import load

from marketing_sheets import check_workbook, generate_workbook, merge, recalculate, split
from marketing_sheets.loading import template_names
from marketing_sheets.texts import LANGUAGES, Language

DAY = date(2024, 6, 30)
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


def test_staffs_parts_stay_byte_for_byte(checked: Path, tmp_path: Path) -> None:
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


@pytest.mark.parametrize("language", [pytest.param("zh-Hans", id="zh-Hans"), *LANGUAGES[1:]])
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
    texts = [fresh[key] for key, formula in formulas.items() if "chk_list" in formula]
    assert len(texts) > 20
    assert [text for text in texts if text] == []
    assert told == []
    assert differences(formulas, stored, fresh) == []
