"""Workbooks the writer's tests look into: the example campaign, and one of a few records."""

from __future__ import annotations

import warnings
import zipfile
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.workbook import Workbook

from marketing_sheets.loading import library_template, load_template
from marketing_sheets.reader import read_csv_records, read_form_csv
from marketing_sheets.records import Origin, SheetRecords
from marketing_sheets.template import TableSheet, Template
from marketing_sheets.texts import Language, templates_folder

__all__ = [
    "CHECKS",
    "example",
    "load",
    "only",
    "opened",
    "part",
    "parts",
    "records_of",
    "rules_of",
    "template",
]


# The columns of checks at the end of a table, and what they are called in Simplified Chinese.
CHECKS = {"trace.check_codes": "核对码", "trace.check": "需核对"}


@cache
def template() -> Template:
    """Load the campaign tracker."""
    return library_template("campaign_tracker")


@cache
def only(*sheet_ids: str) -> Template:
    """Return a template of some of the campaign tracker's sheets alone."""
    head = 'format = 1\nid = "small"\ntitle = "Small"\n'
    sheets = "".join(f'[[sheets]]\nuse = "{name}"\n' for name in sheet_ids)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "small.toml"
        path.write_text(head + sheets, encoding="utf-8")
        return load_template(path)


@cache
def example(language: Language) -> tuple[dict[str, object], dict[str, SheetRecords]]:
    """Load the example campaign: its form and its records."""
    folder = templates_folder() / "examples" / "campaign_tracker" / language
    form, _ = read_form_csv(folder, template(), language=language)
    records, _ = read_csv_records(folder, template(), form=form, language=language)
    return dict(form), dict(records)


def records_of(sheet_id: str, rows: list[dict[str, Any]], **raw: list[Any]) -> SheetRecords:
    """Build records of a few typed rows; `raw` gives columns as they were typed."""
    sheet = template()[sheet_id]
    assert isinstance(sheet, TableSheet)
    kinds = dict.fromkeys(("number", "money", "percent", "ratio", "quantity"), "Float64")
    kinds |= {"integer": "Int64", "date": "datetime64[s]"}
    frame = pd.DataFrame(
        {
            c.id: pd.Series([row.get(c.id) for row in rows], dtype=kinds.get(c.type, "str"))
            for c in sheet.columns
        }
    )
    typed = pd.DataFrame({c.id: frame[c.id].astype(object) for c in sheet.inputs})
    for name, values in raw.items():
        typed[name] = pd.Series(values, dtype=object)
    return SheetRecords(
        sheet=sheet_id,
        frame=frame,
        raw=typed,
        rows=np.arange(len(rows)) + 7,
        origin=Origin(file=None, sheet=sheet.label["zh-Hans"], header_row=6, columns={}),
    )


def load(path: Path, *, values: bool = False) -> Workbook:
    """Open a workbook with openpyxl, which says that it knows no data bars of Excel 2010."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Unknown extension|Conditional Formatting")
        return openpyxl.load_workbook(path, data_only=values)


def opened(path: Path, *, values: bool = False) -> Workbook:
    """Open a workbook as `load` does, once for all who only look into it."""
    return _opened(path, path.stat().st_mtime_ns, values)


@lru_cache(maxsize=12)
def _opened(path: Path, _saved: int, values: bool) -> Workbook:
    return load(path, values=values)


def part(path: Path, name: str) -> str:
    """Return a part of the package as text."""
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


def parts(path: Path) -> list[str]:
    """Return the names of the package's parts."""
    with zipfile.ZipFile(path) as package:
        return package.namelist()


def rules_of(book: Workbook, tab: str) -> list[tuple[int, str, str]]:
    """Return a tab's conditional formats by priority: priority, area, formula or kind."""
    found = []
    for area in book[tab].conditional_formatting:
        for rule in area.rules:
            text = rule.formula[0] if rule.formula else rule.type
            found.append((rule.priority, str(area.sqref), text))
    return sorted(found)
