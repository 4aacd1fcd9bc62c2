"""The sheet Merge log: its lines by sections, each with a chip, amounts or a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..problems import Place
from ..records import LOG, AttachedCell, AttachedColumn, AttachedRule, Attachment, SectionHead
from ..styles import LOOKS
from ..texts import LANGUAGES, Text, say
from .log import AMOUNTS, LogLine, log_lines
from .model import Merge, sheet_label

# The sections in their order, each with the kinds of its lines.
_SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "totals": ("sum",),
    "left_out": ("skipped", "copy", "extra_sheet", "lying"),
    "check": ("problem",),
    "notes": (
        "decision",
        "advice",
        "accepted",
        "withdrawn",
        "continued",
        "uncounted",
        "duplicate",
    ),
    "sources": ("source",),
    "files": ("total",),
}
_LOOKS: Final = {
    "error": "late",
    "warning": "close",
    "skipped": "close",
    "lying": "close",
    "extra_sheet": "close",
    "advice": "close",
    "off": "late",
}
# Whose symbol stands before a plain word.
_SYMBOLS: Final = {"balanced": "done", "source": "done"}
_WIDTHS: Final = {"state": 14.0, "file": 28.0, "sheet": 18.0, "item": 22.0, "note": 2.0}
_AMOUNT: Final = 13.0
# So many lines are printed: some twenty pages.
_PRINTED: Final = 500


def log_sheet(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Attachment:
    """Return the merge log: all totals, what was left out and why, what to check, whose files.

    `continued` tells the tabs in which a long table goes on, per sheet.
    """
    lines = [*log_lines(merge, continued)]
    tabs = {sheet_label(merge, sheet.id) for sheet in merge.template.sheets}
    columns = [
        AttachedColumn(
            id=name,
            label=_text(f"log.{name}"),
            width=width,
            kind="mark" if name == "state" else "text",
            span=1 + len(AMOUNTS) if name == "note" else 1,
        )
        for name, width in _WIDTHS.items()
    ]
    columns += [
        AttachedColumn(
            id=name, label=Text(dict.fromkeys(LANGUAGES, "")), width=_AMOUNT, kind="number"
        )
        for name in AMOUNTS
    ]
    columns += [
        AttachedColumn(id=name, label=_text(f"log.{name}"), width=9.0, is_hidden=True)
        for name in ("kind", "department")
    ]
    rows = [*_rows(merge, lines, tabs)]
    # Each file's own totals are there to be filtered, not to be printed.
    details = 1 + sum(line.kind == "total" for line in lines)
    return Attachment(
        id=LOG,
        tab=_text("log.tab"),
        title=_text("log.title"),
        subtitle=_subtitle(lines),
        columns=tuple(columns),
        rows=rows,
        printed=min(max(len(rows) - details, 1), _PRINTED),
        filtered=4,
        frozen=0,
        rules=(
            AttachedRule(("file",), "={file}={^file}", "ghost"),
            AttachedRule(("sheet",), "=AND({file}={^file},{sheet}={^sheet})", "ghost"),
        ),
    )


def _text(key: str, **params: object) -> Text:
    return Text({language: say("merge", key, language, **params) for language in LANGUAGES})


def _subtitle(lines: Sequence[LogLine]) -> Text:
    files, left = (sum(one.kind == kind for one in lines) for kind in ("source", "skipped"))
    return _text("log.subtitle", files=f"{files:,}", left=f"{left:,}")


def _rows(merge: Merge, lines: Sequence[LogLine], tabs: set[str]) -> Iterator[tuple[object, ...]]:
    """Walk the rows: a section's head, and its lines; a section without any is left out."""
    language = merge.language
    amounts = {name: say("merge", f"log.{name}", language) for name in AMOUNTS}
    sections: dict[str, list[LogLine]] = {name: [] for name in _SECTIONS}
    home = {kind: section for section, kinds in _SECTIONS.items() for kind in kinds}
    for line in lines:
        is_copy = line.kind == "duplicate" and not line.sheet
        sections[home["copy" if is_copy else line.kind]].append(line)
    for name, own in sections.items():
        if own:
            has_amounts = any(line.total for line in own)
            title = say("merge", f"log.sections.{name}", language)
            yield (SectionHead(title=title, labels=amounts if has_amounts else {}),)
            for line in own:
                yield _row(line, merge, tabs)


def _row(line: LogLine, merge: Merge, tabs: set[str]) -> tuple[object, ...]:
    language, total = merge.language, line.total
    review = say("sheets", "review.tab", language)
    # The cells that a problem names stand in another file; the Review leads to them here.
    to_check = Place(sheet=review) if line.kind == "problem" else None
    head = (
        _chip(line, merge),
        line.file,
        _linked(line.sheet, Place(sheet=line.sheet) if line.sheet in tabs else None),
        _linked(line.item, to_check),
    )
    kind = say("merge", f"log.kinds.{line.kind}", language)
    tail = (kind, line.department)
    if total is None:
        note = AttachedCell(value=line.note, span=1 + len(AMOUNTS))
        return (*head, note, *[""] * len(AMOUNTS), *tail)
    return (*head, "", *(round(float(getattr(total, name)), 4) for name in AMOUNTS), *tail)


def _linked(text: str, link: Place | None) -> object:
    return (
        AttachedCell(value=text, look="link", link=link, tip=str(link)) if text and link else text
    )


def _chip(line: LogLine, merge: Merge) -> AttachedCell:
    """Return the state of a line, coloured, with its symbol."""
    language, total = merge.language, line.total
    if total is not None:
        state = "balanced" if total.reconciles else "off"
        rest = total.read - total.merged - total.duplicates - total.overruled - total.withdrawn
        word = say("merge", f"log.{state}", language, rest=f"{rest:,.2f}")
    elif line.severity:
        state, word = line.severity, say("merge", f"log.severities.{line.severity}", language)
    else:
        state, word = line.kind, say("merge", f"log.kinds.{line.kind}", language)
    # What is fine stays plain, but for the totals of all.
    look = "done" if line.kind == "sum" and state == "balanced" else _LOOKS.get(state, "plain")
    symbol = LOOKS[_SYMBOLS.get(state, "open") if look == "plain" else look].symbol
    return AttachedCell(value=f"{symbol} {word}", look=look)
