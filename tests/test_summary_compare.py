"""Departments and campaigns of a merged workbook side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from readings import AS_OF, FORM, campaign, campaign_days, metric, reading

from marketing_sheets.languages import LANGUAGES, Language
from marketing_sheets.records import Reading
from marketing_sheets.summary import Summary, summarize, write_summary
from marketing_sheets.summary.wording import phrase_text, text_of

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_comparison_is_drawn(language: Language) -> None:
    """Departments and campaigns stand below the first screen, with total and verdicts."""
    book = merged(campaign(), department=DEPARTMENTS, campaign=("618", "双11", "618"))
    texts = said(summarize(book, as_of=AS_OF), language)
    heads = {
        "zh-Hans": ("部门对比", "活动对比", "效果达成"),
        "zh-Hant": ("部門對比", "活動對比", "效果達成"),
        "en": ("Departments", "Campaigns", "Targets"),
    }[language]
    at = [texts.index(head) for head in heads]
    assert at == sorted(at)


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
        *("部门", "行数", "进度", "准时率", "延期任务", "支出", "销售额", "达成率", "投产比"),
        "未解决",
    ]


def test_an_alert_of_nobody_names_the_department_its_row_came_from() -> None:
    """A missed metric has no owner; in a merge its department is the row's."""
    book = merged(reading({"effect_evaluation": [metric("a", 100, 5)] * 2}), department=DEPARTMENTS)
    alerts = summarize(book, as_of=AS_OF).alerts
    assert [text_of(one.department, "en") for one in alerts] == ["Marketing", "Sales"]
