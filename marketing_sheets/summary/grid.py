"""The Summary's columns, and how the texts of a row share them.

Column A is a margin; six blocks of two columns follow, a slim gap after each block. All columns
count from 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..problems import Place
from .fit import Fitted, fit, width_of

Style = Mapping[str, Any]
BLOCKS: Final = 6
FIRST: Final = 1
LAST: Final = 17
HALF: Final = 10  # first column of the right half
MARGIN_PX, COLUMN_PX, GAP_PX = 14, 72, 10
# What a cell keeps free of text at its sides, before a text that begins where it ends, or both
# would look like one; and for an indent.
_SIDES_PX, _CLOSE_PX = 7, 9
_INDENT_PX: Final = 11
# What a small text shrinks to; less where it may take three lines, nothing where more.
_LESS: Final = (8.5, 8)
# A row with a text of more lines is read from its top.
_HIGH: Final = 6


def left(block: int) -> int:
    """Return the first column of a block, 0 to 5."""
    return FIRST + 3 * block


def right(block: int) -> int:
    """Return the second column of a block."""
    return left(block) + 1


def pixels(first: int, last: int) -> int:
    """Return the width of the columns from `first` to `last`."""
    return sum(map(_pixels, range(first, last + 1)))


def _pixels(column: int) -> int:
    if column in (0, LAST + 1):
        return MARGIN_PX
    return GAP_PX if column % 3 == 0 else COLUMN_PX


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in the columns `first` to `last` of a row.

    `link` is the place a click leads to. With a `formula`, `value` is what it shows now. A text
    too long for its room takes one of the smaller font `sizes`, then up to so many `lines`; then
    the `name` in it is cut.
    """

    first: int
    last: int | None = None
    value: str | float | None = None
    formula: str = ""
    style: Style = field(default_factory=dict)
    link: Place | None = None
    sizes: tuple[float, ...] = ()
    lines: int = 1
    name: str = ""

    @property
    def end(self) -> int:
        """The last column."""
        return self.first if self.last is None else self.last

    def on(self, ground: Style) -> Cell:
        """Return the cell on a ground whose style it shares where its own says nothing."""
        return replace(self, style={**ground, **self.style})

    @property
    def align(self) -> str:
        """Where in its columns it stands."""
        return str(self.style.get("align", "left"))

    @property
    def runs_over(self) -> bool:
        """Whether what is too wide for the first column may stand in empty ones beside it."""
        return isinstance(self.value, str) and self.link is None and not self.formula


def small(
    first: int, last: int, value: str, style: Style | None = None, *, lines: int = 1, **more: Any
) -> Cell:
    """Return a text of 9 points; a short one shrinks a little before it wraps or is cut."""
    sizes = _LESS[: max(0, 4 - lines)]
    look = {"font_size": 9, **(style or {})}
    return Cell(first=first, last=last, value=value, style=look, sizes=sizes, lines=lines, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidCell:
    """A cell as it is written: its text as fitted, at the column `at`.

    `is_merged` tells whether it takes all its columns as one; `height` is what its row needs.
    """

    cell: Cell
    at: int
    is_merged: bool = False
    height: float = 0


def lay(cells: Sequence[Cell], first: int, last: int) -> list[LaidCell]:
    """Lay out the cells of a row that reaches from the column `first` to `last`."""
    free, laid = first, list[LaidCell]()
    ordered = sorted(cells, key=lambda cell: cell.first)
    for cell, following in zip(ordered, [*ordered[1:], None], strict=True):
        one = _laid(cell, free, last, following)
        laid.append(one)
        free = max(cell.end, _reach(one)) + 1
    if any(one.cell.lines > _HIGH for one in laid):
        return [_at_top(one) for one in laid]
    return laid


def _at_top(one: LaidCell) -> LaidCell:
    return replace(one, cell=replace(one.cell, style={**one.cell.style, "valign": "top"}))


def _laid(cell: Cell, free: int, last: int, following: Cell | None) -> LaidCell:
    """Lay out a cell; the columns from `free` up to the one `following` are empty.

    A text of one line needs no merged cells: it runs over empty ones, or is centred across them.
    """
    wide = cell.end > cell.first
    if not isinstance(cell.value, str) or cell.formula:
        return LaidCell(cell=cell, at=cell.first, is_merged=wide)
    start, end = cell.first, cell.end
    if cell.runs_over and cell.align == "left":
        end = max(end, last if following is None else following.first - 1)
    elif cell.runs_over and cell.align == "right":
        start = min(start, free)
    one = _fitted(cell, start, end, 1, following)
    if cell.lines > 1 and (one.is_cut or len(cell.value.splitlines()) > 1):
        one = _fitted(cell, cell.first, cell.end, cell.lines, following)
    is_wrapped = one.lines > 1 or "\n" in one.text
    style = {**cell.style, "font_size": one.size, **({"text_wrap": True} if is_wrapped else {})}
    is_merged = wide and (is_wrapped or not cell.runs_over)
    at = cell.end if cell.align == "right" and not is_merged else cell.first
    if wide and not is_merged and cell.align == "center":
        style["align"] = "center_across"
    return LaidCell(
        cell=replace(cell, value=one.text, style=style, lines=one.lines),
        at=at,
        is_merged=is_merged,
        height=one.height if one.lines > 1 else 0,
    )


def room(first: int, last: int, style: Style, following: Cell | None = None) -> float:
    """Return how many pixels of text the columns hold before the cell `following`."""
    is_close = following is not None and (following.first, following.align) == (last + 1, "left")
    sides = _SIDES_PX + (_CLOSE_PX if is_close else 0)
    return pixels(first, last) - sides - _INDENT_PX * int(style.get("indent", 0))


def _fitted(cell: Cell, first: int, last: int, lines: int, following: Cell | None) -> Fitted:
    sizes = (float(cell.style.get("font_size", 10)), *cell.sizes)
    space, bold = room(first, last, cell.style, following), bool(cell.style.get("bold"))
    return fit(str(cell.value), space, sizes, lines=lines, bold=bold, name=cell.name)


def _reach(one: LaidCell) -> int:
    """Return the last column into which the text of a cell runs."""
    cell = one.cell
    if one.is_merged or not isinstance(cell.value, str) or cell.align != "left":
        return cell.end
    bold = bool(cell.style.get("bold"))
    width = width_of(cell.value, cell.style["font_size"], bold=bold) + 2 * _SIDES_PX
    end = cell.first
    while pixels(cell.first, end) < width and end < LAST:
        end += 1
    return end
