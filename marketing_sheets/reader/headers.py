"""Find the header of a table: by hidden ids, then by label, never by place.

The order of trust:

1. The row of column ids that stands hidden above the header. A column inserted, moved, renamed or
   translated keeps its id cell.
2. Where the visible header is word for word the label of another column that no header claims, the
   header wins, with a warning (`header_conflict`): it is what people saw when they typed.
3. Labels and aliases in any language, folded. A header in two rows is also tried joined.

A header that is only nearly a label is never bound; it is listed with the label it resembles. Other
columns say where the rows of a merged or split workbook come from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..problems import Problem
from ..records import MARK, MARK_CODES, MARK_NOTE, TRACES
from ..template import Column, TableSheet
from ..texts import LANGUAGES, Text, fold, fold_label, listed, say
from ..values import as_typed, choice_spellings, unit_in
from .table import HEAD_ROWS, Grid, Header, once_each
from .total_words import is_unit

if TYPE_CHECKING:
    from .table import SortedRows, Surroundings, Table


_STAMP_PARTS = 5
_NEAR_IDS = 6  # rows below the ids in which the header is looked for
_PREFIX = "trace."
_NAMES = (*TRACES, MARK, MARK_CODES, MARK_NOTE)
# So many headers must be called like traces where no ids say that they are.
_ENOUGH = 3
_SHOWN = 5  # headers that are named where none was found
_DEPARTMENT = "department"
_BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]|【[^【】]*】")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the first cell of a row of ids says about the sheet."""

    column: str
    template: str
    version: str
    language: str
    sheet: str


@once_each
def spellings(sheet: TableSheet) -> Mapping[str, str]:
    """Map every folded label, id and alias of a sheet to the column's id; labels come first.

    With what stands in brackets, and without it where one column alone is called so.
    """
    labels = [(word, c.id) for c in sheet.columns for word in c.label.values()]
    others = [(word, c.id) for c in sheet.columns for word in (c.id, *c.aliases)]
    # Of two that claim a word, the later of these gives way.
    return _bare(others) | _bare(labels) | _exact(others) | _exact(labels)


@once_each
def label_spellings(sheet: TableSheet) -> Mapping[str, str]:
    """Map the folded labels of a sheet, in every language, to the column's id."""
    words = [(word, c.id) for c in sheet.columns for word in c.label.values()]
    return _bare(words) | _exact(words)


def _exact(words: Sequence[tuple[str, str]]) -> dict[str, str]:
    table: dict[str, str] = {}
    for word, name in words:
        table.setdefault(fold(word), name)
    return table


def _bare(words: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Leave out what stands in brackets, but not where it alone tells two columns apart."""
    table: dict[str, set[str]] = {}
    for word, name in words:
        table.setdefault(fold_label(word), set()).add(name)
    return {word: min(names) for word, names in table.items() if len(names) == 1}


def tells_apart(header: str, column: Column) -> bool:
    """Whether brackets make a header another column: 费用（预算）, not 费用（实际）."""
    said, labels = _in_brackets(header), (*column.label.values(), *column.aliases)
    # A unit or a remark in brackets is no other column; budget and actual, plan and done are.
    words = _told_apart() & said
    ours = _told_apart() & {word for label in labels for word in _in_brackets(label)}
    if not words or words & ours:
        return False
    plain = "".join(map(fold, labels))
    others = words - _usual()
    return bool(ours) or (bool(others) and not any(word in plain for word in others))


def other_unit(header: str, column: Column) -> bool:
    """Whether a header names a unit or currency that the column's own label does not have."""
    units = {word for word in _in_brackets(header) if is_unit(word)}
    ours = {word for label in column.label.values() for word in _in_brackets(label)}
    return bool(units) and not units & ours


def _in_brackets(text: str) -> frozenset[str]:
    return frozenset(fold(found[1:-1]) for found in _BRACKETS.findall(text))


@cache
def _told_apart() -> frozenset[str]:
    return frozenset(
        fold(word)
        for name in ("apart", "usual")
        for language in LANGUAGES
        for word in say("reading", name, language).split("|")
    )


@cache
def _usual() -> frozenset[str]:
    return frozenset(
        fold(word)
        for language in LANGUAGES
        for word in say("reading", "usual", language).split("|")
    )


def stamp_in(grid: Grid, row: int) -> Stamp | None:
    """Return the stamp that stands in a row, or None."""
    for cell in grid.cells[row].tolist():
        if cell.__class__ is not str or "|" not in cell:
            continue
        parts = cell.strip().split("|")
        if len(parts) == _STAMP_PARTS and all(parts[1:]):
            return Stamp(
                column=parts[0],
                template=parts[1],
                version=parts[2],
                language=parts[3],
                sheet=parts[4],
            )
    return None


def required_share(grid: Grid, sheet: TableSheet) -> float:
    """Return which share of the sheet's required columns the best header row names."""
    table = spellings(sheet)
    required = {column.id for column in sheet.inputs if column.is_required}
    rows = range(len(grid.head))
    best = max((len(_named(grid, row, table) & required) for row in rows), default=0)
    return best / len(required) if required else 0.0


def find_header(grid: Grid, sheet: TableSheet) -> Header | None:
    """Find the sheet's header in the first rows of a tab; None if two columns cannot be named."""
    table = spellings(sheet)
    ids_row, ids = _find_ids(grid, sheet)
    if ids_row is None:
        row = _best_row(grid, table, range(len(grid.head)))
        if row is None or len(_named(grid, row, table)) < min(2, len(sheet.columns)):
            return None
    else:
        row = _row_below_ids(grid, table, ids_row, ids)
    rows = () if row is None else _rows_around(grid, table, row, ids_row)
    # Records begin below whichever comes last: a copied row of ids may stand under the header.
    last = max((*rows, -1 if ids_row is None else ids_row))
    if (
        ids_row is not None
        and not rows
        and any(
            text and column not in ids and not is_trace_id(text)
            for column, text in enumerate(grid.head[ids_row])
        )
    ):
        rows = (ids_row,)  # a foreign table whose header happens to be ids, among other words
    names, shown = _names(grid, rows, table)
    cells = {} if ids_row is None else {at: grid.text(ids_row, at) for at in range(grid.width)}
    return Header(
        ids_row=ids_row,
        ids=ids,
        rows=rows,
        first=last + 1,
        names=names,
        shown=shown,
        traces=trace_columns(cells, names, ids),
    )


def missing_header(grid: Grid, sheet: TableSheet) -> Problem:
    """Return the error of a tab in which none of a table's headers is found."""
    params = {"sheet": sheet.label, "headers": looked_for(sheet)}
    return Problem(code="missing_header", place=grid.place(), params=params)


def looked_for(sheet: TableSheet) -> Text:
    """Return the first headers that a table is known by."""
    columns = [c for c in sheet.inputs if c.is_required] or list(sheet.inputs)
    return listed([column.label for column in columns], most=_SHOWN)


def _named(grid: Grid, row: int, table: Mapping[str, str]) -> set[str]:
    return {*named_at(grid, row, table).values()}


def _find_ids(grid: Grid, sheet: TableSheet) -> tuple[int | None, dict[int, str]]:
    """Return the row with the most cells that are column ids letter by letter, and those cells."""
    known = {column.id for column in sheet.columns}
    best: tuple[int | None, dict[int, str]] = (None, {})
    for row, cells in enumerate(grid.cells[:HEAD_ROWS].tolist()):
        texts = [(at, cell.strip()) for at, cell in enumerate(cells) if cell.__class__ is str]
        ids = {column: text for column, text in _ids(texts) if text in known}
        if len(ids) < 2 or len(ids) <= len(best[1]):
            continue
        others = sum(1 for _, text in texts if text and not is_trace_id(text)) - len(ids)
        # Data may hold two words that happen to be ids; then most of its words are none.
        if len(ids) >= others:
            best = row, ids
    return best


def _ids(texts: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for column, text in texts:
        parts = text.split("|")
        yield column, parts[0] if len(parts) == _STAMP_PARTS else text


def _best_row(
    grid: Grid, table: Mapping[str, str], rows: range, ids: Collection[int] = ()
) -> int | None:
    """Return the row that names most columns, the upper one of equals; None if none names any.

    Where it only says again what stands further up, the upper one is the header of the rows between
    them, be a column renamed in it; below `ids`, where no cards of figures stand, or nameless.
    """
    named = {row: named_at(grid, row, table) for row in rows if row < len(grid.head)}
    best = max(named, key=lambda row: (len({*named[row].values()}), -row), default=None)
    if best is None or not named[best]:
        return None
    for row in range(rows.start, best - 1):
        again = named[row].items() & named[best].items()
        has_all = bool(ids) or all(grid.head[row][at] for at in named[best])
        if has_all and len(again) >= max(2, len(named[best]) / 2):
            return row
    return best


def named_at(grid: Grid, row: int, table: Mapping[str, str]) -> dict[int, str]:
    """Return the column that each cell of a row in the head names, by its place."""
    pairs = enumerate(zip(grid.exact[row], grid.head[row], strict=True))
    texts = ((at, next((text for text in two if text in table), None)) for at, two in pairs)
    return {at: table[text] for at, text in texts if text is not None}


def _row_below_ids(
    grid: Grid, table: Mapping[str, str], ids_row: int, ids: Mapping[int, str]
) -> int | None:
    """Return the header under a row of ids, or None where staff deleted it."""
    row = _best_row(grid, table, range(ids_row + 1, ids_row + 1 + _NEAR_IDS), ids)
    if row is not None and _names_its_columns(grid.head[row], table, ids):
        return row
    next_row = ids_row + 1
    cells = [grid.cells[next_row, c] for c in ids] if next_row < grid.height else []
    filled = [cell for cell in cells if cell not in ("", None)]
    below = [grid.cells[next_row + 1, c] for c in ids] if next_row + 1 < grid.height else []
    # Every header renamed: words in all columns, and figures or dates only from the next row on.
    all_words = len(filled) * 2 > len(ids) and all(isinstance(cell, str) for cell in filled)
    return next_row if all_words and any(not isinstance(cell, str) for cell in below) else None


def _names_its_columns(
    row: tuple[str, ...], table: Mapping[str, str], ids: Mapping[int, str]
) -> bool:
    """Tell a header from data in which a label happens to stand: it names two columns or all."""
    matched = sum(1 for column in ids if column < len(row) and row[column] in table)
    filled = sum(1 for column in ids if column < len(row) and row[column])
    return matched >= 2 or (matched == 1 and filled <= 2)


def _rows_around(
    grid: Grid, table: Mapping[str, str], row: int, ids_row: int | None
) -> tuple[int, ...]:
    """Add the row above or below where the header spreads over two."""
    here = _named(grid, row, table)
    for other in (row + 1, row - 1):
        if not 0 <= other < len(grid.head) or other == ids_row:
            continue
        top, bottom = min(row, other), max(row, other)
        # Figures or days: a record, although its texts joined to the header may spell a label.
        if not _only_words(grid, other):
            continue
        gained = set()
        for texts in _joined(grid, top, bottom).values():
            gained |= {table[text] for text in texts if text in table}
        # The same header once more below is a repetition, no second line of this one.
        repeated = here & _named(grid, other, table)
        if gained - here and len(repeated) < max(2, len(here) / 2):
            return top, bottom
    return (row,)


def _only_words(grid: Grid, row: int) -> bool:
    cells = [cell for cell in grid.cells[row] if cell is not None and cell != ""]
    return bool(cells) and all(isinstance(cell, str) for cell in cells)


def _joined(grid: Grid, top: int, bottom: int) -> dict[int, tuple[str, ...]]:
    """Return, per column, the folded texts a header of two rows may mean."""
    names: dict[int, tuple[str, ...]] = {}
    parent = ""
    for column in range(grid.width):
        own, child = grid.head[top][column], grid.head[bottom][column]
        parent = own or parent  # a merged parent stands in its first column alone
        if child:
            names[column] = (child, parent + child)
        elif own:
            names[column] = (own,)
    return names


def _names(
    grid: Grid, rows: tuple[int, ...], table: Mapping[str, str]
) -> tuple[dict[int, tuple[str, ...]], dict[int, str]]:
    if not rows:
        return {}, {}
    names: dict[int, tuple[str, ...]]
    if len(rows) == 1:
        row = rows[0]
        pairs = enumerate(zip(grid.exact[row], grid.head[row], strict=True))
        shown = {column: grid.text(row, column) for column, texts in pairs if texts[0]}
        names = {
            at: tuple(
                dict.fromkeys((grid.exact[row][at], grid.head[row][at], *_without_unit(text)))
            )
            for at, text in shown.items()
        }
        return names, shown
    top, bottom = rows
    names = _joined(grid, top, bottom)
    # The same child under several parents (plan/actual) names nothing by itself.
    often = Counter(texts[0] for texts in names.values())
    names = {
        column: texts[::-1] if often[texts[0]] > 1 and texts[-1] in table else texts
        for column, texts in names.items()
    }
    shown = {c: grid.text(bottom, c) or grid.text(top, c) for c in names}
    return names, shown


def _without_unit(header: str) -> Iterator[str]:
    """Yield what a header is called without the unit at its end: 成本 of 成本/万."""
    unit = unit_in(header)
    if unit is not None and header.endswith(unit) and header != unit:
        yield fold_label(header[: -len(unit)].rstrip("/／:：_|·—- \u3000"))


def is_trace_id(text: str) -> bool:
    """Whether a cell of the row of ids names a trace."""
    return text.removeprefix(_PREFIX) in _NAMES if text.startswith(_PREFIX) else False


def trace_columns(
    ids: Mapping[int, str], names: Mapping[int, tuple[str, ...]], taken: Mapping[int, str]
) -> dict[str, int]:
    """Return the column (from 0) of each trace: by its id, else by its label in any language.

    `ids` is the whole row of ids, `names` the folded headers, `taken` the columns that are bound.
    """
    found: dict[str, int] = {}
    for at, text in ids.items():
        if is_trace_id(text):
            found.setdefault(text.removeprefix(_PREFIX), at)
    if found:
        return found
    # Without ids one column called 部门 is likely a column of theirs; several traces are ours.
    labels = _labels()
    for at, texts in names.items():
        name = next((labels[text] for text in texts if text in labels), None)
        if name is not None and at not in taken:
            found.setdefault(name, at)
    return found if len(found) >= _ENOUGH or found.keys() >= {MARK, MARK_CODES} else {}


@cache
def _labels() -> dict[str, str]:
    return {
        fold_label(say("sheets", f"{_PREFIX}{name}", language)): name
        for name in _NAMES
        for language in LANGUAGES
    }


def origins_of(table: Table, rows: SortedRows, around: Surroundings) -> pd.DataFrame | None:
    """Return the traces of the records, None if the table has none of them."""
    header, grid = table.binding.header, table.grid
    columns: dict[str, pd.Series[Any]] = {}
    for name in TRACES:
        if name not in header.traces:
            continue
        cells = grid.cells[header.first + rows.records, header.traces[name]].tolist()
        if name == "row":
            columns[name] = pd.Series([_whole(cell) for cell in cells], dtype="Int64")
            continue
        texts = pd.Series([_text(cell) for cell in cells], dtype="str")
        columns[name] = _as_ids(texts, around) if name == _DEPARTMENT else texts
    return pd.DataFrame(columns) if columns else None


def _text(cell: Any) -> str | None:
    text = "" if cell is None else as_typed(cell).strip()
    return text or None


def _whole(cell: object) -> int | None:
    if isinstance(cell, bool) or cell is None:
        return None
    try:
        number = float(str(cell))
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def _as_ids(texts: pd.Series[Any], around: Surroundings) -> pd.Series[Any]:
    """Return departments as ids where the workbook's list knows them."""
    choices = around.template.choices.get(_DEPARTMENT)
    if choices is None:
        return texts
    spellings = choice_spellings(choices)
    for entry in around.entries.get(choices.id, {}):
        spellings.setdefault(fold(entry), entry)
    return texts.map({word: spellings.get(fold(word), word) for word in texts.dropna().unique()})
