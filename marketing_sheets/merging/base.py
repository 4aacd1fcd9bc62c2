"""The base of a split: what each of its rows said when it was handed out, hidden in the file.

Parts whose hidden base is gone are known by what is left, and their base is built again. Whose
department a workbook is, stands here too: the base says so before its rows or its form do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any, Literal

from ..history import HEALTHS
from ..records import LOG, AttachedColumn, Attachment, HistoryDay, Reading, SheetRecords
from ..template import Campaign, Record, TableSheet, Template
from ..texts import LANGUAGES, Text, fold, say
from ..values import choice_spellings
from .model import Source
from .rows import Known, Now, RowTexts, id_text, match_rows, row_ids, row_texts

# What a workbook may be split by.
By = Literal["department", "owner", "channel"]
BASE = "base"
_COLUMNS = ("kind", "sheet", "row_id", "chunk", "text")
_HEAD, _ROW = "head", "row"
_FORMAT = 1
# Excel holds 32,767 characters in a cell.
_LONGEST = 32_000
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRow:
    """A row as it was handed out; `position` is its row in the file that was split.

    `is_sure` is off where the base is gone, so that the row may have said something else.
    """

    sheet: str
    row_id: str
    position: int
    texts: RowTexts
    is_sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What one part of a split was handed out as.

    `split` names the split: all its parts have the same. `file` and `sha256` are those of the file
    that was split; `value` is what the rows of this part share in `by`, "" for those that fit
    nowhere. `form` and `settings` are texts by id, `thresholds` by what `thresholds.base_name`
    makes of a cell, `holidays` days in ISO form, `choices` attributes of list entries by
    `form.choice_name`, `alerts` the owners that people named for alerts by key, `history` the days
    it keeps, as that file had them; an older base has no choices (`has_choices`).
    """

    split: str
    file: str
    sha256: str
    by: str
    value: str
    form: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, str] = field(default_factory=dict)
    holidays: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    has_choices: bool = True
    alerts: Mapping[str, str] = field(default_factory=dict)
    history: tuple[HistoryDay, ...] = ()
    rows: tuple[BaseRow, ...] = ()


def base_attachment(base: Base) -> Attachment:
    """Return the hidden sheet that holds a base."""
    head = {
        "format": _FORMAT,
        "split": base.split,
        "file": base.file,
        "sha256": base.sha256,
        "by": base.by,
        "value": base.value,
        "form": dict(base.form),
        "settings": dict(base.settings),
        "thresholds": dict(base.thresholds),
        "holidays": list(base.holidays),
        "choices": dict(base.choices),
        "alerts": dict(base.alerts),
        "history": [[d.day.isoformat(), d.health, dict(d.figures)] for d in base.history],
        "rows": len(base.rows),
        # Older bases have no kinds: there a missing one tells nothing.
        "kinds": all(row.texts.kinds is not None for row in base.rows),
    }
    lines: list[tuple[object, ...]] = list(_chunks(_HEAD, "", "", head))
    for row in base.rows:
        texts = row.texts
        document: dict[str, object] = {"at": row.position, "cells": dict(texts.cells)}
        if texts.typed:
            document["typed"] = dict(texts.typed)
        if texts.kinds:
            document["kinds"] = dict(texts.kinds)
        lines += _chunks(_ROW, row.sheet, row.row_id, document)
    return Attachment(
        id=BASE,
        tab=_text("base.tab"),
        title=_text("base.title"),
        subtitle=_text("base.subtitle"),
        columns=tuple(
            AttachedColumn(
                id=name, label=_text(f"base.{name}"), kind="number" if name == "chunk" else "text"
            )
            for name in _COLUMNS
        ),
        rows=tuple(lines),
        is_hidden=True,
    )


def by_column(sheet: TableSheet, by: str) -> str | None:
    """Return the column that tells whose a row is, None where the sheet has none."""
    if by == "owner" and Record.OWNER in sheet:
        return Record.OWNER
    kind = {"owner": "person", "department": "department"}.get(by)
    return next(
        (c.id for c in sheet.inputs if c.type == kind or (kind is None and c.choices == by)), None
    )


def has_base(reading: Reading) -> bool:
    """Whether a workbook is a part of a split."""
    return BASE in reading.attachments


def is_nobodys(reading: Reading) -> bool:
    """Whether a workbook is the part of a split by department with the rows of no department."""
    lines = (line for line in reading.attachments.get(BASE, ()) if line.get("kind") == _HEAD)
    head = next((str(line.get("text")) for line in lines if line.get("chunk") == 1), "")
    try:
        # A head in several cells is no whole document; it is that of a very long guide.
        told = json.loads(head)
    except ValueError:
        base = base_of(reading)
        return base is not None and base.by == "department" and not base.value
    return bool(told.get("by") == "department" and not told.get("value"))


def base_of(reading: Reading) -> Base | None:
    """Return the base a workbook was handed out with; None where there is none that is whole."""
    lines = reading.attachments.get(BASE, ())
    try:
        documents = dict(_documents(lines))
        head = documents.pop((_HEAD, "", ""))
        if head["format"] != _FORMAT or head["rows"] != len(documents):
            return None
        return Base(
            split=head["split"],
            file=head["file"],
            sha256=head["sha256"],
            by=head["by"],
            value=head["value"],
            form=head["form"],
            settings=head["settings"],
            thresholds=head.get("thresholds", {}),
            holidays=tuple(head.get("holidays", ())),
            choices=head.get("choices", {}),
            has_choices="choices" in head,
            alerts=head.get("alerts", {}),
            history=tuple(
                HistoryDay(
                    day=date.fromisoformat(day),
                    health=health,
                    figures={name: float(value) for name, value in dict(figures).items()},
                )
                for day, health, figures in head.get("history", ())
                if health in HEALTHS
            ),
            rows=tuple(
                BaseRow(
                    sheet=sheet,
                    row_id=id_text(row_id),
                    position=row["at"],
                    texts=_row_texts(row, has_kinds=bool(head.get("kinds"))),
                )
                for (_, sheet, row_id), row in documents.items()
            ),
        )
    except (KeyError, TypeError, ValueError):
        # People can unhide a sheet and change it; what is no longer whole is not to be trusted.
        return None


def _chunks(
    kind: str, sheet: str, row_id: str, document: Mapping[str, object]
) -> Iterator[tuple[object, ...]]:
    """Cut a document into cells. Blanks are escaped, lest a cell begin or end with one."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    text = _SPACE.sub(lambda blank: f"\\u{ord(blank[0]):04x}", text)
    for number, first in enumerate(range(0, len(text), _LONGEST), 1):
        yield kind, sheet, row_id, number, text[first : first + _LONGEST]


def _documents(
    lines: Sequence[Mapping[str, object]],
) -> Iterator[tuple[tuple[str, str, str], Mapping[str, Any]]]:
    """Join the cells of each document again, in whatever order their rows are now."""
    pieces: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for line in lines:
        kind, sheet, row_id = (str(line.get(name) or "") for name in _COLUMNS[:3])
        number = int(float(str(line["chunk"])))
        pieces.setdefault((kind, sheet, row_id), []).append((number, str(line["text"])))
    for name, chunks in pieces.items():
        chunks.sort()
        if [number for number, _ in chunks] != list(range(1, len(chunks) + 1)):
            raise ValueError(name)
        yield name, json.loads("".join(text for _, text in chunks))


def _row_texts(document: Mapping[str, Any], *, has_kinds: bool) -> RowTexts:
    cells = document["cells"]
    kinds = document.get("kinds", {}) if has_kinds or not cells else None
    return RowTexts(cells=cells, typed=document.get("typed", {}), kinds=kinds)


def _text(key: str) -> Text:
    return Text({language: say("split", key, language) for language in LANGUAGES})


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
    return [id_text(one) for one in records.origins["row_id"].tolist()]


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


def source_of(reading: Reading, *, file: str, modified: datetime | None = None) -> Source:
    """Return a workbook as one that takes part in a merge, with its department and campaign.

    `file` is its shown name. The department is what the form says; else it is left to the rows, if
    a table has departments; else it is the department that the file's name holds, or that name.
    The part of a split by department that holds what is nobody's has none but its rows'.
    """
    spellings = department_spellings(reading)
    is_rest = is_nobodys(reading)
    named = "" if is_rest else _named(file, spellings)
    campaign = reading.form.get(Campaign.NAME)
    said = _said(reading)
    source = Source(
        file=file,
        reading=reading,
        department=named,
        named=named,
        campaign=campaign if isinstance(campaign, str) else "",
        modified=modified if modified is not None else reading.modified,
        department_from="file_name",
    )
    if said:
        told = spellings.get(fold(said), said)
        return replace(source, department=told, department_from="guide")
    if is_rest or _rows_tell(reading):
        return replace(source, department="", department_from="rows")
    return source


def department_column(sheet: TableSheet) -> str | None:
    """Return the column that names the department of a row, None where a table has none."""
    return next((c.id for c in sheet.inputs if c.type == "department"), None)


def department_spellings(reading: Reading) -> dict[str, str]:
    """Return the folded spellings of all departments, those that staff added among them."""
    spellings: dict[str, str] = {}
    for name in _department_lists(reading.template):
        for spelling, department in choice_spellings(reading.template.choices[name]).items():
            spellings.setdefault(spelling, department)
        for entry in reading.choices.get(name, {}):
            spellings.setdefault(fold(entry), entry)
    return spellings


def _department_lists(template: Template) -> tuple[str, ...]:
    columns = [c for sheet in template.tables for c in sheet.columns] + list(template.fields())
    lists = {c.choices: None for c in columns if c.type == "department"}
    return tuple(name for name in lists if name is not None and name in template.choices)


def _said(reading: Reading) -> str:
    for each in reading.template.fields():
        value = reading.form.get(each.id)
        if each.type == "department" and isinstance(value, str) and value.strip():
            return value
    return ""


def _rows_tell(reading: Reading) -> bool:
    for sheet in reading.template.tables:
        column, records = department_column(sheet), reading.sheets.get(sheet.id)
        if records is None:
            continue
        if column is not None and column in records.frame and records.frame[column].notna().any():
            return True
        origins = records.origins
        if origins is not None and "department" in origins and origins["department"].notna().any():
            return True
    return False


def _named(file: str, spellings: Mapping[str, str]) -> str:
    """Return the one department that a file's name holds, else the name without its ending."""
    stem = PurePosixPath(file).stem
    folded = fold(stem)
    found = [word for word in spellings if word and word in folded]
    # Of 市场部 and 市场部一组 the longer says more; of two apart from each other none is meant.
    longest = [w for w in found if not any(w != other and w in other for other in found)]
    departments = {spellings[word] for word in longest}
    return departments.pop() if len(departments) == 1 else stem
