"""Read the form out of a CSV file: a list of field and value, or one row under its header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import RecordsError
from ..languages import Language, fold_label
from ..places import Place
from ..problems import Problem
from ..templates import FormSheet, Template
from .csv_files import CsvRows, csv_files, read_csv_rows
from .form import FormReading, field_spellings, read_form
from .grid import grid_of
from .lists import default_lists
from .typed import Surroundings

__all__ = ["read_form_csv"]

_Pair = tuple[str, str, Place]  # what a field is called, its value, where the value stands


def read_form_csv(
    folder: Path, template: Template, *, language: Language
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """Read the CSV files of the forms in `folder`, called by their ids or by labels.

    Each is a list (a field's id or label, its value beside it) or, as exported, a header of such
    names with one row below. Returns the fields the files have; none without such a file. The
    first form gives the campaign's days to the others. Raises RecordsError if one is neither, or
    cannot be read.
    """
    values: dict[str, object] = {}
    problems: list[Problem] = []
    files = csv_files(folder, template)[0] if folder.is_dir() else {}
    for form in template.forms:
        if form.id in files:
            around = Surroundings(
                template=template,
                period=FormReading(values=values).period,
                entries=default_lists(template).entries,
            )
            found, told = _read(files[form.id], form, around, language)
            values |= found
            problems += told
    return values, tuple(problems)


def _read(
    path: Path, form: FormSheet, around: Surroundings, language: Language
) -> tuple[dict[str, object], list[Problem]]:
    place = Place(file=path.name, sheet=form.label[language])
    pairs, problems = _pairs(read_csv_rows(path), form, place)
    words = field_spellings(form)
    cells: dict[str, tuple[int, int]] = {}
    for at, (name, value, where) in enumerate(pairs):
        field_id = words.get(fold_label(name))
        if field_id is None and value.strip():
            params: dict[str, object] = {"column": name.strip() or where.cell}
            problems.append(
                Problem(code="csv_column_ignored", place=where, raw=value, params=params)
            )
        elif field_id in cells and value.strip():
            used = pairs[cells[field_id][0]][2]
            params = {"column": form[field_id].label, "used": used.cell}
            problems.append(Problem(code="csv_field_double", place=where, raw=value, params=params))
        elif field_id is not None:
            cells.setdefault(field_id, (at, 1))
    if not cells:
        raise RecordsError("bad_form_csv", file=path.name)
    grid = grid_of([[name, value] for name, value, _ in pairs], form.label[language])
    reading = read_form(grid, form, around, file=path.name, cells=cells)
    for problem in reading.problems:
        if problem.code != "missing_field":
            where = pairs[(problem.place.row or 1) - 1][2]
            problems.append(replace(problem, place=where))
    return {name: reading.values[name] for name in reading.places}, problems


def _pairs(file: CsvRows, form: FormSheet, place: Place) -> tuple[list[_Pair], list[Problem]]:
    """Bring a file to a list of names and values; rows that are too wide are left out."""
    words = field_spellings(form)
    head = file.rows[0][: file.widths[0]] if file.rows else []
    known = {words[fold_label(name)] for name in head if fold_label(name) in words}
    is_wide = len(known) >= 2 or (len(known) == 1 and len(head) == 1)
    width = len(head) if is_wide else max(2, 0 if known else len(head))
    wrong = dict(file.too_wide(width=width, first=1 if is_wide else 0, place=place))
    rows = [[""] * len(row) if at in wrong else row for at, row in enumerate(file.rows)]
    if is_wide:
        return _from_row(rows, head, place), list(wrong.values())
    first = 0 if known else 1  # a header of its own: field, value
    pairs = [
        (row[0], row[1] if len(row) > 1 else "", replace(place, row=at + 1, column=2))
        for at, row in enumerate(rows)
        if at >= first
    ]
    return pairs, list(wrong.values())


def _from_row(rows: Sequence[Sequence[str]], head: Sequence[str], place: Place) -> list[_Pair]:
    filled = [at for at, row in enumerate(rows) if at and any(cell.strip() for cell in row)]
    if len(filled) > 1:
        raise RecordsError("bad_form_csv", file=place.file)
    at = filled[0] if filled else 0
    return [
        (name, rows[at][column] if at else "", replace(place, row=at + 1, column=column + 1))
        for column, name in enumerate(head)
    ]
