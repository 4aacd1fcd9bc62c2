"""A form laid out as one upright page: lines of labels and values, headings, a table.

Columns A and B, hidden, hold the ids of the one or two fields of each line; the first also carries
the stamp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..records import SheetRecords
from ..styles import Palette
from ..templates import Area, Column, FormSheet
from .book import Book, absolute
from .cells import form_cell
from .conditions import gap_look
from .fields import draw_heading, draw_label, value_look
from .geometry import line_count
from .page_tables import PAGE_LABEL, PAGE_LAST, PAGE_TABLE, draw_page_table
from .pen import Pen
from .printing import print_page
from .validations import validation

__all__ = ["draw_page"]

# Ids of the first and of the second field of a line, margin, then label and value twice.
_WIDTHS = (8, 8, 1.5, 20, 26, 18, 33)
_IDS = (0, 1)
_LABELS, _VALUES = (PAGE_LABEL, PAGE_LABEL + 2), (PAGE_TABLE, PAGE_LAST)
_TITLE, _SUBTITLE, _FIRST = 1, 2, 4
_TOP_HEIGHTS = {0: 8.0, _TITLE: 34.0, _SUBTITLE: 20.0, 3: 8.0}
_ROW_HEIGHT, _LONG_HEIGHT, _HEADING_HEIGHT, _GAP_HEIGHT = 27.0, 64.0, 24.0, 8.0
_LINE_HEIGHT = 14.0
_BEGUN = 3


@dataclass(slots=True, kw_only=True)
class _Page:
    """A page being drawn: the row to go on in, and where the values of its fields stand."""

    form: FormSheet
    pen: Pen
    book: Book
    row: int = _FIRST
    cells: dict[str, tuple[int, int]] = field(default_factory=dict)


def draw_page(form: FormSheet, tables: Mapping[str, SheetRecords], pen: Pen, book: Book) -> None:
    """Draw a form's page with the values known so far; `tables` are the records of its tables."""
    looks, language = book.looks, book.language
    for number, width in enumerate(_WIDTHS):
        pen.column(number, width, hidden=number in _IDS)
    for row, height in _TOP_HEIGHTS.items():
        pen.row(row, height)
    title = looks.cell(font_size=20, bold=True, font_color=Palette.NAVY)
    pen.text(_TITLE, PAGE_LABEL, form.title[language], title)
    subtitle = looks.cell(font_size=9, font_color=Palette.SLATE)
    pen.text(_SUBTITLE, PAGE_LABEL, form.subtitle[language], subtitle)
    page = _Page(form=form, pen=pen, book=book)
    for area in form.areas:
        if area.table is None:
            _draw_lines(area, page)
        elif area.table in tables:
            heading = area.heading[language] if area.heading is not None else ""
            page.row = draw_page_table(tables[area.table], heading, page.row, pen, book)
    _draw_gaps(page)
    print_page(pen, book, last_row=page.row - 1, last_column=PAGE_LAST, portrait=True)
    pen.worksheet.set_selection(_FIRST, PAGE_TABLE, _FIRST, PAGE_TABLE)


def _draw_lines(area: Area, page: _Page) -> None:
    pen, book = page.pen, page.book
    if area.heading is not None:
        pen.row(page.row, _GAP_HEIGHT)
        pen.row(page.row + 1, _HEADING_HEIGHT)
        words = area.heading[book.language]
        draw_heading(page.row + 1, words, (PAGE_LABEL, PAGE_LAST), pen, book)
        page.row += 2
    for names in area.lines:
        fields = [page.form[name] for name in names]
        height = max(_height(column, book, alone=len(fields) == 1) for column in fields)
        pen.row(page.row, height)
        for order, column in enumerate(fields):
            _draw_field(column, order, page, alone=len(fields) == 1)
        page.row += 1


def _draw_field(column: Column, order: int, page: _Page, *, alone: bool) -> None:
    """Draw the first or second field of a line; one alone takes the whole width."""
    pen, book, row, at = page.pen, page.book, page.row, _VALUES[order]
    shown_id = column.id if page.cells else book.stamp(column.id, page.form.id)
    pen.text(row, _IDS[order], shown_id, book.looks.cell(font_size=8))
    draw_label(row, _LABELS[order], column, pen, book)
    value, look = form_cell(column, book.form.get(column.id), book), value_look(column, book)
    if alone:
        pen.merge(row, at, PAGE_LAST, value, look)
    else:
        pen.value(row, at, value, look)
    book.define(f"form_{column.id}", pen, absolute(row, at))
    if (rule := validation(column, book)) is not None:
        pen.validate((row, at, row, at), rule)
    page.cells[column.id] = (row, at)


def _height(column: Column, book: Book, *, alone: bool) -> float:
    """Return the height of a line, in points: room to write, more for what stands there."""
    text = str(book.form.get(column.id) or "")
    width = sum(_WIDTHS[PAGE_TABLE:]) if alone else _WIDTHS[PAGE_TABLE]
    least = _LONG_HEIGHT if column.type == "long_text" else _ROW_HEIGHT
    # Bold letters are a little wider than those the widths are counted in.
    return max(least, 10 + _LINE_HEIGHT * line_count(text, width * 0.93))


def _draw_gaps(page: _Page) -> None:
    """Mark each required field that is blank once the form has been begun."""
    filled = ",".join(absolute(*cell) for cell in page.cells.values())
    for column in page.form.fields:
        if column.is_required and column.id in page.cells:
            row, at = page.cells[column.id]
            criteria = f'=AND({absolute(row, at)}="",COUNTA({filled})>={_BEGUN})'
            rule = {"type": "formula", "criteria": criteria, "format": gap_look(page.book)}
            page.pen.rule((row, at, row, at), rule)
