"""The sheets that tell how a merge came about: the merge log, and the conflicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from ..languages import LANGUAGES, Text
from ..records import AttachedColumn, Attachment
from ..wording import say
from .labels import advice, column_label, outcome, sheet_label, where
from .log_lines import AMOUNTS, log_lines
from .model import Conflict, Merge

__all__ = [
    "CONFLICTS",
    "LOG",
    "MOST_LINES",
    "advice",
    "column_label",
    "conflict_sheet",
    "log_sheet",
    "sheet_label",
]

LOG, CONFLICTS = "merge_log", "merge_conflicts"
_LOG_KINDS: Mapping[str, Literal["number", "mark"]] = {
    **dict.fromkeys(AMOUNTS, "number"),
    "balance": "mark",
}
_LOG_FIRST = ("kind", "severity", "file", "sheet", "item")
_LOG_WIDTHS = {
    "kind": 14,
    "severity": 9,
    "file": 30,
    "sheet": 15,
    "item": 22,
    "balance": 11,
    "note": 64,
}
_CONFLICT_WIDTHS = {
    "number": 7,
    "sheet": 15,
    "key": 30,
    "column": 17,
    "value": 34,
    "file": 30,
    "place": 20,
    "kept": 11,
}

# More lines than anybody reads; the whole account is in what `--json` prints.
MOST_LINES = 100_000

_Row = tuple[object, ...]


def log_sheet(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Attachment:
    """Return the merge log: all totals, whose file is whose, what was left out and why.

    `continued` tells the tabs in which a long table goes on, per sheet.
    """
    return Attachment(
        id=LOG,
        tab=_text("log.tab"),
        title=_text("log.title"),
        subtitle=_text("log.subtitle"),
        columns=tuple(
            AttachedColumn(
                id=name,
                label=_text(f"log.{name}"),
                width=float(_LOG_WIDTHS.get(name, 13)),
                kind=_LOG_KINDS.get(name, "text"),
            )
            for name in (*_LOG_FIRST, *AMOUNTS, "balance", "note")
        ),
        rows=[*log_lines(merge, continued)],
    )


def conflict_sheet(merge: Merge) -> Attachment:
    """Return the conflicts: each version of a cell on a row of its own, and which was used."""
    count = len(merge.conflicts)
    rows, listed = _listed_conflicts(merge)
    return Attachment(
        id=CONFLICTS,
        tab=_text("conflicts.tab"),
        title=_text("conflicts.title"),
        subtitle=_text("conflicts.some" if count else "conflicts.none", count=count),
        columns=tuple(
            AttachedColumn(
                id=name,
                label=_text(f"conflicts.{name}"),
                width=float(width),
                kind="number" if name == "number" else "text",
            )
            for name, width in _CONFLICT_WIDTHS.items()
        ),
        rows=rows if listed == count else [*rows, _rest(merge, count - listed)],
    )


def _listed_conflicts(merge: Merge) -> tuple[list[_Row], int]:
    """Return the lines of as many conflicts as are listed, and how many these are."""
    rows: list[_Row] = []
    for number, conflict in enumerate(merge.conflicts, start=1):
        if len(rows) + len(conflict.versions) > MOST_LINES:
            return rows, number - 1
        rows += _conflict_rows(number, conflict, merge)
    return rows, len(merge.conflicts)


def _rest(merge: Merge, count: int) -> _Row:
    """Say how many conflicts are not listed."""
    text = say("merge", "conflicts.rest", merge.language, count=f"{count:,}")
    # The number of the last conflict, so that the numbers tell how many there are.
    return (len(merge.conflicts), "", text, "", "", "", "", "")


def _text(key: str, **params: object) -> Text:
    return Text({language: say("merge", key, language, **params) for language in LANGUAGES})


def _conflict_rows(number: int, conflict: Conflict, merge: Merge) -> Iterator[_Row]:
    language = merge.language
    for at, version in enumerate(conflict.versions):
        if conflict.kept:
            word = "yes" if at in conflict.kept else "no"
        else:
            word = outcome(conflict, merge)
        yield (
            number,
            sheet_label(merge, conflict.sheet),
            " · ".join(part for part in conflict.key if part),
            column_label(merge, conflict.sheet, conflict.column),
            version.text or ("" if conflict.column else say("merge", "conflicts.gone", language)),
            version.file,
            where(version.place),
            say("merge", f"conflicts.{word}", language),
        )
