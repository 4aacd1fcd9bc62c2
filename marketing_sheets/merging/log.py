"""What the merge log tells: totals, files left out, what to check, how the merge came about."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..ooxml import LaidOn
from ..problems import Place, Problem
from ..records import LOG
from ..template import TableSheet
from ..texts import LANGUAGES, Language, book, say
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
from .sources import SkippedFile

AMOUNTS = ("read", "merged", "duplicates", "overruled", "withdrawn")
# Lines that tell how a merge came about: when it is settled they are kept, others written anew.
CARRIED = ("source", "skipped", "duplicate", "withdrawn", "accepted", "extra_sheet")
# Of many files that differ so many are named, of many cells so many.
_NAMED, _CELLS = 12, 3
_WORDS = ("file", "department", "sheet", "item", "note")
# File, tab, row and column of a cell.
_Cell = tuple[str | None, str | None, int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of the log: what kind, what about, what is told.

    `kind` is a word of `log.kinds`, `severity` a problem's; `total` gives amounts.
    """

    kind: str
    severity: str = ""
    file: str = ""
    department: str = ""
    sheet: str = ""
    item: str = ""
    note: str = ""
    total: MergeTotal | None = None


def advice(merge: Merge, language: Language, where: str = "done") -> Iterator[str]:
    """Say how many records several departments share, and how to keep them apart.

    When done the option is named; on the log, "log.notes", it is said in words.
    """
    counts = {"across": merge.across, "across_doubles": merge.across_doubles}
    for name, count in counts.items():
        if count:
            yield say("merge", f"{where}.{name}", language, count=f"{count:,}")


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


def log_lines(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Iterator[LogLine]:
    """Walk the lines of the log, those of a kind in the order in which they matter.

    `continued` tells the tabs in which a long table goes on, per sheet.
    """
    everything = say("merge", "log.all_files", merge.language)
    for total in _sums(merge):
        yield _total_line(replace(total, file=everything), "sum", merge)
    yield from _file_rows(merge)
    yield from _problem_rows(merge)
    yield from _decision_rows(merge, continued)
    yield from _uncounted(merge)
    yield from _change_rows(merge)
    yield from _double_rows(merge)
    kinds = {
        say("merge", f"log.kinds.{kind}", language): kind
        for kind in CARRIED
        for language in LANGUAGES
    }
    for line in merge.carried.get(LOG, ()):
        file, department, sheet, item, note = (str(line.get(name) or "") for name in _WORDS)
        yield LogLine(
            kind=kinds[str(line["kind"])],
            file=file,
            department=department,
            sheet=sheet,
            item=item,
            note=note,
        )
    for total in merge.totals:
        if total.read or not total.reconciles:
            yield _total_line(total, "total", merge)


def _uncounted(merge: Merge) -> Iterator[LogLine]:
    """Say of each sheet how many rows with totals were left out; they are no records."""
    for name, records in merge.sheets.items():
        count = sum(row.reason == "total_row" for row in records.skipped)
        if count:
            note = say("merge", "log.notes.total_rows", merge.language, count=f"{count:,}")
            yield LogLine(kind="uncounted", sheet=sheet_label(merge, name), note=note)


def _decision_rows(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Iterator[LogLine]:
    """Say what was decided: by policy, by adding up, by going on in another sheet."""
    language = merge.language
    policies = "policies_returned" if merge.is_three_way else "policies"
    yield LogLine(kind="decision", note=say("merge", f"log.{policies}.{merge.policy}", language))
    if merge.per_department is not None:
        key = "per_department" if merge.per_department else "across_departments"
        yield LogLine(kind="decision", note=say("merge", f"log.notes.{key}", language))
    for note in advice(merge, language, "log.notes"):
        yield LogLine(kind="advice", note=note)
    for note in (*template_note(merge, language), *settled_notes(merge, language)):
        yield LogLine(kind="decision", note=note)
    for conflict in merge.differences:
        sheet = sheet_label(merge, conflict.sheet)
        item = column_label(merge, conflict.sheet, conflict.column)
        yield LogLine(kind="decision", sheet=sheet, item=item, note=_difference(conflict, merge))
    for name, tabs in continued.items():
        joint = say("merge", "log.joint", language)
        params = {"rows": f"{len(merge.sheets[name].frame):,}", "tabs": joint.join(tabs)}
        note = say("merge", "log.notes.continued", language, **params)
        yield LogLine(kind="continued", sheet=sheet_label(merge, name), note=note)


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


def _problem_rows(merge: Merge) -> Iterator[LogLine]:
    """List what is to be checked, the worst first; what a form lacks in one line a file."""
    language = merge.language
    fields = _fields(merge)
    grave = [problem for problem in merge.problems if problem.severity != "info"]
    lacking: dict[tuple[str | None, str], list[Problem]] = {}
    for problem in grave:
        if problem.code == "required_blank" and _cell(problem) in fields:
            lacking.setdefault((problem.place.file, problem.severity), []).append(problem)
    for (file, severity), problems in lacking.items():
        labels = [fields[_cell(one)] for one in problems]
        joined = say("merge", "log.joint", language).join(labels)
        params = {"count": len(labels), "fields": joined}
        note = say("merge", "log.notes.required", language, **params)
        sheet = problems[0].place.sheet or ""
        yield LogLine(kind="problem", severity=severity, file=file or "", sheet=sheet, note=note)
    alike: dict[tuple[object, ...], list[Problem]] = {}
    for problem in sorted(grave, key=lambda problem: problem.severity != "error"):
        if not (problem.code == "required_blank" and _cell(problem) in fields):
            place = problem.place
            key = (place.file, place.sheet, problem.code, problem.column or id(problem))
            alike.setdefault(key, []).append(problem)
    for problems in alike.values():
        first, count = problems[0], sum(1 + one.alike for one in problems)
        joint = " " if language == "en" else ""
        note = f"{first.message(language)}{joint}{first.hint(language)}".rstrip()
        if count > 1:
            note = say("merge", "log.notes.alike", language, count=f"{count:,}", first=note)
        yield LogLine(
            kind="problem",
            severity=first.severity,
            file=first.place.file or "",
            sheet=first.place.sheet or "",
            item=_cells_of([one.place for one in problems], merge),
            note=note,
        )


def _cells_of(places: Sequence[Place], merge: Merge) -> str:
    """Name the first of some cells, and count the others."""
    cells = [place.cell for place in places if place.cell]
    named = say("merge", "log.joint", merge.language).join(cells[:_CELLS])
    more = len(cells) - _CELLS
    return named if more <= 0 else f"{named} +{more:,}"


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


def _file_rows(merge: Merge) -> Iterator[LogLine]:
    """Say what was left out, and whose each file is."""
    language = merge.language
    for skipped in merge.skipped:
        yield LogLine(kind="skipped", file=skipped.file, note=_left_out(skipped, language))
    for source in () if merge.carried else merge.sources:
        department = _department(merge, source.department or source.named)
        key = f"log.told_by.{source.department_from}"
        note = say("merge", key, language, department=department)
        own = department if source.is_departments else ""
        item = source.campaign
        yield LogLine(kind="source", file=source.file, department=own, item=item, note=note)
    for file, original in merge.copies.items():
        note = say("merge", "log.notes.copy", language, file=original)
        yield LogLine(kind="duplicate", file=file, note=note)
    for file, sheets in merge.extra_sheets.items():
        note = say("merge", "log.notes.left_behind", language)
        for sheet in sheets:
            yield LogLine(kind="extra_sheet", file=file, sheet=sheet, note=note)
    for file, things in merge.laid_on.items():
        for one in things:
            note = lying(one, language)
            yield LogLine(kind="lying", file=file, sheet=one.sheet, item=one.cell, note=note)


def _left_out(skipped: SkippedFile, language: Language) -> str:
    """Say why a file was left out, without the options that a command line has."""
    if skipped.code in book("merge")["log"]["left_out"]:
        return say("merge", f"log.left_out.{skipped.code}", language, **skipped.params)
    return skipped.describe(language)


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


def _change_rows(merge: Merge) -> Iterator[LogLine]:
    """Say how much was taken over from each side; a sheet of its own lists it."""
    tab = say("merge", "changes.tab", merge.language)
    cells = Counter(change.file for change in merge.changes if change.column)
    added = Counter(change.file for change in merge.changes if not change.column)
    gone = Counter(row.by for row in merge.withdrawn)
    for file in dict.fromkeys((*cells, *added, *gone)):
        counts = {"cells": cells[file], "added": added[file], "withdrawn": gone[file], "tab": tab}
        note = say("merge", "log.notes.accepted", merge.language, **counts)
        yield LogLine(kind="accepted", file=file, note=note)
    for change in merge.changes:
        if change.before and _is_department(merge, change):
            item = " · ".join(part for part in change.key if part)
            after = change.after or say("merge", "changes.blank", merge.language)
            words = {"before": change.before, "after": after}
            note = say("merge", "log.notes.handed_over", merge.language, **words)
            sheet = sheet_label(merge, change.sheet)
            yield LogLine(kind="accepted", file=change.file, sheet=sheet, item=item, note=note)


def _is_department(merge: Merge, change: Change) -> bool:
    """Whether a change hands a row over to another department."""
    table = None if change.sheet in {LISTS, ALERTS} else merge.template[change.sheet]
    return isinstance(table, TableSheet) and change.column == department_column(table)


def _double_rows(merge: Merge) -> Iterator[LogLine]:
    """List the rows that several files hold; those of copies of a file are told with the file."""
    copies = merge.copies
    same: dict[tuple[str, str], list[tuple[Place, Place]]] = {}
    for duplicate in merge.duplicates:
        kept, *others = duplicate.places
        for place in others:
            if place.file not in copies:
                same.setdefault((duplicate.sheet, place.file or ""), []).append((kept, place))
    for (sheet, file), pairs in same.items():
        language = merge.language
        if len(pairs) == 1:
            note = say("merge", "log.notes.duplicate", language, kept=pairs[0][0])
        else:
            files = Counter(str(kept.file) for kept, _ in pairs).most_common()
            other = files[0][0] if len(files) == 1 else f"{files[0][0]} +{len(files) - 1:,}"
            params = {"count": f"{len(pairs):,}", "file": other}
            note = say("merge", "log.notes.duplicates", language, **params)
        item = _cells_of([place for _, place in pairs], merge)
        label = sheet_label(merge, sheet)
        yield LogLine(kind="duplicate", file=file, sheet=label, item=item, note=note)


def _sums(merge: Merge) -> Iterator[MergeTotal]:
    """Add up the totals of all files, sheet by sheet, the rows first."""
    same: dict[tuple[str, str | None], list[MergeTotal]] = {}
    for total in merge.totals:
        same.setdefault((total.sheet, total.column), []).append(total)
    for (sheet, column), totals in same.items():
        amounts = {n: math.fsum(getattr(total, n) for total in totals) for n in AMOUNTS}
        yield MergeTotal(sheet=sheet, file="", column=column, **amounts)


def _total_line(total: MergeTotal, kind: str, merge: Merge) -> LogLine:
    return LogLine(
        kind=kind,
        file=total.file,
        sheet=sheet_label(merge, total.sheet),
        item=column_label(merge, total.sheet, total.column),
        total=total,
    )


def _department(merge: Merge, name: str) -> str:
    choices = merge.template.choices.get("department")
    return name if choices is None else choices.label_of(name, merge.language)
