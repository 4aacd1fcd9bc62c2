"""Rows as texts that two workbooks can be compared by, and found again in another workbook.

The key says who is who; a row id helps where the key is new, twice there or gone. An id stays in
its row of the sheet when people paste or sort the cells that they see.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import ceil, isfinite
from typing import Any, TypeGuard

import pandas as pd

from ..records import SheetRecords
from ..template import Column, TableSheet
from ..texts import fold
from ..values import as_typed, parse, simplest

_LENGTH = 12
OWN = "own:"
# Excel keeps fifteen digits of a number; more would tell rows apart that a save made.
_DIGITS = ".15g"
_MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?$")
# A row that lost its key is the same row if it stands where it stood and says most of it still.
_ALIKE = 0.6


def row_ids(records: SheetRecords, sheet: TableSheet, texts: Sequence[RowTexts]) -> list[str]:
    """Return an id per record: the one it has, else a hash of its key, else of its content.

    Ids are unique in the sheet; the same file gives the same ids. No program takes one for
    a number.
    """
    given = _given(records)
    taken = {row_id for row_id in given if row_id}
    counts: dict[str, int] = {}
    ids: list[str] = []
    for at, row in enumerate(texts):
        if given[at]:
            ids.append(given[at])
            continue
        key = row.key(sheet)
        name = json.dumps([sheet.id, key or row.content], ensure_ascii=False)
        while (row_id := _hash(name, counts.get(name, 0))) in taken:
            counts[name] = counts.get(name, 0) + 1
        taken.add(row_id)
        ids.append(row_id)
    return ids


def _given(records: SheetRecords) -> list[str]:
    """Return the ids that rows carry already; of two that are the same only the first."""
    blank = [""] * len(records.frame)
    if records.origins is None or "row_id" not in records.origins:
        return blank
    seen: set[str] = {""}
    for at, value in enumerate(records.origins["row_id"].tolist()):
        row_id = id_text(value)
        if row_id not in seen:
            seen.add(row_id)
            blank[at] = row_id
    return blank


def id_text(value: object) -> str:
    """Return a row id as it compares, "" for none: 007 is 7 once a program took it for a number."""
    if not isinstance(value, str):
        return ""
    try:
        number = float(value)
    except ValueError:
        return value
    return format(number, _DIGITS) if isfinite(number) else value


def _hash(name: str, occurrence: int) -> str:
    return "r" + hashlib.sha256(f"{name}#{occurrence}".encode()).hexdigest()[:_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTexts:
    """The filled input cells of a row as texts, by column id; staff's own by `own:<header>`.

    `cells` holds what each means (1234.5, 2024-07-01, a choice's id), or what was typed where that
    has no meaning; `typed` what was typed where it reads otherwise. `kinds` tells what a figure is
    beyond its amount: a quantity's percent, ratio, growth or money and the sign it is bound by, and
    `number` in a column of staff's own; None where nobody knows, in the base of an older split.
    """

    cells: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] | None = field(default_factory=dict)

    @property
    def content(self) -> tuple[tuple[str, str], ...]:
        """All that the row says, kinds apart, to be compared and hashed."""
        return tuple(sorted(self.cells.items()))

    def says(self, name: str) -> str:
        """Return a cell's text with its kind, "" where blank."""
        text, kind = self.cells.get(name, ""), (self.kinds or {}).get(name)
        return f"{text} {kind}" if text and kind else text

    def shown(self, name: str) -> str:
        """Return what was typed in a cell, else its text."""
        return self.typed.get(name) or self.cells.get(name, "")

    def differs(self, now: RowTexts, name: str) -> bool:
        """Whether a cell says something else in `now`; the same words typed say the same."""
        if self.agrees(now, name):
            return False
        typed = self.shown(name)
        # A 3 in a column of staff's own may be a number or a text; both are shown alike.
        return not typed or typed != now.shown(name) or name.startswith(OWN)

    def agrees(self, now: RowTexts, name: str) -> bool:
        """Whether a cell means the same in `now`: amounts alone where a kind is not known."""
        if self.kinds is None or now.kinds is None:
            return self.cells.get(name, "") == now.cells.get(name, "")
        return self.says(name) == now.says(name)

    def key(self, sheet: TableSheet) -> tuple[str, ...] | None:
        """Return what tells the record apart, folded; None where a part of it is blank."""
        parts = tuple(fold(self.says(column_id)) for column_id in sheet.key)
        return parts if parts and all(parts) else None


NO_ROW = RowTexts()


def value_text(value: object) -> str:
    """Return a typed value, of a form's field or of a setting, as a text to compare by."""
    if isinstance(value, tuple):
        return "~".join(value_text(part) for part in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(value + 0.0, _DIGITS)
    return _text(value)


def own_name(header: object) -> str:
    """Return the name under which a column of staff's own is compared."""
    return OWN + fold(str(header))


def row_texts(records: SheetRecords, sheet: TableSheet) -> list[RowTexts]:
    """Return the texts of every record of a sheet, in order."""
    count = len(records.frame)
    cells: list[dict[str, str]] = [{} for _ in range(count)]
    typed: list[dict[str, str]] = [{} for _ in range(count)]
    kinds: list[dict[str, str]] = [{} for _ in range(count)]
    for column in sheet.inputs:
        if column.id not in records.frame:
            continue
        said = _said(records, column.id)
        if column.type == "quantity":
            for at, kind in _kinds(records, column.id):
                kinds[at][column.id] = kind
            said = _shown(records, column.id, said)
        for at, value in enumerate(_meant(column, records)):
            text = value or said[at]
            if text:
                cells[at][column.id] = text
                if said[at] and said[at] != text:
                    typed[at][column.id] = said[at]
    if records.extras is not None:
        for number, header in enumerate(records.extras.columns):
            values = records.extras.iloc[:, number]
            for at, (text, value) in enumerate(zip(_texts(values), values.tolist(), strict=True)):
                if text:
                    cells[at][own_name(header)] = text
                    if _is_number(value):
                        kinds[at][own_name(header)] = "number"
    return [RowTexts(cells=cells[at], typed=typed[at], kinds=kinds[at]) for at in range(count)]


def _kinds(records: SheetRecords, column_id: str) -> Iterator[tuple[int, str]]:
    """Walk what the figures of a column of quantities are, where that is more than a number."""
    known = records.kinds.get(column_id)
    is_there = records.frame[column_id].notna().tolist()
    said = records.raw[column_id].tolist() if column_id in records.raw else [None] * len(is_there)
    kinds = [None] * len(said) if known is None else known.astype(object).tolist()
    signs: dict[str, str] = {}
    for at, (kind, cell) in enumerate(zip(kinds, said, strict=True)):
        if not is_there[at]:
            continue
        sign = ""
        if isinstance(cell, str):
            if cell not in signs:
                signs[cell] = parse(cell, "quantity").comparator or ""
            sign = signs[cell]
        unit = kind if isinstance(kind, str) and kind != "number" else ""
        if unit or sign:
            yield at, f"{sign}{unit}"


def _shown(records: SheetRecords, column_id: str, said: list[str]) -> list[str]:
    """Return what stands in the cells of quantities as Excel shows it: 30% for such a 0.3."""
    if column_id not in records.kinds or column_id not in records.raw:
        return said
    is_percent = (records.kinds[column_id] == "percent").fillna(False).tolist()
    return [
        f"{cell * 100:.12g}%" if percent and _is_number(cell) else text
        for text, percent, cell in zip(said, is_percent, records.raw[column_id], strict=True)
    ]


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _meant(column: Column, records: SheetRecords) -> list[str]:
    """Return the texts of a column's values, "" where there is none."""
    series = records.frame[column.id]
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        values = [_day(value) for value in series]
    elif pd.api.types.is_numeric_dtype(series.dtype):
        values = [
            "" if value is None else format(value + 0.0, _DIGITS)
            for value in series.astype(object).where(series.notna(), None)
        ]
    else:
        values = _texts(series)
    for at, remark in records.remarks.get(column.id, {}).items():
        values[at] = f"{values[at]}({remark})"
    return values


def _day(value: Any) -> str:
    return "" if value is pd.NaT else _MIDNIGHT.sub("", value.isoformat())


def _said(records: SheetRecords, column_id: str) -> list[str]:
    if column_id not in records.raw:
        return [""] * len(records.frame)
    return _texts(records.raw[column_id])


def _texts(values: pd.Series[Any]) -> list[str]:
    # Most cells are blank or say what others say: each is looked at once.
    known: dict[str, str] = {}
    texts: list[str] = []
    for value in values.tolist():
        if value is None or value is pd.NA or value is pd.NaT:
            texts.append("")
        elif value.__class__ is str:
            text = known.get(value)
            if text is None:
                text = known[value] = _text(value)
            texts.append(text)
        elif value.__class__ is float:
            texts.append(as_typed(value) if isfinite(value) else _text(value))
        else:
            texts.append(_text(value))
    return texts


def _text(value: object) -> str:
    if not isinstance(value, str):
        cell = None if value is None or value is pd.NA else simplest(value)
        value = "" if cell is None else as_typed(cell)
    # A line break is two characters in some programs and one in others.
    return _MIDNIGHT.sub("", str(value).replace("\r\n", "\n").strip())


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

    A row whose key was handed out is that row, whatever id it stands beside; of several with one
    key the id tells, then the whole content. A row whose key is new has been renamed: its id tells
    which it was. Of several rows with one id, which staff made by copying, the one that changed
    least is meant. What is left is found if it still says most of what it said, and the same in
    the column `by`: in a table that keeps no ids (`has_ids`) between the neighbours it had, in one
    whose ids stand beside other rows than theirs anywhere.
    """
    search = _Search(known, now, sheet)
    search.by_id(renamed=False)
    search.by_text([row.texts.content for row in known], [row.texts.content for row in now])
    if by is not None:
        search.by_text(*(_keys(rows, sheet, by) for rows in (known, now)))
    search.by_text(search.known_keys, search.keys)
    is_shuffled = search.is_shuffled()
    search.by_id(renamed=True)
    # Where ids can be trusted a row without one is new, however much it resembles one gone.
    if is_shuffled:
        search.by_likeness(by)
    elif not has_ids:
        search.by_neighbours(by)
    return search.found


class _Search:
    """The rows found so far, and those that are left."""

    def __init__(self, known: Sequence[Known], now: Sequence[Now], sheet: TableSheet) -> None:
        self.known, self.there = known, now
        self.columns = tuple(column.id for column in sheet.inputs)
        self.known_keys, self.keys = _keys(known, sheet), _keys(now, sheet)
        self.numbers = {row.row_id: number for number, row in enumerate(known) if row.row_id}
        self.found: dict[int, int] = {}
        self.taken: set[int] = set()

    def take(self, row: int, other: int) -> None:
        self.found[row] = other
        self.taken.add(other)

    def by_id(self, *, renamed: bool) -> None:
        """Find rows by id: those that kept the key of their id, or all that are left."""
        claims: defaultdict[int, list[int]] = defaultdict(list)
        for other, row in enumerate(self.there):
            number = self.numbers.get(row.row_id)
            if number is None or number in self.found or other in self.taken:
                continue
            if renamed or self.keys[other] == self.known_keys[number]:
                claims[number].append(other)
        for number, others in claims.items():
            texts = self.known[number].texts
            self.take(number, min(others, key=lambda o: (self._changes(texts, o), o)))

    def is_shuffled(self) -> bool:
        """Whether rows were found that stand beside the id of another row."""
        return any(
            self.numbers.get(self.there[other].row_id, number) != number
            for number, other in self.found.items()
        )

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
        for gap, numbers in _gaps(range(len(self.known)), {at: at for at in self.found}).items():
            near, last = self._near(numbers, gaps.get(gap, ())), -1
            for number in numbers:
                for other in near[number]:
                    if other > last and self._is_alike(number, other, by):
                        self.take(number, other)
                        last = other
                        break

    def by_likeness(self, by: str | None) -> None:
        free = [other for other in range(len(self.there)) if other not in self.taken]
        near = self._near([n for n in range(len(self.known)) if n not in self.found], free)
        for number, others in near.items():
            left = (other for other in others if other not in self.taken)
            alike = [other for other in left if self._is_alike(number, other, by)]
            if alike:
                texts = self.known[number].texts
                self.take(number, min(alike, key=lambda o: self._changes(texts, o)))

    def _near(self, numbers: Sequence[int], others: Sequence[int]) -> dict[int, list[int]]:
        """Return, per row, which of the others may be alike, in order; all pairs would be too many.

        A row that is alike says the same in so many cells that of the rarest, as many as may differ
        and one more, it says one the same.
        """
        holding: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for other in others:
            for cell in self.there[other].texts.cells.items():
                holding[cell].append(other)
        near: dict[int, list[int]] = {}
        for number in numbers:
            cells = self.known[number].texts.cells
            found = sorted((holding.get(cell, []) for cell in cells.items()), key=len)
            may_differ = len(cells) - ceil(_ALIKE * len(cells))
            near[number] = sorted({*chain(*found[: may_differ + 1])})
        return near

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
