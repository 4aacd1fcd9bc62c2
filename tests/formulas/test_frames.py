"""Columns computed in Python, each cell with its value or the reason why it has none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from support.formula_sheets import DAILY, EFFECT, MASTER, TEMPLATE, records

from marketing_sheets.formulas import (
    compute,
)
from marketing_sheets.template import TableSheet


def computed(sheet: TableSheet, column: str, /, **row: Any) -> tuple[Any, Any]:
    """Return the value and the reason of one computed cell."""
    as_of = row.pop("as_of", date(2024, 6, 28))
    done = compute(records(sheet, [row]), template=TEMPLATE, as_of=as_of)
    assert done.reasons is not None
    value, reason = done.frame[column].iloc[0], done.reasons[column].iloc[0]
    return (None if pd.isna(value) else value), (None if pd.isna(reason) else reason)


class TestCompute:
    """Columns computed in Python."""

    def test_a_ratio_divides(self) -> None:
        """CTR is clicks over impressions."""
        assert computed(DAILY, "ctr", clicks=21, impressions=1000) == (0.021, None)

    def test_a_blank_operand_gives_a_blank_with_a_reason(self) -> None:
        """Without clicks there is no CTR, and the reason says so."""
        assert computed(DAILY, "ctr", impressions=1000) == (None, "no_input")

    def test_zero_is_not_blank(self) -> None:
        """No click at all is a CTR of 0."""
        assert computed(DAILY, "ctr", clicks=0, impressions=1000) == (0.0, None)

    def test_division_by_zero_has_its_own_reason(self) -> None:
        """Sales without cost have no ROAS, because the base is zero."""
        assert computed(DAILY, "roas", sales=5, cost=0) == (None, "zero_base")

    @pytest.mark.parametrize(
        ("channel", "expected"), [("stores", 0.08), ("douyin", 0.5), ("新渠道", 0.5)]
    )
    def test_the_cvr_base_depends_on_the_channel(self, channel: str, expected: float) -> None:
        """Offline channels divide by footfall, all others by clicks."""
        row = {"impressions": 2000, "clicks": 320, "conversions": 160, "channel": channel}
        assert computed(DAILY, "cvr", **row) == (expected, None)

    def test_the_workbooks_own_attributes_win(self) -> None:
        """A channel that staff declared by footfall divides by footfall."""
        rows = records(DAILY, [{"impressions": 10, "clicks": 5, "channel": "快闪店"}])
        choices = {"channel": {"快闪店": {"cvr_base": "footfall"}}}
        done = compute(rows, template=TEMPLATE, as_of=None, choices=choices)
        assert done.frame["cvr_base"].iloc[0] == 10

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ({"actual_end": "2024-06-22"}, 2),
            ({"actual_end": "2024-06-19"}, -1),
            ({"status": "late"}, 8),
            ({"status": "done"}, None),
            ({"status": "cancelled"}, None),
        ],
    )
    def test_delay_runs_to_the_actual_end_or_the_as_of_day(
        self, row: dict[str, Any], expected: int | None
    ) -> None:
        """A finished task is late by its end, an unfinished one by today, a cancelled one never."""
        row = {key: pd.Timestamp(v) if key.endswith("end") else v for key, v in row.items()}
        value, _ = computed(MASTER, "delay_days", planned_end=pd.Timestamp("2024-06-20"), **row)
        assert value == expected

    def test_a_task_before_its_planned_end_is_not_late(self) -> None:
        """An unfinished task that is not due yet has a delay of 0, not a negative one."""
        value, _ = computed(MASTER, "delay_days", planned_end=pd.Timestamp("2024-07-20"))
        assert value == 0

    def test_without_an_as_of_day_an_open_task_has_no_delay(self) -> None:
        """Nothing is guessed where the day is unknown."""
        value, reason = computed(
            MASTER, "delay_days", as_of=None, planned_end=pd.Timestamp("2024-06-20")
        )
        assert (value, reason) == (None, "no_input")

    @pytest.mark.parametrize(
        ("direction", "target", "actual", "verdict"),
        [
            ("higher", 100, 100, "met"),
            ("higher", 100, 90, "close"),
            ("higher", 100, 89.9, "missed"),
            ("lower", 60, 60, "met"),
            ("lower", 60, 72, "missed"),
            ("lower", 60, 66, "close"),
            ("lower", 60, 0, "met"),
            (None, 60, 72, None),
        ],
    )
    def test_the_verdict_follows_the_direction(
        self, direction: str | None, target: float, actual: float, verdict: str | None
    ) -> None:
        """Equality is met; for costs less is better; without a direction there is no verdict."""
        row = {"direction": direction, "target": target, "actual": actual, "unit": "number"}
        assert computed(EFFECT, "verdict", **row)[0] == verdict

    @pytest.mark.parametrize(
        ("unit", "actual", "previous", "expected"),
        [
            ("number", 115, 100, (0.15, None)),
            ("percent", 0.065, 0.085, (-2.0, None)),
            ("number", 115, None, (None, "no_data")),
            ("number", 115, 0, (None, "zero_base")),
            ("number", 115, -5, (None, "negative_base")),
            ("percent", 0.065, 0, (6.5, None)),
            ("number", None, 100, (None, "no_input")),
        ],
    )
    def test_a_change_needs_a_base(
        self, unit: str, actual: float | None, previous: float | None, expected: tuple[Any, Any]
    ) -> None:
        """Percentages change by points, others relatively; without a base a reason says why."""
        value, reason = computed(
            EFFECT, "period_change", unit=unit, actual=actual, previous=previous
        )
        assert reason == expected[1]
        assert value == (None if expected[0] is None else pytest.approx(expected[0]))

    def test_a_kpi_condition_is_read_from_its_text(self) -> None:
        """观看人数≥20万 reached by 250,000 is 125 %."""
        row = {"kpi": "观看人数≥20万", "kpi_current": 250_000}
        assert computed(MASTER, "kpi_achievement", **row) == (1.25, None)

    def test_a_condition_without_a_quantity_has_a_reason(self) -> None:
        """A KPI that is only words cannot be reached in percent."""
        assert computed(MASTER, "kpi_target", kpi="尽快完成") == (None, "no_input")

    def test_settings_of_the_workbook_count(self) -> None:
        """A company that calls 95 % close gets its own verdict."""
        rows = records(
            EFFECT, [{"direction": "higher", "target": 100, "actual": 92, "unit": "number"}]
        )
        done = compute(rows, template=TEMPLATE, as_of=None, settings={"close": 0.95})
        assert done.frame["verdict"].iloc[0] == "missed"

    def test_a_negative_target_has_no_achievement(self) -> None:
        """Half of a loss of 100 is no achievement of 50 %."""
        row = {"unit": "number", "direction": "higher", "target": -100, "actual": -50}
        assert computed(EFFECT, "achievement", **row) == (None, "not_applicable")

    def test_no_rows_give_no_rows(self) -> None:
        """An empty sheet computes to an empty sheet."""
        for sheet in TEMPLATE.tables:
            assert compute(records(sheet, []), template=TEMPLATE, as_of=None).frame.empty
