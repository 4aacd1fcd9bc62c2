"""The lists sheet: every list staff choose from, the settings, the day in effect, days off.

Row 5, hidden, tells what each column holds: `setting`, `setting.value`, `setting.used` (hidden;
what formulas refer to), `holiday`, `list:<list id>` and `list:<list id>.<attribute>`; the first of
them carries the stamp.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..styles import Palette, number_format
from ..templates import Choices, Column, Setting
from .book import Book, absolute, quoted, serial
from .geometry import FIRST, GROUPS, HEAD_ROWS, HEADER, IDS, LIVE, MARKS, TITLE, text_units
from .pen import Pen
from .printing import print_page
from .validations import validation

__all__ = ["draw_lists"]

AS_OF_FIELD = "as_of"

_SPARE_ROWS = 20
_HOLIDAY_ROWS = 30
_GAP_WIDTH = 2.0
_ROW_HEIGHT = 21.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The head of one column: its id, label, width; group and mark stand above the first."""

    id: str
    label: str
    width: float
    group: str = ""
    mark: str = ""
    is_fixed: bool = False


def draw_lists(pen: Pen, book: Book) -> None:
    """Draw the lists sheet and define the names that formulas and drop-downs use."""
    for row, height in HEAD_ROWS.items():
        pen.row(row, height)
    pen.row(IDS, 12, hidden=True)
    pen.row(HEADER, 26)
    pen.column(0, 1.5)
    looks = book.looks
    title = looks.cell(font_size=16, bold=True, font_color=Palette.NAVY, indent=1)
    pen.text(TITLE, 1, book.say("lists.title"), title)
    note = looks.cell(font_size=9, font_color=Palette.SLATE, indent=1)
    pen.text(LIVE, 1, book.say("lists.subtitle"), note)
    column, last_row = _draw_settings(pen, book)
    if any(sheet.gantt is not None for sheet in book.template.tables):
        column = _draw_calendar(column, pen, book)
        last_row = max(last_row, FIRST + _HOLIDAY_ROWS - 1)
    for at, choices in enumerate(book.template.choices.values()):
        group = "" if at else book.say("lists.choices")
        column, row = _draw_list(choices, column, group, pen, book)
        last_row = max(last_row, row)
    for row in range(FIRST, last_row + 1):
        pen.row(row, _ROW_HEIGHT)
    pen.worksheet.freeze_panes(FIRST, 0)
    print_page(pen, book, last_row=last_row, last_column=column - 2, portrait=False)


def _draw_settings(pen: Pen, book: Book) -> tuple[int, int]:
    label, value, hint = 1, 2, 3
    stamped = book.stamp("setting", "lists")
    wide = 44 if book.language != "en" else 50
    heads = (
        _Head(
            id=stamped,
            label=book.say("lists.setting"),
            width=22,
            group=book.say("lists.settings"),
            is_fixed=True,
        ),
        _Head(id="setting.value", label=book.say("lists.value"), width=13),
        _Head(id="setting.hint", label=book.say("lists.hint"), width=wide, is_fixed=True),
    )
    for at, head in enumerate(heads, label):
        _draw_head(at, head, pen, book)
    row = FIRST
    _draw_as_of(row, label, pen, book)
    used = hint + 1
    _draw_head(used, _Head(id="setting.used", label="", width=_GAP_WIDTH, is_fixed=True), pen, book)
    pen.column(used, _GAP_WIDTH, hidden=True)
    for setting in book.template.settings.values():
        row += 1
        pen.text(row, label, setting.label[book.language], _fixed(book))
        shape = number_format(_as_column(setting)).replace("_)_)", "")
        look = _input(book, num_format=shape, align="left", indent=1)
        pen.number(row, value, book.settings[setting.id], look)
        pen.text(row, hint, setting.hint[book.language] if setting.hint else "", _hint(book))
        _draw_used(setting, (row, value), used, pen, book)
        if (rule := validation(_as_column(setting), book)) is not None:
            pen.validate((row, value, row, value), rule)
    return _gap(used + 1, pen), row


def _draw_used(setting: Setting, typed: tuple[int, int], used: int, pen: Pen, book: Book) -> None:
    """Write beside a setting the value formulas use: the template's where the cell has none."""
    row, cell = typed[0], absolute(*typed)
    tests = [f"ISNUMBER({cell})"]
    if setting.min is not None:
        tests.append(f"{cell}>={setting.min:.15g}")
    if setting.max is not None:
        tests.append(f"{cell}<={setting.max:.15g}")
    test = tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"
    formula = f"=IF({test},{cell},{setting.value:.15g})"
    shape = number_format(_as_column(setting)).replace("_)_)", "")
    look = book.looks.cell(num_format=shape, font_color=Palette.SLATE)
    pen.formula(row, used, formula, look, book.settings[setting.id])
    book.define(f"set_{setting.id}", pen, absolute(row, used))


def _draw_as_of(row: int, column: int, pen: Pen, book: Book) -> None:
    """Write the day all formulas count to: what the form says, else today."""
    form = book.template.form
    stated = form is not None and any(field.id == AS_OF_FIELD for field in form.fields)
    cell = f"form_{AS_OF_FIELD}"
    formula = f'=IF({cell}="",TODAY(),{cell})' if stated else "=TODAY()"
    look = book.looks.cell(
        num_format="yyyy-mm-dd",
        align="left",
        indent=1,
        bg_color=Palette.COMPUTED,
        font_color=Palette.SLATE,
        **_hairline(),
    )
    pen.text(row, column, book.say("lists.as_of"), _fixed(book))
    shown = None if book.as_of is None else serial(book.as_of)
    pen.formula(row, column + 1, formula, look, shown)
    hint = book.say("lists.as_of_today")
    if form is not None and stated:
        hint = book.say("lists.as_of_hint", form=form.label[book.language])
    pen.text(row, column + 2, hint, _hint(book))
    book.define("as_of", pen, absolute(row, column + 1))


def _draw_calendar(column: int, pen: Pen, book: Book) -> int:
    head = _Head(
        id="holiday",
        label=book.say("lists.holiday"),
        width=13,
        group=book.say("lists.calendar"),
        mark=book.say("mark.open"),
    )
    _draw_head(column, head, pen, book)
    look = _input(book, num_format="yyyy-mm-dd", align="center")
    rows = max(_HOLIDAY_ROWS, len(book.holidays))
    for at in range(rows):
        day = serial(book.holidays[at]) if at < len(book.holidays) else None
        pen.value(FIRST + at, column, day, look)
    last = FIRST + rows - 1
    book.define("holidays", pen, f"{absolute(FIRST, column)}:{absolute(last, column)}")
    as_column = Column(id="holiday", type="date", label=book.template.title, hint=None)
    if (rule := validation(as_column, book)) is not None:
        rule |= {
            "input_title": book.say("lists.holiday"),
            "input_message": book.say("lists.holiday_hint"),
        }
        pen.validate((FIRST, column, last, column), rule)
    return _gap(column + 1, pen)


def _draw_list(choices: Choices, column: int, group: str, pen: Pen, book: Book) -> tuple[int, int]:
    """Draw one list with its attributes beside it; return the next column and the last row."""
    entries = book.lists[choices.id]
    rows = len(entries) + (_SPARE_ROWS if choices.is_open else 0)
    last = FIRST + rows - 1
    label = choices.label[book.language]
    longest = max((text_units(entry.label) for entry in entries), default=0)
    head = _Head(
        id=f"list:{choices.id}",
        label=label,
        width=max(12.0, longest + 4.0),
        group=group,
        mark=book.say("mark.open" if choices.is_open else "mark.fixed"),
        is_fixed=not choices.is_open,
    )
    _draw_head(column, head, pen, book)
    look = _input(book, num_format="@") if choices.is_open else _fixed(book)
    for at in range(rows):
        pen.text(FIRST + at, column, entries[at].label if at < len(entries) else "", look)
    block = f"{absolute(FIRST, column)}:{absolute(last, column)}"
    book.define(f"list_{choices.id}", pen, block)
    if choices.is_open:
        # The drop-down ends with the last word: blank cells in its range would allow anything.
        # Formulas look into the whole block, as not every program follows a name that moves.
        whole = f"{quoted(pen.name)}!{block}"
        filled = f"{absolute(FIRST, column)}:INDEX({whole},COUNTA({whole}))"
        book.define(f"pick_{choices.id}", pen, filled)
    for name in choices.attributes:
        column += 1
        _draw_attribute(choices, name, pen, book, column=column, rows=rows)
    return _gap(column + 1, pen), last


def _draw_attribute(
    choices: Choices, name: str, pen: Pen, book: Book, *, column: int, rows: int
) -> None:
    entries, list_id = book.lists[choices.id], choices.attributes[name]
    words = {entry.id: entry.label for entry in book.lists[list_id]}
    label = book.template.choices[list_id].label[book.language]
    head = _Head(
        id=f"list:{choices.id}.{name}", label=label, width=max(12.0, text_units(label) + 3.0)
    )
    _draw_head(column, head, pen, book)
    look = _input(book, num_format="@")
    for at in range(rows):
        value = entries[at].attributes.get(name, "") if at < len(entries) else ""
        pen.text(FIRST + at, column, words.get(value, value), look)
    last = FIRST + rows - 1
    area = f"{absolute(FIRST, column)}:{absolute(last, column)}"
    book.define(f"list_{choices.id}_{name}", pen, area)
    as_column = Column(
        id=name, type="choice", label=book.template.choices[list_id].label, choices=list_id
    )
    if (rule := validation(as_column, book)) is not None:
        pen.validate((FIRST, column, last, column), rule)


def _draw_head(column: int, head: _Head, pen: Pen, book: Book) -> None:
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


def _gap(column: int, pen: Pen) -> int:
    pen.column(column, _GAP_WIDTH)
    return column + 1


def _hairline() -> dict[str, object]:
    return {"bottom": 1, "bottom_color": Palette.LINE}


def _input(book: Book, **properties: object) -> Any:
    whole = {"bg_color": Palette.WHITE, "indent": 1, **_hairline(), **properties}
    if whole.get("align") == "center":
        del whole["indent"]
    return book.looks.cell(**whole)


def _fixed(book: Book) -> Any:
    return book.looks.cell(
        bg_color=Palette.COMPUTED, font_color=Palette.SLATE, indent=1, **_hairline()
    )


def _hint(book: Book) -> Any:
    return book.looks.cell(font_size=9, font_color=Palette.MUTE, indent=1, **_hairline())


def _as_column(setting: Setting) -> Column:
    return Column(
        id=setting.id,
        type=setting.type,
        label=setting.label,
        hint=setting.hint,
        min=0 if setting.min is None else setting.min,
        max=setting.max,
        decimals=0 if setting.type == "percent" else None,
    )
