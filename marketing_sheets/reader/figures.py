"""The figures of a table, and which of its rows may be the sums, means or extremes of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..records import Floats, Integers, Mask
from .sorter import Sorter

_EXACT = 1e-9
AGREEING = 3  # figures that must all be sums before they count against a row
NEAR = 500  # rows of which each can be held against every block


@dataclass(kw_only=True, eq=False)
class Figures:
    """The columns that add up; `content` are the rows with anything in them."""

    sorter: Sorter
    content: Mask
    columns: list[int]
    _glance: tuple[int, Mask] | None = None
    _glance_above: tuple[int, Mask] | None = None

    @cached_property
    def numbers(self) -> dict[int, Floats]:
        """The figures of the columns that add up, NaN where a cell holds no number."""
        return {at: self._figures(at) for at in self.columns}

    def _figures(self, at: int) -> Floats:
        texts = np.flatnonzero(self.sorter.text[at])
        figures = self.sorter.table.numbers(at).copy()
        cells = self.sorter.cells(at)[texts].tolist()
        figures[texts] = np.fromiter(map(_number, cells), np.float64, len(texts))
        return figures

    @cached_property
    def given(self) -> Mask:
        """Which figures, row by row and column by column, are there and not 0."""
        whole = np.column_stack([self.numbers[at] for at in self.columns])
        given: Mask = ~np.isnan(whole) & (whole != 0) & self.content[:, None]
        return given

    def stated(self, row: int) -> list[int]:
        """Return the columns in which a row has a figure that is not 0."""
        if not self.columns:
            return []
        return [self.columns[n] for n in np.flatnonzero(self.given[row]).tolist()]

    @property
    def gone(self) -> set[int]:
        """The rows that are no records, or may be none."""
        return {*self.sorter.skipped, *self.sorter.doubts}

    @property
    def alive(self) -> Integers:
        """The rows with anything in them that are records beyond doubt so far."""
        alive = self.content.copy()
        alive[[*self.gone]] = False
        return np.flatnonzero(alive)

    def beside(self, row: int) -> Integers:
        """Return the rows with any figure in the columns in which a row has one."""
        alive, given = self.alive, self.given[:, self.given[row]]
        return np.asarray(alive[given[alive].any(axis=1)])

    def of(self, row: int, rows: Integers | int) -> Floats:
        """Return the figures of rows in the columns in which a row has one."""
        return np.array([self.numbers[c][rows] for c in self.stated(row)]).T

    def are_sums(self, row: int, block: Integers) -> Mask:
        """Tell for the first, the first two and more rows whether a row is their sum or mean."""
        figures, stated = self.of(row, block), self.of(row, row)
        sums, counts = np.nan_to_num(figures).cumsum(axis=0), (~np.isnan(figures)).cumsum(axis=0)
        # Rows all alike are their own mean, which proves nothing.
        differs = ((figures != stated) & ~np.isnan(figures)).any(axis=1)
        means = _close(sums / np.maximum(counts, 1), stated).all(axis=1)
        means &= np.logical_or.accumulate(differs)
        return np.asarray(_close(sums, stated).all(axis=1) | means)

    def is_rounded_mean(self, row: int, block: Integers) -> bool:
        """Whether the figures of a row are those of a block's means, each as exact as written."""
        figures, stated = self.of(row, block), self.of(row, row)
        means = (
            np.nanmean(figures, axis=0) if (~np.isnan(figures)).any(axis=0).all() else figures[0]
        )
        is_spread = bool((figures != figures[0]).any(axis=0).all())
        return is_spread and any(
            bool(_close(np.floor(means * unit + 0.5) / unit, stated).all()) for unit in (1, 10, 100)
        )

    def may_repeat(self, row: int) -> bool:
        """Whether a row may be the sum or mean of the rows next to it, as a glance at all tells."""
        known = len(self.gone)
        if self._glance is None or self._glance[0] != known:
            with np.errstate(over="ignore", invalid="ignore"):
                self._glance = known, self._repeating()
        return bool(self._glance[1][row])

    def may_condense(self, row: int, naming: Iterable[int]) -> bool:
        """Whether a row may be a sum or mean of all above, or of all with its name in a column.

        As a glance at all rows tells, generously; `naming` are the columns that name a record.
        """
        known = len(self.gone)
        if self._glance_above is None or self._glance_above[0] != known:
            with np.errstate(over="ignore", invalid="ignore"):
                self._glance_above = known, self._condensing(naming)
        return bool(self._glance_above[1][row])

    def _condensing(self, naming: Iterable[int]) -> Mask:
        """Tell which rows may be the sum or mean of rows of their name, or of those above them."""
        alive, result = self.alive, np.ones(len(self.content), dtype=bool)
        figures = np.column_stack([self.numbers[at][alive] for at in self.columns])
        cells, stated = np.nan_to_num(figures), self.given[alive]
        filled = ~np.isnan(figures) & stated.any(axis=1, keepdims=True)
        counted = np.stack([cells, cells != 0, filled])
        # Up to each row: from the first one on, and from the last one above that is no record.
        above = np.concatenate([np.zeros_like(counted[:, :1]), counted.cumsum(axis=1)], axis=1)
        skipped = np.array([-1, *sorted(self.sorter.skipped)])
        last = skipped[np.searchsorted(skipped, alive) - 1]
        start = np.searchsorted(alive, last, side="right")
        slack = _slack(cells, above[0], len(alive))
        hit = np.zeros(len(alive), dtype=bool)
        for sums, least, most in (above[:, :-1], above[:, :-1] - above[:, start]):
            near = _may_agree(sums, least, most, cells, slack)
            near |= np.abs(sums - most * cells) <= most / 2 + slack  # a mean that was rounded
            hit |= (near | ~stated).all(axis=1)
        for at in naming:
            numbers: dict[object, int] = {}
            names = self.sorter.cells(at)[alive].tolist()
            codes = np.array([numbers.setdefault(name, len(numbers)) for name in names], np.intp)
            groups = np.zeros((len(numbers), *counted.shape[::2]))
            np.add.at(groups, codes, counted.swapaxes(0, 1))
            sums, least, most = groups[codes].swapaxes(0, 1) - counted
            near = _may_agree(sums, least, most, cells, slack)
            hit |= (near | ~stated).all(axis=1)
        result[alive] = hit
        return result

    def _repeating(self) -> Mask:
        """Tell which rows may be sums or means: all columns of all blocks at once, generously."""
        alive, result = self.alive, np.ones(len(self.content), dtype=bool)
        row, end = np.ogrid[: len(alive), : len(alive)]
        first, last = np.where(end < row, end, row + 1), np.where(end < row, row, end + 1)
        hit, left = last - first > 1, np.arange(len(alive))
        for at, given in zip(self.columns, self.given[alive].T, strict=True):
            figures = self.numbers[at][alive]
            filled = np.nan_to_num(figures)
            counted = [
                np.concatenate([[0.0], part.cumsum()])
                for part in (filled, filled != 0, ~np.isnan(figures))
            ]
            sums, least, most = (part[last] - part[first] for part in counted)
            slack = _slack(filled[:, None], counted[0], len(alive))[left]
            cells, stated = filled[left, None], given[left, None]
            hit &= _may_agree(sums, least, most, cells, slack) | ~stated
            # What one column rules out no other is asked about.
            some = hit.any(axis=1)
            hit, left, first, last = hit[some], left[some], first[some], last[some]
        result[alive] = np.isin(np.arange(len(alive)), left)
        return result

    def fits(self, row: int) -> bool:
        """Whether the figures of a row are the sums, means, extremes or numbers of one block."""
        alive, stated = self.alive, self.of(row, row)
        above, below = alive[alive < row][::-1], alive[alive > row]
        for block in (above[:NEAR], below[:NEAR], alive[alive != row]):
            figures = self.of(row, block)
            counts = (~np.isnan(figures)).cumsum(axis=0)
            sums = np.nan_to_num(figures).cumsum(axis=0)
            extremes = np.fmax.accumulate(figures), np.fmin.accumulate(figures)
            for found in (sums, sums / np.maximum(counts, 1), counts, *extremes):
                if stated.size and _close(found, stated).all(axis=1).any():
                    return True
        return False

    def likely(self) -> Integers:
        """Return the rows that may be sums of others, told column by column at numpy's speed."""
        alive = self.alive
        enough = self.given[alive].sum(axis=1) >= AGREEING
        if len(alive) <= NEAR:
            return np.asarray(alive[enough])
        figures = np.column_stack([np.nan_to_num(self.numbers[at][alive]) for at in self.columns])
        hit = enough.copy()
        # Of a block of one row every second of two equal rows would be the sum.
        hit[1:] &= (figures[1:] != figures[:-1]).any(axis=1)
        for column in figures.T:
            sums = np.concatenate([[0.0], column.cumsum()])
            order, slack = np.sort(sums), np.abs(column) * _EXACT + _EXACT
            found = column == 0
            # The sum up to a row less the row itself is the sum up to where its block begins.
            for target in (sums[:-1] - column, sums[1:] + column):
                first = np.searchsorted(order, target - slack)
                found |= np.searchsorted(order, target + slack, side="right") > first
            hit &= found
        # Means are not told so; they stand where a block ends.
        ends = np.flatnonzero(np.diff(alive) > 1)
        hit[[0, *ends, *(ends + 1), -1]] = True
        return np.asarray(alive[hit & enough][:NEAR])


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return float("nan")


def _slack(cells: Floats, up_to: Floats, rows: int) -> Floats:
    """Return by how much a sum may be off: what counts as equal, and what adding up loses."""
    slack = np.maximum(np.abs(cells), 1.0) * _EXACT * 2 * (rows + 1)
    return np.asarray(slack + np.abs(up_to).max() * _EXACT / 100)


def _may_agree(sums: Floats, least: Floats, most: Floats, cells: Floats, slack: Floats) -> Mask:
    """Tell where cells may be sums, or means of `least` to `most` figures, give or take `slack`."""
    # A row of zeros may be none of those of which the mean is taken.
    means = least * cells, most * cells
    near = np.abs(sums - cells) <= slack
    near |= (sums >= np.minimum(*means) - slack) & (sums <= np.maximum(*means) + slack)
    return np.asarray(near | ~np.isfinite(slack))


def _close(found: Floats, stated: Floats) -> Mask:
    return np.asarray(np.abs(found - stated) <= np.maximum(np.abs(stated), 1.0) * _EXACT)
