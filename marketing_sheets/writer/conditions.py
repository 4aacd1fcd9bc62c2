"""The conditional formats of a table sheet, highest priority first.

Each must also read right alone: LibreOffice draws only the first true one of a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ..formulas import excel_before_bracket, excel_condition
from ..problems import column_letter
from ..review import KEYS, excel_key, excel_prefix, excel_prefix_of
from ..styles import LOOKS, STATES, Palette, dash_for_zero, number_format, with_symbol
from ..template import Column, Format
from .book import Book, Pen
from .checks import draw_check_look
from .geometry import FIRST, IDS, spans
from .layout import Layout, Position
from .parts import is_marked, is_own, is_trace

_BEGUN = 3  # filled cells that make a row begun
_UNITS = ("number", "money", "percent", "ratio")
_FRACTIONS_BELOW = 1000  # above, decimals of a number are noise


def draw_conditions(layout: Layout, pen: Pen, book: Book) -> None:
    """Add all conditional formats of a table sheet over all its rows."""
    _marks(layout, pen, book)
    draw_check_look(layout, pen, book)
    ending = [f for f in layout.sheet.formats if f.stop]
    others = [f for f in layout.sheet.formats if not f.stop]
    _gaps(layout, pen, book)
    for one in ending:  # they hide what comes after, the chips too
        _template_format(one, layout, pen, book)
    _chips(layout, pen, book)
    for one in others:
        _template_format(one, layout, pen, book)
    _repeated(layout, pen, book)
    _day_line(layout, pen, book)
    _units(layout, pen, book)
    _bars(layout, pen)


def _marks(layout: Layout, pen: Pen, book: Book) -> None:
    """Mark the cells whose content the Review lists, and errors; gone once they are corrected."""
    marked = [p for p in layout.positions if is_marked(p.column)]
    if not marked:
        return
    cell, ids = f"{marked[0].letter}{FIRST + 1}", f"{marked[0].letter}${IDS + 1}"
    when = _doubted(cell, excel_prefix_of(ids, layout.of))
    _condition(layout, pen, [p.number for p in marked], when, _mark_look(book))


def draw_mark(
    column: Column, of: str, area: tuple[int, int, int, int], pen: Pen, book: Book
) -> None:
    """Mark cells of a column of a form or page, `of` it by its id, as those of a table are."""
    if column.type != "long_text":
        cell = f"{column_letter(area[1] + 1)}{area[0] + 1}"
        when = _doubted(cell, excel_prefix(of, column.id))
        pen.condition(area, {"type": "formula", "criteria": when, "format": _mark_look(book)})


def _doubted(cell: str, prefix: str) -> str:
    return f"=IF(ISERROR({cell}),TRUE,ISNUMBER(MATCH({excel_key(cell, prefix)},{KEYS},0)))"


def _mark_look(book: Book) -> Any:
    return book.looks.condition(bg_color=Palette.MARK_FILL, font_color=Palette.MARK, bold=True)


def gap_look(book: Book) -> Any:
    """Return the look of a required cell that is still blank."""
    return book.looks.condition(bg_color=Palette.GAP_FILL, border=4, border_color=Palette.GAP_LINE)


def _gaps(layout: Layout, pen: Pen, book: Book) -> None:
    inputs = [
        p.number
        for p in layout.positions
        if not (p.column.is_computed or is_trace(p.column) or is_own(p.column))
    ]
    if not any(p.column.is_required for p in layout.positions):
        return
    row = FIRST + 1
    parts = ",".join(
        f"${column_letter(a + 1)}{row}:${column_letter(b + 1)}{row}" for a, b in spans(inputs)
    )
    begun = f"COUNTA({parts})>={_BEGUN}"
    plain = [p for p in layout.positions if p.column.is_required and not p.column.fill_down]
    if plain:
        when = f'=AND({plain[0].letter}{row}="",{begun})'
        _condition(layout, pen, [p.number for p in plain], when, gap_look(book))
    inherited = [p for p in layout.positions if p.column.fill_down]
    for at, position in enumerate(inherited):
        if position.column.is_required:
            # The value above stands for a blank, unless a wider group begins in this row.
            letter = position.letter
            tests = [f"COUNTA(${letter}${row}:${letter}{row})=0"]
            tests += [f'${wider.letter}{row}<>""' for wider in inherited[:at]]
            when = f'=AND({letter}{row}="",{begun},OR({",".join(tests)}))'
            _condition(layout, pen, [position.number], when, gap_look(book))


def _chips(layout: Layout, pen: Pen, book: Book) -> None:
    for position in layout.positions:
        choices = book.choices(position.column)
        for item in choices.items if choices is not None else ():
            if item.state is None:
                continue
            look = STATES[item.state]
            symbol = f'"{look.symbol} "@' if look.symbol else None
            word = item.label[book.language].replace('"', '""')
            if position.column.takes_remark:
                cell = f"{position.letter}{FIRST + 1}"
                when = f'=OR({cell}="{word}",{excel_before_bracket(cell)}="{word}")'
                shown = book.looks.condition(look, num_format=symbol)
                _condition(layout, pen, [position.number], when, shown)
                continue
            pen.condition(
                layout.area(position.number),
                {
                    "type": "cell",
                    "criteria": "==",
                    "value": f'"{word}"',
                    "format": book.looks.condition(look, num_format=symbol),
                },
            )


def _template_format(shown: Format, layout: Layout, pen: Pen, book: Book) -> None:
    when = excel_condition(
        shown.when,
        layout.sheet,
        book.template,
        book.language,
        first_row=FIRST + 1,
        columns=layout.numbers,
    )
    plain: list[int] = []
    for column_id in shown.columns:
        position = layout.at(column_id)
        if shown.symbol is None and position.column.unit_from is None and not _counts(position):
            plain.append(position.number)
            continue
        for extra, shape in _shapes(position, layout, book):
            _condition(
                layout,
                pen,
                [position.number],
                f"=AND({when[1:]},{extra})" if extra else when,
                book.looks.condition(
                    LOOKS[shown.style], num_format=_number_format(shown, position, shape)
                ),
                stop=shown.stop,
            )
    if plain:
        _condition(
            layout, pen, plain, when, book.looks.condition(LOOKS[shown.style]), stop=shown.stop
        )


def _counts(position: Position) -> bool:
    return position.column.type == "integer" and position.column.is_computed


def _number_format(shown: Format, position: Position, shape: str) -> str | None:
    """Return the number format of a format: the symbol before the value, a dash for no days."""
    if shown.symbol is not None:
        return with_symbol(shape, shown.symbol)
    if shown.style in ("mute", "ghost") and _counts(position):
        return dash_for_zero(shape)
    return shape if position.column.unit_from is not None else None


def _shapes(position: Position, layout: Layout, book: Book) -> Iterator[tuple[str, str]]:
    """Walk the number formats a column's cells may have, each with its condition ("" for always).

    A format with fonts hides the unit's number format in LibreOffice, so it brings its own.
    """
    column = position.column
    if column.unit_from is None:
        yield "", number_format(column)
        return
    yield from _unit_shapes(column, position.number, layout, book)
    yield "TRUE", number_format(column)


def _unit_shapes(
    column: Column, number: int, layout: Layout, book: Book
) -> Iterator[tuple[str, str]]:
    unit = layout.at(column.unit_from or "")
    choices = book.choices(unit.column)
    cell, row = f"{column_letter(number + 1)}{FIRST + 1}", FIRST + 1
    for name in _UNITS:
        if choices is None or all(item.id != name for item in choices.items):
            continue
        word = choices[name].label[book.language].replace('"', '""')
        says = f'${unit.letter}{row}="{word}"'
        if column.points_if is not None and name == "percent":
            points = f'set_{column.points_if}="points"'
            yield f"AND({says},{points})", number_format(column, name)
            yield says, number_format(replace(column, in_points=False), name)
            continue
        whole = number_format(column, name)
        exact = number_format(column, name, fraction=True)
        if exact != whole:
            small = f"ISNUMBER({cell}),{cell}<>INT({cell}),ABS({cell})<{_FRACTIONS_BELOW}"
            # In a condition a text behaves like a number without a fraction.
            yield f"IF(ISNUMBER({cell}),AND({says},{small}),FALSE)", exact
        yield says, whole


def _units(layout: Layout, pen: Pen, book: Book) -> None:
    alike: dict[tuple[object, ...], list[Position]] = {}
    for position in layout.positions:
        column = position.column
        if column.unit_from is not None and not column.hidden:
            points = (column.in_points, column.points_if)
            key = (column.unit_from, column.signed, points, column.type)
            alike.setdefault(key, []).append(position)
    for positions in alike.values():
        first = positions[0]
        for condition, shape in _unit_shapes(first.column, first.number, layout, book):
            numbers = [p.number for p in positions]
            _condition(
                layout, pen, numbers, f"={condition}", book.looks.condition(num_format=shape)
            )


def _repeated(layout: Layout, pen: Pen, book: Book) -> None:
    for column_id in layout.sheet.repeated:
        position = layout.at(column_id)
        cell, above = f"${position.letter}{FIRST + 1}", f"${position.letter}{FIRST}"
        when = f'=AND({cell}<>"",{cell}={above})'
        look = book.looks.condition(LOOKS["ghost"])
        _condition(layout, pen, [position.number], when, look)


def _day_line(layout: Layout, pen: Pen, book: Book) -> None:
    if layout.sheet.day_line is None:
        return
    letter = layout.at(layout.sheet.day_line).letter
    cell, above = f"${letter}{FIRST + 1}", f"${letter}{FIRST}"
    look = book.looks.condition(
        top=1, top_color=Palette.DAY_LINE, bottom=1, bottom_color=Palette.LINE
    )
    when = f'=AND({cell}<>"",ISNUMBER({above}),{cell}<>{above})'
    _condition(layout, pen, range(layout.last_column + 1), when, look)


def _bars(layout: Layout, pen: Pen) -> None:
    for position in layout.positions:
        if position.column.bar is None:
            continue
        pen.condition(
            layout.area(position.number),
            {
                "type": "data_bar",
                "data_bar_2010": True,
                "bar_solid": True,
                "bar_color": Palette.BAR,
                "bar_no_border": True,
                "bar_negative_color_same": True,
                "bar_negative_border_color_same": True,
                "min_type": "num",
                "min_value": 0,
                "max_type": "num",
                "max_value": f"{position.column.bar:g}",
            },
        )


def _condition(
    layout: Layout, pen: Pen, numbers: Iterable[int], when: str, look: Any, *, stop: bool = False
) -> None:
    """Add a conditional format over columns; its references are those of the first of them."""
    blocks = spans(numbers)
    areas = " ".join(
        f"{column_letter(a + 1)}{FIRST + 1}:{column_letter(b + 1)}{layout.last_row + 1}"
        for a, b in blocks
    )
    options: dict[str, Any] = {"type": "formula", "criteria": when, "format": look}
    if stop:
        options["stop_if_true"] = True
    if len(blocks) > 1:
        options["multi_range"] = areas
    pen.condition(layout.area(*blocks[0]), options)
