"""Charts as drawings for a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from support.readings import AS_OF, campaign

from marketing_sheets.report.blocks import ChartBlock
from marketing_sheets.report.content import document_of
from marketing_sheets.report.drawing import svg_of
from marketing_sheets.report.recorder import BlockCanvas
from marketing_sheets.summary import summarize, width_of
from marketing_sheets.summary.charts import (
    achievement_chart,
    budget_chart,
    roas_chart,
    shares_chart,
    trend_chart,
)


def _charts() -> list[ChartBlock]:
    document = document_of(summarize(campaign(), as_of=AS_OF), "zh-Hans")
    return [block for block in document.blocks if isinstance(block, ChartBlock)]


def _trend(sales: list[float | None], roas: list[float | None]) -> ChartBlock:
    canvas = BlockCanvas("en")
    names = [f"{date(2024, 6, 1 + at):%d}" for at in range(len(sales))]
    trend_chart(canvas, names, sales, roas, title="Sales", scale="plain", at=0)
    (chart,) = canvas.finished()
    assert isinstance(chart, ChartBlock)
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


def _extremes(values: Sequence[float | None]) -> list[Any]:
    """Each kind of chart with these values under names of all lengths."""
    names = [
        "抖音信息流与小红书达人矩阵投放（华东大区）Long name" if at % 2 else f"渠道{at}"
        for at in range(len(values))
    ]
    verdicts = ["met", "close", "missed", None] * len(values)
    known = [value or 0.0 for value in values]
    large = [None if value is None else value * 1e9 for value in values]
    days = [str(at + 1) for at in range(len(values))]
    canvas, title = BlockCanvas("en"), "A title of some words"
    tall = 80 + 24 * len(names)
    if any(value is not None for value in values):
        lines: list[Sequence[float]] = [()] * len(values)
        achievement_chart(
            canvas,
            names,
            values,
            verdicts[: len(names)],
            lines=lines,
            title=title,
            at=0,
            height=tall,
        )
    for scale in (1, 1e6):
        bars = [value * scale for value in known]
        roas_chart(canvas, names, bars, verdicts[: len(names)], title=title, target=1e6, at=0)
    shares_chart(canvas, names, values, known, title=title, column=1, at=0)
    trend_chart(canvas, days, large, large, title=title, scale="plain", at=0)
    for flat in (True, False):
        budget_chart(
            canvas,
            names,
            large,
            large,
            title=title,
            scale="plain",
            at=0,
            height=tall,
            is_flat=flat,
        )
    return canvas.finished()


@pytest.mark.parametrize(
    "values",
    [[1.2], [-0.5, -2.0, 0.3], [30.0, 0.01, 12.0], [None, None], [0.1 * at for at in range(31)]],
    ids=["one", "negative", "apart", "blank", "many"],
)
def test_every_text_is_inside_its_picture(values: list[float | None]) -> None:
    """No name, figure or mark of an axis is cut at an edge, nor lies on another."""
    for chart in _extremes(values):
        drawn, boxes = svg_of(chart), []
        for text in drawn.iterfind("text"):
            size, is_bold = float(text.get("font-size")), text.get("font-weight") == "bold"
            wide = width_of(text.text or "", size * 0.75, bold=is_bold)
            x, y = float(text.get("x")), float(text.get("y"))
            x -= wide * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor")]
            assert -0.5 <= x <= x + wide <= chart.width + 0.5, text.text
            assert size * 0.7 < y < chart.height
            boxes.append((x, x + wide, y, text.text))
        for one, two in combinations(boxes, 2):
            is_beside = min(one[1], two[1]) - max(one[0], two[0]) < 6
            assert is_beside or abs(one[2] - two[2]) > 5, (one, two)


def test_bars_have_the_scale_they_have_on_the_sheet() -> None:
    """Bars across that carry no figures stand over marked lines, and begin at nothing."""
    canvas = BlockCanvas("en")
    budget_chart(
        canvas,
        ["a", "b"],
        [100.0, 200.0],
        [-100.0, None],
        title="Budget",
        scale="plain",
        at=0,
        height=120,
        is_flat=True,
    )
    (chart,) = canvas.finished()
    assert isinstance(chart, ChartBlock)
    drawn = svg_of(chart)
    marks = {text.text: float(text.get("x")) for text in drawn.iterfind("text")}
    assert marks["-100"] < marks["0"] < marks["100"] < marks["200"]
    bars = [(float(r.get("x")), float(r.get("width"))) for r in drawn.findall("rect")][-3:]
    ends = sorted({round(one) for x, width in bars for one in (x, x + width)})
    assert ends == pytest.approx([marks[name] for name in ("-100", "0", "100", "200")], abs=1)
