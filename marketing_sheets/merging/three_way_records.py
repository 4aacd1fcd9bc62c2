"""The records of a three-way merge, each cell from the row it was taken from; and their account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..languages import Language
from ..records import Origin, SheetRecords
from .model import MergeTotal
from .row_texts import own_name
from .three_way_model import Line, Work

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

__all__ = ["account", "gather"]


def gather(work: Work, lines: Sequence[Line], language: Language) -> SheetRecords:
    """Return the rows of the result as records, in order, with their origins."""
    pile, sheet = work.pile, work.sheet
    home = np.array([line.home for line in lines], dtype=np.int64)
    picks = {name: _picks(home, lines, name) for name in work.names}
    frame = {
        column.id: pile.frame[column.id].take(picks.get(column.id, home)).reset_index(drop=True)
        for column in sheet.columns
    }
    raw = {name: _taken(pile.raw[name], picks.get(name, home)) for name in map(str, pile.raw)}
    extras = pd.DataFrame(
        {h: _taken(pile.extras[h], picks.get(own_name(h), home)) for h in pile.extras},
        index=range(len(lines)),
    )
    origins = pile.origins.take(home).reset_index(drop=True)
    ids = [line.row_id or None for line in lines]
    if any(ids):
        origins["row_id"] = pd.Series(ids, dtype=origins["file"].dtype)
    return SheetRecords(
        sheet=sheet.id,
        frame=pd.DataFrame(frame),
        raw=pd.DataFrame(raw, index=range(len(lines))),
        rows=np.arange(1, len(lines) + 1),
        origin=Origin(file=None, sheet=sheet.label[language], header_row=0, columns={}),
        kinds={name: _taken(kinds, picks.get(name, home)) for name, kinds in pile.kinds.items()},
        remarks=dict(_remarks(pile.remarks, picks)),
        extras=extras if len(extras.columns) else None,
        origins=origins,
        skipped=tuple(row for part in pile.parts.values() for row in part.skipped),
    )


def account(work: Work, lines: Sequence[Line]) -> Iterator[MergeTotal]:
    """Account for every row and additive figure of each source; each goes into one bucket."""
    rows = _row_buckets(work, lines)
    ones = np.ones(len(rows))
    yield from _totals(work, None, ones, rows)
    for column in work.sheet.inputs:
        if column.additive and column.is_numeric:
            figures = work.pile.frame[column.id].astype("Float64")
            buckets = rows.copy()
            for line in lines:
                taken = line.taken(column.id)
                for row in line.members:
                    buckets[row] = _cell_bucket(work, row, taken, column.id)
            yield from _totals(work, column.id, figures.to_numpy(np.float64, na_value=0.0), buckets)


_BUCKETS = ("merged", "duplicates", "overruled", "withdrawn")
_MERGED, _DUPLICATE, _OVERRULED, _WITHDRAWN = range(4)


def _row_buckets(work: Work, lines: Sequence[Line]) -> npt.NDArray[np.int8]:
    """Return each row's bucket; -1 where it is in none, which no total forgives."""
    buckets = np.full(len(work.texts), -1, dtype=np.int8)
    for line in lines:
        for row in line.members:
            buckets[row] = _MERGED if row == line.home else _DUPLICATE
    for row in work.gone:
        buckets[row] = _WITHDRAWN
    return buckets


def _cell_bucket(work: Work, row: int, taken: int, name: str) -> int:
    if row == taken:
        return _MERGED
    return _DUPLICATE if work.texts[row].says(name) == work.texts[taken].says(name) else _OVERRULED


def _totals(
    work: Work,
    column: str | None,
    figures: npt.NDArray[np.floating[Any]],
    buckets: npt.NDArray[np.int8],
) -> Iterator[MergeTotal]:
    for number, source in enumerate(work.around.sources):
        if number not in work.pile.parts:
            continue
        own = work.rows_of(number)
        here, mine = figures[own.start : own.stop], buckets[own.start : own.stop]
        parts = {name: fsum(here[mine == bucket].tolist()) for bucket, name in enumerate(_BUCKETS)}
        yield MergeTotal(
            sheet=work.sheet.id,
            file=source.file,
            column=column,
            read=fsum(here.tolist()),
            **parts,
        )


def _picks(home: Integers, lines: Sequence[Line], name: str) -> Integers:
    others = [(at, line.picks[name]) for at, line in enumerate(lines) if name in line.picks]
    if not others:
        return home
    picks = home.copy()
    for at, row in others:
        picks[at] = row
    return picks


def _taken(values: pd.Series[Any], rows: Integers) -> pd.Series[Any]:
    return values.take(rows).reset_index(drop=True)


def _remarks(
    remarks: Mapping[str, Mapping[int, str]], picks: Mapping[str, Integers]
) -> Iterator[tuple[str, dict[int, str]]]:
    for name, texts in remarks.items():
        rows = picks[name].tolist() if name in picks else []
        found = {at: texts[row] for at, row in enumerate(rows) if row in texts}
        if found:
            yield name, found
