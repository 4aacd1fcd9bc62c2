"""The Gantt chart: its scale, its dates, its bars."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from support.laws import tried
from support.oracles import differences, formula_cells, ironcalc_values
from support.writer_books import CHECKS, load, only, opened, records_of, rules_of, template

from marketing_sheets.problems import column_letter
from marketing_sheets.texts import LANGUAGES, Language
from marketing_sheets.writer import write_workbook

# The schedule, and the form that says when the campaign is.
SMALL = only("guide", "phase_schedule")
# The chart's first column, from 1: behind the table and a gap.
FIRST = len(template().tables[1].columns) + len(CHECKS) + 2
LETTER = column_letter(FIRST)


def chart(path: Path, *, tab: str = "阶段进度") -> list[date]:
    """Return the first days of the chart's cells."""
    sheet = opened(path, values=True)[tab]
    row = [sheet.cell(6, column).value for column in range(FIRST, sheet.max_column + 1)]
    return [value.date() for value in row if isinstance(value, datetime)]


def written(tmp_path: Path, *, rows: list[dict[str, Any]] | None = None, **form: object) -> Path:
    """Write a schedule over the given form."""
    records = {} if rows is None else {"phase_schedule": records_of("phase_schedule", rows)}
    path = tmp_path / "gantt.xlsx"
    return write_workbook(SMALL, path, form=form, records=records, rows=2, overwrite=True)


def test_short_campaigns_are_drawn_by_day(tmp_path: Path) -> None:
    """Up to sixty days each cell is a day, whole weeks from a Monday on."""
    days = chart(written(tmp_path, start_date=date(2024, 5, 29), end_date=date(2024, 7, 15)))
    assert days[0] == date(2024, 5, 27)
    assert days[-1] == date(2024, 7, 21)
    assert {later - day for day, later in pairwise(days)} == {timedelta(1)}


def test_long_campaigns_are_drawn_by_week(tmp_path: Path) -> None:
    """Beyond sixty days each cell is a week, and the last one holds the campaign's end."""
    days = chart(written(tmp_path, start_date=date(2024, 5, 1), end_date=date(2024, 8, 15)))
    assert days[0] == date(2024, 4, 29)
    assert {day.weekday() for day in days} == {0}
    assert days[-1] <= date(2024, 8, 15) < days[-1] + timedelta(7)


def test_late_tasks_stretch_the_chart(tmp_path: Path) -> None:
    """A planned end after the campaign is still on the chart."""
    rows = [{"task": "复盘", "planned_end": pd.Timestamp(2024, 7, 20)}]
    days = chart(
        written(tmp_path, rows=rows, start_date=date(2024, 6, 3), end_date=date(2024, 7, 1))
    )
    assert days[-1] == date(2024, 7, 21)


def test_a_wrong_year_does_not_stretch_the_chart(tmp_path: Path) -> None:
    """A date years after the campaign is taken for a slip, not drawn."""
    rows = [{"task": "复盘", "planned_end": pd.Timestamp(2042, 7, 20)}]
    days = chart(
        written(tmp_path, rows=rows, start_date=date(2024, 6, 3), end_date=date(2024, 7, 1))
    )
    assert days[-1] == date(2024, 7, 7)
    assert len(days) == 35


def test_without_a_start_the_first_plan_tells(tmp_path: Path) -> None:
    """A form that says nothing leaves the chart to begin with the first planned task."""
    rows = [{"task": "a", "planned_start": pd.Timestamp(2024, 5, 15)}]
    assert chart(written(tmp_path, rows=rows))[0] == date(2024, 5, 13)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_dates_twelve_weeks_wait(
    language: Language, blank_in: Callable[[Language], Path]
) -> None:
    """A blank template has twelve weeks whose dates come with the campaign's start."""
    path = blank_in(language)
    tab = template().tables[1].label[language]
    assert chart(path, tab=tab) == []
    sheet = opened(path)[tab]
    formulas = [sheet.cell(6, column).value for column in range(FIRST, sheet.max_column + 1)]
    assert len(formulas) == 12
    assert "form_start_date" in str(formulas[0])
    assert {str(f)[-2:] for f in formulas[1:]} == {"+7"}


@tried(10)
@given(start=st.dates(date(2001, 1, 1), date(2050, 1, 1)), length=st.integers(0, 200))
def test_dates_follow_the_start(
    start: date, length: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """For any campaign the stored dates and month names are what the formulas give."""
    folder = tmp_path_factory.mktemp("gantt")
    end = start + timedelta(length)
    path = written(folder, start_date=start, end_date=end, as_of=start)
    formulas, stored = formula_cells(path)
    here = {place: f for place, f in formulas.items() if place[0] == "阶段进度"}
    assert differences(here, stored, ironcalc_values(path, here)) == []
    days = chart(path)
    assert days[0] <= start < days[0] + timedelta(7)
    assert days[-1] + timedelta(6) >= end


@pytest.mark.parametrize("end", [date(2024, 2, 10), date(2025, 2, 20)])
def test_a_year_stands_before_its_first_month(end: date, tmp_path: Path) -> None:
    """By day and by week each year is named once, a week before the month that it begins with."""
    path = written(tmp_path, start_date=date(2023, 12, 11), end_date=end, as_of=date(2024, 1, 2))
    sheet = opened(path, values=True)["阶段进度"]
    heads = [sheet.cell(3, column).value for column in range(FIRST, sheet.max_column + 1)]
    said = [str(head) for head in heads if head]
    assert said[:4] == ["2023", "12月", "2024", "1月"]
    years = [one for one in said if one.isdigit()]
    assert years == ["2023", "2024", "2025"][: len(years)]
    assert len(years) == end.year - 2022


@pytest.mark.parametrize("end", [date(2024, 2, 10), date(2025, 2, 20)])
def test_a_first_month_of_one_week_shows_its_year(end: date, tmp_path: Path) -> None:
    """Where only one week of a month is seen first, its year stands in its place."""
    path = written(tmp_path, start_date=date(2023, 12, 27), end_date=end, as_of=date(2024, 1, 2))
    sheet = opened(path, values=True)["阶段进度"]
    heads = [sheet.cell(3, column).value for column in range(FIRST, sheet.max_column + 1)]
    # As text: a number wider than its cell would show nothing but ###.
    assert [head for head in heads if head][:4] == ["2023", "2024", "1月", "2月"]


@pytest.mark.parametrize(("steps", "heights"), [("好" * 30, {50}), ("好" * 90, {50, 92})])
def test_bars_are_of_one_thickness(steps: str, heights: set[float], tmp_path: Path) -> None:
    """Rows beside the chart are as high as the highest, but for texts of more than three lines."""
    rows = [{"task": "a", "steps": steps}, {"task": "b"}, {"task": "c", "steps": "好" * 15}]
    tab = opened(written(tmp_path, rows=rows, start_date=date(2024, 6, 3)))["阶段进度"]
    assert {round(tab.row_dimensions[row].height) for row in (7, 8, 9)} == heights


def test_bars_are_drawn_late_first(tmp_path: Path) -> None:
    """Late lies over actual, actual over plan, all over the days off; what ended first."""
    path = written(
        tmp_path,
        start_date=date(2024, 6, 3),
        end_date=date(2024, 6, 30),
        as_of=date(2024, 6, 12),
    )
    rules = [
        formula
        for _, area, formula in rules_of(load(path), "阶段进度")
        if area.startswith(f"{LETTER}7:")
    ]
    kinds = [
        next(
            name
            for name, mark in (
                ("off", "holidays"),
                ("done late", "AND(ISNUMBER($H7),ISNUMBER($F7),"),
                ("late", '<>"已取消"'),
                ("actual", "AND(ISNUMBER($G7),"),
                ("plan", "AND(ISNUMBER($E7),"),
                ("today", "AND(as_of>="),
            )
            if mark in formula
        )
        for formula in rules
    ]
    assert kinds == ["done late", "late", "actual", "plan", "today", "off"]


def bars(path: Path) -> str:
    """Evaluate the bar rules of the first task in every cell: D (done late), L, A, P or a dot."""
    import ironcalc  # noqa: PLC0415 - only this oracle computes conditional formats

    book = opened(path)
    rules = [f for _, area, f in rules_of(book, "阶段进度") if area.startswith(f"{LETTER}7:")][:4]
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
    columns = range(FIRST, FIRST + len(chart(path)))
    for column in columns:
        letter = column_letter(column)
        for at, rule in enumerate(rules):
            moved = re.sub(rf"(?<![$A-Z]){LETTER}\$6", f"{letter}$6", rule)
            model.set_user_input(3, 200 + at, column, f"=IF({moved},1,0)")
    model.evaluate()
    drawn = []
    for column in columns:
        marks = [model.get_cell_value(3, 200 + at, column) for at in range(4)]
        drawn.append("DLAP"[marks.index(1)] if 1 in marks else ".")
    return "".join(drawn)


@pytest.mark.parametrize(
    ("days", "status", "expected"),
    [
        # planned 4th to 6th; the chart begins on Monday the 3rd; as of the 10th
        ((4, 6, 4, 6), "done", ".AAA"),
        ((4, 6, 5, 8), "done", ".PAADD"),
        ((4, 6, 4, None), "in_progress", ".AAALLLL"),
        ((4, 6, 4, None), "done", ".AAA"),
        ((4, 6, None, None), "not_started", ".PPPLLLL"),
        ((4, 6, None, None), "cancelled", ".PPP"),
        ((11, 13, None, None), "not_started", "........PPP"),
        ((None, None, 4, 6), "done", ".AAA"),
    ],
)
def test_bars_of_a_task(
    days: tuple[int | None, ...], status: str, expected: str, tmp_path: Path
) -> None:
    """Late begins the day after the planned end and runs to the actual end or the as-of day.

    Once the task has ended it is paler.
    """
    names = ("planned_start", "planned_end", "actual_start", "actual_end")
    row: dict[str, Any] = {
        name: None if day is None else pd.Timestamp(2024, 6, day)
        for name, day in zip(names, days, strict=True)
    }
    path = written(
        tmp_path,
        rows=[{"task": "直播", "status": status, **row}],
        start_date=date(2024, 6, 3),
        end_date=date(2024, 6, 16),
        as_of=date(2024, 6, 10),
    )
    assert bars(path).rstrip(".") == expected
