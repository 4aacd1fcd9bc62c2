"""The lists sheet: every list staff choose from, the settings, the day in effect, days off.

Row 5, hidden, tells what each column holds: `setting`, `setting.value`, `setting.used` (hidden;
what formulas refer to), `holiday`, `list:<list id>` and `list:<list id>.<attribute>`,
`words:<list id>` (hidden; how else each entry may be spelled, where formulas look for attributes),
and what `settings` tells of; the first of them carries the stamp.
"""

from __future__ import annotations

from ..formulas import listed_words
from ..problems import quoted
from ..styles import Palette, number_format
from ..template import Campaign, Choices, Column, Setting
from ..texts import say
from .book import Book, Pen, absolute, serial
from .cells import validation
from .geometry import FIRST, GROUPS, HEAD_ROWS, HEADER, IDS, LIVE, TITLE, text_units
from .layout import print_page
from .settings import (
    GAP_WIDTH,
    Head,
    draw_choice,
    draw_head,
    draw_thresholds,
    entry_look,
    fixed_look,
    gap,
    hairline,
    hint_look,
    shown_settings,
)

_SPARE_ROWS = 20
_HOLIDAY_ROWS = 30
_ROW_HEIGHT = 21.0


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
    template = book.template
    counts_days = any(rule.in_working_days for rule in template.rules)
    if counts_days or any(sheet.gantt is not None for sheet in template.tables):
        column = _draw_calendar(column, pen, book)
        last_row = max(last_row, FIRST + _HOLIDAY_ROWS - 1)
    areas = []
    if template.rules:
        areas.append((say("thresholds", "group", book.language), column))
        column, row = draw_thresholds(column, pen, book)
        last_row = max(last_row, row)
    areas.append((book.say("lists.choices"), column))
    _draw_ways(areas, pen, book)
    for at, choices in enumerate(template.choices.values()):
        group = "" if at else book.say("lists.choices")
        column, row = _draw_list(choices, column, group, pen, book)
        last_row = max(last_row, row)
    for row in range(FIRST, last_row + 1):
        pen.row(row, _ROW_HEIGHT)
    pen.worksheet.freeze_panes(FIRST, 0)
    # On one page the lists would be too small to read.
    across = 2 if template.rules else 1
    print_page(pen, book, last_row=last_row, last_column=column - 2, portrait=False, across=across)


def _draw_ways(areas: list[tuple[str, int]], pen: Pen, book: Book) -> None:
    """Draw links to the areas further right, beside the title."""
    look = book.looks.cell(font_size=10, font_color=Palette.ACCENT, indent=1)
    for at, (name, column) in enumerate(areas):
        tip = book.say("guide.go_to", sheet=name)
        to = f"{quoted(pen.name)}!{absolute(GROUPS, column)}"
        pen.link(TITLE, 2 + at, f"{name} ›", look, to=to, tip=tip)


def _draw_settings(pen: Pen, book: Book) -> tuple[int, int]:
    label, value, hint = 1, 2, 3
    stamped = book.stamp("setting", "lists")
    wide = 44 if book.language != "en" else 50
    labels = (setting.label[book.language] for setting in shown_settings(book.template))
    heads = (
        Head(
            id=stamped,
            label=book.say("lists.setting"),
            width=max((22.0, *(text_units(one) + 3.0 for one in labels))),
            group=book.say("lists.settings"),
            is_fixed=True,
        ),
        Head(id="setting.value", label=book.say("lists.value"), width=15),
        Head(id="setting.hint", label=book.say("lists.hint"), width=wide, is_fixed=True),
    )
    for at, head in enumerate(heads, label):
        draw_head(at, head, pen, book)
    row = FIRST
    _draw_as_of(row, label, pen, book)
    used = hint + 1
    draw_head(used, Head(id="setting.used", label="", width=GAP_WIDTH, is_fixed=True), pen, book)
    pen.column(used, GAP_WIDTH, hidden=True)
    for setting in shown_settings(book.template):
        row += 1
        pen.text(row, label, setting.label[book.language], fixed_look(book))
        pen.text(row, hint, setting.hint[book.language] if setting.hint else "", hint_look(book))
        if setting.choices is not None:
            draw_choice(setting, (row, value), used, pen, book)
            continue
        shape = number_format(_as_column(setting)).replace("_)_)", "")
        look = entry_look(book, num_format=shape, align="left", indent=1)
        pen.number(row, value, float(book.settings[setting.id]), look)
        _draw_used(setting, (row, value), used, pen, book)
        if (allowed := validation(_as_column(setting), book)) is not None:
            pen.validate((row, value, row, value), allowed)
    return gap(used + 1, pen), row


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
    pen.formula(row, used, formula, look, float(book.settings[setting.id]))
    book.define(f"set_{setting.id}", pen, absolute(row, used))


def _draw_as_of(row: int, column: int, pen: Pen, book: Book) -> None:
    """Write the day all formulas count to: what the form says, else today."""
    form = book.template.form
    stated = form is not None and any(field.id == Campaign.AS_OF for field in form.fields)
    cell = f"form_{Campaign.AS_OF}"
    formula = f'=IF({cell}="",TODAY(),{cell})' if stated else "=TODAY()"
    look = book.looks.cell(
        num_format="yyyy-mm-dd",
        align="left",
        indent=1,
        bg_color=Palette.COMPUTED,
        font_color=Palette.SLATE,
        **hairline(),
    )
    pen.text(row, column, book.say("lists.as_of"), fixed_look(book))
    shown = None if book.as_of is None else serial(book.as_of)
    pen.formula(row, column + 1, formula, look, shown)
    hint = book.say("lists.as_of_today")
    if form is not None and stated:
        hint = book.say("lists.as_of_hint", form=form.label[book.language])
    pen.text(row, column + 2, hint, hint_look(book))
    book.define("as_of", pen, absolute(row, column + 1))


def _draw_calendar(column: int, pen: Pen, book: Book) -> int:
    head = Head(
        id="holiday",
        label=book.say("lists.holiday"),
        width=13,
        group=book.say("lists.calendar"),
        mark=book.say("mark.open"),
        align="center",
    )
    draw_head(column, head, pen, book)
    look = entry_look(book, num_format="yyyy-mm-dd", align="center")
    rows = max(_HOLIDAY_ROWS, len(book.holidays))
    for at in range(rows):
        day = serial(book.holidays[at]) if at < len(book.holidays) else None
        pen.value(FIRST + at, column, day, look)
    last = FIRST + rows - 1
    book.define("holidays", pen, f"{absolute(FIRST, column)}:{absolute(last, column)}")
    as_column = Column(id="holiday", type="date", label=book.template.title, hint=None)
    if (allowed := validation(as_column, book)) is not None:
        allowed |= {
            "input_title": book.say("lists.holiday"),
            "input_message": book.say("lists.holiday_hint"),
        }
        pen.validate((FIRST, column, last, column), allowed)
    return gap(column + 1, pen)


def _draw_list(choices: Choices, column: int, group: str, pen: Pen, book: Book) -> tuple[int, int]:
    """Draw one list with its attributes beside it; return the next column and the last row."""
    entries = book.lists[choices.id]
    rows = len(entries) + (_SPARE_ROWS if choices.is_open else 0)
    last = FIRST + rows - 1
    label = choices.label[book.language]
    longest = max((text_units(entry.label) for entry in entries), default=0)
    head = Head(
        id=f"list:{choices.id}",
        label=label,
        width=max(12.0, longest + 4.0),
        group=group,
        mark=book.say("mark.open" if choices.is_open else "mark.fixed"),
        is_fixed=not choices.is_open,
    )
    draw_head(column, head, pen, book)
    look = entry_look(book, num_format="@") if choices.is_open else fixed_look(book)
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
    if choices.attributes:
        _draw_words(choices, column, pen, book, rows=rows)
        column += 1
    for name in choices.attributes:
        column += 1
        _draw_attribute(choices, name, pen, book, column=column, rows=rows)
    return gap(column + 1, pen), last


def _draw_words(choices: Choices, column: int, pen: Pen, book: Book, *, rows: int) -> None:
    """Write, hidden beside a list, how its entries may be spelled; a renamed entry is itself."""
    entries, known = book.lists[choices.id], {item.id: item for item in choices.items}
    at, first = column + 1, FIRST
    head = Head(id=f"words:{choices.id}", label="", width=GAP_WIDTH, is_fixed=True)
    draw_head(at, head, pen, book)
    pen.column(at, GAP_WIDTH, hidden=True)
    look = book.looks.cell(font_color=Palette.SLATE)
    for row in range(first, first + rows):
        cell = absolute(row, column)
        formula, shown = f'=IF({cell}="","","|"&{cell}&"|")', ""
        if row - first < len(entries):
            entry = entries[row - first]
            shown = f"|{entry.label}|"
            words = listed_words(known.get(entry.id), choices, book.language)
            if words:
                formula, shown = f'=IF({cell}="{entry.label}","{words}","|"&{cell}&"|")', words
        pen.formula(row, at, formula, look, shown)
    area = f"{absolute(first, at)}:{absolute(first + rows - 1, at)}"
    book.define(f"words_{choices.id}", pen, area)


def _draw_attribute(
    choices: Choices, name: str, pen: Pen, book: Book, *, column: int, rows: int
) -> None:
    entries, list_id = book.lists[choices.id], choices.attributes[name]
    words = {entry.id: entry.label for entry in book.lists[list_id]}
    label = book.template.choices[list_id].label[book.language]
    head = Head(
        id=f"list:{choices.id}.{name}", label=label, width=max(12.0, text_units(label) + 3.0)
    )
    draw_head(column, head, pen, book)
    look = entry_look(book, num_format="@")
    for at in range(rows):
        value = entries[at].attributes.get(name, "") if at < len(entries) else ""
        pen.text(FIRST + at, column, words.get(value, value), look)
    last = FIRST + rows - 1
    area = f"{absolute(FIRST, column)}:{absolute(last, column)}"
    book.define(f"list_{choices.id}_{name}", pen, area)
    as_column = Column(
        id=name, type="choice", label=book.template.choices[list_id].label, choices=list_id
    )
    if (allowed := validation(as_column, book)) is not None:
        pen.validate((FIRST, column, last, column), allowed)


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
