"""What makes two rows the same record, and what makes them say the same: as numbers to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..languages import fold
from ..values import as_text
from .pile import Pile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

__all__ = ["BLANK", "cell_codes", "combined", "extra_name", "is_nothing", "record_codes"]

# The code of a cell that holds nothing.
BLANK = -1


def record_codes(
    pile: Pile, speaks_for: Sequence[int], *, per_department: bool = False
) -> Integers:
    """Return a number per row: rows with the same number are the same record.

    A record is told by the key columns if all of them have a value, words compared folded, and with
    `per_department` by the department of the row too; else by where it was typed. `speaks_for`
    gives, per voice, the one it is counted as: a copy of a file is that file.
    """
    rows = len(pile.frame)
    keyed = np.full(rows, bool(pile.sheet.key))
    parts: list[Integers] = []
    for name in pile.sheet.key:
        codes = _key_codes(pile.frame[name])
        keyed &= codes != BLANK
        parts.append(codes)
    if per_department:
        parts.append(_key_codes(pile.origins["department"]))
    by_key = combined([codes + 1 for codes in parts], rows)
    voice = np.asarray(speaks_for, dtype=np.int64)[pile.voice] if rows else pile.voice
    by_place = combined([voice, pile.tab, pile.row], rows)
    first_free = int(by_key.max()) + 1 if rows else 0
    return np.where(keyed, by_key, by_place + first_free)


def cell_codes(pile: Pile, rows: Integers) -> dict[str, Integers]:
    """Return numbers for what the cells of `rows` say, column by column, staff's own last.

    Typed values count, with their kind and remark; where there is none, what stands in the cell.
    """
    codes: dict[str, Integers] = {}
    for column in pile.sheet.inputs:
        name = column.id
        values = pile.frame[name].take(rows)
        # Spellings of a word of staff's own list are one entry, whatever stands in the cell.
        typed = _key_codes(values) if column.choices else _codes(values)
        untyped = np.flatnonzero(typed == BLANK)
        raw = pile.raw[name].to_numpy(dtype=object)[rows[untyped]]
        texts = [None if is_nothing(cell) else as_text(cell) for cell in raw.tolist()]
        found = _factorized(texts)
        typed[untyped] = np.where(found == BLANK, BLANK, found + int(typed.max(initial=-1)) + 1)
        extra: list[Integers] = []
        if name in pile.kinds:
            extra.append(_codes(pile.kinds[name].take(rows)))
        if pile.remarks.get(name):
            remarks = pile.remarks[name]
            extra.append(_factorized([remarks.get(at) for at in rows.tolist()]))
        codes[name] = _refined(typed, extra)
    for at, header in enumerate(pile.extras.columns):
        cells = pile.extras.iloc[:, at].to_numpy(dtype=object)[rows].tolist()
        said = [None if is_nothing(cell) else as_text(cell) for cell in cells]
        codes[extra_name(str(header))] = _factorized(said)
    return codes


def extra_name(header: str) -> str:
    """Return the name of staff's own column beside ours: no column's id has a blank before it."""
    return f" {header}"


def combined(parts: Sequence[Integers], rows: int) -> Integers:
    """Return numbers for the distinct combinations of several numbers, all of them 0 or more."""
    total = np.zeros(rows, dtype=np.int64)
    for codes in parts:
        total = total * (int(codes.max(initial=0)) + 1) + codes
        total = pd.factorize(total)[0].astype(np.int64)
    return total


def is_nothing(cell: object) -> bool:
    """Whether a cell as read holds nothing."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return True
    return cell != cell if isinstance(cell, float) else bool(cell == "")  # noqa: PLR0124 - NaN


def _codes(values: pd.Series[Any]) -> Integers:
    return np.asarray(pd.factorize(values.array)[0], dtype=np.int64)


def _key_codes(values: pd.Series[Any]) -> Integers:
    codes, distinct = pd.factorize(values.array)
    if not isinstance(values.dtype, pd.StringDtype) and values.dtype != object:
        return np.asarray(codes, dtype=np.int64)
    folded = pd.factorize(np.array([fold(str(word)) for word in distinct], dtype=object))[0]
    found = np.full(len(codes), BLANK, dtype=np.int64)
    found[codes >= 0] = folded[codes[codes >= 0]]
    return found


def _factorized(texts: Sequence[str | None]) -> Integers:
    if not any(text is not None for text in texts):
        return np.full(len(texts), BLANK, dtype=np.int64)
    return pd.factorize(np.array(texts, dtype=object))[0].astype(np.int64)


def _refined(codes: Integers, others: Sequence[Integers]) -> Integers:
    if not others:
        return codes
    whole = combined([codes + 1, *(other + 1 for other in others)], len(codes))
    return np.where(codes == BLANK, BLANK, whole)
