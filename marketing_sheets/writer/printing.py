"""How sheets print on A4."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..styles import Palette
from .book import Book, absolute, quoted
from .geometry import FIRST, GROUPS, HEADER
from .layout import Layout
from .parts import is_owner, is_trace
from .pen import Pen

__all__ = ["print_list", "print_page", "print_table"]

_A4 = 9
# Pixels of A4 across, less its margins, where a program draws columns 6 % wider than stated.
_PAGE_WIDTH = 987
_WIDEST_PAGE = 2000  # pixels; on one page 10 pt would print at less than 5 pt
_SMALLEST_SCALE = 45  # 10 pt print at 4.5 pt
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.5}


def print_table(layout: Layout, pen: Pen, book: Book, *, beyond: Sequence[float] = ()) -> None:
    """Set up a table sheet: the head on every page, one page wide or broken at a fixed scale.

    A very wide one without a scale is two pages wide. `beyond` are the widths of columns right of
    the table that print with it. Where there are records, the blank rows below them stay off the
    paper; the traces between a table and its chart do so always.
    """
    sheet, plan = layout.sheet, layout.sheet.print
    worksheet = pen.worksheet
    _page(pen, book, portrait=plan.portrait)
    worksheet.repeat_rows(GROUPS, HEADER)
    script = "en" if book.language == "en" else "zh"
    last = _last_printed(layout, with_owner=script not in plan.scale)
    breaks: list[int] = []
    if plan.break_before == "gantt" and sheet.gantt is not None:
        breaks = [last + 1]
    elif plan.break_before is not None and plan.break_before in layout.group_starts():
        breaks = [layout.group_starts()[plan.break_before]]
    widths = [0.0 if p.column.hidden else p.width for p in layout.positions[: last + 1]]
    if script in plan.scale:
        # Breaks count only at a fixed scale, not when fitted to pages.
        parts = _parts([*widths, *beyond], sheet.freeze, breaks)
        worksheet.set_print_scale(_fitting(plan.scale[script], parts))
        worksheet.repeat_columns(0, max(sheet.freeze - 1, 0))
        if breaks:
            worksheet.set_v_pagebreaks(breaks)
    elif _parts(widths, 0, ())[0] > _WIDEST_PAGE:
        worksheet.fit_to_pages(2, 0)
        worksheet.repeat_columns(0, max(sheet.freeze - 1, 0))
    else:
        worksheet.fit_to_pages(1, 0)
    last_row = FIRST + layout.records - 1 if layout.records else layout.last_row
    end = layout.last_column + len(beyond)
    if not beyond or last == layout.last_column:
        pen.check(worksheet.print_area(0, 0, last_row, last + len(beyond)))
        return
    areas = ((0, last), (layout.last_column + 1, end))
    tab = quoted(pen.name)
    area = ",".join(f"{tab}!{absolute(0, a)}:{absolute(last_row, b)}" for a, b in areas)
    # Its method takes one rectangle only; each of several begins a page.
    worksheet.print_area_range = area


def _last_printed(layout: Layout, *, with_owner: bool) -> int:
    """Return the last column on paper: of the traces, only whose a row is, where there is room."""
    shown = (
        p.number
        for p in layout.positions
        if not is_trace(p.column) or (with_owner and is_owner(p.column))
    )
    return max(shown, default=layout.last_column)


def _parts(widths: Sequence[float], repeated: int, breaks: Sequence[int]) -> list[float]:
    """Return the width in pixels of each page side by side, repeated columns included."""
    pixels = [int(width * 7 + 0.5) + 5 if width else 0 for width in widths]
    ends = [*breaks, len(pixels)]
    later = [sum(pixels[:repeated]) + sum(pixels[a:b]) for a, b in pairwise(ends)]
    return [sum(pixels[: ends[0]]), *later]


def _fitting(scale: int, parts: Sequence[float]) -> int:
    """Lower a scale until each part fits a page; what the smallest does not fit takes more."""
    fitting = int(_PAGE_WIDTH * 100 / max(parts)) if parts else scale
    return max(min(scale, fitting), _SMALLEST_SCALE)


def print_page(
    pen: Pen, book: Book, *, last_row: int, last_column: int, portrait: bool, across: int = 1
) -> None:
    """Set up a sheet that prints on one page, or on several `across`."""
    _page(pen, book, portrait=portrait)
    pen.worksheet.center_horizontally()
    pen.worksheet.fit_to_pages(across, 1)
    pen.check(pen.worksheet.print_area(0, 0, last_row, last_column))


def print_list(pen: Pen, book: Book, *, last_row: int, last_column: int, head: int) -> None:
    """Set up a list: one page wide, as long as it takes, its header on every page."""
    _page(pen, book, portrait=False)
    pen.worksheet.repeat_rows(head)
    pen.worksheet.fit_to_pages(1, 0)
    pen.check(pen.worksheet.print_area(0, 0, last_row, last_column))


def _page(pen: Pen, book: Book, *, portrait: bool) -> None:
    worksheet = pen.worksheet
    worksheet.set_paper(_A4)
    worksheet.set_portrait() if portrait else worksheet.set_landscape()
    worksheet.set_margins(**_MARGINS)
    small = f"&8&K{Palette.MUTE.removeprefix('#')}"
    title = f"{book.template.title[book.language]} · {pen.name}".replace("&", "&&")
    worksheet.set_footer(f"&L{small}{title}&R{small}&P / &N", {"margin": 0.25})
