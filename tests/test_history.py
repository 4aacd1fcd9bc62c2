"""The headline figures by as-of day: kept in the workbook, drawn once there are two days."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import hypothesis.strategies as st
import openpyxl
import pytest
from hypothesis import given
from support.command_line import run
from support.examples import Examples
from support.readings import AS_OF

from marketing_sheets import (
    history_frame,
    merge,
    read_workbook,
    recalculate,
    settle,
    split,
    summarize,
)
from marketing_sheets.history import (
    HISTORY_STAMP,
    MOST_DAYS,
    join_histories,
)
from marketing_sheets.records import HistoryDay
from marketing_sheets.report.blocks import ChartBlock, Heading
from marketing_sheets.report.content import document_of
from marketing_sheets.report.drawing import svg_of
from marketing_sheets.summary.history import shown_days
from marketing_sheets.workbooks import check_workbook, put_summary

DAY = date(2024, 8, 8)
DAYS = st.builds(
    HistoryDay,
    day=st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    health=st.sampled_from(("risk", "watch", "ok")),
    figures=st.dictionaries(
        st.sampled_from(("progress", "spend", "alerts", "headline.sales", "headline.own")),
        st.floats(-1e12, 1e12),
    ),
)


def days_of(path: Path) -> list[date]:
    """Return the days that a workbook keeps."""
    return [one.day for one in read_workbook(path).history]


@pytest.fixture(scope="module")
def three_days(examples: Examples, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, recalculated as of three days."""
    path = tmp_path_factory.mktemp("history") / "618.xlsx"
    for back in (4, 0, 2):
        recalculate(examples().path, output=path, as_of=DAY - timedelta(days=back))
    return path


@pytest.fixture
def kept(three_days: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copy(three_days, tmp_path / "618.xlsx"))


@given(st.lists(DAYS, max_size=30), st.lists(DAYS, max_size=30))
def test_days_stand_in_order_once(older: list[HistoryDay], newer: list[HistoryDay]) -> None:
    """Of a day the later history counts; no day is lost; joining again changes nothing."""
    joined = join_histories(older, newer)
    days = [one.day for one in joined]
    assert days == sorted({one.day for one in (*older, *newer)})
    said = {one.day: one for one in newer}
    assert all(said.get(one.day, one) == one for one in joined)
    assert join_histories(joined, newer) == joined == join_histories(joined)


def test_the_last_days_are_kept() -> None:
    """Beyond a year and a month the oldest days go."""
    days = [
        HistoryDay(day=AS_OF + timedelta(days=at), health="ok", figures={}) for at in range(450)
    ]
    assert join_histories(days) == tuple(days[-MOST_DAYS:])


def test_a_recalculation_keeps_one_entry_a_day(kept: Path, examples: Examples) -> None:
    """An earlier day is put in its place; the same day again is replaced; figures are values.

    They stand where the Summary is written, in place or elsewhere.
    """
    assert days_of(examples().path) == []
    assert days_of(kept) == [DAY - timedelta(days=back) for back in (4, 2, 0)]
    done = recalculate(kept, as_of=DAY)
    assert days_of(kept) == [DAY - timedelta(days=back) for back in (4, 2, 0)]
    last = read_workbook(kept).history[-1]
    assert last == done.reading.history[-1] == done.summary.history[-1]
    tiles = {f"headline.{tile.id}": tile.figure.value for tile in done.summary.tiles}
    assert {name: last.figures[name] for name in tiles} == tiles
    assert last.figures["alerts"] == len(done.summary.actions)
    assert last.figures["progress"] == tiles["headline.progress"]
    assert last.health == done.summary.health == "risk"


def test_nothing_filled_in_is_nothing_to_keep(tmp_path: Path) -> None:
    """A blank workbook keeps no day."""
    path = tmp_path / "blank.xlsx"
    run("generate", "campaign_tracker", "-o", path)
    assert recalculate(path, as_of=DAY).summary.history == ()
    assert days_of(path) == []


def test_the_trend_begins_with_the_second_day(three_days: Path, examples: Examples) -> None:
    """One day shows no trend; of an earlier day only what was known by then is shown."""
    first = examples().recalculated
    assert shown_days(first.summary) == ()
    assert len(first.reading.history) == 1
    reading = replace(first.reading, history=read_workbook(three_days).history)
    assert len(shown_days(summarize(reading, as_of=DAY))) == 3
    assert len(shown_days(summarize(reading, as_of=DAY - timedelta(days=2)))) == 2


def _cells(path: Path) -> dict[tuple[int, int], object]:
    sheet = openpyxl.load_workbook(path)["汇总"]
    return {(c.row, c.column): c.value for row in sheet.iter_rows() for c in row if c.value}


def test_the_summary_shows_the_days(kept: Path) -> None:
    """A section lists the last days, the newest first; what is kept of them is hidden."""
    recalculate(kept, as_of=DAY)
    sheet = openpyxl.load_workbook(kept)["汇总"]
    texts = {str(value): at for at, value in _cells(kept).items()}
    row, _ = texts["历次汇总"]
    shown = [sheet.cell(row + at, 11).value for at in (2, 3, 4)]
    assert shown == ["2024-08-08", "2024-08-06", "2024-08-04"]
    assert texts["3 个数据日，2024-08-04 至 2024-08-08；同一天重算只留最后一次；虚线为时间"]
    stamp, _ = texts[HISTORY_STAMP]
    assert all(sheet.row_dimensions[stamp + at].hidden for at in range(4))
    hidden = [
        range(d.min or 0, (d.max or 0) + 1) for d in sheet.column_dimensions.values() if d.hidden
    ]
    columns = [c.column for c in sheet[stamp] if c.value and c.column > 1]
    assert all(any(at in some for some in hidden) for at in columns)


@pytest.mark.parametrize("count", [2, 40, 400])
def test_any_number_of_days_is_drawn(examples: Examples, tmp_path: Path, count: int) -> None:
    """Days of a template's own figures, gaps among them; all of them are read back."""
    done = examples().recalculated
    days = tuple(
        HistoryDay(
            day=DAY - timedelta(days=count - 1 - at),
            health="ok",
            figures={} if at == 1 else {"alerts": float(at), "headline.progress": at / count},
        )
        for at in range(count)
    )
    path = tmp_path / "618.xlsx"
    shutil.copy(examples().path, path)
    put_summary(replace(done.summary, history=days), path, language="en")
    assert read_workbook(path).history == days


def test_the_report_has_the_same_section(three_days: Path) -> None:
    """The report draws it with the Summary's own functions: heading, table, chart."""
    reading, _ = check_workbook(three_days)
    blocks = document_of(summarize(reading, as_of=DAY), "en").blocks
    heads = (n for n, one in enumerate(blocks) if isinstance(one, Heading))
    at = next(n for n in heads if getattr(blocks[n], "text", "") == "Over time")
    charts = [one for one in blocks[at : at + 3] if isinstance(one, ChartBlock)]
    assert re.fullmatch(r"Progress and budget: Progress 88% → 88%; .*\.", charts[0].told)


def test_what_cannot_be_read_is_dropped_and_the_rest_goes_on(kept: Path) -> None:
    """Whoever unhides the rows and types there loses what they typed over, and nothing else."""
    book = openpyxl.load_workbook(kept)
    sheet = book["汇总"]
    at = {str(c.value): c for row in sheet.iter_rows() for c in row if c.value}
    stamp = at[HISTORY_STAMP]
    for row, name in enumerate(("history.day", "history.spend", "history.health"), 1):
        sheet.cell(stamp.row + row, at[name].column).value = "?"
    book.save(kept)
    (left,) = read_workbook(kept).history
    assert left.day == DAY - timedelta(days=2)
    assert "spend" not in left.figures
    assert "progress" in left.figures
    stamp.value = "?"
    book.save(kept)
    assert read_workbook(kept).history == ()
    assert len(recalculate(kept, as_of=DAY).summary.history) == 1


def test_a_frame_has_a_row_a_day(three_days: Path, examples: Examples) -> None:
    """Days are dates, figures numbers, what a day has not is missing; nothing gives no rows."""
    reading = read_workbook(three_days)
    frame, history = history_frame(reading), reading.history
    assert list(frame.columns[:7]) == [
        *("as_of", "health", "progress", "spend", "budget", "alerts", "problems")
    ]
    assert frame["as_of"].dt.date.tolist() == [one.day for one in history]
    assert frame["headline.sales"].tolist() == [one.figures["headline.sales"] for one in history]
    gap = replace(history[0], figures={})
    gapped = history_frame(replace(reading, history=(gap, history[1])))
    assert gapped["spend"].isna().tolist() == [True, False]
    none = history_frame(examples().reading)
    assert list(none.columns) == list(frame.columns[:7])
    assert none.dtypes.to_dict() == frame.dtypes[:7].to_dict()


def test_a_page_names_only_some_of_many_days(examples: Examples) -> None:
    """The labels that are left out on the sheet are left out on the page, and no others."""
    done = examples().recalculated
    days = tuple(
        HistoryDay(day=DAY - timedelta(days=at), health="ok", figures={"headline.progress": 0.5})
        for at in range(39, -1, -1)
    )
    blocks = document_of(replace(done.summary, history=days), "en").blocks
    charts = [one for one in blocks if isinstance(one, ChartBlock)]
    (chart,) = [one for one in charts if one.title == "Progress and budget"]
    texts = [one.text for one in svg_of(chart).iter("text")]
    assert [text for text in texts if re.fullmatch(r"\d+ (Jun|Jul|Aug)", text or "")] == [
        *("30 Jun", "6 Jul", "12 Jul", "18 Jul", "24 Jul", "30 Jul", "5 Aug")
    ]


def test_the_days_are_exported_and_in_the_document(three_days: Path, tmp_path: Path) -> None:
    """`export` writes them as a file, in words where asked; `--json` lists them."""
    run("export", three_days, "-o", tmp_path, "--tables", "history", "--labels")
    head, first, *_ = (tmp_path / "history.csv").read_text("utf-8-sig").splitlines()
    assert head.startswith("数据截至,总体判断,进度,支出,预算,预警,请核对,预算使用")
    assert first.startswith("2024-08-04,有风险,0.878,369600,445000,")
    (document,) = json.loads(run("check", three_days, "--json").stdout)["files"]
    assert [one["as_of"] for one in document["history"]] == [
        *("2024-08-04", "2024-08-06", "2024-08-08")
    ]
    assert document["history"][0]["headline.sales"] == 3717370


@pytest.mark.slow
def test_a_merge_has_days_of_its_own(kept: Path, tmp_path: Path) -> None:
    """Departments' days are not the company's; merging again, and settling, keep the company's."""
    other, total = tmp_path / "618 运营部.xlsx", tmp_path / "total" / "总.xlsx"
    total.parent.mkdir()
    shutil.copy(kept, other)
    recalculate(other, as_of=DAY - timedelta(days=30))
    for back in (1, 0):
        merge([kept, other], total, as_of=DAY - timedelta(days=back))
    assert days_of(total) == [DAY - timedelta(days=1), DAY]
    settle(total, as_of=DAY + timedelta(days=1))
    assert len(days_of(total)) == 3
    # An earlier merge of the same files among them tells its own.
    again = tmp_path / "again.xlsx"
    done = merge([kept, other, total], again, as_of=DAY + timedelta(days=2))
    assert len(days_of(again)) == 4
    assert len(done.reading.history) == 4


@pytest.mark.slow
def test_a_split_hands_on_the_days_of_the_whole(kept: Path, tmp_path: Path) -> None:
    """The parts keep their own days; what they are merged to goes on where the whole was."""
    done = split(kept, tmp_path / "parts", by="department")
    parts = [one.path for one in done.parts]
    recalculate(parts[0], as_of=DAY - timedelta(days=9))
    assert days_of(parts[0]) == [DAY - timedelta(days=9), DAY]
    merge(parts, tmp_path / "back.xlsx", as_of=DAY + timedelta(days=1))
    assert days_of(tmp_path / "back.xlsx") == [
        *(DAY - timedelta(days=back) for back in (4, 2, 0)),
        DAY + timedelta(days=1),
    ]
