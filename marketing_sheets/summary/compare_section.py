"""The Summary's sections that set departments, and campaigns, of a merged workbook side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ..alerts import Phrase
from ..metrics import Figure
from ..styles import Palette
from .canvas import FIRST, HALF, Canvas, Cell, fitted, left, right, units_of
from .cells import (
    HAIRLINE,
    ROW,
    TOTAL,
    chart_name,
    chip,
    figure_cell,
    head_cells,
    padded,
    scale_format,
    table_head,
)
from .charts import achievement_chart, budget_chart
from .lines import HEALTH_STATES, symbol_of
from .model import Compared, CompareRow, Comparison
from .wording import phrase_text, scale_of, text_of, word

__all__ = ["comparison_drawings"]

_MOST: Final = 20
_BARS: Final = 7
# The places of figures, one column each; the verdict stands in the last column.
_PLACES: Final = tuple(side(block) for block in range(1, 6) for side in (left, right))[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column of figures: its head, its values, and how they are drawn."""

    head: str
    value: Callable[[CompareRow], float | None]
    style: str
    alarm: Callable[[CompareRow], bool] | None = None
    symbol: str = "▲"


def _figure(name: str) -> Callable[[CompareRow], float | None]:
    def value(row: CompareRow) -> float | None:
        one: Figure = getattr(row, name)
        return one.value

    return value


def _over(row: CompareRow) -> bool:
    return (row.used.value or 0.0) > 1


def _short(row: CompareRow) -> bool:
    return row.achieved.value is not None and row.achieved.value < 1


_COLUMNS: Final[tuple[_Column, ...]] = (
    _Column(head="rows", value=lambda row: row.rows, style="count"),
    _Column(head="progress", value=_figure("progress"), style="0%"),
    _Column(head="on_time", value=_figure("on_time"), style="0%"),
    _Column(
        head="late_tasks",
        value=lambda row: row.late or None,
        style="count",
        alarm=lambda row: row.late > 0,
    ),
    _Column(head="spend", value=_figure("spend"), style="money", alarm=_over),
    _Column(head="used", value=_figure("used"), style="0.0%", alarm=_over),
    _Column(head="sales", value=_figure("sales"), style="money"),
    _Column(head="achieved", value=_figure("achieved"), style="0.0%", alarm=_short, symbol="▼"),
    _Column(head="roas", value=_figure("roas"), style="0.00"),
    _Column(
        head="met",
        value=lambda row: row.met / row.judged if row.judged else None,
        style="0%",
        alarm=lambda row: row.met < row.judged,
        symbol="▼",
    ),
    _Column(
        head="open_issues",
        value=lambda row: row.open or None,
        style="count",
        alarm=lambda row: row.overdue > 0,
    ),
)


def comparison_drawings(comparison: Comparison) -> list[Callable[[Canvas], None]]:
    """Return how to draw the departments, the campaigns, and after them what the mix hides."""
    tables = (("department", comparison.departments), ("campaign", comparison.campaigns))
    held = [(kind, table) for kind, table in tables if table is not None]
    return [
        partial(_draw, table=table, kind=kind, reversals=comparison.reversals * (at == len(held)))
        for at, (kind, table) in enumerate(held, 1)
    ]


def _draw(canvas: Canvas, *, table: Compared, kind: str, reversals: Sequence[Phrase]) -> None:
    _table(canvas, table, kind)
    for reversal in reversals:
        draw_reversal(canvas, phrase_text(reversal, canvas.language))


def draw_reversal(canvas: Canvas, text: str) -> None:
    """Draw a warning over the whole width, in as many lines as it takes."""
    lines = min(3, -(-units_of(text) // 140))
    look = {**chip("close"), "font_size": 9, "text_wrap": True, "indent": 1}
    cell = Cell(first=FIRST, last=right(5), value=f"! {fitted(text, 420)}", style=look)
    canvas.line(8 + 14 * lines, [cell])


def _table(canvas: Canvas, table: Compared, kind: str) -> None:
    language = canvas.language
    note = word("note.compared", language)
    if any(row.spend.value is not None for row in (*table.rows, table.total)):
        note = word(f"note.compared_{table.spend_from}", language)
    canvas.heading(word(f"section.{kind}s", language), note)
    rows = table.rows[:_MOST]
    everything = (*rows, table.total)
    held = [one for one in _COLUMNS if any(one.value(row) is not None for row in everything)]
    # Others say most of what these do: achievement, and the mark at an overspent amount.
    for spare in ("met", "used", "progress"):
        if len(held) > len(_PLACES):
            held = [one for one in held if one.head != spare]
    columns = list(zip(held, _PLACES, strict=False))
    heads = [
        (word(f"head.{kind}", language), FIRST, right(0), "left"),
        *((word(f"head.{one.head}", language), at, at, "right") for one, at in columns),
        (word("head.verdict", language), right(5), right(5), "center"),
    ]
    table_head(canvas, head_cells(heads))
    formats = {one.head: _format(canvas, one, everything) for one in held}
    first = canvas.row
    for row in rows:
        _row(canvas, row, columns, formats)
    for one, at in columns:
        if one.head == "progress":
            canvas.bars(at, first, canvas.row - 1, 1)
    _row(canvas, table.total, columns, formats, total=True)
    if len(table.rows) > _MOST:
        canvas.remark(word(f"more.{kind}s", language, count=len(table.rows) - _MOST))
    _charts(canvas, rows[:_BARS], kind, rest=len(table.rows) - _BARS)


def _format(canvas: Canvas, one: _Column, rows: Sequence[CompareRow]) -> str:
    if one.style == "count":
        return "#,##0"
    if one.style == "money":
        return scale_format(scale_of([one.value(row) for row in rows], canvas.language), canvas)
    return one.style


def _row(
    canvas: Canvas,
    row: CompareRow,
    columns: Sequence[tuple[_Column, int]],
    formats: dict[str, str],
    *,
    total: bool = False,
) -> None:
    language = canvas.language
    name = fitted(text_of(row.name, language), 20) or word("cell.no_name", language)
    bold: dict[str, Any] = {"bold": True} if total else {}
    late: dict[str, Any] = {"bold": True, "font_color": Palette.LATE}
    cells = [
        Cell(
            first=FIRST,
            last=right(0),
            value=word("cell.total", language) if total else name,
            style={"bold": True},
        )
    ]
    for one, at in columns:
        value, shown = one.value(row), formats[one.head]
        if one.head == "met" and value is not None:
            text = word("cell.done_tasks", language, done=row.met, tasks=row.judged)
            style = late if row.met < row.judged and not total else bold
            cells.append(Cell(first=at, value=padded(text), style={"align": "right", **style}))
        elif not total and one.alarm is not None and one.alarm(row):
            cells.append(figure_cell(at, value, f'"{one.symbol} "{shown}', **late))
        else:
            cells.append(figure_cell(at, value, shown, **bold))
    if not total:
        state = HEALTH_STATES[row.health]
        verdict = f"{symbol_of(state)} {word(f'verdict.{row.health}', language)}"
        style = {**chip(state), "align": "center", "font_size": 9}
        cells.append(Cell(first=right(5), value=verdict, style=style))
    canvas.line(ROW, cells, ground=TOTAL if total else HAIRLINE)


def _charts(canvas: Canvas, rows: Sequence[CompareRow], kind: str, *, rest: int) -> None:
    """Draw budget beside spend, and achievement; nothing where there is but one bar.

    `rest` more groups are not drawn, which is said.
    """
    language = canvas.language
    names = [text_of(row.name, language) or word("cell.no_name", language) for row in rows]
    money = [one.value for row in rows for one in (row.budget, row.spend)]
    has_money = sum(row.budget.value is not None for row in rows) > 1
    judged = [
        (name, row.achieved.value)
        for name, row in zip(names, rows, strict=True)
        if row.achieved.value is not None
    ]
    if not has_money and len(judged) < 2:
        return
    canvas.skip(8)
    if has_money:
        scale = scale_of(money, language)
        unit = word(f"unit.{scale}", language)
        budget_chart(
            canvas,
            [chart_name(name, len(rows)) for name in names],
            [row.budget.value for row in rows],
            [row.spend.value for row in rows],
            title=word(f"chart.{kind}_budget", language, unit=unit),
            scale=scale,
            at=canvas.row,
            height=222,
        )
    if len(judged) > 1:
        achievement_chart(
            canvas,
            [fitted(name, 20) for name, _ in judged],
            [value for _, value in judged],
            ["met" if value >= 1 else "missed" for _, value in judged],
            title=word(f"chart.{kind}_achievement", language),
            at=canvas.row,
            column=HALF if has_money else FIRST,
            height=222,
        )
    canvas.skip(170)
    if rest > 0:
        canvas.remark(word(f"more.chart_{kind}s", language, shown=len(rows), count=rest))
