"""Rules that hold between the cells of a row: those of the sheets, and those of a company."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.books import computed, draw, places

from marketing_sheets.checks.doubts import broken_checks
from marketing_sheets.formulas import compute
from marketing_sheets.loading import load_template
from marketing_sheets.reader import read_inputs

MASTER = "推广阶段|关键任务|执行部门|负责人|计划开始|计划结束|实际结束|状态|进度|预算金额".split(
    "|"
)
SCHEDULE = "活动阶段|关键任务|负责人|计划开始|计划结束|实际结束|状态".split("|")
ISSUES = "编号|问题描述|发生时间|影响程度|责任部门|负责人|预计解决|实际解决|状态".split("|")


@pytest.mark.parametrize(
    ("end", "status", "progress", "cells"),
    [
        (date(2024, 6, 5), "已完成", 1, []),
        (date(2024, 6, 5), "延期", 0.9, []),
        (date(2024, 6, 5), "已取消", 0.2, []),
        (None, "进行中", 0.5, []),
        (None, "已取消", 0.5, []),
        (date(2024, 6, 5), "已完成", 0.9, ["I2"]),
        (None, "已完成", 1, ["G2"]),
        ("-", "已完成", 1, ["G2"]),
        (date(2024, 6, 5), "进行中", 0.5, ["H2"]),
        (date(2024, 6, 5), "未开始", 0, ["H2"]),
        ("很快", "已完成", 1, []),
        ("待定", "已完成", 1, []),
        (date(2024, 6, 5), "快好了", 0.5, []),
        (date(2024, 6, 5), "已完成", "快了", []),
    ],
)
def test_status_must_agree_with_dates_and_progress(
    tmp_path: Path, end: object, status: str, progress: object, cells: list[str]
) -> None:
    """Contradictions are warned of at one cell; a cell named already has no second problem."""
    days = [date(2024, 6, 1), date(2024, 6, 5), end]
    task = ["筹备期", "一", "市场部", "张三", *days, status, progress, 10]
    reading = computed(tmp_path, 推进总表=[MASTER, task])
    assert places([*broken_checks(reading, None)]) == [("check_failed", cell) for cell in cells]


def test_the_schedule_and_the_issues_have_rules_too(tmp_path: Path) -> None:
    """An end without a done, a solution before the issue, a solved date of an open issue."""
    plan = [date(2024, 6, 1), date(2024, 6, 5)]
    schedule: list[list[object]] = [
        ["筹备期", "一", "张三", *plan, None, "已完成"],
        ["筹备期", "二", "张三", *plan, date(2024, 6, 5), "进行中"],
        ["筹备期", "三", "张三", *plan, date(2024, 6, 5), "已完成"],
    ]
    days = [date(2024, 6, 10), "高", "市场部", "张三", date(2024, 6, 12)]
    issues = [
        ["1", "甲", *days, date(2024, 6, 11), "处理中"],
        ["2", "乙", *days, date(2024, 6, 9), "已解决"],
        ["3", "丙", *days, None, "已解决"],
        ["4", "丁", *days, date(2024, 6, 10), "已解决"],
    ]
    reading = computed(tmp_path, 阶段进度=[SCHEDULE, *schedule], 问题跟踪=[ISSUES, *issues])
    found = [*broken_checks(reading, None)]
    assert places(found) == [("check_failed", cell) for cell in ("F2", "G3", "I2", "H3")]
    assert {problem.severity for problem in found} == {"warning"}
    assert found[-1].raw == "2024-06-09"
    assert (
        found[-1]
        .describe("en")
        .startswith('a.xlsx › 问题跟踪 › H3: "Solved on": It was solved before it occurred.')
    )


COMPANY = """
format = 1
id = "posts"
title = "Posts"

[settings.most]
label = "Most"
value = 2

[[sheets]]
id = "posts"
label = "帖子"
columns = [
    { id = "post", label = "帖子", key = true },
    { id = "day", type = "date", label = "日期" },
    { id = "fee", type = "money", label = "费用" },
    { id = "reads", type = "integer", label = "阅读" },
    { id = "cost", type = "money", label = "单价", formula = "fee / reads", undefined = "reason" },
]
checks = [
    { when = "cost > most", column = "fee", message = "单价太高。" },
    { when = "is_reason(cost)", column = "reads", message = "没有阅读。" },
    { when = "day > as_of", column = "day", message = "还没有到。" },
]
"""


def test_a_company_has_rules_of_its_own(tmp_path: Path) -> None:
    """Rules use computed columns, settings, reasons and the as-of day."""
    own = tmp_path / "posts.toml"
    own.write_text(COMPANY, encoding="utf-8")
    rows = [
        ["帖子", "日期", "费用", "阅读"],
        ["一", date(2024, 6, 1), 10, 4],
        ["二", date(2024, 7, 2), 8, 4],
        ["三", None, 8, 0],
        ["四", None, 8, None],
    ]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"帖子": rows}), template=load_template(own))
    day = date(2024, 7, 1)
    done = compute(reading.sheets["posts"], template=reading.template, as_of=day)
    reading = replace(reading, sheets={"posts": done}, settings={"most": 2.0})
    assert places([*broken_checks(reading, day)]) == [
        ("check_failed", cell) for cell in ("C2", "D4", "B3")
    ]
    assert places([*broken_checks(replace(reading, settings={"most": 3.0}), None)]) == [
        ("check_failed", "D4")
    ]
