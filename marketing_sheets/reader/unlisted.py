"""Words of an open list that the list itself does not have."""

from __future__ import annotations

from collections.abc import Iterator

from ..problems import Problem
from ..values_choices import likeliest
from .sorting import SortedRows, Table
from .typed import TypedTable, problem_of

__all__ = ["unlisted_choices"]


def unlisted_choices(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Name each word once, where it stands first; a slip would make a choice of its own."""
    for column in table.inputs:
        context = typed.contexts.get(column.id)
        if column.type != "choice" or context is None or not context.choices_open:
            continue
        known = context.choices or {}
        words = typed.frame[column.id].dropna()
        words = words[~words.isin(set(known.values()))]
        if words.empty:
            continue
        counts = words.value_counts()
        for position, word in words.drop_duplicates().items():
            _, allowed = likeliest(word, known, context.labels or {})
            row = int(rows.records[int(str(position))])
            params = {"count": int(counts[word]), "allowed": allowed}
            yield problem_of(table, column, row, code="unlisted_choice", raw=word, **params)
