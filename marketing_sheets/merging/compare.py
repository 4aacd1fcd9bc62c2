"""Two workbooks of one template held against each other: what differs, record by record.

Rows are found again as those of a split are, by key, id, content and neighbours, never by where
they stand; cells are compared by what they mean. Neither file is taken for the right one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from ..problems import Place
from ..template import Record
from ..texts import fold, say
from ..values import simplest
from .base import base_of, by_column, carried_ids, is_marked
from .cells import Cells
from .difference import Difference
from .model import ALERTS, LISTS, PARTS, Source, is_nothing, sheet_label, shown_value
from .pile import Pile, pile_up
from .rows import Known, Now, RowTexts, match_rows, row_ids, row_texts, value_text
from .thresholds import name_of, part_text
from .way import Way

_Pair = tuple[int | None, int | None]
_Cell = tuple[str, str, Any]
_BLANK: _Cell = ("", "", None)
_LISTED = ("sheet", LISTS)


def compare(before: Source, after: Source, way: Way) -> tuple[tuple[Difference, ...], int]:
    """Return what differs, in the order of the tabs, and how many rows were not compared.

    Of a workbook and a part of its split only the rows that were handed out in that part are.
    """
    # A word of the file's name that no list knows is no department.
    sources = [
        one if one.is_departments else replace(one, department="", named="")
        for one in (before, after)
    ]
    had, has = ({item.name: item for item in _stated(one, way)} for one in sources)
    found, elsewhere = [*_items(had, has)], 0
    for sheet in way.template.tables:
        pile = pile_up(sheet, sources)
        if pile is not None:
            table = _Table(pile, way)
            found += table.differences()
            elsewhere += table.elsewhere
    order = {sheet.id: number for number, sheet in enumerate(way.template.sheets)}
    found.sort(key=lambda one: order.get(one.sheet, len(order) if one.sheet else -1))
    return tuple(found), elsewhere


class _Table:
    """One table of both files, and which row of the one is which of the other."""

    def __init__(self, pile: Pile, way: Way) -> None:
        self.pile, self.way, self.sheet = pile, way, pile.sheet
        self.cells = Cells(pile=pile, way=way)
        self.texts: list[RowTexts] = []
        for part in pile.parts.values():
            self.texts += row_texts(part, pile.sheet)
        self.rows = (pile.rows_of(0), pile.rows_of(1))
        self.elsewhere = 0
        keys = [text.key(pile.sheet) for text in self.texts]
        counts = [Counter(keys[at] for at in rows) for rows in self.rows]
        self.alike = [1 if key is None else max(one[key] for one in counts) for key in keys]
        departments = way.template.choices.get("department")
        self.departments = [
            ""
            if is_nothing(word)
            else departments.label_of(word, way.language)
            if departments
            else word
            for word in pile.origins["department"].tolist()
        ]

    def differences(self) -> Iterator[Difference]:
        """Walk the columns that one file lacks, then the rows."""
        had, has = (self.pile.names_of(number) for number in (0, 1))
        for number, names in enumerate((had - has, has - had)):
            if all(number in self.pile.parts for number in (0, 1)):
                yield from self._columns(number, names)
        both = [name for name in self.pile.names if name in had and name in has]
        for was, now in self._pairs():
            if was is None or now is None:
                yield self._row(was, now)
            elif self.texts[was] != self.texts[now]:
                yield from self._cells(was, now, both)

    def _columns(self, number: int, names: frozenset[str]) -> Iterator[Difference]:
        """Walk the columns that one file alone has, with how many of their cells are filled."""
        for name in self.pile.names:
            count = sum(name in self.texts[at].cells for at in self.rows[number])
            if name not in names or not count:
                continue
            text = say("merge", "diff.filled", self.way.language, count=count)
            place = self.pile.parts[number].origin.place(None, name)
            yield Difference(
                kind=("column_gone", "column_added")[number],
                sheet=self.sheet.id,
                column=self.pile.header(name),
                **_sides(number, text, count, replace(place, file=self.pile.sources[number].file)),
            )

    def _pairs(self) -> Iterator[_Pair]:
        """Walk the rows of the later file, each with the earlier one, then those that are gone."""
        first, second = self.rows
        known_ids, ids = self._ids(0, 1), self._ids(1, 0)
        sides = [(known_ids, first), (ids, second)]
        # Of rows without ids that nothing else tells apart, the answer depends on which file is
        # asked first: the same one is, whichever of the two came before.
        contents = [[self.texts[at].content for at in rows] for rows in self.rows]
        is_turned = not any((*known_ids, *ids)) and contents[1] < contents[0]
        (ids_one, one), (ids_other, other) = reversed(sides) if is_turned else sides
        found = match_rows(
            [Known(row_id=i, texts=self.texts[at]) for i, at in zip(ids_one, one, strict=True)],
            [Now(row_id=i, texts=self.texts[at]) for i, at in zip(ids_other, other, strict=True)],
            self.sheet,
            by=by_column(self.sheet, "department"),
            has_ids=not {*known_ids, ""}.isdisjoint({*ids} - {""}),
        )
        pairs = [(one[at], other[now]) for at, now in found.items()]
        was = dict(pairs) if is_turned else {now: at for at, now in pairs}
        strange = self._not_handed_out(0, known_ids) | self._not_handed_out(1, ids)
        strange -= {*was, *was.values()}
        self.elsewhere = len(strange)
        yield from ((was.get(now), now) for now in second if now not in strange)
        told = {*was.values()} | strange
        yield from ((at, None) for at in first if at not in told)

    def _ids(self, number: int, other: int) -> list[str]:
        """Return the ids of a file's rows; a whole that was split has those of its parts."""
        parts, rows = self.pile.parts, self.rows[number]
        ids = carried_ids(parts[number]) if number in parts else []
        if other in parts and ids and not any(ids) and any(carried_ids(parts[other])):
            return row_ids(parts[number], self.sheet, [self.texts[at] for at in rows])
        return ids

    def _not_handed_out(self, number: int, ids: Sequence[str]) -> set[int]:
        """Return the rows of a workbook that are not in the part of its split that is the other."""
        whole, part = (self.pile.sources[n].reading for n in (number, 1 - number))
        base = None if is_marked(whole) else base_of(part)
        handed = {row.row_id for row in base.rows if row.sheet == self.sheet.id} if base else set()
        if handed.isdisjoint(ids) and not (base and base.sha256 == whole.sha256):
            return set()
        return {at for at, one in zip(self.rows[number], ids, strict=True) if one not in handed}

    def _row(self, was: int | None, now: int | None) -> Difference:
        number, row = (0, was) if was is not None else (1, now)
        assert row is not None
        said = self.texts[row].cells
        values = {n: self._value(row, n) for n in self.pile.names if n in said}
        values = {self.pile.header(name): value for name, value in values.items()}
        sides = _sides(number, self.cells.whole(row), values, self.cells.place(row))
        return self._told(row, kind=("row_gone", "row_added")[number], **sides)

    def _cells(self, was: int, now: int, names: Sequence[str]) -> Iterator[Difference]:
        for name in names:
            if self.texts[was].differs(self.texts[now], name):
                yield self._told(
                    now,
                    kind="key_changed" if name in self.sheet.key else "cell_changed",
                    key=self.cells.key(was),
                    column=self.pile.header(name),
                    **self._side(0, was, name),
                    **self._side(1, now, name),
                    alike=max(self.alike[was], self.alike[now]),
                )

    def _told(self, row: int, **said: Any) -> Difference:
        """Return a difference with the row's key and whose it is."""
        owner = self.cells.text(row, Record.OWNER) if Record.OWNER in self.sheet else ""
        given = {"key": self.cells.key(row), "alike": self.alike[row], **said}
        return Difference(
            sheet=self.sheet.id, department=self.departments[row], owner=owner, **given
        )

    def _side(self, number: int, row: int, name: str) -> dict[str, Any]:
        text, place = self.cells.text(row, name), self.cells.place(row, name)
        return _sides(number, text, self._value(row, name), place)

    def _value(self, row: int, name: str) -> Any:
        """Return the typed value of a cell, or what stands there where it has none."""
        typed, raw = (values[row] for values in self.cells.columns_of(name))
        value = raw if is_nothing(typed) else typed
        if is_nothing(value):
            return None
        is_day = name in self.sheet and self.sheet[name].type == "date"
        return value.date() if is_day and isinstance(value, datetime) else simplest(value)


def _sides(number: int, text: str, value: Any, place: Place | None) -> dict[str, Any]:
    """Return what only one of the files says as the fields of a difference."""
    names = (("before", "old", "place_before"), ("after", "new", "place_after"))[number]
    return dict(zip(names, (text, value, place), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What a file states outside its tables under one name: cells by column, and where.

    A cell is a text to compare by, the text as shown, and the value. What is not `is_own` is no
    addition and no loss where the other file has none.
    """

    name: tuple[str, ...]
    sheet: str
    key: tuple[str, ...] = ()
    cells: Mapping[str, _Cell] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    place: Place | None = None
    is_own: bool = True


def _items(
    had: Mapping[tuple[str, ...], _Item], has: Mapping[tuple[str, ...], _Item]
) -> Iterator[Difference]:
    are_listed = _LISTED in had and _LISTED in has
    for name in {**had, **has}:
        kind, was, now = name[0], had.get(name), has.get(name)
        one = was or now
        if was is not None and now is not None:
            for column in {**was.cells, **now.cells}:
                old, new = (side.cells.get(column, _BLANK) for side in (was, now))
                if old[0] != new[0]:
                    yield Difference(
                        kind=f"{kind}_changed",
                        sheet=was.sheet,
                        key=was.key,
                        column=column,
                        **_sides(0, *old[1:], was.places.get(column, was.place)),
                        **_sides(1, *new[1:], now.places.get(column, now.place)),
                    )
        elif one and one.is_own and (one.sheet != LISTS or are_listed or name == _LISTED):
            number = 0 if now is None else 1
            text = " · ".join(shown for _, shown, _ in one.cells.values() if shown)
            values = {column: value for column, (_, _, value) in one.cells.items()}
            what = _sides(number, text, values, one.place)
            kind += ("_gone", "_added")[number]
            yield Difference(kind=kind, sheet=one.sheet, key=one.key, **what)


def _stated(source: Source, way: Way) -> Iterator[_Item]:
    """Walk what a file states outside its tables; its tabs are the first of that."""
    reading = source.reading
    tabs = {name: name for name in reading.sheets} | dict.fromkeys(reading.extra_sheets, "")
    if reading.choices or reading.settings or reading.thresholds:
        tabs[LISTS] = LISTS
    for name, sheet in tabs.items():
        tab = sheet_label(way, sheet) if sheet else name
        yield _Item(name=("sheet", name), sheet=sheet, key=(tab,))
    yield from _forms(source, way)
    yield from _lists(source, way)
    place = Place(file=source.file, sheet=say("sheets", "summary.tab", reading.language))
    for alert in reading.remembered:
        # The list is ours: which alerts stand in it follows from the records.
        told = partial(_Item, sheet=ALERTS, place=place, is_own=False)
        owner = (fold(alert.own_owner), alert.own_owner, alert.own_owner)
        yield told(name=("alert", alert.key), key=(alert.what,), cells={"alert.owner": owner})


def _lists(source: Source, way: Way) -> Iterator[_Item]:
    """Walk the settings, the entries of lists, the thresholds and the days off."""
    reading, language = source.reading, way.language
    lists = Place(file=source.file, sheet=say("sheets", "lists.tab", reading.language))
    told = partial(_Item, sheet=LISTS, place=lists)
    for name, value in reading.settings.items():
        text = f"{value:g}" if isinstance(value, float) else str(value)
        # A setting that the other file lacks is another version's, not somebody's.
        yield told(name=("setting", name), cells={name: _cell(value, text)}, is_own=False)
    for choices in way.template.choices.values():
        for entry, attributes in reading.choices.get(choices.id, {}).items():
            said = {
                name: _cell(value, own.label_of(value, language))
                for name, value in attributes.items()
                for own in [way.template.choices[choices.attributes[name]]]
            }
            key = (choices.label[language], choices.label_of(entry, language))
            yield told(name=("entry", choices.id, fold(entry)), key=key, cells=said)
    rules = {rule.id: rule for rule in way.template.rules}
    for one in reading.thresholds:
        if (rule := rules.get(one.rule)) is None:
            continue
        said = {
            column: _cell(value, part_text(rule, column, value, language))
            for column, part in PARTS.items()
            for value in [getattr(one, part)]
        }
        title = name_of(rule, one.group, way.template, language)
        place = replace(one.place or lists, file=source.file)
        known = ("threshold", one.rule, fold(one.group or ""))
        yield told(name=known, key=(title,), cells=said, place=place)
    for day in map(str, reading.holidays):
        yield told(name=("holiday", day), key=(say("sheets", "lists.holiday", language), day))


def _forms(source: Source, way: Way) -> Iterator[_Item]:
    """Walk the forms; a field that cannot be understood says what was typed."""
    reading = source.reading
    typed = {p.place: p.raw for p in reading.problems if p.raw is not None}
    for form in way.template.forms:
        cells: dict[str, _Cell] = {}
        for one in form.fields:
            value = reading.form.get(one.id)
            if is_nothing(value):
                value = typed.get(reading.form_places.get(one.id, Place()))
            cells[one.id] = _cell(value, shown_value(one, value, way.template, way.language))
        places = {n: replace(p, file=source.file) for n, p in reading.form_places.items()}
        yield _Item(name=("field", form.id), sheet=form.id, cells=cells, places=places)


def _cell(value: Any, shown: str) -> _Cell:
    return "" if value is None else value_text(value), shown, value
