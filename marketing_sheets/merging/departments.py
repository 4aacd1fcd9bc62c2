"""Whose workbook it is: the guide says it, else its rows, else the name of the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath

from ..records import Reading
from ..template import Campaign, TableSheet, Template
from ..texts import fold
from ..values import choice_spellings
from .base import is_nobodys
from .model import Source


def source_of(reading: Reading, *, file: str, modified: datetime | None = None) -> Source:
    """Return a workbook as one that takes part in a merge, with its department and campaign.

    `file` is its shown name. The department is what the form says; else it is left to the rows, if
    a table has departments; else it is the department that the file's name holds, or that name.
    The part of a split by department that holds what is nobody's has none but its rows'.
    """
    spellings = department_spellings(reading)
    is_rest = is_nobodys(reading)
    named = "" if is_rest else _named(file, spellings)
    campaign = reading.form.get(Campaign.NAME)
    said = _said(reading)
    source = Source(
        file=file,
        reading=reading,
        department=named,
        named=named,
        campaign=campaign if isinstance(campaign, str) else "",
        modified=modified if modified is not None else reading.modified,
        department_from="file_name",
    )
    if said:
        return _told(source, spellings.get(fold(said), said), by_rows=False)
    return _told(source, "", by_rows=True) if is_rest or _rows_tell(reading) else source


def department_column(sheet: TableSheet) -> str | None:
    """Return the column that names the department of a row, None where a table has none."""
    return next((c.id for c in sheet.inputs if c.type == "department"), None)


def department_spellings(reading: Reading) -> dict[str, str]:
    """Return the folded spellings of all departments, those that staff added among them."""
    spellings: dict[str, str] = {}
    for name in _department_lists(reading.template):
        for spelling, department in choice_spellings(reading.template.choices[name]).items():
            spellings.setdefault(spelling, department)
        for entry in reading.choices.get(name, {}):
            spellings.setdefault(fold(entry), entry)
    return spellings


def _department_lists(template: Template) -> tuple[str, ...]:
    columns = [c for sheet in template.tables for c in sheet.columns] + list(template.fields())
    lists = {c.choices: None for c in columns if c.type == "department"}
    return tuple(name for name in lists if name is not None and name in template.choices)


def _told(source: Source, department: str, *, by_rows: bool) -> Source:
    return Source(
        file=source.file,
        reading=source.reading,
        department=department,
        named=source.named,
        campaign=source.campaign,
        modified=source.modified,
        department_from="rows" if by_rows else "guide",
    )


def _said(reading: Reading) -> str:
    for field in reading.template.fields():
        value = reading.form.get(field.id)
        if field.type == "department" and isinstance(value, str) and value.strip():
            return value
    return ""


def _rows_tell(reading: Reading) -> bool:
    for sheet in reading.template.tables:
        column, records = department_column(sheet), reading.sheets.get(sheet.id)
        if records is None:
            continue
        if column is not None and column in records.frame and records.frame[column].notna().any():
            return True
        origins = records.origins
        if origins is not None and "department" in origins and origins["department"].notna().any():
            return True
    return False


def _named(file: str, spellings: Mapping[str, str]) -> str:
    """Return the one department that a file's name holds, else the name without its ending."""
    stem = PurePosixPath(file).stem
    folded = fold(stem)
    found = [word for word in spellings if word and word in folded]
    # Of 市场部 and 市场部一组 the longer says more; of two apart from each other none is meant.
    longest = [w for w in found if not any(w != other and w in other for other in found)]
    departments = {spellings[word] for word in longest}
    return departments.pop() if len(departments) == 1 else stem
