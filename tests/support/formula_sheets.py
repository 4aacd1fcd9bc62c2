"""Sheets of the campaign tracker, and records of them made from typed rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from marketing_sheets.loading import library_template
from marketing_sheets.records import Origin, SheetRecords
from marketing_sheets.template import TableSheet

TEMPLATE = library_template("campaign_tracker")
DAILY = next(sheet for sheet in TEMPLATE.tables if sheet.id == "daily_data")
EFFECT = next(sheet for sheet in TEMPLATE.tables if sheet.id == "effect_evaluation")
MASTER = next(sheet for sheet in TEMPLATE.tables if sheet.id == "master_tracker")

_DTYPES = {"integer": "Int64", "date": "datetime64[us]"}


def records(sheet: TableSheet, rows: list[dict[str, Any]]) -> SheetRecords:
    """Make the records of a sheet from typed rows; what a row lacks is missing."""
    frame = pd.DataFrame(index=range(len(rows)))
    for column in sheet.columns:
        dtype = _DTYPES.get(column.type, "Float64" if column.is_numeric else "str")
        values = [row.get(column.id) for row in rows]
        frame[column.id] = pd.Series(values, index=frame.index, dtype=dtype)
    origin = Origin(
        file=None,
        sheet=sheet.label["en"],
        header_row=6,
        columns={column.id: number for number, column in enumerate(sheet.columns, 1)},
    )
    return SheetRecords(
        sheet=sheet.id,
        frame=frame,
        raw=frame.astype(object),
        rows=np.arange(7, 7 + len(rows)),
        origin=origin,
    )
