"""House templates: where the report goes, and what fills their blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from docx.opc.constants import CONTENT_TYPE
from docx.oxml import parse_xml
from lxml import etree

from ..errors import UsageError
from .blocks import plain

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_INNER: Final = f".//{_W}p"
# Braces are wide where Chinese is typed.
_BLANK: Final = re.compile(r"[{｛]{2}\s*([^{}｛｝]*?)\s*[}｝]{2}")
_A4: Final = 9638  # between margins of 2 cm, in twentieths of a point
_LEAST: Final = 3000  # of the width of a text
_REPORT: Final = "report"
_STORIES: Final = (
    CONTENT_TYPE.WML_HEADER,
    CONTENT_TYPE.WML_FOOTER,
    CONTENT_TYPE.WML_FOOTNOTES,
    CONTENT_TYPE.WML_ENDNOTES,
)
_SHOWN: Final = 40  # characters of the line in which a blank stands


def stories(package: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the parts of text that stand beside the body, each with its root."""
    for part in package.part.package.iter_parts():
        if part.content_type in _STORIES:
            yield part, part.element if hasattr(part, "element") else parse_xml(part.blob)


def fill_blanks(package: Any, blanks: Mapping[str, str], file: str) -> None:
    """Fill `{{name}}` wherever it stands, cut into runs or not; `{{report}}` is left.

    Raises UsageError for a name that is no blank, with its place.
    """
    for part, root in _texts(package):
        for paragraph in root.iter(f"{_W}p"):
            _fill(paragraph, blanks, f"{file}, {part.partname}")
        if not hasattr(part, "element"):
            part._blob = etree.tostring(root, encoding="UTF-8", standalone=True)


def _texts(package: Any) -> Iterator[tuple[Any, Any]]:
    yield package.part, package.element
    yield from stories(package)


def _fill(paragraph: Any, blanks: Mapping[str, str], part: str) -> None:
    texts = list(paragraph.iter(f"{_W}t"))
    line = _line(paragraph)
    # From the last to the first: what fills a blank may look like one.
    for found in [*_BLANK.finditer(line)][::-1]:
        if found[1] == _REPORT:
            continue
        if found[1] not in blanks:
            known = ", ".join(f"{{{{{name}}}}}" for name in (*blanks, _REPORT))
            raise UsageError(
                "unknown_blank", blank=found[0], part=part, line=line[:_SHOWN], known=known
            )
        _put(texts, found.start(), found.end(), plain(blanks[found[1]]))


def _put(texts: list[Any], begin: int, end: int, value: str) -> None:
    """Replace characters of a line that stands in several texts; the value goes into the first."""
    at = 0
    for text in texts:
        held = text.text or ""
        first, last = max(begin - at, 0), min(end - at, len(held))
        if first < last:
            text.text = held[:first] + value + held[last:]
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            value = ""
        at += len(held)


def place_of_report(package: Any, file: str) -> tuple[Any, int]:
    """Return the element the report goes before, and the width of the text in twentieths of points.

    Raises UsageError for a template that does not say where, or not in one paragraph of its body.
    """
    body = package.element.body
    found = [
        (f"{file}, {part.partname}", paragraph)
        for part, root in _texts(package)
        for paragraph in root.iter(f"{_W}p")
        if _REPORT in _blanks(paragraph) and not any(map(_blanks, paragraph.iterfind(_INNER)))
    ]
    for number, (part, paragraph) in enumerate(found):
        line = _line(paragraph).strip()
        if number or paragraph.getparent() is not body or not _BLANK.fullmatch(line):
            raise UsageError("report_place", part=part, line=line[:_SHOWN])
    if not found and any(_line(one).strip() for one in body):
        raise UsageError("house_without_place", file=file)
    # Some programs leave out the last break of sections.
    end = body.get_or_add_sectPr()
    place = found[0][1] if found else end
    return place, _width(place)


def take_out(place: Any) -> None:
    """Remove the paragraph that said where the report goes; a break of sections in it stays."""
    if place.tag != f"{_W}p":
        return
    if place.find(f"{_W}pPr/{_W}sectPr") is None:
        place.getparent().remove(place)
        return
    for held in place[1:]:
        place.remove(held)


def _blanks(paragraph: Any) -> list[str]:
    return [str(found) for found in _BLANK.findall(_line(paragraph))]


def _line(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(f"{_W}t"))


def _width(place: Any) -> int:
    """Return the width of the text in the section that a place is in."""
    behind = [place, *place.itersiblings()]
    section = next(section for one in behind for section in one.iter(f"{_W}sectPr"))
    size, margins = section.find(f"{_W}pgSz"), section.find(f"{_W}pgMar")
    if size is None or margins is None:
        return _A4
    sides = (int(margins.get(f"{_W}{side}", 0)) for side in ("left", "right"))
    return max(int(size.get(f"{_W}w", _A4)) - sum(sides), _LEAST)
