"""The Summary's tables: metrics, stages, metrics by department, own tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from ..alerts import Amount, Phrase
from ..metrics import Achievement
from ..styles import STATES, Palette
from ..template import Metric, Verdict
from .canvas import (
    HAIRLINE,
    NAME_PX,
    ROW,
    TOTAL,
    Canvas,
    chart_names,
    chip,
    figure_cell,
    padded,
    row_name,
    scale_format,
    table_head,
    verdict_cell,
)
from .charts import achievement_chart, budget_chart
from .details import later_remark
from .fit import fit_names, size_for
from .grid import FIRST, HALF, Cell, Style, left, right, room
from .model import Matrix, MatrixRow, OwnRow, OwnTable, StageRow, Summary
from .words import exact_format, phrase_text, scale_of, text_of, word

# Where the number of rows stands; the metrics follow, one to a block while there are blocks enough.
_COUNT: Final = left(1)
_WIDE: Final = tuple((left(block), right(block)) for block in range(2, 6))
_NARROW: Final = tuple(
    (column, column) for column in (right(1), *(part for wide in _WIDE for part in wide))
)
_BESIDE: Final = 4  # departments that stand side by side; more stand one below the other
_ACROSS: Final = 5  # metrics beside each other
_DOWN: Final = 20
_METRICS: Final = 9
_BOLD: Final[Style] = {"bold": True}
_BARS: Final = 9


def draw_own(canvas: Canvas, summary: Summary, table: OwnTable) -> None:
    """Draw the figures of a table by its first choice column, with their total from the sums."""
    language = canvas.language
    title = text_of(summary.sheets[table.sheet], language)
    canvas.heading(title, canvas.say("note.own"))
    spans = _WIDE if len(table.metrics) <= len(_WIDE) else _NARROW
    shown = list(zip(table.metrics, spans, strict=False))
    by = "" if table.by is None else text_of(table.by, language)
    heads = [
        (by, FIRST, right(0), "left"),
        (canvas.say("head.rows"), _COUNT, _COUNT, "right"),
        *((text_of(one.label, language), first, last, "right") for one, (first, last) in shown),
    ]
    table_head(canvas, heads)
    assert table.total is not None
    formats = {one.id: _format(canvas, one, [*table.rows, table.total]) for one, _ in shown}
    columns = [(one.id, last) for one, (_, last) in shown]
    for row in table.rows:
        _row(canvas, row, columns, formats)
    _row(canvas, table.total, columns, formats, total=True)
    rest = len(table.metrics) - len(shown)
    if rest:
        canvas.remark(canvas.say("more.own", count=rest))
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
    name = text_of(row.name, language) or canvas.say("cell.no_name")
    if total:
        name = canvas.say("cell.total")
    elif row.others:
        name = canvas.say("more.channels", count=row.others)
    bold = {"bold": True} if total else {}
    cells = [
        Cell(first=FIRST, last=right(0), value=name, style=_BOLD, sizes=(9,), lines=2),
        figure_cell(_COUNT, row.count, "#,##0", **bold),
        *(
            figure_cell(column, row.figures[metric].value, formats[metric], **bold)
            for metric, column in columns
        ),
    ]
    canvas.line(ROW, cells, ground=TOTAL if total else HAIRLINE)


def draw_matrix(canvas: Canvas, summary: Summary) -> None:
    """Draw metrics by departments; departments by the five worst metrics where they are many.

    The last place says how many of those judged met their target: rates have no total.
    """
    comparison = summary.comparison
    assert comparison is not None
    matrix = comparison.matrix
    assert matrix is not None
    canvas.heading(canvas.say("section.matrix"), canvas.say("note.matrix"))
    wide = len(matrix.departments) <= _BESIDE
    _metrics_down(canvas, matrix) if wide else _departments_down(canvas, matrix)
    rest = len(matrix.rows) - (_DOWN if wide else _ACROSS)
    if rest > 0:
        sheet = summary.sheets[summary.sections["metrics"]]
        canvas.remark(canvas.say("more.metrics", count=rest, sheet=sheet))


def _metrics_down(canvas: Canvas, matrix: Matrix) -> None:
    language = canvas.language
    first = _BESIDE + 1 - len(matrix.departments)
    names = [text_of(name, language) or canvas.say("cell.no_name") for name in matrix.departments]
    _head(canvas, "metric", [*names, canvas.say("head.met_by")], first)
    for row in matrix.rows[:_DOWN]:
        cells = [_name(_matrix_name(row), first), *_cells(row.cells, first)]
        cells.append(_count(row.met, row.judged, canvas))
        canvas.line(ROW, cells, ground=HAIRLINE)


def _departments_down(canvas: Canvas, matrix: Matrix) -> None:
    language, metrics = canvas.language, matrix.rows[:_ACROSS]
    first = _ACROSS + 1 - len(metrics)
    _head(canvas, "department", [_matrix_name(row) for row in metrics], first)
    for at, name in enumerate(matrix.departments[:_DOWN]):
        shown = text_of(name, language) or word("cell.no_name", language)
        cells = [_name(shown, first), *_cells([row.cells[at] for row in metrics], first)]
        canvas.line(ROW, cells, ground=HAIRLINE)
    counts = [_count(row.met, row.judged, canvas, first + at) for at, row in enumerate(metrics)]
    canvas.line(ROW, [_name(word("head.met_by", language), first), *counts], ground=TOTAL)
    rest = len(matrix.departments) - _DOWN
    if rest > 0:
        canvas.remark(word("more.departments", language, count=rest))


def _matrix_name(row: MatrixRow) -> str:
    return f"{row.name} ↓" if row.lower_is_better else row.name


def _head(canvas: Canvas, kind: str, names: Sequence[str], first: int) -> None:
    heads = [(canvas.say(f"head.{kind}"), FIRST, right(first - 1), "left")]
    for block, name in enumerate(names, first):
        heads.append((name, left(block), right(block), "right"))
    table_head(canvas, heads)


def _name(text: str, first: int) -> Cell:
    return Cell(first=FIRST, last=right(first - 1), value=text, style=_BOLD, sizes=(9,), lines=2)


def _count(met: int, judged: int, canvas: Canvas, block: int = 5) -> Cell:
    text = canvas.say("cell.done_tasks", done=met, tasks=judged) if judged else "–"
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
    digits = exact_format(value, (1.0,), 1, percent=True)
    # Before a minus the symbol would look like part of the number.
    mark = f'"{STATES[state].symbol} "' if value >= 0 else ""
    return figure_cell(column, value, f"{mark}{digits}", **chip(state))


def _state(verdict: Verdict | None, *, is_over: bool) -> str | None:
    if verdict == "missed":
        return "late" if is_over else "missed"
    return "close" if verdict == "close" else None


def shown_metrics(metrics: Sequence[Achievement]) -> list[Achievement]:
    """Choose at most nine metrics, the worst first, and order them for the eye.

    By achievement from the top down, lower-is-better ones after them, unjudged ones last.
    """
    gravity = {"missed": 0, "close": 1, "met": 2, None: 3}
    worst = sorted(
        metrics, key=lambda one: (gravity[one.verdict], -one.shortfall, one.favourable or 0.0)
    )
    return sorted(
        worst[:_METRICS],
        key=lambda one: (
            one.achieved.value is None,
            one.lower_is_better,
            -(one.achieved.value or 0),
        ),
    )


def draw_metrics(canvas: Canvas, summary: Summary) -> None:
    """Draw the evaluated metrics: a chart at the left, the same as a table at the right."""
    shown = shown_metrics(summary.metrics)
    canvas.heading(canvas.say("section.metrics"), canvas.say("note.metrics"))
    heads = (
        (canvas.say("head.metric"), HALF, right(3), "left"),
        (canvas.say("head.target"), left(4), left(4), "right"),
        (canvas.say("head.actual"), right(4), right(4), "right"),
        (canvas.say("head.achieved"), left(5), left(5), "right"),
        (canvas.say("head.verdict"), right(5), right(5), "center"),
    )
    top, start = canvas.row, canvas.top
    table_head(canvas, heads, first=HALF)
    for one in shown:
        _metric(canvas, one, summary)
    drawn = [one for one in shown if one.achieved.value is not None]
    # Chart and table end together; few rows still make a readable chart.
    height = max(canvas.height(start) + 7, 120)
    if drawn:
        achievement_chart(
            canvas,
            fit_names([_metric_name(one) for one in drawn], NAME_PX, 9),
            [one.achieved.value or 0.0 for one in drawn],
            [one.verdict for one in drawn],
            lines=[_lines(one, summary) for one in drawn],
            title=canvas.say("chart.achievement"),
            at=top,
            height=height,
        )
    rest = len(summary.metrics) - len(shown)
    if rest:
        sheet = summary.sheets[summary.sections["metrics"]]
        canvas.remark(canvas.say("more.metrics", count=rest, sheet=sheet), first=HALF)
    canvas.fill(start, height)


def _metric_name(one: Achievement) -> str:
    return f"{one.name} ↓" if one.lower_is_better else one.name


def _unit_format(one: Achievement, canvas: Canvas) -> str:
    values = [value for value in (one.target, one.actual) if value is not None]
    if one.unit == "percent":
        whole = all(abs(value) >= 0.1 and round(value * 1000) % 10 == 0 for value in values)
        return exact_format(one.actual, (one.target,), 0 if whole else 1, percent=True)
    if one.unit == "ratio":
        return exact_format(one.actual, (one.target,), 2)
    scale = scale_of(values, canvas.language, large_from=1e6)
    if scale != "plain":
        return scale_format(scale, canvas)
    small = any(abs(value) < 1000 and value != round(value) for value in values)
    return f"#,##{exact_format(one.actual, (one.target,), 1 if small else 0)}"


def _lines(one: Achievement, summary: Summary) -> tuple[float, ...]:
    """Return the achievements at which the verdict changes."""
    return 1.0, 1 / summary.close if one.lower_is_better else summary.close


def _metric(canvas: Canvas, one: Achievement, summary: Summary) -> None:
    number_format = _unit_format(one, canvas)
    missed = {"bold": True, "font_color": Palette.LATE} if one.verdict == "missed" else {}
    achieved = exact_format(one.achieved.value, _lines(one, summary), 0, percent=True)
    cells = [
        Cell(
            first=HALF,
            last=right(3),
            value=_metric_name(one),
            sizes=(9, 8),
            lines=2,
            name=one.name,
        ),
        figure_cell(left(4), one.target, number_format, font_color=Palette.SLATE),
        figure_cell(right(4), one.actual, number_format),
        figure_cell(left(5), one.achieved.value, achieved, **missed),
        verdict_cell(right(5), one.verdict, summary, canvas),
    ]
    canvas.line(ROW, cells, ground=HAIRLINE, first=HALF)


def draw_stages(canvas: Canvas, summary: Summary) -> None:
    """Draw budget and spend by stage, and a table of progress and money with their total.

    Where no stage has any money the table of progress stands alone.
    """
    language = canvas.language
    assert summary.stage_total is not None
    burnt = [row.burn for row in (*summary.stages, summary.stage_total)]
    if all(one.budget.value is None and one.spend.value is None for one in burnt):
        _stages_in_time(canvas, summary)
        return
    canvas.heading(canvas.say("section.stages"), canvas.say("note.stages"))
    heads = (
        (canvas.say("head.stage"), HALF, HALF, "left"),
        (canvas.say("head.tasks"), right(3), right(3), "right"),
        (canvas.say("head.progress"), left(4), left(4), "right"),
        (canvas.say("head.budget"), right(4), right(4), "right"),
        (canvas.say("head.spend"), left(5), left(5), "right"),
        (canvas.say("head.used"), right(5), right(5), "right"),
    )
    top, start = canvas.row, canvas.top
    table_head(canvas, heads, first=HALF)
    rows, total = list(summary.stages), summary.stage_total
    money = [one.value for row in (*rows, total) for one in (row.burn.budget, row.burn.spend)]
    scale = scale_of(money, language)
    first, money_format = canvas.row, scale_format(scale, canvas)
    names = [row_name(row, "stages", canvas) for row in rows]
    size = size_for(names, room(HALF, HALF, {}), (10, 9, 8.5, 8), bold=True)
    for row in rows:
        _stage(canvas, row, money_format, size)
    canvas.bars(left(4), first, canvas.row - 1, 1)
    _stage(canvas, total, money_format, size, total=True)
    height = max(canvas.height(start), 200)
    spent = [row for row in rows if row.burn.budget.value or row.burn.spend.value]
    largest = sorted(spent, key=lambda row: -(row.burn.budget.value or row.burn.spend.value or 0.0))
    drawn = [row for row in spent if row in largest[:_BARS]]
    if drawn:
        title = canvas.say("chart.budget", unit=canvas.say(f"unit.{scale}"))
        shorter = canvas.say("chart.largest", title=title, count=len(drawn))
        budget_chart(
            canvas,
            chart_names([row_name(row, "stages", canvas) for row in drawn], len(drawn)),
            [row.burn.budget.value for row in drawn],
            [row.burn.spend.value for row in drawn],
            title=title if len(drawn) == len(spent) else shorter,
            scale=scale,
            at=top,
            height=height,
        )
    for line in _budget_lines(summary):
        canvas.remark(phrase_text(line, language), first=HALF)
    canvas.fill(start, height)


def _stages_in_time(canvas: Canvas, summary: Summary) -> None:
    canvas.heading(canvas.say("section.stages_in_time"), "")
    heads = (
        (canvas.say("head.stage"), FIRST, right(3), "left"),
        (canvas.say("head.tasks"), left(4), right(4), "right"),
        (canvas.say("head.progress"), left(5), right(5), "right"),
    )
    table_head(canvas, heads)
    assert summary.stage_total is not None
    for row in (*summary.stages, summary.stage_total):
        total = row is summary.stage_total
        name = canvas.say("cell.total") if total else row_name(row, "stages", canvas)
        done = canvas.say("cell.done_tasks", done=row.progress.done, tasks=row.progress.tasks)
        bold: dict[str, Any] = {"bold": True} if total else {}
        cells = [
            Cell(first=FIRST, last=right(3), value=name, style={"bold": True}),
            Cell(
                first=left(4), last=right(4), value=padded(done), style={"align": "right", **bold}
            ),
            figure_cell(right(5), row.progress.overall.value, "0%", **bold),
        ]
        canvas.line(ROW, cells, ground=TOTAL if total else HAIRLINE)
    first = canvas.row - len(summary.stages) - 1
    canvas.bars(right(5), first, canvas.row - 2, 1)
    for line in _unmeasured(summary.stage_total):
        canvas.remark(phrase_text(line, canvas.language))


def _budget_lines(summary: Summary) -> list[Phrase]:
    """Say how the tasks' budgets stand to the campaign's, and which tasks are left out."""
    assert summary.stage_total is not None
    told, given = [], summary.allocation
    rest, left_out = given.unallocated.value, summary.stage_total.burn.left_out
    if given.differs and rest is not None:
        # What the tasks add up to stands in the table, rounded as its other figures.
        params: dict[str, object] = {
            "total": Amount(value=given.total.value or 0.0, unit="money"),
            "rest": Amount(value=abs(rest), unit="money"),
        }
        code = "note.exceeded" if given.exceeded else "note.unallocated"
        told.append(Phrase(code=code, params=params))
    if left_out:
        told.append(Phrase(code="note.unread", params={"count": left_out}, count=left_out))
    return [*told, *_unmeasured(summary.stage_total)]


def _unmeasured(total: StageRow) -> list[Phrase]:
    """Say how many tasks the progress leaves out."""
    count = total.progress.overall.left_out
    return [Phrase(code="note.unmeasured", params={"count": count}, count=count)] if count else []


def _stage(canvas: Canvas, row: StageRow, money: str, size: float, *, total: bool = False) -> None:
    name = canvas.say("cell.total") if total else row_name(row, "stages", canvas)
    done = canvas.say("cell.done_tasks", done=row.progress.done, tasks=row.progress.tasks)
    bold: dict[str, Any] = {"bold": True} if total else {}
    alarm: dict[str, Any] = {"bold": True, "font_color": Palette.LATE} if row.alarm else bold
    used = row.burn.used.value
    digits = exact_format(used, (1.0,), 1, percent=True)
    cells = [
        Cell(first=HALF, value=name, style={**_BOLD, "font_size": size}, sizes=(8,), lines=2),
        Cell(first=right(3), value=padded(done), style={"align": "right", **bold}),
        figure_cell(left(4), row.progress.overall.value, "0%", **bold),
        figure_cell(right(4), row.burn.budget.value, money, **bold),
        figure_cell(left(5), row.burn.spend.value, money, **bold),
        figure_cell(right(5), used, f'"▲ "{digits}' if row.alarm else digits, **alarm),
    ]
    canvas.line(ROW, cells, ground=TOTAL if total else HAIRLINE, first=HALF)
