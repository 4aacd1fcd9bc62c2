"""Two sheets of ours, put in by one write."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.package_workbooks import (
    INDEX,
    check_lossless,
    edit_parts,
    own_workbooks,
    plain_workbook,
    summary_source,
    texts,
)

from marketing_sheets.errors import UnsupportedWorkbook, WorkbookExists
from marketing_sheets.ooxml import (
    REVIEW,
    NewSheet,
    Receipt,
    insert_sheets,
    open_workbook_file,
    sheet_slot,
)

RANGES: Mapping[str, str] = {"chk_cells": "$B$8:$B$20", "chk_notes": "$C$8:$C$20"}


def put(path: Path, *, output: Path | None = None) -> Receipt:
    """Put a Summary and a Review in, each as its slot says."""
    summary, review = sheet_slot(path), sheet_slot(path, "Review", kind=REVIEW)
    sheets = [
        NewSheet(source=summary_source(summary.name, date_1904=summary.date_1904)),
        NewSheet(
            source=summary_source(review.name, date_1904=review.date_1904, factor=2),
            kind=REVIEW,
            ranges=RANGES,
        ),
    ]
    return insert_sheets(path, sheets, output=output)


def test_one_write_puts_in_both(tmp_path: Path) -> None:
    """Whatever made the workbook, only the parts that list sheets change, and runs repeat."""
    for path in own_workbooks(tmp_path):
        before = Path(shutil.copy(path, path.with_name(f"before_{path.name}")))
        receipt = put(path)
        check_lossless(before, path, INDEX)
        first, second = receipt.sheets
        assert second.position == first.position + 1
        assert not (first.replaced or second.replaced)
        facts = open_workbook_file(path)
        ours = {sheet.ours: sheet.name for sheet in facts.sheets}
        assert ours[REVIEW] == second.sheet
        once = path.read_bytes()
        assert all(one.replaced for one in put(path).sheets)
        assert path.read_bytes() == once, path.name
        assert facts.cells_sha256 == open_workbook_file(before).cells_sha256


def test_names_follow_the_sheet_and_are_mended(tmp_path: Path) -> None:
    """Names of the whole workbook refer to the sheet, also after somebody broke them."""
    path = plain_workbook(tmp_path / "a.xlsx")
    put(path)
    name = "<definedName name=\"chk_cells\">'Review'!$B$8:$B$20</definedName>"
    assert name in texts(path)["xl/workbook.xml"]
    broken = name.replace("'Review'!$B$8:$B$20", "#REF!")
    edit_parts(path, {"xl/workbook.xml": lambda data: data.replace(name.encode(), broken.encode())})
    put(path)
    book = texts(path)["xl/workbook.xml"]
    assert book.count("chk_cells") == 1
    assert name in book


def test_formulas_that_look_into_a_sheet_are_computed_on_load(tmp_path: Path) -> None:
    """Programs that save a workbook drop the word; a write of names says it again, once."""
    path = plain_workbook(tmp_path / "a.xlsx")
    edit_parts(path, {"xl/workbook.xml": lambda data: re.sub(rb"<calcPr[^>]*/>", b"", data)})
    for _ in range(2):
        put(path)
        book = texts(path)["xl/workbook.xml"]
        assert book.count("<calcPr") == book.count('fullCalcOnLoad="1"') == 1
        assert book.index("</definedNames>") < book.index("<calcPr")


def test_an_output_is_known_again(tmp_path: Path) -> None:
    """An output as we left it is replaced; with a change of somebody's it is not."""
    path, output = plain_workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx"
    put(path, output=output)
    put(path, output=output)
    part = "xl/worksheets/sheet1.xml"
    edit_parts(output, {part: lambda data: data + b"\n"})
    with pytest.raises(WorkbookExists):
        put(path, output=output)


def test_where_tabs_are_locked_the_slot_says_so(tmp_path: Path) -> None:
    """No tab can be added to a locked workbook: the slot tells before anything is built."""
    path = plain_workbook(tmp_path / "a.xlsx")
    put(path)
    lock = b'<workbookProtection lockStructure="1"/><bookViews>'
    edit_parts(path, {"xl/workbook.xml": lambda data: data.replace(b"<bookViews>", lock)})
    assert sheet_slot(path, kind=REVIEW).is_locked
    put(path)
    other = plain_workbook(tmp_path / "other.xlsx")
    edit_parts(other, {"xl/workbook.xml": lambda data: data.replace(b"<bookViews>", lock)})
    before = other.read_bytes()
    with pytest.raises(UnsupportedWorkbook):
        put(other)
    assert other.read_bytes() == before
