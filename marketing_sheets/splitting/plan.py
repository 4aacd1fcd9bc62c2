"""The plan of a split: whose each row is, the name it keeps, and what each part holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..languages import Language
from ..merging.base import Base, BaseRow, By, by_column
from ..merging.row_ids import row_ids
from ..merging.row_texts import RowTexts, row_texts, value_text
from ..merging.thresholds import threshold_texts
from ..records import Reading, SheetRecords
from ..wording import say
from .assigning import Assignment, assign_rows
from .cutting import cut
from .model import Unassigned

__all__ = ["Plan", "plan_split"]


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
        """Return the values of all parts: as the list has them, then as they appear; "" last."""
        found = {row.value: None for rows in self.assigned.values() for row in rows}
        listed = [entry for entry in self.reading.choices.get(self.by, {}) if entry in found]
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
