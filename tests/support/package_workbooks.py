"""Workbooks the tests of the package make, ways to edit their parts, and what to prove of them."""

from __future__ import annotations

import io
import re
import shutil
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from python_calamine import CalamineWorkbook

from marketing_sheets.errors import SheetsError
from marketing_sheets.ooxml import SUMMARY, insert_sheet, sheet_slot
from marketing_sheets.texts import LANGUAGES

Edit = Callable[[bytes], bytes] | bytes | None


def picture() -> bytes:
    """Return a PNG of two by two pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    pixels = zlib.compress(b"\0\xff\0\0\xff\0\0" * 2)
    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def summary_source(
    name: str = "Summary", *, date_1904: bool = False, factor: float = 1, heading: str = "投放汇总"
) -> bytes:
    """Return a one-sheet workbook with about everything a summary shows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": date_1904})
    sheet = book.add_worksheet(name)
    title = book.add_format({"bold": True, "font_size": 18, "font_color": "#1F3864"})
    percent = book.add_format({"num_format": "0.0%", "border": 1, "bg_color": "#DDEBF7"})
    money = book.add_format({"num_format": '"¥"#,##0.00'})
    late = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
    red = book.add_format({"bold": True, "font_color": "red"})
    sheet.merge_range("A1:F1", heading, title)
    sheet.write("A2", "说明\n两行", book.add_format({"text_wrap": True}))
    sheet.write_rich_string("B2", "达成 ", red, " 82% ", "落后")
    for row in range(3, 13):
        sheet.write(row, 0, f"渠道{row - 2}")
        sheet.write(row, 1, row * factor / 10, percent)
        sheet.write(row, 2, row * 1000.5, money)
        sheet.write_formula(row, 3, f"=C{row + 1}*2", money, row * 2001)
    rule = {"type": "cell", "criteria": "<", "value": 0.5, "format": late}
    sheet.conditional_format("B4:B13", rule)
    sheet.conditional_format("C4:C13", {"type": "data_bar", "data_bar_2010": True})
    sheet.write_url("A15", "https://example.com/?b=1&c=2", string="链接")
    sheet.write_url("A16", f"internal:'{name}'!A1", string="顶部")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": [name, 3, 0, 12, 0], "values": [name, 3, 1, 12, 1]})
    sheet.insert_chart("H2", chart)
    sheet.insert_image("H20", "dot.png", {"image_data": io.BytesIO(picture())})
    sheet.add_sparkline("F4", {"range": f"'{name}'!B4:D4"})
    sheet.print_area("A1:F20")
    sheet.repeat_rows(0, 2)
    sheet.set_landscape()
    sheet.set_footer("&C&P/&N")
    sheet.set_column("A:A", 20, money)
    sheet.set_row(1, 30, title)
    book.close()
    return out.getvalue()


def plain_workbook(
    path: Path, *, date_1904: bool = False, names: tuple[str, ...] = ("明细",)
) -> Path:
    """Write a staff workbook: texts, numbers, a chart, a comment, an image, defined names."""
    options = {"date_1904": date_1904, "default_format_properties": {"font_name": "宋体"}}
    with xlsxwriter.Workbook(path, options) as book:
        for name in names:
            sheet = book.add_worksheet(name)
            sheet.write_row("A1", ["渠道", "点击量", "点击率"])
            sheet.write_row("A2", ["抖音", 120, 0.021])
            sheet.write("C3", 0.5, book.add_format({"num_format": "0.00%"}))
            sheet.write_formula("B4", "=SUM(B2:B3)", None, 120)
            sheet.write_comment("A2", "请核对")
            sheet.insert_image("H2", "dot.png", {"image_data": io.BytesIO(picture())})
            chart = book.add_chart({"type": "line"})
            chart.add_series({"values": [name, 1, 1, 3, 1]})
            sheet.insert_chart("E5", chart)
            sheet.print_area("A1:C4")
        book.define_name("全部", f"='{names[0]}'!$A$1:$C$4")
    return path


def edit_parts(path: Path, edits: Mapping[str, Edit]) -> Path:
    """Rewrite parts of a workbook: bytes set a part, None drops it, a function changes it."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    for name, edit in edits.items():
        if edit is None:
            del parts[name]
        else:
            parts[name] = edit if isinstance(edit, bytes) else edit(parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def texts(path: Path) -> dict[str, str]:
    """Return the XML parts of a workbook as text."""
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.endswith((".xml", ".rels"))]
        return {name: archive.read(name).decode() for name in names}


def stored_parts(path: Path) -> dict[str, tuple[bytes, tuple[int, ...]]]:
    """Return each entry's compressed bytes, as they stand in the file, and its date."""
    data = path.read_bytes()
    found: dict[str, tuple[bytes, tuple[int, ...]]] = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            sizes = struct.unpack_from("<2H", data, info.header_offset + 26)
            start = info.header_offset + 30 + sum(sizes)
            found[info.filename] = (data[start : start + info.compress_size], info.date_time)
    return found


INDEX = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
MARKER = SUMMARY.marker


def insert(path: Path, *, factor: float = 1) -> None:
    """Insert a summary as `sheet_slot` says."""
    slot = sheet_slot(path)
    insert_sheet(path, summary_source(slot.name, date_1904=slot.date_1904, factor=factor))


def values(path: Path, name: str) -> list[list[object]]:
    """Return the values of a sheet as a parser of values sees them."""
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python()  # type: ignore[return-value]


def opened(path: Path) -> openpyxl.Workbook:
    """Load a workbook with openpyxl, which says what it would lose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def loads(path: Path) -> list[str] | None:
    """Return the sheet names openpyxl sees, None if it cannot load the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(path).sheetnames
        except Exception:
            # Whatever it stumbles over: all that counts is that it did before as well.
            return None


def refused(path: Path, source: bytes | None = None, **options: str) -> SheetsError:
    """Return the error of an insertion that leaves the file untouched."""
    before = path.read_bytes()
    with pytest.raises(SheetsError) as caught:
        insert_sheet(path, summary_source() if source is None else source, **options)  # type: ignore[arg-type]
    assert path.read_bytes() == before
    for language in LANGUAGES:
        assert "{" not in caught.value.describe(language)
    assert not list(path.parent.glob(".*.tmp"))
    return caught.value


def check_lossless(before: Path, after: Path, allowed: set[str]) -> None:
    """Prove that only `allowed` parts changed: others keep compressed bytes, dates and order."""
    old, new = stored_parts(before), stored_parts(after)
    kept = [name for name in old if name not in allowed]
    assert {name: new.get(name) for name in kept} == {name: old[name] for name in kept}
    assert [name for name in new if name in old] == list(old)
    with zipfile.ZipFile(after) as archive:
        assert archive.testzip() is None


def reserved_workbook(path: Path) -> Path:
    """Make a workbook whose first, selected tab is reserved for the summary."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("汇总")
        sheet.write("A1", "尚未计算")
        book.define_name(f"汇总!{MARKER}", "=汇总!$A$1")
        other = book.add_worksheet("明细")
        other.write_formula("A1", "=汇总!A1", None, "尚未计算")
        other.print_area("A1:B2")
    return path


def own_workbooks(folder: Path) -> Iterator[Path]:
    """Make workbooks of many kinds."""
    yield plain_workbook(folder / "plain.xlsx")
    yield plain_workbook(folder / "1904.xlsx", date_1904=True)
    yield plain_workbook(folder / "clash.xlsx", names=("SUMMARY", "Summary (2)"))
    macro = folder / "macro.xlsm"
    with xlsxwriter.Workbook(folder / "m.xlsx") as book:
        book.add_worksheet("Sheet1")
    shutil.move(folder / "m.xlsx", macro)
    edit_parts(
        macro,
        {
            "xl/vbaProject.bin": bytes(range(256)) * 9,
            "[Content_Types].xml": lambda xml: xml.replace(
                b"openxmlformats-officedocument.spreadsheetml.sheet.main",
                b"ms-excel.sheet.macroEnabled.main",
            ),
        },
    )
    yield macro
    book = openpyxl.Workbook()
    book["Sheet"]["A1"] = "=1/0"
    book["Sheet"]["A1"].comment = Comment("核对", "王")
    book.create_chartsheet("图")
    book.save(folder / "openpyxl.xlsx")
    yield folder / "openpyxl.xlsx"
    yield strict(plain_workbook(folder / "strict.xlsx"))
    yield prefixed(plain_workbook(folder / "prefixed.xlsx"))
    yield awkward(plain_workbook(folder / "awkward.xlsx"))
    yield streamed(plain_workbook(folder / "streamed.xlsx"))
    yield edit_parts(
        plain_workbook(folder / "utf16.xlsx"),
        {"xl/workbook.xml": lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16")},
    )


def strict(path: Path) -> Path:
    """Turn a workbook into one of the strict dialect."""

    def rename(xml: bytes) -> bytes:
        for kind in (b"spreadsheetml", b"officeDocument", b"drawingml"):
            old = b"schemas.openxmlformats.org/" + kind + b"/2006/"
            xml = xml.replace(old, b"purl.oclc.org/ooxml/" + kind + b"/")
        return xml

    return edit_parts(path, {name: rename for name in texts(path) if "docProps" not in name})


def prefixed(path: Path) -> Path:
    """Write the main parts with a namespace prefix, as some libraries do."""

    def prefix(xml: bytes) -> bytes:
        head, body = xml.split(b"?>", 1)
        body = re.sub(rb"<(/?)(?=\w+[\s/>])", rb"<\1x:", body)
        return head + b"?>" + body.replace(b" xmlns=", b" xmlns:x=")

    names = ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"]
    return edit_parts(path, dict.fromkeys(names, prefix))


def awkward(path: Path) -> Path:
    """Use absolute targets, an odd default type, unknown extensions and no dxfs."""
    extension = (
        b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
        b'2006"><mc:Choice Requires="x15"><x15ac:absPath xmlns:x15ac="urn:x" url="C:\\"/>'
        b"</mc:Choice></mc:AlternateContent><bookViews>"
    )
    root = (
        b'<workbook xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        b'mc:Ignorable="x15 xr" xmlns:x15="urn:x15" xmlns:xr="urn:xr" '
    )
    return edit_parts(
        path,
        {
            "xl/_rels/workbook.xml.rels": lambda xml: re.sub(rb'Target="', rb'Target="/xl/', xml),
            "[Content_Types].xml": lambda xml: xml.replace(
                b'Extension="xml" ContentType="application/xml"',
                b'Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.'
                b'spreadsheetml.sheet.main+xml"',
            ),
            "xl/workbook.xml": lambda xml: xml.replace(b"<bookViews>", extension).replace(
                b"<workbook ", root
            ),
            "xl/styles.xml": lambda xml: re.sub(rb"<dxfs[^>]*>|<tableStyles[^>]*>", b"", xml),
        },
    )


class Stream(io.BytesIO):
    """Where an archive is written on and on, as into a pipe."""

    def seekable(self) -> bool:
        """Tell that nobody can go back."""
        return False

    def seek(self, *_: int) -> int:
        """Fail, as a pipe does."""
        raise OSError

    def tell(self) -> int:
        """Fail, as a pipe does."""
        raise OSError


def streamed(path: Path) -> Path:
    """Write the archive as a stream: sizes stand behind the data, some entries are not packed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    out = Stream()
    with zipfile.ZipFile(out, "w") as archive:
        for number, (name, data) in enumerate(parts.items()):
            info = zipfile.ZipInfo(name, (2024, 3, 5, 10, 20, 30))
            info.compress_type = zipfile.ZIP_DEFLATED if number % 3 else zipfile.ZIP_STORED
            archive.writestr(info, data)
    path.write_bytes(out.getvalue())
    return path
