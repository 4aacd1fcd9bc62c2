"""The source documents' own rows, typed into their workbooks, come back as the documents say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook
from support.oracles import (
    differences,
    formula_cells,
    ironcalc_values,
    libreoffice_values,
)
from support.source_documents import DOCUMENTS, EXPECTED, PERIODS, ROWS, table, tables, typed

from marketing_sheets import Language, Reading
from marketing_sheets.alerts import alerts
from marketing_sheets.loading import library_template
from marketing_sheets.metrics import by, metric_frame, metrics_of, progress
from marketing_sheets.reader.headers import spellings
from marketing_sheets.summary import Summary, summarize, text_of
from marketing_sheets.template import Column
from marketing_sheets.texts import LANGUAGES, fold, traditional
from marketing_sheets.values import parse_conditions
from marketing_sheets.workbooks import check_workbook, recalculate
from marketing_sheets.writer import write_workbook

DRAWN = [(name, sheet) for name, sheets in DOCUMENTS.items() for sheet in sheets]
SHEETS = [(name, sheet) for name, sheets in ROWS.items() for sheet in sheets]


@pytest.fixture(scope="module")
def readings(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[tuple[str, Language], Reading]:
    """Every document's workbook typed verbatim, under Simplified and Traditional headers."""
    folder = tmp_path_factory.mktemp("documents")
    languages: tuple[Language, ...] = ("zh-Hans", "zh-Hant")
    return {
        (name, language): check_workbook(typed(folder, name, language))[0]
        for name in DOCUMENTS
        for language in languages
    }


def plain(reading: Reading, sheet: str, column: str) -> list[Any]:
    """Return a column as plain values, None where there is none."""
    values = reading.sheets[sheet].frame[column]
    return [None if pd.isna(value) else value for value in values]


@pytest.mark.parametrize(("name", "sheet"), DRAWN)
def test_columns_are_the_documents(name: str, sheet: str) -> None:
    """The columns stand in the document's order under its headers; ours come after them.

    In Traditional Chinese Taiwan's words head them; the document's are read as well.
    """
    found = tables(library_template(name))[sheet]
    header = table(DOCUMENTS[name][sheet])[0]
    assert [column.label["zh-Hans"] for column in found.columns[: len(header)]] == header
    assert all(column.is_computed for column in found.columns[len(header) :])
    for column, label in zip(found.columns, header, strict=False):
        assert spellings(found)[fold(traditional(label))] == column.id


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
@pytest.mark.parametrize(("name", "sheet"), SHEETS)
def test_computed_columns(
    readings: dict[tuple[str, Language], Reading], name: str, sheet: str, language: Language
) -> None:
    """Every stated or implied figure of the documents comes out, row by row."""
    reading = readings[name, language]
    assert reading.template.id == name
    assert len(reading.sheets[sheet].frame) == len(table(ROWS[name][sheet])) - 1
    for column, values in EXPECTED[sheet].items():
        found = plain(reading, sheet, column)
        assert [value is None for value in found] == [value is None for value in values]
        for ours, theirs in zip(found, values, strict=True):
            is_number = isinstance(theirs, int | float)
            assert ours == (pytest.approx(theirs, rel=1e-9, abs=1e-9) if is_number else theirs)


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_problems(
    readings: dict[tuple[str, Language], Reading], name: str, language: Language
) -> None:
    """Nothing is doubtful; what was settled by the campaign's dates or a merge is told."""
    found = Counter((p.code, p.severity) for p in readings[name, language].problems)
    # Told once a column.
    year, merge = ("years_from_period", "info"), ("merged_filled", "info")
    ahead = ("actual_in_future", "warning")
    told = {
        # KOL种草 ended on 2 August, after the campaign's last day.
        # The scrape of the document lost a word: nobody knows what 直播率 is.
        "strategy_tracking": {year: 1, merge: 1, ("metric_unknown", "info"): 1, ahead: 1},
        # 保证策略可跟进、可优化 breaks the document's own rule on goals.
        "execution_plan": {("goal_vague", "info"): 1},
        # 23 dates with 202X, 6.1 to 6.10 without any year, four days with a time.
        "promotion_tracking": {year: 7, merge: 3},
    }
    assert found == told.get(name, {})


def test_values_in_words(readings: dict[tuple[str, Language], Reading]) -> None:
    """Ranges, weeks, moments, remarks, growth and ratios are read for what they say."""
    strategy = readings["strategy_tracking", "zh-Hans"]
    assert plain(strategy, "strategy_master", "planned")[0] == "2024-07-01~2024-07-31"
    assert plain(strategy, "strategy_effect", "period_change") == [0.15, -0.02, 0.3, 0.005]
    promotion = readings["promotion_tracking", "zh-Hans"]
    assert plain(promotion, "promotion_detail", "planned_at")[:2] == [
        "17:00:00",
        "2023-06-05 18:00",
    ]
    assert plain(promotion, "promotion_detail", "status")[1] == "done"
    assert promotion.sheets["promotion_detail"].remarks["status"][1] == "延期1小时"
    assert plain(promotion, "task_breakdown", "start") == ["W5D1", "W6D6", "W7D6"]
    standards = plain(promotion, "task_breakdown", "standard")
    conditions = [parse_conditions(text) for text in standards]
    assert [[one.value for one in each] for each in conditions] == [
        [50_000, 10_000],
        [200_000, 500_000],
        [200, 0.3],
    ]
    plan = readings["execution_plan", "zh-Hans"]
    assert plain(plan, "execution_plan", "weeks") == ["W1-W12", "W1-W10", "W3-W8", None]
    assert plan.sheets["execution_plan"].remarks["weeks"] == {2: "活动期", 3: "持续执行"}
    process = readings["campaign_process", "zh-Hans"]
    kinds = process.sheets["effect_summary"].kinds["target"].tolist()
    assert kinds == ["number", "number", "growth", "percent", "ratio"]


def test_pooled_figures(readings: dict[tuple[str, Language], Reading]) -> None:
    """Channels are pooled from sums: 8.375 % for Xiaohongshu, 3.65 % and ROI 3.17 in all."""
    reading = readings["promotion_tracking", "zh-Hans"]
    frame = metric_frame(reading, "channel_effect")
    pooled = by(metrics_of(reading, "channel_effect"), frame, ["channel"])
    groups = {group.name: group.figures for group in pooled.groups}
    assert groups["xiaohongshu"]["ctr"].value == pytest.approx(0.08375)
    assert groups["xiaohongshu"]["roas"].value == pytest.approx(2.68)
    assert groups["offline_event"]["ctr"].value is None
    assert pooled.total["ctr"].value == pytest.approx(0.036511627906976742)
    assert pooled.total["roas"].value == pytest.approx(3.1701492537313434)
    assert pooled.total["cvr"].value == pytest.approx(0.015)


def test_progress_by_the_documents_counts(
    readings: dict[tuple[str, Language], Reading],
) -> None:
    """Five of six tasks are done, 91.67 % in the mean."""
    reading = readings["promotion_tracking", "zh-Hans"]
    measured = progress(metric_frame(reading, "promotion_master"))
    assert measured.by_tasks.value == pytest.approx(5 / 6)
    assert measured.mean.value == pytest.approx(0.9166666666666666)


PLAN = {
    "plan_name": "618大促",
    "planner": "市场部负责人*",
    "planned_on": "5.20",
    "background": "3个月内新品销量提升50%，新增用户2万",
    "flow": "6.1物料设计完成→6.5渠道上线→6.10活动启动→6.15中期复盘→6.20活动结束",
    "risks": "天气原因导致线下活动取消:提前准备线上直播预案;流量不足:增加社群推广",
    "department_head": "*经理",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_is_read_back(tmp_path: Path, language: Language) -> None:
    """A second form holds the plan; its dates take their year from the campaign."""
    path = typed(tmp_path, "campaign_process", language)
    template = library_template("campaign_process")
    form = template.forms[1]
    places = check_workbook(path)[0].form_places
    book = openpyxl.load_workbook(path)
    tab: Any = book[form.label[language]]
    for name, value in PLAN.items():
        assert places[name].sheet == form.label[language]
        tab[places[name].cell].value = value
    book.save(path)
    reading, _ = check_workbook(path)
    assert {name: reading.form[name] for name in PLAN} == {**PLAN, "planned_on": date(2024, 5, 20)}
    assert reading.form["start_date"] == PERIODS["campaign_process"][0]
    assert [p.code for p in reading.problems] == ["year_from_period"]


def summary_of(reading: Reading) -> Summary:
    """Summarize a reading as of its own day."""
    return summarize(reading, as_of=reading.form["as_of"])


SECTIONS = {
    "strategy_tracking": {"metrics", "stages", "issues"},
    "campaign_process": {"metrics", "channels", "trend_day"},
    "execution_plan": set(),
    "promotion_tracking": {"channels", "stages"},
    "campaign_review": {"metrics", "issues"},
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_summary_shows_what_there_is(
    readings: dict[tuple[str, Language], Reading], name: str
) -> None:
    """Each workbook's Summary has the sections its sheets are made for, and all of them filled."""
    summary = summary_of(readings[name, "zh-Hans"])
    assert set(summary.sections) == SECTIONS[name]
    filled = {
        "metrics": summary.metrics,
        "channels": summary.channels,
        "trend_day": summary.trend,
        "stages": summary.stages,
        "issues": summary.sections.get("issues") not in summary.absent,
    }
    assert all(filled[section] for section in summary.sections)


@pytest.mark.parametrize(
    ("name", "tiles"),
    [
        (
            "strategy_tracking",
            [
                *("progress", "tasks_late", "metrics_met"),
                *("issues_open", "due_soon", "tasks_done"),
            ],
        ),
        (
            "campaign_process",
            [
                *("sales", "new_users", "tasks_late"),
                *("metrics_met", "due_soon", "tasks_done"),
            ],
        ),
        (
            "execution_plan",
            ["allocated", "records", "people", "days_left", "actions", "doubts"],
        ),
        (
            "promotion_tracking",
            ["sales", "roas", "progress", "budget", "tasks_late", "metrics_met"],
        ),
        (
            "campaign_review",
            ["metrics_met", "issues_open", "due_soon", "records", "people", "days_left"],
        ),
    ],
)
def test_summary_has_no_tile_for_what_the_sheets_lack(
    readings: dict[tuple[str, Language], Reading], name: str, tiles: list[str]
) -> None:
    """A document without sales or budget has no empty tile for them; counts fill the row."""
    summary = summary_of(readings[name, "zh-Hans"])
    assert [tile.id for tile in summary.tiles] == tiles


def test_summary_alerts(readings: dict[tuple[str, Language], Reading]) -> None:
    """The late task, the missed metrics and the cost above its target call for action."""
    promotion = summary_of(readings["promotion_tracking", "zh-Hans"])
    late = [a.what.params["name"] for a in promotion.actions if a.kind == "task_late"]
    assert late == ["抖音信息流广告上线"]
    review = summary_of(readings["campaign_review", "zh-Hans"])
    missed = [a.what.params["name"] for a in review.actions if a.kind == "below_target"]
    assert set(missed) == {"注册转化率", "ROI", "总费用(万元)", "2024年夏季促销活动"}
    assert sum(row.total for row in review.issues) == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_summary_is_written(tmp_path: Path, name: str, language: Language) -> None:
    """Recalculating puts a Summary into each document's workbook, in each language."""
    done = recalculate(typed(tmp_path, name, language), as_of=PERIODS[name][1])
    rows = CalamineWorkbook.from_path(done.receipt.output).get_sheet_by_index(0).to_python()
    assert len(rows) > 5
    assert "2024年夏季促销活动" in {cell for row in rows for cell in row}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_formulas_agree_when_written(
    tmp_path: Path,
    readings: dict[tuple[str, Language], Reading],
    name: str,
    language: Language,
) -> None:
    """Written from its records, ironcalc recomputes every formula to the value beside it."""
    path = rewritten(tmp_path, readings[name, "zh-Hans"], language)
    formulas, stored = formula_cells(path)
    assert len(formulas) > 20
    assert differences(formulas, stored, ironcalc_values(path, formulas)) == []


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.parametrize("name", DOCUMENTS)
def test_libreoffice_agrees(
    tmp_path: Path, readings: dict[tuple[str, Language], Reading], name: str
) -> None:
    """So does LibreOffice."""
    path = rewritten(tmp_path, readings[name, "zh-Hans"], "zh-Hans")
    formulas, stored = formula_cells(path)
    assert differences(formulas, stored, libreoffice_values(path, formulas, tmp_path)) == []


def rewritten(folder: Path, reading: Reading, language: Language) -> Path:
    """Write the records of a reading into a new workbook."""
    return write_workbook(
        reading.template,
        folder / "written.xlsx",
        language=language,
        form=reading.form,
        records=reading.sheets,
        rows=2,
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_formulas_agree_when_typed(tmp_path: Path, name: str) -> None:
    """Over cells as a person leaves them, Excel's formulas show what Python computes."""
    path = typed(tmp_path, name, "zh-Hans", by_hand=True)
    reading, _ = check_workbook(path)
    fresh = ironcalc_values(path, formula_cells(path)[0])
    for sheet_id, records in reading.sheets.items():
        sheet = tables(reading.template)[sheet_id]
        for column in sheet.computed:
            at = records.origin.columns[column.id]
            shown = [
                fresh[sheet.label["zh-Hans"], f"{get_column_letter(at)}{row}"]
                for row in records.rows.tolist()
            ]
            assert shown == [
                as_shown(value, column, reading) for value in plain(reading, sheet_id, column.id)
            ], column.id


def as_shown(value: Any, column: Column, reading: Reading) -> Any:
    """Return what a cell shows for a computed value."""
    if value is None:
        return ""
    if isinstance(value, pd.Timestamp):
        return (value - pd.Timestamp(1899, 12, 30)).days
    if isinstance(value, str):
        choices = reading.template.choices.get(column.choices or "")
        return choices.label_of(value, "zh-Hans") if choices else value
    return pytest.approx(float(value), rel=1e-9, abs=1e-9)


def test_alerts_are_few_and_deserved(readings: dict[tuple[str, Language], Reading]) -> None:
    """On the documents' own rows the rules raise what the documents themselves contradict."""
    told = {
        name: [
            (one.rule, text_of(one.what.params["name"], "zh-Hans"))
            for one in alerts(readings[name, "zh-Hans"], as_of=PERIODS[name][1])
            # On the last day there may be no review yet.
            if one.rule not in ("daily_missing", "review_early")
        ]
        for name in DOCUMENTS
    }
    assert told == {
        "strategy_tracking": [
            ("task_late", "KOL种草(100篇笔记)"),
            ("materials_due", "活动文案"),
            # The evaluation, the weekly report and the early evaluation each have theirs.
            ("below_target", "总费用"),
            ("below_target", "直播率"),
            ("below_target", "直播点击率"),
            ("below_target", "ROI"),
            ("below_target", "用户转化率"),
            # Its work ended late with 90 % done.
            ("end_not_full", "KOL种草(100篇笔记)"),
            # It says 否.
            ("not_cleaned", "ROI"),
        ],
        # Both have an actual end and are said to be in progress.
        "campaign_process": [
            ("over_budget", "推广费"),
            ("below_target", "转化率"),
            ("task_late", "电商平台资源对接"),
            ("end_not_done", "现场人员培训"),
        ],
        "execution_plan": [],
        "promotion_tracking": [
            ("task_late", "抖音信息流广告上线"),
            # The document itself says 未达标.
            ("below_target", "5场活动"),
            ("end_not_done", "直播预热素材投放"),
        ],
        "campaign_review": [
            ("below_target", "ROI"),
            ("below_target", "注册转化率"),
            ("below_target", "总费用(万元)"),
            ("below_target", "2024年夏季促销活动"),
        ],
    }
