"""The sheet Conflicts as people fill it in: as it is now, and as earlier versions wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest

from marketing_sheets.merging import Merge
from marketing_sheets.merging.conflicts import conflict_sheet
from marketing_sheets.merging.model import (
    CONFLICTS,
    Conflict,
    Source,
    column_label,
    sheet_label,
)
from marketing_sheets.merging.picks import OTHER, USE, distinct, where
from marketing_sheets.records import AttachedCell
from support.merges import output

__all__ = [
    "Line",
    "Marks",
    "as_listed",
    "decided",
    "decided_earlier",
    "earlier_lines",
    "with_lines",
]

Line = dict[str, object]
# What people write beside a version: the column's label, what the version says, and the mark.
Marks = Mapping[tuple[str, str], str]
TICKS = ("✓", "√", "是")


def as_listed(merge: Merge) -> list[Line]:
    """Return the rows of the sheet as reading them gives them."""
    sheet = conflict_sheet(merge)
    names = [column.id for column in sheet.columns]
    rows = [[c.value if isinstance(c, AttachedCell) else c for c in row] for row in sheet.rows]
    return [
        {name: None if cell == "" else cell for name, cell in zip(names, row, strict=True)}
        for row in rows
    ]


def with_lines(merge: Merge, lines: list[Line], file: str = "out.xlsx") -> Source:
    """Return the merged workbook with these lines on its sheet Conflicts."""
    source = output(merge, file)
    attachments = {**source.reading.attachments, CONFLICTS: tuple(lines)}
    return replace(source, reading=replace(source.reading, attachments=attachments))


def decided(merge: Merge, marks: Marks, file: str = "out.xlsx") -> Source:
    """Return the merged workbook after people picked versions, or typed other values."""
    lines = as_listed(merge)
    everything = {one.name: one for one in (*merge.conflicts, *merge.settled)}
    for line in lines:
        conflict = everything[str(line["id"])]
        if any((str(line["column"]), v.text) in marks for v in conflict.versions):
            line[USE] = line[OTHER] = None
        for number, same in enumerate(distinct(conflict), 1):
            mark = marks.get((str(line["column"]), conflict.versions[same[0]].text))
            if mark is not None:
                name, said = (USE, number) if mark in TICKS else (OTHER, mark)
                line[name] = said if line[name] is None else f"{line[name]}、{said}"
    return with_lines(merge, lines, file)


def decided_earlier(merge: Merge, marks: Marks, file: str = "out.xlsx") -> Source:
    """Return the same as an earlier version wrote it and people ticked it: a row a version."""
    lines = [*earlier_lines(merge)]
    for line in lines:
        if mark := marks.get((str(line["column"]), str(line["value"] or ""))):
            line["use"] = mark
    return with_lines(merge, lines, file)


def earlier_lines(merge: Merge) -> Iterator[Line]:
    """Walk the lines of the sheet as earlier versions wrote it."""
    for number, conflict in enumerate((*merge.conflicts, *merge.settled), start=1):
        for at, (version, use) in enumerate(
            zip_longest(conflict.versions, _earlier_marks(conflict), fillvalue=None)
        ):
            assert version is not None
            line: Line = {
                "number": float(number),
                "sheet": sheet_label(merge, conflict.sheet),
                "key": " · ".join(part for part in conflict.key if part),
                "column": column_label(merge, conflict.sheet, conflict.column),
                "value": version.text or ("" if conflict.column else "（已删除）"),
                "file": version.file,
                "place": where(version.place),
                "kept": "✓ 采用" if at in conflict.kept else "未采用",
                "use": use,
                "id": conflict.name,
            }
            yield {name: None if cell == "" else cell for name, cell in line.items()}


def _earlier_marks(conflict: Conflict) -> list[str]:
    pick, other = conflict.use
    marks = [""] * len(conflict.versions)
    if pick:
        marks[distinct(conflict)[int(pick) - 1][0]] = "✓"
    elif other:
        marks[0] = other
    return marks
