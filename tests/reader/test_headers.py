"""The reader finds headers wherever staff left them, and binds columns by name, never by place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from support.books import DAILY, TAB, doubts, draw, read_daily, table_of

from marketing_sheets.loading import library_template
from marketing_sheets.reader import read_inputs
from marketing_sheets.reader.headers import find_header, tells_apart
from marketing_sheets.reader.table import grid_of
from marketing_sheets.template import TableSheet

ROW = [date(2024, 6, 1), "抖音", 5000, 100, 9, 4, 300, 900, 1000, None]
IDS = "date|channel|impressions|clicks|conversions|new_users|cost|sales|sales_target|anomaly"
STAMPED = IDS.replace("date|", "", 1).split("|")


def ids_row() -> list[object]:
    """Return the hidden row of ids as the generator writes it, the stamp in its first cell."""
    return ["date|campaign_tracker|1.0|zh-Hans|daily_data", *STAMPED]


def daily() -> TableSheet:
    """Return the daily sheet of the shipped template."""
    sheet = library_template("campaign_tracker")["daily_data"]
    assert isinstance(sheet, TableSheet)
    return sheet


def test_header_in_row_1(tmp_path: Path) -> None:
    """A plain table with the header in row 1 reads without a doubt."""
    records, reading = read_daily(tmp_path, [ROW])
    assert records.origin.header_row == 1
    assert records.frame["cost"].tolist() == [300.0]
    assert records.frame["channel"].tolist() == ["douyin"]
    assert doubts(reading) == []


@pytest.mark.parametrize("above", [1, 4, 11, 40])
def test_preamble_rows_and_blank_columns_are_passed_over(tmp_path: Path, above: int) -> None:
    """Titles above and blank columns before the table do not matter, and places stay true."""
    rows: list[list[object]] = [[None, None, "数据日报 5.7-5.20"]]
    rows += [[None]] * (above - 1)
    rows += [[None, None, *DAILY.split("|")], [None, None, *ROW]]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: rows}))
    records = reading.sheets["daily_data"]
    assert records.origin.header_row == above + 1
    assert str(records.place(0, "cost")) == f"a.xlsx › {TAB} › I{above + 2}"
    assert doubts(reading) == []


def test_labels_of_every_language_and_aliases_bind(tmp_path: Path) -> None:
    """Simplified, Traditional, English and alias headers bind in one table, units and stars off."""
    head = "Date| 推廣渠道 *|曝光|點擊量|Conversions|新客|花费：|GMV(元)|目标\n销售额|Anomalies"
    row = [head.replace("\\n", "\n").split("|"), ROW]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: row}))
    records = reading.sheets["daily_data"]
    assert records.frame[["conversions", "cost", "sales", "sales_target"]].to_numpy().tolist() == [
        [9, 300.0, 900.0, 1000.0]
    ]
    assert doubts(reading) == []


def test_columns_move_freely(tmp_path: Path) -> None:
    """Columns in reverse order read the same."""
    head = DAILY.split("|")[::-1]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [head, ROW[::-1]]}))
    assert reading.sheets["daily_data"].frame["impressions"].tolist() == [5000]
    assert doubts(reading) == []


def test_ids_beat_renamed_headers(tmp_path: Path) -> None:
    """A column bound by its hidden id may be called anything."""
    head = ["哪天", "哪里", "看的人", "点的人", "买的人", "新人", "钱", "收入", "想要", "为什么"]
    for above in ([], [["标题"], [None]]):
        rows = [*above, ids_row(), head, ROW]
        reading = read_inputs(draw(tmp_path / "a.xlsx", {"Sheet1": rows}))
        records = reading.sheets["daily_data"]
        assert records.frame["sales"].tolist() == [900.0]
        assert records.origin.header_row == len(above) + 2
        assert {code for code, _ in doubts(reading, "Sheet1")} == {"header_renamed"}


def test_deleted_header_row_is_no_loss_while_ids_stand(tmp_path: Path) -> None:
    """Without a header the row below the ids is data."""
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [ids_row(), ROW, ROW]}))
    assert len(reading.sheets["daily_data"].frame) == 2


def test_inserted_columns_are_kept_as_extras(tmp_path: Path) -> None:
    """A column staff inserted is kept by its header and told once; ours stay bound by id."""
    ids, head, row = ids_row(), list(DAILY.split("|")), list(ROW)
    ids.insert(2, None)
    head.insert(2, "天气")
    row.insert(2, "晴")
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [ids, head, row]}))
    records = reading.sheets["daily_data"]
    assert records.extras is not None
    assert records.extras.to_dict("list") == {"天气": ["晴"]}
    assert records.frame["impressions"].tolist() == [5000]
    assert doubts(reading) == [("unknown_column", "C2")]


def test_swapped_headers_win_over_ids(tmp_path: Path) -> None:
    """Who pastes columns in another order sees the header, not the id: the header counts."""
    head = DAILY.replace("成本（元）|销售额（元）", "销售额（元）|成本（元）").split("|")
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [ids_row(), head, ROW]}))
    frame = reading.sheets["daily_data"].frame
    assert (frame["sales"].tolist(), frame["cost"].tolist()) == ([300.0], [900.0])
    assert doubts(reading) == [("header_conflict", "G2"), ("header_conflict", "H2")]
    conflict = next(p for p in reading.problems if p.code == "header_conflict")
    assert conflict.message("zh-Hans").endswith("应为“成本（元）”；已按“销售额（元）”读取。")


def test_an_id_wins_over_a_header_that_another_column_has(tmp_path: Path) -> None:
    """Two columns called 成本: each keeps its id, and the one that was renamed is told."""
    head = DAILY.replace("销售目标", "成本（元）").split("|")
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [ids_row(), head, ROW]}))
    frame = reading.sheets["daily_data"].frame
    assert (frame["cost"].tolist(), frame["sales_target"].tolist()) == ([300.0], [1000.0])
    (conflict,) = [p for p in reading.problems if p.place.sheet == TAB]
    assert (conflict.code, conflict.place.cell) == ("header_conflict", "I2")
    assert conflict.message("zh-Hans").endswith("应为“销售目标”；已按“销售目标”读取。")


def test_an_alias_in_a_renamed_header_does_not_override_the_id(tmp_path: Path) -> None:
    """Only a label word for word is stronger than the id."""
    head = DAILY.replace("销售目标", "花费").split("|")
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [ids_row(), head, ROW]}))
    assert reading.sheets["daily_data"].frame["sales_target"].tolist() == [1000.0]
    assert doubts(reading) == [("header_renamed", "I2")]


def test_copied_column_counts_once(tmp_path: Path) -> None:
    """Of a copied column the one that kept its header counts; the copy is kept and told."""
    ids, head, row = ids_row(), list(DAILY.split("|")), list(ROW)
    ids.insert(6, "cost")
    head.insert(6, "成本（元）2")
    row.insert(6, 77)
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [ids, head, row]}))
    records = reading.sheets["daily_data"]
    assert records.frame["cost"].tolist() == [300.0]
    assert records.extras is not None
    assert records.extras.to_dict("list") == {"成本（元）2": [77]}
    assert doubts(reading) == [("duplicate_column", "G2")]
    (double,) = [p for p in reading.problems if p.code == "duplicate_column"]
    assert "only column H was used" in double.message("en")


def test_near_miss_is_never_bound(tmp_path: Path) -> None:
    """A header that is nearly a label is named with its likeness, and its column stays missing."""
    head = DAILY.replace("曝光量", "爆光量").replace("销售目标", "销售目标额")
    records, reading = read_daily(tmp_path, [ROW], head=head)
    assert records.frame["impressions"].isna().all()
    assert doubts(reading) == [
        ("near_miss_column", "C1"),
        ("near_miss_column", "I1"),
        ("missing_column", None),
    ]
    near = next(p for p in reading.problems if p.code == "near_miss_column")
    assert near.describe("zh-Hans").count("曝光量") >= 1


def test_missing_column_is_told_once(tmp_path: Path) -> None:
    """A missing required column is one error, not one for each row; an optional one an info."""
    head = "日期|渠道|曝光量|转化量|成本（元）|销售额（元）|销售目标|异常说明|新增用户"
    row = [date(2024, 6, 1), "抖音", 5000, 9, 900, None, None, 3]
    reading = read_inputs(
        draw(tmp_path / "a.xlsx", {TAB: [head.replace("成本（元）|", "").split("|"), *[row] * 3]})
    )
    codes = [p.code for p in reading.problems if p.column in ("cost", "clicks")]
    assert sorted(codes) == ["missing_column", "missing_optional_column"]


def test_header_in_two_rows(tmp_path: Path) -> None:
    """Merged parents over children bind: by the child, by both joined, or by the parent alone."""
    rows = table_of(
        """
        日期|渠道|流量||转化||钱||销售|异常说明
        ||曝光量|点击量|转化量|新增用户|成本（元）|销售额（元）|目标|
        """
    )
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [*rows, ROW]}))
    records = reading.sheets["daily_data"]
    assert records.frame["sales_target"].tolist() == [1000.0]
    assert records.frame["channel"].tolist() == ["douyin"]
    assert records.origin.header_row == 2
    assert doubts(reading) == []


def test_nameless_column_inside_the_table_is_kept(tmp_path: Path) -> None:
    """A filled column without a header is an extra named by its letter; one far right as well."""
    head, row = list(DAILY.split("|")), list(ROW)
    head.insert(2, "")
    row.insert(2, "x")
    rows = [[cell or None for cell in head], [*row, None, None, "legend"]]
    records = read_inputs(draw(tmp_path / "a.xlsx", {TAB: rows})).sheets["daily_data"]
    assert records.extras is not None
    assert records.extras.to_dict("list") == {"C": ["x"], "N": ["legend"]}


def test_a_table_of_something_else_has_no_header() -> None:
    """One word in common is not enough to take a tab for a sheet."""
    grid = grid_of([["渠道", "联系人"], ["抖音", "王"]], "Sheet1")
    assert find_header(grid, daily()) is None


@pytest.mark.parametrize("above", [[], [ids_row()]])
def test_a_header_that_stands_again_below_heads_its_own_block_only(
    tmp_path: Path, above: list[list[object]]
) -> None:
    """Rows under the first header are records, though the second one names a column more."""
    head = DAILY.split("|")
    rows = [*above, [*head[:6], "花掉的", *head[7:]], ROW, ROW, [None], head, ROW]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: rows}))
    assert reading.sheets["daily_data"].frame["sales"].tolist() == [900.0] * 3
    assert ("repeated_header", str(len(above) + 5)) in doubts(reading)


def test_a_nameless_header_under_its_id_still_heads_the_rows_below(tmp_path: Path) -> None:
    """Where ids stand the first header counts, though a later one has all the names."""
    head = DAILY.split("|")
    rows = [ids_row(), [*head[:6], None, *head[7:]], ROW, head, ROW]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: rows}))
    assert reading.sheets["daily_data"].frame["cost"].tolist() == [300.0] * 2


def test_a_header_in_two_languages_is_one(tmp_path: Path) -> None:
    """Directly under one another the fuller row is the header, as in a table of two languages."""
    english = "Day|Where|Impressions|Clicks|Conversions|New users|Cost|Sales|Sales target|Anomalies"
    for rows in ([DAILY.split("|"), english.split("|")], [english.split("|"), DAILY.split("|")]):
        reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: [*rows, ROW]}))
        assert reading.sheets["daily_data"].frame["sales"].tolist() == [900.0]


@pytest.mark.parametrize(
    ("header", "is_apart"),
    [
        ("成本（预算）", True),
        ("成本（累计）", True),
        ("成本（本月）", False),
        ("成本（实际）", False),
    ],
)
def test_brackets_tell_another_column_but_not_what_is_usual(header: str, is_apart: bool) -> None:
    """What was spent is what a label means that says nothing; budget and running sum are not."""
    assert tells_apart(header, daily()["cost"]) is is_apart
