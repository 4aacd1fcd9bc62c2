"""Alert thresholds on the lists sheet: written, changed by staff, read back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from marketing_sheets.loading import library_template, template_names
from marketing_sheets.problems import Problem
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import Reading
from marketing_sheets.template import Threshold
from marketing_sheets.texts import LANGUAGES, Language, say
from marketing_sheets.workbooks import generate_workbook
from marketing_sheets.writer import write_workbook

IDS, FIRST = 5, 7


def columns(sheet: Worksheet) -> dict[str, int]:
    """Return the columns of the lists sheet by their hidden ids."""
    cells = {str(cell.value).split("|")[0]: cell.column for cell in sheet[IDS] if cell.value}
    return {name: column for name, column in cells.items() if column is not None}


def edited(
    folder: Path,
    change: Callable[[Callable[[int, str, Any], None], dict[str, int]], None],
    *,
    language: Language = "zh-Hans",
    **given: Any,
) -> Reading:
    """Write a campaign tracker, let `change` type into its thresholds, and read it back.

    `change` is given a function that types into a row and column, and the rows by label.
    """
    path = folder / "thresholds.xlsx"
    write_workbook(
        library_template("campaign_tracker"), path, language=language, overwrite=True, **given
    )
    book = openpyxl.load_workbook(path)
    sheet = book[say("sheets", "lists.tab", language)]
    at = columns(sheet)
    rows: dict[str, int] = {}
    for row in range(FIRST, sheet.max_row + 1):
        label = sheet.cell(row, at["rule"]).value
        if label:
            rows.setdefault(str(label), row)
    rows["spare"] = max(rows.values()) + 1

    def write(row: int, part: str, value: object) -> None:
        sheet.cell(row, at[part]).value = value  # type: ignore[assignment]  # any is fine

    change(write, rows)
    book.save(path)
    return read_inputs(path)


def told(found: Reading) -> list[Problem]:
    """Return the problems of the lists sheet; the campaign's blank form has its own."""
    tabs = {say("sheets", "lists.tab", language) for language in LANGUAGES}
    return [problem for problem in found.problems if problem.place.sheet in tabs]


def of(found: Reading, rule: str) -> dict[str | None, tuple[float | None, int | None, bool]]:
    """Return what a workbook says about a rule, by group."""
    return {
        one.group: (one.limit, one.days, one.is_on) for one in found.thresholds if one.rule == rule
    }


@pytest.mark.parametrize(
    ("name", "language"), [*zip(template_names(), (*LANGUAGES, *LANGUAGES), strict=False)]
)
def test_untouched_they_say_what_the_rules_say(
    tmp_path: Path, name: str, language: Language
) -> None:
    """Each rule of a template comes back with its own limit and days, on or off as it is."""
    template = library_template(name)
    path = write_workbook(template, tmp_path / "blank.xlsx", language=language, rows=2)
    found = read_inputs(path)
    for rule in template.rules:
        days = None if rule.setting else rule.days
        said = (rule.limit, days, rule.is_on)
        assert of(found, rule.id) == dict.fromkeys(rule.only or (None,), said)
    assert told(found) == []


def test_staff_change_them(tmp_path: Path) -> None:
    """Limit, days and the switch are read as typed, percentages as fractions."""

    def change(write: Callable[[int, str, Any], None], rows: dict[str, int]) -> None:
        write(rows["点击率偏低"], "rule.limit", "2%")
        write(rows["点击率偏低"], "rule.days", 3)
        write(rows["超预算"], "rule.on", "否")

    found = edited(tmp_path, change)
    assert of(found, "ctr_low") == {"douyin": (0.02, 3, True), "kuaishou": (0.015, 2, True)}
    assert of(found, "over_budget") == {None: (None, None, False)}
    assert told(found) == []


def test_a_channel_gets_a_row_of_its_own(tmp_path: Path) -> None:
    """In a blank row a rule is picked again, in any language, for a channel or for all of them."""

    def change(write: Callable[[int, str, Any], None], rows: dict[str, int]) -> None:
        for row, rule, group in (
            (rows["spare"], "点击率偏低", "自有社群"),
            (rows["spare"] + 1, "Low CTR", ""),
        ):
            write(row, "rule", rule)
            write(row, "rule.group", group)
            write(row, "rule.limit", 0.03)

    channels = ["douyin", "自有社群"]
    found = edited(tmp_path, change, choices={"channel": channels})
    assert of(found, "ctr_low") == {
        "douyin": (0.015, 2, True),
        "kuaishou": (0.015, 2, True),
        "自有社群": (0.03, None, True),
        None: (0.03, None, True),
    }


def test_what_cannot_be_used_is_told_and_left(tmp_path: Path) -> None:
    """A bad cell is named with its place, and the template's value counts."""

    def change(write: Callable[[int, str, Any], None], rows: dict[str, int]) -> None:
        write(rows["点击率偏低"], "rule.limit", "很低")
        write(rows["支出过快"], "rule.limit", 3)
        write(rows["超预算"], "rule.on", "也许")
        write(rows["spare"], "rule", "天气不好")
        write(rows["spare"] + 1, "rule", "转化率低")
        write(rows["spare"] + 1, "rule.group", "火星")
        write(rows["spare"] + 2, "rule", "超预算")

    found = edited(tmp_path, change)
    assert [(problem.code, problem.raw) for problem in told(found)] == [
        ("setting_unread", "也许"),
        ("setting_out_of_range", 3),
        ("setting_unread", "很低"),
        ("rule_unknown", "天气不好"),
        ("rule_group_unknown", "火星"),
        ("duplicate_entry", "超预算"),
    ]
    assert all(problem.place.cell for problem in told(found))
    assert of(found, "ctr_low")["douyin"] == (None, 2, True)
    assert of(found, "burn") == {None: (None, None, True)}
    assert of(found, "over_budget") == {None: (None, None, True)}


def test_given_thresholds_are_written(tmp_path: Path) -> None:
    """What one workbook said can be written into another: a merge keeps its thresholds."""
    given = (
        Threshold(rule="cvr_low", group="douyin", limit=0.02, is_on=True),
        Threshold(rule="daily_missing", days=5, is_on=False),
    )
    found = edited(tmp_path, lambda _write, _rows: None, thresholds=given)
    assert of(found, "cvr_low") == {"douyin": (0.02, None, True)}
    assert of(found, "daily_missing") == {None: (None, 5, False)}
    assert of(found, "burn") == {None: (0.1, None, True)}


def test_days_off_are_read(tmp_path: Path) -> None:
    """The days off of the lists sheet reach the rules that count working days."""
    days = (date(2024, 6, 17), date(2024, 7, 1))
    found = edited(tmp_path, lambda _write, _rows: None, holidays=days)
    assert found.holidays == days

    def change(write: Callable[[int, str, Any], None], rows: dict[str, int]) -> None:
        del rows
        write(FIRST, "holiday", "端午")

    (problem,) = told(edited(tmp_path, change, holidays=days))
    assert (problem.code, problem.raw) == ("holiday_unknown", "端午")


def test_every_rule_can_be_picked_once(tmp_path: Path) -> None:
    """Rows that people add below have a drop-down of every rule once."""
    path = write_workbook(library_template("campaign_tracker"), tmp_path / "blank.xlsx", rows=2)
    sheet = openpyxl.load_workbook(path)["选项"]
    at = columns(sheet)
    names = [sheet.cell(row, at["rule.names"]).value for row in range(FIRST, sheet.max_row + 1)]
    labels = [rule.label["zh-Hans"] for rule in library_template("campaign_tracker").rules]
    assert [name for name in names if name] == labels
    assert sheet.column_dimensions[get_column_letter(at["rule.names"])].hidden


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_of_options_is_easy_to_find_one_s_way_in(
    language: Language, tmp_path: Path
) -> None:
    """Heads stand as their columns, numbers have a margin, links lead to each area."""
    path = tmp_path / "a.xlsx"
    generate_workbook("campaign_tracker", path, language=language)
    sheet = openpyxl.load_workbook(path)[say("sheets", "lists.tab", language)]
    at = columns(sheet)
    for part in ("rule.limit", "rule.days", "rule.on", "holiday"):
        head, cells = sheet.cell(6, at[part]), [sheet.cell(row, at[part]) for row in range(7, 30)]
        sides = {cell.alignment.horizontal for cell in cells if cell.value is not None}
        assert sides <= {head.alignment.horizontal} != {"left"}, part
    for part in ("rule.limit", "rule.days"):
        numbers = [sheet.cell(row, at[part]) for row in range(7, 40)]
        numbers = [cell for cell in numbers if isinstance(cell.value, int | float)]
        assert numbers
        assert all(cell.number_format.endswith("_)_)") for cell in numbers)
    hints = [str(sheet.cell(row, at["rule.hint"]).value) for row in range(7, 40)]
    rules = [str(sheet.cell(row, at["rule"]).value) for row in range(7, 40)]
    # No figure is left to be guessed: the rule on conversion says so.
    metric = library_template("campaign_tracker")["daily_data"]["cvr"].label[language]
    assert metric in hints[rules.index("Low CVR" if language == "en" else f"{metric}低")]
    places = [cell.hyperlink.location for cell in sheet[1] if cell.hyperlink is not None]
    targets = {str(place).partition("!")[2].replace("$", "") for place in places}
    heads = {sheet[target].value for target in targets}
    assert heads == {say("thresholds", "group", language), say("sheets", "lists.choices", language)}


def test_hints_do_not_name_what_may_be_changed(tmp_path: Path) -> None:
    """The days stand beside the hint and may be changed: it speaks of them without their number."""
    path = generate_workbook("strategy_tracking", tmp_path / "a.xlsx", rows=2).path
    rows = openpyxl.load_workbook(path).worksheets[-1].iter_rows(values_only=True)
    told = {str(cell): "".join(map(str, row)) for row in rows for cell in row if cell is not None}
    assert "-3 即到期前 3 天" in told["准备未完成"]
    long = {rule.label["zh-Hans"]: rule for rule in library_template("campaign_tracker").rules}
    path = generate_workbook("campaign_tracker", tmp_path / "b.xlsx", rows=2).path
    (line,) = (
        [str(cell) for cell in row]
        for row in openpyxl.load_workbook(path).worksheets[-1].iter_rows(values_only=True)
        if "任务过长" in row and "否" in row
    )
    assert long["任务过长"].days == 14
    assert [cell for cell in line if "14" in cell] == ["14"]
