"""What the sheets of one workbook share while they are written: lists, formats, the pen.

XlsxWriter answers a number below zero where Excel's limits forbid something, and goes on. Every
call of this room passes the pen, and a refusal becomes an ExcelLimitError. Rows and columns count
from 0, as XlsxWriter's do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from xlsxwriter.utility import xl_range

from ..errors import ExcelLimitError, UsageError
from ..problems import Place, column_letter, quoted
from ..review import Entry
from ..styles import FONTS, TABS, Look, Palette
from ..template import (
    DEPARTMENTS,
    Choice,
    Choices,
    Column,
    SettingValue,
    TableSheet,
    Template,
    Threshold,
)
from ..texts import Language, fold, say
from .columns import ColumnSheet, Value

# What may be given for a list: words, or words with their attributes.
GivenChoices = Sequence[str | Mapping[str, str]] | Mapping[str, Mapping[str, str]]
TEXT_LIMIT = 32_767
_EPOCH = date(1899, 12, 30)


class Looks:
    """The cell formats of one workbook, by what they look like."""

    def __init__(self, workbook: Any, language: Language) -> None:
        self._workbook = workbook
        self._font = FONTS[language]
        self._made: dict[tuple[bool, tuple[tuple[str, object], ...]], Any] = {}

    def cell(self, **properties: object) -> Any:
        """Return a cell format: XlsxWriter's property names, over ink, 10 pt, centred in height."""
        whole = {
            "font_name": self._font,
            "font_size": 10,
            "font_color": Palette.INK,
            "valign": "vcenter",
            **{name: value for name, value in properties.items() if value is not None},
        }
        return self._format(whole, is_condition=False)

    def font(self, **properties: object) -> Any:
        """Return the font of a part of a cell's text."""
        whole = {"font_name": self._font, "font_size": 10, "font_color": Palette.INK, **properties}
        return self._format(whole, is_condition=False)

    def condition(self, look: Look | None = None, **properties: object) -> Any:
        """Return the format of a conditional format: nothing but what `look` changes."""
        whole: dict[str, object] = {}
        if look is not None:
            if look.color:
                whole["font_color"] = look.color
            if look.fill:
                whole["bg_color"] = look.fill
            if look.bold:
                whole["bold"] = True
        whole |= {name: value for name, value in properties.items() if value is not None}
        return self._format(whole, is_condition=True)

    def _format(self, properties: dict[str, object], *, is_condition: bool) -> Any:
        # A format numbers itself either as a cell's or as a condition's: the two are kept apart.
        key = (is_condition, tuple(sorted(properties.items())))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One entry of a list: its id (a word of the company's own is its own id), and its label."""

    id: str
    label: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def resolve_lists(
    template: Template,
    language: Language,
    given: Mapping[str, GivenChoices],
    departments: Sequence[str],
) -> dict[str, tuple[ListEntry, ...]]:
    """Return every list's entries: those given, else the template's.

    Raises UsageError for a list the template lacks, and for a new word in a list that is not open.
    """
    whole: dict[str, GivenChoices] = dict(given)
    if departments and DEPARTMENTS in template.choices:
        whole[DEPARTMENTS] = departments
    for name in whole:
        if name not in template.choices:
            raise UsageError.unknown("list", name, [*template.choices])
    return {
        choices.id: _entries(choices, language, whole.get(choices.id))
        for choices in template.choices.values()
    }


def attributes_by_list(
    lists: Mapping[str, Sequence[ListEntry]],
) -> dict[str, dict[str, dict[str, str]]]:
    """Return the attributes by list and entry, as `formulas_pandas.compute` takes them."""
    return {
        name: {entry.id: dict(entry.attributes) for entry in entries}
        for name, entries in lists.items()
    }


def _entries(
    choices: Choices, language: Language, given: GivenChoices | None
) -> tuple[ListEntry, ...]:
    known = {item.id: item for item in choices.items}
    own = {item.id: _entry(item, language) for item in choices.items}
    if given is None:
        return tuple(own.values())
    spellings = {
        fold(word): item.id
        for item in choices.items
        for word in (item.id, *item.label.values(), *item.aliases)
    }
    entries: dict[str, ListEntry] = {}
    for word, attributes in _words(given):
        item_id = spellings.get(fold(word), word)
        if item_id not in known and not choices.is_open:
            raise UsageError("closed_list", list=choices.label[language], word=word)
        base = own.get(item_id, ListEntry(id=word, label=word))
        entries[item_id] = ListEntry(
            id=base.id, label=base.label, attributes={**base.attributes, **attributes}
        )
    # A list that is not open is a part of the formulas: it is always there whole.
    return tuple(entries.values()) if choices.is_open else tuple(own.values())


def _words(given: GivenChoices) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Walk the words given, each with its attributes; blank ones and doubles fall away later."""
    if isinstance(given, Mapping):
        yield from given.items()
        return
    for item in given:
        if isinstance(item, str):
            if item.strip():
                yield item.strip(), {}
        else:
            rest = {name: value for name, value in item.items() if name not in ("id", "label")}
            yield item.get("id") or item["label"], rest


def _entry(item: Choice, language: Language) -> ListEntry:
    return ListEntry(id=item.id, label=item.label[language], attributes=item.attributes)


class ExpandedFormula(str):
    """A formula without `=` whose functions need no prefix for newer Excel versions.

    XlsxWriter searches each formula for some fifty functions, 80 µs a cell, unless `_xlfn.` in it
    says that this was done. None of ours uses such a function, so this text answers yes.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> ExpandedFormula:
        """Take a formula with or without its `=`."""
        return super().__new__(cls, text.removeprefix("="))

    def __contains__(self, part: object) -> bool:
        return part == "_xlfn." or (isinstance(part, str) and super().__contains__(part))


class Pen:
    """Draws on one worksheet and raises ExcelLimitError where Excel allows no such thing."""

    def __init__(self, worksheet: Any) -> None:
        self.worksheet = worksheet
        self.name: str = worksheet.get_name()

    def text(self, row: int, column: int, text: str, look: Any = None) -> None:
        """Write text as it is, whatever it begins with; an empty one is a blank cell."""
        if not text:
            self.blank(row, column, look)
        else:
            self.accepted(self.worksheet.write_string(row, column, text, look), row, column, text)

    def number(self, row: int, column: int, number: float, look: Any = None) -> None:
        """Write a number."""
        self.accepted(self.worksheet.write_number(row, column, number, look), row, column)

    def blank(self, row: int, column: int, look: Any) -> None:
        """Write a formatted cell without a value."""
        self.accepted(self.worksheet.write_blank(row, column, None, look), row, column)

    def value(self, row: int, column: int, value: object, look: Any = None) -> None:
        """Write text, a number or, for None, a blank cell."""
        if value is None:
            self.blank(row, column, look)
        elif isinstance(value, bool):
            self.accepted(self.worksheet.write_boolean(row, column, value, look), row, column)
        elif isinstance(value, int | float):
            self.number(row, column, value, look)
        else:
            self.text(row, column, str(value), look)

    def formula(
        self, row: int, column: int, formula: str, look: Any, shown: float | str | None
    ) -> None:
        """Write a formula and the value it has now; None shows nothing."""
        code = self.worksheet.write_formula(
            row, column, ExpandedFormula(formula), look, "" if shown is None else shown
        )
        self.accepted(code, row, column)

    def values(
        self, first: int, column: int, values: Sequence[Value], looks: Sequence[Any]
    ) -> None:
        """Write the values of a table's column from row `first` on; None is a blank cell."""
        code, row = self.worksheet.hold(first, column, values, looks)
        self.accepted(code, row, column, str(values[row - first]) if values else "")

    def formulas(
        self,
        first: int,
        column: int,
        formula: str,
        shown: Sequence[Value],
        looks: Sequence[Any],
        *,
        is_shared: bool = False,
    ) -> None:
        """Write one formula down a table's column, with the value that each cell has now.

        One that `is_shared` refers to cells of the first row, and in the others to theirs.
        """
        code = self.worksheet.hold_formula(
            first, column, formula.removeprefix("="), shown, looks, is_shared=is_shared
        )
        self.accepted(code, first, column)

    def rich(self, row: int, column: int, parts: Iterable[object], look: Any) -> None:
        """Write text in several fonts: fonts and texts in turn."""
        self.accepted(self.worksheet.write_rich_string(row, column, *parts, look), row, column)

    def link(self, row: int, column: int, text: str, look: Any, *, to: str, tip: str) -> None:
        """Write a link to a cell of this workbook."""
        code = self.worksheet.write_url(row, column, f"internal:{to}", look, text, tip)
        self.accepted(code, row, column, text)

    def merge(self, row: int, first: int, last: int, value: object, look: Any) -> None:
        """Write a value into a merged span of one row."""
        self.accepted(self.worksheet.merge_range(row, first, row, last, "", look), row, first)
        self.value(row, first, value, look)

    def fill(self, row: int, first: int, last: int, look: Any) -> None:
        """Format a span of blank cells of one row."""
        for column in range(first, last + 1):
            self.blank(row, column, look)

    def row(self, row: int, height: float, *, hidden: bool = False) -> None:
        """Set a row's height in points."""
        options = {"hidden": True} if hidden else {}
        self.accepted(self.worksheet.set_row(row, height, None, options), row)

    def column(
        self,
        first: int,
        width: float,
        *,
        last: int | None = None,
        hidden: bool = False,
        look: Any = None,
    ) -> None:
        """Set the width of columns in Excel's units."""
        options = {"hidden": True} if hidden else {}
        end = first if last is None else last
        self.accepted(self.worksheet.set_column(first, end, width, look, options), column=first)

    def pixels(self, first: int, width: int, *, last: int | None = None) -> None:
        """Set the width of columns in pixels."""
        end = first if last is None else last
        self.accepted(self.worksheet.set_column_pixels(first, end, width), column=first)

    def validate(self, area: tuple[int, int, int, int], options: Mapping[str, Any]) -> None:
        """Restrict what may be typed into an area."""
        self.accepted(self.worksheet.data_validation(*area, dict(options)), area[0], area[1])

    def condition(self, area: tuple[int, int, int, int], options: Mapping[str, Any]) -> None:
        """Add a conditional format; the first that was added has the highest priority."""
        self.accepted(self.worksheet.conditional_format(*area, dict(options)), area[0], area[1])

    def table(
        self,
        area: tuple[int, int, int, int],
        options: Mapping[str, Any],
        formulas: Mapping[int, str],
    ) -> None:
        """Make an area a table; `formulas` are those of its calculated columns, from 0.

        Given to `add_table`, XlsxWriter would write them into every row, though without values, and
        look into each cell of the area for another table.
        """
        top, left, bottom, right = area
        code = self.worksheet.add_table(top, left, top + 1, right, dict(options))
        self.accepted(code, top, left)
        table = self.worksheet.tables[-1]
        for name in ("range", "a_range", "autofilter"):
            if table.get(name):
                table[name] = xl_range(top, left, bottom, right)
        for column, formula in formulas.items():
            table["columns"][column]["formula"] = formula.removeprefix("=")

    def accepted(
        self, code: int, row: int | None = None, column: int | None = None, text: str = ""
    ) -> None:
        """Raise ExcelLimitError unless XlsxWriter's answer `code` is 0."""
        if code >= 0:
            return
        place = Place(sheet=self.name).at(row, column)
        if len(text) > TEXT_LIMIT:
            raise ExcelLimitError("text_too_long", place=place, length=len(text), limit=TEXT_LIMIT)
        raise ExcelLimitError("excel_refused", place=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The workbook being written, and what all its sheets need.

    `as_of` is the day the cached values are as of; None where no day is known. `start` and `end`
    are the campaign's. `looks` makes cell formats. `entries` are those of the Review.
    """

    workbook: Any
    template: Template
    language: Language
    looks: Looks
    lists: Mapping[str, tuple[ListEntry, ...]]
    form: Mapping[str, object]
    settings: Mapping[str, SettingValue]
    as_of: date | None
    start: date | None
    end: date | None
    holidays: tuple[date, ...]
    thresholds: tuple[Threshold, ...]
    entries: Sequence[Entry]

    def say(self, key: str, **params: object) -> str:
        """Return a text of `words/sheets.toml`."""
        return say("sheets", key, self.language, **params)

    def add_sheet(self, tab: str, kind: str = "other") -> Pen:
        """Add a worksheet: white, without gridlines; `kind` gives its tab the colour."""
        worksheet = self.workbook.add_worksheet(tab, ColumnSheet)
        worksheet.hide_gridlines(2)
        worksheet.set_tab_color(TABS[kind])
        return Pen(worksheet)

    def tab(self, sheet_id: str) -> str:
        """Return the tab name of a sheet of the template, or of `summary`, `review` and `lists`."""
        if sheet_id in ("summary", "review", "lists"):
            return self.say(f"{sheet_id}.tab")
        sheet = self.template.host(sheet_id) or self.template[sheet_id]
        return sheet.label[self.language]

    def title(self, sheet: TableSheet) -> str:
        """Return the title in row 1 of a table sheet."""
        brand = self.template.brand[self.language]
        return f"{brand} · {sheet.title[self.language]}"

    def choices(self, column: Column) -> Choices | None:
        """Return the list a column chooses from."""
        return None if column.choices is None else self.template.choices[column.choices]

    def is_open(self, column: Column) -> bool:
        """Whether words outside the column's list are allowed."""
        choices = self.choices(column)
        return choices is not None and (choices.is_open or column.type == "department")

    def stamp(self, first_id: str, sheet_id: str) -> str:
        """Return the id cell that also says which template and sheet this is."""
        template = self.template
        return "|".join((first_id, template.id, template.version, self.language, sheet_id))

    def define(self, name: str, pen: Pen, area: str) -> None:
        """Give a cell or an area of a sheet a name that all formulas know."""
        pen.accepted(self.workbook.define_name(name, f"={quoted(pen.name)}!{area}"))


def absolute(row: int, column: int) -> str:
    """Return an absolute reference; row and column count from 0."""
    return f"${column_letter(column + 1)}${row + 1}"


def serial(day: date) -> float:
    """Return a day (and time of day) as Excel counts it."""
    if isinstance(day, datetime):
        passed = (day - datetime.combine(day.date(), datetime.min.time())).total_seconds()
        return (day.date() - _EPOCH).days + passed / 86_400
    return float((day - _EPOCH).days)
