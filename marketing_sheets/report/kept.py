"""What people wrote into an earlier report, and whether they changed what is not theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from ..errors import WorkbookExists
from ..texts import LANGUAGES, book, say
from .blocks import Actions, Document, Row, Words, plain
from .house import stories

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_PLACE, _OWN, _ROW = "ms_place_", "ms_own_", "ms_row_"
_ACTIONS: Final = "actions"
# The places that begin with a hint are those that have one among the words.
_HINTED: Final = tuple(book("report")["hint"])
PLACE_TAG: Final = "report:"
_EDITED: Final = "0" * 10
_SPARE: Final = 3
_OBJECT: Final = "\ufffc"  # stands for what is no letter


def _tags(names: str) -> tuple[str, ...]:
    return tuple(f"{_W}{name}" for name in names.split())


_BOOKMARK: Final = f"{_W}bookmarkStart"
_BLOCKS: Final = _tags("p tbl altChunk")
_TEXTS: Final = (*_tags("t delText"), f"{_M}t")
_SPACES: Final = _tags("br cr tab")
# What is written beside the text; a new report could not take it over.
_BESIDE: Final = _tags("commentReference footnoteReference endnoteReference")
_OBJECTS: Final = (*_BESIDE, *_tags("drawing pict object sym altChunk hyperlink"))
# What words alone do not tell of in what people wrote.
_MARKUP: Final = _tags("instrText fldSimple numPr ins del moveFrom moveTo")
# What belongs to the document it was written in: breaks of sections, marks.
_LOCAL: Final = (
    *_BESIDE,
    *_tags("sectPr bookmarkStart bookmarkEnd proofErr permStart permEnd"),
    *_tags("commentRangeStart commentRangeEnd"),
)
_SHOWN: Final = 40  # characters of a text that a sentence quotes

KeptCell = tuple[Any, ...]


def own_mark(number: int) -> str:
    """Return the bookmark that stands where text of our own begins."""
    return f"{_OWN}{number}"


def place_mark(name: str) -> str:
    """Return the bookmark before a place people write in; the next mark of ours ends it."""
    return f"{_PLACE}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """A row of the action list: what it says, its mark, and cells that hold more than words."""

    row: Row
    mark: str = ""
    cells: Mapping[int, KeptCell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What people wrote: elements by place, and rows of the action list with their marks."""

    places: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    rows: Sequence[tuple[str, tuple[KeptCell, ...]]] = ()
    part: Any = None

    def actions(self, block: Actions) -> list[ActionRow]:
        """Return the rows of the action list with what people wrote.

        A row they changed stays as they have it; one that is no longer to be done goes, unless
        they wrote into it; rows of their own stand last, before the blank ones.
        """
        made = {
            key: ActionRow(row=row, mark=_row_mark(key, [cell.text for cell in row.cells]))
            for key, row in zip(block.keys, block.rows, strict=True)
        }
        rows, own = dict(made), list[ActionRow]()
        for mark, held in self.rows:
            cells = _fitted(held, len(block.columns))
            texts = [_text(cell) for cell in cells]
            key, _, known = mark.removeprefix(_ROW).partition("_")
            edited = known != _hash(texts[:-1])
            if key in rows and rows[key] is made[key]:
                rows[key] = (
                    _action(cells, f"{_ROW}{key}_{_EDITED}")
                    if edited
                    else _action(cells[-1:], made[key].mark, made[key].row.cells[:-1])
                )
            elif any(texts) if key in rows or not mark else edited or texts[-1]:
                own.append(_action(cells))
        blank = ActionRow(row=Row(cells=(Words(text=""),) * len(block.columns)))
        return [*rows.values(), *own, *[blank] * _SPARE]


def _action(cells: Sequence[KeptCell], mark: str = "", front: tuple[Words, ...] = ()) -> ActionRow:
    rich = {len(front) + at: cell for at, cell in enumerate(cells) if _OBJECT in _text(cell)}
    texts = [Words(text=_text(cell).replace(_OBJECT, "")) for cell in cells]
    return ActionRow(row=Row(cells=(*front, *texts)), mark=mark, cells=rich)


def _fitted(cells: Sequence[KeptCell], count: int) -> tuple[KeptCell, ...]:
    """Return as many cells as there are columns; what stands in further ones goes into the last."""
    last = tuple(element for cell in cells[count - 1 :] if _text(cell) for element in cell)
    return (*cells[: count - 1], *((),) * (count - 1 - len(cells)), last)


def _text(cell: KeptCell) -> str:
    """Return what a cell says; an object stands for what words alone do not tell."""
    said = "\n".join(_lines(cell, computed=True)).strip()
    return said + _OBJECT if any(one.tag != f"{_W}p" for one in cell) else said


def _row_mark(key: str, texts: Sequence[str]) -> str:
    return f"{_ROW}{key}_{_hash(texts[:-1])}"


def kept_of(document: Any, file: str, new: Document, *, overwrite: bool) -> Kept | None:
    """Return what people wrote into an earlier report, None for a document that is none.

    Raises WorkbookExists where it is the report of something else than the new one, text of our own
    was changed, or something is written beside it, for a new report would lose that; unless it is
    to `overwrite`.
    """
    segments = list(_segments(document))
    if not segments:
        return None
    said = {_plainly(line) for _, lines in segments for line in lines}
    if said.isdisjoint(map(_plainly, new.titles)):
        raise WorkbookExists("report_of_other", file=file, title=new.title)
    held: dict[str, list[Any]] = {}
    for element, place in _walk(document.element.body):
        if place:
            held.setdefault(place, []).extend(_unwrapped(element))
    for mark, lines in () if overwrite else segments:
        if mark.rpartition("_")[2] != _hash(lines):
            if next(document.element.body.iter(*_BESIDE), None) is not None:
                raise WorkbookExists("report_commented", file=file)
            place = next(filter(None, map(_plainly, lines)), file).strip(_OBJECT)
            raise WorkbookExists("report_edited", file=file, place=place[:_SHOWN])
    written = (element for elements in held.values() for element in elements)
    if not overwrite and any(next(one.iter(*_BESIDE), None) is not None for one in written):
        raise WorkbookExists("report_commented", file=file)
    tables = _action_tables(held.get(_ACTIONS, ()))
    rows = [
        (mark, tuple(_cleaned(_unwrapped(cell)) for cell in _within(row, "tc", "tr")))
        for number, table in enumerate(tables)
        for at, row in enumerate(_within(table, "tr", "tbl"))
        if (mark := _mark(row, _ROW)) or number or at
    ]
    for table in tables:
        held[_ACTIONS].remove(table)
    places = {name: _written(elements) for name, elements in held.items()}
    return Kept(places=places, rows=rows, part=document.part)


def seal(document: Any) -> None:
    """Mark what our own text says, so that a later report knows whether people changed it."""
    marks = {mark.get(f"{_W}name"): mark for mark in document.element.body.iter(_BOOKMARK)}
    for name, lines in list(_segments(document)):
        marks[name].set(f"{_W}name", f"{name}_{_hash(lines)}")


def _hash(lines: Sequence[str]) -> str:
    said = "\n".join(filter(None, map(_plainly, lines)))
    return sha256(said.encode()).hexdigest()[:10]


def _plainly(line: str) -> str:
    return " ".join(plain(line).split())


def _mark(element: Any, kind: str) -> str:
    names = (str(mark.get(f"{_W}name")) for mark in element.iter(_BOOKMARK))
    return next((name for name in names if name.startswith(kind)), "")


def _walk(body: Any) -> Iterator[tuple[Any, str]]:
    """Walk the elements of a body, each with the place that it stands in, "" for our own.

    A mark may stand before the paragraph that it is of; a copied place has a name that goes on.
    """
    place, waiting = "", list[Any]()
    for element in body:
        if element.tag in (_BOOKMARK, f"{_W}bookmarkEnd"):
            waiting.append(element)
            continue
        name = opened = ""
        for one in (*waiting, element):
            name = name or _mark(one, _OWN)
            found = _mark(one, _PLACE).removeprefix(_PLACE)
            opened = opened or next(
                (known for known in (*_HINTED, _ACTIONS) if found.startswith(known)), ""
            )
        yield from ((mark, "") for mark in waiting)
        place = "" if name or opened else _tagged(element) or place
        yield element, place
        place, waiting = opened or place, []


def _tagged(element: Any) -> str:
    """Return the place whose control an element is, for its heading may be gone."""
    tag = element.find(f"{_W}sdtPr/{_W}tag")
    name = "" if tag is None else tag.get(f"{_W}val", "").removeprefix(PLACE_TAG)
    return name if name in _HINTED else ""


def _segments(document: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield what our own text says from one mark of ours to the next, with the mark it begins with.

    What stands before the first mark, and beside the text of pages, belongs to the first.
    """
    walked = list(_walk(document.element.body))
    actions = (element for element, place in walked if place == _ACTIONS)
    tables = _action_tables(one for element in actions for one in _unwrapped(element))
    heads = [next(_within(table, "tr", "tbl")) for table in tables[:1]]
    front = sorted(set(_lines(root for _, root in stories(document))))
    mark, held = "", list[Any]()
    for element, place in walked:
        if place:
            held += [head for head in heads if element in head.iterancestors()]
            continue
        own = _mark(element, _OWN)
        if own and mark:
            yield mark, front + _lines(held)
            front, held = [], []
        mark = own or mark
        held.append(element)
    if mark:
        yield mark, front + _lines(held)


def _lines(elements: Iterable[Any], *, computed: bool = False) -> list[str]:
    """Return what paragraphs say, an object for what is no letter.

    What fields compute is left out unless `computed`, then told as an object too.
    """
    lines, depth = [""], 0
    for element in (one for held in elements for one in held.iter()):
        tag = element.tag
        if tag == f"{_W}p":
            lines.append("")
        elif tag == f"{_W}fldChar":
            depth += {"begin": 1, "end": -1}.get(element.get(f"{_W}fldCharType"), 0)
        elif computed and tag in _MARKUP:
            lines[-1] += _OBJECT
        elif tag in _TEXTS or tag in _OBJECTS or tag in _SPACES:
            if (depth and not computed) or _is_aside(element, computed=computed):
                continue
            said = _OBJECT if tag in _OBJECTS else "\n" if tag in _SPACES else element.text or ""
            lines[-1] += said
    return lines


def _is_aside(element: Any, *, computed: bool) -> bool:
    """Whether an element is computed, a copy for older programs, or a stop of a tabulator."""
    above = {one.tag for one in element.iterancestors()}
    hidden = {f"{_MC}Fallback", f"{_W}tabs"} | (set() if computed else {f"{_W}fldSimple"})
    return not above.isdisjoint(hidden)


def _written(elements: Sequence[Any]) -> KeptCell:
    """Return what stands in a place but for its hint, out of its controls."""
    blocks = _cleaned(elements)
    hints = {say("report", f"hint.{name}", language) for name in _HINTED for language in LANGUAGES}
    said = _plainly(" ".join(_lines(blocks, computed=True)))
    return () if said in map(_plainly, hints) else blocks


def _cleaned(elements: Iterable[Any]) -> KeptCell:
    """Return copies without what belongs to their document, and blank paragraphs at the end."""
    blocks = [deepcopy(one) for one in elements]
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
    while blocks and blocks[-1].tag == f"{_W}p" and not "".join(_lines(blocks[-1:], computed=True)):
        del blocks[-1]
    return tuple(blocks)


def _letters(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(f"{_W}t"))


def _undouble(paragraph: Any) -> None:
    """Take out what LibreOffice 7.4 writes again: a control's text after each piece of it.

    Of "a b c" it makes the controls "a b c", "b a b c" and "c a b c", or one more for "a "; saved
    once more, the text stands beside controls of nothing.
    """
    if paragraph.find(f"{_W}sdt") is None:
        return
    runs = list(paragraph.iter(f"{_W}r"))
    said, whole = "".join(map(_letters, runs)), ""
    for at, run in enumerate(runs):
        if whole and _is_again(said[len(whole) :], whole):
            if not any(_OBJECT in line for line in _lines(runs[at:])):
                for again in runs[at:]:
                    again.getparent().remove(again)
            return
        whole += _letters(run)


def _is_again(said: str, whole: str) -> bool:
    """Whether a text is made of the pieces that end another, each with the whole behind it."""
    rounds, length = divmod(len(said) - 1, len(whole))
    begin = len(whole) - length - 1
    taken = {begin}  # how far the pieces may have come
    for number in range(rounds):
        taken = {
            end
            for at in taken
            for end in range(at, len(whole) + 1)
            if said.startswith(whole[at:end] + whole, number * len(whole) + at - begin)
        }
    return rounds > 0 and len(whole) in taken


def _unwrapped(element: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables in an element, however it wraps them."""
    if element.tag in _BLOCKS:
        yield element
        return
    for inner in element:
        yield from _unwrapped(inner)


def _within(element: Any, name: str, parent: str) -> Iterator[Any]:
    """Yield the rows or cells of a table or row, not those of tables in them."""
    for inner in element.iter(f"{_W}{name}"):
        if next(inner.iterancestors(f"{_W}{parent}")) is element:
            yield inner


def _action_tables(elements: Iterable[Any]) -> list[Any]:
    """Return the tables that are the action list, which people may have cut."""
    tables = [one for one in elements if one.tag == f"{_W}tbl"]
    return [one for one in tables if _mark(one, _ROW)] or tables[:1]
