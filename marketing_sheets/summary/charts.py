"""The Summary's charts: native, with fixed axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final

from ..styles import Palette
from .canvas import Canvas
from .chart_style import (
    Axis,
    axis_format,
    chart_font,
    name_axis,
    new_chart,
    set_frame,
    set_legend,
    step_format,
    steps,
    twin_axes,
    value_axis,
)
from .words import Scale, word

_HALF_PX: Final = 452
_WHOLE_PX: Final = 914
_VERDICT_COLORS: Final = {
    "met": Palette.CHART_OK,
    "close": Palette.CHART_CLOSE,
    "missed": Palette.CHART_MISSED,
    None: Palette.CHART_OK,
}
# Shorter bars than this part of the axis carry their label outside.
_ROOM_FOR_LABEL: Final = 0.17
# More columns than this are too narrow for a label inside, and their names need small type.
_ROOMY: Final = 5
_PAIRS_PLOT: Final = {"x": 0.085, "y": 0.17, "width": 0.895, "height": 0.69}


def _judged(
    chart: Any,
    canvas: Canvas,
    names: list[Any],
    values: Sequence[float],
    verdicts: Sequence[str | None],
    *,
    room: float,
    number_format: str,
    gap: int,
    labels: Sequence[str | None] | None = None,
) -> None:
    """Add bars coloured by verdict; the label stands inside, and outside where a bar is short.

    Two series lie on one another, since a series has one position for its labels.
    """
    language = canvas.language
    points = [{"fill": {"color": _VERDICT_COLORS[verdict]}} for verdict in verdicts]
    for inside in (True, False):
        own = [value if (value >= room) is inside else None for value in values]
        if all(value is None for value in own):
            continue
        color = Palette.WHITE if inside else Palette.SLATE
        font = chart_font(language, bold=True, color=color)
        label: dict[str, Any] = {
            "value": True,
            "position": "inside_end" if inside else "outside_end",
            "num_format": number_format,
            "font": font,
        }
        if labels and any(labels):
            label["custom"] = [{"value": text, "font": font} if text else None for text in labels]
        chart.add_series(
            {
                "categories": names,
                "values": canvas.hidden(own),
                "fill": {"color": Palette.CHART_OK},
                "points": points,
                "gap": gap,
                "overlap": 100,
                "data_labels": label,
            }
        )


def achievement_chart(
    canvas: Canvas,
    names: Sequence[str],
    shares: Sequence[float],
    verdicts: Sequence[str | None],
    *,
    title: str,
    at: int,
    height: int,
    column: int = 1,
) -> None:
    """Draw achievement bars; the dashed gridline at 100 % is the target."""
    language = canvas.language
    top = min(max(1.75, ceil(max(shares) * 4) / 4), 3.0)
    clipped = [min(max(share, 0.0), top) for share in shares]
    # A bar beyond the axis says its true figure.
    labels = [
        None if kept == share else f"{share:.0%}"
        for kept, share in zip(clipped, shares, strict=True)
    ]
    chart = new_chart(canvas, "bar")
    _judged(
        chart,
        canvas,
        canvas.hidden(list(names)),
        clipped,
        verdicts,
        room=_ROOM_FOR_LABEL * top,
        number_format="0%",
        gap=55,
        labels=labels,
    )
    plot = {"x": 0.275, "y": 32 / height, "width": 0.70, "height": 1 - 40 / height}
    set_frame(chart, language, title, plot=plot)
    chart.set_legend({"none": True})
    axis = value_axis(language, Axis(low=0, high=top, step=1), "0%")
    dashed = {"color": Palette.SLATE, "width": 0.75, "dash_type": "dash"}
    axis |= {"label_position": "none", "major_gridlines": {"visible": True, "line": dashed}}
    chart.set_x_axis(axis)
    chart.set_y_axis(name_axis(language, reverse=True))
    canvas.place_chart(at, column, chart, _HALF_PX, height)


def roas_chart(
    canvas: Canvas,
    names: Sequence[str],
    values: Sequence[float],
    verdicts: Sequence[str | None],
    *,
    title: str,
    target: float | None,
    at: int,
) -> None:
    """Draw ROAS by channel, with the target as a dashed line."""
    language = canvas.language
    labels = canvas.hidden(list(names))
    chart = new_chart(canvas, "column")
    axis = steps([*values, target or 0.0], headroom=1.1)
    _judged(
        chart,
        canvas,
        labels,
        values,
        verdicts,
        room=_ROOM_FOR_LABEL * axis.high if len(names) <= _ROOMY else float("inf"),
        number_format="0.00",
        gap=90,
    )
    plot = {"x": 0.075, "y": 0.17, "width": 0.905, "height": 0.69}
    set_frame(chart, language, title, plot=plot)
    chart.set_x_axis(name_axis(language, size=9 if len(names) <= _ROOMY else 8))
    chart.set_y_axis(value_axis(language, axis, step_format(axis.step)))
    if target is None:
        chart.set_legend({"none": True})
    else:
        line = new_chart(canvas, "line")
        line.add_series(
            {
                "name": word("chart.target", language, target=f"{target:,.2f}"),
                "categories": labels,
                "values": canvas.hidden([target] * len(values)),
                "line": {"color": Palette.INK, "width": 1.25, "dash_type": "dash"},
                "marker": {"type": "none"},
            }
        )
        judged = len(chart.series)
        chart.combine(line)
        set_legend(chart, language, x=0.66, width=0.33, delete=list(range(judged)))
    canvas.place_chart(at, 1, chart, _HALF_PX, 228)


def shares_chart(
    canvas: Canvas,
    names: Sequence[str],
    cost: Sequence[float | None],
    sales: Sequence[float | None],
    *,
    title: str,
    column: int,
    at: int,
) -> None:
    """Draw each channel's share of the cost beside its share of the sales."""
    language = canvas.language
    labels = {"value": True, "num_format": "0%", "font": chart_font(language)}
    pair = {"chart.cost_share": cost, "chart.sales_share": sales}
    chart = _pairs(canvas, names, pair, data_labels=labels)
    axis = steps([value for value in (*cost, *sales) if value is not None], headroom=1.1)
    set_frame(chart, language, title, plot=_PAIRS_PLOT)
    set_legend(chart, language, x=0.5, width=0.49, delete=[])
    chart.set_x_axis(name_axis(language, size=9 if len(names) <= _ROOMY else 8))
    chart.set_y_axis(value_axis(language, axis, step_format(axis.step, percent=True)))
    canvas.place_chart(at, column, chart, _HALF_PX, 228)


def _pairs(
    canvas: Canvas,
    names: Sequence[str],
    pair: Mapping[str, Sequence[float | None]],
    **properties: object,
) -> Any:
    """Return a chart of two columns a name, the first pale; `pair` is by the word of its legend."""
    chart = new_chart(canvas, "column")
    labels = canvas.hidden(list(names))
    for (key, values), color in zip(pair.items(), (Palette.RULE, Palette.ACCENT), strict=True):
        chart.add_series(
            {
                "name": word(key, canvas.language),
                "categories": labels,
                "values": canvas.hidden(list(values)),
                "fill": {"color": color},
                "gap": 80,
                "overlap": -5,
                **properties,
            }
        )
    return chart


def trend_chart(
    canvas: Canvas,
    names: Sequence[str],
    sales: Sequence[float | None],
    roas: Sequence[float | None],
    *,
    title: str,
    scale: Scale,
    at: int,
) -> None:
    """Draw sales as columns and ROAS, where there is any, as a line on its own axis."""
    language = canvas.language
    left, right = twin_axes(
        [value for value in sales if value is not None],
        [value for value in roas if value is not None],
    )
    labels = canvas.hidden(list(names))
    unit = word(f"unit.{scale}", language)
    chart = new_chart(canvas, "column")
    chart.add_series(
        {
            "name": word("chart.sales", language, unit=unit),
            "categories": labels,
            "values": canvas.hidden(list(sales)),
            "fill": {"color": Palette.TREND},
            "gap": 45 if len(names) >= 10 else 150,
        }
    )
    if any(value is not None for value in roas):
        line = new_chart(canvas, "line")
        line.add_series(
            {
                "name": word("chart.roas_line", language),
                "categories": labels,
                "values": canvas.hidden(list(roas)),
                "line": {"color": Palette.NAVY, "width": 2},
                "marker": {"type": "none"},
                "y2_axis": True,
            }
        )
        second = value_axis(language, right, step_format(right.step))
        line.set_y2_axis(second | {"major_gridlines": {"visible": False}})
        chart.combine(line)
    plot = {"x": 0.05, "y": 0.15, "width": 0.9, "height": 0.73}
    set_frame(chart, language, title, plot=plot)
    set_legend(chart, language, x=0.55, width=0.43, delete=[])
    chart.set_x_axis(name_axis(language, interval_unit=ceil(len(names) / 31)))
    chart.set_y_axis(value_axis(language, left, axis_format(scale, language)))
    canvas.place_chart(at, 1, chart, _WHOLE_PX, 268)


def budget_chart(
    canvas: Canvas,
    names: Sequence[str],
    budget: Sequence[float | None],
    spend: Sequence[float | None],
    *,
    title: str,
    scale: Scale,
    at: int,
    height: int,
) -> None:
    """Draw spend beside budget for each stage or department."""
    language = canvas.language
    chart = _pairs(canvas, names, {"chart.budget_series": budget, "chart.spend_series": spend})
    axis = steps([value for value in (*budget, *spend) if value is not None], intervals=4)
    set_frame(chart, language, title, plot=_PAIRS_PLOT)
    set_legend(chart, language, x=0.6, width=0.39, delete=[])
    chart.set_x_axis(name_axis(language))
    chart.set_y_axis(value_axis(language, axis, axis_format(scale, language)))
    canvas.place_chart(at, 1, chart, _HALF_PX, height)
