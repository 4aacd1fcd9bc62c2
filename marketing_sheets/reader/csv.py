"""Read a form and records out of a folder of CSV files, by the same rules as a workbook.

One file a sheet; a form is a list of field and value, or one row under its header.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import RecordsError
from ..files import read_file
from ..problems import Place, Problem
from ..records import SheetRecords
from ..template import FormSheet, Sheet, TableSheet, Template
from ..texts import Language, fold, fold_label, nearest
from .form import FormReading, field_spellings, read_form
from .headers import find_header
from .lists import default_lists
from .table import Surroundings, grid_of
from .tables import TableReading, read_table

_WIDEST, _MOST_CELLS = 16_384, 40_000_000  # columns of a sheet, and cells in all
_ENCODINGS = ("utf-8-sig", "gb18030")
_Pair = tuple[str, str, Place]  # what a field is called, its value, where the value stands
# A workbook keeps what is not ours where it stands; out of a CSV file it goes nowhere.
_IN_CSV = {
    "unknown_column": "csv_column_ignored",
    "duplicate_column": "csv_column_double",
    "day_columns": "csv_days_ignored",
}
# There no formulas stand beside the figures.
NOT_IN_RECORDS = frozenset(("formulas_need_value", "formulas_need_word"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRows:
    """The rows of a file, all as wide as the widest, with what was lost in making them so.

    `widths` are the cells each row had, `lines` the line of the file each began on, from 1.
    """

    rows: list[list[str]]
    widths: Sequence[int]
    lines: Sequence[int]

    def too_wide(self, *, width: int, first: int, place: Place) -> Iterator[tuple[int, Problem]]:
        """Yield the rows from `first` on that hold anything beyond `width` cells.

        What stands there has no name, and most likely a comma without quotes moved it there.
        """
        for at in range(first, len(self.rows)):
            if any(cell.strip() for cell in self.rows[at][width:]):
                params = {"line": self.lines[at], "found": self.widths[at], "expected": width}
                yield at, Problem(code="csv_row_too_wide", place=place.at(at), params=params)


def csv_files(folder: Path, template: Template) -> tuple[dict[str, Path], tuple[Problem, ...]]:
    """Match the .csv files of a folder with the template's sheets.

    A file is called as a sheet's id, or as its label or an alias in any language, compared folded.
    What matches nothing, or a sheet that another file holds, is a problem. Raises RecordsError
    where the folder cannot be listed.
    """
    try:
        paths = sorted(p for p in folder.iterdir() if _is_csv(p))
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecordsError("cannot_read", file=str(folder), reason=reason) from error
    words = sheet_words(template.sheets)
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    # Of two files for one sheet the one that is called by the id is meant.
    for path in sorted(paths, key=lambda p: (words.get(fold(p.stem)) != p.stem, p.name)):
        sheet_id = words.get(fold(path.stem))
        place = Place(file=path.name)
        if sheet_id is None:
            params: dict[str, object] = {"allowed": _allowed(path.stem, words)}
            problems.append(
                Problem(code="csv_file_ignored", place=place, raw=path.name, params=params)
            )
        elif sheet_id in found:
            params = {"sheet": template[sheet_id].label, "used": found[sheet_id].name}
            problems.append(
                Problem(code="csv_file_double", place=place, raw=path.name, params=params)
            )
        else:
            found[sheet_id] = path
    return found, tuple(problems)


def _is_csv(path: Path) -> bool:
    # Programs leave hidden files beside those they have open.
    return path.suffix.lower() == ".csv" and not path.name.startswith((".", "~")) and path.is_file()


def sheet_words(sheets: Sequence[Sheet]) -> dict[str, str]:
    """Map every folded id, label and alias to the sheet's id; ids come first, aliases last."""
    words = {fold(sheet.id): sheet.id for sheet in sheets}
    for sheet in sheets:
        for label in sheet.label.values():
            words.setdefault(fold(label), sheet.id)
    for sheet in sheets:
        for alias in sheet.aliases:
            words.setdefault(fold(alias), sheet.id)
    return words


def _allowed(stem: str, words: Mapping[str, str]) -> str:
    """Return the names there are, the likeliest first."""
    near = nearest(stem, words)
    names = sorted(set(words.values()), key=lambda name: name != near)
    return ", ".join(f"{name}.csv" for name in names)


def read_csv_rows(path: Path) -> CsvRows:
    """Read a file in UTF-8, with or without a byte order mark, or in GB18030.

    Raises RecordsError where it cannot be read, is no text, or has quotes that do not pair.
    """
    try:
        data = read_file(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecordsError("cannot_read", file=path.name, reason=reason) from error
    for encoding in _ENCODINGS:
        try:
            return _parsed(data.decode(encoding), path.name)
        except UnicodeDecodeError:
            continue
    raise RecordsError("csv_encoding", file=path.name)


def _parsed(text: str, file: str) -> CsvRows:
    # Strict: a quote that never closes would otherwise swallow the rows below it.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    begun = 1
    try:
        for row in reader:
            rows.append(row)
            lines.append(begun)
            begun = reader.line_num + 1
    except csv.Error as error:
        raise RecordsError("bad_csv", file=file, line=begun) from error
    width = max((len(row) for row in rows), default=0)
    if width > _WIDEST or width * len(rows) > _MOST_CELLS:
        raise RecordsError("csv_too_wide", file=file, columns=f"{width:,}", rows=f"{len(rows):,}")
    return CsvRows(
        rows=[row + [""] * (width - len(row)) for row in rows],
        widths=[len(row) for row in rows],
        lines=lines,
    )


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
            found, told = _read_form(files[form.id], form, around, language)
            values |= found
            problems += told
    return values, tuple(problems)


def _read_form(
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
    rows = [[name, value] for name, value, _ in pairs]
    grid = grid_of(rows, form.label[language], file=path.name)
    reading = read_form(grid, form, around, cells=cells)
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
        (row[0], row[1] if len(row) > 1 else "", place.at(at, 1))
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
        (name, rows[at][column] if at else "", place.at(at, column))
        for column, name in enumerate(head)
    ]


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
        found, left_out = _read_table(read_csv_rows(path), sheet, around, place)
        sheets[sheet.id] = found.records
        told = [problem for problem in found.problems if problem.code not in NOT_IN_RECORDS]
        problems += [replace(p, code=_IN_CSV.get(p.code, p.code)) for p in told]
        problems += left_out
    return sheets, tuple(problems)


def _read_table(
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
    grid = grid_of(rows, label, file=place.file)
    # Nobody but our export writes the ids of all columns, computed ones among them.
    is_export = {column.id for column in sheet.columns} <= set(header.ids.values())
    found = read_table(grid, sheet, replace(around, is_export=is_export))
    if not isinstance(found, TableReading):
        raise RecordsError("no_csv_header", file=place.file, sheet=label)
    return found, [*wrong.values()]


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
