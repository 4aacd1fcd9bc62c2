"""The Summary's sections side by side: channels with two charts, departments and campaigns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import fsum
from typing import Any, Final

from ..alerts import Amount, Phrase
from ..metrics import Figure
from ..styles import Palette
from .axes import steps
from .canvas import (
    HAIRLINE,
    NAME_PX,
    ROW,
    TOTAL,
    Canvas,
    chart_names,
    chip,
    figure_cell,
    grouped,
    padded,
    row_name,
    scale_format,
    table_head,
    verdict_cell,
)
from .charts import FLAT_FOOT, achievement_chart, budget_chart, roas_chart, shares_chart
from .details import later_remark
from .fit import fit_names
from .grid import FIRST, HALF, LAST, Cell, left, right
from .model import ChannelRow, Compared, CompareRow, Comparison, Summary
from .words import (
    HEALTH_STATES,
    amount_text,
    exact_format,
    phrase_text,
    scale_of,
    symbol_of,
    text_of,
    word,
)

# More would leave no room for their names; more departments lie on their side.
_BARS: Final = 7
# What the columns show, and from where on they take 万 or K; None never do.
_CHANNEL_COLUMNS: Final[tuple[tuple[str, str, float | None], ...]] = (
    ("impressions", "#,##0", 1e5),
    ("clicks", "#,##0", 1e6),
    ("ctr", "0.0%", None),
    ("cvr", "0.0%", None),
    ("new_users", "#,##0", 1e6),
    ("cac", "#,##0.0", None),
    ("cost", "#,##0", 1e5),
    ("sales", "#,##0", 1e5),
    ("roas", "0.00", None),
)
_WIDE: Final = tuple(right(block) for block in range(1, 6))
_CHANNEL_PLACES: Final = tuple(side(block) for block in range(1, 6) for side in (left, right))
_MOST: Final = 20
_MOST_BARS: Final = 12
# The places of figures, one column each; the verdict stands in the last column.
_PLACES: Final = tuple(side(block) for block in range(1, 6) for side in (left, right))[:-1]


def draw_channels(canvas: Canvas, summary: Summary) -> None:
    """Draw the channels with their total from the sums, and the charts of ROAS and shares.

    Columns without a value in any row are left out, and so is the verdict without a target.
    """
    language, target = canvas.language, summary.target_roas
    canvas.heading(word("section.channels", language), word("note.channels", language))
    rows, total = list(summary.channels), summary.channel_total
    assert total is not None
    columns = _columns([*rows, total], has_verdict=target is not None)
    heads = [
        (word("head.channel", language), FIRST, right(0), "left"),
        *((word(f"head.{name}", language), at, at, "right") for name, at in columns.items()),
    ]
    if target is not None:
        shown = amount_text(Amount(value=target, unit="ratio"), language)
        last = word("head.target_roas", language, target=shown)
        heads.append((last, right(5), right(5), "center"))
    table_head(canvas, heads)
    formats = _channel_formats(canvas, [*rows, total])
    top = canvas.row
    for row in rows:
        has_verdict = target is not None and not row.others
        verdict = [verdict_cell(right(5), row.verdict, summary, canvas)] if has_verdict else []
        _channel(canvas, row, columns, formats, target=target, more=verdict)
    if "roas" in columns:
        values = [row.figures["roas"].value or 0.0 for row in rows]
        canvas.bars(columns["roas"], top, canvas.row - 1, steps(values).high)
    _channel(canvas, total, columns, formats, target=target, total=True)
    later_remark(canvas, summary, summary.sections["channels"])
    for mix in summary.channel_mix:
        draw_reversal(canvas, phrase_text(mix, language))
    if "roas" in columns:
        canvas.skip(12)
        _channel_charts(canvas, rows, target)


def _columns(rows: Sequence[ChannelRow], *, has_verdict: bool) -> dict[str, int]:
    """Place the figures that any row has: one to a block while there are blocks enough."""
    held = [
        name
        for name, _, _ in _CHANNEL_COLUMNS
        if any(row.figures[name].value is not None for row in rows)
    ]
    places = _CHANNEL_PLACES[:-1] if has_verdict else _CHANNEL_PLACES
    if len(held) <= len(_WIDE) - has_verdict:
        places = _WIDE[: len(_WIDE) - has_verdict]
    return dict(zip(held, places[len(places) - len(held) :], strict=True))


def _channel_formats(canvas: Canvas, rows: Sequence[ChannelRow]) -> dict[str, str]:
    formats = {}
    for metric, plain, large_from in _CHANNEL_COLUMNS:
        formats[metric] = plain
        if large_from is not None:
            values = [row.figures[metric].value for row in rows]
            scale = scale_of(values, canvas.language, large_from=large_from)
            formats[metric] = plain if scale == "plain" else scale_format(scale, canvas)
    return formats


def _channel(
    canvas: Canvas,
    row: ChannelRow,
    columns: Mapping[str, int],
    formats: Mapping[str, str],
    *,
    target: float | None,
    more: Sequence[Cell] = (),
    total: bool = False,
) -> None:
    name = canvas.say("cell.total") if total else row_name(row, "channels", canvas)
    cells = [_named(name)]
    for metric, column in columns.items():
        bold = {"bold": True} if total or metric == "roas" else {}
        value, shown = row.figures[metric].value, formats[metric]
        if metric == "roas":
            shown = exact_format(value, (target,), 2)
        cells.append(figure_cell(column, value, shown, **bold))
    canvas.line(ROW, [*cells, *more], ground=TOTAL if total else HAIRLINE)


def _channel_charts(canvas: Canvas, rows: Sequence[ChannelRow], target: float | None) -> None:
    """Draw both charts; more channels than fit show the largest, in the table's order."""
    own = [row for row in rows if not row.others]
    largest = sorted(own, key=lambda row: -(row.sales_share.value or row.cost_share.value or 0.0))
    kept = {id(row) for row in largest[:_BARS]}
    own = [row for row in own if id(row) in kept]
    names = chart_names([row_name(row, "channels", canvas) for row in own], len(own))
    titles = {key: canvas.say(f"chart.{key}") for key in ("roas", "shares")}
    if len(own) < sum(row.others or 1 for row in rows):
        titles = {
            key: canvas.say("chart.largest", title=title, count=len(own))
            for key, title in titles.items()
        }
    judged = [(name, row) for name, row in zip(names, own, strict=True) if _roas(row) is not None]
    if judged:
        roas_chart(
            canvas,
            [name for name, _ in judged],
            [_roas(row) or 0.0 for _, row in judged],
            [row.verdict for _, row in judged],
            title=titles["roas"],
            target=target,
            at=canvas.row,
        )
    cost = [row.cost_share.value for row in own]
    sales = [row.sales_share.value for row in own]
    if any(value is not None for value in (*cost, *sales)):
        shares_chart(canvas, names, cost, sales, title=titles["shares"], column=HALF, at=canvas.row)
    canvas.skip(174)


def _roas(row: ChannelRow) -> float | None:
    return row.figures["roas"].value


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
    _Column(head="budget", value=_figure("budget"), style="money"),
    _Column(head="spend", value=_figure("spend"), style="money", alarm=_over),
    _Column(head="used", value=_figure("used"), style="0.0%", alarm=_over),
    _Column(head="cost", value=_figure("cost"), style="money"),
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
    look = {**chip("close"), "font_size": 9, "indent": 1}
    canvas.line(ROW, [Cell(first=FIRST, last=LAST, value=f"! {text}", style=look, lines=6)])


def _named(name: str, last: int = right(0)) -> Cell:
    return Cell(first=FIRST, last=last, value=name, style={"bold": True}, sizes=(9,), lines=2)


def _table(canvas: Canvas, table: Compared, kind: str) -> None:
    canvas.heading(canvas.say(f"section.{kind}s"), canvas.say("note.compared"))
    rows = table.rows[:_MOST]
    everything = (*rows, table.total)
    held = [one for one in _COLUMNS if any(one.value(row) is not None for row in everything)]
    # Others say most of what these do; the matrix tells of the metrics, the files of the rows.
    for spare in ("rows", "cost", "on_time", "met"):
        if len(held) > len(_PLACES):
            held = [one for one in held if one.head != spare]
    if any(one.head == "used" for one in held):
        # What is over its budget is marked once.
        held = [replace(one, alarm=None) if one.head == "spend" else one for one in held]
    columns = list(zip(held, _PLACES[-len(held) :], strict=True))
    heads = [
        (canvas.say(f"head.{kind}"), FIRST, columns[0][1] - 1, "left"),
        *((canvas.say(f"head.{one.head}"), at, at, "right") for one, at in columns),
        (canvas.say("head.verdict"), right(5), right(5), "center"),
    ]
    table_head(canvas, heads)
    formats = {one.head: _format(canvas, one, everything) for one in held}
    first = canvas.row
    for row in rows:
        _row(canvas, row, columns, formats)
    for one, at in columns:
        if one.head == "progress":
            canvas.bars(at, first, canvas.row - 1, 1)
    _row(canvas, table.total, columns, formats, total=True)
    left_out = table.total.progress.left_out
    if left_out and any(one.head == "progress" for one in held):
        said = Phrase(code="note.unmeasured", params={"count": left_out}, count=left_out)
        canvas.remark(phrase_text(said, canvas.language))
    if len(table.rows) > _MOST:
        canvas.remark(canvas.say(f"more.{kind}s", count=len(table.rows) - _MOST))
    _charts(canvas, table.rows, kind)


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
    name = text_of(row.name, language) or canvas.say("cell.no_name")
    bold: dict[str, Any] = {"bold": True} if total else {}
    late: dict[str, Any] = {"bold": True, "font_color": Palette.LATE}
    # Where there are few figures the name has their room.
    last = columns[0][1] - 1
    cells = [_named(canvas.say("cell.total") if total else name, last)]
    for one, at in columns:
        value, shown = one.value(row), formats[one.head]
        if one.head == "met" and value is not None:
            text = canvas.say("cell.done_tasks", done=row.met, tasks=row.judged)
            style = late if row.met < row.judged and not total else bold
            cells.append(Cell(first=at, value=padded(text), style={"align": "right", **style}))
        elif not total and one.alarm is not None and one.alarm(row):
            if shown == "0.0%":
                shown = exact_format(value, (1.0,), 1, percent=True)
            # Else the sign of what is below 0 would stand before the symbol.
            sign = "-" if (value or 0.0) < 0 else ""
            shown = f'"{one.symbol} "{sign}{grouped(shown)}'
            cells.append(figure_cell(at, value, f"{shown};{shown}" if sign else shown, **late))
        else:
            cells.append(figure_cell(at, value, shown, **bold))
    if not total:
        state = HEALTH_STATES[row.health]
        verdict = f"{symbol_of(state)} {canvas.say(f'verdict.{row.health}')}"
        style = {**chip(state), "align": "center", "font_size": 9}
        cells.append(Cell(first=right(5), value=verdict, style=style, sizes=(8, 7)))
    canvas.line(ROW, cells, ground=TOTAL if total else HAIRLINE)


def _bars(canvas: Canvas, rows: Sequence[CompareRow]) -> list[_Bar]:
    """Return the bars of the charts: the first groups, and one for all the rest."""
    language = canvas.language
    shown = [
        _Bar(
            name=text_of(row.name, language) or canvas.say("cell.no_name"),
            budget=row.budget.value,
            spend=row.spend.value,
            achieved=row.achieved.value,
        )
        for row in rows[:_MOST_BARS]
    ]
    rest = rows[_MOST_BARS:]
    if not rest:
        return shown
    sales, target = (
        _sum(getattr(row.achieved, part) for row in rest if row.achieved.value is not None)
        for part in ("numerator", "denominator")
    )
    others = _Bar(
        name=canvas.say("more.bars", count=len(rest)),
        budget=_sum(row.budget.value for row in rest),
        spend=_sum(row.spend.value for row in rest),
        achieved=None if sales is None or not target else sales / target,
    )
    return [*shown, others]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """What the charts show of a group."""

    name: str
    budget: float | None
    spend: float | None
    achieved: float | None


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) if known else None


def _charts(canvas: Canvas, rows: Sequence[CompareRow], kind: str) -> None:
    """Draw budget beside spend, and achievement, worst first; nothing where there is but one bar.

    Many bars lie on their side, the same group in the same line of both charts.
    """
    language, bars = canvas.language, _bars(canvas, rows)
    has_money = sum(bar.budget is not None for bar in bars) > 1
    is_flat = len(bars) > _BARS
    judged = [bar for bar in bars if is_flat or bar.achieved is not None]
    has_judged = sum(bar.achieved is not None for bar in judged) > 1
    if not has_money and not has_judged:
        return
    canvas.skip(8)
    height = 44 + 26 * len(bars) if is_flat else 222
    if has_money:
        scale = scale_of([v for bar in bars for v in (bar.budget, bar.spend)], language)
        unit = canvas.say(f"unit.{scale}")
        names = [bar.name for bar in bars]
        budget_chart(
            canvas,
            fit_names(names, NAME_PX, 9) if is_flat else chart_names(names, len(bars)),
            [bar.budget for bar in bars],
            [bar.spend for bar in bars],
            title=canvas.say(f"chart.{kind}_budget", unit=unit),
            scale=scale,
            at=canvas.row,
            height=height,
            is_flat=is_flat,
        )
    if has_judged:
        shares = [bar.achieved for bar in judged]
        achievement_chart(
            canvas,
            fit_names([bar.name for bar in judged], NAME_PX, 9),
            shares,
            [None if one is None else "met" if one >= 1 else "missed" for one in shares],
            lines=[(1.0,)] * len(judged),
            title=canvas.say(f"chart.{kind}_achievement"),
            at=canvas.row,
            column=HALF if has_money else FIRST,
            height=height,
            **({"foot": FLAT_FOOT} if is_flat else {}),
        )
    canvas.skip(height * 0.75 + 4)
