"""Which cells hold a picture: as a rich value of Excel, or by the function DISPIMG of WPS.

Excel stores a picture in a cell as #VALUE! with a number of value metadata, which leads over two
indices to a rich value of the structure `_localImage`. Other rich values are errors or data types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..errors import WorkbookError
from .extent import attributes
from .parts import Package, Workbook, children, number
from .scan import cell_of, tags_with

if TYPE_CHECKING:
    from lxml.etree import _Element

_T = TypeVar("_T")
_IMAGE = "_localImage"
_FUNCTION = b"DISPIMG("
_CELL = re.compile(rb"<(?:[^<>\s/!?:\"']+:)?c\s([^<>]*)>")
_LONGEST_FORMULA = 8192


def picture_values(package: Package, workbook: Workbook) -> frozenset[int]:
    """Return the numbers of value metadata (the `vm` of a cell, from 1) that are pictures."""
    try:
        return frozenset(_pictures(package, workbook))
    except WorkbookError:  # what the gate refuses is told there
        return frozenset()


def _pictures(package: Package, workbook: Workbook) -> set[int]:
    parts = {r.kind: r.target for r in package.relationships(workbook.part)}
    names = ("sheetMetadata", "rdRichValue", "rdRichValueStructure")
    if any(parts.get(name, "") not in package for name in names):
        return set()
    metadata, values, structures = (package.parse(parts[name]) for name in names)
    kinds = [one.get("t") for one in children(structures, "s")]
    images = {
        at
        for at, value in enumerate(children(values, "rv"))
        if _item(kinds, number(value.get("s"))) == _IMAGE
    }
    types = [
        one
        for group in children(metadata, "metadataTypes")
        for one in children(group, "metadataType")
    ]
    rich = {
        group.get("name"): _rich_values(group) for group in children(metadata, "futureMetadata")
    }
    found: set[int] = set()
    blocks = [one for group in children(metadata, "valueMetadata") for one in children(group, "bk")]
    for vm, block in enumerate(blocks, 1):
        for record in children(block, "rc"):
            kind = _item(types, (number(record.get("t")) or 0) - 1)
            indices = rich.get(kind.get("name"), []) if kind is not None else []
            rich_value = _item(indices, number(record.get("v")))
            if rich_value is not None and rich_value in images:
                found.add(vm)
    return found


def _rich_values(group: _Element) -> list[int | None]:
    """Return, per block of future metadata, the index of its rich value."""
    return [
        next((number(one.get("i")) for one in block.iter() if str(one.tag).endswith("}rvb")), None)
        for block in children(group, "bk")
    ]


def _item(items: Sequence[_T], at: int | None) -> _T | None:
    return items[at] if at is not None and 0 <= at < len(items) else None


def shows_picture(formula: str) -> bool:
    """Whether a formula is the one by which WPS shows a picture in its cell."""
    return _FUNCTION.decode() in formula


def picture_cells(sheet: bytes, values: frozenset[int]) -> frozenset[tuple[int, int]]:
    """Return the cells of a sheet that hold a picture and nothing a parser could read."""
    cells = [told for told in _with_value(sheet) if _value(told) in values] if values else []
    cells += [told for told in _with_function(sheet) if told.get(b"t") != b"str"]
    return frozenset(place for told in cells if (place := _place(told)) is not None)


def pictured_cells(sheet: bytes) -> list[tuple[int, int]]:
    """Return the cells that may hold a picture, in order, whatever else can be read in them."""
    found = map(_place, (*_with_value(sheet), *_with_function(sheet)))
    return sorted({place for place in found if place is not None})


def _with_value(sheet: bytes) -> Iterator[dict[bytes, bytes]]:
    return (attributes(tag[2]) for tag in tags_with(sheet, b' vm="'))


def _with_function(sheet: bytes) -> Iterator[dict[bytes, bytes]]:
    position = sheet.find(_FUNCTION)
    while position >= 0:
        start = sheet.rfind(b"<", 0, max(0, sheet.rfind(b"<", 0, position)))
        cell = _CELL.match(sheet, start) if position - start < _LONGEST_FORMULA else None
        if cell:
            yield attributes(cell[1])
        position = sheet.find(_FUNCTION, position + 1)


def _value(told: Mapping[bytes, bytes]) -> int:
    text = told.get(b"vm", b"")
    return int(text) if text.isdigit() else 0


def _place(told: Mapping[bytes, bytes]) -> tuple[int, int] | None:
    return cell_of(told.get(b"r", b"").decode("latin-1"))
