"""What cannot be changed safely is refused in one sentence and left untouched."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from support.package_workbooks import (
    INDEX,
    edit_parts,
    insert,
    plain_workbook,
    refused,
    reserved_workbook,
    summary_source,
    values,
)

from marketing_sheets.errors import DamagedWorkbook, NotAWorkbook, SheetsError, UnsupportedWorkbook
from marketing_sheets.ooxml import insert_sheet


def test_signed(tmp_path: Path) -> None:
    """A signature would break: refused."""
    path = plain_workbook(tmp_path / "a.xlsx")
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    link = f'<Relationship Id="s" Type="{kind}" Target="_xmlsignatures/origin.sigs"/>'
    edit_parts(
        path,
        {
            "_rels/.rels": lambda x: x.replace(
                b"</Relationships>", link.encode() + b"</Relationships>"
            )
        },
    )
    assert refused(path).code == "signed"


def test_shared_workbook(tmp_path: Path) -> None:
    """A workbook shared in the old way keeps a log of changes that ours would contradict."""
    path = plain_workbook(tmp_path / "a.xlsx")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/revisionHeaders"
    link = f'<Relationship Id="s" Type="{kind}" Target="revisions/h.xml"/></Relationships>'
    edit_parts(
        path,
        {"xl/_rels/workbook.xml.rels": lambda x: x.replace(b"</Relationships>", link.encode())},
    )
    assert refused(path).code == "shared_workbook"


def test_locked_structure(tmp_path: Path) -> None:
    """Under a locked structure no sheet is added, but ours may be replaced."""
    lock = b'<workbookProtection lockStructure="1"/><bookViews>'
    path = plain_workbook(tmp_path / "a.xlsx")
    edit_parts(path, {"xl/workbook.xml": lambda xml: xml.replace(b"<bookViews>", lock)})
    assert isinstance(refused(path), UnsupportedWorkbook)
    path = reserved_workbook(tmp_path / "b.xlsx")
    edit_parts(path, {"xl/workbook.xml": lambda xml: xml.replace(b"<bookViews>", lock)})
    insert(path)
    assert values(path, "汇总")[0][0] == "投放汇总"


def test_no_worksheet(tmp_path: Path) -> None:
    """A workbook of chart sheets alone has no place for figures."""
    path = plain_workbook(tmp_path / "a.xlsx")
    edit_parts(
        path, {"xl/workbook.xml": lambda x: re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", x)}
    )
    assert refused(path).code == "no_worksheet"


def test_bad_checksum_of_any_part(tmp_path: Path) -> None:
    """A part that does not belong to us but is damaged stops the write."""
    path = plain_workbook(tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = next(i for i in archive.infolist() if i.filename.startswith("xl/media/"))
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0xFF
    path.write_bytes(data)
    assert isinstance(refused(path), DamagedWorkbook)


@pytest.mark.parametrize("what", ["comment", "table", "two", "global"])
def test_sources_that_cannot_be_carried(tmp_path: Path, what: str) -> None:
    """Comments, tables, further sheets and global names in the source are refused by name."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Summary")
        if what == "comment":
            sheet.write_comment("A1", "x")
        elif what == "table":
            sheet.add_table("A1:B3")
        elif what == "two":
            book.add_worksheet("B")
        else:
            book.define_name("total", "=Summary!$A$1")
    path = plain_workbook(tmp_path / "a.xlsx")
    error = refused(path, out.getvalue())
    assert error.code == ("one_sheet_expected" if what == "two" else "source_unsupported")


def test_source_forms(tmp_path: Path) -> None:
    """The source may be bytes, a file object, a path or its text; the result is the same."""
    data = summary_source()
    (tmp_path / "s.xlsx").write_bytes(data)
    results = set()
    original = plain_workbook(tmp_path / "a.xlsx")
    for source in (data, io.BytesIO(data), tmp_path / "s.xlsx", str(tmp_path / "s.xlsx")):
        out = tmp_path / "out.xlsx"
        insert_sheet(str(original), source, output=str(out))
        results.add(out.read_bytes())
    assert len(results) == 1


def test_broken_source(tmp_path: Path) -> None:
    """A source that is no workbook is refused like any other."""
    assert isinstance(refused(plain_workbook(tmp_path / "a.xlsx"), b"x"), NotAWorkbook)


def test_random_damage(tmp_path: Path) -> None:
    """Altered at random, inside parts too, a workbook is written or refused, never in between."""
    chance = random.Random(3)
    path = plain_workbook(tmp_path / "a.xlsx")
    whole = path.read_bytes()
    source = summary_source()
    refusals = 0
    for _ in range(150):
        path.write_bytes(whole)
        name = chance.choice([*INDEX, "_rels/.rels"])
        edit_parts(path, {name: lambda xml: _spoil(xml, chance)})
        before = path.read_bytes()
        try:
            insert_sheet(path, source)
        except SheetsError:
            refusals += 1
            assert path.read_bytes() == before
    assert 50 < refusals < 150


def _spoil(xml: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return xml[: chance.randrange(len(xml))]
    found = chance.choice(list(re.finditer(rb'"([^"]*)"|<[^>]*/>', xml)))
    new = chance.choice([b"", b"-1", b"abc", b"9" * 20, b"../..", b"%zz"])
    start, end = found.span(1) if found[1] is not None else found.span()
    return xml[:start] + (new if found[1] is not None else b"") + xml[end:]
