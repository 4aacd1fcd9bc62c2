"""The parts of a package: safe XML, the two dialects, and how parts refer to each other.

ECMA-376 part 1 (strict) and part 4 (transitional) differ in the names of their namespaces and
relationship types; everything here is written so that both, under any prefix, are the same. Parts
and relationships are those of ECMA-376 part 2.
"""

from __future__ import annotations

import codecs
import posixpath
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lxml import etree

from ..errors import DamagedWorkbook, HostileWorkbook, NotAWorkbook, UnsupportedWorkbook
from .archive import Archive, ZipEntry, new_entry, not_a_workbook, packed_entry, part_key

if TYPE_CHECKING:
    from lxml.etree import _Element


_FORMATS = "http://schemas.openxmlformats.org/"
_PURL = "http://purl.oclc.org/ooxml/"
MAIN = _FORMATS + "spreadsheetml/2006/main"
STRICT = _PURL + "spreadsheetml/main"
PACKAGE_RELS_NS = _FORMATS + "package/2006/relationships"
CONTENT_TYPES_NS = _FORMATS + "package/2006/content-types"
_STRICT_NAMES = tuple(
    ((_FORMATS + old).encode(), (_PURL + new).encode())
    for old, new in (
        ("spreadsheetml/2006/main", "spreadsheetml/main"),
        ("officeDocument/2006/relationships", "officeDocument/relationships"),
        ("drawingml/2006/main", "drawingml/main"),
        ("drawingml/2006/chartDrawing", "drawingml/chartDrawing"),
        ("drawingml/2006/chart", "drawingml/chart"),
        ("drawingml/2006/spreadsheetDrawing", "drawingml/spreadsheetDrawing"),
    )
)
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BLANKS = re.compile(rb"\s*")
_ROOT = re.compile(rb"<([^\s/>!?]+)")
_END_TAG = re.compile(rb"</([^\s>]+)\s*>")
_PADDING = b" \t\r\n\0"
_LONGEST_PROLOG, _TAIL = 1 << 16, 1 << 13  # bytes looked at where an XML part begins, and ends
_MOST_PARSED = 1 << 26  # bytes: 64 MiB; a tree takes ten times as much
# Small parts are asked for again and again; what is kept is not inflated twice.
_KEPT_PART, _KEPT, _PIECE = 1 << 20, 1 << 23, 1 << 20  # bytes
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
CONTENT_TYPES = "[Content_Types].xml"
CORE = ("core-properties", "coreProperties")  # kinds of relationship, the latter of strict packages
_RELATIONSHIP_ID = re.compile(r"\{[^}]*/relationships\}id")


def is_wide(data: bytes) -> bool:
    """Whether an XML part is written in an encoding of which a character takes several bytes."""
    return any(data.startswith((mark, "<".encode(encoding))) for mark, encoding in _WIDE)


def as_utf8(data: bytes, file: str, part: str) -> bytes:
    """Return the bytes of an XML part in UTF-8 without a byte order mark."""
    if data.startswith(codecs.BOM_UTF8):
        return data[3:]
    for mark, encoding in _WIDE:
        if data.startswith((mark, "<".encode(encoding))):
            try:
                text = data.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError as error:
                raise DamagedWorkbook("damaged", file=file, part=part) from error
            # The declaration would contradict the new encoding.
            return re.sub(r"^<\?xml[^>]*\?>", "", text, count=1).encode()
    return data


def _prolog_end(data: bytes) -> int:
    """Return where the prolog ends: blanks, instructions and comments before the root."""
    at = 0
    while True:
        blank = _BLANKS.match(data, at)
        at = blank.end() if blank else at
        closing = b"?>" if data.startswith(b"<?", at) else b"-->"
        if not data.startswith((b"<?", b"<!--"), at):
            return at
        end = data.find(closing, at + 2)
        if end < 0:
            return at
        at = end + len(closing)


def has_doctype(data: bytes) -> bool:
    """Whether a document type, the place of entity declarations, stands before the root."""
    return data.startswith(b"<!", _prolog_end(data))


def is_complete(head: bytes, tail: bytes) -> bool:
    """Whether a part ends with the end of its root: a cheap sign that nothing was cut off."""
    root = _ROOT.match(head, _prolog_end(head))
    tail = tail.rstrip(_PADDING)
    while tail.endswith((b"-->", b"?>")):
        tail = tail[: max(0, tail.rfind(b"<"))].rstrip(_PADDING)
    end = _END_TAG.fullmatch(tail, max(0, tail.rfind(b"</")))
    if root is None or end is None:
        return root is not None and tail.endswith(b"/>")
    return end[1] == root[1]


class XmlEnds:
    """How an XML part begins and ends: all that is looked at where it is only passed on."""

    def __init__(self, data: bytes = b"") -> None:
        self._head = self._tail = b""
        self._size = 0
        self.add(data)

    def add(self, piece: bytes | memoryview) -> None:
        """Take the next piece of the part."""
        if len(self._head) < _LONGEST_PROLOG:
            self._head += bytes(piece[: _LONGEST_PROLOG - len(self._head)])
        self._tail = (self._tail + bytes(piece[-_TAIL:]))[-_TAIL:]
        self._size += len(piece)

    def check(self, file: str, part: str) -> None:
        """Raise HostileWorkbook for a document type, DamagedWorkbook where an end is missing."""
        head, tail = self._head.removeprefix(codecs.BOM_UTF8), self._tail
        for mark, encoding in _WIDE:
            if head.startswith((mark, "<".encode(encoding))):
                # A character may be cut in two where the look begins and ends.
                tail = tail[(self._size - len(tail)) % 2 :]
                head, tail = (end.decode(encoding, "ignore").encode() for end in (head, tail))
                head = head.removeprefix(codecs.BOM_UTF8)
        if has_doctype(head):
            raise HostileWorkbook("hostile_entities", file=file, part=part)
        if not is_complete(head, tail):
            raise DamagedWorkbook("damaged", file=file, part=part)


def parse(data: bytes, file: str, part: str) -> _Element:
    """Parse a part without network, entities or external declarations.

    Raises HostileWorkbook if it declares a document type, DamagedWorkbook if it is not XML.
    """
    data = as_utf8(data, file, part)
    if has_doctype(data):
        raise HostileWorkbook("hostile_entities", file=file, part=part)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedWorkbook("damaged", file=file, part=part) from error
    if root.getroottree().docinfo.doctype:
        raise HostileWorkbook("hostile_entities", file=file, part=part)
    return root


def serialise(root: _Element) -> bytes:
    """Return the whole document in UTF-8, its prefixes and outer comments as they were."""
    return _DECLARATION + etree.tostring(root.getroottree(), encoding="UTF-8")


def to_strict(data: bytes) -> bytes:
    """Rename the transitional namespaces and relationship types of a part to the strict ones."""
    for old, new in _STRICT_NAMES:
        data = data.replace(old, new)
    return data


def local(element: _Element) -> str:
    """Return an element's name without namespace; "" for comments and instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: _Element | None, name: str) -> Iterator[_Element]:
    """Yield the children of that local name."""
    if element is not None:
        yield from (child for child in element if local(child) == name)


def is_true(value: str | None) -> bool:
    """Read an xsd:boolean; a missing one is false."""
    return value is not None and value.strip() in ("1", "true", "on")


def number(value: str | None) -> int | None:
    """Read an xsd:unsignedInt, None if it is missing or none."""
    value = (value or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 10 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """One arrow from a part; `kind` is the last word of its type, `target` a part's key."""

    id: str
    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetEntry:
    """A tab as workbook.xml lists it; `part` is the key of its part, None if it has none."""

    index: int
    name: str
    sheet_id: int
    rel_id: str
    state: str
    kind: str
    part: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """The workbook part: its key, its parsed root and what the root says."""

    part: str
    root: _Element
    strict: bool
    date_1904: bool
    sheets: tuple[SheetEntry, ...]


def rels_name(part: str) -> str:
    """Return the name of the part that holds the relationships of `part` ("" is the package)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def in_pieces(data: bytes) -> Iterator[memoryview]:
    """Yield what is in memory piece by piece."""
    whole = memoryview(data)
    return (whole[at : at + _PIECE] for at in range(0, len(whole), _PIECE))


def resolve(part: str, target: str) -> str:
    """Return the key of the part that `target`, written in the relationships of `part`, means."""
    path = unquote(target.split("#", 1)[0]).replace("\\", "/")
    joined = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), path))
    return part_key(joined)


class Package:
    """The parts of one file, editable; parts that are not edited keep their entries as they are."""

    def __init__(self, archive: Archive) -> None:
        self.file = archive.file
        self._entries: dict[str, ZipEntry] = {part_key(e.name): e for e in archive.entries}
        self._originals = dict(self._entries)
        self._kept: dict[ZipEntry, bytes] = {}
        self._room = _KEPT

    def __contains__(self, part: str) -> bool:
        return part_key(part) in self._entries

    def entries(self) -> tuple[ZipEntry, ...]:
        """Return all entries, new ones last."""
        return tuple(self._entries.values())

    def changes(self) -> tuple[list[str], list[str], list[str]]:
        """Return the names of the parts that are changed, added and removed."""
        old, new = self._originals, self._entries
        changed = [e.name for key, e in new.items() if key in old and old[key] is not e]
        added = [e.name for key, e in new.items() if key not in old]
        removed = [e.name for key, e in old.items() if key not in new]
        return changed, added, removed

    def name(self, part: str) -> str:
        """Return a part's name as the archive spells it."""
        return self._entries[part_key(part)].name.replace("\\", "/").lstrip("/")

    def size(self, part: str) -> int:
        """Return how many bytes a part has when inflated."""
        return self._entries[part_key(part)].size

    def entry(self, part: str) -> ZipEntry:
        """Return the entry that holds a part; raises DamagedWorkbook if there is no such part."""
        entry = self._entries.get(part_key(part))
        if entry is None:
            raise DamagedWorkbook("damaged", file=self.file, part=part)
        return entry

    def read(self, part: str) -> bytes:
        """Return a part's bytes; raises DamagedWorkbook if there is no such part."""
        return self.content(self.entry(part))

    def content(self, entry: ZipEntry, *, most: int = _KEPT_PART) -> bytes:
        """Return the inflated bytes of an entry; those of small ones are kept."""
        data = self._kept.get(entry)
        if data is None:
            data = entry.inflate(self.file)
            if len(data) <= min(most, self._room):
                self._kept[entry] = data
                self._room -= len(data)
        return data

    def pieces(self, entry: ZipEntry) -> Iterator[bytes | memoryview]:
        """Yield the inflated bytes of an entry piece by piece."""
        known = self._kept.get(entry)
        return entry.pieces(self.file) if known is None else iter((known,))

    def make_room(self, size: int) -> None:
        """Let parts of `size` bytes more be kept."""
        self._room += size

    def parse(self, part: str) -> _Element:
        """Return a part's parsed root."""
        if self.entry(part).size > _MOST_PARSED:
            raise HostileWorkbook("too_big", file=self.file, limit=_MOST_PARSED >> 20)
        return parse(self.read(part), self.file, part)

    def write(self, part: str, data: bytes) -> None:
        """Replace a part in its place, or add it at the end.

        A part that was there before and gets its old content again keeps its old bytes.
        """
        key = part_key(part)
        old = self._originals.get(key)
        entry = new_entry(old.name if old else part, data)
        if old and (old.size, old.crc) == (entry.size, entry.crc) and self._same(old, data):
            entry = old
        self._entries[key] = entry

    def _same(self, entry: ZipEntry, data: bytes) -> bool:
        return self.content(entry) == data

    def rewrite(self, part: str, pieces: Iterable[bytes]) -> None:
        """Replace a part that may be too large to be in memory at once."""
        self._entries[part_key(part)] = packed_entry(self.name(part), pieces)

    def remove(self, part: str) -> None:
        """Remove a part and its relationships."""
        self._entries.pop(part_key(part), None)
        self._entries.pop(part_key(rels_name(part)), None)

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """Return a part's relationships in their order; "" is the package itself."""
        name = rels_name(part)
        if name not in self:
            return ()
        return tuple(
            Relationship(
                id=rel.get("Id", ""),
                kind=rel.get("Type", "").rsplit("/", 1)[-1],
                target=target if external else resolve(part, target),
                external=external,
            )
            for rel in children(self.parse(name), "Relationship")
            for target in [rel.get("Target", "")]
            for external in [rel.get("TargetMode", "").lower() == "external"]
        )

    def reachable(self, starts: Iterable[str], *, closed: Container[str] = ()) -> set[str]:
        """Return the keys of the parts reachable from `starts`, never stepping on `closed`."""
        found: set[str] = set()
        waiting = [part_key(part) for part in starts]
        while waiting:
            part = waiting.pop()
            if part in found or part in closed or (part and part not in self._entries):
                continue
            found.add(part)
            waiting += [rel.target for rel in self.relationships(part) if not rel.external]
        return found

    def content_type(self, part: str) -> str:
        """Return a part's content type, "" if it has none."""
        names, extensions = self._types
        key = part_key(part)
        return names.get(key) or extensions.get(key.rsplit(".", 1)[-1], "")

    @cached_property
    def _types(self) -> tuple[dict[str, str], dict[str, str]]:
        """The content types by part and by extension, as they were when first asked for."""
        root = self.parse(CONTENT_TYPES)
        return (
            {
                part_key(override.get("PartName", "")): override.get("ContentType", "")
                for override in reversed(list(children(root, "Override")))
            },
            {
                default.get("Extension", "").lower(): default.get("ContentType", "")
                for default in reversed(list(children(root, "Default")))
            },
        )

    def workbook(self) -> Workbook:
        """Return the workbook part.

        Raises NotAWorkbook if the package holds something else, DamagedWorkbook if a part it
        needs is missing, UnsupportedWorkbook for the draft format of Office 2007's beta.
        """
        starts = [rel.target for rel in self.relationships("") if rel.kind == "officeDocument"]
        if not starts:
            raise not_a_workbook(self.file)
        part = starts[0]
        if part.endswith(".bin"):
            raise NotAWorkbook("binary_xlsb", file=self.file)
        root = self.parse(part)
        if local(root) != "workbook":
            raise not_a_workbook(self.file)
        if CONTENT_TYPES not in self:
            raise DamagedWorkbook("damaged", file=self.file, part=CONTENT_TYPES)
        if root.tag not in {f"{{{MAIN}}}workbook", f"{{{STRICT}}}workbook"}:
            raise UnsupportedWorkbook("draft_format", file=self.file)
        settings = next(children(root, "workbookPr"), None)
        return Workbook(
            part=part,
            root=root,
            strict=root.tag == f"{{{STRICT}}}workbook",
            date_1904=settings is not None and is_true(settings.get("date1904")),
            sheets=tuple(self._sheets(part, root)),
        )

    def _sheets(self, part: str, root: _Element) -> Iterator[SheetEntry]:
        targets = {rel.id: rel for rel in self.relationships(part) if not rel.external}
        listed = next(children(root, "sheets"), None)
        for index, sheet in enumerate(children(listed, "sheet")):
            rel_id = next((v for k, v in sheet.items() if _RELATIONSHIP_ID.fullmatch(str(k))), "")
            sheet_id = number(sheet.get("sheetId"))
            name = sheet.get("name")
            if sheet_id is None or not name:
                raise DamagedWorkbook("damaged", file=self.file, part=part)
            rel = targets.get(rel_id)
            yield SheetEntry(
                index=index,
                name=name,
                sheet_id=sheet_id,
                rel_id=rel_id,
                state=sheet.get("state", "visible"),
                kind=rel.kind if rel else "",
                part=rel.target if rel and rel.target in self else None,
            )
