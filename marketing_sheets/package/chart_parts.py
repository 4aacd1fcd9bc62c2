"""Say in a chart what its writer leaves unsaid.

Excel takes what a chart of XlsxWriter leaves out as Excel 2007 meant it only in workbooks that say
they are by Excel 2007 (AppVersion 12). In any other, one that LibreOffice or WPS has saved, it
takes the defaults of the schema: labels grow series names and legend keys, lines become curves,
corners round, and figures in hidden cells disappear. (ECMA-376 part 1, 21.2.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from lxml import etree

from .xml_text import local, parse, serialise

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["explicit_chart"]

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
