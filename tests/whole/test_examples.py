"""The shipped examples: the source documents' own figures, quiet, and alike in three languages."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from support import ROOT
from support.examples import Examples
from support.oracles import differences, formula_cells, ironcalc_values
from support.source_documents import DOCUMENTS, EXPECTED

from marketing_sheets import (
    Language,
    Reading,
    SheetRecords,
    load_template,
    merge,
    split,
)
from marketing_sheets.alerts import alerts
from marketing_sheets.cli import cli
from marketing_sheets.errors import UsageError
from marketing_sheets.formulas import amount_of, threshold_of
from marketing_sheets.loading import library_template, template_names
from marketing_sheets.reader import read_csv_records
from marketing_sheets.summary import summarize
from marketing_sheets.template import Column, TableSheet
from marketing_sheets.texts import LANGUAGES
from marketing_sheets.values import parse_conditions
from marketing_sheets.workbooks import example_folder

NAMES = template_names()
CHINESE_AND_ENGLISH: tuple[Language, ...] = ("zh-Hant", "en")
IN_WORDS = ("text", "long_text", "person", "condition")
# Up to which day the figures of each example stand.
DAYS = {
    "campaign_tracker": date(2024, 8, 8),
    "strategy_tracking": date(2024, 8, 5),
    "campaign_process": date(2024, 6, 24),
    "execution_plan": date(2024, 5, 24),
    "promotion_tracking": date(2023, 6, 23),
    "campaign_review": date(2024, 7, 20),
}
# Where that day, or a row that goes on, makes another figure than on the documents' last day.
TO_THAT_DAY = {
    ("promotion_master", "delay_days"): [-1, -1, -1, 3, 0, -2],
    ("prep_checklist", "delay_days"): [1, 0],
}


@pytest.fixture(params=LANGUAGES)
def reading(request: pytest.FixtureRequest, examples: Examples) -> Reading:
    """The campaign tracker's example, read back from a workbook in each language."""
    return examples("campaign_tracker", request.param).reading


def column(reading: Reading, sheet: str, name: str) -> list[Any]:
    """Return a column as plain values, None where there is none."""
    return plain(reading.sheets[sheet], name)


def plain(records: SheetRecords, name: str) -> list[Any]:
    """Return a column of one sheet's records as plain values."""
    return [None if pd.isna(value) else value for value in records.frame[name]]


def typed_columns(name: str) -> list[tuple[TableSheet, Column]]:
    """Return the columns of a template that people type in, each with its sheet."""
    return [(sheet, one) for sheet in library_template(name).tables for one in sheet.inputs]


def figures(reading: Reading, sheet: str, one: Column) -> list[Any]:
    """Return what a column says beside its words: values, or the figures in its conditions."""
    values = column(reading, sheet, one.id)
    return [bounds(text) for text in values] if one.type == "condition" else values


def bounds(text: str) -> list[float | None]:
    """Return the figures that conditions name; 100 % of `Creatives accepted 100%` too."""
    return [one.value for one in parse_conditions(text)] or [amount_of(threshold_of(text))]


def numbers(text: object) -> list[str]:
    """Return the numbers in a text, 5 for 05."""
    return re.findall(r"\d+(?:\.\d+)?", re.sub(r"\b0+(?=\d)|(?<=\d),(?=\d{3})", "", str(text)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_doubtful(examples: Examples, name: str, language: Language) -> None:
    """An example is generated and read back without any problem, and its totals reconcile."""
    example = examples(name, language)
    assert [p.describe("en") for p in example.made.problems] == []
    assert [p.describe("en") for p in example.reading.problems] == []
    assert example.reading.totals
    assert all(total.reconciles for total in example.reading.totals)
    assert example.day == DAYS[name]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_sheet_is_empty(examples: Examples, name: str, language: Language) -> None:
    """Every table has rows, and every field of a plan is filled in."""
    reading = examples(name, language).reading
    assert [s.id for s in reading.template.tables if reading.sheets[s.id].frame.empty] == []
    plans = reading.template.forms[1:]
    assert [f.id for plan in plans for f in plan.fields if reading.form.get(f.id) is None] == []


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_the_same_in_all_languages(examples: Examples, name: str) -> None:
    """What is typed as figure, date or choice is the same in Chinese and in English."""
    first, *others = (examples(name, language).reading for language in LANGUAGES)
    for sheet, one in typed_columns(name):
        if one.type not in IN_WORDS or one.type == "condition":
            for other in others:
                found = figures(other, sheet.id, one)
                assert found == figures(first, sheet.id, one), (sheet.id, one.id)
    typed = [f.id for f in first.template.fields() if f.type not in IN_WORDS]
    for other in others:
        assert {f: other.form.get(f) for f in typed} == {f: first.form.get(f) for f in typed}


@pytest.mark.parametrize("name", NAMES)
def test_words_are_the_same_in_both_chinese_scripts(examples: Examples, name: str) -> None:
    """Traditional texts have the numbers of the Simplified ones."""
    simplified, traditional = (examples(name, one).reading for one in ("zh-Hans", "zh-Hant"))
    for sheet, one in typed_columns(name):
        ours = column(simplified, sheet.id, one.id)
        theirs = column(traditional, sheet.id, one.id)
        if one.type in IN_WORDS:
            assert [numbers(text) for text in ours] == [numbers(text) for text in theirs]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_rows_come_back(examples: Examples, tmp_path: Path, name: str) -> None:
    """An example begins with its document's rows: each figure, date, choice and number in words."""
    reading = examples(name, "zh-Hans").reading
    for sheet_id, text in DOCUMENTS[name].items():
        (tmp_path / f"{sheet_id}.csv").write_text(text.strip(), encoding="utf-8")
    form = {key: reading.form[key] for key in ("start_date", "end_date")}
    found, _ = read_csv_records(tmp_path, reading.template, form=form, language="zh-Hans")
    for sheet, one in typed_columns(name):
        # The budget in the document is a blank form.
        if sheet.id not in found or one.id not in found[sheet.id].raw or one.id == "amount":
            continue
        theirs = plain(found[sheet.id], one.id)
        ours = column(reading, sheet.id, one.id)[: len(theirs)]
        if one.type in IN_WORDS:
            for own, their in zip(ours, theirs, strict=True):
                assert set(numbers(their)) <= set(numbers(own)), (sheet.id, one.id, own)
        else:
            assert ours == theirs, (sheet.id, one.id)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_figures(examples: Examples, name: str, language: Language) -> None:
    """What a document states or implies beside its rows is computed from the example's."""
    reading = examples(name, language).reading
    for sheet_id in reading.sheets:
        for one, stated in EXPECTED[sheet_id].items():
            expected = TO_THAT_DAY.get((sheet_id, one), stated)
            found = column(reading, sheet_id, one)[: len(expected)]
            for ours, theirs in zip(found, expected, strict=True):
                is_number = isinstance(theirs, int | float)
                assert ours == (pytest.approx(theirs, rel=1e-9, abs=1e-9) if is_number else theirs)


@pytest.mark.parametrize("language", CHINESE_AND_ENGLISH)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_excel_computes_the_same(examples: Examples, name: str, language: Language) -> None:
    """Every formula of an example comes to the value that stands beside it."""
    path = examples(name, language).made.path
    formulas, stored = formula_cells(path)
    assert differences(formulas, stored, ironcalc_values(path, formulas)) == []


@pytest.mark.parametrize(
    ("name", "tiles", "raised"),
    [
        (
            "strategy_tracking",
            [
                *("progress", "tasks_late", "metrics_met"),
                *("issues_open", "due_soon", "tasks_done"),
            ],
            ["task_late", *["below_target"] * 5, "end_not_full", "not_cleaned"],
        ),
        (
            "campaign_process",
            [
                *("sales", "new_users", "tasks_late"),
                *("metrics_met", "due_soon", "tasks_done"),
            ],
            # The late one has ended; the campaign began nine days before the figures do.
            ["over_budget", "below_target", "daily_missing", "task_late", "end_not_done"],
        ),
        (
            "execution_plan",
            ["allocated", "records", "people", "days_left", "actions", "doubts"],
            [],
        ),
        (
            "promotion_tracking",
            ["sales", "roas", "progress", "budget", "tasks_late", "metrics_met"],
            ["task_late", "below_target", "end_not_done"],
        ),
        (
            "campaign_review",
            ["metrics_met", "issues_open", "due_soon", "records", "people", "days_left"],
            ["below_target"] * 4,
        ),
    ],
)
def test_summary(examples: Examples, name: str, tiles: list[str], raised: list[str]) -> None:
    """The Summary has the document's figures, and alerts only of what it contradicts itself."""
    for language in CHINESE_AND_ENGLISH:
        reading = examples(name, language).reading
        summary = summarize(reading, as_of=DAYS[name])
        assert [tile.id for tile in summary.tiles] == tiles
        assert [one.rule for one in alerts(reading, as_of=DAYS[name])] == raised


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_campaign_adds_up(examples: Examples, language: Language) -> None:
    """The reserve is a tenth of the budget; daily figures come to the results."""
    process = examples("campaign_process", language).reading
    amounts = column(process, "activity_plan_budget", "amount")
    assert amounts[-1] == sum(amounts) / 10
    assert sum(amounts) == process.form["budget"] == 450_000
    assert column(process, "activity_register", "budget")[0] == 450_000
    assert sum(column(process, "cost_settlement", "budget")) == 450_000
    sales, new_users = column(process, "effect_summary", "actual")[:2]
    assert sum(column(process, "campaign_daily", "sales")) == sales == 1_200_000
    assert sum(column(process, "campaign_daily", "new_users")) == new_users == 18_000


@pytest.mark.parametrize(
    "name", ["execution_plan", pytest.param("strategy_tracking", marks=pytest.mark.slow)]
)
def test_parts_of_an_example_merge_back(examples: Examples, tmp_path: Path, name: str) -> None:
    """Split among departments, an example comes back as it was."""
    whole = examples(name, "zh-Hans")
    parts = split(whole.made.path, tmp_path / "parts", by="department")
    assert len(parts.parts) > 2
    merged = merge([whole.made.path, tmp_path / "parts"], tmp_path / "merged.xlsx")
    for sheet, one in typed_columns(name):
        back = column(merged.reading, sheet.id, one.id)
        assert sorted(map(str, back)) == sorted(map(str, column(whole.reading, sheet.id, one.id)))


def test_a_template_of_ones_own_has_no_example(tmp_path: Path) -> None:
    """There --example is refused by name, and nothing is written."""
    own = tmp_path / "own.toml"
    own.write_text(
        'format = 1\nid = "own"\ntitle = "Own"\n[[sheets]]\nid = "posts"\nlabel = "Posts"\n'
        'columns = [{ id = "post", label = "Post" }]\n',
        encoding="utf-8",
    )
    with pytest.raises(UsageError) as raised:
        example_folder(load_template(own), "en")
    assert raised.value.code == "no_example"
    target = tmp_path / "own.xlsx"
    asked = ["generate", str(own), "-o", str(target), "--example", "--language", "en"]
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 2
    assert "The template own has no example records." in result.output
    assert not target.exists()


def test_budget_and_kpi(reading: Reading) -> None:
    """Spend over budget, and the KPI reached, as the promotion tracker's figures give them."""
    use = [48 / 50, 28 / 30, 24.5 / 25, 80 / 150, 78 / 80, 9.5 / 10, 63 / 60, 38.6 / 40]
    assert column(reading, "master_tracker", "budget_use") == pytest.approx(use)
    reached = [1.0, 1.0, 1.1, 1.05, 1.25, 1.04, 1.1, 1.2]
    assert column(reading, "master_tracker", "kpi_achievement") == pytest.approx(reached)


def test_delays(reading: Reading) -> None:
    """Days late are actual minus planned end, early is negative, an open task counts to as-of."""
    assert column(reading, "master_tracker", "delay_days") == [-1, -1, -1, 49, 0, -2, 2, 0]
    late = [0, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0]
    assert column(reading, "phase_schedule", "delay_days") == late
    days = dict(
        zip(
            column(reading, "phase_schedule", "planned_start"),
            column(reading, "phase_schedule", "duration_days"),
            strict=True,
        )
    )
    assert days[pd.Timestamp("2024-06-28")] == 8
    assert days[pd.Timestamp("2024-07-07")] == 9


def test_achievement(reading: Reading) -> None:
    """Actual over target for counts, money, rates, growth and ratios alike."""
    reached = [
        1.1, 0.8125, 0.9, 0.8, 1.5, 1.2, 0.84, 1.2, 0.9, 1.0222222222222221, 1.1666666666666667,
        0.7333333333333333, 1.2,
    ]  # fmt: skip
    assert column(reading, "effect_evaluation", "achievement") == pytest.approx(reached, rel=1e-9)


def test_variance(reading: Reading) -> None:
    """Actual minus target, in points where the unit is percent."""
    variance = [
        2_000_000, -1.5, -500_000, -1.0, 15.0, 30_000, -0.8, 200_000, -2_000, 2.0, 0.5, -0.8, 12,
    ]  # fmt: skip
    assert column(reading, "effect_evaluation", "variance") == pytest.approx(variance)


def test_changes(reading: Reading) -> None:
    """The stated changes on the previous period come out: +15 %, −2 points, +30 %, +0.5 points."""
    changes = column(reading, "effect_evaluation", "period_change")
    assert [changes[n] for n in (0, 1, 5, 6)] == pytest.approx([0.15, -2.0, 0.3, 0.5])
    reasons = reading.sheets["effect_evaluation"].reasons
    assert reasons is not None
    assert reasons["period_change"].iloc[3] == "no_data"


def test_verdicts(reading: Reading) -> None:
    """Total cost of 72 against 60 is a miss though it is 120 %; equality and above are met."""
    verdicts = column(reading, "effect_evaluation", "verdict")
    assert verdicts[-1] == "missed"
    assert verdicts == [
        "met", "missed", "close", "missed", "met", "met", "missed", "met", "close", "met", "met",
        "missed", "missed",
    ]  # fmt: skip


def test_daily_rates(reading: Reading) -> None:
    """Moments divide conversions by clicks, stores by footfall: 2.1 %, 3.5 % and 8 %."""
    frame = reading.sheets["daily_data"].frame
    day = frame[frame["date"] == pd.Timestamp("2024-06-10")]
    moments = day[day["channel"] == "wechat_moments"].to_dict("records")[0]
    stores = day[day["channel"] == "stores"].to_dict("records")[0]
    assert moments["ctr"] == pytest.approx(0.021)
    assert round(moments["cvr"], 3) == 0.035
    assert stores["cvr"] == pytest.approx(0.08)
    assert pd.isna(stores["ctr"])
    assert len(frame) == 120


def test_overdue_issues(reading: Reading) -> None:
    """Each early issue was solved a day late; of the open ones only one is past its date."""
    assert column(reading, "issue_log", "overdue_days") == [1, 1, 1, 0, 3, 0]


@pytest.mark.processes
def test_the_daily_rows_can_be_made_again() -> None:
    """The generator still writes exactly the shipped rows."""
    script = ROOT / "scripts" / "make_example_daily.py"
    done = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert done.returncode == 0
