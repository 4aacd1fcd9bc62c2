"""Cut some of a sheet's records out of all of them, with all that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ..records import SheetRecords

__all__ = ["cut"]


def cut(records: SheetRecords, positions: Sequence[int], row_ids: Sequence[str]) -> SheetRecords:
    """Return the records at `positions`, in that order, each carrying its row id."""
    rows = np.asarray(positions, dtype=np.intp)

    def taken(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.take(rows).reset_index(drop=True)

    origins = pd.DataFrame(index=range(len(rows)))
    if records.origins is not None:
        origins = taken(records.origins)
    origins["row_id"] = pd.Series(list(row_ids), dtype="str")
    now = {old: new for new, old in enumerate(positions)}
    return replace(
        records,
        frame=taken(records.frame),
        raw=taken(records.raw),
        rows=records.rows[rows],
        kinds={name: k.take(rows).reset_index(drop=True) for name, k in records.kinds.items()},
        remarks={
            name: {now[at]: text for at, text in remarks.items() if at in now}
            for name, remarks in records.remarks.items()
        },
        reasons=None if records.reasons is None else taken(records.reasons),
        extras=None if records.extras is None else taken(records.extras),
        origins=origins,
        skipped=(),
    )
