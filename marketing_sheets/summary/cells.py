"""Cells and lines that the Summary's tables share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ..metrics_effect import Verdict
from ..styles import STATES, Palette
from .canvas import FIRST, LAST, Canvas, Cell, Style, fitted, units_of
from .lines import symbol_of
from .model import ChannelRow, StageRow, Summary
from .wording import Scale, text_of, word

__all__ = [
    "HAIRLINE",
    "ROW",
    "TOTAL",
    "chart_name",
    "chip",
    "figure_cell",
    "head_cells",
    "padded",
    "row_name",
    "scale_format",
    "table_head",
    "verdict_cell",
]

ROW: Final = 21
HAIRLINE: Final[Style] = {"bottom": 1, "bottom_color": Palette.LINE}
TOTAL: Final[Style] = {
    "bold": True,
    "top": 1,
    "top_color": Palette.RULE,
    "bottom": 1,
    "bottom_color": Palette.RULE,
}
_PAD: Final = "_)_)"
_STATES: Final = {"met": "done", "close": "close", "missed": "missed"}


def chip(state: str | None) -> Style:
    """Return the look of a state as the style of a cell."""
    look = STATES.get(state or "")
    if look is None:
        return {}
    style: dict[str, object] = {"bold": look.bold}
    if look.color:
        style["font_color"] = look.color
    if look.fill:
        style["bg_color"] = look.fill
    return style


def table_head(canvas: Canvas, cells: list[Cell], *, first: int = FIRST, last: int = LAST) -> None:
    """Draw the head of a table: 9 pt slate over a rule."""
    ground = {
        "font_size": 9,
        "font_color": Palette.SLATE,
        "bottom": 1,
        "bottom_color": Palette.RULE,
    }
    canvas.line(18, cells, ground=ground, first=first, last=last)


def padded(text: str) -> str:
    """Give a right-aligned word the margin that numbers have."""
    return f"{text}  "


def figure_cell(column: int, value: float | None, number_format: str, **style: Any) -> Cell:
    """Return a right-aligned number, or a pale dash where there is none."""
    if value is None:
        ghost = {"align": "right", "font_color": Palette.GHOST}
        return Cell(first=column, value=padded("–"), style={**style, **ghost})
    return Cell(
        first=column,
        value=value,
        # A figure too wide for its column shrinks; Excel would show nothing but ####.
        style={"align": "right", "num_format": number_format + _PAD, "shrink": True, **style},
    )


def verdict_cell(column: int, verdict: Verdict | None, summary: Summary, canvas: Canvas) -> Cell:
    """Return a verdict as a chip, or a pale dash."""
    if verdict is None:
        return Cell(first=column, value="–", style={"align": "center", "font_color": Palette.GHOST})
    state = _STATES[verdict]
    text = f"{symbol_of(state)} {text_of(summary.verdicts[verdict], canvas.language)}"
    return Cell(first=column, value=text, style={**chip(state), "align": "center", "font_size": 9})


def scale_format(scale: Scale, canvas: Canvas) -> str:
    """Return the number format of a scale."""
    return "#,##0" if scale == "plain" else word(f"format.{scale}", canvas.language)


def head_cells(heads: Sequence[tuple[str, int, int, str]]) -> list[Cell]:
    """Return the cells of a table head from (text, first, last, alignment)."""
    return [
        Cell(
            first=first,
            last=last,
            value=padded(text) if align == "right" else text,
            style={"align": align},
        )
        for text, first, last, align in heads
    ]


def row_name(row: ChannelRow | StageRow, kind: str, canvas: Canvas, room: int) -> str:
    """Return the name of a channel or stage, or of the others together, cut to `room`."""
    if row.others:
        return word(f"more.{kind}", canvas.language, count=row.others)
    name = text_of(row.name, canvas.language)
    return fitted(name, room) if name else word("cell.no_name", canvas.language)


def chart_name(name: str, columns: int) -> str:
    """Cut a name to what stands level under one of `columns` columns of half the page.

    A name of several words may take two lines.
    """
    room = min(20, 64 // columns)
    if max(map(units_of, name.split()), default=0) <= room and units_of(name) <= 2 * room:
        return name
    return fitted(name, room)
