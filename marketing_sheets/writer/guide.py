"""The guide: the campaign's form on the left, how to fill the workbook on the right.

Column A, hidden, holds each field's id beside its label; the first also carries the stamp. The
sections stand in two stacks on one grid of rows: those that explain looks under the form, the
others on the right.
"""

from __future__ import annotations

from ..problems import quoted
from ..styles import STATES, Palette
from ..template import FormSheet, Section, TextRow
from .book import Book, Pen, absolute
from .cells import form_cell, validation
from .conditions import draw_mark, gap_look
from .forms import draw_heading, draw_label, value_look
from .layout import print_page

_IDS, _MARGIN, _LABEL, _VALUE, _VALUE_END, _GAP, _NUMBER, _HEAD, _TEXT, _TEXT_END = range(10)
_LEFT, _RIGHT = (_LABEL, _VALUE_END), (_NUMBER, _TEXT_END)
_WIDTHS = (8, 1.5, 24, 15.7, 27.5, 3.2, 4.3, 28.6, 24.3, 26.5)
_TITLE, _SUBTITLE, _HEADING, _FIRST = 1, 2, 4, 5
_TOP_HEIGHTS = {0: 8.0, _TITLE: 34.0, _SUBTITLE: 20.0, 3: 10.0, _HEADING: 24.0}
_ROW_HEIGHT = 27.0
_LONG_HEIGHT = 64.0
_BEGUN = 3


def draw_guide(form: FormSheet, pen: Pen, book: Book) -> None:
    """Draw the form with the values known so far, and the words around it."""
    for number, width in enumerate(_WIDTHS):
        pen.column(number, width, hidden=number == _IDS)
    for row, height in _TOP_HEIGHTS.items():
        pen.row(row, height)
    looks, language = book.looks, book.language
    title = looks.cell(font_size=20, bold=True, font_color=Palette.NAVY)
    pen.text(_TITLE, _LABEL, form.title[language], title)
    subtitle = looks.cell(font_color=Palette.SLATE)
    pen.text(_SUBTITLE, _LABEL, form.subtitle[language], subtitle)
    draw_heading(_HEADING, form.heading[language], _LEFT, pen, book)
    left = _draw_fields(form, pen, book)
    right = _HEADING
    for section in form.sections.values():
        if any(row.state for row in section.rows):
            left = _draw_legend(section, left + 1, pen, book)
        else:
            right = _draw_section(section, right, pen, book) + 1
    last = max(left, right)
    for row in range(_FIRST, last):
        pen.row(row, _ROW_HEIGHT)
    if not form.sections:  # else the words beside them would stretch
        for row, field in enumerate(form.fields, _FIRST):
            pen.row(row, _LONG_HEIGHT if field.type == "long_text" else _ROW_HEIGHT)
    pen.row(last, 10)
    last += 1
    pen.row(last, 18)
    footer = looks.cell(font_size=8, font_color=Palette.MUTE)
    pen.text(last, _LABEL, _footer(book), footer)
    print_page(pen, book, last_row=last, last_column=_TEXT_END, portrait=False)
    pen.worksheet.set_selection(_FIRST, _VALUE, _FIRST, _VALUE)


def _draw_fields(form: FormSheet, pen: Pen, book: Book) -> int:
    """Draw the form's fields and return the row below them."""
    last = _FIRST + len(form.fields) - 1
    for row, field in enumerate(form.fields, _FIRST):
        field_id = book.stamp(field.id, form.id) if row == _FIRST else field.id
        pen.text(row, _IDS, field_id, book.looks.cell(font_size=8, font_color=Palette.MUTE))
        draw_label(row, _LABEL, field, pen, book)
        value = form_cell(field, book.form.get(field.id), book)
        pen.merge(row, _VALUE, _VALUE_END, value, value_look(field, book))
        book.define(f"form_{field.id}", pen, absolute(row, _VALUE))
        draw_mark(field, form.id, (row, _VALUE, row, _VALUE_END), pen, book)
        if (allowed := validation(field, book)) is not None:
            pen.validate((row, _VALUE, row, _VALUE), allowed)
        if field.is_required:
            _draw_gap(row, last, pen, book)
    return last + 1


def _draw_gap(row: int, last: int, pen: Pen, book: Book) -> None:
    cell = absolute(row, _VALUE)
    fields = f"{absolute(_FIRST, _VALUE)}:{absolute(last, _VALUE)}"
    pen.condition(
        (row, _VALUE, row, _VALUE_END),
        {
            "type": "formula",
            "criteria": f'=AND({cell}="",COUNTA({fields})>={_BEGUN})',
            "format": gap_look(book),
        },
    )


def _draw_legend(section: Section, row: int, pen: Pen, book: Book) -> int:
    """Draw a section whose rows show the looks of cells; return the row below it."""
    draw_heading(row, section.heading[book.language], _LEFT, pen, book)
    small = book.looks.cell(
        font_size=9,
        font_color=Palette.SLATE,
        indent=1,
        bottom=1,
        bottom_color=Palette.LINE,
        text_wrap=True,
    )
    for words in section.rows:
        row += 1
        cells = [text[book.language] for text in words.cells] + ["", "", ""]
        _draw_chip(row, cells[0], words.state or "input", pen, book)
        pen.text(row, _VALUE, cells[1], small)
        pen.text(row, _VALUE_END, cells[2], small)
    return row + 1


def _draw_chip(row: int, word: str, state: str, pen: Pen, book: Book) -> None:
    white = {"bottom": 5, "bottom_color": Palette.WHITE}
    looks: dict[str, dict[str, object]] = {
        "input": {"bg_color": Palette.NAVY, "font_color": Palette.WHITE, "bold": True},
        "computed": {
            "bg_color": Palette.COMPUTED_HEADER,
            "font_color": Palette.SLATE,
            "bold": True,
        },
        "gap": {"bg_color": Palette.GAP_FILL, "border": 4, "border_color": Palette.GAP_LINE},
        "doubt": {"bg_color": Palette.MARK_FILL, "font_color": Palette.MARK, "bold": True},
    }
    if state in STATES:
        look = STATES[state]
        word = f"{look.symbol} {word}" if look.symbol else word
        properties: dict[str, object] = {
            "bg_color": look.fill,
            "font_color": look.color,
            "bold": look.bold or None,
        }
    else:
        properties = looks[state]
    frame = {} if state == "gap" else white
    pen.text(row, _LABEL, word, book.looks.cell(align="center", **frame, **properties))


def _draw_section(section: Section, row: int, pen: Pen, book: Book) -> int:
    """Draw a section of words on the right; return the row below it."""
    draw_heading(row, section.heading[book.language], _RIGHT, pen, book)
    if section.head:
        row += 1
        look = book.looks.cell(
            font_size=9, font_color=Palette.MUTE, bottom=1, bottom_color=Palette.RULE
        )
        pen.fill(row, _NUMBER, _TEXT_END, look)
        for column, text in zip((_HEAD, _TEXT, _TEXT_END), section.head, strict=False):
            pen.text(row, column, text[book.language], look)
    number = 0
    for words in section.rows:
        row += 1
        if words.sheet is not None:
            _draw_link(row, words, pen, book)
        else:
            number += 1
            _draw_step(row, number, words, pen, book)
    return row + 1


def _draw_link(row: int, words: TextRow, pen: Pen, book: Book) -> None:
    line = {"bottom": 1, "bottom_color": Palette.LINE}
    arrow = book.looks.cell(font_color=Palette.ACCENT, align="center", **line)
    link = book.looks.cell(font_color=Palette.ACCENT, underline=0, **line)
    tab = book.tab(words.sheet or "")
    pen.text(row, _NUMBER, "›", arrow)
    tip = book.say("guide.go_to", sheet=tab)
    pen.link(row, _HEAD, tab, link, to=f"{quoted(tab)}!A1", tip=tip)
    cells = [text[book.language] for text in words.cells] + ["", ""]
    pen.text(row, _TEXT, cells[0], book.looks.cell(text_wrap=True, **line))
    small = book.looks.cell(font_size=9, font_color=Palette.SLATE, text_wrap=True, **line)
    pen.text(row, _TEXT_END, cells[1], small)


def _draw_step(row: int, number: int, words: TextRow, pen: Pen, book: Book) -> None:
    line = {"bottom": 1, "bottom_color": Palette.LINE}
    cells = [text[book.language] for text in words.cells] + ["", ""]
    figure = book.looks.cell(
        font_size=11, bold=True, font_color=Palette.ACCENT, align="center", **line
    )
    pen.text(row, _NUMBER, str(number), figure)
    pen.text(row, _HEAD, cells[0], book.looks.cell(bold=True, text_wrap=True, **line))
    small = book.looks.cell(font_size=9, font_color=Palette.SLATE, text_wrap=True, **line)
    pen.merge(row, _TEXT, _TEXT_END, cells[1], small)


def _footer(book: Book) -> str:
    template = book.template
    return book.say("guide.joint").join(
        (
            book.say("guide.template", template=template.id, version=template.version),
            book.say(f"language.{book.language}"),
            book.say("guide.lists", lists=book.tab("lists")),
        )
    )
