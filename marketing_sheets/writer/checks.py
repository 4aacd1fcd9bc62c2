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
from ..records import MARK, MARK_CODES, MARK_NOTE, Mask, SheetRecords
from ..review import KEYS, LIST, cell_keys, excel_key, excel_prefix
from ..styles import Palette
from ..template import Column, TableSheet
from ..texts import Language, say
from .book import Book, Pen
from .cells import input_cells
from .geometry import FIRST
from .layout import Layout
from .parts import is_marked, is_trace, trace_id
from .review import NOTES, listed

_LONGEST: Final = 8_192  # characters of a formula
_LONGEST_TEXT: Final = 250  # of a text in a formula
_MOST_TESTS: Final = 250  # values that CHOOSE takes, less two
_BEGUN: Final = 3  # filled cells that make a row begun
_CODE: Final = 5  # characters that a doubt takes
_NOTED, _ERROR = "t001-", "t002-"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckColumns:
    """The formulas of the two columns, and what they show of each record."""

    codes: str
    text: str
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
    shown_codes, shown_texts = [], []
    for at in range(len(records.frame)):
        found = {_NOTED: notes[at]} if notes[at] else {}
        found |= {c: messages[c] for c, rows in zip(messages, broken, strict=True) if rows[at]}
        found |= {f"{cells[at][0]:04d}-": cells[at][1] for cells in marks if at in cells}
        shown_codes.append("".join(found))
        first = next(iter(found.values()), "")
        shown_texts.append(book.say("check.count", count=len(found)) + first if found else "")
    return CheckColumns(
        codes=_codes_formula(sheet, tests, book, of),
        text=_text_formula(sheet, tests, book),
        shown_codes=shown_codes,
        shown_texts=shown_texts,
    )


def fits(sheet: TableSheet, book: Book) -> bool:
    """Whether the formulas of a table's two columns are as long as Excel allows."""
    tests = [*_tests(sheet, book)]
    formulas = _codes_formula(sheet, tests, book, sheet.id), _text_formula(sheet, tests, book)
    return len(tests) <= _MOST_TESTS and all(len(text) <= _LONGEST for text in formulas)


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


def _codes_formula(sheet: TableSheet, tests: Sequence[_Test], book: Book, of: str) -> str:
    """Return the formula that notes each doubt of a row."""
    language = book.language
    parts: list[str] = []
    if trace_id(MARK_NOTE) in sheet:
        note = this_row(sheet[trace_id(MARK_NOTE)], sheet, language)
        parts.append(f'IF({note}="","","{_NOTED}")')
    filled = ",".join(_areas(sheet, language))
    # A sum is an error where one of its cells is.
    parts.append(f'IF(ISERROR(SUM({filled})),"{_ERROR}","")')
    for code, test in zip(_codes(tests), tests, strict=True):
        if test.blank is None:
            when = excel_test(test.when, sheet, book.template, language)
        else:
            when = f'AND({this_row(test.blank, sheet, language)}="",COUNTA({filled})>={_BEGUN})'
        parts.append(f'IF({when},"{code}","")')
    for column in sheet.inputs:
        if is_marked(column):
            cell = this_row(column, sheet, language)
            key = excel_key(cell, excel_prefix(of, column.id))
            parts.append(f'IFERROR(TEXT(MATCH({key},{KEYS},0),"0000-"),"")')
    # LibreOffice computes a formula anew when it loads a workbook if there is a link in it.
    return f'=IF(COUNTA({filled})=0,IF(FALSE,HYPERLINK(""),""),{"&".join(parts)})'


def _text_formula(sheet: TableSheet, tests: Sequence[_Test], book: Book) -> str:
    """Return the formula that counts the doubts noted, says the first, and leads to the Review."""
    language = book.language
    codes = this_row(sheet[trace_id(MARK_CODES)], sheet, language)
    note = trace_id(MARK_NOTE)
    said = [
        this_row(sheet[note], sheet, language) if note in sheet else '""',
        _literal(book.say("check.error")),
        *(_literal(test.message) for test in tests),
    ]
    listed = f"INDEX({NOTES},VALUE(LEFT({codes},{_CODE - 1})))"
    own = f"CHOOSE(VALUE(MID({codes},2,3)),{','.join(said)})"
    before, after = book.say("check.count", count="|").split("|")
    count = f"{_literal(before)}&LEN({codes})/{_CODE}&{_literal(after)}"
    first = f'IF(LEFT({codes},1)="t",{own},{listed})'
    return f'=IF({codes}="","",HYPERLINK("#{LIST}",{count}&{first}))'


def _areas(sheet: TableSheet, language: Language) -> list[str]:
    """Return the cells of a row that people fill in, neighbours as one area."""
    areas: list[list[Column]] = []
    before = -2
    for number, column in enumerate(sheet.columns):
        if column.is_computed or is_trace(column):
            continue
        if number == before + 1:
            areas[-1].append(column)
        else:
            areas.append([column])
        before = number
    first_last = ((area[0].label[language], area[-1].label[language]) for area in areas)
    name = f"tbl_{sheet.id}"
    return [
        f"{name}[[#This Row],[{a}]:[{b}]]" if a != b else f"{name}[[#This Row],[{a}]]"
        for a, b in first_last
    ]


def _literal(text: str) -> str:
    return '"' + text[:_LONGEST_TEXT].replace('"', '""') + '"'
