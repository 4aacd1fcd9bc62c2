"""A table on its way from raw cells to records: the grid, the table found in it, its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from ..problems import Place, Problem
from ..records import Array, Integers, Mask, Origin
from ..template import Choices, Column, SettingValue, TableSheet, Template
from ..texts import fold, fold_label, say
from ..values import Context, as_typed, choice_spellings, holds_any, plain_numbers

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..ooxml import OurSheet, SheetFacts

TotalKind = Literal["total", "subtotal", "average", "other"]
_Of = TypeVar("_Of")
_Result = TypeVar("_Result")
_MOST = 256  # templates come from a library; only programs that make their own have more
HEAD_ROWS = 60
_PICTURE = say("reading", "picture", "zh-Hans")
_LONGEST_LABEL = 120
# Kinds of which a column may be throughout, each cell then holding something that is no text.
_SOLID = frozenset(("floating", "datetime"))
RowReason = Literal[
    "total_row",
    "section_row",
    "header_row",  # it belongs to the header, below which it stands
    "repeated_header",
    "after_end",  # another table, or what follows it
    "unfilled_row",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the header stands; rows count from 0.

    `rows` are its rows from the top, none where staff deleted it; `first` is the first row of
    data. `names` holds, per column, the folded texts to try, the likeliest first; `shown` the text
    as typed; `traces` the columns that say where rows come from.
    """

    ids_row: int | None
    ids: Mapping[int, str]
    rows: tuple[int, ...]
    first: int
    names: Mapping[int, tuple[str, ...]]
    shown: Mapping[int, str]
    traces: Mapping[str, int] = field(default_factory=dict)

    @property
    def row(self) -> int:
        """The row that people take for the header; where it is gone, the row of ids."""
        return self.rows[-1] if self.rows else self.first - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which column of the tab (from 0) holds which column of the template.

    `headers` are the header texts as typed, by column id; `extras` staff's own columns by name.
    """

    header: Header
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    extras: Mapping[str, int]
    origin: Origin
    problems: tuple[Problem, ...] = ()


def once_each(work: Callable[[_Of], _Result]) -> Callable[[_Of], _Result]:
    """Let `work` be done once for each object; nobody may change what it returns."""
    known: dict[int, tuple[_Of, _Result]] = {}

    @wraps(work)
    def ask(of: _Of) -> _Result:
        found = known.get(id(of))
        # While an object is kept here no other one can have its id.
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            found = known[id(of)] = of, work(of)
        return found[1]

    return ask


@once_each
def choice_words(choices: Choices) -> Mapping[str, str]:
    """Return `choice_spellings` of a list."""
    return choice_spellings(choices)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """One tab: `cells[row, column]`, "" where empty; error cells hold their `#DIV/0!`.

    Rows and columns count from 0; a merge is first row, first column, last row, last column.
    `uncalculated` are formulas without a result, put into the cells as their text; `aggregates` are
    cells whose formula condenses others of their column; `own_rows` are rows of ours below a table,
    which nobody need be told of.
    `shown` are cells that hold what their number format shows, 1.5万, with the numbers they store;
    `codes` the formats of a table's numbers that show more than the number. `pictures` are cells
    with a picture, which hold a word for it.
    `head` holds the first rows with their texts folded as labels, "" where there is none; `exact`
    the same with what stands in brackets.
    """

    name: str
    cells: Array
    head: tuple[tuple[str, ...], ...]
    exact: tuple[tuple[str, ...], ...]
    file: str | None = None
    state: str = "visible"
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    aggregates: frozenset[tuple[int, int]] = frozenset()
    is_filtered: bool = False
    ours: OurSheet | None = None
    own_rows: frozenset[int] = frozenset()
    uncalculated: Mapping[tuple[int, int], str] = field(default_factory=dict)
    shown: Mapping[tuple[int, int], object] = field(default_factory=dict)
    codes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    pictures: Mapping[tuple[int, int], str] = field(default_factory=dict)
    date_1904: bool = False
    format_codes: Callable[[set[int]], dict[tuple[int, int], str]] = lambda _columns: {}
    uncalculated_cells: Callable[[set[int]], dict[tuple[int, int], str]] = lambda _columns: {}

    @property
    def height(self) -> int:
        """How many rows there are."""
        return int(self.cells.shape[0])

    @property
    def width(self) -> int:
        """How many columns there are."""
        return int(self.cells.shape[1])

    def place(self, row: int | None = None, column: int | None = None) -> Place:
        """Return the place of the tab, of a row or of a cell."""
        return Place(file=self.file, sheet=self.name).at(row, column)

    def text(self, row: int, column: int) -> str:
        """Return the trimmed text of a cell; "" if it is outside or holds none."""
        if row < self.height and column < self.width:
            cell = self.cells[row, column]
            return cell.strip() if isinstance(cell, str) else ""
        return ""


def grid_of(
    rows: Sequence[Sequence[object]],
    name: str,
    facts: SheetFacts | None = None,
    *,
    file: str | None = None,
) -> Grid:
    """Make a grid of `rows` of equal length, and of what the package tells about the sheet.

    The facts of the package count from 1, as Excel does.
    """
    # Column by column is how everything reads it; text in numpy's own type would be truncated.
    cells = np.array(rows, dtype=object, order="F")
    if cells.ndim != 2:
        cells = np.empty((0, 0), dtype=object)
    head = tuple(tuple(_folded(cell, fold_label) for cell in row) for row in rows[:HEAD_ROWS])
    exact = tuple(tuple(_folded(cell, fold) for cell in row) for row in rows[:HEAD_ROWS])
    if facts is None:
        return Grid(name=name, cells=cells, head=head, exact=exact, file=file)

    def formats(columns: set[int]) -> dict[tuple[int, int], str]:
        return _from_0(facts.format_codes({at + 1 for at in columns}))

    def uncalculated(columns: set[int]) -> dict[tuple[int, int], str]:
        return _from_0(facts.uncalculated_cells({at + 1 for at in columns}))

    return Grid(
        name=name,
        cells=cells,
        head=head,
        exact=exact,
        file=file,
        state=facts.state,
        errors=_put(cells, _from_0(facts.errors)),
        pictures=_put(cells, _from_0(dict.fromkeys(facts.pictures, _PICTURE))),
        merges=tuple((a - 1, b - 1, c - 1, d - 1) for a, b, c, d in facts.merges),
        hidden_rows=frozenset(row - 1 for row in facts.hidden_rows),
        aggregates=frozenset((row - 1, at - 1) for row, at in facts.aggregates),
        is_filtered=facts.filtered,
        ours=facts.ours,
        format_codes=formats,
        uncalculated_cells=uncalculated,
    )


def _from_0(texts: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    return {(row - 1, column - 1): text for (row, column), text in texts.items()}


def with_uncalculated(grid: Grid, columns: set[int]) -> Grid:
    """Return the grid with the formulas without a result in `columns` put in as text.

    To a parser of values they are blank.
    """
    formulas = grid.uncalculated_cells(columns)
    return replace(grid, uncalculated=_put(grid.cells, formulas)) if formulas else grid


def _put(cells: Array, texts: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """Write texts into the cells of a grid, and return those that lie inside it."""
    inside = {
        (row, column): text
        for (row, column), text in texts.items()
        if row < cells.shape[0] and column < cells.shape[1]
    }
    for (row, column), text in inside.items():
        cells[row, column] = text
    return inside


def filled_and_text(column: Array) -> tuple[Mask, Mask]:
    """Tell which cells of a column hold anything, and which hold text.

    A cell of nothing but blanks is empty.
    """
    kind = infer_dtype(column, skipna=False)
    if kind in _SOLID:
        return np.ones(len(column), dtype=bool), np.zeros(len(column), dtype=bool)
    filled = holds_any(column)
    if infer_dtype(column, skipna=True) in ("empty", *_SOLID):
        return filled, np.zeros(len(column), dtype=bool)
    if infer_dtype(column[filled], skipna=False) == "string":
        text = filled.copy()
    else:
        text = np.fromiter((cell.__class__ is str for cell in column.tolist()), bool, len(column))
    words = column[text].tolist()
    if blank := {word for word in set(words) if not word.strip()}:
        filled[text] = np.fromiter((word not in blank for word in words), bool, len(words))
    return filled, text & filled


def _folded(cell: object, folded: Callable[[str], str]) -> str:
    if not isinstance(cell, str) or not cell.strip() or len(cell) > _LONGEST_LABEL:
        return ""
    return folded(cell)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """One template sheet found in one tab; `note` is the unit of money stated above it."""

    sheet: TableSheet
    grid: Grid
    binding: Binding
    note: str | None = None
    _numbers: dict[int, npt.NDArray[np.float64]] = field(default_factory=dict, init=False)

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The input columns that are bound, in the tab's order."""
        at = self.binding.columns
        bound = (column for column in self.sheet.inputs if column.id in at)
        return tuple(sorted(bound, key=lambda column: at[column.id]))

    @property
    def first(self) -> int:
        """The first row of the tab below the header."""
        return self.binding.header.first

    def place(self, row: int, column_id: str | None = None) -> Place:
        """Return the place of a row, from 0 below the header, or of a cell in it."""
        column = None if column_id is None else self.binding.columns.get(column_id)
        return self.grid.place(self.first + row, column)

    def cells(self, column_id: str) -> npt.NDArray[Any]:
        """Return the cells below the header of a bound column."""
        cells: npt.NDArray[Any] = self.grid.cells[self.first :, self.binding.columns[column_id]]
        return cells

    def numbers(self, at: int) -> npt.NDArray[np.float64]:
        """Return the numbers below the header in column `at` of the tab, NaN for all else."""
        if at not in self._numbers:
            self._numbers[at] = plain_numbers(self.grid.cells[self.first :, at])
        return self._numbers[at]


@dataclass(frozen=True, slots=True, kw_only=True)
class NonRecord:
    """A row that is no record; `row` counts from 0 below the header.

    `total` tells the kind of a total row; `given` the value a heading gives to the rows below it.
    """

    row: int
    reason: RowReason
    text: str
    total: TotalKind | None = None
    given: tuple[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SortedRows:
    """The rows below the header: which are records, and why the others are not.

    `filled` tells, per bound input column, which cells hold anything; `block` numbers the runs of
    records that no other row parts. `doubts` gives,
    per row that may not be what it was taken for, a problem's code and how the row begins.
    """

    records: Integers
    skipped: tuple[NonRecord, ...]
    filled: Mapping[str, Mask]
    block: Integers
    unfilled: Integers
    doubts: Mapping[int, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the workbook tells every cell: the campaign's days, the date system, staff's lists.

    `settings` are those of the workbook; the template's own values stand for those left out.
    `is_export` says that records were exported by us: numbers stand as they are kept.
    """

    template: Template
    period: tuple[date, date] | None = None
    as_of: date | None = None
    date_1904: bool = False
    entries: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    is_export: bool = False


def list_words(choices: Choices, around: Surroundings) -> dict[str, str]:
    """Map the folded spellings of a list, staff's own entries among them, to what they mean."""
    spellings = dict(choice_words(choices))
    for entry in around.entries.get(choices.id, {}):
        spellings.setdefault(fold(entry), entry)
    return spellings


@dataclass(slots=True, kw_only=True, eq=False)
class TypedTable:
    """The typed columns of one table, and what was found on the way.

    `stated` holds, per column, the records whose cell needs no "is blank" warning: faulty ones,
    undecided ones, and those filled from such a cell. `faults` gives the code of each faulty cell.
    `contexts` are those the input columns were read with.
    """

    frame: dict[str, pd.Series[Any]] = field(default_factory=dict)
    raw: dict[str, pd.Series[Any]] = field(default_factory=dict)
    kinds: dict[str, pd.Series[Any]] = field(default_factory=dict)
    remarks: dict[str, Mapping[int, str]] = field(default_factory=dict)
    comparators: dict[str, Mapping[int, str]] = field(default_factory=dict)
    stated: dict[str, set[int]] = field(default_factory=dict)
    faults: dict[str, dict[int, str]] = field(default_factory=dict)
    contexts: dict[str, Context] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Job:
    """One column of a table to be typed. `percent_rows` are the cells shown as percent."""

    table: Table
    rows: SortedRows
    typed: TypedTable
    column: Column
    percent_rows: frozenset[int] = frozenset()

    @property
    def raw(self) -> pd.Series[Any]:
        """What stands in the records' cells, None where blank."""
        return self.typed.raw[self.column.id]

    @property
    def header(self) -> str:
        """The header as typed."""
        return self.table.binding.headers.get(self.column.id, "")

    def formatted(self) -> npt.NDArray[np.bool_]:
        """Tell which records show this cell as a percentage; a text is shown as it stands."""
        pairs = zip(self.rows.records.tolist(), self.raw.tolist(), strict=True)
        found = (row in self.percent_rows and not isinstance(raw, str) for row, raw in pairs)
        return np.fromiter(found, bool, len(self.rows.records))

    def report(self, code: str, position: int, raw: object, **params: object) -> None:
        """Put a problem in the cell of record number `position` on record."""
        row = int(self.rows.records[position])
        self.typed.problems.append(
            problem_of(self.table, self.column, row, code=code, raw=raw, **params)
        )

    def report_column(self, code: str, **params: object) -> None:
        """Put a remark on the whole column on record, at its header."""
        origin = self.table.binding.origin
        place = origin.place(origin.header_row, self.column.id)
        self.typed.problems.append(self.column.problem(code, place, **params))


def problem_of(
    table: Table, column: Column, row: int, /, *, code: str, raw: object, **params: object
) -> Problem:
    """Return a problem in a cell; `row` counts from 0 below the header."""
    place = (table.first + row, table.binding.columns.get(column.id, -1))
    if isinstance(raw, datetime) and column.is_numeric:
        raw = f"{_stored(raw, date_1904=table.grid.date_1904):.15g} ({as_typed(raw)})"
    elif isinstance(raw, str) and place in table.grid.shown:
        raw = f"{table.grid.shown[place]:.15g} ({raw})"
    elif isinstance(raw, float) and raw.is_integer():
        raw = int(raw)  # as Excel shows it
    return column.problem(code, table.place(row, column.id), raw, **params)


def _stored(moment: datetime, *, date_1904: bool) -> float:
    """Return the number that Excel keeps for a moment."""
    return (moment - datetime(*((1904, 1, 1) if date_1904 else (1899, 12, 30)))) / timedelta(days=1)
