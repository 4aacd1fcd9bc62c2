"""The Summary's sections as blocks: drawn by what draws them on the sheet, so no figure differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile

import xlsxwriter

from ..styles import FONTS
from ..summary import Canvas, Cell, Style, TableHead
from ..texts import Language
from .blocks import (
    Align,
    Block,
    ChartBlock,
    Heading,
    Paragraph,
    Row,
    TableBlock,
    TableColumn,
    Words,
)
from .numbers import shown

# Where to click, and what may be typed.
_ON_SHEETS: Final = frozenset(("note.actions", "note.owner", "note.sheets"))
_HEAD: Final = 18  # points of a table's head on a sheet
_NO_CLOCK: Final = datetime(2000, 1, 1)
_ALIGNS: Final[Mapping[str, Align]] = {"center": "center", "right": "right"}


class BlockCanvas(Canvas):
    """A canvas that keeps what is drawn on it as blocks, instead of cells of a sheet."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.name = "Sheet1"
        self._blocks: list[Block] = []
        self.row, self.top = 0, 0.0
        self._heads: Sequence[TableHead] = ()
        self._rows: list[Row] = []
        self._target = BytesIO()
        self._book: Any = None

    def say(self, code: str, **params: object) -> str:
        """Return a word of the Summary, none where it tells of what only a workbook can do."""
        return "" if code in _ON_SHEETS else super().say(code, **params)

    def finished(self) -> list[Block]:
        """Return what was drawn."""
        self._close()
        return self._blocks

    def add(self, block: Block) -> None:
        """Put a block after what was drawn."""
        self._close()
        self._blocks.append(block)

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self.add(Heading(text=title, level=1))

    def _close(self) -> None:
        if self._heads:
            columns = tuple(
                TableColumn(head=text.strip(), align=_ALIGNS.get(align, "left"))
                for text, _, _, align in self._heads
            )
            self._blocks.append(TableBlock(columns=columns, rows=tuple(self._rows)))
        self._heads, self._rows = (), []

    def heading(self, title: str, note: str) -> None:
        """Begin a section."""
        self.add(Heading(text=title, level=2, note=note.strip(" ·")))

    def head(self, heads: Sequence[TableHead], *_: object, **__: object) -> None:
        """Begin a table."""
        self._close()
        self._heads = heads
        self.top += _HEAD

    def remark(self, text: str, *, first: int = 0) -> None:
        """Keep a muted line."""
        del first
        self.add(Paragraph(text=Words(text=text), role="note"))

    def skip(self, height: float) -> None:
        """Leave nothing out: a document has its own distances; charts are as high as on a sheet."""
        self.top += height

    def hide(self) -> None:
        """Nothing: what a sheet remembers has no place in a document."""

    def keep(self, values: Mapping[int, str | float]) -> None:
        """Nothing, as `hide`."""
        del values

    def reserve(self, count: int) -> int:
        """Return a column nobody looks at."""
        del count
        return 0

    def bars(self, column: int, first: int, last: int, top: float) -> None:
        """Nothing: the figures stand there."""
        del column, first, last, top

    def line(
        self,
        height: float,
        cells: Sequence[Cell],
        *,
        ground: Style | None = None,
        first: int = 0,
        last: int = 0,
    ) -> None:
        """Keep a row of the table that is being drawn, or a line of text."""
        del first, last
        self.top += height
        under = [
            next((cell for cell in cells if start <= cell.first <= end), None)
            for _, start, end, _ in self._heads
        ]
        is_alone = len(cells) == 1 and bool(self._heads) and cells[0].end > self._heads[0][2]
        if self._heads and not is_alone:
            is_total = bool(ground and "top" in ground)
            row = tuple(Words(text="") if cell is None else _text(cell) for cell in under)
            self._rows.append(Row(cells=row, is_total=is_total))
            return
        self._close()
        for cell in cells:
            if (text := _text(cell)).text:
                self._blocks.append(Paragraph(text=text, role="warning" if text.fill else "body"))

    @property
    def workbook(self) -> Any:
        """The workbook of the chart that is being drawn."""
        if self._book is None:
            self._target = BytesIO()
            font = {"font_name": FONTS[self.language], "font_size": 10}
            options = {"in_memory": True, "default_format_properties": font}
            self._book = xlsxwriter.Workbook(self._target, options)
            self._book.set_properties({"created": _NO_CLOCK})
            self.sheet = self._book.add_worksheet(self.name)
            self._column = 0
        return self._book

    def hidden(self, values: Sequence[str | float | None]) -> list[Any]:
        """Keep the figures of a chart in its own workbook, open to see."""
        assert self.workbook is not None
        column, self._column = self._column, self._column + 1
        for row, value in enumerate(values, 1):
            if isinstance(value, str):
                self.sheet.write_string(row, column, value)
            elif value is not None:
                self.sheet.write_number(row, column, value)
        return [self.name, 1, column, max(len(values), 1), column]

    def place_chart(
        self, row: int, column: int, chart: Any, size: tuple[int, int], *, told: str
    ) -> None:
        """Keep a chart with the workbook of its figures."""
        del row
        self._close()
        width, height = size
        chart.set_size({"width": width, "height": height})
        self.sheet.insert_chart(0, column + 20, chart)
        title = chart.title.name or ""
        self._book.close()
        self._book = None
        with ZipFile(self._target) as book:
            part = book.read("xl/charts/chart1.xml")
        drawn = ChartBlock(
            title=title,
            told=told,
            part=part,
            workbook=self._target.getvalue(),
            width=width,
            height=height,
        )
        self._blocks.append(drawn)


def _text(cell: Cell) -> Words:
    style, value = cell.style, cell.value
    if isinstance(value, int | float):
        text = shown(value, str(style.get("num_format", "General")))
    else:
        text = (value or "").strip()
    return Words(
        text=text,
        bold=bool(style.get("bold")),
        color=style.get("font_color"),
        fill=style.get("bg_color"),
        align=_ALIGNS.get(str(style.get("align")), "left"),
    )
