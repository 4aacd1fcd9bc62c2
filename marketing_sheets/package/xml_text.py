"""XML parts: safe parsing, and the two dialects of SpreadsheetML.

ECMA-376 part 1 (strict) and part 4 (transitional) differ in the names of their namespaces and
relationship types; everything here is written so that both, under any prefix, are the same.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from lxml import etree

from ..errors import DamagedWorkbook, HostileWorkbook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

__all__ = [
    "CONTENT_TYPES_NS",
    "MAIN",
    "PACKAGE_RELS_NS",
    "STRICT",
    "as_utf8",
    "children",
    "has_doctype",
    "is_complete",
    "is_true",
    "is_xml",
    "local",
    "number",
    "parse",
    "serialise",
    "to_strict",
]

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
_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_ROOT = re.compile(_PROLOG.pattern + rb"<([^\s/>!?]+)", re.DOTALL)
_END_TAG = re.compile(rb"</([^\s>]+)\s*>")
_PADDING = b" \t\r\n\0"
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


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


def is_xml(data: bytes) -> bool:
    """Whether a part is XML by the look of its first character (of UTF-8)."""
    return data[:1024].lstrip()[:1] == b"<"


def has_doctype(data: bytes) -> bool:
    """Whether a document type, the place of entity declarations, stands before the root."""
    prolog = _PROLOG.match(data)
    return data.startswith(b"<!", prolog.end() if prolog else 0)


def is_complete(data: bytes) -> bool:
    """Whether the part ends with the end of its root: a cheap sign that nothing was cut off."""
    root = _ROOT.match(data)
    tail = data[-4096:].rstrip(_PADDING)
    while tail.endswith((b"-->", b"?>")):
        tail = tail[: max(0, tail.rfind(b"<"))].rstrip(_PADDING)
    end = _END_TAG.fullmatch(tail, max(0, tail.rfind(b"</")))
    if root is None or end is None:
        return root is not None and tail.endswith(b"/>")
    return end[1] == root[1]


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
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


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
