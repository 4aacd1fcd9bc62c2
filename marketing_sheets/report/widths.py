"""How wide the columns of a table are: what cannot break fits, texts share the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..summary import width_of
from .blocks import Row, TableColumn

_MOST: Final = 22  # ems after which a text wraps
_LEAST: Final = 3
_SHORT: Final = 7.5  # what is no longer stays on one line
MARGIN: Final = 60  # twentieths of a point at each side of a cell's text
_PADDING: Final = 2 * MARGIN + 20
_EM: Final = 11.2  # of a font of half a point, in twentieths of a point
_EASE: Final = 0.4  # of what texts would like more than they must have
# Digits, dates and words of Latin letters; Chinese may break anywhere.
_WHOLE: Final = re.compile(r"[!-~–]+")


def widths(
    columns: Sequence[TableColumn], rows: Sequence[Row], room: int, sizes: Sequence[int]
) -> tuple[int, list[int]]:
    """Share a room in twentieths of a point among columns.

    Return the first of the font sizes, in half points, at which texts have ease, or else at which
    nothing breaks that should not; and the widths.
    """
    needs = [
        _needs([column.head, *(row.cells[at].text for row in rows)])
        for at, column in enumerate(columns)
    ]
    padding = _PADDING * len(columns)
    least, most = (sum(need[at] for need in needs) for at in (0, 1))
    # Rather smaller type than texts of one word a line.
    wanted = (least + _EASE * (most - least), least)
    fitting = (size for ems in wanted for size in sizes if ems * size * _EM + padding <= room)
    size = next(fitting, sizes[-1])
    spare = max((room - padding) / (size * _EM) - least, 0)
    share = spare / (most - least) if most > least else 0.0
    shared = [low + share * (high - low) for low, high in needs]
    factor = (room - padding) / sum(shared)
    found = [int(one * factor) + _PADDING for one in shared]
    return size, [*found[:-1], room - sum(found[:-1])]


def _needs(texts: Sequence[str]) -> tuple[float, float]:
    """Return the width that a column must have, and that at which nothing in it wraps."""
    whole = max((_ems(part) for text in texts for part in _WHOLE.findall(text)), default=0)
    wide = [_ems(text) for text in texts]
    short = max((one for one in wide if one <= _SHORT), default=0)
    least = max(_LEAST, min(whole, _MOST / 2), short)
    return least, max(least, min(_MOST, max(wide)))


def _ems(text: str) -> float:
    return width_of(text, 0.75, bold=True)
