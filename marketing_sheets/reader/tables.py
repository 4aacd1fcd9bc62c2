"""Read one table: header, rows, typed columns, doubts, control totals.

A table that continues in numbered sheets is read as one. The row that is a fixed share of its
column's total is computed where blank, else held against it; our own formula in that cell has no
result until Excel has opened the file, so it is computed here as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..formulas import differs, due_share
from ..problems import Problem
from ..records import ControlTotal, Origin, SheetRecords, SkippedRow
from ..template import TableSheet
from ..texts import listed
from ..values import missing_column, nothing
from .binding import bind
from .columns import type_table
from .doubts import check_records, unlisted_choices
from .ends import with_units
from .headers import find_header, missing_header, origins_of
from .rows import sort_rows
from .table import (
    Grid,
    SortedRows,
    Surroundings,
    Table,
    TypedTable,
    once_each,
    with_uncalculated,
)
from .totals import control_totals, mismatched_totals, unseen_by_formulas
from .units import money_note, with_shown

if TYPE_CHECKING:
    from collections.abc import Iterator


_NO_CELLS = pd.Series([], dtype=object)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShare:
    """The record at `position` should hold `due`; `typed` is what it holds, None if nothing.

    Nothing is due while the other rows are blank, nor while amounts of them are `unread`: cells
    that hold something which is no number.
    `raw` is what stands in its cell, at `row` and `column` of the tab.
    """

    position: int
    due: float | None
    rate: float
    typed: float | None
    raw: object
    row: int
    column: int
    is_ours: bool
    unread: tuple[str, ...] = ()

    @property
    def fills(self) -> bool:
        """Whether the amount takes the place of a blank, or of our own formula."""
        if self.typed is not None:
            return False
        return self.is_ours or (self.raw is None and self.due is not None)


def find_share(records: SheetRecords, sheet: TableSheet, around: Surroundings) -> FoundShare | None:
    """Find the row of the share and what it should hold; None if there is nothing to hold."""
    share = sheet.share
    if share is None or not {share.column, share.row_column} <= set(records.origin.columns):
        return None
    rows = records.frame[share.row_column].astype(object) == share.row_choice
    at = [position for position, is_share in enumerate(rows.tolist()) if is_share is True]
    if len(at) != 1:
        return None
    amounts = records.frame[share.column].astype(object).tolist()
    setting = around.settings.get(share.of_total)
    if setting is None:
        setting = around.template.settings[share.of_total].value
    typed = records.raw[share.column].tolist()
    others = [float(a) for i, a in enumerate(amounts) if i != at[0] and not pd.isna(a)]
    unread = tuple(
        str(records.place(i, share.column).cell)
        for i, a in enumerate(amounts)
        if i != at[0] and pd.isna(a) and _is_filled(typed[i])
    )
    raw = records.raw[share.column].iloc[at[0]]
    return FoundShare(
        position=at[0],
        due=None if unread else due_share(others, float(setting)),
        rate=float(setting),
        typed=None if pd.isna(amounts[at[0]]) else float(amounts[at[0]]),
        raw=None if raw is None or raw == "" else raw,
        row=int(records.rows[at[0]]) - 1,
        column=records.origin.columns[share.column] - 1,
        is_ours=isinstance(raw, str) and f"set_{share.of_total}" in raw,
        unread=unread,
    )


def _is_filled(cell: object) -> bool:
    return isinstance(cell, str) and nothing(cell) is None and bool(cell.strip())


def _says_nothing(cell: object) -> bool:
    """Tell a word such as 无 or -: of any other text a problem says that it is no number."""
    word = nothing(cell) if isinstance(cell, str) else None
    return word is not None and word.note is None


def with_share(grid: Grid, share: FoundShare) -> Grid:
    """Return the tab with the amount of the share in its cell."""
    cells = grid.cells.copy()
    cells[share.row, share.column] = "" if share.due is None else share.due
    cell, formulas = (share.row, share.column), grid.uncalculated_cells

    def others(columns: set[int]) -> dict[tuple[int, int], str]:
        return {at: text for at, text in formulas(columns).items() if at != cell}

    return replace(grid, cells=cells, uncalculated_cells=others)


def share_problem(share: FoundShare, records: SheetRecords, sheet: TableSheet) -> Problem | None:
    """Tell of an amount that was filled in, or of one that is not the share; None for neither."""
    if sheet.share is None or (share.due is None and not share.unread):
        return None
    code: str | None
    if share.unread:
        code = "share_unknown"
    elif share.fills:
        code = None if share.is_ours else "share_filled"
    elif share.typed is None:
        code = "share_left_out" if _says_nothing(share.raw) else None
    else:
        due = share.due
        code = "share_differs" if due is not None and differs(share.typed, due) else None
    if code is None:
        return None
    column = sheet[sheet.share.column]
    name = records.raw[sheet.share.row_column].iloc[share.position]
    return column.problem(
        code,
        records.place(share.position, column.id),
        share.raw,
        row=name,
        due="" if share.due is None else f"{share.due:,.10g}",
        cells=listed(share.unread, most=8),
        stated="" if share.typed is None else f"{share.typed:,.10g}",
        rate=f"{share.rate * 100:g}%",
    )


def joined(readings: Sequence[TableReading]) -> TableReading:
    """Join the parts of a table in their order; each record still knows its own tab."""
    if len(readings) == 1:
        return readings[0]
    records = [reading.records for reading in readings]
    return TableReading(
        records=_joined(records),
        problems=tuple(problem for reading in readings for problem in reading.problems),
        totals=_totals([total for reading in readings for total in reading.totals]),
    )


def _joined(parts: Sequence[SheetRecords]) -> SheetRecords:
    starts = np.cumsum([0, *(len(part.frame) for part in parts)]).tolist()
    first = parts[0]
    remarks: defaultdict[str, dict[int, str]] = defaultdict(dict)
    later: list[tuple[int, Origin]] = []
    for start, part in zip(starts, parts, strict=False):
        if start or part is not first:
            later.append((start, part.origin))
        for name, texts in part.remarks.items():
            remarks[name] |= {start + at: text for at, text in texts.items()}
    return replace(
        first,
        frame=pd.concat([part.frame for part in parts], ignore_index=True),
        raw=pd.concat([part.raw for part in parts], ignore_index=True),
        rows=np.concatenate([part.rows for part in parts]),
        kinds={
            name: pd.concat([part.kinds[name] for part in parts], ignore_index=True)
            for name in first.kinds
            if all(name in part.kinds for part in parts)
        },
        remarks=dict(remarks),
        extras=_beside(parts, lambda part: part.extras),
        origins=_beside(parts, lambda part: part.origins),
        skipped=tuple(row for part in parts for row in part.skipped),
        parts=tuple(later),
    )


def _beside(
    parts: Sequence[SheetRecords], get: Callable[[SheetRecords], pd.DataFrame | None]
) -> pd.DataFrame | None:
    """Join frames that a part may lack; its rows have missing values then."""
    frames = [get(part) for part in parts]
    known = next((frame for frame in frames if frame is not None), None)
    if known is None:
        return None
    whole: list[Any] = [
        known.iloc[:0].reindex(range(len(part.frame))) if frame is None else frame
        for part, frame in zip(parts, frames, strict=True)
    ]
    together: pd.DataFrame = pd.concat(whole, ignore_index=True)
    return together


def _totals(totals: Sequence[ControlTotal]) -> tuple[ControlTotal, ...]:
    sums: dict[str | None, list[ControlTotal]] = {}
    for total in totals:
        sums.setdefault(total.column, []).append(total)
    joint = []
    for same in sums.values():
        listed: defaultdict[str, float] = defaultdict(float)
        for total in same:
            for reason, amount in total.listed.items():
                listed[reason] += amount
        read, used = sum(t.read for t in same), sum(t.used for t in same)
        joint.append(replace(same[0], read=read, used=used, listed=dict(listed)))
    return tuple(joint)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableReading:
    """The records of one table with its problems, in the order of the sheet, and its totals."""

    records: SheetRecords
    problems: tuple[Problem, ...]
    totals: tuple[ControlTotal, ...]


def read_table(grid: Grid, sheet: TableSheet, around: Surroundings) -> TableReading | Problem:
    """Read a table out of a tab; a Problem where it has no header that names two columns."""
    found = _read(grid, sheet, around)
    if isinstance(found, Problem):
        return found
    share = find_share(found.records, sheet, around)
    if share is None:
        return found
    told = share_problem(share, found.records, sheet)
    if share.fills:
        # Read once more with the amount in its cell, so that totals and checks know of it.
        filled = _read(with_share(grid, share), sheet, around)
        found = filled if isinstance(filled, TableReading) else found
    return found if told is None else replace(found, problems=(*found.problems, told))


def _read(grid: Grid, sheet: TableSheet, around: Surroundings) -> TableReading | Problem:
    header = find_header(grid, sheet)
    if header is None:
        return missing_header(grid, sheet)
    binding = bind(grid, sheet, header)
    inputs = {binding.columns[c.id] for c in sheet.inputs if c.id in binding.columns}
    grid = with_uncalculated(grid, inputs)
    table = Table(sheet=sheet, grid=grid, binding=binding, note=money_note(grid, binding))
    table = with_shown(with_units(table))
    grid = table.grid
    rows = sort_rows(table, around)
    typed = type_table(table, rows, around)
    cells = [
        *typed.problems,
        *_skipped_rows(table, rows),
        *check_records(table, rows, typed, around),
        *unlisted_choices(table, rows, typed),
        *unseen_by_formulas(table, rows, typed, around),
        *mismatched_totals(table, rows, typed),
    ]
    cells.sort(key=lambda problem: (problem.place.row or 0, problem.place.column or 0))
    return TableReading(
        records=_records(table, rows, typed, around),
        problems=(*binding.problems, *cells),
        totals=tuple(control_totals(table, rows, typed)),
    )


def _skipped_rows(table: Table, rows: SortedRows) -> Iterator[Problem]:
    for skipped in rows.skipped:
        if table.first + skipped.row not in table.grid.own_rows:
            yield Problem(code=skipped.reason, place=table.place(skipped.row), raw=skipped.text)
    for row, (code, text) in rows.doubts.items():
        params = {"count": _behind(rows, row)} if code == "another_table" else {}
        yield Problem(code=code, place=table.place(row), raw=text, params=params)


def _behind(rows: SortedRows, end: int) -> int:
    """Count the rows of another table that begins in a row, up to where ours goes on."""
    following = (skipped.reason for skipped in rows.skipped if skipped.row >= end)
    goes_on = takewhile(lambda reason: reason != "repeated_header", following)
    return sum(reason == "after_end" for reason in goes_on)


def _records(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> SheetRecords:
    first = table.first
    extras = {}
    for name, at in table.binding.extras.items():
        cells = table.grid.cells[first + rows.records, at].copy()
        cells[cells == ""] = None
        extras[name] = pd.Series(cells, dtype=object)
    if len(rows.records):
        frame, raw = _frame(typed), _raw_frame(typed)
    else:
        # Frames are copied when they are written to, so that nobody sees another's changes.
        frame, raw = (one.copy(deep=False) for one in _no_records(table.sheet))
    return SheetRecords(
        sheet=table.sheet.id,
        frame=frame,
        raw=raw,
        rows=rows.records + first + 1,
        origin=table.binding.origin,
        kinds=typed.kinds,
        remarks=typed.remarks,
        extras=pd.DataFrame(extras) if extras else None,
        origins=origins_of(table, rows, around),
        skipped=tuple(
            SkippedRow(row=skipped.row + first + 1, reason=skipped.reason, text=skipped.text)
            for skipped in rows.skipped
        ),
    )


def _frame(typed: TypedTable) -> pd.DataFrame:
    return pd.DataFrame({name: column.array for name, column in typed.frame.items()})


def _raw_frame(typed: TypedTable) -> pd.DataFrame:
    return pd.DataFrame(dict(typed.raw))


@once_each
def _no_records(sheet: TableSheet) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the frames of a table without records."""
    columns = {column.id: missing_column(column.type, 0) for column in sheet.columns}
    typed = TypedTable(frame=columns, raw=dict.fromkeys(columns, _NO_CELLS))
    return _frame(typed), _raw_frame(typed)
