"""The columns of a table, file after file, whatever columns and types each file has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..records import SheetRecords
from ..template import Column, TableSheet
from ..texts import fold

# Text without pyarrow, as the reader has it; a missing value is NA.
TEXT = pd.StringDtype("python")
_NUMBERS = frozenset(("number", "money", "percent", "ratio", "quantity"))


def joined_frame(
    sheet: TableSheet, records: Sequence[SheetRecords], lengths: Sequence[int]
) -> pd.DataFrame:
    """Return the typed columns of all parts, those that are computed blank."""
    frames = [part.frame for part in records]
    whole = _joined(frames) if _are_alike(frames) else pd.DataFrame(index=range(sum(lengths)))
    return pd.DataFrame(
        {
            c.id: whole[c.id]
            if c.id in whole and not c.is_computed
            else _column(c, records, lengths)
            for c in sheet.columns
        }
    )


def _are_alike(frames: Sequence[pd.DataFrame]) -> bool:
    first = frames[0]
    types = list(first.dtypes)
    return all(
        frame.columns.equals(first.columns) and list(frame.dtypes) == types for frame in frames[1:]
    )


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)


def _column(column: Column, records: Sequence[SheetRecords], lengths: Sequence[int]) -> Any:
    """Return a column of all parts in the type of the first that has it."""
    have = [part.frame[column.id] for part in records if column.id in part.frame]
    dtype: Any = have[0].dtype if have else _dtype(column)
    if column.is_computed:
        return pd.Series(pd.NA if dtype.kind != "M" else pd.NaT, range(sum(lengths)), dtype=dtype)
    series = [
        part.frame[column.id].astype(dtype)
        if column.id in part.frame
        else pd.Series([None] * length, dtype=dtype)
        for part, length in zip(records, lengths, strict=True)
    ]
    return pd.concat(series, ignore_index=True)


def _dtype(column: Column) -> Any:
    if column.type == "integer":
        return pd.Int64Dtype()
    if column.type in _NUMBERS:
        return pd.Float64Dtype()
    return np.dtype("datetime64[ns]") if column.type == "date" else TEXT


def joined_raw(
    sheet: TableSheet, records: Sequence[SheetRecords], lengths: Sequence[int]
) -> pd.DataFrame:
    """Return what stands in the input cells of all parts, None where a part has no such column."""
    names = [column.id for column in sheet.inputs]
    raws = [part.raw for part in records]
    if not _are_alike(raws) or not set(names) <= set(raws[0].columns):
        raws = [
            raw.reindex(columns=names).astype(object).where(lambda cells: cells.notna(), None)
            for raw in raws
        ]
    whole = _joined(raws)[names]
    return whole.set_axis(pd.RangeIndex(sum(lengths)), axis=0)


def joined_extras(records: Sequence[SheetRecords], lengths: Sequence[int]) -> pd.DataFrame:
    """Unite staff's own columns by their folded headers, in the order of first appearance.

    Of columns in one file whose headers fold alike the later ones are numbered, as are their like
    in other files and in results of earlier merges.
    """
    cells: dict[str, Any] = {}
    headers: dict[str, str] = {}
    total, start = sum(lengths), 0
    for part, length in zip(records, lengths, strict=True):
        if part.extras is not None:
            typed = [str(name) for name in part.extras.columns]
            for at, (header, name) in enumerate(zip(typed, _numbered(typed), strict=True)):
                word = fold(name)
                if word not in headers:
                    headers[word] = name if header in headers.values() else header
                values = cells.setdefault(word, np.full(total, None, dtype=object))
                values[start : start + length] = part.extras.iloc[:, at].to_numpy(dtype=object)
        start += length
    columns = {headers[word]: pd.Series(values, dtype=object) for word, values in cells.items()}
    return pd.DataFrame(columns, index=pd.RangeIndex(total))


def _numbered(headers: Sequence[str]) -> list[str]:
    """Return headers no two of which fold alike."""
    taken: set[str] = set()
    numbered = []
    for header in headers:
        name, count = header, 1
        while fold(name) in taken:
            count += 1
            name = f"{header} ({count})"
        taken.add(fold(name))
        numbered.append(name)
    return numbered


def joined_kinds(
    sheet: TableSheet, records: Sequence[SheetRecords], lengths: Sequence[int]
) -> dict[str, pd.Series[Any]]:
    """Return the kinds of quantities of all parts."""
    names = [c.id for c in sheet.inputs if any(c.id in part.kinds for part in records)]
    return {
        name: pd.concat(
            [
                part.kinds[name].astype(TEXT)
                if name in part.kinds
                else pd.Series([None] * length, dtype=TEXT)
                for part, length in zip(records, lengths, strict=True)
            ],
            ignore_index=True,
        )
        for name in names
    }


def joined_remarks(
    records: Sequence[SheetRecords], starts: Sequence[int]
) -> dict[str, dict[int, str]]:
    """Return the remarks of all parts by position in the whole; a part begins at its start."""
    remarks: dict[str, dict[int, str]] = {}
    for part, start in zip(records, starts, strict=True):
        for name, texts in part.remarks.items():
            remarks.setdefault(name, {}).update({at + start: text for at, text in texts.items()})
    return remarks
