"""Merge the form and the lists of a split: what only one side changed is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..problems import Place
from ..template import Column, Rule, Threshold
from .form import ThresholdRow, base_name, in_order, name_of, part_text, place_of, row_of, spellings
from .model import PARTS, Change, Conflict, Version, shown_value
from .rows import value_text
from .three_way_work import Findings, Sheets, preferred, told

_LISTS = "lists"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a source says in a field or a setting, and where."""

    source: int
    value: Any
    place: Place


def merge_form(around: Sheets, findings: Findings) -> dict[str, Any]:
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
                shown = [
                    shown_value(field, answer.value, around.template, around.language)
                    for answer in settled
                ]
                _tell(
                    around, findings, (sheet.id, field.id), settled, text, shown=shown, column=field
                )
            else:
                form[field.id] = text or None
    return form


def merge_settings(around: Sheets, findings: Findings) -> dict[str, float | str]:
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
            _tell(around, findings, (_LISTS, name), settled, base.settings.get(name, ""))
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


def merge_thresholds(around: Sheets, findings: Findings) -> tuple[Threshold, ...]:
    """Return the rows for the rules of alerts, cell by cell; one side may have deleted a row."""
    spelt = spellings(merge_choices(around))
    rules = {rule.id: rule for rule in around.template.rules}
    # Where the whole area is gone nothing was deleted.
    sides = [n for n in _sides(around) if around.sources[n].reading.thresholds]
    rows: dict[ThresholdRow, dict[int, Threshold]] = {}
    for number in sides:
        for one in around.sources[number].reading.thresholds:
            if one.rule in rules:
                rows.setdefault(row_of(one, spelt), {}).setdefault(number, one)
    merged = []
    for row in in_order(rows, around.template):
        cells, is_edited = _merged_cells(around, rules[row[0]], row, rows[row], findings)
        if is_edited or len(rows[row]) == len(sides):
            merged.append(Threshold(rule=row[0], group=row[1], **cells))
    return tuple(merged)


def _merged_cells(
    around: Sheets,
    rule: Rule,
    row: ThresholdRow,
    said: Mapping[int, Threshold],
    findings: Findings,
) -> tuple[dict[str, Any], bool]:
    """Return the cells of a row for a rule, and whether anybody edited one."""
    base = next(iter(around.bases.values())).thresholds
    key = (name_of(rule, row[1], around.template, around.language),)
    cells: dict[str, Any] = {}
    is_edited = False
    for column, part in PARTS.items():
        answers = [
            _Answer(
                source=number,
                value=getattr(one, part),
                place=place_of(one, around.sources[number]),
            )
            for number, one in said.items()
        ]
        before = base.get(base_name(row, column))
        settled = _settle(around, before or "", answers)
        is_edited |= any(value_text(answer.value) != before for answer in answers)
        cells[part] = settled[0].value
        shown = [part_text(rule, column, answer.value, around.language) for answer in settled]
        if len(set(shown)) > 1:
            findings.conflicts += _conflicts(around, _LISTS, column, settled, key=key, shown=shown)
        elif len(settled) == 1 and value_text(settled[0].value) != (before or ""):
            said_before = before or ""
            findings.changes.append(
                _change(around, (_LISTS, column), settled[0], said_before, shown[0], key=key)
            )
    return cells, is_edited


def merge_holidays(around: Sheets) -> tuple[date, ...]:
    """Return the days off: those that were handed out and that nobody deleted, and all new ones."""
    base = next(iter(around.bases.values())).holidays
    # Where all of them are gone, so may be the sheet.
    sides = [around.sources[number].reading.holidays for number in _sides(around)]
    said = [frozenset(days) for days in sides if days]
    held = sorted({day for days in said for day in days})
    return tuple(
        day for day in held if day.isoformat() not in base or all(day in days for days in said)
    )


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


def _tell(
    around: Sheets,
    findings: Findings,
    cell: tuple[str, str],
    settled: list[_Answer],
    before: str,
    *,
    shown: Sequence[str] = (),
    column: Column | None = None,
) -> None:
    """Put on record what several sides changed differently, or what one side changed."""
    findings.conflicts += _conflicts(around, *cell, settled, shown=shown)
    now = value_text(settled[0].value)
    if len(settled) == 1 and now != before:
        told_before = before if column is None else told(column, before, around)
        after = shown[0] if shown else now
        findings.changes.append(_change(around, cell, settled[0], told_before, after))


def _change(
    around: Sheets,
    cell: tuple[str, str],
    answer: _Answer,
    before: str,
    after: str,
    *,
    key: tuple[str, ...] = (),
) -> Change:
    return Change(
        sheet=cell[0],
        key=key,
        column=cell[1],
        before=before,
        after=after,
        file=around.sources[answer.source].file,
        place=answer.place,
    )


def _conflicts(
    around: Sheets,
    sheet: str,
    column: str,
    answers: list[_Answer],
    *,
    key: tuple[str, ...] = (),
    shown: Sequence[str] = (),
) -> Iterator[Conflict]:
    if len(answers) < 2:
        return
    texts = shown or [value_text(answer.value) for answer in answers]
    versions = tuple(
        Version(
            text=text,
            file=around.sources[answer.source].file,
            place=answer.place,
        )
        for text, answer in zip(texts, answers, strict=True)
    )
    yield Conflict(sheet=sheet, key=key, column=column, versions=versions, kept=(0,))
