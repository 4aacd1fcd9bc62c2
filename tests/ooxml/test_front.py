"""Which tab stands in front: the one put there, alone, and no sheet of others changes for it."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from support.package_workbooks import (
    INDEX,
    edit_parts,
    plain_workbook,
    reserved_workbook,
    summary_source,
    texts,
)

from marketing_sheets.ooxml import REVIEW, NewSheet, Receipt, insert_sheets

FIRST, OTHER = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
BOOK = "xl/workbook.xml"


def put(path: Path, name: str = "汇总") -> Receipt:
    """Put a Summary in front."""
    return insert_sheets(path, [NewSheet(source=summary_source(name), in_front=True)])


def in_front(path: Path) -> tuple[str, list[str]]:
    """Return the tab a workbook opens on, and the tabs that are selected."""
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    return book.active.title, [s.title for s in book.worksheets if s.sheet_view.tabSelected]


def moved(path: Path, view: str = 'tabSelected="1" workbookViewId="0"') -> Path:
    """Let a workbook stand open on its second tab, as people leave it."""
    return edit_parts(
        path,
        {
            FIRST: lambda data: data.replace(b' tabSelected="1"', b""),
            OTHER: lambda data: data.replace(b'workbookViewId="0"', view.encode()),
            BOOK: lambda data: data.replace(b"<workbookView", b'<workbookView activeTab="1"'),
        },
    )


def test_a_sheet_of_others_that_is_selected_stays_so(tmp_path: Path) -> None:
    """The mark stands in their sheet: no byte of it changes, and two tabs are never selected."""
    path = moved(reserved_workbook(tmp_path / "a.xlsx"))
    before = texts(path)
    assert in_front(path) == ("明细", ["明细"])
    receipt = put(path)
    assert in_front(path) == ("明细", ["明细"])
    assert texts(path)[OTHER] == before[OTHER]
    assert {part.name for part in receipt.changed} <= {*INDEX, FIRST}
    once = path.read_bytes()
    put(path)
    assert path.read_bytes() == once


def test_another_sheet_of_ours_gives_way(tmp_path: Path) -> None:
    """Where people left the Review in front, the Summary comes before it, selected alone."""
    path = reserved_workbook(tmp_path / "a.xlsx")
    review = NewSheet(source=summary_source("核对"), kind=REVIEW)
    insert_sheets(path, [review])
    part = next(name for name in texts(path) if name.endswith("sheet3.xml"))
    edit_parts(
        path,
        {
            FIRST: lambda data: data.replace(b' tabSelected="1"', b""),
            part: lambda data: data.replace(b"<sheetView ", b'<sheetView tabSelected="1" ', 1),
            BOOK: lambda data: data.replace(b"<workbookView", b'<workbookView activeTab="2"'),
        },
    )
    assert in_front(path) == ("核对", ["核对"])
    put(path)
    assert in_front(path) == ("汇总", ["汇总"])


def test_where_no_other_tab_is_selected_no_other_sheet_changes(tmp_path: Path) -> None:
    """A workbook in front of which our own tab stands is touched nowhere else."""
    path = reserved_workbook(tmp_path / "a.xlsx")
    assert {part.name for part in put(path).changed} <= {*INDEX, FIRST}


def test_a_new_tab_comes_to_the_front(tmp_path: Path) -> None:
    """A Summary that goes last is in front as well, and can be seen among the tabs."""
    path = plain_workbook(tmp_path / "a.xlsx", names=("一", "二"))
    edit_parts(
        path,
        {
            FIRST: lambda data: data.replace(b' tabSelected="1"', b""),
            BOOK: lambda data: re.sub(rb"<bookViews>.*</bookViews>", b"", data),
        },
    )
    put(path)
    assert in_front(path) == ("汇总", ["汇总"])
    views = re.search("<bookViews>.*</bookViews>", texts(path)[BOOK])
    assert views is not None
    assert views[0] == '<bookViews><workbookView activeTab="2"/></bookViews>'


@pytest.mark.parametrize(
    "view",
    [
        'workbookViewId="0"/><sheetView tabSelected="1" workbookViewId="1"',
        'tabSelected="0" workbookViewId="0"',
    ],
)
def test_other_windows_stay_as_they_are(tmp_path: Path, view: str) -> None:
    """A second window keeps its tab; a flag that says no is left alone."""
    path = moved(reserved_workbook(tmp_path / "a.xlsx"), view)
    before = texts(path)[OTHER]
    put(path)
    assert texts(path)[OTHER] == before
    assert in_front(path)[0] == "汇总"


def test_what_cannot_be_told_opens_as_before(tmp_path: Path) -> None:
    """A sheet in 16-bit units may be selected: no second tab is. Nor is a hidden one shown."""
    path = moved(reserved_workbook(tmp_path / "a.xlsx"))
    wide = edit_parts(
        path, {OTHER: lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16")}
    )
    changed = {part.name for part in put(wide).changed}
    assert changed <= {*INDEX, FIRST}
    assert in_front(wide) == ("明细", ["明细"])
    hidden = moved(reserved_workbook(tmp_path / "b.xlsx"))
    edit_parts(
        hidden, {BOOK: lambda data: data.replace(b'sheetId="1"', b'sheetId="1" state="hidden"')}
    )
    put(hidden)
    assert in_front(hidden) == ("明细", ["明细"])
