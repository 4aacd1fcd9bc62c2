"""The Summary's first screen: what it is about, the verdict, six figures, what needs action.

The list of alerts is the workbook's memory as well: hidden cells beside each row hold what the next
Summary must know, under a hidden row of ids.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from ..alerts import STANDINGS, Alert, TrackedAlert
from ..records import MEMORY, MEMORY_STAMP
from ..styles import STATES, Palette
from .canvas import (
    FIRST,
    HAIRLINE,
    LAST,
    ROW,
    Canvas,
    Cell,
    Style,
    chip,
    grouped,
    left,
    right,
    table_head,
)
from .model import Summary, Tile
from .words import (
    HEALTH_STATES,
    SEVERITY_STATES,
    conflicts_text,
    day_text,
    exact_format,
    fitted,
    kind_text,
    phrase_text,
    place_text,
    reason_words,
    rounding,
    sentence,
    sub_line,
    symbol_of,
    text_of,
    tile_amounts,
    tile_name,
    units_of,
    who,
    word,
)

_SHOWN: Final = 40
# What fits in a line of 9 pt in the column of what it is about: Latin words, and others.
_LATIN_UNITS: Final = 37
_WHAT_UNITS: Final = 35
_OWNER: Final = left(4)
_STANDINGS: Final = {"new": "active", "continuing": "open", "resolved": "done"}
_ACTIONS: Final = 6
_SENTENCE_UNITS: Final = 118  # what fits in one line of 11 pt across the page
_LATE_GAP: Final[Style] = {"font_size": 9, "bold": True, "font_color": Palette.LATE}
_SMALL: Final[Style] = {"font_size": 9}


def draw_alerts(canvas: Canvas, summary: Summary) -> None:
    """Draw all alerts by severity, with state, gap, owner, first day and a link to the cell.

    Those beyond forty stand in hidden rows, for the memory alone.
    """
    counts = Counter(one.standing for one in summary.alerts)
    parts = [canvas.say(f"note.{name}", count=counts[name]) for name in STANDINGS]
    shown = [part for name, part in zip(STANDINGS, parts, strict=True) if counts[name]]
    shown.append(canvas.say("note.owner"))
    canvas.heading(canvas.say("section.alerts"), " · ".join(shown))
    columns = _ids_row(canvas)
    heads = (
        (canvas.say("head.severity"), left(0), left(0), "center"),
        (canvas.say("head.standing"), right(0), right(0), "center"),
        (canvas.say("head.what"), left(1), left(2), "left"),
        (canvas.say("head.gap"), right(2), left(3), "left"),
        (canvas.say("head.department"), right(3), right(3), "left"),
        (canvas.say("head.owner"), left(4), left(4), "left"),
        (canvas.say("head.first_seen"), right(4), right(4), "center"),
        (canvas.say("head.where"), left(5), right(5), "left"),
    )
    table_head(canvas, heads, indented=left(1))
    for number, one in enumerate(summary.alerts):
        canvas.keep(_memory(one, columns, canvas))
        if number < _SHOWN:
            _row(canvas, one)
        else:
            canvas.keep({_OWNER: _owner(one)})
            canvas.hide()
    rest = len(summary.alerts) - _SHOWN
    if rest > 0:
        canvas.remark(canvas.say("more.alerts", count=rest))


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
    elif alert is None:
        gap = word("gap.no_data", language)
    late = {"font_size": 9, "bold": True, "font_color": Palette.LATE} if alert else mute
    room = _LATIN_UNITS if what.isascii() else _WHAT_UNITS
    lines = min(2, max(-(-units_of(what) // room), -(-units_of(gap) // 23)))
    wrap = {"text_wrap": lines > 1}
    severity = SEVERITY_STATES[one.severity] if alert else None
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


def draw_first_screen(canvas: Canvas, summary: Summary) -> None:
    """Draw everything down to what needs action."""
    _masthead(canvas, summary)
    canvas.skip(6)
    if summary.tiles:
        _tiles(canvas, summary.tiles)
        canvas.skip(8)
    draw_actions(canvas, summary)


def _masthead(canvas: Canvas, summary: Summary) -> None:
    language = canvas.language
    state = HEALTH_STATES[summary.health]
    verdict = f"{symbol_of(state)} {canvas.say(f'verdict.{summary.health}')}"
    title = fitted(text_of(summary.title, language), 76)
    canvas.skip(6)
    canvas.line(
        30,
        [
            Cell(
                first=FIRST,
                last=right(4),
                value=title,
                style={"font_size": 20, "bold": True, "font_color": Palette.NAVY},
            ),
            Cell(
                first=left(5),
                last=LAST,
                value=verdict,
                style={**chip(state), "font_size": 12, "align": "center"},
            ),
        ],
    )
    line = fitted(sub_line(summary, language), 150)
    small = {"font_size": 9, "font_color": Palette.SLATE}
    canvas.line(18, [Cell(first=FIRST, last=LAST, value=line, style=small)])
    canvas.skip(4)
    text = sentence(summary, language)
    lines = min(3, -(-units_of(text) // _SENTENCE_UNITS))
    canvas.line(
        {1: 24, 2: 34, 3: 48}[lines],
        [
            Cell(
                first=FIRST,
                last=LAST,
                value=text,
                style={"font_size": 11, "text_wrap": True},
            )
        ],
    )
    text = conflicts_text(summary.merged, language)
    if text and summary.merged is not None:
        look, link = {**chip("close"), "font_size": 9, "indent": 1}, summary.merged.listed
        canvas.line(20, [Cell(first=FIRST, last=LAST, value=f"! {text}", style=look, link=link)])


def _figure_format(tile: Tile, canvas: Canvas) -> str:
    """Return the number format of a headline figure, rounded as what stands below it."""
    figure, values = tile.figure, [one.value for one in tile_amounts(tile)]
    if figure.unit == "percent":
        lines = [] if tile.id == "progress" else [*values[1:], 1.0]
        whole = figure.metric.startswith("progress")
        return grouped(exact_format(values[0], lines, 0 if whole else 1, percent=True))
    scale, digits = rounding(values, figure.unit, canvas.language)
    if scale != "plain":
        return canvas.say(f"format.{scale}")
    return f"#,##0{'.' + '0' * digits if digits else ''}"


def _tiles(canvas: Canvas, tiles: tuple[Tile, ...]) -> None:
    """Draw the tiles: label, number, target, and how the one stands to the other."""
    if not tiles:
        return
    language = canvas.language
    rows: list[tuple[float, list[Cell]]] = [(20, []), (30, []), (16, []), (19, [])]
    for block, tile in enumerate(tiles):
        ground = {"bg_color": Palette.TINT, "indent": 1, "align": "left"}
        first, last = left(block), right(block)
        look = STATES.get(tile.state or "")
        color = (look.color if look else None) or Palette.RULE
        top = {"top": 5, "top_color": color, "font_size": 9, "font_color": Palette.SLATE}
        figure = tile.figure
        number = {"font_size": 20, "bold": True, "font_color": Palette.NAVY, "shrink": True}
        value: str | float = "–"
        if figure.value is not None:
            value = figure.value
            number["num_format"] = _figure_format(tile, canvas)
        slate = {"font_size": 9, "font_color": Palette.SLATE, "shrink": True}
        delta, words = {"font_size": 9, "font_color": Palette.MUTE}, ""
        if figure.value is None:
            words = reason_words(figure.reason or "no_data", language)
        elif tile.delta is not None:
            said = phrase_text(tile.delta, language, beside=tile_amounts(tile))
            words = f"{symbol_of(tile.state)} {said}"
            delta = {"font_size": 9, "bold": True, "font_color": color, "shrink": True}
        rows[0][1].append(
            Cell(
                first=first,
                last=last,
                value=fitted(tile_name(tile, language), 24),
                style={**ground, **top},
            )
        )
        rows[1][1].append(Cell(first=first, last=last, value=value, style={**ground, **number}))
        target = phrase_text(tile.target, language, beside=tile_amounts(tile))
        rows[2][1].append(Cell(first=first, last=last, value=target, style={**ground, **slate}))
        rows[3][1].append(Cell(first=first, last=last, value=words, style={**ground, **delta}))
    for height, cells in rows:
        canvas.line(height, cells)


def draw_actions(canvas: Canvas, summary: Summary) -> None:
    """Draw the gravest alerts that stand."""
    note = canvas.say("note.actions") if summary.actions else ""
    canvas.heading(canvas.say("section.actions"), note)
    if not summary.actions:
        canvas.remark(canvas.say("absent.no_actions"))
        return
    heads = (
        (canvas.say("head.kind"), left(0), right(0), "center"),
        (canvas.say("head.what"), left(1), right(2), "left"),
        (canvas.say("head.who"), left(3), right(3), "left"),
        (canvas.say("head.gap"), left(4), right(4), "left"),
        (canvas.say("head.where"), left(5), right(5), "left"),
    )
    table_head(canvas, heads, indented=left(1))
    shown = summary.actions[:_ACTIONS]
    for alert in shown:
        _action(canvas, alert)
    rest = len(summary.actions) - len(shown)
    if rest:
        canvas.remark(canvas.say("more.actions", count=rest))


def _action(canvas: Canvas, alert: Alert) -> None:
    language = canvas.language
    state = SEVERITY_STATES[alert.severity]
    kind = fitted(f"{symbol_of(state)} {kind_text(alert, language)}".strip(), 22)
    where = place_text(alert.place)
    cells = [
        Cell(
            first=left(0),
            last=right(0),
            value=kind,
            style={**chip(state), "font_size": 9, "align": "center"},
        ),
        Cell(
            first=left(1),
            last=right(2),
            value=fitted(phrase_text(alert.what, language), 40),
            style={"bold": True, "indent": 1},
        ),
        Cell(
            first=left(3),
            last=right(3),
            value=fitted(who(alert.department, alert.owner, language) or "–", 23),
            style=_SMALL,
        ),
        Cell(
            first=left(4),
            last=right(4),
            value=fitted(phrase_text(alert.gap, language), 23),
            style=_LATE_GAP,
        ),
        Cell(
            first=left(5),
            last=right(5),
            value=where,
            style={"font_size": 9, "font_color": Palette.ACCENT},
            link=alert.place,
        ),
    ]
    canvas.line(ROW, cells, ground=HAIRLINE)
