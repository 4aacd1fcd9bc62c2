"""Tabs as lines of cells that can be moved about, in a workbook whose other parts stay as they are.

A workbook that is right is taken apart once; what people do to its rows and columns is done to the
lines, and formulas get the addresses and the results that they have in the end.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from python_calamine import CalamineWorkbook

from marketing_sheets.problems import column_letter, column_number
from marketing_sheets.reader import read_inputs
from marketing_sheets.template import Column, TableSheet, Template

__all__ = ["Book", "Cell", "Condensed", "Line", "Tab", "take_apart"]

_ROW = re.compile(r'<row r="(\d+)"([^>]*?)(?:/>|>(.*?)</row>)', re.DOTALL)
_CELL = re.compile(r'<c r="([A-Z]+)\d+"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_DATA = re.compile(r"<sheetData>.*</sheetData>|<sheetData/>", re.DOTALL)
_STYLE = re.compile(r' s="\d+"')
_NUMBER = re.compile(r"<v>([^<]*)</v>")
_SPANS = re.compile(r' spans="[^"]*"')
_PREPARED = 2  # blank rows of ours that are kept below the records


@dataclass(eq=False, slots=True)
class Line:
    """A row of a tab: its cells by column; a column keeps its number wherever it is moved."""

    cells: dict[int, Cell] = field(default_factory=dict)
    attributes: str = ""

    def copy(self) -> Line:
        """Return a line of the same cells."""
        return Line(dict(self.cells), self.attributes)


class Condensed(NamedTuple):
    """A formula over the cells of its column from one line to another, and its result."""

    function: str
    first: Line
    last: Line
    result: float


class Cell(NamedTuple):
    """What stands in a cell: a value, a formula, or, with `xml`, what stood there before."""

    value: object
    style: str = ""
    attributes: str = ""
    xml: str | None = None

    def drawn(self, address: str, column: str, rows: Mapping[Line, int]) -> str:
        """Return the cell as it stands in the part of its sheet."""
        value = self.value
        if self.xml is not None:
            return f'<c r="{address}"{self.attributes}>{self.xml}</c>'
        if isinstance(value, Condensed):
            area = f"{column}{rows[value.first]}:{column}{rows[value.last]}"
            formula = value.function.format(area)
            return f'<c r="{address}"{self.style}><f>{formula}</f><v>{value.result!r}</v></c>'
        if isinstance(value, str):
            text = f'<is><t xml:space="preserve">{escape(value)}</t></is>'
            return f'<c r="{address}"{self.style} t="inlineStr">{text}</c>'
        return f'<c r="{address}"{self.style}><v>{value!r}</v></c>'

    @property
    def number(self) -> float | None:
        """The figure that stands in the cell."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return float(str(self.value)) if is_number else None

    def moved_by(self, days: int) -> Cell:
        """Return a cell whose day is later by so many."""
        if not isinstance(self.value, date) or self.xml is None:
            return self
        serial = _NUMBER.search(self.xml)
        assert serial is not None
        return Cell(float(serial[1]) + days, self.style)


@dataclass(eq=False, slots=True)
class Tab:
    """A table of a template in a tab: its lines, and which of them are records.

    `order` are its columns as they stand from left to right, `at` the column of each id. `ids` is
    the line of ids above the header, None where the workbook is not one of ours. `is_page` tells
    that the table stands among the fields of a form.
    """

    sheet: TableSheet
    name: str
    part: str
    lines: list[Line]
    order: list[int]
    at: dict[str, int]
    header: Line
    ids: Line | None
    records: list[Line]
    is_page: bool
    merges: list[tuple[Line, int, int]] = field(default_factory=list)

    def copy(self) -> Tab:
        """Return a tab with lines of its own."""
        twins = {line: line.copy() for line in self.lines}
        return Tab(
            sheet=self.sheet,
            name=self.name,
            part=self.part,
            lines=[twins[line] for line in self.lines],
            order=[*self.order],
            at=dict(self.at),
            header=twins[self.header],
            ids=None if self.ids is None else twins[self.ids],
            records=[twins[line] for line in self.records],
            is_page=self.is_page,
        )

    @property
    def figures(self) -> list[Column]:
        """The columns that add up, in the order of the template."""
        return [c for c in self.sheet.inputs if c.additive and c.is_numeric and c.id in self.at]

    @property
    def numeric(self) -> list[Column]:
        """All columns of numbers that people fill in."""
        return [c for c in self.sheet.inputs if c.is_numeric and c.id in self.at]

    def figure(self, line: Line, column: Column) -> float:
        """Return the figure of a line in a column, 0 where there is none."""
        cell = line.cells.get(self.at[column.id])
        return 0.0 if cell is None else cell.number or 0.0

    def rows(self) -> dict[Line, int]:
        """Return the row of each line as Excel counts it."""
        return {line: number for number, line in enumerate(self.lines, 1)}

    def letter(self, column: int) -> str:
        """Return the letters of a column where it stands now."""
        return column_letter(self.order.index(column) + 1)

    def style(self, column_id: str) -> str:
        """Return the style of the cells of a column."""
        at = self.at[column_id]
        cells = (line.cells[at] for line in self.records if at in line.cells)
        return next((cell.style for cell in cells), "")

    def replace_records(self, records: Sequence[Line]) -> None:
        """Put other records in the place of those there are."""
        first = self.lines.index(self.records[0])
        gone = {*self.records}
        kept = [line for line in self.lines[first:] if line not in gone]
        self.lines[first:] = [*records, *kept]
        self.records = [*records]

    def insert(self, where: int, lines: Sequence[Line]) -> None:
        """Insert lines before the line of a number."""
        self.lines[where:where] = lines

    def drawn(self, xml: str) -> str:
        """Return the part of the sheet with the lines as they are now."""
        rows, letters = self.rows(), {at: self.letter(at) for at in self.order}
        body = []
        for line, row in rows.items():
            cells = "".join(
                line.cells[at].drawn(f"{letters[at]}{row}", letters[at], rows)
                for at in self.order
                if at in line.cells
            )
            body.append(f'<row r="{row}"{line.attributes}>{cells}</row>')
        data = f"<sheetData>{''.join(body)}</sheetData>"
        drawn = _DATA.sub(lambda _: data, re.sub(r"<dimension [^>]*/>", "", xml), count=1)
        for line, *ends in self.merges:
            # A column inserted or moved takes what is merged with it.
            first, last = sorted(self.order.index(at) for at in ends)
            area = f'<mergeCell ref="{column_letter(first + 1)}{rows[line]}:'
            area += f'{column_letter(last + 1)}{rows[line]}"/>'
            drawn = _with_merge(drawn, area)
        return drawn


def _with_merge(xml: str, area: str) -> str:
    if "</mergeCells>" in xml:
        xml = re.sub(r'<mergeCells count="\d+">', "<mergeCells>", xml)
        return xml.replace("</mergeCells>", f"{area}</mergeCells>")
    return xml.replace("</sheetData>", f"</sheetData><mergeCells>{area}</mergeCells>", 1)


@dataclass(eq=False, slots=True)
class Book:
    """A workbook in parts, some of its tabs taken apart into lines."""

    template: Template
    parts: Mapping[str, bytes]
    tabs: dict[str, Tab]

    def copy(self) -> Book:
        """Return a book whose tabs can be changed."""
        return Book(
            self.template, self.parts, {name: tab.copy() for name, tab in self.tabs.items()}
        )

    def save(self, path: Path) -> Path:
        """Write the workbook."""
        drawn = {
            tab.part: tab.drawn(self.parts[tab.part].decode()).encode()
            for tab in self.tabs.values()
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, data in self.parts.items():
                archive.writestr(name, drawn.get(name, data))
        return path


def take_apart(path: Path, template: Template | Path | None = None) -> Book:
    """Take a workbook apart that is right as it is; where everything stands, reading it tells."""
    reading = read_inputs(path, template=template)
    assert [p.code for p in reading.problems if p.severity != "info"] == []
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    values = CalamineWorkbook.from_path(str(path))
    tabs, pages = {}, {place.sheet for place in reading.form_places.values()}
    for name, records in reading.sheets.items():
        sheet, at = reading.template[name], records.origin
        assert isinstance(sheet, TableSheet)
        assert at.sheet is not None
        part = f"xl/worksheets/sheet{values.sheet_names.index(at.sheet) + 1}.xml"
        grid = values.get_sheet_by_name(at.sheet).to_python(skip_empty_area=False)
        lines = [*_lines(parts[part].decode(), grid)]
        found = [lines[row - 1] for row in records.rows.tolist()]
        if not found:
            continue
        last = max(records.rows.tolist())
        is_ours = at.header_row > 1 and "|" in str(grid[at.header_row - 2])
        tabs[name] = Tab(
            sheet=sheet,
            name=at.sheet,
            part=part,
            lines=[*lines[:last], *_tail(lines[last:])],
            order=[*range(max(map(len, grid)))],
            at={column: number - 1 for column, number in at.columns.items()},
            header=lines[at.header_row - 1],
            ids=lines[at.header_row - 2] if is_ours else None,
            records=found,
            is_page=at.sheet in pages,
        )
    return Book(reading.template, parts, tabs)


def _tail(lines: list[Line]) -> list[Line]:
    """Leave out most of the blank rows that are prepared below the records."""
    blank = next((n for n, line in enumerate(lines) if _is_told(line)), len(lines))
    return [*lines[: min(blank, _PREPARED)], *lines[blank:]]


def _is_told(line: Line) -> bool:
    return any(cell.value not in ("", None) for cell in line.cells.values())


def _lines(xml: str, grid: Sequence[Sequence[object]]) -> Iterator[Line]:
    rows = {int(number): (attributes, cells) for number, attributes, cells in _ROW.findall(xml)}
    for row in range(1, max([*rows, 0]) + 1):
        attributes, cells = rows.get(row, ("", ""))
        line = Line(attributes=_SPANS.sub("", attributes))
        for letters, said, inner in _CELL.findall(cells):
            at = column_number(letters) - 1
            is_inside = row <= len(grid) and at < len(grid[row - 1])
            style = _STYLE.search(said)
            line.cells[at] = Cell(
                grid[row - 1][at] if is_inside else None, style[0] if style else "", said, inner
            )
        yield line
