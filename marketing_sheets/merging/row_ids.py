"""Give every row a name that stays with it, whatever is edited in it later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from ..records import SheetRecords
from ..templates import TableSheet
from .row_texts import RowTexts

__all__ = ["row_ids"]

_LENGTH = 12


def row_ids(records: SheetRecords, sheet: TableSheet, texts: Sequence[RowTexts]) -> list[str]:
    """Return an id per record: the one it has, else a hash of its key, else of its content.

    Ids are unique in the sheet; the same file gives the same ids.
    """
    given = _given(records)
    taken = {row_id for row_id in given if row_id}
    counts: dict[str, int] = {}
    ids: list[str] = []
    for at, row in enumerate(texts):
        if given[at]:
            ids.append(given[at])
            continue
        key = row.key(sheet)
        name = json.dumps([sheet.id, key or row.content], ensure_ascii=False)
        while (row_id := _hash(name, counts.get(name, 0))) in taken:
            counts[name] = counts.get(name, 0) + 1
        taken.add(row_id)
        ids.append(row_id)
    return ids


def _given(records: SheetRecords) -> list[str]:
    """Return the ids that rows carry already; of two that are the same only the first."""
    blank = [""] * len(records.frame)
    if records.origins is None or "row_id" not in records.origins:
        return blank
    seen: set[str] = {""}
    for at, value in enumerate(records.origins["row_id"].tolist()):
        if isinstance(value, str) and value not in seen:
            seen.add(value)
            blank[at] = value
    return blank


def _hash(name: str, occurrence: int) -> str:
    return hashlib.sha256(f"{name}#{occurrence}".encode()).hexdigest()[:_LENGTH]
