"""What stands on paper, and how wide: no page is cut, no column stands alone on a page."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from support.writer_books import CHECKS, example, load, template

from marketing_sheets.loading import library_template
from marketing_sheets.records import TRACES
from marketing_sheets.texts import LANGUAGES, Language
from marketing_sheets.writer import write_workbook

A4_ACROSS = 1045  # pixels at 100 %, less the margins
DRAWN_WIDER = 1.058  # LibreOffice draws columns wider by this than Excel's units say


def pixels(tab: Worksheet, first: int, last: int) -> float:
    """Return the width of columns `first` to `last`, counted from 1, hidden ones left out."""
    widths = {
        column: 0.0 if dimension.hidden else dimension.width
        for dimension in tab.column_dimensions.values()
        for column in range(dimension.min or 1, (dimension.max or 0) + 1)
    }
    return sum(widths[column] * 7 for column in range(first, last + 1))


def areas(tab: Worksheet) -> list[tuple[int, int]]:
    """Return the first and last column of each area that prints."""
    bounds = [range_boundaries(area.split("!")[-1]) for area in str(tab.print_area).split(",")]
    return [(int(first or 0), int(last or 0)) for first, _, last, _ in bounds]


@pytest.mark.parametrize("language", LANGUAGES)
def test_side_by_side_pages_are_as_wide_as_the_paper(language: Language, tmp_path: Path) -> None:
    """At its fixed scale each page of the tracker and of the schedule holds its columns."""
    form, records = example(language)
    path = tmp_path / "a.xlsx"
    write_workbook(template(), path, language=language, form=form, records=records, rows=2)
    book = load(path)
    for sheet in (template()["master_tracker"], template()["phase_schedule"]):
        tab = book[sheet.label[language]]
        breaks = {mark.id + 1 for mark in tab.col_breaks.brk}
        repeated = pixels(tab, 1, 3 if sheet.id == "master_tracker" else 2)
        pages = [
            page
            for first, last in areas(tab)
            for page in pairwise(sorted({first, last + 1, *breaks & {*range(first, last + 1)}}))
        ]
        for start, end in pages:
            width = pixels(tab, start, end - 1) + (repeated if start > 1 else 0)
            assert width * DRAWN_WIDER * (tab.page_setup.scale or 100) / 100 <= A4_ACROSS


def test_traces_stay_off_the_paper_between_a_table_and_its_chart(tmp_path: Path) -> None:
    """Of a merged schedule the table prints, then the chart, each on a page of its own."""
    form, records = example("zh-Hans")
    schedule = records["phase_schedule"]
    origins = pd.DataFrame(
        {name: pd.Series(["7"] * len(schedule.frame), dtype="str") for name in TRACES}
    ).astype({"row": "Int64"})
    records = {"phase_schedule": replace(schedule, origins=origins)}
    path = write_workbook(template(), tmp_path / "a.xlsx", form=form, records=records, rows=2)
    tab = load(path)["阶段进度"]
    ids = {cell.column or 0: str(cell.value).split("|")[0] for cell in tab[5] if cell.value}
    traces = [column for column, name in ids.items() if name.startswith("trace.")]
    table, chart = areas(tab)
    assert table == (1, traces[0] - 1)
    assert traces[-1] < chart[0] <= chart[1] == tab.max_column


def test_a_very_wide_table_takes_two_pages(tmp_path: Path) -> None:
    """On one page its type would be too small to read; the first columns stand on both."""
    path = write_workbook(library_template("promotion_tracking"), tmp_path / "a.xlsx", rows=2)
    book = load(path)
    found = {tab: book[tab].page_setup.fitToWidth for tab in ("主跟踪表", "推广效果分析")}
    assert found == {"主跟踪表": 2, "推广效果分析": None}
    assert book["主跟踪表"].print_title_cols == "$A:$C"


def test_the_heading_of_a_single_column_has_room(tmp_path: Path) -> None:
    """The last column of a table is as wide as the heading of its group, which is cut there."""
    sheet = "task_breakdown"
    chosen = library_template("promotion_tracking")
    path = write_workbook(chosen, tmp_path / "a.xlsx", language="en", rows=2)
    tab = load(path)[chosen[sheet].label["en"]]
    heading = tab.cell(3, tab.max_column - len(CHECKS))
    assert heading.value == "Computed"
    assert tab.column_dimensions[heading.column_letter].width >= len("Computed") + 2


def test_a_status_with_a_remark_breaks_into_lines(tmp_path: Path) -> None:
    """Where people may write on after the word, the cell takes more than one line."""
    chosen = library_template("promotion_tracking")
    tab = load(write_workbook(chosen, tmp_path / "a.xlsx", rows=2))["阶段执行明细"]
    columns = {str(cell.value).split("|")[0]: cell.column or 0 for cell in tab[5]}
    assert tab.cell(7, columns["status"]).alignment.wrap_text
    assert tab.cell(7, columns["status"]).alignment.horizontal == "center"
