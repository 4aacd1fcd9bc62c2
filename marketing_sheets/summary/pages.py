"""Where the printed Summary begins a new page: between sections, never within a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["GAP", "Mark", "page_breaks"]

# Points between two sections; where a page ends they are not missed.
GAP: Final = 11

# Points of the sheet on a page of A4 at one page wide: 770 pt of paper at 76 %.
_PAGE: Final = 1010.0
# An apt place is taken once this part of the page is filled.
_FILLED: Final = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The first row of a section, counted from 0, and the points above it.

    `is_apt` if something new begins there, so that a page may well end before it is full.
    """

    row: int
    top: float
    is_apt: bool = False


def page_breaks(marks: Sequence[Mark], *, end: float) -> list[int]:
    """Return the rows at which a new page begins; `marks` go down the sheet to the point `end`."""
    rows: list[int] = []
    start = 0.0
    if end <= _PAGE:
        return rows
    bottoms = [*(mark.top - GAP for mark in marks[1:]), end]
    for mark, bottom in zip(marks, bottoms, strict=True):
        is_due = mark.is_apt and mark.top - start >= _FILLED * _PAGE
        if is_due or (bottom - start > _PAGE and mark.top > start):
            rows.append(mark.row)
            start = mark.top
    return rows
