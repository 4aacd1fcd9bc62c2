"""Workbooks staff typed into, cell by cell, and what their computed cells must show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from marketing_sheets import generate_workbook
from marketing_sheets.formulas import reason_text
from marketing_sheets.problems import Problem
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import Reading, SheetRecords
from marketing_sheets.template import Column, TableSheet, Template
from marketing_sheets.texts import Language
from marketing_sheets.workbooks import recompute

AS_OF = date(2024, 6, 28)
FORM = {"start_date": date(2024, 6, 1), "end_date": date(2024, 6, 30), "as_of": AS_OF}
FIRST_ROW = 7
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A workbook staff typed into: its file, and what Python reads and computes of it."""

    path: Path
    template: Template
    language: Language
    reading: Reading

    def problems(self, code: str) -> list[tuple[str | None, object]]:
        """List the cells of a kind of problem, with what stands there."""
        return [(p.place.cell, p.raw) for p in self.told(code)]

    def told(self, code: str) -> list[Problem]:
        """List the problems of a kind."""
        return [problem for problem in self.reading.problems if problem.code == code]


def typed(
    folder: Path, template: Template, language: Language, sheets: Mapping[str, Rows]
) -> Typed:
    """Generate a workbook, type rows into it as they are, and read and compute it."""
    path = folder / f"{language}.xlsx"
    form = {k: v for k, v in FORM.items() if any(f.id == k for f in template.fields())}
    most = max(len(rows) for rows in sheets.values())
    generate_workbook(template, path, language=language, form=form, rows=most)
    book: Any = openpyxl.load_workbook(path)
    for name, rows in sheets.items():
        sheet = table(template, name)
        tab = book[sheet.label[language]]
        numbers = {column.id: at for at, column in enumerate(sheet.columns, start=1)}
        for number, row in enumerate(rows, start=FIRST_ROW):
            for column_id, value in row.items():
                tab.cell(number, numbers[column_id]).value = value
    for tab in book.worksheets:
        # openpyxl writes blank cells as numbers without a value, which ironcalc takes for 0.
        cells = tab._cells
        for key in [key for key, cell in cells.items() if cell.value is None]:
            del cells[key]
    book.save(path)
    reading = recompute(read_inputs(path), as_of=AS_OF)
    return Typed(path=path, template=template, language=language, reading=reading)


def table(template: Template, name: str) -> TableSheet:
    """Return a table of a template."""
    sheet = template[name]
    assert isinstance(sheet, TableSheet)
    return sheet


def shown(column: Column, records: SheetRecords, at: int, typed: Typed) -> object:
    """Return what a computed cell must show."""
    value = records.frame[column.id].iloc[at]
    if pd.isna(value):
        assert records.reasons is not None
        why = records.reasons[column.id].iloc[at]
        says = column.undefined == "reason" and why in ("no_data", "zero_base", "negative_base")
        return reason_text(why, typed.language) if says else ""
    if column.choices is not None:
        return typed.template.choices[column.choices].label_of(value, typed.language)
    if isinstance(value, pd.Timestamp):
        return float((value - pd.Timestamp("1899-12-30")).days)
    return value if isinstance(value, str) else float(value)


def plain(value: Any) -> object:
    """Return a recomputed value as `wanted` has it."""
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return float((value - type(value)(1899, 12, 30)).days)
    return round(float(value), 9) if isinstance(value, int | float) else value
