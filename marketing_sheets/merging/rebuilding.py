"""Parts of a split whose hidden base is gone: how they are known, and what they were handed out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..records import Reading, SheetRecords
from ..templates import TableSheet, Template
from .base import Base, BaseRow, by_column, has_base
from .log import LOG
from .matching import Known, Now, match_rows
from .model import Source
from .row_ids import row_ids
from .row_texts import row_texts

__all__ = ["carried_ids", "is_marked", "is_part", "rebuilt", "shares_rows"]


def is_part(reading: Reading) -> bool:
    """Whether a workbook is a part of a split, by its base, its properties or its row ids."""
    if is_marked(reading):
        return True
    # What a three-way merge writes keeps the ids; it has a log.
    return LOG not in reading.attachments and any(
        any(carried_ids(records)) for records in reading.sheets.values()
    )


def is_marked(reading: Reading) -> bool:
    """Whether a workbook says that it is a part of a split."""
    return has_base(reading) or bool(reading.split)


def carried_ids(records: SheetRecords) -> list[str]:
    """Return the id that each row carries, "" where it has none."""
    if records.origins is None or "row_id" not in records.origins:
        return [""] * len(records.frame)
    return [one if isinstance(one, str) else "" for one in records.origins["row_id"].tolist()]


def shares_rows(reading: Reading, others: Sequence[Reading]) -> bool:
    """Whether others have rows that a part carries the ids of: merged plainly they count twice."""
    for sheet in reading.template.tables:
        records = reading.sheets.get(sheet.id)
        ids = set() if records is None else {row_id for row_id in carried_ids(records) if row_id}
        for other in others if ids else ():
            theirs = other.sheets.get(sheet.id)
            if theirs is not None and not ids.isdisjoint(_ids(theirs, sheet)):
                return True
    return False


def rebuilt(
    part: Source, headquarters: Source | None, known: Sequence[Base], template: Template
) -> Base:
    """Return what a part was handed out as, from headquarters' file and its siblings' bases.

    If headquarters' file is still the one that was split its rows tell; else they stand for what
    nobody knows (`BaseRow.is_sure`). Rows that were deleted in the part are not among them.
    """
    sibling = known[0]
    handed = {(row.sheet, row.row_id) for base in known for row in base.rows}
    is_same = headquarters is not None and headquarters.reading.sha256 == sibling.sha256
    rows = []
    for sheet in template.tables:
        records = part.reading.sheets.get(sheet.id)
        if records is None:
            continue
        theirs = None if headquarters is None else headquarters.reading.sheets.get(sheet.id)
        found = [] if theirs is None else [*_from(theirs, records, sheet, handed, sibling.by)]
        rows += [replace(row, is_sure=is_same) for row in found]
        if not is_same:
            taken = handed | {(row.sheet, row.row_id) for row in found}
            rows += _own(records, sheet, taken)
    return replace(sibling, value="", rows=tuple(rows))


def _from(
    whole: SheetRecords,
    part: SheetRecords,
    sheet: TableSheet,
    handed: set[tuple[str, str]],
    by: str,
) -> Iterator[BaseRow]:
    """Find a part's rows among those of headquarters that no other part was handed."""
    texts = row_texts(whole, sheet)
    free = [
        (at, Known(row_id=row_id, texts=texts[at]))
        for at, row_id in enumerate(row_ids(whole, sheet, texts))
        if (sheet.id, row_id) not in handed
    ]
    ids = carried_ids(part)
    now = [
        Now(texts=said, row_id=row_id)
        for said, row_id in zip(row_texts(part, sheet), ids, strict=True)
    ]
    column = by_column(sheet, by)
    rows = [row for _, row in free]
    for number in sorted(match_rows(rows, now, sheet, by=column, has_ids=any(ids))):
        at, row = free[number]
        yield BaseRow(sheet=sheet.id, row_id=row.row_id, position=at, texts=row.texts)


def _own(part: SheetRecords, sheet: TableSheet, taken: set[tuple[str, str]]) -> Iterator[BaseRow]:
    """Take the rows that were handed out and that headquarters no longer has for what they say."""
    texts = row_texts(part, sheet)
    for at, row_id in enumerate(carried_ids(part)):
        if row_id and (sheet.id, row_id) not in taken:
            taken.add((sheet.id, row_id))
            yield BaseRow(
                sheet=sheet.id, row_id=row_id, position=at, texts=texts[at], is_sure=False
            )


def _ids(records: SheetRecords, sheet: TableSheet) -> list[str]:
    return row_ids(records, sheet, row_texts(records, sheet))
