"""Conditional formats written into sheets of others: every cell stays, whatever made the file."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from support.package_workbooks import edit_parts, loads, own_workbooks, plain_workbook

from marketing_sheets.ooxml import CellRule, insert_sheets, open_workbook_file, tabs_with
from marketing_sheets.ooxml.edit import SheetBytes

NAME = "chk_cells"


def rule(tab: str) -> CellRule:
    """A rule for a tab."""
    formula = f'ISNUMBER(MATCH("a.b="&A2,{NAME},0))'
    return CellRule(
        tab=tab, areas=("A2:B9", "D2:D9"), formula=formula, fill="#EFE4F8", color="#6B2FA0"
    )


def first_tab(path: Path) -> tuple[str, str]:
    """Return the name and the part of the first worksheet."""
    opened = open_workbook_file(path).opened
    sheet = next(one for one in opened.workbook.sheets if one.kind == "worksheet")
    return sheet.name, sheet.part or ""


def test_all_up_to_the_end_of_the_cells_stays(tmp_path: Path) -> None:
    """Strict, prefixed, macro or streamed workbooks: the cells' bytes, and programs load them."""
    for path in own_workbooks(tmp_path):
        copy = Path(shutil.copy(path, path.with_name(f"copy_{path.name}")))
        tab, part = first_tab(path)
        insert_sheets(path, [], rules=[rule(tab)], output=copy, is_draft=True)
        before, after = (zipfile.ZipFile(one).read(part) for one in (path, copy))
        taken = SheetBytes.of(before)
        assert taken is not None
        assert after.startswith(taken.cells), path.name
        assert after.count(b"onditionalFormatting>") == before.count(b"onditionalFormatting>") + 1
        assert tabs_with(open_workbook_file(copy).opened, NAME) == {tab}
        if "macro" not in path.name:
            assert loads(copy) == loads(path)


def test_a_rule_comes_first_and_in_its_place(tmp_path: Path) -> None:
    """Before other formats, after what the schema wants before them; looks are not doubled."""
    path = plain_workbook(tmp_path / "a.xlsx")
    tab, part = first_tab(path)
    tail = (
        b'</sheetData><autoFilter ref="A1:B2"><sortState ref="A1:B2"/></autoFilter>'
        b'<mergeCells count="1"><mergeCell ref="F1:G1"/></mergeCells><conditionalFormatting '
        b'sqref="A1"><cfRule type="expression" priority="1"><formula>TRUE</formula></cfRule>'
        b"</conditionalFormatting>"
    )
    edit_parts(path, {part: lambda data: data.replace(b"</sheetData>", tail, 1)})
    once, twice = tmp_path / "b.xlsx", tmp_path / "c.xlsx"
    insert_sheets(path, [], rules=[rule(tab)], output=once, is_draft=True)
    insert_sheets(path, [], rules=[rule(tab), rule(tab)], output=twice, is_draft=True)
    sheet = zipfile.ZipFile(once).read(part)
    place = sheet.index(b'<conditionalFormatting sqref="A2:B9 D2:D9">')
    assert sheet.index(b"</mergeCells>") + len(b"</mergeCells>") == place
    assert sheet[place:].count(b'priority="1"') == sheet[place:].count(b'priority="2"') == 1
    looks = [zipfile.ZipFile(one).read("xl/styles.xml") for one in (once, twice)]
    assert looks[0] == looks[1]
