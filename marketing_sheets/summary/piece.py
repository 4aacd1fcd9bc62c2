"""The Summary's first screen as a piece of HTML for notebooks, in the words of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..brief import drawn
from ..notebook import chip, line, piece, problems_table, shown, table, tag, title
from ..problems import Problem
from ..styles import STATES, Palette
from ..texts import Language
from .model import Summary, Tile
from .words import (
    HEALTH_STATES,
    SEVERITY_STATES,
    action_texts,
    conflicts_text,
    sentence,
    sub_line,
    symbol_of,
    text_of,
    tile_texts,
    word,
)

_ACTIONS: Final = 6


@drawn.register
def _(summary: Summary) -> str:
    return drawn_summary(summary, summary.problems, summary.source.language)


def drawn_summary(summary: Summary, problems: Sequence[Problem], language: Language) -> str:
    """Return verdict, sentence, headline figures, what needs action, and the worst problems."""
    state = HEALTH_STATES[summary.health]
    verdict = chip(f"{symbol_of(state)} {word(f'verdict.{summary.health}', language)}", state)
    return piece(
        language,
        title(text_of(summary.title, language), 3),
        tag("p", verdict, " ", shown(sub_line(summary, language)), kind="line"),
        line(sentence(summary, language)),
        line(conflicts_text(summary.merged, language)),
        _tiles(summary.tiles, language),
        _actions(summary, language),
        problems_table(problems, language),
    )


def _tiles(tiles: Sequence[Tile], language: Language) -> str:
    drawn_ones = []
    for tile in tiles:
        name, value, target, delta = tile_texts(tile, language)
        look = STATES.get(tile.state or "")
        color = look.color if look and look.color else Palette.RULE
        inner = (
            tag("div", shown(name), kind="small"),
            tag("div", shown(value), kind="value"),
            tag("div", shown(target), kind="small"),
            chip(delta, tile.state) if look else tag("div", shown(delta), kind="small"),
        )
        drawn_ones.append(tag("div", *inner, kind="tile", more=f' style="border-color:{color}"'))
    return tag("div", *drawn_ones, kind="tiles") if tiles else ""


def _actions(summary: Summary, language: Language) -> str:
    rows = []
    for alert in summary.actions[:_ACTIONS]:
        kind, *texts = action_texts(alert, language)
        rows.append([chip(kind, SEVERITY_STATES[alert.severity]), *map(shown, texts)])
    head = title(word("section.actions", language), 4)
    if not rows:
        return head + line(word("absent.no_actions", language))
    heads = [word(f"head.{name}", language) for name in ("kind", "what", "who", "gap", "where")]
    rest = len(summary.actions) - len(rows)
    more = word("more.hints", language, count=rest) if rest else ""
    return head + table(heads, rows) + line(more, "small")
