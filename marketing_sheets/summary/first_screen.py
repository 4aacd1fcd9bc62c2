"""The Summary's first screen: what it is about, the verdict, six figures, what needs action.

The list of alerts is the workbook's memory as well: hidden cells beside each row hold what the next
Summary must know, under a hidden row of ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ..alerts import STANDINGS, Alert, TrackedAlert
from ..records import MEMORY, MEMORY_STAMP
from ..styles import STATES, Palette
from ..texts import Language
from .canvas import HAIRLINE, ROW, Canvas, TableHead, chip, grouped, place_cell, table_head
from .fit import size_for
from .grid import BLOCKS, FIRST, LAST, Cell, Style, left, right, room, small
from .model import Summary, Tile
from .words import (
    HEALTH_STATES,
    SEVERITY_STATES,
    conflicts_text,
    day_text,
    exact_format,
    kind_text,
    name_in,
    owners_text,
    phrase_text,
    reason_words,
    rounding,
    sentence,
    sub_line,
    symbol_of,
    text_of,
    tile_amounts,
    tile_name,
    who,
    word,
)

_SHOWN: Final = 40
# A row is as high as its owner's name needs: cut, it would come back as another name.
_ANY: Final = 99
_OWNER: Final = left(4)
_STANDINGS: Final = {"new": "active", "continuing": "open", "resolved": "done"}
_ACTIONS: Final = 6
_LATE_GAP: Final[Style] = {"font_size": 9, "bold": True, "font_color": Palette.LATE}
_CENTRED: Final[Style] = {"align": "center"}


def draw_alerts(canvas: Canvas, summary: Summary) -> None:
    """Draw all alerts by severity: new or since when, gap, owner, and a link to the cell.

    Those beyond forty stand in hidden rows, for the memory alone.
    """
    counts = Counter(one.standing for one in summary.alerts)
    parts = [canvas.say(f"note.{name}", count=counts[name]) for name in STANDINGS]
    shown = [part for name, part in zip(STANDINGS, parts, strict=True) if counts[name]]
    shown.append(canvas.say("note.owner"))
    canvas.heading(canvas.say("section.alerts"), " · ".join(shown))
    columns = _ids_row(canvas)
    first = (
        (canvas.say("head.severity"), left(0), left(0), "center"),
        (canvas.say("head.standing"), right(0), right(0), "center"),
    )
    table_head(canvas, [*first, *_heads(canvas)])
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


def _heads(canvas: Canvas) -> list[TableHead]:
    return [
        (canvas.say("head.what"), left(1), left(2), "left"),
        (canvas.say("head.gap"), right(2), left(3), "left"),
        (canvas.say("head.department"), right(3), right(3), "left"),
        (canvas.say("head.owner"), _OWNER, right(4), "left"),
        (canvas.say("head.where"), left(5), right(5), "left"),
    ]


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
    return " ".join(one.who.split())


def _row(canvas: Canvas, one: TrackedAlert, first: Sequence[Cell] = ()) -> None:
    """Draw an alert; `first` stands in the place of its severity and since when it is known."""
    language, alert = canvas.language, one.alert
    mute: Style = {"font_color": Palette.MUTE}
    text: Style = {} if alert else mute
    gap = text_of(alert.gap, language) if alert else ""
    if one.resolved_on:
        gap = word("gap.resolved", language, day=one.resolved_on)
    elif alert is None:
        gap = word("gap.no_data", language)
    severity = SEVERITY_STATES[one.severity] if alert else None
    standing = _STANDINGS[one.standing]
    since = word(
        f"standing.{one.standing}", language, day=day_text(one.first_seen, language, "short")
    )
    name = word(f"severity.{one.severity}", language)
    said, state = f"{symbol_of(severity)} {name}".strip(), f"{symbol_of(standing)} {since}"
    what, bold = text_of(one.what, language), {**text, "bold": alert is not None}
    cells = [
        *(
            first
            or (
                small(left(0), left(0), said, {**mute, **chip(severity), **_CENTRED}),
                small(right(0), right(0), state, {**chip(standing), **_CENTRED}),
            )
        ),
        small(left(1), left(2), what, bold, lines=3, name=name_in(one.what, language)),
        small(right(2), left(3), gap, _LATE_GAP if alert else mute, lines=2),
        small(right(3), right(3), text_of(one.department, language), text, lines=2),
        small(_OWNER, right(4), _owner(one), text, lines=_ANY),
        place_cell(5, alert.place) if alert else small(left(5), left(5), "–", mute),
    ]
    canvas.line(ROW, cells, ground=HAIRLINE)


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
    canvas.skip(6)
    title = {"font_size": 20, "bold": True, "font_color": Palette.NAVY}
    called = text_of(summary.title, language)
    # A title never loses a letter.
    canvas.line(
        30,
        [Cell(first=FIRST, last=LAST, value=called, style=title, sizes=(16, 14), lines=_ANY)],
    )
    small = {"font_size": 9, "font_color": Palette.SLATE, "indent": 1}
    whose = who(summary.department, owners_text(summary.owner, language), language)
    cells = [
        Cell(
            first=left(0),
            last=right(0),
            value=verdict,
            style={**chip(state), "font_size": 12, "bold": True, "align": "center"},
            sizes=(11, 10, 9),
        ),
        Cell(
            first=left(1),
            last=LAST,
            value=sub_line(summary, language),
            name=whose,
            lines=2,
            style=small,
        ),
    ]
    canvas.line(22, cells)
    canvas.skip(4)
    said, look = sentence(summary, language), {"font_size": 11}
    canvas.line(
        24, [Cell(first=FIRST, last=LAST, value=said, style=look, sizes=(10.5, 10), lines=4)]
    )
    text = conflicts_text(summary.merged, language)
    if text and summary.merged is not None:
        look, link = {**chip("close"), "font_size": 9, "indent": 1}, summary.merged.listed
        cell = Cell(
            first=FIRST, last=LAST, value=f"! {text}", style=look, link=link, sizes=(8,), lines=2
        )
        canvas.line(20, [cell])


def figure_format(tile: Tile, canvas: Canvas) -> str:
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
    block = 0
    for at, tile in enumerate(tiles):
        # Fewer of them are wider: the row is always full.
        wide = BLOCKS // len(tiles) + (at < BLOCKS % len(tiles))
        ground = {"bg_color": Palette.TINT, "indent": 1, "align": "left"}
        first, last = left(block), right(block + wide - 1)
        block += wide
        look = STATES.get(tile.state or "")
        color = (look.color if look else None) or Palette.RULE
        top = {"top": 5, "top_color": color, "font_size": 9, "font_color": Palette.SLATE}
        figure = tile.figure
        number = {"font_size": 20, "bold": True, "font_color": Palette.NAVY, "shrink": True}
        value: str | float = "–"
        if figure.value is not None:
            value = figure.value
            number["num_format"] = figure_format(tile, canvas)
        slate = {"font_size": 9, "font_color": Palette.SLATE}
        delta, words = {"font_size": 9, "font_color": Palette.MUTE}, ""
        if figure.value is None:
            words = reason_words(figure.reason or "no_data", language)
        elif tile.delta is not None:
            said = phrase_text(tile.delta, language, beside=tile_amounts(tile))
            words = f"{symbol_of(tile.state)} {said}".strip()
            ink = look.color if look and look.color else Palette.MUTE
            delta = {"font_size": 9, "bold": look is not None, "font_color": ink}
        target = phrase_text(tile.target, language, beside=tile_amounts(tile))
        drawn: tuple[tuple[str | float, Style], ...] = (
            (tile_name(tile, language), top),
            (value, number),
            (target, slate),
            (words, delta),
        )
        for (_, cells), (shown, style) in zip(rows, drawn, strict=True):
            cells.append(
                Cell(first=first, last=last, value=shown, style={**ground, **style}, sizes=(8, 7))
            )
    for height, cells in rows:
        canvas.line(height, cells)


def is_repeated(summary: Summary) -> bool:
    """Whether a list of alerts would say nothing but what needs action says as well.

    What needs action is the list then, and the workbook's memory.
    """
    listed = summary.alerts
    is_new = all(one.alert is not None and one.standing == "new" for one in listed)
    return is_new and len(listed) == len(summary.actions) <= _ACTIONS


def draw_actions(canvas: Canvas, summary: Summary) -> None:
    """Draw the gravest alerts that stand; all of them where no list follows that says more."""
    if not summary.actions:
        canvas.heading(canvas.say("section.actions"), "")
        canvas.remark(canvas.say("absent.no_actions"))
        return
    language, note = canvas.language, canvas.say("note.actions")
    kind = (canvas.say("head.kind"), left(0), right(0), "center")
    if is_repeated(summary):
        canvas.heading(canvas.say("section.actions"), f"{note} · {canvas.say('note.owner')}")
        columns = _ids_row(canvas)
        table_head(canvas, [kind, *_heads(canvas)])
        for one in summary.alerts:
            assert one.alert is not None
            canvas.keep(_memory(one, columns, canvas))
            _row(canvas, one, [_kind(one.alert, language)])
        return
    canvas.heading(canvas.say("section.actions"), note)
    heads = (
        kind,
        (canvas.say("head.what"), left(1), right(2), "left"),
        (canvas.say("head.who"), left(3), right(3), "left"),
        (canvas.say("head.gap"), left(4), right(4), "left"),
        (canvas.say("head.where"), left(5), right(5), "left"),
    )
    table_head(canvas, heads, indented=left(1))
    shown = summary.actions[:_ACTIONS]
    persons = [who(one.department, one.owner, language) for one in shown]
    size = size_for(persons, room(left(3), right(3), {}), (9, 8.5, 8))
    for alert, person in zip(shown, persons, strict=True):
        _action(canvas, alert, person, size)
    rest = len(summary.actions) - len(shown)
    if rest:
        canvas.remark(canvas.say("more.actions", count=rest))


def _kind(alert: Alert, language: Language) -> Cell:
    state = SEVERITY_STATES[alert.severity]
    text = f"{symbol_of(state)} {kind_text(alert, language)}".strip()
    return small(left(0), right(0), text, {**chip(state), **_CENTRED})


def _action(canvas: Canvas, alert: Alert, person: str, size: float) -> None:
    language = canvas.language
    cells = [
        _kind(alert, language),
        Cell(
            first=left(1),
            last=right(2),
            value=phrase_text(alert.what, language),
            name=name_in(alert.what, language),
            style={"bold": True, "indent": 1},
            sizes=(9,),
            lines=2,
        ),
        small(left(3), right(3), person or "–", {"font_size": size}, lines=2),
        small(left(4), right(4), phrase_text(alert.gap, language), _LATE_GAP, lines=2),
        place_cell(5, alert.place),
    ]
    canvas.line(ROW, cells, ground=HAIRLINE)
