"""What our own sheets remember from one recalculation to the next, and what people typed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from ..history import DAY, HEALTH, HEALTHS, HISTORY_ID, HISTORY_STAMP, iso_day, join_histories
from ..ooxml import REVIEW
from ..records import (
    CONFIRMATION,
    CONFIRMED_ID,
    MEMORY,
    MEMORY_STAMP,
    REVIEW_STAMP,
    HistoryDay,
    RememberedAlert,
)
from ..texts import LANGUAGES, fold_label, say
from .identity import read_attachments
from .table import Grid

_SEVERITIES: Mapping[str, Literal["high", "medium", "low"]] = {
    "high": "high",
    "medium": "medium",
    "low": "low",
}


class Earlier(NamedTuple):
    """What our own sheets hold: owners of alerts, days, and people's answers and decisions."""

    remembered: tuple[RememberedAlert, ...] = ()
    history: tuple[HistoryDay, ...] = ()
    confirmed: Mapping[str, str] = MappingProxyType({})
    attachments: Mapping[str, tuple[Mapping[str, object], ...]] = MappingProxyType({})


def read_memory(ours: Sequence[Grid], attached: Sequence[Grid]) -> Earlier:
    """Return what the Summary and the Review among our sheets hold, and the attachments."""
    return Earlier(
        remembered=_alerts(ours),
        history=_history(ours),
        confirmed=_confirmed(ours),
        attachments=read_attachments(attached),
    )


def _alerts(summaries: Sequence[Grid]) -> tuple[RememberedAlert, ...]:
    """Return the alerts that the Summary's list holds, in its order.

    Where the stamp or a column of the list is gone nothing is remembered.
    """
    return next((_listed(grid, row) for grid, row in _stamped(summaries, MEMORY_STAMP)), ())


def _history(summaries: Sequence[Grid]) -> tuple[HistoryDay, ...]:
    """Return the days that the Summary keeps, in order.

    A day that cannot be read, and a figure that is no number, are as good as absent.
    """
    return next((_days(grid, row) for grid, row in _stamped(summaries, HISTORY_STAMP)), ())


def _stamped(summaries: Sequence[Grid], stamp: str) -> Iterator[tuple[Grid, int]]:
    """Find the rows that begin with a stamp; the tab called Summary goes before copies of it."""
    names = {fold_label(say("sheets", "summary.tab", language)) for language in LANGUAGES}
    for grid in sorted(summaries, key=lambda grid: fold_label(grid.name) not in names):
        yield from ((grid, row) for row in range(grid.height) if grid.text(row, 0) == stamp)


def _days(grid: Grid, ids_row: int) -> tuple[HistoryDay, ...]:
    columns = {grid.text(ids_row, column): column for column in range(grid.width)}
    figures = {
        name.removeprefix(HISTORY_ID): column
        for name, column in columns.items()
        if name.startswith(HISTORY_ID) and name not in (DAY, HEALTH)
    }
    if DAY not in columns or HEALTH not in columns:
        return ()
    found = []
    for row in range(ids_row + 1, grid.height):
        day = iso_day(grid.text(row, columns[DAY]))
        health = grid.text(row, columns[HEALTH])
        if day is not None and health in HEALTHS:
            cells = {name: grid.cells[row, column] for name, column in figures.items()}
            values = {
                name: float(value)
                for name, value in cells.items()
                if isinstance(value, int | float) and not isinstance(value, bool)
            }
            found.append(HistoryDay(day=day, health=health, figures=values))
    return join_histories(found)


def _confirmed(ours: Sequence[Grid]) -> dict[str, str]:
    """Return what people typed who say that a line of the Review is right, by the line's id."""
    for grid in ours:
        if grid.ours is not REVIEW:
            continue
        row = next((row for row in range(grid.height) if grid.text(row, 0) == REVIEW_STAMP), None)
        columns = {} if row is None else {grid.text(row, at): at for at in range(grid.width)}
        if row is None or not columns.keys() >= {CONFIRMED_ID, CONFIRMATION}:
            continue
        lines = range(row + 1, grid.height)
        said = {
            grid.text(at, columns[CONFIRMED_ID]): grid.text(at, columns[CONFIRMATION])
            for at in lines
        }
        return {name: text for name, text in said.items() if name and text}
    return {}


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
    first_seen, resolved_on = (
        iso_day(texts[f"alert.{name}"]) for name in ("first_seen", "resolved_on")
    )
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
