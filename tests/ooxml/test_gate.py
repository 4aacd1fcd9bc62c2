"""The gate refuses what must not be opened, and lets honest oddities through."""

from __future__ import annotations

import io
import os
import random
import re
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter
from support.package_workbooks import Stream, edit_parts, plain_workbook, texts

from marketing_sheets.errors import (
    DamagedWorkbook,
    EncryptedWorkbook,
    NotAWorkbook,
    SheetsError,
    UnsupportedWorkbook,
    WorkbookInUse,
)
from marketing_sheets.ooxml import archive as archive_module, gate, open_workbook_file
from marketing_sheets.ooxml.extent import bound, extent
from marketing_sheets.ooxml.gate import check_workbook_file, open_source
from marketing_sheets.problems import column_letter
from marketing_sheets.texts import LANGUAGES

SHEET = "xl/worksheets/sheet1.xml"


def book(path: Path, cells: str) -> Path:
    """Write a workbook whose sheet holds just `cells` (rows in XML)."""
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet()
    return edit_parts(
        path,
        {
            SHEET: lambda xml: xml.replace(
                b"<sheetData/>", b"<sheetData>%s</sheetData>" % cells.encode()
            )
        },
    )


def refusal(path: Path) -> SheetsError:
    """Return the error the gate raises, its sentence whole in every language."""
    with pytest.raises(SheetsError) as caught:
        check_workbook_file(path)
    for language in LANGUAGES:
        assert "{" not in caught.value.describe(language)
        assert path.name in caught.value.describe(language)
    return caught.value


def test_no_file_and_folder(tmp_path: Path) -> None:
    """A missing file and a folder are named as such, and a workbook that was probably meant."""
    (tmp_path / "秋季.xlsx").touch()
    codes = {"没有.xlsx": "no_such_file", "秋季": "no_such_file_near", ".": "is_folder"}
    for name, code in codes.items():
        error = refusal(tmp_path / name)
        assert isinstance(error, NotAWorkbook)
        assert error.code == code
    assert (
        refusal(tmp_path / "秋季").describe("zh-Hans") == "找不到 秋季，您是不是要找“秋季.xlsx”？"
    )


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xlsx", b"a,b\n1,2\n", "not_a_workbook"),
        ("a.csv", b"a,b\n1,2\n", "not_a_workbook"),
        ("a.pdf", b"%PDF-1.4\n", "no_spreadsheet"),
        ("a.xlsx", b"", "empty_file"),
        ("a.xlsx", b"PK\x03\x04" + bytes(400), "not_whole"),
    ],
)
def test_other_content(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    """A CSV can be saved as .xlsx, a PDF cannot; what is empty or cut off is to be sent again."""
    path = tmp_path / name
    path.write_bytes(data)
    error = refusal(path)
    assert error.code == code
    assert "ZIP" not in error.describe("zh-Hans")


def test_compound_files(tmp_path: Path) -> None:
    """A password and the old .xls format are told apart by what the OLE directory names."""
    path = tmp_path / "a.xlsx"
    magic = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500)
    for name, kind, code in (
        ("EncryptedPackage", EncryptedWorkbook, "encrypted"),
        ("Workbook\0", NotAWorkbook, "legacy_xls"),
        ("WordDocument", NotAWorkbook, "not_a_workbook"),
    ):
        path.write_bytes(magic + name.encode("utf-16-le") + bytes(100))
        error = refusal(path)
        assert isinstance(error, kind)
        assert error.code == code


def test_other_packages(tmp_path: Path) -> None:
    """Plain archives, .ods and .xlsb are not taken for workbooks."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(path).code == "not_a_workbook"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    assert refusal(path).code == "open_document"
    plain_workbook(path)
    edit_parts(path, {"_rels/.rels": lambda xml: xml.replace(b"workbook.xml", b"workbook.bin")})
    assert refusal(path).code == "binary_xlsb"


def test_draft_format(tmp_path: Path) -> None:
    """The namespace of Office 2007's beta is refused by name."""
    path = plain_workbook(tmp_path / "a.xlsx")
    edit_parts(path, {"xl/workbook.xml": lambda xml: xml.replace(b"2006/main", b"2006/5/main")})
    assert isinstance(refusal(path), UnsupportedWorkbook)


def test_damage(tmp_path: Path) -> None:
    """A cut file, a wrong checksum and a cut sheet are damaged, each named."""
    path = plain_workbook(tmp_path / "a.xlsx")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert isinstance(refusal(path), DamagedWorkbook)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        crc = struct.pack("<L", archive.getinfo(SHEET).CRC)
    path.write_bytes(whole.replace(crc, b"\1\2\3\4"))
    error = refusal(path)
    assert isinstance(error, DamagedWorkbook)
    assert error.params["part"] == SHEET
    path.write_bytes(whole)
    edit_parts(path, {SHEET: lambda xml: xml[: len(xml) // 2]})
    assert refusal(path).params["part"] == SHEET


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_parts(tmp_path: Path) -> None:
    """Two parts of one name, in whatever case, are refused: programs disagree which is meant."""
    for name in (SHEET, SHEET.upper()):
        path = plain_workbook(tmp_path / "a.xlsx")
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, "<worksheet/>")
        assert refusal(path).code == "duplicate_parts"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_entities(tmp_path: Path, encoding: str) -> None:
    """A document type is refused in every encoding, also behind comments."""
    path = plain_workbook(tmp_path / "a.xlsx")
    declared = '<!-- x --><!DOCTYPE a [<!ENTITY b "c">]>'
    text = texts(path)["xl/workbook.xml"].split("?>", 1)[1]
    edit_parts(path, {"xl/workbook.xml": (declared + text).encode(encoding)})
    assert refusal(path).code == "hostile_entities"


def test_utf16_passes(tmp_path: Path) -> None:
    """A part in UTF-16 is as good as one in UTF-8."""
    path = plain_workbook(tmp_path / "a.xlsx")
    text = texts(path)["xl/workbook.xml"].replace("UTF-8", "UTF-16")
    edit_parts(path, {"xl/workbook.xml": text.encode("utf-16")})
    check_workbook_file(path)


def test_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stated sizes, ratios of large parts that are parsed and the number of entries have limits."""
    path = plain_workbook(tmp_path / "a.xlsx")
    edit_parts(path, {"xl/big.bmp": bytes(9 << 20)})
    check_workbook_file(path)
    monkeypatch.setattr(gate, "RATIO_FROM", 1 << 20)
    check_workbook_file(path)
    with monkeypatch.context() as patch:
        patch.setattr(gate, "MAX_RATIO", 2)
        patch.setattr(gate, "RATIO_FROM", 100)
        assert refusal(path).code == "too_compressed"
    for limit in ("MAX_TOTAL", "MAX_PART"):
        with monkeypatch.context() as patch:
            patch.setattr(gate, limit, 100)
            assert refusal(path).code == "too_big"
    monkeypatch.setattr(archive_module, "MAX_ENTRIES", 5)
    assert refusal(path).code == "too_many_parts"


def test_lying_header(tmp_path: Path) -> None:
    """An entry that inflates to more than its header states is damaged, never inflated whole."""
    path = plain_workbook(tmp_path / "a.xlsx")
    edit_parts(path, {"xl/big.txt": bytes(7 << 20)})
    data = path.read_bytes().replace(struct.pack("<L", 7 << 20), struct.pack("<L", 1000))
    path.write_bytes(data)
    assert isinstance(refusal(path), DamagedWorkbook)
    entry = archive_module.new_entry("a", bytes(1 << 20))
    with pytest.raises(DamagedWorkbook):
        archive_module.ZipEntry(
            name="a",
            raw_name=b"a",
            source=entry.source,
            begin=0,
            packed=entry.packed,
            size=10,
            crc=entry.crc,
            method=8,
        ).inflate("a.xlsx")


FULL = '<c r="A1"><v>1</v></c>'


@pytest.mark.parametrize(
    "cells",
    [
        f'<row r="1">{FULL}</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        f'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="1">{FULL}</row>',
        f'<row r="1">{FULL}</row><row r="9"><c s="0" r="XFD1048576"><v>1</v></c></row>',
        f"<row r='1'>{FULL}</row><row r='9'><c\tr='XFD1048576'><v>1</v></c></row>",
        f'<row r="1">{FULL}</row><row r="9"><x:c r="XFD1048576"><v>1</v></x:c></row>',
        f'<row r="1">{FULL}</row><row r="9"><c r="xfd1048576"><v>1</v></c></row>',
        f'<row r="1">{FULL}</row><row r="9"><c r = "$XFD$1048576"><v>1</v></c></row>',
        f'<row r="1">{FULL}</row><row r="9"><c x=">" r="XFD1048576"><v>1</v></c></row>',
        f'<row r="1">{FULL}</row><row r="9"><c r="A4000000000"><v>1</v></c></row>',
        f'<row r="1">{FULL}</row><row r="9"><c r="XFD9999" t="str"><v> </v></c></row>',
        f'<row r="1">{FULL}</row><row r="9"><c r="XFD9999" t="str"><v></v></c></row>',
        f'<row r="1">{FULL}</row><row r="1000000">{"<c/>" * 60}<c><v>1</v></c></row>',
        f'<row r="1">{FULL}</row><row r="9"><c r="ABCDEFG1"><v>1</v></c></row>',
    ],
)
def test_far_cells(tmp_path: Path, cells: str) -> None:
    """However a far cell is written, it is told and kept from the parser, nothing else."""
    facts = open_workbook_file(book(tmp_path / "a.xlsx", cells))
    (stray,) = facts.sheets[0].strays
    assert stray[0] * stray[1] > 40_000_000
    with zipfile.ZipFile(io.BytesIO(facts.opened.values())) as archive:
        left = archive.read(SHEET).decode()
    assert left.count("<v>1</v>") == 1
    assert left.count("<row") == cells.count("<row")


@pytest.mark.parametrize("tabs", [1, 3])
def test_boxes_too_large(tmp_path: Path, tabs: int) -> None:
    """Where too much lies far out to be a slip, the box it would take is refused, all tabs added.

    Tabs that share a part are read one by one, so each counts.
    """
    rows, step = (1_048_576, 1_000) if tabs == 1 else (99_999, 90)
    letters = "AZ" if tabs == 1 else "FX"
    cells = "".join(
        f'<row r="{r}"><c r="A{r}"><v>1</v></c><c r="{letters}{r}"><v>1</v></c></row>'
        for r in range(1, rows, step)
    )
    path = book(tmp_path / "a.xlsx", cells)
    if tabs == 1:
        assert refusal(path).code == "too_many_cells"
        return
    check_workbook_file(path)
    names = texts(path)["xl/workbook.xml"]
    (tab,) = re.findall("<sheet [^>]*/>", names)
    more = "".join(tab.replace('"Sheet1"', f'"S{n}"') for n in range(tabs))
    edit_parts(path, {"xl/workbook.xml": names.replace(tab, more).encode()})
    assert refusal(path).code == "too_many_cells"


def test_bounds_hold() -> None:
    """What is said of a box without looking at each cell is never too little."""
    chance = random.Random(3)
    for _ in range(200):
        places = {
            (chance.choice((1, 9, 99, 12_345, 1_048_576)), chance.choice((1, 26, 27, 701, 16_384)))
            for _ in range(chance.randrange(1, 5))
        }
        cells = [f'<c r="{column_letter(c)}{r}"><v>1</v></c>' for r, c in sorted(places)]
        stated = chance.choice(('<dimension ref="A1:B2"/>', '<dimension ref="A1:ZZ20000"/>', ""))
        sheet = f"<worksheet>{stated}<sheetData>{''.join(cells)}</sheetData></worksheet>".encode()
        box = max(r for r, _ in places) * max(c for _, c in places)
        assert bound(sheet) >= box
        found = extent(sheet)
        left = places - found.strays.keys()
        assert found.area >= max((r for r, _ in left), default=0) * max(
            (c for _, c in left), default=0
        )


@pytest.mark.parametrize(
    "cells",
    [
        f'<row r="1">{FULL}</row><row r="1048576"><c r="XFD1048576" s="0"/></row>',
        f'<row r="1">{FULL}</row><row r="1048576"><c r="XFD1048576" s="0"></c></row>',
        f'<row r="1">{FULL}</row><row r="1048576"><c r="XFD1048576" s="0"><v/></c></row>',
        f'<row r="1">{FULL}</row><row r="1048576"><c r="XFD1048576" s="0"><v></v></c></row>',
        f'<row r="1">{FULL}</row><row r="1048576"><c s="0" r="XFD1048576"/></row>',
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        f'<row r="1">{FULL}</row><row r="1048576"><c r="Z1048576"><v>1</v></c></row>',
        f'<row r="1">{FULL}</row><row r="99999"><c r="OJ99999"><v>1</v></c></row>',
        f'<row r="1">{FULL}<c r="XFD1"><v>1</v></c></row>',
        "<row><c><v>1</v></c><c><v>2</v></c></row>",
        "",
    ],
)
def test_far_blanks_pass(tmp_path: Path, cells: str) -> None:
    """Blank cells far out, single far cells and long or wide sheets are honest."""
    check_workbook_file(book(tmp_path / "a.xlsx", cells))


def test_many_blank_rows_pass(tmp_path: Path) -> None:
    """A sheet formatted for 100,000 rows ahead is honest, however well it compresses."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet()
    cells = "".join(f'<c r="{letter}%d" s="0"/>' for letter in "ABCDEFGHIJ")
    rows = "".join(f'<row r="{r}">{cells % ((r,) * 10)}</row>' for r in range(1, 100_001))
    edit_parts(
        path,
        {
            SHEET: lambda xml: xml.replace(
                b"<sheetData/>", f"<sheetData>{rows}</sheetData>".encode()
            )
        },
    )
    check_workbook_file(path)


def test_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file another program locks is in use."""
    path = plain_workbook(tmp_path / "a.xlsx")

    def locked(*_: object) -> int:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(os, "open", locked)
    assert isinstance(refusal(path), WorkbookInUse)


def test_only_documented_errors(tmp_path: Path) -> None:
    """Cut or altered at random, a file is opened or refused with a sentence; nothing else."""
    chance = random.Random(7)
    path = plain_workbook(tmp_path / "a.xlsx")
    whole = path.read_bytes()
    outcomes = {"passed": 0, "refused": 0}
    for _ in range(300):
        data = bytearray(whole)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        else:
            for _ in range(chance.choice((1, 2, 5))):
                data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            check_workbook_file(path)
            outcomes["passed"] += 1
        except SheetsError:
            outcomes["refused"] += 1
    assert outcomes["refused"] > 200


def test_zip_with_descriptors_and_zip64(tmp_path: Path) -> None:
    """Archives written as a stream, with Zip64 fields or behind other bytes are read."""
    plain = plain_workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(plain) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    path = tmp_path / "b.xlsx"

    out = Stream()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            with archive.open(name, "w", force_zip64=name == SHEET) as file:
                file.write(data)
    path.write_bytes(b"#!junk" + out.getvalue())
    check_workbook_file(path)
    read = archive_module.read_archive(open_source(path))
    assert {e.name: zlib.crc32(e.inflate("b")) for e in read.entries} == {
        name: zlib.crc32(data) for name, data in parts.items()
    }


@pytest.mark.parametrize(
    ("length", "cells", "hostile"), [(30_000, 90_000, True), (30_000, 900, False)]
)
def test_one_text_in_many_cells(tmp_path: Path, length: int, cells: int, hostile: bool) -> None:
    """A long text that very many cells share is refused; long texts as such are honest."""
    row = '<c t="s"><v>0</v></c>' * 10
    path = book(tmp_path / "a.xlsx", f"<row>{row}</row>" * (cells // 10))
    strings = b'<sst xmlns="x"><si><t>%s</t></si></sst>' % (b"ab" * (length // 2))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", strings)
    if hostile:
        assert refusal(path).code == "too_much_text"
    else:
        check_workbook_file(path)


def test_binary_parts_pass_untouched(tmp_path: Path) -> None:
    """What is no XML by its content type is none by its looks: any bytes pass, none at all too."""
    path = plain_workbook(tmp_path / "a.xlsx")
    binaries = {
        "xl/model/item.data": b"\xff\xfe" + bytes(range(256)) * 9,
        "xl/embeddings/oleObject1.bin": b"<!DOCTYPE x>\xd0\xcf\x11\xe0",
        "xl/printerSettings/printerSettings1.bin": b"",
        "xl/media/image1.wmf": b"<not xml",
        "customXml/item1.xml": b"<!DOCTYPE attached><a>",
    }
    edit_parts(path, dict(binaries))
    with zipfile.ZipFile(path) as archive:
        types = archive.read("[Content_Types].xml")
    default = b'<Default Extension="%s" ContentType="application/octet-stream"/></Types>'
    for ending in (b"data", b"bin", b"wmf"):
        types = types.replace(b"</Types>", default % ending)
    edit_parts(path, {"[Content_Types].xml": types})
    check_workbook_file(path)
    facts = open_workbook_file(path, hashes=True)
    assert {name for name, _ in facts.opened.hashes.values()} >= {*binaries}


def test_very_many_tabs(tmp_path: Path) -> None:
    """Each tab takes its time, even one that shares its part with all others."""
    path = plain_workbook(tmp_path / "a.xlsx")
    names = texts(path)["xl/workbook.xml"]
    (tab,) = re.findall("<sheet [^>]*/>", names)
    for count, is_hostile in ((400, False), (5000, True)):
        more = "".join(re.sub('name="[^"]*"', f'name="S{n}"', tab) for n in range(count))
        edit_parts(path, {"xl/workbook.xml": names.replace(tab, more).encode()})
        if is_hostile:
            assert refusal(path).code == "too_many_cells"
        else:
            check_workbook_file(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_cells_of_vast_sheets_are_counted_in_any_encoding(
    tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many cells as can be read pass the gate, and one more does not; nor does their text."""
    rows = "".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c></row>' for r in range(1, 301))
    path = book(tmp_path / "a.xlsx", rows)
    sheet = texts(path)["xl/worksheets/sheet1.xml"]
    head = sheet.replace('encoding="UTF-8"', 'encoding="UTF-16"') if encoding != "utf-8" else sheet
    edit_parts(path, {"xl/worksheets/sheet1.xml": head.encode(encoding)})
    monkeypatch.setattr(gate, "SMALLEST_FILLED_CELL", 1)
    for limit, is_refused in ((300, False), (299, True)):
        monkeypatch.setattr(gate, "CELL_LIMIT", limit)
        monkeypatch.setattr("marketing_sheets.ooxml.extent.CELL_LIMIT", limit)
        if is_refused:
            assert refusal(path).code == "too_many_cells"
        else:
            facts = open_workbook_file(path)
            assert 300 <= facts.opened.end_tags["xl/worksheets/sheet1.xml"] <= 310
