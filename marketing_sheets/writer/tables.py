"""A table sheet: six rows of head, then a real Excel table, pre-sized and ready to be filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ExcelLimitError
from ..formulas import excel_formula, excel_live, live_text
from ..records import MARK, MARK_CODES, SheetRecords
from ..styles import Palette
from .book import Book, Pen
from .cells import InputCell, computed_cells, input_cells, units_of, validation
from .charts import draw_charts
from .checks import CheckColumns, check_columns
from .columns import Value
from .conditions import draw_conditions
from .gantt import draw_gantt
from .geometry import (
    FIRST,
    GROUPS,
    HEAD_ROWS,
    HEADER,
    IDS,
    LAST_EXCEL_ROW,
    LIVE,
    MARKS,
    TITLE,
    blank_row_height,
    header_height,
    line_count,
    row_height,
    spans,
    wraps,
)
from .layout import Layout, Position, data_look, head_look, lay_out, mark_look, print_table
from .parts import id_cell, is_trace, trace_id

_IDS_HEIGHT = 12.0
_ALIKE = 3  # lines


def draw_table(
    records: SheetRecords, blank_rows: int, pen: Pen, book: Book, *, stamp: str | None = None
) -> int:
    """Draw a table sheet: `records` with their computed columns filled, then blank rows.

    Returns in how many of them something is to be checked. `stamp` is what the row of ids calls
    the sheet; None stands for its id.
    Raises ExcelLimitError for more rows or longer text than Excel takes.
    """
    sheet = next(s for s in book.template.tables if s.id == records.sheet)
    filled = len(records.frame)
    rows = max(filled + blank_rows, 1)
    if FIRST + rows > LAST_EXCEL_ROW:
        raise ExcelLimitError(
            "too_many_rows", sheet=pen.name, rows=rows, limit=LAST_EXCEL_ROW - FIRST
        )
    of = (stamp or sheet.id).partition("#")[0]
    layout = lay_out(sheet, book, records=filled, rows=rows, of=of)
    _draw_head(layout, records, pen, book, stamp or sheet.id)
    has_checks = trace_id(MARK_CODES) in sheet
    checks = check_columns(sheet, records, book, of) if has_checks else None
    lines = _draw_cells(layout, records, checks, pen, book)
    _set_heights(layout, lines, pen)
    for position in layout.positions:
        if (allowed := validation(position.column, book)) is not None:
            pen.validate(layout.area(position.number), allowed)
    draw_conditions(layout, pen, book)
    # Codes such as 007 are text on purpose, and blank cells in formulas are what a blank row is.
    text = " ".join(
        f"{layout.positions[a].letter}{FIRST + 1}:{layout.positions[b].letter}{layout.last_row + 1}"
        for a, b in spans(p.number for p in layout.positions if wraps(p.column))
    )
    quiet = {"number_stored_as_text": text} if text else {}
    if checks is not None:
        # Their cells share a formula that is written otherwise than the table's, and is the same.
        first, last = layout.at(trace_id(MARK_CODES)).letter, layout.positions[-1].letter
        quiet["calculated_column"] = f"{first}{FIRST + 1}:{last}{layout.last_row + 1}"
    pen.worksheet.ignore_errors(quiet)
    pen.worksheet.freeze_panes(FIRST, sheet.freeze)
    pen.worksheet.set_selection(FIRST, 0, FIRST, 0)
    beyond, end = [], layout.last_row
    if sheet.gantt is not None:
        beyond = draw_gantt(sheet.gantt, layout, records, pen, book)
    elif sheet.charts:
        beyond, end = draw_charts(layout, records, pen, book)
    print_table(layout, pen, book, beyond=beyond, end=end)
    return 0 if checks is None else sum(map(bool, checks.shown_texts))


def _draw_head(layout: Layout, records: SheetRecords, pen: Pen, book: Book, stamp: str) -> None:
    sheet, looks = layout.sheet, book.looks
    for row, height in HEAD_ROWS.items():
        pen.row(row, height)
    pen.row(IDS, _IDS_HEIGHT, hidden=True)
    labels = [(p.column.label[book.language], p.width) for p in layout.positions]
    pen.row(HEADER, header_height(labels))
    title = looks.cell(font_size=16, bold=True, font_color=Palette.NAVY, indent=1)
    pen.text(TITLE, 0, book.title(sheet), title)
    starts = layout.group_starts()
    line = looks.cell(font_size=9, font_color=Palette.SLATE, indent=1)
    for live in sheet.live:
        shown = live_text(
            live,
            records,
            template=book.template,
            language=book.language,
            as_of=book.as_of,
            settings=book.settings,
        )
        formula = excel_live(live, sheet, book.template, book.language)
        column = 0 if live.group is None else starts.get(live.group, 0)
        pen.formula(LIVE, column, formula, line, shown)
    group = looks.cell(
        font_size=9,
        bold=True,
        font_color=Palette.NAVY,
        indent=1,
        bottom=2,
        bottom_color=Palette.ACCENT,
    )
    names = {starts[g.id]: g.label[book.language] for g in sheet.groups if g.id in starts}
    for position in layout.positions:
        pen.text(GROUPS, position.number, names.get(position.number, ""), group)
        _draw_column_head(position, pen, book, stamp)


def _draw_column_head(position: Position, pen: Pen, book: Book, stamp: str) -> None:
    column, number = position.column, position.number
    pen.column(number, position.width, hidden=column.hidden)
    mark = ""
    if column.is_required:
        mark = book.say("mark.required")
    elif column.is_computed and not column.hidden:
        # The mark of a hidden column would spill over the header beside it.
        mark = book.say("mark.auto")
    pen.text(MARKS, number, mark, mark_look(position, book))
    shown_id = book.stamp(column.id, stamp) if number == 0 else id_cell(column)
    pen.text(IDS, number, shown_id, book.looks.cell(font_size=8, font_color=Palette.MUTE))


def _draw_cells(
    layout: Layout, records: SheetRecords, checks: CheckColumns | None, pen: Pen, book: Book
) -> list[int]:
    """Write the table and its cells, column by column; return the lines each record takes."""
    formulas = {
        p.number: excel_formula(p.column, layout.sheet, book.template, book.language)
        for p in layout.positions
        if p.column.is_computed
    }
    shown_of: dict[int, Sequence[Value]] = {
        position.number: computed_cells(position.column, records, book)
        for position in layout.positions
        if position.number in formulas
    }
    shared: dict[int, str] = {}
    if checks is not None:
        codes, text = layout.at(trace_id(MARK_CODES)).number, layout.at(trace_id(MARK)).number
        formulas |= {codes: checks.codes[0], text: checks.text[0]}
        shared = {codes: checks.codes[1], text: checks.text[1]}
        shown_of |= {codes: checks.shown_codes, text: checks.shown_texts}
    columns = [
        {"header": p.column.label[book.language], "header_format": head_look(p, book)}
        for p in layout.positions
    ]
    pen.table(
        (HEADER, 0, layout.last_row, layout.last_column),
        {"name": f"tbl_{layout.sheet.id}", "style": None, "banded_rows": False, "columns": columns},
        formulas,
    )
    lines = [1] * layout.records
    blanks = layout.rows - layout.records
    for position in layout.positions:
        looks: list[Any] = [*_cell_looks(position, records, book)]
        looks += [data_look(position, book)] * blanks
        if position.number in formulas:
            shown = [*shown_of[position.number], *[""] * blanks]
            formula = shared.get(position.number, formulas[position.number])
            is_shared = position.number in shared
            pen.formulas(FIRST, position.number, formula, shown, looks, is_shared=is_shared)
            continue
        cells = input_cells(position.column, records, book)
        pen.values(FIRST, position.number, [*cells, *[None] * blanks], looks)
        if wraps(position.column) and not is_trace(position.column):
            _count_lines(cells, position.width, lines)
    return lines


def _cell_looks(position: Position, records: SheetRecords, book: Book) -> list[Any]:
    """Return the format of each record's cell: where the row tells the unit, by its unit."""
    usual = data_look(position, book)
    if position.column.unit_from is None:
        return [usual] * len(records.frame)
    values = records.frame[position.column.id].to_numpy(dtype=float, na_value=0.0)
    known = ("number", "money", "percent", "ratio")
    return [
        data_look(position, book, unit=unit, fraction=abs(value) < 1000 and value % 1 != 0)
        if unit in known
        else usual
        for unit, value in zip(units_of(position.column, records), values.tolist(), strict=True)
    ]


def _count_lines(cells: Sequence[InputCell], width: float, lines: list[int]) -> None:
    room = (width - 2) / 2
    for at, value in enumerate(cells):
        # Most texts are short: only those that might not fit are measured.
        if value.__class__ is str and (len(str(value)) > room or "\n" in str(value)):
            lines[at] = max(lines[at], line_count(str(value), width))


def _set_heights(layout: Layout, lines: Sequence[int], pen: Pen) -> None:
    normal, blank = layout.sheet.row_height, blank_row_height(layout.sheet)
    set_row = pen.worksheet.set_row
    # A bar is as thick as its row is high: rows beside a chart are alike, but for the very long.
    alike = min(max(lines, default=1), _ALIKE) if layout.sheet.gantt is not None else 1
    heights = {count: row_height(max(count, alike), normal) for count in set(lines)}
    for row, count in enumerate(lines, FIRST):
        set_row(row, heights[count])
    for row in range(FIRST + layout.records, layout.last_row + 1):
        set_row(row, blank)
