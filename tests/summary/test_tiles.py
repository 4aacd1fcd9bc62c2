"""What the Summary says, in figures and in words."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.readings import (
    AS_OF,
    FORM,
    campaign,
    campaign_days,
    campaign_issues,
    issue,
    metric,
    reading,
)

from marketing_sheets.alerts import Amount, Phrase
from marketing_sheets.loading import load_template
from marketing_sheets.problems import Place, Problem
from marketing_sheets.records import ControlTotal, Reading
from marketing_sheets.summary import (
    Summary,
    figures,
    phrase_text,
    summarize,
    summary_lines,
    text_of,
)
from marketing_sheets.summary.model import RowCounts
from marketing_sheets.summary.tables import shown_metrics
from marketing_sheets.summary.words import (
    amount_text,
    join,
    reason_words,
    scale_of,
    sentence,
    sub_line,
)
from marketing_sheets.texts import LANGUAGES, Language, templates_folder

REASONS = (
    *("no_data", "zero_base", "negative_base", "mixed_base"),
    *("partial_period", "no_period", "no_weights", "partial_weights"),
)


def test_the_tiles_compare_each_figure_with_its_target() -> None:
    """Sales with the targets of the same days, ROAS and CAC with the form's, progress with time."""
    tiles = {tile.id: tile for tile in summarize(campaign(), as_of=AS_OF).tiles}
    assert list(tiles) == ["sales", "roas", "new_users", "cac", "progress", "budget"]
    said = {
        name: (
            phrase_text(tile.target, "en"),
            phrase_text(tile.delta, "en") if tile.delta else "",
            tile.state,
        )
        for name, tile in tiles.items()
    }
    assert said == {
        "sales": ("Target 2,906K", "Achieved 116%", "done"),
        "roas": ("Target 4.00", "Above by 0.93", "done"),
        "new_users": ("Target 20,000", "Achieved 61.6%", "missed"),
        "cac": ("Limit 60", "Below by 4.5", "done"),
        "progress": ("Time 78%", "Behind 2 pts", "close"),
        "budget": ("104K of tasks' left", "1 task over", "close"),
    }


def test_a_sales_target_of_days_to_come_does_not_count() -> None:
    """Sales of 90 against 100 achieve 90 % although next week's target stands there already."""
    day = pd.Timestamp("2024-06-28")
    rows = [
        {"date": day, "channel": "douyin", "sales": 90.0, "sales_target": 100.0},
        {"date": day + pd.Timedelta(days=1), "channel": "douyin", "sales_target": 900.0},
    ]
    tile = summarize(reading({"daily_data": rows}), as_of=AS_OF).tiles[0]
    assert tile.delta is not None
    assert tile.delta.params["share"] == Amount(value=0.9, unit="percent")
    assert tile.target.params["target"] == Amount(value=100.0, unit="money")


@pytest.mark.parametrize(
    ("users", "state"), [(20_000, "done"), (16_000, "active"), (14_500, "close"), (9_000, "missed")]
)
def test_a_target_of_the_end_is_judged_by_time(users: int, state: str) -> None:
    """At 78 % of the time 16,000 of 20,000 new users are on their way, 9,000 are not."""
    rows = [{"date": pd.Timestamp("2024-06-01"), "channel": "douyin", "new_users": users}]
    summary = summarize(reading({"daily_data": rows}, form=FORM), as_of=AS_OF)
    assert summary.tiles[2].state == state


def test_missing_targets_and_values_are_said() -> None:
    """Without targets the tile says so; without a value it has a dash and the reason."""
    summary = summarize(reading({}), as_of=AS_OF)
    assert [phrase_text(tile.target, "zh-Hans") for tile in summary.tiles] == [
        "未设目标",
        "未设目标",
        "未设目标",
        "未设上限",
        "未填活动日期",
        "未填预算",
    ]
    assert {(tile.figure.value, tile.figure.reason) for tile in summary.tiles} == {
        (None, "no_data")
    }


def test_the_sentence_says_good_and_bad() -> None:
    """One sentence, what is good first, then what is wrong with counts."""
    summary = summarize(campaign(), as_of=AS_OF)
    assert sentence(summary, "zh-Hans") == (
        "销售额、投产比与获客成本达到目标，但进度落后时间 2 个百分点，新增用户未达目标，"
        "3 项任务延期，1 项任务超预算，3 项指标未达标，3 个问题超期未解决，"
        "1 项预警待处理。"
    )
    assert sentence(summary, "en") == (
        "Sales, ROAS and CAC met target, but progress trails time by 2 points, new users missed "
        "target, 3 tasks are delayed, 1 task is over budget, 3 metrics missed target, 3 issues "
        "are overdue and 1 alert needs action."
    )


@pytest.mark.parametrize(
    ("sheets", "health", "said"),
    [
        ({}, "none", "Nothing has been filled in yet."),
        ({"effect_evaluation": [metric("a", 1, 2)]}, "ok", "Nothing needs action."),
        ({"effect_evaluation": [metric("a", 100, 95)]}, "watch", "1 metric is close to target."),
        ({"effect_evaluation": [metric("a", 100, 5)]}, "watch", "1 metric missed target."),
        ({"issue_log": [issue("a", "high")]}, "risk", "1 high-severity issue is open."),
        ({"issue_log": campaign_issues()[:2]}, "risk", "2 issues are overdue."),
        (
            {"master_tracker": [{"task": "t", "budget": 1.0, "spend": 2.0}]},
            "risk",
            "1 task is over budget.",
        ),
    ],
)
def test_the_verdict(sheets: dict[str, Any], health: str, said: str) -> None:
    """Risk, watch, ok and none follow from what was found; English minds one and many."""
    summary = summarize(reading(sheets), as_of=AS_OF)
    assert summary.health == health
    assert sentence(summary, "en") == said


def test_progress_behind_time_is_watched() -> None:
    """More than 5 points behind is a warning even if nothing is late."""
    tasks = [{"task": "t", "status": "in_progress", "progress": 0.5}]
    summary = summarize(reading({"master_tracker": tasks}, form=FORM), as_of=AS_OF)
    assert (summary.health, summary.tiles[4].state) == ("watch", "late")


def test_read_errors_are_watched_and_listed_first() -> None:
    """Errors raise the verdict, stand before warnings, and infos stay out."""
    place = Place(file="a.xlsx", sheet="每日数据", row=7, column=3)
    problems = [
        Problem(code="required_blank", place=place, params={"column": "负责人"}),
        Problem(code="merged_filled", place=place, params={"column": "阶段", "count": 2}),
        Problem(code="not_a_number", place=place, raw="约5万", params={"column": "曝光量"}),
    ]
    book = reading({"effect_evaluation": [metric("a", 1, 2)]}, problems=problems)
    summary = summarize(book, as_of=AS_OF)
    assert summary.health == "watch"
    assert [problem.code for problem in summary.problems] == ["not_a_number", "required_blank"]


def test_rows_reconcile() -> None:
    """Rows read are rows used and rows listed; columns' totals do not enter."""
    totals = (
        ControlTotal(sheet="a", column=None, read=10, used=8, listed={"total_row": 2}),
        ControlTotal(sheet="b", column=None, read=5, used=5, listed={}),
        ControlTotal(sheet="b", column="cost", read=999, used=999, listed={}),
    )
    summary = summarize(replace(reading({}), totals=totals), as_of=AS_OF)
    assert summary.rows == RowCounts(read=15, used=13, listed=2)


def test_channels_beyond_twelve_are_taken_together() -> None:
    """Sixty channels show the largest twelve and one row of the rest, computed from its sums."""
    day = pd.Timestamp("2024-06-01")
    rows = [
        {"date": day, "channel": f"渠道{n}", "cost": 10.0 * n, "sales": 100.0 * n}
        for n in range(1, 61)
    ]
    summary = summarize(reading({"daily_data": rows}, form=FORM), as_of=AS_OF)
    assert len(summary.channels) == 13
    rest = summary.channels[-1]
    assert rest.others == 48
    assert rest.figures["sales"].value == sum(100.0 * n for n in range(1, 49))
    assert rest.figures["roas"].value == 10.0
    shown = sum(row.figures["sales"].value or 0 for row in summary.channels)
    assert summary.channel_total is not None
    assert shown == summary.channel_total.figures["sales"].value
    assert sum(row.cost_share.value or 0 for row in summary.channels) == pytest.approx(1)


def test_channels_are_judged_against_the_target() -> None:
    """At a target of 4, a ROAS of 4 is met, 3.6 close, 3.5 missed; without a target none is."""
    day = pd.Timestamp("2024-06-01")
    rows = [
        {"date": day, "channel": name, "cost": 100.0, "sales": sales}
        for name, sales in (("weibo", 350.0), ("douyin", 360.0), ("kuaishou", 400.0))
    ]
    book = reading({"daily_data": rows}, form=FORM)
    judged = [row.verdict for row in summarize(book, as_of=AS_OF).channels]
    assert judged == ["met", "close", "missed"]
    bare = summarize(replace(book, form={}), as_of=AS_OF)
    assert [row.verdict for row in bare.channels] == [None, None, None]


@pytest.mark.parametrize(
    ("days", "grain", "points"), [(31, "day", 31), (32, "week", 5), (730, "month", 24)]
)
def test_the_trend_takes_the_grain_that_fits(days: int, grain: str, points: int) -> None:
    """Up to 31 days by day, then by week, beyond a year by month; nothing is lost."""
    rows = [
        {"date": day, "channel": "douyin", "sales": 1.0, "cost": 1.0}
        for day in pd.date_range("2024-01-01", periods=days)
    ]
    trend = summarize(reading({"daily_data": rows}), as_of=date(2026, 1, 1)).trend
    assert trend is not None
    assert (trend.grain, len(trend.points)) == (grain, points)
    assert sum(point.sales or 0 for point in trend.points) == days


def test_days_without_data_stay_gaps() -> None:
    """A day nobody filled in is in the trend without a value; rows without a date are counted."""
    rows: list[dict[str, object]] = [
        {"date": pd.Timestamp(day), "channel": "douyin", "sales": 1.0}
        for day in ("2024-06-01", "2024-06-03")
    ]
    rows.append({"channel": "douyin", "sales": 1.0})
    trend = summarize(reading({"daily_data": rows}), as_of=AS_OF).trend
    assert trend is not None
    assert [(point.day.day, point.sales) for point in trend.points] == [(1, 1), (2, None), (3, 1)]
    assert trend.undated == 1


def test_stages_are_marked_when_money_runs_ahead() -> None:
    """Spend ahead of time is an alarm unless the work is as far; over budget always is."""
    june = {"planned_start": pd.Timestamp("2024-06-01"), "planned_end": pd.Timestamp("2024-07-31")}
    rows = [
        {**june, "task": "a", "stage": "launch", "budget": 100.0, "spend": 90.0, "progress": 0.5},
        {**june, "task": "b", "stage": "peak", "budget": 100.0, "spend": 90.0, "progress": 0.95},
        {**june, "task": "c", "stage": "closing", "budget": 100.0, "spend": 101.0, "progress": 1.0},
    ]
    summary = summarize(reading({"master_tracker": rows}), as_of=AS_OF)
    assert [stage.alarm for stage in summary.stages] == [True, False, True]


def test_the_worst_metrics_are_shown() -> None:
    """Of forty metrics the nine worst are kept, by achievement, lower-is-better ones last."""
    rows = [metric(f"m{n}", 100, 60 + 2 * n) for n in range(39)]
    rows.append(metric("cost", 100, 300, direction="lower"))
    shown = shown_metrics(summarize(reading({"effect_evaluation": rows}), as_of=AS_OF).metrics)
    assert [one.name for one in shown] == [f"m{n}" for n in range(7, -1, -1)] + ["cost"]


def test_empty_sections_say_why() -> None:
    """A sheet that is missing and one that is blank are told apart."""
    summary = summarize(reading({"daily_data": []}), as_of=AS_OF)
    assert phrase_text(summary.absent["daily_data"], "zh-Hans") == "“每日数据”还没有数据。"
    assert phrase_text(summary.absent["issue_log"], "en") == 'There is no sheet "Issue log".'


def test_figures_cover_every_level() -> None:
    """The flat list holds totals, channels, days, weeks, departments, stages and metrics."""
    listed = figures(campaign(), as_of=AS_OF)
    levels = {tuple(level) for level, _ in listed}
    assert levels == {
        *((), ("channel",), ("day",), ("week",), ("week", "channel")),
        *(("department",), ("stage",), ("metric",), ("severity",)),
    }
    values = {one.metric: one.value for level, one in listed if not level}
    assert values["roas"] == pytest.approx(
        sum(float(str(row["sales"])) for row in campaign_days())
        / sum(float(str(row["cost"])) for row in campaign_days())
    )
    assert {one.reason for _, one in listed} <= {None, *REASONS}


def test_figures_say_what_was_left_out() -> None:
    """As of an earlier day the later rows are counted in `left_out`, and so are later issues."""
    issues = [issue("a", "high", occurred_on="2024-06-20")]
    book = reading({"daily_data": campaign_days(), "issue_log": issues}, form=FORM)
    listed = figures(book, as_of=date(2024, 6, 10))
    totals = {one.metric: one for level, one in listed if not level}
    assert (totals["sales"].rows, totals["sales"].left_out) == (40, 72)
    assert (totals["issues_open"].value, totals["issues_open"].left_out) == (0, 1)
    assert (totals["budget_total"].value, totals["budget_unallocated"].value) == (450_000.0, None)


def test_the_summary_ends_with_the_day() -> None:
    """Channels and trend hold no row after the day; how many there are is kept for the note."""
    summary = summarize(reading({"daily_data": campaign_days()}), as_of=date(2024, 6, 10))
    assert summary.trend is not None
    assert (summary.trend.last, len(summary.trend.points)) == (date(2024, 6, 10), 10)
    assert summary.later == {"daily_data": 72}
    sales = sum(float(str(row["sales"])) for row in campaign_days(10))
    assert summary.channel_total is not None
    assert summary.channel_total.figures["sales"].value == sales
    before = summarize(reading({"daily_data": campaign_days()}), as_of=date(2024, 5, 1))
    assert phrase_text(before.absent["daily_data"], "en") == (
        'All 112 rows of "Daily data" are after 1 May 2024 and left out.'
    )


def test_unreadable_spend_is_said_in_the_tile() -> None:
    """The tile names the task that is in neither sum."""
    rows = [{"task": "t", "budget": 100.0, "spend": spend} for spend in (50.0, None)]
    book = reading({"master_tracker": rows})
    records = book.sheets["master_tracker"]
    raw = records.raw.assign(spend=pd.Series([50.0, "约5万"], dtype=object))
    book = replace(book, sheets={"master_tracker": replace(records, raw=raw)})
    tile = summarize(book, as_of=AS_OF).tiles[5]
    assert (tile.figure.value, tile.state) == (0.5, "close")
    assert tile.delta is not None
    assert phrase_text(tile.delta, "en") == "1 task left out"


def test_blank_channels_are_not_counted_twice() -> None:
    """Among the largest twelve, rows without a channel are not among the others as well."""
    day = pd.Timestamp("2024-06-01")
    names = [None, *(f"渠道{n}" for n in range(20))]
    rows = [{"date": day, "channel": name, "cost": 1.0, "sales": 9.0} for name in names]
    summary = summarize(reading({"daily_data": rows}), as_of=AS_OF)
    shown = sum(row.figures["sales"].value or 0 for row in summary.channels)
    assert summary.channel_total is not None
    assert shown == summary.channel_total.figures["sales"].value == 189.0


OWN = """
format = 1
id = "posts"
title = "Posts"

[choices.platform]
label = "Platform"
items = [{ id = "red", label = "RED" }, { id = "blue", label = "Blue" }]

[[sheets]]
id = "posts"
label = "Posts"
day_line = "posted"

[[sheets.columns]]
id = "posted"
type = "date"
label = "Posted"

[[sheets.columns]]
id = "platform"
type = "choice"
choices = "platform"
label = "Platform"

[[sheets.columns]]
id = "fee"
type = "money"
label = "Fee"

[[sheets.columns]]
id = "reads"
type = "integer"
label = "Reads"
"""
METRIC = """
[[metrics]]
id = "cost_per_read"
label = "Cost per read"
sheet = "posts"
numerator = "fee"
denominator = "reads"
unit = "money"
"""


def own_book(folder: Path, *, metrics: str = METRIC) -> Reading:
    """Return a reading of a company's own table: two posts in June, one in July."""
    path = folder / "posts.toml"
    path.write_text(OWN + metrics, encoding="utf-8")
    rows = [
        {"posted": pd.Timestamp(day), "platform": name, "fee": fee, "reads": reads}
        for day, name, fee, reads in (
            ("2024-06-03", "red", 100.0, 500),
            ("2024-06-04", "blue", 300.0, 500),
            ("2024-07-01", "red", 900.0, 1),
        )
    ]
    return reading({"posts": rows}, template=load_template(path))


def test_own_metrics_have_figures_at_every_level(tmp_path: Path) -> None:
    """A company's metric is computed in total, by choice column, day and week, and no other is."""
    listed = figures(own_book(tmp_path), as_of=AS_OF)
    assert [(dict(level), one.value) for level, one in listed if one.rows] == [
        ({}, 0.4),
        ({"platform": "red"}, 0.2),
        ({"platform": "blue"}, 0.6),
        ({"day": date(2024, 6, 3)}, 0.2),
        ({"day": date(2024, 6, 4)}, 0.6),
        ({"week": date(2024, 6, 3)}, 0.4),
        ({"week": date(2024, 6, 3), "platform": "red"}, 0.2),
        ({"week": date(2024, 6, 3), "platform": "blue"}, 0.6),
    ]
    assert {one.metric for _, one in listed} == {"cost_per_read", "cost_per_read_week_change"}


def test_own_metrics_make_the_summary(tmp_path: Path) -> None:
    """Tiles and a table come from the template's own metrics; nothing of a campaign is there."""
    summary = summarize(own_book(tmp_path), as_of=AS_OF)
    assert [(tile.id, tile.figure.value) for tile in summary.tiles] == [("cost_per_read", 0.4)]
    assert phrase_text(summary.tiles[0].target, "en") == "2 rows, 1 left out"
    (table,) = summary.own
    rows = [(text_of(row.name, "en"), row.figures["cost_per_read"].value) for row in table.rows]
    assert rows == [("Blue", 0.6), ("RED", 0.2)]
    assert table.total is not None
    assert (table.total.figures["cost_per_read"].value, table.total.count) == (0.4, 2)
    assert summary_lines(summary, "en")[4].strip() == "Cost per read 0.4  2 rows, 1 left out"


def test_a_template_without_metrics_shows_its_sums(tmp_path: Path) -> None:
    """What adds up is added up, so that the Summary says something."""
    summary = summarize(own_book(tmp_path, metrics=""), as_of=AS_OF)
    assert [(tile.id, tile.figure.value) for tile in summary.tiles] == [
        ("fee", 400.0),
        ("reads", 1000.0),
    ]
    assert summary.health == "ok"


def _keyless(summary: Summary) -> Summary:
    """Return a Summary whose alerts have no keys; they name the sheets."""
    return replace(
        summary,
        actions=tuple(replace(one, key="") for one in summary.actions),
        alerts=tuple(
            replace(one, key="", alert=one.alert and replace(one.alert, key=""))
            for one in summary.alerts
        ),
    )


@pytest.mark.parametrize("as_of", [AS_OF, date(2024, 6, 12)])
def test_sheets_are_found_by_role(as_of: date) -> None:
    """Under other ids the same sheets give the same figures, tiles, alerts and later rows."""
    book = campaign()
    names = {sheet.id: f"our_{sheet.id}" for sheet in book.template.tables}
    template = replace(
        book.template,
        sheets=tuple(
            replace(sheet, id=names.get(sheet.id, sheet.id)) for sheet in book.template.sheets
        ),
        metrics=tuple(replace(one, sheet=names[one.sheet]) for one in book.template.metrics),
        rules=tuple(
            replace(
                one,
                sheets=tuple(names.get(name, name) for name in one.sheets),
                when={names.get(name, name): test for name, test in one.when.items()},
            )
            for one in book.template.rules
        ),
    )
    sheets = {names[name]: replace(one, sheet=names[name]) for name, one in book.sheets.items()}
    other = replace(book, template=template, sheets=sheets)
    assert figures(other, as_of=as_of) == figures(book, as_of=as_of)
    one, two = (summarize(made, as_of=as_of) for made in (book, other))
    assert two.later == {names[name]: count for name, count in one.later.items()}
    assert bool(two.later) == (as_of < AS_OF)
    assert two.sections == {key: names[name] for key, name in one.sections.items()}
    assert replace(
        _keyless(two), later=one.later, sections=one.sections, sheets=one.sheets, absent=one.absent
    ) == replace(_keyless(one), source=two.source)


def test_terminal_lines() -> None:
    """The short form has verdict, sentence, six figures, every action and the row count."""
    summary = summarize(campaign(), as_of=AS_OF)
    lines = summary_lines(summary, "zh-Hans")
    assert lines[0] == "2024夏季大促（618）  ▲ 有风险"
    assert lines[2] == sentence(summary, "zh-Hans")
    # The reserve stands in a form that this reading has no cells of.
    assert sum(" › " in line for line in lines) == len(summary.actions) - 1 == 10
    assert lines[-1] == "读到 139 行 = 采用 139 行 + 列出 0 行"


@pytest.mark.parametrize(
    ("value", "unit", "texts"),
    [
        (720_000, "money", ("72 万", "720K")),
        (123_456_789, "money", ("1.23 亿", "123.5M")),
        (99_999, "number", ("99,999", "99,999")),
        (-250_000, "number", ("-25 万", "-250K")),
        (56.25, "money", ("56.2", "56.2")),
        (0, "number", ("0", "0")),
        (0.065, "percent", ("6.5%", "6.5%")),
        (1.5, "percent", ("150%", "150%")),
        (-0.00001, "percent", ("0%", "0%")),
        (4, "ratio", ("4.00", "4.00")),
    ],
)
def test_amounts_in_sentences(value: float, unit: Any, texts: tuple[str, str]) -> None:
    """Large amounts take 万 or K, rates at most one decimal, ratios always two."""
    amount = Amount(value=value, unit=unit)
    assert (amount_text(amount, "zh-Hans"), amount_text(amount, "en")) == texts


def test_one_scale_for_figures_that_stand_together() -> None:
    """万 from 100,000 on, unless a figure would show as nothing; 亿 only where all are large."""
    assert scale_of([99_999.0, 5_000], "zh-Hans") == "plain"
    assert scale_of([100_000, 5_000, 0, None], "zh-Hans") == "large"
    assert scale_of([100_000, 999], "zh-Hans") == "plain"
    assert scale_of([-200_000], "zh-Hans") == "large"
    assert scale_of([2e8, 1e6], "zh-Hans") == "large"
    assert scale_of([2e8, 5e7], "zh-Hans") == "huge"
    assert scale_of([2e7, 5e6], "en") == "huge"
    assert scale_of([], "en") == "plain"


def test_digits_stand_apart_from_chinese() -> None:
    """A clause that begins with a count has the same space before it as after it."""
    rows = [metric("a", 1, 2)]
    issues = campaign_issues()[:1]
    days = [{"date": pd.Timestamp("2024-06-01"), "sales": 2.0, "sales_target": 1.0}]
    book = reading({"effect_evaluation": rows, "issue_log": issues, "daily_data": days})
    said = sentence(summarize(book, as_of=AS_OF), "zh-Hans")
    assert said == "销售额达到目标，但 1 个问题超期未解决。"


def test_lists_are_joined_as_people_do() -> None:
    """Two with "and", more with commas before it."""
    assert join(["a"], "en") == "a"
    assert join(["a", "b"], "en") == "a and b"
    assert join(["a", "b", "c"], "en") == "a, b and c"
    assert join(["甲", "乙", "丙"], "zh-Hans") == "甲、乙与丙"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "zh-Hans",
            (
                "市场部 · 营销主管    |    2024-05-01 至 2024-07-15    |    "
                "数据截至 2024-06-28，时间已过 78%"
            ),
        ),
        (
            "en",
            (
                "Marketing · 营销主管    |    1 May – 15 Jul 2024    |    "
                "Data as of 28 Jun 2024, 78% of time elapsed"
            ),
        ),
    ],
)
def test_the_line_below_the_title(language: Language, line: str) -> None:
    """It says whose campaign it is, when, and how far time is."""
    assert sub_line(summarize(campaign(), as_of=AS_OF), language) == line


def test_a_summary_does_not_read_the_clock() -> None:
    """Only `as_of` decides: half a year on, everything open is later."""
    early, late = (summarize(campaign(), as_of=day) for day in (AS_OF, date(2024, 12, 28)))
    assert early.elapsed.value != late.elapsed.value == 1.0


def leaves(node: dict[str, Any], path: str = "") -> list[tuple[str, dict[str, str]]]:
    """List the texts of a book with their keys."""
    if set(node) == set(LANGUAGES):
        return [(path, node)]
    found = []
    for key, child in node.items():
        assert isinstance(child, dict), f"{path}.{key} lacks languages"
        found += leaves(child, f"{path}.{key}".lstrip("."))
    return found


def words() -> list[tuple[str, dict[str, str]]]:
    """Return every text of the Summary."""
    path: Path = templates_folder() / "words" / "summary.toml"
    return leaves(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(("key", "texts"), words())
def test_every_word_is_there_in_three_languages(key: str, texts: dict[str, str]) -> None:
    """All three have the same blanks, apart from dates; Traditional has its own quotes."""
    blanks = {name: set(re.findall(r"\{(\w+)", text)) for name, text in texts.items()}
    if not key.startswith("date."):
        assert blanks["zh-Hans"] == blanks["zh-Hant"] == blanks["en"]
    assert all(text.strip() for text in texts.values())
    assert "“" not in texts["zh-Hant"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: Language) -> None:
    """No code of a reason lacks its words, and one and many are told apart."""
    assert all(reason_words(reason, language) for reason in REASONS)
    assert phrase_text(Phrase(code="gap.late", params={"days": 1}, count=1), language)
