"""Facts of a workbook that its values do not tell."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.packaging.custom import BoolProperty, IntProperty, StringProperty
from support.package_workbooks import edit_parts, plain_workbook, reserved_workbook

from marketing_sheets.errors import NotAWorkbook
from marketing_sheets.ooxml import SUMMARY, SheetFacts, open_workbook_file
from marketing_sheets.ooxml.scan import columns_without_results
from marketing_sheets.values import shows_percent

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """Return a workbook with something of everything, as staff leave it."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("明细")
        percent = book.add_format({"num_format": "0.0%"})
        quoted = book.add_format({"num_format": '0.0"%"'})
        escaped = book.add_format({"num_format": "0.0\\%"})
        for row in range(1, 8):
            sheet.write(row, 0, row)
        sheet.write("B2", 0.1, percent)
        sheet.write("B3", 10, quoted)
        sheet.write("B4", 10, escaped)
        sheet.write("B5", 0.1, book.add_format({"num_format": 9}))
        sheet.write("C2", 0.1, percent)
        sheet.write_formula("D2", "=A2/0", None, "#DIV/0!")
        sheet.write_formula("D3", "=A2*2", None, 2)
        sheet.write("D4", 't="e" hidden="1"')
        sheet.write("D5", "#N/A")
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("F:G", None, None, {"hidden": True})
        sheet.merge_range("A10:B12", "合并")
        sheet.autofilter("A1:D8")
        sheet.filter_column("A", "x > 4")
        for row in (4, 5):
            sheet.set_row(row, None, None, {"hidden": True})
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=明细!$A$2:$A$4"})
        book.add_chartsheet("图").set_chart(chart)
        book.add_worksheet("藏").hide()
        book.add_worksheet("深藏").very_hidden()
        book.set_custom_property("template", "master_tracker")
        book.set_custom_property("rows", 12)
        book.set_custom_property("done", True)
    return path


def test_sheets_in_order(used: Path) -> None:
    """Only worksheets are listed, in the order of their tabs, with their state."""
    facts = open_workbook_file(used)
    assert [(s.name, s.state) for s in facts.sheets] == [
        ("明细", "visible"),
        ("藏", "hidden"),
        ("深藏", "veryHidden"),
    ]


def test_sheet_facts(used: Path) -> None:
    """Hidden rows and columns, errors, merges and filters are found, text alike is not."""
    sheet = open_workbook_file(used).sheets[0]
    assert sheet.hidden_rows == {3, 5, 6}
    assert sheet.hidden_columns == {6, 7}
    assert sheet.errors == {(2, 4): "#DIV/0!"}
    assert sheet.merges == ((10, 1, 12, 2),)
    assert sheet.filtered


def percents(sheet: SheetFacts, columns: set[int]) -> set[tuple[int, int]]:
    """Return the cells in `columns` that a percent format shows."""
    return {cell for cell, code in sheet.format_codes(columns).items() if shows_percent(code)}


def test_percent_cells(used: Path) -> None:
    """A percent sign counts unless it is quoted or escaped; other columns are left out."""
    sheet = open_workbook_file(used).sheets[0]
    assert percents(sheet, {2}) == {(2, 2), (5, 2)}
    assert percents(sheet, {1, 2, 3}) == {(2, 2), (5, 2), (2, 3)}
    assert sheet.format_codes(set()) == {}


def test_plain_sheet_has_none(tmp_path: Path) -> None:
    """An untouched sheet yields empty facts."""
    sheet = open_workbook_file(plain_workbook(tmp_path / "a.xlsx")).sheets[0]
    assert not sheet.hidden_rows
    assert not sheet.hidden_columns
    assert not sheet.errors
    assert (sheet.merges, sheet.filtered) == ((), False)


def test_workbook_facts(used: Path) -> None:
    """Custom properties come as text, the hash is the file's, the days count from 1900."""
    facts = open_workbook_file(used)
    assert dict(facts.properties) == {"template": "master_tracker", "rows": "12", "done": "true"}
    assert facts.sha256 == hashlib.sha256(used.read_bytes()).hexdigest()
    assert not facts.date_1904


def test_1904(tmp_path: Path) -> None:
    """A workbook that counts its days from 1904 says so."""
    assert open_workbook_file(plain_workbook(tmp_path / "a.xlsx", date_1904=True)).date_1904


def test_openpyxl_properties(tmp_path: Path) -> None:
    """Properties another program wrote are read alike."""
    book = Workbook()
    properties = book.custom_doc_props  # type: ignore[attr-defined]  # its stubs lack it
    properties.append(StringProperty(name="语言", value="zh-Hans"))
    properties.append(IntProperty(name="n", value=3))
    properties.append(BoolProperty(name="ok", value=False))
    book.save(tmp_path / "a.xlsx")
    facts = open_workbook_file(tmp_path / "a.xlsx")
    assert dict(facts.properties) == {"语言": "zh-Hans", "n": "3", "ok": "false"}


ODD = """<row hidden="true"><c t='e'><v>#N/A</v></c><c><v>1</v></c></row>
<row><c/><c t="e"><f>1/0</f><v>#DIV/0!</v></c></row>"""


def test_cells_without_addresses(tmp_path: Path) -> None:
    """Rows and cells that do not say where they stand are counted."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    edit_parts(
        path,
        {SHEET: lambda xml: xml.replace(b"<sheetData/>", f"<sheetData>{ODD}</sheetData>".encode())},
    )
    sheet = open_workbook_file(path).sheets[0]
    assert sheet.hidden_rows == {1}
    assert sheet.errors == {(1, 1): "#N/A", (2, 2): "#DIV/0!"}


def test_prefixed_sheet(used: Path) -> None:
    """A sheet written with a namespace prefix tells the same facts."""
    plain = open_workbook_file(used).sheets[0]
    expected = (plain.hidden_rows, plain.hidden_columns, plain.errors, plain.merges)
    codes = plain.format_codes({2, 3})

    def prefix(xml: bytes) -> bytes:
        head, body = xml.split(b"?>", 1)
        body = body.replace(b"</", b"\1").replace(b"<", b"<x:").replace(b"\1", b"</x:")
        return head + b"?>" + body.replace(b"xmlns=", b"xmlns:x=")

    edit_parts(used, {SHEET: prefix})
    sheet = open_workbook_file(used).sheets[0]
    assert (sheet.hidden_rows, sheet.hidden_columns, sheet.errors, sheet.merges) == expected
    assert sheet.filtered
    assert sheet.format_codes({2, 3}) == codes


def test_gate_comes_first(tmp_path: Path) -> None:
    """Facts of a file that is no workbook are refused by the gate."""
    (tmp_path / "a.xlsx").write_text("a,b")
    with pytest.raises(NotAWorkbook):
        open_workbook_file(tmp_path / "a.xlsx")


def test_look_alikes_cost_nothing(tmp_path: Path) -> None:
    """Texts full of what looks like attributes, and errors without content, are told apart."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    noise = 'hidden="1" t="e" # ' * 20_000
    cells = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{noise}</t></is></c>'
    cells += '<c r="B1" t="e"/>' * 20_000 + "</row>"
    sheet_data = f"<sheetData>{cells}</sheetData>".encode()
    edit_parts(path, {SHEET: lambda xml: xml.replace(b"<sheetData/>", sheet_data)})
    sheet = open_workbook_file(path).sheets[0]
    assert not sheet.hidden_rows
    assert sheet.errors == {(1, 2): ""}


def test_formulas_without_a_result(tmp_path: Path) -> None:
    """What openpyxl saves has no results; an empty text that a formula gave is one."""
    path = tmp_path / "a.xlsx"
    book = Workbook()
    assert book.active is not None
    book.active["A1"], book.active["B1"], book.active["B2"] = 1, "=A1*2", '=A1&"<"'
    book.save(path)
    sheet = open_workbook_file(path).sheets[0]
    assert sheet.uncalculated_cells({1, 2}) == {(1, 2): "=A1*2", (2, 2): '=A1&"<"'}
    assert sheet.uncalculated_cells({1}) == {}
    with xlsxwriter.Workbook(path) as other:
        tab = other.add_worksheet()
        tab.write_formula("A1", "=B1", None, "empty")
        tab.write_formula("A2", "=1+1", None, 2)
    edit_parts(path, {SHEET: lambda xml: xml.replace(b"<v>empty</v>", b"<v></v>")})
    sheet = open_workbook_file(path).sheets[0]
    assert sheet.uncalculated_cells({1}) == {}


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_formulas_without_a_result_however_written(tmp_path: Path, prefix: str) -> None:
    """Shared formulas, blanks between tags, prefixes and cells without addresses are told."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    cells = "<c><f>1+1</f><v>2</v></c><c><f>1+2</f> <v /> </c><c s='1'><f t='shared' si='0'/></c>"
    cells += "<c t='str'><f>B1</f><v></v></c><c><f>1+3</f></c><c/>"
    row = f"<sheetData><row>{cells}</row></sheetData>"
    row = row.replace("</", "\1").replace("<", f"<{prefix}").replace("\1", f"</{prefix}")
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    row = row.replace("sheetData>", f'sheetData xmlns:x="{name}">', 1)
    edit_parts(path, {SHEET: lambda xml: xml.replace(b"<sheetData/>", row.encode())})
    sheet = open_workbook_file(path).sheets[0]
    expected = {(1, 2): "=1+2", (1, 3): "=", (1, 5): "=1+3"}
    assert sheet.uncalculated_cells({1, 2, 3, 4, 5}) == expected


def test_our_summary_and_its_copies_are_marked(tmp_path: Path) -> None:
    """The tab that bears the marker is told, whatever it is called now."""
    path = reserved_workbook(tmp_path / "a.xlsx")
    facts = open_workbook_file(path)
    assert [(s.name, s.ours) for s in facts.sheets] == [("汇总", SUMMARY), ("明细", None)]


def test_only_columns_with_a_formula_without_a_result_are_looked_at_again() -> None:
    """An empty text is a result; blanks between tags, prefixes and odd cells need a closer look."""
    row = (
        b'<c r="A7"><v>1</v></c><c r="B7" t="str"><f>A7</f><v></v></c><c r="C7" s="3"><f>A7</f></c>'
        b'<c r="D7"><f>A7</f><v>1</v></c><c r="AB7"><f t="shared" si="0"/></c>'
        b'<c r="E7"><f>A7</f><v></v></c><c r="F7"/>'
    )
    sheet = b"<worksheet><sheetData><row>" + row + b"</row></sheetData></worksheet>"
    assert columns_without_results(sheet) == frozenset((3, 5, 28))
    main = b' xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    for odd in (
        sheet.replace(b"</c><c", b"</c>\n<c"),
        sheet.replace(b"</v></c>", b"</v> </c>").replace(b"><c", b"> <c"),
        sheet.replace(b"<", b"<x:").replace(b"<x:/", b"</x:"),
        sheet.replace(b"<worksheet", b"<worksheet" + main),
        sheet.replace(b'<c r="C7" s="3">', b'<c s="3" r="C7">'),
    ):
        assert columns_without_results(odd) is None
    assert columns_without_results(b"<chartsheet/>") == frozenset()
