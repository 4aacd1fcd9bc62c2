"""Strict, prefixed and oddly archived workbooks stay what they are."""

from __future__ import annotations

import zipfile
from pathlib import Path

from support.package_workbooks import (
    awkward,
    edit_parts,
    insert,
    plain_workbook,
    reserved_workbook,
    stored_parts,
    strict,
    summary_source,
    texts,
)

from marketing_sheets.ooxml import insert_sheet


def test_strict_stays_strict(tmp_path: Path) -> None:
    """In a strict workbook our parts are strict as well, and its old parts are untouched."""
    path = strict(plain_workbook(tmp_path / "a.xlsx"))
    receipt = insert_sheet(path, summary_source())
    parts = texts(path)
    ours = [part.name for part in receipt.added if part.name.endswith((".xml", ".rels"))]
    assert len(ours) >= 5
    for name in [*ours, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]:
        # What has no strict form keeps its name: packages, extensions, compatibility.
        assert "openxmlformats.org/spreadsheetml" not in parts[name], name
        assert "openxmlformats.org/drawingml" not in parts[name], name
        assert "openxmlformats.org/officeDocument" not in parts[name], name


def test_unknown_extensions_survive(tmp_path: Path) -> None:
    """Prefixes that mc:Ignorable names stay declared; unknown elements stay as they are."""
    path = awkward(plain_workbook(tmp_path / "a.xlsx"))
    insert(path)
    book = texts(path)["xl/workbook.xml"]
    for piece in ('mc:Ignorable="x15 xr"', 'xmlns:x15="urn:x15"', 'xmlns:xr="urn:xr"'):
        assert piece in book
    assert '<x15ac:absPath xmlns:x15ac="urn:x" url="C:\\"/>' in book
    types = texts(path)["[Content_Types].xml"]
    assert 'PartName="/xl/worksheets/sheet2.xml"' in types


def test_odd_archive_names(tmp_path: Path) -> None:
    """Entries with backslashes and another case of [Content_Types].xml are found."""
    path = plain_workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/", b"")
        for name, data in parts.items():
            info = zipfile.ZipInfo("placeholder")
            odd = name.lower() if "Types" in name else name.replace("/", "\\")
            info.filename = info.orig_filename = odd
            archive.writestr(info, data)
    before = stored_parts(path)
    receipt = insert_sheet(path, summary_source())
    assert set(before) <= set(stored_parts(path))
    assert "[content_types].xml" in {part.name for part in receipt.changed}


def test_macro_name_of_the_sheet_stays(tmp_path: Path) -> None:
    """The name by which macros know our sheet survives its replacement."""
    path = reserved_workbook(tmp_path / "a.xlsx")
    named = b'<sheetPr codeName="Sheet7"/><dimension'
    edit_parts(path, {"xl/worksheets/sheet1.xml": lambda xml: xml.replace(b"<dimension", named)})
    insert(path)
    assert 'codeName="Sheet7"' in texts(path)["xl/worksheets/sheet1.xml"]
