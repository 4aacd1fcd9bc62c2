"""The Gantt chart right of a schedule: dates as formulas, bars as conditional formats.

Changing the campaign's start moves the chart. With X a cell's first day, Y its last and E the
actual end (as-of date while unfinished): late while X <= E and Y is past the planned end, paler
once it has ended, else actual from the actual start to E, else plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import pandas as pd

from ..problems import column_letter
from ..records import SheetRecords
from ..styles import Palette
from ..template import Campaign, Gantt
from .book import Book, Pen, serial
from .geometry import FIRST, GROUPS, HEADER, LIVE, MARKS, TITLE, text_units
from .layout import Layout

_GAP_WIDTH, _DAY_WIDTH, _WEEK_WIDTH = 1.2, 2.15, 5.2
_MOST_DAYS = 60
_LEAST_WEEKS, _USUAL_WEEKS, _MOST_WEEKS = 5, 12, 106
_OVERRUN = timedelta(days=62)  # how far late tasks and the as-of date may stretch the chart


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """The chart's cells: how many, how many days each holds, and the first day where known."""

    first_column: int
    cells: int
    step: int
    first_day: date | None

    @property
    def by_day(self) -> bool:
        return self.step == 1

    @property
    def last_column(self) -> int:
        return self.first_column + self.cells - 1


def draw_gantt(
    gantt: Gantt, layout: Layout, records: SheetRecords, pen: Pen, book: Book
) -> list[float]:
    """Draw the chart and return the widths of its columns, the gap before it included."""
    scale = _scale(gantt, layout, records, book)
    pen.column(layout.last_column + 1, _GAP_WIDTH)
    width = _DAY_WIDTH if scale.by_day else _WEEK_WIDTH
    pen.column(scale.first_column, width, last=scale.last_column)
    _draw_title(scale, pen, book)
    _draw_legend(scale, pen, book)
    _draw_dates(gantt, scale, layout, pen, book)
    _draw_body(scale, layout, pen, book)
    _draw_bars(gantt, scale, layout, pen, book)
    return [_GAP_WIDTH, *[width] * scale.cells]


def _scale(gantt: Gantt, layout: Layout, records: SheetRecords, book: Book) -> _Scale:
    first_column = layout.last_column + 2
    plans = records.frame[gantt.planned_start].dropna()
    first_plan = plans.min().date() if len(plans) else None
    start = book.start or first_plan or book.as_of
    first_day = None if start is None else start - timedelta(days=start.weekday())
    if first_day is None or book.end is None or book.end < first_day:
        return _Scale(first_column=first_column, cells=_USUAL_WEEKS, step=7, first_day=first_day)
    limit = book.end + _OVERRUN
    last = max(
        book.end,
        *(day for day in _known_days(gantt, records, book.as_of) if day <= limit),
    )
    weeks = ceil(((last - first_day).days + 1) / 7)
    by_day = (last - first_day).days < _MOST_DAYS
    # Shorter charts would leave their own legend without room.
    cells = max(weeks, _LEAST_WEEKS) * 7 if by_day else min(max(weeks, _USUAL_WEEKS), _MOST_WEEKS)
    return _Scale(
        first_column=first_column, cells=cells, step=1 if by_day else 7, first_day=first_day
    )


def _known_days(gantt: Gantt, records: SheetRecords, as_of: date | None) -> Iterable[date]:
    yield date.min
    if as_of is not None:
        yield as_of
    for name in (gantt.planned_end, gantt.actual_end):
        days = records.frame[name]
        if pd.api.types.is_datetime64_any_dtype(days.dtype) and days.notna().any():
            yield days.max().date()


def _draw_title(scale: _Scale, pen: Pen, book: Book) -> None:
    title = book.looks.cell(font_size=11, bold=True, font_color=Palette.NAVY)
    note = book.looks.cell(font_size=9, font_color=Palette.MUTE)
    pen.text(TITLE, scale.first_column, book.say("gantt.title"), title)
    text = book.say("gantt.by_day" if scale.by_day else "gantt.by_week")
    pen.text(TITLE, scale.first_column + (6 if scale.by_day else 3), text, note)


def _draw_legend(scale: _Scale, pen: Pen, book: Book) -> None:
    fills = {
        "plan": Palette.GANTT_PLAN,
        "actual": Palette.GANTT_ACTUAL,
        "late": Palette.GANTT_LATE,
        "late_done": Palette.GANTT_LATE_DONE,
        "off": Palette.GANTT_OFF,
    }
    words = book.looks.cell(font_size=9, font_color=Palette.SLATE, indent=1)
    column = scale.first_column
    swatch = 2 if scale.by_day else 1
    width = _DAY_WIDTH if scale.by_day else _WEEK_WIDTH
    for name, color in fills.items():
        if name == "off" and not scale.by_day:
            continue  # no cell of a week is a day off
        look = book.looks.cell(bg_color=color, **_slim())
        word = book.say(f"gantt.{name}")
        pen.fill(LIVE, column, column + swatch - 1, look)
        pen.text(LIVE, column + swatch, word, words)
        # A word of 9 points and its indent, in cells.
        column += swatch + ceil((0.9 * text_units(word) + 1.5) / width)
    line = book.looks.cell(right=2, right_color=Palette.HOT)
    pen.blank(LIVE, column, line)
    pen.text(LIVE, column + 1, book.say("gantt.today"), words)


def _slim() -> dict[str, object]:
    """Return the borders that make a filled cell slimmer than its row."""
    return {"top": 5, "top_color": Palette.WHITE, "bottom": 5, "bottom_color": Palette.WHITE}


def _draw_dates(gantt: Gantt, scale: _Scale, layout: Layout, pen: Pen, book: Book) -> None:
    looks = book.looks
    line = {"bottom": 2, "bottom_color": Palette.ACCENT}
    month = looks.cell(font_size=9, bold=True, font_color=Palette.NAVY, align="left", **line)
    small = looks.cell(font_size=7, font_color=Palette.MUTE, align="center")
    head = looks.cell(
        font_size=8,
        font_color=Palette.SLATE,
        bg_color=Palette.COMPUTED_HEADER,
        align="center",
        num_format="d" if scale.by_day else "m/d",
        bold=None,
    )
    weekdays = book.say("gantt.weekdays").split("-")
    months = book.say("gantt.months").split("-")
    chosen = ",".join(f'"{name}"' for name in months)
    # Only a Monday names its month, so that the name has a week's room.
    pitch = 7 if scale.by_day else 1
    years: set[int] = set()
    firsts: set[date] = set()
    for at in range(scale.cells):
        column = scale.first_column + at
        cell = f"{column_letter(column + 1)}${HEADER + 1}"
        before = f"{column_letter(column)}${HEADER + 1}"
        day = None if scale.first_day is None else scale.first_day + timedelta(scale.step * at)
        shown = None if day is None else serial(day)
        start = _first_monday(gantt, layout, book)
        pen.formula(HEADER, column, start if at == 0 else f"={before}+{scale.step}", head, shown)
        if scale.by_day:
            pen.text(MARKS, column, weekdays[at % 7], small)
        else:
            pen.text(MARKS, column, book.say("gantt.week", n=at + 1), small)
        if at % pitch:
            pen.blank(GROUPS, column, month)
            continue
        named, year = f"CHOOSE(MONTH({cell}),{chosen})", f'YEAR({cell})&""'
        name = "" if day is None else str(day.year)
        if not at:
            named = year
        else:
            # A year stands before its first month, as text: a number that is wider than its cell
            # shows nothing but ###.
            last = column - pitch + 1
            shown_before = f"${column_letter(scale.first_column + 1)}{GROUPS + 1}:"
            shown_before += f"{column_letter(column)}{GROUPS + 1}"
            previous = f"{column_letter(last)}${HEADER + 1}"
            is_new = f"MONTH({cell})<>MONTH({previous})"
            is_new += f',{column_letter(last)}{GROUPS + 1}=YEAR({previous})&""'
            named = f'IF(COUNTIF({shown_before},{year})=0,{year},IF(OR({is_new}),{named},""))'
        if day is not None and day.year in years:
            before_it = day - timedelta(7)
            is_named = before_it.month != day.month or before_it in firsts
            name = months[day.month - 1] if is_named else ""
        elif day is not None:
            years.add(day.year)
            firsts.add(day)
        pen.formula(GROUPS, column, f"={named}", month, name)


def _first_monday(gantt: Gantt, layout: Layout, book: Book) -> str:
    """Return a formula for the chart's first day, a Monday.

    It is in the week of the campaign's start; unknown, of the first plan; without one, of the
    as-of date.
    """
    form = book.template.form
    has_start = form is not None and any(field.id == Campaign.START_DATE for field in form.fields)
    plans = f"tbl_{layout.sheet.id}[{layout.sheet[gantt.planned_start].label[book.language]}]"
    start = f"IF(COUNT({plans})>0,MIN({plans}),as_of)"
    if has_start:
        start = f"IF(ISNUMBER(form_{Campaign.START_DATE}),form_{Campaign.START_DATE},{start})"
    # Day 2 of Excel's calendar is a Monday.
    return f"=7*INT(({start}-2)/7)+2"


def _draw_body(scale: _Scale, layout: Layout, pen: Pen, book: Book) -> None:
    plain = book.looks.cell(**_slim())
    monday = book.looks.cell(left=4, left_color=Palette.LINE, **_slim())
    for at in range(scale.cells):
        look = monday if scale.by_day and at % 7 == 0 else plain
        for row in range(FIRST, layout.last_row + 1):
            pen.blank(row, scale.first_column + at, look)


def _draw_bars(gantt: Gantt, scale: _Scale, layout: Layout, pen: Pen, book: Book) -> None:
    looks = book.looks
    late_done, late, actual, plan, today, off = _conditions(gantt, scale, layout, book)
    body = (FIRST, scale.first_column, layout.last_row, scale.last_column)
    rules = [
        (late_done, looks.condition(bg_color=Palette.GANTT_LATE_DONE)),
        (late, looks.condition(bg_color=Palette.GANTT_LATE)),
        (actual, looks.condition(bg_color=Palette.GANTT_ACTUAL)),
        (plan, looks.condition(bg_color=Palette.GANTT_PLAN)),
        (today, looks.condition(right=1, right_color=Palette.HOT)),
    ]
    head = (HEADER, scale.first_column, HEADER, scale.last_column)
    now = looks.condition(bg_color=Palette.HOT, font_color=Palette.WHITE, bold=True)
    heads = [(today, now)]
    if scale.by_day:
        rules.append((off, looks.condition(bg_color=Palette.GANTT_OFF)))
        heads.append((off, looks.condition(bg_color=Palette.GANTT_OFF_HEADER)))
    for area, chosen in ((body, rules), (head, heads)):
        for when, look in chosen:
            pen.condition(area, {"type": "formula", "criteria": when, "format": look})


def _conditions(gantt: Gantt, scale: _Scale, layout: Layout, book: Book) -> tuple[str, ...]:
    """Return the conditions of the chart's first cell.

    Finished late, late, actual, plan, as-of day, day off.
    """
    x = f"{column_letter(scale.first_column + 1)}${HEADER + 1}"
    y = x if scale.by_day else f"{x}+6"

    def cell(column_id: str) -> str:
        return f"${layout.at(column_id).letter}{FIRST + 1}"

    planned_start, planned_end = cell(gantt.planned_start), cell(gantt.planned_end)
    actual_start, actual_end = cell(gantt.actual_start), cell(gantt.actual_end)
    status = cell(gantt.status)
    done, cancelled = _words(gantt, status, layout, book)
    # A finished task without its actual end is taken to have ended as planned.
    end = f"IF(ISNUMBER({actual_end}),{actual_end},IF(OR({done}),{planned_end},as_of))"
    is_late = f"{y}>{planned_end},{x}<={end},{end}>{planned_end}"
    is_planned = f"{x}<={planned_end},{y}>={planned_start}"
    late = f"ISNUMBER({planned_end}),{status}<>{cancelled},{is_late}"
    return (
        f"=AND(ISNUMBER({actual_end}),{late})",
        f"=AND({late})",
        f"=AND(ISNUMBER({actual_start}),{y}>={actual_start},{x}<={end})",
        f"=AND(ISNUMBER({planned_start}),ISNUMBER({planned_end}),{is_planned})",
        f"=AND(as_of>={x},as_of<={y})",
        f"=OR(WEEKDAY({x},2)>5,COUNTIF(holidays,{x})>0)",
    )


def _words(gantt: Gantt, status: str, layout: Layout, book: Book) -> tuple[str, str]:
    """Return tests for the states that mean done, and the word for cancelled."""
    choices = book.choices(layout.at(gantt.status).column)
    if choices is None:
        return "FALSE", f'"{gantt.cancelled}"'
    done = gantt.done or tuple(item.id for item in choices.items if item.state == "done")
    tests = ",".join(f'{status}="{choices.label_of(word, book.language)}"' for word in done)
    return tests or "FALSE", f'"{choices.label_of(gantt.cancelled, book.language)}"'
