"""What whole records reveal: gaps, doubles, spans, hidden rows, rules, overwritten formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ..formulas import REASONS, names, parse, reason_text, references
from ..formulas_pandas import holds
from ..languages import LANGUAGES, Text, fold
from ..places import Place
from ..problems import Problem
from ..records import Reading, SheetRecords
from ..templates import Check, Choices, Column, TableSheet
from ..values import Context, choice_spellings
from ..values import parse as parse_value
from .conditions import direction_conflicts, unclear_conditions
from .sorting import SortedRows, Table
from .typed import Surroundings, TypedTable, problem_of

__all__ = ["check_records", "check_rules", "compare_computed"]

_START, _END = "_start", "_end"
_RELATIVE = 1e-6
_FAR = pd.Timedelta(days=366)


def check_records(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> Iterator[Problem]:
    """Walk the doubts about the records of one table that no single cell shows."""
    if not len(rows.records):
        return
    yield from _required_blanks(table, rows, typed)
    yield from _doubles(table, rows, typed)
    yield from _backward_spans(table, rows, typed)
    yield from _far_dates(table, rows, typed, around)
    yield from unclear_conditions(table, rows, typed)
    yield from direction_conflicts(table, rows, typed)
    yield from _hidden(table, rows)


def _required_blanks(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    for column in table.inputs:
        if not column.is_required:
            continue
        stated = typed.stated.get(column.id, set())
        raw = typed.raw[column.id]
        for position in np.flatnonzero(typed.frame[column.id].isna().to_numpy()).tolist():
            if position not in stated:
                row = int(rows.records[position])
                yield problem_of(table, column, row, code="required_blank", raw=raw.iloc[position])


def _doubles(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Report records whose key was there before; a record with a gap in its key is none."""
    sheet = table.sheet
    if not sheet.key or any(key not in table.binding.columns for key in sheet.key):
        return
    keys = pd.DataFrame({key: typed.frame[key] for key in sheet.key}).dropna()
    repeats = keys[keys.duplicated(keep="first")]
    if repeats.empty:
        return
    known = keys[keys.duplicated(keep=False)].drop_duplicates()
    firsts = {tuple(values): at for at, *values in known.itertuples()}
    column = next((sheet[key] for key in sheet.key if sheet[key].is_key), sheet[sheet.key[0]])
    first = table.binding.header.first + 1
    for position, *values in repeats.itertuples():
        earlier = int(rows.records[firsts[tuple(values)]]) + first
        row = int(rows.records[position])
        raw = typed.raw[column.id].iloc[position]
        params = {"row": earlier}
        yield problem_of(table, column, row, code="duplicate_key", raw=raw, **params)


def _backward_spans(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    for start, end in _spans(table.sheet):
        starts, ends = typed.frame[start.id], typed.frame[end.id]
        wrong = (ends < starts).fillna(False).to_numpy(bool)
        for position in np.flatnonzero(wrong).tolist():
            row = int(rows.records[position])
            raw = _day(ends.iloc[position])
            yield problem_of(
                table, end, row, code="end_before_start", raw=raw, start=_day(starts.iloc[position])
            )


def _spans(sheet: TableSheet) -> Iterator[tuple[Column, Column]]:
    for column in sheet.inputs:
        other = column.id.removesuffix(_START) + _END
        if column.id.endswith(_START) and column.type == "date" and other in sheet:
            yield column, sheet[other]


def _far_dates(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> Iterator[Problem]:
    """Report days more than a year before or after the campaign."""
    if around.period is None:
        return
    start, end = (pd.Timestamp(day) for day in around.period)
    params = {"start": _day(start), "end": _day(end)}
    for column in table.inputs:
        if column.type != "date":
            continue
        days = typed.frame[column.id]
        far = ((days < start - _FAR) | (days > end + _FAR)).to_numpy(bool)
        for position in np.flatnonzero(far).tolist():
            row, raw = int(rows.records[position]), _day(days.iloc[position])
            yield problem_of(table, column, row, code="date_far", raw=raw, **params)


def _day(value: date) -> str:
    return value.strftime("%Y-%m-%d")


def _hidden(table: Table, rows: SortedRows) -> Iterator[Problem]:
    """Report once how many hidden rows were counted in."""
    if not table.grid.hidden_rows:
        return
    first = table.binding.header.first + 1
    hidden = [row for row in rows.records.tolist() if row + first in table.grid.hidden_rows]
    if not hidden:
        return
    origin = table.binding.origin
    code = "filtered_rows" if table.grid.is_filtered else "hidden_rows"
    place = Place(file=origin.file, sheet=origin.sheet, row=hidden[0] + first)
    yield Problem(code=code, place=place, params={"count": len(hidden)})


def compare_computed(reading: Reading, *, as_of: date | None = None) -> tuple[Problem, ...]:
    """Compare the results stored in computed cells with ours; call after `formulas.compute`.

    Numbers and choices are compared; a text in place of a number is told unless it is a reason.
    Only cells that we have a result for are looked at. A column of nothing but zeros was never
    calculated and its numbers are left out. So are those of a column that counts up to the as-of
    date unless the form fixes that date, and `as_of` (if given) is the same: the stored result
    depends on the day the workbook was last open.
    """
    fixed = reading.form.get("as_of")
    is_fixed = fixed is not None and as_of in (None, fixed)
    found: list[Problem] = []
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if isinstance(sheet, TableSheet):
            dated = set() if is_fixed else _dated(sheet)
            for column in sheet.computed:
                if column.id not in records.raw:
                    continue
                if column.is_numeric:
                    found += _typed_over(records, column)
                if column.id in dated:
                    continue
                if column.is_numeric:
                    found += _differences(records, column)
                elif column.choices is not None:
                    choices = reading.template.choices[column.choices]
                    found += _other_choices(records, column, choices)
    return tuple(found)


def _dated(sheet: TableSheet) -> set[str]:
    """Return the computed columns that depend on the as-of date, be it through others."""
    uses = {column.id: set(names(parse(column.formula or "0"))) for column in sheet.computed}
    dated = {"as_of"}
    while more := {name for name, used in uses.items() if used & dated} - dated:
        dated |= more
    return dated


def _differences(records: SheetRecords, column: Column) -> Iterator[Problem]:
    stored = [_number(cell) for cell in records.raw[column.id]]
    cached = np.array(stored, dtype=np.float64)
    ours = records.frame[column.id].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    both = ~np.isnan(cached) & ~np.isnan(ours)
    if not np.any(cached[both] != 0):
        return
    scale = np.maximum(np.abs(ours), 1e-9)
    differ = both & ~np.isclose(cached, ours, rtol=0, atol=np.nan_to_num(_RELATIVE * scale))
    for position in np.flatnonzero(differ).tolist():
        stated = _short(cached[position])
        yield _differs(records, column, position, stated, _short(ours[position]))


def _differs(
    records: SheetRecords, column: Column, position: int, stated: str, computed: Text | str
) -> Problem:
    return Problem(
        code="computed_differs",
        place=records.place(position, column.id),
        column=column.id,
        raw=stated,
        params={"column": column.label, "stated": stated, "computed": computed},
    )


def _typed_over(records: SheetRecords, column: Column) -> Iterator[Problem]:
    """Report texts in a column of numbers that are neither a reason nor the number itself."""
    ours = records.frame[column.id]
    for position, text in _texts(records, column):
        if pd.isna(ours.iloc[position]) or fold(text) in _reasons():
            continue
        number, said = float(ours.iloc[position]), parse_value(text, column.type).value
        if isinstance(said, int | float) and np.isclose(said, number, rtol=_RELATIVE, atol=0):
            continue
        yield _differs(records, column, position, text, _short(number))


def _other_choices(records: SheetRecords, column: Column, choices: Choices) -> Iterator[Problem]:
    """Report labels of another choice than ours."""
    ours, context = records.frame[column.id], Context(choices=choice_spellings(choices))
    labels: dict[str, Text] = {item.id: item.label for item in choices.items}
    for position, text in _texts(records, column):
        wanted = ours.iloc[position]
        if not pd.isna(wanted) and parse_value(text, "choice", context).value != wanted:
            yield _differs(records, column, position, text, labels.get(wanted, wanted))


def _texts(records: SheetRecords, column: Column) -> Iterator[tuple[int, str]]:
    """Walk the stored texts of a column; an Excel error is told elsewhere, once per column."""
    for position, cell in enumerate(records.raw[column.id].tolist()):
        if isinstance(cell, str) and cell.strip() and not cell.startswith("#"):
            yield position, cell.strip()


@cache
def _reasons() -> frozenset[str]:
    return frozenset(fold(reason_text(r, language)) for r in REASONS for language in LANGUAGES)


def _number(cell: object) -> float:
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return float(cell) if is_number else float("nan")  # type: ignore[arg-type]  # checked above


def _short(number: Any) -> str:
    return f"{float(number):.10g}"


def check_rules(reading: Reading, *, as_of: date | None = None) -> tuple[Problem, ...]:
    """Report the records that break a rule of their sheet; call after `formulas.compute`.

    A rule that uses a cell which stands in `reading.problems` for having no value is not asked:
    nobody knows what was meant there.
    """
    doubtful = frozenset(p.place for p in reading.problems if p.severity != "info")
    found: list[Problem] = []
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if isinstance(sheet, TableSheet):
            for check in sheet.checks:
                broken = holds(
                    check.when,
                    records,
                    template=reading.template,
                    as_of=as_of,
                    choices=reading.choices or None,
                    settings=reading.settings,
                )
                found += _broken(check, records, sheet, np.flatnonzero(broken).tolist(), doubtful)
    return tuple(found)


def _broken(
    check: Check,
    records: SheetRecords,
    sheet: TableSheet,
    positions: Sequence[int],
    doubtful: frozenset[Place],
) -> Iterator[Problem]:
    column, raw = sheet[check.column], records.raw.get(check.column)
    used = _used(check.when, sheet)
    for position in positions:
        lost = (
            name
            for name in used
            if pd.isna(records.frame[name].iloc[position])
            and records.place(position, name) in doubtful
        )
        if any(lost):
            continue
        cell = None if raw is None else raw.iloc[position]
        yield Problem(
            code="check_failed",
            place=records.place(position, column.id),
            column=column.id,
            raw=_day(cell) if isinstance(cell, date) else cell,
            params={"column": column.label, "message": check.message},
        )


def _used(expression: str, sheet: TableSheet) -> tuple[str, ...]:
    """Return the columns an expression uses, be it through computed ones."""
    used: dict[str, None] = {}
    waiting = [expression]
    while waiting:
        for name in references(waiting.pop(), sheet):
            if name not in used:
                used[name] = None
                waiting += [formula] if (formula := sheet[name].formula) else []
    return tuple(used)
