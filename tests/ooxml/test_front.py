"""Which tab stands in front: the one put there, alone, and no other byte of a sheet changes."""

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

from marketing_sheets.ooxml import NewSheet, Receipt, insert_sheets

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


def test_the_tab_put_in_front_is_selected_alone(tmp_path: Path) -> None:
    """The tab people left in front loses one flag; its part tells so, and a second run is quiet."""
    path = moved(reserved_workbook(tmp_path / "a.xlsx"))
    before = texts(path)
    assert in_front(path) == ("明细", ["明细"])
    receipt = put(path)
    after = texts(path)
    assert in_front(path) == ("汇总", ["汇总"])
    assert after[OTHER] == before[OTHER].replace('tabSelected="1"', 'tabSelected="0"')
    assert OTHER in {part.name for part in receipt.changed}
    once = path.read_bytes()
    assert OTHER not in {part.name for part in put(path).changed}
    assert path.read_bytes() == once


def test_where_no_other_tab_is_selected_no_other_sheet_changes(tmp_path: Path) -> None:
    """A workbook in front of which our own tab stands is touched nowhere else."""
    path = reserved_workbook(tmp_path / "a.xlsx")
    assert {part.name for part in put(path).changed} <= {*INDEX, FIRST}


def test_a_new_tab_comes_to_the_front(tmp_path: Path) -> None:
    """A Summary that goes last is in front as well, and can be seen among the tabs."""
    path = plain_workbook(tmp_path / "a.xlsx", names=("一", "二"))
    edit_parts(path, {BOOK: lambda data: re.sub(rb"<bookViews>.*</bookViews>", b"", data)})
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


def test_tabs_selected_together_are_so_no_longer(tmp_path: Path) -> None:
    """What would be typed into two tabs at once is typed into one; text like the flag stays."""
    path = reserved_workbook(tmp_path / "a.xlsx")
    said = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&lt;sheetView tabSelected="1"</t>'
    edit_parts(
        path,
        {
            OTHER: lambda data: re.sub(
                rb"<sheetData>.*</sheetData>",
                said + b"</is></c></row></sheetData>",
                data.replace(b"<sheetView ", b"<sheetView tabSelected='true' "),
            )
        },
    )
    put(path)
    after = texts(path)[OTHER]
    assert "<sheetView tabSelected='false' " in after
    assert '&lt;sheetView tabSelected="1"' in after
    assert in_front(path) == ("汇总", ["汇总"])
