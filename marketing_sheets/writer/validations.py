"""What cells accept, and the hint they show: drop-downs, bounds, days."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..templates import Column
from .book import Book

__all__ = ["refusal", "validation"]

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
