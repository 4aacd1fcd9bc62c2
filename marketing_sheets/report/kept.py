"""What people wrote into an earlier report, and whether they changed what is not theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from docx.opc.packuri import PackURI

from ..errors import WorkbookExists
from ..texts import LANGUAGES, say
from .blocks import Actions, Row, Text

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PLACE, _END, _OWN, _ROW = "ms_place_", "ms_end_", "ms_own_", "ms_row_"
_EDITED: Final = "0" * 10
_SPARE: Final = 3
# What belongs to the document it was written in: numbering, breaks of sections, marks.
_LOCAL: Final = tuple(
    _W + name
    for name in (
        "numPr sectPr bookmarkStart bookmarkEnd proofErr pStyle rStyle "
        "commentRangeStart commentRangeEnd commentReference"
    ).split()
)
# What is written beside the text; a new report could not take it over.
_BESIDE: Final = tuple(
    _W + name for name in ("commentReference", "footnoteReference", "endnoteReference")
)


def own_mark(chapter: int) -> str:
    """Return the bookmark that stands where text of our own begins."""
    return f"{_OWN}{chapter}"


def place_marks(name: str) -> tuple[str, str]:
    """Return the bookmarks before and after a place people write in."""
    return f"{_PLACE}{name}", f"{_END}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What people wrote: elements by place, and rows of the action list with their marks."""

    places: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    rows: Sequence[tuple[str, tuple[str, ...]]] = ()
    part: Any = None

    def place(self, name: str, part: Any) -> list[Any]:
        """Return copies of what stands in a place, its pictures and links taken to `part`."""
        copies = [deepcopy(one) for one in self.places.get(name, ())]
        for copy in copies:
            for element in copy.iter():
                for key, value in element.attrib.items():
                    if key.startswith(_R) and value in self.part.rels:
                        element.set(key, _taken(self.part.rels[value], part))
        return copies

    def actions(self, block: Actions) -> tuple[tuple[Row, ...], tuple[str, ...]]:
        """Return the rows of the action list with what people wrote, and a mark for each.

        A row they changed stays as they have it; one that is no longer to be done goes, unless
        they wrote into it; rows of their own stand last, before the blank ones.
        """
        rows = {
            key: (row, _row_mark(key, _texts(row)))
            for key, row in zip(block.keys, block.rows, strict=True)
            if key
        }
        own: list[Row] = []
        for mark, texts in self.rows:
            key, _, known = mark.removeprefix(_ROW).partition("_")
            edited = bool(mark) and known != _hash(texts[:-1])
            if key in rows and edited:
                rows[key] = _row(texts), f"{_ROW}{key}_{_EDITED}"
            elif key in rows:
                made, made_mark = rows[key]
                rows[key] = _row((*_texts(made)[:-1], texts[-1])), made_mark
            elif any(texts) if not mark else edited or texts[-1]:
                own.append(_row(texts))
        blank = _row(("",) * len(block.columns))
        spare = [blank] * _SPARE
        held = (*(row for row, _ in rows.values()), *own, *spare)
        marks = (*(mark for _, mark in rows.values()), *("",) * (len(own) + _SPARE))
        return held, marks


def _row(texts: Sequence[str]) -> Row:
    return Row(cells=tuple(Text(text=text) for text in texts))


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(cell.text for cell in row.cells)


def _row_mark(key: str, texts: Sequence[str]) -> str:
    return f"{_ROW}{key}_{_hash(texts[:-1])}"


def _taken(relation: Any, part: Any) -> str:
    """Carry a relationship with what it leads to into another part; return its id there."""
    if relation.is_external:
        return str(part.relate_to(relation.target_ref, relation.reltype, is_external=True))
    target = relation.target_part
    if target.package is not part.package:
        stem = re.sub(r"\d*\.(\w+)$", r"_kept%d.\1", str(target.partname))
        target.partname = PackURI(str(part.package.next_partname(stem)))
        target._package = part.package
    return str(part.relate_to(target, relation.reltype))


def kept_of(document: Any, file: str, title: str, *, overwrite: bool) -> Kept | None:
    """Return what people wrote into an earlier report, None for a document that is none.

    Raises WorkbookExists where it is the report of something else, text of our own was changed, or
    something is written beside it, for a new report would lose that; unless it is to `overwrite`.
    """
    segments = list(_segments(document.element.body))
    sealed = {mark: texts for mark, texts in segments if mark}
    if not sealed:
        return None
    said = {" ".join(text.split()) for texts in sealed.values() for text in texts}
    if " ".join(title.split()) not in said:
        raise WorkbookExists("report_of_other", file=file, title=title)
    for mark, texts in () if overwrite else sealed.items():
        if mark.rpartition("_")[2] != _hash(texts):
            raise WorkbookExists("report_edited", file=file, place=next(filter(None, texts), ""))
    if not overwrite and next(document.element.body.iter(*_BESIDE), None) is not None:
        raise WorkbookExists("report_commented", file=file)
    places: dict[str, list[Any]] = {}
    for name, element in _places(document.element.body):
        places.setdefault(name, []).append(element)
    held = {name: _written(elements) for name, elements in places.items() if name != "actions"}
    rows = list(_rows(places.get("actions", ())))
    return Kept(places=held, rows=rows, part=document.part)


def seal(document: Any) -> None:
    """Mark what our own text says, so that a later report knows whether people changed it."""
    body = document.element.body
    marks = {mark.get(f"{_W}name"): mark for mark in body.iter(f"{_W}bookmarkStart")}
    for name, texts in list(_segments(body)):
        if name:
            marks[name].set(f"{_W}name", f"{name}_{_hash(texts)}")


def _hash(texts: Sequence[str]) -> str:
    said = "\n".join(filter(None, (" ".join(text.split()) for text in texts)))
    return sha256(said.encode()).hexdigest()[:10]


def _marks(element: Any) -> list[str]:
    return [mark.get(f"{_W}name") for mark in element.iter(f"{_W}bookmarkStart")]


def _walk(body: Any) -> Iterator[tuple[Any, str]]:
    """Walk the elements of a body, each with the place that it stands in, "" for our own."""
    place = ""
    for element in body:
        marks = _marks(element)
        if any(mark.startswith(_END) for mark in marks):
            place = ""
        yield element, place
        for mark in marks:
            place = mark.removeprefix(_PLACE) if mark.startswith(_PLACE) else place


def _places(body: Any) -> Iterator[tuple[str, Any]]:
    return ((place, element) for element, place in _walk(body) if place)


def _segments(body: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield our own texts from one mark of ours to the next, each with the mark it begins with."""
    mark, depth, texts = "", 0, list[str]()
    for element, place in _walk(body):
        own = next((one for one in _marks(element) if one.startswith(_OWN)), None)
        if own is not None and mark:
            yield mark, texts
            texts = []
        mark = own or mark
        if place:
            continue
        for paragraph in element.iter(f"{_W}p"):
            said, depth = _said(paragraph, depth)
            texts.append(said)
    yield mark, texts


def _said(paragraph: Any, depth: int) -> tuple[str, int]:
    """Return a paragraph's text without what fields compute; `depth` is of fields still open."""
    said = ""
    for element in paragraph.iter():
        if element.tag == f"{_W}fldChar":
            depth += {"begin": 1, "end": -1}.get(element.get(f"{_W}fldCharType"), 0)
        elif element.tag == f"{_W}t" and not depth:
            is_computed = next(element.iterancestors(f"{_W}fldSimple"), None) is not None
            said += "" if is_computed else element.text or ""
    return said, depth


def _written(elements: Sequence[Any]) -> list[Any]:
    """Return what stands in a place but for its hint, out of its control."""
    blocks = [deepcopy(one) for element in elements for one in _unwrapped(element)]
    said = "".join(map(_letters, blocks)).strip()
    hints = {say("report", f"hint.{name}", language) for name in PLACES for language in LANGUAGES}
    pictures = any(block.find(f".//{_W}drawing") is not None for block in blocks)
    if (said in hints or not said) and not pictures:
        return []
    for block in blocks:
        for paragraph in block.iter(f"{_W}p"):
            _undouble(paragraph)
        for inner in list(block.iter(f"{_W}sdt")):
            held = inner.find(f"{_W}sdtContent")
            for child in () if held is None else list(held):
                inner.addprevious(child)
            inner.getparent().remove(inner)
        for local in list(block.iter(*_LOCAL)):
            local.getparent().remove(local)
    return blocks


def _letters(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(f"{_W}t"))


def _undouble(paragraph: Any) -> None:
    """Take out what LibreOffice 7.4 writes again: a control's text after each piece of it.

    Of "a b c" it makes the controls "a b c", "b a b c" and "c a b c".
    """
    controls = paragraph.findall(f"{_W}sdt")
    whole, *others = [_letters(control) for control in controls] or [""]
    pieces = "".join(text.removesuffix(whole) for text in others)
    if others and whole.endswith(pieces) and all(text.endswith(whole) for text in others):
        for control in controls[1:]:
            paragraph.remove(control)


def _unwrapped(element: Any) -> Iterator[Any]:
    if element.tag == f"{_W}sdt":
        for inner in element.find(f"{_W}sdtContent"):
            yield from _unwrapped(inner)
    elif element.tag in (f"{_W}p", f"{_W}tbl"):
        yield element


def _rows(elements: Sequence[Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the rows of the action list below its head: mark, and the texts of the cells."""
    for table in elements:
        for row in list(table.iter(f"{_W}tr"))[1:]:
            mark = next((one for one in _marks(row) if one.startswith(_ROW)), "")
            cells = [
                "\n".join(_said(p, 0)[0] for p in cell.iter(f"{_W}p")).strip()
                for cell in row.iter(f"{_W}tc")
            ]
            yield mark, tuple(cells)


PLACES: Final = ("background", "success", "evidence", "root_causes", "next_steps")
