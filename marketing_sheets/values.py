"""What staff type, read by a closed grammar: a value, a blank, or a named fault. Never a guess.

One function, `parse`, for one cell of any column type; `values_columns` does whole columns. The
grammar itself stands in the modules `values_*`, one per kind of value. Stored text is never
changed; only copies are levelled for reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from .templates import ColumnType
from .values_cells import BLANK, Cell, Context, Raw, as_typed, nothing, simplest
from .values_choices import choice_spellings, read_choice, read_yes_no
from .values_dates import read_date, read_date_range
from .values_numbers import (
    percent_context,
    percent_scale,
    read_number,
    read_percent,
    read_ratio,
)
from .values_numerals import scale_of
from .values_plans import Milestone, Risk, read_milestones, read_risks
from .values_quantities import (
    Condition,
    parse_condition,
    parse_conditions,
    read_quantity,
    unit_stated,
    unread_conditions,
)
from .values_times import Week, read_datetime, read_week

__all__ = [
    "Cell",
    "Condition",
    "Context",
    "Milestone",
    "Risk",
    "Week",
    "as_text",
    "choice_spellings",
    "parse",
    "parse_condition",
    "parse_conditions",
    "percent_context",
    "percent_scale",
    "read_milestones",
    "read_risks",
    "scale_of",
    "unit_stated",
    "unread_conditions",
]

_NO_CONTEXT = Context()
_READERS: Mapping[ColumnType, Callable[[Raw, Context], Cell]] = MappingProxyType(
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


def parse(raw: object, type: ColumnType, context: Context = _NO_CONTEXT) -> Cell:
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
    empty = nothing(value) if isinstance(value, str) else None
    return _READERS[type](value, context) if empty is None else empty


def _read_words(raw: Raw, type: ColumnType) -> Cell:
    text = as_typed(raw)
    empty = nothing(text)
    if empty is None or (empty.note is not None and type in _PROSE):
        return Cell(value=text)
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
