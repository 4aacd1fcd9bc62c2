"""Whatever staff write, rows and amounts in = used + listed."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

from hypothesis import given, strategies as st
from support.books import DAILY, read_daily
from support.laws import tried

from marketing_sheets.loading import library_template
from marketing_sheets.reader.table import Grid, Surroundings, grid_of
from marketing_sheets.reader.tables import TableReading, read_table
from marketing_sheets.template import TableSheet

TEMPLATE = library_template("campaign_tracker")
WORDS = ("合计", "6月合计", "小计", "平均", "Total", "抖音", "微博", "备注：无", "第一周", "渠道")
FIGURES = ("3,000", "约5万", "1.2万", "-", "待定", "(300)", "8%", "1:3", "￥12.5", "5-6万", " ")
cells = st.one_of(
    st.none(),
    st.just(""),
    st.sampled_from(WORDS),
    st.sampled_from(FIGURES),
    st.integers(-1000, 10**9),
    st.floats(-1e6, 1e9, allow_nan=False).map(lambda number: round(number, 2)),
    st.booleans(),
    st.dates(date(2023, 1, 1), date(2025, 1, 1)),
    st.datetimes(datetime(1899, 12, 30), datetime(2100, 1, 1)),
    st.just(time(1, 3)),
    st.text(max_size=8),
)
header = st.just(DAILY.split("|"))


def read(grid: Grid) -> TableReading:
    """Read a grid as daily data."""
    sheet = TEMPLATE["daily_data"]
    assert isinstance(sheet, TableSheet)
    reading = read_table(grid, sheet, Surroundings(template=TEMPLATE))
    assert isinstance(reading, TableReading)
    return reading


@tried(100)
@given(st.lists(st.lists(cells, min_size=11, max_size=11) | header.map(lambda h: [*h, ""])))
def test_every_table_reconciles(rows: list[list[object]]) -> None:
    """Rows and every additive column of arbitrary tables add up, and reading never raises."""
    head: list[object] = [*DAILY.split("|"), "自己的列"]
    reading = read(grid_of([head, *[row[:11] for row in rows]], "每日数据"))
    assert [total for total in reading.totals if not total.reconciles] == []
    count = reading.totals[0]
    assert count.used == len(reading.records.frame)
    listed = {s.reason for s in reading.records.skipped}
    assert listed <= set(count.listed)
    for problem in reading.problems:
        assert problem.describe("zh-Hant")


@tried(40)
@given(
    st.lists(st.lists(st.integers(1, 10**6), min_size=2, max_size=2), min_size=1, max_size=8),
    st.data(),
)
def test_total_rows_never_change_the_sum(amounts: list[list[int]], data: st.DataObject) -> None:
    """With right totals put in anywhere, what is used is the sum of the records alone."""
    total = [sum(column) for column in zip(*amounts, strict=True)]
    rows: list[list[object]] = [
        [date(2024, 6, 1), f"渠道{at}", pair[0], pair[1]] for at, pair in enumerate(amounts)
    ]
    at = data.draw(st.sampled_from((0, len(rows))))
    word = data.draw(st.sampled_from(("合计", "总 计", "TOTAL:", "六月合计")))
    rows.insert(at, [word, "", *total])
    reading = read(grid_of([["日期", "渠道", "成本", "销售额"], *rows], "日报"))
    assert [p.code for p in reading.problems if "total" in p.code] == ["total_row"]
    used = {t.column: t.used for t in reading.totals}
    assert (used["cost"], used["sales"]) == tuple(total)


def test_faulty_amounts_are_listed_under_their_reason(tmp_path: Path) -> None:
    """An amount out of bounds is in what was read and in what is listed, not in what is used."""
    row = [date(2024, 6, 1), "抖音", 100, -50, 1, 1, 10, 100, None, None]
    other = [date(2024, 6, 2), "抖音", 100, 70, 1, 1, 10, 100, None, None]
    _, reading = read_daily(tmp_path, [row, other, ["合计", None, None, 20]])
    clicks = next(t for t in reading.totals if t.column == "clicks")
    assert (clicks.read, clicks.used) == (40.0, 70.0)
    assert dict(clicks.listed) == {"out_of_range": -50.0, "total_row": 20.0}


def test_refunds_are_taken_off(tmp_path: Path) -> None:
    """A negative amount of sales or spend is a refund: totals are net, and nothing is doubted."""
    row = [date(2024, 6, 1), "抖音", 100, 10, 1, 1, 50, 100, None, None]
    other = [date(2024, 6, 2), "抖音", 100, 10, 1, 1, -20, "(300)", None, None]
    _, reading = read_daily(tmp_path, [row, other])
    used = {total.column: total.used for total in reading.totals}
    assert (used["cost"], used["sales"]) == (30.0, -200.0)
    assert [p.code for p in reading.problems if p.column in ("cost", "sales")] == []
