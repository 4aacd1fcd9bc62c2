"""Find the total rows people write between and below their records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..templates import ColumnType, TableSheet
from .row_words import total_kind, total_suffix
from .sorting import Skipped, Sorter

if TYPE_CHECKING:
    from .sorting import Mask

__all__ = ["skip_totals", "skip_unlabelled_totals"]

# What makes a row a record although a word for a total stands in it.
_IDENTITY: frozenset[ColumnType] = frozenset(("text", "choice", "person", "department", "yes_no"))
_EXACT = 1e-9
_MOST_NAMELESS = 200


def skip_totals(sorter: Sorter, content: Mask) -> None:
    """Find rows with a word for a total and nothing else that would make them records."""
    columns = sorted(sorter.text)
    first_text = np.full(sorter.height, -1, dtype=np.int64)
    for at in reversed(columns):
        first_text[sorter.text[at]] = at
    candidates: set[int] = set()
    for at in columns:
        rows = np.flatnonzero(sorter.text[at] & content)
        texts = sorter.cells(at)[rows].tolist()
        hits = {text for text in set(texts) if total_kind(text) or total_suffix(text)}
        if hits:
            pairs = zip(rows.tolist(), texts, strict=True)
            candidates.update(row for row, text in pairs if text in hits)
    ids = {at: column_id for column_id, at in sorter.table.binding.columns.items()}
    for row in sorted(candidates - set(sorter.skipped)):
        found = _as_total(sorter, row, int(first_text[row]), ids)
        if found is not None:
            sorter.skipped[row] = found


def _as_total(sorter: Sorter, row: int, first: int, ids: Mapping[int, str]) -> Skipped | None:
    said: Skipped | None = None
    for at in sorted(sorter.text):
        if not sorter.text[at][row] or at in sorter.serial:
            continue
        text = sorter.text_at(row, at)
        # Words before the total, as in 6月合计, only where nothing stands before them.
        kind = total_kind(text) or (total_suffix(text) if at == first else None)
        if kind is not None and said is None:
            said = Skipped(row=row, reason="total_row", text=text, total=kind)
        elif kind is None and _identifies(sorter.table.sheet, ids.get(at)):
            return None
    return said


def _identifies(sheet: TableSheet, column_id: str | None) -> bool:
    if column_id is None:
        return False  # staff's own columns may say anything about a total
    return sheet[column_id].type in _IDENTITY and not sheet[column_id].fill_down


def skip_unlabelled_totals(sorter: Sorter, content: Mask) -> None:
    """Find rows of nothing but figures that are the sums, or the means, of the rows above.

    All filled additive cells must agree exactly, over at least two rows, since the last skipped
    row or from the top. Anything else without a name stays a record, with its gaps reported.
    """
    binding, sheet = sorter.table.binding, sorter.table.sheet
    ids = {at: column_id for column_id, at in binding.columns.items()}
    nameless = content.copy()
    figures = []
    for at, filled in sorter.filled.items():
        if at in ids and not sheet[ids[at]].is_numeric:
            nameless &= ~filled
        elif at in ids and sheet[ids[at]].additive:
            figures.append(at)
    rows = [row for row in np.flatnonzero(nameless).tolist() if row not in sorter.skipped]
    if len(rows) > _MOST_NAMELESS:
        return  # the names are missing, not the word "total"
    for row in rows:
        last = max((skipped for skipped in sorter.skipped if skipped < row), default=-1)
        for start in {last + 1, 0}:
            above = [r for r in range(start, row) if content[r] and r not in sorter.skipped]
            if len(above) >= 2 and _sums_up(sorter, row, above, figures):
                first = next(sorter.cells(at)[row] for at in figures if sorter.filled[at][row])
                # As Excel shows it: 6,000 for 6000.0.
                text = f"{first:,.15g}"
                sorter.skipped[row] = Skipped(row=row, reason="total_row", text=text)
                break


def _sums_up(sorter: Sorter, row: int, above: list[int], figures: list[int]) -> bool:
    verdicts = []
    for at in figures:
        cells = sorter.cells(at)
        if not sorter.filled[at][row]:
            continue
        stated = cells[row]
        numbers = [cells[r] for r in above if sorter.filled[at][r]]
        known = [n for n in (stated, *numbers) if isinstance(n, int | float)]
        if len(known) != len(numbers) + 1 or not numbers or not stated:
            return False
        total = float(sum(numbers))
        close = max(abs(stated), 1.0) * _EXACT
        verdicts.append(min(abs(stated - total), abs(stated - total / len(numbers))) <= close)
    return bool(verdicts) and all(verdicts)
