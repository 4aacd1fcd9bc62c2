"""What holds for every type of value, whatever the cell holds; and the sheets people sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from marketing_sheets.template import COLUMN_TYPES, ColumnType
from marketing_sheets.values import Context, parse, parse_conditions
from marketing_sheets.values.quantities import parse_condition
from marketing_sheets.values.times import Week

CONTEXTS = (
    Context(),
    Context(
        period=(date(2024, 6, 1), date(2024, 7, 15)),
        choices={"已完成": "done", "done": "done"},
        choices_open=True,
        min=0,
        max=1e6,
        unit="万元",
        percent_points=True,
        percent_voted=True,
    ),
    Context(choices={"已完成": "done"}, percent_unclear=True, date_1904=True),
)
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            list("0123456789.,:：-~/%％万亿wkm元¥$()（）+≥第周月日年号一二十百千零两xX ")
        ),
        st.sampled_from(
            ["2024", "至", "约", "提升", "环比", "ROI", "待定", "week", "Nov", "20:00"]
        ),
    ),
    max_size=10,
).map("".join)
CELLS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.text(max_size=30),
    PIECES,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)
TYPES: st.SearchStrategy[ColumnType] = st.sampled_from(COLUMN_TYPES)


@given(CELLS, TYPES, st.sampled_from(CONTEXTS))
def test_every_cell_is_a_value_a_blank_or_a_fault(
    raw: object, type: ColumnType, context: Context
) -> None:
    """Whatever a cell holds, parse does not raise, and gives exactly one of the three."""
    cell = parse(raw, type, context)
    assert [cell.value is not None, cell.is_blank, cell.fault is not None].count(True) == 1
    assert not (cell.fault and (cell.note or cell.kind or cell.remark or cell.comparator))


@given(CELLS, TYPES)
def test_parse_is_idempotent(raw: object, type: ColumnType) -> None:
    """A value parsed again is itself."""
    context = Context(choices={"done": "done"}, choices_open=True)
    value = parse(raw, type, context).value
    if isinstance(value, tuple | Week):
        return  # these are never what a cell holds; their texts are tested with the dates
    again = parse(value, type, context)
    assert again.value == value
    assert again.fault is None


@given(PIECES | st.text(max_size=30))
def test_conditions_never_raise(text: str) -> None:
    """Any text is a condition or none, and several parts give no fewer than one each."""
    condition = parse_condition(text)
    assert condition is None or condition.comparator in (">=", "<=", ">", "<", "=")
    assert len(parse_conditions(text)) <= len(text)


@pytest.mark.parametrize(
    "missing", [None, float("nan"), np.nan, np.float64("nan"), pd.NA, pd.NaT, ""]
)
@pytest.mark.parametrize("type", COLUMN_TYPES)
def test_missing_values_are_blank_in_every_type(missing: object, type: ColumnType) -> None:
    """None, NaN, NaT and NA are what an empty cell may come as."""
    assert parse(missing, type).is_blank


@pytest.mark.parametrize(
    ("raw", "type", "value"),
    [
        (np.int64(5), "integer", 5),
        (np.float64(0.5), "percent", 0.5),
        (np.bool_(True), "yes_no", True),
        (np.str_("5万"), "number", 50000.0),
        (pd.Timestamp(2024, 7, 1), "date", date(2024, 7, 1)),
    ],
)
def test_numpy_and_pandas_scalars_are_cells_too(
    raw: object, type: ColumnType, value: object
) -> None:
    """What numpy and pandas hand over is read like plain Python."""
    assert parse(raw, type).value == value


def _day(text: str) -> date:
    return date.fromisoformat(text)


CAMPAIGN_2023 = Context(period=(_day("2023-05-01"), _day("2023-06-20")))
STATUS = Context(
    choices={
        "已完成": "done",
        "延期": "late",
        "进行中": "active",
        "未开始": "new",
        "已解决": "solved",
    }
)

# One row a column of a sheet people sent: what stands in it, and what it means.
SHEETS: list[tuple[ColumnType, Context, Mapping[object, object]]] = [
    ("quantity", Context(), {"2000万": 2e7, "2200万": 2.2e7, "8%": 0.08, "6.5%": 0.065}),
    ("quantity", Context(), {"15万": 150000, "18万": 180000, "5%": 0.05, "4.2%": 0.042}),
    ("quantity", Context(), {"环比+15%": 0.15, "环比-2%": -0.02, "环比+0.5%": 0.005}),
    ("quantity", Context(), {"100万": 1e6, "1.8万": 18000, "提升45%": 0.45, "90%": 0.9}),
    ("quantity", Context(), {"1:3": 3, "1:3.5": 3.5, "1:2.2": 2.2, "-0.8": -0.8, "-50万": -5e5}),
    ("quantity", Context(unit="万元"), {"60": 6e5, "72": 7.2e5, "+12": 1.2e5}),
    ("quantity", Context(), {"10人": 10, "100%": 1, "22万": 220000, "2.1%": 0.021, "520条": 520}),
    ("percent", Context(), {"110%": 1.1, "81%": 0.81, "120%": 1.2, "3.5%": 0.035, "-": None}),
    ("percent", Context(percent_points=True), {"10.0": 0.1, "1.5": 0.015, 100: 1.0, "90%": 0.9}),
    ("integer", Context(), {"50000": 50000, "2,000,000": 2000000, "175": 175, "-": None}),
    ("money", Context(), {"50,000": 50000, "24,500": 24500, "133.33": 133.33, "": None}),
    ("ratio", Context(), {"3.0": 3, "2.6": 2.6, "4.0": 4}),
    ("date", Context(), {"2024.07.03": _day("2024-07-03"), "2024.7.20": _day("2024-07-20")}),
    ("date", Context(), {"2024-06-05": _day("2024-06-05"), "2024.8.5": _day("2024-08-05")}),
    ("date", CAMPAIGN_2023, {"202X-05-01": _day("2023-05-01"), "-": None}),
    (
        "date_range",
        Context(),
        {
            "2024.07.01-07.31": (_day("2024-07-01"), _day("2024-07-31")),
            "2024.06.28-07.05": (_day("2024-06-28"), _day("2024-07-05")),
            "2024.7.1-7.15": (_day("2024-07-01"), _day("2024-07-15")),
        },
    ),
    (
        "date_range",
        CAMPAIGN_2023,
        {
            "6.1": (_day("2023-06-01"), _day("2023-06-01")),
            "6.2-6.5": (_day("2023-06-02"), _day("2023-06-05")),
            "6.10": (_day("2023-06-10"), _day("2023-06-10")),
        },
    ),
    (
        "datetime",
        CAMPAIGN_2023,
        {
            "17:00": time(17),
            "6.518:00": datetime(2023, 6, 5, 18),
            "6.519:00": datetime(2023, 6, 5, 19),
            "6.912:00": datetime(2023, 6, 9, 12),
        },
    ),
    (
        "week",
        Context(),
        {"第1-12周": Week(first=1, last=12), "第3-8周(活动期)": Week(first=3, last=8)},
    ),
    ("week", Context(), {"第5周周一": Week(first=5, last=5, day=1)}),
    ("choice", STATUS, {"已完成": "done", "延期": "late", "已完成(延期1小时)": "done"}),
    ("choice", STATUS, {"进行中(截至6.910:00,消耗2万,率2.3%)": "active", "已解决": "solved"}),
    ("long_text", Context(), {"-": None, "无": None, "客流低于预期20%": "客流低于预期20%"}),
    ("person", Context(), {"*经理": "*经理", "内容专员*": "内容专员*", "-": None}),
]


@pytest.mark.parametrize(("type", "context", "cells"), SHEETS)
def test_the_sheets_people_sent(
    type: ColumnType, context: Context, cells: Mapping[object, object]
) -> None:
    """Every value of the sheets this library was made for is read as its author meant it."""
    assert {raw: parse(raw, type, context).value for raw in cells} == cells
    assert not any(parse(raw, type, context).fault for raw in cells)


def test_faults_never_carry_a_value() -> None:
    """The words of a fault are not lost either: its code is a plain name."""
    cell = parse("约5万", "number")
    assert cell.value is None
    assert re.fullmatch("[a-z_]+", cell.fault or "")


def test_a_duration_in_a_number_column_is_no_number() -> None:
    """[h]:mm cells come as durations; they are no counts."""
    assert parse(timedelta(hours=30), "integer").fault == "date_in_number"
