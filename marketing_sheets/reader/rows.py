"""Tell records from everything else people write into a table: totals, headings, blank rows.

All is decided over whole columns; single rows are looked at only where a cheap mask points at them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

from ..records import Mask
from ..template import ColumnType, TableSheet
from ..texts import LANGUAGES, fold, fold_label, say
from .headers import spellings
from .table import NonRecord, SortedRows, Sorter, Table, TotalKind, filled_and_text

_KINDS: tuple[TotalKind, ...] = ("subtotal", "average", "total")
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_LONGEST_TOTAL = 24
_MOST_WORDS = 3
# What makes a row a record although a word for a total stands in it.
_IDENTITY: frozenset[ColumnType] = frozenset(("text", "choice", "person", "department", "yes_no"))
_EXACT = 1e-9
_MOST_NAMELESS = 200
_LIKE_HEADER = 0.6
_MOST_DISTINCT = 2000  # folding more spellings than that in one column would cost too much
_WIDE_MERGE = 3
_FIRST_COLUMNS = 2


def may_be_total(text: str) -> bool:
    """Tell cheaply that `text` cannot be a word for a total, before it is folded."""
    return len(text) <= _LONGEST_TOTAL and _hint().search(text) is not None


def total_kind(text: str) -> TotalKind | None:
    """Tell whether `text` is nothing but a word for a total: `合计：`, `合 计`, `Grand total`."""
    return _total_words().get(_bare(text)) if may_be_total(text) else None


def total_suffix(text: str) -> TotalKind | None:
    """Tell whether `text` ends in a word for a total: `6月合计`, `小红书小计`, `June total`."""
    if not may_be_total(text) or len(text.split()) > _MOST_WORDS:
        return None
    bare = _bare(text)
    for word, kind in _total_words().items():
        if not bare.endswith(word):
            continue
        # A Latin word must be one: a "subtotal" is, the end of "Pilates mean" is not enough.
        if not word.isascii() or fold(text.rsplit(maxsplit=1)[-1]).strip(":.") == word:
            return kind
    return None


def is_serial(label: str) -> bool:
    """Tell whether a column of this header only numbers its rows."""
    return fold_label(label) in _serial_words()


def _bare(text: str) -> str:
    return _AROUND.sub("", fold_label(text))


@cache
def _total_words() -> dict[str, TotalKind]:
    # Longer words first: 小计 before 计, "subtotal" before "total".
    pairs = [(_bare(word), kind) for kind in _KINDS for word in _words(kind)]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _hint() -> re.Pattern[str]:
    # The last character survives blanks inside the word; Latin words and other widths come whole.
    words = [word for kind in _KINDS for word in _words(kind)]
    hints = {word if word.isascii() else word[-1] for word in words}
    return re.compile("|".join(map(re.escape, sorted(hints))) + "|[Ａ-Ｚａ-ｚ]", re.IGNORECASE)


@cache
def _serial_words() -> frozenset[str]:
    return frozenset(fold_label(word) for word in _words("serial"))


def _words(key: str) -> Iterator[str]:
    for language in LANGUAGES:
        yield from say("reading", key, language).split("|")


def skip_totals(sorter: Sorter, content: Mask) -> None:
    """Find rows with a word for a total and nothing else that would make them records."""
    columns = sorted(sorter.text)
    first_text = np.full(sorter.height, -1, dtype=np.int64)
    for at in reversed(columns):
        first_text[sorter.text[at]] = at
    candidates: set[int] = set()
    for at in columns:
        rows = np.flatnonzero(sorter.text[at] & content)
        texts = sorter.cells(at)[rows].tolist()
        hits = {text for text in set(texts) if total_kind(text) or total_suffix(text)}
        if hits:
            pairs = zip(rows.tolist(), texts, strict=True)
            candidates.update(row for row, text in pairs if text in hits)
    ids = {at: column_id for column_id, at in sorter.table.binding.columns.items()}
    for row in sorted(candidates - set(sorter.skipped)):
        found = _as_total(sorter, row, int(first_text[row]), ids)
        if found is not None:
            sorter.skipped[row] = found


def _as_total(sorter: Sorter, row: int, first: int, ids: Mapping[int, str]) -> NonRecord | None:
    said: NonRecord | None = None
    for at in sorted(sorter.text):
        if not sorter.text[at][row] or at in sorter.serial:
            continue
        text = sorter.text_at(row, at)
        # Words before the total, as in 6月合计, only where nothing stands before them.
        kind = total_kind(text) or (total_suffix(text) if at == first else None)
        if kind is not None and said is None:
            said = NonRecord(row=row, reason="total_row", text=text, total=kind)
        elif kind is None and _identifies(sorter.table.sheet, ids.get(at)):
            return None
    return said


def _identifies(sheet: TableSheet, column_id: str | None) -> bool:
    if column_id is None:
        return False  # staff's own columns may say anything about a total
    return sheet[column_id].type in _IDENTITY and not sheet[column_id].fill_down


def skip_unlabelled_totals(sorter: Sorter, content: Mask) -> None:
    """Find rows of nothing but figures that are the sums, or the means, of the rows above.

    All filled additive cells must agree exactly, over at least two rows, since the last skipped
    row or from the top. Anything else without a name stays a record, with its gaps reported.
    """
    binding, sheet = sorter.table.binding, sorter.table.sheet
    ids = {at: column_id for column_id, at in binding.columns.items()}
    nameless = content.copy()
    figures = []
    for at, filled in sorter.filled.items():
        if at in ids and not sheet[ids[at]].is_numeric:
            nameless &= ~filled
        elif at in ids and sheet[ids[at]].additive:
            figures.append(at)
    rows = [row for row in np.flatnonzero(nameless).tolist() if row not in sorter.skipped]
    if len(rows) > _MOST_NAMELESS:
        return  # the names are missing, not the word "total"
    for row in rows:
        last = max((skipped for skipped in sorter.skipped if skipped < row), default=-1)
        for start in {last + 1, 0}:
            above = [r for r in range(start, row) if content[r] and r not in sorter.skipped]
            if len(above) >= 2 and _sums_up(sorter, row, above, figures):
                first = next(sorter.cells(at)[row] for at in figures if sorter.filled[at][row])
                # As Excel shows it: 6,000 for 6000.0.
                text = f"{first:,.15g}"
                sorter.skipped[row] = NonRecord(row=row, reason="total_row", text=text)
                break


def _sums_up(sorter: Sorter, row: int, above: list[int], figures: list[int]) -> bool:
    verdicts = []
    for at in figures:
        cells = sorter.cells(at)
        if not sorter.filled[at][row]:
            continue
        stated = cells[row]
        numbers = [cells[r] for r in above if sorter.filled[at][r]]
        known = [n for n in (stated, *numbers) if isinstance(n, int | float)]
        if len(known) != len(numbers) + 1 or not numbers or not stated:
            return False
        total = float(sum(numbers))
        close = max(abs(stated), 1.0) * _EXACT
        verdicts.append(min(abs(stated - total), abs(stated - total / len(numbers))) <= close)
    return bool(verdicts) and all(verdicts)


def sort_rows(table: Table) -> SortedRows:
    """Sort the rows below the header into records and skipped ones."""
    binding = table.binding
    sorter = Sorter(
        table=table,
        height=max(0, table.grid.height - binding.header.first),
        serial=frozenset(_serial_columns(table)),
    )
    inputs = {column.id: binding.columns[column.id] for column in table.inputs}
    everything = [*inputs.values(), *binding.extras.values()]
    for at in everything:
        sorter.filled[at], sorter.text[at] = filled_and_text(sorter.cells(at))
    content = _any(sorter, everything)
    _skip_headers(sorter)
    skip_totals(sorter, content)
    _skip_sections(sorter, content)
    skip_unlabelled_totals(sorter, content)
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
    """Find rows that repeat the header, or the row of ids, in the middle of the table."""
    words = spellings(sorter.table.sheet)
    hits = np.zeros(sorter.height, dtype=np.int64)
    count = np.zeros(sorter.height, dtype=np.int64)
    for column_id, at in sorter.table.binding.columns.items():
        if at in sorter.filled:
            hits += _is_header_cell(sorter, at, column_id, words)
            count += sorter.filled[at]
    for row in np.flatnonzero((hits >= 2) & (hits >= _LIKE_HEADER * count)).tolist():
        text = next(sorter.text_at(row, at) for at in sorted(sorter.text) if sorter.text[at][row])
        sorter.skipped[row] = NonRecord(row=row, reason="repeated_header", text=text)


def _is_header_cell(sorter: Sorter, at: int, column_id: str, words: Mapping[str, str]) -> Mask:
    result = np.zeros(sorter.height, dtype=bool)
    rows = np.flatnonzero(sorter.text[at])
    texts = sorter.cells(at)[rows].tolist()
    distinct = set(texts)
    if len(distinct) <= _MOST_DISTINCT:
        hits = {text for text in distinct if words.get(fold_label(text)) == column_id}
    else:
        hits = distinct & {column_id, sorter.table.binding.headers.get(column_id, column_id)}
    if hits:
        result[rows] = np.fromiter((text in hits for text in texts), bool, len(texts))
    return result


def _skip_sections(sorter: Sorter, content: Mask) -> None:
    """Find headings and notes: rows with one filled cell that is not the start of a record."""
    count = np.zeros(sorter.height, dtype=np.int64)
    where = np.full(sorter.height, -1, dtype=np.int64)
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
    lone value in a fill-down column heads the rows below. A lone key starts a record.
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
    if column is not None and column.is_key and not is_wide:
        return None
    firsts = [table.binding.columns[c.id] for c in table.inputs][:_FIRST_COLUMNS]
    gives = column is not None and column.fill_down
    if not gives and not (is_text and (is_wide or column is None or at in firsts)):
        return None
    given = (column.id, cell) if column is not None and gives else None
    return NonRecord(row=row, reason="section_row", text=text, given=given)


def _wide_merges(table: Table) -> set[int]:
    return {
        top - table.first
        for top, left, bottom, right in table.grid.merges
        if top == bottom and right - left + 1 >= _WIDE_MERGE and top >= table.first
    }
