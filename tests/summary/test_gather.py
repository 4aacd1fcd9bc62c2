"""What a Summary gathers from a reading: problems, rows, sections, the day it ends with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from support.readings import (
    AS_OF,
    campaign,
    campaign_days,
    metric,
    reading,
)

from marketing_sheets.problems import Place, Problem
from marketing_sheets.records import ControlTotal
from marketing_sheets.summary import (
    Summary,
    figures,
    phrase_text,
    summarize,
)
from marketing_sheets.summary.model import RowCounts
from marketing_sheets.template import DEPARTMENTS, Column, Template
from marketing_sheets.texts import LANGUAGES, Text


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


def test_empty_sections_say_why() -> None:
    """A sheet that is missing and one that is blank are told apart."""
    summary = summarize(reading({"daily_data": []}), as_of=AS_OF)
    assert phrase_text(summary.absent["daily_data"], "zh-Hans") == "“每日数据”还没有数据。"
    assert phrase_text(summary.absent["issue_log"], "en") == 'There is no sheet "Issue log".'


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
    assert [names[told.sheet] for told in one.outcomes] == [told.sheet for told in two.outcomes]
    same = replace(_keyless(two), later=one.later, sections=one.sections, sheets=one.sheets)
    same = replace(same, absent=one.absent, outcomes=one.outcomes)
    assert same == replace(_keyless(one), source=two.source)


def test_a_summary_does_not_read_the_clock() -> None:
    """Only `as_of` decides: half a year on, everything open is later."""
    early, late = (summarize(campaign(), as_of=day) for day in (AS_OF, date(2024, 12, 28)))
    assert early.elapsed.value != late.elapsed.value == 1.0


def _renamed(template: Template) -> Template:
    """Return the template with its lists under other ids, as a company may call its own."""

    def own(column: Column) -> Column:
        is_fixed = column.choices in (None, DEPARTMENTS)
        return column if is_fixed else replace(column, choices=f"own_{column.choices}")

    tables = tuple(replace(t, columns=tuple(map(own, t.columns))) for t in template.tables)
    lists = {
        f"own_{name}": replace(
            one, id=f"own_{name}", attributes={k: f"own_{v}" for k, v in one.attributes.items()}
        )
        for name, one in template.choices.items()
    }
    kept = {DEPARTMENTS: template.choices[DEPARTMENTS]}
    return replace(template, sheets=(*template.forms, *tables), choices=kept | lists)


def test_lists_may_have_other_names() -> None:
    """What a list is called in the template changes nothing of what the Summary says."""
    known = campaign()
    renamed = campaign(template=_renamed(known.template))
    assert summarize(renamed, as_of=AS_OF) == summarize(known, as_of=AS_OF)


def test_a_list_may_lack_a_verdict() -> None:
    """One without the word for close calls it what it is called else."""
    known = campaign().template
    verdicts = known.choices["verdict"]
    items = tuple(
        replace(one, label=Text(dict.fromkeys(LANGUAGES, one.id)))
        for one in verdicts.items
        if one.id != "close"
    )
    template = replace(known, choices={**known.choices, "verdict": replace(verdicts, items=items)})
    said = summarize(campaign(template=template), as_of=AS_OF).verdicts
    assert {name: one["en"] for name, one in said.items()} == {
        "met": "met",
        "close": "Near target",
        "missed": "missed",
    }
