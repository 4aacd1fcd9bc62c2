"""The CSV files of a folder: which sheet each one holds, and its rows as they stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import RecordsError
from ..languages import fold, nearest
from ..places import Place
from ..problems import Problem
from ..templates import Sheet, Template

__all__ = ["CsvRows", "csv_files", "read_csv_rows"]

_ENCODINGS = ("utf-8-sig", "gb18030")


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
                row = Place(file=place.file, sheet=place.sheet, row=at + 1)
                yield at, Problem(code="csv_row_too_wide", place=row, params=params)


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
    words = _words(template.sheets)
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


def _words(sheets: Sequence[Sheet]) -> dict[str, str]:
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
        data = path.read_bytes()
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
    return CsvRows(
        rows=[row + [""] * (width - len(row)) for row in rows],
        widths=[len(row) for row in rows],
        lines=lines,
    )
