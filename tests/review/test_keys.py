"""A cell's key is the same, whether Python makes it or the sheet."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, strategies as st
from support.laws import tried
from support.oracles import Cells, ironcalc_values, libreoffice_values

from marketing_sheets.review import LONGEST, cell_keys, excel_key, excel_prefix_of

_HARD = st.text(alphabet="*?~～=<>+-'\"#%,.1aé万\n 😀（）", max_size=12)
_LONG = st.text(alphabet="长a😀~", min_size=LONGEST - 2, max_size=LONGEST + 3)
# What XML cannot hold, and what programs make of blanks at an end, is not asked.
_TEXT = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20)
numbers = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9, allow_nan=False),
    st.decimals(-(10**6), 10**6, places=2, allow_nan=False).map(float),
    st.sampled_from([0.1 + 0.2, 1 / 3, 45444.75, 0.05, 99.995, 1e14, 123456789012345.0]),
)
values = st.one_of(numbers, st.booleans(), _HARD, _LONG, _TEXT)


def written(typed: list[object], path: Path) -> dict[tuple[str, str], str]:
    """Write a column of values, each with the formula of its key beside it."""
    formulas: dict[tuple[str, str], str] = {}
    with xlsxwriter.Workbook(
        path, {"strings_to_numbers": False, "strings_to_formulas": False}
    ) as book:
        sheet = book.add_worksheet("数据")
        sheet.write_string("A5", "cost|daily_data|1")
        for row, value in enumerate(typed, 7):
            if isinstance(value, str):
                sheet.write_string(f"A{row}", value)
            elif isinstance(value, bool):
                sheet.write_boolean(f"A{row}", value)
            else:
                sheet.write_number(f"A{row}", value)
            formulas["数据", f"B{row}"] = excel_key(f"A{row}", excel_prefix_of("A$5", "daily_data"))
            sheet.write_formula(f"B{row}", "=" + formulas["数据", f"B{row}"])
    return formulas


def unlike(typed: list[object], found: Cells) -> list[object]:
    """List the values whose key in the sheet is none of Python's, of those that have one."""
    keys = [cell_keys("daily_data", "cost", value) for value in typed]
    return [
        (value, shown, own)
        for value, shown, own in zip(typed, found.values(), keys, strict=True)
        if own and shown not in own
    ]


@given(st.lists(values, min_size=40, max_size=60))
@tried(10)
def test_ironcalc_makes_the_same_keys(typed: list[object]) -> None:
    """Numbers of any form, truths, texts with patterns, signs, line breaks, emoji, long ones."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        formulas = written(typed, path)
        assert unlike(typed, ironcalc_values(path, formulas)) == []


@pytest.mark.slow
@pytest.mark.office
@given(st.lists(values, min_size=60, max_size=60))
@tried(2)
def test_libreoffice_makes_the_same_keys(typed: list[object]) -> None:
    """The same in LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        formulas = written(typed, path)
        assert unlike(typed, libreoffice_values(path, formulas, Path(folder))) == []


def test_content_decides() -> None:
    """Another column, another sheet and another text have another key; patterns stand for one."""
    assert cell_keys("a", "b", "x") != cell_keys("a", "c", "x")
    assert cell_keys("a", "b", 1) == cell_keys("a", "b", 1.0) == ("a.b=1",)
    assert cell_keys("a", "b", "~3*") == ("a.b=-3-",)
    assert cell_keys("a", "b", 1e-9) == cell_keys("a", "b", None) == ()
