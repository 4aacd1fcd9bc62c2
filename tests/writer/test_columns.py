"""Columns held until their rows are written give the bytes that XlsxWriter's own cells give."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import xlsxwriter
from hypothesis import given, settings, strategies as st

from marketing_sheets.writer.book import TEXT_LIMIT
from marketing_sheets.writer.columns import ColumnSheet, Value

FIRST = 3
FORMULA = 'IF(A1<2,"a","b&c")'
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "抖音", "a<b", " x ", "=1", "#N/A", "_x0041_"]),
)
SHOWN = st.one_of(
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "超预算", "#DIV/0!", "a&b"]),
)
ROWS = st.integers(0, 40).flatmap(
    lambda count: st.tuples(
        st.lists(CELLS, min_size=count, max_size=count),
        st.lists(SHOWN, min_size=count, max_size=count),
        st.lists(st.integers(0, 2), min_size=count, max_size=count),
    )
)


def write(sheet: Any, row: int, column: int, value: Value, look: Any) -> None:
    """Write one cell the way XlsxWriter means it."""
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, look)
    else:
        sheet.write_number(row, column, value, look)


def made(cells: list[Value], shown: list[Value], styles: list[int], *, held: bool) -> list[bytes]:
    """Return the parts of a workbook with these two columns, and cells around them."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 8, 1)})
        sheet = book.add_worksheet("daily", ColumnSheet if held else None)
        formats = [book.add_format({"bold": n == 1, "italic": n == 2}) for n in range(3)]
        looks = [formats[style] for style in styles]
        sheet.write_string(0, 0, "head", formats[0])
        if held:
            assert sheet.hold(FIRST, 1, cells, looks)[0] == 0
            assert sheet.hold_formula(FIRST, 2, FORMULA, shown, looks) == 0
        else:
            for row, (cell, result, look) in enumerate(
                zip(cells, shown, looks, strict=True), FIRST
            ):
                write(sheet, row, 1, cell, look)
                sheet.write_formula(row, 2, FORMULA, look, result)
        sheet.set_row(FIRST + 1, 30)
        sheet.write_number(FIRST, 5, 1.5, formats[2])
        sheet.write_string(FIRST + 60, 0, "foot", formats[1])
    with zipfile.ZipFile(buffer) as package:
        return [package.read(part) for part in sorted(package.namelist())]


@given(ROWS)
@settings(deadline=None, max_examples=60)
def test_the_bytes_are_the_same(rows: tuple[list[Value], list[Value], list[int]]) -> None:
    """Whatever the cells, results and formats: every part is the one that single cells give."""
    # XlsxWriter counts repeated texts and orders columns as they come: so do the loops above.
    cells, shown, styles = rows
    assert made(cells, shown, styles, held=True) == made(cells, shown, styles, held=False)


def test_a_text_too_long_is_refused_with_its_row() -> None:
    """What no cell of Excel holds is told, and where it stands."""
    with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as book:
        sheet = book.add_worksheet("daily", ColumnSheet)
        look = book.add_format()
        code, row = sheet.hold(FIRST, 0, ["a", "x" * (TEXT_LIMIT + 1)], [look, look])
    assert code < 0
    assert row == FIRST + 1
