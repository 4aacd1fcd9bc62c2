"""How far each department of a merged workbook met each metric's target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..alerts import label_of
from ..languages import fold
from ..metrics_effect import Achievement, Verdict, achievements
from ..records import Reading
from .mixes import origins_of
from .model import Compared, Matrix, MatrixRow

__all__ = ["matrix_of"]

_RANKS: Final[Mapping[Verdict | None, int]] = {"missed": 0, "close": 1, "met": 2, None: 3}


def matrix_of(reading: Reading, departments: Compared | None) -> Matrix | None:
    """Set the evaluated metrics against the departments; None unless two of them have any.

    Departments stand in the order in which they are compared, metrics with the worst first. Of a
    metric that a department states twice the worse counts.
    """
    sheet = reading.template.sheet_for("effect")
    names = origins_of(reading, "department").get(sheet)
    if departments is None or names is None:
        return None
    columns = {
        name: at
        for name in names.tolist()
        for at, row in enumerate(departments.rows)
        if row.name == label_of(reading.template, "department", name)
    }
    cells: dict[str, dict[int, Achievement]] = {}
    for one, name in zip(achievements(reading.sheets[sheet]), names.tolist(), strict=True):
        if one.name and name in columns:
            known = cells.setdefault(fold(one.name), {})
            before = known.setdefault(columns[name], one)
            known[columns[name]] = min(before, one, key=_gravity)
    held = sorted({at for known in cells.values() for at in known})
    if len(held) < 2:
        return None
    rows = [_row([known.get(at) for at in held]) for known in cells.values()]
    rows.sort(key=_standing)
    return Matrix(
        departments=tuple(departments.rows[at].name for at in held),
        rows=tuple(rows),
    )


def _row(cells: list[Achievement | None]) -> MatrixRow:
    stated = [one for one in cells if one is not None]
    verdicts = [one.verdict for one in stated]
    return MatrixRow(
        name=stated[0].name,
        lower_is_better=all(one.lower_is_better for one in stated),
        cells=tuple(cells),
        met=verdicts.count("met"),
        judged=len(verdicts) - verdicts.count(None),
    )


def _gravity(one: Achievement) -> tuple[int, float]:
    """Order achievements from the worst to the best."""
    return _RANKS[one.verdict], -one.shortfall


def _standing(row: MatrixRow) -> tuple[float, float]:
    """Order metrics by how many departments fall short, then by the greatest shortfall."""
    worst = max(one.shortfall for one in row.cells if one is not None)
    return row.met - row.judged, -worst
