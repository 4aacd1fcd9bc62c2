"""Control totals of a merge: what was read is merged, double or overruled, to the cent."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import MergeDoesNotReconcile
from ..template import TableSheet
from .model import Merge, MergeTotal
from .pile import Pile, additive
from .settling import DUPLICATE, MERGED, OVERRULED, WITHDRAWN, Settlement

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd


_CENT = 0.005


def merge_totals(
    pile: Pile, settlement: Settlement, cells: Mapping[str, Mapping[int, tuple[int, int]]]
) -> Iterator[MergeTotal]:
    """Account for the rows and every additive column of a table, file by file.

    What was read is added up anew from the file's own records, and each part by itself. What a row
    that lost gave to fill a blank cell counts as merged. `cells` are as in `HandedOut`: figures
    that went another way than their row.
    """
    buckets: dict[str | None, npt.NDArray[np.int8]] = {None: settlement.bucket}
    amounts = {name: _floats(pile.frame[name]) for name in additive(pile.sheet)}
    for name in amounts:
        became = settlement.bucket.copy()
        became[[fill.donor for fill in settlement.fills if fill.column == name]] = MERGED
        fates = became.copy()
        for row, (fate, home) in cells.get(name, {}).items():
            became[row] = fates[home] if fate == MERGED else fate
        buckets[name] = became
    for at, part in pile.parts.items():
        rows = slice(pile.starts[at], pile.starts[at] + len(part.frame))
        for column, bucket in buckets.items():
            amount = np.ones(len(part.frame)) if column is None else amounts[column][rows]
            read = float(len(part.frame))
            if column is not None:
                read = _sum(part.frame[column]) if column in part.frame else 0.0
            mine = bucket[rows]
            sums = [math.fsum(amount[mine == number].tolist()) for number in range(4)]
            yield MergeTotal(
                sheet=pile.sheet.id,
                file=pile.sources[at].file,
                column=column,
                read=read,
                merged=sums[MERGED],
                duplicates=sums[DUPLICATE],
                overruled=sums[OVERRULED],
                withdrawn=sums[WITHDRAWN],
            )


def check_merged(merge: Merge) -> None:
    """Hold a merge's account against its own records and against what was read.

    Raises MergeDoesNotReconcile if the sums of the merged records are not those that the files gave
    to them, if a file's account does not come out even or differs from what its reading says was
    used, or if a record does not say where it comes from.
    """
    faults = [*_uneven(merge), *_unlike_records(merge), *_unlike_readings(merge)]
    for name, records in merge.sheets.items():
        origins = records.origins
        if origins is None or bool(origins[["file", "sheet", "row"]].isna().any(axis=None)):
            faults.append((name, "origins"))
    if faults:
        listed = "; ".join(" › ".join(fault) for fault in faults[:_LISTED])
        raise MergeDoesNotReconcile("merge_does_not_reconcile", count=len(faults), listed=listed)


_LISTED = 5


def _uneven(merge: Merge) -> Iterator[tuple[str, ...]]:
    for total in merge.totals:
        if not total.reconciles:
            yield (total.file, *_name(merge, total.sheet, total.column))


def _unlike_records(merge: Merge) -> Iterator[tuple[str, ...]]:
    promised: dict[tuple[str, str | None], list[float]] = {}
    for total in merge.totals:
        promised.setdefault((total.sheet, total.column), []).append(total.merged)
    for sheet in merge.template.tables:
        records = merge.sheets.get(sheet.id)
        for column in (None, *additive(sheet)):
            found = 0.0
            if records is not None:
                found = float(len(records.frame)) if column is None else _sum(records.frame[column])
            expected = math.fsum(promised.get((sheet.id, column), ()))
            if not _is_near(found, expected):
                yield _name(merge, sheet.id, column)


def _unlike_readings(merge: Merge) -> Iterator[tuple[str, ...]]:
    read = {(t.file, t.sheet, t.column): t.read for t in merge.totals}
    for source in merge.sources:
        used: dict[tuple[str, str, str | None], list[float]] = {}
        for total in source.reading.totals:
            key = (source.file, total.sheet, total.column)
            used.setdefault(key, []).append(total.used)
        for key, parts in used.items():
            if key in read and not _is_near(read[key], math.fsum(parts)):
                yield (source.file, *_name(merge, key[1], key[2]))


def _name(merge: Merge, sheet: str, column: str | None) -> tuple[str, ...]:
    table = merge.template[sheet]
    label = table.label[merge.language]
    if column is None or not isinstance(table, TableSheet):
        return (label,)
    return (label, table[column].label[merge.language])


def _is_near(one: float, other: float) -> bool:
    # Sums that were not added up exactly may differ in the last digits.
    return abs(one - other) < max(_CENT, 1e-12 * max(abs(one), abs(other)))


def _floats(values: pd.Series[Any]) -> npt.NDArray[np.float64]:
    numbers: npt.NDArray[np.float64] = values.array.to_numpy(dtype=np.float64, na_value=0.0)
    return numbers


def _sum(values: pd.Series[Any]) -> float:
    return math.fsum(_floats(values).tolist())
