"""A form laid out as one upright page: lines of labels and values, headings, a table.

Columns A and B, hidden, hold the ids of the one or two fields of each line; the first also carries
the stamp. A table on the page has its label at the left, is a real Excel table under a hidden row
of ids, and a total below it, whose row bears a mark in the hidden first column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import ExcelLimitError
from ..formulas import due_share, excel_differs, excel_share
from ..records import SheetRecords
from ..styles import LOOKS, Palette, number_format
from ..template import Area, Column, FormSheet, Share, TableSheet
from .book import Book, Pen, absolute
from .cells import InputCell, form_cell, input_cells, validation
from .conditions import draw_mark, gap_look
from .geometry import LAST_EXCEL_ROW, line_count
from .layout import Position, data_look, head_look, lay_out, print_page

# The column of the labels, that of the table's first column, and the last of the page, from 0.
PAGE_LABEL, PAGE_TABLE, PAGE_LAST = 3, 4, 6
_HEADER_HEIGHT, _TOTAL_HEIGHT = 24.0, 24.0
_CENT = 0.005
FormRow = list[InputCell]
# Ids of the first and of the second field of a line, margin, then label and value twice.
_WIDTHS = (8, 8, 1.5, 20, 26, 18, 33)
_IDS = (0, 1)
_LABELS, _VALUES = (PAGE_LABEL, PAGE_LABEL + 2), (PAGE_TABLE, PAGE_LAST)
_TITLE, _SUBTITLE, _FIRST = 1, 2, 4
_TOP_HEIGHTS = {0: 8.0, _TITLE: 34.0, _SUBTITLE: 20.0, 3: 8.0}
_ROW_HEIGHT, _LONG_HEIGHT, _HEADING_HEIGHT, _GAP_HEIGHT = 27.0, 64.0, 24.0, 8.0
_LINE_HEIGHT = 14.0
_BEGUN = 3


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _PageTable:
    """A table being drawn: its columns on the page, and its cells from row `first` on."""

    sheet: TableSheet
    positions: tuple[Position, ...]
    rows: list[FormRow]
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
        replace(position, number=PAGE_TABLE + position.number, begins_group=False)
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
        area = (table.first, position.number, table.last, position.number)
        draw_mark(position.column, sheet.id, area, pen, book)
        if (allowed := validation(position.column, book)) is not None:
            pen.validate(area, allowed)
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


def _rows(records: SheetRecords, sheet: TableSheet, book: Book) -> tuple[list[FormRow], int | None]:
    """Return the cells row by row, blank rows included, and which row is a share of the total.

    The blank rows stand above a share that is the last record: it is a share of them too.
    """
    columns = [input_cells(column, records, book) for column in sheet.columns]
    rows = [list(cells) for cells in zip(*columns, strict=True)]
    count = max(sheet.blank_rows, 0 if rows else 1)
    blanks: list[FormRow] = [[None] * len(sheet.columns) for _ in range(count)]
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
    look = table.book.looks.condition(LOOKS["late"])
    options = {"type": "formula", "criteria": wrong, "format": look}
    pen.condition((row, column, row, column), options)
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
        shrink=True if position.column.is_numeric else None,
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
    table.pen.accepted(code, first, PAGE_LABEL)
    table.pen.text(first, PAGE_LABEL, heading, look)


@dataclass(slots=True, kw_only=True)
class _Page:
    """A page being drawn: the row to go on in, and where the values of its fields stand."""

    form: FormSheet
    pen: Pen
    book: Book
    row: int = _FIRST
    cells: dict[str, tuple[int, int]] = field(default_factory=dict)


def draw_page(form: FormSheet, tables: Mapping[str, SheetRecords], pen: Pen, book: Book) -> None:
    """Draw a form's page with the values known so far; `tables` are the records of its tables."""
    looks, language = book.looks, book.language
    for number, width in enumerate(_WIDTHS):
        pen.column(number, width, hidden=number in _IDS)
    for row, height in _TOP_HEIGHTS.items():
        pen.row(row, height)
    title = looks.cell(font_size=20, bold=True, font_color=Palette.NAVY)
    pen.text(_TITLE, PAGE_LABEL, form.title[language], title)
    subtitle = looks.cell(font_size=9, font_color=Palette.SLATE)
    pen.text(_SUBTITLE, PAGE_LABEL, form.subtitle[language], subtitle)
    page = _Page(form=form, pen=pen, book=book)
    for area in form.areas:
        if area.table is None:
            _draw_lines(area, page)
        elif area.table in tables:
            heading = area.heading[language] if area.heading is not None else ""
            page.row = draw_page_table(tables[area.table], heading, page.row, pen, book)
    _draw_gaps(page)
    print_page(pen, book, last_row=page.row - 1, last_column=PAGE_LAST, portrait=True)
    pen.worksheet.set_selection(_FIRST, PAGE_TABLE, _FIRST, PAGE_TABLE)


def _draw_lines(area: Area, page: _Page) -> None:
    pen, book = page.pen, page.book
    if area.heading is not None:
        pen.row(page.row, _GAP_HEIGHT)
        pen.row(page.row + 1, _HEADING_HEIGHT)
        words = area.heading[book.language]
        draw_heading(page.row + 1, words, (PAGE_LABEL, PAGE_LAST), pen, book)
        page.row += 2
    for names in area.lines:
        fields = [page.form[name] for name in names]
        height = max(_height(column, book, alone=len(fields) == 1) for column in fields)
        pen.row(page.row, height)
        for order, column in enumerate(fields):
            _draw_field(column, order, page, alone=len(fields) == 1)
        page.row += 1


def _draw_field(column: Column, order: int, page: _Page, *, alone: bool) -> None:
    """Draw the first or second field of a line; one alone takes the whole width."""
    pen, book, row, at = page.pen, page.book, page.row, _VALUES[order]
    shown_id = column.id if page.cells else book.stamp(column.id, page.form.id)
    pen.text(row, _IDS[order], shown_id, book.looks.cell(font_size=8))
    draw_label(row, _LABELS[order], column, pen, book)
    value, look = form_cell(column, book.form.get(column.id), book), value_look(column, book)
    if alone:
        pen.merge(row, at, PAGE_LAST, value, look)
    else:
        pen.value(row, at, value, look)
    book.define(f"form_{column.id}", pen, absolute(row, at))
    draw_mark(column, page.form.id, (row, at, row, PAGE_LAST if alone else at), pen, book)
    if (allowed := validation(column, book)) is not None:
        pen.validate((row, at, row, at), allowed)
    page.cells[column.id] = (row, at)


def _height(column: Column, book: Book, *, alone: bool) -> float:
    """Return the height of a line, in points: room to write, more for what stands there."""
    text = str(book.form.get(column.id) or "")
    width = sum(_WIDTHS[PAGE_TABLE:]) if alone else _WIDTHS[PAGE_TABLE]
    least = _LONG_HEIGHT if column.type == "long_text" else _ROW_HEIGHT
    # Bold letters are a little wider than those the widths are counted in.
    return max(least, 10 + _LINE_HEIGHT * line_count(text, width * 0.93))


def _draw_gaps(page: _Page) -> None:
    """Mark each required field that is blank once the form has been begun."""
    filled = ",".join(absolute(*cell) for cell in page.cells.values())
    for column in page.form.fields:
        if column.is_required and column.id in page.cells:
            row, at = page.cells[column.id]
            criteria = f'=AND({absolute(row, at)}="",COUNTA({filled})>={_BEGUN})'
            options = {"type": "formula", "criteria": criteria, "format": gap_look(page.book)}
            page.pen.condition((row, at, row, at), options)
