"""Days, times and weeks in words: Excel's formulas read what the value grammar reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import ironcalc
import pytest

from marketing_sheets.formulas import excel_before_bracket
from marketing_sheets.formulas.days import (
    excel_first_day,
    excel_first_week,
    excel_last_day,
    excel_last_week,
    excel_moment,
    excel_weekday,
    first_day_of,
    last_day_of,
    moment_of,
    weekday_of,
    weeks_of,
)
from marketing_sheets.formulas.text import excel_part, head_of, part_of
from marketing_sheets.values import Context, as_text, parse

PERIOD = (date(2023, 5, 1), date(2023, 7, 23))


def excel(formula: str, cell: object, *, period: tuple[date, date] | None = PERIOD) -> Any:
    """Return what ironcalc makes of a formula over A1; "" where it fails."""
    model = ironcalc.create("days", "en", "UTC")
    for row, day in enumerate(period or (), 1):
        model.set_user_input(0, row, 5, str((day - date(1899, 12, 30)).days))
    text = formula.replace("form_start_date", "$E$1").replace("form_end_date", "$E$2")
    model.set_user_input(0, 1, 1, f"'{cell}" if isinstance(cell, str) else str(cell))
    model.set_user_input(0, 1, 2, f'=IFERROR({text},"")')
    model.evaluate()
    return model.get_cell_value(0, 1, 2)


RANGES = [
    "2024.07.01-07.31",
    "2024.7.1-7.15",
    "2024.12.28-01.05",
    "2024-07-01~2024-07-31",
    "2024/07/01-2024/08/02",
    "2024年7月1日至7月31日",
    "2024.07.03",
    "2024-07-03",
    "202X-05-01",
    "6.1",
    "6.10",
    "6.2-6.5",
    "6月1日-6月14日",
    "2024.02.28-02.29",
]


@pytest.mark.parametrize("text", RANGES)
def test_a_range_has_the_same_days(text: str) -> None:
    """First and last day are those of the value grammar, whatever the spelling."""
    cell = parse(text, "date_range", Context(period=PERIOD))
    assert cell.fault is None
    kept = as_text(cell.value) if isinstance(cell.value, tuple) else ""
    assert excel(excel_first_day("A1", has_period=True), text) == first_day_of(kept)
    assert excel(excel_last_day("A1", has_period=True), text) == last_day_of(kept)


@pytest.mark.parametrize(
    "text", ["持续执行", "-", "无", "6.31", "2023.02.29", "12.24", "3", "7月", "第1-12周"]
)
def test_what_is_no_day_gives_nothing(text: str) -> None:
    """Words, days that do not exist, and days far from the campaign show nothing."""
    assert excel(excel_first_day("A1", has_period=True), text) == ""
    assert excel(excel_last_day("A1", has_period=True), text) == ""


def test_a_day_that_excel_knows_is_itself() -> None:
    """A date cell counts as the day it holds; 6.1 as a number is none."""
    assert excel(excel_first_day("A1", has_period=True), 45474) == 45474
    assert excel(excel_last_day("A1", has_period=True), 45474.5) == 45474
    assert excel(excel_first_day("A1", has_period=True), 6.1) == ""


@pytest.mark.parametrize("period", [None, (date(2023, 1, 1), date(2023, 12, 31))])
def test_no_year_is_guessed(period: tuple[date, date] | None) -> None:
    """Without the campaign's days, or where two years would fit, 6.1 stays without a year."""
    assert excel(excel_first_day("A1", has_period=True), "6.1", period=period) == ""
    assert excel(excel_first_day("A1", has_period=False), "6.1") == ""


@pytest.mark.parametrize(
    "text",
    [
        *("6.5 18:00", "6.518:00", "6.1018:00", "6.259:00", "17:00", "9:30", "6.5", "6月5日"),
        *("2023.6.5 18:00", "2023-06-05 18:00", "2023-06-05"),
    ],
)
def test_a_moment_is_the_same(text: str) -> None:
    """A time stands on the row's day; a day may be glued to it where only one reading exists."""
    day = (date(2023, 6, 5) - date(1899, 12, 30)).days
    value, is_alone = moment_of(as_text(parse(text, "datetime", Context(period=PERIOD)).value))
    expected = value + day if is_alone else value
    assert excel(excel_moment("A1", str(day), has_period=True), text) == pytest.approx(
        expected, abs=1e-9
    )


def test_a_glued_time_with_two_readings_gives_nothing() -> None:
    """6.118:00 is 6.1 18:00 or 6.11 8:00: neither side decides."""
    assert parse("6.118:00", "datetime", Context(period=PERIOD)).fault == "time_unclear"
    assert excel(excel_moment("A1", "45082", has_period=True), "6.118:00") == ""


@pytest.mark.parametrize(
    "text",
    [
        *("第1-12周", "第1-12週", "第3-8周(活动期)", "第5周周一", "第7周周日", "第6周"),
        *("W1-W12", "Weeks 1-12", "W3-W8 (sale)", "W3~W8（discount）", "W5D1", "w7d7", "W5 D3"),
    ],
)
def test_weeks_are_the_same(text: str) -> None:
    """First and last week, and the weekday where there is one."""
    kept = as_text(parse(text, "week").value)
    first, last = weeks_of(kept)
    assert excel(excel_first_week("A1"), text) == first
    assert excel(excel_last_week("A1"), text) == last
    day = weekday_of(kept) if "D" in kept else ""
    assert excel(excel_weekday("A1"), text) == day


@pytest.mark.parametrize("text", ["W5 Mon", "Week 5, Wednesday", "W5 Wed", "Ongoing", "持续执行"])
def test_weeks_excel_is_not_sure_of_show_nothing(text: str) -> None:
    """A weekday in English words is left to Python, and work without an end has no weeks."""
    formulas = (excel_first_week("A1"), excel_last_week("A1"), excel_weekday("A1"))
    assert {excel(formula, text) for formula in formulas} == {""}


@pytest.mark.parametrize(
    "text", ["预算3万元(含KOL费用1.5万)", "无（数据工具已配置）", "预算2万元", "(设计部)、(运营部)"]
)
def test_what_stands_before_a_bracket(text: str) -> None:
    """The words before the first bracket, of either width."""
    assert excel(excel_before_bracket("A1"), text) == head_of(text)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "text", ["新增注册用户1万人;销售额200万元", "用户1万人；销售额 200万元", "用户1万人"]
)
def test_parts(text: str, number: int) -> None:
    """Several goals in a cell, parted by semicolons."""
    assert excel(excel_part("A1", number), text) == part_of(text, number)
