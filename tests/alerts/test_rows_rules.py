"""Every rule of alerts fires where it should and keeps quiet right beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from support.readings import campaign, reading
from support.rule_cases import CASES, DAY, clicks, conversions, days_of

from marketing_sheets.alerts import Amount, alerts
from marketing_sheets.loading import library_template, template_names
from marketing_sheets.problems import Problem
from marketing_sheets.records import Reading
from marketing_sheets.summary import phrase_text, summarize
from marketing_sheets.template import RULE_KINDS, Threshold
from marketing_sheets.texts import LANGUAGES

SHIPPED = {rule.id: rule for name in template_names() for rule in library_template(name).rules}


def raised(book: Reading, rule: str) -> list[str]:
    """Return the keys of the alerts that a rule raises."""
    return [one.key for one in alerts(book, as_of=DAY) if one.rule == rule]


def test_every_rule_has_a_case() -> None:
    """No rule is shipped that nothing proves, and every kind of rule is used."""
    assert set(CASES) == set(SHIPPED)
    assert {rule.kind for rule in SHIPPED.values()} == set(RULE_KINDS)


@pytest.mark.parametrize("rule", CASES)
def test_fires(rule: str) -> None:
    """The rule raises exactly one alert; it can be said in every language, no blank left open.

    Once the lists sheet says no it raises none.
    """
    book = CASES[rule].reading(rule, fires=True)
    (one,) = (alert for alert in alerts(book, as_of=DAY) if alert.rule == rule)
    own = SHIPPED[rule]
    assert (one.kind, one.severity, one.label) == (own.kind, own.severity, own.label)
    assert one.place.sheet is not None or one.place.file is not None
    assert one.key.startswith(f"{rule}|")
    phrases = [phrase for phrase in (one.what, one.gap, one.advice) if phrase is not None]
    words = [phrase_text(phrase, language) for phrase in phrases for language in LANGUAGES]
    assert not any("{" in text or "None" in text for text in words)
    off = tuple(replace(said, is_on=False) for said in book.thresholds)
    assert raised(replace(book, thresholds=off), rule) == []


@pytest.mark.parametrize("rule", CASES)
def test_keeps_quiet(rule: str) -> None:
    """Right beside its limit the rule raises nothing."""
    assert raised(CASES[rule].reading(rule, fires=False), rule) == []


def test_a_run_must_reach_the_last_day_without_a_gap() -> None:
    """Low days that are over, or with a day between, are no run; three are told as three."""
    for values, days in (((1400, 1400, 2000), 0), ((1400, 1400, 1400), 3)):
        rows = days_of("douyin", clicks(*values))
        found = alerts(reading({"daily_data": rows}, as_of=DAY), as_of=DAY)
        told = [one.gap.params["days"] for one in found if one.rule == "ctr_low"]
        assert told == ([days] if days else [])
    low = days_of("douyin", clicks(1400, 2000, 1400))
    apart = reading({"daily_data": [low[0], low[2]]}, as_of=DAY)
    assert raised(apart, "ctr_low") == []


def test_a_run_is_told_by_its_pooled_rate() -> None:
    """1,400 and 1,000 clicks of 200,000 are 1.2 %, whatever the days' own rates are."""
    book = reading({"daily_data": days_of("douyin", clicks(1400, 1000))}, as_of=DAY)
    (one,) = (a for a in alerts(book, as_of=DAY) if a.rule == "ctr_low")
    value = one.what.params["value"]
    assert value == Amount(value=0.012, unit="percent")
    assert (one.place.sheet, one.place.row) == ("每日数据", 8)


def test_too_little_to_go_by() -> None:
    """A thousand impressions say something about a click rate, fewer do not."""
    rows = [{"impressions": 999, "clicks": 1}, {"impressions": 999, "clicks": 1}]
    book = reading({"daily_data": days_of("douyin", rows)}, as_of=DAY)
    assert raised(book, "ctr_low") == []


def test_only_the_channels_a_rule_names() -> None:
    """Feed ads are watched; another channel is not until the workbook says so."""
    book = reading({"daily_data": days_of("xiaohongshu", clicks(1400, 1400))}, as_of=DAY)
    assert raised(book, "ctr_low") == []
    told = replace(book, thresholds=(Threshold(rule="ctr_low", group="xiaohongshu"),))
    assert raised(told, "ctr_low") == ["ctr_low|daily_data|xiaohongshu"]


def test_a_channel_has_its_own_limit() -> None:
    """A row for a channel goes before the row for all."""
    rows = [*days_of("douyin", clicks(1200, 1200)), *days_of("weibo", clicks(1200, 1200))]
    book = replace(
        reading({"daily_data": rows}, as_of=DAY),
        thresholds=(
            Threshold(rule="ctr_low", group=None, limit=0.013),
            Threshold(rule="ctr_low", group="weibo", limit=0.01),
        ),
    )
    assert raised(book, "ctr_low") == ["ctr_low|daily_data|douyin"]


def test_distance_in_points_or_relative() -> None:
    """From 2 % to 1.5 % is half a point, and a quarter: beyond 0.4 points, within 30 %."""
    rows = days_of("xiaohongshu", conversions(200, 200, 200, 150))
    book = reading({"daily_data": rows}, as_of=DAY)
    book = replace(book, thresholds=(Threshold(rule="cvr_drop", limit=0.004),))
    assert len(raised(replace(book, settings={"gap_as": "points"}), "cvr_drop")) == 1
    wide = replace(book, thresholds=(Threshold(rule="cvr_drop", limit=0.3),))
    assert raised(replace(wide, settings={"gap_as": "relative"}), "cvr_drop") == []


def test_typed_rates_count_day_by_day() -> None:
    """Where people type the conversion rate of a day, it is held against the days before."""
    template = library_template("campaign_process")
    rates = [{"cvr": 0.05}, {"cvr": 0.05}, {"cvr": 0.05}, {"cvr": 0.03}]
    rows = days_of("wechat_moments", rates)
    book = reading({"campaign_daily": rows}, as_of=DAY, template=template)
    assert raised(book, "cvr_drop") == ["cvr_drop|campaign_daily|wechat_moments"]


def test_missing_days_up_to_the_deadline() -> None:
    """The day itself is due on the same day only if the workbook says so."""
    rows = days_of("douyin", clicks(2000), DAY - timedelta(days=1))
    book = reading({"daily_data": rows}, as_of=DAY)
    assert raised(book, "daily_missing") == []
    same = replace(book, settings={"daily_deadline": "same_day"})
    assert raised(same, "daily_missing") == ["daily_missing|daily_data"]


def test_missing_days_stay_missing_until_there_are_data() -> None:
    """Waiting ends no gap, at the start neither; a long one with data after it was a break."""
    rows = days_of("douyin", clicks(2000), DAY - timedelta(days=1))
    long_ago = days_of("douyin", clicks(2000), DAY - timedelta(days=40))
    for days in (14, 15, 40, 90):
        later = DAY + timedelta(days=days)
        assert [one.rule for one in alerts(reading({"daily_data": rows}), as_of=later)] == [
            "daily_missing"
        ]
        unfilled = reading({"daily_data": []}, form={"start_date": DAY})
        assert [one.rule for one in alerts(unfilled, as_of=later)] == ["daily_missing"]
    told = reading({"daily_data": [*long_ago, *rows]}, as_of=DAY)
    assert raised(told, "daily_missing") == []
    late = reading({"daily_data": rows}, form={"start_date": date(2024, 3, 1)}, as_of=DAY)
    assert raised(late, "daily_missing") == []
    soon = reading({"daily_data": rows}, form={"start_date": rows_start(rows, 3)}, as_of=DAY)
    assert raised(soon, "daily_missing") == ["daily_missing|daily_data"]


def rows_start(rows: Any, days: int) -> date:
    """Return the day so many days before the first of some rows."""
    first: date = min(row["date"] for row in rows).date()
    return first - timedelta(days=days)


def test_a_window_without_data_keeps_its_alert() -> None:
    """What broke a limit in its last days does so until there are better days, not fewer."""
    poor = days_of("douyin", conversions(2), DAY - timedelta(days=1))
    for days in (0, 5, 30):
        book = reading({"daily_data": poor})
        found = [one.rule for one in alerts(book, as_of=DAY + timedelta(days=days))]
        assert "feed_cvr_low" in found, days
    good = days_of("douyin", conversions(900), DAY + timedelta(days=20))
    found = [
        one.rule
        for one in alerts(reading({"daily_data": [*poor, *good]}), as_of=DAY + timedelta(days=20))
    ]
    assert "feed_cvr_low" not in found


def test_days_after_the_end_are_not_due() -> None:
    """Nobody owes figures for the days after the campaign."""
    rows = days_of("douyin", clicks(2000), date(2024, 6, 20))
    ended = reading({"daily_data": rows}, form={"end_date": date(2024, 6, 20)}, as_of=DAY)
    assert raised(ended, "daily_missing") == []


def test_a_review_waits_for_working_days() -> None:
    """The public holiday of 10 June and days off on the lists sheet put the deadline off."""
    ended = {"end_date": date(2024, 6, 7)}
    template = library_template("campaign_review")
    book = reading({"metric_evaluation": []}, form=ended, template=template)

    def due(day: date, book: Reading = book) -> bool:
        return any(one.rule == "review_due" for one in alerts(book, as_of=day))

    # Friday the 7th, then 11, 12, 13, 14 and 17 June.
    assert [due(date(2024, 6, day)) for day in (14, 17, 18)] == [False, False, True]
    rested = replace(book, holidays=(date(2024, 6, 17),))
    assert not due(date(2024, 6, 18), rested)


def test_keys_stay_when_rows_move() -> None:
    """Rows in another order raise alerts with the same keys, and no two share one."""
    book = campaign()
    sheets = dict(book.sheets)
    for name, records in book.sheets.items():
        frame = records.frame.iloc[::-1].reset_index(drop=True)
        sheets[name] = replace(records, frame=frame)
    keys = [one.key for one in alerts(book, as_of=DAY)]
    assert sorted(one.key for one in alerts(replace(book, sheets=sheets), as_of=DAY)) == sorted(
        keys
    )
    assert len(set(keys)) == len(keys) > 5


def test_a_cell_nobody_can_read_raises_nothing() -> None:
    """An actual end that is no date is a problem of its own, not a missing one."""
    book = CASES["done_no_end"].reading("done_no_end", fires=True)
    place = book.sheets["promotion_master"].place(0, "actual_end")
    doubt = Problem(code="not_a_date", place=place, raw="快了")
    assert raised(replace(book, problems=(doubt,)), "done_no_end") == []


def test_the_verdict_knows_of_them() -> None:
    """With an alert to act on nothing is said to be on track, and the sentence counts it."""
    grave = summarize(reading({"daily_data": days_of("douyin", clicks(1400, 1400))}), as_of=DAY)
    mild = summarize(CASES["end_not_full"].reading("end_not_full", fires=True), as_of=DAY)
    fine = summarize(reading({"daily_data": days_of("douyin", clicks(2000, 2000))}), as_of=DAY)
    assert (grave.health, mild.health, fine.health) == ("risk", "watch", "ok")
    assert [(clause.code, clause.count) for clause in grave.bad] == [("clause.alerts", 1)]
    assert fine.bad == ()
