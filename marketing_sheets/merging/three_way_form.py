"""Merge the form and the lists of a split: what only one side changed is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..places import Place
from .model import Conflict, Version
from .row_texts import value_text
from .three_way_model import Sheets, preferred

__all__ = ["merge_choices", "merge_form", "merge_settings"]

_LISTS = "lists"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a source says in a field or a setting, and where."""

    source: int
    value: Any
    place: Place


def merge_form(around: Sheets, conflicts: list[Conflict]) -> dict[str, Any]:
    """Return the form's fields; the department that a split filled in is headquarters'."""
    base = next(iter(around.bases.values()))
    form: dict[str, Any] = {}
    for sheet in around.template.forms:
        for field in sheet.fields:
            is_filled_in = base.by == "department" and field.type == "department"
            answers = []
            for number in _sides(around, parts=not is_filled_in):
                source = around.sources[number]
                place = source.reading.form_places.get(field.id) or Place(file=source.file)
                value = source.reading.form.get(field.id)
                answers.append(_Answer(source=number, value=value, place=place))
            text = base.form.get(field.id, "")
            if answers:
                settled = _settle(around, text, answers)
                form[field.id] = settled[0].value
                conflicts += _conflicts(around, sheet.id, field.id, settled)
            else:
                form[field.id] = text or None
    return form


def merge_settings(around: Sheets, conflicts: list[Conflict]) -> dict[str, float | str]:
    """Return the settings of the lists sheet."""
    base = next(iter(around.bases.values()))
    settings: dict[str, float | str] = {}
    for name in around.template.settings:
        answers = [
            _Answer(
                source=number,
                value=around.sources[number].reading.settings[name],
                place=Place(file=around.sources[number].file),
            )
            for number in _sides(around)
            if name in around.sources[number].reading.settings
        ]
        if answers:
            settled = _settle(around, base.settings.get(name, ""), answers)
            settings[name] = settled[0].value
            conflicts += _conflicts(around, _LISTS, name, settled)
    return settings


def merge_choices(around: Sheets) -> dict[str, dict[str, dict[str, str]]]:
    """Return the entries of all lists; what headquarters says about one that it has holds."""
    merged: dict[str, dict[str, dict[str, str]]] = {}
    sides = [*_sides(around)]
    for number in [*sides, *(n for n in range(len(around.sources)) if n not in sides)]:
        for name, entries in around.sources[number].reading.choices.items():
            known: Mapping[str, Mapping[str, str]] = entries
            for entry, attributes in known.items():
                merged.setdefault(name, {}).setdefault(entry, dict(attributes))
    return merged


def _sides(around: Sheets, *, parts: bool = True) -> Iterator[int]:
    """Walk the sources that know the base: headquarters, then the parts."""
    if around.headquarters is not None:
        yield around.headquarters
    if parts:
        yield from around.bases


def _settle(around: Sheets, base: str, answers: list[_Answer]) -> list[_Answer]:
    """Return the answer to take, and after it those that edited it to something else."""
    edits: dict[str, _Answer] = {}
    for answer in answers:
        if (text := value_text(answer.value)) != base:
            edits.setdefault(text, answer)
    rest = [*edits.values()] or answers[:1]
    return [rest.pop(preferred(around, [answer.source for answer in rest])), *rest]


def _conflicts(
    around: Sheets, sheet: str, column: str, answers: list[_Answer]
) -> Iterator[Conflict]:
    if len(answers) < 2:
        return
    versions = tuple(
        Version(
            text=value_text(answer.value),
            file=around.sources[answer.source].file,
            place=answer.place,
        )
        for answer in answers
    )
    yield Conflict(sheet=sheet, key=(), column=column, versions=versions, kept=(0,))
