"""Two workbooks of one template held against each other: what differs, record by record.

Rows are found again as those of a split are, by key, id, content and neighbours, never by where
they stand; cells are compared by what they mean. Neither file is taken for the right one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..problems import Place
from ..records import Reading
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
_NOWHERE = Place()


def differences(
    before: Source, after: Source, way: Way, elsewhere: Counter[int] | None = None
) -> Iterator[Difference]:
    """Walk what differs: tabs, forms, tables, then the lists sheet and the owners of alerts.

    Of a workbook and a part of its split only the rows that were handed out in that part are
    compared; `elsewhere` counts the others, by the number of the file that has them.
    """
    # A word of the file's name that no list knows is no department.
    sources = [
        one if one.is_departments else replace(one, department="", named="")
        for one in (before, after)
    ]
    stated = tuple({item.name: item for item in _stated(one, way)} for one in sources)
    yield from _tabs(before.reading, after.reading, way)
    yield from _items(stated, is_form=True)
    for sheet in way.template.tables:
        pile = pile_up(sheet, sources)
        if pile is not None:
            table = _Table(pile, way)
            yield from table.differences()
            if elsewhere is not None:
                elsewhere.update(table.elsewhere)
    yield from _items(stated, is_form=False)


def _tabs(before: Reading, after: Reading, way: Way) -> Iterator[Difference]:
    """Walk the tabs that only one of the files has: our tables and lists, and staff's own."""
    had, has = (
        {name: name for name in one.sheets}
        | ({LISTS: LISTS} if _has_lists(one) else {})
        | dict.fromkeys(one.extra_sheets, "")
        for one in (before, after)
    )
    for name, sheet in {**had, **has}.items():
        if name not in has or name not in had:
            tab = sheet_label(way, sheet) if sheet else name
            kind = "sheet_added" if name in has else "sheet_gone"
            yield Difference(kind=kind, sheet=sheet, key=(tab,))


class _Table:
    """One table of both files, and which row of the one is which of the other."""

    def __init__(self, pile: Pile, way: Way) -> None:
        self.pile, self.way, self.sheet = pile, way, pile.sheet
        self.cells = Cells(pile=pile, way=way)
        self.texts: list[RowTexts] = []
        for part in pile.parts.values():
            self.texts += row_texts(part, pile.sheet)
        self.rows = (pile.rows_of(0), pile.rows_of(1))
        self.elsewhere: Counter[int] = Counter()
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
        """Walk the columns that one file lacks, then the rows in the order of the later file."""
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
        """Walk the rows of the later file with the earlier ones; those gone stand in between."""
        first, second = self.rows
        known_ids, ids = self._ids(0, 1), self._ids(1, 0)
        found = match_rows(
            [Known(row_id=i, texts=self.texts[at]) for i, at in zip(known_ids, first, strict=True)],
            [Now(row_id=i, texts=self.texts[at]) for i, at in zip(ids, second, strict=True)],
            self.sheet,
            by=by_column(self.sheet, "department"),
            has_ids=not {*known_ids, ""}.isdisjoint({*ids} - {""}),
        )
        was = {second[now]: first[at] for at, now in found.items()}
        strange = self._not_handed_out(0, known_ids) | self._not_handed_out(1, ids)
        strange -= {*was, *was.values()}
        self.elsewhere.update(int(self.pile.holder[at]) for at in strange)
        gone: dict[int | None, list[int]] = {}
        last, now_of = None, {at: now for now, at in was.items()}
        for at in first:
            last = now_of.get(at, last)
            if at not in now_of and at not in strange:
                gone.setdefault(last, []).append(at)
        yield from ((at, None) for at in gone.get(None, ()))
        for now in second:
            if now not in strange:
                yield was.get(now), now
            yield from ((at, None) for at in gone.get(now, ()))

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
                    before=self.cells.text(was, name),
                    after=self.cells.text(now, name),
                    old=self._value(was, name),
                    new=self._value(now, name),
                    place_before=self.cells.place(was, name),
                    place_after=self.cells.place(now, name),
                    alike=max(self.alike[was], self.alike[now]),
                )

    def _told(self, row: int, **said: Any) -> Difference:
        """Return a difference with the row's key and whose it is."""
        owner = self.cells.text(row, Record.OWNER) if Record.OWNER in self.sheet else ""
        given = {"key": self.cells.key(row), "alike": self.alike[row], **said}
        return Difference(
            sheet=self.sheet.id, department=self.departments[row], owner=owner, **given
        )

    def _value(self, row: int, name: str) -> Any:
        """Return the typed value of a cell, or what stands there where it has none."""
        typed, raw = (values[row] for values in self.cells.columns_of(name))
        value = raw if is_nothing(typed) else typed
        if is_nothing(value):
            return None
        is_day = name in self.sheet and self.sheet[name].type == "date"
        return value.date() if is_day and isinstance(value, datetime) else simplest(value)


def _sides(number: int, text: str, value: Any, place: Place) -> dict[str, Any]:
    """Return what only one of the files says as the fields of a difference."""
    names = (("before", "old", "place_before"), ("after", "new", "place_after"))[number]
    return dict(zip(names, (text, value, place), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What a file states outside its tables under one name: cells by column, texts and values.

    One that is not `is_own` is no addition and no loss where the other file has none.
    """

    name: tuple[str, ...]
    sheet: str
    key: tuple[str, ...] = ()
    cells: Mapping[str, tuple[str, str, Any]] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    place: Place = _NOWHERE
    is_own: bool = True


def _items(
    stated: Sequence[Mapping[tuple[str, ...], _Item]], *, is_form: bool
) -> Iterator[Difference]:
    had, has = stated
    are_listed = all(("lists",) in one for one in stated)
    for name in {**had, **has}:
        kind, was, now = name[0], had.get(name), has.get(name)
        one = was or now
        if one is None or (kind == "field") != is_form or kind == "lists":
            continue
        if one.sheet == LISTS and not are_listed:
            continue
        if was is None or now is None:
            number = 0 if now is None else 1
            text = " · ".join(shown for _, shown, _ in one.cells.values() if shown)
            values = {column: value for column, (_, _, value) in one.cells.items()}
            if one.is_own:
                yield Difference(
                    kind=kind + ("_gone", "_added")[number],
                    sheet=one.sheet,
                    key=one.key,
                    **_sides(number, text, values, one.place),
                )
            continue
        for column in {**was.cells, **now.cells}:
            old, new = (side.cells.get(column, ("", "", None)) for side in (was, now))
            if old[0] != new[0]:
                yield Difference(
                    kind=f"{kind}_changed",
                    sheet=one.sheet,
                    key=one.key,
                    column=column,
                    before=old[1],
                    after=new[1],
                    old=old[2],
                    new=new[2],
                    place_before=was.places.get(column, was.place),
                    place_after=now.places.get(column, now.place),
                )


def _has_lists(reading: Reading) -> bool:
    return bool(reading.choices or reading.settings or reading.thresholds)


def _stated(source: Source, way: Way) -> Iterator[_Item]:
    """Walk what a file states outside its tables."""
    reading, language = source.reading, way.language
    yield from _forms(source, way)
    tab = say("sheets", "lists.tab", reading.language)
    lists = Place(file=source.file, sheet=tab)
    if _has_lists(reading):
        yield _Item(name=("lists",), sheet=LISTS)
    for name, value in reading.settings.items():
        text = f"{value:g}" if isinstance(value, float) else str(value)
        cell = (value_text(value), text, value)  # to compare by, as shown, typed
        # A setting that the other file lacks is another version's, not somebody's.
        yield _Item(
            name=("setting", name), sheet=LISTS, cells={name: cell}, place=lists, is_own=False
        )
    for choices in way.template.choices.values():
        for entry, attributes in reading.choices.get(choices.id, {}).items():
            said = {
                name: (value_text(value), own.label_of(value, language), value)
                for name, value in attributes.items()
                for own in [way.template.choices[choices.attributes[name]]]
            }
            key = (choices.label[language], choices.label_of(entry, language))
            known = ("entry", choices.id, fold(entry))
            yield _Item(name=known, sheet=LISTS, key=key, cells=said, place=lists)
    rules = {rule.id: rule for rule in way.template.rules}
    for one in reading.thresholds:
        if (rule := rules.get(one.rule)) is None:
            continue
        cells = {
            column: (value_text(value), part_text(rule, column, value, language), value)
            for column, part in PARTS.items()
            for value in [getattr(one, part)]
        }
        known = ("threshold", one.rule, fold(one.group or ""))
        title = name_of(rule, one.group, way.template, language)
        place = replace(one.place or lists, file=source.file)
        yield _Item(name=known, sheet=LISTS, key=(title,), cells=cells, place=place)
    for day in reading.holidays:
        key = (say("sheets", "lists.holiday", language), day.isoformat())
        yield _Item(name=("holiday", day.isoformat()), sheet=LISTS, key=key, place=lists)
    summary = Place(file=source.file, sheet=say("sheets", "summary.tab", reading.language))
    for alert in reading.remembered:
        owner = alert.own_owner
        yield _Item(
            name=("alert", alert.key),
            sheet=ALERTS,
            key=(alert.what,),
            cells={"alert.owner": (fold(owner), owner, owner)},
            place=summary,
            is_own=False,  # the list is ours; what stands in it follows from the records
        )


def _forms(source: Source, way: Way) -> Iterator[_Item]:
    """Walk the forms; a field that cannot be understood says what was typed."""
    reading = source.reading
    places = {n: replace(p, file=source.file) for n, p in reading.form_places.items()}
    typed = {
        replace(p.place, file=source.file): p.raw for p in reading.problems if p.raw is not None
    }
    for form in way.template.forms:
        cells: dict[str, tuple[str, str, Any]] = {}
        for one in form.fields:
            value = reading.form.get(one.id)
            if is_nothing(value):
                value = typed.get(places.get(one.id, _NOWHERE))
            text = "" if value is None else value_text(value)
            cells[one.id] = (text, shown_value(one, value, way.template, way.language), value)
        yield _Item(name=("field", form.id), sheet=form.id, cells=cells, places=places)
