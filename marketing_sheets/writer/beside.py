"""The sheets beside the tables: the reserved Summary, and plain sheets such as logs.

The Summary before it is filled is the first tab: three steps, and figures that live. A
plain sheet has a title, a header with filter, rows; its ids stand in the hidden row 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ..ooxml import SUMMARY
from ..problems import quoted
from ..records import AttachedColumn, Attachment, SheetRecords
from ..styles import STATES, Palette
from ..texts import LANGUAGES, Text
from .book import Book, Pen, serial
from .geometry import FIRST, HEAD_ROWS, HEADER, IDS, LIVE, TITLE, header_height, line_count
from .layout import print_list, print_page
from .living import draw_living
from .parts import MOST_ROWS, numbered_tab

_MARGIN, _COLUMN, _GAP = 14, 72, 10
_BLOCKS = 6
_LAST = 3 * _BLOCKS - 1  # the last column of the last block; the margin is column 0
_FORMATS = {
    "text": "@",
    "number": '#,##0_)_);-#,##0_)_);"–"_)_)',
    "money": "#,##0.00_)_)",
    "date": "yyyy-mm-dd",
    "mark": "@",
}
_FRACTION = "#,##0.00##_)_)"
_ALIGNS = {"number": "right", "money": "right", "date": "center", "mark": "center"}
_MOST_LINES = 6


def draw_reserved(
    pen: Pen, book: Book, records: Mapping[str, SheetRecords], told: Mapping[str, int]
) -> None:
    """Draw the reserved sheet on the Summary's own grid and mark it as ours.

    `records` and `told` are what the live figures show by now.
    """
    looks = book.looks
    pen.pixels(0, _MARGIN)
    for block in range(_BLOCKS):
        pen.pixels(1 + 3 * block, _COLUMN, last=2 + 3 * block)
        pen.pixels(3 + 3 * block, _GAP if block < _BLOCKS - 1 else _MARGIN)
    pen.row(0, 6)
    pen.row(1, 30)
    title = looks.cell(font_size=20, bold=True, font_color=Palette.NAVY)
    pen.text(1, 1, book.say("summary.title"), title)
    state = STATES["open"]
    chip = looks.cell(font_size=11, font_color=state.color, bg_color=state.fill, align="center")
    pen.merge(1, _LAST - 1, _LAST, f"{state.symbol} {book.say('summary.chip')}", chip)
    pen.row(2, 20)
    note = looks.cell(font_size=9, font_color=Palette.SLATE)
    pen.text(2, 1, book.say("summary.subtitle"), note)
    pen.row(3, 6)
    row = _draw_steps(4, pen, book)
    row = draw_living(row, records, told, pen, book)
    pen.row(row, 18)
    footer = looks.cell(font_size=8, font_color=Palette.MUTE)
    pen.text(row, 1, _footer(book), footer)
    tab = quoted(pen.name)
    book.workbook.define_name(f"{tab}!{SUMMARY.marker}", f"={tab}!$A$1")
    print_page(pen, book, last_row=row, last_column=_LAST + 1, portrait=True)


def _draw_steps(row: int, pen: Pen, book: Book) -> int:
    looks = book.looks
    fill = {"bg_color": Palette.TINT, "bottom": 5, "bottom_color": Palette.WHITE}
    number = looks.cell(font_size=14, bold=True, font_color=Palette.ACCENT, align="center", **fill)
    head = looks.cell(font_size=11, bold=True, **fill)
    text = looks.cell(font_color=Palette.SLATE, text_wrap=True, **fill)
    quoted_tabs = [
        book.say("summary.quoted", sheet=sheet.label[book.language])
        for sheet in book.template.tables
        if book.template.host(sheet.id) is None
    ]
    sheets = book.say("summary.joint").join(quoted_tabs)
    for at in range(3):
        pen.row(row, 36)
        pen.text(row, 1, str(at + 1), number)
        pen.merge(row, 2, 6, book.say(f"summary.step{at + 1}.head"), head)
        words = book.say(f"summary.step{at + 1}.text", sheets=sheets)
        pen.merge(row, 7, _LAST, words, text)
        row += 1
    return row


def _footer(book: Book) -> str:
    template = book.template
    words = book.say("guide.template", template=template.id, version=template.version)
    return words + book.say("guide.joint") + book.say(f"language.{book.language}")


def draw_attachment(attachment: Attachment, book: Book) -> None:
    """Draw an attachment after the sheets drawn so far, on as many sheets as its rows need."""
    for number, first in enumerate(range(0, max(len(attachment.rows), 1), MOST_ROWS), start=1):
        tab, stamp = attachment.tab, f"attachment:{attachment.id}"
        if number > 1:
            tab = Text({lang: numbered_tab(tab[lang], number, lang) for lang in LANGUAGES})
            stamp = f"{stamp}#{number}"
        rows = attachment.rows[first : first + MOST_ROWS]
        _draw(replace(attachment, tab=tab, rows=rows), stamp, book)


def _draw(attachment: Attachment, stamp: str, book: Book) -> None:
    pen = book.add_sheet(attachment.tab[book.language])
    for row, height in HEAD_ROWS.items():
        pen.row(row, height)
    pen.row(IDS, 12, hidden=True)
    title = book.looks.cell(font_size=16, bold=True, font_color=Palette.NAVY, indent=1)
    pen.text(TITLE, 0, attachment.title[book.language], title)
    if attachment.subtitle is not None:
        note = book.looks.cell(font_size=9, font_color=Palette.SLATE, indent=1)
        pen.text(LIVE, 0, attachment.subtitle[book.language], note)
    for number, column in enumerate(attachment.columns):
        _draw_head(column, number, stamp, pen, book)
    labels = [(c.label[book.language], c.width) for c in attachment.columns]
    pen.row(HEADER, header_height(labels))
    _draw_rows(attachment, pen, book)
    last_row, last = FIRST + max(len(attachment.rows), 1) - 1, len(attachment.columns) - 1
    for number, column in enumerate(attachment.columns):
        if column.choice is not None:  # offered; anything else may be typed as well
            offered = {"validate": "list", "source": [column.choice], "show_error": False}
            pen.worksheet.data_validation(FIRST, number, last_row, number, offered)
    pen.worksheet.autofilter(HEADER, 0, last_row, last)
    pen.worksheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last_row + 1}"})
    pen.worksheet.freeze_panes(FIRST, 1)
    name = book.template.title[book.language]
    print_list(pen, name, last_row=last_row, last_column=last, head=HEADER)
    if attachment.is_hidden:
        pen.worksheet.very_hidden()


def _draw_head(column: AttachedColumn, number: int, stamp: str, pen: Pen, book: Book) -> None:
    looks = book.looks
    pen.column(number, column.width, hidden=column.is_hidden)
    shown_id = book.stamp(column.id, stamp) if number == 0 else column.id
    pen.text(IDS, number, shown_id, looks.cell(font_size=8, font_color=Palette.MUTE))
    align = _ALIGNS.get(column.kind, "left")
    look = looks.cell(
        bold=True,
        bg_color=Palette.COMPUTED_HEADER if column.choice is None else Palette.NAVY,
        font_color=Palette.SLATE if column.choice is None else Palette.WHITE,
        text_wrap=True,
        align=align,
        indent=None if align == "center" else 1,
    )
    pen.text(HEADER, number, column.label[book.language], look)


def _draw_rows(attachment: Attachment, pen: Pen, book: Book) -> None:
    looks = [_look(column, _FORMATS[column.kind], book) for column in attachment.columns]
    fractions = {
        number: _look(column, _FRACTION, book)
        for number, column in enumerate(attachment.columns)
        if column.kind == "number"
    }
    widths = [0 if column.is_hidden else column.width for column in attachment.columns]
    for at, cells in enumerate(attachment.rows, FIRST):
        for number, (value, look) in enumerate(zip(cells, looks, strict=True)):
            shown = serial(value) if isinstance(value, date) else value
            if isinstance(value, float) and not value.is_integer() and number in fractions:
                pen.value(at, number, shown, fractions[number])
            else:
                pen.value(at, number, shown, look)
        if not attachment.is_hidden:
            pen.row(at, _height(cells, widths))


def _height(cells: Sequence[object], widths: Sequence[float]) -> float:
    lines = [
        line_count(value, width)
        for value, width in zip(cells, widths, strict=True)
        # Most texts are short: only those that might not fit are measured.
        if width and isinstance(value, str) and (2 * len(value) > width - 2 or "\n" in value)
    ]
    return 8.0 + 14.0 * min(max(lines, default=1), _MOST_LINES)


def _look(column: AttachedColumn, shape: str, book: Book) -> Any:
    align = _ALIGNS.get(column.kind, "left")
    return book.looks.cell(
        font_color=Palette.INK,
        bg_color=Palette.WHITE,
        bottom=1,
        bottom_color=Palette.LINE,
        align=align,
        indent=1 if align == "left" else None,
        text_wrap=True if column.kind == "text" else None,
        shrink=True if column.kind in ("number", "money", "date") else None,
        num_format=shape,
    )
