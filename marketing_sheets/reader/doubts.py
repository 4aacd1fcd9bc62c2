"""What whole records reveal: gaps, doubles, spans, hidden rows, rules, words off the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ..formulas import references, threshold_of
from ..problems import Problem
from ..template import Column
from ..texts import fold, is_one_off, say
from ..values import likeliest, parse, parse_conditions, unread_conditions
from .table import SortedRows, Surroundings, Table, TypedTable, problem_of

# The list whose choices say which way is good, and the bounds that say the opposite.
_DIRECTION = "direction"
_AGAINST = {"higher": ("<=", "<"), "lower": (">=", ">")}
_FAR = pd.Timedelta(days=366)
_CHINESE, _LATIN = 3, 5  # characters of a word that may be a slip of another


def unlisted_choices(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Name each word once, where it stands first; a slip would make a choice of its own."""
    if not len(rows.records):
        return
    for column in table.inputs:
        context = typed.contexts.get(column.id)
        if context is None or not context.choices_open:
            continue
        known = context.choices or {}
        cells = typed.frame[column.id].tolist()
        listed, counts = set(known.values()), Counter(cells)
        first = dict(zip(reversed(cells), reversed(range(len(cells))), strict=True))
        for word in counts:
            if not isinstance(word, str) or word in listed:
                continue
            near, allowed = likeliest(word, known, context.labels or {})
            row = int(rows.records[first[word]])
            params: dict[str, object] = {"count": counts[word], "allowed": allowed}
            code = "unlisted_choice"
            if any(is_slip(fold(word), spelled) for spelled in known):
                code, params["nearest"] = "near_choice", near
            elif column.type == "department":
                continue  # companies have departments of their own
            yield problem_of(table, column, row, code=code, raw=word, **params)


def is_slip(word: str, known: str) -> bool:
    """Whether a folded word is another one but for a character: 市厂部, never 市场一部 or 华南区.

    Chinese with one character more is another name; a Latin letter is soon lost.
    """
    is_long = min(len(word), len(known)) >= (_LATIN if word.isascii() else _CHINESE)
    is_alike = is_long and is_one_off(word, known) and word != known
    others, apart = say("reading", "apart_by_one", "zh-Hans"), {*word} ^ {*known}
    is_kept = word.isascii() or len(word) == len(known)
    return is_alike and is_kept and not any(c.isdigit() or c in others for c in apart)


def unclear_conditions(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Report conditions that do not come to one number: 20-30万, 点赞≥1万，阅读≥5万, 尽快完成.

    Only where the sheet computes or compares with it. Elsewhere conditions are read by people, and
    only parts that have a sign but no number are pointed out: 点赞≥若干.
    """
    formulas = (one.formula for one in table.sheet.columns if one.formula is not None)
    used = {name for formula in formulas for name in references(formula, table.sheet)}
    used |= {one.compared_with for one in table.sheet.columns if one.compared_with is not None}
    for column in table.inputs:
        if column.type != "condition":
            continue
        if column.id not in used:
            yield from _unread_parts(table, rows, typed, column)
            continue
        texts = typed.frame[column.id]
        clear = {text: _is_clear(text) for text in texts.dropna().unique().tolist()}
        for position, text in enumerate(texts.tolist()):
            if not pd.isna(text) and not clear[text]:
                row = int(rows.records[position])
                yield problem_of(table, column, row, code="condition_unclear", raw=text)


def _unread_parts(
    table: Table, rows: SortedRows, typed: TypedTable, column: Column
) -> Iterator[Problem]:
    for position, text in enumerate(typed.frame[column.id].tolist()):
        for part in () if pd.isna(text) else unread_conditions(text):
            row = int(rows.records[position])
            code = "condition_part_unread"
            yield problem_of(table, column, row, code=code, raw=text, part=part)


def _is_clear(text: str) -> bool:
    # The formulas take their target from the same threshold.
    cell = parse(threshold_of(text), "quantity")
    is_number = isinstance(cell.value, float) and cell.remark is None
    return is_number and len(parse_conditions(text)) <= 1


def direction_conflicts(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Report targets such as ≤5% of a metric that is the better the higher it is."""
    direction = next((c for c in table.inputs if c.choices == _DIRECTION), None)
    if direction is None:
        return
    directions = typed.frame[direction.id].astype(object).tolist()
    for column in table.inputs:
        if not column.is_target:
            continue
        known = np.flatnonzero(typed.frame[column.id].notna().to_numpy()).tolist()
        comparators = typed.comparators.get(column.id, {})
        for position in known:
            if comparators.get(position) in _AGAINST.get(directions[position], ()):
                row = int(rows.records[position])
                raw = typed.raw[column.id].iloc[position]
                said = typed.raw[direction.id].iloc[position]
                params = {"other": direction.label, "direction": said}
                yield problem_of(table, column, row, code="direction_conflict", raw=raw, **params)


def check_records(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> Iterator[Problem]:
    """Walk the doubts about the records of one table that no single cell shows."""
    if not len(rows.records):
        return
    yield from _required_blanks(table, rows, typed)
    yield from _doubles(table, rows, typed)
    yield from _backward_spans(table, rows, typed)
    yield from _days_outside(table, rows, typed, around)
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
    """Report records whose key was there before; a record with a gap in its key is none.

    Rows that a merge took from different departments or files are kept apart: its log tells them.
    """
    sheet = table.sheet
    if not sheet.key or any(key not in table.binding.columns for key in sheet.key):
        return
    cells = [_plain(typed.frame[key]) for key in sheet.key]
    if len(set(zip(*cells, strict=True))) == len(rows.records):
        return
    keys = pd.DataFrame({key: typed.frame[key] for key in sheet.key}).dropna()
    known = keys[keys.duplicated(keep=False)]
    if known.empty:
        return
    traces = _came_from(table, rows)
    before: dict[tuple[object, ...], dict[tuple[str, ...], int]] = {}
    column = next((sheet[key] for key in sheet.key if sheet[key].is_key), sheet[sheet.key[0]])
    for position, *values in known.itertuples():
        trace, others = traces[position], before.setdefault(tuple(values), {})
        repeated = next((at for other, at in others.items() if _may_be_one(trace, other)), None)
        others.setdefault(trace, position)
        if repeated is None:
            continue
        earlier = table.place(int(rows.records[repeated])).row
        row = int(rows.records[position])
        raw = typed.raw[column.id].iloc[position]
        params = {"row": earlier}
        yield problem_of(table, column, row, code="duplicate_key", raw=raw, **params)


def _came_from(table: Table, rows: SortedRows) -> list[tuple[str, ...]]:
    """Return the department and file that a merge took each record from, "" where unknown."""
    header, count = table.binding.header, len(rows.records)
    columns = [
        ["" if cell is None else fold(str(cell)) for cell in cells.tolist()]
        for name in ("department", "file")
        if name in header.traces
        for cells in [table.grid.cells[header.first + rows.records, header.traces[name]]]
    ]
    return [*zip(*columns, strict=True)] if columns else [()] * count


def _may_be_one(trace: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether rows may be of one origin; a row typed in since the merge says none."""
    return all(a == b or not a or not b for a, b in zip(trace, other, strict=True))


def _plain(values: pd.Series[Any]) -> Sequence[object]:
    """Return cells of which two are equal if their values are."""
    return (values.to_numpy().view(np.int64) if values.dtype.kind == "M" else values).tolist()


def _backward_spans(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    for start, end in table.sheet.periods:
        starts, ends = typed.frame[start.id], typed.frame[end.id]
        wrong = (ends < starts).fillna(False).to_numpy(bool)
        for position in np.flatnonzero(wrong).tolist():
            row = int(rows.records[position])
            raw = _day(ends.iloc[position])
            yield problem_of(
                table, end, row, code="end_before_start", raw=raw, start=_day(starts.iloc[position])
            )


def _days_outside(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> Iterator[Problem]:
    """Report days that a slip of a year put outside the campaign, and those a year away from it.

    Rows before the start count all the same; a table of daily figures tells once how many.
    """
    if around.period is None:
        return
    start, end = (pd.Timestamp(day) for day in around.period)
    params = {"start": _day(start), "end": _day(end)}
    for column in table.inputs:
        for days, raws in _days_of(column, typed):
            outside = ((days < start) | (days > end)).to_numpy(bool)
            if not outside.any():
                continue
            slips = np.zeros(len(days), dtype=bool)
            for years in (-1, 1):
                moved = days[outside] + pd.DateOffset(years=years)
                slips[outside] |= ((moved >= start) & (moved <= end)).to_numpy(bool)
            far = ((days < start - _FAR) | (days > end + _FAR)).to_numpy(bool) & ~slips
            for code, found in (("year_slip", slips), ("date_far", far)):
                for position in np.flatnonzero(found).tolist():
                    row = int(rows.records[position])
                    raw = raws(position)
                    yield problem_of(table, column, row, code=code, raw=raw, **params)
            early = np.flatnonzero((days < start).to_numpy(bool) & ~slips & ~far)
            if len(early) and table.sheet.role == "daily" and column.id in table.sheet.key:
                row, raw = int(rows.records[early[0]]), raws(int(early[0]))
                told = {**params, "count": len(early)}
                yield problem_of(table, column, row, code="rows_before_start", raw=raw, **told)


def _days_of(
    column: Column, typed: TypedTable
) -> Iterator[tuple[pd.Series[Any], Callable[[int], str]]]:
    """Walk the days of a column, first and last of a range, with what to show of each."""
    values = typed.frame[column.id]
    if column.type == "date":
        yield values, lambda position: _day(values.iloc[position])
    elif column.type in ("date_range", "datetime"):
        ends = dict.fromkeys((0, -1)) if column.type == "date_range" else {0: None}
        known = [text if isinstance(text, str) else None for text in values.tolist()]
        sides = [[t.split("~")[at][:10] if t else "" for t in known] for at in ends]
        for side in sides[:1] if sides[0] == sides[-1] else sides:
            days = pd.to_datetime(pd.Series(side, dtype=object), format="%Y-%m-%d", errors="coerce")
            yield days, lambda position: str(typed.raw[column.id].iloc[position])


def _day(value: date) -> str:
    return value.strftime("%Y-%m-%d")


def _hidden(table: Table, rows: SortedRows) -> Iterator[Problem]:
    """Report once how many hidden rows were counted in."""
    all_hidden = table.grid.hidden_rows
    hidden = [row for row in rows.records.tolist() if table.first + row in all_hidden]
    if hidden:
        code = "filtered_rows" if table.grid.is_filtered else "hidden_rows"
        yield Problem(code=code, place=table.place(hidden[0]), params={"count": len(hidden)})
