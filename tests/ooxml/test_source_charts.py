"""Charts say all themselves, whatever program saved the workbook they go into."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from support.examples import Examples
from support.oracles import libreoffice_resaved

from marketing_sheets.ooxml.source import explicit_chart
from marketing_sheets.workbooks import recalculate

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
SHOWN = ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
AS_OF = date(2024, 6, 28)


def charts(path: Path) -> Iterator[etree._Element]:
    """Walk the chart parts of a workbook."""
    with zipfile.ZipFile(path) as package:
        names = sorted(n for n in package.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n))
        yield from (etree.fromstring(package.read(name)) for name in names)


def said(element: etree._Element, name: str) -> str | None:
    """Return the value of a child, None where it is left unsaid."""
    child = element.find(f"{C}{name}")
    return None if child is None else child.get("val")


def prove_explicit(path: Path) -> None:
    """Fail unless every chart says what the schema would otherwise decide."""
    found = list(charts(path))
    assert len(found) >= 4
    for root in found:
        assert (said(root, "date1904"), said(root, "roundedCorners")) == ("0", "0")
        (chart,) = root.iter(f"{C}chart")
        assert said(chart, "autoTitleDeleted") == "0"
        assert (said(chart, "plotVisOnly"), said(chart, "dispBlanksAs")) == ("0", "gap")
        assert all(
            said(one, "overlay") for one in (*root.iter(f"{C}title"), *root.iter(f"{C}legend"))
        )
        for kind in (*root.iter(f"{C}barChart"), *root.iter(f"{C}lineChart")):
            assert said(kind, "varyColors") == "0"
            marks = "smooth" if etree.QName(kind).localname == "lineChart" else "invertIfNegative"
            assert {said(one, marks) for one in kind.iter(f"{C}ser")} == {"0"}
        for axis in (*root.iter(f"{C}catAx"), *root.iter(f"{C}valAx")):
            assert said(axis, "delete") in ("0", "1")
            assert said(axis, "majorTickMark") == said(axis, "minorTickMark") == "none"
        for label in (*root.iter(f"{C}dLbls"), *root.iter(f"{C}dLbl")):
            if said(label, "delete") is None:
                shown = {name: said(label, f"show{name}") for name in SHOWN}
                assert shown == dict.fromkeys(SHOWN, "0") | {"Val": "1"}


def test_every_chart_of_the_summary_is_explicit(examples: Examples) -> None:
    """Nothing is left to the defaults that apply in workbooks not by Excel 2007."""
    prove_explicit(examples().recalculated.receipt.output)


def test_what_is_said_stays_and_comes_in_order() -> None:
    """Values that are there are kept; added ones stand where the schema wants them."""
    xml = (
        f'<c:chartSpace xmlns:c="{C[1:-1]}"><c:lang val="en-US"/><c:chart><c:plotArea><c:lineChart>'
        '<c:grouping val="standard"/><c:ser><c:idx val="0"/><c:dLbls><c:dLbl><c:idx val="0"/>'
        '<c:delete val="1"/></c:dLbl><c:showVal val="1"/></c:dLbls><c:val/><c:smooth val="1"/>'
        '</c:ser><c:axId val="1"/></c:lineChart></c:plotArea><c:plotVisOnly val="1"/></c:chart>'
        "</c:chartSpace>"
    )
    root = etree.fromstring(explicit_chart(xml.encode(), "a.xlsx", "xl/charts/chart1.xml"))
    names = [etree.QName(child).localname for child in root]
    assert names == ["date1904", "lang", "roundedCorners", "chart"]
    (chart,) = root.iter(f"{C}chart")
    names = [etree.QName(child).localname for child in chart]
    assert names == ["autoTitleDeleted", "plotArea", "plotVisOnly", "dispBlanksAs"]
    assert said(chart, "plotVisOnly") == "1"
    (series,), (labels,), (gone,) = (root.iter(f"{C}{name}") for name in ("ser", "dLbls", "dLbl"))
    assert said(series, "smooth") == "1"
    assert [etree.QName(child).localname for child in labels] == [
        "dLbl",
        *(f"show{name}" for name in SHOWN),
    ]
    assert [etree.QName(child).localname for child in gone] == ["idx", "delete"]


@pytest.mark.slow
@pytest.mark.office
def test_charts_in_a_workbook_that_another_program_saved(
    examples: Examples, tmp_path: Path
) -> None:
    """After LibreOffice has saved the workbook (AppVersion 15) the new Summary is as explicit."""
    (saved,) = libreoffice_resaved(tmp_path, examples().recalculated.receipt.output)
    with zipfile.ZipFile(saved) as package:
        assert b"<AppVersion>15" in package.read("docProps/app.xml")
    recalculate(saved, as_of=AS_OF)
    prove_explicit(saved)
