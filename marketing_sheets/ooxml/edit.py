"""Edits of a sheet that people fill in: what is asked for, and every other byte as it was.

A sheet is taken apart into what stands before its cells, the cells, and what stands after them; an
edit changes one of these and puts the bytes together again. Nothing is parsed and written anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from lxml import etree

from ..errors import DamagedWorkbook, UnsupportedWorkbook
from .gate import WorkbookFile
from .parts import Package, SheetEntry, Workbook, serialise
from .styles import StyleMerger

# The children of a worksheet after its cells and before its conditional formats.
_BEFORE_RULES = (
    rb"sheetCalcPr|sheetProtection|protectedRanges|scenarios|autoFilter|sortState|dataConsolidate"
    rb"|customSheetViews|mergeCells|phoneticPr"
)
_END_OF_CELLS = re.compile(
    rb"<(?:([^\s<>/:!?]++):)?sheetData\s*/>|</(?:([^\s<>/:!?]++):)?sheetData\s*>"
)
_PRIORITY = re.compile(rb"""(<(?:[^\s<>/:!?]++:)?cfRule\b[^<>]*?\spriority\s*=\s*["'])(\d{1,9})""")
_DXF = (
    '<dxf xmlns="{namespace}"><font><b/><color rgb="FF{color}"/></font>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FF{fill}"/><bgColor rgb="FF{fill}"/>'
    "</patternFill></fill></dxf>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRule:
    """A conditional format for areas of a tab, before all others there.

    `formula` is that of the upper left cell of the first area; `fill` and `color` are `#RRGGBB`.
    """

    tab: str
    areas: tuple[str, ...]
    formula: str
    fill: str
    color: str


@dataclass(frozen=True, slots=True)
class SheetBytes:
    """A sheet taken apart: up to the end of its cells, and what follows them; and its prefix."""

    cells: bytes
    tail: bytes
    prefix: bytes

    @classmethod
    def of(cls, data: bytes) -> SheetBytes | None:
        """Take a sheet apart; None where no cells are found, as in a text of 16-bit units."""
        ends = [*_END_OF_CELLS.finditer(data)]
        if not ends:
            return None
        last = ends[-1]
        name = last[1] or last[2] or b""
        return cls(data[: last.end()], data[last.end() :], name + b":" if name else b"")


def add_rules(package: Package, workbook: Workbook, rules: Sequence[CellRule]) -> None:
    """Write conditional formats into the sheets they name, all cells byte for byte as they were.

    Raises UnsupportedWorkbook for a sheet whose text is not in single bytes.
    """
    tabs = {sheet.name: sheet for sheet in workbook.sheets}
    for rule in rules:
        sheet = tabs[rule.tab]
        if sheet.part is None:
            raise DamagedWorkbook("damaged", file=package.file, part=sheet.name)
        _add_rule(package, sheet, rule, _look(package, workbook, rule))


def tabs_with(opened: WorkbookFile, name: str) -> frozenset[str]:
    """Return the tabs below whose cells a name is used: in conditional formats, for one."""
    found: set[str] = set()
    for sheet in opened.workbook.sheets:
        if sheet.kind == "worksheet" and sheet.part is not None and sheet.part in opened.package:
            taken = SheetBytes.of(opened.package.read(sheet.part))
            if taken is not None and name.encode() in taken.tail:
                found.add(sheet.name)
    return frozenset(found)


def _add_rule(package: Package, sheet: SheetEntry, rule: CellRule, look: int) -> None:
    part = sheet.part or ""
    taken = SheetBytes.of(package.read(part))
    if taken is None:
        raise UnsupportedWorkbook("sheet_encoding", file=package.file, sheet=sheet.name)
    p = taken.prefix
    written = (
        b'<%bconditionalFormatting sqref="%b"><%bcfRule type="expression" dxfId="%d" priority="1">'
        b"<%bformula>%b</%bformula></%bcfRule></%bconditionalFormatting>"
        % (
            p,
            " ".join(rule.areas).encode(),
            p,
            look,
            p,
            escape(rule.formula, quote=False).encode(),
            p,
            p,
            p,
        )
    )
    tail = _PRIORITY.sub(lambda found: found[1] + b"%d" % (int(found[2]) + 1), taken.tail)
    at = _place(tail, p)
    package.write(part, taken.cells + tail[:at] + written + tail[at:])


def _place(tail: bytes, prefix: bytes) -> int:
    """Return where among the elements after the cells conditional formats begin."""
    last = re.compile(
        rb"<%b(%b)\b(?:[^<>]*/>|.*?</%b\1\s*>)"
        % (re.escape(prefix), _BEFORE_RULES, re.escape(prefix)),
        re.DOTALL,
    )
    # Extensions may hold elements of the same names.
    own = tail.partition(b"<" + prefix + b"extLst")[0]
    return max((found.end() for found in last.finditer(own)), default=0)


def _look(package: Package, workbook: Workbook, rule: CellRule) -> int:
    """Return the number of the rule's look in the style sheet, which it is added to."""
    rels = package.relationships(workbook.part)
    part = next((r.target for r in rels if r.kind == "styles" and r.target in package), None)
    if part is None:
        raise UnsupportedWorkbook("no_styles", file=package.file)
    target = package.parse(part)
    before = etree.tostring(target)
    merger = StyleMerger(target, target, package.file)
    colors = {"fill": rule.fill.removeprefix("#"), "color": rule.color.removeprefix("#")}
    dxf = etree.fromstring(_DXF.format(namespace=etree.QName(target).namespace, **colors))
    number = merger.add_differential(dxf)
    if etree.tostring(target) != before:
        package.write(part, serialise(target))
    return number
