"""The Summary's short form for the terminal."""

from __future__ import annotations

from ..alerts import Amount
from ..problems import Place
from ..texts import Language
from .model import Summary, Tile
from .words import (
    amount_text,
    conflicts_text,
    fitted,
    kind_text,
    phrase_text,
    reason_words,
    sentence,
    sub_line,
    symbol_of,
    text_of,
    who,
    word,
)

HEALTH_STATES = {"risk": "late", "watch": "close", "ok": "done", "none": "open"}


def place_text(place: Place, room: int = 15) -> str:
    """Name a cell as "sheet › cell", the sheet cut to `room` half-width characters."""
    return " › ".join(part for part in (fitted(place.sheet or "", room), place.cell) if part)


def summary_lines(summary: Summary, language: Language) -> list[str]:
    """Say verdict, sentence, headline figures, what needs action, and data problems, in lines."""
    verdict = word(f"verdict.{summary.health}", language)
    lines = [
        f"{text_of(summary.title, language)}  {symbol_of(HEALTH_STATES[summary.health])} {verdict}",
        sub_line(summary, language),
        sentence(summary, language),
        *filter(None, [conflicts_text(summary.merged, language)]),
        "",
        *(_tile(tile, language) for tile in summary.tiles),
        *([""] if summary.tiles else []),
    ]
    count = len(summary.actions)
    key = "terminal.actions_one" if count == 1 else "terminal.actions"
    lines.append(word(key, language, count=count) if count else word("absent.no_actions", language))
    for alert in summary.actions:
        kind = f"{symbol_of(alert.state)} {kind_text(alert, language)}".strip()
        parts = (
            f"  {kind}",
            phrase_text(alert.what, language),
            who(alert.department, alert.owner, language),
            phrase_text(alert.gap, language),
            place_text(alert.place, 40),
        )
        lines.append("  ".join(part for part in parts if part))
    count = len(summary.problems)
    key = "terminal.problems_one" if count == 1 else "terminal.problems"
    lines += [
        "",
        word(key, language, count=count) if count else word("absent.no_problems", language),
    ]
    lines.append(
        word(
            "terminal.rows",
            language,
            read=summary.rows.read,
            used=summary.rows.used,
            listed=summary.rows.listed,
        )
    )
    return lines


def tile_name(tile: Tile, language: Language) -> str:
    """Return what a headline figure is called."""
    return word(f"tile.{tile.id}", language) if tile.label is None else tile.label[language]


def _tile(tile: Tile, language: Language) -> str:
    figure = tile.figure
    if figure.value is None:
        value = f"– {reason_words(figure.reason or 'no_data', language)}"
    else:
        value = amount_text(Amount(value=figure.value, unit=figure.unit), language)
    parts = [f"  {tile_name(tile, language)} {value}", phrase_text(tile.target, language)]
    if tile.delta is not None:
        parts.append(f"{symbol_of(tile.state)} {phrase_text(tile.delta, language)}".strip())
    return "  ".join(parts)
