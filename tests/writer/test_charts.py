"""The charts right of a table: over its rows as they are, and outside of what is read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl.utils import range_boundaries
from support.examples import Examples
from support.oracles import differences, formula_cells, ironcalc_values
from support.writer_books import load, opened

from marketing_sheets.loading import library_template
from marketing_sheets.problems import column_letter
from marketing_sheets.texts import LANGUAGES, Language
from marketing_sheets.workbooks import generate_workbook

PROMOTION = library_template("promotion_tracking")
BOARD = "数据看板"


def named(path: Path, *, row: int) -> list[list[object]]:
    """Return what a row above the table holds, chart by chart, blank cells left out."""
    sheet = opened(path, values=True)[BOARD]
    area = range_boundaries(sheet.tables["tbl_dashboard"].ref)
    first = (area[2] or 0) + 3
    cells = [sheet.cell(row, column).value for column in range(first, sheet.max_column + 1)]
    half = len(cells) // 2
    return [[cell for cell in part if cell] for part in (cells[:half], cells[half:])]


def test_figures_stand_in_order(examples: Examples) -> None:
    """Spend and rates are sums, and ratios of sums, of each channel; the largest stand first."""
    spend, rates = named(examples("promotion_tracking").path, row=2)
    assert spend[-2:] == [198_000, 134_000]
    assert rates[-2:] == pytest.approx(
        [
            (1_200_000 * 0.023 + 1_050_000 * 0.024) / 2_250_000,
            (900_000 * 0.014 + 980_000 * 0.02) / 1_880_000,
        ]
    )


def test_what_is_drawn_is_what_formulas_give(examples: Examples) -> None:
    """The stored names and figures are those of the formulas."""
    path = examples("promotion_tracking").path
    formulas, stored = formula_cells(path)
    here = {place: f for place, f in formulas.items() if place[0] == BOARD}
    assert differences(here, stored, ironcalc_values(path, here)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_charts_with_a_text_for_those_who_do_not_see(
    language: Language, examples: Examples
) -> None:
    """The dashboard has two native charts, each described, and no other sheet has any."""
    path = examples("promotion_tracking", language).path
    with zipfile.ZipFile(path) as file:
        charts = [name for name in file.namelist() if name.startswith("xl/charts/chart")]
        drawing = file.read("xl/drawings/drawing1.xml").decode()
    assert len(charts) == 2
    for chart in next(s for s in PROMOTION.tables if s.id == "dashboard").charts:
        assert f'descr="{chart.title[language]}"' in drawing


def test_reading_does_not_see_them(examples: Examples) -> None:
    """The cells behind the charts are no columns and no records, and nothing is told of them."""
    reading = examples("promotion_tracking").reading
    assert len(reading.sheets["dashboard"].frame) == 4
    assert [one for one in reading.problems if one.place.sheet == BOARD] == []


def test_charts_print_on_a_page_of_their_own(tmp_path: Path) -> None:
    """Table and charts are two areas; the checks between them and the hidden cells are in none."""
    made = generate_workbook(PROMOTION, tmp_path / "a.xlsx", language="zh-Hans")
    tab = load(made.path)[BOARD]
    table, charts = str(tab.print_area).split(",")
    assert (
        range_boundaries(table.split("!")[-1])[3]
        == range_boundaries(tab.tables["tbl_dashboard"].ref)[3]
    )
    first, _, last, _ = range_boundaries(charts.split("!")[-1])
    assert first is not None and last == first + 1
    assert tab.column_dimensions[column_letter(last + 1)].hidden
