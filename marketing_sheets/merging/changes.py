"""The sheet that lists what a three-way merge took over from either side."""

from __future__ import annotations

from collections.abc import Iterator

from ..languages import LANGUAGES, Text
from ..records import AttachedColumn, Attachment
from ..wording import say
from .log import MOST_LINES, column_label, sheet_label
from .model import Merge

__all__ = ["CHANGES", "change_sheets"]

CHANGES = "merge_changes"
# Each column, its wording and its width; most are the conflicts' own.
_COLUMNS = (
    ("kind", "changes.kind", 11),
    ("sheet", "conflicts.sheet", 15),
    ("key", "conflicts.key", 30),
    ("column", "conflicts.column", 17),
    ("before", "changes.before", 28),
    ("after", "changes.after", 40),
    ("file", "changes.file", 30),
    ("place", "conflicts.place", 20),
)

_Row = tuple[object, ...]


def change_sheets(merge: Merge) -> tuple[Attachment, ...]:
    """Return the accepted changes, one a row; nothing for a merge that is not three-way."""
    if not merge.is_three_way:
        return ()
    rows = [*_edits(merge), *_deletions(merge)]
    more = len(rows) - MOST_LINES
    if more > 0:
        text = say("merge", "changes.rest", merge.language, count=f"{more:,}")
        rows[MOST_LINES:] = [(text, *[""] * (len(_COLUMNS) - 1))]
    sheet = Attachment(
        id=CHANGES,
        tab=_text("changes.tab"),
        title=_text("changes.title"),
        subtitle=_text("changes.subtitle"),
        columns=tuple(
            AttachedColumn(id=name, label=_text(key), width=float(width))
            for name, key, width in _COLUMNS
        ),
        rows=rows,
    )
    return (sheet,)


def _text(key: str) -> Text:
    return Text({language: say("merge", key, language) for language in LANGUAGES})


def _edits(merge: Merge) -> Iterator[_Row]:
    """List the cells and rows taken over, the edits before the additions, sheet by sheet."""
    language = merge.language
    blank = say("merge", "changes.blank", language)
    for change in sorted(merge.changes, key=lambda change: not change.column):
        kind = "edited" if change.column else "added"
        yield (
            say("merge", f"changes.{kind}", language),
            sheet_label(merge, change.sheet),
            " · ".join(part for part in change.key if part),
            column_label(merge, change.sheet, change.column),
            (change.before or blank) if change.column else "",
            change.after or blank,
            change.file,
            _where(change.place.sheet, change.place.cell),
        )


def _deletions(merge: Merge) -> Iterator[_Row]:
    """List the rows that one side deleted: which file no longer has it, where it stood."""
    language = merge.language
    for row in merge.withdrawn:
        yield (
            say("merge", "changes.withdrawn", language),
            sheet_label(merge, row.sheet),
            " · ".join(part for part in row.key if part),
            column_label(merge, row.sheet, ""),
            str(row.place),
            say("merge", "conflicts.gone", language),
            row.by,
            "",
        )


def _where(sheet: str | None, cell: str | None) -> str:
    return " › ".join(part for part in (sheet, cell) if part)
