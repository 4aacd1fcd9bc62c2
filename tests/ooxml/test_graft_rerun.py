"""Running again replaces our sheet and what only it used, and adds nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import xlsxwriter
from support.package_workbooks import (
    INDEX,
    edit_parts,
    insert,
    plain_workbook,
    reserved_workbook,
    stored_parts,
    summary_source,
    texts,
)

from marketing_sheets.ooxml import index, insert_sheet


def test_ten_runs_add_nothing(tmp_path: Path) -> None:
    """Ten runs with other figures leave as many parts, formats and names as one."""
    path = plain_workbook(tmp_path / "a.xlsx")
    insert(path)
    first = texts(path)
    for run in range(2, 11):
        insert(path, factor=run)
    last = texts(path)
    assert set(last) == set(first)
    assert last["xl/worksheets/sheet2.xml"] != first["xl/worksheets/sheet2.xml"]
    for name in INDEX:
        assert last[name] == first[name]


def test_old_parts_go_shared_ones_stay(tmp_path: Path) -> None:
    """Replacing removes what only our old sheet used; a picture others use too survives."""
    path = plain_workbook(tmp_path / "a.xlsx")
    insert(path)
    drawing = "xl/drawings/_rels/drawing2.xml.rels"
    shared = next(n for n in stored_parts(path) if n.startswith("xl/media/") and "1" in n)
    edit_parts(
        path,
        {drawing: lambda xml: re.sub(rb"\.\./media/[^\"]*", b"../" + shared[3:].encode(), xml)},
    )
    bare = io.BytesIO()
    with xlsxwriter.Workbook(bare) as book:
        book.add_worksheet("Summary").write("A1", "空")
    receipt = insert_sheet(path, bare)
    removed = {part.name for part in receipt.removed}
    assert removed == {
        "xl/worksheets/_rels/sheet2.xml.rels",
        "xl/drawings/drawing2.xml",
        drawing,
        "xl/charts/chart2.xml",
    }
    assert shared in stored_parts(path)
    for part in removed:
        assert part not in texts(path)["[Content_Types].xml"]
    assert "_xlnm.Print_Titles" not in texts(path)["xl/workbook.xml"]


def test_staff_names_on_our_sheet_stay(tmp_path: Path) -> None:
    """A name that staff scoped to our sheet survives its replacement."""
    path = plain_workbook(tmp_path / "a.xlsx")
    insert(path)
    own = '<definedName name="重点" localSheetId="1">Summary!$B$4</definedName></definedNames>'
    book = texts(path)["xl/workbook.xml"].replace("</definedNames>", own)
    edit_parts(path, {"xl/workbook.xml": book.encode()})
    insert(path)
    assert own.removesuffix("</definedNames>") in texts(path)["xl/workbook.xml"]


CHAIN = """<?xml version="1.0" encoding="UTF-8"?>
<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</calcChain>"""


def chained(path: Path, entries: str, *, dangling: bool = False) -> Path:
    """Add a calculation chain by hand."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    link = f'<Relationship Id="rId99" Type="{kind}" Target="calcChain.xml"/></Relationships>'
    override = (
        '<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.calcChain+xml"/></Types>'
    )
    edits: dict[str, object] = {
        "xl/_rels/workbook.xml.rels": lambda x: x.replace(b"</Relationships>", link.encode())
    }
    if not dangling:
        edits["[Content_Types].xml"] = lambda x: x.replace(b"</Types>", override.encode())
        edits["xl/calcChain.xml"] = (CHAIN % entries).encode()
    return edit_parts(path, edits)  # type: ignore[arg-type]


def test_calculation_chain_loses_our_cells(tmp_path: Path) -> None:
    """Cells of our old sheet leave the chain, also where they inherit the sheet's number."""
    path = reserved_workbook(tmp_path / "a.xlsx")
    chained(
        path, '<c r="A1" i="2"/><c r="A2"/><c r="B1" i="1"/><c r="B2"/><c r="A3" i="2"/><c r="A4"/>'
    )
    insert(path)
    chain = texts(path)["xl/calcChain.xml"]
    assert re.findall(r"<c [^>]*>", chain) == [
        '<c r="A1" i="2"/>',
        '<c r="A2"/>',
        '<c r="A3" i="2"/>',
        '<c r="A4"/>',
    ]
    kept = stored_parts(path)["xl/calcChain.xml"]
    insert(path)
    assert stored_parts(path)["xl/calcChain.xml"] == kept


def test_calculation_chain_inheritance_is_repaired(tmp_path: Path) -> None:
    """An entry whose predecessor goes says its sheet itself."""
    path = plain_workbook(tmp_path / "a.xlsx", names=("一", "二"))
    insert(path)
    chained(path, '<c r="A1" i="1"/><c r="X1" i="3"/><c r="A2" i="1"/><c r="B2" i="2"/><c r="B3"/>')
    insert(path)
    entries = re.findall(r"<c [^>]*>", texts(path)["xl/calcChain.xml"])
    assert entries == ['<c r="A1" i="1"/>', '<c r="A2" i="1"/>', '<c r="B2" i="2"/>', '<c r="B3"/>']


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_calculation_chains_may_come_in_pieces(size: int) -> None:
    """However a long chain is cut while it is read, the same is left of it."""
    entries = '<c r="A1" i="2"/><c r="A2"/><x:c r="B1" i="1"></x:c><c r="B2" l="1"/><c r="C1"/>'
    chain = (CHAIN % (entries + '<c r="A3" i="2"/>')).encode()
    pieces = [chain[at : at + size] for at in range(0, len(chain), size)]
    assert b"".join(index._pruned(pieces, b"1")) == b"".join(index._pruned([chain], b"1"))
    assert b"B1" not in b"".join(index._pruned(pieces, b"1"))
    left = b"".join(index._pruned(pieces, b"2"))
    assert re.findall(rb'r="(\w+)"', left) == [b"B1", b"B2", b"C1"]


def test_empty_calculation_chain_goes(tmp_path: Path) -> None:
    """A chain of nothing but our cells is removed whole; a dangling link to one is tolerated."""
    path = reserved_workbook(tmp_path / "a.xlsx")
    chained(path, '<c r="A1" i="1"/><c r="A2"/>')
    receipt = insert_sheet(path, summary_source("汇总"))
    assert "xl/calcChain.xml" in {part.name for part in receipt.removed}
    assert not any("calcChain" in text for text in texts(path).values())
    path = chained(reserved_workbook(tmp_path / "b.xlsx"), "", dangling=True)
    insert(path)
    insert(path)
    assert "calcChain" in texts(path)["xl/_rels/workbook.xml.rels"]
