"""Rows that repeat rows: totals, averages, counts and what days are held against.

Three kinds of evidence, in this order: formulas over their own column, words in the place of a day,
key or name, and figures that equal those of a block of rows. A row with its own day and key whose
figures happen to add up stays a record, with a warning; filling down lends no identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

import numpy as np

from ..records import Integers, Mask
from ..template import Column, ColumnType
from ..texts import fold, fold_label
from ..values import Context, nothing, parse
from .ends import is_word, tells_day
from .figures import AGREEING, NEAR, Figures
from .sorter import Sorter
from .table import NonRecord, TotalKind
from .total_words import TotalWord, is_against, total_word

# What makes a row a record although a word for a total stands in it.
_OTHERS: frozenset[ColumnType] = frozenset(("text", "choice", "person", "department", "yes_no"))
_OWNERS: frozenset[ColumnType] = frozenset(("person", "department"))
_DAYS: frozenset[ColumnType] = frozenset(("date", "date_range", "datetime", "week"))
_FORMULAS = 2
_MOST_NAMELESS = 200
_MANY = 2  # so many days to a word for a day, before the word is doubted


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
    def figures(self) -> Figures:
        """The figures that add up."""
        at = [at for at, column in self.columns.items() if column.additive]
        return Figures(sorter=self.sorter, content=self.content, columns=at)

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
    def days(self) -> frozenset[int]:
        """The columns of days, be their header not known."""
        days = {at for at, column in self.naming.items() if column.type in _DAYS}
        others = (at for at in self.sorter.filled if at not in self.columns)
        return frozenset(days | {at for at in others if self._holds_days(at)})

    def _holds_days(self, at: int) -> bool:
        cells = self.sorter.cells(at)[self.sorter.filled[at]][:NEAR].tolist()
        days = [c for c in cells if isinstance(c, date) or (isinstance(c, str) and _is_day(c))]
        return len(days) * 2 > len(cells)

    @cached_property
    def labels(self) -> frozenset[str]:
        """The folded labels of the sheet's columns, of which there may be totals."""
        columns = self.sorter.table.sheet.columns
        words = (word for c in columns for word in (*c.label.values(), *c.aliases))
        return frozenset(map(fold_label, words))

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
        first = self.sorter.table.first
        # A column of somebody's own may be one of ours that was renamed.
        columns = {*self.columns, *self.sorter.table.binding.extras.values()}
        counts: dict[int, int] = {}
        for row, column in self.sorter.table.grid.aggregates:
            if column in columns and row >= first:
                counts[row - first] = counts.get(row - first, 0) + 1
        for row, count in sorted(counts.items()):
            if row in self.sorter.skipped or row >= self.sorter.height:
                continue
            if self._is_share(row) and not self._is_double(row):
                continue  # by our own formula
            if count >= _FORMULAS or not self.identity[row]:
                word = self._word_of(row)
                self.skip(row, self._text_of(row), word.kind if word else None)
            else:
                self._doubt(row)

    def _is_share(self, row: int) -> bool:
        """Whether a row is a fixed share of its column's total."""
        share = self.sorter.table.sheet.share
        at = self.sorter.table.binding.columns.get(share.row_column) if share is not None else None
        choices = None if at is None else self.columns[at].choices
        if share is None or at is None or choices is None:
            return False
        return (
            self.sorter.words(choices).get(fold(self.sorter.text_at(row, at))) == share.row_choice
        )

    def _by_word(self) -> None:
        for row, at, text in self._candidates():
            if row in self.sorter.skipped or self._is_worded(row):
                continue
            word = total_word(text, self.labels)
            if word is None:
                if at in self.naming and is_against(text):
                    self.skip(row, text, None)
            elif self._is_meant(row, at, word):
                if self._is_borne_out(row, at, word):
                    self.skip(row, text, word.kind)
                elif self.figures.stated(row) or not self._holds_more(row, at):
                    self._doubt(row)

    def _holds_more(self, row: int, but: int) -> bool:
        """Whether anything that is read but its name stands in a row."""
        return any(self.sorter.filled[at][row] for at in self.columns if at != but)

    def _candidates(self) -> Iterable[tuple[int, int, str]]:
        """Walk the cells whose text may be such a word, row by row."""
        found: list[tuple[int, int, str]] = []
        for at in sorted(self.sorter.text):
            is_hit = self.sorter.texts_that(
                at, lambda text: bool(total_word(text, self.labels) or is_against(text))
            )
            rows = np.flatnonzero(is_hit & self.content).tolist()
            found += [(row, at, self.sorter.text_at(row, at)) for row in rows]
        return sorted(found)

    def _is_worded(self, row: int) -> bool:
        """Whether words stand where figures should, and no figure: a header, and no total."""
        numeric = [at for at, column in self.columns.items() if column.is_numeric]
        figures = any(
            self.sorter.filled[at][row] and not self.sorter.text[at][row] for at in numeric
        )
        words = (self.sorter.text_at(row, at) for at in numeric if self.sorter.text[at][row])
        return not figures and any(map(is_word, words))

    def _is_meant(self, row: int, at: int, word: TotalWord) -> bool:
        """Decide whether a word for a total can make its row one, in the place where it stands."""
        column = self.naming.get(at)
        is_first = at == min((c for c in self.sorter.text if self.sorter.text[c][row]), default=at)
        if at not in self.days:
            # Only what adds up has a total: 总费用 is the name of a metric elsewhere.
            if not word.is_bare and not self.figures.columns:
                return False
            if word.is_whole and not self._is_told_apart(row, at):
                return False
            # A list of names has no totals on it; among free texts a task may be called 汇总.
            is_listed = column is not None and column.choices is not None
            if not is_listed and self._is_somebodys(row, at):
                return False
        return column is not None or word.is_bare or is_first

    def _is_borne_out(self, row: int, at: int, word: TotalWord) -> bool:
        """Whether nothing speaks against a total, or its figures are those of other rows."""
        column = self.naming.get(at)
        if at in self.days or (column is not None and column.choices is not None):
            return True
        is_dated = any(
            column.type in _DAYS and not column.fill_down and self._is_day(day, row)
            for day, column in self.columns.items()
            if day != at and self.sorter.filled[day][row]
        )
        return not (is_dated or (word.kind == "other" and word.is_bare)) or self.figures.fits(row)

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
        """Whether another cell of a row says what a total has not: whose it is."""
        # What is dragged down, or left standing over several rows, says nothing of this one.
        return any(
            at != but
            and self.sorter.text[at][row]
            and column.type in _OTHERS
            and not column.fill_down
            and total_word(self.sorter.text_at(row, at), self.labels) is None
            for at, column in self.columns.items()
        )

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

    @cached_property
    def proven(self) -> Mask:
        """Which rows have an identity that no header has: a day, or a name on a list."""
        days = [at for at, column in self.naming.items() if column.type in _DAYS]
        if days:
            tells = [self._where(at, partial(tells_day, self.columns[at].type)) for at in days]
            return np.asarray(self.identity & np.logical_or.reduce(tells), dtype=bool)
        is_listed = any(column.choices is not None for column in self.naming.values())
        return self.identity if is_listed else np.zeros(self.sorter.height, dtype=bool)

    def _is_listed(self, column: Column, text: str) -> bool:
        return column.choices is None or fold(text) in self.sorter.words(column.choices)

    def _where(self, at: int, test: Callable[[str], bool]) -> Mask:
        """Tell which cells of a column are filled and, if they are texts, pass a test."""
        passed = self.sorter.texts_that(at, lambda text: test(text.strip()))
        result: Mask = (self.sorter.filled[at] & ~self.sorter.text[at]) | passed
        return result

    def _is_day(self, at: int, row: int) -> bool:
        cell = self.sorter.cells(at)[row]
        return not isinstance(cell, str) or self._reads_as_day(cell)

    def _reads_as_day(self, text: str) -> bool:
        # A day without its year is one all the same.
        return any(c.isdigit() for c in text) or _is_day(text)

    def _word_of(self, row: int) -> TotalWord | None:
        texts = (self.sorter.text_at(row, at) for at in self.naming if self.sorter.text[at][row])
        return next((word for text in texts if (word := total_word(text, self.labels))), None)

    def _text_of(self, row: int) -> str:
        """Return what a row is called: its first text, else its first figure as Excel shows it."""
        for at in sorted(self.sorter.text):
            if self.sorter.text[at][row]:
                return self.sorter.text_at(row, at)
        figures = (self.figures.numbers[at][row] for at in self.figures.columns)
        return next((f"{figure:,.15g}" for figure in figures if not np.isnan(figure)), "")

    def by_figures(self) -> None:
        """Skip rows without a day or key whose figures are all sums, or means, of one block.

        With day and key a row stays and is doubted, and so is one with two figures only; a row of
        nothing but figures need not prove it three times. Rows of zeros say nothing.
        """
        known = -1
        # What is out of the way bares others: subtotals the total of all, and doubted ones as well.
        while self.figures.columns and known < len(self.figures.gone):
            known = len(self.figures.gone)
            self._skip_unnamed()
            self._doubt_named()
        if self.figures.columns:
            self._doubt_nameless()

    def _skip_unnamed(self) -> None:
        rows = np.flatnonzero(self.figures.given.any(axis=1) & ~self.identity)
        if len(rows) > _MOST_NAMELESS:
            return  # the names are missing, not the word "total"
        for row in rows.tolist():
            if row in self.figures.gone or not self._may_be_condensed(row):
                continue
            if self._is_condensed(row):
                if len(self.figures.stated(row)) >= AGREEING or self._is_nameless(row):
                    self.skip(row, self._text_of(row), None)
                else:
                    self._doubt(row)
            elif self._is_rounded_mean(row):
                self._doubt(row)

    def _doubt_nameless(self) -> None:
        """Doubt rows of figures with a word for a day among days, or with neither day nor name."""
        days = {at for at in self.days if at not in self.naming or self._is_own_day(at)}
        for day in days:
            others = {at for at in self.sorter.text if at != day and self._is_name(at)}
            is_day = self._where(day, self._reads_as_day)
            is_pending = self._where(day, lambda text: nothing(text) is not None)
            is_word = self.sorter.filled[day] & ~is_day & ~(is_pending & self.sorter.text[day])
            is_alone = ~self._where(day, partial(tells_day, "date"))
            for at in others:
                is_alone &= ~self.sorter.filled[at]
            is_odd = (is_word & ~self._is_owned) | is_alone
            odd = self.content & self.figures.given.any(axis=1) & is_odd
            rows = [row for row in np.flatnonzero(odd).tolist() if row not in self.figures.gone]
            if len(rows) * _MANY <= is_day.sum():
                for row in rows:
                    self._doubt(row)

    @cached_property
    def _is_owned(self) -> Mask:
        """Which rows say whose they are, as no total does."""
        result = np.zeros(self.sorter.height, dtype=bool)
        for at, column in self.columns.items():
            if column.type in _OWNERS and not column.fill_down:
                result |= self.sorter.text[at]
        return result

    def _is_own_day(self, at: int) -> bool:
        """Whether a column tells the day a record is of, not the one something is due or done."""
        keys, column = {*self.sorter.table.sheet.key}, self.columns[at]
        days = [c for c in self.sorter.table.sheet.inputs if c.type in _DAYS]
        return column.id in keys or (column.is_required and len(days) == 1)

    def _is_name(self, at: int) -> bool:
        return at in self.columns and not self.columns[at].is_numeric

    def _doubt_named(self) -> None:
        for row in self.figures.likely().tolist():
            if row not in self.figures.gone and self._is_sum_of_any(row):
                self._doubt(row)

    @property
    def _totals(self) -> list[int]:
        skipped = self.sorter.skipped
        return sorted(row for row in skipped if skipped[row].reason == "total_row")

    def _is_nameless(self, row: int) -> bool:
        return not any(
            self.sorter.filled[at][row] and not column.is_numeric
            for at, column in self.columns.items()
        )

    def _may_be_condensed(self, row: int) -> bool:
        """Whether a glance at all rows leaves a row possible as the sum or mean of others."""
        near = self.content.sum() <= NEAR
        return (
            self.figures.may_condense(row, self.naming) or not near or self.figures.may_repeat(row)
        )

    def _is_condensed(self, row: int) -> bool:
        """Whether the figures of a row without identity are the sums or means of one block.

        Where they are too few to prove it, the block has to begin where the table does, or behind
        the last row that was no record. Rows of the same name are a block wherever they stand.
        """
        named = (self._alike(row, at) for at in self.naming if self.sorter.filled[at][row])
        if any(len(block) >= 2 and self.figures.are_sums(row, block)[-1] for block in named):
            return True
        if len(self.figures.stated(row)) >= AGREEING:
            return self._is_sum_of_any(row)
        return any(self.figures.are_sums(row, block)[-1] for block in self._blocks_above(row))

    def _alike(self, row: int, at: int) -> Integers:
        """Return the records with figures that have the name of a row in a column."""
        alive, cells = self.figures.beside(row), self.sorter.cells(at)
        is_alike = np.asarray(cells[alive] == cells[row], dtype=bool) & (alive != row)
        return np.asarray(alive[is_alike])

    def _blocks_above(self, row: int) -> list[Integers]:
        """Return the records above, from the last row that is none and from the first one on."""
        last = max((gone for gone in self.sorter.skipped if gone < row), default=-1)
        alive = self.figures.alive
        alive = alive[self.figures.given[alive].any(axis=1) & (alive < row)]
        blocks = [np.asarray(alive[alive > start]) for start in {last, -1}]
        return [block for block in blocks if len(block) >= 2]

    def _is_rounded_mean(self, row: int) -> bool:
        """Whether three figures or more are the means of a block above, rounded."""
        is_enough = len(self.figures.stated(row)) >= AGREEING
        return is_enough and any(
            self.figures.is_rounded_mean(row, block) for block in self._blocks_above(row)
        )

    def _is_sum_of_any(self, row: int) -> bool:
        """Whether the figures of a row are those of some block that ends above or begins below."""
        if len(self.figures.alive) <= NEAR and not self.figures.may_repeat(row):
            return False
        stated = self.figures.of(row, row)
        is_end = not np.isin([row - 1, row + 1], self.figures.alive).all()
        # Rows without any of these figures add nothing: a block of one is only a copy.
        rows = self.figures.beside(row)
        for block in (rows[rows < row][::-1], rows[rows > row]):
            near = block[:NEAR]
            if self._is_sum_of_rows(row, near):
                return True
            # Sums over more rows would be larger still; means stand where a block ends.
            is_passed = (np.nansum(self.figures.of(row, near), axis=0) > stated).any()
            is_near = len(near) == len(block) or (is_passed and not is_end)
            if not is_near and self._is_sum_of_rows(row, block):
                return True
        return False

    def _is_sum_of_rows(self, row: int, block: Integers) -> bool:
        """Whether the figures of a row are those of the first two or more rows of a block."""
        found = self.figures.are_sums(row, block)
        if self.identity[row] and not self._is_double(row):
            # A group with its own total between is summed up already: more than that one.
            groups = np.searchsorted(self._totals, np.concatenate([[row], block]))
            found &= (groups[1:2] == groups[0]) | (groups[1:] != groups[1:2])
        return bool(found[1:].any())

    def _is_double(self, row: int) -> bool:
        """Whether the day, key and name of a row stand in another one as well."""
        same = self.content.copy()
        same[[row, *self.sorter.skipped]] = False
        for at in self.naming:
            cells = self.sorter.cells(at)
            same &= np.asarray(cells == cells[row], dtype=bool)
        return bool(same.any())


def _is_day(text: str) -> bool:
    return parse(text, "date", Context()).value is not None
