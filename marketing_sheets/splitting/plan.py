"""The plan of a split: whose each row is, the name it keeps, and what each part holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from ..brief import Brief, counted
from ..merging import (
    Base,
    BaseRow,
    By,
    RowTexts,
    by_column,
    choice_name,
    department_spellings,
    row_ids,
    row_texts,
    threshold_texts,
    value_text,
)
from ..problems import Place
from ..records import Reading, SheetRecords
from ..template import TableSheet
from ..texts import Language, fold, say

BY: tuple[By, ...] = get_args(By)
# Why a row is nobody's: its sheet has no such column, the cell is blank, it names several.
UnassignedReason = Literal["no_column", "blank", "several"]
_SEVERAL = re.compile(r"[、，,;；&＆\n]|\s/\s")
_SLASH = re.compile(r"(?:(?<!\s)\s++)?+[/／]\s*+")
_People = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Brief):
    """A workbook that was written: what its rows share, "" for those of nobody, and their number.

    `label` is the value as people call it; `rows` counts records by sheet id.
    """

    value: str
    label: str
    path: Path
    rows: Mapping[str, int]

    def _brief(self) -> tuple[object, str]:
        return self.path.name, counted(row=sum(self.rows.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned(Brief):
    """A row that is nobody's and went into the part without a value."""

    sheet: str
    place: Place
    reason: UnassignedReason
    text: str = ""

    def describe(self, language: Language) -> str:
        """Say which row and why, in one line."""
        reason = say("split", f"unassigned.{self.reason}", language, text=self.text)
        return say("split", "unassigned.line", language, place=self.place, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitTotal(Brief):
    """Rows, or one additive column, of a sheet: the whole is the sum of the parts.

    `column` None counts rows; `parts` are by file name, as read back from the files written.
    """

    sheet: str
    column: str | None
    whole: float
    parts: Mapping[str, float]

    @property
    def reconciles(self) -> bool:
        """Whether nothing is unaccounted for, to the cent."""
        return abs(self.whole - sum(self.parts.values())) < max(0.005, 1e-12 * abs(self.whole))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split(Brief):
    """A workbook split into parts: `reading` is the workbook's, `folder` holds the parts.

    `split_id` names the split in every part; `reading.extra_sheets` stayed behind. Its computed
    columns are missing: they go into no part, and `recompute` fills them.
    """

    reading: Reading
    folder: Path
    by: By
    split_id: str
    parts: tuple[Part, ...]
    unassigned: tuple[Unassigned, ...]
    totals: tuple[SplitTotal, ...]

    def _brief(self) -> tuple[object, str]:
        counts = counted(part=self.parts, unassigned_row=self.unassigned)
        return self.folder.name, f"by {self.by}, {counts}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Whose a row is: `value` "" where it is nobody's, for `reason`; `text` is what is written."""

    value: str = ""
    reason: UnassignedReason | None = None
    text: str = ""


def assign_rows(
    reading: Reading, texts: Mapping[str, Sequence[RowTexts]], by: By
) -> dict[str, list[Assignment]]:
    """Return, per sheet, whose each row is.

    Departments and channels are their choices' ids, words of staff's own and people are as first
    typed. A cell that names several is nobody's. Where a sheet has no department column, people
    written as 市场部/张三 tell it.
    """
    assigner = _Assigner(reading, by)
    for sheet in reading.template.tables:
        assigner.learn(sheet, texts.get(sheet.id, ()))
    return {
        sheet.id: assigner.rows(sheet, reading.sheets[sheet.id], texts[sheet.id])
        for sheet in reading.template.tables
        if sheet.id in reading.sheets
    }


class _Assigner:
    """Knows the departments, and how each value was first written."""

    def __init__(self, reading: Reading, by: By) -> None:
        self.by = by
        self.departments = department_spellings(reading)
        self.words: dict[str, str] = {}
        self.people: _People = {}

    def learn(self, sheet: TableSheet, texts: Sequence[RowTexts]) -> None:
        """Take in of which departments people are said to be: 市场部/张三 is 张三 of one."""
        column = by_column(sheet, "owner") if self.by == "owner" else None
        for row in texts if column else ():
            department, name = self._person(row.shown(column or ""))
            if department:
                known = self.people.setdefault(fold(name), {})
                known.setdefault(department, row.says(column or ""))

    def _person(self, text: str) -> tuple[str, str]:
        """Return the department and the name in 市场部/张三; "" where no department is named."""
        first, *others = _SLASH.split(text)
        department = self.departments.get(fold(first))
        if len(others) != 1 or department is None or _SEVERAL.search(text):
            return "", text
        return department, others[0]

    def _one_person(self, value: str, text: str) -> str:
        """Return the word for a person, with or without a department; two may share a name."""
        department, name = self._person(text)
        known = self.people.get(fold(name), {})
        if len(known) == 1:
            return self.words.setdefault(fold(name), name)
        return known.get(department, value)

    def rows(
        self, sheet: TableSheet, records: SheetRecords, texts: Sequence[RowTexts]
    ) -> list[Assignment]:
        """Return whose each row of a sheet is."""
        column = by_column(sheet, self.by)
        has_column = column is not None and column in records.origin.columns
        if column is not None and has_column:
            return [self._named(row.says(column), row.shown(column)) for row in texts]
        people = by_column(sheet, "owner") if self.by == "department" else None
        return [self._by_person(row.shown(people) if people else "") for row in texts]

    def _named(self, value: str, text: str) -> Assignment:
        if not value:
            return Assignment(reason="blank", text=text)
        known = self._known(value)
        if known is not None:
            return Assignment(value=known, text=text)
        if _SEVERAL.search(text) or self._is_several(text):
            return Assignment(reason="several", text=text)
        if self.by == "owner":
            value = self._one_person(value, text)
        return Assignment(value=self.words.setdefault(fold(value), value), text=text)

    def _by_person(self, text: str) -> Assignment:
        known = None if _SEVERAL.search(text) else self._head(text)
        if known is None:
            return Assignment(reason="no_column", text=text)
        return Assignment(value=known, text=text)

    def _known(self, value: str) -> str | None:
        if self.by != "department":
            return None
        department = self.departments.get(fold(value))
        if department is not None or _SEVERAL.search(value):
            return department
        return self._head(value)

    def _head(self, text: str) -> str | None:
        """Return the department before the slash of 市场部/张三; none where two are named."""
        first, *others = _SLASH.split(text)
        if not others or any(fold(other) in self.departments for other in others):
            return None
        return self.departments.get(fold(first))

    def _is_several(self, text: str) -> bool:
        parts = _SLASH.split(text)
        if self.by == "owner" and fold(parts[0]) in self.departments:
            return False  # 市场部/张三 is one person
        return len(parts) > 1


def cut(records: SheetRecords, positions: Sequence[int], row_ids: Sequence[str]) -> SheetRecords:
    """Return the records at `positions`, in that order, each carrying its row id."""
    some = records.taken(positions)
    origins = pd.DataFrame(index=range(len(positions))) if some.origins is None else some.origins
    origins = origins.assign(row_id=pd.Series(list(row_ids), dtype="str"))
    return replace(some, origins=origins, skipped=())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Whose each row of a workbook is, and what the row says.

    `texts`, `assigned` and `ids` are by sheet and record, `held` gives records by sheet and value.
    A part is named by the value its rows share, "" for rows that are nobody's.
    """

    reading: Reading
    by: By
    split_id: str
    texts: Mapping[str, Sequence[RowTexts]]
    assigned: Mapping[str, Sequence[Assignment]]
    ids: Mapping[str, Sequence[str]]
    held: Mapping[str, Mapping[str, Sequence[int]]]

    def values(self) -> list[str]:
        """Return the values of all parts: as the list has them, then as they appear; "" last.

        Every department that is listed has a part, to be filled in where it has no rows yet; but of
        rows none of which names anybody nobody is the owner.
        """
        found = {row.value: None for rows in self.assigned.values() for row in rows}
        is_every = self.by == "department" and found.keys() != {""}
        entries = self.reading.choices.get(self.by, {})
        listed = [entry for entry in entries if is_every or entry in found]
        named = dict.fromkeys([*listed, *(value for value in found if value)])
        return [*named, *([""] if "" in found else [])]

    def label(self, value: str, language: Language) -> str:
        """Return what people call a part."""
        if not value:
            return say("split", "nobody", language)
        choices = self.reading.template.choices.get(self.by)
        return value if choices is None else choices.label_of(value, language)

    def positions(self, sheet: str, value: str) -> Sequence[int]:
        """Return the records of a sheet that belong to a part."""
        return self.held[sheet].get(value, ())

    def counts(self, value: str) -> dict[str, int]:
        """Return the number of a part's records by sheet."""
        return {sheet: len(self.positions(sheet, value)) for sheet in self.assigned}

    def records(self, value: str) -> dict[str, SheetRecords]:
        """Return the records of a part by sheet, each with its row id."""
        records: dict[str, SheetRecords] = {}
        for name, whole in self.reading.sheets.items():
            positions = self.positions(name, value)
            records[name] = cut(whole, positions, [self.ids[name][at] for at in positions])
        return records

    def base(self, value: str) -> Base:
        """Return what a part is handed out as."""
        reading = self.reading
        return Base(
            split=self.split_id,
            file=reading.file or "",
            sha256=reading.sha256 or "",
            by=self.by,
            value=value,
            form={name: value_text(said) for name, said in reading.form.items()},
            settings={name: value_text(said) for name, said in reading.settings.items()},
            thresholds=threshold_texts(reading.thresholds),
            holidays=tuple(day.isoformat() for day in reading.holidays),
            choices={
                choice_name(name, entry, attribute): value_text(said)
                for name, entries in reading.choices.items()
                for entry, attributes in entries.items()
                for attribute, said in attributes.items()
            },
            alerts={one.key: one.own_owner for one in reading.remembered if one.own_owner},
            history=reading.history,
            rows=tuple(
                BaseRow(
                    sheet=name,
                    row_id=self.ids[name][at],
                    position=at,
                    texts=self.texts[name][at],
                )
                for name in self.assigned
                for at in self.positions(name, value)
            ),
        )

    def form(self, value: str) -> dict[str, object]:
        """Return the form as it stands, doubtful answers as typed, the department filled in."""
        reading = self.reading
        form: dict[str, object] = dict(reading.form)
        typed = {p.place: p.raw for p in reading.problems if p.raw is not None}
        for name, place in reading.form_places.items():
            if form.get(name) is None and place in typed:
                form[name] = typed[place]
        if self.by == "department":
            fields = [f.id for f in reading.template.fields() if f.type == "department"]
            form |= dict.fromkeys(fields[:1], value or None)
        return form

    def unassigned(self) -> tuple[Unassigned, ...]:
        """Return the rows that are nobody's, with their places."""
        return tuple(
            Unassigned(
                sheet=sheet.id,
                place=self.reading.sheets[sheet.id].place(at, by_column(sheet, self.by)),
                reason=row.reason,
                text=row.text,
            )
            for sheet in self.reading.template.tables
            for at, row in enumerate(self.assigned.get(sheet.id, ()))
            if row.reason is not None
        )


def plan_split(reading: Reading, by: By) -> Plan:
    """Plan to split a workbook that was read. The same file gives the same ids."""
    tables = {sheet.id: sheet for sheet in reading.template.tables}
    texts = {name: row_texts(r, tables[name]) for name, r in reading.sheets.items()}
    source = f"{reading.sha256}|{by}"
    assigned = assign_rows(reading, texts, by)
    return Plan(
        reading=reading,
        by=by,
        split_id=hashlib.sha256(source.encode()).hexdigest()[:16],
        texts=texts,
        assigned=assigned,
        ids={n: row_ids(r, tables[n], texts[n]) for n, r in reading.sheets.items()},
        held={name: _by_value(rows) for name, rows in assigned.items()},
    )


def _by_value(rows: Sequence[Assignment]) -> dict[str, list[int]]:
    held: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        held.setdefault(row.value, []).append(at)
    return held
