"""The sheet Review: what is to be checked, line by line, with a state that lives.

A line is open while what it doubts stands anywhere in its column, and done the moment it does
not; no program need run. What somebody confirms ends the mark of the cell and is kept. The hidden
columns hold each line's id, and the keys that the marks in the tables look for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from ..ooxml import REVIEW
from ..problems import Place, Problem, column_letter, quoted
from ..records import CONFIRMATION, CONFIRMED_ID, REVIEW_STAMP
from ..review import KEYS, LIST, LISTED, OPEN, Entry
from ..styles import FONTS, STATES, TABS, Palette
from ..texts import Language, Text, say
from .book import Book, Looks, Pen
from .geometry import FIRST, HEAD_ROWS, HEADER, IDS, LIVE, TITLE, header_height, line_count
from .layout import print_list

# Names of the whole workbook: the keys that marks look for, what each says, where the list begins.
NOTES: Final = "chk_notes"
_COLUMNS: Final = ("state", "sheet", "cell", "column", "found", "problem", "hint", "confirm")
_WIDTHS: Final = (13.0, 16.0, 10.0, 18.0, 22.0, 48.0, 44.0, 20.0)
_CENTRED: Final = frozenset(("state", "cell"))
_ID, _KEY, _NOTE = 8, 9, 10
_LOOKS: Final = {"open": "late", "fixed": "done", "confirmed": "done", "listed": "open"}
_LONGEST_TEXT: Final = 120  # of a text that a formula looks for; 255 is what a formula takes
_LONGEST_NOTE: Final = 230  # a link shows 255 characters, with the count before it
_MOST_LINES: Final = 5
_NO_CLOCK: Final = datetime(2000, 1, 1)


def ranges() -> dict[str, str]:
    """Return the cells that the names of the workbook refer to."""
    last = FIRST + LISTED
    own = {LIST: f"$A${HEADER + 1}", OPEN: f"${column_letter(_ID + 1)}${LIVE + 1}"}
    return own | {
        name: f"${letter}${FIRST + 1}:${letter}${last}"
        for name, number in ((KEYS, _KEY), (NOTES, _NOTE))
        for letter in [column_letter(number + 1)]
    }


def draw_review(pen: Pen, book: Book) -> None:
    """Draw the sheet of a new workbook, marked as ours, with the names it is known by."""
    page = _Page(pen, book.looks, book.language)
    page.draw(book.entries, is_new=not book.entries)
    tab = quoted(pen.name)
    book.workbook.define_name(f"{tab}!{REVIEW.marker}", f"={tab}!$A$1")
    for name, cells in ranges().items():
        book.define(name, pen, cells)


def listed(entries: Sequence[Entry], language: Language) -> dict[str, tuple[int, str]]:
    """Return the keys of the list, each with its number from 1 and what is said of the cell."""
    keys: dict[str, tuple[int, str]] = {}
    for at, (_, key, note) in enumerate(_listed(entries[:LISTED], language), 1):
        if at <= LISTED:
            keys.setdefault(key, (at, note))
    return keys


def still_open(entries: Sequence[Entry]) -> int:
    """Return how many of the lines are open as they are written."""
    return sum(not entry.confirmed for entry in entries[:LISTED])


def write_review(
    entries: Sequence[Entry],
    *,
    language: Language,
    sheet_name: str,
    date_1904: bool = False,
    created: datetime | None = None,
) -> bytes:
    """Write the sheet as a workbook of its own, ready to be put into another.

    The same entries give the same bytes; `created` None is a fixed day.
    """
    target = BytesIO()
    face = {"font_name": FONTS[language], "font_size": 10}
    options = {"in_memory": True, "date_1904": date_1904, "default_format_properties": face}
    workbook = xlsxwriter.Workbook(target, options)
    workbook.set_properties({"created": created or _NO_CLOCK})
    worksheet = workbook.add_worksheet(sheet_name)
    worksheet.hide_gridlines(2)
    _Page(Pen(worksheet), Looks(workbook, language), language).draw(entries)
    workbook.close()
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class _Page:
    """The sheet while it is drawn."""

    pen: Pen
    looks: Looks
    language: Language

    def draw(self, entries: Sequence[Entry], *, is_new: bool = False) -> None:
        pen, looks = self.pen, self.looks
        pen.worksheet.set_tab_color(TABS["review"])
        for row, height in HEAD_ROWS.items():
            pen.row(row, height)
        pen.row(IDS, 12, hidden=True)
        title = looks.cell(font_size=16, bold=True, font_color=Palette.NAVY, indent=1)
        pen.text(TITLE, 0, self.say("title"), title)
        shown = entries[:LISTED]
        last = FIRST + max(len(shown), 1) - 1
        self._head(shown, len(entries), last)
        for row, entry in enumerate(shown, FIRST):
            self._line(row, entry)
        self._keys(shown)
        if not entries:
            note = looks.cell(font_color=Palette.SLATE, indent=1)
            pen.text(FIRST, 0, self.say("new" if is_new else "nothing"), note)
        for name, state in _LOOKS.items():
            look = looks.condition(STATES[state])
            word = {"type": "cell", "criteria": "==", "value": f'"{self.state(name)}"'}
            pen.condition((FIRST, 0, last, 0), {**word, "format": look})
        pen.worksheet.autofilter(HEADER, 0, last, len(_COLUMNS) - 1)
        pen.worksheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
        pen.worksheet.freeze_panes(FIRST, 0)
        print_list(
            pen,
            self.say("title"),
            last_row=last,
            last_column=len(_COLUMNS) - 1,
            head=(HEADER, HEADER),
        )

    def say(self, key: str, **params: object) -> str:
        return say("sheets", f"review.{key}", self.language, **params)

    def state(self, name: str) -> str:
        symbol = STATES[_LOOKS[name]].symbol
        return f"{symbol} {self.say(f'state.{name}')}"

    def _head(self, shown: Sequence[Entry], whole: int, last: int) -> None:
        pen, looks, count = self.pen, self.looks, len(shown)
        note = looks.cell(font_size=9, font_color=Palette.SLATE, indent=1)
        still = still_open(shown)
        states = f"$A${FIRST + 1}:$A${last + 1}"
        live = "+".join(f'COUNTIF({states},"{self.state(name)}")' for name in ("open", "listed"))
        pen.formula(LIVE, _ID, f"={live}", note, still)
        if count:
            # The sentence is ours, the figure lives.
            before, after = self.say("open_now", count="{}").split("{}")
            text = f'="{before}"&{OPEN}&"{after}"'
            pen.formula(LIVE, 0, text, note, f"{before}{still}{after}")
        if whole > count:
            pen.text(LIVE, 5, self.say("rest", count=whole - count), note)
        labels = [self.say(f"head.{name}") for name in _COLUMNS]
        pen.row(HEADER, header_height(zip(labels, _WIDTHS, strict=True)))
        ids = looks.cell(font_size=8, font_color=Palette.MUTE)
        for number, (name, label, width) in enumerate(zip(_COLUMNS, labels, _WIDTHS, strict=True)):
            pen.column(number, width)
            pen.text(HEADER, number, label, self._header(name))
        pen.column(_ID, 10, last=_NOTE, hidden=True)
        pen.text(IDS, 0, REVIEW_STAMP, ids)
        pen.text(IDS, _COLUMNS.index("confirm"), CONFIRMATION, ids)
        pen.text(IDS, _ID, CONFIRMED_ID, ids)

    def _header(self, name: str) -> Any:
        is_theirs = name == "confirm"
        return self.looks.cell(
            bold=True,
            bg_color=Palette.NAVY if is_theirs else Palette.COMPUTED_HEADER,
            font_color=Palette.WHITE if is_theirs else Palette.SLATE,
            text_wrap=True,
            **_aligned(name),
        )

    def _line(self, row: int, entry: Entry) -> None:
        pen, problem = self.pen, entry.problem
        raw = "" if problem.raw is None else str(problem.raw)
        cells = {
            "sheet": problem.place.sheet or problem.place.file or "",
            "column": _label(problem, self.language),
            "found": raw if raw.strip() else say("summary", "cell.blank", self.language),
            "problem": problem.message(self.language),
            "hint": problem.hint(self.language),
            "confirm": entry.confirmed,
        }
        plain = self.looks.cell(**self._row_look("sheet"))
        for number, name in enumerate(_COLUMNS):
            if name in cells:
                pen.text(row, number, cells[name][:32_000], plain)
        look = self.looks.cell(**self._row_look("state"))
        state = "confirmed" if entry.confirmed else "open" if entry.area else "listed"
        pen.formula(row, 0, self._state(row, entry), look, self.state(state))
        self._link(row, problem.place)
        pen.text(row, _ID, entry.id[:250], self.looks.cell(font_size=8))
        lines = [
            line_count(cells[name], width)
            for name, width in zip(_COLUMNS, _WIDTHS, strict=True)
            if name in cells
        ]
        pen.row(row, 8.0 + 14.0 * min(max(lines), _MOST_LINES))

    def _row_look(self, name: str) -> dict[str, object]:
        return {"bottom": 1, "bottom_color": Palette.LINE, "text_wrap": True, **_aligned(name)}

    def _link(self, row: int, place: Place) -> None:
        number = _COLUMNS.index("cell")
        look = self.looks.cell(**{**self._row_look("cell"), "font_color": Palette.ACCENT})
        if place.target is None or place.row is None:
            self.pen.text(row, number, place.cell or "–", look)
            return
        self.pen.link(row, number, place.cell or "", look, to=place.target, tip=str(place))

    def _state(self, row: int, entry: Entry) -> str:
        """Return the formula of a line's state."""
        confirmed = f"${column_letter(_COLUMNS.index('confirm') + 1)}{row + 1}"
        still = _still(entry)
        words = {name: f'"{self.state(name)}"' for name in _LOOKS}
        found = f"IF({still},{words['open']},{words['fixed']})" if still else words["listed"]
        return f'=IF({confirmed}<>"",{words["confirmed"]},{found})'

    def _keys(self, entries: Sequence[Entry]) -> None:
        """Write the keys, each gone once its line is confirmed, and what the mark says."""
        confirm = column_letter(_COLUMNS.index("confirm") + 1)
        look = self.looks.cell(font_size=8)
        for at, (row, key, note) in enumerate(_listed(entries, self.language)):
            if at == LISTED:
                break
            text = key.replace('"', '""')
            formula = f'=IF(${confirm}${row + 1}<>"","","{text}")'
            self.pen.formula(FIRST + at, _KEY, formula, look, key)
            self.pen.text(FIRST + at, _NOTE, note, look)


def _aligned(name: str) -> dict[str, object]:
    return {"align": "center"} if name in _CENTRED else {"align": "left", "indent": 1}


def _label(problem: Problem, language: Language) -> str:
    label = problem.params.get("column", problem.column or "")
    return label[language] if isinstance(label, Text) else str(label)


def _listed(entries: Sequence[Entry], language: Language) -> Iterator[tuple[int, str, str]]:
    """Walk the keys, each with its line's row and what is said of the cell."""
    for row, entry in enumerate(entries, FIRST):
        for key in entry.keys:
            yield row, key, entry.problem.message(language)[:_LONGEST_NOTE]


def _still(entry: Entry) -> str:
    """Return a formula for whether what the entry doubts still stands; "" where none can tell."""
    if not entry.area:
        return ""
    typed = entry.typed
    if entry.problem.code == "error_cell":
        return f"ISERROR({entry.area})"
    if typed is None:
        return f'{entry.area}=""'
    if isinstance(typed, bool):
        return f"ISNUMBER(MATCH({str(typed).upper()},{entry.area},0))"
    if isinstance(typed, int | float):
        return f"ISNUMBER(MATCH({typed!r},{entry.area},0))"
    if len(typed) > _LONGEST_TEXT:
        return ""
    for sign in "~*?":
        typed = typed.replace(sign, f"~{sign}")
    typed = typed.replace('"', '""')
    return f'ISNUMBER(MATCH("{typed}",{entry.area},0))'
