"""A row is found again by its key, its id, its content, its place; and each only once."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from support.merges import TEMPLATE, records

from marketing_sheets.merging import rows as matching
from marketing_sheets.merging.rows import (
    Known,
    Now,
    RowTexts,
    id_text,
    match_rows,
    own_name,
    row_ids,
    row_texts,
    value_text,
)
from marketing_sheets.template import TableSheet

DAY = pd.Timestamp("2024-06-01")


def daily() -> TableSheet:
    """Return the sheet of daily data, whose key is day and channel."""
    sheet = TEMPLATE["daily_data"]
    assert isinstance(sheet, TableSheet)
    return sheet


def texts(said: str) -> RowTexts:
    """Return a row drawn as `day channel cost clicks`, with - for a blank cell."""
    names = ("date", "channel", "cost", "clicks")
    cells = zip(names, said.split(), strict=True)
    return RowTexts(cells={name: text for name, text in cells if text != "-"})


def found(known: str, now: str, *, by: str | None = None, has_ids: bool = True) -> list[int | None]:
    """Return, for each known row, which row it is now; rows are parted by ",", an id by "@"."""

    def parted(rows: str) -> list[tuple[RowTexts, str]]:
        pairs = (row.strip().partition("@") for row in rows.split(",") if row.strip())
        return [(texts(row.strip()), row_id) for row, _, row_id in pairs]

    hit = match_rows(
        [Known(texts=row, row_id=row_id) for row, row_id in parted(known)],
        [Now(texts=row, row_id=row_id) for row, row_id in parted(now)],
        daily(),
        by=by,
        has_ids=has_ids,
    )
    return [hit.get(at) for at in range(len(parted(known)))]


@pytest.mark.parametrize(
    ("known", "now", "rows"),
    [
        ("1 a 10 5@x, 2 a 20 6@y", "1 a 10 5@x, 2 a 20 6@y", [0, 1]),
        ("1 a 10 5@x, 2 a 20 6@y", "2 a 20 6@y, 1 a 10 5@x", [1, 0]),
        ("1 a 10 5@x, 2 a 20 6@y", "2 a 20 6@x, 1 a 10 5@y", [1, 0]),
        ("1 a 10 5@x, 2 a 20 6@y", "1 a 99 9@y, 2 a 88 8@x", [0, 1]),
        ("1 a 10 5@x, 2 a 20 6@y", "3 b 10 5@x, 2 a 20 6@y", [0, 1]),
        ("1 a 10 5@x, 2 a 20 6@y", "1 a 10 5@x, 3 b 20 6@", [0, None]),
        ("1 a 10 5@x, 1 a 10 5@y", "1 a 10 5, 1 a 10 5", [0, 1]),
        ("1 a 10 5@x, 1 a 20 6@y", "1 a 20 6, 1 a 10 5", [1, 0]),
        ("1 a 10 5@x, 1 a 20 6@y", "1 a 30 7@y, 1 a 10 5", [1, 0]),
        ("1 a 10 5@x", "1 a 99 9@x, 1 a 10 9@x", [1]),
        ("1 a 10 5@x", "1 a 99 9@x, 1 a 88 9@x", [0]),
        ("1 a 10 5@x, 1 a 10 5@y", "1 a 10 5@x", [0, None]),
        ("1 a 10 5@x", "", [None]),
        ("1 a 10 5@x, 2 a 20 6@y", "1 a 10 5@x", [0, None]),
    ],
)
def test_a_row_is_found_once(known: str, now: str, rows: list[int | None]) -> None:
    """By its key before its id, by its id where the key is new; of copies the one least changed."""
    assert found(known, now) == rows


@pytest.mark.parametrize(
    ("known", "now", "rows"),
    [
        ("1 a 10 5, - a 20 6, 3 a 30 7", "1 a 10 5, - a 21 6, 3 a 30 7", [0, 1, 2]),
        ("1 a 10 5, - a 20 6, 3 a 30 7", "1 a 10 5, 3 a 30 7, - a 21 6", [0, None, 1]),
        ("1 a 10 5, - a 20 6, - b 30 7", "1 a 10 5, - b 31 7, - a 21 6", [0, 2, None]),
        ("- a 20 6 , 3 a 30 7", "- a 21 6, 3 a 30 7", [0, 1]),
        ("- a 20 6", "- b 21 6", [None]),
        ("- a 20 6, - a 20 6", "- a 21 6", [0, None]),
    ],
)
def test_without_ids_a_row_is_where_it_was(known: str, now: str, rows: list[int | None]) -> None:
    """A row without a key is the one between its neighbours that says most of what it said."""
    assert found(known, now, has_ids=False) == rows


def test_of_rows_with_one_key_the_department_tells() -> None:
    """What stands in the column that parts were cut by goes before the order."""
    known, now = "1 a 10 5, 1 a 20 6", "1 a 20 9, 1 a 10 9"
    assert found(known, now) == [0, 1]
    assert found(known, now, by="cost") == [1, 0]


def test_where_ids_count_an_unnamed_row_is_new() -> None:
    """However much it resembles one that is gone; and another department's is another row."""
    assert found("- a 20 6@x", "- a 21 6") == [None]
    assert found("- a 20 6", "- a 21 6", by="channel", has_ids=False) == [0]
    assert found("- a 20 6", "- b 20 6", by="channel", has_ids=False) == [None]


@pytest.mark.parametrize(("same", "is_found"), [(2, False), (3, True)])
def test_a_row_says_most_of_what_it_said(same: int, is_found: bool) -> None:
    """Three cells of five are enough, two are not."""
    names = ("channel", "cost", "clicks", "sales", "impressions")
    before = dict.fromkeys(names, "1")
    after = {name: "1" if at < same else "2" for at, name in enumerate(names)}
    hit = match_rows(
        [Known(texts=RowTexts(cells=before), row_id="")],
        [Now(texts=RowTexts(cells=after))],
        daily(),
        by=None,
        has_ids=False,
    )
    assert bool(hit) is is_found


def ids(rows: Sequence[dict[str, object]]) -> list[str]:
    """Return the ids that rows of daily data are given."""
    made = records("daily_data", rows, file="a.xlsx")
    return row_ids(made, daily(), row_texts(made, daily()))


def test_an_id_is_of_its_key_for_good() -> None:
    """The same in every version, whatever the other cells say: a lost base has it again."""
    one = {"date": DAY, "channel": "douyin", "cost": 1.0}
    (first,) = ids([one])
    assert first == "r6ec81256925e"
    assert ids([{**one, "cost": 2.0}]) == [first]
    twice = ids([one, {**one, "channel": "weibo"}, one])
    assert twice[0] == first
    assert len(set(twice)) == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(("r1", "r1"), ("007", "7"), ("1e3", "1000"), ("inf", "inf"), ("", "")),
        *((None, ""), (7.0, "")),
    ],
)
def test_an_id_compares_as_a_program_leaves_it(value: object, text: str) -> None:
    """007 is 7 once a program took it for a number; what is no text is no id."""
    assert id_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((1, "1"), (1.0, "1"), (-0.0, "0"), (0.1 + 0.2, "0.3"), (True, "TRUE")),
        *((("a", 2.0), "a~2"), (None, "")),
    ],
)
def test_values_compare_as_texts(value: object, text: str) -> None:
    """Fifteen digits of a number, the parts of a range one by one."""
    assert value_text(value) == text


def test_a_cell_of_staff_is_told_with_what_it_is() -> None:
    """A 3 and a text 3 are two things in a column of staff's own; a blank is nothing."""
    made = records(
        "daily_data",
        [{"date": DAY, "+批次": 3}, {"date": DAY, "+批次": "3"}, {"date": DAY}],
        file="a.xlsx",
    )
    name = own_name("批次")
    said = row_texts(made, daily())
    assert [one.says(name) for one in said] == ["3 number", "3", ""]
    assert said[0].differs(said[1], name)
    assert not said[0].differs(said[0], name)


_CELLS = ("date", "channel", "cost", "clicks", "sales")
drawn = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(_CELLS), st.sampled_from("12"), min_size=1).map(
            lambda cells: RowTexts(cells=cells)
        ),
        st.sampled_from(["", "a", "b", "c"]),
    ),
    max_size=7,
)


@given(known=drawn, now=drawn, has_ids=st.booleans(), by=st.sampled_from([None, "channel"]))
def test_looking_only_where_a_row_may_be_loses_none(
    known: list[tuple[RowTexts, str]],
    now: list[tuple[RowTexts, str]],
    has_ids: bool,
    by: str | None,
) -> None:
    """The rows that share no rare cell need not be compared: what is found is the same."""
    given_rows = (
        [Known(texts=row, row_id=row_id) for row, row_id in known],
        [Now(texts=row, row_id=row_id) for row, row_id in now],
        daily(),
    )
    narrow = match_rows(*given_rows, by=by, has_ids=has_ids)
    every = patch.object(
        matching._Search, "_near", lambda _, numbers, others: {n: [*others] for n in numbers}
    )
    with every:
        assert match_rows(*given_rows, by=by, has_ids=has_ids) == narrow


def test_tables_without_a_common_row_are_not_compared_pair_by_pair() -> None:
    """Two months of one table are held against each other in no time: few pairs are looked at."""
    count = 2000
    before, after = (
        [
            RowTexts(cells={"date": f"{month}-{n}", "channel": "x", "cost": f"{month}{n}"})
            for n in range(count)
        ]
        for month in (5, 6)
    )
    looked = patch.object(matching._Search, "_is_alike", return_value=False)
    with looked as pairs:
        rows = ([Known(row_id="", texts=t) for t in before], [Now(texts=t) for t in after])
        assert match_rows(*rows, daily(), by=None, has_ids=False) == {}
    assert pairs.call_count < count
