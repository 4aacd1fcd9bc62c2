"""A Summary laid out like a report, and what a Summary leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from support.readings import issue, reading

from marketing_sheets.errors import TemplateError
from marketing_sheets.loading import check_template, library_template, load_template
from marketing_sheets.problems import Place, Problem
from marketing_sheets.records import Reading
from marketing_sheets.summary import Summary, phrase_text, summarize, text_of, write_summary
from marketing_sheets.summary.sheet import Mark, page_breaks
from marketing_sheets.texts import LANGUAGES, Language

DAY = date(2024, 7, 31)
STRATEGY = library_template("strategy_tracking")


def strategy() -> Reading:
    """Return a strategy of two modules, one of them late, with what people wrote about it."""
    july = {"planned": "2024-07-01~2024-07-31", "department": "marketing", "owner": "*经理"}
    tasks = [
        {
            **july,
            "stage": "品牌声量提升",
            "goal": "小红书曝光量2000万",
            "task": "KOL种草(100篇笔记)",
            "status": "late",
            "progress": 0.9,
            "issue": "3篇笔记审核超时",
            "solution": "增加1名审核专员",
        },
        {
            **july,
            "stage": "销售转化",
            "goal": "线上销售额15万",
            "task": "直播带货(4场)",
            "status": "done",
            "progress": 1.0,
            "solution": "已结束，不再列出",
        },
    ]
    metrics = [
        {"metric_class": "result", "metric": "线上销售额", "target": 15e4, "actual": 18e4},
        {
            "metric_class": "process",
            "metric": "直播场次",
            "target": 200.0,
            "actual": 130.0,
            "analysis": "封面文案吸引力不足",
        },
    ]
    issues = [
        issue("KOL爽约", "medium", action="启用备用名单", due_date="2024-07-22"),
        issue("服务器卡顿", "high", action="增加带宽", status="solved", due_date="2024-07-02"),
    ]
    return reading(
        {"strategy_master": tasks, "strategy_effect": metrics, "strategy_issues": issues},
        template=STRATEGY,
        as_of=DAY,
        form={"campaign_name": "2024年Q3"},
    )


def shown(summary: Summary, language: Language = "zh-Hans") -> list[str]:
    """Return the texts of the Summary's sheet in reading order."""
    data = write_summary(summary, language=language, sheet_name="汇总")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def test_the_strategy_is_laid_out_in_the_five_sections_of_the_report() -> None:
    """The chapters stand numbered in their order, with the sections that belong to them."""
    texts = shown(summarize(strategy(), as_of=DAY))
    order = (
        *("需要处理", "一、执行概况", "目标与核心动作", "阶段进度"),
        *("二、关键成果", "效果评估"),
        *("三、问题分析", "问题跟踪", "原因"),
        *("四、优化建议", "待落实的措施"),
        *("五、附件", "数据来源", "数据问题"),
    )
    at = [texts.index(text, texts.index("需要处理")) for text in order if text != "问题跟踪"]
    assert at == sorted(at)
    assert texts[-1].startswith("数据截至 2024-07-31")


@pytest.mark.parametrize("language", LANGUAGES)
def test_chapters_are_numbered_in_each_language(language: Language) -> None:
    """一、 in Chinese, 1. in English."""
    texts = shown(summarize(strategy(), as_of=DAY), language)
    first = {"zh-Hans": "一、执行概况", "zh-Hant": "一、執行概況", "en": "1. Overview"}[language]
    last = {"zh-Hans": "五、附件", "zh-Hant": "五、附件", "en": "5. Appendix"}[language]
    assert texts.index(first) < texts.index(last)


def test_the_overview_holds_goals_and_core_actions() -> None:
    """Each module with its goal, action, period, status and progress."""
    first = summarize(strategy(), as_of=DAY).report.goals[0]
    assert (first.module, first.goal, first.action) == (
        *("品牌声量提升", "小红书曝光量2000万"),
        "KOL种草(100篇笔记)",
    )
    assert (first.state, first.progress) == ("late", 0.9)
    assert text_of(first.who, "zh-Hans") == "市场部 · *经理"


def test_causes_are_quoted_with_their_place() -> None:
    """Missed metrics and tasks stand with what people wrote; what is fine does not."""
    causes = summarize(strategy(), as_of=DAY).report.causes
    assert [(text_of(one.what, "zh-Hans"), one.cause) for one in causes] == [
        ("直播场次 130，目标 200", "封面文案吸引力不足"),
        ("KOL种草(100篇笔记)", "3篇笔记审核超时"),
    ]
    assert causes[1].place.row == 7
    assert causes[0].gap is not None
    assert phrase_text(causes[0].gap, "zh-Hans") == "达成 65%"


def test_advice_lists_what_is_still_open() -> None:
    """Measures of open issues and unfinished tasks; a remark on a metric is a cause, no measure."""
    advice = summarize(strategy(), as_of=DAY).report.advice
    assert [(text_of(one.problem, "en"), one.measure) for one in advice] == [
        ("KOL爽约", "启用备用名单"),
        ("3篇笔记审核超时", "增加1名审核专员"),
    ]
    assert advice[0].due == date(2024, 7, 22)
    causes = summarize(strategy(), as_of=DAY).report.causes
    assert "封面文案吸引力不足" in [one.cause for one in causes]


def test_the_appendix_links_to_the_sheets() -> None:
    """Each sheet of the workbook with its number of rows."""
    sheets = summarize(strategy(), as_of=DAY).report.sheets
    assert [(one.place.sheet, one.rows) for one in sheets] == [
        *(("执行跟踪总表", 2), ("效果评估", 2), ("问题跟踪", 2)),
    ]


def test_an_empty_report_says_so() -> None:
    """Without any records the chapters stand, each with the line that says why it is empty."""
    texts = shown(summarize(reading({}, template=STRATEGY), as_of=DAY))
    assert "各表没有写原因。" in texts
    assert "没有待落实的措施。" in texts


def own_template(folder: Path, outline: str) -> Path:
    """Write a company's template with that outline."""
    path = folder / "own.toml"
    path.write_text(
        f"""
format = 1
id = "own"
title = "Own"
[summary]
outline = {outline}
[[sheets]]
use = "issue_log"
""",
        encoding="utf-8",
    )
    return path


def test_any_template_may_have_an_outline(tmp_path: Path) -> None:
    """Chapters stand in the order given; sections of others follow after the last."""
    template = load_template(own_template(tmp_path, '["advice", "problems"]'))
    assert template.outline == ("advice", "problems")
    assert check_template(template) == ()
    rows = [issue("a", "high", due_date="2024-06-01")]
    texts = shown(summarize(reading({"issue_log": rows}, template=template), as_of=DAY))
    order = ("一、优化建议", "二、问题分析", "数据来源", "数据问题")
    # A tile may have the name of a section: the last counts.
    at = [texts[::-1].index(text) for text in order]
    assert at == sorted(at, reverse=True)


def test_mistakes_in_an_outline_are_told_with_their_place(tmp_path: Path) -> None:
    """An unknown chapter comes with the nearest known one, a double chapter is a fault."""
    with pytest.raises(TemplateError) as caught:
        load_template(own_template(tmp_path, '["overview", "result"]'))
    (fault,) = caught.value.faults
    assert (fault.path, fault.code) == ("summary.outline[1]", "not_an_option")
    assert fault.params["near"] == "results"
    twice = load_template(own_template(tmp_path, '["advice", "advice"]'))
    assert [fault.path for fault in check_template(twice)] == ["summary.outline"]


def test_stages_without_money_have_no_columns_of_money() -> None:
    """The table of progress stands alone, without a chart."""
    texts = shown(summarize(strategy(), as_of=DAY))
    assert "阶段进度" in texts
    assert not {"预算与阶段进度", "预算  ", "支出  "} & set(texts)


def test_channels_show_only_the_columns_there_are() -> None:
    """Without cost there is neither a cost column nor a chart; without a target no verdict."""
    day = pd.Timestamp("2024-06-01")
    rows = [{"date": day, "channel": "douyin", "sales": 5.0, "impressions": 10}]
    summary = summarize(reading({"daily_data": rows}), as_of=DAY)
    texts = shown(summary)
    assert {"曝光量  ", "销售额  "} <= set(texts)
    assert not {"成本  ", "投产比  ", "获客成本  ", "未设目标"} & set(texts[texts.index("渠道") :])
    assert "只有一天的数据，两天起画走势图。" in texts


def test_issues_without_severity_are_listed_one_by_one() -> None:
    """Where the table knows no severity each open issue stands with its measure."""
    rows = [issue("a", None, action="补货"), issue("b", None, status="solved")]
    texts = shown(summarize(reading({"issue_log": rows}), as_of=DAY))
    assert "补货" in texts
    assert "最久未决" not in texts


def test_counts_fill_the_row_of_tiles() -> None:
    """Late tasks, metrics that met their target, open issues, and more, where nothing else does."""
    tiles = {tile.id: tile for tile in summarize(strategy(), as_of=DAY).tiles}
    assert list(tiles) == [
        *("progress", "tasks_late", "metrics_met", "issues_open", "due_soon", "tasks_done"),
    ]
    assert [tile.figure.value for tile in list(tiles.values())[1:4]] == [1, 1, 1]
    assert tiles["metrics_met"].state == "missed"
    assert phrase_text(tiles["metrics_met"].target, "en") == "Of 2 in all"


def test_a_report_prints_with_a_page_for_what_is_wrong() -> None:
    """The break stands before the third chapter."""
    data = write_summary(summarize(strategy(), as_of=DAY), language="zh-Hans", sheet_name="汇总")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    (row,) = (
        cell.row
        for (cell,) in sheet.iter_rows(min_col=2, max_col=2)
        if cell.value == "三、问题分析"
    )
    assert [one.id for one in sheet.row_breaks.brk] == [row - 1]


def test_pages_end_between_sections() -> None:
    """A page takes as many sections as it holds, and ends early where something new begins."""
    tops = (300.0, 700.0, 1100.0, 1900.0)
    marks = [Mark(row=n, top=top) for n, top in enumerate(tops)]
    assert page_breaks(marks, end=1000.0) == []
    assert page_breaks(marks, end=2000.0) == [1, 2]
    apt = [replace(mark, is_apt=mark.row == 2) for mark in marks]
    assert page_breaks(apt, end=2000.0) == [1, 2]
    early = [Mark(row=1, top=650.0, is_apt=True), Mark(row=2, top=900.0)]
    assert page_breaks(early, end=1200.0) == [1]
    # A section longer than a page has nowhere else to go.
    assert page_breaks([Mark(row=4, top=0.0), Mark(row=9, top=1500.0)], end=2000.0) == [9]


@pytest.mark.parametrize("language", LANGUAGES)
def test_hints_stand_last_and_are_counted_beyond_ten(language: Language) -> None:
    """What could be written better stands under the data problems, and is no data problem."""
    label = STRATEGY["strategy_effect"].label
    hints = tuple(
        Problem(
            code="words_vague",
            place=Place(sheet="a", row=row, column=2),
            params={"column": label, "word": "做推广"},
        )
        for row in range(7, 19)
    )
    summary = summarize(replace(strategy(), problems=hints), as_of=DAY)
    assert (summary.problems, summary.hints) == ((), hints)
    texts = shown(summary, language)
    title = {"zh-Hans": "填写建议", "zh-Hant": "填寫建議", "en": "Suggestions"}[language]
    at = texts.index(title)
    assert sum("做推广" in text for text in texts[at:]) == 10
    assert any("2" in text for text in texts[at + 22 :])
    assert title not in shown(summarize(strategy(), as_of=DAY), language)
