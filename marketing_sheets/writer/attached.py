"""The sheets that a merge or split attaches: a title, a header with filter, rows, perhaps sections.

Their ids stand in the hidden row 5, over the header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ..problems import column_letter
from ..records import AttachedCell, AttachedColumn, Attachment, SectionHead
from ..styles import LOOKS, Look, Palette
from ..texts import LANGUAGES, Text
from .book import Book, Pen, serial
from .geometry import (
    FIRST,
    GROUPS,
    HEAD_ROWS,
    HEADER,
    IDS,
    LIVE,
    TITLE,
    header_height,
    line_count,
    text_units,
)
from .layout import print_list
from .parts import MOST_ROWS, numbered_tab

_FORMATS = {
    "text": "@",
    "number": '#,##0_)_);-#,##0_)_);"–"_)_)',
    "money": "#,##0.00_)_)",
    "date": "yyyy-mm-dd",
    "mark": "General",
}
_FRACTION = "#,##0.00##_)_)"
_ALIGNS = {"number": "right", "money": "right", "date": "center", "mark": "center"}
_MOST_LINES = 10
_BOLD = 1.08  # so much wider are bold letters
_SECTION = 30.0
_MEASURED = 500  # rows that tell how wide a column is
_LOOKS = {
    **LOOKS,
    "plain": Look(color=Palette.SLATE),
    "mute": Look(color=Palette.MUTE),
    "link": Look(color=Palette.ACCENT),
}
_NAMED = re.compile(r"\{(\^?)(\w+)\}")


def draw_attachment(attachment: Attachment, book: Book) -> None:
    """Draw an attachment after the sheets drawn so far, on as many sheets as its rows need."""
    for number, first in enumerate(range(0, max(len(attachment.rows), 1), MOST_ROWS), start=1):
        tab, stamp = attachment.tab, f"attachment:{attachment.id}"
        if number > 1:
            tab = Text({lang: numbered_tab(tab[lang], number, lang) for lang in LANGUAGES})
            stamp = f"{stamp}#{number}"
        rows = attachment.rows[first : first + MOST_ROWS]
        _Sheet.of(replace(attachment, tab=tab, rows=rows), book).draw(stamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """One sheet of an attachment while it is drawn."""

    attachment: Attachment
    book: Book
    pen: Pen
    looks: tuple[Any, ...]
    last: int  # the last row
    width: int  # the number of columns that are shown
    known: dict[tuple[object, ...], Any] = field(default_factory=dict)

    @classmethod
    def of(cls, attachment: Attachment, book: Book) -> _Sheet:
        asks = any(column.choice is not None for column in attachment.columns)
        columns = tuple(
            replace(column, width=_fitted(attachment, number, book)) if column.fits else column
            for number, column in enumerate(attachment.columns)
        )
        attachment = replace(attachment, columns=columns)
        return cls(
            attachment=attachment,
            book=book,
            pen=book.add_sheet(attachment.tab[book.language], "review" if asks else "other"),
            looks=tuple(book.looks.cell(**_properties(one)) for one in attachment.columns),
            last=FIRST + max(len(attachment.rows), 1) - 1,
            width=sum(not one.is_hidden for one in attachment.columns) or len(attachment.columns),
        )

    def draw(self, stamp: str) -> None:
        attachment, book, pen = self.attachment, self.book, self.pen
        for row, height in HEAD_ROWS.items():
            pen.row(row, height)
        pen.row(IDS, 12, hidden=True)
        title = book.looks.cell(font_size=16, bold=True, font_color=Palette.NAVY, indent=1)
        pen.text(TITLE, 0, attachment.title[book.language], title)
        self._subtitle()
        for number, column in enumerate(attachment.columns):
            self._head(column, number, stamp)
        shown = [column for column in attachment.columns if not column.is_hidden]
        labels = [(c.label[book.language], c.width) for c in shown if c.span == 1]
        pen.row(HEADER, header_height(labels))
        self._rows()
        self._rules()
        filtered = self.width if attachment.filtered is None else attachment.filtered
        pen.worksheet.autofilter(HEADER, 0, self.last, filtered - 1)
        pen.worksheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self.last + 1}"})
        pen.worksheet.freeze_panes(FIRST, attachment.frozen)
        printed = self.last if attachment.printed is None else FIRST + attachment.printed - 1
        name = book.template.title[book.language]
        is_grouped = any(column.group for column in attachment.columns)
        print_list(
            pen,
            name,
            last_row=min(self.last, printed),
            last_column=self.width - 1,
            head=(GROUPS if is_grouped else HEADER, HEADER),
        )
        if attachment.is_hidden:
            pen.worksheet.very_hidden()

    def _subtitle(self) -> None:
        said = self.attachment.subtitle
        if said is None:
            return
        note = self.book.looks.cell(font_size=9, font_color=Palette.SLATE, indent=1)
        text = said[self.book.language]
        if not self.attachment.live:
            self.pen.text(LIVE, 0, text, note)
            return
        formula = self._formula(
            self.attachment.live,
            lambda letter, _: f"${letter}${FIRST + 1}:${letter}${self.last + 1}",
        )
        self.pen.formula(LIVE, 0, formula, note, text)

    def _formula(self, formula: str, cell: Callable[[str, bool], str]) -> str:
        """Return a formula with the columns that it names put in by `cell`."""
        at = {c.id: column_letter(n) for n, c in enumerate(self.attachment.columns, start=1)}
        return _NAMED.sub(lambda found: cell(at[found[2]], bool(found[1])), formula)

    def _in_row(self, formula: str, row: int) -> str:
        """Return a formula for a row from 0, whose cells, or those above, it names."""
        return self._formula(
            formula, lambda letter, is_above: f"${letter}{row if is_above else row + 1}"
        )

    def _head(self, column: AttachedColumn, number: int, stamp: str) -> None:
        pen, looks = self.pen, self.book.looks
        pen.column(number, column.width, hidden=column.is_hidden)
        shown_id = self.book.stamp(column.id, stamp) if number == 0 else column.id
        pen.text(IDS, number, shown_id, looks.cell(font_size=8, font_color=Palette.MUTE))
        align = _ALIGNS.get(column.kind, "left")
        is_theirs = column.choice is not None
        look = looks.cell(
            bold=True,
            bg_color=Palette.NAVY if is_theirs else Palette.COMPUTED_HEADER,
            font_color=Palette.WHITE if is_theirs else Palette.SLATE,
            text_wrap=True,
            align=align,
            indent=None if align == "center" else 1,
        )
        label = column.label[self.book.language]
        if column.span > 1:
            pen.merge(HEADER, number, number + column.span - 1, label, look)
        elif label:
            pen.text(HEADER, number, label, look)
        if column.group is not None:
            before = self.attachment.columns[number - 1].group if number else None
            group = looks.cell(
                font_size=9,
                bold=True,
                font_color=Palette.NAVY,
                bottom=2,
                bottom_color=Palette.ACCENT,
                align="left",
                indent=1,
            )
            text = "" if before == column.group else column.group[self.book.language]
            pen.text(GROUPS, number, text, group)
        area = (FIRST, number, self.last, number)
        if column.choice:  # offered; anything else may be typed as well
            words = column.choice.split(",")
            pen.validate(area, {"validate": "list", "source": words, "show_error": False})
        elif column.refusal is not None:
            message = column.refusal[self.book.language]
            pen.validate(area, {"validate": "custom", "value": "=FALSE", "error_message": message})

    def _rows(self) -> None:
        attachment, pen = self.attachment, self.pen
        fractions = {
            number: self.book.looks.cell(**{**_properties(column), "num_format": _FRACTION})
            for number, column in enumerate(attachment.columns)
            if column.kind == "number"
        }
        # A mark stands where the number of the row goes.
        formulas = {
            number: self._formula(column.formula, lambda letter, _: f"${letter}\0")
            for number, column in enumerate(attachment.columns)
            if column.formula
        }
        widths = [0 if column.is_hidden else column.width for column in attachment.columns]
        for at, cells in enumerate(attachment.rows, FIRST):
            if cells and isinstance(cells[0], SectionHead):
                self._section(at, cells[0])
                continue
            reach = 0
            for number, (value, look) in enumerate(zip(cells, self.looks, strict=True)):
                if number < reach:
                    continue
                if isinstance(value, AttachedCell):
                    reach = number + value.span
                    self._shown(at, number, value)
                elif number in formulas and value:
                    formula = formulas[number].replace("\0", str(at + 1))
                    pen.formula(at, number, formula, look, str(value))
                elif isinstance(value, float) and not value.is_integer() and number in fractions:
                    pen.value(at, number, value, fractions[number])
                elif value != "" or not attachment.columns[number].is_hidden:
                    shown = serial(value) if isinstance(value, date) else value
                    pen.value(at, number, shown, look)
            if not attachment.is_hidden:
                pen.row(at, _height(cells, widths))

    def _shown(self, row: int, number: int, cell: AttachedCell) -> None:
        value = cell.value
        look = self._look(number, cell)
        shown = serial(value) if isinstance(value, date) else value
        if cell.span > 1:
            self.pen.merge(row, number, number + cell.span - 1, shown, look)
        elif cell.link is not None and cell.link.target is not None and value:
            text, tip = str(value), cell.tip[:250]
            self.pen.link(row, number, text, look, to=cell.link.target, tip=tip)
        else:
            self.pen.value(row, number, shown, look)

    def _look(self, number: int, cell: AttachedCell) -> Any:
        column, value = self.attachment.columns[number], cell.value
        room = sum(c.width for c in self.attachment.columns[number : number + cell.span])
        is_long = isinstance(value, str) and line_count(value, room) > _MOST_LINES
        key = (number, cell.shape, cell.is_bold, cell.look, type(value), is_long)
        if key not in self.known:
            properties = _properties(column) | _font(_LOOKS.get(cell.look), is_bold=cell.is_bold)
            if is_long:
                properties |= {"valign": "top"}  # its beginning is what is seen
            elif not isinstance(value, str):
                align = "center" if isinstance(value, date) else "right"
                properties |= {"align": align, "indent": None, "text_wrap": None}
                properties |= {"num_format": cell.shape or "General"}
            self.known[key] = self.book.looks.cell(**properties)
        return self.known[key]

    def _section(self, row: int, head: SectionHead) -> None:
        """Draw the head of a section over all columns that are shown."""
        looks, line = self.book.looks, {"bottom": 2, "bottom_color": Palette.ACCENT}
        self.pen.row(row, _SECTION)
        plain = looks.cell(valign="bottom", **line)
        self.pen.fill(row, 0, self.width - 1, plain)
        title = looks.cell(
            font_size=13,
            bold=True,
            font_color=Palette.NAVY,
            valign="bottom",
            align="left",
            indent=1,
            **line,
        )
        self.pen.text(row, 0, head.title, title)
        for number, column in enumerate(self.attachment.columns):
            if text := head.labels.get(column.id):
                align = _ALIGNS.get(column.kind, "left")
                label = looks.cell(
                    font_size=9,
                    bold=True,
                    font_color=Palette.SLATE,
                    valign="bottom",
                    align=align,
                    indent=None if align == "center" else 1,
                    **line,
                )
                self.pen.text(row, number, text, label)

    def _rules(self) -> None:
        at = {column.id: number for number, column in enumerate(self.attachment.columns)}
        for number, column in enumerate(self.attachment.columns):
            for word, look in column.states.items():
                chip = self.book.looks.condition(_LOOKS[look])
                rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": chip}
                self.pen.condition((FIRST, number, self.last, number), rule)
        line = {"top": 1, "top_color": Palette.RULE, "bottom": 1, "bottom_color": Palette.LINE}
        for one in self.attachment.rules:
            is_line = one.look == "line"
            first = FIRST + 1 if is_line else FIRST  # above the first row is the header
            if first > self.last:
                continue
            look = self.book.looks.condition(
                None if is_line else _LOOKS[one.look], **(line if is_line else {})
            )
            formula = self._in_row(one.formula, first)
            area = (first, at[one.columns[0]], self.last, at[one.columns[-1]])
            self.pen.condition(area, {"type": "formula", "criteria": formula, "format": look})


def _fitted(attachment: Attachment, number: int, book: Book) -> float:
    """Return the width of a column that is as wide as its texts, if those of the first rows."""
    column, rows = attachment.columns[number], attachment.rows[:_MEASURED]
    cells = (row[number] for row in rows if len(row) > number)
    texts = (cell.value if isinstance(cell, AttachedCell) else cell for cell in cells)
    lines = (line for text in texts if isinstance(text, str) for line in text.split("\n"))
    said = [text_units(line) for line in lines]
    return min(max(*said, text_units(column.label[book.language]) + 1, 8) + 3, column.width)


def _font(look: Look | None, *, is_bold: bool) -> dict[str, object]:
    """Return what a look changes of a cell."""
    found: dict[str, object] = {"bold": True} if is_bold or (look and look.bold) else {}
    if look is not None:
        found |= {"font_color": look.color} if look.color else {}
        found |= {"bg_color": look.fill} if look.fill else {}
    return found


def _properties(column: AttachedColumn) -> dict[str, object]:
    align = _ALIGNS.get(column.kind, "left")
    return {
        "font_color": Palette.INK,
        "bg_color": Palette.WHITE,
        "bottom": 1,
        "bottom_color": Palette.LINE,
        "align": align,
        "indent": 1 if align == "left" else None,
        "text_wrap": True if column.kind == "text" else None,
        "shrink": True if column.kind in ("number", "money", "date") else None,
        "num_format": "General" if column.formula else _FORMATS[column.kind],
    }


def _height(cells: Sequence[object], widths: Sequence[float]) -> float:
    most = 1
    for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        text, room = cell, width
        if isinstance(cell, AttachedCell):
            text, room = cell.value, sum(widths[number : number + cell.span])
            room /= _BOLD if cell.is_bold else 1
        if not room or not isinstance(text, str):
            continue
        # Most texts are short: only those that might not fit are measured.
        if len(text) * (1 if text.isascii() else 2) > room - 2 or "\n" in text:
            most = max(most, line_count(text, room))
    return 8.0 + 14.0 * min(most, _MOST_LINES)
