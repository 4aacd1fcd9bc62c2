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
from readings import (
    AS_OF,
    FORM,
    campaign,
    campaign_days,
    campaign_issues,
    issue,
    metric,
    reading,
)

from marketing_sheets.alerts import ALERT_KINDS, Amount, Phrase
from marketing_sheets.languages import LANGUAGES, Language
from marketing_sheets.places import Place
from marketing_sheets.problems import Problem
from marketing_sheets.records import ControlTotal
from marketing_sheets.summary import figures, summarize, summary_lines
from marketing_sheets.summary.model import RowCounts
from marketing_sheets.summary.tables import shown_metrics
from marketing_sheets.summary.wording import (
    amount_text,
    join,
    phrase_text,
    reason_words,
    scale_of,
    sentence,
    sub_line,
    word,
)
from marketing_sheets.wording import templates_folder

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
        "budget": ("Left 120K", "1 task over", "close"),
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
        "3 项任务延期，1 项任务超预算，3 项指标未达标，3 个问题超期未解决。"
    )
    assert sentence(summary, "en") == (
        "Sales, ROAS and CAC met target, but progress trails time by 2 points, new users missed "
        "target, 3 tasks are delayed, 1 task is over budget, 3 metrics missed target and 3 issues "
        "are overdue."
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
    trend = summarize(reading({"daily_data": rows}), as_of=AS_OF).trend
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


def test_terminal_lines() -> None:
    """The short form has verdict, sentence, six figures, every action and the row count."""
    summary = summarize(campaign(), as_of=AS_OF)
    lines = summary_lines(summary, "zh-Hans")
    assert lines[0] == "2024夏季大促（618）  ▲ 有风险"
    assert lines[2] == sentence(summary, "zh-Hans")
    assert sum(" › " in line for line in lines) == len(summary.actions) == 10
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
def test_every_reason_and_kind_has_its_words(language: Language) -> None:
    """No code of a reason or an alert lacks its words."""
    assert all(reason_words(reason, language) for reason in REASONS)
    assert all(word(f"kind.{kind}", language) for kind in ALERT_KINDS)
    assert phrase_text(Phrase(code="gap.late", params={"days": 1}, count=1), language)
