"""What counts for a rule: the workbook's word for a group, for all, or the template's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from support.readings import reading

from marketing_sheets.alerts.model import (
    Terms,
    choice_setting,
    is_recent,
    key_of,
    number_setting,
    terms,
)
from marketing_sheets.loading import library_template
from marketing_sheets.template import Rule, Threshold

BLANK = reading({})


def rule_of(name: str, template: str = "campaign_tracker") -> Rule:
    """Return a shipped rule."""
    return next(one for one in library_template(template).rules if one.id == name)


@pytest.mark.parametrize(
    ("said", "limit", "days"),
    [
        ((), 0.015, 2),
        ((Threshold(rule="ctr_low", group="douyin", limit=0.0),), 0.0, 2),
        ((Threshold(rule="ctr_low", group="douyin", days=5),), 0.015, 5),
        ((Threshold(rule="ctr_low", limit=0.3, days=9),), 0.3, 9),
        (
            (
                Threshold(rule="ctr_low", limit=0.3),
                Threshold(rule="ctr_low", group="douyin", limit=0.4),
                Threshold(rule="ctr_low", group="weibo", limit=0.5),
            ),
            0.4,
            2,
        ),
        ((Threshold(rule="cvr_low", group="douyin", limit=0.4),), 0.015, 2),
    ],
)
def test_a_group_goes_before_all_before_the_template(
    said: tuple[Threshold, ...], limit: float, days: int
) -> None:
    """Limit and days each for itself: what a row leaves blank is as its template has it."""
    found = terms(rule_of("ctr_low"), replace(BLANK, thresholds=said), "douyin")
    assert found == Terms(limit=limit, days=days)


@pytest.mark.parametrize(
    ("said", "group", "is_on"),
    [
        ((), "douyin", True),
        ((), "weibo", False),
        ((), None, False),
        ((Threshold(rule="ctr_low", group="weibo"),), "weibo", True),
        ((Threshold(rule="ctr_low", group="weibo"),), "douyin", False),
        ((Threshold(rule="ctr_low"),), "weibo", True),
        ((Threshold(rule="ctr_low", is_on=False),), "douyin", False),
        (
            (Threshold(rule="ctr_low", is_on=False), Threshold(rule="ctr_low", group="weibo")),
            "weibo",
            True,
        ),
        (
            (Threshold(rule="ctr_low"), Threshold(rule="ctr_low", group="weibo", is_on=False)),
            "weibo",
            False,
        ),
    ],
)
def test_a_rule_is_on_where_its_workbook_says_so(
    said: tuple[Threshold, ...], group: str | None, is_on: bool
) -> None:
    """Without a word for the channels it names; a workbook that names others leaves these alone."""
    book = replace(BLANK, thresholds=said)
    assert (terms(rule_of("ctr_low"), book, group) is not None) is is_on


def test_a_rule_that_is_off_is_off() -> None:
    """Until the workbook switches it on."""
    off = replace(rule_of("over_budget"), is_on=False)
    assert terms(off, BLANK) is None
    assert terms(off, replace(BLANK, thresholds=(Threshold(rule=off.id),))) is not None


def test_a_setting_gives_days_to_a_deadline_and_a_limit_to_all_else() -> None:
    """The workbook's value, else the template's, be it zero."""
    due, kept = rule_of("review_due", "campaign_review"), rule_of("reserve")
    for settings, days, limit in (({}, 5, 0.1), ({"review_to": 0.0, "reserve": 0.0}, 0, 0.0)):
        assert terms(due, replace(BLANK, settings=settings)) == Terms(limit=None, days=days)
        assert terms(kept, replace(BLANK, settings=settings)) == Terms(limit=limit, days=None)


def test_settings_are_the_workbooks_else_the_templates() -> None:
    """A choice is no number and a number no choice; what nobody knows is neither."""
    book = replace(BLANK, settings={"roi_form": "net", "close": 0.5})
    assert [choice_setting(one, "roi_form") for one in (BLANK, book)] == ["sales", "net"]
    assert [number_setting(one, "close") for one in (BLANK, book)] == [0.9, 0.5]
    assert [choice_setting(book, name) for name in ("close", "nothing")] == ["", ""]
    assert [number_setting(book, name) for name in ("roi_form", "nothing")] == [None, None]


@pytest.mark.parametrize(
    ("days", "count", "recent"),
    [
        ((26, 27, 28), 2, (27, 28)),
        ((26, 27, 28, 29), 2, (27, 28)),
        ((25, 26, 27), 2, (27,)),
        ((24, 25, 26), 2, (25, 26)),
        ((20, 24), 2, (24,)),
        ((29,), 2, ()),
        ((), 2, ()),
    ],
)
def test_the_last_days_are_up_to_today_or_to_the_last_there_are(
    days: tuple[int, ...], count: int, recent: tuple[int, ...]
) -> None:
    """Where nothing has come in since, waiting proves nothing; what is yet to come never counts."""
    values = np.array([f"2024-06-{day}" for day in days], dtype="datetime64[D]")
    found = values[is_recent(values, date(2024, 6, 28), count)]
    assert [day.item().day for day in found] == [*recent]


def test_a_key_is_what_an_alert_is_about() -> None:
    """Blanks count: without a name in between it is about something else."""
    assert key_of("r", "a", None, 3) == "r|a|None|3"
    assert key_of("r", "", "a") != key_of("r", "a", "")
