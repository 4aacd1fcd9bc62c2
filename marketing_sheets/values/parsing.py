"""What staff type, read by a closed grammar: a value, a blank, or a named fault. Never a guess.

`parse` reads one cell of any column type; `parse_column` a whole column, cell for cell the same, at
the speed of numpy. The grammar itself stands in the other modules, one per kind of value. Stored
text is never changed; only copies are levelled for reading.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from ..template import NUMERIC_TYPES, ColumnType
from .cells import (
    BLANK,
    Context,
    ParsedCell,
    Raw,
    as_typed,
    holds_any,
    nothing,
    plain_numbers,
    simplest,
    split_remark,
)
from .dates import read_date, read_date_range
from .numbers import LARGEST, read_number, read_percent, read_ratio
from .numerals import scale_of
from .quantities import read_quantity
from .times import read_datetime, read_week
from .words import read_choice, read_yes_no

if TYPE_CHECKING:
    import numpy.typing as npt


_NO_CONTEXT = Context()
_OF_ONE_CLASS = frozenset(("string", "datetime"))
_READERS: Mapping[ColumnType, Callable[[Raw, Context], ParsedCell]] = MappingProxyType(
    {
        "integer": lambda raw, context: read_number(raw, "integer", context),
        "number": lambda raw, context: read_number(raw, "number", context),
        "money": lambda raw, context: read_number(raw, "money", context),
        "percent": read_percent,
        "ratio": read_ratio,
        "quantity": read_quantity,
        "date": read_date,
        "date_range": read_date_range,
        "datetime": read_datetime,
        "week": lambda raw, _: read_week(raw),
    }
)
# Words are kept as typed. In prose 待定 is a word like others; as a name it names nobody yet.
_PROSE: frozenset[ColumnType] = frozenset(("text", "long_text"))
_WORDS: frozenset[ColumnType] = _PROSE | {"person", "department", "condition"}
# What a bracket may say that makes another thing of the value before it: 1200（约）, 100（以内）.
_SAID_IN_BRACKETS = frozenset(
    ("approximate", "not_exact", "unit_conflict", "percent_in_number", "range_not_single")
)
_FIFTEEN_DIGITS = 10**15
_T = TypeVar("_T")
_EXACT = 2.0**53  # from here on floats skip integers
# Text without pyarrow, the same on every machine; a missing value is NA.
_TEXT = pd.StringDtype("python")


def parse(raw: object, type: ColumnType, context: Context = _NO_CONTEXT) -> ParsedCell:
    """Read one cell as a value of `type`.

    The value is an int (integer), a float (number, money; percent as fraction, ratio 1:x as x,
    quantity with its `kind`), a date, a pair of dates, a datetime or a time alone, a `Week`, a bool
    (yes_no), a choice's id, or the text as typed. Never raises for what a cell can hold.
    """
    value = simplest(raw)
    if value is None:
        return BLANK
    if type == "choice":
        return read_choice(value, context)
    if type == "yes_no":
        return read_yes_no(value)
    if type in _WORDS:
        return _read_words(value, type)
    if not isinstance(value, str):
        return _READERS[type](value, context)
    empty = nothing(value)
    return _read_text(value, type, context) if empty is None else empty


def _read_text(text: str, type: ColumnType, context: Context) -> ParsedCell:
    """Read a text; a bracket behind a value is a remark, 1200（含税）, or its unit, 1200（元）."""
    cell = _READERS[type](text, context)
    is_open = cell.fault is not None and cell.fault.startswith("not_a_")
    head, remark = split_remark(text) if is_open else ("", None)
    if not head or remark is None:
        return cell
    has_figure = any(map(str.isdigit, remark))
    whole = cell if has_figure else _READERS[type](f"{head}{remark}", context)
    if not whole.fault or whole.fault in _SAID_IN_BRACKETS:
        return whole
    found = _READERS[type](head, context)
    if found.fault:
        return cell
    note = found.note or ("remark_with_figure" if has_figure else "remark_beside")
    return replace(found, remark=remark, note=note)


def _read_words(raw: Raw, type: ColumnType) -> ParsedCell:
    text = as_typed(raw)
    if isinstance(raw, int | float) and _FIFTEEN_DIGITS <= abs(raw) < math.inf:
        return ParsedCell(value=f"{raw if isinstance(raw, int) else int(raw)}", note="digits_lost")
    empty = nothing(text)
    if empty is None or (empty.note is not None and type in _PROSE):
        return ParsedCell(value=text)
    return empty


def as_text(value: object) -> str:
    """Write a value that `parse` returned so that `parse` reads the same value again.

    Ranges are 2024-07-01~2024-07-31, moments 2024-06-05 18:00, weeks W1-W12 or W5D1, booleans
    yes and no: what typed frames hold for these types.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        first, last = (day.isoformat() for day in value)
        return first if first == last else f"{first}~{last}"
    if isinstance(value, datetime | date | float):
        return as_typed(value)
    return str(value)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParsedColumn:
    """A column's outcomes. Index and order are those of the raw column.

    `values` is Int64 (integer), Float64 (number, money, percent, ratio, quantity), datetime64[ns]
    (date) or string; other types are written as `values.as_text` does. Blanks and faults are NA.
    `kinds` tells what each quantity is. The mappings go by position, from 0.
    """

    values: pd.Series[Any]
    kinds: pd.Series[Any] | None = None
    remarks: Mapping[int, str] = field(default_factory=dict)
    faults: Mapping[int, ParsedCell] = field(default_factory=dict)
    notes: Mapping[int, ParsedCell] = field(default_factory=dict)
    comparators: Mapping[int, str] = field(default_factory=dict)


def parse_column(
    raws: pd.Series[Any],
    type: ColumnType,
    context: Context = _NO_CONTEXT,
    numbers: npt.NDArray[np.float64] | None = None,
) -> ParsedColumn:
    """Read a column of raw cells (object) as values of `type`.

    Plain numbers in numeric columns are checked all at once; of other cells each distinct one is
    read once. `numbers` are the cells' `plain_numbers`, where they are known.
    """
    if not holds_any(raws.to_numpy(dtype=object)).any():
        return _nothing(raws.index, type)
    numbers = _plain_numbers(raws, type, context, numbers)
    if numbers is None:
        return _parse_distinct(raws, type, context)
    good = _acceptable(numbers, type, context)
    values = _number_series(numbers, good, type, raws.index)
    kinds = None
    if type == "quantity":
        kind = "percent" if context.percent_format else "number"
        kinds = pd.Series(kind, index=raws.index, dtype=_TEXT).where(good)
    others = np.flatnonzero(~good)
    if not len(others):
        return ParsedColumn(values=values, kinds=kinds)
    rest = _parse_distinct(raws.iloc[others], type, context)
    values.iloc[others] = rest.values.array
    if kinds is not None and rest.kinds is not None:
        kinds.iloc[others] = rest.kinds.array
    return ParsedColumn(
        values=values,
        kinds=kinds,
        remarks=_moved(rest.remarks, others),
        faults=_moved(rest.faults, others),
        notes=_moved(rest.notes, others),
        comparators=_moved(rest.comparators, others),
    )


def _nothing(index: pd.Index[Any], type: ColumnType) -> ParsedColumn:
    """Return what a column of blanks gives."""
    values = pd.Series(_blank(type, len(index)), index=index)
    if type != "quantity":
        return ParsedColumn(values=values)
    return ParsedColumn(values=values, kinds=pd.Series(_blank("text", len(index)), index=index))


def missing_column(type: ColumnType, count: int) -> pd.Series[Any]:
    """Return a column of `count` missing values, of the dtype that `parse_column` gives."""
    return pd.Series(_blank(type, count))


def _blank(type: ColumnType, count: int) -> Any:
    return _one_blank(type).take(np.zeros(count, dtype=np.intp))


@cache
def _one_blank(type: ColumnType) -> Any:
    return _typed([parse(None, type)], type)


def _moved(found: Mapping[int, _T], places: npt.NDArray[np.intp]) -> dict[int, _T]:
    """Bring positions within a part of the column to positions in the column."""
    return {int(places[at]): what for at, what in found.items()}


def _plain_numbers(
    raws: pd.Series[Any],
    type: ColumnType,
    context: Context,
    numbers: npt.NDArray[np.float64] | None,
) -> npt.NDArray[np.float64] | None:
    """Return the numbers of a column that mean what they say, NaN for every other cell."""
    if type not in NUMERIC_TYPES:
        return None
    if type == "percent" and not context.percent_format:
        if context.percent_points or context.percent_unclear:
            return None
    elif type != "ratio" and scale_of(context.unit or "") != 1:
        return None
    return plain_numbers(raws.to_numpy(dtype=object)) if numbers is None else numbers


def _acceptable(
    numbers: npt.NDArray[np.float64], type: ColumnType, context: Context
) -> npt.NDArray[np.bool_]:
    good = np.abs(numbers) < LARGEST
    if type == "integer":
        good &= (np.abs(numbers) < _EXACT) & (numbers == np.floor(numbers))
    if context.min is not None:
        good &= numbers >= context.min
    if context.max is not None:
        good &= numbers <= context.max
    return good


def _number_series(
    numbers: npt.NDArray[np.float64],
    good: npt.NDArray[np.bool_],
    type: ColumnType,
    index: pd.Index[Any],
) -> pd.Series[Any]:
    filled = np.where(good, numbers, 0.0)
    array: Any = (
        pd.arrays.IntegerArray(filled.astype(np.int64), ~good)
        if type == "integer"
        else pd.arrays.FloatingArray(filled, ~good)
    )
    return pd.Series(array, index=index)


def _parse_distinct(raws: pd.Series[Any], type: ColumnType, context: Context) -> ParsedColumn:
    """Read each distinct cell once."""
    codes, distinct = _distinct(raws)
    cells = _with_swapped_dates(distinct, [parse(raw, type, context) for raw in distinct])
    values = pd.Series(_typed(cells, type).take(codes), index=raws.index)
    kinds = None
    if type == "quantity":
        kinds = pd.Series(
            pd.array([cell.kind for cell in cells], dtype=_TEXT).take(codes), index=raws.index
        )
    return ParsedColumn(
        values=values,
        kinds=kinds,
        remarks={at: str(cell.remark) for at, cell in _where(cells, codes, "remark")},
        faults=dict(_where(cells, codes, "fault")),
        notes=dict(_where(cells, codes, "note")),
        comparators={at: str(cell.comparator) for at, cell in _where(cells, codes, "comparator")},
    )


def _distinct(raws: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], list[Any]]:
    """Return which of the distinct cells each one is, and these."""
    if infer_dtype(raws, skipna=True) in _OF_ONE_CLASS:
        codes, found = pd.factorize(raws.to_numpy(dtype=object))
        codes[codes < 0] = len(found)
        return codes, [*found, None]
    # 1, 1.0 and TRUE are equal but not the same cell.
    seen: dict[tuple[object, object], int] = {}
    pairs = (seen.setdefault((raw.__class__, raw), len(seen)) for raw in raws.tolist())
    return np.fromiter(pairs, np.intp, len(raws)), [raw for _, raw in seen]


def _where(
    cells: Sequence[ParsedCell], codes: npt.NDArray[np.intp], attribute: str
) -> list[tuple[int, ParsedCell]]:
    """Return the positions, in order, whose cell has the attribute."""
    has = np.array([getattr(cell, attribute) is not None for cell in cells], dtype=bool)
    if not has.any():
        return []
    return [(int(at), cells[codes[at]]) for at in np.flatnonzero(has[codes])]


def _typed(cells: Sequence[ParsedCell], type: ColumnType) -> Any:
    """Return the values of the cells as an array of the column's dtype."""
    values: list[Any] = [cell.value for cell in cells]
    if type == "integer":
        return pd.array(values, dtype="Int64")
    if type in NUMERIC_TYPES:
        return pd.array(values, dtype="Float64")
    if type == "date":
        days = [None if day is None else np.datetime64(str(day), "ns") for day in values]
        return pd.array(np.array(days, dtype="datetime64[ns]"))
    return pd.array([None if v is None else as_text(v) for v in values], dtype=_TEXT)


def _with_swapped_dates(
    raws: Sequence[object], cells: Sequence[ParsedCell]
) -> Sequence[ParsedCell]:
    """Doubt Excel's own dates in a column that also holds dates such as 06-16-2023 as text.

    An Excel that expects day first leaves 06-16-2023 as text but turns 06-12-2023 of the same
    list into 6 December.
    """
    if not any(cell.note == "date_order" for cell in cells):
        return cells
    return [
        replace(cell, note="maybe_swapped")
        if not cell.fault and cell.note is None and _has_two_readings(raw)
        else cell
        for raw, cell in zip(raws, cells, strict=True)
    ]


def _has_two_readings(raw: object) -> bool:
    return isinstance(raw, date) and raw.day <= 12 and raw.day != raw.month
