"""Inserting a sheet changes that sheet and the parts that list it; all else stays as it was."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from support.oracles import libreoffice_resaved
from support.package_workbooks import (
    INDEX,
    MARKER,
    check_lossless,
    edit_parts,
    insert,
    loads,
    opened,
    own_workbooks,
    plain_workbook,
    refused,
    reserved_workbook,
    stored_parts,
    summary_source,
    texts,
    values,
)

from marketing_sheets.errors import SheetsError, UsageError
from marketing_sheets.ooxml import insert_sheet, sheet_slot


def corpus(folder: Path) -> Iterator[Path]:
    """Yield own workbooks, or copies of those in the folder MARKETING_SHEETS_CORPUS names."""
    named = os.environ.get("MARKETING_SHEETS_CORPUS")
    if named is None:
        yield from own_workbooks(folder)
        return
    for path in sorted(Path(named).iterdir()):
        if path.suffix in {".xlsx", ".xlsm", ".xltx", ".xltm"}:
            copy = folder / path.name
            shutil.copyfile(path, copy)
            yield copy


def test_every_other_part_stays(tmp_path: Path) -> None:
    """Whatever made the workbook: other parts are byte-identical, readers read it, runs repeat."""
    done = 0
    for path in corpus(tmp_path):
        original = path.with_name(f"before_{path.name}")
        shutil.copyfile(path, original)
        try:
            slot = sheet_slot(path)
            source = summary_source(slot.name, date_1904=slot.date_1904)
            receipt = insert_sheet(path, source)
        except SheetsError:
            assert path.read_bytes() == original.read_bytes()
            continue
        check_lossless(original, path, INDEX)
        assert not receipt.sheets[0].replaced
        assert {part.name for part in receipt.changed} <= INDEX
        assert not receipt.removed
        assert values(path, slot.name)[0][0] == "投放汇总"
        names = loads(original)
        assert names is None or (loads(path) or [])[: len(names)] == names, path.name
        once = path.read_bytes()
        assert sheet_slot(path).exists
        assert sheet_slot(path).name == slot.name
        assert insert_sheet(path, source).sheets[0].replaced
        assert path.read_bytes() == once, path.name
        done += 1
    assert done >= 10


@pytest.mark.office
def test_libreoffice(tmp_path: Path) -> None:
    """LibreOffice opens the results, draws our sheet, and saving there keeps it recognisable."""
    chosen = ("plain.xlsx", "strict.xlsx", "prefixed.xlsx", "awkward.xlsx", "streamed.xlsx")
    paths = [path for path in own_workbooks(tmp_path) if path.name in chosen]
    for path in paths:
        insert(path)
    for saved in libreoffice_resaved(tmp_path, *paths):
        assert values(saved, "Summary")[3][:4] == ["渠道1", 0.3, 3001.5, 6003.0]
        assert sheet_slot(saved).exists, saved.name
        before, names = saved.read_bytes(), loads(saved)
        insert(saved)
        assert saved.read_bytes() != before
        assert loads(saved) == names


def test_values_and_looks_arrive(tmp_path: Path) -> None:
    """Texts, cached values, formats, rules, merges, links and print settings arrive."""
    path = plain_workbook(tmp_path / "a.xlsx")
    insert(path)
    rows = values(path, "Summary")
    assert rows[1][:2] == ["说明\n两行", "达成  82% 落后"]
    assert rows[3][:4] == ["渠道1", pytest.approx(0.3), 3001.5, 6003.0]
    sheet = opened(path)["Summary"]
    assert sheet["A1"].font.size == 18
    assert sheet["B4"].number_format == "0.0%"
    assert sheet["B4"].fill.fgColor.rgb == "FFDDEBF7"
    assert sheet["C4"].number_format == '"¥"#,##0.00'
    assert sheet["D4"].value == "=C4*2"
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:F1"]
    assert sheet["A15"].hyperlink.target == "https://example.com/?b=1&c=2"
    assert sheet["A16"].hyperlink.location == "'Summary'!A1"
    assert sheet.print_area == "'Summary'!$A$1:$F$20"
    assert sheet.print_title_rows == "$1:$3"
    rules = [rule for found in sheet.conditional_formatting for rule in found.rules]
    late = next(rule for rule in rules if rule.type == "cellIs")
    assert late.dxf.fill.bgColor.rgb == "FFFFC7CE"
    brought = {name for name in stored_parts(path) if name.startswith(("xl/charts/", "xl/media/"))}
    assert brought == {
        "xl/charts/chart1.xml",
        "xl/charts/chart2.xml",
        "xl/media/image1.png",
        "xl/media/image2.png",
    }


def test_strings_stay_in_the_sheet(tmp_path: Path) -> None:
    """Our texts stand in our sheet, so the shared strings of the workbook are not touched."""
    path = plain_workbook(tmp_path / "a.xlsx")
    before = texts(path)
    insert(path)
    after = texts(path)
    assert after["xl/sharedStrings.xml"] == before["xl/sharedStrings.xml"]
    assert 't="s"' not in after["xl/worksheets/sheet2.xml"]
    assert "x14:dataBar" in after["xl/worksheets/sheet2.xml"]


def test_marker_and_order(tmp_path: Path) -> None:
    """A new sheet goes last, is not selected, and bears a hidden name of its own."""
    path = plain_workbook(tmp_path / "a.xlsx")
    receipt = insert_sheet(path, summary_source())
    (put,) = receipt.sheets
    assert (put.position, put.sheet) == (2, "Summary")
    parts = texts(path)
    assert (
        f'name="{MARKER}" localSheetId="1" hidden="1">\'Summary\'!$A$1<' in parts["xl/workbook.xml"]
    )
    assert "tabSelected" not in parts["xl/worksheets/sheet2.xml"]
    assert "全部" in parts["xl/workbook.xml"]
    assert "'明细'!$A$1:$C$4" in parts["xl/workbook.xml"]


def test_reserved_sheet_is_replaced_in_place(tmp_path: Path) -> None:
    """Our sheet keeps its tab's position, id and selection; nobody's index shifts."""
    path = reserved_workbook(tmp_path / "a.xlsx")
    before = texts(path)["xl/workbook.xml"]
    slot = sheet_slot(path, name="Overview")
    assert (slot.name, slot.exists, slot.position) == ("汇总", True, 1)
    receipt = insert_sheet(path, summary_source("汇总"))
    (put,) = receipt.sheets
    assert put.replaced
    assert put.position == 1
    after = texts(path)
    sheets = re.compile("<sheets>.*</sheets>")
    assert sheets.search(after["xl/workbook.xml"])[0] == sheets.search(before)[0]  # type: ignore[index]
    assert 'localSheetId="1">明细!$A$1:$B$2' in after["xl/workbook.xml"]
    assert after["xl/workbook.xml"].count(MARKER) == 1
    assert 'tabSelected="1"' in after["xl/worksheets/sheet1.xml"]
    assert values(path, "汇总")[0][0] == "投放汇总"


def test_renamed_sheet_is_still_ours(tmp_path: Path) -> None:
    """A tab that staff renamed keeps their name; a source built for another name is refused."""
    path = plain_workbook(tmp_path / "a.xlsx")
    insert(path)
    book = texts(path)["xl/workbook.xml"].replace("Summary", "总览")
    edit_parts(path, {"xl/workbook.xml": book.encode()})
    assert sheet_slot(path).name == "总览"
    error = refused(path, summary_source("Summary"))
    assert isinstance(error, UsageError)
    assert error.params["expected"] == "总览"
    insert(path)
    assert loads(path) == ["明细", "总览"]


def test_copied_tab_is_left_alone(tmp_path: Path) -> None:
    """A copy of our tab, which bears the copied marker, stays as staff saved it."""
    path = plain_workbook(tmp_path / "a.xlsx", names=("明细", "上周"))
    insert(path)
    marked = f'<definedName name="{MARKER}" localSheetId="1" hidden="1">上周!$A$1</definedName>'
    book = texts(path)["xl/workbook.xml"]
    book = book.replace("<definedNames>", "<definedNames>" + marked)
    # The copy got the higher id.
    book = book.replace('sheetId="3"', 'sheetId="0"')
    edit_parts(path, {"xl/workbook.xml": book.encode()})
    before = texts(path)["xl/worksheets/sheet2.xml"]
    assert sheet_slot(path).name == "Summary"
    insert(path)
    assert texts(path)["xl/worksheets/sheet2.xml"] == before


def test_foreign_name_is_never_touched(tmp_path: Path) -> None:
    """A staff sheet of the wanted name makes ours take a free one, or is refused."""
    path = plain_workbook(tmp_path / "a.xlsx", names=("汇总", "汇总 (2)"))
    assert sheet_slot(path, name="汇总").name == "汇总 (3)"
    error = refused(path, summary_source("汇总"))
    assert (type(error), error.code) == (UsageError, "sheet_name_taken")
    long = "长" * 31
    assert sheet_slot(plain_workbook(tmp_path / "b.xlsx", names=(long,)), name=long).name == (
        "长" * 27 + " (2)"
    )


def test_stated_name(tmp_path: Path) -> None:
    """`sheet_name` is checked against the source."""
    path = plain_workbook(tmp_path / "a.xlsx")
    assert refused(path, summary_source("B"), sheet_name="A").code == "sheet_name_mismatch"
    insert_sheet(path, summary_source("A"), sheet_name="A")


def test_date_systems_must_agree(tmp_path: Path) -> None:
    """A source that counts days from another year would shift every date by four years."""
    path = plain_workbook(tmp_path / "a.xlsx", date_1904=True)
    assert sheet_slot(path).date_1904
    assert refused(path).code == "date_system_mismatch"


@pytest.mark.parametrize("ours", ["汇总", "彙總", "SUMMARY"])
def test_of_copies_the_one_called_as_we_call_it_is_ours(tmp_path: Path, ours: str) -> None:
    """Programs that number tabs anew give a copy placed before ours the lower sheetId."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in (f"{ours} (2)", ours):
            book.add_worksheet(name)
            book.define_name(f"'{name}'!{MARKER}", f"='{name}'!$A$1")
    slot = sheet_slot(path)
    assert (slot.name, slot.position) == (ours, 2)


@pytest.mark.parametrize(("last", "fresh"), [(65_533, 65_534), (65_534, 2)])
def test_a_sheet_id_stays_within_what_excel_takes(tmp_path: Path, last: int, fresh: int) -> None:
    """One more than the largest, else the first that is free."""
    path = plain_workbook(tmp_path / "a.xlsx", names=("一", "二"))

    def renumbered(book: bytes) -> bytes:
        return book.replace(b'sheetId="2"', b'sheetId="%d"' % last)

    insert(edit_parts(path, {"xl/workbook.xml": renumbered}))
    ids = re.findall(r'sheetId="(\d+)"', texts(path)["xl/workbook.xml"])
    assert sorted(map(int, ids)) == sorted([1, last, fresh])
