"""The guide: the campaign's form, and the words around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from support.writer_books import example, load, only, opened, template

from marketing_sheets.reader import read_inputs
from marketing_sheets.styles import Palette
from marketing_sheets.texts import LANGUAGES, Language
from marketing_sheets.writer import write_workbook

# The form stands on the guide; of the tables one will do.
SMALL = only("guide", "issue_log")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_is_read_back(language: Language, tmp_path: Path) -> None:
    """Every value of the form comes back as it was given, and nothing is doubtful."""
    form, _ = example(language)
    path = write_workbook(SMALL, tmp_path / "a.xlsx", language=language, form=form, rows=2)
    reading = read_inputs(path, template=SMALL)
    assert reading.form == form
    assert [p for p in reading.problems if p.column in reading.form_places] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_is_found_without_its_ids(language: Language, tmp_path: Path) -> None:
    """Labels alone lead to the values: the mark beside a label is no part of it."""
    form, _ = example(language)
    path = write_workbook(SMALL, tmp_path / "a.xlsx", language=language, form=form, rows=2)
    book = load(path)
    guide = template().form
    assert guide is not None
    book[guide.label[language]].delete_cols(1)
    book.save(path)
    assert read_inputs(path, template=SMALL).form == form


def test_each_value_cell_has_a_name_and_each_label_its_id(tmp_path: Path) -> None:
    """The hidden first column holds the ids; `form_<id>` names the value in the same row."""
    path = write_workbook(SMALL, tmp_path / "a.xlsx", form={"budget": 1000}, rows=2)
    book = load(path)
    tab = book["填写说明"]
    ids = {str(tab.cell(row, 1).value).split("|")[0]: row for row in range(1, 60)}
    for field in template().fields():
        target = book.defined_names[f"form_{field.id}"].attr_text
        assert target == f"'填写说明'!$D${ids[field.id]}"
    assert tab.column_dimensions["A"].hidden
    assert tab.cell(ids["budget"], 4).value == 1000


def test_text_that_could_not_be_typed_is_kept(tmp_path: Path) -> None:
    """A field given as text stays that text, also where a date is expected."""
    path = write_workbook(SMALL, tmp_path / "a.xlsx", form={"start_date": "下周一"}, rows=2)
    assert load(path)["填写说明"]["D10"].value == "下周一"


def test_dates_of_the_form_are_dates(tmp_path: Path) -> None:
    """The first day is a real date, shown year first."""
    path = write_workbook(SMALL, tmp_path / "a.xlsx", form={"start_date": date(2024, 5, 1)}, rows=2)
    cell = load(path)["填写说明"]["D10"]
    assert cell.value == datetime(2024, 5, 1)
    assert cell.number_format == "yyyy-mm-dd"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cadence_links_to_every_sheet(
    language: Language, blank_in: Callable[[Language], Path]
) -> None:
    """Each sheet named in the cadence is a link to that tab's first cell."""
    book = opened(blank_in(language))
    guide = template().form
    assert guide is not None
    links = {
        cell.value: cell.hyperlink.location
        for row in book[guide.label[language]].iter_rows()
        for cell in row
        if cell.hyperlink is not None
    }
    told = [name for at, name in enumerate(book.sheetnames[:-1]) if at != 2]  # not the guide
    assert links == {name: f"'{name}'!A1" for name in told}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_shows_the_mark_of_doubts(
    language: Language, blank_in: Callable[[Language], Path]
) -> None:
    """One cell of the legend has the violet that doubtful cells turn."""
    guide = template().form
    assert guide is not None
    tab = opened(blank_in(language))[guide.label[language]]
    fills = [cell.fill.fgColor.rgb for cell in tab["C"]]
    assert fills.count("FF" + Palette.MARK_FILL[1:]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_foot_says_where_the_form_comes_from(
    language: Language, blank_in: Callable[[Language], Path]
) -> None:
    """Template, version and language stand at the foot of the guide."""
    guide = template().form
    assert guide is not None
    tab = opened(blank_in(language))[guide.label[language]]
    foot = str(tab.cell(tab.max_row, 3).value)
    assert "campaign_tracker 1.1" in foot
