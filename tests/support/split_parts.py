"""Workbooks split in memory, so that edits and their merge can be tried by the hundred."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from marketing_sheets.merging import By, Merge, Policy, base_attachment
from marketing_sheets.merging.base import source_of
from marketing_sheets.merging.engine import merge_sources
from marketing_sheets.merging.model import Source
from marketing_sheets.merging.totals import check_merged
from marketing_sheets.merging.way import Way
from marketing_sheets.records import Reading, SheetRecords
from marketing_sheets.splitting.plan import plan_split
from support.readings import TEMPLATE, reading

__all__ = [
    "HEADQUARTERS",
    "MASTER",
    "added",
    "edited",
    "merged",
    "parts",
    "removed",
    "says",
    "task",
]

HEADQUARTERS = "总部.xlsx"
MASTER = "master_tracker"
DEPARTMENTS = ("marketing", "sales", "design")


def task(name: str, department: str | None, **cells: object) -> dict[str, object]:
    """Return a row of the tracker."""
    return {
        "stage": "preparation",
        "task": name,
        "department": department,
        "owner": "张三",
        "planned_start": pd.Timestamp("2024-05-01"),
        "status": "in_progress",
        **cells,
    }


def headquarters(rows: Sequence[Mapping[str, object]]) -> Reading:
    """Return headquarters' file with these tasks."""
    return replace(reading({MASTER: rows}), file=HEADQUARTERS, sha256="ab" * 32)


def parts(whole: Reading, by: By = "department") -> dict[str, Reading]:
    """Return the parts of a workbook by value, as they read before anybody edits them."""
    plan = plan_split(whole, by)
    found: dict[str, Reading] = {}
    for value in plan.values():
        attachment = base_attachment(plan.base(value))
        names = [column.id for column in attachment.columns]
        lines = tuple(dict(zip(names, row, strict=True)) for row in attachment.rows)
        found[value] = replace(
            whole,
            file=f"{value or '未分配'}.xlsx",
            sha256=f"{len(found):064d}",
            form=plan.form(value),
            sheets=plan.records(value),
            attachments={"base": lines},
            totals=(),
        )
    return found


def merged(
    readings: Sequence[Reading],
    *,
    policy: Policy = "keep-both",
    per_department: bool | None = None,
    check: bool = True,
) -> Merge:
    """Merge readings three-way and hold the result against its account."""
    sources: list[Source] = [source_of(one, file=str(one.file)) for one in readings]
    way = Way(template=TEMPLATE, language="zh-Hans", policy=policy, per_department=per_department)
    merge = merge_sources(sources, way)
    if check:
        check_merged(merge)
    return merge


def _changed(
    whole: Reading, change: Callable[[SheetRecords], SheetRecords], sheet: str = MASTER
) -> Reading:
    return replace(whole, sheets={**whole.sheets, sheet: change(whole.sheets[sheet])}, totals=())


def edited(whole: Reading, row: int, column: str, value: Any) -> Reading:
    """Return the workbook with one cell typed anew; None clears it."""

    def change(records: SheetRecords) -> SheetRecords:
        frame, raw = records.frame.copy(), records.raw.copy()
        frame.loc[row, column] = value
        raw[column] = raw[column].astype(object)
        raw.loc[row, column] = value
        return replace(records, frame=frame, raw=raw)

    return _changed(whole, change)


def removed(whole: Reading, row: int) -> Reading:
    """Return the workbook without one row."""

    def change(records: SheetRecords) -> SheetRecords:
        keep = [at for at in range(len(records.frame)) if at != row]
        return _taken(records, keep)

    return _changed(whole, change)


def added(whole: Reading, row: Mapping[str, object]) -> Reading:
    """Return the workbook with one more row at the end, as staff type it: without an id."""

    def change(records: SheetRecords) -> SheetRecords:
        new = reading({MASTER: [row]}).sheets[MASTER]
        frame = pd.concat([records.frame, new.frame], ignore_index=True)
        frame = frame.astype(records.frame.dtypes)
        raw = pd.concat([records.raw, new.raw], ignore_index=True).astype(object)
        rows = pd.Series([*records.rows.tolist(), max(records.rows, default=6) + 1])
        origins = records.origins
        if origins is not None:
            origins = origins.reindex(range(len(frame)))
        return replace(
            records, frame=frame, raw=raw, rows=rows.to_numpy(), origins=origins, reasons=None
        )

    return _changed(whole, change)


def copied(whole: Reading, row: int) -> Reading:
    """Return the workbook with a row copied to the end, hidden id and all."""

    def change(records: SheetRecords) -> SheetRecords:
        keep = [*range(len(records.frame)), row]
        new = _taken(records, keep)
        rows = new.rows.copy()
        rows[-1] = max(rows) + 1
        return replace(new, rows=rows)

    return _changed(whole, change)


def pasted(whole: Reading, order: Sequence[int]) -> Reading:
    """Return a part whose visible cells people brought into another order; its ids stayed."""
    records = whole.sheets[MASTER]
    frame, raw = (
        table.take(order).reset_index(drop=True) for table in (records.frame, records.raw)
    )
    return replace(
        whole, sheets={**whole.sheets, MASTER: replace(records, frame=frame, raw=raw)}, totals=()
    )


def without_ids(whole: Reading) -> Reading:
    """Return the workbook without the hidden column of row ids."""
    return _changed(whole, lambda records: replace(records, origins=None))


def _taken(records: SheetRecords, keep: Sequence[int]) -> SheetRecords:
    def taken(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.take(list(keep)).reset_index(drop=True)

    return replace(
        records,
        frame=taken(records.frame),
        raw=taken(records.raw),
        rows=records.rows[list(keep)],
        origins=None if records.origins is None else taken(records.origins),
        reasons=None,
    )


def says(merge: Merge, column: str, sheet: str = MASTER) -> dict[str, Any]:
    """Return what the merged rows say in a column, by task."""
    frame = merge.sheets[sheet].frame
    return dict(zip(frame["task"], frame[column].astype(object), strict=True))
