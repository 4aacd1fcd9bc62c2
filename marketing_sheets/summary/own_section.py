"""The Summary's section for a table that it knows only by its metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..templates import Metric
from .canvas import FIRST, Canvas, Cell, fitted, left, right
from .cells import HAIRLINE, ROW, TOTAL, figure_cell, head_cells, scale_format, table_head
from .details import later_remark
from .model import OwnRow, OwnTable, Summary
from .wording import scale_of, text_of, word

__all__ = ["draw_own"]

# Where the number of rows stands; the metrics follow, one to a block while there are blocks enough.
_COUNT: Final = left(1)
_WIDE: Final = tuple((left(block), right(block)) for block in range(2, 6))
_NARROW: Final = tuple(
    (column, column) for column in (right(1), *(part for wide in _WIDE for part in wide))
)


def draw_own(canvas: Canvas, summary: Summary, table: OwnTable) -> None:
    """Draw the figures of a table by its first choice column, with their total from the sums."""
    language = canvas.language
    title = text_of(summary.sheets[table.sheet], language)
    canvas.heading(title, word("note.own", language))
    spans = _WIDE if len(table.metrics) <= len(_WIDE) else _NARROW
    shown = list(zip(table.metrics, spans, strict=False))
    by = "" if table.by is None else text_of(table.by, language)
    heads = [
        (fitted(by, 22), FIRST, right(0), "left"),
        (word("head.rows", language), _COUNT, _COUNT, "right"),
        *(
            (
                fitted(text_of(one.label, language), 11 if first == last else 23),
                first,
                last,
                "right",
            )
            for one, (first, last) in shown
        ),
    ]
    table_head(canvas, head_cells(heads))
    assert table.total is not None
    formats = {one.id: _format(canvas, one, [*table.rows, table.total]) for one, _ in shown}
    columns = [(one.id, last) for one, (_, last) in shown]
    for row in table.rows:
        _row(canvas, row, columns, formats)
    _row(canvas, table.total, columns, formats, total=True)
    rest = len(table.metrics) - len(shown)
    if rest:
        canvas.remark(word("more.own", language, count=rest))
    later_remark(canvas, summary, table.sheet)


def _format(canvas: Canvas, metric: Metric, rows: Sequence[OwnRow]) -> str:
    """Return one number format for a column of figures."""
    if metric.unit == "percent":
        return "0.0%"
    if metric.unit == "ratio":
        return "0.00"
    values = [row.figures[metric.id].value for row in rows]
    known = [abs(value) for value in values if value is not None]
    if metric.denominator is not None and max(known, default=0.0) < 1000:
        return "#,##0.00" if min(known, default=0.0) < 10 else "#,##0.0"
    scale = scale_of(values, canvas.language, large_from=1e6)
    return "#,##0" if scale == "plain" else scale_format(scale, canvas)


def _row(
    canvas: Canvas,
    row: OwnRow,
    columns: Sequence[tuple[str, int]],
    formats: dict[str, str],
    *,
    total: bool = False,
) -> None:
    language = canvas.language
    name = fitted(text_of(row.name, language), 20) or word("cell.no_name", language)
    if total:
        name = word("cell.total", language)
    elif row.others:
        name = word("more.channels", language, count=row.others)
    bold = {"bold": True} if total else {}
    cells = [
        Cell(first=FIRST, last=right(0), value=name, style={"bold": True}),
        figure_cell(_COUNT, row.count, "#,##0", **bold),
        *(
            figure_cell(column, row.figures[metric].value, formats[metric], **bold)
            for metric, column in columns
        ),
    ]
    canvas.line(ROW, cells, ground=TOTAL if total else HAIRLINE)
