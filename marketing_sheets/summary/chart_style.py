"""How all charts of the Summary look: flat, quiet, in one type face, axes with round ends.

Automatic axes differ from program to program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from ..styles import FONTS, Palette
from ..texts import Language
from .canvas import Canvas
from .words import Scale, word


def new_chart(canvas: Canvas, kind: str) -> Any:
    """Make a chart of a kind: bar, column or line."""
    chart = canvas.workbook.add_chart({"type": kind})
    _set_east_asian_face(chart)
    return chart


def _set_east_asian_face(chart: Any) -> None:
    """Write the East Asian face beside the Latin one.

    XlsxWriter writes the Latin face only, and Excel then takes Chinese from the theme, 宋体 in old
    ones. It has no public way to set both.
    """
    write_latin = chart._write_a_latin

    def write_both(attributes: list[tuple[str, Any]]) -> None:
        write_latin(attributes)
        chart._xml_empty_tag("a:ea", [(k, v) for k, v in attributes if k == "typeface"])

    chart._write_a_latin = write_both


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
