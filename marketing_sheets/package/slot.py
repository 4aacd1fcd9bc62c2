"""Which sheet of a workbook is ours, and what the next one has to be like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..languages import LANGUAGES
from ..wording import say
from .gate import open_index, read_bytes
from .index_parts import MARKER
from .parts import SheetEntry, Workbook
from .xml_text import children, number

__all__ = ["Slot", "marked_sheets", "our_sheet", "summary_slot"]

_NAME_LIMIT = 31  # UTF-16 units


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where the sheet will stand, to be known before it is built.

    `name` is what the sheet must be called, `date_1904` how it must count its days, `exists`
    whether it will replace the one from the last run, `position` its tab's, counted from 1.
    """

    name: str
    date_1904: bool
    exists: bool
    position: int


def summary_slot(workbook: Path | str, name: str = "Summary") -> Slot:
    """Tell how to build the sheet for `workbook`.

    A sheet of ours keeps the name it has now, even one that staff gave it. Otherwise `name`, or
    "name (2)" and so on where staff have a sheet of that name. Raises WorkbookError.
    """
    path = Path(workbook)
    _, book = open_index(read_bytes(path), path.name)
    ours = our_sheet(book)
    return Slot(
        name=ours.name if ours else _free_name(name, book),
        date_1904=book.date_1904,
        exists=ours is not None,
        position=(ours.index if ours else len(book.sheets)) + 1,
    )


def our_sheet(workbook: Workbook) -> SheetEntry | None:
    """Return the sheet that bears the marker.

    Copying a tab copies its marker. The original is the one that is still called as we call it,
    else the one that was there first, whose sheetId is lower; some programs number tabs anew.
    """
    names = {say("sheets", "summary.tab", language).casefold() for language in LANGUAGES}
    return min(
        marked_sheets(workbook),
        key=lambda sheet: (sheet.name.casefold() not in names, sheet.sheet_id),
        default=None,
    )


def marked_sheets(workbook: Workbook) -> list[SheetEntry]:
    """Return every sheet that bears the marker: ours, and copies that staff made of it."""
    marked: list[SheetEntry] = []
    for names in children(workbook.root, "definedNames"):
        for defined in children(names, "definedName"):
            index = number(defined.get("localSheetId"))
            if defined.get("name", "").lower() != MARKER or index is None:
                continue
            if index < len(workbook.sheets) and workbook.sheets[index].kind == "worksheet":
                marked.append(workbook.sheets[index])
    return marked


def _free_name(wanted: str, workbook: Workbook) -> str:
    """Return `wanted`, numbered as Excel numbers copies if the name is taken."""
    taken = {sheet.name.casefold() for sheet in workbook.sheets}
    name, count = wanted, 1
    while name.casefold() in taken:
        count += 1
        suffix = f" ({count})"
        stem = wanted
        while len((stem + suffix).encode("utf-16-le")) > 2 * _NAME_LIMIT:
            stem = stem[:-1]
        name = stem + suffix
    return name
