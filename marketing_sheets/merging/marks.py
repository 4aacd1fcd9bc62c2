"""What is to be checked in a merged row, said beside it; and the sheet of accepted changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ..problems import Place
from ..records import MARK, AttachedColumn, Attachment, SheetRecords
from ..texts import LANGUAGES, Text, say
from .log import MOST_LINES
from .model import Merge, column_label, sheet_label

if TYPE_CHECKING:
    from ..problems import Problem


CHANGES = "merge_changes"
# Each column, its wording and its width; most are the conflicts' own.
_COLUMNS = (
    ("kind", "changes.kind", 11),
    ("sheet", "conflicts.sheet", 15),
    ("key", "conflicts.key", 30),
    ("column", "conflicts.column", 17),
    ("before", "changes.before", 28),
    ("after", "changes.after", 40),
    ("file", "changes.file", 30),
    ("place", "conflicts.place", 20),
)
_Row = tuple[object, ...]
# A row as its origin names it: file, tab, row.
_RowPlace = tuple[str | None, str | None, int | None]


def change_sheets(merge: Merge) -> tuple[Attachment, ...]:
    """Return the accepted changes, one a row; nothing for a merge that is not three-way."""
    if not merge.is_three_way:
        return ()
    rows = [*_edits(merge), *_deletions(merge)]
    more = len(rows) - MOST_LINES
    if more > 0:
        text = say("merge", "changes.rest", merge.language, count=f"{more:,}")
        rows[MOST_LINES:] = [(text, *[""] * (len(_COLUMNS) - 1))]
    sheet = Attachment(
        id=CHANGES,
        tab=_text("changes.tab"),
        title=_text("changes.title"),
        subtitle=_text("changes.subtitle"),
        columns=tuple(
            AttachedColumn(id=name, label=_text(key), width=float(width))
            for name, key, width in _COLUMNS
        ),
        rows=rows,
    )
    return (sheet,)


def _text(key: str) -> Text:
    return Text({language: say("merge", key, language) for language in LANGUAGES})


def _edits(merge: Merge) -> Iterator[_Row]:
    """List the cells and rows taken over, the edits before the additions, sheet by sheet."""
    language = merge.language
    blank = say("merge", "changes.blank", language)
    for change in sorted(merge.changes, key=lambda change: not change.column):
        kind = "edited" if change.column else "added"
        yield (
            say("merge", f"changes.{kind}", language),
            sheet_label(merge, change.sheet),
            " · ".join(part for part in change.key if part),
            column_label(merge, change.sheet, change.column),
            (change.before or blank) if change.column else "",
            change.after or blank,
            change.file,
            " › ".join(filter(None, (change.place.sheet, change.place.cell))),
        )


def _deletions(merge: Merge) -> Iterator[_Row]:
    """List the rows that one side deleted: which file no longer has it, where it stood."""
    language = merge.language
    for row in merge.withdrawn:
        yield (
            say("merge", "changes.withdrawn", language),
            sheet_label(merge, row.sheet),
            " · ".join(part for part in row.key if part),
            column_label(merge, row.sheet, ""),
            str(row.place),
            say("merge", "conflicts.gone", language),
            row.by,
            "",
        )


def with_marks(merge: Merge) -> dict[str, SheetRecords]:
    """Return the merged records, those with doubtful cells or another version marked in `origins`.

    A sheet without such a row gets no column for it.
    """
    doubtful = _doubtful(merge)
    marked: dict[str, SheetRecords] = {}
    for name, records in merge.sheets.items():
        conflict = say("merge", "check.conflict", merge.language)
        contested = dict.fromkeys(merge.contested.get(name, ()), conflict) | _disputed(merge, name)
        texts = [*_texts(merge, name, records, doubtful, contested)]
        origins = records.origins
        if origins is not None and any(texts):
            values = pd.Series([text or None for text in texts], dtype="str")
            origins = origins.assign(**{MARK: values.to_numpy()})
        marked[name] = replace(records, origins=origins)
    return marked


def _doubtful(merge: Merge) -> dict[_RowPlace, list[Problem]]:
    """Return the problems of each row by the row's origin."""
    aliases = _aliases(merge)
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


def _texts(
    merge: Merge,
    name: str,
    records: SheetRecords,
    doubtful: Mapping[_RowPlace, list[Problem]],
    contested: Mapping[int, str],
) -> Iterator[str]:
    language = merge.language
    semicolon = say("merge", "log.semicolon", language)
    if records.origins is None or not (doubtful or contested):
        return
    columns = [records.origins[part].tolist() for part in ("file", "sheet", "row")]
    for at, row in enumerate(zip(*columns, strict=True)):
        parts = [contested[at]] if at in contested else []
        if row in doubtful:
            parts.append(_cells(merge, name, doubtful[row]))
        yield semicolon.join(parts)


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
