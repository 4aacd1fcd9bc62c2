"""Words of an open list that the list itself does not have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..problems import Problem
from ..values_choices import likeliest
from .sorting import SortedRows, Table
from .typed import TypedTable, problem_of

__all__ = ["unlisted_choices"]


def unlisted_choices(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Name each word once, where it stands first; a slip would make a choice of its own."""
    if not len(rows.records):
        return
    for column in table.inputs:
        context = typed.contexts.get(column.id)
        if column.type != "choice" or context is None or not context.choices_open:
            continue
        known = context.choices or {}
        cells = typed.frame[column.id].tolist()
        listed, counts = set(known.values()), Counter(cells)
        first = {word: position for position, word in reversed(list(enumerate(cells)))}
        for word in counts:
            if not isinstance(word, str) or word in listed:
                continue
            _, allowed = likeliest(word, known, context.labels or {})
            row = int(rows.records[first[word]])
            params = {"count": counts[word], "allowed": allowed}
            yield problem_of(table, column, row, code="unlisted_choice", raw=word, **params)
