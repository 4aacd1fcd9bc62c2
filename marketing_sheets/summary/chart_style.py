"""How all charts of the Summary look: flat, quiet, in one type face."""

from __future__ import annotations

from typing import Any

from ..languages import Language
from ..styles import FONTS, Palette
from .axes import Axis
from .canvas import Canvas

__all__ = ["chart_font", "name_axis", "new_chart", "set_frame", "set_legend", "value_axis"]


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
