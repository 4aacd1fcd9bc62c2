"""Parts become one table whatever columns and types each of them has."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from support.merges import TEMPLATE, records

from marketing_sheets.merging.joining import (
    joined_extras,
    joined_frame,
    joined_kinds,
    joined_raw,
    joined_remarks,
)
from marketing_sheets.records import SheetRecords
from marketing_sheets.template import TableSheet

DAY = pd.Timestamp("2024-06-01")
ROW = {"date": DAY, "channel": "douyin", "cost": 1.0, "clicks": 2}


def daily() -> TableSheet:
    """Return the sheet of daily data."""
    sheet = TEMPLATE["daily_data"]
    assert isinstance(sheet, TableSheet)
    return sheet


def part(count: int, *lacking: str) -> SheetRecords:
    """Return records of so many rows; what is `lacking` is no column of theirs."""
    made = records("daily_data", [ROW] * count, file="a.xlsx")
    raw = made.raw.drop(columns=[*lacking])
    return replace(made, frame=made.frame.drop(columns=[*lacking]), raw=raw)


@pytest.mark.parametrize("lacking", [(), ("cost",), ("clicks", "date"), ("channel",)])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_column_that_a_part_lacks_is_missing_there(
    lacking: tuple[str, ...], is_first: bool
) -> None:
    """All columns have the types of a whole table, and rows keep their order."""
    parts = [part(2, *lacking), part(1)] if is_first else [part(1), part(2, *lacking)]
    lengths = [2, 1] if is_first else [1, 2]
    frame, whole = joined_frame(daily(), parts, lengths), part(3).frame
    assert frame.dtypes.to_dict() == whole.dtypes.to_dict()
    raw = joined_raw(daily(), parts, lengths)
    blank = [True, True, False] if is_first else [False, True, True]
    for name in ("date", "channel", "cost", "clicks"):
        expected = blank if name in lacking else [False] * 3
        assert frame[name].isna().tolist() == expected
        assert [cell is None for cell in raw[name]] == expected


def test_a_column_that_every_part_lacks_has_the_type_it_should() -> None:
    """Whole numbers, numbers, days and texts of every kind, all of them missing."""
    for sheet in TEMPLATE.tables:
        whole = records(sheet.id, [{}] * 3, file="a.xlsx")
        bare = replace(whole, frame=whole.frame[[]], raw=whole.raw[[]])
        frame = joined_frame(sheet, [bare, bare], [1, 2])
        assert frame.dtypes.to_dict() == whole.frame.dtypes.to_dict()
        assert len(frame) == 3
        assert frame.isna().all(axis=None)


def test_columns_of_staff_are_one_where_their_headers_read_alike() -> None:
    """By the first spelling; of two in one file the later is numbered, in each of them."""
    one = replace(part(1), extras=pd.DataFrame([["a", "b", "c"]], columns=["Lot", "Lot", "LOT"]))
    two = replace(part(2), extras=pd.DataFrame([["d"], ["e"]], columns=["LOT"]))
    three = replace(part(1), extras=pd.DataFrame([["f", "g"]], columns=["lot (2)", "lot"]))
    extras = joined_extras([one, part(1), two, three], [1, 1, 2, 1])
    assert {name: extras[name].tolist() for name in extras.columns} == {
        "Lot": ["a", None, "d", "e", "g"],
        "Lot (2)": ["b", None, None, None, "f"],
        "LOT": ["c", None, None, None, None],
    }


def test_kinds_and_remarks_stay_with_their_rows() -> None:
    """What a part does not know is missing; a remark moves by the rows before it."""
    sheet = TEMPLATE["effect_evaluation"]
    assert isinstance(sheet, TableSheet)
    made = records("effect_evaluation", [{"metric": "ROI"}] * 2, file="a.xlsx")
    first = replace(made, kinds={"target": pd.Series(["ratio", "money"])}, remarks={"m": {1: "x"}})
    kinds = joined_kinds(sheet, [made, first], [2, 2])
    assert kinds["target"].isna().tolist() == [True, True, False, False]
    assert kinds["target"].tolist()[2:] == ["ratio", "money"]
    assert [*kinds] == ["target"]
    assert joined_remarks([made, first, first], [0, 2, 4]) == {"m": {3: "x", 5: "x"}}
