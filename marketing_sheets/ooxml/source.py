"""The workbook that brings the sheet to be inserted: one sheet, as XlsxWriter makes it.

Excel takes what a chart of XlsxWriter leaves out as Excel 2007 meant it only in workbooks that say
they are by Excel 2007 (AppVersion 12). In any other, one that LibreOffice or WPS has saved, it
takes the defaults of the schema: labels grow series names and legend keys, lines become curves,
corners round, and figures in hidden cells disappear. So the chart is made to say it all.
(ECMA-376 part 1, 21.2.)
"""

from __future__ import annotations

import copy
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from ..errors import UnsupportedWorkbook, UsageError
from ..files import AnyFile, SourceFile
from .archive import part_key
from .gate import open_file, open_source
from .parts import (
    MAIN,
    Package,
    Workbook,
    children,
    local,
    number,
    parse,
    rels_name,
    serialise,
    to_strict,
)
from .styles import StyleMerger

if TYPE_CHECKING:
    from lxml.etree import _Element


# The children of each element in the order of the schema; with `=` what is meant where one is
# missing.
_ORDER: Final[Mapping[str, str]] = {
    "chartSpace": "date1904=0 lang roundedCorners=0 AlternateContent style clrMapOvr pivotSource "
    "protection chart spPr txPr externalData printSettings userShapes extLst",
    "chart": "title autoTitleDeleted=0 pivotFmts view3D floor sideWall backWall plotArea legend "
    "plotVisOnly=0 dispBlanksAs=gap extLst",
    "title": "tx layout overlay=0 spPr txPr extLst",
    "legend": "legendPos legendEntry layout overlay=0 spPr txPr extLst",
    "barChart": "barDir grouping varyColors=0 ser dLbls gapWidth overlap serLines axId extLst",
    "lineChart": "grouping varyColors=0 ser dLbls dropLines hiLowLines upDownBars marker smooth "
    "axId extLst",
    "barChart/ser": "idx order tx spPr invertIfNegative=0 pictureOptions dPt dLbls trendline "
    "errBars cat val shape extLst",
    "lineChart/ser": "idx order tx spPr marker dPt dLbls trendline errBars cat val smooth=0 extLst",
    "barChart/ser/dPt": "idx invertIfNegative=0 marker bubble3D=0 explosion spPr pictureOptions "
    "extLst",
    "dLbls": "dLbl numFmt spPr txPr dLblPos showLegendKey=0 showVal=0 showCatName=0 showSerName=0 "
    "showPercent=0 showBubbleSize=0 separator showLeaderLines leaderLines extLst",
    "dLbl": "idx layout tx numFmt spPr txPr dLblPos showLegendKey=0 showVal=0 showCatName=0 "
    "showSerName=0 showPercent=0 showBubbleSize=0 separator extLst",
    "catAx": "axId scaling delete=0 axPos majorGridlines minorGridlines title numFmt "
    "majorTickMark=none minorTickMark=none tickLblPos spPr txPr crossAx crosses crossesAt auto "
    "lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl=0 extLst",
    "valAx": "axId scaling delete=0 axPos majorGridlines minorGridlines title numFmt "
    "majorTickMark=none minorTickMark=none tickLblPos spPr txPr crossAx crosses crossesAt "
    "crossBetween majorUnit minorUnit dispUnits extLst",
}  # fmt: skip
# What a sheet may bring along. Comments, tables and the like need numbers that are unique in the
# whole workbook, which only its own program can give.
_CARRIED = frozenset(
    ("drawing", "chart", "image", "hyperlink", "chartColorStyle", "chartStyle", "chartUserShapes")
)
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"


def explicit_chart(data: bytes, file: str, part: str) -> bytes:
    """Return a chart part of XlsxWriter's in which nothing is left to a reader's defaults.

    What the chart says itself stays as it is.
    """
    root = parse(data, file, part)
    for element in list(root.iter(etree.Element)):
        order = _order_of(element)
        if order is not None and not any(local(child) == "delete" for child in _labels(element)):
            _complete(element, order)
    return serialise(root)


def _labels(element: _Element) -> list[_Element]:
    """Return the children of a label: one that is deleted says nothing else."""
    return list(element) if local(element) in ("dLbl", "dLbls") else []


def _order_of(element: _Element) -> str | None:
    path = local(element)
    for parent in element.iterancestors():
        if path in _ORDER:
            break
        path = f"{local(parent)}/{path}"
    return _ORDER.get(path)


def _complete(element: _Element, order: str) -> None:
    """Add what is missing, each child in its place."""
    words = [word.partition("=") for word in order.split()]
    ranks = {name: rank for rank, (name, _, _) in enumerate(words)}
    there = {local(child) for child in element}
    for name, _, value in words:
        if not value or name in there:
            continue
        added = etree.Element(f"{{{etree.QName(element).namespace}}}{name}", val=value)
        later = (child for child in element if ranks.get(local(child), -1) > ranks[name])
        following = next(later, None)
        if following is None:
            element.append(added)
        else:
            following.addprevious(added)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalName:
    """A defined name of the sheet alone, such as its print area."""

    name: str
    refers_to: str
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSource:
    """The sheet to be inserted and all it needs."""

    package: Package
    workbook: Workbook
    name: str
    part: str
    local_names: tuple[LocalName, ...]

    def related(self) -> list[str]:
        """Return the keys of the parts the sheet brings along, in a fixed order."""
        found: list[str] = []
        waiting = [self.part]
        while waiting:
            part = waiting.pop(0)
            for rel in self.package.relationships(part):
                if rel.kind not in _CARRIED:
                    raise self._unsupported(rel.kind)
                if not rel.external and rel.target not in (*found, self.part):
                    found.append(rel.target)
                    waiting.append(rel.target)
        return found

    def sheet(self, merger: StyleMerger, *, selected: bool, code_name: str | None) -> _Element:
        """Return the sheet's root with texts in the cells and formats of the target."""
        root = self.package.parse(self.part)
        texts = self._shared_strings()
        for element in list(root.iter(f"{{{MAIN}}}*")):
            name = local(element)
            if name == "c":
                self._settle_cell(element, merger, texts)
            elif name == "row" and element.get("customFormat") == "1":
                _renumber(element, "s", merger.cell_format)
            elif name == "col" and element.get("style") is not None:
                _renumber(element, "style", merger.cell_format)
            elif name == "cfRule" and element.get("dxfId") is not None:
                _renumber(element, "dxfId", merger.differential_format)
            elif name == "sheetView":
                element.attrib.pop("tabSelected", None)
                if selected:
                    element.set("tabSelected", "1")
        _set_code_name(root, code_name)
        return root

    def _settle_cell(self, cell: _Element, merger: StyleMerger, texts: list[_Element]) -> None:
        if cell.get("cm") is not None or cell.get("vm") is not None:
            raise self._unsupported("metadata")
        _renumber(cell, "s", merger.cell_format)
        if cell.get("t") != "s":
            return
        value = next(children(cell, "v"), None)
        index = number(value.text) if value is not None else None
        if value is None or index is None or index >= len(texts):
            raise self._unsupported("sharedStrings")
        cell.set("t", "inlineStr")
        inline = etree.Element(f"{{{MAIN}}}is", nsmap={None: MAIN})
        inline.extend(
            copy.deepcopy(child) for child in texts[index] if local(child) != "phoneticPr"
        )
        cell.replace(value, inline)

    def _shared_strings(self) -> list[_Element]:
        rels = self.package.relationships(self.workbook.part)
        part = next((rel.target for rel in rels if rel.kind == "sharedStrings"), "")
        return list(children(self.package.parse(part), "si")) if part in self.package else []

    def styles(self) -> _Element:
        """Return the root of the style sheet."""
        rels = self.package.relationships(self.workbook.part)
        part = next((rel.target for rel in rels if rel.kind == "styles"), "xl/styles.xml")
        return self.package.parse(part)

    def data(self, part: str) -> bytes:
        """Return a part the sheet brings along as it goes into the target."""
        data = self.package.read(part)
        if self.package.content_type(part) == _CHART_TYPE:
            return explicit_chart(data, self.package.file, part)
        return data

    def relationships(self, part: str, renamed: dict[str, str], *, strict: bool) -> bytes | None:
        """Return the relationships of `part` for its new place, None if it has none."""
        if rels_name(part) not in self.package:
            return None
        targets = {rel.id: rel.target for rel in self.package.relationships(part)}
        root = self.package.parse(rels_name(part))
        folder = posixpath.dirname(renamed[part])
        for rel in children(root, "Relationship"):
            if rel.get("TargetMode", "").lower() != "external":
                rel.set("Target", posixpath.relpath(renamed[targets[rel.get("Id", "")]], folder))
        data = serialise(root)
        return to_strict(data) if strict else data

    def _unsupported(self, what: str) -> UnsupportedWorkbook:
        return UnsupportedWorkbook("source_unsupported", file=self.package.file, what=what)


def _renumber(element: _Element, attribute: str, mapped: Callable[[int], int]) -> None:
    new = mapped(number(element.get(attribute)) or 0)
    if new or attribute == "dxfId":
        element.set(attribute, str(new))
    else:
        element.attrib.pop(attribute, None)


def _set_code_name(root: _Element, code_name: str | None) -> None:
    """Keep the name by which macros know the sheet that is replaced."""
    settings = next(children(root, "sheetPr"), None)
    if settings is not None:
        settings.attrib.pop("codeName", None)
    if code_name is None:
        return
    if settings is None:
        settings = etree.Element(f"{{{MAIN}}}sheetPr", nsmap={None: MAIN})
        root.insert(0, settings)
    settings.set("codeName", code_name)


def load_source(source: AnyFile | bytes) -> SheetSource:
    """Open the workbook that brings the sheet.

    Raises UsageError unless it has exactly one sheet, UnsupportedWorkbook if that sheet needs
    what cannot be carried over.
    """
    given = SourceFile("source.xlsx", data=source) if isinstance(source, bytes) else source
    opened = open_file(open_source(given), cells=False)
    file, package, workbook = opened.file, opened.package, opened.workbook
    sheets = workbook.sheets
    if len(sheets) != 1 or sheets[0].kind != "worksheet" or sheets[0].part is None:
        raise UsageError("one_sheet_expected", file=file, found=len(sheets))
    if workbook.strict:
        raise UnsupportedWorkbook("source_unsupported", file=file, what="strict")
    loaded = SheetSource(
        package=package,
        workbook=workbook,
        name=sheets[0].name,
        part=part_key(sheets[0].part),
        local_names=_local_names(workbook, file),
    )
    loaded.related()
    return loaded


def _local_names(workbook: Workbook, file: str) -> tuple[LocalName, ...]:
    found = []
    for names in children(workbook.root, "definedNames"):
        for name in children(names, "definedName"):
            if name.get("localSheetId") is None:
                what = name.get("name", "")
                raise UnsupportedWorkbook("source_unsupported", file=file, what=what)
            found.append(
                LocalName(
                    name=name.get("name", ""),
                    refers_to=name.text or "",
                    hidden=bool(re.fullmatch("1|true", name.get("hidden", ""))),
                )
            )
    return tuple(found)
