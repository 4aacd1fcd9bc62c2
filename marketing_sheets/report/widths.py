"""How wide the columns of a table are: what cannot break fits, texts share the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from .blocks import Column, Row

_MOST: Final = 44  # half-width letters after which a text wraps
_LEAST: Final = 6
_PADDING: Final = 230  # twentieths of a point beside the text of a cell
# Digits, dates and words of Latin letters; Chinese may break anywhere.
_WHOLE: Final = re.compile(r"[!-~–]+")
_SHORT: Final = 12  # what is no longer stays on one line


def units(text: str) -> float:
    """Return the width of a text in halves of a Chinese character, rather too much."""
    return sum(2.0 if ord(char) > 0x2E7F else 1.25 for char in text)


def widths(columns: Sequence[Column], rows: Sequence[Row], room: int, size: int) -> list[int]:
    """Share a room in twentieths of a point among columns; `size` is in half points."""
    unit = size * 5.4
    least, wanted = [], []
    for at, column in enumerate(columns):
        texts = [column.head, *(row.cells[at].text for row in rows)]
        whole = max((units(part) for text in texts for part in _WHOLE.findall(text)), default=0)
        short = max((units(text) for text in texts if units(text) <= _SHORT), default=0)
        least.append(max(_LEAST, min(whole, _MOST // 2), short) * unit + _PADDING)
        wanted.append(max(_LEAST, min(_MOST, max(map(units, texts)))) * unit + _PADDING)
    spare = room - sum(least)
    if spare < 0:
        shared = [room * one / sum(least) for one in least]
    else:
        longing = sum(wanted) - sum(least) or 1
        shared = [
            low + spare * (high - low) / longing for low, high in zip(least, wanted, strict=True)
        ]
        if sum(wanted) == sum(least):
            shared = [one * room / sum(least) for one in least]
    found = [int(one) for one in shared]
    return [*found[:-1], room - sum(found[:-1])]
