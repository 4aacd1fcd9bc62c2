"""Settle the conflicts of a merged workbook as its sheet Conflicts says, without its sources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..ooxml import laid_on, read_properties
from ..problems import Place
from ..reader import read_workbook
from ..records import LOG, Reading, SheetRecords
from ..template import Campaign, TableSheet
from ..texts import LANGUAGES, say
from ..values import parse
from .base import source_of
from .cells import Cells
from .engine import merge_sources
from .model import ALERTS, CONFLICTS, LISTS, Conflict, Merge, Version
from .pile import owners_of, pile_up
from .sources import KIND, MERGED
from .way import Decision, Way, conflict_rows, decisions_of, text_of, typed
from .writing import CHANGES, MergeResult, write_merge

# Lines of the old log that tell how the merge came about; the others are written anew.
_KEPT = ("source", "skipped", "duplicate", "withdrawn", "accepted", "extra_sheet")
_LISTED = 8
_CELL = re.compile(r"^(?:(?P<sheet>.*) › )?(?P<column>[A-Z]{1,3})?(?P<row>\d+)$")


def settle(
    path: Path | str,
    output: Path | str | None = None,
    *,
    as_of: date | None = None,
    today: date | None = None,
    created: datetime | None = None,
    overwrite: bool = False,
) -> MergeResult:
    """Let a merged workbook say what people ticked or typed on its sheet Conflicts.

    `output` None writes in place, where nothing of people's own is in the workbook. Figures are as
    of `as_of`, else the day the workbook says, else `today`. What is not decided stays as it is.

    Raises UsageError for a workbook that is no merge, and as `merge` does.
    """
    path = Path(path)
    reading = read_workbook(path)
    is_merge = read_properties(path).get(KIND) == MERGED
    if not is_merge or CONFLICTS not in reading.attachments:
        raise UsageError("nothing_to_settle", file=path.name)
    own = {say("sheets", "summary.tab", language) for language in LANGUAGES}
    things = [f"{one.sheet} › {one.cell}" for one in laid_on(path) if one.sheet not in own]
    if output is None and (reading.extra_sheets or things):
        listed = ", ".join([*reading.extra_sheets, *things[:_LISTED]])
        raise UsageError("settle_would_lose", file=path.name, things=listed)
    stated = reading.form.get(Campaign.AS_OF)
    day = as_of or (stated if isinstance(stated, date) else today)
    if day is None:
        raise UsageError("as_of_missing", file=path.name)
    moment = created or (reading.modified and reading.modified.replace(tzinfo=None, microsecond=0))
    return write_merge(
        settled(reading),
        path if output is None else Path(output),
        as_of=day,
        created=moment,
        overwrite=overwrite or output is None,
    )


def settled(reading: Reading) -> Merge:
    """Return a merged workbook as a merge in which decided conflicts are settled, others open."""
    file = reading.file or ""
    # Records of which every version stands are found again by themselves.
    first, rest = _merged(reading)
    applied: dict[str, Conflict] = {}
    lines = conflict_rows(reading)
    for name, decision in rest.items():
        conflict = replace(_conflict(name, lines[name]), state="settled", use=decision.marks)
        changed = _applied(reading, conflict, decision)
        if changed is not None:
            reading, applied[name] = changed, conflict
    merge = _merged(reading)[0] if applied else first
    known = {one.name for one in (*merge.conflicts, *merge.settled)} | applied.keys()
    still = tuple(_conflict(name, rows) for name, rows in lines.items() if name not in known)
    kinds = {say("merge", f"log.kinds.{one}", language) for one in _KEPT for language in LANGUAGES}
    log = tuple(r for r in reading.attachments.get(LOG, ()) if str(r.get("kind")) in kinds)
    return replace(
        merge,
        conflicts=(*merge.conflicts, *still),
        settled=(*merge.settled, *applied.values()),
        problems=tuple(one for one in merge.problems if one.place.file in {file, None}),
        carried={LOG: log, CHANGES: reading.attachments.get(CHANGES, ())},
    )


def _merged(reading: Reading) -> tuple[Merge, dict[str, Decision]]:
    source = source_of(reading, file=reading.file or "", modified=reading.modified)
    decisions = decisions_of([source])
    way = Way(template=reading.template, language=reading.language, decisions=decisions)
    return merge_sources([source], way), decisions.rest()


def _conflict(name: str, rows: Sequence[Mapping[str, object]]) -> Conflict:
    """Return a conflict as its lines on the sheet say."""
    sheet, column, record = (*name.split("|", 2), "", "")[:3]
    yes = {say("merge", "conflicts.yes", language) for language in LANGUAGES}
    gone = {say("merge", "conflicts.gone", language) for language in LANGUAGES}
    texts = [text_of(row, "value") for row in rows]
    return Conflict(
        sheet=sheet,
        key=tuple(part for part in text_of(rows[0], "key").split(" · ") if part),
        column=column,
        versions=tuple(
            Version(
                text="" if text in gone else text,
                file=text_of(row, "file"),
                place=_place(text_of(row, "file"), text_of(row, "place")),
            )
            for row, text in zip(rows, texts, strict=True)
        ),
        kept=tuple(at for at, row in enumerate(rows) if text_of(row, "kept") in yes),
        record=record,
    )


def _place(file: str, text: str) -> Place:
    found = _CELL.match(text)
    if found is None:
        return Place(file=file, sheet=text or None)
    column = 0
    for letter in found["column"] or "":
        column = column * 26 + ord(letter) - ord("A") + 1
    return Place(file=file, sheet=found["sheet"], row=int(found["row"]), column=column or None)


def _applied(reading: Reading, conflict: Conflict, decision: Decision) -> Reading | None:
    """Return a reading that says what was decided; None where that cannot be done here."""
    text = decision.text
    if text is None:
        return None
    if conflict.sheet == ALERTS:
        alerts = tuple(
            replace(one, own_owner=text) if one.key == conflict.record else one
            for one in reading.remembered
        )
        return replace(reading, remembered=alerts)
    if conflict.sheet == LISTS:
        value = parse(text, "percent" if text.endswith("%") else "number").value
        if conflict.column not in reading.settings or not isinstance(value, int | float):
            return None
        return replace(reading, settings={**reading.settings, conflict.column: value})
    sheet = next((one for one in reading.template.sheets if one.id == conflict.sheet), None)
    if isinstance(sheet, TableSheet):
        return _in_table(reading, sheet, conflict, text)
    field = next((one for one in reading.template.fields() if one.id == conflict.column), None)
    found = None if field is None else typed(text, field, reading)
    if found is None:
        return None
    value = found.values.astype(object).iat[0]
    return replace(reading, form={**reading.form, conflict.column: value})


def _in_table(reading: Reading, sheet: TableSheet, conflict: Conflict, text: str) -> Reading | None:
    """Return a reading whose one row of that record says what was decided."""
    records = reading.sheets.get(sheet.id)
    source = source_of(reading, file=reading.file or "")
    pile = pile_up(sheet, [source])
    if records is None or pile is None:
        return None
    way = Way(template=reading.template, language=reading.language)
    cells = Cells(pile=pile, way=way, owners=owners_of(pile, None))
    rows = [at for at in range(len(records.frame)) if cells.record(at) == conflict.record]
    if len(rows) != 1:
        return None
    if not conflict.column:  # a row that one side deleted: it goes, or stays as it is
        others = [at for at in range(len(records.frame)) if at != rows[0]]
        changed = records if text else records.taken(others)
    elif conflict.column in sheet:
        found = typed(text, sheet[conflict.column], reading)
        if found is None:
            return None
        changed = _with(records, rows[0], conflict.column, found.values.iat[0], text)
    else:
        return None
    return replace(reading, sheets={**reading.sheets, sheet.id: changed}, totals=())


def _with(records: SheetRecords, row: int, name: str, value: Any, text: str) -> SheetRecords:
    frame, raw = records.frame.copy(), records.raw.astype(object).copy()
    frame.loc[row, name], raw.loc[row, name] = value, text
    remarks = {
        column: {at: said for at, said in texts.items() if (at, column) != (row, name)}
        for column, texts in records.remarks.items()
    }
    return replace(records, frame=frame, raw=raw, remarks=remarks)
