"""Merging the formats of one workbook into the style sheet of another.

Every font, fill, border, number format, cell format and differential format is compared by what it
says, not by how it is spelt, so formats that are there already are used again and repeated runs
add nothing. Order of elements: CT_Stylesheet in ECMA-376 part 1, 18.8.39.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from ..errors import DamagedWorkbook, ExcelLimitError
from .parts import MAIN, STRICT, children, local, number

if TYPE_CHECKING:
    from lxml.etree import _Element


CELL_FORMATS_LIMIT = 65_490  # Excel's specifications and limits
_FIRST_CUSTOM_FORMAT = 164
_ORDER = (
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
)
# What a collection must begin with because Excel takes these positions for its defaults.
_DEFAULTS = {"fonts": 1, "fills": 2, "borders": 1, "cellXfs": 1}
_Key = tuple[str, tuple[tuple[str, str], ...], str, tuple["_Key", ...]]


def _key(element: _Element) -> _Key:
    """Return what an element says, without prefixes, dialect and blanks."""
    name = etree.QName(element)
    main = name.namespace in (MAIN, STRICT)
    return (
        name.localname if main else name.text,
        tuple(sorted((str(k), str(v)) for k, v in element.items())),
        (element.text or "").strip(),
        tuple(_key(child) for child in element if local(child)),
    )


def _place_in_order(root: _Element, element: _Element) -> None:
    later = _ORDER[_ORDER.index(local(element)) + 1 :]
    for position, child in enumerate(root):
        if local(child) in later:
            root.insert(position, element)
            return
    root.append(element)


class StyleMerger:
    """Brings formats of a source style sheet into a target one, each asked for by its index.

    `target` is changed in place. The source is one that XlsxWriter makes: colours in RGB or of
    the theme, every collection present.
    """

    def __init__(self, target: _Element, source: _Element, file: str) -> None:
        self._target = target
        self._file = file
        self._namespace = etree.QName(target).namespace or MAIN
        self._source = {local(group): _members(group) for group in source if local(group)}
        self._groups: dict[str, _Element] = {}
        self._known: dict[str, dict[_Key, int]] = {}
        self._sizes: dict[str, int] = {}
        self._cell_formats: dict[int, int] = {}
        self._differential: dict[int, int] = {}
        self._codes = {
            number(fmt.get("numFmtId")): fmt.get("formatCode", "")
            for fmt in self._source.get("numFmts", [])
        }

    def cell_format(self, index: int) -> int:
        """Return the target's index of the source's cell format `index`.

        Raises ExcelLimitError if Excel allows no further format.
        """
        if index not in self._cell_formats:
            self._cell_formats[index] = self._add_cell_format(self._get("cellXfs", index))
        return self._cell_formats[index]

    def differential_format(self, index: int) -> int:
        """Return the target's index of the source's differential format (dxf) `index`."""
        if index not in self._differential:
            copy = self._copy(self._get("dxfs", index))
            for fmt in children(copy, "numFmt"):
                fmt.set("numFmtId", str(self._number_format(number(fmt.get("numFmtId")) or 0, fmt)))
            self._differential[index] = self._add("dxfs", copy)
        return self._differential[index]

    def add_differential(self, element: _Element) -> int:
        """Return the index of a differential format that is in no source, but in the dialect."""
        copy = self._target.makeelement(element.tag, nsmap=self._target.nsmap)
        copy.extend(list(element))
        return self._add("dxfs", copy)

    def _get(self, group: str, index: int) -> _Element:
        members = self._source.get(group, [])
        if index >= len(members):
            raise DamagedWorkbook("damaged", file=self._file, part="styles.xml")
        return members[index]

    def _add_cell_format(self, source: _Element) -> int:
        self._group("cellXfs")
        copy = self._copy(source)
        copy.set("numFmtId", str(self._number_format(number(source.get("numFmtId")) or 0)))
        for group, attribute in (("fonts", "fontId"), ("fills", "fillId"), ("borders", "borderId")):
            used = self._get(group, number(source.get(attribute)) or 0)
            copy.set(attribute, str(self._add(group, self._copy(used))))
        copy.attrib.pop("xfId", None)
        if next(children(self._target, "cellStyleXfs"), None) is not None:
            copy.set("xfId", "0")
        if _key(copy) in self._known["cellXfs"]:
            return self._known["cellXfs"][_key(copy)]
        # The target's Normal style may look otherwise: say that this format stands for itself.
        for what in ("NumberFormat", "Font", "Fill", "Border"):
            copy.set(f"apply{what}", "1")
        index = self._add("cellXfs", copy)
        if index >= CELL_FORMATS_LIMIT:
            raise ExcelLimitError(
                "too_many_formats", file=self._file, limit=CELL_FORMATS_LIMIT, found=index + 1
            )
        return index

    def _number_format(self, format_id: int, inline: _Element | None = None) -> int:
        """Return the target's id of a number format; built-in ones have the same id everywhere."""
        code = inline.get("formatCode") if inline is not None else self._codes.get(format_id)
        if format_id < _FIRST_CUSTOM_FORMAT or code is None:
            return format_id
        group = self._group("numFmts")
        taken = {number(fmt.get("numFmtId")) or 0: fmt for fmt in children(group, "numFmt")}
        for known, fmt in taken.items():
            if fmt.get("formatCode") == code and known >= _FIRST_CUSTOM_FORMAT:
                return known
        new = max([_FIRST_CUSTOM_FORMAT - 1, *taken]) + 1
        element = etree.SubElement(group, self._tag("numFmt"))
        element.set("numFmtId", str(new))
        element.set("formatCode", code)
        group.set("count", str(len(taken) + 1))
        return new

    def _add(self, group: str, element: _Element) -> int:
        """Return the position of an equal element in a collection, appending it if none is."""
        home = self._group(group)
        key = _key(element)
        known = self._known[group]
        if key not in known:
            home.append(element)
            known[key] = self._sizes[group]
            self._sizes[group] += 1
            home.set("count", str(self._sizes[group]))
        return known[key]

    def _group(self, name: str) -> _Element:
        """Return a collection of the target, made with its defaults if it is missing."""
        if name in self._groups:
            return self._groups[name]
        group = next(children(self._target, name), None)
        if group is None:
            group = self._target.makeelement(self._tag(name), nsmap=self._target.nsmap)
            _place_in_order(self._target, group)
        self._groups[name] = group
        members = _members(group)
        self._sizes[name] = len(members)
        known: dict[_Key, int] = {}
        for index, member in enumerate(members):
            known.setdefault(_key(member), index)
        self._known[name] = known
        if not members:
            self._fill_defaults(name)
        return group

    def _fill_defaults(self, name: str) -> None:
        for member in self._source.get(name, [])[: _DEFAULTS.get(name, 0)]:
            if name == "cellXfs":
                self._add_cell_format(member)
            else:
                self._add(name, self._copy(member))

    def _tag(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}"

    def _copy(self, element: _Element) -> _Element:
        """Copy an element into the target's dialect, to be placed under the target's prefix."""
        name = etree.QName(element)
        tag = self._tag(name.localname) if name.namespace == MAIN else name.text
        copy = self._target.makeelement(tag, nsmap=self._target.nsmap)
        copy.text = element.text
        for attribute, value in element.items():
            copy.set(attribute, value)
        copy.extend(self._copy(child) for child in element if local(child))
        return copy


def _members(group: _Element) -> list[_Element]:
    """Return the elements of a collection in the order their indices count."""
    return [child for child in group if local(child)]
