"""A picture in a cell is no error: Excel's rich values, and the function of WPS."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from support.package_workbooks import edit_parts, plain_workbook

from marketing_sheets.ooxml import open_workbook_file

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RICH = "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"
LINKS = (
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sheetMetadata",
        "metadata",
    ),
    ("http://schemas.microsoft.com/office/2017/06/relationships/rdRichValue", "rdrichvalue"),
    ("http://schemas.microsoft.com/office/2017/06/relationships/rdRichValueStructure", "structure"),
)


def with_rich_values(path: Path, cells: bytes) -> Path:
    """Put cells in a row of their own, and two rich values behind it: a picture and an error."""
    plain_workbook(path)
    edit_parts(path, {SHEET: lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>")})
    parts = {
        "metadata": f'<metadata xmlns="{MAIN}" xmlns:r="{RICH}"><metadataTypes count="1">'
        '<metadataType name="XLRICHVALUE"/></metadataTypes><futureMetadata name="XLRICHVALUE">'
        '<bk><extLst><ext><r:rvb i="0"/></ext></extLst></bk>'
        '<bk><extLst><ext><r:rvb i="1"/></ext></extLst></bk></futureMetadata><valueMetadata>'
        '<bk><rc t="1" v="0"/></bk><bk><rc t="1" v="1"/></bk></valueMetadata></metadata>',
        "rdrichvalue": f'<rvData xmlns="{RICH}"><rv s="0"><v>0</v></rv>'
        '<rv s="1"><v>8</v></rv></rvData>',
        "structure": f'<rvStructures xmlns="{RICH}"><s t="_localImage"/>'
        '<s t="_error"/></rvStructures>',
    }
    links = "".join(
        f'<Relationship Id="rId9{at}" Type="{kind}" Target="{name}.xml"/>'
        for at, (kind, name) in enumerate(LINKS)
    )
    edit_parts(
        path,
        {
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
                b"</Relationships>", links.encode() + b"</Relationships>"
            )
        },
    )
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(f"xl/{name}.xml", text)
    return path


@pytest.mark.parametrize(
    ("cell", "is_picture"),
    [
        (b't="e" vm="1"><v>#VALUE!</v>', True),
        (b't="e" vm="2"><v>#SPILL!</v>', False),
        (b't="e" vm="9"><v>#VALUE!</v>', False),
        (b't="e"><v>#VALUE!</v>', False),
        (b't="e"><f>_xlfn.DISPIMG("ID_1",1)</f><v>#NAME?</v>', True),
    ],
)
def test_a_picture_is_told_from_an_error(tmp_path: Path, cell: bytes, is_picture: bool) -> None:
    """Only a rich value that leads to a local image, or DISPIMG, is a picture."""
    row = b'<row r="90"><c r="B90" ' + cell + b"</c></row>"
    sheet = open_workbook_file(with_rich_values(tmp_path / "a.xlsx", row)).sheets[0]
    assert ((90, 2) in sheet.pictures) == is_picture
    assert ((90, 2) in sheet.errors) != is_picture
