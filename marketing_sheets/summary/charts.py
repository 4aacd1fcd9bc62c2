"""The Summary's charts: native, with fixed axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Final

from ..styles import FONTS, Palette
from ..texts import Language
from ..writer import set_east_asian_face
from .canvas import Canvas
from .words import Scale, exact_format, word


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The ends of a value axis and the distance of its gridlines."""

    low: float
    high: float
    step: float


def _nice(step: float) -> float:
    """Round a step up to 1, 2, 2.5 or 5 times a power of ten."""
    power: float = 10.0 ** floor(log10(step))
    return next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= step * (1 - 1e-9))


def steps(values: Sequence[float], *, intervals: int = 5, headroom: float = 1.0) -> Axis:
    """Return an axis from 0, or from below where there are negative values."""
    high = max([*values, 0.0]) * headroom
    low = min([*values, 0.0])
    if high - low <= 0:
        return Axis(low=0, high=1, step=1)
    step = _nice((high - low) / intervals)
    axis = Axis(low=step * floor(low / step), high=step * ceil(high / step - 1e-9), step=step)
    return axis if axis.high > 0 else Axis(low=axis.low, high=step, step=step)


def twin_axes(columns: Sequence[float], line: Sequence[float]) -> tuple[Axis, Axis]:
    """Return two axes with the same number of intervals, so that they share the gridlines.

    The left one is at least 1.6 times the tallest column: the line runs above them.
    """
    top, peak = max([*columns, 0.0]), max([*line, 0.0])
    below = min([*columns, 0.0])
    best: tuple[float, Axis, Axis] | None = None
    for count in (3, 4, 5):
        left_step = _nice(1.6 * top / count) if top > 0 else _nice(max(-below, 1.0) / count)
        right_step = _nice(1.05 * peak / count) if peak > 0 else 1.0
        under = ceil(-below / left_step - 1e-9)
        left = Axis(low=-under * left_step, high=count * left_step, step=left_step)
        right = Axis(low=-under * right_step, high=count * right_step, step=right_step)
        waste = left.high / (1.6 * top or 1) * (right.high / (peak or 1))
        if best is None or waste < best[0] - 1e-9:
            best = (waste, left, right)
    assert best is not None
    return best[1], best[2]


def axis_format(scale: Scale, language: Language) -> str:
    """Return the number format of an axis of large amounts."""
    return "#,##0" if scale == "plain" else word(f"format.axis_{scale}", language)


def step_format(step: float, *, percent: bool = False) -> str:
    """Return the number format that shows every multiple of a step exactly."""
    size = step * 100 if percent else step
    decimals = next((n for n in range(4) if abs(size * 10**n - round(size * 10**n)) < 1e-6), 4)
    return "0" + ("." + "0" * decimals if decimals else "") + ("%" if percent else "")


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
    labels: Sequence[str | None] = (),
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
    shares: Sequence[float],
    verdicts: Sequence[str | None],
    *,
    lines: Sequence[Sequence[float]],
    title: str,
    at: int,
    height: int,
    column: int = 1,
) -> None:
    """Draw achievement bars; the dashed gridline at 100 % is the target.

    `lines` are per bar the shares at which its verdict changes: no label says another one.
    """
    language = canvas.language
    # The axis ends here, the figures of longer bars do not.
    top = min(max(1.75, ceil(max(shares) * 4) / 4), 3.0)
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
            None if shown == "0%" else f"{share:.{len(shown) - 3}%}"
            for share, shown in zip(shares, digits, strict=True)
        ],
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
