"""Days far from the campaign, and rows that look like doubles."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from support.books import draw, places

from marketing_sheets.reader import read_inputs
from marketing_sheets.texts import say

ISSUES = "编号|问题描述|发生时间|影响程度|责任部门|负责人|预计解决|实际解决|状态".split("|")


@pytest.mark.parametrize(
    ("day", "is_far"),
    [
        (date(2024, 6, 1), False),
        (date(2023, 5, 1), False),
        (date(2023, 4, 30), True),
        (date(2025, 7, 16), False),
        (date(2025, 7, 17), True),
        (date(2042, 6, 2), True),
        (datetime(2042, 6, 2, 14, 30), False),
    ],
)
def test_days_far_from_the_campaign_are_warned_of(tmp_path: Path, day: date, is_far: bool) -> None:
    """More than 366 days before its start or after its end is used, and doubted."""
    form = [["活动名称", "大促"], ["开始日期", date(2024, 5, 1)], ["结束日期", date(2024, 7, 15)]]
    rows = [["日期", "渠道", "曝光量"], [day, "抖音", 100]]
    for tabs in ({"每日数据": rows, "填写说明": form}, {"每日数据": rows}):
        reading = read_inputs(draw(tmp_path / "a.xlsx", tabs))
        told = [p for p in reading.problems if p.code == "date_far"]
        wanted = [("date_far", "A2")] if is_far and len(tabs) == 2 else []
        assert places(told) == wanted
        assert reading.sheets["daily_data"].frame["date"].isna().all() == isinstance(day, datetime)


def test_rows_of_different_departments_are_no_doubles(tmp_path: Path) -> None:
    """In a merged workbook one key from two files is told by the log; from one file it doubles."""
    traces = [say("sheets", f"trace.{name}", "zh-Hans") for name in ("department", "file", "row")]
    rows = [
        ("市场部", "a.xlsx", 7),
        ("销售部", "b.xlsx", 7),
        ("市场部", "a.xlsx", 8),
        (None, None, None),
    ]
    table = [
        [*ISSUES, *traces],
        *(
            ["1", "x", date(2024, 6, 1), "高", "市场部", "张三", None, None, "待处理", *t]
            for t in rows
        ),
    ]
    found = read_inputs(draw(tmp_path / "a.xlsx", {"问题与应对": table}))
    doubles = [p for p in found.problems if p.code == "duplicate_key"]
    assert [(p.place.row, p.params["row"]) for p in doubles] == [(4, 2), (5, 2)]
