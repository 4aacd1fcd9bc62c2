"""A row that is a fixed share of its column's total: computed in Excel as in Python.

The share is of the total with the row itself: a reserve of 10 % is a ninth of all the other items.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import floor

__all__ = ["differs", "due_share", "excel_differs", "excel_share"]

# People round: what differs by less than a unit, or by half a percent, is the share.
_LEAST, _ROUNDED = 1, 0.005


def due_share(others: Iterable[float], rate: float) -> float | None:
    """Return what a row must hold to be `rate` of the total, given the other rows.

    To the cent, halves up; None where the others hold nothing.
    """
    amounts = list(others)
    if not amounts:
        return None
    return floor(sum(amounts) * rate / (1 - rate) * 100 + 0.5) / 100


def excel_share(areas: Iterable[str], rate: str) -> str:
    """Return the same as a formula: `areas` hold the other rows, `rate` is a defined name."""
    parts = ",".join(areas)
    return f'=IF(COUNT({parts})=0,"",ROUND(SUM({parts})*{rate}/(1-{rate}),2))'


def differs(typed: float, due: float) -> bool:
    """Tell whether an amount is another than the share that is due."""
    return abs(typed - due) > max(_LEAST, _ROUNDED * due)


def excel_differs(cell: str, areas: Iterable[str], rate: str) -> str:
    """Return the same as the condition of a format over `cell`."""
    due = f"SUM({','.join(areas)})*{rate}/(1-{rate})"
    return f"=AND(ISNUMBER({cell}),ABS(N({cell})-{due})>MAX({_LEAST},{_ROUNDED}*{due}))"
