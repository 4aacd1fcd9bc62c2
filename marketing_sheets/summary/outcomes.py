"""What each table comes to: targets met, close and missed, and what is over its budget."""

from __future__ import annotations

from collections.abc import Sequence

from ..metrics import achievements, allocation, count_verdicts, numbers
from ..records import Reading, SheetRecords
from ..styles import Palette
from ..template import Campaign, Effect, TableSheet, Task, rounded
from .canvas import HAIRLINE, ROW, Canvas, chip, figure_cell, table_head
from .grid import Cell, left, right
from .model import TableOutcome
from .words import text_of

_HEADS = ("rows", "met_count", "close_count", "missed_count", "unjudged", "over")


def outcomes_of(reading: Reading) -> tuple[TableOutcome, ...]:
    """Return the outcome of each table with records that has verdicts, or spend against budget."""
    tables = ((sheet, reading.sheets.get(sheet.id)) for sheet in reading.template.tables)
    found = (
        _outcome(reading, sheet, records)
        for sheet, records in tables
        if records is not None and len(records.frame)
    )
    return tuple(one for one in found if one is not None)


def _outcome(reading: Reading, sheet: TableSheet, records: SheetRecords) -> TableOutcome | None:
    frame, over = records.frame, 0
    is_judged, is_spent = Effect.VERDICT in sheet, {Task.BUDGET, Task.SPEND} <= set(frame)
    if is_spent:
        spend, budget = (rounded(numbers(frame, name)) for name in (Task.SPEND, Task.BUDGET))
        over = int((spend > budget).sum())
    elif sheet.share is not None:
        total = reading.form.get(Campaign.BUDGET)
        given = allocation(frame, None if total is None else float(total), sheet.share.column)
        if given.total.value is None or given.tasks.value is None:
            return None
        over = int(given.exceeded)
    elif not is_judged:
        return None
    verdicts = achievements(records) if is_judged else ()
    counts = count_verdicts(verdicts)
    return TableOutcome(
        sheet=sheet.id,
        label=sheet.label,
        rows=len(frame),
        met=counts.met,
        close=counts.close,
        missed=counts.missed,
        unjudged=sum(one.verdict is None for one in verdicts),
        over=over,
        place=records.origin.place(),
    )


def draw_outcomes(canvas: Canvas, outcomes: Sequence[TableOutcome]) -> None:
    """Draw a line for each table."""
    canvas.heading(canvas.say("section.outcomes"), canvas.say("note.outcomes"))
    columns = (left(2), right(2), left(3), right(3), left(4), right(4))
    heads = [(canvas.say("head.sheet"), left(0), right(1), "left")]
    for name, column in zip(_HEADS, columns, strict=True):
        heads.append((canvas.say(f"head.{name}"), column, column, "right"))
    table_head(canvas, heads)
    for one in outcomes:
        link = {"bold": True, "font_color": Palette.ACCENT}
        name = text_of(one.label, canvas.language)
        cells = [
            Cell(first=left(0), last=right(1), value=name, style=link, link=one.place, sizes=(9, 8))
        ]
        figures = (one.rows, one.met, one.close, one.missed, one.unjudged, one.over)
        looks = (None, None, "close", "missed", None, "late")
        for figure, column, look in zip(figures, columns, looks, strict=True):
            cells.append(figure_cell(column, figure, "#,##0", **chip(look if figure else None)))
        canvas.line(ROW, cells, ground=HAIRLINE)
