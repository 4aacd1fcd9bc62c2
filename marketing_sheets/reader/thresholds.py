"""Read the alert thresholds and the days off on the lists sheet back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ..languages import LANGUAGES, fold, fold_label
from ..places import Place
from ..problems import Problem
from ..rules import Rule, Threshold
from ..templates import ColumnType, TableSheet, Template
from ..values import Context, parse
from ..wording import say
from .grid import Grid
from .kept import choice_words

__all__ = ["ThresholdArea", "read_holidays", "read_thresholds"]

_RULE, _GROUP, _LIMIT, _DAYS, _ON = "rule", "rule.group", "rule.limit", "rule.days", "rule.on"
_HOLIDAY = "holiday"
_MOST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdArea:
    """The lists sheet: which column (from 0) holds what, its first row of entries (from 0).

    `entries` are the lists as the workbook has them.
    """

    grid: Grid
    template: Template
    at: Mapping[str, int]
    first: int
    file: str | None
    entries: Mapping[str, Mapping[str, Mapping[str, str]]]

    def place(self, row: int, part: str) -> Place:
        """Return the place of a cell in the column that holds `part`."""
        return Place(file=self.file, sheet=self.grid.name, row=row + 1, column=self.at[part] + 1)

    def cell(self, row: int, part: str) -> Any:
        """Return a cell, None where the sheet has no such column."""
        return self.grid.cells[row, self.at[part]] if part in self.at else None


def read_thresholds(area: ThresholdArea, problems: list[Problem]) -> tuple[Threshold, ...]:
    """Read the thresholds; in place of what cannot be used the template's own value counts.

    Of two rows for the same rule and group the first counts.
    """
    if _RULE not in area.at:
        return ()
    rules = {
        fold_label(word): rule
        for rule in area.template.rules
        for word in (rule.id, *rule.label.values(), *rule.aliases)
    }
    found: dict[tuple[str, str | None], Threshold] = {}
    for row in range(area.first, area.grid.height):
        said = area.grid.text(row, area.at[_RULE])
        rule = rules.get(fold_label(said)) if said else None
        if said and rule is None and not _is_head(said, "thresholds", "rule"):
            problems.append(_unknown(area, row, _RULE, said))
        if rule is None:
            continue
        group, is_known = _group(area, rule, row, problems)
        if not is_known:
            continue
        earlier = found.get((rule.id, group))
        if earlier is not None and earlier.place is not None:
            place, params = area.place(row, _RULE), {"row": earlier.place.row}
            problems.append(Problem(code="duplicate_entry", place=place, raw=said, params=params))
            continue
        found[rule.id, group] = _threshold(area, rule, row, group, problems)
    return tuple(found.values())


def _is_head(text: str, book: str, key: str) -> bool:
    """Tell the header of a column, in any language."""
    return fold_label(text) in {fold_label(say(book, key, language)) for language in LANGUAGES}


def _unknown(area: ThresholdArea, row: int, part: str, said: str) -> Problem:
    return Problem(code=f"{part.replace('.', '_')}_unknown", place=area.place(row, part), raw=said)


def _group(
    area: ThresholdArea, rule: Rule, row: int, problems: list[Problem]
) -> tuple[str | None, bool]:
    """Return the group a row is for (None: all), and whether it can be told."""
    said = area.grid.text(row, area.at[_GROUP]) if _GROUP in area.at else ""
    if not said:
        return None, True
    sheets = (area.template[name] for name in rule.sheets)
    tables = (sheet for sheet in sheets if isinstance(sheet, TableSheet) and rule.by in sheet)
    choices = next((sheet[rule.by or ""].choices for sheet in tables), None)
    if choices is None:
        return None, True
    spellings = choice_words(area.template.choices[choices])
    own = {fold(entry): entry for entry in area.entries.get(choices, {})}
    group = spellings.get(fold(said), own.get(fold(said)))
    if group is None:
        problems.append(_unknown(area, row, _GROUP, said))
    return group, group is not None


def _threshold(
    area: ThresholdArea, rule: Rule, row: int, group: str | None, problems: list[Problem]
) -> Threshold:
    limit = days = None
    if rule.limit is not None:
        context = Context(min=0, max=1.0 if rule.unit == "percent" else None)
        limit = _number(area, rule, (row, _LIMIT), context, problems)
    if rule.days is not None and rule.setting is None:
        context = Context(min=-_MOST_DAYS, max=_MOST_DAYS)
        days = _number(area, rule, (row, _DAYS), context, problems)
    return Threshold(
        rule=rule.id,
        group=group,
        limit=limit,
        days=None if days is None else int(days),
        is_on=_is_on(area, rule, row, problems),
        place=area.place(row, _RULE),
    )


def _number(
    area: ThresholdArea,
    rule: Rule,
    at: tuple[int, str],
    context: Context,
    problems: list[Problem],
) -> float | None:
    """Read a number; None, with a problem unless the cell is blank, where it cannot be used."""
    row, part = at
    cell, own = area.cell(row, part), rule.days if part == _DAYS else rule.limit
    kind: ColumnType = "integer" if part == _DAYS else rule.unit
    outcome = parse(cell, kind, context)
    if isinstance(outcome.value, int | float):
        return float(outcome.value)
    if outcome.fault is not None:
        shown = f"{(own or 0) * 100:g}%" if kind == "percent" else f"{own:g}"
        code = "setting_out_of_range" if outcome.fault == "out_of_range" else outcome.fault
        params = {"column": rule.label, "used": shown, **outcome.params}
        problems.append(Problem(code=code, place=area.place(row, part), raw=cell, params=params))
    return None


def _is_on(area: ThresholdArea, rule: Rule, row: int, problems: list[Problem]) -> bool:
    cell = area.cell(row, _ON)
    outcome = parse(cell, "yes_no", Context())
    if outcome.fault is not None:
        params: dict[str, object] = {"column": rule.label, **outcome.params}
        place = area.place(row, _ON)
        problems.append(Problem(code=outcome.fault, place=place, raw=cell, params=params))
    # A row that says nothing about it is there to count.
    if outcome.fault is not None:
        return rule.is_on
    return outcome.value is not False


def read_holidays(area: ThresholdArea, problems: list[Problem]) -> tuple[date, ...]:
    """Read the days off that the sheet names."""
    return tuple(sorted(set(_days(area, problems))))


def _days(area: ThresholdArea, problems: list[Problem]) -> Iterator[date]:
    if _HOLIDAY not in area.at:
        return
    for row in range(area.first, area.grid.height):
        cell = area.cell(row, _HOLIDAY)
        outcome = parse(cell, "date", Context())
        if isinstance(outcome.value, date):
            day = outcome.value
            yield day.date() if isinstance(day, datetime) else day
        elif outcome.fault is not None and not _is_head(str(cell), "sheets", "lists.holiday"):
            place = area.place(row, _HOLIDAY)
            problems.append(Problem(code="holiday_unknown", place=place, raw=cell))
