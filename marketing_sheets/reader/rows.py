"""Tell records from everything else people write into a table: totals, headings, blank rows.

All is decided over whole columns; single rows are looked at only where a cheap mask points at them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from ..records import Integers, Mask
from ..texts import fold, fold_label
from .ends import is_word, skip_header_rows, skip_other_tables
from .headers import spellings
from .repeats import Repeats
from .sorter import Sorter
from .table import (
    NonRecord,
    SortedRows,
    Surroundings,
    Table,
    filled_and_text,
    list_words,
)
from .total_words import is_serial

_LIKE_HEADER = 0.6
_WIDE_MERGE = 3
# 【2】, （二）, 二、: how blocks are numbered, not records.
_NUMBERED = re.compile(
    r"[【\[(（][一二三四五六七八九十\d]+[】\])）]|[一二三四五六七八九十]+[、.．]"
)
_FIRST_COLUMNS = 2


def sort_rows(table: Table, around: Surroundings) -> SortedRows:
    """Sort the rows below the header into records and skipped ones."""
    binding = table.binding
    sorter = Sorter(
        table=table,
        height=max(0, table.grid.height - binding.header.first),
        serial=frozenset(_serial_columns(table)),
        words=lambda name: list_words(around.template.choices[name], around),
    )
    inputs = {column.id: binding.columns[column.id] for column in table.inputs}
    everything = [*inputs.values(), *binding.extras.values()]
    for at in everything:
        sorter.filled[at], sorter.text[at] = filled_and_text(sorter.cells(at))
    content = _any(sorter, everything)
    _skip_headers(sorter)
    repeats = Repeats(sorter=sorter, content=content)
    skip_header_rows(sorter, content, repeats.identity, repeats.proven)
    skip_other_tables(
        sorter,
        content,
        around.template,
        naming=repeats.naming,
        days=repeats.days,
        identity=repeats.identity,
        proven=repeats.proven,
    )
    repeats.find()
    _skip_sections(sorter, content)
    repeats.by_figures()
    # A row that only carries a number, or staff's own formulas, was never filled in.
    meaning = _any(sorter, [at for at in inputs.values() if at not in sorter.serial])
    is_record = content & meaning
    is_record[list(sorter.skipped)] = False
    unfilled = content & ~meaning
    unfilled[list(sorter.skipped)] = False
    return SortedRows(
        records=np.flatnonzero(is_record),
        skipped=tuple(sorter.skipped[row] for row in sorted(sorter.skipped)),
        filled={column_id: sorter.filled[at] for column_id, at in inputs.items()},
        block=np.cumsum(~is_record),
        unfilled=np.flatnonzero(unfilled),
        doubts=sorter.doubts,
    )


def _any(sorter: Sorter, columns: list[int]) -> Mask:
    result = np.zeros(sorter.height, dtype=bool)
    for at in columns:
        result |= sorter.filled[at]
    return result


def _serial_columns(table: Table) -> set[int]:
    binding = table.binding
    serial = {at for name, at in binding.extras.items() if is_serial(name)}
    for column in table.inputs:
        names = (*column.label.values(), *column.aliases)
        if not column.is_key and any(is_serial(name) for name in names):
            serial.add(binding.columns[column.id])
    return serial


def _skip_headers(sorter: Sorter) -> None:
    """Find rows that repeat the header, or the row of ids, in the middle of the table.

    Where words over figures differ, more of them than agree begin another table, and fewer are
    doubted, as is the label of another column.
    """
    words, names = spellings(sorter.table.sheet), sorter.table.binding.columns
    ours = {at: column_id for column_id, at in names.items() if at in sorter.filled}
    again, count, texts_of = np.zeros((3, sorter.height), dtype=np.int64)
    for name, at in sorter.table.binding.extras.items():
        if sorter.text[at].any():
            again += np.asarray(sorter.cells(at) == name, dtype=bool)
    for at in ours:
        count += sorter.filled[at]
        texts_of += sorter.text[at]
    count += again
    # Free texts are many, and hardly ever stand in a row of nothing but words.
    wordy = _is_like_header(texts_of + again, count)
    said = {at: _is_header_cell(sorter, at, ours[at], words, wordy) for at in ours}
    hits = again + sum(said.values())
    numeric = {sorter.table.binding.columns[c.id] for c in sorter.table.inputs if c.is_numeric}
    for row in np.flatnonzero(_is_like_header(hits, count)).tolist():
        texts = {at: sorter.text_at(row, at) for at in said if sorter.text[at][row]}
        others = {at: text for at, text in texts.items() if not said[at][row] and is_word(text)}
        if len(others.keys() & numeric) * 2 > len(texts.keys() & numeric):
            continue
        differs = [
            text for at, text in others.items() if at in numeric or fold_label(text) in words
        ]
        if differs:
            sorter.doubts[row] = "header_differs", differs[0]
        text = next(sorter.text_at(row, at) for at in sorted(sorter.text) if sorter.text[at][row])
        sorter.skipped[row] = NonRecord(row=row, reason="repeated_header", text=text)


def _is_like_header(hits: Integers, count: Integers) -> Mask:
    is_like: Mask = (hits >= 2) & (hits >= _LIKE_HEADER * count)
    return is_like


def _is_header_cell(
    sorter: Sorter, at: int, column_id: str, words: Mapping[str, str], among: Mask
) -> Mask:
    names = {column_id, sorter.table.binding.headers.get(column_id, column_id)}

    def is_name(text: str) -> bool:
        # Word for word first: what stands in brackets may tell two columns apart.
        return text in names or words.get(fold(text), words.get(fold_label(text))) == column_id

    return sorter.texts_that(at, is_name, among)


def _skip_sections(sorter: Sorter, content: Mask) -> None:
    """Find headings and notes: rows with one filled cell that is not the start of a record."""
    count, where = np.zeros((2, sorter.height), dtype=np.int64)
    for at in sorted(sorter.filled, key=lambda at: at not in sorter.serial):
        if at not in sorter.serial:
            count += sorter.filled[at]
        where[sorter.filled[at]] = at
    wide = _wide_merges(sorter.table)
    for row in np.flatnonzero((count <= 1) & content).tolist():
        if row not in sorter.skipped:
            found = _as_section(sorter, row, int(where[row]), is_wide=row in wide)
            if found is not None:
                sorter.skipped[row] = found


def _as_section(sorter: Sorter, row: int, at: int, *, is_wide: bool) -> NonRecord | None:
    """Decide on a row whose only filled cell (but for a serial number) stands in column `at`.

    A heading is text in one of the first columns or in none of ours, or merged over several. A
    lone value in a fill-down column heads the rows below. A lone key starts a record, unless it
    heads a block of them.
    """
    table = sorter.table
    ids = {column: column_id for column_id, column in table.binding.columns.items()}
    column = table.sheet[ids[at]] if at in ids else None
    cell = sorter.cells(at)[row]
    is_text = isinstance(cell, str)
    text = cell.strip() if is_text else str(cell)
    if at in sorter.serial:
        # 7 or P-07 numbers an empty row; 一、物流 without any digit heads a section.
        is_heading = is_wide or (is_text and not any(c.isascii() and c.isdigit() for c in text))
        return NonRecord(row=row, reason="section_row", text=text) if is_heading else None
    if column is not None and len(table.sheet.inputs) == 1:
        return None  # a record holds nothing else
    if column is not None and column.is_key and not is_wide:
        heads = is_text and _heads_a_block(sorter, row, at)
        return NonRecord(row=row, reason="section_row", text=text) if heads else None
    # First in the tab, or before columns were moved.
    firsts = [
        table.binding.columns.get(one.id)
        for columns in (table.inputs, table.sheet.inputs)
        for one in columns[:_FIRST_COLUMNS]
    ]
    gives = column is not None and column.fill_down
    if not gives and not (is_text and (is_wide or column is None or at in firsts)):
        return None
    given = (column.id, cell) if column is not None and gives else None
    return NonRecord(row=row, reason="section_row", text=text, given=given)


def _heads_a_block(sorter: Sorter, row: int, at: int) -> bool:
    """Whether a lone key stands above the header once more, or is numbered as no record is."""
    rows = [r for r in range(row + 1, sorter.height) if any(f[r] for f in sorter.filled.values())]
    if not rows:
        return False
    following = sorter.skipped.get(rows[0])
    if following is not None and following.reason == "repeated_header":
        return True
    if not _NUMBERED.match(sorter.text_at(row, at)) or following is not None:
        return False
    others = [sorter.text_at(r, at) for r in rows if sum(f[r] for f in sorter.filled.values()) > 1]
    return bool(others) and not any(map(_NUMBERED.match, others))


def _wide_merges(table: Table) -> set[int]:
    """Return the rows with a cell merged over three columns, or into one of figures."""
    at = table.binding.columns
    figures = {at[column.id] for column in table.inputs if column.is_numeric}
    return {
        top - table.first
        for top, left, bottom, right in table.grid.merges
        if top == bottom >= table.first
        and (right - left + 1 >= _WIDE_MERGE or figures & {*range(left + 1, right + 1)})
    }
