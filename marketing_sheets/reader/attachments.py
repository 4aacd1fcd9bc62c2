"""The plain sheets of a merge or split, known by their stamp `attachment:<id>`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .grid import HEAD_ROWS, Grid
from .headers import stamp_in

__all__ = ["is_attachment", "read_attachments"]

_PREFIX = "attachment:"


def is_attachment(grid: Grid) -> bool:
    """Whether a tab is an attachment."""
    return _stamp_row(grid) is not None


def read_attachments(grids: Sequence[Grid]) -> dict[str, tuple[Mapping[str, object], ...]]:
    """Return the rows of each attachment by column id; those of numbered sheets follow on.

    Cells hold what calamine gives, None where blank.
    """
    found: dict[str, list[tuple[int, Grid, int]]] = {}
    for grid in grids:
        row = _stamp_row(grid)
        stamp = None if row is None else stamp_in(grid, row)
        if row is not None and stamp is not None:
            name, _, number = stamp.sheet.removeprefix(_PREFIX).partition("#")
            part = int(number) if number.isdecimal() else 1
            found.setdefault(name, []).append((part, grid, row))
    return {
        name: tuple(
            row for _, grid, at in sorted(parts, key=lambda p: p[0]) for row in _rows(grid, at)
        )
        for name, parts in found.items()
    }


def _stamp_row(grid: Grid) -> int | None:
    for row in range(min(HEAD_ROWS, grid.height)):
        stamp = stamp_in(grid, row)
        if stamp is not None:
            return row if stamp.sheet.startswith(_PREFIX) else None
    return None


def _rows(grid: Grid, ids_row: int) -> Iterator[Mapping[str, object]]:
    """Walk the rows below the header, which is the row after the ids."""
    ids = {
        grid.text(ids_row, at).split("|", maxsplit=1)[0]: at
        for at in range(grid.width)
        if grid.text(ids_row, at)
    }
    for cells in grid.cells[ids_row + 2 :].tolist():
        row = {name: None if cells[at] == "" else cells[at] for name, at in ids.items()}
        if any(value is not None for value in row.values()):
            yield row
