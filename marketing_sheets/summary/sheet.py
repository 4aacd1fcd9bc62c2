"""Write the Summary as a workbook of one sheet, ready to be put into another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Final

import xlsxwriter

from ..alerts import Phrase
from ..languages import Language
from ..styles import FONTS
from .canvas import Canvas
from .channels import draw_channels
from .details import draw_absent, draw_footer, draw_issues, draw_problems, draw_trend
from .first_screen import draw_first_screen
from .model import Summary
from .own_section import draw_own
from .tables import draw_metrics, draw_stages
from .wording import text_of, word

__all__ = ["write_summary"]

_GAP: Final = 11
_NO_CLOCK: Final = datetime(2000, 1, 1)


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
    # Title, whether there is anything, and how to draw it.
    has_issues = summary.sections.get("issues") not in summary.absent
    sections: tuple[tuple[str, bool, Callable[[Canvas, Summary], None]], ...] = (
        ("metrics", bool(summary.metrics), draw_metrics),
        ("channels", bool(summary.channels), draw_channels),
        ("trend_day", summary.trend is not None, draw_trend),
        ("stages", bool(summary.stages), draw_stages),
        ("issues", has_issues, draw_issues),
    )
    break_at = None
    for title, filled, draw in sections:
        # The channels have said already why there is no trend.
        sheet = summary.sections.get(title)
        if sheet is None or (title == "trend_day" and not summary.channels):
            continue
        canvas.skip(_GAP)
        if title == "trend_day":
            break_at = canvas.row
        if filled:
            draw(canvas, summary)
        else:
            draw_absent(canvas, word(f"section.{title}", canvas.language), _why(summary, sheet))
    for table in summary.own:
        canvas.skip(_GAP)
        if table.total is not None and table.sheet not in summary.absent:
            draw_own(canvas, summary, table)
        else:
            name = text_of(summary.sheets[table.sheet], canvas.language)
            draw_absent(canvas, name, _why(summary, table.sheet))
    canvas.skip(_GAP)
    draw_problems(canvas, summary)
    canvas.skip(_GAP)
    draw_footer(canvas, summary)
    canvas.finish(break_at=break_at if summary.trend is not None else None)


def _why(summary: Summary, sheet: str) -> Phrase:
    """Say why a section is empty; a sheet with rows then lacks what the section is made of."""
    unusable = Phrase(code="absent.no_values", params={"sheet": summary.sheets[sheet]})
    return summary.absent.get(sheet, unusable)
