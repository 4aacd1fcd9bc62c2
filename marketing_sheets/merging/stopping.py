"""The error of a merge that was told to stop where files disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import MergeConflict
from ..languages import LANGUAGES, Text
from ..wording import say
from .log import column_label, sheet_label
from .model import Conflict, Merge

__all__ = ["stopped"]

_LISTED = 5


def stopped(merge: Merge, conflicts: Sequence[Conflict]) -> MergeConflict:
    """Return the error that lists the first conflicts, in whatever language it will be said."""
    listed = Text(
        {
            language: "\n".join(_lines(replace(merge, language=language), conflicts))
            for language in LANGUAGES
        }
    )
    return MergeConflict("merge_conflict", count=len(conflicts), listed=listed)


def _lines(merge: Merge, conflicts: Sequence[Conflict]) -> list[str]:
    lines = []
    for conflict in conflicts[:_LISTED]:
        said = " / ".join(f"{v.text or '–'} ({v.place})" for v in conflict.versions)
        sheet = sheet_label(merge, conflict.sheet)
        name = " · ".join(word for word in conflict.key if word)
        column = column_label(merge, conflict.sheet, conflict.column)
        where = " › ".join(part for part in (sheet, name, column) if part)
        lines.append(f"  {where}: {said}")
    if merge.across:
        lines.append(say("merge", "log.notes.across", merge.language, count=merge.across))
    return lines
