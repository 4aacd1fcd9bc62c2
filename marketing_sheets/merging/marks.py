"""What is to be checked in the rows of a merge: said beside each, and listed in the Review.

What could not be read stands in the merged cell as it was typed: there it is marked, and the mark
goes once it is corrected. The rest is said in words: another version of a row, a cell whose value
was taken over although it may be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from ..problems import Place, Problem
from ..records import MARK, MARK_NOTE, Reading, SheetRecords
from ..review import Entry, answers_in, entries_of
from ..texts import say
from ..writer import MOST_CHECKED
from .model import Merge, column_label

# A row as its origin names it: file, tab, row.
_RowPlace = tuple[str | None, str | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The merged records, those to be checked marked in `origins`; and which records they are.

    `positions` gives, per doubtful row as its origin names it, the sheet and the record from 0.
    """

    sheets: dict[str, SheetRecords] = field(default_factory=dict)
    positions: dict[_RowPlace, tuple[str, int]] = field(default_factory=dict)
    aliases: Mapping[_RowPlace, _RowPlace]


def with_marks(merge: Merge) -> Marked:
    """Return the merged records, those with doubtful cells or another version marked in `origins`.

    A sheet without such a row gets no column for it.
    """
    aliases = _aliases(merge)
    doubtful = _doubtful(merge, aliases)
    marked = Marked(aliases=aliases)
    for name, records in merge.sheets.items():
        conflict = say("merge", "check.conflict", merge.language)
        contested = dict.fromkeys(merge.contested.get(name, ()), conflict) | _disputed(merge, name)
        marked.sheets[name] = records
        if records.origins is None or not (doubtful or contested):
            continue
        rows = [*_rows(records, doubtful)]
        marked.positions.update({row: (name, at) for at, row in rows})
        to_check = sorted({*contested, *(at for at, _ in rows)})
        said = {part: {at: contested.get(at, "") for at in to_check} for part in (MARK, MARK_NOTE)}
        # A longer table has no formulas that say what is marked, and all is said in words.
        is_checked = len(records.frame) <= MOST_CHECKED
        for at, row in rows:
            notes = [p for p in doubtful[row] if is_checked and not _is_live(p, records, at)]
            for part, problems in ((MARK, doubtful[row]), (MARK_NOTE, notes)):
                texts = (said[part][at], _cells(merge, name, problems) if problems else "")
                joint = say("merge", "log.semicolon", merge.language)
                said[part][at] = joint.join(filter(None, texts))
        columns = {
            part: pd.Series(
                [texts.get(at) or None for at in range(len(records.frame))], dtype="str"
            )
            for part, texts in said.items()
            if any(texts.values())
        }
        marked.sheets[name] = replace(records, origins=records.origins.assign(**columns))
    return marked


def entries_in(reading: Reading, merge: Merge, marked: Marked) -> tuple[Entry, ...]:
    """List what is to be checked in a merge, each at its place in the merged workbook.

    `reading` is that of the merged records. What people confirmed in the files stays confirmed.
    """
    problems: list[Problem] = []
    found: dict[int, tuple[str, int]] = {}
    for problem in reading.problems:
        here = _row_of(problem.place)
        row = marked.positions.get(marked.aliases.get(here, here))
        if row is None:
            problems.append(problem)
            continue
        name, at = row
        place = reading.sheets[name].place(at, problem.column)
        problems.append(replace(problem, place=place))
        found[id(problems[-1])] = row
    confirmed = dict(merge.confirmed)
    for source in merge.sources:
        confirmed |= answers_in(source.reading.confirmed, source.file)
    entries = entries_of(replace(reading, problems=tuple(problems), confirmed=confirmed))
    return tuple(
        replace(entry, keys=(), area="") if _is_said(entry, marked, found) else entry
        for entry in entries
    )


def _is_said(entry: Entry, marked: Marked, found: Mapping[int, tuple[str, int]]) -> bool:
    """Whether an entry is about a cell of a file that was taken over as its value."""
    row = found.get(id(entry.problem))
    if row is None or entry.problem.told != "cell" or not (entry.area or entry.keys):
        return False
    name, at = row
    return not _is_live(entry.problem, marked.sheets[name], at)


def _rows(
    records: SheetRecords, wanted: Mapping[_RowPlace, object]
) -> Iterator[tuple[int, _RowPlace]]:
    """Walk the records that come from one of the rows wanted."""
    assert records.origins is not None
    columns = [records.origins[part].tolist() for part in ("file", "sheet", "row")]
    for at, row in enumerate(zip(*columns, strict=True)):
        if row in wanted:
            yield at, row


def _is_live(problem: Problem, records: SheetRecords, at: int) -> bool:
    """Whether the merged workbook itself tells a problem: by its formulas, or by a mark.

    A cell that was understood is written as its value, and holds no more what was typed.
    """
    name = problem.column or ""
    if problem.told != "cell" or name not in records.frame or name not in records.raw:
        return problem.told == "row"
    value, typed = records.frame[name].iloc[at], records.raw[name].iloc[at]
    return bool(pd.isna(value)) or value == typed


def _doubtful(
    merge: Merge, aliases: Mapping[_RowPlace, _RowPlace]
) -> dict[_RowPlace, list[Problem]]:
    """Return the problems of each row by the row's origin."""
    found: dict[_RowPlace, list[Problem]] = {}
    for problem in merge.problems:
        if problem.severity != "info" and problem.place.row is not None:
            here = _row_of(problem.place)
            found.setdefault(aliases.get(here, here), []).append(problem)
    return found


def _row_of(place: Place) -> _RowPlace:
    return place.file, place.sheet, place.row


def _aliases(merge: Merge) -> dict[_RowPlace, _RowPlace]:
    """Return, for rows that stood in an earlier merge, where they came from before."""
    doubted = {p.place.file for p in merge.problems if p.severity != "info"}
    aliases: dict[_RowPlace, _RowPlace] = {}
    for source in merge.sources:
        if source.file not in doubted:
            continue
        for records in source.reading.sheets.values():
            if records.origins is None or not {"file", "sheet", "row"} <= {*records.origins}:
                continue
            columns = [records.origins[name].tolist() for name in ("file", "sheet", "row")]
            for at, (file, sheet, row) in enumerate(zip(*columns, strict=True)):
                if isinstance(file, str) and isinstance(sheet, str) and isinstance(row, int):
                    here = replace(records.place(at), file=source.file)
                    aliases[_row_of(here)] = (file, sheet, row)
    return aliases


def _disputed(merge: Merge, name: str) -> dict[int, str]:
    """Say of each row that several sides edited in which columns, and whose version stands."""
    language = merge.language
    joint, semicolon = (say("merge", f"log.{key}", language) for key in ("joint", "semicolon"))
    texts: dict[int, str] = {}
    for at, conflicts in merge.disputed.get(name, {}).items():
        columns: dict[str, list[str]] = {}
        for conflict in conflicts:
            kept = conflict.versions[conflict.kept[0]].file
            columns.setdefault(kept, []).append(column_label(merge, name, conflict.column))
        texts[at] = semicolon.join(
            say("merge", "check.disputed", language, columns=joint.join(labels), file=file)
            for file, labels in columns.items()
        )
    return texts


def _cells(merge: Merge, name: str, problems: list[Problem]) -> str:
    """Name the doubtful cells of a row."""
    language = merge.language
    labels = [
        say("merge", "check.row", language)
        if problem.column is None
        else column_label(merge, name, problem.column)
        for problem in problems
    ]
    joint = say("merge", "log.joint", language)
    columns = joint.join(dict.fromkeys(labels))
    return say("merge", "check.cells", language, count=len(problems), columns=columns)
