"""Where the columns of a table sheet stand and how they look, worked out once a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..places import column_letter
from ..styles import Palette, number_format
from ..templates import Column, TableSheet
from .book import Book
from .geometry import FIRST, column_width, horizontal, text_units, wraps
from .parts import is_own, is_trace, own_format

__all__ = ["Layout", "Position", "data_look", "head_look", "lay_out", "mark_look"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A column in its sheet: its number from 0, its width and alignment.

    `has_rule` says that a group begins here and a line parts it from the one before; `is_long`
    that its texts break into lines.
    """

    column: Column
    number: int
    width: float
    align: str
    has_rule: bool
    is_long: bool

    @property
    def letter(self) -> str:
        """The column's letter."""
        return column_letter(self.number + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A table sheet laid out: its columns, and rows of data from 0, blank ones included."""

    sheet: TableSheet
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


def lay_out(sheet: TableSheet, book: Book, *, records: int, rows: int) -> Layout:
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
                width=max(column_width(column, book.language, labels), alone.get(column.id, 0.0)),
                align=align,
                # Traces are many and alike: they must not make rows higher.
                is_long=wraps(column) and breaks and not is_trace(column),
                # A rule's border would replace all four in LibreOffice: such sheets have none.
                has_rule=begins and number > 0 and sheet.day_line is None,
            )
        )
    return Layout(sheet=sheet, positions=tuple(positions), records=records, rows=rows)


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
        left=1 if position.has_rule else None,
        left_color=Palette.RULE if position.has_rule else None,
        align=position.align,
        indent=1 if position.align == "left" else None,
        text_wrap=True if position.is_long else None,
        num_format=own_format(column)
        if is_own(column)
        else number_format(column, unit, fraction=fraction),
    )


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
