"""The Summary's section that sets the metrics of a merged workbook against its departments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..metrics_effect import Achievement, Verdict
from ..styles import STATES
from .canvas import FIRST, Canvas, Cell, fitted, left, right
from .cells import HAIRLINE, ROW, TOTAL, chip, figure_cell, head_cells, padded, table_head
from .model import Matrix, MatrixRow, Summary
from .wording import text_of, word

__all__ = ["draw_matrix"]

_BESIDE: Final = 4  # departments that stand side by side; more stand one below the other
_ACROSS: Final = 5  # metrics beside each other
_DOWN: Final = 20
_ROOM: Final = 21  # half-width characters of 10 pt in a block


def draw_matrix(canvas: Canvas, summary: Summary) -> None:
    """Draw metrics by departments; departments by the five worst metrics where they are many.

    The last place says how many of those judged met their target: rates have no total.
    """
    comparison = summary.comparison
    assert comparison is not None
    matrix = comparison.matrix
    assert matrix is not None
    language = canvas.language
    canvas.heading(word("section.matrix", language), word("note.matrix", language))
    wide = len(matrix.departments) <= _BESIDE
    _metrics_down(canvas, matrix) if wide else _departments_down(canvas, matrix)
    rest = len(matrix.rows) - (_DOWN if wide else _ACROSS)
    if rest > 0:
        sheet = summary.sheets[summary.sections["metrics"]]
        canvas.remark(word("more.metrics", language, count=rest, sheet=sheet))


def _metrics_down(canvas: Canvas, matrix: Matrix) -> None:
    language = canvas.language
    first = _BESIDE + 1 - len(matrix.departments)
    names = [
        text_of(name, language) or word("cell.no_name", language) for name in matrix.departments
    ]
    _head(canvas, "metric", [*names, word("head.met_by", language)], first)
    for row in matrix.rows[:_DOWN]:
        cells = [_name(_metric(row), first), *_cells(row.cells, first)]
        cells.append(_count(row.met, row.judged, canvas))
        canvas.line(ROW, cells, ground=HAIRLINE)


def _departments_down(canvas: Canvas, matrix: Matrix) -> None:
    language, metrics = canvas.language, matrix.rows[:_ACROSS]
    first = _ACROSS + 1 - len(metrics)
    _head(canvas, "department", [_metric(row) for row in metrics], first)
    for at, name in enumerate(matrix.departments[:_DOWN]):
        shown = text_of(name, language) or word("cell.no_name", language)
        cells = [_name(shown, first), *_cells([row.cells[at] for row in metrics], first)]
        canvas.line(ROW, cells, ground=HAIRLINE)
    counts = [_count(row.met, row.judged, canvas, first + at) for at, row in enumerate(metrics)]
    canvas.line(ROW, [_name(word("head.met_by", language), first), *counts], ground=TOTAL)
    rest = len(matrix.departments) - _DOWN
    if rest > 0:
        canvas.remark(word("more.departments", language, count=rest))


def _metric(row: MatrixRow) -> str:
    return f"{row.name} ↓" if row.lower_is_better else row.name


def _head(canvas: Canvas, kind: str, names: Sequence[str], first: int) -> None:
    heads = [(word(f"head.{kind}", canvas.language), FIRST, right(first - 1), "left")]
    for block, name in enumerate(names, first):
        heads.append((fitted(name, _ROOM), left(block), right(block), "right"))
    table_head(canvas, head_cells(heads))


def _name(text: str, first: int) -> Cell:
    shown = fitted(text, _ROOM * first)
    return Cell(first=FIRST, last=right(first - 1), value=shown, style={"bold": True})


def _count(met: int, judged: int, canvas: Canvas, block: int = 5) -> Cell:
    text = word("cell.done_tasks", canvas.language, done=met, tasks=judged) if judged else "–"
    return Cell(first=left(block), last=right(block), value=padded(text), style={"align": "right"})


def _cells(achieved: Sequence[Achievement | None], first: int) -> list[Cell]:
    """Return the achievement of each department that has the metric."""
    return [
        replace(_cell(one, left(block)), last=right(block))
        for block, one in enumerate(achieved, first)
        if one is not None
    ]


def _cell(one: Achievement, column: int) -> Cell:
    value = one.achieved.value
    state = _state(one.verdict, is_over=one.lower_is_better)
    if value is None or state is None:
        return figure_cell(column, value, "0.0%")
    # Before a minus the symbol would look like part of the number.
    mark = f'"{STATES[state].symbol} "' if value >= 0 else ""
    return figure_cell(column, value, f"{mark}0.0%", **chip(state))


def _state(verdict: Verdict | None, *, is_over: bool) -> str | None:
    if verdict == "missed":
        return "late" if is_over else "missed"
    return "close" if verdict == "close" else None
