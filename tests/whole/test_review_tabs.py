"""The sheet Review, whatever people did to it: renamed, deleted, copied, or tabs locked."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from support.package_workbooks import edit_parts
from support.reviews import Hand, wrong_workbook

from marketing_sheets import check_workbook, recalculate

DAY = date(2024, 6, 30)
DAILY = "每日数据"


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """The tracker with six wrong cells, recalculated."""
    path = wrong_workbook(tmp_path)
    recalculate(path, as_of=DAY)
    return path


def listed(path: Path) -> str:
    """Return the list of tabs and names of a workbook."""
    return zipfile.ZipFile(path).read("xl/workbook.xml").decode()


def test_a_renamed_list_keeps_its_name_and_its_place(checked: Path) -> None:
    """Excel renames the tab in all names; the next run finds it by its marker."""
    edit_parts(checked, {"xl/workbook.xml": lambda data: data.replace("核对".encode(), b"Todo")})
    done = recalculate(checked, as_of=DAY)
    assert [(one.sheet, one.replaced) for one in done.receipt.sheets] == [
        ("汇总", True),
        ("Todo", True),
    ]
    assert Hand(checked).says(DAILY, 9).startswith("1 处")


def test_a_deleted_list_silences_the_marks_until_the_next_run(checked: Path) -> None:
    """The names break and no formula shows an error; the next run mends all."""

    def deleted(data: bytes) -> bytes:
        data = re.sub(rb'<sheet name="\xe6\xa0\xb8\xe5\xaf\xb9"[^>]*/>', b"", data)
        data = re.sub(rb"(<definedName name=\"chk_\w+\">)[^<]*", rb"\1#REF!", data)
        data = re.sub(
            rb'<definedName name="[^"]*" localSheetId="1"[^>]*>[^<]*</definedName>', b"", data
        )
        return re.sub(
            rb'localSheetId="(\d+)"',
            lambda m: b'localSheetId="%d"' % (int(m[1]) - (int(m[1]) > 1)),
            data,
        )

    edit_parts(checked, {"xl/workbook.xml": deleted})
    hand = Hand(checked)
    assert hand.says(DAILY, 9) == ""
    assert "t004" in str(hand.sees(DAILY, "Q14")) or hand.says(DAILY, 14) == ""
    done = recalculate(checked, as_of=DAY)
    assert [one.replaced for one in done.receipt.sheets] == [True, False]
    assert listed(checked).count('name="chk_cells"') == 1
    assert "#REF!" not in listed(checked)
    assert Hand(checked).says(DAILY, 9).startswith("1 处")


def test_a_list_that_was_moved_stays_where_people_put_it(checked: Path) -> None:
    """It is found as the last tab, written anew there, and the marks follow it."""

    def moved(data: bytes) -> bytes:
        found = re.search(rb'<sheet name="\xe6\xa0\xb8\xe5\xaf\xb9"[^>]*/>', data)
        assert found is not None
        data = data.replace(found[0], b"").replace(b"</sheets>", found[0] + b"</sheets>")
        last = data.count(b"<sheet ") - 1
        return re.sub(
            rb'localSheetId="(\d+)"',
            lambda m: b'localSheetId="%d"' % (last if int(m[1]) == 1 else max(int(m[1]) - 1, 0)),
            data,
        )

    edit_parts(checked, {"xl/workbook.xml": moved})
    before = re.findall(r'<sheet name="([^"]*)"', listed(checked))
    done = recalculate(checked, as_of=DAY)
    assert [one.replaced for one in done.receipt.sheets] == [True, True]
    assert re.findall(r'<sheet name="([^"]*)"', listed(checked)) == before
    assert before[-1] == "核对"
    assert Hand(checked).says(DAILY, 9).startswith("1 处")


def test_where_tabs_are_locked_the_summary_alone_is_written(tmp_path: Path) -> None:
    """A locked workbook without the list gets none, and no line that leads to it."""
    path = wrong_workbook(tmp_path)
    lock = b'<workbookProtection lockStructure="1"/><bookViews>'
    drop = re.compile(rb'<definedName name="_marketing_sheets_review"[^>]*>[^<]*</definedName>')
    edit_parts(
        path,
        {"xl/workbook.xml": lambda data: drop.sub(b"", data.replace(b"<bookViews>", lock))},
    )
    done = recalculate(path, as_of=DAY)
    assert [one.sheet for one in done.receipt.sheets] == ["汇总"]
    assert "仍待核对".encode() not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_without_marks_the_list_stays_as_it_is(checked: Path) -> None:
    """`marks=False` writes the Summary alone."""
    before = zipfile.ZipFile(checked).read("xl/worksheets/sheet2.xml")
    done = recalculate(checked, as_of=DAY, marks=False)
    assert [one.sheet for one in done.receipt.sheets] == ["汇总"]
    assert zipfile.ZipFile(checked).read("xl/worksheets/sheet2.xml") == before


def test_a_row_of_ids_that_is_gone_leaves_no_column_of_ours_among_theirs(tmp_path: Path) -> None:
    """By its two headers the reader knows the columns of checks where their ids are deleted."""
    path = wrong_workbook(tmp_path)

    def without_ids(data: bytes) -> bytes:
        return re.sub(rb'<row r="5".*?</row>', b"", data, count=1, flags=re.DOTALL)

    sheets = {f"xl/worksheets/sheet{n}.xml": without_ids for n in range(4, 9)}
    edit_parts(path, sheets)
    reading, _ = check_workbook(path, as_of=DAY)
    for records in reading.sheets.values():
        assert records.extras is None or not {"需核对", "核对码"} & {*records.extras.columns}
