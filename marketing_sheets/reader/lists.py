"""Read the lists sheet back: words staff added to open lists, their attributes, the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..languages import fold, fold_label
from ..places import Place
from ..problems import Problem
from ..templates import Choices, Setting, Template
from ..values import Context, choice_spellings, parse
from .grid import Grid

__all__ = ["Lists", "default_lists", "find_lists_row", "read_lists"]

_ROWS = 30
_LIST, _SETTING, _VALUE = "list:", "setting", "setting.value"

Entries = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Per list its entries with their attributes, per setting its value, and what was doubtful."""

    entries: Entries
    settings: Mapping[str, float]
    problems: tuple[Problem, ...] = field(default=())


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


def read_lists(grid: Grid, template: Template, *, file: str | None) -> Lists:
    """Read a lists sheet; what it lacks is taken from the template."""
    row = find_lists_row(grid)
    default = default_lists(template)
    if row is None:
        return default
    at = {_part(grid.text(row, column)): column for column in range(grid.width)}
    entries = dict(default.entries)
    problems: list[Problem] = []
    for choices in template.choices.values():
        if _LIST + choices.id in at:
            entries[choices.id] = _entries(grid, template, choices, at, row + 1)
    settings = dict(default.settings)
    for setting, value_row in _settings(grid, template, at, row + 1):
        cell = grid.cells[value_row, at[_VALUE]]
        outcome = parse(cell, setting.type, Context())
        if isinstance(outcome.value, int | float):
            settings[setting.id] = float(outcome.value)
        elif outcome.fault is not None:
            place = Place(file=file, sheet=grid.name, row=value_row + 1, column=at[_VALUE] + 1)
            params = {"column": setting.label, **outcome.params}
            problems.append(Problem(code=outcome.fault, place=place, raw=cell, params=params))
    return Lists(entries=entries, settings=settings, problems=tuple(problems))


def _part(text: str) -> str:
    """Return an id without the sheet's stamp, which shares the first cell."""
    return text.split("|", maxsplit=1)[0]


def _entries(
    grid: Grid, template: Template, choices: Choices, at: Mapping[str, int], first: int
) -> dict[str, dict[str, str]]:
    spellings = choice_spellings(choices)
    known = {item.id: dict(item.attributes) for item in choices.items}
    entries: dict[str, dict[str, str]] = {}
    for row in range(first, grid.height):
        cell = grid.cells[row, at[_LIST + choices.id]]
        text = str(cell).strip() if cell is not None else ""
        if not text or fold_label(text) in {fold_label(w) for w in choices.label.values()}:
            continue
        entry = spellings.get(fold(text), text)
        attributes = entries.setdefault(entry, dict(known.get(entry, {})))
        for name, list_id in choices.attributes.items():
            column = at.get(f"{_LIST}{choices.id}.{name}")
            said = grid.text(row, column) if column is not None else ""
            if said:
                attributes[name] = choice_spellings(template.choices[list_id]).get(fold(said), said)
    for entry, attributes in known.items():
        entries.setdefault(entry, attributes)
    return entries


def _settings(
    grid: Grid, template: Template, at: Mapping[str, int], first: int
) -> Iterator[tuple[Setting, int]]:
    if _SETTING not in at or _VALUE not in at:
        return
    words = {
        fold_label(word): setting
        for setting in template.settings.values()
        for word in (setting.id, *setting.label.values())
    }
    for row in range(first, grid.height):
        setting = words.get(fold_label(grid.text(row, at[_SETTING]) or "-"))
        if setting is not None:
            yield setting, row
