"""The Summary before the first recalculation: figures that live, by formulas over the tables.

Headline figures, rows and checks of each table, progress by stage: what a department sees that has
no program but Excel. Everything is said once, in the template's metrics and live lines, and is
blank while there is no row. It is no result: figures are in slate, and what cannot be read is left
out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..formulas import excel_figure, figure_value, within
from ..problems import column_letter, quoted
from ..records import MARK, SheetRecords
from ..styles import Palette
from ..template import Metric, TableSheet, Task
from ..texts import Text
from .book import Book, Pen
from .parts import is_trace, trace_id

# The figures people ask for first, those that the tables' live lines have by name, and how many.
_FIRST: Final = ("sales", "roas", "new_users", "cac")
_PROGRESS: Final = "progress"
_LIVE: Final = (_PROGRESS, "used")
_MOST: Final = 6
_SHAPES: Final = {
    "money": "#,##0",
    "integer": "#,##0",
    "number": "#,##0",
    "percent": "0.0%",
    "ratio": "0.00",
}
_EACH: Final = "#,##0.0"  # money for one of something
_STAGES: Final = 10
# Columns of the Summary's grid: a block is two, with a gap after it.
_LEFT, _HALF, _BAR, _LAST = 1, 10, 13, 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A figure over a table: an expression of the live lines, its label and number format.

    `typed` is the column that people fill in, of which `read` gives the numbers, "" if there is
    none to count.
    """

    sheet: TableSheet
    label: Text | str
    expression: str
    shape: str
    typed: str = ""
    read: str = ""


def living_figures(book: Book) -> list[Living]:
    """Return the headline figures of a template: of its metrics, and of its live lines."""
    template = book.template
    tables = {sheet.id: sheet for sheet in template.tables}
    metrics = [m for m in template.metrics if m.sheet in tables and _is_plain(m, tables[m.sheet])]
    first = [m for name in _FIRST for m in metrics if m.id == name]
    chosen = [_of_metric(m, tables[m.sheet]) for m in first]
    chosen += _of_live(template.tables, book)
    rest = (_of_metric(m, tables[m.sheet]) for m in metrics if m not in first)
    return [*chosen, *rest][:_MOST]


def _is_plain(metric: Metric, sheet: TableSheet) -> bool:
    """Whether a metric is made of columns that are numbers in every row alike."""
    names = [n for n in (metric.numerator, metric.denominator, metric.minus) if n]
    known = [sheet[name] for name in names if name in sheet]
    # What is used of the budgets is the live line's figure, of all budgets.
    mixed = any("attribute(" in (column.formula or "") for column in known)
    return len(known) == len(names) > 0 and not mixed and metric.id != "budget_use"


def _of_metric(metric: Metric, sheet: TableSheet) -> Living:
    """Write a metric in the language of live lines: a ratio of rows that have all it takes."""
    top = _read(metric.numerator, sheet)
    expression = f"sum({top})"
    is_each = metric.unit == "money" and metric.denominator is not None
    if metric.denominator is not None:
        base = _read(metric.denominator, sheet)
        upper = f"sum_where({top}, {base})"
        if metric.minus is not None:
            upper = f"({upper} - sum_where({_read(metric.minus, sheet)}, {top}))"
        expression = f"{upper} / sum_where({base}, {top})"
    return Living(
        sheet=sheet,
        label=metric.label,
        expression=expression,
        shape=_EACH if is_each else _SHAPES[metric.unit],
        typed="" if sheet[metric.numerator].is_computed else metric.numerator,
        read=top,
    )


def _read(name: str, sheet: TableSheet) -> str:
    """Return the column that has a column's numbers: where people write 1.2万, one beside it."""
    value = f"{name}_value"
    return value if value in sheet and sheet[value].is_computed else name


def _of_live(tables: Sequence[TableSheet], book: Book) -> Iterator[Living]:
    seen: set[str] = set()
    for sheet in tables:
        for live in sheet.live if sheet.role == "master" else ():
            for name in _LIVE:
                if name in live.values and name not in seen:
                    seen.add(name)
                    label = book.say(f"living.{name}")
                    shape = _SHAPES[live.shown.get(name, "number")]
                    expression = live.values[name]
                    yield Living(sheet=sheet, label=label, expression=expression, shape=shape)


def draw_living(
    first: int,
    records: Mapping[str, SheetRecords],
    told: Mapping[str, int],
    pen: Pen,
    book: Book,
) -> int:
    """Draw the figures from row `first` on; return the row below.

    `records` are those of the tables, by sheet; `told` tells in how many rows something is to be
    checked.
    """
    page = _Page(pen=pen, book=book, records=records)
    counts = [*page.counts()]
    if not counts:
        return first
    whole, shown = "+".join(count for _, count, _ in counts), any(n for _, _, n in counts)
    row = page.head(first, whole, shown=shown)
    figures = living_figures(book)
    if figures:
        row = page.tiles(row, figures)
    tables = page.tables(row, counts, told, whole, shown=shown)
    stages = page.stages(row)
    return max(tables, stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    pen: Pen
    book: Book
    records: Mapping[str, SheetRecords]

    def counts(self) -> Iterator[tuple[TableSheet, str, int]]:
        """Walk the tables with a tab: the formula that counts their records, and how many by now.

        A row that the workbook begins with is none before somebody fills it in.
        """
        template = self.book.template
        for sheet in template.tables:
            begun = {name for row in sheet.start for name in row}
            asked = sorted(
                (c for c in sheet.inputs if c.id not in begun and not is_trace(c)),
                key=lambda c: not c.is_required,
            )
            if not asked or template.host(sheet.id) is not None:
                continue
            column = asked[0]
            expression = f"count({column.id})"
            now = self.value(expression, sheet)
            yield sheet, self.formula(expression, sheet), int(now or 0)

    def formula(self, expression: str, sheet: TableSheet) -> str:
        return excel_figure(expression, sheet, self.book.template, self.book.language)

    def value(self, expression: str, sheet: TableSheet) -> float | None:
        given = self.records.get(sheet.id)
        if given is None:
            return None
        return figure_value(
            expression,
            given,
            self.book.template,
            as_of=self.book.as_of,
            settings=self.book.settings,
        )

    def words(
        self, row: int, span: tuple[int, int], text: str, when: str, *, shown: bool, **look: object
    ) -> None:
        """Write words that are there only while a condition holds."""
        style = self.book.looks.cell(**{"font_color": Palette.SLATE, **look})
        formula = f'=IF({when},"{_doubled(text)}","")'
        self._cell(row, span, formula, text if shown else "", style)

    def _cell(
        self, row: int, span: tuple[int, int], formula: str, shown: float | str | None, look: object
    ) -> None:
        first, last = span
        if last > first:
            self.pen.merge(row, first, last, None, look)
        self.pen.formula(row, first, formula, look, shown)

    def head(self, row: int, whole: str, *, shown: bool) -> int:
        when = f"({whole})>0"
        self.pen.row(row, 10)
        self.pen.row(row + 1, 24)
        bold: dict[str, Any] = {"font_size": 13, "bold": True, "shown": shown}
        self.words(row + 1, (_LEFT, _HALF - 2), self.book.say("living.title"), when, **bold)
        note: dict[str, Any] = {"font_size": 9, "align": "right", "shown": shown}
        self.words(row + 1, (_HALF, _LAST), self.book.say("living.note"), when, **note)
        return row + 2

    def tiles(self, row: int, figures: Sequence[Living]) -> int:
        for at, height in enumerate((18, 28, 16, 8)):
            self.pen.row(row + at, height)
        for block, one in enumerate(figures):
            self._tile(row, _LEFT + 3 * block, one)
        return row + 4

    def _tile(self, row: int, at: int, one: Living) -> None:
        looks, book = self.book.looks, self.book
        expression = self.formula(one.expression, one.sheet)
        has_rows = self._has_numbers(one)
        figure = f'IF({has_rows},{expression},"")' if has_rows else expression
        now = self.value(one.expression, one.sheet)
        if has_rows and not self.value(f"count({one.read})", one.sheet):
            now = None
        label = one.label[book.language] if isinstance(one.label, Text) else one.label
        cell = f"{_letter(at)}{row + 2}"
        self.words(row, (at, at + 1), label, f'{cell}<>""', shown=now is not None, font_size=9)
        value = looks.cell(
            font_size=16,
            bold=True,
            font_color=Palette.SLATE,
            align="left",
            num_format=one.shape,
        )
        self._cell(row + 1, (at, at + 1), f'=IFERROR({figure},"")', now, value)
        if one.typed:
            self._unread(row + 2, at, one)

    def _has_numbers(self, one: Living) -> str:
        if not one.read:
            return ""
        return f"COUNT(tbl_{one.sheet.id}[{one.sheet[one.read].label[self.book.language]}])>0"

    def _unread(self, row: int, at: int, one: Living) -> None:
        """Say how many of the cells typed are no numbers and so are in no sum."""
        language, name = self.book.language, f"tbl_{one.sheet.id}"
        typed, read = (one.sheet[n].label[language] for n in (one.typed, one.read))
        blanks = self.book.say("living.blanks").split("|")
        of_words = "".join(f'-COUNTIF({name}[{typed}],"{word}")' for word in blanks)
        count = f"(COUNTA({name}[{typed}])-COUNT({name}[{read}]){of_words})"
        before, after = self.book.say("living.unread", count="|").split("|")
        formula = f'=IF({count}>0,"{before}"&{count}&"{after}","")'
        look = self.book.looks.cell(font_size=8, font_color=Palette.MARK)
        shown = ""
        if (given := self.records.get(one.sheet.id)) is not None:
            cells = given.raw[one.typed] if one.typed in given.raw else given.frame[one.typed]
            stated = cells.notna() & ~cells.isin(["", *blanks])
            unread = int((stated & given.frame[one.read].isna()).sum())
            shown = f"{before}{unread}{after}" if unread else ""
        self._cell(row, (at, at + 1), formula, shown, look)

    def tables(
        self,
        row: int,
        counts: Sequence[tuple[TableSheet, str, int]],
        told: Mapping[str, int],
        whole: str,
        *,
        shown: bool,
    ) -> int:
        """List the tables that have rows, each with how many, and how many are to be checked."""
        book, looks = self.book, self.book.looks
        number = looks.cell(font_color=Palette.SLATE, num_format="#,##0", align="right")
        marked = looks.cell(font_color=Palette.MARK, num_format="#,##0;;", align="right")
        head: dict[str, Any] = {"font_size": 9, "bold": True, "shown": shown}
        when = f"({whole})>0"
        self.pen.row(row, 18)
        self.words(row, (1, 4), book.say("living.table"), when, **head)
        self.words(row, (5, 6), book.say("living.rows"), when, align="right", **head)
        self.words(row, (7, 8), book.say("living.check"), when, align="right", **head)
        for at, (sheet, count, now) in enumerate(counts, row + 1):
            self.pen.row(at, 18)
            cell = f"{_letter(5)}{at + 1}"
            tab = book.tab(sheet.id)
            link = f'HYPERLINK("#{_doubled(quoted(tab))}!A1","{_doubled(tab)}")'
            name = looks.cell(font_color=Palette.SLATE)
            self._cell(at, (1, 4), f'=IF({cell}="","",{link})', tab if now else "", name)
            self._cell(at, (5, 6), f'=IF({count}=0,"",{count})', now or None, number)
            if trace_id(MARK) in sheet:
                column = sheet[trace_id(MARK)].label[book.language]
                rows = f'COUNTIF(tbl_{sheet.id}[{column}],"?*")'
                shown_now = told.get(sheet.id, 0) if now else None
                self._cell(at, (7, 8), f'=IF({cell}="","",{rows})', shown_now, marked)
        return row + 1 + len(counts)

    def stages(self, row: int) -> int:
        """List the stages of the tasks with their progress, as a figure and a bar."""
        book, looks = self.book, self.book.looks
        sheet = next((s for s in book.template.tables if s.role == "master"), None)
        if sheet is None or Task.STAGE not in sheet:
            return row
        whole = next((x.values[_PROGRESS] for x in sheet.live if _PROGRESS in x.values), None)
        entries = book.lists.get(sheet[Task.STAGE].choices or "", ()) if whole else ()
        figures = [
            (entry.label, expression)
            for entry in entries[:_STAGES]
            if (expression := within(whole or "", Task.STAGE, entry.id))
        ]
        if not figures:
            return row
        now = [self.value(expression, sheet) for _, expression in figures]
        last = row + len(figures)
        area = f"{_letter(_BAR)}{row + 2}:{_letter(_BAR)}{last + 1}"
        is_shown = any(value is not None for value in now)
        head: dict[str, Any] = {"font_size": 9, "bold": True, "shown": is_shown}
        self.words(row, (_HALF, _LAST), book.say("living.stages"), f"COUNT({area})>0", **head)
        share = looks.cell(font_color=Palette.SLATE, num_format="0%", align="left", indent=1)
        name = looks.cell(font_color=Palette.SLATE)
        for at, ((label, expression), value) in enumerate(zip(figures, now, strict=True), row + 1):
            self.pen.row(at, 18)
            text = f'=IF(COUNT({area})=0,"","{_doubled(label)}")'
            self._cell(at, (_HALF, _BAR - 1), text, label if is_shown else "", name)
            figure = f'=IFERROR({self.formula(expression, sheet)},"")'
            self._cell(at, (_BAR, _LAST), figure, value, share)
        if figures:
            bar = {"type": "data_bar", "data_bar_2010": True, "bar_solid": True}
            bar |= {"bar_color": Palette.BAR, "min_type": "num", "min_value": 0}
            bar |= {"max_type": "num", "max_value": 1, "bar_no_border": True}
            self.pen.condition((row + 1, _BAR, last, _BAR), bar)
        return last + 1


def _doubled(text: str) -> str:
    """Return a text as it stands within quotes in a formula."""
    return text.replace('"', '""')


def _letter(column: int) -> str:
    return column_letter(column + 1)
