"""Read records out of a folder of CSV files, one a sheet, by the same rules as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from ..errors import RecordsError
from ..languages import Language
from ..problems import Problem
from ..records import SheetRecords
from ..templates import Template
from .form import FormReading, read_form
from .grid import grid_of
from .lists import default_lists
from .tables import TableReading, read_table
from .typed import Surroundings

__all__ = ["read_csv_records", "read_form_csv"]

_ENCODINGS = ("utf-8-sig", "gb18030")


def read_csv_records(
    folder: Path, template: Template, *, form: Mapping[str, object], language: Language
) -> tuple[dict[str, SheetRecords], tuple[Problem, ...]]:
    """Read `<sheet id>.csv` for each table of the template that has such a file in `folder`.

    Headers are ids, labels or aliases in any language. UTF-8 with or without a byte order mark, or
    GB18030, which Excel in China writes. `form` gives the campaign's days. A file without a usable
    header raises RecordsError, as does one that is no text.
    """
    reading = FormReading(values=form)
    around = Surroundings(
        template=template, period=reading.period, entries=default_lists(template).entries
    )
    sheets: dict[str, SheetRecords] = {}
    problems: list[Problem] = []
    for sheet in template.tables:
        path = folder / f"{sheet.id}.csv"
        if not path.is_file():
            continue
        rows = _rows(path)
        found = read_table(grid_of(rows, sheet.label[language]), sheet, around, file=path.name)
        if not isinstance(found, TableReading):
            raise RecordsError("no_csv_header", file=path.name, sheet=sheet.label[language])
        sheets[sheet.id] = found.records
        problems += found.problems
    return sheets, tuple(problems)


def read_form_csv(
    folder: Path, template: Template, *, language: Language
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """Read `<form id>.csv` in `folder`: a field's id or label, and its value beside it.

    Returns the fields the file has; none without such a file. Raises RecordsError if it is no text.
    """
    form = template.form
    path = folder / f"{form.id}.csv" if form is not None else None
    if form is None or path is None or not path.is_file():
        return {}, ()
    around = Surroundings(template=template, entries=default_lists(template).entries)
    grid = grid_of(_rows(path), form.label[language])
    reading = read_form(grid, form, around, file=path.name, is_list=True)
    problems = tuple(p for p in reading.problems if p.code != "missing_field")
    return {name: reading.values[name] for name in reading.places}, problems


def _rows(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        rows = list(csv.reader(io.StringIO(text, newline="")))
        width = max((len(row) for row in rows), default=0)
        return [row + [""] * (width - len(row)) for row in rows]
    raise RecordsError("csv_encoding", file=path.name)
