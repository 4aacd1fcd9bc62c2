"""A table that continues in numbered sheets, read as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..records import ControlTotal, Origin, SheetRecords
from .tables import TableReading

__all__ = ["joined"]


def joined(readings: Sequence[TableReading]) -> TableReading:
    """Join the parts of a table in their order; each record still knows its own tab."""
    if len(readings) == 1:
        return readings[0]
    records = [reading.records for reading in readings]
    return TableReading(
        records=_records(records),
        problems=tuple(problem for reading in readings for problem in reading.problems),
        totals=_totals([total for reading in readings for total in reading.totals]),
    )


def _records(parts: Sequence[SheetRecords]) -> SheetRecords:
    starts = np.cumsum([0, *(len(part.frame) for part in parts)]).tolist()
    first = parts[0]
    remarks: defaultdict[str, dict[int, str]] = defaultdict(dict)
    later: list[tuple[int, Origin]] = []
    for start, part in zip(starts, parts, strict=False):
        if start or part is not first:
            later.append((start, part.origin))
        for name, texts in part.remarks.items():
            remarks[name] |= {start + at: text for at, text in texts.items()}
    return replace(
        first,
        frame=pd.concat([part.frame for part in parts], ignore_index=True),
        raw=pd.concat([part.raw for part in parts], ignore_index=True),
        rows=np.concatenate([part.rows for part in parts]),
        kinds={
            name: pd.concat([part.kinds[name] for part in parts], ignore_index=True)
            for name in first.kinds
            if all(name in part.kinds for part in parts)
        },
        remarks=dict(remarks),
        extras=_beside(parts, lambda part: part.extras),
        origins=_beside(parts, lambda part: part.origins),
        skipped=tuple(row for part in parts for row in part.skipped),
        parts=tuple(later),
    )


def _beside(
    parts: Sequence[SheetRecords], get: Callable[[SheetRecords], pd.DataFrame | None]
) -> pd.DataFrame | None:
    """Join frames that a part may lack; its rows have missing values then."""
    frames = [get(part) for part in parts]
    known = next((frame for frame in frames if frame is not None), None)
    if known is None:
        return None
    whole: list[Any] = [
        known.iloc[:0].reindex(range(len(part.frame))) if frame is None else frame
        for part, frame in zip(parts, frames, strict=True)
    ]
    together: pd.DataFrame = pd.concat(whole, ignore_index=True)
    return together


def _totals(totals: Sequence[ControlTotal]) -> tuple[ControlTotal, ...]:
    sums: dict[str | None, list[ControlTotal]] = {}
    for total in totals:
        sums.setdefault(total.column, []).append(total)
    joint = []
    for same in sums.values():
        listed: defaultdict[str, float] = defaultdict(float)
        for total in same:
            for reason, amount in total.listed.items():
                listed[reason] += amount
        read, used = sum(t.read for t in same), sum(t.used for t in same)
        joint.append(replace(same[0], read=read, used=used, listed=dict(listed)))
    return tuple(joint)
