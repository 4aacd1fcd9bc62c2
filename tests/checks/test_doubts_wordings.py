"""Words that say too little, and the many that say enough."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from support.source_documents import DOCUMENTS, PERIODS, table

from marketing_sheets.checks.doubts import wording_doubts
from marketing_sheets.loading import library_template, load_template
from marketing_sheets.reader import read_csv_records
from marketing_sheets.records import Reading
from marketing_sheets.texts import LANGUAGES, Language, templates_folder


def reading(folder: Path, template: str, sheet: str, rows: list[list[str]]) -> Reading:
    """Read one table out of a CSV file, its header first."""
    with (folder / f"{sheet}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    loaded = load_template(template)
    start, end = PERIODS.get(template, (None, None))
    form = {"start_date": start, "end_date": end}
    sheets, _ = read_csv_records(folder, loaded, form=form, language="zh-Hans")
    return Reading(template=loaded, language="zh-Hans", file=None, form={}, sheets=sheets)


def hints(folder: Path, template: str, sheet: str, *rows: dict[str, str]) -> list[tuple[str, str]]:
    """Return code and column of what is found in rows given by column id."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[row.get(name, "") for name in names] for row in rows]
    found = wording_doubts(reading(folder, template, sheet, [names, *cells]))
    return [(problem.code, problem.column or "") for problem in found]


DESERVED = {("execution_plan", "execution_plan"): [("goal_vague", "保证策略可跟进、可优化")]}


@pytest.mark.parametrize(
    ("template", "sheet"), [(name, sheet) for name, all_ in DOCUMENTS.items() for sheet in all_]
)
def test_the_documents_rows(tmp_path: Path, template: str, sheet: str) -> None:
    """Of all rows of the documents one breaks their own rules: a goal without figure or end."""
    found = wording_doubts(reading(tmp_path, template, sheet, table(DOCUMENTS[template][sheet])))
    assert [(p.code, p.raw) for p in found] == DESERVED.get((template, sheet), [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_rows(language: Language) -> None:
    """Nothing in the example campaign is pointed out, in no language."""
    template = library_template("campaign_tracker")
    folder = templates_folder() / "examples" / template.id / language
    sheets, _ = read_csv_records(folder, template, form={}, language=language)
    found = Reading(template=template, language=language, file=None, form={}, sheets=sheets)
    assert len(sheets["issue_log"].frame) > 3
    assert wording_doubts(found) == ()


@pytest.mark.parametrize(
    ("goal", "weeks", "code"),
    [
        ("3个月内新增用户5万人", "", None),
        ("三个月内销量翻倍", "", None),
        ("3個月內品牌搜索量提升50%", "", None),
        ("50,000 new users within 3 months", "", None),
        ("Q3销售额达到200万", "", None),
        ("6月30日前签约10家", "", None),
        ("线上销量提升30%", "第3-8周", None),
        ("线上销量提升30%", "", "goal_without_deadline"),
        ("ROI 4.5", "", "goal_without_deadline"),
        ("線上銷量提升30%", "", "goal_without_deadline"),
        ("30% more online sales", "持续执行", "goal_without_deadline"),
        ("3个月内提升品牌搜索量", "", "goal_without_figure"),
        ("618期间提高销量", "", "goal_without_figure"),
        ("Win customers by the end of June", "", "goal_without_figure"),
        ("提升品牌知名度", "第1-10周", "goal_without_figure"),
        ("提升品牌知名度", "", "goal_vague"),
        ("提升品牌影響力", "", "goal_vague"),
        ("Raise brand awareness", "", "goal_vague"),
        ("无", "", None),
    ],
)
def test_goals(tmp_path: Path, goal: str, weeks: str, code: str | None) -> None:
    """A goal needs a figure and a deadline; the period's own number is no figure."""
    row = {"task": "增长", "goal": goal, "weeks": weeks}
    expected = [] if code is None else [(code, "goal")]
    assert hints(tmp_path, "execution_plan", "execution_plan", row) == expected


def test_a_goal_over_several_rows(tmp_path: Path) -> None:
    """The figure may stand in the KPI of any row the goal is filled down to."""
    first = {"stage": "启动期", "goal": "实现声量积累", "task": "发布笔记"}
    dates = {"planned_start": "2023-05-11", "planned_end": "2023-05-15"}
    second = {"task": "上线广告", "kpi": "点击率≥2%"}
    name = "promotion_master"
    assert hints(tmp_path, "promotion_tracking", name, first | dates, second) == []
    assert hints(tmp_path, "promotion_tracking", name, first | dates) == [
        ("goal_without_figure", "goal")
    ]
    same = second | {"goal": first["goal"]}
    assert hints(tmp_path, "promotion_tracking", name, first | dates, same) == []
    other = {**second, "stage": "爆发期", "goal": "销售额50万"}
    assert ("goal_without_figure", "goal") in hints(
        tmp_path, "promotion_tracking", name, first | dates, other | dates
    )


@pytest.mark.parametrize(
    ("text", "is_vague"),
    [
        ("活动效果不佳", True),
        ("活動效果不佳。", True),
        ("本次活动效果不佳", True),
        ("The results were poor", True),
        ("抖音直播点击率6.5%，低于目标8%，因封面不吸引", False),
        ("活动效果不佳，点击率6.5%", False),
        ("门店客流被竞品开业分走，活动效果不佳", False),
        ("线下门店赠品缺货", False),
        ("完成推广前期准备", False),
    ],
)
def test_vague_issues(tmp_path: Path, text: str, is_vague: bool) -> None:
    """Nothing but a vague phrase is pointed out; a figure or a cause beside it is enough."""
    row = {"description": text, "action": "更换封面图片并重新发布"}
    expected = [("words_vague", "description")] if is_vague else []
    assert hints(tmp_path, "strategy_tracking", "strategy_issues", row) == expected


@pytest.mark.parametrize(
    ("text", "is_vague"),
    [
        ("提升转化率", True),
        ("进一步提升轉化率", True),
        ("做推广", True),
        ("Improve conversion", True),
        ("简化注册流程，提升转化率", False),
        ("转化率提升至5.5%", False),
        ("制作素材+投放+数据监控", False),
        ("Shorten the form to three fields to improve conversion", False),
    ],
)
def test_vague_actions(tmp_path: Path, text: str, is_vague: bool) -> None:
    """An action names steps: 做推广 and 提升转化率 alone are none."""
    row = {"description": "注册转化率仅4%", "action": text}
    expected = [("words_vague", "action")] if is_vague else []
    assert hints(tmp_path, "campaign_review", "improvement_actions", row) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("我觉得标题不好", "我觉得"),
        ("大概可能是天气", "大概"),
        ("應該是標題的問題", "應該是"),
        ("可能是竞品降价", "可能是"),
        ("销售不努力导致转化低", "不努力"),
        ("I think the title was weak", "I think"),
        ("注册步骤5步，用户操作耗时过长", None),
        ("平均转化周期延长3天", None),
        ("用户感觉价格偏高", None),
        ("可能性较低的渠道已停投", None),
    ],
)
def test_opinions(tmp_path: Path, text: str, word: str | None) -> None:
    """Opinions and guesses are pointed out in the words that were typed."""
    row = {"description": "注册转化率仅4%", "cause": text, "action": "减少手机号验证"}
    found = wording_doubts(
        reading(tmp_path, "campaign_review", "improvement_actions", [[*row], [*row.values()]])
    )
    assert [p.code for p in found] == (["words_subjective"] if word else [])
    for problem in found:
        assert f"“{word}”" in problem.message("zh-Hans")


def test_an_issue_without_a_measure(tmp_path: Path) -> None:
    """An issue that was written down needs what is done about it; 无 is no issue."""
    sheet = ("strategy_tracking", "strategy_master")
    row = {"stage": "品牌", "task": "种草", "issue": "3篇笔记审核超时"}
    assert hints(tmp_path, *sheet, row) == [("action_incomplete", "issue")]
    assert hints(tmp_path, *sheet, row | {"solution": "-"}) == [("action_incomplete", "issue")]
    assert hints(tmp_path, *sheet, row | {"solution": "增加1名审核专员"}) == []
    assert hints(tmp_path, *sheet, row | {"issue": "无"}) == []


def test_an_adjustment_without_a_date(tmp_path: Path) -> None:
    """What is missing is named by its label; a required column is reported as blank already."""
    row = {"stage": "执行期", "metric": "转化率", "target": "5%", "adjustment": "减少步骤"}
    [problem] = wording_doubts(
        reading(tmp_path, "campaign_process", "stage_review", [[*row], [*row.values()]])
    )
    assert problem.code == "action_incomplete"
    assert "“完成时间”" in problem.message("zh-Hans")
    assert "「完成時間」" in problem.message("zh-Hant")
    assert '"Due"' in problem.message("en")


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    """Several blank companions make one hint."""
    row = {"stage": "执行期", "metric": "转化率", "target": "5%", "adjustment": "减少步骤"}
    found = reading(tmp_path, "campaign_process", "stage_review", [[*row], [*row.values()]])
    sheet = next(one for one in found.template.tables if one.id == "stage_review")
    loose = replace(sheet, columns=tuple(replace(c, is_required=False) for c in sheet.columns))
    sheets = tuple(loose if one is sheet else one for one in found.template.sheets)
    [problem] = wording_doubts(replace(found, template=replace(found.template, sheets=sheets)))
    assert "预期效果、责任人、完成时间" in problem.message("zh-Hans")
    assert "Owner, Due" in problem.message("en")


def test_a_risk_without_a_response(tmp_path: Path) -> None:
    """A fallback is written as risk and response."""
    row = {"task": "增长", "goal": "3个月新增5万人", "risk_plan": "数据延迟：备用统计表；竞品降价"}
    assert hints(tmp_path, "execution_plan", "execution_plan", row) == [
        ("risk_without_response", "risk_plan")
    ]


def test_every_hint_says_what_to_add(tmp_path: Path) -> None:
    """Each is an info at its own cell, with a hint in every language."""
    row = {"task": "增长", "goal": "提升品牌知名度", "measures": "做推广", "risk_plan": "降价"}
    found = wording_doubts(
        reading(tmp_path, "execution_plan", "execution_plan", [[*row], [*row.values()]])
    )
    assert [p.code for p in found] == ["goal_vague", "words_vague", "risk_without_response"]
    for problem in found:
        assert problem.severity == "info"
        assert problem.place.row == 2
        assert all(problem.message(name) and problem.hint(name) for name in LANGUAGES)


def test_a_deadline_that_cannot_be_read_is_not_asked_for_again(tmp_path: Path) -> None:
    """What is wrong with the date is told at its cell; that there is none would be a false hint."""
    row = {"stage": "执行期", "metric": "转化率", "target": "5%", "adjustment": "减少步骤"}
    row |= {"expected_effect": "转化率5%", "owner": "张三"}
    sheet = ("campaign_process", "stage_review")
    assert hints(tmp_path, *sheet, row) == [("action_incomplete", "adjustment")]
    assert hints(tmp_path, *sheet, row | {"due_date": "7月底左右吧"}) == []
    assert hints(tmp_path, *sheet, row | {"due_date": "待定"}) == [
        ("action_incomplete", "adjustment")
    ]
