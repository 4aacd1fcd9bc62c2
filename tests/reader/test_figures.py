"""A glance at all rows at once: it may let a row through, and never keeps a sum back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given, settings, strategies as st

from marketing_sheets.reader.figures import Figures
from marketing_sheets.values import plain_numbers

NUMBERS = st.one_of(st.none(), st.just(0.0), st.integers(1, 9), st.floats(0.01, 1e6))
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(NUMBERS, min_size=width, max_size=width), min_size=3, max_size=25
    )
)


def figures_of(rows: list[list[float | None]]) -> Figures:
    """Return the figures of a table of nothing but numbers."""
    cells = np.array(rows, dtype=object)
    table = SimpleNamespace(numbers=lambda at: plain_numbers(cells[:, at]))
    none = dict.fromkeys(range(len(rows[0])), np.zeros(len(rows), dtype=bool))
    sorter: Any = SimpleNamespace(
        cells=lambda at: cells[:, at], table=table, text=none, skipped={}, doubts={}
    )
    content = np.array([any(cell is not None for cell in row) for row in rows])
    return Figures(sorter=sorter, content=content, columns=list(range(len(rows[0]))))


def condensed(block: list[list[float | None]], *, mean: bool) -> list[float | None]:
    """Return the sums or means of a block, column by column; blank where it has nothing."""
    columns = [[cell for cell in column if cell is not None] for column in zip(*block, strict=True)]
    return [sum(c) / (len(c) if mean else 1) if c else None for c in columns]


@given(TABLES, st.data(), st.booleans(), st.booleans())
@settings(deadline=None)
def test_no_sum_or_mean_is_kept_back(
    rows: list[list[float | None]], data: st.DataObject, mean: bool, below: bool
) -> None:
    """A row that is the sum or the mean of the rows above or below it is always looked at."""
    first = data.draw(st.integers(0, len(rows) - 2))
    last = data.draw(st.integers(first + 2, len(rows)))
    at = first if below else last
    rows.insert(at, condensed(rows[first:last], mean=mean))
    figures = figures_of(rows)
    beside = figures.beside(at)
    block = beside[beside > at] if below else beside[beside < at][::-1]
    if figures.given[at].any() and figures.are_sums(at, block)[1:].any():
        assert figures.may_repeat(at)


def test_rows_that_are_no_sums_are_told_at_once() -> None:
    """Of rows whose figures have nothing to do with each other, none is looked at."""
    chance = np.random.default_rng(1)
    rows = chance.integers(1000, 99_999, size=(60, 3)).astype(float).tolist()
    figures = figures_of(rows)
    assert not any(figures.may_repeat(row) for row in range(len(rows)))
