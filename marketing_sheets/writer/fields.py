"""The label and the value of a form's field, and the headings over them."""

from __future__ import annotations

from typing import Any

from ..styles import Palette, number_format
from ..templates import Column
from .book import Book
from .pen import Pen

__all__ = ["draw_heading", "draw_label", "value_look"]


def draw_heading(row: int, words: str, span: tuple[int, int], pen: Pen, book: Book) -> None:
    """Write a heading over a span of columns, with the rule below it."""
    look = book.looks.cell(
        font_size=11, bold=True, font_color=Palette.NAVY, bottom=2, bottom_color=Palette.ACCENT
    )
    pen.fill(row, *span, look)
    pen.text(row, span[0], words, look)


def draw_label(row: int, at: int, field: Column, pen: Pen, book: Book) -> None:
    """Write a field's label, marked if it must be filled in."""
    label = field.label[book.language]
    look = book.looks.cell(
        font_color=Palette.SLATE,
        bg_color=Palette.COMPUTED,
        indent=1,
        bottom=1,
        bottom_color=Palette.LINE,
        text_wrap=True,
    )
    if not field.is_required:
        pen.text(row, at, label, look)
        return
    # In brackets the mark is no part of the label when it is read back; they need not be seen.
    unseen = book.looks.font(font_color=Palette.COMPUTED, font_size=8)
    hot = book.looks.font(font_color=Palette.HOT, font_size=9, bold=True)
    slate = book.looks.font(font_color=Palette.SLATE)
    parts = [slate, label, unseen, "(", hot, book.say("mark.required"), unseen, ")"]
    pen.rich(row, at, parts, look)


def value_look(field: Column, book: Book) -> Any:
    """Return the format of a field's value."""
    shape = number_format(field)
    if field.is_numeric:
        # Values of a form read from the left, so they need no right margin.
        shape = shape.replace("_)_)", "")
    return book.looks.cell(
        bold=True,
        bg_color=Palette.WHITE,
        align="left",
        indent=1,
        bottom=1,
        bottom_color=Palette.RULE,
        num_format=shape,
        text_wrap=True if field.type in ("text", "long_text") else None,
    )
