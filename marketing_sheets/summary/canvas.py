"""Drawing on the Summary's grid with XlsxWriter.

Chart data that no table shows stands hidden from column U on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import xlsxwriter

from ..errors import ExcelLimitError
from ..problems import Place
from ..styles import FONTS, STATES, TABS, Palette
from ..template import Verdict
from ..texts import Language
from .fit import fit, fit_names, width_of
from .grid import FIRST, LAST, Cell, LaidCell, Style, lay, left, pixels, right, small
from .model import ChannelRow, StageRow, Summary
from .words import Scale, place_text, symbol_of, text_of, word

# The head of a column: its text, first and last column, alignment ("": as its cells have it).
TableHead = tuple[str, int, int, str]
_DATA: Final = 20  # column U
_LONGEST: Final = 32_767
_HIGHEST: Final = 409  # points of a row
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
# Pixels for a name beside the bars of a chart, and for all those under its columns.
NAME_PX: Final = 124
_CHART_PX: Final = 392
_STATES: Final = {"met": "done", "close": "close", "missed": "missed"}


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
        for column in range(LAST + 2):
            width = pixels(column, column)
            self._check(self.sheet.set_column_pixels(column, column, width))

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

    def height(self, start: float) -> int:
        """Return how many pixels there are below the point `start`."""
        return round((self.top - start) * 4 / 3)

    def fill(self, start: float, height: int) -> None:
        """Leave empty what a chart of so many pixels from the point `start` on still takes."""
        if (rest := height * 0.75 - (self.top - start)) > 0:
            self.skip(rest)

    def line(
        self,
        height: float,
        cells: Sequence[Cell],
        *,
        ground: Style | None = None,
        first: int = FIRST,
        last: int = LAST,
    ) -> None:
        """Draw the next row: `ground` in every column from `first` to `last`, `cells` upon it.

        It is `height` points high, or as high as its texts need.
        """
        laid = lay([cell.on(ground or {}) for cell in cells], first, last)
        height = min(max([height, *(one.height for one in laid)]), _HIGHEST)
        self._check(self.sheet.set_row(self.row, height))
        for column in range(first, last + 1):
            if ground is not None:
                self._check(self.sheet.write_blank(self.row, column, None, self.format(ground)))
        for one in laid:
            self._draw(one)
        self.row += 1
        self.top += height

    def _draw(self, one: LaidCell) -> None:
        row, cell, column = self.row, one.cell, one.at
        form = self.format(cell.style)
        if one.is_merged:
            self._check(self.sheet.merge_range(row, cell.first, row, cell.end, "", form))
        else:
            for beside in range(cell.first, cell.end + 1):
                self._check(self.sheet.write_blank(row, beside, None, form))
        if cell.formula:
            self._check(self.sheet.write_formula(row, column, cell.formula, form, cell.value or ""))
        elif cell.value is None or cell.value == "":
            self._check(self.sheet.write_blank(row, column, None, form))
        elif not isinstance(cell.value, str):
            self._check(self.sheet.write_number(row, column, cell.value, form))
        elif cell.link is None or cell.link.target is None:
            # Staff's text may begin with "=": it stays text.
            self._check(self.sheet.write_string(row, column, cell.value[:_LONGEST], form))
        else:
            target, text = f"internal:{cell.link.target}", cell.value[:_LONGEST]
            tip = self.say("tip.open", place=place_text(cell.link))
            self._check(self.sheet.write_url(row, column, target, form, text, tip))

    def say(self, code: str, **params: object) -> str:
        """Return a word of the Summary in the workbook's language."""
        return word(code, self.language, **params)

    def heading(self, title: str, note: str) -> None:
        """Draw a section's head: its title, and a note at the right."""
        rule = {"bottom": 2, "bottom_color": Palette.ACCENT}
        bold = {"font_size": 13, "bold": True, "font_color": Palette.NAVY}
        mute = {"font_size": 9, "font_color": Palette.MUTE, "align": "right"}
        head = Cell(first=FIRST, value=title, style=bold, sizes=(11,))
        self.line(24, [head, Cell(first=LAST, value=note, style=mute, sizes=(8,))], ground=rule)

    def chapter(self, title: str) -> None:
        """Draw a chapter's head."""
        style = {
            "font_size": 14,
            "bold": True,
            "font_color": Palette.NAVY,
            "bg_color": Palette.ACCENT_TINT,
            "indent": 1,
        }
        self.line(28, [Cell(first=FIRST, last=LAST, value=title, style=style)])

    def head(
        self,
        heads: Sequence[TableHead],
        cells: Sequence[Cell],
        *,
        ground: Style,
        first: int,
        last: int,
    ) -> None:
        """Draw a table's head: `heads` say what the columns are, `cells` how they look."""
        del heads
        self.line(18, cells, ground=ground, first=first, last=last)

    def remark(self, text: str, *, first: int = FIRST) -> None:
        """Draw one muted line from column `first` on."""
        style = {"font_size": 9, "font_color": Palette.MUTE}
        self.line(20, [Cell(first=first, last=LAST, value=text, style=style, sizes=(8,), lines=3)])

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

    def keep(self, values: Mapping[int, str | float]) -> None:
        """Write texts and numbers into cells of the current row that nobody sees, by column."""
        for column, value in values.items():
            if not isinstance(value, str):
                self._check(self.sheet.write_number(self.row, column, value))
            elif value:
                self._check(self.sheet.write_string(self.row, column, value[:_LONGEST]))

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
        sheet, last = self.sheet, LAST + 1
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
            sizes=(8.5, 8),
            lines=2,
        )
        for text, start, end, align in heads
    ]
    canvas.head(heads, cells, ground=ground, first=first, last=last)


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
    look = {**chip(state), "align": "center", "font_size": 9}
    return Cell(first=column, value=text, style=look, sizes=(8, 7))


def place_cell(block: int, place: Place, style: Style | None = None) -> Cell:
    """Return the link to a place, one block wide; its tab is cut before its cell is."""
    look = {"font_color": Palette.ACCENT, **(style or {})}
    text, tab = place_text(place) or "–", place.sheet or ""
    return small(left(block), right(block), text, look, link=place, name=tab)


def scale_format(scale: Scale, canvas: Canvas) -> str:
    """Return the number format of a scale."""
    return "#,##0" if scale == "plain" else canvas.say(f"format.{scale}")


def row_name(row: ChannelRow | StageRow, kind: str, canvas: Canvas) -> str:
    """Return the name of a channel or stage, or of the others together."""
    if row.others:
        return canvas.say(f"more.{kind}", count=row.others)
    return text_of(row.name, canvas.language) or canvas.say("cell.no_name")


def chart_names(names: Sequence[str], columns: int) -> list[str]:
    """Fit names under so many columns of half the page; one of several words may take two lines."""
    room = min(NAME_PX, _CHART_PX / columns)
    cut = fit_names(names, room, 9)
    return [name if _stands(name, room) else shown for name, shown in zip(names, cut, strict=True)]


def _stands(name: str, room: float) -> bool:
    """Whether a name stands in two lines without breaking a word."""
    is_apart = all(width_of(part, 9) <= room for part in name.split())
    return is_apart and not fit(name, room, (9,), lines=2).is_cut
