"""A glance at all rows at once: it may let a row through, and never keeps a sum back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import assume, given, settings, strategies as st

from marketing_sheets.reader.figures import Figures
from marketing_sheets.values import plain_numbers

NUMBERS = st.one_of(st.none(), st.just(0.0), st.integers(1, 9), st.floats(0.01, 1e6))
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(NUMBERS, min_size=width, max_size=width), min_size=3, max_size=25
    )
)


def figures_of(
    rows: list[list[float | None]], *, names: str = "", skipped: tuple[int, ...] = ()
) -> Figures:
    """Return the figures of a table of nothing but numbers, its rows' names in the last column."""
    named = [[*row, name] for row, name in zip(rows, names or "x" * len(rows), strict=True)]
    cells = np.array(named, dtype=object)
    gone = dict.fromkeys(skipped)
    table = SimpleNamespace(numbers=lambda at: plain_numbers(cells[:, at]))
    none = dict.fromkeys(range(len(rows[0])), np.zeros(len(rows), dtype=bool))
    sorter: Any = SimpleNamespace(
        cells=lambda at: cells[:, at], table=table, text=none, skipped=gone, doubts={}
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


@given(TABLES, st.data(), st.booleans(), st.sampled_from((None, 0, 1)))
@settings(deadline=None)
def test_no_sum_of_a_name_or_of_all_above_is_kept_back(
    rows: list[list[float | None]], data: st.DataObject, mean: bool, digits: int | None
) -> None:
    """A row is looked at if it sums up all of its name, or all above it, from a total on too."""
    names = data.draw(st.text("ab", min_size=len(rows), max_size=len(rows)))
    at = data.draw(st.integers(2, len(rows)))
    since = data.draw(st.integers(-1, at - 3))
    block = data.draw(
        st.sampled_from(
            (rows[since + 1 : at], [r for r, n in zip(rows, names, strict=True) if n == "a"])
        )
    )
    assume(block)
    figures = [
        f if f is None or digits is None else round(f, digits) for f in condensed(block, mean=mean)
    ]
    rows.insert(at, figures)
    names = f"{names[:at]}a{names[at:]}"
    table = figures_of(rows, names=names, skipped=() if since < 0 else (since,))
    assume(table.given[at].any())  # a row without a figure is none to be asked about
    beside = table.beside(at)
    alive = table.alive[table.given[table.alive].any(axis=1) & (table.alive < at)]
    alike = beside[[names[row] == "a" and row != at for row in beside.tolist()]]
    above = [alive, alive[alive > since]]
    is_found = any(len(b) and table.are_sums(at, b)[-1] for b in (*above, alike))
    is_found |= any(len(b) and table.is_rounded_mean(at, b) for b in above)
    if is_found:
        assert table.may_condense(at, [len(rows[0])])


def test_rows_that_are_no_sums_are_told_at_once() -> None:
    """Of rows whose figures have nothing to do with each other, none is looked at."""
    chance = np.random.default_rng(1)
    rows = chance.integers(1000, 99_999, size=(60, 3)).astype(float).tolist()
    figures = figures_of(rows)
    assert not any(figures.may_repeat(row) for row in range(len(rows)))
    assert not any(figures.may_condense(row, [3]) for row in range(1, len(rows)))
