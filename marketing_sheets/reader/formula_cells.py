"""What we read in cells and the formulas of the same sheet do not: text in place of numbers, words.

Such figures count in the Summary and are left out beside it, which is told once a column or word.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isclose
from typing import Any

import pandas as pd

from ..formulas import parse
from ..formulas_text import amount_of
from ..formulas_words import excel_finds, spelled
from ..languages import LANGUAGES, Language, Text
from ..problems import Problem
from ..templates import Choices, Column, TableSheet
from .headers import stamp_in
from .kept import once_each
from .sorting import SortedRows, Table
from .typed import Surroundings, TypedTable, problem_of

__all__ = ["unseen_by_formulas"]

_MOMENTS = ("date", "datetime")
# These ask about texts as they stand, or about days, which Excel reads in its own way.
_SILENT = frozenset(("known", "count", "first_day", "last_day", "moment"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Uses:
    """Which columns formulas calculate with, read amounts from, and compare or look up.

    `words` has the choices each is compared with, none where a formula looks up any of them.
    """

    figures: frozenset[str]
    amounts: frozenset[str]
    words: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    rows: SortedRows
    typed: TypedTable


def unseen_by_formulas(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> Iterator[Problem]:
    """Name what only we understand, where the sheet is one of ours and so has our formulas."""
    if table.binding.header.ids_row is None or not len(rows.records):
        return
    uses, found = _uses(table.sheet), _Found(rows=rows, typed=typed)
    for column in table.inputs:
        if column.id in uses.amounts and column.is_numeric:
            yield from _texts(column, table, found, is_seen=_as_amount)
        elif column.id in uses.figures and (column.type in _MOMENTS or column.is_numeric):
            yield from _texts(column, table, found, is_seen=_never)
        elif column.id in uses.words and column.choices is not None:
            choices, sought = around.template.choices[column.choices], uses.words[column.id]
            yield from _words(column, choices, sought, table, found)


def _never(_text: str, _value: object) -> bool:
    return False


def _as_amount(text: str, value: object) -> bool:
    found = amount_of(text)
    return found is not None and isinstance(value, int | float) and isclose(found, value)


def _texts(
    column: Column, table: Table, found: _Found, *, is_seen: Callable[[str, object], bool]
) -> Iterator[Problem]:
    """Name the first of a column's values that stand as text and are not seen, with their count."""
    raw = found.typed.raw[column.id]
    if pd.api.types.infer_dtype(raw, skipna=True) not in ("string", "mixed", "mixed-integer"):
        return
    values = found.typed.frame[column.id].tolist()
    unseen = [
        at
        for at, (text, value) in enumerate(zip(raw.tolist(), values, strict=True))
        if isinstance(text, str) and not pd.isna(value) and not is_seen(text, value)
    ]
    if unseen:
        first, value = unseen[0], values[unseen[0]]
        params = {"count": len(unseen), "value": _shown(value)}
        at = int(found.rows.records[first])
        code = "formulas_need_value"
        yield problem_of(table, column, at, code=code, raw=raw.iloc[first], **params)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else str(value)
    return f"{value:.10g}" if abs(value) < 1 else f"{value:.15g}"


def _words(
    column: Column, choices: Choices, sought: frozenset[str], table: Table, found: _Found
) -> Iterator[Problem]:
    """Name each spelling that we know and formulas do not, with the number of its cells."""
    labels: Mapping[str, Text] = {item.id: item.label for item in choices.items}
    language = _language(table)
    pairs = list(zip(found.typed.raw[column.id], found.typed.frame[column.id], strict=True))
    for (text, value), count in Counter(pairs).items():
        if not isinstance(text, str) or not isinstance(value, str):
            continue
        if sought and value not in sought:
            continue  # nothing asks for this one
        words = spelled(choices, (value,), language) if value in labels else (value,)
        if excel_finds(text, words):
            continue
        label = labels.get(value) or Text(dict.fromkeys(LANGUAGES, value))
        at = int(found.rows.records[pairs.index((text, value))])
        params = {"count": count, "label": label}
        yield problem_of(table, column, at, code="formulas_need_word", raw=text, **params)


def _language(table: Table) -> Language:
    stamp = stamp_in(table.grid, table.binding.header.ids_row or 0)
    return next((at for at in LANGUAGES if stamp is not None and stamp.language == at), "en")


@once_each
def _uses(sheet: TableSheet) -> _Uses:
    texts = [column.formula for column in sheet.computed if column.formula is not None]
    texts += [text for live in sheet.live for text in live.values.values()]
    nodes = [node for text in texts for node in ast.walk(parse(text))]
    amounts = {name for node in nodes if _function(node) == "amount" for name in _named(node)}
    figures = {name for node in nodes if _function(node) not in _SILENT for name in _named(node)}
    words: dict[str, set[str]] = {}
    for node in nodes:
        for name, sought in _words_of(node):
            words.setdefault(name, set()).update(sought)
    looked_up = {name for node in nodes if _function(node) == "attribute" for name in _named(node)}
    return _Uses(
        figures=frozenset(figures - amounts),
        amounts=frozenset(amounts),
        words={
            name: frozenset(() if name in looked_up else sought)
            for name, sought in (words | {key: set() for key in looked_up}).items()
        },
    )


def _function(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _named(node: ast.AST) -> Iterator[str]:
    """Walk the columns that are operands of a call, a comparison or a calculation."""
    sides: list[ast.expr] = []
    if isinstance(node, ast.Call):
        sides = node.args
    elif isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
    elif isinstance(node, ast.BinOp):
        sides = [node.left, node.right]
    elif isinstance(node, ast.IfExp):
        sides = [node.body, node.orelse]
    yield from (side.id for side in sides if isinstance(side, ast.Name))


def _words_of(node: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """Walk the columns a node compares with words, with those words."""
    if isinstance(node, ast.Compare) or _function(node) == "count_where":
        sought = {
            part.value
            for part in ast.walk(node)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        }
        if sought:
            yield from ((name, sought) for name in _named(node))
