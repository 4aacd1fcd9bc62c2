"""Find a sheet's rows again in another workbook: by row id, content, key, and by neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from ..templates import TableSheet
from .row_texts import RowTexts

__all__ = ["Known", "Now", "match_rows"]

# A row that lost its key is the same row if it stands where it stood and says most of it still.
_ALIKE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A row that is looked for."""

    row_id: str
    texts: RowTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """A row that may be one of them; `row_id` is "" where it carries none."""

    texts: RowTexts
    row_id: str = ""


def match_rows(
    known: Sequence[Known], now: Sequence[Now], sheet: TableSheet, *, by: str | None, has_ids: bool
) -> dict[int, int]:
    """Return which row of `known` is which of `now`, by number; each is used once.

    Of several rows with one id, which staff made by copying, the one that changed least is meant.
    What no id tells is found by its whole content, then by its key. In a table that keeps no ids
    (`has_ids`) what is left is found between the neighbours it had, if it still says most of what
    it said, and the same in the column `by`.
    """
    search = _Search(known, now, sheet)
    search.by_id()
    search.by_text([row.texts.content for row in known], [row.texts.content for row in now])
    if by is not None:
        search.by_text(*(_keys(rows, sheet, by) for rows in (known, now)))
    search.by_text(*(_keys(rows, sheet) for rows in (known, now)))
    if not has_ids:
        # Where ids are kept a row without one is new, however much it resembles one that is gone.
        search.by_neighbours(by)
    return search.found


class _Search:
    """The rows found so far, and those that are left."""

    def __init__(self, known: Sequence[Known], now: Sequence[Now], sheet: TableSheet) -> None:
        self.known, self.there = known, now
        self.columns = tuple(column.id for column in sheet.inputs)
        self.found: dict[int, int] = {}
        self.taken: set[int] = set()

    def take(self, row: int, other: int) -> None:
        self.found[row] = other
        self.taken.add(other)

    def by_id(self) -> None:
        numbers = {row.row_id: number for number, row in enumerate(self.known) if row.row_id}
        claims: defaultdict[int, list[int]] = defaultdict(list)
        for other, row in enumerate(self.there):
            if row.row_id in numbers:
                claims[numbers[row.row_id]].append(other)
        for number, others in claims.items():
            texts = self.known[number].texts
            self.take(number, min(others, key=lambda o: (self._changes(texts, o), o)))

    def by_text(self, known: Sequence[Hashable | None], now: Sequence[Hashable | None]) -> None:
        free: defaultdict[Hashable, list[int]] = defaultdict(list)
        for other in range(len(self.there) - 1, -1, -1):
            if other not in self.taken and now[other] is not None:
                free[now[other]].append(other)
        for number, text in enumerate(known):
            if number not in self.found and text is not None and free.get(text):
                self.take(number, free[text].pop())

    def by_neighbours(self, by: str | None) -> None:
        back = {other: number for number, other in self.found.items()}
        gaps = _gaps(range(len(self.there)), back)
        for gap, numbers in _gaps(range(len(self.known)), self._same()).items():
            others, first = gaps.get(gap, []), 0
            for number in numbers:
                for at in range(first, len(others)):
                    if self._is_alike(number, others[at], by):
                        self.take(number, others[at])
                        first = at + 1
                        break

    def _same(self) -> Mapping[int, int]:
        return {number: number for number in self.found}

    def _is_alike(self, number: int, other: int, by: str | None) -> bool:
        before, after = self.known[number].texts, self.there[other].texts
        if by is not None and before.says(by) != after.says(by):
            return False
        filled = before.cells.keys() | after.cells.keys()
        alike = sum(1 for name in filled if before.agrees(after, name))
        return bool(filled) and alike >= _ALIKE * len(filled)

    def _changes(self, texts: RowTexts, other: int) -> int:
        after = self.there[other].texts
        return sum(1 for name in self.columns if texts.differs(after, name))


def _keys(
    rows: Sequence[Known | Now], sheet: TableSheet, by: str | None = None
) -> list[Hashable | None]:
    """Return each row's key, with what it says in the column `by`; None where it has no key."""
    keys = [row.texts.key(sheet) for row in rows]
    if by is None:
        return [*keys]
    return [
        None if key is None else (key, row.texts.says(by))
        for key, row in zip(keys, rows, strict=True)
    ]


def _gaps(rows: range, names: Mapping[int, int]) -> dict[int, list[int]]:
    """Group the rows that have no name yet by the name of the row before them, -1 at the top."""
    gaps: defaultdict[int, list[int]] = defaultdict(list)
    last = -1
    for row in rows:
        if row in names:
            last = names[row]
        else:
            gaps[last].append(row)
    return dict(gaps)
