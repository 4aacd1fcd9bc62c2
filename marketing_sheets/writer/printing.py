"""How sheets print on A4."""

from __future__ import annotations

from collections.abc import Sequence

from ..styles import Palette
from .book import Book
from .geometry import FIRST, GROUPS, HEADER
from .layout import Layout
from .pen import Pen

__all__ = ["print_page", "print_table"]

_A4 = 9
_PAGE_WIDTH = 1025  # pixels of A4 across, less its margins and a little
_SMALLEST_SCALE = 45  # 10 pt print at 4.5 pt
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.5}


def print_table(layout: Layout, pen: Pen, book: Book, *, beyond: Sequence[float] = ()) -> None:
    """Set up a table sheet: the head on every page, one page wide or broken at a fixed scale.

    `beyond` are the widths of columns right of the table that print with it. Where there are
    records, the blank rows below them stay off the paper.
    """
    sheet, plan = layout.sheet, layout.sheet.print
    worksheet = pen.worksheet
    _page(pen, book, portrait=plan.portrait)
    worksheet.repeat_rows(GROUPS, HEADER)
    script = "en" if book.language == "en" else "zh"
    breaks_at = None
    if plan.break_before == "gantt" and sheet.gantt is not None:
        breaks_at = layout.last_column + 1
    elif plan.break_before is not None:
        breaks_at = layout.group_starts().get(plan.break_before)
    if script in plan.scale:
        # Breaks count only at a fixed scale, not when fitted to pages.
        widths = [0.0 if p.column.hidden else p.width for p in layout.positions]
        parts = _parts([*widths, *beyond], sheet.freeze, breaks_at)
        worksheet.set_print_scale(_fitting(plan.scale[script], parts))
        worksheet.repeat_columns(0, max(sheet.freeze - 1, 0))
        if breaks_at is not None:
            worksheet.set_v_pagebreaks([breaks_at])
    else:
        worksheet.fit_to_pages(1, 0)
    last_row = FIRST + layout.records - 1 if layout.records else layout.last_row
    pen.check(worksheet.print_area(0, 0, last_row, layout.last_column + len(beyond)))


def _parts(widths: Sequence[float], repeated: int, breaks_at: int | None) -> list[float]:
    """Return the width in pixels of each page side by side, repeated columns included."""
    pixels = [int(width * 7 + 0.5) + 5 if width else 0 for width in widths]
    if breaks_at is None:
        return [sum(pixels)]
    return [sum(pixels[:breaks_at]), sum(pixels[:repeated]) + sum(pixels[breaks_at:])]


def _fitting(scale: int, parts: Sequence[float]) -> int:
    """Lower a scale until each part fits a page; what the smallest does not fit takes more."""
    fitting = int(_PAGE_WIDTH * 100 / max(parts)) if parts else scale
    return max(min(scale, fitting), _SMALLEST_SCALE)


def print_page(pen: Pen, book: Book, *, last_row: int, last_column: int, portrait: bool) -> None:
    """Set up a sheet that prints on one page."""
    _page(pen, book, portrait=portrait)
    pen.worksheet.center_horizontally()
    pen.worksheet.fit_to_pages(1, 1)
    pen.check(pen.worksheet.print_area(0, 0, last_row, last_column))


def _page(pen: Pen, book: Book, *, portrait: bool) -> None:
    worksheet = pen.worksheet
    worksheet.set_paper(_A4)
    worksheet.set_portrait() if portrait else worksheet.set_landscape()
    worksheet.set_margins(**_MARGINS)
    small = f"&8&K{Palette.MUTE.removeprefix('#')}"
    title = f"{book.template.title[book.language]} · {pen.name}".replace("&", "&&")
    worksheet.set_footer(f"&L{small}{title}&R{small}&P / &N", {"margin": 0.25})
