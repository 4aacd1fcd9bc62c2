"""What lies on the sheets of a workbook beside their values: comments, pictures, charts, shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..brief import Brief
from ..files import AnyFile, GivenFile
from ..problems import column_letter
from .gate import open_index, open_source
from .parts import Package, children, local
from .pictures import pictured_cells

Laid = Literal["comment", "picture", "chart", "shape"]
_KINDS: dict[str, Laid] = {"pic": "picture", "graphicFrame": "chart"}
_PICTURES = re.compile(r"(?:^|/)(?:cellimages|richdata/)")
_TEXTS = ("t", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOn(Brief):
    """A thing that lies on a cell, "" where it is fixed to none; `text` is what a comment says."""

    kind: Laid
    sheet: str
    cell: str
    text: str = ""


def laid_on(path: AnyFile | GivenFile) -> tuple[LaidOn, ...]:
    """Return what lies on the worksheets of a workbook, tab by tab.

    Raises a WorkbookError for a file that cannot be opened.
    """
    with open_index(open_source(path, in_memory=False)) as opened:
        return tuple(
            thing
            for sheet in opened.workbook.sheets
            if sheet.part is not None and sheet.kind == "worksheet"
            for thing in laid_on_sheet(opened.package, sheet.part, sheet.name)
        )


def laid_on_sheet(package: Package, part: str, sheet: str) -> tuple[LaidOn, ...]:
    """Return what lies on one worksheet."""
    found: dict[tuple[Laid, str, str], LaidOn] = {}
    for kind, cell, text in _things(package, part):
        one = LaidOn(kind=kind, sheet=sheet, cell=cell, text=text)
        # A thread of comments has a plain one beside it, for older programs.
        found.setdefault((kind, cell, "" if kind == "comment" else text), one)
    return tuple(found.values())


def _things(package: Package, part: str) -> Iterator[tuple[Laid, str, str]]:
    for rel in package.relationships(part):
        if rel.external or rel.target not in package:
            continue
        if rel.kind in {"comments", "threadedComment"}:
            for comment in package.parse(rel.target).iter():
                if local(comment) in {"comment", "threadedComment"} and comment.get("ref"):
                    words = (one.text or "" for one in comment.iter() if local(one) in _TEXTS)
                    yield "comment", comment.get("ref", ""), "".join(words).strip()
        elif rel.kind == "drawing":
            yield from _drawn(package, rel.target)
    if any(_PICTURES.search(entry.name.lower()) for entry in package.entries()):
        for row, column in pictured_cells(package.read(part)):
            yield "picture", f"{column_letter(column)}{row}", ""


def _drawn(package: Package, part: str) -> Iterator[tuple[Laid, str, str]]:
    for anchor in package.parse(part):
        start = next(children(anchor, "from"), None)
        cell = ""
        if start is not None:
            at = {local(one): int(one.text or 0) for one in start if (one.text or "").isdigit()}
            cell = f"{column_letter(at.get('col', 0) + 1)}{at.get('row', 0) + 1}"
        for thing in anchor.iter():
            name = local(thing)
            if name in _KINDS or name in {"sp", "cxnSp"}:
                yield _KINDS.get(name, "shape"), cell, ""
                break
