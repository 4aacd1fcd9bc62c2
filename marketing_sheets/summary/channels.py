"""The Summary's table of channels and its two charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..alerts import Amount
from .axes import steps
from .canvas import FIRST, HALF, Canvas, Cell, left, right
from .cells import (
    HAIRLINE,
    ROW,
    TOTAL,
    chart_name,
    figure_cell,
    head_cells,
    row_name,
    scale_format,
    table_head,
    verdict_cell,
)
from .charts import roas_chart, shares_chart
from .details import later_remark
from .model import ChannelRow, Summary
from .wording import amount_text, scale_of, word

__all__ = ["draw_channels"]

# More would leave no room for their names.
_BARS: Final = 7

# What the columns show, and from where on they take 万 or K; None never do.
_CHANNEL_COLUMNS: Final[tuple[tuple[str, int, str, float | None], ...]] = (
    ("impressions", left(1), "#,##0", 1e5),
    ("clicks", right(1), "#,##0", 1e6),
    ("ctr", left(2), "0.0%", None),
    ("cvr", right(2), "0.0%", None),
    ("new_users", left(3), "#,##0", 1e6),
    ("cac", right(3), "#,##0.0", None),
    ("cost", left(4), "#,##0", 1e5),
    ("sales", right(4), "#,##0", 1e5),
    ("roas", left(5), "0.00", None),
)


def draw_channels(canvas: Canvas, summary: Summary) -> None:
    """Draw the channels with their total from the sums, and the charts of ROAS and shares."""
    language, target = canvas.language, summary.target_roas
    canvas.heading(word("section.channels", language), word("note.channels", language))
    last = word("head.no_target", language)
    if target is not None:
        shown = amount_text(Amount(value=target, unit="number"), language)
        last = word("head.target_roas", language, target=shown)
    heads = [
        (word("head.channel", language), FIRST, right(0), "left"),
        *(
            (word(f"head.{metric}", language), column, column, "right")
            for metric, column, _, _ in _CHANNEL_COLUMNS
        ),
        (last, right(5), right(5), "center"),
    ]
    table_head(canvas, head_cells(heads))
    rows = list(summary.channels)
    assert summary.channel_total is not None
    formats = _channel_formats(canvas, [*rows, summary.channel_total])
    top = canvas.row
    for row in rows:
        _channel(canvas, row, formats, summary)
    values = [row.figures["roas"].value or 0.0 for row in rows]
    canvas.bars(left(5), top, canvas.row - 1, steps(values).high)
    _channel(canvas, summary.channel_total, formats, summary, total=True)
    later_remark(canvas, summary, summary.sections["channels"])
    canvas.skip(12)
    _channel_charts(canvas, rows, target)


def _channel_formats(canvas: Canvas, rows: Sequence[ChannelRow]) -> dict[str, str]:
    formats = {}
    for metric, _, plain, large_from in _CHANNEL_COLUMNS:
        formats[metric] = plain
        if large_from is not None:
            values = [row.figures[metric].value for row in rows]
            scale = scale_of(values, canvas.language, large_from=large_from)
            formats[metric] = plain if scale == "plain" else scale_format(scale, canvas)
    return formats


def _channel(
    canvas: Canvas,
    row: ChannelRow,
    formats: dict[str, str],
    summary: Summary,
    *,
    total: bool = False,
) -> None:
    name = word("cell.total", canvas.language) if total else row_name(row, "channels", canvas, 20)
    cells = [Cell(first=FIRST, last=right(0), value=name, style={"bold": True})]
    for metric, column, _, _ in _CHANNEL_COLUMNS:
        bold = {"bold": True} if total or metric == "roas" else {}
        cells.append(figure_cell(column, row.figures[metric].value, formats[metric], **bold))
    if not total and not row.others:
        cells.append(verdict_cell(right(5), row.verdict, summary, canvas))
    canvas.line(ROW, cells, ground=TOTAL if total else HAIRLINE)


def _channel_charts(canvas: Canvas, rows: Sequence[ChannelRow], target: float | None) -> None:
    """Draw both charts; more channels than fit show the largest, in the table's order."""
    own = [row for row in rows if not row.others]
    largest = sorted(own, key=lambda row: -(row.sales_share.value or row.cost_share.value or 0.0))
    kept = {id(row) for row in largest[:_BARS]}
    own = [row for row in own if id(row) in kept]
    names = [chart_name(row_name(row, "channels", canvas, 40), len(own)) for row in own]
    titles = {key: word(f"chart.{key}", canvas.language) for key in ("roas", "shares")}
    if len(own) < sum(row.others or 1 for row in rows):
        titles = {
            key: word("chart.largest", canvas.language, title=title, count=len(own))
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
