"""Read the form: a label, and the value in the cell to its right.

A plan's fields may say several things in one cell: milestones, and risks with their responses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pandas as pd

from ..problems import Place, Problem
from ..template import Campaign, Column, FormSheet, Template
from ..texts import LANGUAGES, Text, fold, fold_label, say
from ..values import (
    Context,
    Milestone,
    Risk,
    parse,
    read_milestones,
    read_risks,
    seen,
    shows_percent,
)
from .columns import column_context
from .table import Grid, Surroundings, once_each

# Preparing and closing belong to a campaign.
_NEAR = timedelta(days=31)
FieldCells = Mapping[str, tuple[int, int]]
_ROWS, _COLUMNS = 200, 30
_ID_COLUMNS = 3
_REACH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReading:
    """The milestones and risks of a workbook's forms, by field id, and what was doubtful."""

    milestones: Mapping[str, tuple[Milestone, ...]] = field(default_factory=dict)
    risks: Mapping[str, tuple[Risk, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_plan(form: FormReading, template: Template, around: Surroundings) -> PlanReading:
    """Read the fields that hold milestones or risks.

    Milestones without a year take it from the campaign's days, else from the first day the same
    form names.
    """
    milestones: dict[str, tuple[Milestone, ...]] = {}
    risks: dict[str, tuple[Risk, ...]] = {}
    problems: list[Problem] = []
    for sheet in template.forms:
        context = Context(period=around.period or _own_period(sheet, form))
        for column in sheet.fields:
            text, place = form.values.get(column.id), form.places.get(column.id)
            if not isinstance(text, str) or place is None:
                continue
            if "milestones" in column.wording:
                milestones[column.id], unread = read_milestones(text, context)
                problems += _unread(unread, column, place, text)
                problems += _order(milestones[column.id], column, place, text)
                problems += _outside(milestones[column.id], around.period, column, place, text)
            if "responses" in column.wording:
                risks[column.id] = read_risks(text)
                problems += unanswered(risks[column.id], column, place, text)
    return PlanReading(milestones=milestones, risks=risks, problems=tuple(problems))


def _own_period(sheet: FormSheet, form: FormReading) -> tuple[date, date] | None:
    days = (form.values.get(column.id) for column in sheet.fields if column.type == "date")
    day = next((day for day in days if day is not None), None)
    return None if day is None else (day, day)


def unanswered(
    risks: tuple[Risk, ...], column: Column, place: Place, raw: object
) -> Iterator[Problem]:
    """Report the risks to which nothing is written in response."""
    for risk in risks:
        if not risk.response:
            yield column.problem("risk_without_response", place, raw, part=risk.text)


def _unread(parts: tuple[str, ...], column: Column, place: Place, raw: str) -> Iterator[Problem]:
    for part in parts:
        yield column.problem("milestone_unread", place, raw, part=part)


def _order(
    milestones: tuple[Milestone, ...], column: Column, place: Place, raw: str
) -> Iterator[Problem]:
    for earlier, later in pairwise(milestones):
        if later.day < earlier.day:
            params = {"part": later.part, "previous": earlier.part}
            yield column.problem("milestones_backwards", place, raw, **params)


def _outside(
    milestones: tuple[Milestone, ...],
    period: tuple[date, date] | None,
    column: Column,
    place: Place,
    raw: str,
) -> Iterator[Problem]:
    if period is None:
        return
    start, end = period
    for milestone in milestones:
        if not start - _NEAR <= milestone.day <= milestone.until <= end + _NEAR:
            params = {
                "part": milestone.part,
                "day": milestone.day.isoformat(),
                "start": start.isoformat(),
                "end": end.isoformat(),
            }
            yield column.problem("milestone_outside", place, raw, **params)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReading:
    """The form's typed values by field id, where they stand, and what was doubtful."""

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def period(self) -> tuple[date, date] | None:
        """The first and last day, if both are known and in order."""
        start, end = (self.values.get(name) for name in Campaign.PERIOD)
        return (start, end) if start and end and start <= end else None


def form_share(grid: Grid, form: FormSheet) -> float:
    """Return which share of the form's fields a tab has labels of."""
    return len(_labels(grid, form)) / len(form.fields) if form.fields else 0.0


def field_rows(grid: Grid, form: FormSheet) -> frozenset[int]:
    """Return the rows (from 0) that hold a field of the form."""
    return frozenset(row for row, _ in _labels(grid, form).values())


def read_form(
    grid: Grid, form: FormSheet, around: Surroundings, *, cells: FieldCells | None = None
) -> FormReading:
    """Read the form; the campaign's days come first, as they give other dates their year.

    `cells` tells where the values stand; None finds them beside their labels.
    """
    at = _value_cells(grid, form) if cells is None else cells
    values: dict[str, Any] = dict.fromkeys(f.id for f in form.fields)
    places: dict[str, Place] = {}
    problems: list[Problem] = []
    columns = {column for _, column in at.values()}
    codes, formulas = grid.format_codes(columns), grid.uncalculated_cells(columns)
    order = sorted(form.fields, key=lambda f: f.id not in Campaign.PERIOD)
    for column in order:
        if column.id not in at:
            if column.is_required:
                problems.append(column.problem("missing_field", grid.place()))
            continue
        row, cell_column = at[column.id]
        place = places[column.id] = grid.place(row, cell_column)
        start = values.get(Campaign.START_DATE)
        # The first day alone already gives the last day its year.
        period = FormReading(values=values).period or ((start, start) if start else None)
        here = replace(around, period=period or around.period)
        raw = grid.cells[row, cell_column] if cell_column < grid.width else None
        if formula := formulas.get((row, cell_column)):
            problems.append(column.problem("formula_not_calculated", place, formula))
            continue
        code = codes.get((row, cell_column), "")
        is_percent = column.type in ("percent", "quantity") and shows_percent(code)
        if column.is_numeric and not is_percent and isinstance(raw, int | float):
            raw = seen(code, raw) or raw
        label = grid.text(row, max(cell_column - 1, 0))
        values[column.id], problem = _value(raw, column, label, here, place, is_percent=is_percent)
        if problem is not None:
            problems.append(problem)
    problems += _period_problems(form, values, places)
    problems += _order_problems(form, values, places)
    positions = {f.id: index for index, f in enumerate(form.fields)}
    problems.sort(key=lambda p: positions.get(p.column or "", 0))
    return FormReading(values=values, places=places, problems=tuple(problems))


def _value(
    raw: object,
    column: Column,
    label: str,
    around: Surroundings,
    place: Place,
    *,
    is_percent: bool,
) -> tuple[Any, Problem | None]:
    context = replace(column_context(column, label, around), percent_format=is_percent)
    is_error = isinstance(raw, str) and raw.startswith("#") and raw.rstrip("!?/A").isupper()
    cell = parse(raw, column.type, context)
    code = "error_cell" if is_error and cell.fault else cell.fault or cell.note
    if code is None and cell.value is None and column.is_required:
        code = "required_blank"
    value = None if code == "error_cell" else _plain(cell.value, column)
    if column.type == "department" and isinstance(value, str):
        value = (context.choices or {}).get(fold(value), value)
    if code is None:
        return value, None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return value, column.problem(code, place, raw, **cell.params)


def _plain(value: object, column: Column) -> Any:
    if isinstance(value, datetime | pd.Timestamp) and column.type == "date":
        return value.date()
    return value


def _period_problems(
    form: FormSheet, values: Mapping[str, Any], places: Mapping[str, Place]
) -> Iterator[Problem]:
    start, end = (values.get(name) for name in Campaign.PERIOD)
    if start and end and end < start:
        column, params = form[Campaign.END_DATE], {"start": start.isoformat()}
        yield column.problem("end_before_start", places[column.id], end.isoformat(), **params)


def _order_problems(
    form: FormSheet, values: Mapping[str, Any], places: Mapping[str, Place]
) -> Iterator[Problem]:
    """Report the days that lie before the day they may not precede."""
    for column in form.fields:
        if column.not_before is None:
            continue
        day, earliest = values.get(column.id), values.get(column.not_before)
        if day and earliest and day < earliest:
            params = {"other": form[column.not_before].label, "day": earliest.isoformat()}
            yield column.problem("day_too_early", places[column.id], day.isoformat(), **params)


def _value_cells(grid: Grid, form: FormSheet) -> dict[str, tuple[int, int]]:
    """Return the cell (from 0) of each field's value.

    Values stand at one distance from their labels; it is learnt from the fields that are filled.
    """
    ends = {name: (row, _end(grid, row, at)) for name, (row, at) in _labels(grid, form).items()}
    own_words = _own_words(form)
    distances: Counter[int] = Counter()
    for row, end in ends.values():
        for distance in range(1, _REACH + 1):
            at = end + distance
            cell = grid.cells[row, at] if at < grid.width else ""
            if isinstance(cell, str) and fold(cell) in own_words:
                break
            if cell is not None and cell != "":
                distances[distance] += 1
                break
    distance = min(distances, key=lambda d: (-distances[d], d), default=1)
    found = {}
    for name, (row, end) in ends.items():
        cell = grid.text(row, end + distance)
        if not (cell and fold(cell) in own_words):
            found[name] = (row, end + distance)
    return found


@once_each
def field_spellings(form: FormSheet) -> Mapping[str, str]:
    """Map every folded label, id and alias of the form to the field's id; labels come first."""
    words: dict[str, str] = {}
    for column in form.fields:
        for word in column.label.values():
            words.setdefault(fold_label(word), column.id)
    for column in form.fields:
        for word in (column.id, *column.aliases):
            words.setdefault(fold_label(word), column.id)
    return words


def _labels(grid: Grid, form: FormSheet) -> dict[str, tuple[int, int]]:
    """Return the cell (from 0) of each field's label: beside its id, else by its words."""
    found: dict[str, tuple[int, int]] = {}
    words = field_spellings(form)
    ids = {column.id for column in form.fields}
    by_words: dict[str, tuple[int, int]] = {}
    for row in range(min(_ROWS, grid.height)):
        here = _ids_in(grid, row, ids)
        for name, at in _labels_of(here, grid, row, words).items():
            found.setdefault(name, (row, at))
        for at in range(len(here), min(_COLUMNS, grid.width)):
            text = grid.text(row, at)
            if not text:
                continue
            label = _unmarked(fold_label(text))
            if label in words:
                by_words.setdefault(words[label], (row, at))
    taken = set(found.values())
    for name, place in by_words.items():
        if place not in taken:
            found.setdefault(name, place)
    return found


def _ids_in(grid: Grid, row: int, ids: Set[str]) -> dict[str, int]:
    """Return the ids of the fields of a line, which stand in the first columns."""
    found = {}
    for at in range(min(_ID_COLUMNS, grid.width)):
        own = grid.text(row, at).split("|")[0]
        if own in ids:
            found[own] = at
    return found


def _labels_of(
    ids: Mapping[str, int], grid: Grid, row: int, words: Mapping[str, str]
) -> dict[str, int]:
    """Return the columns of the labels of a line's fields: by their words, else by their order.

    Of two fields in a line the second label follows the value of the first.
    """
    if not ids:
        return {}
    first = _next_text(grid, row, max(ids.values()))
    found = dict(zip(ids, range(first, first + 2 * len(ids), 2), strict=False))
    if len(ids) > 1:
        for at in range(first, min(_COLUMNS, grid.width)):
            label = _unmarked(fold_label(grid.text(row, at)))
            if label in words and words[label] in ids:
                found[words[label]] = at
    return found


def _unmarked(label: str) -> str:
    """Return a folded label without the mark for required fields that may share its cell."""
    for mark in _marks():
        if label.endswith(mark) and label != mark:
            return fold_label(label.removesuffix(mark))
    return label


@cache
def _marks() -> tuple[str, ...]:
    return tuple(fold(say("sheets", "mark.required", language)) for language in LANGUAGES)


def _next_text(grid: Grid, row: int, at: int) -> int:
    reach = range(at + 1, min(at + 1 + _REACH, grid.width))
    return next((column for column in reach if grid.text(row, column)), at + 1)


def _end(grid: Grid, row: int, at: int) -> int:
    """Return the last column of a cell, which may be merged."""
    for top, left, bottom, right in grid.merges:
        if top <= row <= bottom and left <= at <= right:
            return right
    return at


@once_each
def _own_words(form: FormSheet) -> set[str]:
    """Return every wording the form itself shows: none of them is a value."""
    texts: list[Text] = [form.title, form.subtitle, form.heading]
    texts += [column.label for column in form.fields]
    for section in form.sections.values():
        texts.append(section.heading)
        texts += [text for row in section.rows for text in row.cells]
        texts += list(section.head)
    return {fold(word) for text in texts for word in text.values() if word}
