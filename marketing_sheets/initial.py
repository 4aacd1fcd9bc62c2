"""What a new workbook begins with: the form and records given for it, typed.

They come as arguments, as data frames, or out of a folder of CSV files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from . import reader  # loads what reads frames and folders once there are some
from .errors import UsageError
from .files import StrPath
from .problems import Place, Problem
from .records import SheetRecords
from .template import Campaign, Column, Template
from .texts import Language, fold_label
from .values import Context, choice_spellings, parse

if TYPE_CHECKING:
    from pandas import DataFrame

_NOWHERE = Place()


def initial_content(
    template: Template,
    form: Mapping[str, object],
    records: StrPath | Mapping[str, DataFrame | SheetRecords] | None,
    language: Language,
) -> tuple[dict[str, object], dict[str, SheetRecords], tuple[Problem, ...]]:
    """Return the form's fields, what `form` says before all else, the records, and their doubts."""
    fields: dict[str, object] = {}
    problems: tuple[Problem, ...] = ()
    found: tuple[dict[str, SheetRecords], tuple[Problem, ...]] = {}, ()
    frames = reader.frames_by_sheet(records, template) if isinstance(records, Mapping) else None
    folder = None if records is None or frames is not None else _folder(records)
    if folder is not None:
        fields, problems = reader.read_form_csv(folder, template, language=language)
    for one in template.forms:
        if frames is not None and one.id in frames:
            fields |= _typed_form(template, reader.form_row(frames[one.id], one), language)
    fields |= _typed_form(template, form, language)
    _check_period(fields)
    if frames is not None:
        found = reader.read_frames(frames, template, form=fields, language=language)
    elif folder is not None:
        found = reader.read_csv_records(folder, template, form=fields, language=language)
    sheets, told = found
    return fields, sheets, problems + told


def _folder(records: object) -> Path:
    """Return the folder of records; anything else lacks its sheet."""
    if not isinstance(records, str | PathLike):
        raise UsageError("records_without_sheet", found=type(records).__name__)
    return Path(records)


def _typed_form(
    template: Template, given: Mapping[str, object], language: Language
) -> dict[str, object]:
    fields = tuple(template.fields())
    if not given:
        return {}
    if not fields:
        raise UsageError("no_form", template=template.id)
    typed: dict[str, object] = {}
    for name, value in given.items():
        field = _field(fields, name)
        context = Context(
            choices=choice_spellings(template.choices[field.choices]) if field.choices else None,
            choices_open=True,
            min=field.min,
            max=field.max,
        )
        cell = parse(value, field.type, context)
        if cell.fault is not None:
            problem = field.problem(cell.fault, _NOWHERE, value, **cell.params)
            raise UsageError(
                "bad_field",
                field=name,
                detail=problem.message(language),
                hint=problem.hint(language),
            )
        typed[field.id] = cell.value
    return typed


def _field(fields: Sequence[Column], name: str) -> Column:
    spellings = {fold_label(one): f for f in fields for one in (f.id, *f.label.values())}
    found = spellings.get(fold_label(name))
    if found is None:
        raise UsageError.unknown("field", name, {field.id: field.label for field in fields})
    return found


def _check_period(fields: Mapping[str, object]) -> None:
    start, end = (fields.get(name) for name in Campaign.PERIOD)
    if isinstance(start, date) and isinstance(end, date) and end < start:
        raise UsageError("end_before_start", start=start.isoformat(), end=end.isoformat())
