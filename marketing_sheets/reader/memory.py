"""Read back which alerts the last Summary listed, and whom staff named for them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from ..languages import LANGUAGES, fold_label
from ..records import MEMORY, MEMORY_STAMP, RememberedAlert
from ..wording import say
from .grid import Grid

__all__ = ["read_memory"]

_SEVERITIES: Mapping[str, Literal["high", "medium", "low"]] = {
    "high": "high",
    "medium": "medium",
    "low": "low",
}


def read_memory(summaries: Sequence[Grid]) -> tuple[RememberedAlert, ...]:
    """Return the alerts that the Summary's list holds, in its order.

    Of several tabs, the one called Summary goes before copies of it. Where the stamp or a column
    of the list is gone nothing is remembered.
    """
    names = {fold_label(say("sheets", "summary.tab", language)) for language in LANGUAGES}
    for grid in sorted(summaries, key=lambda grid: fold_label(grid.name) not in names):
        for row in range(grid.height):
            if grid.text(row, 0) == MEMORY_STAMP:
                return _listed(grid, row)
    return ()


def _listed(grid: Grid, ids_row: int) -> tuple[RememberedAlert, ...]:
    columns = {grid.text(ids_row, column): column for column in range(grid.width)}
    if not columns.keys() >= set(MEMORY):
        return ()
    found: dict[str, RememberedAlert] = {}
    for row in range(ids_row + 1, grid.height):
        texts = {name: grid.text(row, columns[name]) for name in MEMORY}
        one = _remembered(texts)
        if one is not None:
            found.setdefault(one.key, one)
    return tuple(found.values())


def _remembered(texts: Mapping[str, str]) -> RememberedAlert | None:
    """Make an alert of the texts of a row; None where its hidden cells say nothing that fits."""
    severity = _SEVERITIES.get(texts["alert.severity"])
    first_seen, resolved_on = _day(texts["alert.first_seen"]), _day(texts["alert.resolved_on"])
    if not texts["alert.key"] or severity is None or first_seen is None:
        return None
    typed, drawn = texts["alert.owner"], texts["alert.drawn_owner"]
    owner = texts["alert.known_owner"]
    # What the list itself drew says nothing new: the sheet's owner, or the one named before.
    return RememberedAlert(
        key=texts["alert.key"],
        severity=severity,
        first_seen=first_seen,
        resolved_on=resolved_on,
        what=texts["alert.what"],
        department=texts["alert.department"],
        owner=owner,
        own_owner=texts["alert.own_owner"] if typed == drawn else typed,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
