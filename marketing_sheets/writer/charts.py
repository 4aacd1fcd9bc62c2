"""Charts right of a table: bars by the words of a list, over what the table holds now.

Excel draws over cells, so each chart has some, in hidden columns behind it above the header, where
no records are: every word of the list with its first figure, then the largest in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import pandas as pd

from ..records import SheetRecords
from ..styles import FONTS, Palette
from ..template import Chart, Series
from ..texts import Language
from .book import Book, ListEntry, Pen, absolute
from .geometry import FIRST, GROUPS, LIVE, TITLE, blank_row_height
from .layout import Layout

_GAP_WIDTH, _WIDTH = 1.2, 66.0
_PIXELS, _SPACE = (456, 240), 14  # two charts and the head of the table are a page
_POINTS = 0.75  # a pixel
_MOST = 7  # bars: two of each word are as high as their figures
_SPARE = 20  # words people may add to the list
_WORDS = TITLE  # the row of names; their figures stand below, above the table's header
_COLORS = (Palette.CHART_OK, Palette.TREND)
_FORMATS = {True: "0.0%;-0.0%;", False: "#,##0;-#,##0;"}  # of ratios, of sums; nothing for none


def draw_charts(
    layout: Layout, records: SheetRecords, pen: Pen, book: Book
) -> tuple[list[float], int]:
    """Draw the charts of a table sheet one below the other, beside the first rows.

    Returns the widths of the columns they stand on, the gap before them included, and the last row
    they reach.
    """
    left = layout.last_column + 2
    pen.column(left - 1, _GAP_WIDTH)
    pen.column(left, _WIDTH)
    line = {"bottom": 2, "bottom_color": Palette.ACCENT}
    head = book.looks.cell(font_size=9, bold=True, font_color=Palette.NAVY, indent=1, **line)
    pen.text(GROUPS, left, book.say("charts.title"), head)
    note = book.looks.cell(font_size=9, font_color=Palette.SLATE, indent=1)
    pen.text(LIVE, left, book.say("charts.note", most=_MOST, lists=book.tab("lists")), note)
    column = left + 1
    for number, chart in enumerate(layout.sheet.charts):
        cells = _Cells(chart=chart, layout=layout, records=records, book=book, column=column)
        cells.draw(pen)
        place = {
            "y_offset": number * (_PIXELS[1] + _SPACE) + 6,
            "x_offset": 4,
            "object_position": 2,
            "description": chart.title[book.language],
        }
        pen.worksheet.insert_chart(FIRST, left, _drawn(cells, pen, book), place)
        column = cells.names[1] + 1
    pen.column(left + 1, 9, last=column - 1, hidden=True)
    return [_GAP_WIDTH, _WIDTH], FIRST + _rows_beside(layout) - 1


def _rows_beside(layout: Layout) -> int:
    """Return how many rows the charts stand beside: records at their least height, then blanks."""
    sheet = layout.sheet
    height = len(sheet.charts) * (_PIXELS[1] + _SPACE) * _POINTS
    filled = min(layout.records, ceil(height / sheet.row_height))
    rest = max(height - filled * sheet.row_height, 0.0)
    return filled + ceil(rest / blank_row_height(sheet))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """The hidden cells of one chart: words, sizes, then the names and figures it draws."""

    chart: Chart
    layout: Layout
    records: SheetRecords
    book: Book
    column: int

    @property
    def names(self) -> tuple[int, int]:
        """Return the first and last column of what is drawn: names, and below them figures."""
        return self.column + self._count, self.column + self._count + _MOST - 1

    @property
    def _entries(self) -> Sequence[ListEntry]:
        return self.book.lists[self.layout.sheet[self.chart.by].choices or ""]

    @property
    def _count(self) -> int:
        return len(self._entries) + _SPARE

    def draw(self, pen: Pen) -> None:
        """Write the cells with what they show now."""
        shown = self._draw_words(pen)
        look = self.book.looks.cell(font_size=8, font_color=Palette.MUTE)
        words, sizes = (
            f"{absolute(row, self.column)}:{absolute(row, self.names[0] - 1)}"
            for row in (_WORDS, _WORDS + 1)
        )
        for at in range(_MOST):
            column, entry = self.names[0] + at, shown[at] if at < len(shown) else None
            formula = f'=IFERROR(INDEX({words},MATCH(LARGE({sizes},{at + 1}),{sizes},0)),"")'
            pen.formula(_WORDS, column, formula, look, entry.label if entry else None)
            cell = absolute(_WORDS, column)
            for row, series in enumerate(self.chart.series, _WORDS + 1):
                formula = f'=IF({cell}="","",IFERROR({self._formula(cell, series)},""))'
                figure = self._figure(entry.id, series) if entry else None
                pen.formula(row, column, formula, look, figure)

    def _draw_words(self, pen: Pen) -> list[ListEntry]:
        """Write every word with its first figure; return the largest, in order."""
        look = self.book.looks.cell(font_size=8, font_color=Palette.MUTE)
        first, name = self.chart.series[0], f"list_{self.layout.sheet[self.chart.by].choices}"
        tie = 1e-9 if first.per else 1e-5  # parts equal ones, in the list's order
        sizes: dict[str, float] = {}
        for at in range(self._count):
            column = self.column + at
            entry = self._entries[at] if at < len(self._entries) else None
            figure = self._figure(entry.id, first) if entry else None
            if entry is not None and figure is not None:
                sizes[entry.id] = figure - at * tie
            formula = f'=IFERROR(INDEX({name},{at + 1})&"","")'
            pen.formula(_WORDS, column, formula, look, entry.label if entry else None)
            cell = absolute(_WORDS, column)
            size = f'=IF({cell}="","",IFERROR({self._formula(cell, first)}-{at}*{tie:.0E},""))'
            pen.formula(_WORDS + 1, column, size, look, sizes.get(entry.id) if entry else None)
        known = [entry for entry in self._entries if entry.id in sizes]
        return sorted(known, key=lambda entry: -sizes[entry.id])[:_MOST]

    def _area(self, column_id: str) -> str:
        sheet = self.layout.sheet
        return f"tbl_{sheet.id}[{sheet[column_id].label[self.book.language]}]"

    def _formula(self, cell: str, series: Series) -> str:
        """Return a word's sum, or ratio of sums; an error where there is none."""
        by, area = self._area(self.chart.by), self._area(series.sum)
        known = f'{by},{cell},{area},">=-1E+300"'
        if series.per is None:
            return f"SUMIF({by},{cell},{area})/(COUNTIFS({known})>0)"
        return f"SUMIF({by},{cell},{area})/SUMIFS({self._area(series.per)},{known})"

    def _figure(self, word: str, series: Series) -> float | None:
        frame = self.records.frame
        rows = frame[(frame[self.chart.by] == word).fillna(value=False) & frame[series.sum].notna()]
        whole = float(rows[series.sum].sum()) if len(rows) else None
        if whole is None or series.per is None:
            return whole
        part = float(pd.to_numeric(rows[series.per]).sum())
        return whole / part if part else None


def _drawn(cells: _Cells, pen: Pen, book: Book) -> Any:
    chart = book.workbook.add_chart({"type": "bar"})
    set_east_asian_face(chart)
    font, language = _font(book.language), book.language
    series = cells.chart.series
    for number, one in enumerate(series):
        areas = [
            [pen.name, row, cells.names[0], row, cells.names[1]]
            for row in (_WORDS, _WORDS + 1 + number)
        ]
        label = {"value": True, "num_format": _FORMATS[one.per is not None], "font": font}
        chart.add_series(
            {
                "name": one.label[language],
                "categories": areas[0],
                "values": areas[1],
                "fill": {"color": _COLORS[number % len(_COLORS)]},
                "gap": 45,
                "overlap": -5 if len(series) > 1 else 0,
                "data_labels": label,
            }
        )
    chart.set_title(
        {
            "name": cells.chart.title[language],
            "name_font": {**font, "size": 10, "bold": True, "color": Palette.INK},
            "overlay": True,
            "layout": {"x": 0.015, "y": 0.03},
        }
    )
    chart.set_chartarea({"border": {"none": True}, "fill": {"color": Palette.WHITE}})
    layout = {"x": 0.28, "y": 0.14, "width": 0.6, "height": 0.83}
    chart.set_plotarea({"layout": layout, "fill": {"none": True}})
    legend = {"position": "top", "font": font}
    place = {"x": 0.62, "y": 0.02, "width": 0.36, "height": 0.1}
    chart.set_legend({**legend, "layout": place} if len(series) > 1 else {"none": True})
    line = {"line": {"none": True}, "major_tick_mark": "none"}
    # Of bars the names stand on the axis that is upright.
    chart.set_y_axis({"reverse": True, "num_font": font, **line})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_size({"width": _PIXELS[0], "height": _PIXELS[1]})
    chart.show_hidden_data()
    return chart


def _font(language: Language) -> dict[str, Any]:
    return {"name": FONTS[language], "size": 9, "color": Palette.SLATE}


def set_east_asian_face(chart: Any) -> None:
    """Write the East Asian face beside the Latin one.

    XlsxWriter writes the Latin face only, and Excel then takes Chinese from the theme, 宋体 in old
    ones. It has no public way to set both.
    """
    write_latin = chart._write_a_latin

    def write_both(attributes: Sequence[tuple[str, Any]]) -> None:
        write_latin(attributes)
        chart._xml_empty_tag("a:ea", [(k, v) for k, v in attributes if k == "typeface"])

    chart._write_a_latin = write_both
