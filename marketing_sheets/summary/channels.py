"""The Summary's table of channels and its two charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from .compare_section import draw_reversal
from .details import later_remark
from .model import ChannelRow, Summary
from .wording import amount_text, phrase_text, scale_of, word

__all__ = ["draw_channels"]

# More would leave no room for their names.
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
_PLACES: Final = tuple(side(block) for block in range(1, 6) for side in (left, right))


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
        shown = amount_text(Amount(value=target, unit="number"), language)
        last = word("head.target_roas", language, target=shown)
        heads.append((last, right(5), right(5), "center"))
    table_head(canvas, head_cells(heads))
    formats = _channel_formats(canvas, [*rows, total])
    top = canvas.row
    for row in rows:
        has_verdict = target is not None and not row.others
        verdict = [verdict_cell(right(5), row.verdict, summary, canvas)] if has_verdict else []
        _channel(canvas, row, columns, formats, more=verdict)
    if "roas" in columns:
        values = [row.figures["roas"].value or 0.0 for row in rows]
        canvas.bars(columns["roas"], top, canvas.row - 1, steps(values).high)
    _channel(canvas, total, columns, formats, total=True)
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
    places = _PLACES[:-1] if has_verdict else _PLACES
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
    more: Sequence[Cell] = (),
    total: bool = False,
) -> None:
    name = word("cell.total", canvas.language) if total else row_name(row, "channels", canvas, 20)
    cells = [Cell(first=FIRST, last=right(0), value=name, style={"bold": True})]
    for metric, column in columns.items():
        bold = {"bold": True} if total or metric == "roas" else {}
        cells.append(figure_cell(column, row.figures[metric].value, formats[metric], **bold))
    canvas.line(ROW, [*cells, *more], ground=TOTAL if total else HAIRLINE)


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
