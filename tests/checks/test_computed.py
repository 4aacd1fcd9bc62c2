"""What whole records reveal: results typed over, rules broken, dates far from the campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from support.books import draw

from marketing_sheets.checks.computed import computed_doubts
from marketing_sheets.checks.doubts import broken_checks
from marketing_sheets.formulas import compute
from marketing_sheets.loading import load_template
from marketing_sheets.problems import Problem
from marketing_sheets.reader import read_workbook
from marketing_sheets.records import Reading
from marketing_sheets.texts import say

EVALUATION = "类别|指标|方向|单位|目标值|实际值|达成率|是否达标|环比".split("|")
MASTER = "推广阶段|关键任务|执行部门|负责人|计划开始|计划结束|实际结束|状态|进度|预算金额".split(
    "|"
)
SCHEDULE = "活动阶段|关键任务|负责人|计划开始|计划结束|实际结束|状态".split("|")
ISSUES = "编号|问题描述|发生时间|影响程度|责任部门|负责人|预计解决|实际解决|状态".split("|")


def computed(path: Path, **sheets: Sequence[Sequence[object]]) -> Reading:
    """Read a workbook of the given tabs and compute it."""
    reading = read_workbook(draw(path / "a.xlsx", sheets))
    done = {
        name: compute(records, template=reading.template, as_of=date(2024, 7, 1))
        for name, records in reading.sheets.items()
    }
    return replace(reading, sheets=done)


def places(problems: Sequence[Problem]) -> list[tuple[str, str | None]]:
    """List problems as code and cell."""
    return [(problem.code, problem.place.cell) for problem in problems]


@pytest.mark.parametrize(
    ("achieved", "verdict", "change", "cells"),
    [
        (0.8, "未达标", "无数据", []),
        (0.8, "Missed", "No data", []),
        (None, None, None, []),
        ("", "", "", []),
        ("80%", "▼ 未达标", "無數據", []),
        ("#DIV/0!", "#N/A", "", []),
        ("完成", "未达标", "", ["G2"]),
        ("100%", "未达标", "", ["G2"]),
        ("无数据", "达标", "", ["H2"]),
        (0.8, "还行", "", ["H2"]),
        (0.9, "Met", "", ["G2", "H2"]),
    ],
)
def test_words_typed_over_a_formula_are_found(
    tmp_path: Path, achieved: object, verdict: object, change: object, cells: list[str]
) -> None:
    """A text in place of our number, or another choice; reasons and labels pass in any language."""
    row = ["结果指标", "某指标", "↑ 越高越好", "数值", 100, 80, achieved, verdict, change]
    reading = computed(tmp_path, 效果评估=[EVALUATION, row])
    assert places(computed_doubts(reading)) == [("computed_differs", cell) for cell in cells]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("81%", ["formula_overwritten"]),
        (0.81, ["formula_overwritten"]),
        (0.813, ["formula_overwritten"]),
        ("81.3%", ["formula_overwritten"]),
        (0.8125, []),
        ("81.25%", []),
        (0.82, ["computed_differs"]),
        ("80%", ["computed_differs"]),
        (1, ["computed_differs"]),
        (0.8133333333333334, ["computed_differs"]),
    ],
)
def test_a_rounded_result_is_ours_as_far_as_it_goes(
    tmp_path: Path, typed: object, codes: list[str]
) -> None:
    """81 % for 0.8125 agrees in what it says; 82 % does not, nor does an old result in full."""
    row = ["结果指标", "某指标", "↑ 越高越好", "%", "8%", "6.5%", typed]
    reading = computed(tmp_path, 效果评估=[EVALUATION[:7], row])
    assert places(computed_doubts(reading)) == [(code, "G2") for code in codes]


def test_rounded_results_are_told_once_a_column_in_plain_figures(tmp_path: Path) -> None:
    """The line counts them, and says the first as people read it."""
    rows = [
        ["结果指标", f"指标{n}", "↑ 越高越好", "%", "8%", "6.5%", "81%" if n < 3 else 1.022222222]
        for n in range(4)
    ]
    told = computed_doubts(computed(tmp_path, 效果评估=[EVALUATION[:7], *rows]))
    rounded = next(p for p in told if p.code == "formula_overwritten")
    assert (rounded.severity, rounded.place.cell) == ("info", "G2")
    assert "3 处写的是约数，如 81%（计算结果为 81.25%）：G2、G3、G4" in rounded.message("zh-Hans")
    differs = next(p for p in told if p.code == "computed_differs")
    assert differs.message("zh-Hans") == "“达成率”的计算结果应为 81.25%，表中为 102.22%。"


def test_the_choice_we_come_to_is_called_by_its_label(tmp_path: Path) -> None:
    """The message names both choices in the reader's language."""
    row = ["结果指标", "某指标", "↑ 越高越好", "数值", 100, 80, None, "达标", None]
    (problem,) = computed_doubts(computed(tmp_path, 效果评估=[EVALUATION, row]))
    assert problem.message("zh-Hans") == "“是否达标”的计算结果应为 未达标，表中为 达标。"
    assert problem.message("en") == '"Verdict" should come to Missed; the sheet shows 达标.'


def test_a_result_we_do_not_have_is_not_compared(tmp_path: Path) -> None:
    """Where a cell was left out Excel's own result stands unchallenged: its cause is named."""
    row = ["结果指标", "某指标", "↑ 越高越好", "数值", 100, "约80", 0.8, "未达标", None]
    assert computed_doubts(computed(tmp_path, 效果评估=[EVALUATION, row])) == ()


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
    reading = read_workbook(draw(tmp_path / "a.xlsx", {"帖子": rows}), template=load_template(own))
    day = date(2024, 7, 1)
    done = compute(reading.sheets["posts"], template=reading.template, as_of=day)
    reading = replace(reading, sheets={"posts": done}, settings={"most": 2.0})
    assert places([*broken_checks(reading, day)]) == [
        ("check_failed", cell) for cell in ("C2", "D4", "B3")
    ]
    assert places([*broken_checks(replace(reading, settings={"most": 3.0}), None)]) == [
        ("check_failed", "D4")
    ]


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
        reading = read_workbook(draw(tmp_path / "a.xlsx", tabs))
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
    found = read_workbook(draw(tmp_path / "a.xlsx", {"问题与应对": table}))
    doubles = [p for p in found.problems if p.code == "duplicate_key"]
    assert [(p.place.row, p.params["row"]) for p in doubles] == [(4, 2), (5, 2)]
