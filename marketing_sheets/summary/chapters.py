"""The chapters of a Summary laid out like a report, and the tables of words in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..problems import Place
from ..styles import Palette
from ..template import Chapter
from .canvas import (
    FIRST,
    HAIRLINE,
    LAST,
    ROW,
    Canvas,
    Cell,
    Style,
    chip,
    figure_cell,
    left,
    right,
    table_head,
)
from .model import AdviceRow, CauseRow, GoalRow, Report
from .words import day_text, fitted, phrase_text, place_text, symbol_of, text_of, units_of, word

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
# What fits in a line of 9 pt in one block, in one and a half, and in two.
_ONE, _HALF, _TWO = 23, 36, 49


def draw_chapter(canvas: Canvas, chapter: Chapter, number: int) -> None:
    """Draw the head of a chapter, numbered as it stands in the outline."""
    title = canvas.say(f"chapter.{chapter}")
    style = {
        "font_size": 14,
        "bold": True,
        "font_color": Palette.NAVY,
        "bg_color": Palette.ACCENT_TINT,
        "indent": 1,
    }
    text = canvas.say(f"chapter.{number}", title=title)
    canvas.line(28, [Cell(first=FIRST, last=LAST, value=text, style=style)])


def _link(place: Place, *, block: int) -> Cell:
    style = {"font_size": 9, "font_color": Palette.ACCENT}
    text = place_text(place) if place.cell else fitted(place.sheet or "", _ONE)
    return Cell(first=left(block), last=right(block), value=text, style=style, link=place)


def _wrapped(first: int, last: int, text: str, units: int, style: Style = _SMALL) -> Cell:
    """Return a cell of up to three lines of 9 pt."""
    return Cell(
        first=first, last=last, value=fitted(text, 3 * units), style={**style, "text_wrap": True}
    )


def _height(*texts: tuple[str, int]) -> float:
    """Return the height of a row whose texts stand in so many units each."""
    lines = min(3, max(-(-units_of(text) // units) for text, units in texts) or 1)
    return ROW if lines == 1 else 6 + 13 * lines


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
    goal = canvas.say("cell.goal", module=row.module, goal=row.goal)
    goal = goal if row.module and row.goal else row.module or row.goal
    days = [day_text(day, language, "short") for day in (row.start, row.end) if day]
    time = fitted(" – ".join(days) or row.weeks or "–", _ONE)
    who, room = text_of(row.who, language), _TWO if wide else _ONE
    cells = [
        _wrapped(left(0), right(1), goal, _TWO, {**_SMALL, "bold": True}),
        _wrapped(left(2), right(2 + wide), row.action, room),
        _wrapped(left(3 + wide), right(3 + wide), who, _ONE),
        Cell(first=left(4 + wide), last=right(4 + wide), value=time, style=_SMALL),
    ]
    if not wide:
        status = f"{symbol_of(row.state)} {text_of(row.status, language)}".strip()
        look = {**_SMALL, **chip(row.state), "align": "center"}
        cells.append(figure_cell(left(5), row.progress, "0%"))
        cells.append(Cell(first=right(5), value=fitted(status, 12) or "–", style=look))
    height = _height((goal, _TWO), (row.action, room), (who, _ONE))
    canvas.line(height, cells, ground=HAIRLINE)


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
    what = text_of(row.what, language)
    late = {"font_size": 9, "bold": True, "font_color": Palette.LATE}
    gap = phrase_text(row.gap, language) if row.gap else "–"
    cells = [
        _wrapped(left(0), right(1), what, _TWO, {**_SMALL, "bold": True}),
        Cell(
            first=left(2),
            last=right(2),
            value=fitted(gap, _ONE),
            style=late if row.gap else {**_SMALL, "font_color": Palette.MUTE},
        ),
        _wrapped(left(3), right(4), row.cause, _TWO),
        _link(row.place, block=5),
    ]
    canvas.line(_height((what, _TWO), (row.cause, _TWO)), cells, ground=HAIRLINE)


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
    problem, who = text_of(row.problem, language), text_of(row.who, language)
    due = day_text(row.due, language) if row.due else "–"
    cells = [
        _wrapped(left(0), right(1), problem, _TWO, {**_SMALL, "bold": True}),
        _wrapped(left(2), left(3), row.measure or "–", _HALF),
        _wrapped(right(3), left(4), who or "–", _ONE),
        Cell(first=right(4), value=due, style={**_SMALL, "align": "center"}),
        _link(row.place, block=5),
    ]
    height = _height((problem, _TWO), (row.measure, _HALF), (who, _ONE))
    canvas.line(height, cells, ground=HAIRLINE)


def draw_sheets(canvas: Canvas, report: Report) -> None:
    """Draw links to the sheets the report is made from, two to a line, with their rows."""
    language = canvas.language
    canvas.heading(canvas.say("section.sheets"), canvas.say("note.sheets"))
    heads = []
    for block in (0, 3):
        heads.append((canvas.say("head.sheet"), left(block), right(block + 1), "left"))
        heads.append((canvas.say("head.rows"), left(block + 2), left(block + 2), "right"))
    table_head(canvas, heads)
    link = {"font_size": 9, "font_color": Palette.ACCENT}
    for number in range(0, len(report.sheets), 2):
        cells = []
        for block, row in zip((0, 3), report.sheets[number : number + 2], strict=False):
            name = text_of(row.label, language)
            tab = row.place.sheet or name
            cells.append(
                Cell(
                    first=left(block),
                    last=right(block + 1),
                    value=fitted(
                        name if name == tab else canvas.say("cell.sheet", name=name, tab=tab),
                        _TWO,
                    ),
                    style=link,
                    link=row.place,
                )
            )
            cells.append(figure_cell(left(block + 2), row.rows, "#,##0"))
        canvas.line(ROW, cells, ground=HAIRLINE)


def _rest(canvas: Canvas, count: int) -> None:
    if count > _MOST:
        canvas.remark(canvas.say("more.alerts", count=count - _MOST))
