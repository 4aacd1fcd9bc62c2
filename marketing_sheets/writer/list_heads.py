"""How the lists sheet looks: the heads of its columns, its fixed cells, its gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..styles import Palette
from .book import Book
from .choice_settings import hairline
from .geometry import GROUPS, HEADER, IDS, MARKS
from .pen import Pen

__all__ = ["GAP_WIDTH", "Head", "draw_head", "fixed_look", "gap", "hint_look"]

GAP_WIDTH = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of one column: its id, label, width; group and mark stand above the first."""

    id: str
    label: str
    width: float
    group: str = ""
    mark: str = ""
    is_fixed: bool = False


def draw_head(column: int, head: Head, pen: Pen, book: Book) -> None:
    """Draw the head of a column: group, mark, hidden id, label."""
    looks = book.looks
    pen.column(column, head.width)
    line = {"bottom": 2, "bottom_color": Palette.ACCENT}
    group = looks.cell(font_size=9, bold=True, font_color=Palette.NAVY, indent=1, **line)
    pen.text(GROUPS, column, head.group, group)
    pen.text(MARKS, column, head.mark, looks.cell(font_size=8, font_color=Palette.MUTE, indent=1))
    pen.text(IDS, column, head.id, looks.cell(font_size=8, font_color=Palette.MUTE))
    dark = {"bg_color": Palette.NAVY, "font_color": Palette.WHITE}
    light = {"bg_color": Palette.COMPUTED_HEADER, "font_color": Palette.SLATE}
    look = looks.cell(bold=True, text_wrap=True, indent=1, **(light if head.is_fixed else dark))
    pen.text(HEADER, column, head.label, look)


def gap(column: int, pen: Pen) -> int:
    """Leave a narrow column free, and return the next."""
    pen.column(column, GAP_WIDTH)
    return column + 1


def fixed_look(book: Book) -> Any:
    """Return the look of a cell that belongs to formulas."""
    return book.looks.cell(
        bg_color=Palette.COMPUTED, font_color=Palette.SLATE, indent=1, **hairline()
    )


def hint_look(book: Book) -> Any:
    """Return the look of an explanation beside a cell."""
    return book.looks.cell(font_size=9, font_color=Palette.MUTE, indent=1, **hairline())
