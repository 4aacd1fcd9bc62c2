"""What everybody must be able to see or hear: contrast, alt texts, tooltips, tab colours."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.examples import Examples
from support.writer_books import load

from marketing_sheets import LANGUAGES, Language, generate_workbook, merge, recalculate
from marketing_sheets.loading import library_template, template_names
from marketing_sheets.styles import TABS, Palette

_LEAST = 4.5


def luminance(color: str) -> float:
    """Return the relative luminance of a colour, as WCAG has it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def rgb(color: Any) -> str | None:
    """Return a colour of openpyxl as six digits, None where it has none of its own."""
    value = getattr(color, "rgb", None)
    return value[-6:] if isinstance(value, str) else None


def ground(cell: Any) -> str:
    """Return the colour a cell is filled with."""
    is_filled = cell.fill.patternType == "solid"
    return (rgb(cell.fill.fgColor) if is_filled else None) or "FFFFFF"


def pairs(sheet: Any) -> Iterator[tuple[str, str, str]]:
    """Walk the colours of text and ground that a sheet can show, each with where."""
    seen_columns = [
        name for name, column in sheet.column_dimensions.items() if column.hidden and column.min
    ]
    hidden = {
        number
        for name in seen_columns
        for number in range(
            sheet.column_dimensions[name].min, sheet.column_dimensions[name].max + 1
        )
    }
    for row in sheet.iter_rows():
        if sheet.row_dimensions[row[0].row].hidden:
            continue
        for cell in row:
            if cell.value not in (None, "") and cell.column not in hidden:
                color = rgb(cell.font.color) or "000000"
                yield cell.coordinate, color, ground(cell)
    for area, rules in sheet.conditional_formatting._cf_rules.items():
        bounds = next(iter(area.sqref.ranges))
        below = sheet.cell(bounds.min_row, bounds.min_col)
        for rule in rules:
            look = rule.dxf
            if look is None or (look.font is None and look.fill is None):
                continue
            color = (look.font and rgb(look.font.color)) or rgb(below.font.color) or "000000"
            fill = (look.fill and rgb(look.fill.bgColor)) or ground(below)
            if look.fill is not None and (look.font is None or look.font.color is None):
                continue  # a bar of the chart of time, over cells without a text
            yield f"{area.sqref} {rule.formula}", color, fill


def summary_file(examples: Examples, name: str, language: Language = "zh-Hans") -> Path:
    """Return the example of a template with its Summary."""
    return examples(name, language).recalculated.receipt.output


@pytest.mark.parametrize("name", template_names())
def test_text_stands_out_from_its_ground(examples: Examples, name: str) -> None:
    """Every pair of colours has 4.5:1, but what repeats the row above."""
    book = load(summary_file(examples, name))
    ghost = Palette.GHOST.removeprefix("#")
    found = {
        f"{sheet.title}!{where}: {color} on {fill}, {contrast(color, fill):.2f}"
        for sheet in book.worksheets
        if sheet.sheet_state == "visible"
        for where, color, fill in pairs(sheet)
        if contrast(color, fill) < _LEAST and color != ghost
    }
    assert sorted(found) == []


def parts_of(path: Path, pattern: str) -> list[str]:
    """Return the parts of a workbook whose names match, as text."""
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if re.fullmatch(pattern, name)]
        return [package.read(name).decode() for name in names]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["campaign_tracker", "promotion_tracking"])
def test_every_chart_says_what_it_shows(examples: Examples, name: str, language: Language) -> None:
    """The alt text has the title and figures, so that nobody needs to see the chart.

    A chart beside a table follows what people type, so only its title can be said.
    """
    tables = library_template(name).tables
    living = {chart.title[language] for table in tables for chart in table.charts}
    told = [
        text
        for part in parts_of(summary_file(examples, name, language), r"xl/drawings/drawing\d+\.xml")
        for text in re.findall(r"<xdr:cNvPr[^>]*>", part)
    ]
    assert len(told) >= 2
    for drawing in told:
        (said,) = re.findall(r'descr="([^"]+)"', drawing)
        assert said in living or (re.search(r"\d", said) and len(said) > 20)
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_of_the_summary_say_where_they_lead(examples: Examples, language: Language) -> None:
    """Whoever points at one reads the sheet and the cell."""
    (sheet,) = parts_of(
        summary_file(examples, "campaign_tracker", language), r"xl/worksheets/sheet1\.xml"
    )
    links = re.findall(r"<hyperlink [^>]*>", sheet)
    assert len(links) > 10
    for link in links:
        tab, cell = re.findall(r"location=\"'([^']+)'!(\w+)\"", link)[0]
        (tip,) = re.findall(r'tooltip="([^"]+)"', link)
        assert tab[:10] in tip
        assert cell in tip or cell == "A1"


@pytest.mark.parametrize("name", template_names())
def test_tabs_tell_apart_what_is_found_filled_in_and_looked_up(
    examples: Examples, name: str
) -> None:
    """Navy for the Summary, one colour for what people fill in, grey for guide and lists."""
    book = load(summary_file(examples, name))
    colors = {sheet.title: f"#{rgb(sheet.sheet_properties.tabColor)}" for sheet in book.worksheets}
    template = library_template(name)
    tables = [template.host(one.id) or one for one in template.tables]
    assert (colors["汇总"], colors["核对"]) == (TABS["summary"], TABS["review"])
    assert {colors[one.label["zh-Hans"]] for one in tables} == {TABS["input"]}
    assert colors["选项"] == TABS["other"]
    assert set(colors.values()) <= set(TABS.values())


@pytest.mark.parametrize("name", template_names())
def test_a_blank_workbook_has_no_tick(tmp_path: Path, name: str) -> None:
    """Nothing that was not filled in is called done, on any sheet, by a word or a look."""
    path = tmp_path / "a.xlsx"
    generate_workbook(name, path)
    summary = recalculate(path, as_of=date(2024, 6, 28)).summary
    assert (len(summary.tiles), summary.health) == (6, "none")
    book = load(path, values=True)
    done = Palette.DONE.removeprefix("#")
    for sheet in (book["汇总"], book["核对"]):
        for row in sheet.iter_rows():
            for cell in row:
                assert "✓" not in str(cell.value), f"{sheet.title}!{cell.coordinate}"
                assert rgb(cell.font.color) != done
                assert rgb(cell.border.top.color) != done


def test_the_sheets_of_a_merge_can_be_read_by_all(messy_folder: Path, tmp_path: Path) -> None:
    """Contrast, tab colours and alt texts of a merged workbook are those of any other."""
    path = tmp_path / "a.xlsx"
    merge([messy_folder], path, as_of=date(2024, 6, 28))
    book = load(path)
    colors = {sheet.title: f"#{rgb(sheet.sheet_properties.tabColor)}" for sheet in book.worksheets}
    assert (colors["冲突"], colors["合并记录"]) == (TABS["review"], TABS["other"])
    for sheet in book.worksheets:
        for where, color, fill in pairs(sheet):
            is_ghost = color == Palette.GHOST.removeprefix("#")
            assert is_ghost or contrast(color, fill) >= _LEAST, f"{sheet.title}!{where}"
    for part in parts_of(path, r"xl/drawings/drawing\d+\.xml"):
        assert part.count("<xdr:cNvPr") == part.count(' descr="')
