"""A large sheet is searched without its ordinary rows, and tells the same."""

from __future__ import annotations

from hypothesis import given, strategies as st

from marketing_sheets.ooxml import ordinary, scan
from marketing_sheets.ooxml.extent import bound
from marketing_sheets.ooxml.ordinary import without_ordinary
from marketing_sheets.ooxml.styled import styled_columns

FORMULA = b"IFERROR(tbl[[#This Row],[a]]/tbl[[#This Row],[b]],&quot;&quot;)"
FIRST = 3_000  # rows, more than are looked at to learn what is ordinary
STYLED = {7, 9}


def row(number: int) -> bytes:
    """Return an ordinary row: every seventh has a formula without a result."""
    result = b"" if number % 7 == 0 else b"<v>%d</v>" % number
    return (
        b'<row r="%(n)d" spans="1:4"><c r="A%(n)d" s="1"><v>%(n)d</v></c>'
        b'<c r="B%(n)d" t="s"><v>3</v></c><c r="C%(n)d" s="7"><f>A%(n)d/2</f><v>0.5</v></c>'
        b'<c r="D%(n)d" s="2"><f>%(f)b</f>%(v)b</c></row>'
    ) % {b"n": number, b"f": FORMULA, b"v": result}


# Rows of which something is told, or that are written in another way; "%d" is the row's number.
ODD = (
    b'<row r="%d"><c r="A%d"><f>SUM(A1:A20)</f><v>9</v></c></row>',
    b'<row r="%d"><c r="C%d"><f>SUBTOTAL(109,Sales[Cost])</f><v>9</v></c></row>',
    b'<row r="%d" hidden="1"><c r="A%d" s="1"><v>1</v></c></row>',
    b'<row r="%d"><c r="B%d" t="e"><v>#DIV/0!</v></c></row>',
    b'<row r="%d"><c r="B%d" s="9"><v>1</v></c></row>',
    b'<row r="%d"><c r="E%d"><f>1+1</f></c></row>',
    b'<row r="%d" ht="20"><c r="A%d" s="1"><v>1</v></c><c s="9"><v>2</v></c></row>',
    b'<row><!-- %d %d --><c t="e"><v>#N/A</v></c></row>',
    b"<row r='%d'><c r='AB%d' t='e'><v>#N/A</v></c></row>",
    b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>&lt;row r=</t></is></c></row>',
)


def sheet(odd: dict[int, bytes], dimension: bytes) -> bytes:
    """Return a sheet of ordinary rows, with odd ones in the place of some."""
    rows = (odd[n].replace(b"%d", b"%d" % n) if n in odd else row(n) for n in range(1, FIRST + 1))
    head = b'<worksheet><dimension ref="%b"/><sheetData>' % dimension
    return head + b"".join(rows) + b"</sheetData><mergeCells/></worksheet>"


@given(
    st.dictionaries(st.integers(1, FIRST), st.sampled_from(ODD), max_size=4),
    st.sampled_from((b"A1:D3000", b"A1:XFD1048576", b"A1:B3000", b"A1:D999", b"A1")),
    st.integers(1_000, 300_000),
)
def test_every_search_finds_the_same(odd: dict[int, bytes], dimension: bytes, size: int) -> None:
    """Errors, totals, hidden rows, styles and formulas without results are those of all rows."""
    whole = sheet(odd, dimension)
    short = without_ordinary(whole[at : at + size] for at in range(0, len(whole), size))
    short = whole if short is None else short
    assert scan.error_cells(short) == scan.error_cells(whole)
    assert scan.aggregates(short) == scan.aggregates(whole)
    assert scan.hidden_rows(short) == scan.hidden_rows(whole)
    assert scan.columns_without_results(short) == scan.columns_without_results(whole)
    assert styled_columns(short, STYLED) == styled_columns(whole, STYLED)
    assert bound(short) >= bound(whole)


def test_ordinary_rows_are_left_out() -> None:
    """Of a sheet of ordinary rows the first ones are left, and the last, which ends the table."""
    whole = sheet({}, b"A1:D3000")
    short = without_ordinary([whole])
    assert short is not None
    assert len(short) < ordinary._SAMPLE + 2_000 < len(whole)
    assert bound(short) == bound(whole) == 4 * FIRST


def test_a_cell_that_lies_further_than_stated_is_seen() -> None:
    """A row number beyond what the sheet states makes a row odd, so that its reach is known."""
    far = b'<row r="2000"><c r="A900000" s="1"><v>1</v></c></row>'
    short = without_ordinary([sheet({2000: far}, b"A1:D3000")])
    assert short is not None
    assert b"A900000" in short
    assert bound(short) > 900_000
