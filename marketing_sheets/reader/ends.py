"""Where a table begins below its header and where it ends, by the shape of its rows.

The first two rows may belong to the header: they number the columns, name units, or are words
where all below are figures. Further down such a row begins another table, unless a day stands in it
or a record's row goes on directly from the one above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np

from ..records import Mask
from ..template import Column, Template
from ..texts import fold_label
from ..values import Context, nothing, parse
from .headers import spellings
from .table import NonRecord, Sorter, Table
from .total_words import is_unit, total_word

_HEADER_ROWS = 2
_NUMBERED = 3  # cells that count 1, 2, 3 before they are taken for the numbers of columns
_WORDS = 2
_EPOCH, _FIRST_YEARS = date(1899, 12, 31).toordinal(), 1905
_DAYS = ("date", "date_range", "datetime", "week")


def with_units(table: Table) -> Table:
    """Return the table with the units that a row under its header names put into its headers."""
    headers = dict(table.binding.headers)
    for row in range(min(_HEADER_ROWS, table.grid.height - table.first)):
        found = _units(table, row)
        if len(found) >= _WORDS:
            for name, unit in found.items():
                headers[name] = f"{headers.get(name, '')}（{unit}）"
    if headers == table.binding.headers:
        return table
    return replace(table, binding=replace(table.binding, headers=headers))


def _units(table: Table, row: int) -> dict[str, str]:
    """Return the units in a row by column id; none if anything else stands in it."""
    found: dict[str, str] = {}
    for name, at in table.binding.columns.items():
        cell = table.grid.cells[table.first + row, at]
        if cell is None or (isinstance(cell, str) and (not cell.strip() or nothing(cell))):
            continue
        if not isinstance(cell, str) or not is_unit(cell):
            return {}
        found[name] = cell.strip().strip("（）()[]【】")
    return found


def skip_header_rows(sorter: Sorter, content: Mask) -> None:
    """Skip what belongs to the header although it stands below it."""
    for row in range(min(_HEADER_ROWS, sorter.height)):
        if row in sorter.skipped or not content[row]:
            continue
        is_part = (
            len(_units(sorter.table, row)) >= _WORDS
            or _counts_columns(sorter, row)
            or _is_wordy(sorter, row, content)
        )
        if not is_part:
            return
        sorter.skipped[row] = NonRecord(row=row, reason="header_row", text=first_text(sorter, row))


def _counts_columns(sorter: Sorter, row: int) -> bool:
    """Whether a row numbers the columns: 1, 2, 3, gaps at columns that are computed."""
    numbers = []
    for at in sorted(sorter.filled):
        if not sorter.filled[at][row]:
            continue
        cell = sorter.cells(at)[row]
        if isinstance(cell, date) and cell.year <= _FIRST_YEARS:
            cell = cell.toordinal() - _EPOCH  # a 1 in a column of days
        number = str(cell).strip("（）()[]【】 ").removesuffix(".0")
        if not number.isdigit():
            return False
        numbers.append(int(number))
    rises = all(one < other for one, other in pairwise(numbers))
    return len(numbers) >= _NUMBERED and rises and numbers[-1] <= sorter.table.grid.width


def skip_other_tables(sorter: Sorter, content: Mask, template: Template) -> None:
    """Skip what follows the end of the table, up to where its own header stands again."""
    labels = _labels(sorter.table, template)
    skips = sorter.skipped.items()
    headers = {row for row, skipped in skips if skipped.reason == "repeated_header"}
    end: int | None = None
    rows = np.flatnonzero(content).tolist()
    likely = _likely(sorter, content)
    for number, row in enumerate(rows):
        if row in headers:
            end = None
        elif row in sorter.skipped:
            continue
        elif end is None and row in likely:
            above = rows[number - 1] if number else -1
            if _begins_another(sorter, row, above, content, labels):
                end = row
                _take_headings(sorter, rows[:number], row)
                sorter.doubts[row] = "another_table", first_text(sorter, row)
        if end is not None and row not in sorter.skipped:
            text = first_text(sorter, row)
            sorter.skipped[row] = NonRecord(row=row, reason="after_end", text=text)


def _likely(sorter: Sorter, content: Mask) -> frozenset[int]:
    """Return the rows with two texts in columns of figures, or of nothing but texts."""
    texts = np.zeros(sorter.height, dtype=np.int64)
    for at in _numeric(sorter):
        texts += sorter.text[at]
    return frozenset(np.flatnonzero((texts >= _WORDS) & content).tolist())


def _begins_another(
    sorter: Sorter, row: int, above: int, content: Mask, labels: Mapping[str, frozenset[str]]
) -> bool:
    if not _is_wordy(sorter, row, content) and not _binds_others(sorter, row, labels):
        return False
    days = [at for at, column in _columns(sorter).items() if column.type in _DAYS]
    if days:
        return not any(_is_day(sorter, at, row) for at in days)
    stands_apart = above < row - 1 or sorter.skipped.get(above) is not None
    return stands_apart or _is_lone(sorter, above) or _repeats_a_header(sorter, row)


def _is_wordy(sorter: Sorter, row: int, content: Mask) -> bool:
    """Whether different words stand in columns that hold figures below."""
    words = set()
    below = np.flatnonzero(content[row + 1 :]).tolist()
    for at in _numeric(sorter):
        if sorter.text[at][row] and _is_word(sorter.text_at(row, at)):
            cells = sorter.cells(at)
            if any(_is_figure(cells[row + 1 + n]) for n in below):
                words.add(sorter.text_at(row, at))
    return len(words) >= _WORDS


def _is_word(text: str) -> bool:
    """Whether a text is no number, no word for nothing, and nothing that is still to come."""
    if any(character.isdigit() for character in text) or nothing(text) is not None:
        return False
    return parse(text, "number", Context()).value is None


def _is_figure(cell: object) -> bool:
    if isinstance(cell, str):
        return any(character.isdigit() for character in cell)
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _binds_others(sorter: Sorter, row: int, labels: Mapping[str, frozenset[str]]) -> bool:
    """Whether two cells are labels of other columns than those they stand in."""
    ids = {at: name for name, at in sorter.table.binding.columns.items()}
    hits = filled = 0
    for at, text in sorter.text.items():
        if sorter.filled[at][row]:
            filled += 1
            known = labels.get(fold_label(sorter.text_at(row, at))) if text[row] else None
            hits += known is not None and ids.get(at) not in known
    return hits >= _WORDS and hits * 2 > filled


def _labels(table: Table, template: Template) -> dict[str, frozenset[str]]:
    """Map every folded label of the template's tables to the ids of the columns called so."""
    found: dict[str, set[str]] = {}
    for sheet in template.tables:
        for word, name in spellings(sheet).items():
            found.setdefault(word, set()).add(name if sheet is table.sheet else "")
    return {word: frozenset(names) for word, names in found.items()}


def _repeats_a_header(sorter: Sorter, row: int) -> bool:
    words = spellings(sorter.table.sheet)
    return any(
        words.get(fold_label(sorter.text_at(row, at))) == name
        for name, at in sorter.table.binding.columns.items()
        if at in sorter.text and sorter.text[at][row]
    )


def _take_headings(sorter: Sorter, above: list[int], row: int) -> None:
    """Give the lone rows directly above another table's header to that table."""
    for one in reversed(above):
        if one in sorter.skipped or not _is_lone(sorter, one) or row - one > _HEADER_ROWS + 1:
            return
        text = first_text(sorter, one)
        sorter.skipped[one] = NonRecord(row=one, reason="after_end", text=text)
        row = one


def _is_lone(sorter: Sorter, row: int) -> bool:
    return row >= 0 and sum(bool(filled[row]) for filled in sorter.filled.values()) == 1


def _is_day(sorter: Sorter, at: int, row: int) -> bool:
    if not sorter.filled[at][row]:
        return False
    text = sorter.text_at(row, at)
    return not text or (any(c.isdigit() for c in text) and total_word(text) is None)


def _columns(sorter: Sorter) -> dict[int, Column]:
    at = sorter.table.binding.columns
    return {at[column.id]: column for column in sorter.table.inputs}


def _numeric(sorter: Sorter) -> dict[int, Column]:
    return {at: column for at, column in _columns(sorter).items() if column.is_numeric}


def first_text(sorter: Sorter, row: int) -> str:
    """Return what a row begins with, as a text."""
    return next(_texts(sorter, row), "")


def _texts(sorter: Sorter, row: int) -> Iterator[str]:
    for at in sorted(sorter.filled):
        if sorter.filled[at][row]:
            yield sorter.text_at(row, at) or str(sorter.cells(at)[row])
