"""Workbooks with wrong entries, and a person who corrects them in a program that calculates."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree
from typing import Any

import ironcalc
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from marketing_sheets import generate_workbook
from marketing_sheets.texts import Language, templates_folder

__all__ = ["Hand", "wrong_workbook"]

# By sheet and record, from 1, of the tracker's example: what somebody typed there.
WRONG = {
    "daily_data": {
        3: {"cost": "约5万"},
        4: {"clicks": "???"},
        5: {"date": "2024-13-45"},
        6: {"sales": "12月"},
    },
    "master_tracker": {1: {"budget": "待定"}, 2: {"status": "搞定了"}},
}


def wrong_workbook(
    folder: Path,
    wrong: Mapping[str, Mapping[int, Mapping[str, str]]] = WRONG,
    *,
    template: str = "campaign_tracker",
    language: Language = "zh-Hans",
    name: str = "a.xlsx",
) -> Path:
    """Generate a template's example with some cells as somebody may have typed them."""
    records = folder / f"records of {name}"
    copytree(templates_folder() / "examples" / template / language, records)
    for sheet, rows in wrong.items():
        path = records / f"{sheet}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
        for number, cells in rows.items():
            for column, text in cells.items():
                lines[number][lines[0].index(column)] = text
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    generate_workbook(template, folder / name, language=language, records=records)
    return folder / name


class Hand:
    """A person at a workbook that ironcalc calculates."""

    def __init__(self, path: Path) -> None:
        self._model: Any = ironcalc.load_from_xlsx(str(path), "en", "UTC")
        self._tabs = [tab["name"] for tab in self._model.get_worksheets_properties()]
        self._model.evaluate()

    def type(self, tab: str, cell: str, text: str) -> None:
        """Type into a cell, and let everything be computed."""
        self._model.set_user_input(self._tabs.index(tab), *_at(cell), text)
        self._model.evaluate()

    def sees(self, tab: str, cell: str) -> Any:
        """Return what a cell shows."""
        return self._model.get_cell_value(self._tabs.index(tab), *_at(cell))

    def says(self, tab: str, row: int) -> str:
        """Return what the column of checks says of a row."""
        column = next(
            at for at in range(1, 90) if self._head(tab, at) in ("需核对", "需核對", "To check")
        )
        return str(self._model.get_cell_value(self._tabs.index(tab), row, column) or "")

    def _head(self, tab: str, column: int) -> Any:
        return self._model.get_cell_value(self._tabs.index(tab), 6, column)


def _at(cell: str) -> tuple[int, int]:
    column, row = coordinate_from_string(cell)
    return row, column_index_from_string(column)
