"""What a merged workbook says of the merge: where its log is, and how many conflicts it lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from ..languages import LANGUAGES
from ..places import Place
from ..records import Reading
from ..wording import say
from .model import Merged

__all__ = ["merged_of"]

# The sheets that a merge attaches.
_LOG: Final = "merge_log"
_CONFLICTS: Final = "merge_conflicts"


def merged_of(reading: Reading) -> Merged | None:
    """Return what a merged workbook says of the merge; None for any other workbook."""
    if _LOG not in reading.attachments:
        return None
    lines = reading.attachments.get(_CONFLICTS, ())
    used = {say("merge", "conflicts.yes", language) for language in LANGUAGES}
    standing = Counter(_number(line) for line in lines if line.get("kept") in used)
    return Merged(
        log=_tab(reading, "log"),
        conflicts=max(map(_number, lines), default=0),
        doubled=sum(count > 1 for count in standing.values()),
        listed=_tab(reading, "conflicts"),
    )


def _number(line: Mapping[str, object]) -> int:
    """Return the number of the conflict a line belongs to; they count from 1."""
    value = line.get("number")
    return int(value) if isinstance(value, int | float) else 0


def _tab(reading: Reading, sheet: str) -> Place:
    return Place(file=reading.file, sheet=say("merge", f"{sheet}.tab", reading.language))
