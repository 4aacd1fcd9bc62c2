"""The Summary's charts: native, with fixed axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final

from ..alerts import Amount
from ..styles import FONTS, Palette
from ..template import Unit
from ..texts import Language
from ..writer import set_east_asian_face
from .axes import Axis, axis_format, step_format, steps, twin_axes
from .canvas import Canvas
from .words import Scale, amount_text, exact_format


def new_chart(canvas: Canvas, kind: str) -> Any:
    """Make a chart of a kind: bar, column or line."""
    chart = canvas.workbook.add_chart({"type": kind})
    set_east_asian_face(chart)
    return chart


def chart_font(language: Language, **style: Any) -> dict[str, Any]:
    """Return the font of a chart's text."""
    return {"name": FONTS[language], "size": 9, "color": Palette.SLATE, **style}


def set_frame(chart: Any, language: Language, title: str, *, plot: dict[str, float]) -> None:
    """Give a chart its title and its plain ground; hidden cells count."""
    chart.set_title(
        {
            "name": title,
            "name_font": chart_font(language, size=10, bold=True, color=Palette.INK),
            "overlay": True,
            "layout": {"x": 0.015, "y": 0.03},
        }
    )
    chart.set_chartarea({"border": {"none": True}, "fill": {"color": Palette.WHITE}})
    chart.set_plotarea({"layout": plot, "fill": {"none": True}})
    chart.show_hidden_data()
    chart.show_blanks_as("gap")


def set_legend(
    chart: Any, language: Language, *, x: float, width: float, delete: list[int]
) -> None:
    """Put the legend at the top right, on the title's line; `delete` series are left out."""
    chart.set_legend(
        {
            "position": "top",
            "font": chart_font(language),
            "delete_series": delete,
            "layout": {"x": x, "y": 0.02, "width": width, "height": 0.1},
        }
    )


def value_axis(language: Language, axis: Axis, number_format: str) -> dict[str, Any]:
    """Return a value axis: fixed ends, gridlines, no line and no ticks."""
    return {
        "min": axis.low,
        "max": axis.high,
        "major_unit": axis.step,
        "num_format": number_format,
        "num_font": chart_font(language),
        "line": {"none": True},
        "major_tick_mark": "none",
        "minor_tick_mark": "none",
        "major_gridlines": {"visible": True, "line": {"color": Palette.LINE, "width": 0.75}},
    }


def name_axis(language: Language, *, size: float = 9, **more: Any) -> dict[str, Any]:
    """Return the axis of the names: a line, no ticks, at the low end."""
    return {
        "num_font": chart_font(language, size=size),
        "line": {"color": Palette.RULE, "width": 0.75},
        "major_tick_mark": "none",
        "minor_tick_mark": "none",
        "label_position": "low",
        "major_gridlines": {"visible": False},
        **more,
    }


# Of so many names the values are told to those who cannot see a chart.
_TOLD: Final = 12
HALF_PX: Final = 452
FLAT_FOOT: Final = 30  # pixels below bars for the axis of their values
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


def _told(
    canvas: Canvas,
    title: str,
    names: Sequence[str],
    *series: Sequence[float | None],
    unit: Unit,
    pair: Sequence[str] = (),
) -> str:
    """Say in words what a chart shows: its title, and under each name the values of the series.

    `pair` are the words of two series.
    """
    language = canvas.language
    if pair:
        title = canvas.say(
            "chart.pair", title=title, one=canvas.say(pair[0]), two=canvas.say(pair[1])
        )
    known = [abs(v) for values in series for v in values if v is not None]
    beside = [Amount(value=max(known, default=0.0), unit=unit)]
    parts = []
    for name, *values in list(zip(names, *series, strict=True))[:_TOLD]:
        texts = [
            "–"
            if value is None
            else amount_text(Amount(value=value, unit=unit), language, beside=beside)
            for value in values
        ]
        parts.append(f"{name} {' / '.join(texts)}")
    if len(names) > _TOLD:
        parts.append("…")
    return canvas.say("chart.told", title=title, values=canvas.say("chart.joint").join(parts))


def _judged(
    chart: Any,
    canvas: Canvas,
    names: list[Any],
    values: Sequence[float | None],
    verdicts: Sequence[str | None],
    *,
    room: float,
    number_format: str,
    gap: int,
    labels: Sequence[str | None] = (),
) -> None:
    """Add bars coloured by verdict; the label stands inside, and outside where a bar is short.

    Two series lie on one another, since a series has one position for its labels.
    """
    language = canvas.language
    points = [{"fill": {"color": _VERDICT_COLORS[verdict]}} for verdict in verdicts]
    for inside in (True, False):
        own = [v if v is not None and (v >= room) is inside else None for v in values]
        if all(value is None for value in own):
            continue
        font = chart_font(language, bold=True, color=(Palette.SLATE, Palette.WHITE)[inside])
        label: dict[str, Any] = {
            "value": True,
            "position": "inside_end" if inside else "outside_end",
            "num_format": number_format,
            "font": font,
        }
        if any(labels):
            # The value itself stands in the cells; a label of its own only shows more of it.
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
    shares: Sequence[float | None],
    verdicts: Sequence[str | None],
    *,
    lines: Sequence[Sequence[float]],
    title: str,
    at: int,
    height: int,
    column: int = 1,
    foot: int = 8,
) -> None:
    """Draw achievement bars, `foot` pixels off the end; the dashed gridline is the target, 100 %.

    `lines` are per bar the shares at which its verdict changes: no label says another one.
    """
    language = canvas.language
    # The axis ends here, the figures of longer bars do not.
    longest = max(share for share in shares if share is not None)
    top = min(max(1.75, ceil(longest * 4) / 4), 3.0)
    digits = [
        exact_format(share, own, 0, percent=True) for share, own in zip(shares, lines, strict=True)
    ]
    chart = new_chart(canvas, "bar")
    _judged(
        chart,
        canvas,
        canvas.hidden(list(names)),
        shares,
        verdicts,
        room=_ROOM_FOR_LABEL * top,
        number_format="0%",
        gap=55,
        labels=[
            None if share is None or shown == "0%" else f"{share:.{len(shown) - 3}%}"
            for share, shown in zip(shares, digits, strict=True)
        ],
    )
    plot = {"x": 0.275, "y": 32 / height, "width": 0.70, "height": 1 - (32 + foot) / height}
    set_frame(chart, language, title, plot=plot)
    chart.set_legend({"none": True})
    axis = value_axis(language, Axis(low=0, high=top, step=1), "0%")
    dashed = {"color": Palette.SLATE, "width": 0.75, "dash_type": "dash"}
    gridlines = {"visible": True, "line": dashed}
    chart.set_x_axis({**axis, "label_position": "none", "major_gridlines": gridlines})
    chart.set_y_axis(name_axis(language, reverse=True))
    told = _told(canvas, title, names, shares, unit="percent")
    canvas.place_chart(at, column, chart, (HALF_PX, height), told=told)


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
    labels, chart = canvas.hidden(list(names)), new_chart(canvas, "column")
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
                "name": canvas.say("chart.target", target=f"{target:,.2f}"),
                "categories": labels,
                "values": canvas.hidden([target] * len(values)),
                "line": {"color": Palette.INK, "width": 1.25, "dash_type": "dash"},
                "marker": {"type": "none"},
            }
        )
        judged = len(chart.series)
        chart.combine(line)
        set_legend(chart, language, x=0.66, width=0.33, delete=list(range(judged)))
    told = _told(canvas, title, names, values, unit="ratio")
    if target is not None:
        told += f" {canvas.say('chart.target', target=f'{target:,.2f}')}"
    canvas.place_chart(at, 1, chart, (HALF_PX, 228), told=told)


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
    told = _told(canvas, title, names, cost, sales, unit="percent", pair=[*pair])
    canvas.place_chart(at, column, chart, (HALF_PX, 228), told=told)


def _pairs(
    canvas: Canvas,
    names: Sequence[str],
    pair: Mapping[str, Sequence[float | None]],
    kind: str = "column",
    **properties: object,
) -> Any:
    """Return a chart of two columns a name, the first pale; `pair` is by the word of its legend."""
    chart = new_chart(canvas, kind)
    labels = canvas.hidden(list(names))
    for (key, values), color in zip(pair.items(), (Palette.RULE, Palette.ACCENT), strict=True):
        chart.add_series(
            {
                "name": canvas.say(key),
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
    unit = canvas.say(f"unit.{scale}")
    chart = new_chart(canvas, "column")
    chart.add_series(
        {
            "name": canvas.say("chart.sales", unit=unit),
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
                "name": canvas.say("chart.roas_line"),
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
    peak = max(range(len(names)), key=lambda n: sales[n] or 0.0)
    top, end = (
        "–" if one is None else amount_text(Amount(value=one, unit="money"), language)
        for one in (sales[peak], sales[-1])
    )
    days = {"first": names[0], "last": names[-1], "peak": names[peak]}
    told = canvas.say("chart.trend_told", title=title, **days, top=top, end=end)
    canvas.place_chart(at, 1, chart, (_WHOLE_PX, 268), told=told)


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
    is_flat: bool = False,
) -> None:
    """Draw spend beside budget for each stage or department, as columns or, `is_flat`, as bars."""
    language = canvas.language
    pair = {"chart.budget_series": budget, "chart.spend_series": spend}
    chart = _pairs(canvas, names, pair, "bar" if is_flat else "column")
    axis = steps([value for value in (*budget, *spend) if value is not None], intervals=4)
    plot, values = _PAIRS_PLOT, value_axis(language, axis, axis_format(scale, language))
    if is_flat:
        plot = {
            "x": 0.275,
            "y": 32 / height,
            "width": 0.69,
            "height": 1 - (32 + FLAT_FOOT) / height,
        }
        # As the names go down, the axis of the values would stand on top.
        chart.set_x_axis({**values, "label_position": "high"})
        chart.set_y_axis(name_axis(language, reverse=True))
    else:
        chart.set_x_axis(name_axis(language))
        chart.set_y_axis(values)
    set_frame(chart, language, title, plot=plot)
    set_legend(chart, language, x=0.6, width=0.39, delete=[])
    told = _told(canvas, title, names, budget, spend, unit="money", pair=[*pair])
    canvas.place_chart(at, 1, chart, (HALF_PX, height), told=told)
