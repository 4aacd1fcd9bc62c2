"""The columns at a table's end that say of each row what is to be checked in it, and how much.

A hidden column looks once at every cell and every test of the row and notes five characters for
each doubt: where the Review speaks of it, or the number of the test. The column that people see
counts these and says the first. So a row says what is wrong the moment it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..formulas import excel_test, holds, this_row
from ..problems import column_letter
from ..records import MARK, MARK_CODES, MARK_NOTE, Mask, SheetRecords
from ..review import KEYS, LIST, cell_keys, excel_key, excel_prefix
from ..styles import Palette
from ..template import Column, TableSheet
from ..texts import say
from .book import Book, Pen
from .cells import input_cells
from .geometry import FIRST, spans
from .layout import Layout
from .parts import is_marked, is_trace, trace_id
from .review import NOTES, listed

_LONGEST: Final = 8_192  # characters of a formula
_LONGEST_TEXT: Final = 230  # of a text in a formula
_MOST_TESTS: Final = 250  # values that CHOOSE takes, less two
_BEGUN: Final = 3  # filled cells that make a row begun
_CODE: Final = 5  # characters that a doubt takes
_NOTED, _ERROR = "t001-", "t002-"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckColumns:
    """The formulas of the two columns, and what they show of each record.

    Each comes as the table declares it, for rows that people add, and as it stands in the first
    row, from which all others take it: thousands of its length would double a workbook.
    """

    codes: tuple[str, str]
    text: tuple[str, str]
    shown_codes: Sequence[str]
    shown_texts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """What a row must not be: a condition in the formula language, or a column it may not lack."""

    message: str
    when: str = ""
    blank: Column | None = None


def check_columns(sheet: TableSheet, records: SheetRecords, book: Book, of: str) -> CheckColumns:
    """Compile the columns of a table; `of` is the id that the Review knows it by."""
    tests = [*_tests(sheet, book)][:_MOST_TESTS]
    broken = [_broken(test, sheet, records, book) for test in tests]
    messages = {code: test.message for code, test in zip(_codes(tests), tests, strict=True)}
    notes = _notes(records)
    marks = [*_marks(sheet, records, book, of)]
    formulas = [_Formulas(sheet, tests, book, of, is_cell=is_cell) for is_cell in (False, True)]
    shown_codes, shown_texts = [], []
    for at in range(len(records.frame)):
        found = {_NOTED: notes[at]} if notes[at] else {}
        found |= {c: messages[c] for c, rows in zip(messages, broken, strict=True) if rows[at]}
        found |= {f"{cells[at][0]:04d}-": cells[at][1] for cells in marks if at in cells}
        shown_codes.append("".join(found))
        first = next(iter(found.values()), "")
        shown_texts.append(book.say("check.count", count=len(found)) + first if found else "")
    return CheckColumns(
        codes=(formulas[0].codes(), formulas[1].codes()),
        text=(formulas[0].text(), formulas[1].text()),
        shown_codes=shown_codes,
        shown_texts=shown_texts,
    )


def fits(sheet: TableSheet, book: Book) -> bool:
    """Whether the formulas of a table's two columns are as long as Excel allows."""
    tests = [*_tests(sheet, book)]
    made = _Formulas(sheet, tests, book, sheet.id)
    longest = max(len(made.codes()), len(made.text()))
    return len(tests) <= _MOST_TESTS and longest <= _LONGEST


def draw_check_look(layout: Layout, pen: Pen, book: Book) -> None:
    """Show the text in the colour of the marks."""
    if trace_id(MARK) in layout.sheet:
        position = layout.at(trace_id(MARK))
        look = book.looks.condition(bg_color=Palette.MARK_FILL, font_color=Palette.MARK)
        rule = {"type": "formula", "criteria": f'={position.letter}{FIRST + 1}<>""', "format": look}
        pen.condition(layout.area(position.number), rule)


def _tests(sheet: TableSheet, book: Book) -> Iterator[_Test]:
    language = book.language
    for check in sheet.checks:
        label = sheet[check.column].label[language]
        said = say(
            "problems",
            "check_failed.message",
            language,
            column=label,
            message=check.message[language],
        )
        yield _Test(when=check.when, message=said)
    for start, end in sheet.periods:
        said = book.say("check.backwards", column=end.label[language], other=start.label[language])
        yield _Test(when=f"{end.id} < {start.id}", message=said)
    for column in sheet.inputs:
        # A blank below another one stands for what is above it.
        if column.is_required and not column.fill_down and not is_trace(column):
            said = say(
                "problems", "required_blank.message", language, column=column.label[language]
            )
            yield _Test(blank=column, message=said)


def _codes(tests: Sequence[_Test]) -> list[str]:
    return [f"t{number:03d}-" for number in range(3, 3 + len(tests))]


def _inputs(sheet: TableSheet) -> list[Column]:
    return [c for c in sheet.inputs if not is_trace(c)]


def _broken(test: _Test, sheet: TableSheet, records: SheetRecords, book: Book) -> Mask:
    """Tell which records a test finds wrong, as the formula does."""
    if test.blank is None:
        return holds(
            test.when,
            records,
            template=book.template,
            as_of=book.as_of,
            settings=book.settings,
        )
    filled = {c.id: _filled(records, c.id) for c in _inputs(sheet) if c.id in records.frame}
    begun = np.sum([*filled.values()], axis=0) >= _BEGUN
    blank: Mask = begun & ~filled[test.blank.id]
    return blank


def _filled(records: SheetRecords, name: str) -> Mask:
    values = records.frame[name]
    typed = records.raw[name] if name in records.raw.columns else values
    return np.asarray(values.notna().to_numpy() | (typed.notna() & (typed != "")).to_numpy())


def _marks(
    sheet: TableSheet, records: SheetRecords, book: Book, of: str
) -> Iterator[dict[int, tuple[int, str]]]:
    """Yield, column by column, the records whose cell the Review lists, with its number there."""
    keys = listed(book.entries, book.language)
    for column in sheet.inputs if keys else ():
        begin = f"{of}.{column.id}="
        if is_marked(column) and any(key.startswith(begin) for key in keys):
            cells = enumerate(input_cells(column, records, book))
            found = ((at, cell_keys(of, column.id, cell)) for at, cell in cells)
            yield {at: keys[key] for at, own in found for key in own[:1] if key in keys}


def _notes(records: SheetRecords) -> list[str]:
    """Return what a merge says of each record, "" where it says nothing."""
    name = trace_id(MARK_NOTE)
    if name not in records.frame:
        return [""] * len(records.frame)
    cells = records.frame[name].astype(object).tolist()
    return [cell if isinstance(cell, str) else "" for cell in cells]


@dataclass(frozen=True, slots=True)
class _Formulas:
    """The formulas of a table's two columns; `is_cell` for its first row, else for any."""

    sheet: TableSheet
    tests: Sequence[_Test]
    book: Book
    of: str
    is_cell: bool = False

    def codes(self) -> str:
        """Return the formula that notes each doubt of a row."""
        filled = ",".join(self._areas())
        parts: list[str] = []
        if trace_id(MARK_NOTE) in self.sheet:
            parts.append(f'IF({self._named(MARK_NOTE)}="","","{_NOTED}")')
        # A sum is an error where one of its cells is.
        parts.append(f'IF(ISERROR(SUM({filled})),"{_ERROR}","")')
        for code, test in zip(_codes(self.tests), self.tests, strict=True):
            parts.append(f'IF({self._when(test, filled)},"{code}","")')
        for column in self.sheet.inputs:
            if is_marked(column):
                key = excel_key(self._refer(column), excel_prefix(self.of, column.id))
                parts.append(f'IFERROR(TEXT(MATCH({key},{KEYS},0),"0000-"),"")')
        # LibreOffice computes a formula anew when it loads a workbook if there is a link in it.
        return f'=IF(COUNTA({filled})=0,IF(FALSE,HYPERLINK(""),""),{"&".join(parts)})'

    def text(self) -> str:
        """Return the formula that counts the doubts noted, says the first, leads to the list."""
        codes, say_ = self._named(MARK_CODES), self.book.say
        said = [
            self._named(MARK_NOTE) if trace_id(MARK_NOTE) in self.sheet else '""',
            _literal(say_("check.error")),
            *(_literal(test.message) for test in self.tests),
        ]
        listed_note = f"INDEX({NOTES},VALUE(LEFT({codes},{_CODE - 1})))"
        own = f"CHOOSE(VALUE(MID({codes},2,3)),{','.join(said)})"
        before, after = say_("check.count", count="|").split("|")
        count = f"{_literal(before)}&LEN({codes})/{_CODE}&{_literal(after)}"
        first = f'IF(LEFT({codes},1)="t",{own},{listed_note})'
        return f'=IF({codes}="","",HYPERLINK("#{LIST}",{count}&{first}))'

    def _when(self, test: _Test, filled: str) -> str:
        if test.blank is not None:
            blank = self._refer(test.blank)
            return f'IFERROR(AND({blank}="",COUNTA({filled})>={_BEGUN}),FALSE)'
        template, language = self.book.template, self.book.language
        return excel_test(test.when, self.sheet, template, language, self._refer)

    def _named(self, name: str) -> str:
        return self._refer(self.sheet[trace_id(name)])

    def _refer(self, column: Column) -> str:
        if self.is_cell:
            return self._cell(self.sheet.columns.index(column))
        return this_row(column, self.sheet, self.book.language)

    def _cell(self, number: int) -> str:
        return f"{column_letter(number + 1)}{FIRST + 1}"

    def _areas(self) -> Iterator[str]:
        """Walk the cells of a row that people fill in, neighbours as one area."""
        theirs = (
            number
            for number, column in enumerate(self.sheet.columns)
            if not (column.is_computed or is_trace(column))
        )
        columns, language = self.sheet.columns, self.book.language
        for first, last in spans(theirs):
            if self.is_cell:
                yield f"{self._cell(first)}:{self._cell(last)}"
            elif first == last:
                yield self._refer(columns[first])
            else:
                ends = f"[{columns[first].label[language]}]:[{columns[last].label[language]}]"
                yield f"tbl_{self.sheet.id}[[#This Row],{ends}]"


def _literal(text: str) -> str:
    return '"' + text[:_LONGEST_TEXT].replace('"', '""') + '"'
