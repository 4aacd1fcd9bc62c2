"""The Summary before the first run: figures that live, blank while there is no row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from support.oracles import formula_cells, ironcalc_values
from support.reviews import Hand, wrong_workbook

from marketing_sheets import check_workbook, generate_workbook, recalculate
from marketing_sheets.loading import library_template, template_names
from marketing_sheets.metrics import figure, metric_frame
from marketing_sheets.texts import LANGUAGES, Language, Text

DAY = date(2025, 12, 31)
TAB, LABELS, VALUES, NOTES = "汇总", 10, 11, 12
TILES = ("B", "E", "H", "K", "N", "Q")
ONE_ROW = {"A7": "2024-06-01", "B7": "抖音", "J7": "100", "L7": "400"}
DAILY = "每日数据"


@pytest.mark.parametrize("name", template_names())
def test_figures_are_those_that_python_computes(name: str, tmp_path: Path) -> None:
    """Each metric shown is what its definition comes to over the records, in ironcalc and here."""
    path = wrong_workbook(tmp_path, {}, template=name)
    reading, _ = check_workbook(path, as_of=DAY)
    hand, metrics = Hand(path), {m.label["zh-Hans"]: m for m in library_template(name).metrics}
    shown = 0
    for column in TILES:
        label, value = (hand.sees(TAB, f"{column}{row}") for row in (LABELS, VALUES))
        assert (label in ("", None)) == (value in ("", None))
        if label in metrics and metrics[label].sheet:
            metric = metrics[label]
            frame = metric_frame(reading, metric.sheet)
            expected = figure(metric, frame).value
            assert value == pytest.approx(expected), label
            shown += 1
    assert shown or not any(m.sheet for m in metrics.values())


def test_progress_and_stages_are_those_of_the_summary(tmp_path: Path) -> None:
    """What the tasks' live line says and what a recalculation writes are one figure."""
    path = wrong_workbook(tmp_path, {})
    hand = Hand(path)
    live = {hand.sees(TAB, f"{c}{LABELS}"): hand.sees(TAB, f"{c}{VALUES}") for c in TILES}
    stages = {hand.sees(TAB, f"K{row}"): hand.sees(TAB, f"N{row}") for row in range(15, 25)}
    summary = recalculate(path, as_of=DAY).summary
    tiles = {tile.id: tile.figure.value for tile in summary.tiles}
    assert live["总进度"] == pytest.approx(tiles["progress"])
    assert live["预算使用"] == pytest.approx(tiles["budget"])
    for row in summary.stages:
        assert isinstance(row.name, Text)
        expected = row.progress.overall.value
        known = stages[row.name["zh-Hans"]]
        assert known == ("" if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    "language",
    [LANGUAGES[0], *(pytest.param(one, marks=pytest.mark.slow) for one in LANGUAGES[1:])],
)
@pytest.mark.parametrize("name", template_names())
def test_a_blank_workbook_shows_nothing(name: str, language: Language, tmp_path: Path) -> None:
    """Not a figure, not a label of one, while no row has been filled in."""
    path = generate_workbook(name, tmp_path / "a.xlsx", language=language).path
    formulas, _ = formula_cells(path)
    tab = {"zh-Hans": "汇总", "zh-Hant": "彙總", "en": "Summary"}[language]
    live = {key: formula for key, formula in formulas.items() if key[0] == tab}
    fresh = ironcalc_values(path, live)
    prefilled = [value for value in fresh.values() if value not in ("", None)]
    assert live
    assert prefilled == []


def test_from_the_first_row_on_figures_live(tmp_path: Path) -> None:
    """A row typed in shows at once; a ratio wants both sides, and a text is counted as none."""
    hand = Hand(generate_workbook("campaign_tracker", tmp_path / "a.xlsx").path)
    for cell, text in ONE_ROW.items():
        hand.type(DAILY, cell, text)
    assert hand.sees(TAB, f"B{VALUES}") == 400
    assert hand.sees(TAB, f"E{VALUES}") == 4
    hand.type(DAILY, "A8", "2024-06-02")
    hand.type(DAILY, "L8", "600")
    assert hand.sees(TAB, f"B{VALUES}") == 1000
    assert hand.sees(TAB, f"E{VALUES}") == 4
    hand.type(DAILY, "L9", "约三万")
    assert hand.sees(TAB, f"B{NOTES}") == "1 格不是数字"
    hand.type(DAILY, "L10", "-")
    assert hand.sees(TAB, f"B{NOTES}") == "1 格不是数字"
    rows = {hand.sees(TAB, f"B{row}"): hand.sees(TAB, f"F{row}") for row in range(15, 21)}
    assert rows[DAILY] == 2
