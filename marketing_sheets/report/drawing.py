"""A native chart as a drawing for a page, from the same part that Word and Excel show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from lxml import etree
from lxml.builder import E

from ..styles import Palette
from ..summary import width_of
from .blocks import ChartBlock, plain
from .numbers import shown

_C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SMALL, _TITLE = 12, 13  # pixels: 9 and 10 pt
_CROWDED: Final = 1.3  # of the room of a figure, that it may take from others
_LONG: Final = 60  # pixels after which a name is rather cut than others left out
_LINE: Final = 28  # of the title and the legend


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """Bars or a line: values by place, None where there is a gap, and how they look."""

    name: str
    values: Sequence[float | None]
    is_line: bool
    color: str
    colors: dict[int, str]
    label: str | None  # its number format
    labels: dict[int, str]
    inside: bool
    dash: bool
    second: bool
    gap: float
    overlap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    low: float
    high: float
    step: float
    number_format: str
    dash: bool
    is_shown: bool

    def part(self, value: float) -> float:
        """Return where a value stands between the ends; what is beyond ends there."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)

    def ticks(self) -> Iterator[float]:
        count = int((self.high - self.low) / self.step + 1e-9)
        yield from (self.low + at * self.step for at in range(count + 1))


def svg_of(chart: ChartBlock) -> Any:
    """Return a chart as an SVG element: bars, columns and lines, axes, labels and legend."""
    root: Any = etree.fromstring(chart.part)
    plot = root.find(f".//{_C}plotArea")
    series = [
        one
        for group in plot
        if group.tag in (f"{_C}barChart", f"{_C}lineChart")
        for one in _series(group, plot)
    ]
    names = [v.text or "" for v in plot.find(f".//{_C}cat").iter(f"{_C}v")]
    axes = [_axis(one) for one in plot.findall(f"{_C}valAx")]
    is_flat = plot.find(f".//{_C}barDir") is not None and _value(plot, "barDir") == "bar"
    picture = E.svg(
        {
            "viewBox": f"0 0 {chart.width} {chart.height}",
            "role": "img",
            "aria-label": plain(chart.told),
        },
        _text(2, 18, chart.title, size=_TITLE, bold=True, color=Palette.INK),
        *_legend(series, root, chart.width),
    )
    draw = _bars_across if is_flat else _columns
    picture.extend(draw(series, names, axes, chart.width, chart.height))
    for text in picture.iterfind("text"):
        _move_inside(text, chart.width)
    return picture


def _value(element: Any, name: str, default: str = "") -> str:
    found = element.find(f".//{_C}{name}")
    return default if found is None else str(found.get("val"))


def _color(element: Any, default: str) -> str:
    shape = element.find(f"{_C}spPr")
    found = None if shape is None else shape.find(f".//{_A}srgbClr")
    return default if found is None else f"#{found.get('val')}"


def _series(group: Any, plot: Any) -> Iterator[_Series]:
    first = plot.find(f"{_C}barChart")
    axis = {one.get("val") for one in group.findall(f"{_C}axId")}
    own = {one.get("val") for one in first.findall(f"{_C}axId")} if first is not None else axis
    for one in group.findall(f"{_C}ser"):
        count = int(_value(one.find(f"{_C}val"), "ptCount", "0"))
        held = {
            int(point.get("idx")): float(point.find(f"{_C}v").text)
            for point in one.find(f"{_C}val").iter(f"{_C}pt")
        }
        labels = one.find(f"{_C}dLbls")
        texts = {
            int(_value(label, "idx")): "".join(label.itertext()).strip()
            for label in ([] if labels is None else labels.findall(f"{_C}dLbl"))
        }
        shows = labels is not None and labels.find(f"{_C}numFmt") is not None
        yield _Series(
            name="".join(one.find(f"{_C}tx").itertext()) if one.find(f"{_C}tx") is not None else "",
            values=[held.get(at) for at in range(count)],
            is_line=group.tag == f"{_C}lineChart",
            color=_color(one, Palette.ACCENT),
            colors={
                int(_value(point, "idx")): _color(point, Palette.ACCENT)
                for point in one.findall(f"{_C}dPt")
            },
            label=labels.find(f"{_C}numFmt").get("formatCode") if shows else None,
            labels={at: text for at, text in texts.items() if text},
            inside=labels is not None and _value(labels, "dLblPos") == "inEnd",
            dash=one.find(f".//{_A}prstDash") is not None,
            second=axis != own,
            gap=float(_value(group, "gapWidth", "100")) / 100,
            overlap=float(_value(group, "overlap", "0")) / 100,
        )


def _axis(element: Any) -> _Axis:
    lines = element.find(f"{_C}majorGridlines")
    return _Axis(
        low=float(_value(element, "min", "0")),
        high=float(_value(element, "max", "1")),
        step=float(_value(element, "majorUnit", "1")),
        number_format=element.find(f"{_C}numFmt").get("formatCode"),
        dash=lines is not None and lines.find(f".//{_A}prstDash") is not None,
        is_shown=_value(element, "tickLblPos") != "none",
    )


def _text(x: float, y: float, text: str, *, size: int = _SMALL, **look: Any) -> Any:
    style = {
        "x": f"{x:.1f}",
        "y": f"{y:.1f}",
        "font-size": str(size),
        "fill": look.get("color", Palette.SLATE),
        "text-anchor": look.get("anchor", "start"),
    }
    if look.get("bold"):
        style["font-weight"] = "bold"
    return E.text(style, plain(text))


def _rect(x: float, y: float, width: float, height: float, color: str) -> Any:
    sides = {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0)}
    return E.rect({name: f"{side:.1f}" for name, side in sides.items()} | {"fill": color})


def _line(points: Sequence[tuple[float, float]], color: str, width: float, *, dash: bool) -> Any:
    style = {
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        "fill": "none",
        "stroke": color,
        "stroke-width": str(width),
    }
    return E.polyline(style | ({"stroke-dasharray": "4 3"} if dash else {}))


def _wide(text: str, *, bold: bool = False) -> float:
    return width_of(text, _SMALL * 0.75, bold=bold)


def _move_inside(text: Any, width: int) -> None:
    """Move a text that would leave the picture at a side."""
    wide = _wide(text.text or "", bold=text.get("font-weight") == "bold")
    before = wide * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor")]
    x = min(max(float(text.get("x")), before + 1), width - 1 - wide + before)
    text.set("x", f"{x:.1f}")


def _name(x: float, y: float, name: str, room: float, anchor: str) -> Any:
    """Write a name, cut to its room; the whole is told where the pointer rests."""
    shown = name
    while len(shown) > 1 and _wide(shown) > room:
        shown = f"{shown.removesuffix('…')[:-1]}…"
    text = _text(x, y, shown, anchor=anchor)
    if shown != name:
        text.append(E.title(plain(name)))
    return text


def _legend(series: Sequence[_Series], root: Any, width: int) -> Iterator[Any]:
    """Draw the names of the series at the right of the title's line."""
    if root.find(f".//{_C}legend") is None:
        return
    at = width - 8.0
    for one in reversed([one for one in series if one.name]):
        at -= _wide(one.name)
        yield _text(at, 18, one.name)
        if one.is_line:
            yield _line([(at - 26, 14), (at - 6, 14)], one.color, 2, dash=one.dash)
        else:
            yield _rect(at - 16, 9, 10, 10, one.color)
        at -= 40


def _places(
    series: Sequence[_Series], count: int, room: float
) -> Iterator[tuple[_Series, int, float, float]]:
    """Yield each bar: its series, its number, where it begins along the axis, and its thickness."""
    bars = [one for one in series if not one.is_line]
    if not bars or not count:
        return
    step, overlap = room / count, bars[0].overlap
    thick = step / (1 + bars[0].gap + (len(bars) - 1) * (1 - overlap))
    whole = thick * (1 + (len(bars) - 1) * (1 - overlap))
    for number, one in enumerate(bars):
        for at in range(count):
            yield one, at, step * at + (step - whole) / 2 + number * thick * (1 - overlap), thick


def _said(one: _Series, at: int, value: float) -> str:
    return one.labels.get(at) or (shown(value, one.label) if one.label else "")


def _bars_across(
    series: Sequence[_Series], names: Sequence[str], axes: Sequence[_Axis], width: int, height: int
) -> Iterator[Any]:
    axis = axes[0]
    left = min(0.34 * width, 12 + max(map(_wide, names), default=0))
    marks = [shown(tick, axis.number_format) if axis.is_shown else "" for tick in axis.ticks()]
    room, top = width - left - 12, float(_LINE + 4)
    tall = height - _LINE - (30.0 if axis.is_shown else 12.0)
    # The last one stands half its width before its line.
    every = ceil((1.5 * max(map(_wide, marks)) + 6) / room * max(len(marks) - 1, 1))
    base = left + room * axis.part(0)
    for at, tick in enumerate(axis.ticks()):
        x = left + room * axis.part(tick)
        if axis.is_shown and at % every == 0:
            yield _text(x, top + tall + 15, marks[at], anchor="middle")
        color = Palette.SLATE if axis.dash else Palette.LINE
        if tick > axis.low:
            yield _line([(x, top), (x, top + tall)], color, 0.75, dash=axis.dash)
    for at, name in enumerate(names):
        y = top + tall * (at + 0.5) / len(names)
        yield _name(left - 8, y + 4, name, left - 10, "end")
    for one, at, begin, thick in _places(series, len(names), tall):
        value = one.values[at]
        if value is None:
            continue
        end, y = left + room * axis.part(value), top + begin
        color = one.colors.get(at, one.color)
        yield _rect(min(base, end), y, abs(end - base), thick, color)
        look: dict[str, Any] = {"anchor": "end", "color": Palette.WHITE} if one.inside else {}
        x = end + (-5 if one.inside else 5)
        yield _text(x, y + thick / 2 + 4, _said(one, at, value), bold=True, **look)
    yield _line([(base, top), (base, top + tall)], Palette.RULE, 1, dash=False)


def _columns(
    series: Sequence[_Series], names: Sequence[str], axes: Sequence[_Axis], width: int, height: int
) -> Iterator[Any]:
    marks = [[shown(tick, axis.number_format) for tick in axis.ticks()] for axis in axes]
    left, right = (max([*map(_wide, texts), 24.0]) + 12 for texts in (*marks, [])[:2])
    top, bottom = float(_LINE + 10), height - 26.0
    room, tall = width - left - (right if len(axes) > 1 else 10), bottom - top
    for number, axis in enumerate(axes):
        for tick, mark in zip(axis.ticks(), marks[number], strict=True):
            y = bottom - tall * axis.part(tick)
            if not number:
                yield _line([(left, y), (left + room, y)], Palette.LINE, 0.75, dash=False)
            x, anchor = (left + room + 6, "start") if number else (left - 6, "end")
            yield _text(x, y + 4, mark, anchor=anchor)
    base = bottom - tall * axes[0].part(0)
    for one, at, begin, thick in _places(series, len(names), room):
        value = one.values[at]
        if value is None:
            continue
        y = bottom - tall * axes[0].part(value)
        yield _rect(left + begin, min(y, base), thick, abs(base - y), one.colors.get(at, one.color))
        said = _said(one, at, value)
        # Figures on one another tell nothing; a table beside has them all.
        if said and _wide(said) <= _CROWDED * (room / len(names) if one.overlap == 1 else thick):
            color = Palette.WHITE if one.inside else Palette.SLATE
            lower = y + 15 if one.inside else y - 4
            look: dict[str, Any] = {"anchor": "middle", "color": color, "bold": one.inside}
            yield _text(left + begin + thick / 2, lower, said, **look)
    yield _line([(left, base), (left + room, base)], Palette.RULE, 1, dash=False)
    step = room / max(len(names), 1)
    # None lies on another; a long one is cut. Some may be left out already.
    named = [at for at, name in enumerate(names) if name]
    apart = step * len(names) / max(len(named), 1)
    every = ceil((min(max(map(_wide, names), default=0), _LONG) + 6) / apart) if named else 1
    for at in named[::every]:
        yield _name(left + step * (at + 0.5), bottom + 17, names[at], every * apart - 6, "middle")
    for one in series:
        if one.is_line:
            yield from _curve(
                one, axes[-1] if one.second else axes[0], left, step, bottom=bottom, tall=tall
            )


def _curve(
    one: _Series, axis: _Axis, left: float, step: float, *, bottom: float, tall: float
) -> Iterator[Any]:
    """Draw a line; a gap stays a gap, and what stands alone between two is a dot."""
    points: list[tuple[float, float]] = []
    for at, value in enumerate((*one.values, None)):
        if value is not None:
            points.append((left + step * (at + 0.5), bottom - tall * axis.part(value)))
            continue
        if len(points) > 1:
            yield _line(points, one.color, 2, dash=one.dash)
        elif points:
            ((x, y),) = points
            yield E.circle({"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "2.5", "fill": one.color})
        points = []
