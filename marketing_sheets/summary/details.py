"""The Summary's lower part: trend, open issues, hints, and the footer."""

from __future__ import annotations

from typing import Final

from ..alerts import Phrase
from ..metrics import IssueRow
from ..styles import Palette
from ..texts import Language
from .canvas import HAIRLINE, ROW, Canvas, chip, place_cell, table_head
from .charts import trend_chart
from .grid import FIRST, HALF, LAST, Cell, Style, left, right, small
from .model import Summary, Trend
from .words import (
    day_text,
    period_text,
    phrase_text,
    scale_of,
    symbol_of,
    text_of,
    word,
)

_HINTS: Final = 10
_LINES: Final = 6
_LEAST_POINTS: Final = 2


def draw_trend(canvas: Canvas, summary: Summary) -> None:
    """Draw sales and ROAS over time."""
    trend = summary.trend
    assert trend is not None
    language = canvas.language
    _trend_heading(canvas, trend, summary.later.get(summary.sections.get("trend_day", ""), 0))
    if len(trend.points) < _LEAST_POINTS:
        # One column over the whole width says less than the table above.
        canvas.remark(canvas.say("absent.one_day"))
        return
    sales = [point.sales for point in trend.points]
    # The axis starts at 0, so small days do not matter to its scale.
    top = max((abs(value) for value in sales if value is not None), default=0.0)
    trend_chart(
        canvas,
        [
            day_text(point.day, language, "month" if trend.grain == "month" else "short")
            for point in trend.points
        ],
        sales,
        [point.roas for point in trend.points],
        title=canvas.say(_trend_title(trend)),
        scale=scale_of([top], language),
        at=canvas.row,
    )
    canvas.skip(204)


def _trend_title(trend: Trend) -> str:
    has_roas = any(point.roas is not None for point in trend.points)
    return f"chart.{'trend' if has_roas else 'sales'}_{trend.grain}"


def _later(count: int) -> Phrase:
    return Phrase(code="note.later", params={"count": count}, count=count)


def later_remark(canvas: Canvas, summary: Summary, sheet: str) -> None:
    """Say at the foot of a section how many rows stand after the day it is for."""
    if summary.later.get(sheet):
        canvas.remark(phrase_text(_later(summary.later[sheet]), canvas.language))


def _trend_heading(canvas: Canvas, trend: Trend, later: int) -> None:
    language = canvas.language
    period = period_text(trend.first, trend.last, language)
    key = "note.trend_week" if trend.grain == "week" else "note.trend"
    if trend.undated:
        key = "note.trend_undated_one" if trend.undated == 1 else "note.trend_undated"
    note = canvas.say(key, period=period, count=trend.undated)
    if later:
        note = canvas.say("note.and_later", note=note, later=phrase_text(_later(later), language))
    canvas.heading(canvas.say(f"section.trend_{trend.grain}"), note)


def draw_issues(canvas: Canvas, summary: Summary) -> None:
    """Draw the open issues by severity and age, each with the one open longest."""
    rows = summary.issues
    total, late = sum(row.total for row in rows), sum(row.overdue for row in rows)
    note = canvas.say("note.issues", open=total, overdue=late) if rows else ""
    canvas.heading(canvas.say("section.issues"), note)
    if not rows:
        canvas.remark(canvas.say("absent.no_open_issues"))
        later_remark(canvas, summary, summary.sections["issues"])
        return
    heads = (
        (canvas.say("head.severity"), left(0), left(0), "center"),
        (canvas.say("head.week"), right(0), right(0), "right"),
        (canvas.say("head.fortnight"), left(1), left(1), "right"),
        (canvas.say("head.older"), right(1), right(1), "right"),
        (canvas.say("head.overdue"), left(2), left(2), "right"),
        (canvas.say("head.total"), right(2), right(2), "right"),
        (canvas.say("head.longest"), HALF, right(4), "left"),
        (canvas.say("head.owner"), left(5), left(5), "left"),
        (canvas.say("head.overdue_days"), right(5), right(5), "right"),
    )
    table_head(canvas, heads, indented=HALF)
    for row in rows:
        _issue(canvas, row, summary)
    later_remark(canvas, summary, summary.sections["issues"])


def _count(column: int, count: int, style: Style) -> Cell:
    if not count:
        mute = {"align": "right", "font_color": Palette.MUTE}
        return Cell(first=column, value="–  ", style=mute)
    return Cell(first=column, value=count, style={"align": "right", "num_format": "0_)_)", **style})


def _issue(canvas: Canvas, row: IssueRow, summary: Summary) -> None:
    language = canvas.language
    label, state = summary.severities.get(row.severity or "", (row.severity or "", None))
    name = text_of(label, language) or canvas.say("cell.no_name")
    late = {"bold": True, "font_color": Palette.LATE}
    severity, longest = f"{symbol_of(state)} {name}".strip(), row.longest
    days = _count(right(5), longest.overdue, {**late, "num_format": '"▲ "0_)_)'})
    cells = [
        small(left(0), left(0), severity, {**chip(state), "align": "center"}),
        _count(right(0), row.week, {}),
        _count(left(1), row.fortnight, {}),
        _count(right(1), row.older, {}),
        _count(left(2), row.overdue, late),
        _count(right(2), row.total, {"bold": True}),
        Cell(
            first=HALF,
            last=right(4),
            value=longest.description,
            style={"indent": 1},
            link=longest.place,
            sizes=(9, 8),
        ),
        small(left(5), left(5), longest.owner, lines=3),
        days,
    ]
    canvas.line(ROW, cells, ground=HAIRLINE)


def draw_hints(canvas: Canvas, summary: Summary) -> None:
    """Draw what could be written better; none of it changes a figure."""
    language = canvas.language
    canvas.heading(canvas.say("section.hints"), canvas.say("note.hints"))
    for problem in summary.hints[:_HINTS]:
        text = (
            f"{problem.message(language)}{' ' if language == 'en' else ''}{problem.hint(language)}"
        )
        cells = [place_cell(0, problem.place), small(left(1), right(5), text, lines=_LINES)]
        canvas.line(ROW, cells, ground=HAIRLINE)
    rest = len(summary.hints) - _HINTS
    if rest > 0:
        canvas.remark(canvas.say("more.hints", count=rest))


def draw_footer(canvas: Canvas, summary: Summary) -> None:
    """Draw what the Summary was made from, and with."""
    text = provenance(summary, canvas.language)
    style = {"font_size": 8, "font_color": Palette.MUTE, "top": 1, "top_color": Palette.RULE}
    name = summary.source.file or ""
    cell = Cell(first=FIRST, last=LAST, value=text, style=style, sizes=(7,), lines=2, name=name)
    canvas.line(20, [cell], ground=style)


def provenance(summary: Summary, language: Language) -> str:
    """Say what figures were made from, and with."""
    source = summary.source
    parts = [word("footer.as_of", language, day=summary.as_of)]
    if source.file:
        parts.append(word("footer.source", language, file=source.file))
    if source.sha256:
        digest = f"{source.sha256[:8]}…{source.sha256[-4:]}"
        parts.append(word("footer.sha256", language, hash=digest))
    parts.append(
        word("footer.template", language, template=source.template, version=source.template_version)
    )
    parts.append(word("footer.written", language, version=source.version).strip())
    return "  ·  ".join(parts)


def draw_absent(canvas: Canvas, title: str, why: Phrase) -> None:
    """Draw a section's head and say why it is empty."""
    canvas.heading(title, "")
    canvas.remark(phrase_text(why, canvas.language))
