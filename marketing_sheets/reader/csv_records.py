"""Read records out of a folder of CSV files, one a sheet, by the same rules as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import RecordsError
from ..languages import Language
from ..places import Place, column_letter
from ..problems import Problem
from ..records import SheetRecords
from ..templates import TableSheet, Template
from .csv_files import CsvRows, csv_files, read_csv_rows
from .form import FormReading
from .grid import Grid, grid_of
from .headers import Header, find_header
from .lists import default_lists
from .tables import TableReading, read_table
from .typed import Surroundings

__all__ = ["read_csv_records"]

# A workbook keeps what is not ours where it stands; out of a CSV file it goes nowhere.
_IN_CSV = {"unknown_column": "csv_column_ignored", "duplicate_column": "csv_column_double"}
# There all figures are texts, and no formulas stand beside them.
_NOT_IN_CSV = frozenset(("formulas_need_value", "formulas_need_word"))


def read_csv_records(
    folder: Path, template: Template, *, form: Mapping[str, object], language: Language
) -> tuple[dict[str, SheetRecords], tuple[Problem, ...]]:
    """Read the tables of the template that have a CSV file in `folder`.

    A file is called by the sheet's id, its label or an alias; headers are ids, labels or aliases;
    both in any language. UTF-8 with or without a byte order mark, or GB18030, which Excel in China
    writes. `form` gives the campaign's days. Raises RecordsError where there is no such folder or
    nothing in it is called as a sheet, and for a file that has no usable header or is no CSV.
    """
    if not folder.is_dir():
        raise RecordsError("no_records_folder", folder=str(folder))
    files, ignored = csv_files(folder, template)
    if not files:
        known = ", ".join(f"{sheet.id}.csv" for sheet in template.sheets)
        raise RecordsError("no_records", folder=str(folder), known=known)
    reading = FormReading(values=form)
    around = Surroundings(
        template=template, period=reading.period, entries=default_lists(template).entries
    )
    sheets: dict[str, SheetRecords] = {}
    problems = list(ignored)
    for sheet in template.tables:
        if sheet.id not in files:
            continue
        path = files[sheet.id]
        place = Place(file=path.name, sheet=sheet.label[language])
        found, left_out = _read(read_csv_rows(path), sheet, around, place)
        sheets[sheet.id] = found.records
        told = [problem for problem in found.problems if problem.code not in _NOT_IN_CSV]
        problems += [replace(p, code=_IN_CSV.get(p.code, p.code)) for p in told]
        problems += left_out
    return sheets, tuple(problems)


def _read(
    file: CsvRows, sheet: TableSheet, around: Surroundings, place: Place
) -> tuple[TableReading, list[Problem]]:
    """Read one table; rows wider than the header are left out."""
    label = place.sheet or ""
    typed = _as_typed(file.rows)
    header = find_header(grid_of(typed, label), sheet)
    if header is None:
        raise RecordsError("no_csv_header", file=place.file, sheet=label)
    heads = header.rows if header.rows else (header.first - 1,)
    width = max(file.widths[row] for row in heads)
    wrong = dict(file.too_wide(width=width, first=header.first, place=place))
    rows = [[""] * len(row) if at in wrong else row for at, row in enumerate(typed)]
    grid = grid_of(rows, label)
    found = read_table(grid, sheet, around, file=place.file)
    if not isinstance(found, TableReading):
        raise RecordsError("no_csv_header", file=place.file, sheet=label)
    return found, [*wrong.values(), *_nameless(grid, header, found, place)]


def _as_typed(rows: list[list[str]]) -> list[list[str]]:
    """Put what was typed, `<id>.raw` of an export, in the place of the number it came to."""
    header = rows[0] if rows else []
    sources = {
        header.index(name): at
        for at, name in enumerate(n.removesuffix(".raw") for n in header)
        if header[at] != name and name in header
    }
    beside = {
        at for at, n in enumerate(header) if n[: n.rfind(".")] in {header[i] for i in sources}
    }
    return [
        [
            "" if at in beside else row[sources.get(at, at) if number else at]
            for at in range(len(row))
        ]
        for number, row in enumerate(rows)
    ]


def _nameless(grid: Grid, header: Header, found: TableReading, place: Place) -> Iterator[Problem]:
    """Name the columns beside the table that hold something under no header."""
    bound = found.records.origin.columns.values()
    for at in range(grid.width):
        is_beside = bound and not min(bound) <= at + 1 <= max(bound)
        cells = grid.cells[header.first :, at]
        if is_beside and at not in header.shown and any(cell.strip() for cell in cells):
            params = {"column": column_letter(at + 1)}
            where = replace(place, row=header.first, column=at + 1)
            yield Problem(code="csv_column_ignored", place=where, params=params)
