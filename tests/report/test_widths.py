"""How wide columns are."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from marketing_sheets.report.blocks import Row, TableColumn, Words
from marketing_sheets.report.widths import widths

SIZES = (18, 16, 14, 12)


@given(
    table=st.integers(1, 12).flatmap(
        lambda count: st.lists(
            st.lists(st.text(max_size=60), min_size=count, max_size=count), min_size=1, max_size=6
        )
    )
)
def test_columns_fill_the_room(table: list[list[str]]) -> None:
    """Whatever stands in a table, its columns are as wide as the page together, and none is nil."""
    columns = [TableColumn(head=text) for text in table[0]]
    rows = [Row(cells=tuple(Words(text=text) for text in row)) for row in table[1:]]
    size, found = widths(columns, rows, 9638, SIZES)
    assert sum(found) == 9638
    assert size in SIZES
    assert min(found) > 200


def test_numbers_and_dates_do_not_break() -> None:
    """A long text leaves a figure and a date beside it on one line, in smaller type if need be."""
    cells = ("这是一段很长的说明文字，应当换行而不挤走数字" * 3, "16,691,028", "10 Jun 2024")
    rows = [Row(cells=tuple(Words(text=text) for text in cells))]
    size, found = widths(
        [TableColumn(head="a"), TableColumn(head="b"), TableColumn(head="c")], rows, 9638, SIZES
    )
    assert size == SIZES[0]
    for text, width in zip(cells[1:], found[1:], strict=True):
        assert width - 216 > len(text) * 0.56 * 10 * size
