"""What is to be checked in a merged row, said beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ..places import Place
from ..records import MARK, SheetRecords
from ..wording import say
from .log import column_label
from .model import Merge

if TYPE_CHECKING:
    from ..problems import Problem

__all__ = ["with_marks"]

# A row as its origin names it: file, tab, row.
_Row = tuple[str | None, str | None, int | None]


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


def _doubtful(merge: Merge) -> dict[_Row, list[Problem]]:
    """Return the problems of each row by the row's origin."""
    aliases = _aliases(merge)
    found: dict[_Row, list[Problem]] = {}
    for problem in merge.problems:
        if problem.severity != "info" and problem.place.row is not None:
            here = _row_of(problem.place)
            found.setdefault(aliases.get(here, here), []).append(problem)
    return found


def _row_of(place: Place) -> _Row:
    return place.file, place.sheet, place.row


def _aliases(merge: Merge) -> dict[_Row, _Row]:
    """Return, for rows that stood in an earlier merge, where they came from before."""
    doubted = {p.place.file for p in merge.problems if p.severity != "info"}
    aliases: dict[_Row, _Row] = {}
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
    doubtful: Mapping[_Row, list[Problem]],
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
