"""Columns as arrays of numbers and back: what a packet holds of the frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]


_LARGEST = 1 << 62  # whole numbers beyond go as text
# What a cell holds, one byte each. All else is told in JSON.
_NOTHING, _FLOAT, _TEXT, _WHOLE, _MOMENT, _BOOL, _ELSE, _DAY = range(8)


class _Codes(dict[type[Any], int]):
    """What a cell of a type holds."""

    def __missing__(self, kind: type[Any]) -> int:
        return _ELSE


_CODES = _Codes(
    {
        type(None): _NOTHING,
        float: _FLOAT,
        str: _TEXT,
        int: _WHOLE,
        datetime: _MOMENT,
        bool: _BOOL,
        date: _DAY,
    }
)
_NO_TEXTS = np.array([np.nan], dtype=object)
_MASKED: dict[str, Any] = {
    "Int64": pd.arrays.IntegerArray,
    "Float64": pd.arrays.FloatingArray,
    "boolean": pd.arrays.BooleanArray,
}


class Foreign(TypeError):
    """Something of a kind that packets have no form for."""


@dataclass(slots=True, kw_only=True, eq=False)
class Pool:
    """The arrays of a packet being made, and every text of its cells once."""

    arrays: list[Array] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)

    def array(self, array: Array) -> int:
        """Put an array in and return its number."""
        self.arrays.append(array)
        return len(self.arrays) - 1

    def texts_of(self, cells: Sequence[str]) -> int:
        """Put texts in and return the number of the array that tells which."""
        texts = self.texts
        numbers = [texts.setdefault(cell, len(texts)) for cell in cells]
        return self.array(np.array(numbers, dtype=np.int32))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shelf:
    """The arrays and texts of a packet being opened; behind the last text stands NaN."""

    arrays: list[Array]
    texts: Array


def packed_cells(cells: Array, pool: Pool, told: Callable[[object], object]) -> dict[str, object]:
    """Pack cells of any kind; `told` gives the JSON of those that are no plain values."""
    codes = np.fromiter(map(_CODES.__getitem__, map(type, cells.tolist())), np.int8, len(cells))
    if not codes.any():
        return {}
    packed: dict[str, object] = {"codes": pool.array(codes)}
    for code in np.unique(codes).tolist():
        some = cells[codes == code].tolist() if code else []
        if code == _FLOAT:
            packed["floats"] = pool.array(np.array(some, dtype=np.float64))
        elif code == _TEXT:
            packed["texts"] = pool.texts_of(some)
        elif code == _WHOLE:
            if not all(-_LARGEST < cell < _LARGEST for cell in some):
                raise Foreign(int)
            packed["wholes"] = pool.array(np.array(some, dtype=np.int64))
        elif code == _MOMENT:
            if any(cell.tzinfo is not None or cell.fold for cell in some):
                raise Foreign(datetime)
            packed["moments"] = pool.array(np.array(some, dtype="M8[us]").view(np.int64))
        elif code == _DAY:
            packed["days"] = pool.array(np.array(some, dtype="M8[D]").view(np.int64))
        elif code == _BOOL:
            packed["bools"] = pool.array(np.array(some, dtype=np.int8))
        elif code == _ELSE:
            packed["else"] = [told(cell) for cell in some]
    return packed


def unpacked_cells(
    packed: dict[str, Any], count: int, shelf: Shelf, meant: Callable[[Any], object]
) -> Array:
    """Return the cells that `packed_cells` packed; `meant` reads the JSON of the others."""
    cells = np.full(count, None, dtype=object)
    if not packed:
        return cells
    codes = shelf.arrays[packed["codes"]]
    if "floats" in packed:
        cells[codes == _FLOAT] = shelf.arrays[packed["floats"]]
    if "texts" in packed:
        cells[codes == _TEXT] = shelf.texts[shelf.arrays[packed["texts"]]]
    if "wholes" in packed:
        cells[codes == _WHOLE] = shelf.arrays[packed["wholes"]]
    if "moments" in packed:
        moments = shelf.arrays[packed["moments"]].view("M8[us]")
        cells[codes == _MOMENT] = moments.astype(object)
    if "days" in packed:
        cells[codes == _DAY] = shelf.arrays[packed["days"]].view("M8[D]").astype(object)
    if "bools" in packed:
        cells[codes == _BOOL] = shelf.arrays[packed["bools"]].astype(bool)
    others = np.flatnonzero(codes == _ELSE).tolist()
    for at, one in zip(others, packed.get("else", ()), strict=True):
        cells[at] = meant(one)
    return cells


def packed_column(
    column: pd.Series[Any], pool: Pool, told: Callable[[object], object]
) -> list[object]:
    """Pack a column of a frame as `[dtype, ...]`."""
    kind = str(column.dtype)
    if kind == "object":
        return [kind, packed_cells(column.to_numpy(), pool, told)]
    if isinstance(column.dtype, pd.StringDtype):
        return ["text", kind, column.dtype.storage, _packed_texts(column, pool)]
    missing = column.array.isna()  # the series' own way takes three times as long
    if missing.all() and kind in _MASKED:
        return [kind]
    if kind in _MASKED:
        plain = {"Int64": np.int64, "Float64": np.float64, "boolean": np.bool_}[kind]
        values = column.to_numpy(plain, na_value=0)
        # Eight flags a byte; where nothing is missing there is nothing to tell.
        mask = pool.array(np.packbits(missing)) if missing.any() else None
        return [kind, pool.array(values.astype(np.int8) if kind == "boolean" else values), mask]
    if column.dtype.kind == "M" and isinstance(column.dtype, np.dtype):
        return [kind, pool.array(column.to_numpy().view(np.int64))]
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufb":
        return [kind, pool.array(column.to_numpy())]
    raise Foreign(kind)


def packed_blank(dtype: Any) -> list[object]:
    """Pack a column without rows."""
    kind = str(dtype)
    if isinstance(dtype, pd.StringDtype):
        return ["text", kind, dtype.storage, None]
    if kind in _MASKED or (isinstance(dtype, np.dtype) and dtype.kind in "iufbMO"):
        return [kind]
    raise Foreign(kind)


def unpacked_blank(packed: list[Any]) -> Any:
    """Return a column that `packed_blank` packed."""
    kind = packed[0]
    if kind in _MASKED or kind == "text":
        return unpacked_column(packed, 0, Shelf(arrays=[], texts=_NO_TEXTS), lambda one: one)
    return pd.Series(np.empty(0, dtype=np.dtype(kind)), copy=False)


def _packed_texts(column: pd.Series[Any], pool: Pool) -> int | None:
    """Pack texts as the number of an array that tells which, -1 where missing; None if all are."""
    missing = column.array.isna()
    if missing.all():
        return None
    numbers = np.full(len(column), -1, dtype=np.int32)
    at = pool.texts_of(column[~missing].tolist())
    numbers[~missing] = pool.arrays[at]
    pool.arrays[at] = numbers
    return at


def unpacked_column(
    packed: list[Any], count: int, shelf: Shelf, meant: Callable[[Any], object]
) -> Any:
    """Return a column that `packed_column` packed, as an array or a series."""
    kind, *rest = packed
    if kind == "object":
        # Or else pandas would make texts of objects that all are.
        return pd.Series(unpacked_cells(rest[0], count, shelf, meant), dtype=object, copy=False)
    if kind in _MASKED:
        plain = {"Int64": np.int64, "Float64": np.float64, "boolean": np.bool_}[kind]
        values = shelf.arrays[rest[0]].astype(plain, copy=False) if rest else np.zeros(count, plain)
        mask = np.full(count, not rest)
        if rest and rest[1] is not None:
            mask = np.unpackbits(shelf.arrays[rest[1]], count=count).astype(bool)
        return _MASKED[kind](values, mask)
    if kind == "text":
        name, storage, at = rest
        numbers = np.full(count, -1) if at is None else shelf.arrays[at]
        # Missing texts are NaN in the one, NA in the other.
        missing = np.nan if name == "str" else pd.NA
        return pd.array(shelf.texts[numbers], dtype=pd.StringDtype(storage, na_value=missing))
    values = shelf.arrays[rest[0]]
    dtype = np.dtype(kind)
    return values.view(dtype) if dtype.kind == "M" else values.astype(dtype, copy=False)
