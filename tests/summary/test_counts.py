"""The row of tiles is full in every template, by counts of what there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.readings import AS_OF, FORM, Rows, campaign, issue, metric, reading
from support.sound_template import SOUND, load

from marketing_sheets.loading import library_template, template_names
from marketing_sheets.problems import Place, Problem
from marketing_sheets.summary import Summary, phrase_text, summarize, summary_lines
from marketing_sheets.summary.model import Tile

JUNE = pd.Timestamp("2024-06-01")


def tiles_of(summary: Summary) -> dict[str, Tile]:
    """Return the tiles by id."""
    return {tile.id: tile for tile in summary.tiles}


def said(tile: Tile) -> tuple[float | None, str, str, str | None]:
    """Return a tile's figure, what stands below it, and its look."""
    delta = phrase_text(tile.delta, "en") if tile.delta else ""
    return tile.figure.value, phrase_text(tile.target, "en"), delta, tile.state


@pytest.mark.parametrize("name", template_names())
def test_a_blank_workbook_is_praised_for_nothing(name: str) -> None:
    """Six tiles in every template, none of them with a value, a look or a tick."""
    template = library_template(name)
    sheets: dict[str, Rows] = {sheet.id: [] for sheet in template.tables}
    blank = reading(sheets, template=template)
    summary = summarize(blank, as_of=AS_OF)
    assert len(summary.tiles) == 6
    assert {(tile.figure.value, tile.state) for tile in summary.tiles} == {(None, None)}
    assert "✓" not in "".join(summary_lines(summary, "zh-Hans"))


def test_tiles_nobody_fills_give_way_to_counts() -> None:
    """A department with tasks and issues, and no daily data, has tiles of tasks and issues."""
    tasks: Rows = [
        {"task": "a", "planned_end": "2024-06-30", "status": "in_progress", "progress": 0.5},
        {"task": "b", "planned_end": "2024-06-20", "status": "in_progress", "progress": 0.5},
        {"task": "c", "planned_end": "2024-06-20", "status": "done", "owner": "王明"},
    ]
    issues = [issue("x", "high", due_date="2024-07-05"), issue("y", "low", status="solved")]
    book = reading({"master_tracker": tasks, "issue_log": issues}, form=FORM)
    tiles = tiles_of(summarize(book, as_of=AS_OF))
    assert list(tiles) == [
        *("progress", "tasks_late", "issues_open", "due_soon", "tasks_done", "records")
    ]
    assert said(tiles["tasks_late"]) == (1, "Of 3 in all", "Longest 8 days", "late")
    assert said(tiles["due_soon"]) == (2, "Tasks 1 · issues 1", "Next on 30 Jun 2024", "active")
    assert said(tiles["tasks_done"]) == (1, "Of 3 in all", "33.3% done", "active")
    assert said(tiles["records"]) == (5, "In 2 sheets", "", None)


def test_figures_that_could_not_be_read_stay() -> None:
    """Tasks without a progress keep their tile: it says what is missing."""
    book = reading({"master_tracker": [{"task": "a", "status": "in_progress"}]}, form=FORM)
    tile = tiles_of(summarize(book, as_of=AS_OF))["progress"]
    assert (tile.figure.value, tile.figure.left_out) == (None, 1)


def test_columns_nobody_uses_have_no_tile() -> None:
    """Without new users and a target for them tiles give way; typed or aimed at, they stay."""
    rows: Rows = [{"date": JUNE, "channel": "douyin", "cost": 5.0, "sales": 9.0}]
    period = {"start_date": date(2024, 6, 1), "end_date": date(2024, 6, 30)}
    book = reading({"daily_data": rows}, form=period)
    ids = [*tiles_of(summarize(book, as_of=AS_OF))]
    assert ids[:2] == ["sales", "roas"]
    assert not {"new_users", "cac"} & set(ids)
    aimed = reading({"daily_data": rows}, form={**period, "target_new_users": 10})
    assert "new_users" in tiles_of(summarize(aimed, as_of=AS_OF))
    place = Place(file="a.xlsx", sheet="每日数据", row=7, column=9)
    problem = Problem(code="not_a_number", place=place, column="new_users", raw="x")
    doubted = tiles_of(summarize(replace(book, problems=(problem,)), as_of=AS_OF))
    assert "new_users" in doubted


def test_what_stands_on_two_sheets_is_due_once() -> None:
    """A task of the schedule that the master tracker has too is one task."""
    day: dict[str, object] = {"planned_end": "2024-06-30", "status": "in_progress"}
    book = reading(
        {"master_tracker": [{"task": "a", **day}], "phase_schedule": [{"task": "a", **day}]}
    )
    tiles = tiles_of(summarize(book, as_of=AS_OF))
    assert tiles["due_soon"].figure.value == 1
    later = tiles_of(summarize(book, as_of=date(2024, 6, 1)))
    assert said(later["due_soon"]) == (0, "Tasks 0 · issues 0", "None due soon", None)


def test_the_campaigns_figures_fill_the_row() -> None:
    """Where all six headline figures have a value there is no count, however many there are."""
    ids = ["sales", "roas", "new_users", "cac", "progress", "budget"]
    assert list(tiles_of(summarize(campaign(), as_of=AS_OF))) == ids
    book = reading({"effect_evaluation": [metric("a", 1, 2)]})
    assert next(iter(tiles_of(summarize(book, as_of=AS_OF)))) == "metrics_met"


@pytest.mark.parametrize(
    ("rule", "below"),
    [
        ('side = "above"\nlimit = 2', (2.5, "Limit 2", "0.5 above limit", "missed")),
        ('side = "above"\nlimit = 3', (2.5, "Limit 3", "0.5 below limit", "done")),
        ("limit = 2", (2.5, "At least 2", "0.5 above", "done")),
        ("limit = 3", (2.5, "At least 3", "0.5 below", "missed")),
        ("limit = 2\non = false", (2.5, "2 rows", "", None)),
        ("limit = 2\nleast = 9", (2.5, "2 rows", "", None)),
        ('limit = 2\nby = "state"', (2.5, "2 rows", "", None)),
    ],
)
def test_an_own_figure_is_held_against_its_limit(
    tmp_path: Path, rule: str, below: tuple[float, str, str, str | None]
) -> None:
    """A rule for all of a figure is its limit, above or below; one for a part of it is not.

    A figure that missed it has an alert, so that no verdict is all clear over it.
    """
    words = 'id = "r"\nkind = "threshold"\nlabel = "R"\nmessage = "x"\nsheets = ["posts"]'
    template = load(tmp_path, f'{SOUND}\n[[rules]]\n{words}\nmetric = "cpc"\n{rule}\n')
    rows: Rows = [{"cost": 400.0, "clicks": 150}, {"cost": 100.0, "clicks": 50}]
    summary = summarize(reading({"posts": rows}, template=template), as_of=AS_OF)
    assert said(tiles_of(summary)["cpc"]) == below
    assert [one.rule for one in summary.actions] == ["r"] * (below[3] == "missed")
