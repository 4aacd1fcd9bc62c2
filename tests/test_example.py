"""The shipped example: its figures are the source documents' own, and recompute to theirs."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from marketing_sheets import Language, Reading, generate_workbook, load_template
from marketing_sheets.languages import LANGUAGES
from marketing_sheets.workbooks import check_workbook, example_folder

ROOT = Path(__file__).parent.parent


def read_back(folder: Path, language: Language) -> Reading:
    """Generate the example, read it back and recompute it."""
    template = load_template("campaign_tracker")
    path = folder / f"{language}.xlsx"
    generate_workbook(template, path, language=language, records=example_folder(template, language))
    reading, day = check_workbook(path)
    assert day == date(2024, 8, 8)
    return reading


@pytest.fixture(scope="module", params=LANGUAGES)
def reading(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """The example, read back from a workbook in each language."""
    return read_back(tmp_path_factory.mktemp("example"), request.param)


def column(reading: Reading, sheet: str, name: str) -> list[Any]:
    """Return a column as plain values, None where there is none."""
    values = reading.sheets[sheet].frame[name]
    return [None if pd.isna(value) else value for value in values]


def test_nothing_is_doubtful(reading: Reading) -> None:
    """The example has no problem worse than information, and its totals reconcile."""
    assert [p.describe("en") for p in reading.problems if p.severity != "info"] == []
    assert all(total.reconciles for total in reading.totals)


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


def test_the_daily_rows_can_be_made_again() -> None:
    """The generator still writes exactly the shipped rows."""
    script = ROOT / "scripts" / "make_example_daily.py"
    done = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert done.returncode == 0
