"""What the sheets of one workbook share while they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ..languages import Language
from ..places import column_letter
from ..rules import Threshold
from ..templates import Choices, Column, SettingValue, TableSheet, Template
from ..wording import say
from .entries import Entry
from .looks import Looks
from .pen import Pen

__all__ = ["Book", "quoted", "serial"]

_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The workbook being written, and what all its sheets need.

    `as_of` is the day the cached values are as of; None where no day is known. `start` and `end`
    are the campaign's. `looks` makes cell formats.
    """

    workbook: Any
    template: Template
    language: Language
    looks: Looks
    lists: Mapping[str, tuple[Entry, ...]]
    form: Mapping[str, object]
    settings: Mapping[str, SettingValue]
    as_of: date | None
    start: date | None
    end: date | None
    holidays: tuple[date, ...]
    thresholds: tuple[Threshold, ...]

    def say(self, key: str, **params: object) -> str:
        """Return a text of `words/sheets.toml`."""
        return say("sheets", key, self.language, **params)

    def add_sheet(self, tab: str) -> Pen:
        """Add a worksheet: white, without gridlines."""
        worksheet = self.workbook.add_worksheet(tab)
        worksheet.hide_gridlines(2)
        return Pen(worksheet)

    def tab(self, sheet_id: str) -> str:
        """Return the tab name of a sheet of the template, or of `summary` and `lists`."""
        if sheet_id in ("summary", "lists"):
            return self.say(f"{sheet_id}.tab")
        sheet = self.template.host(sheet_id) or self.template[sheet_id]
        return sheet.label[self.language]

    def title(self, sheet: TableSheet) -> str:
        """Return the title in row 1 of a table sheet."""
        brand = self.template.brand[self.language]
        return f"{brand} · {sheet.title[self.language]}"

    def choices(self, column: Column) -> Choices | None:
        """Return the list a column chooses from."""
        return None if column.choices is None else self.template.choices[column.choices]

    def is_open(self, column: Column) -> bool:
        """Whether words outside the column's list are allowed."""
        choices = self.choices(column)
        return choices is not None and (choices.is_open or column.type == "department")

    def stamp(self, first_id: str, sheet_id: str) -> str:
        """Return the id cell that also says which template and sheet this is."""
        template = self.template
        return "|".join((first_id, template.id, template.version, self.language, sheet_id))

    def define(self, name: str, pen: Pen, area: str) -> None:
        """Give a cell or an area of a sheet a name that all formulas know."""
        pen.check(self.workbook.define_name(name, f"={quoted(pen.name)}!{area}"))


def quoted(tab: str) -> str:
    """Return a tab name as references write it."""
    return "'" + tab.replace("'", "''") + "'"


def absolute(row: int, column: int) -> str:
    """Return an absolute reference; row and column count from 0."""
    return f"${column_letter(column + 1)}${row + 1}"


def serial(day: date) -> float:
    """Return a day (and time of day) as Excel counts it."""
    if isinstance(day, datetime):
        passed = (day - datetime.combine(day.date(), datetime.min.time())).total_seconds()
        return (day.date() - _EPOCH).days + passed / 86_400
    return float((day - _EPOCH).days)
