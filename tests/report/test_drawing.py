"""Charts as drawings for a page."""

from __future__ import annotations

from datetime import date

import pytest
from support.readings import AS_OF, campaign

from marketing_sheets.report.blocks import Chart
from marketing_sheets.report.content import document_of
from marketing_sheets.report.drawing import svg_of
from marketing_sheets.report.recorder import BlockCanvas
from marketing_sheets.summary import summarize
from marketing_sheets.summary.charts import trend_chart


def _charts() -> list[Chart]:
    document = document_of(summarize(campaign(), as_of=AS_OF), "zh-Hans")
    return [block for block in document.blocks if isinstance(block, Chart)]


def _trend(sales: list[float | None], roas: list[float | None]) -> Chart:
    canvas = BlockCanvas("en")
    names = [f"{date(2024, 6, 1 + at):%d}" for at in range(len(sales))]
    trend_chart(canvas, names, sales, roas, title="Sales", scale="plain", at=0)
    (chart,) = canvas.finished()
    assert isinstance(chart, Chart)
    return chart


def test_every_chart_of_a_campaign_is_drawn_with_its_title() -> None:
    """Bars across, columns and lines: each has an accessible name, and marks of what it shows."""
    charts = _charts()
    assert len(charts) >= 4
    for chart in charts:
        drawn = svg_of(chart)
        assert drawn.get("aria-label") == chart.told != ""
        assert drawn.findall("rect")
        assert drawn.findall("text")


def test_a_gap_is_a_gap_and_no_zero() -> None:
    """A day without figures has no column, and the line is parted there."""
    drawn = svg_of(_trend([1.0, None, 3.0, 4.0], [2.0, 2.0, None, 3.0]))
    columns = [one for one in drawn.findall("rect") if one.get("fill") == "#9DBFDB"]
    assert len(columns) == 3 + 1  # and the legend's
    lines = [one.get("points") for one in drawn.findall("polyline[@stroke-width='2']")]
    assert [len(points.split()) for points in lines if "14.0" not in points] == [2]
    assert len(drawn.findall("circle")) == 1


@pytest.mark.parametrize("low", [-50.0, 0.0])
def test_nothing_is_drawn_outside_the_picture(low: float) -> None:
    """Columns below nothing hang from the base line, and none leaves the picture."""
    chart = _trend([low, 100.0, 30.0], [1.0, 2.0, 3.0])
    for one in svg_of(chart).findall("rect"):
        top, height = float(one.get("y")), float(one.get("height"))
        assert 0 <= top <= top + height <= chart.height
