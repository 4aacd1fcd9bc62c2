"""Workbooks to merge, made by hand: what reading them gives, without any file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from marketing_sheets.loading import library_template
from marketing_sheets.merging import Merge, Policy
from marketing_sheets.merging.base import source_of
from marketing_sheets.merging.engine import merge_sources
from marketing_sheets.merging.model import Source
from marketing_sheets.merging.totals import check_merged
from marketing_sheets.merging.way import Way
from marketing_sheets.problems import Problem
from marketing_sheets.records import LOG, ControlTotal, Origin, Reading, SheetRecords
from marketing_sheets.template import TableSheet, Template
from marketing_sheets.texts import Language, say

__all__ = ["TEMPLATE", "merged", "output", "records", "rows_of", "workbook"]

Row = Mapping[str, object]
TEMPLATE = library_template("campaign_tracker")
_TEXT = pd.StringDtype("python")
_DTYPES: dict[str, Any] = {
    "integer": "Int64",
    "number": "Float64",
    "money": "Float64",
    "percent": "Float64",
    "ratio": "Float64",
    "quantity": "Float64",
    "date": "datetime64[ns]",
}


def records(
    sheet_id: str, rows: Sequence[Row], *, file: str, template: Template = TEMPLATE
) -> SheetRecords:
    """Return records as reading gives them, the first in row 7.

    In a row, `<column>!` is what stands in a cell that has no value, `+<header>` a cell of staff's
    own column, `@row` the row's number.
    """
    sheet = template[sheet_id]
    assert isinstance(sheet, TableSheet)
    frame = pd.DataFrame(
        {c.id: pd.Series([r.get(c.id) for r in rows], dtype=_dtype(c.type)) for c in sheet.columns}
    )
    raw = pd.DataFrame(
        {
            c.id: pd.Series([r.get(f"{c.id}!", r.get(c.id)) for r in rows], dtype=object)
            for c in sheet.inputs
        }
    )
    own = {name[1:]: None for row in rows for name in row if name.startswith("+")}
    extras = {name: pd.Series([row.get(f"+{name}") for row in rows], dtype=object) for name in own}
    numbers = [row.get("@row", 7 + at) for at, row in enumerate(rows)]
    return SheetRecords(
        sheet=sheet_id,
        frame=frame,
        raw=raw,
        rows=np.array(numbers, dtype=np.int64),
        origin=Origin(
            file=file,
            sheet=sheet.label["zh-Hans"],
            header_row=6,
            columns={column.id: number for number, column in enumerate(sheet.columns, 1)},
        ),
        extras=pd.DataFrame(extras) if extras else None,
    )


def workbook(
    file: str,
    sheets: Mapping[str, Sequence[Row]],
    *,
    form: Mapping[str, Any] | None = None,
    modified: datetime | None = None,
    choices: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    settings: Mapping[str, float] | None = None,
    problems: Sequence[Problem] = (),
    sha256: str | None = None,
    language: Language = "zh-Hans",
    template: Template = TEMPLATE,
) -> Source:
    """Return a workbook that takes part in a merge."""
    tables = {
        name: records(name, rows, file=file, template=template) for name, rows in sheets.items()
    }
    reading = Reading(
        template=template,
        language=language,
        file=file,
        form={field.id: (form or {}).get(field.id) for field in template.fields()},
        sheets=tables,
        problems=tuple(problems),
        totals=tuple(
            ControlTotal(sheet=name, column=None, read=len(rows), used=len(rows), listed={})
            for name, rows in sheets.items()
        ),
        choices=choices or {},
        settings=settings or {},
        sha256=sha256 or hashlib.sha256(file.encode()).hexdigest(),
    )
    return source_of(reading, file=file, modified=modified)


def merged(
    sources: Sequence[Source], policy: Policy = "keep-both", *, per_department: bool | None = None
) -> Merge:
    """Merge, and make sure that the merge agrees with itself."""
    way = Way(template=TEMPLATE, language="zh-Hans", policy=policy, per_department=per_department)
    merge = merge_sources(sources, way)
    check_merged(merge)
    return merge


def output(merge: Merge, file: str = "out.xlsx", **more: Any) -> Source:
    """Return what reading the workbook of a merge gives."""
    kind = say("merge", "log.kinds.source", merge.language)
    reading = Reading(
        template=merge.template,
        language=merge.language,
        file=file,
        form=merge.form,
        sheets=merge.sheets,
        choices=merge.choices,
        settings={k: v for k, v in merge.settings.items() if isinstance(v, float)},
        thresholds=merge.thresholds,
        holidays=merge.holidays,
        sha256=hashlib.sha256(file.encode()).hexdigest(),
        attachments={LOG: tuple({"kind": kind, "file": source.file} for source in merge.sources)},
    )
    return source_of(reading, file=file, **more)


def rows_of(merge: Merge, sheet_id: str, *columns: str) -> list[tuple[Any, ...]]:
    """Return the named columns of a merged sheet, and of its origins, row by row; None is blank."""
    held = merge.sheets[sheet_id]
    assert held.origins is not None
    found = []
    for name in columns:
        series = held.frame[name] if name in held.frame else held.origins[name]
        found.append([None if pd.isna(value) else value for value in series.tolist()])
    return list(zip(*found, strict=True))


def _dtype(kind: str) -> Any:
    return _DTYPES.get(kind, _TEXT)
