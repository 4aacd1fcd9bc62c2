"""Where the columns of a table sheet stand, how they look, and how sheets print on A4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..problems import column_letter, quoted
from ..styles import Palette, number_format
from ..template import Column, TableSheet
from .book import Book, Pen, absolute
from .geometry import FIRST, GROUPS, HEADER, column_width, horizontal, text_units, wraps
from .parts import is_own, is_owner, is_trace, own_format

_A4 = 9
# Pixels of A4 across, less its margins, where a program draws columns 6 % wider than stated.
_PAGE_WIDTH = 987
_WIDEST_PAGE = 2000  # pixels; on one page 10 pt would print at less than 5 pt
_SMALLEST_SCALE = 45  # 10 pt print at 4.5 pt
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.5}


def print_table(layout: Layout, pen: Pen, book: Book, *, beyond: Sequence[float], end: int) -> None:
    """Set up a table sheet: the head on every page, one page wide or broken at a fixed scale.

    A very wide one without a scale is two pages wide. `beyond` are the widths of columns right of
    the table that print with it, to the row `end`. All rows print, those not filled yet as well:
    what is typed there later must not be missing on paper. The traces between a table and its
    chart stay off it.
    """
    sheet, plan = layout.sheet, layout.sheet.print
    worksheet = pen.worksheet
    _page(pen, book.template.title[book.language], portrait=plan.portrait)
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
    if not beyond or last == layout.last_column:
        pen.accepted(worksheet.print_area(0, 0, layout.last_row, last + len(beyond)))
        return
    left, right = layout.last_column + 1, layout.last_column + len(beyond)
    tab = quoted(pen.name)
    corners = ((0, last, layout.last_row), (left, right, end))
    area = ",".join(f"{tab}!{absolute(0, a)}:{absolute(row, b)}" for a, b, row in corners)
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
    _page(pen, book.template.title[book.language], portrait=portrait)
    pen.worksheet.center_horizontally()
    pen.worksheet.fit_to_pages(across, 1)
    pen.accepted(pen.worksheet.print_area(0, 0, last_row, last_column))


def print_list(
    pen: Pen, title: str, *, last_row: int, last_column: int, head: tuple[int, int]
) -> None:
    """Set up a list: one page wide, as long as it takes, the rows of its head on every page."""
    _page(pen, title, portrait=False)
    pen.worksheet.repeat_rows(*head)
    pen.worksheet.fit_to_pages(1, 0)
    pen.accepted(pen.worksheet.print_area(0, 0, last_row, last_column))


def _page(pen: Pen, title: str, *, portrait: bool) -> None:
    worksheet = pen.worksheet
    worksheet.set_paper(_A4)
    worksheet.set_portrait() if portrait else worksheet.set_landscape()
    worksheet.set_margins(**_MARGINS)
    small = f"&8&K{Palette.MUTE.removeprefix('#')}"
    shown = f"{title} · {pen.name}".replace("&", "&&")
    worksheet.set_footer(f"&L{small}{shown}&R{small}&P / &N", {"margin": 0.25})


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A column in its sheet: its number from 0, its width and alignment.

    `begins_group` says that a group begins here and a line parts it from the one before; `is_long`
    that its texts break into lines.
    """

    column: Column
    number: int
    width: float
    align: str
    begins_group: bool
    is_long: bool

    @property
    def letter(self) -> str:
        """The column's letter."""
        return column_letter(self.number + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A table sheet laid out: its columns, and rows of data from 0, blank ones included.

    `of` is the template's table that it is, or a part of.
    """

    sheet: TableSheet
    of: str
    positions: tuple[Position, ...]
    records: int
    rows: int

    @property
    def last_row(self) -> int:
        """The last row of the table, from 0."""
        return FIRST + self.rows - 1

    @property
    def last_column(self) -> int:
        """The last column of the table, from 0."""
        return len(self.positions) - 1

    def area(self, *numbers: int) -> tuple[int, int, int, int]:
        """Return the data rows of neighbouring columns, given the first and the last of them."""
        return FIRST, numbers[0], self.last_row, numbers[-1]

    def at(self, column_id: str) -> Position:
        """Return the position of a column."""
        return next(p for p in self.positions if p.column.id == column_id)

    @property
    def numbers(self) -> Mapping[str, int]:
        """Column ids with their numbers from 1, as formulas want them."""
        return {p.column.id: p.number + 1 for p in self.positions}

    def group_starts(self) -> dict[str, int]:
        """Return each group's first visible column, from 0."""
        starts: dict[str, int] = {}
        for position in self.positions:
            if position.column.group is not None and not position.column.hidden:
                starts.setdefault(position.column.group, position.number)
        return starts


def lay_out(
    sheet: TableSheet, book: Book, *, records: int, rows: int, of: str | None = None
) -> Layout:
    """Place the columns of a sheet with room for `rows` rows."""
    positions: list[Position] = []
    seen: set[str | None] = set()
    alone = _alone(sheet, book)
    for number, column in enumerate(sheet.columns):
        is_open = book.is_open(column)
        begins = not column.hidden and column.group not in seen
        if begins:
            seen.add(column.group)
        labels = [entry.label for entry in book.lists[column.choices]] if column.choices else ()
        align = horizontal(column, sheet, is_open=is_open)
        breaks = align == "left" or column.takes_remark
        positions.append(
            Position(
                column=column,
                number=number,
                width=max(
                    column_width(column, book.language, labels, align=align),
                    alone.get(column.id, 0.0),
                ),
                align=align,
                # Traces are many and alike: they must not make rows higher.
                is_long=wraps(column) and breaks and not is_trace(column),
                # In LibreOffice a conditional format's border would replace all four.
                begins_group=begins and number > 0 and sheet.day_line is None,
            )
        )
    return Layout(
        sheet=sheet, of=of or sheet.id, positions=tuple(positions), records=records, rows=rows
    )


def _alone(sheet: TableSheet, book: Book) -> dict[str, float]:
    """Return the width that the heading of a group needs where the group is one column."""
    shown = [column for column in sheet.columns if not column.hidden]
    found: dict[str, float] = {}
    for group in sheet.groups:
        columns = [column for column in shown if column.group == group.id]
        if len(columns) == 1:
            found[columns[0].id] = float(text_units(group.label[book.language]) + 2)
    return found


def data_look(
    position: Position, book: Book, *, unit: str | None = None, fraction: bool = False
) -> Any:
    """Return the format of a column's data cells; `unit` is what the row's unit cell says."""
    column = position.column
    computed = column.is_computed or is_trace(column)
    return book.looks.cell(
        bg_color=Palette.COMPUTED if computed else Palette.WHITE,
        font_color=Palette.SLATE if computed else Palette.INK,
        bold=True if column.is_key else None,
        bottom=1,
        bottom_color=Palette.LINE,
        left=1 if position.begins_group else None,
        left_color=Palette.RULE if position.begins_group else None,
        align=position.align,
        indent=1 if position.align == "left" else None,
        text_wrap=True if position.is_long else None,
        shrink=True if _shrinks(position) else None,
        num_format=own_format(column)
        if is_own(column)
        else number_format(column, unit, fraction=fraction),
    )


def _shrinks(position: Position) -> bool:
    """Whether what is too long for the column gets smaller; Excel would show nothing but ####."""
    column = position.column
    return not position.is_long and (column.is_numeric or column.type in ("date", "datetime"))


def head_look(position: Position, book: Book) -> Any:
    """Return the format of a column's header."""
    computed = position.column.is_computed or is_trace(position.column)
    return book.looks.cell(
        bold=True,
        bg_color=Palette.COMPUTED_HEADER if computed else Palette.NAVY,
        font_color=Palette.SLATE if computed else Palette.WHITE,
        text_wrap=True,
        **_beside(position),
    )


def mark_look(position: Position, book: Book) -> Any:
    """Return the format of the mark above a header."""
    hot = position.column.is_required
    return book.looks.cell(
        font_size=8,
        bold=True if hot else None,
        font_color=Palette.HOT if hot else Palette.MUTE,
        **_beside(position),
    )


def _beside(position: Position) -> dict[str, object]:
    """Align words with the cells below them."""
    return {"align": position.align, "indent": None if position.align == "center" else 1}
