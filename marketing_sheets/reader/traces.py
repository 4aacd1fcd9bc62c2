"""The columns that say where the rows of a merged or split workbook come from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..languages import LANGUAGES, fold, fold_label
from ..records import MARK, TRACES
from ..values import choice_spellings
from ..values_cells import as_typed
from ..wording import say

if TYPE_CHECKING:
    from .sorting import SortedRows, Table
    from .typed import Surroundings

__all__ = ["is_trace_id", "origins_of", "trace_columns"]

_PREFIX = "trace."
_NAMES = (*TRACES, MARK)
# So many headers must be called like traces where no ids say that they are.
_ENOUGH = 3
_DEPARTMENT = "department"


def is_trace_id(text: str) -> bool:
    """Whether a cell of the row of ids names a trace."""
    return text.removeprefix(_PREFIX) in _NAMES if text.startswith(_PREFIX) else False


def trace_columns(
    ids: Mapping[int, str], names: Mapping[int, tuple[str, ...]], taken: Mapping[int, str]
) -> dict[str, int]:
    """Return the column (from 0) of each trace: by its id, else by its label in any language.

    `ids` is the whole row of ids, `names` the folded headers, `taken` the columns that are bound.
    """
    found: dict[str, int] = {}
    for at, text in ids.items():
        if is_trace_id(text):
            found.setdefault(text.removeprefix(_PREFIX), at)
    if found:
        return found
    labels = _labels()
    for at, texts in names.items():
        name = next((labels[text] for text in texts if text in labels), None)
        if name is not None and at not in taken:
            found.setdefault(name, at)
    return found if len(found) >= _ENOUGH else {}


@cache
def _labels() -> dict[str, str]:
    return {
        fold_label(say("sheets", f"{_PREFIX}{name}", language)): name
        for name in _NAMES
        for language in LANGUAGES
    }


def origins_of(table: Table, rows: SortedRows, around: Surroundings) -> pd.DataFrame | None:
    """Return the traces of the records, None if the table has none of them."""
    header, grid = table.binding.header, table.grid
    columns: dict[str, pd.Series[Any]] = {}
    for name in TRACES:
        if name not in header.traces:
            continue
        cells = grid.cells[header.first + rows.records, header.traces[name]].tolist()
        if name == "row":
            columns[name] = pd.Series([_whole(cell) for cell in cells], dtype="Int64")
            continue
        texts = pd.Series([_text(cell) for cell in cells], dtype="str")
        columns[name] = _as_ids(texts, around) if name == _DEPARTMENT else texts
    return pd.DataFrame(columns) if columns else None


def _text(cell: Any) -> str | None:
    text = "" if cell is None else as_typed(cell).strip()
    return text or None


def _whole(cell: object) -> int | None:
    if isinstance(cell, bool) or cell is None:
        return None
    try:
        number = float(str(cell))
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def _as_ids(texts: pd.Series[Any], around: Surroundings) -> pd.Series[Any]:
    """Return departments as ids where the workbook's list knows them."""
    choices = around.template.choices.get(_DEPARTMENT)
    if choices is None:
        return texts
    spellings = choice_spellings(choices)
    for entry in around.entries.get(choices.id, {}):
        spellings.setdefault(fold(entry), entry)
    return texts.map({word: spellings.get(fold(word), word) for word in texts.dropna().unique()})
