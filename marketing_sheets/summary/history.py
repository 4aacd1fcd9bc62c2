"""How the campaign went from one Summary to the next; and the hidden rows that keep its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Final

from ..alerts import Amount
from ..history import DAY, HEADLINE, HEALTH, HISTORY_ID, HISTORY_STAMP, figure_ids
from ..metrics import elapsed
from ..records import HistoryDay
from ..styles import Palette
from .axes import step_format, steps
from .canvas import HAIRLINE, ROW, Canvas, TableHead, chip, figure_cell, table_head
from .charts import HALF_PX, name_axis, new_chart, set_frame, set_legend, value_axis
from .first_screen import figure_format
from .grid import HALF, left, right, small
from .model import Summary, Tile
from .words import HEALTH_STATES, amount_text, day_text, symbol_of, tile_amounts, tile_name

# The days that the table lists, the last first; the chart has them all.
_LISTED: Final = 7
_CHART_PX: Final = 200
_LABELS: Final = 7  # of the axis of days
# The figures that the chart shows where there are any: shares of work and of money.
_SHARED: Final = ("progress", "budget")
_COUNTS: Final = ("alerts", "problems")


def shown_days(summary: Summary) -> tuple[HistoryDay, ...]:
    """Return the days up to that of the Summary; none where there is but one."""
    days = tuple(one for one in summary.history if one.day <= summary.as_of)
    return days if len(days) > 1 else ()


def draw_history(canvas: Canvas, summary: Summary) -> None:
    """Draw the course of the headline figures over the days, and the last days in a table."""
    language, days = canvas.language, shown_days(summary)
    first, last = (day_text(one.day, language) for one in (days[0], days[-1]))
    note = canvas.say("note.history", count=len(days), first=first, last=last)
    if _shares(summary, days) and _time(summary, days):
        note = canvas.say("note.history_in_time", note=note)
    canvas.heading(canvas.say("section.history"), note)
    tiles = _listed_tiles(summary, days)
    heads: list[TableHead] = [
        (canvas.say("head.as_of"), HALF, HALF, "left"),
        (canvas.say("head.health"), right(3), right(3), "center"),
        *((tile_name(tile, language), at, at, "right") for at, tile in tiles.items()),
        (canvas.say("head.alerts"), left(5), left(5), "right"),
        (canvas.say("head.problems"), right(5), right(5), "right"),
    ]
    top, start = canvas.row, canvas.top
    table_head(canvas, heads, first=HALF)
    formats = {at: figure_format(tile, canvas) for at, tile in tiles.items()}
    for one in reversed(days[-_LISTED:]):
        state = HEALTH_STATES[one.health]
        verdict = f"{symbol_of(state)} {canvas.say(f'verdict.{one.health}')}"
        cells = [
            small(HALF, HALF, day_text(one.day, language)),
            small(right(3), right(3), verdict, {**chip(state), "align": "center"}),
            *(
                figure_cell(at, one.figures.get(f"{HEADLINE}{tile.id}"), formats[at])
                for at, tile in tiles.items()
            ),
            *(
                figure_cell(at, one.figures.get(name), "#,##0")
                for at, name in zip((left(5), right(5)), _COUNTS, strict=True)
            ),
        ]
        canvas.line(ROW, cells, ground=HAIRLINE, first=HALF)
    height = max(canvas.height(start), _CHART_PX)
    _chart(canvas, summary, days, at=top, height=height)
    canvas.fill(start, height)


def _listed_tiles(summary: Summary, days: Sequence[HistoryDay]) -> dict[int, Tile]:
    """Return two headline figures that have values on these days: progress and budget first."""
    held = [
        tile
        for tile in summary.tiles
        if tile.figure.value is not None and any(f"{HEADLINE}{tile.id}" in d.figures for d in days)
    ]
    held.sort(key=lambda tile: tile.id not in _SHARED)
    return dict(zip((left(4), right(4)), held, strict=False))


def _chart(
    canvas: Canvas, summary: Summary, days: Sequence[HistoryDay], *, at: int, height: int
) -> None:
    """Draw progress and the use of the budget beside the time elapsed, else the counts."""
    language = canvas.language
    shares = {tile_name(tile, language): v for tile, v in _shares(summary, days)}
    lines: dict[str, list[float | None]] = shares or {
        canvas.say(f"head.{name}"): [one.figures.get(name) for one in days] for name in _COUNTS
    }
    time = _time(summary, days) if shares else []
    step = ceil(len(days) / _LABELS)
    # Not every program leaves out as many labels as it is told to.
    names = [day_text(d.day, language, "short") if not n % step else "" for n, d in enumerate(days)]
    labels = canvas.hidden(names)
    chart = new_chart(canvas, "line")
    colors = (Palette.ACCENT, Palette.CHART_CLOSE)
    for (name, values), color in zip(lines.items(), colors, strict=False):
        fill = {"color": color}
        marker = {"type": "circle", "size": 5, "fill": fill, "border": fill}
        chart.add_series(
            {
                "name": name,
                "categories": labels,
                "values": canvas.hidden(values),
                "line": {"color": color, "width": 2.25},
                "marker": marker if len(days) <= _LISTED else {"type": "none"},
            }
        )
    if time:
        chart.add_series(
            {
                "name": canvas.say("chart.time"),
                "categories": labels,
                "values": canvas.hidden(time),
                "line": {"color": Palette.DAY_LINE, "width": 1.25, "dash_type": "dash"},
                "marker": {"type": "none"},
            }
        )
    known = [v for values in (*lines.values(), time) for v in values if v is not None]
    # Things are counted in whole numbers.
    axis = steps(known if shares else [*known, 4.0], intervals=4)
    title = canvas.say("chart.history_shares" if shares else "chart.history_counts")
    plot = {"x": 0.085, "y": 0.17, "width": 0.895, "height": 0.68}
    set_frame(chart, language, title, plot=plot)
    # The note tells what is dashed: a legend of three has no room.
    set_legend(chart, language, x=0.42, width=0.57, delete=[len(lines)] if time else [])
    chart.set_x_axis(name_axis(language, interval_unit=step))
    chart.set_y_axis(value_axis(language, axis, step_format(axis.step, percent=bool(shares))))
    told = [_amounts(tile, values) for tile, values in _shares(summary, days)] or [
        [Amount(value=value) for value in values if value is not None] for values in lines.values()
    ]
    said = canvas.say("chart.told", title=title, values=_told([*lines], told, canvas))
    canvas.place_chart(at, 1, chart, (HALF_PX, height), told=said)


def _time(summary: Summary, days: Sequence[HistoryDay]) -> list[float | None]:
    """Return the share of time elapsed on each of the days; none without a period."""
    time = [elapsed(summary.start, summary.end, one.day).value for one in days]
    return time if any(value is not None for value in time) else []


def _shares(summary: Summary, days: Sequence[HistoryDay]) -> list[tuple[Tile, list[float | None]]]:
    """Return progress and the use of the budget on each of the days, where any has them."""
    found = [
        (tile, [one.figures.get(f"{HEADLINE}{tile.id}") for one in days])
        for tile in summary.tiles
        if tile.id in _SHARED
    ]
    return [(tile, values) for tile, values in found if any(v is not None for v in values)]


def _amounts(tile: Tile, values: Sequence[float | None]) -> list[Amount]:
    """Return the values of a headline figure as it is said: progress is known to a percent."""
    figures = (replace(tile.figure, value=value) for value in values if value is not None)
    return [tile_amounts(replace(tile, figure=one))[0] for one in figures]


def _told(names: Sequence[str], lines: Sequence[Sequence[Amount]], canvas: Canvas) -> str:
    """Say of each line where it began and where it is now."""
    said = []
    for name, amounts in zip(names, lines, strict=True):
        ends = (*amounts[:1], *amounts[1:][-1:])
        texts = [amount_text(one, canvas.language, beside=amounts) for one in ends]
        said.append(f"{name} {' → '.join(texts)}")
    return canvas.say("chart.joint").join(said)


def keep_history(canvas: Canvas, summary: Summary) -> None:
    """Write the days into hidden rows, for the next Summary to know."""
    if not summary.history:
        return
    names = [DAY, HEALTH, *(f"{HISTORY_ID}{name}" for name in figure_ids(summary.history))]
    first = canvas.reserve(len(names))
    columns = {name: first + at for at, name in enumerate(names)}
    canvas.keep({0: HISTORY_STAMP} | {column: name for name, column in columns.items()})
    canvas.hide()
    for one in summary.history:
        said: dict[str, str | float] = {DAY: one.day.isoformat(), HEALTH: one.health}
        said |= {f"{HISTORY_ID}{name}": value for name, value in one.figures.items()}
        canvas.keep({columns[name]: value for name, value in said.items()})
        canvas.hide()
