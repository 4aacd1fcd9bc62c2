"""The sheets that tell how a merge came about: the merge log, and the conflicts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from ..ooxml import LaidOn
from ..problems import Problem
from ..records import LOG, AttachedColumn, Attachment
from ..template import TableSheet
from ..texts import LANGUAGES, Language, Text, say
from .base import department_column
from .conflicts import outcome
from .model import (
    ALERTS,
    LISTS,
    Change,
    Conflict,
    Merge,
    MergeTotal,
    column_label,
    sheet_label,
)
from .picks import where

AMOUNTS = ("read", "merged", "duplicates", "overruled", "withdrawn")
# Of many files that differ so many are named.
_NAMED = 12
_Line = tuple[object, ...]
# File, tab, row and column of a cell.
_Cell = tuple[str | None, str | None, int | None, int | None]
_LOG_KINDS: Mapping[str, Literal["number", "mark"]] = {
    **dict.fromkeys(AMOUNTS, "number"),
    "balance": "mark",
}
_LOG_FIRST = ("kind", "severity", "file", "department", "sheet", "item")
_LOG_WIDTHS = {
    "kind": 14,
    "severity": 9,
    "file": 30,
    "department": 12,
    "sheet": 15,
    "item": 22,
    "balance": 11,
    "note": 64,
}


def advice(merge: Merge, language: Language, book: str = "done") -> Iterator[str]:
    """Say how many records several departments share, and how to keep them apart.

    When done the option is named; on the log, "log.notes", it is said in words.
    """
    counts = {"across": merge.across, "across_doubles": merge.across_doubles}
    for name, count in counts.items():
        if count:
            yield say("merge", f"{book}.{name}", language, count=f"{count:,}")


def settled_notes(merge: Merge, language: Language) -> Iterator[str]:
    """Say how many conflicts stand as people decided, and which are open again."""
    tab = say("merge", "conflicts.tab", merge.language)
    if merge.settled:
        yield say("merge", "log.notes.settled", language, count=len(merge.settled), tab=tab)
    for conflict in merge.conflicts:
        if conflict.state == "reopened":
            where = (sheet_label(merge, conflict.sheet), *conflict.key)
            column = column_label(merge, conflict.sheet, conflict.column)
            item = " › ".join(part for part in (*where, column) if part)
            yield say("merge", "log.notes.reopened", language, item=item)


def log_lines(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Iterator[_Line]:
    """Walk the lines of the log, in the order in which they matter."""
    everything = say("merge", "log.all_files", merge.language)
    for total in _sums(merge):
        yield _total_row(replace(total, file=everything), "sum", merge)
    yield from _uncounted(merge)
    yield from _decision_rows(merge, continued)
    yield from _problem_rows(merge)
    yield from _file_rows(merge)
    yield from _change_rows(merge)
    yield from _double_rows(merge)
    for line in merge.carried.get(LOG, ()):
        yield tuple(line.get(name) for name in (*_LOG_FIRST, *AMOUNTS, "balance", "note"))
    for total in merge.totals:
        if total.read or not total.reconciles:
            yield _total_row(total, "total", merge)


def _row(
    merge: Merge,
    kind: str,
    *,
    severity: str = "",
    file: str = "",
    department: str = "",
    sheet: str = "",
    item: str = "",
    note: str = "",
) -> _Line:
    label = say("merge", f"log.kinds.{kind}", merge.language)
    grave = say("merge", f"log.severities.{severity}", merge.language) if severity else ""
    return (label, grave, file, department, sheet, item, *[None] * len(AMOUNTS), "", note)


def _uncounted(merge: Merge) -> Iterator[_Line]:
    """Say of each sheet how many rows with totals were left out; they are no records."""
    for name, records in merge.sheets.items():
        count = sum(row.reason == "total_row" for row in records.skipped)
        if count:
            note = say("merge", "log.notes.total_rows", merge.language, count=f"{count:,}")
            yield _row(merge, "uncounted", sheet=sheet_label(merge, name), note=note)


def _decision_rows(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Iterator[_Line]:
    """Say what was decided: by policy, by adding up, by going on in another sheet."""
    language = merge.language
    policies = "policies_returned" if merge.is_three_way else "policies"
    yield _row(merge, "decision", note=say("merge", f"log.{policies}.{merge.policy}", language))
    if merge.per_department is not None:
        key = "per_department" if merge.per_department else "across_departments"
        yield _row(merge, "decision", note=say("merge", f"log.notes.{key}", language))
    for note in advice(merge, language, "log.notes"):
        yield _row(merge, "advice", note=note)
    tab = say("merge", "conflicts.tab", language)
    for note in (*template_note(merge, language), *settled_notes(merge, language)):
        yield _row(merge, "decision", note=note)
    for conflict in merge.conflicts:
        if not conflict.kept:
            key = outcome(conflict, merge)
            yield _row(
                merge,
                "decision",
                sheet=sheet_label(merge, conflict.sheet),
                item=column_label(merge, conflict.sheet, conflict.column),
                note=say("merge", f"log.notes.{key}", language, tab=tab),
            )
    for conflict in merge.differences:
        sheet = sheet_label(merge, conflict.sheet)
        item = column_label(merge, conflict.sheet, conflict.column)
        yield _row(merge, "decision", sheet=sheet, item=item, note=_difference(conflict, merge))
    for name, tabs in continued.items():
        joint = say("merge", "log.joint", language)
        params = {"rows": f"{len(merge.sheets[name].frame):,}", "tabs": joint.join(tabs)}
        note = say("merge", "log.notes.continued", language, **params)
        yield _row(merge, "continued", sheet=sheet_label(merge, name), note=note)


def _difference(conflict: Conflict, merge: Merge) -> str:
    """Say what each file says in a field of its own, and what the result says."""
    language = merge.language
    versions = [
        say("merge", "log.differs.version", language, text=version.text, file=version.file)
        for version in conflict.versions
    ]
    if len(versions) > _NAMED:
        more = f"{len(versions) - _NAMED:,}"
        versions[_NAMED:] = [say("merge", "log.differs.more", language, count=more)]
    said = say("merge", "log.semicolon", language).join(versions)
    key = "latest" if conflict.kept else outcome(conflict, merge)
    return say("merge", f"log.differs.{key}", language, said=said)


def _problem_rows(merge: Merge) -> Iterator[_Line]:
    """List what is to be checked, the worst first; what a form lacks in one line a file."""
    language = merge.language
    fields = _fields(merge)
    grave = [problem for problem in merge.problems if problem.severity != "info"]
    lacking: dict[tuple[str | None, str], list[Problem]] = {}
    for problem in grave:
        if problem.code == "required_blank" and _cell(problem) in fields:
            lacking.setdefault((problem.place.file, problem.severity), []).append(problem)
    done: set[tuple[str | None, str]] = set()
    for problem in sorted(grave, key=lambda problem: problem.severity != "error"):
        place, severity = problem.place, problem.severity
        file, sheet = place.file or "", place.sheet or ""
        if problem.code == "required_blank" and _cell(problem) in fields:
            group = (place.file, severity)
            if group not in done:
                done.add(group)
                labels = [fields[_cell(one)] for one in lacking[group]]
                joined = say("merge", "log.joint", language).join(labels)
                params = {"count": len(labels), "fields": joined}
                note = say("merge", "log.notes.required", language, **params)
                yield _row(merge, "problem", severity=severity, file=file, sheet=sheet, note=note)
            continue
        joint = " " if language == "en" else ""
        note = f"{problem.message(language)}{joint}{problem.hint(language)}".rstrip()
        item = place.cell or ""
        yield _row(
            merge, "problem", severity=severity, file=file, sheet=sheet, item=item, note=note
        )


def _fields(merge: Merge) -> dict[_Cell, str]:
    """Return the labels of the fields of all forms by the cells they stand in."""
    labels = {field.id: field.label[merge.language] for field in merge.template.fields()}
    return {
        (source.file, place.sheet, place.row, place.column): labels[name]
        for source in merge.sources
        for name, place in source.reading.form_places.items()
        if name in labels
    }


def _cell(problem: Problem) -> _Cell:
    place = problem.place
    return (place.file, place.sheet, place.row, place.column)


def _file_rows(merge: Merge) -> Iterator[_Line]:
    """Say what was left out, and whose each file is."""
    language = merge.language
    for skipped in merge.skipped:
        yield _row(merge, "skipped", file=skipped.file, note=skipped.describe(language))
    for source in () if merge.carried else merge.sources:
        department = _department(merge, source.department or source.named)
        key = f"log.told_by.{source.department_from}"
        note = say("merge", key, language, department=department)
        own = department if source.is_departments else ""
        item = source.campaign
        yield _row(merge, "source", file=source.file, department=own, item=item, note=note)
    for file, original in merge.copies.items():
        note = say("merge", "log.notes.copy", language, file=original)
        yield _row(merge, "duplicate", file=file, note=note)
    for file, sheets in merge.extra_sheets.items():
        note = say("merge", "log.notes.left_behind", language)
        for sheet in sheets:
            yield _row(merge, "extra_sheet", file=file, sheet=sheet, note=note)
    for file, things in merge.laid_on.items():
        for one in things:
            note = lying(one, language)
            yield _row(merge, "lying", file=file, sheet=one.sheet, item=one.cell, note=note)


def lying(thing: LaidOn, language: Language) -> str:
    """Say what lies on a cell and stays behind."""
    return say("merge", f"log.lying.{thing.kind}", language, text=thing.text)


def template_note(merge: Merge, language: Language) -> Iterator[str]:
    """Say which of several templates was taken, and why."""
    others = [one for one in merge.skipped if one.code == "other_template"]
    if others:
        counts = {"count": len(merge.sources), "others": len(others)}
        title = merge.template.title[language]
        yield say("merge", "log.notes.template", language, template=title, **counts)


def _change_rows(merge: Merge) -> Iterator[_Line]:
    """Say how much was taken over from each side; a sheet of its own lists it."""
    tab = say("merge", "changes.tab", merge.language)
    cells = Counter(change.file for change in merge.changes if change.column)
    added = Counter(change.file for change in merge.changes if not change.column)
    gone = Counter(row.by for row in merge.withdrawn)
    for file in dict.fromkeys((*cells, *added, *gone)):
        counts = {"cells": cells[file], "added": added[file], "withdrawn": gone[file], "tab": tab}
        note = say("merge", "log.notes.accepted", merge.language, **counts)
        yield _row(merge, "accepted", file=file, note=note)
    for change in merge.changes:
        if change.before and _is_department(merge, change):
            item = " · ".join(part for part in change.key if part)
            after = change.after or say("merge", "changes.blank", merge.language)
            words = {"before": change.before, "after": after}
            note = say("merge", "log.notes.handed_over", merge.language, **words)
            sheet = sheet_label(merge, change.sheet)
            yield _row(merge, "accepted", file=change.file, sheet=sheet, item=item, note=note)
    for row in merge.withdrawn:
        note = say("merge", "log.notes.withdrawn", merge.language, by=row.by)
        sheet, item = sheet_label(merge, row.sheet), where(row.place)
        yield _row(merge, "withdrawn", file=row.place.file or "", sheet=sheet, item=item, note=note)


def _is_department(merge: Merge, change: Change) -> bool:
    """Whether a change hands a row over to another department."""
    table = None if change.sheet in {LISTS, ALERTS} else merge.template[change.sheet]
    return isinstance(table, TableSheet) and change.column == department_column(table)


def _double_rows(merge: Merge) -> Iterator[_Line]:
    """List the rows that several files hold; those of copies of a file are told with the file."""
    copies = merge.copies
    for duplicate in merge.duplicates:
        kept, *others = duplicate.places
        others = [place for place in others if place.file not in copies]
        note = say("merge", "log.notes.duplicate", merge.language, kept=kept)
        sheet = sheet_label(merge, duplicate.sheet)
        for place in others:
            file, item = place.file or "", where(place)
            yield _row(merge, "duplicate", file=file, sheet=sheet, item=item, note=note)


def _sums(merge: Merge) -> Iterator[MergeTotal]:
    """Add up the totals of all files, sheet by sheet, the rows first."""
    same: dict[tuple[str, str | None], list[MergeTotal]] = {}
    for total in merge.totals:
        same.setdefault((total.sheet, total.column), []).append(total)
    for (sheet, column), totals in same.items():
        amounts = {n: math.fsum(getattr(total, n) for total in totals) for n in AMOUNTS}
        yield MergeTotal(sheet=sheet, file="", column=column, **amounts)


def _total_row(total: MergeTotal, kind: str, merge: Merge) -> _Line:
    amounts = [round(float(getattr(total, name)), 4) for name in AMOUNTS]
    rest = amounts[0] - sum(amounts[1:])
    balance = "log.balanced" if total.reconciles else "log.off"
    return (
        say("merge", f"log.kinds.{kind}", merge.language),
        "",
        total.file,
        "",
        sheet_label(merge, total.sheet),
        column_label(merge, total.sheet, total.column),
        *amounts,
        say("merge", balance, merge.language, rest=f"{rest:,.2f}"),
        "",
    )


def _department(merge: Merge, name: str) -> str:
    choices = merge.template.choices.get("department")
    return name if choices is None else choices.label_of(name, merge.language)


def log_sheet(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Attachment:
    """Return the merge log: all totals, whose file is whose, what was left out and why.

    `continued` tells the tabs in which a long table goes on, per sheet.
    """
    return Attachment(
        id=LOG,
        tab=_text("log.tab"),
        title=_text("log.title"),
        subtitle=_text("log.subtitle"),
        columns=tuple(
            AttachedColumn(
                id=name,
                label=_text(f"log.{name}"),
                width=float(_LOG_WIDTHS.get(name, 13)),
                kind=_LOG_KINDS.get(name, "text"),
            )
            for name in (*_LOG_FIRST, *AMOUNTS, "balance", "note")
        ),
        rows=[*log_lines(merge, continued)],
    )


def _text(key: str, **params: object) -> Text:
    return Text({language: say("merge", key, language, **params) for language in LANGUAGES})
