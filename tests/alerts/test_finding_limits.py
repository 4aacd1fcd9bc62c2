"""Every rule at its limit, just beside it, and over several days: waiting changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.readings import reading
from support.rule_cases import CASES, DAY, days_of

from marketing_sheets.alerts import Alert, Amount, alerts, track
from marketing_sheets.loading import library_template
from marketing_sheets.records import Reading, RememberedAlert
from marketing_sheets.template import Rule, bound_words

_LIMITED = ("threshold", "drop", "count", "burn")


def rule_of(name: str) -> Rule:
    """Return a shipped rule."""
    rules = library_template(CASES[name].template).rules
    return next(one for one in rules if one.id == name)


def of(book: Reading, name: str, days: int = 0) -> list[Alert]:
    """Return the alerts of a rule, so many days later."""
    return [one for one in alerts(book, as_of=DAY + timedelta(days=days)) if one.rule == name]


def measured(alert: Alert, rule: Rule) -> float:
    """Return the figure that a rule holds against its limit."""
    relative = rule.kind in ("drop", "burn") or rule.target is not None
    name = "gap" if relative else "value"
    found = {**alert.gap.params, **alert.what.params}[name]
    assert isinstance(found, Amount)
    return found.value


@pytest.mark.parametrize(
    "name", [n for n in CASES if rule_of(n).kind in _LIMITED and rule_of(n).setting is None]
)
def test_on_its_limit_a_rule_is_kept(name: str) -> None:
    """At the limit it keeps quiet, a millionth beyond it alerts, and a millionth within not."""
    book, rule = CASES[name].reading(name, fires=True), rule_of(name)
    (alert,) = of(book, name)
    value = measured(alert, rule)
    is_lower = rule.side == "below" and rule.kind == "threshold" and rule.target is None

    def at(limit: float) -> int:
        moved = [replace(one, limit=limit) for one in book.thresholds]
        return len(of(replace(book, thresholds=tuple(moved)), name))

    assert at(value) == 0
    assert at(value * (1 + 1e-6)) == (1 if is_lower else 0)
    assert at(value * (1 - 1e-6)) == (0 if is_lower else 1)


@pytest.mark.parametrize(("clicked", "count"), [(149, 1), (150, 0), (151, 0)])
def test_days_running_on_their_limit_are_kept(clicked: int, count: int) -> None:
    """Two days at a CTR of 1.5 % keep quiet; just below they alert."""
    rows = days_of("douyin", [{"impressions": 10_000, "clicks": clicked}] * 2)
    assert len(of(reading({"daily_data": rows}), "ctr_low")) == count


@pytest.mark.parametrize("name", CASES)
def test_four_recalculations_keep_an_alert(name: str) -> None:
    """The same data on four days running: it goes on, first seen on the first day, never gone."""
    book, remembered = CASES[name].reading(name, fires=True), tuple[RememberedAlert, ...]()
    for days in range(4):
        day = DAY + timedelta(days=days)
        tracked = track(alerts(book, as_of=day), remembered, as_of=day)
        own = [one for one in tracked if one.key.startswith(f"{name}|")]
        if rule_of(name).kind == "early" and days:
            # What was too early is so no longer once its day has come.
            return
        assert [one.standing for one in own] == ["continuing" if days else "new"], days
        assert [one.first_seen for one in own] == [DAY]
        remembered = tuple(
            RememberedAlert(key=one.key, severity=one.severity, first_seen=one.first_seen)
            for one in tracked
        )
    better = CASES[name].reading(name, fires=False)
    tracked = track(alerts(better, as_of=DAY), remembered, as_of=DAY)
    (gone,) = [one for one in tracked if one.key.startswith(f"{name}|")]
    assert gone.standing == "resolved"


def missed(*kpis: tuple[str, float]) -> list[int]:
    """Return how many alerts there are of each finished task, whose KPI stands at a value."""
    done = {"status": "done", "progress": 1.0}
    tasks = [
        {**done, "task": f"t{at}", "kpi": text, "kpi_current": value}
        for at, (text, value) in enumerate(kpis)
    ]
    book = reading({"master_tracker": tasks})
    rows = Counter(one.place.row for one in of(book, "kpi_missed"))
    return [rows[int(row)] for row in book.sheets["master_tracker"].rows]


_SIDES = {"≥": (1, 0, 0), ">": (1, 1, 0), "≤": (0, 0, 1), "<": (0, 1, 1), "=": (1, 0, 0)}


@pytest.mark.parametrize("position", ["before", "after"])
def test_every_wording_of_a_kpi(position: Any) -> None:
    """Below, at and above 5 %: each word alerts on its side, the strict ones on the line too."""
    texts = {}
    for word, sign in bound_words(position).items():
        text = f"复购率 {word} 5%" if position == "before" else f"复购率5%{word}"
        text = text if not word.isascii() or position == "after" else f"repurchase {word} 5%"
        text = f"repurchase 5% {word}" if position == "after" and word.isascii() else text
        texts[text] = sign
    found = missed(*((text, value) for text in texts for value in (0.04, 0.05, 0.06)))
    shown = dict(zip(texts, zip(*[iter(found)] * 3, strict=True), strict=True))
    assert shown == {text: _SIDES[sign] for text, sign in texts.items()}


@pytest.mark.parametrize(
    ("name", "below", "at", "above"),
    [
        ("退货率5%", 0, 0, 1),
        ("获客成本 5%", 0, 0, 1),
        ("点击率5%", 1, 0, 0),
        ("投诉率下降5%", 1, 0, 0),
    ],
)
def test_a_bare_kpi_has_the_limit_of_its_name(name: str, below: int, at: int, above: int) -> None:
    """Less is better of returns and costs, more of clicks and of a fall in complaints."""
    values = (0.04, 0.05, 0.06) if "下降" not in name else (-0.04, -0.05, -0.06)
    assert missed(*((name, value) for value in values)) == [below, at, above]
