"""Results in notebooks: small pieces of HTML that stand on light and on dark ground alike.

Colours are the notebook's own, but for chips, which bring theirs; nothing is fetched, nothing runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from typing import Final

from .problems import Problem, condensed
from .styles import STATES
from .texts import Language, say, visible

_SHOWN: Final = 20
# Characters of a cell, and bytes of a table: a cell of a sheet may hold 32,767 characters.
_LONGEST, _LARGEST = 240, 24_000
_STATES: Final = {"error": "late", "warning": "close", "info": "open"}
_FAINT: Final = "color-mix(in srgb, currentColor {}%, transparent)"
_STYLE: Final = (
    ".ms-piece{font:14px/1.5 system-ui,sans-serif;max-width:980px;overflow-wrap:anywhere}"
    ".ms-piece h3.ms-title{font-size:20px;margin:4px 0;font-weight:600}"
    ".ms-piece h4.ms-title{font-size:15px;margin:16px 0 4px;font-weight:600}"
    ".ms-piece p.ms-line{margin:6px 0}.ms-piece .ms-small{font-size:12px;opacity:.75}"
    ".ms-piece .ms-chip{display:inline-block;padding:0 8px;border-radius:3px;white-space:nowrap}"
    ".ms-piece .ms-tiles{display:grid;gap:8px;margin:12px 0;"
    "grid-template-columns:repeat(auto-fill,minmax(150px,1fr))}"
    f".ms-piece .ms-tile{{padding:6px 10px;border-top:3px solid;background:{_FAINT.format(6)}}}"
    ".ms-piece .ms-tile .ms-chip{white-space:normal;font-size:12px}"
    ".ms-piece .ms-value{font-size:20px;font-weight:600}"
    ".ms-piece .ms-wide{overflow-x:auto}"
    ".ms-piece table.ms-table{width:100%;border-collapse:collapse;font-size:13px;margin:0}"
    ".ms-piece table.ms-table :is(th,td){text-align:left;vertical-align:top;padding:4px 8px;"
    f"border:0;border-bottom:1px solid {_FAINT.format(18)};white-space:normal;max-width:420px}}"
    ".ms-piece table.ms-table th{font-weight:normal;opacity:.75}"
    ".ms-piece table.ms-table tr{background:none}"
    ".ms-piece table.ms-table td:nth-child(2){min-width:120px}"
)


def piece(language: Language, *parts: str) -> str:
    """Return parts as one piece with its own style."""
    return tag("div", f"<style>{_STYLE}</style>", *parts, kind="piece", more=f' lang="{language}"')


def tag(name: str, *inner: str, kind: str, more: str = "") -> str:
    """Return an element of HTML around what stands inside it."""
    return f'<{name} class="ms-{kind}"{more}>{"".join(inner)}</{name}>'


def shown(text: str) -> str:
    """Return any text as HTML shows it, cut where it is too long to be read."""
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return escape(visible(text))


def chip(text: str, state: str | None) -> str:
    """Return a text on the ground of a state, both of which it brings along."""
    look = STATES.get(state or "")
    if look is None or not text:
        return shown(text)
    style = f"color:{look.color};background:{look.fill or 'transparent'}"
    return tag("span", shown(text), kind="chip", more=f' style="{style}"')


def line(text: str, kind: str = "line") -> str:
    """Return a line of text, nothing where there is none."""
    return tag("p", shown(text), kind=kind) if text else ""


def title(text: str, level: int) -> str:
    """Return a title of level 3 or 4."""
    return tag(f"h{level}", shown(text), kind="title")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are HTML."""
    head = "".join(f"<th>{shown(one)}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>" for row in rows)
    whole = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return tag("div", tag("table", whole, kind="table"), kind="wide")


def problems_table(problems: Sequence[Problem], language: Language) -> str:
    """Return the first twenty problems, the worst before the others, and how many there are."""
    key = "terminal.problems_one" if len(problems) == 1 else "terminal.problems"
    if not problems:
        return line(say("summary", "absent.no_problems", language))
    told = condensed(problems)
    is_one_file = len({one.place.file for one in told}) == 1
    rows: list[list[str]] = []
    size, count = 0, 0
    for one in told[:_SHOWN]:
        state = _STATES[one.severity]
        word = say("merge", f"log.severities.{one.severity}", language)
        place = replace(one.place, file=None) if is_one_file and one.place.sheet else one.place
        row = [
            chip(f"{STATES[state].symbol} {word}", state),
            *map(shown, (str(place), one.message(language), one.hint(language))),
        ]
        size += len("".join(row).encode())
        if rows and size > _LARGEST:
            break
        rows.append(row)
        count += 1 + one.alike
    names = ("cell", "problem", "hint")
    heads = ["", *(say("sheets", f"review.head.{name}", language) for name in names)]
    rest = len(problems) - count
    more = say("sheets", "review.rest", language, count=f"{rest:,}") if rest else ""
    head = title(say("summary", key, language, count=f"{len(problems):,}"), 4)
    return head + table(heads, rows) + line(more, "small")
