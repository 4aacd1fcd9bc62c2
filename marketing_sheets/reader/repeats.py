"""Rows that repeat rows: totals, averages, counts and what days are held against.

Three kinds of evidence, in this order: formulas over their own column, words in the place of a day,
key or name, and figures that equal those of a block of rows. A row with its own day and key whose
figures happen to add up stays a record, with a warning; filling down lends no identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from pandas.api.types import infer_dtype

from ..records import Array, Floats, Mask
from ..template import Column, ColumnType
from ..texts import fold, fold_label
from ..values import Context, parse
from .table import NonRecord, Sorter, TotalKind
from .total_words import TotalWord, is_against, total_word

# What makes a row a record although a word for a total stands in it.
_OTHERS: frozenset[ColumnType] = frozenset(("text", "choice", "person", "department", "yes_no"))
_DAYS: frozenset[ColumnType] = frozenset(("date", "date_range", "datetime", "week"))
_EXACT = 1e-9
_AGREEING = 3  # figures that must all be sums before they count against a row
_FORMULAS = 2
_MOST_NAMELESS = 200
_FEW = 500  # rows of which each can be held against every block


@dataclass(kw_only=True, eq=False)
class Repeats:
    """A table on the search for rows that repeat others; `content` are the rows with anything."""

    sorter: Sorter
    content: Mask

    @cached_property
    def columns(self) -> dict[int, Column]:
        """The bound input columns by their place in the tab."""
        at = self.sorter.table.binding.columns
        return {at[column.id]: column for column in self.sorter.table.inputs}

    @cached_property
    def figures(self) -> list[int]:
        """The columns whose figures add up."""
        return [at for at, column in self.columns.items() if column.additive]

    @cached_property
    def naming(self) -> dict[int, Column]:
        """The columns that name a record: its day, its key, or else its first text."""
        sheet = self.sorter.table.sheet
        keys = {column.id for column in sheet.columns if column.is_key} | {*sheet.key}
        found = {
            at: column
            for at, column in self.columns.items()
            if column.id in keys or column.type in _DAYS
        }
        if not any(column.id in keys for column in found.values()):
            texts = (at for at, column in self.columns.items() if column.type in _OTHERS)
            found |= {at: self.columns[at] for at in sorted(texts)[:1]}
        return found

    @cached_property
    def labels(self) -> frozenset[str]:
        """The folded labels of the sheet's columns, of which there may be totals."""
        columns = self.sorter.table.sheet.columns
        words = (word for c in columns for word in (*c.label.values(), *c.aliases))
        return frozenset(map(fold_label, words))

    @cached_property
    def numbers(self) -> dict[int, Floats]:
        """The figures of the columns that add up, NaN where a cell holds no number."""
        return {at: _numbers(self.sorter.cells(at)) for at in self.figures}

    def find(self) -> None:
        """Skip the rows that repeat others, and put those on record that only look like it."""
        self._by_formula()
        self._by_word()

    def skip(self, row: int, text: str, kind: TotalKind | None) -> None:
        """Take a row out of the records."""
        self.sorter.skipped[row] = NonRecord(row=row, reason="total_row", text=text, total=kind)

    def _doubt(self, row: int) -> None:
        self.sorter.doubts.setdefault(row, ("maybe_total", self._text_of(row)))

    def _by_formula(self) -> None:
        """Skip rows with two formulas over their own columns, or one and no identity."""
        first, share = self.sorter.table.first, self.sorter.table.sheet.share
        counts: dict[int, int] = {}
        for row, column in self.sorter.table.grid.aggregates:
            # A share of its column's total is our own formula over that column.
            is_ours = (
                share is not None
                and column in self.columns
                and self.columns[column].id == share.column
            )
            if column in self.columns and row >= first and not is_ours:
                counts[row - first] = counts.get(row - first, 0) + 1
        for row, count in sorted(counts.items()):
            if row in self.sorter.skipped or row >= self.sorter.height:
                continue
            if count >= _FORMULAS or not self._has_identity(row):
                word = self._word_of(row)
                self.skip(row, self._text_of(row), word.kind if word else None)
            else:
                self._doubt(row)

    def _by_word(self) -> None:
        for row, at, text in self._candidates():
            if row in self.sorter.skipped:
                continue
            column = self.naming.get(at)
            word = total_word(text, self.labels)
            if word is None and column is not None and is_against(text):
                self.skip(row, text, None)
            elif word is not None and self._is_meant(row, at, word):
                self.skip(row, text, word.kind)

    def _candidates(self) -> Iterable[tuple[int, int, str]]:
        """Walk the cells whose text may be such a word, row by row."""
        found: list[tuple[int, int, str]] = []
        for at in sorted(self.sorter.text):
            rows = np.flatnonzero(self.sorter.text[at] & self.content)
            texts = self.sorter.cells(at)[rows].tolist()
            hits = {t for t in set(texts) if total_word(t, self.labels) or is_against(t)}
            if hits:
                pairs = zip(rows.tolist(), texts, strict=True)
                found += [(row, at, text.strip()) for row, text in pairs if text in hits]
        return sorted(found)

    def _is_meant(self, row: int, at: int, word: TotalWord) -> bool:
        """Decide whether a word for a total makes its row one, in the place where it stands."""
        column = self.naming.get(at)
        is_first = at == min((c for c in self.sorter.text if self.sorter.text[c][row]), default=at)
        if column is None or column.type not in _DAYS:
            # Only what adds up has a total: 总费用 is the name of a metric elsewhere.
            if not word.is_bare and not self.figures:
                return False
            if word.is_whole and not self._is_told_apart(row, at):
                return False
            # A list of names has no totals on it; among free texts a task may be called 汇总.
            is_listed = column is not None and column.choices is not None
            if not is_listed and self._is_somebodys(row, at):
                return False
            if not is_listed and word.kind == "other" and word.is_bare and not self._fits(row):
                return False
        return column is not None or word.is_bare or is_first

    def _is_told_apart(self, row: int, at: int) -> bool:
        """Whether what a word such as 全渠道 sums up is told apart: by other rows of its day."""
        same = self.content.copy()
        same[row] = False
        for day, column in self.naming.items():
            if column.type in _DAYS and self.sorter.filled[day][row]:
                cells = self.sorter.cells(day)
                same &= cells == cells[row]
        rows = [r for r in np.flatnonzero(same).tolist() if r not in self.sorter.skipped]
        cells = self.sorter.cells(at)[rows].tolist()
        return any(isinstance(c, str) and total_word(c, self.labels) is None for c in cells)

    def _is_somebodys(self, row: int, but: int) -> bool:
        """Whether another cell of a row says what a total has not: whose it is, since when."""
        for at, column in self.columns.items():
            # What is dragged down, or left standing over several rows, says nothing of this one.
            if at == but or not self.sorter.filled[at][row] or column.fill_down:
                continue
            is_text = bool(self.sorter.text[at][row])
            if is_text and column.type in _OTHERS and not self._is_total(at, row):
                return True
            if column.type in _DAYS and self._is_day(at, row):
                return True
        return False

    def _is_total(self, at: int, row: int) -> bool:
        return total_word(self.sorter.text_at(row, at), self.labels) is not None

    def _has_identity(self, row: int) -> bool:
        return bool(self.identity[row])

    @cached_property
    def identity(self) -> Mask:
        """Which rows have a day that can be read, and every key as its sheet's list has it."""
        result = np.ones(self.sorter.height, dtype=bool)
        days = [at for at, column in self.naming.items() if column.type in _DAYS]
        if days:
            result &= np.logical_or.reduce([self._where(at, self._reads_as_day) for at in days])
        for at, column in self.naming.items():
            if column.type not in _DAYS:
                result &= self._where(at, partial(self._is_listed, column))
        return result

    def _is_listed(self, column: Column, text: str) -> bool:
        return column.choices is None or fold(text) in self.sorter.words(column.choices)

    def _where(self, at: int, test: Callable[[str], bool]) -> Mask:
        """Tell which cells of a column are filled and, if they are texts, pass a test."""
        result = self.sorter.filled[at].copy()
        rows = np.flatnonzero(self.sorter.text[at])
        texts = self.sorter.cells(at)[rows].tolist()
        passed = {text: test(text.strip()) for text in set(texts)}
        result[rows] = np.fromiter((passed[text] for text in texts), bool, len(texts))
        return result

    def _is_day(self, at: int, row: int) -> bool:
        cell = self.sorter.cells(at)[row]
        return not isinstance(cell, str) or self._reads_as_day(cell)

    def _reads_as_day(self, text: str) -> bool:
        # A day without its year is one all the same.
        return any(c.isdigit() for c in text) or parse(text, "date", Context()).value is not None

    def _word_of(self, row: int) -> TotalWord | None:
        texts = (self.sorter.text_at(row, at) for at in self.naming if self.sorter.text[at][row])
        return next((word for text in texts if (word := total_word(text, self.labels))), None)

    def _text_of(self, row: int) -> str:
        """Return what a row is called: its first text, else its first figure as Excel shows it."""
        for at in sorted(self.sorter.text):
            if self.sorter.text[at][row]:
                return self.sorter.text_at(row, at)
        figures = (self.numbers[at][row] for at in self.figures)
        return next((f"{figure:,.15g}" for figure in figures if not np.isnan(figure)), "")

    def _fits(self, row: int) -> bool:
        """Whether the figures of a row are the largest, smallest or the number of the others."""
        fits = []
        for at in self.figures:
            stated = self.numbers[at][row]
            others = self.numbers[at][self._others(row)]
            others = others[~np.isnan(others)]
            if not np.isnan(stated) and len(others):
                fits.append(stated in (others.max(), others.min(), len(others)))
        return bool(fits) and all(fits)

    def _others(self, row: int) -> list[int]:
        rows = np.flatnonzero(self.content).tolist()
        return [r for r in rows if r != row and r not in self.sorter.skipped]

    def by_figures(self) -> None:
        """Skip rows without a day or key whose figures are all sums, or means, of one block.

        With day and key a row stays and is doubted, and so is one with two figures only; a row of
        nothing but figures need not prove it three times. Rows of zeros say nothing.
        """
        if not self.figures:
            return
        rows = np.flatnonzero(self._given.any(axis=1) & ~self.identity).tolist()
        if len(rows) > _MOST_NAMELESS:
            rows = []  # the names are missing, not the word "total"
        # Down the table a subtotal is out of the way before the total of all, up it one at the top.
        for row in (*rows, *reversed(rows)):
            if row not in self.sorter.skipped and self._is_condensed(row):
                if len(self._stated(row)) >= _AGREEING or self._is_nameless(row):
                    self.skip(row, self._text_of(row), None)
                elif len(self._stated(row)) == _AGREEING - 1:
                    self._doubt(row)
        for row in self._like_sums():
            if self._is_sum_of_any(row, self._alive, means=len(self._alive) <= _FEW):
                self._doubt(row)

    @cached_property
    def _given(self) -> Mask:
        """Which figures, row by row and column by column, are there and not 0."""
        whole = np.column_stack([self.numbers[at] for at in self.figures])
        given: Mask = ~np.isnan(whole) & (whole != 0) & self.content[:, None]
        return given

    def _stated(self, row: int) -> list[int]:
        """Return the columns in which a row has a figure that is not 0."""
        return [self.figures[n] for n in np.flatnonzero(self._given[row]).tolist()]

    @property
    def _alive(self) -> list[int]:
        gone = self.sorter.skipped
        return [row for row in np.flatnonzero(self.content).tolist() if row not in gone]

    @property
    def _totals(self) -> list[int]:
        skipped = self.sorter.skipped
        return sorted(row for row in skipped if skipped[row].reason == "total_row")

    def _is_nameless(self, row: int) -> bool:
        return not any(
            self.sorter.filled[at][row] and not column.is_numeric
            for at, column in self.columns.items()
        )

    def _is_condensed(self, row: int) -> bool:
        """Whether the figures of a row without identity are the sums or means of one block.

        Where they are too few to prove it, the block has to begin where the table does, or behind
        the last row that was no record.
        """
        alive = self._alive
        if len(self._stated(row)) >= _AGREEING:
            return self._is_sum_of_any(row, alive, means=True)
        last = max((gone for gone in self.sorter.skipped if gone < row), default=-1)
        alive = [r for r in alive if self._given[r].any()]
        blocks = [[r for r in alive if start < r < row] for start in {last, -1}]
        return any(len(block) >= 2 and self._is_sum_of(row, block) for block in blocks)

    def _is_sum_of(self, row: int, block: list[int]) -> bool:
        at = self._stated(row)
        figures = np.nan_to_num(np.column_stack([self.numbers[c][block] for c in at]))
        stated = np.array([self.numbers[c][row] for c in at])
        sums = figures.sum(axis=0)
        is_mean = _agree(stated, sums / len(block)) and bool((figures != stated).any())
        return is_mean or _agree(stated, sums)

    def _is_sum_of_any(self, row: int, alive: list[int], *, means: bool) -> bool:
        """Whether the figures of a row are those of some block that ends above or begins below."""
        at = self._stated(row)
        stated = np.array([self.numbers[c][row] for c in at])
        # Rows without any of these figures add nothing: a block of one is only a copy.
        given = np.count_nonzero(self._given[:, [self.figures.index(c) for c in at]], axis=1)
        above = [r for r in alive if r < row and given[r]][::-1]
        below = [r for r in alive if r > row and given[r]]
        for block in (above, below):
            if len(block) < 2:
                continue
            figures = np.nan_to_num(np.column_stack([self.numbers[c][block] for c in at]))
            sums = figures.cumsum(axis=0)
            counts = np.arange(1, len(block) + 1)[:, None]
            found: Mask = np.asarray(_close(sums, stated).all(axis=1))
            if means:
                # Rows all alike are their own mean, which proves nothing.
                differ = np.maximum.accumulate((figures != stated).any(axis=1))
                found |= _close(sums / counts, stated).all(axis=1) & differ
            if self.identity[row]:
                # A group with its own total between is summed up already: more than that one.
                groups = np.searchsorted(self._totals, [row, *block])
                found &= (groups[1] == groups[0]) | (groups[1:] != groups[1])
            if found[1:].any():
                return True
        return False

    def _like_sums(self) -> list[int]:
        """Return the rows that may be sums of others, told by one column at the speed of numpy."""
        alive = self._alive
        enough = self._given.sum(axis=1) >= _AGREEING
        if len(alive) <= _FEW:
            return [row for row in alive if enough[row]]
        at = max(self.figures, key=lambda c: len(np.unique(self.numbers[c][alive])))
        figures = np.nan_to_num(self.numbers[at][alive])
        sums = np.concatenate([[0.0], figures.cumsum()])
        order = np.sort(sums)
        slack = np.abs(figures) * _EXACT + _EXACT
        hit = np.zeros(len(alive), dtype=bool)
        # The sum up to a row less the row itself is the sum up to where its block begins.
        for target in (sums[:-1] - figures, sums[1:] + figures):
            first = np.searchsorted(order, target - slack)
            hit |= np.searchsorted(order, target + slack, side="right") > first
        # Of a block of one row every second of two equal rows would be the sum.
        hit[1:] &= figures[1:] != figures[:-1]
        hit &= (figures != 0) & enough[alive]
        return [alive[n] for n in np.flatnonzero(hit).tolist()[:_FEW]]


def _numbers(cells: Array) -> Floats:
    """Return the figures of cells, be they stored as text; NaN where there is none."""
    if infer_dtype(cells, skipna=False) == "floating":
        return cells.astype(np.float64)
    return np.array([_number(cell) for cell in cells.tolist()], dtype=np.float64)


def _number(cell: object) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) and cell.strip():
        try:
            return float(cell.replace(",", ""))
        except ValueError:
            return float("nan")
    return float("nan")


def _close(found: Floats, stated: Floats) -> Mask:
    return np.asarray(np.abs(found - stated) <= np.maximum(np.abs(stated), 1.0) * _EXACT)


def _agree(stated: Floats, found: Floats) -> bool:
    return bool(_close(found, stated).all())
