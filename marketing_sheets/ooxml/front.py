"""Which tab stands in front when a workbook is opened.

Programs take all selected tabs for one group, and what is typed into one goes into the others too:
before a tab is put in front, none but it may be selected. The selection is a flag in each sheet's
view: in a sheet of ours it is taken away, a sheet of others keeps it and stays in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lxml import etree

from .parts import Package, SheetEntry, Workbook, children, is_wide, number

if TYPE_CHECKING:
    from lxml.etree import _Element

_VIEW = re.compile(rb"<(?:[^<>\s/!?:]++:)?sheetView\s[^<>]*+>")
_SELECTED = re.compile(rb"""(\btabSelected\s*+=\s*+["'])(1|true)(?=["'])""")
_WINDOW = re.compile(rb"""\bworkbookViewId\s*+=\s*+["']0["']""")
_CELLS = re.compile(rb"<(?:[^<>\s/!?:]++:)?(?:sheetData|drawing)\b")
_LONGEST_HEAD = 1 << 16  # bytes


def selected_parts(package: Package, sheets: Iterable[SheetEntry]) -> list[str] | None:
    """Return the parts of the sheets that are selected; None where a sheet cannot be told."""
    found = []
    for sheet in sheets:
        if sheet.part is None or sheet.part not in package:
            continue
        head = next(_head_first(package, sheet.part), b"")
        if is_wide(head):
            return None
        if _unselected(head) != head:
            found.append(sheet.part)
    return found


def unselect(package: Package, part: str) -> None:
    """Take the mark of a selected tab off a sheet."""

    def pieces() -> Iterator[bytes]:
        rest = _head_first(package, part)
        yield _unselected(next(rest, b""))
        yield from rest

    package.rewrite(part, pieces())


def show_first(workbook: Workbook, index: int) -> None:
    """Let the first window of a workbook open on a tab that can be seen among the others."""
    view = next(children(next(children(workbook.root, "bookViews"), None), "workbookView"), None)
    if view is None:
        if index == 0:
            return
        view = _new_view(workbook)
    if number(view.get("activeTab")) != index:
        view.set("activeTab", str(index))
    if (number(view.get("firstSheet")) or 0) > index:
        view.set("firstSheet", str(index))


def _new_view(workbook: Workbook) -> _Element:
    namespace = etree.QName(workbook.root).namespace
    home = next(children(workbook.root, "bookViews"), None)
    if home is None:
        home = etree.Element(f"{{{namespace}}}bookViews")
        next(children(workbook.root, "sheets")).addprevious(home)
    return etree.SubElement(home, f"{{{namespace}}}workbookView")


def _head_first(package: Package, part: str) -> Iterator[bytes]:
    """Yield a sheet piece by piece, all that stands before its cells in the first."""
    head = b""
    pieces = iter(package.pieces(package.entry(part)))
    for piece in pieces:
        head += bytes(piece)
        if len(head) >= _LONGEST_HEAD or _CELLS.search(head):
            break
    yield head
    for piece in pieces:
        yield bytes(piece)


def _unselected(head: bytes) -> bytes:
    cells = _CELLS.search(head)
    end = cells.start() if cells else len(head)
    return _VIEW.sub(_without_mark, head[:end]) + head[end:]


def _without_mark(view: re.Match[bytes]) -> bytes:
    if not _WINDOW.search(view[0]):
        return view[0]
    return _SELECTED.sub(lambda mark: mark[1] + (b"0" if mark[2] == b"1" else b"false"), view[0])
