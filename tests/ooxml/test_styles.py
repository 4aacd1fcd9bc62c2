"""Formats come along, are used again, and stand where the schema wants them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xlsxwriter
from lxml import etree
from support.package_workbooks import (
    edit_parts,
    insert,
    opened,
    plain_workbook,
    refused,
    summary_source,
    texts,
)

from marketing_sheets.errors import ExcelLimitError
from marketing_sheets.ooxml import insert_sheet, styles


def test_formats_are_used_again(tmp_path: Path) -> None:
    """A workbook that has all our formats gets none but the link's, free of its named style."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(summary_source("Other"))
    sizes = format_counts(path)
    insert_sheet(path, summary_source())
    assert format_counts(path) == {**sizes, "cellXfs": sizes["cellXfs"] + 1}


def test_new_number_formats_are_counted(tmp_path: Path) -> None:
    """Each is added once, and the collection states how many there are."""
    path = plain_workbook(tmp_path / "a.xlsx")
    known = format_counts(path)["numFmts"]
    for _ in range(2):
        insert(path)
        assert format_counts(path)["numFmts"] == known + 2


def format_counts(path: Path) -> dict[str, int]:
    """Return the stated size of each collection of the style sheet, which must be the real one."""
    root = etree.fromstring(texts(path)["xl/styles.xml"].encode())
    groups = {etree.QName(g).localname: g for g in root if g.get("count") is not None}
    for group in groups.values():
        assert int(group.get("count", "")) == len(group)
    return {name: len(group) for name, group in groups.items()}


def test_custom_number_formats_get_free_ids(tmp_path: Path) -> None:
    """A format code finds its own id; an id taken by another code is not overwritten."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("一").write(0, 0, 1, book.add_format({"num_format": '0"件"'}))
    insert(path)
    book = opened(path)
    assert book["一"]["A1"].number_format == '0"件"'
    assert book["Summary"]["C4"].number_format == '"¥"#,##0.00'
    root = etree.fromstring(texts(path)["xl/styles.xml"].encode())
    ids = [fmt.get("numFmtId") for fmt in root.iterfind(".//{*}numFmt")]
    assert len(ids) == len(set(ids)) >= 2


def test_order_of_the_style_sheet(tmp_path: Path) -> None:
    """Collections that are missing are put where the schema wants them."""
    path = plain_workbook(tmp_path / "a.xlsx")

    def drop(xml: bytes) -> bytes:
        root = etree.fromstring(xml)
        for name in ("numFmts", "dxfs", "cellStyleXfs", "cellStyles"):
            for group in root.findall(f"{{*}}{name}"):
                root.remove(group)
        return etree.tostring(root)

    edit_parts(path, {"xl/styles.xml": drop})
    insert(path)
    root = etree.fromstring(texts(path)["xl/styles.xml"].encode())
    names = [etree.QName(child).localname for child in root]
    assert names == sorted(names, key=styles._ORDER.index)
    assert "dxfs" in names
    assert "numFmts" in names
    assert "xfId" not in dict(root.find("{*}cellXfs")[-1].attrib)  # type: ignore[index]


def test_missing_style_sheet_is_made(tmp_path: Path) -> None:
    """A workbook without formats gets a style sheet whose defaults are where Excel wants them."""
    path = plain_workbook(tmp_path / "a.xlsx")
    drop = re.compile(rb"<(Relationship|Override)[^>]*styles[^>]*/>")
    edit_parts(
        path,
        {
            "xl/styles.xml": None,
            "xl/_rels/workbook.xml.rels": lambda xml: drop.sub(b"", xml),
            "[Content_Types].xml": lambda xml: drop.sub(b"", xml),
        },
    )
    insert(path)
    book = opened(path)
    assert book["Summary"]["B4"].number_format == "0.0%"
    fills = etree.fromstring(texts(path)["xl/styles.xml"].encode()).find("{*}fills")
    assert fills is not None
    assert [fill[0].get("patternType") for fill in fills][:2] == ["none", "gray125"]


def test_too_many_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel's limit on cell formats is respected, not hit by Excel on opening."""
    monkeypatch.setattr(styles, "CELL_FORMATS_LIMIT", 4)
    error = refused(plain_workbook(tmp_path / "a.xlsx"))
    assert isinstance(error, ExcelLimitError)
