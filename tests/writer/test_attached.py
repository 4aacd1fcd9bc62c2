"""Attached sheets as they are drawn: sections, sentences over columns, links, heights, rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet
from support.writer_books import load

from marketing_sheets import read_workbook
from marketing_sheets.loading import library_template
from marketing_sheets.problems import Place
from marketing_sheets.records import (
    AttachedCell,
    AttachedColumn,
    AttachedRule,
    Attachment,
    SectionHead,
)
from marketing_sheets.texts import LANGUAGES, Text
from marketing_sheets.writer import write_workbook

SENTENCE = "这一句话要占三列，而且很长。" * 6


def said(text: str) -> Text:
    """Return a text that is the same in all languages."""
    return Text(dict.fromkeys(LANGUAGES, text))


def column(name: str, width: float = 12.0, **more: object) -> AttachedColumn:
    """Return a column of texts."""
    return AttachedColumn(id=name, label=said(name.upper()), width=width, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module", name="path")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a workbook with one attachment that has all there is."""
    attachment = Attachment(
        id="odd",
        tab=said("附表"),
        title=said("附表"),
        subtitle=said("0 行"),
        live='=COUNTIF({name},"x")&" 行"',
        columns=(
            column("name", 40.0, fits=True),
            column("note", 2.0, span=3),
            column("one", kind="number"),
            column("two", kind="number", choice="1,2"),
            column("secret", is_hidden=True),
        ),
        rows=[
            (SectionHead(title="第一节", labels={"one": "读到"}),),
            (
                AttachedCell(value="x", look="link", link=Place(sheet="附表", row=1)),
                "",
                1.0,
                2.5,
                "s",
            ),
            ("y", AttachedCell(value=SENTENCE, span=3), "", "", "t"),
        ],
        rules=(AttachedRule(("name",), "={name}={^name}", "line"),),
        printed=2,
        filtered=1,
    )
    path = tmp_path_factory.mktemp("attached") / "a.xlsx"
    template = library_template("campaign_tracker")
    return write_workbook(template, path, rows=2, attachments=(attachment,))


@pytest.fixture(scope="module", name="tab")
def drawn(path: Path) -> Worksheet:
    """Return the sheet."""
    return load(path)["附表"]


def test_what_is_drawn_is_read_back(path: Path) -> None:
    """Sections and spans are looks: the lines come back by their ids."""
    rows = read_workbook(path).attachments["odd"]
    lines = [(r["name"], r["note"], r["one"], r["two"], r["secret"]) for r in rows]
    assert lines[1:] == [("x", None, 1, 2.5, "s"), ("y", SENTENCE, None, None, "t")]


def test_a_sentence_has_room(tab: Worksheet) -> None:
    """It reaches over its columns, and the row is as high as its lines."""
    assert "B9:D9" in {str(one) for one in tab.merged_cells.ranges}
    height = tab.row_dimensions[9].height
    assert height is not None
    assert height > tab.row_dimensions[8].height
    width = tab.column_dimensions["A"].width
    assert width is not None
    assert width < 20


def test_heads_links_filters_and_print(tab: Worksheet) -> None:
    """A section's labels stand in its head; the print ends where it is told to."""
    assert (tab["A7"].value, tab["C7"].value) == ("第一节", "读到")
    assert tab["A8"].hyperlink.location == "'附表'!A1"
    assert tab.auto_filter.ref == "A6:A9"
    assert str(tab.print_area).endswith("$D$8")
    assert tab["A2"].value == '=COUNTIF($A$7:$A$9,"x")&" 行"'
    (rule,) = (r for one in tab.conditional_formatting for r in one.rules)
    assert rule.formula == ["$A8=$A7"]
