"""Read the lists sheet back: staff's own words and their attributes, settings, alert thresholds."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from ..problems import Place, Problem
from ..template import (
    DEPARTMENTS,
    MOST_DAYS,
    Choices,
    ColumnType,
    Rule,
    Setting,
    SettingValue,
    TableSheet,
    Template,
    Threshold,
    least_days,
)
from ..texts import LANGUAGES, Text, fold, fold_label, say
from ..values import Context, as_typed, likeliest, parse
from .table import Grid, choice_words

_RULE, _GROUP, _LIMIT, _DAYS, _ON = "rule", "rule.group", "rule.limit", "rule.days", "rule.on"
_HOLIDAY = "holiday"
_ROWS = 30
_LIST, _SETTING, _VALUE = "list:", "setting", "setting.value"
_MOST_KNOWN = 32
Entries = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """The lists sheet: which column holds what, and the first row of entries.

    `entries` are the lists as the workbook has them, once they are read.
    """

    grid: Grid
    template: Template
    at: Mapping[str, int]
    first: int
    entries: Entries = field(default_factory=dict)

    def place(self, row: int, part: str) -> Place:
        """Return the place of a cell in the column that holds `part`."""
        return self.grid.place(row, self.at[part])

    def problem(self, code: str, row: int, part: str, raw: object, /, **params: object) -> Problem:
        """Return a problem in a cell of the column that holds `part`."""
        return Problem(code=code, place=self.place(row, part), raw=raw, params=params)

    def cell(self, row: int, part: str) -> Any:
        """Return a cell, None where the sheet has no such column."""
        return self.grid.cells[row, self.at[part]] if part in self.at else None


def _thresholds(sheet: _Sheet, problems: list[Problem]) -> tuple[Threshold, ...]:
    """Read the thresholds; in place of what cannot be used the template's own value counts.

    Of two rows for the same rule and group the first counts.
    """
    if _RULE not in sheet.at:
        return ()
    rules = {
        fold_label(word): rule
        for rule in sheet.template.rules
        for word in (rule.id, *rule.label.values(), *rule.aliases)
    }
    found: dict[tuple[str, str | None], Threshold] = {}
    for row in range(sheet.first, sheet.grid.height):
        said = sheet.grid.text(row, sheet.at[_RULE])
        rule = rules.get(fold_label(said)) if said else None
        if said and rule is None and not _is_head(said, "thresholds", "rule"):
            problems.append(_unknown(sheet, row, _RULE, said))
        if rule is None:
            continue
        group, is_known = _group(sheet, rule, row, problems)
        if not is_known:
            continue
        earlier = found.get((rule.id, group))
        if earlier is not None and earlier.place is not None:
            where = earlier.place.row
            problems.append(sheet.problem("duplicate_entry", row, _RULE, said, row=where))
            continue
        found[rule.id, group] = _threshold(sheet, rule, row, group, problems)
    return tuple(found.values())


def _is_head(text: str, book: str, key: str) -> bool:
    """Tell the header of a column, in any language."""
    return fold_label(text) in {fold_label(say(book, key, language)) for language in LANGUAGES}


def _unknown(sheet: _Sheet, row: int, part: str, said: str) -> Problem:
    return sheet.problem(f"{part.replace('.', '_')}_unknown", row, part, said)


def _group(sheet: _Sheet, rule: Rule, row: int, problems: list[Problem]) -> tuple[str | None, bool]:
    """Return the group a row is for (None: all), and whether it can be told."""
    said = sheet.grid.text(row, sheet.at[_GROUP]) if _GROUP in sheet.at else ""
    if not said:
        return None, True
    sheets = (sheet.template[name] for name in rule.sheets)
    tables = (one for one in sheets if isinstance(one, TableSheet) and rule.by in one)
    choices = next((one[rule.by or ""].choices for one in tables), None)
    if choices is None:
        return None, True
    spellings = choice_words(sheet.template.choices[choices])
    own = {fold(entry): entry for entry in sheet.entries.get(choices, {})}
    group = spellings.get(fold(said), own.get(fold(said)))
    if group is None:
        problems.append(_unknown(sheet, row, _GROUP, said))
    return group, group is not None


def _threshold(
    sheet: _Sheet, rule: Rule, row: int, group: str | None, problems: list[Problem]
) -> Threshold:
    limit = days = None
    if rule.limit is not None:
        context = Context(min=0, max=1.0 if rule.unit == "percent" else None)
        limit = _number(sheet, rule, (row, _LIMIT), context, problems)
    if rule.days is not None and rule.setting is None:
        context = Context(min=least_days(rule), max=MOST_DAYS)
        days = _number(sheet, rule, (row, _DAYS), context, problems)
    return Threshold(
        rule=rule.id,
        group=group,
        limit=limit,
        days=None if days is None else int(days),
        is_on=_is_on(sheet, rule, row, problems),
        place=sheet.place(row, _RULE),
    )


def _number(
    sheet: _Sheet,
    rule: Rule,
    at: tuple[int, str],
    context: Context,
    problems: list[Problem],
) -> float | None:
    """Read a number; None, with a problem unless the cell is blank, where it cannot be used."""
    row, part = at
    cell, own = sheet.cell(row, part), rule.days if part == _DAYS else rule.limit
    kind: ColumnType = "integer" if part == _DAYS else rule.unit
    outcome = parse(cell, kind, context)
    if isinstance(outcome.value, int | float):
        return float(outcome.value)
    if outcome.fault is not None:
        shown = f"{(own or 0) * 100:g}%" if kind == "percent" else f"{own:g}"
        code = _code_of(outcome.fault)
        params = {"column": rule.label, "used": shown, **outcome.params}
        problems.append(sheet.problem(code, row, part, cell, **params))
    return None


def _code_of(fault: str) -> str:
    """Return the problem of a setting that cannot be used: each says what is used instead."""
    return "setting_out_of_range" if fault == "out_of_range" else "setting_unread"


def _is_on(sheet: _Sheet, rule: Rule, row: int, problems: list[Problem]) -> bool:
    cell = sheet.cell(row, _ON)
    outcome = parse(cell, "yes_no", Context())
    if outcome.fault is not None:
        word = f"yes_no.{'yes' if rule.is_on else 'no'}"
        used = Text({language: say("sheets", word, language) for language in LANGUAGES})
        params = {"column": rule.label, "used": used, **outcome.params}
        problems.append(sheet.problem(_code_of(outcome.fault), row, _ON, cell, **params))
        return rule.is_on
    # A row that says nothing about it is there to count.
    return outcome.value is not False


def _holidays(sheet: _Sheet, problems: list[Problem]) -> Iterator[date]:
    if _HOLIDAY not in sheet.at:
        return
    for row in range(sheet.first, sheet.grid.height):
        cell = sheet.cell(row, _HOLIDAY)
        outcome = parse(cell, "date", Context())
        if isinstance(outcome.value, date):
            day = outcome.value
            yield day.date() if isinstance(day, datetime) else day
        elif outcome.fault is not None and not _is_head(str(cell), "sheets", "lists.holiday"):
            problems.append(sheet.problem("holiday_unknown", row, _HOLIDAY, cell))


_KNOWN: dict[bytes, tuple[Template, Lists]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Per list its entries with their attributes, per setting its value, and what was doubtful."""

    entries: Entries
    settings: Mapping[str, SettingValue]
    problems: tuple[Problem, ...] = field(default=())
    thresholds: tuple[Threshold, ...] = ()
    holidays: tuple[date, ...] = ()


def default_lists(template: Template) -> Lists:
    """Return the lists and settings as the template has them."""
    entries = {
        choices.id: {item.id: dict(item.attributes) for item in choices.items}
        for choices in template.choices.values()
    }
    return Lists(entries=entries, settings={k: s.value for k, s in template.settings.items()})


def find_lists_row(grid: Grid) -> int | None:
    """Return the row of ids that makes a tab the lists sheet, or None."""
    for row in range(min(_ROWS, grid.height)):
        if any(_part(grid.text(row, at)).startswith(_LIST) for at in range(grid.width)):
            return row
    return None


def read_lists(grid: Grid, template: Template) -> Lists:
    """Read a lists sheet; what it lacks is taken from the template.

    Departments that fill in copies of one workbook mostly have the same lists.
    """
    row = find_lists_row(grid)
    if row is None:
        return default_lists(template)
    at = {_part(grid.text(row, column)): column for column in range(grid.width)}
    formulas = grid.uncalculated_cells({at[_VALUE]} if _VALUE in at else set())
    key = pickle.dumps((id(template), grid.name, grid.cells.tolist(), formulas))
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        # With the template, so that no other one can have its id.
        known = _KNOWN[key] = template, _read_lists(grid, template, row)
    return _in_file(known[1], grid.file)


def _in_file(lists: Lists, file: str | None) -> Lists:
    """Return lists as they stand in a file of another name."""
    return replace(
        lists,
        problems=tuple(replace(p, place=replace(p.place, file=file)) for p in lists.problems),
        thresholds=tuple(
            t if t.place is None else replace(t, place=replace(t.place, file=file))
            for t in lists.thresholds
        ),
    )


def _read_lists(grid: Grid, template: Template, row: int) -> Lists:
    default = default_lists(template)
    at = {_part(grid.text(row, column)): column for column in range(grid.width)}
    sheet = _Sheet(grid=grid, template=template, at=at, first=row + 1)
    problems: list[Problem] = []
    settings = dict(default.settings)
    for setting, value_row in _settings(sheet):
        problem = _setting(sheet, setting, value_row, settings)
        if problem is not None:
            problems.append(problem)
    entries = dict(default.entries)
    for choices in template.choices.values():
        if _LIST + choices.id in at:
            entries[choices.id] = _entries(sheet, choices, problems)
    sheet = replace(sheet, entries=entries)
    thresholds = _thresholds(sheet, problems)
    holidays = tuple(sorted(set(_holidays(sheet, problems))))
    return Lists(
        entries=entries,
        settings=settings,
        problems=tuple(problems),
        thresholds=thresholds,
        holidays=holidays,
    )


def _part(text: str) -> str:
    """Return an id without the sheet's stamp, which shares the first cell."""
    return text.split("|", maxsplit=1)[0]


def _entries(sheet: _Sheet, choices: Choices, problems: list[Problem]) -> dict[str, dict[str, str]]:
    """Return the entries of a list; of two that mean the same the first counts, as in Excel."""
    part, grid = _LIST + choices.id, sheet.grid
    spellings = choice_words(choices)
    known = {item.id: dict(item.attributes) for item in choices.items}
    labels = {fold_label(word) for word in choices.label.values()}
    entries: dict[str, dict[str, str]] = {}
    rows: dict[str, int] = {}
    for row in range(sheet.first, grid.height):
        cell = grid.cells[row, sheet.at[part]]
        text = "" if cell is None else as_typed(cell)
        if not text or fold_label(text) in labels:
            continue
        entry = spellings.get(fold(text), text)
        earlier = rows.setdefault(fold(entry), row)
        if earlier != row:
            found = sheet.problem("duplicate_entry", row, part, text, row=earlier + 1)
            problems.append(found)
            continue
        entries[entry] = dict(known.get(entry, {}))
        problems += _attributes(sheet, choices, row, text, entries[entry])
    if choices.id == DEPARTMENTS and entries:
        return entries  # whoever names departments has no others
    for entry, attributes in known.items():
        entries.setdefault(entry, attributes)
    return entries


def _attributes(
    sheet: _Sheet, choices: Choices, row: int, entry: str, attributes: dict[str, str]
) -> Iterator[Problem]:
    """Read the attributes of one entry into `attributes`.

    One that is blank or unknown is left out, for formulas in Excel see none either.
    """
    for name, list_id in choices.attributes.items():
        part = f"{_LIST}{choices.id}.{name}"
        if part not in sheet.at:
            continue
        values = sheet.template.choices[list_id]
        said = sheet.grid.text(row, sheet.at[part])
        spellings = choice_words(values)
        if fold(said) in spellings:
            attributes[name] = spellings[fold(said)]
            continue
        attributes.pop(name, None)
        texts = {item.id: item.label for item in values.items}
        _, allowed = likeliest(said, spellings, texts)
        code = "attribute_unknown" if said else "attribute_blank"
        first = values.items[0].label  # what formulas without the attribute come to
        params = {"column": values.label, "entry": entry, "used": first, "allowed": allowed}
        yield sheet.problem(code, row, part, said, **params)


def _settings(sheet: _Sheet) -> Iterator[tuple[Setting, int]]:
    if _SETTING not in sheet.at or _VALUE not in sheet.at:
        return
    words = {
        fold_label(word): setting
        for setting in sheet.template.settings.values()
        for word in (setting.id, *setting.label.values(), *setting.aliases)
    }
    for row in range(sheet.first, sheet.grid.height):
        setting = words.get(fold_label(sheet.grid.text(row, sheet.at[_SETTING]) or "-"))
        if setting is not None:
            yield setting, row


def _setting(
    sheet: _Sheet, setting: Setting, row: int, settings: dict[str, SettingValue]
) -> Problem | None:
    """Read one setting into `settings`; where it cannot be used the template's value stays."""
    at = sheet.at[_VALUE]
    cell = sheet.grid.cells[row, at]
    formula = sheet.grid.uncalculated_cells({at}).get((row, at))
    if formula:
        used = _shown(setting)
        return sheet.problem(
            "setting_unread", row, _VALUE, formula, column=setting.label, used=used
        )
    if (choices := setting.choices) is not None:
        return _chosen(sheet, setting, choices, row, settings)
    outcome = parse(cell, setting.type, Context(min=setting.min, max=setting.max))
    if isinstance(outcome.value, int | float):
        settings[setting.id] = float(outcome.value)
        if not isinstance(cell, str):
            return None
        # Formulas compare with the cell, and to Excel a text is larger than any number.
        told = {"column": setting.label, "count": 1, "value": f"{outcome.value:.15g}"}
        return sheet.problem("formulas_need_value", row, _VALUE, cell, **told)
    code = "setting_blank" if outcome.fault is None else _code_of(outcome.fault)
    params = {"column": setting.label, "used": _shown(setting), **outcome.params}
    return sheet.problem(code, row, _VALUE, cell, **params)


def _shown(setting: Setting) -> Text | str:
    """Return the template's value of a setting, as it is shown on the sheet."""
    if setting.choices is not None:
        return next(item.label for item in setting.items if item.id == setting.value)
    value = float(setting.value)
    return f"{value * 100:g}%" if setting.type == "percent" else f"{value:g}"


def _chosen(
    sheet: _Sheet,
    setting: Setting,
    choices: Choices,
    row: int,
    settings: dict[str, SettingValue],
) -> Problem | None:
    """Read a choice into `settings` by any of its spellings, in any language."""
    said = sheet.grid.text(row, sheet.at[_VALUE])
    spellings = choice_words(choices)
    if fold(said) in spellings:
        settings[setting.id] = spellings[fold(said)]
        return None
    labels = {item.id: item.label for item in choices.items}
    _, allowed = likeliest(said, spellings, labels)
    params = {"column": setting.label, "used": labels[str(setting.value)], "allowed": allowed}
    code = "setting_unknown" if said else "setting_blank"
    return sheet.problem(code, row, _VALUE, said, **params)
