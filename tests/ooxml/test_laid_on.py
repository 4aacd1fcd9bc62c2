"""Comments, pictures and charts on the sheets of a workbook, each with its cell."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from support.package_workbooks import plain_workbook, summary_source

from marketing_sheets.ooxml import insert_sheet, laid_on


def png() -> bytes:
    """Return a picture of one dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(4))
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def drawn(path: Path) -> Path:
    """Write a workbook with one of each."""
    with xlsxwriter.Workbook(str(path)) as book:
        tab = book.add_worksheet("表")
        tab.write("B2", 5)
        tab.write_comment("B2", "请核对")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=表!$B$2"})
        tab.insert_chart("D4", chart)
        tab.insert_image("AB12", "dot.png", {"image_data": BytesIO(png())})
        book.add_worksheet("空")
    return path


def test_each_thing_is_named_with_its_cell(tmp_path: Path) -> None:
    """A comment with its words, a picture and a chart with the cell they begin in."""
    found = laid_on(drawn(tmp_path / "a.xlsx"))
    assert {(one.kind, one.sheet, one.cell) for one in found} == {
        ("comment", "表", "B2"),
        ("chart", "表", "D4"),
        ("picture", "表", "AB12"),
    }
    assert [one.text for one in found if one.kind == "comment"] == ["请核对"]


def test_pictures_in_cells_are_named(tmp_path: Path) -> None:
    """WPS keeps a picture in a cell as a function, Excel as a value with metadata."""
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0]["C3"] = '=_xlfn.DISPIMG("ID_1",1)'
    book.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/cellimages.xml", "<x/>")
    assert [(one.kind, one.cell) for one in laid_on(path)] == [("picture", "C3")]


def annotate(path: Path, tab: str) -> None:
    """Put a comment on a sheet, as people do."""
    book = openpyxl.load_workbook(path)
    book[tab]["B3"].comment = Comment("看这里", "王五")
    book.save(path)


def test_a_rewrite_of_our_sheet_names_what_it_drops(tmp_path: Path) -> None:
    """The receipt tells cell and kind of what people had put on our sheet, and nothing else."""
    path = plain_workbook(tmp_path / "a.xlsx")
    assert insert_sheet(path, summary_source("Summary")).lost == ()
    annotate(path, "Summary")
    annotate(path, "明细")
    lost = insert_sheet(path, summary_source("Summary")).lost
    assert [(one.kind, one.sheet, one.cell) for one in lost] == [("comment", "Summary", "B3")]
    assert insert_sheet(path, summary_source("Summary")).lost == ()
