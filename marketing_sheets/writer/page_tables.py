"""A table on a form's page: its label at the left, a real Excel table, and a total below it.

A hidden row of ids stands above the header, as on a table's own sheet; the row of the total bears
a mark in the hidden first column, so that it is known for ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..errors import ExcelLimitError
from ..formulas_shares import due_share, excel_differs, excel_share
from ..records import SheetRecords
from ..styles import LOOKS, Palette
from ..templates import Share, TableSheet
from .book import Book, absolute
from .cells import Cell, input_cells
from .geometry import LAST_EXCEL_ROW
from .layout import Position, data_look, head_look, lay_out
from .pen import Pen
from .validations import validation

__all__ = ["PAGE_LABEL", "PAGE_LAST", "PAGE_TABLE", "draw_page_table"]

# The column of the labels, that of the table's first column, and the last of the page, from 0.
PAGE_LABEL, PAGE_TABLE, PAGE_LAST = 3, 4, 6
_HEADER_HEIGHT, _TOTAL_HEIGHT = 24.0, 24.0
_CENT = 0.005

Row = list[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PageTable:
    """A table being drawn: its columns on the page, and its cells from row `first` on."""

    sheet: TableSheet
    positions: tuple[Position, ...]
    rows: list[Row]
    first: int
    pen: Pen
    book: Book

    @property
    def last(self) -> int:
        """The last row of the table, from 0."""
        return self.first + len(self.rows) - 1


def draw_page_table(records: SheetRecords, heading: str, row: int, pen: Pen, book: Book) -> int:
    """Draw a table from `row` on; return the row below its total."""
    sheet = next(s for s in book.template.tables if s.id == records.sheet)
    positions = tuple(
        replace(position, number=PAGE_TABLE + position.number, has_rule=False)
        for position in lay_out(sheet, book, records=0, rows=1).positions
    )
    rows, share = _rows(records, sheet, book)
    table = _PageTable(
        sheet=sheet, positions=positions, rows=rows, first=row + 2, pen=pen, book=book
    )
    if table.last >= LAST_EXCEL_ROW:
        limit = LAST_EXCEL_ROW - table.first
        raise ExcelLimitError("too_many_rows", sheet=pen.name, rows=len(rows), limit=limit)
    _draw_head(table)
    for number, cells in enumerate(rows, table.first):
        pen.row(number, sheet.row_height)
        for position, cell in zip(positions, cells, strict=True):
            pen.value(number, position.number, cell, data_look(position, book))
    for position in positions:
        if (rule := validation(position.column, book)) is not None:
            pen.validate((table.first, position.number, table.last, position.number), rule)
    if share is not None and sheet.share is not None:
        _draw_share(table, sheet.share, share)
    _draw_total(table)
    if share is not None and sheet.share is not None:
        _draw_part(table, sheet.share, share)
    _draw_label(heading, table)
    return table.last + 2


def _draw_head(table: _PageTable) -> None:
    pen, book, header = table.pen, table.book, table.first - 1
    pen.row(header - 1, 12, hidden=True)
    pen.row(header, _HEADER_HEIGHT)
    for position in table.positions:
        pen.text(header - 1, position.number, position.column.id, book.looks.cell(font_size=8))
    columns = [
        {"header": p.column.label[book.language], "header_format": head_look(p, book)}
        for p in table.positions
    ]
    options = {
        "name": f"tbl_{table.sheet.id}",
        "style": None,
        "banded_rows": False,
        "autofilter": False,
        "columns": columns,
    }
    area = (header, table.positions[0].number, table.last, table.positions[-1].number)
    pen.table(area, options, {})


def _rows(records: SheetRecords, sheet: TableSheet, book: Book) -> tuple[list[Row], int | None]:
    """Return the cells row by row, blank rows included, and which row is a share of the total.

    The blank rows stand above a share that is the last record: it is a share of them too.
    """
    columns = [input_cells(column, records, book) for column in sheet.columns]
    rows = [list(cells) for cells in zip(*columns, strict=True)]
    count = max(sheet.blank_rows, 0 if rows else 1)
    blanks: list[Row] = [[None] * len(sheet.columns) for _ in range(count)]
    share = _share_row(records, sheet)
    if share is not None and share == len(rows) - 1:
        return [*rows[:-1], *blanks, rows[-1]], share + count
    return [*rows, *blanks], share


def _share_row(records: SheetRecords, sheet: TableSheet) -> int | None:
    """Return the number of the record that is a share of the total; None unless it is one."""
    if sheet.share is None:
        return None
    found = records.frame[sheet.share.row_column].astype(object) == sheet.share.row_choice
    at = [number for number, is_share in enumerate(found.tolist()) if is_share is True]
    return at[0] if len(at) == 1 else None


def _draw_share(table: _PageTable, share: Share, at: int) -> None:
    """Write the formula of the share, unless another amount has been typed there.

    An amount that differs is marked, like any that is late or over budget.
    What the formula shows takes its place among the cells.
    """
    order = [column.id for column in table.sheet.columns].index(share.column)
    amounts = [row[order] for number, row in enumerate(table.rows) if number != at]
    rate = float(table.book.settings[share.of_total])
    due = due_share((float(a) for a in amounts if isinstance(a, int | float)), rate)
    # From the header on: rows inserted above the first one count as well.
    position, row = table.positions[order], table.first + at
    column, pen = position.number, table.pen
    areas = [f"{absolute(table.first - 1, column)}:{absolute(row - 1, column)}"]
    if row < table.last:
        areas.append(f"{absolute(row + 1, column)}:{absolute(table.last, column)}")
    name = f"set_{share.of_total}"
    wrong = excel_differs(absolute(row, column), areas, name)
    look = table.book.looks.rule(LOOKS["late"])
    rule = {"type": "formula", "criteria": wrong, "format": look}
    pen.rule((row, column, row, column), rule)
    typed = table.rows[at][order]
    if typed is not None and not (
        isinstance(typed, int | float) and due is not None and abs(typed - due) < _CENT
    ):
        return
    pen.formula(row, column, excel_share(areas, name), _computed(position, table.book), due)
    table.rows[at][order] = due


def _draw_total(table: _PageTable) -> None:
    """Write the totals of the additive columns below the table."""
    pen, book, row = table.pen, table.book, table.last + 1
    pen.row(row, _TOTAL_HEIGHT)
    pen.text(row, 0, f"{table.sheet.id}.total", book.looks.cell(font_size=8))
    edges = {"top": 1, "top_color": Palette.RULE, "bottom_color": Palette.RULE, "bold": True}
    for number, position in enumerate(table.positions):
        look = _computed(position, book, **edges)
        if position.column.additive:
            area = f"tbl_{table.sheet.id}[{position.column.label[book.language]}]"
            amounts = [float(a) for c in table.rows if isinstance(a := c[number], int | float)]
            formula = f'=IF(COUNT({area})=0,"",SUM({area}))'
            pen.formula(row, position.number, formula, look, sum(amounts) if amounts else None)
        else:
            pen.text(row, position.number, "" if number else book.say("page.total"), look)


def _draw_part(table: _PageTable, share: Share, at: int) -> None:
    """Write beside the total which part of it the share is, if a column of words is there."""
    order = [column.id for column in table.sheet.columns].index(share.column)
    if order + 1 >= len(table.positions) or table.positions[order + 1].column.is_numeric:
        return
    book, position = table.book, table.positions[order + 1]
    amount = absolute(table.first + at, table.positions[order].number)
    total = absolute(table.last + 1, table.positions[order].number)
    name = _label_of(share, table)
    before, after = book.say("page.part", name=name, part="|").split("|")
    formula = (
        f'=IF(OR({amount}="",{total}="",{total}=0),"",'
        f'"{_doubled(before)}"&TEXT({amount}/{total},"0.0%")&"{_doubled(after)}")'
    )
    amounts = [row[order] for row in table.rows]
    whole = sum(float(a) for a in amounts if isinstance(a, int | float))
    own = amounts[at]
    shown = f"{before}{own / whole:.1%}{after}" if isinstance(own, int | float) and whole else None
    look = _computed(position, book, top=1, top_color=Palette.RULE, bottom_color=Palette.RULE)
    table.pen.formula(table.last + 1, position.number, formula, look, shown)


def _label_of(share: Share, table: _PageTable) -> str:
    choices = table.book.choices(table.sheet[share.row_column])
    return choices.label_of(share.row_choice, table.book.language) if choices else ""


def _doubled(text: str) -> str:
    return text.replace('"', '""')


def _computed(position: Position, book: Book, **more: object) -> Any:
    return book.looks.cell(
        bg_color=Palette.COMPUTED,
        font_color=Palette.SLATE,
        align=position.align,
        indent=1 if position.align == "left" else None,
        num_format="#,##0_)_)" if position.column.is_numeric else None,
        **{"bottom": 1, "bottom_color": Palette.LINE, **more},
    )


def _draw_label(heading: str, table: _PageTable) -> None:
    """Write the table's name beside it, from its header to its total."""
    look = table.book.looks.cell(
        font_color=Palette.SLATE,
        bg_color=Palette.COMPUTED,
        indent=1,
        bottom=1,
        bottom_color=Palette.LINE,
        text_wrap=True,
    )
    first, last = table.first - 1, table.last + 1
    code = table.pen.worksheet.merge_range(first, PAGE_LABEL, last, PAGE_LABEL, "", look)
    table.pen.check(code, first, PAGE_LABEL)
    table.pen.text(first, PAGE_LABEL, heading, look)
