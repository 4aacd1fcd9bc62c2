"""Whatever people write between records, every total stays right, or the row or column is named.

And its twin: of what is nothing but records every row is kept, and hardly any of them doubted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from support.laws import tried
from support.row_books import foreign, shipped
from support.row_edits import Edit, Edited, do_something, redrawn, repeat_header, set_pending
from support.row_tabs import Book, Line, Tab

from marketing_sheets.errors import SheetsError
from marketing_sheets.loading import template_names
from marketing_sheets.merging.base import source_of
from marketing_sheets.merging.compare import compare
from marketing_sheets.merging.way import Way
from marketing_sheets.problems import Problem
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import Reading, SheetRecords
from marketing_sheets.template import Column
from marketing_sheets.texts import LANGUAGES

# Said of many a row without doubting that it is a record.
_GENERIC = ("required_blank", "not_a_date", "merged_filled", "duplicate_key", "total_mismatch")
_QUICK, _FULL = 40, 400  # workbooks of some six edits each: 200 edits and more, 2,000 and more

examples = st.builds(shipped, st.sampled_from(template_names()), st.sampled_from(LANGUAGES))


@st.composite
def edited(draw: st.DrawFn) -> Edited:
    """Draw a right workbook and what was done to it."""
    book = draw(st.one_of(foreign().map(Book.copy), examples.flatmap(redrawn)))
    done = Edited(book)
    for name, tab in book.tabs.items():
        if draw(st.integers(0, 4)):
            done.edits[name] = draw(do_something(tab))
    return done


@st.composite
def honest(draw: st.DrawFn) -> Book:
    """Draw a workbook of nothing but records, with words for what is pending and headers again."""
    books = st.one_of(foreign(), examples).flatmap(lambda book: redrawn(book, most=24))
    book: Book = draw(books)
    for tab in book.tabs.values():
        if tab.figures and draw(st.integers(0, 2)) == 0:
            draw(set_pending(tab))
        if not tab.is_page and draw(st.integers(0, 2)) == 0:
            draw(repeat_header(tab))
    return book


def read(book: Book) -> Reading:
    """Write a workbook and read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = book.save(Path(folder) / "a.xlsx")
        return read_inputs(path, template=book.template)


@dataclass
class Judged:
    """A tab that was edited, and what reading made of it."""

    tab: Tab
    edits: list[Edit]
    reading: Reading

    @property
    def records(self) -> SheetRecords:
        """The records that were read."""
        return self.reading.sheets[self.tab.sheet.id]

    def problems(self) -> Iterator[Problem]:
        """Walk the doubts there are about rows and columns."""
        for problem in self.reading.problems:
            is_doubt = problem.severity != "info" and problem.code not in _GENERIC
            if is_doubt and problem.place.sheet == self.tab.name:
                yield problem

    def names_row(self, row: int) -> bool:
        """Whether a row is doubted, or is one of those above the header of which all are.

        What is wrong with one of its cells says nothing of the row.
        """
        return any(
            (problem.place.row == row and problem.place.column is None)
            or (
                problem.code == "rows_above_header"
                and (problem.place.row or 0) < row < self.records.origin.header_row
            )
            for problem in self.problems()
        )

    def names_column(self, column_id: str) -> bool:
        """Whether a column is named: by its id or label, or where its header stands."""
        if column_id not in self.tab.at:
            return False
        header, label = self.tab.rows()[self.tab.header], self.tab.sheet[column_id].label
        at = self.tab.order.index(self.tab.at[column_id]) + 1
        return any(
            problem.place.row in (None, header)
            and (
                problem.column == column_id
                or problem.params.get("column") == label
                or (problem.place.row == header and problem.place.column == at)
            )
            for problem in self.problems()
        )

    def wrong(self) -> Iterator[str]:
        """Walk what is wrong in silence: records gone, figures that are not theirs."""
        rows = self.tab.rows()
        lines = {row: line for line, row in rows.items()}
        used = {int(row): number for number, row in enumerate(self.records.rows)}
        columns = [column for column in self.tab.figures if not self.names_column(column.id)]
        for line in self.tab.records:
            if rows[line] not in used and not self.names_row(rows[line]):
                yield f"record in row {rows[line]} is gone"
        for row, number in used.items():
            if not self.names_row(row) and not self.is_told(lines[row], rows):
                if lines[row] not in self.tab.records:
                    yield f"row {row} is taken for a record"
                for column in columns:
                    yield from self.differs(column, lines[row], number)
        for edit in self.edits:
            if edit.added is None or self.names_column(edit.called):
                continue
            if not self.keeps(edit.added, [lines[row] for row in used]):
                yield f"column added is gone: {edit.what}"

    def is_told(self, line: Line, rows: dict[Line, int]) -> bool:
        """Whether the line that begins what a line belongs to is named."""
        of = [edit for edit in self.edits if line in edit.lines]
        return any(self.names_row(rows[told]) for edit in of for told in edit.told)

    def differs(self, column: Column, line: Line, number: int) -> Iterator[str]:
        """Say where a figure of a line that was used is none of a record."""
        value = self.records.frame[column.id].iloc[number]
        value = 0.0 if pd.isna(value) else float(value)
        due = self.tab.figure(line, column) if line in self.tab.records else 0.0
        if abs(value - due) > 1e-6 * max(1, abs(due)):
            yield f"row {self.records.rows[number]}: {column.id} is {value:g}, not {due:g}"

    def keeps(self, at: int, lines: list[Line]) -> bool:
        """Whether an added column is kept as it is, or named."""
        due = [line.cells[at].value if at in line.cells else None for line in lines]
        for cells in ({} if self.records.extras is None else dict(self.records.extras)).values():
            if [None if pd.isna(cell) else cell for cell in cells.tolist()] == due:
                return True
        header, place = self.tab.rows()[self.tab.header], self.tab.order.index(at) + 1
        return any(
            problem.place.sheet == self.tab.name
            and problem.place.row in (None, header)
            and problem.place.column == place
            for problem in self.reading.problems
        )


def silent(done: Edited) -> list[str]:
    """Return what is wrong in silence."""
    try:
        reading = read(done.book)
    except SheetsError:
        return []  # refused aloud
    return [
        f"{name}: {said}"
        for name, tab in done.book.tabs.items()
        for said in Judged(tab, done.edits.get(name, []), reading).wrong()
    ]


@pytest.mark.slow
@given(edited())
@settings(max_examples=_QUICK, derandomize=True, suppress_health_check=[*HealthCheck])
def test_no_total_is_wrong_in_silence(done: Edited) -> None:
    """Totals, other tables, headings, sub-headers, other columns: nothing counts twice."""
    assert silent(done) == []


@pytest.mark.slow
@given(edited())
@settings(max_examples=_FULL, derandomize=True, suppress_health_check=[*HealthCheck])
def test_none_of_2000_edits_is_wrong_in_silence(done: Edited) -> None:
    """What holds for a few edits holds for thousands."""
    assert silent(done) == []


def test_honest_tables_keep_every_row_and_are_hardly_doubted() -> None:
    """Round budgets, small counts, equal days, pending rows and repeated headers are records."""
    rows = doubted = 0

    @given(honest())
    @tried(_QUICK, suppress_health_check=[*HealthCheck])
    def keep(book: Book) -> None:
        nonlocal rows, doubted
        reading = read(book)
        for tab in book.tabs.values():
            numbers, judged = tab.rows(), Judged(tab, [], reading)
            due = {numbers[line] for line in tab.records}
            assert {*judged.records.rows.tolist()} == due
            rows += len(due)
            of_rows = {p.place.row for p in judged.problems() if p.place.column is None}
            doubted += len(of_rows & due)

    keep()
    assert doubted * 100 <= rows


@pytest.mark.slow
@given(edited())
@settings(max_examples=_QUICK, derandomize=True, suppress_health_check=[*HealthCheck])
def test_nothing_done_between_records_is_a_difference(done: Edited) -> None:
    """Totals, headings, headers and blank rows change no record, nor do columns moved or added.

    Where the reader doubts a row or a column what was written there may be one.
    """
    before, after = read(done.before), read(done.book)
    doubts = (p for one in (before, after) for p in one.problems if p.severity != "info")
    assume(all(problem.code in _GENERIC for problem in doubts))
    way = Way(template=before.template, language="zh-Hans")
    sources = [source_of(one, file=file) for one, file in ((before, "a.xlsx"), (after, "b.xlsx"))]
    found, _ = compare(sources[0], sources[1], way)
    tables = {sheet.id for sheet in before.template.tables}
    kinds = {one.kind for one in found if one.sheet in tables}
    assert kinds <= {"column_added", "column_gone", "sheet_added"}
