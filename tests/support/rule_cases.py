"""For each rule of alerts a reading that raises it and one, hardly different, that does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from marketing_sheets.loading import library_template
from marketing_sheets.records import Reading
from marketing_sheets.template import Threshold
from support.readings import reading

__all__ = ["CASES", "DAY", "Case", "clicks", "conversions", "days_of"]

DAY = date(2024, 6, 28)
Rows = Sequence[Mapping[str, object]]


def on(day: str) -> pd.Timestamp:
    """Return a day of a sheet."""
    return pd.Timestamp(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Rows of one sheet that raise a rule, and rows that do not; the rest is common to both."""

    template: str
    sheet: str
    fires: Rows
    quiet: Rows
    form: Mapping[str, Any] = field(default_factory=dict)
    quiet_form: Mapping[str, Any] | None = None
    beside: Mapping[str, Rows] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def reading(self, rule: str, *, fires: bool) -> Reading:
        """Return a reading whose workbook has the rule switched on."""
        template = library_template(self.template)
        form = self.form if fires or self.quiet_form is None else self.quiet_form
        rows = self.fires if fires else self.quiet
        found = reading({**self.beside, self.sheet: rows}, form=form, as_of=DAY, template=template)
        own = next(one for one in template.rules if one.id == rule)
        on_for_all = [Threshold(rule=rule, group=group) for group in own.only or (None,)]
        return replace(found, thresholds=tuple(on_for_all), settings=self.settings)


def days_of(channel: str, values: Sequence[Mapping[str, object]], last: date = DAY) -> Rows:
    """Return one row a day of a channel, the last on `last`."""
    first = last - timedelta(days=len(values) - 1)
    return [
        {"date": pd.Timestamp(first + timedelta(days=n)), "channel": channel, **value}
        for n, value in enumerate(values)
    ]


def clicks(*counts: int) -> list[Mapping[str, object]]:
    """Return days of 100,000 impressions with so many clicks each."""
    return [{"impressions": 100_000, "clicks": count} for count in counts]


def conversions(*counts: int) -> list[Mapping[str, object]]:
    """Return days of 10,000 clicks with so many conversions each."""
    return [{"impressions": 500_000, "clicks": 10_000, "conversions": count} for count in counts]


def feed(**figures: float) -> Rows:
    """Return a row of feed ads in the channel results."""
    base = {"channel": "douyin", "content": "短视频素材A"}
    return [{**base, **figures}]


START = {"start_date": date(2024, 6, 1), "end_date": date(2024, 6, 30), "budget": 1000.0}
ENDED = {"start_date": date(2024, 5, 1), "end_date": date(2024, 6, 20)}
TASK = {"task": "备货", "owner": "推广专员"}
PROMO = {**TASK, "stage": "launch", "planned_start": on("2024-06-01")}
LATE = {"planned_end": on("2024-06-20"), "status": "in_progress"}
ENDS = {"planned_end": on("2024-06-20"), "actual_end": on("2024-06-22")}
METRIC = {"metric": "销售额", "direction": "higher", "unit": "number", "target": 100.0}

CASES: Mapping[str, Case] = {
    "issue_overdue": Case(
        template="campaign_tracker",
        sheet="issue_log",
        fires=[{"description": "缺货", "status": "active", "due_date": on("2024-06-27")}],
        quiet=[{"description": "缺货", "status": "active", "due_date": on("2024-06-28")}],
    ),
    "issue_high": Case(
        template="campaign_tracker",
        sheet="issue_log",
        fires=[{"description": "缺货", "status": "active", "severity": "high"}],
        quiet=[{"description": "缺货", "status": "active", "severity": "medium"}],
    ),
    "task_late": Case(
        template="campaign_tracker",
        sheet="master_tracker",
        fires=[{**TASK, **LATE}],
        quiet=[{**TASK, **LATE, "planned_end": on("2024-06-28")}],
    ),
    "over_allocated": Case(
        template="campaign_tracker",
        sheet="master_tracker",
        fires=[{**TASK, "budget": 1200.0}],
        quiet=[{**TASK, "budget": 1000.0}],
        form=START,
    ),
    "over_budget": Case(
        template="campaign_tracker",
        sheet="master_tracker",
        fires=[{**TASK, "budget": 100.0, "spend": 101.0}],
        quiet=[{**TASK, "budget": 100.0, "spend": 100.0}],
    ),
    "below_target": Case(
        template="campaign_tracker",
        sheet="effect_evaluation",
        fires=[{**METRIC, "actual": 89.0}],
        quiet=[{**METRIC, "actual": 90.0}],
    ),
    "reserve": Case(
        template="campaign_tracker",
        sheet="master_tracker",
        fires=[{**TASK, "budget": 950.0}],
        quiet=[{**TASK, "budget": 900.0}],
        form={**START, "start_date": date(2024, 7, 1), "end_date": date(2024, 7, 31)},
    ),
    "burn": Case(
        template="campaign_tracker",
        sheet="master_tracker",
        fires=[{**TASK, "budget": 100.0, "spend": 95.0, "progress": 0.2}],
        quiet=[{**TASK, "budget": 100.0, "spend": 60.0, "progress": 0.2}],
        form={"start_date": date(2024, 6, 15), "end_date": date(2024, 7, 12)},
    ),
    "ctr_low": Case(
        template="campaign_tracker",
        sheet="daily_data",
        fires=days_of("douyin", clicks(2000, 1499, 1400)),
        quiet=days_of("douyin", clicks(1400, 1500, 1400)),
    ),
    "feed_cvr_low": Case(
        template="campaign_tracker",
        sheet="daily_data",
        fires=days_of("douyin", conversions(99, 99)),
        quiet=days_of("douyin", conversions(100, 100)),
    ),
    "cvr_drop": Case(
        template="campaign_tracker",
        sheet="daily_data",
        fires=days_of("xiaohongshu", conversions(200, 200, 200, 139)),
        quiet=days_of("xiaohongshu", conversions(200, 200, 200, 140)),
    ),
    "cvr_low": Case(
        template="campaign_tracker",
        sheet="daily_data",
        fires=days_of("xiaohongshu", conversions(499)),
        quiet=days_of("xiaohongshu", conversions(500)),
    ),
    "roas_low": Case(
        template="promotion_tracking",
        sheet="channel_effect",
        fires=feed(cost=100.0, sales=279.0),
        quiet=feed(cost=100.0, sales=280.0),
        form={"target_roas": 4.0},
    ),
    "feed_impressions": Case(
        template="promotion_tracking",
        sheet="channel_effect",
        fires=feed(impressions=4_999_999),
        quiet=feed(impressions=5_000_000),
    ),
    "feed_ctr": Case(
        template="promotion_tracking",
        sheet="channel_effect",
        fires=feed(impressions=100_000, clicks=1999),
        quiet=feed(impressions=100_000, clicks=2000),
    ),
    "feed_cvr": Case(
        template="promotion_tracking",
        sheet="channel_effect",
        fires=feed(clicks=90_000, conversions=1349),
        quiet=feed(clicks=90_000, conversions=1350),
    ),
    "feed_roas": Case(
        template="promotion_tracking",
        sheet="channel_effect",
        fires=feed(cost=100.0, sales=399.0),
        quiet=feed(cost=100.0, sales=400.0),
    ),
    "negative_comments": Case(
        template="campaign_process",
        sheet="execution_log",
        fires=[
            {"date": on("2024-06-27"), "problem": "差评", "negative_comments": 30},
            {"date": on("2024-06-27"), "problem": "投诉", "negative_comments": 21},
        ],
        quiet=[
            {"date": on("2024-06-27"), "problem": "差评", "negative_comments": 50},
            {"date": on("2024-06-28"), "problem": "差评", "negative_comments": 50},
        ],
    ),
    "one_contact": Case(
        template="strategy_tracking",
        sheet="responsibility_matrix",
        fires=[
            {"action": "种草", "department": "marketing", "owner": "*经理"},
            {"action": "直播", "department": "marketing", "owner": "*主管"},
        ],
        quiet=[
            {"action": "种草", "department": "marketing", "owner": "*经理"},
            {"action": "直播", "department": "marketing", "owner": "*经理"},
        ],
    ),
    "focus": Case(
        template="campaign_review",
        sheet="improvement_actions",
        fires=[{"area": f"环节{n}", "description": "慢"} for n in range(4)],
        quiet=[{"area": f"环节{n}", "description": "慢"} for n in range(3)],
    ),
    "daily_missing": Case(
        template="campaign_tracker",
        sheet="daily_data",
        fires=days_of("douyin", clicks(2000), date(2024, 6, 26)),
        quiet=days_of("douyin", clicks(2000), date(2024, 6, 27)),
    ),
    "results_due": Case(
        template="campaign_tracker",
        sheet="effect_evaluation",
        fires=[METRIC],
        quiet=[{**METRIC, "actual": 100.0}],
        form=ENDED,
    ),
    "review_due": Case(
        template="campaign_review",
        sheet="metric_evaluation",
        fires=[],
        quiet=[],
        # Five working days after Thursday the 20th end on Thursday the 27th.
        form=ENDED,
        quiet_form={**ENDED, "end_date": date(2024, 6, 21)},
    ),
    "review_early": Case(
        template="campaign_review",
        sheet="metric_evaluation",
        # Three working days after Tuesday the 25th end on Friday the 28th.
        fires=[{"metric": "销售额", "actual": 150_000.0}],
        quiet=[{"metric": "销售额", "actual": 150_000.0}],
        form={**ENDED, "end_date": date(2024, 6, 26)},
        quiet_form={**ENDED, "end_date": date(2024, 6, 25)},
    ),
    "stage_review_due": Case(
        template="campaign_process",
        sheet="stage_review",
        fires=[],
        quiet=[{"stage": "peak", "metric": "转化率"}],
        form=START,
    ),
    "plan_due": Case(
        template="campaign_process",
        sheet="execution_log",
        fires=[{"date": on("2024-06-26"), "problem": "断货"}],
        quiet=[{"date": on("2024-06-27"), "problem": "断货"}],
    ),
    "materials_due": Case(
        template="strategy_tracking",
        sheet="prep_checklist",
        fires=[{"category": "media", "task": "海报", "status": "in_progress"}],
        quiet=[{"category": "media", "task": "海报", "status": "done"}],
        form={"start_date": date(2024, 6, 30)},
    ),
    "done_no_end": Case(
        template="promotion_tracking",
        sheet="promotion_master",
        fires=[{**PROMO, "progress_points": 100.0}],
        quiet=[{**PROMO, "progress_points": 99.0}],
    ),
    "end_not_done": Case(
        template="strategy_tracking",
        sheet="prep_checklist",
        fires=[{"task": "海报", "status": "in_progress", "actual_end": on("2024-06-01")}],
        quiet=[{"task": "海报", "status": "done", "actual_end": on("2024-06-01")}],
    ),
    "end_not_full": Case(
        template="promotion_tracking",
        sheet="promotion_master",
        fires=[{**PROMO, **ENDS, "progress_points": 90.0}],
        quiet=[{**PROMO, **ENDS, "progress_points": 100.0}],
    ),
    "late_no_reason": Case(
        template="campaign_tracker",
        sheet="phase_schedule",
        fires=[{**TASK, **ENDS, "status": "done"}],
        quiet=[{**TASK, **ENDS, "status": "done", "delay_reason": "服务器故障"}],
    ),
    "late_as_done": Case(
        template="campaign_tracker",
        sheet="phase_schedule",
        fires=[{**TASK, **ENDS, "status": "done"}],
        quiet=[{**TASK, **ENDS, "status": "late"}],
        settings={"late_done": "late"},
    ),
    "task_too_long": Case(
        template="campaign_tracker",
        sheet="phase_schedule",
        fires=[{**TASK, "planned_start": on("2024-06-01"), "planned_end": on("2024-06-15")}],
        quiet=[{**TASK, "planned_start": on("2024-06-01"), "planned_end": on("2024-06-14")}],
    ),
    "one_day": Case(
        template="promotion_tracking",
        sheet="promotion_detail",
        fires=[{"dates": "2024-06-01~2024-06-02", "task": "选品"}],
        quiet=[{"dates": "2024-06-01~2024-06-01", "task": "选品"}],
    ),
    "kpi_missed": Case(
        template="promotion_tracking",
        sheet="promotion_master",
        fires=[
            {**PROMO, **ENDS, "progress_points": 100.0, "kpi": "观看人数≥20万", "kpi_current": 19e4}
        ],
        quiet=[
            {**PROMO, **ENDS, "progress_points": 100.0, "kpi": "观看人数≥20万", "kpi_current": 2e5}
        ],
    ),
    "gap_no_cause": Case(
        template="strategy_tracking",
        sheet="execution_report",
        fires=[
            {"dates": "2024-06-01~2024-06-07", "metric": "曝光量", "target": 500.0, "actual": 400.0}
        ],
        quiet=[
            {
                "dates": "2024-06-01~2024-06-07",
                "metric": "曝光量",
                "target": 500.0,
                "actual": 400.0,
                "cause": "审核超时",
            }
        ],
    ),
    "settlement_reason": Case(
        template="campaign_process",
        sheet="cost_settlement",
        fires=[{"subject": "promotion", "budget": 100.0, "spend": 120.0}],
        quiet=[{"subject": "promotion", "budget": 100.0, "spend": 100.0}],
    ),
    "no_voucher": Case(
        template="campaign_process",
        sheet="cost_settlement",
        fires=[{"subject": "promotion", "budget": 100.0, "spend": 100.0}],
        quiet=[{"subject": "promotion", "budget": 100.0, "spend": 100.0, "voucher": "FP-01"}],
    ),
    "not_cleaned": Case(
        template="strategy_tracking",
        sheet="preliminary_evaluation",
        fires=[{"metric": "销售额", "target": 100.0, "actual": 90.0}],
        quiet=[{"metric": "销售额", "target": 100.0, "actual": 90.0, "is_clean": "yes"}],
    ),
    "not_approved": Case(
        template="campaign_process",
        sheet="activity_register",
        fires=[{"code": "HD-1", "name": "618", "period": "2024-06-28~2024-06-30"}],
        quiet=[{"code": "HD-1", "name": "618", "period": "2024-06-29~2024-06-30"}],
    ),
}
