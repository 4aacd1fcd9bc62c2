"""A table that continues in further tabs is one, and each of its records knows where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pytest
from support.books import DAILY, even, table_of

from marketing_sheets.loading import library_template
from marketing_sheets.reader.table import Surroundings, grid_of
from marketing_sheets.reader.tables import TableReading, joined, read_table
from marketing_sheets.records import SheetRecords
from marketing_sheets.template import TableSheet

ROWS = ["2024-06-01|抖音|100|10|1|2|10|100||", "2024-06-02|微博|200|20|3|1|30元（含税）|200||"]


def part(number: int, rows: Sequence[str], head: str = DAILY) -> TableReading:
    """Read one tab of daily data, its header in row 1."""
    template = library_template("campaign_tracker")
    sheet = template["daily_data"]
    assert isinstance(sheet, TableSheet)
    grid = grid_of(even(table_of("\n".join([head, *rows]))), f"每日数据 ({number})", file="a.xlsx")
    reading = read_table(grid, sheet, Surroundings(template=template))
    assert isinstance(reading, TableReading)
    return reading


def stand(records: SheetRecords) -> list[str]:
    """Return where each record's cost stands."""
    return [str(records.place(at, "cost")) for at in range(len(records.frame))]


@pytest.mark.parametrize("counts", [(2, 1), (1, 2), (0, 2), (2, 0), (0, 0, 1), (1, 1, 1)])
def test_parts_are_joined_in_their_order(counts: tuple[int, ...]) -> None:
    """Records, raw cells, remarks and places of a table are those of its parts, empty or not."""
    parts = [part(number, ROWS[::-1][:count]) for number, count in enumerate(counts)]
    whole = joined(parts)
    records, alone = whole.records, [one.records for one in parts]
    assert stand(records) == [place for one in alone for place in stand(one)]
    assert str(records.origin.place()) == "a.xlsx › 每日数据 (0)"
    pd.testing.assert_frame_equal(
        records.frame, pd.concat([one.frame for one in alone], ignore_index=True)
    )
    pd.testing.assert_frame_equal(
        records.raw, pd.concat([one.raw for one in alone], ignore_index=True)
    )
    remarked = [sum(counts[:at]) for at, count in enumerate(counts) if count]
    assert records.remarks == {"cost": dict.fromkeys(remarked, "含税")}
    assert len(whole.totals) == len(parts[0].totals)
    for at, total in enumerate(whole.totals):
        assert total.read == sum(one.totals[at].read for one in parts)
        assert total.used == sum(one.totals[at].used for one in parts)
        assert total.listed == {}


def test_a_column_of_staff_is_blank_in_the_parts_that_lack_it() -> None:
    """Its cells stay with their records, whichever part has the column."""
    extra = part(2, [f"{row}|甲" for row in ROWS], head=f"{DAILY}|备注列")
    for parts, cells in (
        ([part(1, ROWS), extra], [None, None, "甲", "甲"]),
        ([extra, part(1, ROWS[:1])], ["甲", "甲", None]),
    ):
        found = joined(parts).records.extras
        assert found is not None
        assert [*found["备注列"].where(found["备注列"].notna(), None)] == cells
    assert joined([part(1, ROWS), part(2, ROWS)]).records.extras is None


def test_kinds_are_kept_where_every_part_has_them() -> None:
    """Numbered like the records; what one part does not know is known of none."""
    one, other = part(1, ROWS), part(2, ROWS)
    first = replace(one.records, kinds={"cost": pd.Series(["money", "number"])})
    second = replace(other.records, kinds={"cost": pd.Series(["ratio", "growth"])})
    both = joined([replace(one, records=first), replace(other, records=second)]).records.kinds
    assert both["cost"].to_dict() == {0: "money", 1: "number", 2: "ratio", 3: "growth"}
    assert joined([replace(one, records=first), other]).records.kinds == {}
    assert joined([one, replace(other, records=second)]).records.kinds == {}


def test_what_was_left_out_is_listed_once() -> None:
    """The control totals of a table in parts list what each of them left out."""
    rows = [*ROWS, "合计||300|30|4|3|40|300||"]
    whole = joined([part(1, rows), part(2, rows), part(3, ROWS)])
    cost = next(total for total in whole.totals if total.column == "cost")
    assert (cost.read, cost.used, cost.listed) == (200, 120, {"total_row": 80})
    assert [skipped.row for skipped in whole.records.skipped] == [4, 4]
