"""What stands in the input cells of a column, what they accept, and the hint they show.

Typed values, or staff's own words verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from math import isnan
from typing import Any, TypeGuard, cast

import numpy as np
import pandas as pd

from ..formulas import SHOWN_REASONS, reason_text
from ..records import SheetRecords
from ..template import Column, TableSheet
from ..values import as_text, parse
from .book import Book, ListEntry, serial

_FIRST_DAY = date(2000, 1, 1)
_TITLE_LIMIT = 32
_HUGE = 1e15
_NUMBERS = {
    "integer": "whole",
    "number": "number",
    "money": "number",
    "percent": "number",
    "ratio": "number",
}
# What a cell can hold: a number, text, a truth value, or nothing.
InputCell = float | int | str | bool | None
_EARLIEST = 1900  # the year in which Excel counts a day that never was
_VERBATIM = frozenset(("text", "long_text", "condition", "person", "week", "date_range", "yes_no"))
# A figure and nothing else: 2000万, 8%, 1:3.5, ¥15万. Counters and words say more than a number.
_PLAIN = re.compile(
    r"[+-]?[¥￥$]?[\d,.\s]++[十百千万萬亿億wWkK]*+\s*+[元%％]?|1\s*+[:：]\s*+[\d.]++", re.ASCII
)
_EPOCH = np.datetime64("1899-12-30")


def validation(column: Column, book: Book) -> dict[str, Any] | None:
    """Return the validation of a column's cells as XlsxWriter takes it; None if there is none.

    A closed list refuses other words, an open one asks. Where nothing is restricted, the hint
    alone remains.
    """
    options = {} if column.is_computed else _restriction(column, book)
    if column.hint is not None:
        options |= {
            "input_title": column.label[book.language][:_TITLE_LIMIT],
            "input_message": column.hint[book.language],
        }
    if not options:
        return None
    return {"validate": "any", "ignore_blank": True, **options}


def _restriction(column: Column, book: Book) -> dict[str, Any]:
    choices = book.choices(column)
    listed = ("choice", "department", "yes_no")
    if column.as_written and column.type not in listed:
        return {}
    if column.type in ("choice", "department") and choices is not None:
        is_open = book.is_open(column)
        message = (
            book.say("refusal.new_word", lists=book.tab("lists"))
            if is_open
            else book.say("refusal.not_listed")
        )
        return {
            "validate": "list",
            "source": f"={'pick' if choices.is_open else 'list'}_{choices.id}",
            **refusal(book, message, stop=not is_open and not column.as_written),
        }
    if column.type in ("date", "datetime"):
        return {
            "validate": "date",
            "criteria": ">=",
            "value": _FIRST_DAY,
            **refusal(book, book.say("refusal.date")),
        }
    if column.type == "yes_no":
        words = [book.say("yes_no.yes"), book.say("yes_no.no")]
        return {
            "validate": "list",
            "source": words,
            **refusal(book, book.say("refusal.not_listed")),
        }
    if column.type in _NUMBERS:
        return _bounds(column, book)
    return {}


def _bounds(column: Column, book: Book) -> dict[str, Any]:
    kind = _NUMBERS[column.type]
    least, most = column.min, column.max
    if least is not None and most is not None:
        suffix = "_between"
    elif least is not None:
        suffix = "_from"
    else:
        suffix = "_to" if most is not None else ""
    bounds = {
        "least": _shown(least, column) if least is not None else "",
        "most": _shown(most, column) if most is not None else "",
    }
    message = book.say(f"refusal.{kind}{suffix}", **(bounds if suffix else {}))
    return {
        "validate": "integer" if kind == "whole" else "decimal",
        "criteria": "between",
        "minimum": _plain(-_HUGE if least is None else least),
        "maximum": _plain(_HUGE if most is None else most),
        **refusal(book, message),
    }


def _plain(bound: float) -> float:
    """Return a whole bound as Excel's dialogue shows it, without ".0"."""
    return int(bound) if float(bound).is_integer() else bound


def _shown(bound: float, column: Column) -> str:
    if column.type == "percent":
        return f"{bound * 100:g}%"
    return f"{bound:,.0f}" if float(bound).is_integer() else f"{bound:g}"


def refusal(book: Book, message: str, *, stop: bool = True) -> dict[str, str]:
    """Return what Excel says, and does, about an entry that is not allowed."""
    return {
        "error_type": "stop" if stop else "information",
        "error_title": book.say("refusal.title"),
        "error_message": message,
    }


def input_cells(column: Column, records: SheetRecords, book: Book) -> list[InputCell]:
    """Return what an input column's cells hold, one a record.

    Where the value is unknown but something was typed, that stands there unchanged; so does a
    choice with a remark, and a quantity whose unit the number alone would lose.
    """
    series = records.frame[column.id]
    raw = records.raw[column.id] if column.id in records.raw.columns else None
    if raw is None:
        return _typed(column, series, book.lists)
    if column.type in _VERBATIM or (column.as_written and column.type == "datetime"):
        typed = _typed(column, series, book.lists)
        return [
            value if _is_blank(said) else _verbatim(said)
            for value, said in zip(typed, raw.tolist(), strict=True)
        ]
    if column.type == "quantity":
        return _quantities(column, records, book)
    typed = _typed(column, series, book.lists)
    said = raw.to_numpy(dtype=object)
    for at in np.flatnonzero((series.isna() & raw.notna()).to_numpy()).tolist():
        # A moment that is no day is a moment still: its cell is formatted as one of the calendar.
        is_moment = column.type == "date" and isinstance(said[at], datetime)
        is_moment = is_moment and said[at].year > _EARLIEST
        typed[at] = serial(said[at]) if is_moment else _verbatim(said[at])
    for at, remark in records.remarks.get(column.id, {}).items():
        typed[at] = _remarked(typed[at], said[at], remark)
    return typed


def _remarked(label: InputCell, said: object, remark: str) -> InputCell:
    """Return a choice with its remark as it was typed; under the label of another language."""
    is_alike = not isinstance(label, str) or str(said).lstrip().startswith(label)
    return _verbatim(said) if is_alike else f"{label}({remark})"


def computed_cells(column: Column, records: SheetRecords, book: Book) -> list[InputCell]:
    """Return what a computed column shows, one a record: its value, "" or a short reason."""
    shown = _typed(column, records.frame[column.id], book.lists)
    blank: list[InputCell] = ["" if value is None else value for value in shown]
    if column.undefined == "reason" and records.reasons is not None:
        reasons = records.reasons[column.id].astype(object).tolist()
        for at, (value, reason) in enumerate(zip(shown, reasons, strict=True)):
            if value is None and reason in SHOWN_REASONS:
                blank[at] = reason_text(reason, book.language)
    return blank


def units_of(column: Column, records: SheetRecords) -> list[str | None]:
    """Return, per record, the unit its unit cell says, for a column that takes it from there."""
    if column.unit_from is None:
        return [None] * len(records.frame)
    units = records.frame[column.unit_from].astype(object)
    return [unit if isinstance(unit, str) else None for unit in units]


def _typed(
    column: Column, series: pd.Series[Any], lists: Mapping[str, Sequence[ListEntry]]
) -> list[InputCell]:
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        seconds = series.to_numpy().astype("datetime64[s]") - _EPOCH.astype("datetime64[s]")
        days = seconds.astype("int64") / 86_400
        return _masked(np.where(days % 1 == 0, days.round(), days).tolist(), series)
    if pd.api.types.is_numeric_dtype(series.dtype):
        numbers = series.to_numpy(dtype=float, na_value=np.nan)
        known = np.isfinite(numbers)
        return [n if ok else None for n, ok in zip(numbers.tolist(), known.tolist(), strict=True)]
    words = series.astype(object).tolist()
    if column.type == "datetime":
        return [_moment(word) for word in words]
    if column.choices is not None:
        labels = {entry.id: entry.label for entry in lists[column.choices]}
        return [_text(labels.get(word, word) if isinstance(word, str) else word) for word in words]
    return [_text(word) for word in words]


def _moment(word: object) -> InputCell:
    """Return a day and time kept as ISO text as Excel counts it; other text as it is."""
    try:
        return serial(datetime.fromisoformat(word)) if isinstance(word, str) else None
    except ValueError:
        return _text(word)


def _masked(values: list[float], series: pd.Series[Any]) -> list[InputCell]:
    return [
        None if missing else value
        for value, missing in zip(values, series.isna().tolist(), strict=True)
    ]


def _text(word: object) -> InputCell:
    return None if _is_blank(word) else _verbatim(word)


def _is_blank(value: object) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isnan(value) if isinstance(value, float) else value == ""


def _verbatim(value: object) -> InputCell:
    """Return what was typed as a cell can hold it."""
    if _is_blank(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return value if np.isfinite(value) else str(value)
    if isinstance(value, date):
        return value.isoformat(*([" "] if isinstance(value, datetime) else []))
    return str(value)


def as_drawn(records: SheetRecords, sheet: TableSheet, book: Book) -> SheetRecords:
    """Return records with the quantities as the sheet will hold them: formulas read their words."""
    raw = records.raw.copy()
    for column in sheet.inputs:
        if column.type == "quantity" and column.id in raw:
            cells = input_cells(column, records, book)
            raw[column.id] = pd.Series(cells, index=raw.index, dtype=object)
    return replace(records, raw=raw)


def _quantities(column: Column, records: SheetRecords, book: Book) -> list[InputCell]:
    typed = _typed(column, records.frame[column.id], book.lists)
    raw = records.raw[column.id].tolist()
    units = units_of(column, records)
    kinds = records.kinds.get(column.id)
    of_kind = [None] * len(typed) if kinds is None else kinds.astype(object).tolist()
    of_kind = [kind if isinstance(kind, str) else None for kind in of_kind]
    # Where no unit says per cent, a 0.3 formatted as a percentage must say it itself.
    raw = [
        f"{said * 100:.12g}%"
        if isinstance(kind, str) and kind == "percent" != unit and _is_number(said)
        else said
        for said, kind, unit in zip(raw, of_kind, units, strict=True)
    ]
    return [
        value
        if value is not None and (not isinstance(said, str) or _is_derivable(said, kind, unit))
        # As a number a doubtful 6.5 would become 650% under its row's number format.
        else _verbatim(as_text(said) if unit == "percent" and _is_number(said) else said)
        for value, said, kind, unit in zip(typed, raw, of_kind, units, strict=True)
    ]


def _is_number(cell: object) -> TypeGuard[float]:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and not _is_blank(cell)


def _is_derivable(said: str, kind: object, unit: str | None) -> bool:
    """Whether the number and the row's unit together say all that was typed."""
    if unit is None or not _PLAIN.fullmatch(said.strip()):
        return False
    if not isinstance(kind, str):
        told = parse(said, "quantity").kind
        # A bare figure takes the unit of its row.
        kind = unit if told in (None, "number") else told
    return unit == ("percent" if kind == "growth" else kind)


def form_cell(column: Column, value: object, book: Book) -> InputCell:
    """Return what a form's cell holds for a typed value, or for text as it was given."""
    if _is_blank(value):
        return None
    if column.choices is not None and isinstance(value, str):
        labels = {entry.id: entry.label for entry in book.lists[column.choices]}
        return labels.get(value, value)
    if isinstance(value, date):
        return serial(value) if column.type in ("date", "datetime") else value.isoformat()
    if isinstance(value, tuple) and all(isinstance(part, date) for part in value):
        return " – ".join(cast("date", part).isoformat() for part in value)
    return _verbatim(value)
