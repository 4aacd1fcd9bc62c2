"""Write the Summary as a workbook of one sheet, ready to be put into another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Final

import xlsxwriter

from ..alerts import Phrase
from ..styles import FONTS
from ..template import Chapter
from ..texts import Language
from .canvas import Canvas
from .chapters import (
    CHAPTER_OF,
    draw_advice,
    draw_causes,
    draw_chapter,
    draw_goals,
    draw_open_issues,
    draw_sheets,
)
from .details import draw_absent, draw_footer, draw_hints, draw_issues, draw_trend
from .doubts import draw_problems
from .first_screen import draw_alerts, draw_first_screen, is_repeated
from .history import draw_history, keep_history, shown_days
from .merge_check import draw_merge_check
from .model import OwnTable, Summary
from .outcomes import draw_outcomes
from .side_by_side import comparison_drawings, draw_channels
from .tables import draw_matrix, draw_metrics, draw_own, draw_stages
from .words import text_of

# Points between two sections; where a page ends they are not missed.
GAP: Final = 11
# Points of the sheet on a page of A4 at one page wide: 770 pt of paper at 76 %.
_PAGE: Final = 1010.0
# An apt place is taken once this part of the page is filled.
_FILLED: Final = 0.6
_NO_CLOCK: Final = datetime(2000, 1, 1)
Sections = dict[str, list[Callable[[Canvas], None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The first row of a section, counted from 0, and the points above it.

    `is_apt` if something new begins there, so that a page may well end before it is full.
    """

    row: int
    top: float
    is_apt: bool = False


def page_breaks(marks: Sequence[Mark], *, end: float) -> list[int]:
    """Return the rows at which a new page begins; `marks` go down the sheet to the point `end`."""
    rows: list[int] = []
    start = 0.0
    if end <= _PAGE:
        return rows
    bottoms = [*(mark.top - GAP for mark in marks[1:]), end]
    for mark, bottom in zip(marks, bottoms, strict=True):
        is_due = mark.is_apt and mark.top - start >= _FILLED * _PAGE
        if is_due or (bottom - start > _PAGE and mark.top > start):
            rows.append(mark.row)
            start = mark.top
    return rows


def write_summary(
    summary: Summary,
    *,
    language: Language,
    sheet_name: str,
    date_1904: bool = False,
    created: datetime | None = None,
) -> bytes:
    """Write the Summary's sheet and return the workbook that holds it.

    The cells hold values, no formulas, so that every preview shows them; the charts are native.
    The same summary gives the same bytes; `created` None is a fixed day. Raises ExcelLimitError if
    Excel cannot hold something.
    """
    target = BytesIO()
    workbook = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "date_1904": date_1904,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            # A figure that outgrows what a cell holds is shown as Excel would show it.
            "nan_inf_to_errors": True,
            "default_format_properties": {"font_name": FONTS[language], "font_size": 10},
        },
    )
    workbook.set_properties({"created": created or _NO_CLOCK})
    canvas = Canvas(workbook, sheet_name, language)
    _draw(canvas, summary)
    workbook.close()
    return target.getvalue()


def _draw(canvas: Canvas, summary: Summary) -> None:
    draw_first_screen(canvas, summary)
    marks = draw_sections(canvas, summary)
    keep_history(canvas, summary)
    canvas.skip(GAP)
    draw_footer(canvas, summary)
    canvas.finish(breaks=page_breaks(marks, end=canvas.top))


def draw_sections(canvas: Canvas, summary: Summary) -> list[Mark]:
    """Draw all below the first screen, by chapters if it has any; return where pages may end."""
    marks = []
    for number, (chapter, sections) in enumerate(sections_of(summary), 1):
        if chapter is not None:
            canvas.skip(GAP)
            marks.append(Mark(row=canvas.row, top=canvas.top, is_apt=chapter == "problems"))
            draw_chapter(canvas, chapter, number)
        for at, (title, drawings) in enumerate(sections.items()):
            for draw in drawings:
                canvas.skip(GAP)
                # The head of a chapter goes with its first section.
                if chapter is None or at:
                    is_apt = title == "trend_day" and not summary.report.chapters
                    marks.append(Mark(row=canvas.row, top=canvas.top, is_apt=is_apt))
                draw(canvas)
    return marks


def sections_of(summary: Summary) -> Iterator[tuple[Chapter | None, Sections]]:
    """Return how to draw the sections of each chapter, and last of none, by their titles."""
    sections, chapters = _drawings(summary), summary.report.chapters
    for chapter in (*chapters, None):
        yield (
            chapter,
            {
                title: drawings
                for title, drawings in sections.items()
                if chapter == (CHAPTER_OF[title] if CHAPTER_OF[title] in chapters else None)
            },
        )


def _drawings(summary: Summary) -> Sections:
    """Return how to draw each section there is, in the order in which they stand."""
    report = summary.report
    drawings: Sections = {}
    if summary.comparison is not None:
        drawings["comparison"] = comparison_drawings(summary.comparison)
    if _has_goals(summary):
        drawings["goals"] = [partial(draw_goals, report=report)]
    outcomes: list[Callable[[Canvas], None]] = [partial(draw_outcomes, outcomes=summary.outcomes)]
    # Where all of them have sections of their own there is nothing to add.
    is_said = {one.sheet for one in summary.outcomes} <= set(summary.sections.values())
    for title, drawing in _sections(summary):
        drawings[title] = [drawing]
        if title == "metrics" and not is_said:
            drawings["outcomes"] = outcomes
    if not is_said:
        drawings.setdefault("outcomes", outcomes)
    drawings["own"] = [partial(_own, summary=summary, table=table) for table in summary.own]
    if shown_days(summary):
        drawings["history"] = [_of(draw_history, summary)]
    if summary.alerts and not is_repeated(summary):
        drawings["alerts"] = [_of(draw_alerts, summary)]
    if report.chapters:
        drawings["causes"] = [partial(draw_causes, report=report)]
        drawings["advice"] = [partial(draw_advice, report=report)]
        drawings["sheets"] = [partial(draw_sheets, report=report)]
    if summary.merged is not None and summary.merged.files:
        drawings["merge_check"] = [partial(draw_merge_check, merged=summary.merged)]
    drawings["problems"] = [_of(draw_problems, summary)]
    if summary.hints:
        drawings["hints"] = [_of(draw_hints, summary)]
    return drawings


def _has_goals(summary: Summary) -> bool:
    """Whether to show the goals: in an overview, or where no stages tell what is being done."""
    report = summary.report
    if not any(row.goal for row in report.goals):
        return False
    return "overview" in report.chapters or "stages" not in summary.sections


def _sections(summary: Summary) -> Iterator[tuple[str, Callable[[Canvas], None]]]:
    # Title, whether there is anything, and how to draw it.
    has_issues = summary.sections.get("issues") not in summary.absent
    has_matrix = summary.comparison is not None and summary.comparison.matrix is not None
    sections: tuple[tuple[str, bool, Callable[[Canvas, Summary], None]], ...] = (
        ("metrics", bool(summary.metrics), draw_matrix if has_matrix else draw_metrics),
        ("channels", bool(summary.channels), draw_channels),
        ("trend_day", summary.trend is not None, draw_trend),
        ("stages", bool(summary.stages), draw_stages),
        ("issues", has_issues, draw_issues if _is_graded(summary) else _open_issues),
    )
    for title, filled, draw in sections:
        # The channels have said already why there is no trend.
        sheet = summary.sections.get(title)
        if sheet is None or (title == "trend_day" and not summary.channels):
            continue
        if filled:
            yield title, _of(draw, summary)
        else:
            yield title, partial(_absent, summary=summary, title=title, sheet=sheet)


def _is_graded(summary: Summary) -> bool:
    """Whether the open issues have a severity by which to count them."""
    return not summary.issues or any(row.severity is not None for row in summary.issues)


def _open_issues(canvas: Canvas, summary: Summary) -> None:
    draw_open_issues(canvas, summary.report)


def _of(draw: Callable[[Canvas, Summary], None], summary: Summary) -> Callable[[Canvas], None]:
    return lambda canvas: draw(canvas, summary)


def _absent(canvas: Canvas, summary: Summary, title: str, sheet: str) -> None:
    draw_absent(canvas, canvas.say(f"section.{title}"), _why(summary, sheet))


def _own(canvas: Canvas, summary: Summary, table: OwnTable) -> None:
    if table.total is not None and table.sheet not in summary.absent:
        draw_own(canvas, summary, table)
    else:
        name = text_of(summary.sheets[table.sheet], canvas.language)
        draw_absent(canvas, name, _why(summary, table.sheet))


def _why(summary: Summary, sheet: str) -> Phrase:
    """Say why a section is empty; a sheet with rows then lacks what the section is made of."""
    unusable = Phrase(code="absent.no_values", params={"sheet": summary.sheets[sheet]})
    return summary.absent.get(sheet, unusable)
