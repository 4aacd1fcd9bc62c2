"""The table of the documents' rules: complete, true to the data, and each rule at work.

Whatever the table says keeps a rule is shown to do so on a row as it should be, and to say nothing
(or to complain, where complaining is the point) on a row that is bare or odd.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from support.readings import reading
from support.rule_cases import CASES
from support.source_documents import DOCUMENTS, NAMED, table

from marketing_sheets.checks.doubts import wording_doubts
from marketing_sheets.loading import library_template, template_names
from marketing_sheets.problems import Place
from marketing_sheets.records import Reading
from marketing_sheets.template import Setting, TableSheet, Template, bind_metric
from marketing_sheets.texts import LANGUAGES, fold, fold_label, templates_folder
from marketing_sheets.values import choice_spellings
from marketing_sheets.workbooks import check_workbook, generate_workbook
from marketing_sheets.writer.settings import shown_settings

TEXT = (templates_folder() / "RULES.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| (R\d{3}-\d{2}) \| (.+?) \| (.+) \|$", re.MULTILINE)
TABLE = [(rule, kept) for rule, _, kept in LINE.findall(TEXT)]
KEEPERS = {
    rule: re.findall(r"`(\w+):([\w.]+)`", kept) for rule, kept in TABLE if kept.startswith("`")
}
NAMES = sorted({keeper for keepers in KEEPERS.values() for keeper in keepers})
# How many rules each document has.
COUNTS = {"R000": 22, "R001": 20, "R002": 18, "R003": 33, "R004": 20}
FIRST, FULL, BARE, ODD = 7, 0, 1, 2

FORM: dict[str, object] = {
    "campaign_name": "618大促",
    "start_date": date(2024, 6, 1),
    "end_date": date(2024, 7, 31),
    "as_of": date(2024, 7, 31),
    "budget": 1000,
    "target_roas": 4,
}
PLAN: dict[str, object] = {"management_approved_on": date(2024, 5, 25)}
# What the first row of a document lacks, and rows that break a rule.
MORE: Mapping[str, Mapping[str, object]] = {"execution_log": {"negative_comments": 51}}
OWN: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "campaign_tracker": {
        "issue_log": {"description": "缺货", "occurred_on": "2024-06-28", "scope": "3家门店"}
    }
}
BROKEN: Mapping[str, Mapping[str, object]] = {
    "strategy_effect": {"metric": "收藏数", "period_change": "+15%"},
    "channel_effect": {"channel": "小红书KOL", "content": "头部KOL(1篇)"},
    "execution_plan": {"task": "活动执行", "risk_plan": "天气不好"},
}
# The figure or text each column has in the row as it should be.
FIGURES: Mapping[str, object] = {
    "channel_effect.cac": 30_000 / 225,
    "channel_effect.content": "头部KOL(1篇)",
    "channel_effect.ctr_points": 10,
    "channel_effect.cvr_points": 1.5,
    "channel_effect.net_roi": 2,
    "channel_effect.roas": 3,
    "cost_settlement.budget_gap": 12_000,
    "effect_summary.achievement": 1.2,
    "execution_log.negative_comments": 51,
    "execution_plan.budget": 30_000,
    "execution_report.variance": -500_000,
    "goal_alignment.goal_1_value": 10_000,
    "improvement_actions.overdue_days": 0,
    "issue_log.occurred_on": pd.Timestamp("2024-06-28"),
    "issue_log.scope": "3家门店",
    "metric_evaluation.achievement": 0.9,
    "metric_evaluation.direction": "higher",
    "metric_evaluation.gap_rate": -0.1,
    "metric_evaluation.variance": -500_000,
    "metric_evaluation.verdict": "close",
    "preliminary_evaluation.is_clean": "yes",
    "preliminary_evaluation.source": "后台截图",
    "promotion_master.kpi_achievement": 1,
    "strategy_effect.achievement": 1.1,
    "strategy_effect.period_change": 0.15,
    "strategy_effect.target_value": 20_000_000,
    "strategy_phases.delay_days": 0,
    "task_tracking.delay_days": 1,
}
# A wording that breaks a rule on text, and one that does not; what else the row then holds.
WORDINGS: Mapping[str, tuple[str, str, Mapping[str, object]]] = {
    "execution_plan.goal": ("保证策略可跟进、可优化", "3个月内新增用户5万人", {}),
    "execution_plan.measures": ("做推广", "小红书种草笔记10篇，抖音直播4场", {}),
    "goal_alignment.goals": (
        "提升品牌知名度",
        "新增注册用户1万人",
        {"period": "2024-07-01~2024-07-15"},
    ),
    "improvement_actions.action": ("提升转化率", "简化注册流程，减少手机号验证", {}),
    "improvement_actions.cause": ("我觉得素材不好", "注册步骤5步，用户操作耗时过长", {}),
    "improvement_actions.description": ("活动效果不佳", "注册转化率仅4%，低于目标5%", {}),
    "issue_log.description": (
        "活动效果不佳",
        "注册转化率仅4%，低于目标5%",
        {"action": "简化注册流程", "owner": "李策划", "due_date": pd.Timestamp("2024-08-10")},
    ),
    "promotion_detail.steps": ("做推广", "制作短视频3条，投放抖音信息流", {}),
    "promotion_master.goal": ("提升品牌知名度", "3个月内品牌搜索量提升50%", {}),
    "promotion_master.issue": ("活动效果不佳", "无", {}),
    "strategy_issues.description": ("活动效果不佳", "KOL爽约", {}),
}


def home(sheet_id: str) -> Template:
    """Return the template a sheet is shown in."""
    owners = (library_template(name) for name in template_names())
    return next(t for t in owners if any(sheet.id == sheet_id for sheet in t.sheets))


def sheet_of(sheet_id: str) -> TableSheet:
    """Return a table by its id."""
    sheet = home(sheet_id)[sheet_id]
    assert isinstance(sheet, TableSheet)
    return sheet


def rows_of(template: Template) -> dict[str, list[dict[str, object]]]:
    """Return per sheet a row as it should be, a bare one, and perhaps one that breaks a rule."""
    found: dict[str, list[dict[str, object]]] = {}
    texts = {**DOCUMENTS.get(template.id, {}), **NAMED.get(template.id, {})}
    for sheet in template.tables:
        if template.host(sheet.id) is not None:
            continue
        full: dict[str, object] = dict(OWN.get(template.id, {}).get(sheet.id, {}))
        if sheet.id in texts:
            cells = table(texts[sheet.id])[1]
            full |= dict(zip((column.id for column in sheet.columns), cells, strict=False))
        if not full:
            continue
        words = (c.id for c in sheet.inputs if c.type in ("text", "long_text"))
        key = next((c.id for c in sheet.columns if c.is_key), next(words, sheet.columns[0].id))
        rows: list[dict[str, object]] = [{**full, **MORE.get(sheet.id, {})}, {key: "收藏"}]
        if sheet.id in BROKEN:
            rows.append(dict(BROKEN[sheet.id]))
        found[sheet.id] = rows
    return found


@cache
def typed(name: str, folder: Path) -> Reading:
    """Type the rows into a template's workbook, as staff would, and read it."""
    template = library_template(name)
    path = folder / f"{name}.xlsx"
    fields = {field.id for field in template.fields()}
    form = {key: value for key, value in {**FORM, **PLAN}.items() if key in fields}
    generate_workbook(template, path, form=form, rows=3)
    book = openpyxl.load_workbook(path)
    for sheet_id, rows in rows_of(template).items():
        sheet = template[sheet_id]
        assert isinstance(sheet, TableSheet)
        tab = book[sheet.label["zh-Hans"]]
        for row, cells in enumerate(rows, FIRST):
            for at, column in enumerate(sheet.columns, 1):
                if cells.get(column.id) and not column.is_computed:
                    tab.cell(row, at).value = cells[column.id]  # type: ignore[assignment]  # any
    book.save(path)
    return check_workbook(path)[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the typed workbooks."""
    return tmp_path_factory.mktemp("rules")


def codes(found: Reading, sheet_id: str, column: str, row: int) -> set[str]:
    """Return the codes of the problems at a cell of a typed row."""
    place = found.sheets[sheet_id].place(row, column)
    return {problem.code for problem in found.problems if problem.place == place}


def test_every_rule_stands_once() -> None:
    """Each rule of each document has one line, with what keeps it or with why nothing can."""
    wanted = [f"{name}-{n:02}" for name, count in COUNTS.items() for n in range(1, count + 1)]
    assert [rule for rule, _ in TABLE] == wanted
    assert TEXT.count("\n| R0") == len(wanted)
    for rule, kept in TABLE:
        assert KEEPERS.get(rule) or len(kept) > 30, rule


def test_the_rules_say_where_they_come_from() -> None:
    """`from` in the rules and the table name the same pairs."""
    pairs = {
        (source, rule.id)
        for name in template_names()
        for rule in library_template(name).rules
        for source in rule.sources
    }
    told = {
        (rule, name) for rule, names in KEEPERS.items() for kind, name in names if kind == "rule"
    }
    assert pairs == told
    assert set(CASES) >= {rule for _, rule in told}


@pytest.mark.parametrize(("kind", "name"), NAMES, ids=str)
def test_kept(kind: str, name: str, folder: Path) -> None:
    """What the table names exists and does what it is named for; see the test of its kind."""
    if kind == "rule":
        assert name in CASES  # fired and kept quiet in test_rules
        return
    PROOFS[kind](name, folder)


def prove_column(name: str, folder: Path) -> None:
    """Have a value in the row as it should be, and none (or another) in the bare one."""
    sheet_id, _, column = name.partition(".")
    found = typed(home(sheet_id).id, folder)
    values = found.sheets[sheet_id].frame[column]
    wanted: Any = FIGURES[name]
    is_number = isinstance(wanted, int | float)
    assert values[FULL] == (pytest.approx(wanted) if is_number else wanted)
    if column == "direction":
        names = found.sheets[sheet_id].frame["metric"]
        frame = reading({sheet_id: [{"metric": "总费用"}]}, template=home(sheet_id)).sheets[
            sheet_id
        ]
        assert names[FULL] != "总费用"
        assert frame.frame[column][0] == "lower"
    elif name != "channel_effect.content":
        assert pd.isna(values[BARE])


def prove_required(name: str, folder: Path) -> None:
    """Complain about the blank in the bare row only."""
    sheet_id, _, column = name.partition(".")
    assert sheet_of(sheet_id)[column].is_required
    found = typed(home(sheet_id).id, folder)
    assert "required_blank" in codes(found, sheet_id, column, BARE)
    assert "required_blank" not in codes(found, sheet_id, column, FULL)


def prove_wording(name: str, folder: Path) -> None:
    """Hint at the vague wording, and let the other pass."""
    del folder
    sheet_id, _, column = name.partition(".")
    template = home(sheet_id)
    if name == "activity_plan.background":
        for text, is_told in (("提升品牌知名度", True), ("3个月内新品销量提升50%", False)):
            book = reading({}, form={column: text}, template=template)
            place = Place(file="plan.xlsx", sheet="活动策划方案", row=9, column=3)
            found = wording_doubts(replace(book, form_places={column: place}))
            assert [problem.place for problem in found] == [place] * is_told
        return
    vague, clear, more = WORDINGS[name]
    key = next(c.id for c in sheet_of(sheet_id).columns if c.is_key)
    rows = [{key: f"第{n}项", **more, column: text} for n, text in enumerate((clear, vague))]
    book = reading({sheet_id: rows}, template=template)
    places = {problem.place for problem in wording_doubts(book) if problem.column == column}
    assert places == {book.sheets[sheet_id].place(1, column)}


def prove_problem(name: str, folder: Path) -> None:
    """Name the odd row, and no other."""
    if name == "share_differs":
        assert [share_problem(folder, reserve) for reserve in (5, 10)] == [True, False]
        return
    sheet_id, column = {
        "change_without_base": ("strategy_effect", "period_change"),
        "duplicate_key": ("channel_effect", "content"),
        "risk_without_response": ("execution_plan", "risk_plan"),
    }[name]
    found = typed(home(sheet_id).id, folder)
    told = [name in codes(found, sheet_id, column, row) for row in (FULL, BARE, ODD)]
    assert told == [False, False, True]


def share_problem(folder: Path, reserve: float) -> bool:
    """Type a budget of 90 and a reserve into the plan; tell whether the reserve is doubted."""
    path = folder / f"reserve-{reserve}.xlsx"
    generate_workbook("campaign_process", path, form={"campaign_name": "618"}, rows=3)
    template = library_template("campaign_process")
    book = openpyxl.load_workbook(path)
    host = template.host("activity_plan_budget")
    assert host is not None
    tab = book[host.label["zh-Hans"]]
    left = next(c.column for r in tab.iter_rows() for c in r if c.value == "subject")
    amount = next(c.column for r in tab.iter_rows() for c in r if c.value == "amount")
    for row in tab.iter_rows():
        label = fold_label(str(row[left - 1].value))
        if label == fold_label("推广费"):
            row[amount - 1].value = 90
        elif label == fold_label("应急预备金"):
            row[amount - 1].value = reserve
    book.save(path)
    return any(problem.code == "share_differs" for problem in check_workbook(path)[0].problems)


def prove_metric(name: str, folder: Path) -> None:
    """Be found by each of its labels; what is no metric is not."""
    del folder
    template = library_template("campaign_tracker")
    known = next(one for one in template.registry if one.id == name)
    for language in LANGUAGES:
        bound = bind_metric(known.label[language], template)
        assert bound is not None
        assert bound.id == name
    assert bind_metric("天气", template) is None


def prove_setting(name: str, folder: Path) -> None:
    """Count as the lists sheet says; untouched as the template has it."""
    templates = (library_template(template) for template in template_names())
    template = next(one for one in templates if name in [s.id for s in shown_settings(one)])
    setting = template.settings[name]
    assert fresh(template.id, folder).settings[name] == setting.value
    assert changed(template.id, folder).settings[name] == _other(setting)[0]


def _other(setting: Setting) -> tuple[object, object]:
    """Return another value of a setting, and how it is typed."""
    if setting.items:
        chosen = next(item for item in setting.items if item.id != setting.value)
        return chosen.id, chosen.label["zh-Hans"]
    other = 7 if setting.type == "integer" else 0.25
    return other, other


@cache
def changed(name: str, folder: Path) -> Reading:
    """Change every setting on the lists sheet of a new workbook, and read it."""
    template = library_template(name)
    path = folder / f"{name}-changed.xlsx"
    generate_workbook(template, path, rows=3)
    book = openpyxl.load_workbook(path)
    for row in book["选项"].iter_rows():
        for setting in template.settings.values():
            if row[1].value == setting.label["zh-Hans"]:
                row[2].value = _other(setting)[1]  # type: ignore[assignment]  # any is fine
    book.save(path)
    return check_workbook(path)[0]


@cache
def fresh(name: str, folder: Path) -> Reading:
    """Read a new workbook."""
    path = folder / f"{name}-new.xlsx"
    generate_workbook(library_template(name), path, rows=3)
    return check_workbook(path)[0]


def prove_list(name: str, folder: Path) -> None:
    """Know each of its words in each language, and no other."""
    del folder
    lists = (library_template(template).choices for template in template_names())
    choices = next(found[name] for found in lists if name in found)
    spellings = choice_spellings(choices)
    for item in choices.items:
        assert {spellings[fold(word)] for word in item.label.values()} == {item.id}
    assert fold("天气") not in spellings


def prove_sheet(name: str, folder: Path) -> None:
    """Hold what was typed; nothing in a new workbook."""
    template = home(name)
    assert len(typed(template.id, folder).sheets[name].frame) > 0
    assert fresh(template.id, folder).sheets[name].frame.empty


def prove_field(name: str, folder: Path) -> None:
    """Come back as typed; blank in a new workbook."""
    sheet_id, _, field = name.partition(".")
    template = home(sheet_id)
    wanted = {**FORM, **PLAN}[field]
    assert typed(template.id, folder).form[field] == wanted
    assert fresh(template.id, folder).form[field] is None


def prove_outline(name: str, folder: Path) -> None:
    """Lay the Summary out in the report's five chapters; other workbooks have none."""
    del folder
    chapters = ("overview", "results", "problems", "advice", "appendix")
    assert library_template(name).outline == chapters
    assert library_template("campaign_tracker").outline == ()


PROOFS = {
    "column": prove_column,
    "required": prove_required,
    "wording": prove_wording,
    "problem": prove_problem,
    "metric": prove_metric,
    "setting": prove_setting,
    "list": prove_list,
    "sheet": prove_sheet,
    "field": prove_field,
    "outline": prove_outline,
}
