"""Draw small workbooks from tables of cells, the way staff have them before us."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet.worksheet import Worksheet

from marketing_sheets.formulas import compute
from marketing_sheets.problems import Problem
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import Reading, SheetRecords

__all__ = ["DAILY", "TAB", "computed", "doubts", "draw", "even", "places", "read_daily", "table_of"]

DAILY = "日期|渠道|曝光量|点击量|转化量|新增用户|成本（元）|销售额（元）|销售目标|异常说明"
TAB = "每日数据"


def draw(
    path: Path,
    sheets: Mapping[str, Sequence[Any]],
    *,
    then: Callable[[Workbook], None] | None = None,
    template: str = "campaign_tracker",
) -> Path:
    """Write a workbook whose tabs hold the given rows from A1 on; None leaves a cell empty.

    It is marked as made from `template`, unless that is "". `then` may edit the workbook before it
    is saved.
    """
    book = Workbook()
    default = book.active
    for name, rows in sheets.items():
        sheet: Worksheet = book.create_sheet(name)
        for r, row in enumerate(rows, start=1):
            for c, value in enumerate(row, start=1):
                if value is not None:
                    sheet.cell(r, c).value = value
    if default is not None:
        book.remove(default)
    if template:
        properties: Any = book
        properties.custom_doc_props.append(StringProperty(name="template", value=template))
    if then is not None:
        then(book)
    book.save(path)
    return path


def table_of(text: str) -> list[list[Any]]:
    """Read a table drawn in lines, cells parted by "|"; figures become numbers, "" None.

    A cell in single quotes stays text: '8'.
    """
    return [[_cell(cell.strip()) for cell in line.split("|")] for line in text.strip().splitlines()]


def _cell(text: str) -> object:
    if not text:
        return None
    if text.startswith("'") and text.endswith("'"):
        return text[1:-1]
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def doubts(reading: Reading, tab: str = TAB) -> list[tuple[str, str | None]]:
    """List the problems of one tab as code and cell."""
    found = [problem for problem in reading.problems if problem.place.sheet == tab]
    return [(problem.code, problem.place.cell) for problem in found]


def computed(path: Path, **sheets: Sequence[Sequence[object]]) -> Reading:
    """Read a workbook of the given tabs and compute it."""
    reading = read_inputs(draw(path / "a.xlsx", sheets))
    done = {
        name: compute(records, template=reading.template, as_of=date(2024, 7, 1))
        for name, records in reading.sheets.items()
    }
    return replace(reading, sheets=done)


def places(problems: Sequence[Problem]) -> list[tuple[str, str | None]]:
    """List problems as code and cell."""
    return [(problem.code, problem.place.cell) for problem in problems]


def even(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Fill rows up to the same length, as a grid has them."""
    width = max(map(len, rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]


def read_daily(
    folder: Path,
    rows: str | Sequence[Any],
    *,
    then: Callable[[Workbook], None] | None = None,
    head: str = DAILY,
) -> tuple[SheetRecords, Reading]:
    """Read a workbook with one tab of daily data, its header in row 1 and `rows` below."""
    below = table_of(rows) if isinstance(rows, str) else rows
    path = draw(folder / "daily.xlsx", {TAB: [*table_of(head), *below]}, then=then)
    reading = read_inputs(path)
    return reading.sheets["daily_data"], reading
