"""The Summary's grid, and drawing on it with XlsxWriter.

Column A is a margin; six blocks of two columns follow, a slim gap after each block. All columns
here count from 0. Chart data that no table shows stands hidden from column U on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import xlsxwriter

from ..errors import ExcelLimitError
from ..problems import Place
from ..styles import FONTS, STATES, TABS, Palette
from ..template import Verdict
from ..texts import Language
from .model import ChannelRow, StageRow, Summary
from .words import Scale, fitted, place_text, symbol_of, text_of, units_of, word

Style = Mapping[str, Any]
_BLOCKS: Final = 6
FIRST: Final = 1
LAST: Final = 17
HALF: Final = 10  # first column of the right half
_MARGIN_PX, _COLUMN_PX, _GAP_PX = 14, 72, 10
_DATA: Final = 20  # column U
_LONGEST: Final = 32_767
ROW: Final = 21
HAIRLINE: Final[Style] = {"bottom": 1, "bottom_color": Palette.LINE}
TOTAL: Final[Style] = {
    "bold": True,
    "top": 1,
    "top_color": Palette.RULE,
    "bottom": 1,
    "bottom_color": Palette.RULE,
}
_PAD: Final = "_)_)"
_STATES: Final = {"met": "done", "close": "close", "missed": "missed"}


def left(block: int) -> int:
    """Return the first column of a block, 0 to 5."""
    return FIRST + 3 * block


def right(block: int) -> int:
    """Return the second column of a block."""
    return left(block) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in the columns `first` to `last` of a row; more than one column is merged.

    `link` is the place a click leads to. With a `formula`, `value` is what it shows now.
    """

    first: int
    last: int | None = None
    value: str | float | None = None
    formula: str = ""
    style: Style = field(default_factory=dict)
    link: Place | None = None

    @property
    def end(self) -> int:
        """The last column."""
        return self.first if self.last is None else self.last


class Canvas:
    """A worksheet to draw on from top to bottom; `row` is the next free row, `top` its points."""

    def __init__(self, workbook: xlsxwriter.Workbook, name: str, language: Language) -> None:
        self.workbook = workbook
        self.sheet = workbook.add_worksheet(name)
        self.name = name
        self.language = language
        self.row = 0
        self.top = 0.0
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._data = _DATA
        self.sheet.set_tab_color(TABS["summary"])
        self._columns()

    def _columns(self) -> None:
        self._check(self.sheet.set_column_pixels(0, 0, _MARGIN_PX))
        for block in range(_BLOCKS):
            self._check(self.sheet.set_column_pixels(left(block), right(block), _COLUMN_PX))
            gap = _MARGIN_PX if block == _BLOCKS - 1 else _GAP_PX
            self._check(self.sheet.set_column_pixels(right(block) + 1, right(block) + 1, gap))

    def _check(self, result: Any) -> None:
        """XlsxWriter reports what Excel forbids by a negative number and leaves it out."""
        if isinstance(result, int) and result < 0:
            raise ExcelLimitError("excel_refused", place=f"{self.name} › {self.row + 1}")

    def format(self, style: Style) -> Any:
        """Return the XlsxWriter format of a style, the same one for the same style."""
        whole = {
            "font_name": FONTS[self.language],
            "font_size": 10,
            "font_color": Palette.INK,
            "valign": "vcenter",
            **style,
        }
        key = tuple(sorted(whole.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(whole)
        return self._formats[key]

    def skip(self, height: float) -> None:
        """Leave a row of `height` points empty."""
        self._check(self.sheet.set_row(self.row, height))
        self.row += 1
        self.top += height

    def line(
        self,
        height: float,
        cells: Sequence[Cell],
        *,
        ground: Style | None = None,
        first: int = FIRST,
        last: int = LAST,
    ) -> None:
        """Draw the next row: `ground` in every column from `first` to `last`, `cells` upon it."""
        self._check(self.sheet.set_row(self.row, height))
        self.cells(cells, ground=ground, first=first, last=last)
        self.row += 1
        self.top += height

    def cells(
        self,
        cells: Sequence[Cell],
        *,
        ground: Style | None = None,
        first: int = FIRST,
        last: int = LAST,
    ) -> None:
        """Draw cells into the current row without leaving it."""
        taken = {column for cell in cells for column in range(cell.first, cell.end + 1)}
        if ground is not None:
            for column in range(first, last + 1):
                if column not in taken:
                    self._check(self.sheet.write_blank(self.row, column, None, self.format(ground)))
        for cell in cells:
            self._draw(cell, {**(ground or {}), **cell.style})

    def _draw(self, cell: Cell, style: Style) -> None:
        form, row, column = self.format(style), self.row, cell.first
        if cell.end > column:
            self._check(self.sheet.merge_range(row, column, row, cell.end, "", form))
        if cell.formula:
            self._check(self.sheet.write_formula(row, column, cell.formula, form, cell.value or ""))
        elif isinstance(cell.value, str):
            text = cell.value[:_LONGEST]
            if cell.link is None or cell.link.target is None:
                # Staff's text may begin with "=": it stays text.
                self._check(self.sheet.write_string(row, column, text, form))
            else:
                tip = self.say("tip.open", place=place_text(cell.link, 60))
                self._check(
                    self.sheet.write_url(
                        row, column, f"internal:{cell.link.target}", form, text, tip
                    )
                )
        elif cell.value is None:
            self._check(self.sheet.write_blank(row, column, None, form))
        else:
            self._check(self.sheet.write_number(row, column, cell.value, form))

    def say(self, code: str, **params: object) -> str:
        """Return a word of the Summary in the workbook's language."""
        return word(code, self.language, **params)

    def heading(self, title: str, note: str) -> None:
        """Draw a section's head: its title, and a note at the right."""
        rule = {"bottom": 2, "bottom_color": Palette.ACCENT}
        bold = {"font_size": 13, "bold": True, "font_color": Palette.NAVY}
        mute = {"font_size": 9, "font_color": Palette.MUTE, "align": "right"}
        middle = right(1)
        self.line(
            24,
            [
                Cell(first=FIRST, last=middle, value=title, style=bold),
                Cell(first=middle + 1, last=LAST, value=note, style=mute),
            ],
            ground=rule,
        )

    def remark(self, text: str, *, first: int = FIRST) -> None:
        """Draw one muted line from column `first` on."""
        style = {"font_size": 9, "font_color": Palette.MUTE}
        self.line(20, [Cell(first=first, last=LAST, value=text, style=style)])

    def hidden(self, values: Sequence[str | float | None]) -> list[Any]:
        """Keep chart data in the next hidden column; return its range for a chart."""
        column = self._data
        self._data += 1
        for row, value in enumerate(values, 1):
            if isinstance(value, str):
                self._check(self.sheet.write_string(row, column, value))
            elif value is not None:
                self._check(self.sheet.write_number(row, column, value))
        return [self.name, 1, column, max(len(values), 1), column]

    def reserve(self, count: int) -> int:
        """Take hidden columns out of use for chart data; return the first."""
        first = self._data
        self._data += count
        return first

    def keep(self, texts: Mapping[int, str]) -> None:
        """Write texts into cells of the current row that nobody sees, by column."""
        for column, text in texts.items():
            if text:
                self._check(self.sheet.write_string(self.row, column, text[:_LONGEST]))

    def hide(self) -> None:
        """Hide the current row, with what is kept in it, and go to the next."""
        self._check(self.sheet.set_row(self.row, None, None, {"hidden": True}))
        self.row += 1

    def range(self, column: int, first: int, last: int) -> list[Any]:
        """Return a range of one column of the sheet for a chart."""
        return [self.name, first, column, last, column]

    def place_chart(
        self, row: int, column: int, chart: Any, size: tuple[int, int], *, told: str
    ) -> None:
        """Put a chart of a size in pixels at a cell; it moves with the cells and keeps its size.

        `told` is what it shows, for those who cannot see it. It starts a little below the cell's
        top, or it would cover half of the rule there.
        """
        chart.set_size(dict(zip(("width", "height"), size, strict=True)))
        options = {"object_position": 2, "y_offset": 3, "description": told}
        self._check(self.sheet.insert_chart(row, column, chart, options))

    def bars(self, column: int, first: int, last: int, top: float) -> None:
        """Draw data bars from 0 to `top` behind the values of a column."""
        self._check(
            self.sheet.conditional_format(
                first,
                column,
                last,
                column,
                {
                    "type": "data_bar",
                    "bar_solid": True,
                    "bar_no_border": True,
                    "bar_negative_border_color_same": True,
                    "bar_color": Palette.BAR,
                    "min_type": "num",
                    "min_value": 0,
                    "max_type": "num",
                    "max_value": top,
                },
            )
        )

    def finish(self, *, breaks: Sequence[int]) -> None:
        """Set up the sheet's view and print-out: A4, one page wide, a new page at `breaks`."""
        sheet, last = self.sheet, right(_BLOCKS - 1) + 1
        if self._data > _DATA:
            hidden = {"hidden": True}
            self._check(sheet.set_column(_DATA, self._data - 1, None, None, hidden))
        sheet.hide_gridlines(2)
        sheet.set_zoom(100)
        sheet.set_paper(9)
        sheet.set_portrait()
        sheet.set_margins(left=0.4, right=0.4, top=0.45, bottom=0.55)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        self._check(sheet.print_area(0, 0, self.row - 1, last))
        if breaks:
            sheet.set_h_pagebreaks(list(breaks))
        mute = f"&8&K{Palette.MUTE.removeprefix('#')}"
        title = self.name.replace("&", "&&")
        self._check(sheet.set_footer(f"&L{mute}{title}&R{mute}&P / &N"))


def chip(state: str | None) -> Style:
    """Return the look of a state as the style of a cell."""
    look = STATES.get(state or "")
    if look is None:
        return {}
    style: dict[str, object] = {"bold": look.bold}
    if look.color:
        style["font_color"] = look.color
    if look.fill:
        style["bg_color"] = look.fill
    return style


# The head of a column: its text, first and last column, alignment ("": as its cells have it).
TableHead = tuple[str, int, int, str]


def table_head(
    canvas: Canvas,
    heads: Sequence[TableHead],
    *,
    first: int = FIRST,
    last: int = LAST,
    indented: int | None = None,
) -> None:
    """Draw the head of a table: 9 pt slate over a rule; the column `indented` stands in a bit."""
    ground = {
        "font_size": 9,
        "font_color": Palette.SLATE,
        "bottom": 1,
        "bottom_color": Palette.RULE,
    }
    cells = [
        Cell(
            first=start,
            last=end,
            value=padded(text) if align == "right" else text,
            style=({"align": align} if align else {})
            | ({"indent": 1} if start == indented else {}),
        )
        for text, start, end, align in heads
    ]
    canvas.line(18, cells, ground=ground, first=first, last=last)


def padded(text: str) -> str:
    """Give a right-aligned word the margin that numbers have."""
    return f"{text}  "


_BARE = re.compile(r"(?<![#,0.])0(?=[.%]|$)")


def grouped(number_format: str) -> str:
    """Return a number format with separators between thousands, however large the figure."""
    return _BARE.sub("#,##0", number_format, count=1)


def figure_cell(column: int, value: float | None, number_format: str, **style: Any) -> Cell:
    """Return a right-aligned number, or a pale dash where there is none."""
    if value is None:
        mute = {"align": "right", "font_color": Palette.MUTE}
        return Cell(first=column, value=padded("–"), style={**style, **mute})
    return Cell(
        first=column,
        value=value,
        # A figure too wide for its column shrinks; Excel would show nothing but ####.
        style={
            "align": "right",
            "num_format": grouped(number_format) + _PAD,
            "shrink": True,
            **style,
        },
    )


def verdict_cell(column: int, verdict: Verdict | None, summary: Summary, canvas: Canvas) -> Cell:
    """Return a verdict as a chip, or a pale dash."""
    if verdict is None:
        return Cell(first=column, value="–", style={"align": "center", "font_color": Palette.MUTE})
    state = _STATES[verdict]
    text = f"{symbol_of(state)} {text_of(summary.verdicts[verdict], canvas.language)}"
    return Cell(first=column, value=text, style={**chip(state), "align": "center", "font_size": 9})


def scale_format(scale: Scale, canvas: Canvas) -> str:
    """Return the number format of a scale."""
    return "#,##0" if scale == "plain" else canvas.say(f"format.{scale}")


def row_name(row: ChannelRow | StageRow, kind: str, canvas: Canvas, room: int) -> str:
    """Return the name of a channel or stage, or of the others together, cut to `room`."""
    if row.others:
        return canvas.say(f"more.{kind}", count=row.others)
    name = text_of(row.name, canvas.language)
    return fitted(name, room) if name else canvas.say("cell.no_name")


def chart_name(name: str, columns: int) -> str:
    """Cut a name to what stands level under one of `columns` columns of half the page.

    A name of several words may take two lines.
    """
    room = min(20, 64 // columns)
    if max(map(units_of, name.split()), default=0) <= room and units_of(name) <= 2 * room:
        return name
    return fitted(name, room)
