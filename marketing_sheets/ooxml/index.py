"""The parts that list a sheet, and which sheets of a workbook are ours.

Content types, workbook, its relationships, the calculation chain: each edit works on the parsed
part and leaves what it does not concern as it was, prefixes and unknown extensions included.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from lxml import etree

from ..files import AnyFile
from ..problems import quoted
from ..texts import LANGUAGES, say
from .archive import part_key
from .gate import WorkbookFile, open_index, open_source
from .parts import (
    CONTENT_TYPES,
    CONTENT_TYPES_NS,
    PACKAGE_RELS_NS,
    Package,
    SheetEntry,
    Workbook,
    children,
    is_true,
    local,
    number,
    rels_name,
    serialise,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

    from .source import LocalName


@dataclass(frozen=True, slots=True, kw_only=True)
class OurSheet:
    """A sheet that is ours: the hidden name it is known by, and which word its tab is called."""

    marker: str
    tab: str


SUMMARY: Final = OurSheet(marker="_marketing_sheets_summary", tab="summary.tab")
REVIEW: Final = OurSheet(marker="_marketing_sheets_review", tab="review.tab")
OUR_SHEETS: Final = (SUMMARY, REVIEW)
STAMP = "_marketing_sheets_output"
_TRANSITIONAL_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_STRICT_TYPE = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
_LAST_SHEET_ID = 65_534
_BEFORE_NAMES = ("sheets", "functionGroups", "externalReferences")
_OURS = re.compile(r"_xlnm\..*|_marketing_sheets_.*", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:[^<>\s/!?:]++:)?c\s[^<>]*+(?:(?<=/)>|></[^<>]*+>)")
_LONGEST_ENTRY = 4096  # bytes
_SHEET = re.compile(rb"""\si\s*+=\s*+["'](\d++)["']""")
_NAME = re.compile(rb"<[^\s/>]++")
_NAME_LIMIT = 31  # UTF-16 units


def relationship_type(kind: str, *, strict: bool) -> str:
    """Return the full type of a relationship."""
    return (_STRICT_TYPE if strict else _TRANSITIONAL_TYPE) + kind


def register_types(package: Package, added: Mapping[str, str], removed: Iterable[str]) -> None:
    """Give the parts in `added` their content types and forget those in `removed`.

    A part always gets an entry of its own: the type of an extension may be anything.
    """
    root = package.parse(CONTENT_TYPES)
    before = etree.tostring(root)
    wanted = {part_key(name): (name, content_type) for name, content_type in added.items()}
    gone = {part_key(name) for name in removed} - set(wanted)
    for override in list(children(root, "Override")):
        key = part_key(override.get("PartName", ""))
        if key in gone:
            root.remove(override)
        elif key in wanted:
            override.set("ContentType", wanted.pop(key)[1])
    for name, content_type in wanted.values():
        override = etree.SubElement(root, f"{{{CONTENT_TYPES_NS}}}Override")
        override.set("PartName", "/" + name)
        override.set("ContentType", content_type)
    if not any(d.get("Extension", "").lower() == "rels" for d in children(root, "Default")):
        default = root.makeelement(f"{{{CONTENT_TYPES_NS}}}Default", nsmap=root.nsmap)
        default.set("Extension", "rels")
        default.set("ContentType", "application/vnd.openxmlformats-package.relationships+xml")
        root.insert(0, default)
    _save(package, CONTENT_TYPES, root, before)


def add_relationship(package: Package, part: str, target: str, kind: str) -> str:
    """Make `part` point to `target` (names) and return the id; `kind` is the full type.

    A relationship that points there already is used again.
    """
    root = package.parse(rels_name(part))
    relationships = list(children(root, "Relationship"))
    for known in package.relationships(part):
        if known.target == part_key(target) and not known.external:
            return known.id
    numbers = [re.fullmatch(r"rid(\d{1,9})", r.get("Id", "").lower()) for r in relationships]
    fresh = f"rId{max((int(n[1]) for n in numbers if n), default=0) + 1}"
    relationship = etree.SubElement(root, f"{{{PACKAGE_RELS_NS}}}Relationship")
    relationship.set("Id", fresh)
    relationship.set("Type", kind)
    relationship.set("Target", posixpath.relpath(target, posixpath.dirname(part) or "."))
    package.write(rels_name(part), serialise(root))
    return fresh


def list_sheet(workbook: Workbook, name: str, rel_id: str) -> int:
    """Append a tab to the workbook's list and return its index."""
    home = next(children(workbook.root, "sheets"))
    namespace = etree.QName(workbook.root).namespace
    sheet = etree.SubElement(home, f"{{{namespace}}}sheet")
    sheet.set("name", name)
    taken = {known.sheet_id for known in workbook.sheets}
    fresh = max(taken, default=0) + 1
    if fresh > _LAST_SHEET_ID:
        fresh = next(n for n in range(1, _LAST_SHEET_ID + 1) if n not in taken)
    sheet.set("sheetId", str(fresh))
    relations = relationship_type("", strict=workbook.strict).rstrip("/")
    sheet.set(f"{{{relations}}}id", rel_id)
    return len(workbook.sheets)


def set_local_names(
    workbook: Workbook, kind: OurSheet, index: int, sheet_name: str, names: Iterable[LocalName]
) -> None:
    """Replace the sheet's print settings, marker, stamp and equally called names by `names`.

    Further names that staff have scoped to the sheet stay.
    """
    home = _names(workbook)
    brought = [name for name in names if not _OURS.match(name.name) or "_xlnm" in name.name]
    replaced = {name.name.lower() for name in brought}
    for known in list(children(home, "definedName")):
        called = known.get("name", "").lower()
        if number(known.get("localSheetId")) == index and (
            called in replaced or _OURS.fullmatch(called)
        ):
            home.remove(known)
    for name in brought:
        _define(home, name.name, name.refers_to, index, hidden=name.hidden)
    _define(home, kind.marker, f"{quoted(sheet_name)}!$A$1", index, hidden=True)


def set_stamp(workbook: Workbook, index: int, stamp: str) -> None:
    """Write the stamp of an output beside the marker of the sheet at `index`."""
    _define(_names(workbook), STAMP, f'"{stamp}"', index, hidden=True)


def set_ranges(workbook: Workbook, sheet_name: str, ranges: Mapping[str, str]) -> None:
    """Let names of the whole workbook refer to ranges of a sheet, whatever they referred to."""
    home = _names(workbook)
    wanted = {name.lower() for name in ranges}
    for known in list(children(home, "definedName")):
        if known.get("localSheetId") is None and known.get("name", "").lower() in wanted:
            home.remove(known)
    for name, cells in ranges.items():
        _define(home, name, f"{quoted(sheet_name)}!{cells}")


def compute_on_load(workbook: Workbook) -> None:
    """Let programs compute all formulas when they load the workbook: those that look into ours."""
    before = {*_BEFORE_NAMES, "definedNames"}
    _child(workbook.root, "calcPr", before).set("fullCalcOnLoad", "1")


def _names(workbook: Workbook) -> _Element:
    return _child(workbook.root, "definedNames", _BEFORE_NAMES)


def _child(root: _Element, name: str, before: Collection[str]) -> _Element:
    """Return a child of the workbook's root, made where the schema wants it."""
    found = next(children(root, name), None)
    if found is None:
        namespace = etree.QName(root).namespace
        found = root.makeelement(f"{{{namespace}}}{name}", nsmap=root.nsmap)
        anchors = [i for i, child in enumerate(root) if local(child) in before]
        root.insert(anchors[-1] + 1, found)
    return found


def _define(
    home: _Element, name: str, refers_to: str, index: int | None = None, *, hidden: bool = False
) -> None:
    element = etree.SubElement(home, f"{{{etree.QName(home).namespace}}}definedName")
    element.set("name", name)
    if index is not None:
        element.set("localSheetId", str(index))
    if hidden:
        element.set("hidden", "1")
    element.text = refers_to


def drop_calculations(package: Package, workbook: Workbook, sheet_id: int) -> str | None:
    """Take a sheet's cells out of the calculation chain.

    Returns the chain's part if nothing is left of it: it is removed then, with its relationship.
    """
    rels = package.relationships(workbook.part)
    chain = next((rel for rel in rels if rel.kind == "calcChain"), None)
    if chain is None or chain.target not in package:
        return None
    pieces = partial(package.pieces, package.entry(chain.target))
    own = str(sheet_id).encode()
    kept = gone = 0
    for sheet, _ in _chained(pieces()):
        kept, gone = kept + (sheet not in (own, None)), gone + (sheet == own)
    if not gone:
        return None
    if kept:
        package.rewrite(chain.target, _pruned(pieces(), own))
        return None
    name = package.name(chain.target)
    package.remove(chain.target)
    links = package.parse(rels_name(workbook.part))
    for link in list(children(links, "Relationship")):
        if link.get("Id") == chain.id:
            links.remove(link)
    package.write(rels_name(workbook.part), serialise(links))
    return name


def _chained(pieces: Iterable[bytes | memoryview]) -> Iterator[tuple[bytes | None, bytes]]:
    """Cut a chain into its entries, each with its sheet, and what stands between, with None.

    An entry without a sheet (`i`) belongs to the sheet of the one before it.
    """
    stated = rest = b""
    for piece in pieces:
        text = rest + bytes(piece)
        done = 0
        for entry in _ENTRY.finditer(text):
            yield None, text[done : entry.start()]
            done = entry.end()
            sheet = _SHEET.search(entry[0])
            stated = sheet[1] if sheet else stated
            yield stated, entry[0]
        cut = max(done, len(text) - _LONGEST_ENTRY)
        yield None, text[done:cut]
        rest = text[cut:]
    yield None, rest


def _pruned(pieces: Iterable[bytes | memoryview], own: bytes) -> Iterator[bytes]:
    """Yield a chain without the entries of a sheet."""
    passed_on = b""  # the sheet that the last entry kept would pass on
    for sheet, text in _chained(pieces):
        if sheet is None:
            yield text
        elif sheet != own:
            is_told = sheet == passed_on or _SHEET.search(text)
            yield text if is_told else _NAME.sub(rb'\g<0> i="' + sheet + rb'"', text, count=1)
            passed_on = sheet


def _save(package: Package, part: str, root: _Element, before: bytes) -> None:
    """Write a part unless nothing has been changed in it."""
    if etree.tostring(root) != before:
        package.write(part, serialise(root))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where the sheet will stand, to be known before it is built.

    `name` is what the sheet must be called, `date_1904` how it must count its days, `exists`
    whether it will replace the one from the last run, `is_locked` whether no other can be added,
    `position` its tab's, counted from 1.
    """

    name: str
    date_1904: bool
    exists: bool
    is_locked: bool
    position: int


def sheet_slot(
    workbook: AnyFile | WorkbookFile, name: str = "Summary", *, kind: OurSheet = SUMMARY
) -> Slot:
    """Tell how to build a sheet of ours for `workbook`, which may be open already.

    A sheet of ours keeps the name it has now, even one that staff gave it. Otherwise `name`, or
    "name (2)" and so on where staff have a sheet of that name. Raises WorkbookError.
    """
    if isinstance(workbook, WorkbookFile):
        return _slot(workbook.workbook, name, kind)
    with open_index(open_source(workbook, in_memory=False)) as opened:
        return _slot(opened.workbook, name, kind)


def _slot(book: Workbook, name: str, kind: OurSheet) -> Slot:
    ours = our_sheet(book, kind)
    return Slot(
        name=ours.name if ours else _free_name(name, book),
        date_1904=book.date_1904,
        exists=ours is not None,
        is_locked=is_locked(book),
        position=(ours.index if ours else len(book.sheets)) + 1,
    )


def is_locked(workbook: Workbook) -> bool:
    """Tell whether tabs can be neither added nor taken away."""
    return any(
        is_true(protection.get("lockStructure"))
        for protection in children(workbook.root, "workbookProtection")
    )


def our_sheet(workbook: Workbook, kind: OurSheet = SUMMARY) -> SheetEntry | None:
    """Return the sheet that bears the marker.

    Copying a tab copies its marker. The original is the one that is still called as we call it,
    else the one that was there first, whose sheetId is lower; some programs number tabs anew.
    """
    names = {say("sheets", kind.tab, language).casefold() for language in LANGUAGES}
    return min(
        marked_sheets(workbook, kind),
        key=lambda sheet: (sheet.name.casefold() not in names, sheet.sheet_id),
        default=None,
    )


def marked_sheets(workbook: Workbook, kind: OurSheet) -> list[SheetEntry]:
    """Return every sheet that bears the marker: ours, and copies that staff made of it."""
    marked: list[SheetEntry] = []
    for names in children(workbook.root, "definedNames"):
        for defined in children(names, "definedName"):
            index = number(defined.get("localSheetId"))
            if defined.get("name", "").lower() != kind.marker or index is None:
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
