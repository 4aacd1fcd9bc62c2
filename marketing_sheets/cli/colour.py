"""Colour for what is told: severities, and states with their symbols, as in the workbooks."""

from __future__ import annotations

import os
import re
from functools import cache
from typing import Any

import click

# Colours of severities and, by their looks' names, of states.
_SEVERITIES = {"error": "red", "warning": "yellow", "info": "cyan"}
_STATES = {
    "done": "green", "active": "green", "open": "cyan", "close": "yellow", "late": "red",
    "missed": "red", "hot": "red", "cancelled": "bright_black",
}  # fmt: skip


def takes_colour(stream: Any) -> bool:
    """Tell whether a stream is to be coloured: a terminal is, unless the environment says no.

    NO_COLOR goes before FORCE_COLOR and CLICOLOR_FORCE, which colour pipes too.
    """
    told = os.environ.get
    if told("NO_COLOR"):
        return False
    if any(told(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return told("TERM") != "dumb" and told("CLICOLOR") != "0" and bool(stream.isatty())


def coloured(text: str) -> str:
    """Colour the words for severities that lines begin with, and symbols with what they say."""
    pattern, colours = _marks()

    def painted(found: re.Match[str]) -> str:
        return click.style(found[0], fg=colours[found["word"] or found["symbol"]], bold=True)

    return pattern.sub(painted, text)


@cache
def _marks() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what finds the marks, and the colour of each."""
    from ..styles import STATES
    from ..texts import book

    words = {
        word: _SEVERITIES[severity]
        for severity, texts in book("cli")["severity"].items()
        for word in texts.values()
    }
    symbols = {
        look.symbol: _STATES[state] for state, look in STATES.items() if look.symbol is not None
    }
    severity = "|".join(map(re.escape, words))
    symbol = "|".join(map(re.escape, symbols))
    # What a symbol says ends where two blanks part it from the next thing.
    found = rf"^ *(?P<word>{severity})|(?:(?<=  )|^)(?P<symbol>{symbol})(?: \S+)*"
    return re.compile(found, re.MULTILINE), words | symbols
