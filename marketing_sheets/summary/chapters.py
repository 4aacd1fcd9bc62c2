"""The chapters of a Summary laid out like a report, and the tables of words in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..styles import Palette
from ..template import Chapter
from .canvas import HAIRLINE, ROW, Canvas, chip, figure_cell, place_cell, table_head
from .grid import Cell, Style, left, right, small
from .model import AdviceRow, CauseRow, GoalRow, Report
from .words import day_text, phrase_text, symbol_of, text_of, word

# The chapter each section belongs to.
CHAPTER_OF: Final[Mapping[str, Chapter]] = {
    "goals": "overview",
    "stages": "overview",
    "metrics": "results",
    "outcomes": "results",
    "channels": "results",
    "trend_day": "results",
    "comparison": "results",
    "own": "results",
    "history": "results",
    "alerts": "problems",
    "issues": "problems",
    "causes": "problems",
    "advice": "advice",
    "sheets": "appendix",
    "merge_check": "appendix",
    "problems": "appendix",
    "hints": "appendix",
}
_MOST: Final = 12
_SMALL: Final[Style] = {"font_size": 9}
_BOLD: Final[Style] = {**_SMALL, "bold": True}
# Most lines of what people wrote at length, and of the rest.
_PROSE, _LINES = 12, 6


def draw_chapter(canvas: Canvas, chapter: Chapter, number: int) -> None:
    """Draw the head of a chapter, numbered as it stands in the outline."""
    title = canvas.say(f"chapter.{chapter}")
    canvas.chapter(canvas.say(f"chapter.{number}", title=title))


def _prose(first: int, last: int, text: str, style: Style = _SMALL, lines: int = _LINES) -> Cell:
    return small(first, last, text, style, lines=lines)


def draw_goals(canvas: Canvas, report: Report) -> None:
    """Draw what is aimed at: module and goal, core action, who, period, how far.

    Where nothing tells how far it is, the action has its room.
    """
    language, rows = canvas.language, report.goals[:_MOST]
    canvas.heading(word("section.goals", language), word("note.goals", language))
    tells = any(row.progress is not None or text_of(row.status, language) for row in rows)
    wide = 0 if tells else 1
    heads = [
        (word("head.goal", language), left(0), right(1), "left"),
        (word("head.core_action", language), left(2), right(2 + wide), "left"),
        (word("head.who", language), left(3 + wide), right(3 + wide), "left"),
        (word("head.period", language), left(4 + wide), right(4 + wide), "left"),
    ]
    if tells:
        heads.append((word("head.progress", language), left(5), left(5), "right"))
        heads.append((word("head.status", language), right(5), right(5), "center"))
    table_head(canvas, heads)
    first = canvas.row
    for row in rows:
        _goal(canvas, row, wide)
    if tells:
        canvas.bars(left(5), first, canvas.row - 1, 1)
    _rest(canvas, len(report.goals))


def _goal(canvas: Canvas, row: GoalRow, wide: int) -> None:
    language = canvas.language
    module = text_of(row.module, language)
    goal = canvas.say("cell.goal", module=module, goal=row.goal)
    goal = goal if module and row.goal else module or row.goal
    days = [day_text(day, language, "short") for day in (row.start, row.end) if day]
    time = " – ".join(days) or row.weeks or "–"
    cells = [
        _prose(left(0), right(1), goal, _BOLD),
        _prose(left(2), right(2 + wide), row.action),
        _prose(left(3 + wide), right(3 + wide), text_of(row.who, language)),
        _prose(left(4 + wide), right(4 + wide), time),
    ]
    if not wide:
        status = f"{symbol_of(row.state)} {text_of(row.status, language)}".strip()
        look = {**_SMALL, **chip(row.state), "align": "center"}
        cells.append(figure_cell(left(5), row.progress, "0%"))
        cells.append(small(right(5), right(5), status or "–", look))
    canvas.line(ROW, cells, ground=HAIRLINE)


def draw_causes(canvas: Canvas, report: Report) -> None:
    """Draw why metrics, tasks and issues are where they are, as people wrote it."""
    canvas.heading(canvas.say("section.causes"), canvas.say("note.causes"))
    if not report.causes:
        canvas.remark(canvas.say("absent.no_causes"))
        return
    heads = (
        (canvas.say("head.what"), left(0), right(1), "left"),
        (canvas.say("head.gap"), left(2), right(2), "left"),
        (canvas.say("head.cause"), left(3), right(4), "left"),
        (canvas.say("head.where"), left(5), right(5), "left"),
    )
    table_head(canvas, heads)
    for row in report.causes[:_MOST]:
        _cause(canvas, row)
    _rest(canvas, len(report.causes))


def _cause(canvas: Canvas, row: CauseRow) -> None:
    language = canvas.language
    late: Style = {**_BOLD, "font_color": Palette.LATE}
    gap = phrase_text(row.gap, language) if row.gap else "–"
    look = late if row.gap else {**_SMALL, "font_color": Palette.MUTE}
    cells = [
        _prose(left(0), right(1), text_of(row.what, language), _BOLD),
        _prose(left(2), right(2), gap, look),
        _prose(left(3), right(4), row.cause, lines=_PROSE),
        place_cell(5, row.place),
    ]
    canvas.line(ROW, cells, ground=HAIRLINE)


def draw_advice(canvas: Canvas, report: Report) -> None:
    """Draw what is still to be done about each problem, by whom and until when."""
    canvas.heading(canvas.say("section.advice"), canvas.say("note.advice"))
    if not report.advice:
        canvas.remark(canvas.say("absent.no_advice"))
        return
    _measures(canvas, report.advice)


def draw_open_issues(canvas: Canvas, report: Report) -> None:
    """Draw the open issues one by one, for a table that does not tell their severity."""
    language, count = canvas.language, len(report.issues)
    canvas.heading(word("section.issues", language), word("note.open", language, open=count))
    _measures(canvas, report.issues)


def _measures(canvas: Canvas, rows: Sequence[AdviceRow]) -> None:
    heads = (
        (canvas.say("head.problem"), left(0), right(1), "left"),
        (canvas.say("head.measure"), left(2), left(3), "left"),
        (canvas.say("head.who"), right(3), left(4), "left"),
        (canvas.say("head.due"), right(4), right(4), "center"),
        (canvas.say("head.where"), left(5), right(5), "left"),
    )
    table_head(canvas, heads)
    for row in rows[:_MOST]:
        _measure(canvas, row)
    _rest(canvas, len(rows))


def _measure(canvas: Canvas, row: AdviceRow) -> None:
    language = canvas.language
    who = text_of(row.who, language)
    due = day_text(row.due, language) if row.due else "–"
    cells = [
        _prose(left(0), right(1), text_of(row.problem, language), _BOLD),
        _prose(left(2), left(3), row.measure or "–", lines=_PROSE),
        _prose(right(3), left(4), who or "–"),
        small(right(4), right(4), due, {"align": "center"}),
        place_cell(5, row.place),
    ]
    canvas.line(ROW, cells, ground=HAIRLINE)


def draw_sheets(canvas: Canvas, report: Report) -> None:
    """Draw links to the sheets the report is made from, two to a line, with their rows."""
    language = canvas.language
    canvas.heading(canvas.say("section.sheets"), canvas.say("note.sheets"))
    heads = []
    for block in (0, 3):
        heads.append((canvas.say("head.sheet"), left(block), right(block + 1), "left"))
        heads.append((canvas.say("head.rows"), left(block + 2), left(block + 2), "right"))
    table_head(canvas, heads)
    link = {"font_color": Palette.ACCENT}
    for number in range(0, len(report.sheets), 2):
        cells = []
        for block, row in zip((0, 3), report.sheets[number : number + 2], strict=False):
            name = text_of(row.label, language)
            tab = row.place.sheet or name
            text = name if name == tab else canvas.say("cell.sheet", name=name, tab=tab)
            last = right(block + 1)
            cells.append(small(left(block), last, text, link, link=row.place, name=name))
            cells.append(figure_cell(left(block + 2), row.rows, "#,##0"))
        canvas.line(ROW, cells, ground=HAIRLINE)


def _rest(canvas: Canvas, count: int) -> None:
    if count > _MOST:
        canvas.remark(canvas.say("more.alerts", count=count - _MOST))
