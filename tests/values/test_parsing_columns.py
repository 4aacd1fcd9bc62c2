"""Whole columns give what single cells give."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, strategies as st

from marketing_sheets.template import COLUMN_TYPES, ColumnType
from marketing_sheets.values import Context, as_text, parse, parse_column

CONTEXTS = (
    Context(),
    Context(min=0, max=100),
    Context(unit="万元", period=(date(2024, 6, 1), date(2024, 7, 15))),
    Context(percent_points=True, percent_voted=True),
    Context(percent_unclear=True),
    Context(percent_format=True, choices={"已完成": "done"}, choices_open=True),
)
_WORDS = (
    *(
        "5万",
        "5人",
        "8%",
        "1:3",
        "≥20万",
        "提升30%",
        "约5万",
        "-",
        "待定",
        "环比+15%",
        "$5",
        "TRUE",
    ),
    *("2024-07-01", "7月1日", "2024.07.01-07.31", "6.5 18:00", "第5周", "是", "x", "已完成(好)"),
)
NUMBERS = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-5, 200),
    st.integers(),
    st.just(10**400),
    st.just(2**53 + 1),
    st.floats(0, 3),
)
CELLS: st.SearchStrategy[Any] = st.one_of(
    NUMBERS,
    st.sampled_from(_WORDS),
    st.booleans(),
    st.dates(date(1980, 1, 1), date(2110, 1, 1)),
    st.datetimes(datetime(1980, 1, 1), datetime(2110, 1, 1)),
    st.times(),
    st.just(pd.NA),
)


def _column(cells: list[Any]) -> pd.Series[Any]:
    return pd.Series(cells, dtype=object, index=range(10, 10 + len(cells)))


def _shown(value: Any, type: ColumnType) -> Any:
    """Bring a single cell's value to what a frame holds."""
    if value is None or (isinstance(value, int | float) and type != "yes_no"):
        return value
    return pd.Timestamp(value) if type == "date" else as_text(value)


@example([pd.NA, 10**400, 1], "integer", Context())
@example([pd.NA], "money", Context())
@given(
    st.one_of(st.lists(NUMBERS, max_size=12), st.lists(CELLS, max_size=12)),
    st.sampled_from(COLUMN_TYPES),
    st.sampled_from(CONTEXTS),
)
def test_columns_agree_with_cells(cells: list[Any], type: ColumnType, context: Context) -> None:
    """A column's values, faults, notes, remarks and kinds are those of its cells, in order."""
    raws = _column(cells)
    parsed = parse_column(raws, type, context)
    single = [parse(cell, type, context) for cell in cells]
    assert parsed.values.index.equals(raws.index)
    assert [None if pd.isna(v) else v for v in parsed.values] == [
        _shown(cell.value, type) for cell in single
    ]
    assert parsed.faults == {at: cell for at, cell in enumerate(single) if cell.fault}
    assert parsed.notes == {at: cell for at, cell in enumerate(single) if cell.note}
    assert parsed.remarks == {at: cell.remark for at, cell in enumerate(single) if cell.remark}
    assert parsed.comparators == {
        at: cell.comparator for at, cell in enumerate(single) if cell.comparator
    }
    if type == "quantity":
        assert parsed.kinds is not None
        assert parsed.kinds.index.equals(raws.index)
        assert [None if pd.isna(k) else k for k in parsed.kinds] == [c.kind for c in single]
    else:
        assert parsed.kinds is None


@pytest.mark.parametrize(
    ("type", "dtype"),
    [
        ("integer", "Int64"),
        *((name, "Float64") for name in ("number", "money", "percent", "ratio", "quantity")),
        ("date", "datetime64[ns]"),
        *((name, pd.StringDtype("python")) for name in ("text", "choice", "week", "yes_no")),
    ],
)
@pytest.mark.parametrize("cells", [[], [None], [None, "?"], [3, None], [0.5], ["5万", 2]])
def test_a_type_has_one_dtype(type: ColumnType, dtype: Any, cells: list[Any]) -> None:
    """The dtype depends on the type alone, be the column empty, clean or full of faults."""
    assert parse_column(_column(cells), type).values.dtype == dtype


def test_a_clean_column_keeps_its_numbers_bit_for_bit() -> None:
    """A column of numbers passes through unchanged, and blanks stay blank."""
    numbers = [0.1, 1 / 3, 1e-300, None, 2.5]
    values = parse_column(_column(numbers), "number").values
    assert values.to_numpy(dtype=float, na_value=np.nan)[[0, 1, 2, 4]].tolist() == [
        0.1,
        1 / 3,
        1e-300,
        2.5,
    ]
    assert values.isna().tolist() == [False, False, False, True, False]


def test_doubtful_numbers_among_clean_ones_are_found() -> None:
    """In a column of numbers only the cells out of bounds or not whole are faults."""
    parsed = parse_column(_column([1, 2.5, -3, 4.0, None, float("inf")]), "integer", Context(min=0))
    assert parsed.values.fillna(-1).tolist() == [1, -1, -1, 4, -1, -1]
    assert {at: cell.fault for at, cell in parsed.faults.items()} == {
        1: "not_whole",
        2: "out_of_range",
        5: "error_value",
    }


def test_equal_cells_of_different_types_are_not_the_same() -> None:
    """1, 1.0 and TRUE are equal in Python but different in a sheet."""
    parsed = parse_column(_column([1, True, 1.0, "1"]), "integer")
    assert parsed.values.fillna(-1).tolist() == [1, -1, 1, 1]
    assert parsed.faults[1].fault == "not_a_number"


def test_real_dates_beside_month_first_text_are_doubted() -> None:
    """Where 06-16-2023 stands as text, Excel may have swapped the dates it did convert."""
    swapped, safe = datetime(2023, 12, 6), datetime(2023, 6, 20)
    parsed = parse_column(_column([swapped, "06-16-2023", safe, datetime(2023, 5, 5)]), "date")
    assert {at: cell.note for at, cell in parsed.notes.items()} == {
        0: "maybe_swapped",
        1: "date_order",
    }
    assert parsed.values.iloc[0] == pd.Timestamp(swapped)
    assert not parse_column(_column([swapped, "2023-06-16"]), "date").notes


def test_a_faulty_date_is_not_doubted_as_well() -> None:
    """A date with a time beside 06-16-2023 has one problem, its fault."""
    parsed = parse_column(_column([datetime(2023, 12, 6, 14, 30), "06-16-2023"]), "date")
    assert {at: cell.fault for at, cell in parsed.faults.items()} == {0: "time_in_date"}
    assert list(parsed.notes) == [1]


def test_a_time_that_was_a_ratio_is_found_in_a_column_of_ratios() -> None:
    """One 1:3 that Excel made a time of does not spoil the others."""
    parsed = parse_column(_column([3.5, time(1, 3), "1:2"]), "ratio")
    assert parsed.values.fillna(-1).tolist() == [3.5, -1, 2.0]
    assert parsed.faults[1].fault == "ratio_became_time"


def test_columns_that_are_not_object_are_read_too() -> None:
    """A frame built in Python may hold typed columns already."""
    assert parse_column(pd.Series([1.0, np.nan]), "integer").values.tolist()[0] == 1
    days = pd.Series([pd.Timestamp("2024-07-01"), pd.NaT])
    assert parse_column(days, "date").values.iloc[0] == pd.Timestamp("2024-07-01")
    percent = replace(Context(), percent_format=True)
    assert parse_column(pd.Series([0.5]), "quantity", percent).kinds is not None
