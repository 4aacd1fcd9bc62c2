"""Conflicts that people settle on the sheet Conflicts, and what becomes of them in later merges."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from openpyxl.comments import Comment
from support.command_line import run
from support.conflict_sheets import decided, decided_earlier
from support.departments import column, department
from support.merges import TEMPLATE, merged as plainly, rows_of, workbook
from support.split_parts import edited, headquarters, parts, says, task
from support.writer_books import load

from marketing_sheets import merge, read_workbook
from marketing_sheets.merging import Merge
from marketing_sheets.merging.base import source_of
from marketing_sheets.merging.engine import merge_sources
from marketing_sheets.merging.model import Source
from marketing_sheets.merging.settle import settled
from marketing_sheets.merging.totals import check_merged
from marketing_sheets.merging.way import Way, decisions_of

Decided = Callable[..., Source]
AS_OF = date(2024, 6, 28)
DAY = pd.Timestamp("2024-06-01")


def saved(day: int) -> datetime:
    """Return when a workbook was saved."""
    return datetime(2024, 6, day, tzinfo=UTC)


def daily(file: str, cost: float, clicks: int = 1) -> Source:
    """Return a workbook with one day."""
    row = {"date": DAY, "channel": "douyin", "cost": cost, "clicks": clicks}
    return workbook(file, {"daily_data": [row]})


@pytest.fixture(params=["now", "earlier"], name="decided")
def decided_in(request: pytest.FixtureRequest) -> Decided:
    """Return what people do to a merged workbook, as it is now and as earlier versions wrote it."""
    return decided if request.param == "now" else decided_earlier


def merged(*sources: Source) -> Merge:
    """Merge with what the sources' sheets of conflicts decide, and hold it against its account."""
    way = Way(template=TEMPLATE, language="zh-Hans", decisions=decisions_of(sources))
    merge = merge_sources(sources, way)
    check_merged(merge)
    return merge


def test_a_version_that_is_ticked_stands_and_stays(decided: Decided) -> None:
    """One row is left with the version ticked, the conflict is settled, also the time after."""
    pair = [daily("a.xlsx", 100.0), daily("b.xlsx", 200.0)]
    first = plainly(pair)
    assert len(first.sheets["daily_data"].frame) == 2
    out = decided(first, {("成本（元）", "200"): "√"})
    for again in (merged(out, *pair), merged(decided(merged(out, *pair), {}), *pair), merged(out)):
        assert rows_of(again, "daily_data", "cost") == [(200.0,)]
        assert (again.conflicts, [c.state for c in again.settled]) == ((), ["settled"])
        assert not again.contested


def test_a_row_that_is_a_duplicate_takes_no_part_in_a_conflict(decided: Decided) -> None:
    """A file that also holds the other's version has one row of its own: it can be decided."""
    row = {"date": DAY, "channel": "douyin", "clicks": 1}
    both = workbook("b.xlsx", {"daily_data": [{**row, "cost": 100.0}, {**row, "cost": 200.0}]})
    pair = [daily("a.xlsx", 100.0), both]
    again = merged(decided(plainly(pair), {("成本（元）", "200"): "✓"}), *pair)
    assert rows_of(again, "daily_data", "cost") == [(200.0,)]
    assert not again.conflicts


@pytest.mark.parametrize(("first", "second", "cost"), [(1, 2, 200.0), (2, 1, 100.0)])
def test_of_two_decisions_the_newer_counts(
    decided: Decided, first: int, second: int, cost: float
) -> None:
    """Whichever workbook comes first; the merge that is about to be replaced goes before both."""
    pair = [daily("a.xlsx", 100.0), daily("b.xlsx", 200.0)]
    plain = plainly(pair)
    outs = [
        replace(decided(plain, {("成本（元）", said): "✓"}, f"{said}.xlsx"), modified=saved(day))
        for said, day in (("100", first), ("200", second))
    ]
    for sources in (outs, outs[::-1]):
        again = merged(*sources, *pair)
        assert rows_of(again, "daily_data", "cost") == [(cost,)]
        for earlier, kept in ((outs[0], 100.0), (outs[1], 200.0)):
            way = Way(
                template=TEMPLATE, language="zh-Hans", decisions=decisions_of(sources, earlier)
            )
            again = merge_sources([*sources, *pair], way)
            assert rows_of(again, "daily_data", "cost") == [(kept,)]


def test_a_value_that_is_typed_stands_and_is_accounted_for(decided: Decided) -> None:
    """Neither version was right: what was typed counts, and both amounts are overruled."""
    pair = [daily("a.xlsx", 100.0), daily("b.xlsx", 200.0)]
    out = decided(plainly(pair), {("成本（元）", "100"): "150元"})
    again = merged(out, *pair)
    assert rows_of(again, "daily_data", "cost") == [(150.0,)]
    later = merged(decided(again, {}, "later.xlsx"), *pair)
    assert rows_of(later, "daily_data", "cost") == [(150.0,)]
    assert not later.conflicts
    unread = merged(decided(plainly(pair), {("成本（元）", "100"): "不知道"}), *pair)
    assert [c.state for c in unread.conflicts] == ["reopened"]


def test_a_conflict_is_open_again_where_a_file_changed(decided: Decided) -> None:
    """What was decided was decided about other versions: it is listed again, with a word."""
    pair = [daily("a.xlsx", 100.0), daily("b.xlsx", 200.0)]
    out = decided(plainly(pair), {("成本（元）", "200"): "✓"})
    again = merged(out, daily("a.xlsx", 120.0), pair[1])
    assert {c.state for c in again.conflicts} == {"reopened"}
    both = decided(plainly(pair), {("成本（元）", "100"): "✓", ("成本（元）", "200"): "✓"})
    assert [c.state for c in merged(both, *pair).conflicts] == ["reopened"]


def test_a_record_waits_until_all_its_cells_are_decided(decided: Decided) -> None:
    """A tick stays beside its version while another cell of the record is open."""
    pair = [daily("a.xlsx", 100.0, clicks=1), daily("b.xlsx", 200.0, clicks=2)]
    half = merged(decided(plainly(pair), {("成本（元）", "200"): "✓"}), *pair)
    assert len(half.sheets["daily_data"].frame) == 2
    assert {c.column: c.use for c in half.conflicts} == {"clicks": ("", ""), "cost": ("2", "")}
    whole = merged(decided(half, {("点击量", "1"): "是"}), *pair)
    assert rows_of(whole, "daily_data", "cost", "clicks") == [(200.0, 1)]
    assert not whole.conflicts


def test_conflicts_of_a_split_are_settled_too(decided: Decided) -> None:
    """Headquarters' version is no longer the rule where a person chose the part's, or typed one."""
    whole = headquarters([task("a", "marketing", budget=100.0), task("b", "sales", budget=1.0)])
    back = parts(whole)
    ours = edited(whole, 0, "budget", 130.0)
    theirs = edited(back["marketing"], 0, "budget", 120.0)
    sources = [source_of(one, file=str(one.file)) for one in (ours, theirs, back["sales"])]
    first = merged(*sources)
    assert says(first, "budget")["a"] == 130
    for mark, value in (("✓", 120), ("125", 125)):
        again = merged(decided(first, {("预算金额", "120"): mark}), *sources)
        assert says(again, "budget") == {"a": value, "b": 1}
        assert not (again.conflicts or again.disputed)
        later = merged(decided(again, {}, "later.xlsx"), *sources)
        assert says(later, "budget") == {"a": value, "b": 1}
        assert not later.conflicts


def test_fields_and_owners_are_settled_too(decided: Decided) -> None:
    """What the guides say differently is as it was ticked or typed."""
    pair = [
        workbook(f"{name}.xlsx", {}, form={"department": "sales", "budget": amount})
        for name, amount in (("a", 100.0), ("b", 120.0))
    ]
    first = plainly(pair)
    assert first.form["budget"] is None
    for mark, value in (("✓", 120.0), ("1.1万", 11_000.0)):
        again = merged(decided(first, {("总预算（元）", "120"): mark}), *pair)
        assert again.form["budget"] == value
        assert not again.conflicts


def test_a_merged_workbook_is_settled_without_its_sources(decided: Decided) -> None:
    """What is ticked on its sheet stands, whether all versions were kept or one; the rest waits."""
    whole = headquarters([task("a", "marketing", budget=100.0), task("b", "sales", budget=1.0)])
    back = parts(whole)
    ours = edited(edited(whole, 0, "budget", 130.0), 1, "budget", 2.0)
    theirs = edited(back["marketing"], 0, "budget", 120.0)
    others = edited(back["sales"], 0, "budget", 3.0)
    sources = [source_of(one, file=str(one.file)) for one in (ours, theirs, others)]
    out = decided(merged(*sources), {("预算金额", "120"): "✓"})
    done = settled(replace(out.reading, file="out.xlsx"))
    check_merged(done)
    assert says(done, "budget") == {"a": 120, "b": 2}
    assert [c.state for c in done.settled] == ["settled"]
    assert [[v.text for v in c.versions] for c in done.conflicts] == [["2", "3"]]
    plain = plainly([daily("a.xlsx", 100.0), daily("b.xlsx", 200.0)])
    done = settled(decided(plain, {("成本（元）", "200"): "✓"}).reading)
    check_merged(done)
    assert rows_of(done, "daily_data", "cost") == [(200.0,)]
    assert not done.conflicts
    assert [line["file"] for line in done.carried["merge_log"]] == ["a.xlsx", "b.xlsx"]


def test_the_command_settles_in_place(tmp_path: Path) -> None:
    """Ticked in Excel, settled by the command; nothing but a merged workbook is taken."""
    (tmp_path / "in").mkdir()
    for name, cost in (("市场部", 900), ("市场部 2", 800)):
        department(tmp_path / "in" / f"{name}.xlsx", "市场部", range(1, 3), cost=cost)
    out = tmp_path / "out.xlsx"
    assert merge(tmp_path / "in", out, as_of=AS_OF, jobs=1).merge.conflicts
    book = load(out)
    tab = book["冲突"]
    ids = {name: column(tab, name) for name in ("value1", "value2", "use")}
    for row in range(7, tab.max_row + 1):
        said = [tab.cell(row, ids[name]).value for name in ("value1", "value2")]
        tab.cell(row, ids["use"]).value = said.index(800) + 1
    book.save(out)
    told = json.loads(run("settle", out, "--json").output)
    assert (told["conflicts"], len(told["settled"])) == ([], 2)
    assert read_workbook(out).sheets["daily_data"].frame["cost"].tolist() == [800, 800]
    run("settle", out)
    book = load(out)
    book["冲突"]["C8"].comment = Comment("为什么？", "王五")
    book.save(out)
    before = out.read_bytes()
    assert "冲突 › C8" in run("settle", out, code=2).stderr
    assert out.read_bytes() == before
    run("settle", out, "-o", tmp_path / "other.xlsx")
    run("settle", tmp_path / "in" / "市场部.xlsx", code=2)


def test_departments_that_were_not_kept_apart_are_settled_so(tmp_path: Path) -> None:
    """The log says that rows of two departments were one record: what is picked stands for both."""
    (tmp_path / "in").mkdir()
    for name, cost in (("市场部", 900), ("销售部", 800)):
        department(tmp_path / "in" / f"{name}.xlsx", name, range(1, 3), cost=cost)
    out = tmp_path / "out.xlsx"
    merge(tmp_path / "in", out, as_of=AS_OF, per_department=False, jobs=1)
    book = load(out)
    tab = book["冲突"]
    for row in range(7, tab.max_row + 1):
        if tab.cell(row, column(tab, "column")).value == "成本（元）":
            tab.cell(row, column(tab, "use")).value = 2
    book.save(out)
    told = json.loads(run("settle", out, "--json").output)
    assert not [one for one in told["conflicts"] if one["sheet"] == "daily_data"]
    assert len(set(read_workbook(out).sheets["daily_data"].frame["cost"])) == 1
