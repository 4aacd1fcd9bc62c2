"""Where a table begins below its header and where it ends, by the shape of its rows.

The first two rows may belong to the header, also where it stands again: they number the columns,
name units, or are words where all below are figures. Further down such a row begins another table,
unless a day or a name of the sheet's list stands in it, or a record's row goes on directly from the
one above. Words too few for that are doubted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain, pairwise

import numpy as np

from ..records import Mask
from ..template import Column, ColumnType, Template
from ..texts import fold, fold_label
from ..values import Context, nothing, parse
from .headers import label_spellings, spellings
from .sorter import Sorter
from .table import NonRecord, Table
from .total_words import is_unit

_HEADER_ROWS = 2
_NUMBERED = 3  # cells that count 1, 2, 3, or are words, before they are taken for a header's
_WORDS = 2
_ENOUGH = 500  # cells that tell what a column holds
_EPOCH, _FIRST_YEARS = date(1899, 12, 31).toordinal(), 1905
_YEARS = range(1990, 2100)


def with_units(table: Table) -> Table:
    """Return the table with the units that a row under its header names put into its headers."""
    headers = dict(table.binding.headers)
    for row in range(min(_HEADER_ROWS, table.grid.height - table.first)):
        for name, unit in _units(table, row).items():
            headers[name] = f"{headers.get(name, '')}（{unit}）"
    if headers == table.binding.headers:
        return table
    return replace(table, binding=replace(table.binding, headers=headers))


def _units(table: Table, row: int) -> dict[str, str]:
    """Return the units in a row by column id; none if anything else of ours stands in it."""
    found: dict[str, str] = {}
    for name, at in table.binding.columns.items():
        cell = table.grid.cells[table.first + row, at]
        if cell is None or (isinstance(cell, str) and (not cell.strip() or nothing(cell))):
            continue
        if not isinstance(cell, str) or not is_unit(cell):
            return {}
        found[name] = cell.strip().strip("（）()[]【】")
    return found


def skip_header_rows(sorter: Sorter, content: Mask, identity: Mask, proven: Mask) -> None:
    """Skip what belongs to the header although it stands below it, there or where it is repeated.

    `identity` are the rows that have what names a record, `proven` those in which no header has it.
    Words below a header and beside a name are told; below a repeated one they have to be the same.
    """
    # A goal is often told in words, beside a name.
    goals = {at for at, column in _columns(sorter).items() if column.type == "quantity"}
    last = {at: row for at, row in _last_figures(sorter).items() if at not in goals}
    known: list[dict[int, str]] = []
    for start in (0, *(header + 1 for header in sorted(sorter.skipped))):
        for row in range(start, min(start + _HEADER_ROWS, sorter.height)):
            if row in sorter.skipped or not content[row]:
                continue
            words = _words_over_figures(sorter, row, last)
            if not _units(sorter.table, row) and not _counts_columns(sorter, row):
                if len({*words.values()}) < _WORDS or proven[row]:
                    break
                if start and identity[row] and words not in known:
                    break
                if identity[row] and words not in known:
                    sorter.doubts[row] = "words_under_header", first_text(sorter, row)
                known.append(words)
            text = first_text(sorter, row)
            sorter.skipped[row] = NonRecord(row=row, reason="header_row", text=text)


def _counts_columns(sorter: Sorter, row: int) -> bool:
    """Whether a row numbers the columns: 1, 2, 3, gaps at columns that are computed."""
    at = [column for column in sorted(sorter.filled) if sorter.filled[column][row]]
    numbers = [_ordinal(sorter.cells(column)[row]) for column in at]
    if not all(numbers) or max(numbers) > sorter.table.grid.width:
        return False
    if len(numbers) >= _NUMBERED and all(one < other for one, other in pairwise(numbers)):
        return True
    # Two numbers, or such as were moved with their columns, might be figures.
    cells = sorter.table.grid.cells[sorter.table.first + row].tolist()
    everything = sorted(_ordinal(cell) for cell in cells if cell not in ("", None))
    is_complete = len(everything) > 1 and everything == [*range(1, len(everything) + 1)]
    return is_complete and any(_is_odd(sorter, column, row) for column in at)


def _ordinal(cell: object) -> int:
    """Return the number of a column: 2, （2）, ②, or a 2 that is shown as a day; 0 for others."""
    if isinstance(cell, date) and cell.year <= _FIRST_YEARS:
        return cell.toordinal() - _EPOCH
    number = fold(str(cell)).strip("()[]【】 ").removesuffix(".0")
    return int(number) if number.isdecimal() else 0


def _is_odd(sorter: Sorter, at: int, row: int) -> bool:
    """Whether a number stands in brackets, or above little but words."""
    if sorter.text[at][row]:
        return not sorter.text_at(row, at)[0].isdecimal()
    below = slice(row + 1, None)
    texts = sorter.text[at][below]
    return int(texts.sum()) * 2 > int(sorter.filled[at][below].sum())


def skip_other_tables(
    sorter: Sorter,
    content: Mask,
    template: Template,
    *,
    naming: Collection[int],
    days: Collection[int],
    identity: Mask,
    proven: Mask,
) -> None:
    """Skip what follows the end of the table, up to where its own header stands again.

    `naming` are the columns that name a record, `days` those of days, bound or not. `identity` are
    the rows that have what names a record, `proven` those in which no header has it.
    """
    labels, last = _labels(sorter.table, template), _last_figures(sorter)
    headers = {r for r, skipped in sorter.skipped.items() if skipped.reason == "repeated_header"}
    end: int | None = None
    rows = np.flatnonzero(content).tolist()
    likely = np.zeros(sorter.height, dtype=bool)
    likely[[*chain(*(np.flatnonzero(sorter.text[at]) for at in last))]] = True
    named_so = _called_like_their_column(sorter, naming, last)
    for number, row in enumerate(rows):
        if row in headers:
            end = None
        elif row in sorter.skipped:
            continue
        elif end is None and row in named_so:
            end = row
            _take_headings(sorter, rows[:number], row)
            sorter.doubts[row] = "another_table", first_text(sorter, row)
        elif end is None and likely[row]:
            words = _words_over_figures(sorter, row, last)
            above = rows[number - 1] if number else -1
            if not _stands_apart(sorter, row, above, days) and (
                days or not _is_nothing_but(sorter, row, words, last)
            ):
                continue
            heads = bool(words) and _heads_others(sorter, row, content, identity)
            is_other = heads and not identity[row]
            if not proven[row] and (is_other or _is_other_header(sorter, row, words, labels)):
                end = row
                _take_headings(sorter, rows[:number], row)
                sorter.doubts[row] = "another_table", first_text(sorter, row)
            elif words and (heads or not proven[row]) and _is_all_words(sorter, row):
                sorter.doubts[row] = "maybe_header", first_text(sorter, row)
        if end is not None and row not in sorter.skipped:
            text = first_text(sorter, row)
            sorter.skipped[row] = NonRecord(row=row, reason="after_end", text=text)


def _stands_apart(sorter: Sorter, row: int, above: int, days: Collection[int]) -> bool:
    """Whether a row lacks a day, or where there are none is parted from the row above."""
    if days:
        return not any(_is_day(sorter, at, row) for at in days)
    return above < row - 1 or _is_lone(sorter, above) or _repeats_a_header(sorter, row)


def _called_like_their_column(
    sorter: Sorter, naming: Collection[int], figures: Collection[int]
) -> set[int]:
    """Return the rows of words, years and days whose name is the label of its column."""
    words, found = label_spellings(sorter.table.sheet), set[int]()
    for name, at in sorter.table.binding.columns.items():
        if at in naming:
            is_label = sorter.texts_that(at, partial(_is_label_of, name, words))
            found.update(np.flatnonzero(is_label).tolist())
    numeric = {*figures}
    return {
        row
        for row in found
        if len(_filled(sorter, row)) >= _WORDS
        and all(_is_title(sorter.cells(at)[row]) for at in _filled(sorter, row) & numeric)
    }


def _is_label_of(name: str, words: Mapping[str, str], text: str) -> bool:
    return words.get(fold_label(text.strip())) == name


def _is_title(cell: object) -> bool:
    """Whether a cell above figures is called like a year, a day or anything but a figure."""
    if isinstance(cell, int | float):
        return cell in _YEARS
    return isinstance(cell, date) or is_word(str(cell))


def _is_all_words(sorter: Sorter, row: int) -> bool:
    """Whether words stand in two cells or more of a row, and nothing else."""
    at = _filled(sorter, row)
    return len(at) >= _WORDS and all(sorter.text[column][row] for column in at)


def _heads_others(sorter: Sorter, row: int, content: Mask, identity: Mask) -> bool:
    """Whether below a row of words, in its columns, rows stand that all lack a record's name."""
    at, one = _filled(sorter, row), row + 1
    if not _is_all_words(sorter, row):
        return False
    while one < sorter.height and content[one] and one not in sorter.skipped:
        if identity[one] or not _filled(sorter, one) <= at:
            return False
        one += 1
    return one > row + 1


def _filled(sorter: Sorter, row: int) -> set[int]:
    return {column for column, filled in sorter.filled.items() if filled[row]}


def _is_nothing_but(
    sorter: Sorter, row: int, words: Mapping[int, str], figures: Collection[int]
) -> bool:
    """Whether words stand for all figures of a row, too many to be what is wrong with them."""
    filled = len(_filled(sorter, row) & {*figures})
    return filled == len({*words.values()}) >= _NUMBERED


def _is_other_header(
    sorter: Sorter, row: int, words: Mapping[int, str], labels: Mapping[str, frozenset[str]]
) -> bool:
    """Whether words stand over figures, or labels over other columns, in two cells or more."""
    ids = {at: name for name, at in sorter.table.binding.columns.items()}
    texts = {at: sorter.text_at(row, at) for at, text in sorter.text.items() if text[row]}
    known = {at: labels[word] for at, text in texts.items() if (word := fold_label(text)) in labels}
    others = [at for at, names in known.items() if ids.get(at) not in names]
    filled = len(_filled(sorter, row))
    # A label by itself may be the name of a record.
    said = {*words, *known} if words else {*others}
    return len({*words.values()}) >= _WORDS or (len(said) >= _WORDS and len(said) * 2 > filled)


def _last_figures(sorter: Sorter) -> dict[int, int]:
    """Return the last row that holds a figure, by column of figures."""
    last = {}
    for at in _numeric(sorter):
        cells, rows = sorter.cells(at), np.flatnonzero(sorter.filled[at])[::-1].tolist()
        last[at] = next((row for row in rows if _is_figure(cells[row])), -1)
    return last


def _words_over_figures(sorter: Sorter, row: int, last: Mapping[int, int]) -> dict[int, str]:
    """Return the words of a row that stand in columns which hold figures below."""
    texts = {at: sorter.text_at(row, at) for at in last if sorter.text[at][row] and last[at] > row}
    return {at: text for at, text in texts.items() if is_word(text)}


def is_word(text: str) -> bool:
    """Whether a text is no number, no word for nothing, and nothing that is still to come."""
    # A formula without its result stands there as its text.
    is_formula = text.startswith("=")
    if is_formula or nothing(text) is not None or not any(map(str.isalpha, text)):
        return False
    # 约300 and 20-30 are figures, though none that can be used; 6月预算 is none.
    if parse(text, "number", Context()).fault not in ("not_a_number", "date_in_number"):
        return False
    is_plain = not any(character.isdigit() for character in text)
    return is_plain or parse(text, "quantity", Context()).value is None


def _is_figure(cell: object) -> bool:
    if isinstance(cell, str):
        return any(character.isdigit() for character in cell)
    return isinstance(cell, int | float) and not isinstance(cell, bool)


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
    return row >= 0 and len(_filled(sorter, row)) == 1


def _is_day(sorter: Sorter, at: int, row: int) -> bool:
    if not sorter.filled[at][row]:
        return False
    text = sorter.text_at(row, at)
    column = _columns(sorter).get(at)
    return not text or tells_day("date" if column is None else column.type, text)


def tells_day(kind: ColumnType, text: str) -> bool:
    """Whether a text tells a day, or what its column holds of days, be it without its year."""
    faults = (parse(text, one, Context()).fault or "" for one in ("date", kind))
    return not all(fault.startswith("not_a_") for fault in faults)


def _columns(sorter: Sorter) -> dict[int, Column]:
    at = sorter.table.binding.columns
    return {at[column.id]: column for column in sorter.table.inputs}


def _numeric(sorter: Sorter) -> list[int]:
    """Return the columns of figures, of the template or of somebody's own."""
    columns = _columns(sorter)
    found = [at for at, column in columns.items() if column.is_numeric]
    return found + [at for at in sorter.filled if at not in columns and _holds_figures(sorter, at)]


def _holds_figures(sorter: Sorter, at: int) -> bool:
    cells = sorter.cells(at)[sorter.filled[at]][:_ENOUGH].tolist()
    return sum(type(cell) in (int, float) for cell in cells) * 2 > len(cells)


def first_text(sorter: Sorter, row: int) -> str:
    """Return what a row begins with, as a text."""
    return next(_texts(sorter, row), "")


def _texts(sorter: Sorter, row: int) -> Iterator[str]:
    for at in sorted(sorter.filled):
        if sorter.filled[at][row]:
            yield sorter.text_at(row, at) or str(sorter.cells(at)[row])
