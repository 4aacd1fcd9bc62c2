"""What elements of a document need goes with them into another: links, pictures, styles, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from itertools import count
from typing import Any, Final

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import parse_xml

_MAIN: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W: Final = f"{{{_MAIN}}}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STYLED: Final = frozenset(f"{_W}{name}" for name in ("pStyle", "rStyle", "tblStyle", "basedOn"))
# What ties a style or a list to others of its own document.
_TIES: Final = tuple(
    f"{_W}{name}" for name in "link next rsid lvlPicBulletId styleLink numStyleLink".split()
)


class Carrier:
    """Copies elements of one document's body for that of another."""

    def __init__(self, source: Any, target: Any) -> None:
        """Carry from one document part to another."""
        self._source, self._target = source, target
        self._lists: dict[str, str | None] = {}

    def copies(self, elements: Sequence[Any]) -> list[Any]:
        """Return copies of elements, and put what they need into the other document."""
        return [self._tied(deepcopy(one)) for one in elements]

    def _tied(self, copy: Any) -> Any:
        """Let an element name what stands in the other document."""
        for element in list(copy.iter()):
            for key, value in element.attrib.items():
                if key.startswith(_R) and value in self._source.rels:
                    element.set(key, self._relation(self._source.rels[value]))
            is_list = element.tag == f"{_W}numId"
            if not is_list and element.tag not in _STYLED:
                continue
            known = (self._list if is_list else self.style)(element.get(f"{_W}val"))
            if known is None:
                element.getparent().remove(element)
            else:
                element.set(f"{_W}val", known)
        return copy

    def _relation(self, relation: Any) -> str:
        if relation.is_external:
            target = relation.target_ref
            return str(self._target.relate_to(target, relation.reltype, is_external=True))
        part = relation.target_part
        ident = self._target.relate_to(part, relation.reltype)
        self._move(part)
        return str(ident)

    def _move(self, part: Any) -> None:
        """Let a part and what it needs belong to the other document, under names of their own."""
        package = self._target.package
        if part.package is package:
            return
        stem = re.sub(r"(_kept)?\d*(\.\w+)$", r"_kept%d\2", str(part.partname))
        taken = {str(one.partname) for one in package.iter_parts() if one is not part}
        part.partname = PackURI(next(stem % at for at in count(1) if stem % at not in taken))
        part._package = package
        for relation in part.rels.values():
            if not relation.is_external:
                self._move(relation.target_part)

    def style(self, ident: str) -> str | None:
        """Return the id of the style of this kind and name, copied where the other has none."""
        styles = self._target.styles.element
        style = _with(self._source.styles.element, "style", "styleId", ident)
        if style is None:
            return None
        kinds = [(one.get(f"{_W}type"), _name(one)) for one in (style, *_all(styles, "style"))]
        if kinds[0] in kinds[1:]:
            return str(_all(styles, "style")[kinds.index(kinds[0], 1) - 1].get(f"{_W}styleId"))
        copy = _untied(style)
        copy.attrib.pop(f"{_W}default", None)
        names = (ident, *(f"{ident}_{at}" for at in range(len(kinds))))
        known = next(one for one in names if _with(styles, "style", "styleId", one) is None)
        copy.set(f"{_W}styleId", known)
        styles.append(copy)
        self._tied(copy)
        return known

    def _list(self, ident: str) -> str | None:
        """Return the number of a list in the other document, into which its levels are copied."""
        if ident not in self._lists:
            self._lists[ident] = self._copied_list(ident)
        return self._lists[ident]

    def _copied_list(self, ident: str) -> str | None:
        source = _numbering(self._source)
        number = None if source is None else _with(source, "num", "numId", ident)
        if source is None or number is None:
            return None
        link = number.find(f"{_W}abstractNumId")
        levels = _with(source, "abstractNum", "abstractNumId", link.get(f"{_W}val"))
        if levels is None:
            return None
        target = _numbering(self._target, is_made=True)
        number, levels = _untied(number), _untied(levels)
        fresh = {}
        for tag, key, copy in (("abstractNum", "abstractNumId", levels), ("num", "numId", number)):
            known = _all(target, tag)
            fresh[key] = str(1 + max((int(one.get(f"{_W}{key}")) for one in known), default=0))
            copy.set(f"{_W}{key}", fresh[key])
        number.find(f"{_W}abstractNumId").set(f"{_W}val", fresh["abstractNumId"])
        target.insert(len(_all(target, "numPicBullet")) + len(_all(target, "abstractNum")), levels)
        levels.getparent().insert(target.index(([levels, *_all(target, "num")])[-1]) + 1, number)
        for style in list(levels.iter(f"{_W}pStyle")):
            style.getparent().remove(style)
        return fresh["numId"]


def _all(parent: Any, tag: str) -> list[Any]:
    return list(parent.iterfind(f"{_W}{tag}"))


def _with(parent: Any, tag: str, key: str, value: str | None) -> Any:
    return next((one for one in _all(parent, tag) if one.get(f"{_W}{key}") == value), None)


def _name(style: Any) -> str:
    name = style.find(f"{_W}name")
    return "" if name is None else str(name.get(f"{_W}val")).lower()


def _untied(element: Any) -> Any:
    copy = deepcopy(element)
    for tie in list(copy.iter(*_TIES)):
        tie.getparent().remove(tie)
    return copy


def _numbering(part: Any, *, is_made: bool = False) -> Any:
    """Return the lists of a document, None where it has none unless they are to be made."""
    for relation in part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.NUMBERING:
            return relation.target_part.element
    if not is_made:
        return None
    lists = parse_xml(f'<w:numbering xmlns:w="{_MAIN}"/>')
    name, kind = PackURI("/word/numbering.xml"), CONTENT_TYPE.WML_NUMBERING
    made = XmlPart(name, kind, lists, part.package)
    part.relate_to(made, RELATIONSHIP_TYPE.NUMBERING)
    return lists
