"""The Summary before it is filled: the first tab, with three steps and figures that live."""

from __future__ import annotations

from collections.abc import Mapping

from ..ooxml import SUMMARY
from ..problems import quoted
from ..records import SheetRecords
from ..styles import STATES, Palette
from .book import Book, Pen
from .layout import print_page
from .living import draw_living

_MARGIN, _COLUMN, _GAP = 14, 72, 10
_BLOCKS = 6
_LAST = 3 * _BLOCKS - 1  # the last column of the last block; the margin is column 0


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
