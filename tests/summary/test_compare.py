"""Departments and campaigns of a merged workbook side by side."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from support.readings import AS_OF, FORM, campaign, campaign_days, metric, reading

from marketing_sheets.problems import Place, Problem
from marketing_sheets.records import Reading
from marketing_sheets.summary import (
    Summary,
    phrase_text,
    summarize,
    summary_lines,
    text_of,
    write_summary,
)
from marketing_sheets.summary.words import conflicts_text
from marketing_sheets.texts import LANGUAGES, Language

DEPARTMENTS = ("marketing", "sales")
SHARED = dict.fromkeys(("campaign_name", "department", "owner"))


def merged(book: Reading, **traces: Sequence[str]) -> Reading:
    """Return a reading as of a merge: the names go round the rows of each table."""
    sheets = {}
    for name, records in book.sheets.items():
        rows = len(records.frame)
        columns = {
            trace: pd.Series([names[n % len(names)] for n in range(rows)], dtype="str")
            for trace, names in traces.items()
        }
        sheets[name] = replace(records, origins=pd.DataFrame(columns))
    return replace(book, sheets=sheets)


def whole(form: dict[str, object] | None = None) -> Reading:
    """Return the campaign merged from two departments, row by row in turn."""
    return merged(campaign(form=form or FORM), department=DEPARTMENTS)


def said(summary: Summary, language: Language = "zh-Hans") -> list[str]:
    """Return the texts of the Summary's sheet."""
    data = write_summary(summary, language=language, sheet_name="汇总")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def test_each_department_has_its_own_sums() -> None:
    """Sales and spend add up to the total; ROAS is each department's sales over its cost."""
    comparison = summarize(whole(), as_of=AS_OF).comparison
    assert comparison is not None
    assert comparison.departments is not None
    rows, total = comparison.departments.rows, comparison.departments.total
    assert {text_of(row.name, "zh-Hans") for row in rows} == {"市场部", "销售部"}
    for name in ("sales", "spend", "budget"):
        parts = [getattr(row, name).value for row in rows]
        assert sum(parts) == pytest.approx(getattr(total, name).value)
    for name in ("rows", "late", "open", "overdue", "met", "judged"):
        assert sum(getattr(row, name) for row in rows) == getattr(total, name)
    days = campaign_days()
    for number, department in enumerate(("市场部", "销售部")):
        (row,) = (one for one in rows if text_of(one.name, "zh-Hans") == department)
        own = days[number::2]
        sales, cost = (sum(float(str(day[name])) for day in own) for name in ("sales", "cost"))
        assert row.roas.value == pytest.approx(sales / cost)


def test_departments_with_nothing_but_days_have_no_tasks() -> None:
    """Who has no tasks or issues is compared by the daily data alone; a table may be empty."""
    book = merged(campaign(form=FORM), department=("marketing",))
    days = merged(book, department=("marketing", "sales", "线上")).sheets["daily_data"]
    issues = book.sheets["issue_log"]
    assert issues.origins is not None
    none = replace(
        issues,
        frame=issues.frame[:0],
        raw=issues.raw[:0],
        rows=issues.rows[:0],
        origins=issues.origins[:0],
    )
    book = replace(book, sheets={**book.sheets, "daily_data": days, "issue_log": none})
    comparison = summarize(book, as_of=AS_OF).comparison
    assert comparison is not None
    assert comparison.departments is not None
    by_name = {text_of(row.name, "zh-Hans"): row for row in comparison.departments.rows}
    busy, idle = by_name["市场部"], (by_name["销售部"], by_name["线上"])
    total = comparison.departments.total
    assert (busy.budget, busy.late, busy.progress) == (total.budget, total.late, total.progress)
    for row in idle:
        assert (row.budget.value, row.progress.value, row.late, row.open) == (None, None, 0, 0)
        assert row.rows == row.sales.rows
    assert idle[0].sales != idle[1].sales


def test_spend_stands_beside_the_budget_of_the_same_tasks() -> None:
    """Spend is the tasks', beside their budget; what the days cost is another figure."""
    tasks: list[dict[str, object]] = [
        {"task": f"t{n}", "budget": 100.0, "spend": spend} for n, spend in enumerate((7.0, None))
    ]
    daily: list[dict[str, object]] = [
        {"date": pd.Timestamp("2024-06-01"), "channel": "douyin", "cost": cost, "sales": 90.0}
        for cost in (10.0, 30.0)
    ]
    book = reading({"master_tracker": tasks, "daily_data": daily})
    summary = summarize(merged(book, department=("a", "b")), as_of=AS_OF)
    assert summary.comparison is not None
    table = summary.comparison.departments
    assert table is not None
    assert {row.name: row.spend.value for row in table.rows} == {"a": 7.0, "b": None}
    assert {row.name: row.cost.value for row in table.rows} == {"a": 10.0, "b": 30.0}
    assert (table.total.budget.value, table.total.spend.value) == (200.0, 7.0)
    assert {row.name: row.roas.value for row in table.rows} == {"a": 9.0, "b": 3.0}
    assert {"预算", "支出", "投放成本"} <= {text.strip() for text in said(summary)}


def test_the_worst_department_stands_first() -> None:
    """Risk before watch before fine, then by how many things are late or overdue."""
    rows = [{"task": f"t{n}", "budget": 10.0, "spend": 5.0 + 20.0 * (n == 1)} for n in range(3)]
    book = merged(reading({"master_tracker": rows}), department=("a", "b", "c"))
    comparison = summarize(book, as_of=AS_OF).comparison
    assert comparison is not None
    assert comparison.departments is not None
    found = [(row.name, row.health) for row in comparison.departments.rows]
    assert found == [("b", "risk"), ("a", "ok"), ("c", "ok")]


def test_one_department_is_not_compared() -> None:
    """A workbook that was never merged, or from one department alone, has no such section."""
    assert summarize(campaign(), as_of=AS_OF).comparison is None
    assert summarize(merged(campaign(), department=("sales",)), as_of=AS_OF).comparison is None


def test_the_masthead_names_what_was_merged() -> None:
    """Of two campaigns both are named, of five three and the count; departments are counted."""
    bare = {name: value for name, value in FORM.items() if name not in SHARED}
    for names, title in (
        (("双11", "618"), "618与双11"),
        (("a", "b", "c", "d", "e"), "a、b与c 等 5 个活动"),
    ):
        book = merged(campaign(form=bare), campaign=names, department=DEPARTMENTS)
        summary = summarize(book, as_of=AS_OF)
        assert text_of(summary.title, "zh-Hans") == title
        assert text_of(summary.department, "zh-Hans") == "2 个部门"
    assert summarize(whole(), as_of=AS_OF).title == FORM["campaign_name"]


def reversal(first: date, *, swapped: bool = False) -> list[dict[str, object]]:
    """Return two weeks in which both groups gain and the whole loses: the poor one grows."""
    weeks = [
        {"douyin": (800.0, 100.0), "wechat_moments": (10.0, 10.0)},
        {"douyin": (90.0, 10.0), "wechat_moments": (120.0, 100.0)},
    ]
    if swapped:
        weeks[1] = {"douyin": (900.0, 100.0), "wechat_moments": (12.0, 10.0)}
    return [
        {
            "date": pd.Timestamp(first + timedelta(days=7 * week)),
            "channel": name,
            "sales": sales,
            "cost": cost,
        }
        for week, groups in enumerate(weeks)
        for name, (sales, cost) in groups.items()
    ]


def test_channels_that_all_gain_while_the_whole_loses_are_told() -> None:
    """ROAS rises in both channels from the week before, in all it falls: the mix is named."""
    sunday = date(2024, 6, 23)
    rows = reversal(date(2024, 6, 10))
    summary = summarize(reading({"daily_data": rows}), as_of=sunday)
    texts = [phrase_text(mix, "zh-Hans") for mix in summary.channel_mix]
    (roas,) = (text for text in texts if text.startswith("投产比"))
    assert "抖音与朋友圈" in roas or "朋友圈与抖音" in roas
    assert "2024-06-17 起的一周都高于前一周" in roas
    assert "由 7.36 降到 1.91" in roas
    assert any(text.endswith(roas) for text in said(summary))
    calm = reading({"daily_data": reversal(date(2024, 6, 10), swapped=True)})
    assert summarize(calm, as_of=sunday).channel_mix == ()


def test_an_unfinished_week_is_not_compared() -> None:
    """On the Wednesday after, the last two whole weeks are still those two."""
    rows = [*reversal(date(2024, 6, 10)), *reversal(date(2024, 6, 24))[:1]]
    summary = summarize(reading({"daily_data": rows}), as_of=date(2024, 6, 26))
    assert any(
        "2024-06-17" in phrase_text(mix, "en") or "17 Jun" in phrase_text(mix, "en")
        for mix in summary.channel_mix
    )


def test_departments_between_campaigns_are_told() -> None:
    """Both departments do better in one campaign, all together worse."""
    rows = reversal(date(2024, 6, 10))
    book = reading({"daily_data": rows})
    daily = book.sheets["daily_data"]
    origins = pd.DataFrame(
        {
            "department": pd.Series(["marketing", "sales"] * 2, dtype="str"),
            "campaign": pd.Series(["618", "618", "双11", "双11"], dtype="str"),
        }
    )
    book = replace(book, sheets={"daily_data": replace(daily, origins=origins)})
    comparison = summarize(book, as_of=date(2024, 6, 28)).comparison
    assert comparison is not None
    texts = [phrase_text(one, "en") for one in comparison.reversals]
    assert any(
        text.startswith("ROAS: each of Marketing and Sales is higher in 双11 than in 618, yet")
        for text in texts
    )


def test_the_comparison_is_drawn() -> None:
    """Departments and campaigns stand below the first screen, in each language."""
    book = merged(campaign(), department=DEPARTMENTS, campaign=("618", "双11", "618"))
    summary = summarize(book, as_of=AS_OF)
    heads: dict[Language, Sequence[str]] = {
        "zh-Hans": ("部门对比", "活动对比", "效果评估 · 部门并列"),
        "zh-Hant": ("部門對比", "活動對比", "效果評估 · 部門並列"),
        "en": ("Departments", "Campaigns", "Results by department"),
    }
    for language, wanted in heads.items():
        texts = said(summary, language)
        at = [texts.index(head) for head in wanted]
        assert at == sorted(at)


def table_under(texts: Sequence[str], head: str, rows: int, width: int) -> list[list[str]]:
    """Return the texts of a table, its own head first, that stands below a section's head."""
    start = texts.index(head) + 2
    return [
        [text.strip() for text in texts[at : at + width]]
        for at in range(start, start + rows * width, width)
    ]


def evaluated(*metrics: dict[str, object], **traces: Sequence[str]) -> Summary:
    """Summarize evaluated metrics whose rows came from the departments given."""
    return summarize(merged(reading({"effect_evaluation": [*metrics]}), **traces), as_of=AS_OF)


def test_each_metric_stands_against_each_department() -> None:
    """A metric's row has each department's achievement, none where it has no such metric."""
    rows = (
        metric("销售额", 100, 90, verdict="close"),
        metric("销售额", 200, 100, verdict="missed"),
        metric("满意度", 10, 11, verdict="met"),
        metric("总费用", 60, 72, direction="lower", verdict="missed"),
    )
    summary = evaluated(*rows, department=("a", "b"))
    assert summary.comparison is not None
    matrix = summary.comparison.matrix
    assert matrix is not None
    found = {
        row.name: [cell.achieved.value if cell else None for cell in row.cells]
        for row in matrix.rows
    }
    order = [matrix.departments.index(name) for name in ("a", "b")]
    assert {name: [values[at] for at in order] for name, values in found.items()} == {
        "销售额": [pytest.approx(0.9), pytest.approx(0.5)],
        "满意度": [pytest.approx(1.1), None],
        "总费用": [None, pytest.approx(1.2)],
    }
    assert [(row.name, row.met, row.judged) for row in matrix.rows] == [
        ("销售额", 0, 2),
        ("总费用", 0, 1),
        ("满意度", 1, 1),
    ]
    texts = said(summary)
    assert "效果评估 · 部门并列" in texts
    assert "效果评估" not in texts
    assert "总费用 ↓" in texts


def test_a_metric_a_department_states_twice_counts_as_the_worse() -> None:
    """Of two versions of a record the one that needs a person is shown."""
    rows = [
        metric("销售额", 100, value, verdict=verdict)
        for value, verdict in ((120, "met"), (130, "met"), (50, "missed"), (70, "missed"))
    ]
    summary = evaluated(*rows, department=("a", "b"))
    assert summary.comparison is not None
    assert summary.comparison.matrix is not None
    (row,) = summary.comparison.matrix.rows
    shown = sorted(cell.achieved.value or 0.0 for cell in row.cells if cell)
    assert shown == [pytest.approx(0.5), pytest.approx(0.7)]


def test_many_departments_stand_below_each_other() -> None:
    """Beyond four departments, they go down and the five worst metrics across."""
    names = [f"d{n}" for n in range(6)]
    rows = [
        metric(f"m{m}", 100, 100 - 10 * (m > n), verdict="close" if m > n else "met")
        for m in range(7)
        for n in range(6)
    ]
    texts = said(evaluated(*rows, department=names))
    table = table_under(texts, "效果评估 · 部门并列", 1, 6)
    assert table == [["部门", "m6", "m5", "m4", "m3", "m2"]]
    counts = texts[texts.index("达标部门") :][1:6]
    assert [count.strip() for count in counts] == ["0 / 6", "1 / 6", "2 / 6", "3 / 6", "4 / 6"]
    assert any(text.startswith("另有 2 项") for text in texts)


def test_campaigns_that_are_the_departments_are_not_shown_twice() -> None:
    """Where each department has a campaign of its own, one comparison says it all."""
    alone = merged(campaign(), department=DEPARTMENTS, campaign=("618", "双11"))
    comparison = summarize(alone, as_of=AS_OF).comparison
    assert comparison is not None
    assert comparison.departments is not None
    assert comparison.campaigns is None
    mixed = merged(campaign(), department=DEPARTMENTS, campaign=("618", "双11", "618"))
    comparison = summarize(mixed, as_of=AS_OF).comparison
    assert comparison is not None
    assert comparison.campaigns is not None


def test_columns_without_a_value_are_left_out() -> None:
    """A workbook without money has no columns of money, and no empty chart."""
    rows = [{"task": f"t{n}", "progress": 0.5} for n in range(4)]
    book = merged(reading({"master_tracker": rows}), department=("a", "b"))
    texts = said(summarize(book, as_of=AS_OF))
    assert "部门对比" in texts
    assert not {"支出  ", "使用率  ", "销售额  ", "投产比  "} & set(texts)


def test_open_issues_have_their_column_before_all_others() -> None:
    """A merge of everything has more figures than room; those that others tell give way."""
    texts = said(summarize(whole(), as_of=AS_OF))
    heads = texts[texts.index("部门") : texts.index("判断")]
    assert [head.strip() for head in heads] == [
        *("部门", "进度", "延期任务", "预算", "支出", "使用率", "销售额", "达成率", "投产比"),
        "未解决",
    ]


def test_an_alert_of_nobody_names_the_department_its_row_came_from() -> None:
    """A missed metric has no owner; in a merge its department is the row's."""
    book = merged(reading({"effect_evaluation": [metric("a", 100, 5)] * 2}), department=DEPARTMENTS)
    alerts = summarize(book, as_of=AS_OF).alerts
    assert [text_of(one.department, "en") for one in alerts] == ["Marketing", "Sales"]


def contested(*conflicts: Sequence[str]) -> Reading:
    """Return a merge with a conflict per argument: what became of each of its versions."""
    lines = tuple(
        {"number": float(number), "kept": kept}
        for number, versions in enumerate(conflicts, 1)
        for kept in versions
    )
    return replace(whole(), attachments={"merge_log": (), "merge_conflicts": lines})


@cache
def summary_of(*conflicts: Sequence[str]) -> Summary:
    """Return the Summary of a merge with these conflicts."""
    return summarize(contested(*conflicts), as_of=AS_OF)


def test_a_workbook_that_was_not_merged_has_no_conflicts() -> None:
    """Without a log there is nothing to tell of."""
    assert conflicts_text(summarize(whole(), as_of=AS_OF).merged, "en") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_conflicts_are_told_at_the_top(language: Language) -> None:
    """Their number, how many versions count twice, and a link; nothing where there is none."""
    summary = summary_of(("✓ 采用", "✓ 采用"), ("✓ 采用", "未采用"), ("✓ 采用", "✓ 采用", "未采用"))
    data = write_summary(summary, language=language, sheet_name="汇总")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    top = [sheet.cell(row, 2) for row in range(1, 9)]
    (cell,) = (cell for cell in top if str(cell.value or "").startswith("! "))
    assert conflicts_text(summary.merged, language) == str(cell.value)[2:]
    assert {"3", "2"} <= set(re.findall(r"\d+", str(cell.value)))
    assert cell.hyperlink is not None
    assert cell.hyperlink.location == "'冲突'!A1"
    assert str(cell.value)[2:] in summary_lines(summary, language)
    settled = summary_of(("✓ 采用", "未采用"))
    assert conflicts_text(settled.merged, "zh-Hans") == "各文件有 1 处冲突，见“冲突”表"
    assert conflicts_text(summary_of().merged, language) == ""


def test_only_open_conflicts_are_told() -> None:
    """Those settled need nobody; the last row may stand for some that are not listed."""
    lines: list[Mapping[str, object]] = [
        {"status": "open", "kept": "各版并存"},
        {"status": "reopened", "kept": "Version 1"},
        {"status": "settled", "kept": "版本 1"},
        {"status": "rest", "number": 40.0, "kept": None},
    ]
    attachments: dict[str, tuple[Mapping[str, object], ...]]
    attachments = {"merge_log": (), "merge_conflicts": tuple(lines)}
    merged = summarize(replace(whole(), attachments=attachments), as_of=AS_OF).merged
    assert merged is not None
    assert (merged.conflicts, merged.doubled) == (42, 1)


def test_problems_of_merged_files_name_the_file() -> None:
    """File and cell, no link to a cell of this workbook; without a Review the log has the rest."""

    def problem(file: str, column: str) -> Problem:
        place = Place(file=file, sheet="每日数据", row=7, column=3)
        return Problem(code="not_a_number", place=place, raw="x", params={"column": column})

    book = replace(contested(), file="合并.xlsx")
    problems = [problem("华东/市场部.xlsx", "曝光量"), problem("b.xlsx", "曝光量")]
    problems += [problem("合并.xlsx", f"列{n}") for n in range(14)]
    summary = summarize(replace(book, problems=tuple(problems)), as_of=AS_OF)
    data = write_summary(summary, language="zh-Hans", sheet_name="汇总")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    cells = {str(cell.value): cell for cell in sheet["B"] if cell.value}
    group = cells["每日数据 · 曝光量"]
    assert group.hyperlink is None
    assert [sheet.cell(group.row, column).value for column in (8, 9)] == [2, 2]
    assert str(sheet.cell(group.row, 11).value).startswith("如 华东/市场部.xlsx C7：“曝光量”应为")
    own = cells["每日数据 › C7"].hyperlink
    assert own is not None
    assert own.location == "'每日数据'!C7"
    rest = cells["另有 3 列共 3 处，见“合并记录”表"].hyperlink
    assert rest is not None
    assert rest.location == "'合并记录'!A1"
    assert any(text.endswith("；16 处请核对，其中 16 处未计入") for text in said(summary))


def test_departments_not_drawn_are_one_bar() -> None:
    """The table lists twenty; the charts have twelve and one for all others, by their sums."""
    names = [f"d{n:02}" for n in range(23)]
    rows = [{"task": f"t{n}", "budget": 10.0, "spend": 5.0} for n in range(23)]
    june = pd.Timestamp("2024-06-01")
    days = [{"date": june, "channel": "douyin", "sales": 9.0, "sales_target": 10.0}] * 23
    book = merged(reading({"master_tracker": rows, "daily_data": days}), department=names)
    summary = summarize(book, as_of=AS_OF)
    assert "另有 3 个部门" in said(summary)
    assert summary.comparison is not None
    assert summary.comparison.departments is not None
    shown = [text_of(row.name, "zh-Hans") for row in summary.comparison.departments.rows[:12]]
    for categories, values in charted(summary):
        assert categories == [*shown, "其余 11 个"]
        assert values in ([10.0] * 12 + [110.0], [5.0] * 12 + [55.0], [0.9] * 13)


def charted(summary: Summary) -> list[tuple[list[object], list[object]]]:
    """Return names and values of the series of all charts of bars that lie."""
    data = write_summary(summary, language="zh-Hans", sheet_name="汇总")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = [package.read(n).decode() for n in package.namelist() if "charts/chart" in n]
    found = []
    for part in parts:
        ranges = re.findall(r"<c:f>[^!]*!([^<]*)</c:f>", part)
        if '<c:barDir val="bar"/>' in part:
            cells = [[row[0].value for row in sheet[one.replace("$", "")]] for one in ranges]
            found += list(zip(cells[::2], cells[1::2], strict=True))
    return found


def test_an_overspent_department_is_marked_once() -> None:
    """The mark stands at the share, beside budget and spend in plain figures."""
    rows = [{"task": f"t{n}", "budget": 10.0, "spend": 12.0 - 4 * n} for n in range(2)]
    book = merged(reading({"master_tracker": rows}), department=DEPARTMENTS)
    data = write_summary(summarize(book, as_of=AS_OF), language="zh-Hans", sheet_name="汇总")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    marked = [c.value for row in sheet.iter_rows() for c in row if "▲ " in c.number_format]
    assert marked == [1.2]


def test_the_sign_of_what_is_below_nothing_stands_at_the_figure() -> None:
    """Sales below 0 are marked as ▼ -50.0%, not as -▼ 50.0%."""
    june = pd.Timestamp("2024-06-01")
    rows = [
        {"date": june, "channel": "douyin", "sales": sales, "sales_target": 10.0}
        for sales in (-5.0, 5.0)
    ]
    book = merged(reading({"daily_data": rows}), department=DEPARTMENTS)
    data = write_summary(summarize(book, as_of=AS_OF), language="zh-Hans", sheet_name="汇总")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    formats = {
        c.value: c.number_format for r in sheet.iter_rows() for c in r if c.value in (-0.5, 0.5)
    }
    assert formats[-0.5] == '"▼ "-#,##0.0%;"▼ "-#,##0.0%_)_)'
    assert formats[0.5] == '"▼ "#,##0.0%_)_)'
