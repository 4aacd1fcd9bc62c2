"""Whose a row is: the department, the person or the channel it names, if it names one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..languages import fold
from ..merging.base import By, by_column
from ..merging.departments import department_spellings
from ..merging.row_texts import RowTexts
from ..records import Reading, SheetRecords
from ..templates import TableSheet
from .model import Reason

__all__ = ["Assignment", "assign_rows"]

_SEVERAL = re.compile(r"[、，,;；&＆\n]|\s/\s")
_SLASH = re.compile(r"\s*[/／]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Whose a row is: `value` "" where it is nobody's, for `reason`; `text` is what is written."""

    value: str = ""
    reason: Reason | None = None
    text: str = ""


def assign_rows(
    reading: Reading, texts: Mapping[str, Sequence[RowTexts]], by: By
) -> dict[str, list[Assignment]]:
    """Return, per sheet, whose each row is.

    Departments and channels are their choices' ids, words of staff's own and people are as first
    typed. A cell that names several is nobody's. Where a sheet has no department column, people
    written as 市场部/张三 tell it.
    """
    assigner = _Assigner(reading, by)
    return {
        sheet.id: assigner.rows(sheet, reading.sheets[sheet.id], texts[sheet.id])
        for sheet in reading.template.tables
        if sheet.id in reading.sheets
    }


class _Assigner:
    """Knows the departments, and how each value was first written."""

    def __init__(self, reading: Reading, by: By) -> None:
        self.by = by
        self.departments = department_spellings(reading)
        self.words: dict[str, str] = {}

    def rows(
        self, sheet: TableSheet, records: SheetRecords, texts: Sequence[RowTexts]
    ) -> list[Assignment]:
        """Return whose each row of a sheet is."""
        column = by_column(sheet, self.by)
        has_column = column is not None and column in records.origin.columns
        if column is not None and has_column:
            return [self._named(row.says(column), row.shown(column)) for row in texts]
        people = by_column(sheet, "owner") if self.by == "department" else None
        return [self._by_person(row.shown(people) if people else "") for row in texts]

    def _named(self, value: str, text: str) -> Assignment:
        if not value:
            return Assignment(reason="blank", text=text)
        known = self._known(value)
        if known is not None:
            return Assignment(value=known, text=text)
        if _SEVERAL.search(text) or self._is_several(text):
            return Assignment(reason="several", text=text)
        return Assignment(value=self.words.setdefault(fold(value), value), text=text)

    def _by_person(self, text: str) -> Assignment:
        known = None if _SEVERAL.search(text) else self._head(text)
        if known is None:
            return Assignment(reason="no_column", text=text)
        return Assignment(value=known, text=text)

    def _known(self, value: str) -> str | None:
        if self.by != "department":
            return None
        department = self.departments.get(fold(value))
        if department is not None or _SEVERAL.search(value):
            return department
        return self._head(value)

    def _head(self, text: str) -> str | None:
        """Return the department before the slash of 市场部/张三; none where two are named."""
        first, *others = _SLASH.split(text)
        if not others or any(fold(other) in self.departments for other in others):
            return None
        return self.departments.get(fold(first))

    def _is_several(self, text: str) -> bool:
        parts = _SLASH.split(text)
        if self.by == "owner" and fold(parts[0]) in self.departments:
            return False  # 市场部/张三 is one person
        return len(parts) > 1
