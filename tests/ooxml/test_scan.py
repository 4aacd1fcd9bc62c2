"""What a sheet's bytes tell without being parsed: merges, hidden parts, formulas."""

from __future__ import annotations

import pytest

from marketing_sheets.ooxml.scan import (
    aggregates,
    cell_of,
    columns_without_results,
    hidden_columns,
    hidden_rows,
    merges,
    uncalculated_cells,
)


def sheet(*rows: str, before: str = "", after: str = "") -> bytes:
    """Return the XML of a sheet."""
    data = f"<sheetData>{''.join(rows)}</sheetData>"
    return f'<worksheet xmlns="x">{before}{data}{after}</worksheet>'.encode()


def cell(address: str, formula: str, value: str = "<v>1</v>", kind: str = "") -> str:
    """Return a row of one cell with a formula."""
    return f'<row r="{address[1:]}"><c r="{address}"{kind}>{formula}{value}</c></row>'


@pytest.mark.parametrize(
    ("formula", "cells"),
    [
        ("<f>SUM(D7:D36)</f>", {(9, 4)}),
        ("<f>sum($D$7:$D$36)</f>", {(9, 4)}),
        ("<f>SUBTOTAL(9,D7:D36)</f>", {(9, 4)}),
        ("<f>SUBTOTAL(109,Sales[Cost])</f>", {(9, 4)}),
        ("<f>ROUND(AVERAGE(D7:D36),2)</f>", {(9, 4)}),
        ("<f>SUM(C7:D36)</f>", set()),
        ("<f>SUM(C7:C36)</f>", set()),
        ("<f>D7+D8</f>", set()),
        ("<f>D7:D36</f>", set()),
        ('<f t="shared" ref="D9:F9" si="0">SUM(D7:D8)</f>', {(9, 4), (9, 5), (9, 6)}),
        ('<f t="shared" ref="D9:D11" si="0">SUM(D7:D8)</f>', {(9, 4), (10, 4), (11, 4)}),
        ('<f t="shared" ref="D9:E10" si="0">SUM(D7:D8)</f>', {(9, 4), (9, 5), (10, 4), (10, 5)}),
        ('<f t="shared" ref="D9" si="0">SUM(D7:D8)</f>', {(9, 4)}),
        ('<f t="array" ref="nothing">SUM(D7:D8)</f>', {(9, 4)}),
    ],
)
def test_a_formula_condenses_its_own_column(formula: str, cells: set[tuple[int, int]]) -> None:
    """Over cells of the column it stands in, alone or shared with exactly its neighbours."""
    assert aggregates(sheet(cell("D9", formula))) == cells


def test_each_formula_is_looked_at_by_itself() -> None:
    """Many on a sheet are all found, and a range before the cells is none."""
    rows = [cell(f"B{row}", f"<f>SUM(B{row - 2}:B{row - 1})</f>") for row in (7, 8, 30)]
    data = sheet(*rows, before='<dimension ref="B7:B30"/>', after='<x ref="B1:B2"/>')
    assert aggregates(data) == {(7, 2), (8, 2), (30, 2)}


@pytest.mark.parametrize(
    ("content", "formula"),
    [
        ("<f>A1+1</f>", "=A1+1"),
        ("<f>A1&lt;1</f><v></v>", "=A1<1"),
        ("<f>A1</f><v/>", "=A1"),
        ('<f t="shared" si="0"/>', "="),
        ("<f>A1</f><v>0</v>", None),
        ("<v>3</v>", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("blank", ["", "\n  "])
def test_a_formula_without_a_result_is_told(content: str, formula: str | None, blank: str) -> None:
    """With its text; an empty text is a result, and so is any other column's business."""
    spread = content.replace("><", f">{blank}<")
    for kind, is_text in (("", False), (' t="str"', True)):
        row = f'<row r="7">{blank}<c r="B7"{kind}>{spread}{blank}</c>{blank}</row>'
        told = {} if formula is None or is_text else {(7, 2): formula}
        assert uncalculated_cells(sheet(row), {2}) == told
        assert uncalculated_cells(sheet(row), {1, 2, 3}) == told
        assert uncalculated_cells(sheet(row), {3}) == {}
        if not blank:
            assert columns_without_results(sheet(row)) == frozenset({2} if told else ())


def test_merges_are_their_four_corners() -> None:
    """Top, left, bottom, right; a single cell is no merge to speak of."""
    marks = '<mergeCells><mergeCell ref="B2:D5"/><mergeCell ref="$A$1:A3"></mergeCell></mergeCells>'
    assert merges(sheet(after=marks)) == ((2, 2, 5, 4), (1, 1, 3, 1))
    assert merges(sheet()) == ()


def test_hidden_rows_and_columns_count_from_one() -> None:
    """A range of columns is hidden from its first to its last; a row without a number follows."""
    rows = ['<row r="2" hidden="1"/>', '<row r="3" hidden="0"/>', '<row r="5" hidden="true"/>']
    assert hidden_rows(sheet(*rows)) == {2, 5}
    columns = '<cols><col min="2" max="4" hidden="1"/><col min="6" max="6"/></cols>'
    assert hidden_columns(sheet(before=columns)) == {2, 3, 4}


@pytest.mark.parametrize(
    ("address", "place"),
    [
        *(("B7", (7, 2)), ("$AA$10", (10, 27)), (" c3 ", (3, 3)), ("XFD1048576", (1048576, 16384))),
        *(("7B", None), ("", None), ("B7:C8", None)),
    ],
)
def test_an_address_is_a_row_and_a_column(address: str, place: tuple[int, int] | None) -> None:
    """In either case and with dollar signs; a range is none."""
    assert cell_of(address) == place
