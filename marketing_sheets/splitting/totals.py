"""Hold the parts of a split, as they were written, against the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..reader import read_workbook
from ..records import Reading
from ..templates import TableSheet
from .model import SplitTotal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["split_totals"]


def split_totals(
    whole: Reading,
    ids: Mapping[str, Sequence[str]],
    paths: Sequence[Path],
    progress: Callable[[str, int, int], None],
) -> tuple[SplitTotal, ...]:
    """Read the parts back and account for every row id and additive column of the whole.

    A row counts only if its id is the whole's and was not met before.
    """
    found: dict[tuple[str, str | None], dict[str, float]] = {}
    open_ids = {name: set(rows) for name, rows in ids.items()}
    for number, path in enumerate(paths):
        progress("checking", number, len(paths))
        part = read_workbook(path, template=whole.template)
        for sheet in whole.template.tables:
            for column in _columns(sheet):
                records = part.sheets.get(sheet.id)
                amount = 0.0
                if records is not None and column is not None:
                    amount = _sum(records.frame[column])
                elif records is not None:
                    amount = _count(records.origins, open_ids.get(sheet.id, set()))
                found.setdefault((sheet.id, column), {})[path.name] = amount
    return tuple(
        SplitTotal(
            sheet=sheet.id,
            column=column,
            whole=len(whole.sheets[sheet.id].frame)
            if column is None
            else _sum(whole.sheets[sheet.id].frame[column]),
            parts=found[sheet.id, column],
        )
        for sheet in whole.template.tables
        if sheet.id in whole.sheets
        for column in _columns(sheet)
    )


def _columns(sheet: TableSheet) -> list[str | None]:
    return [None, *(c.id for c in sheet.inputs if c.additive and c.is_numeric)]


def _count(origins: pd.DataFrame | None, ids: set[str]) -> float:
    """Count the rows whose ids are among `ids`, and take those out; NaN if any row has another."""
    rows = [] if origins is None or "row_id" not in origins else origins["row_id"].tolist()
    if len(set(rows)) < len(rows) or not ids.issuperset(rows):
        return nan
    ids.difference_update(rows)
    return float(len(rows))


def _sum(values: pd.Series[Any]) -> float:
    return fsum(values.dropna().astype("float64").tolist())
