"""The Summary's list of alerts: what is new, what goes on, what is gone, and whose it is.

The list is the workbook's memory as well: hidden cells beside each row hold what the next Summary
must know, under a hidden row of ids.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from ..alerts_memory import STANDINGS, TrackedAlert
from ..records import MEMORY, MEMORY_STAMP
from ..styles import Palette
from .canvas import Canvas, Cell, fitted, left, right, units_of
from .cells import HAIRLINE, ROW, chip, table_head
from .lines import place_text, symbol_of
from .model import Summary
from .wording import day_text, text_of, word

__all__ = ["draw_alerts"]

_SHOWN: Final = 40
# What fits in a line of 9 pt in the column of what it is about: Latin words, and others.
_LATIN_UNITS: Final = 37
_WHAT_UNITS: Final = 35
_OWNER: Final = left(4)
_SEVERITIES: Final = {"high": "hot", "medium": "close", "low": "open"}
_STANDINGS: Final = {"new": "active", "continuing": "open", "resolved": "done"}


def draw_alerts(canvas: Canvas, summary: Summary) -> None:
    """Draw all alerts by severity, with state, gap, owner, first day and a link to the cell.

    Those beyond forty stand in hidden rows, for the memory alone.
    """
    language = canvas.language
    counts = Counter(one.standing for one in summary.alerts)
    parts = [word(f"note.{name}", language, count=counts[name]) for name in STANDINGS]
    shown = [part for name, part in zip(STANDINGS, parts, strict=True) if counts[name]]
    shown.append(word("note.owner", language))
    canvas.heading(word("section.alerts", language), " · ".join(shown))
    columns = _ids_row(canvas)
    heads = (
        ("severity", left(0), left(0), "center"),
        ("standing", right(0), right(0), "center"),
        ("what", left(1), left(2), "left"),
        ("gap", right(2), left(3), "left"),
        ("department", right(3), right(3), "left"),
        ("owner", left(4), left(4), "left"),
        ("first_seen", right(4), right(4), "center"),
        ("where", left(5), right(5), "left"),
    )
    cells = [
        Cell(
            first=first,
            last=last,
            value=word(f"head.{key}", language),
            style={"align": align, "indent": int(key == "what")},
        )
        for key, first, last, align in heads
    ]
    table_head(canvas, cells)
    for number, one in enumerate(summary.alerts):
        canvas.keep(_memory(one, columns, canvas))
        if number < _SHOWN:
            _row(canvas, one)
        else:
            canvas.keep({_OWNER: _owner(one)})
            canvas.hide()
    rest = len(summary.alerts) - _SHOWN
    if rest > 0:
        canvas.remark(word("more.alerts", language, count=rest))


def _ids_row(canvas: Canvas) -> dict[str, int]:
    """Write the hidden row that tells the columns of the memory; return them by id."""
    hidden = [name for name in MEMORY if name != "alert.owner"]
    first = canvas.reserve(len(hidden))
    columns = {"alert.owner": _OWNER} | {name: first + n for n, name in enumerate(hidden)}
    canvas.keep({0: MEMORY_STAMP} | {column: name for name, column in columns.items()})
    canvas.hide()
    return columns


def _memory(one: TrackedAlert, columns: dict[str, int], canvas: Canvas) -> dict[int, str]:
    texts = {
        "alert.drawn_owner": _owner(one),
        "alert.known_owner": one.owner,
        "alert.own_owner": one.own_owner,
        "alert.key": one.key,
        "alert.severity": one.severity,
        "alert.first_seen": one.first_seen.isoformat(),
        "alert.resolved_on": one.resolved_on.isoformat() if one.resolved_on else "",
        "alert.what": text_of(one.what, canvas.language),
        "alert.department": text_of(one.department, canvas.language),
    }
    return {columns[name]: text.strip() for name, text in texts.items()}


def _owner(one: TrackedAlert) -> str:
    # Cut, it would come back as another name; the cell itself hides what is too long.
    return " ".join(one.who.split())


def _row(canvas: Canvas, one: TrackedAlert) -> None:
    language, alert = canvas.language, one.alert
    small = {"font_size": 9}
    mute = {**small, "font_color": Palette.MUTE}
    text = small if alert else mute
    what = text_of(one.what, language)
    gap = text_of(alert.gap, language) if alert else ""
    if one.resolved_on:
        gap = word("gap.resolved", language, day=one.resolved_on)
    late = {"font_size": 9, "bold": True, "font_color": Palette.LATE} if alert else mute
    room = _LATIN_UNITS if what.isascii() else _WHAT_UNITS
    lines = min(2, max(-(-units_of(what) // room), -(-units_of(gap) // 23)))
    wrap = {"text_wrap": lines > 1}
    severity = _SEVERITIES[one.severity] if alert else None
    standing = _STANDINGS[one.standing]
    name = word(f"severity.{one.severity}", language)
    link = {"font_size": 9, "font_color": Palette.ACCENT} if alert else mute
    cells = [
        Cell(
            first=left(0),
            value=f"{symbol_of(severity)} {name}".strip(),
            style={**mute, **chip(severity), "align": "center"},
        ),
        Cell(
            first=right(0),
            value=f"{symbol_of(standing)} {word(f'standing.{one.standing}', language)}",
            style={**small, **chip(standing), "align": "center"},
        ),
        Cell(
            first=left(1),
            last=left(2),
            value=fitted(what, room * lines),
            style={**text, **wrap, "bold": alert is not None, "indent": 1},
        ),
        Cell(
            first=right(2),
            last=left(3),
            value=fitted(gap, 23 * lines),
            style={**late, **wrap},
        ),
        Cell(first=right(3), value=fitted(text_of(one.department, language), 11), style=text),
        Cell(first=_OWNER, value=_owner(one), style={**text, **wrap, "shrink": lines == 1}),
        Cell(
            first=right(4),
            value=day_text(one.first_seen, language),
            style={**text, "align": "center"},
        ),
        Cell(
            first=left(5),
            last=right(5),
            value=place_text(alert.place) if alert else "–",
            style=link,
            link=alert.place if alert else None,
        ),
    ]
    canvas.line(ROW if lines <= 1 else 32, cells, ground=HAIRLINE)
