"""Readings made by hand, so that figures can be tested without a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from marketing_sheets.formulas import compute
from marketing_sheets.loading import library_template
from marketing_sheets.problems import Problem
from marketing_sheets.records import ControlTotal, Origin, Reading, SheetRecords
from marketing_sheets.template import TableSheet, Template
from marketing_sheets.texts import Language

Rows = Sequence[Mapping[str, object]]
AS_OF = date(2024, 6, 28)
TEMPLATE = library_template("campaign_tracker")
# Why a figure may have no value.
REASONS = (
    *("no_data", "zero_base", "negative_base", "mixed_base"),
    *("partial_period", "no_period", "no_weights", "partial_weights"),
)
_DTYPES = {
    "integer": "Int64",
    "number": "Float64",
    "money": "Float64",
    "percent": "Float64",
    "ratio": "Float64",
    "quantity": "Float64",
    "date": "datetime64[us]",
}


def records(template: Template, sheet_id: str, rows: Rows, *, as_of: date) -> SheetRecords:
    """Return records as reading gives them, computed columns filled; the first in row 7."""
    sheet = template[sheet_id]
    assert isinstance(sheet, TableSheet)
    series = {
        column.id: pd.Series(
            [row.get(column.id) for row in rows], dtype=_DTYPES.get(column.type, "str")
        )
        for column in sheet.columns
    }
    frame = pd.DataFrame(series, index=pd.RangeIndex(len(rows)))
    origin = Origin(
        file="618.xlsx",
        sheet=sheet.label["zh-Hans"],
        header_row=6,
        columns={column.id: number for number, column in enumerate(sheet.columns, 1)},
    )
    raw = frame.astype(object)
    numbers = np.arange(7, 7 + len(rows))
    plain = SheetRecords(sheet=sheet_id, frame=frame, raw=raw, rows=numbers, origin=origin)
    return compute(plain, template=template, as_of=as_of)


def reading(
    sheets: Mapping[str, Rows],
    *,
    form: Mapping[str, Any] | None = None,
    as_of: date = AS_OF,
    language: Language = "zh-Hans",
    problems: Sequence[Problem] = (),
    template: Template = TEMPLATE,
) -> Reading:
    """Return a reading of the named sheets; the others are missing from the workbook."""
    tables = {name: records(template, name, rows, as_of=as_of) for name, rows in sheets.items()}
    totals = tuple(
        ControlTotal(sheet=name, column=None, read=len(rows), used=len(rows), listed={})
        for name, rows in sheets.items()
    )
    return Reading(
        template=template,
        language=language,
        file="618跟踪表.xlsx",
        form=form or {},
        sheets=tables,
        problems=tuple(problems),
        totals=totals,
        sha256="9f2c4a7e" + "0" * 52 + "b81d",
    )


FORM: dict[str, Any] = {
    "campaign_name": "2024夏季大促（618）",
    "department": "marketing",
    "owner": "营销主管",
    "start_date": date(2024, 5, 1),
    "end_date": date(2024, 7, 15),
    "budget": 450_000.0,
    "target_roas": 4.0,
    "target_new_users": 20_000,
    "limit_cac": 60.0,
}


def _task(stage: str, task: str, **more: object) -> dict[str, object]:
    return {
        "stage": stage,
        "task": task,
        "department": "marketing",
        "owner": "推广专员",
        "status": "in_progress",
        **more,
    }


def _days(*dates: str) -> dict[str, pd.Timestamp]:
    names = ("planned_start", "planned_end", "actual_start", "actual_end")
    return {name: pd.Timestamp(day) for name, day in zip(names, dates, strict=False)}


def campaign_tasks() -> Rows:
    """Ten tasks in four stages: two late, one over budget."""
    spring = _days("2024-05-01", "2024-05-10", "2024-05-01", "2024-05-10")
    may = _days("2024-05-11", "2024-05-31", "2024-05-11", "2024-05-31")
    money = [(40e3, 38e3), (40e3, 38e3), (100e3, 50e3), (75e3, 54.5e3), (50e3, 56e3), (60e3, 55e3)]
    money += [(40e3, 29.5e3), (15e3, 9.5e3), (15e3, 0.0), (15e3, 0.0)]
    rows = [
        _task("preparation", "活动方案定稿", **spring, status="done", progress=1.0),
        _task("preparation", "物料采购", **spring, status="done", progress=1.0),
        _task("launch", "小红书达人种草", **may, status="done", progress=1.0),
        _task("launch", "抖音信息流广告上线", progress=0.5, **_days("2024-06-01", "2024-06-20")),
        _task(
            "peak",
            "门店快闪体验（5城）",
            status="done",
            progress=1.0,
            department="sales",
            owner="区域主管",
            **_days("2024-06-10", "2024-06-18", "2024-06-10", "2024-06-18"),
        ),
        _task("peak", "618直播专场", progress=0.8, **_days("2024-06-15", "2024-07-02")),
        _task(
            "peak", "会员召回短信", status="late", progress=0.6, **_days("2024-06-10", "2024-06-25")
        ),
        _task("closing", "返场优惠", progress=0.6, **_days("2024-07-01", "2024-07-10")),
        _task(
            "closing",
            "数据复盘",
            status="not_started",
            progress=0.3,
            **_days("2024-07-10", "2024-07-15"),
        ),
        _task(
            "closing",
            "客服回访",
            status="cancelled",
            progress=0.0,
            **_days("2024-07-10", "2024-07-15"),
        ),
    ]
    return [
        {**row, "budget": budget, "spend": spend}
        for row, (budget, spend) in zip(rows, money, strict=True)
    ]


def campaign_days(days: int = 28, first: date = date(2024, 6, 1)) -> Rows:
    """Return four channels a day; the stores have footfall and no clicks."""
    rows: list[dict[str, object]] = []
    bases = {
        "stores": (2400, None, 0.084, 180, 4570, 40300),
        "xiaohongshu": (132_000, 6868, 0.016, 97, 6140, 33350),
        "douyin": (336_700, 8715, 0.015, 116, 10780, 35280),
        "wechat_moments": (53_680, 1116, 0.035, 40, 2890, 9000),
    }
    for day in range(days):
        swing = 1 + 0.25 * np.sin(day * 1.3) + (0.35 if day == 9 else 0)
        for channel, (shown, clicks, cvr, users, cost, sales) in bases.items():
            base = clicks or shown
            rows.append(
                {
                    "date": pd.Timestamp(first + timedelta(days=day)),
                    "channel": channel,
                    "impressions": int(shown * swing),
                    "clicks": None if clicks is None else int(clicks * swing),
                    "conversions": int(base * cvr * swing),
                    "new_users": int(users * swing),
                    "cost": float(round(cost * (0.9 + 0.1 * swing))),
                    "sales": float(round(sales * swing)),
                    "sales_target": float(round(sales * 0.88)),
                }
            )
    return rows


def metric(name: str, target: float, actual: float, **more: object) -> dict[str, object]:
    """Return one row of the effect evaluation."""
    return {
        "metric_class": "result",
        "metric": name,
        "direction": "higher",
        "unit": "number",
        "target": target,
        "actual": actual,
        **more,
    }


def campaign_metrics() -> Rows:
    """Nine metrics, three of them missed."""
    return [
        metric("小红书曝光量", 20e6, 22e6),
        metric("品牌搜索指数", 0.30, 0.45, unit="percent"),
        metric("直播点击率", 0.08, 0.065, unit="percent"),
        metric("新增用户数", 20_000, 18_000),
        metric("用户转化率", 0.05, 0.042, unit="percent"),
        metric("线上销售额（元）", 150e3, 180e3, unit="money"),
        metric("投产比 ROAS", 3.0, 3.5, unit="ratio"),
        metric("用户满意度", 0.90, 0.92, unit="percent"),
        metric("总费用（元）", 600e3, 720e3, unit="money", direction="lower"),
    ]


def issue(description: str, severity: str | None, **more: object) -> dict[str, object]:
    """Return one row of the issue log."""
    dates = {
        name: pd.Timestamp(str(more.pop(name))) if more.get(name) else None
        for name in ("occurred_on", "due_date", "solved_on")
    }
    return {
        "number": "1",
        "description": description,
        "severity": severity,
        "department": "marketing",
        "owner": "推广专员",
        "status": "active",
        **more,
        **dates,
    }


def campaign_issues() -> Rows:
    """Six issues: three overdue, one solved."""
    return [
        issue("抖音素材审核退回", "high", occurred_on="2024-06-16", due_date="2024-06-18"),
        issue(
            "直播间服务器卡顿",
            "high",
            occurred_on="2024-06-10",
            due_date="2024-06-24",
            department="operations",
            owner="运维工程师",
        ),
        issue(
            "两城快闪场地延后开放",
            "medium",
            occurred_on="2024-06-08",
            due_date="2024-06-20",
            owner="区域主管",
        ),
        issue(
            "优惠券核销对账口径不一",
            "low",
            occurred_on="2024-06-24",
            due_date="2024-07-03",
            owner="费用会计",
            department="finance",
        ),
        issue("达人档期冲突", "medium", occurred_on="2024-06-25", due_date="2024-07-01"),
        issue(
            "短信模板被拒",
            "high",
            occurred_on="2024-06-01",
            due_date="2024-06-05",
            solved_on="2024-06-04",
            status="solved",
        ),
    ]


def campaign(**more: Any) -> Reading:
    """Return a whole campaign, with something of everything."""
    schedule = [
        _task("launch", "抖音信息流广告上线", **_days("2024-06-01", "2024-06-20")),
        _task("peak", "直播脚本定稿", **_days("2024-06-01", "2024-06-22")),
    ]
    sheets = {
        "master_tracker": campaign_tasks(),
        "phase_schedule": schedule,
        "daily_data": campaign_days(),
        "effect_evaluation": campaign_metrics(),
        "issue_log": campaign_issues(),
    }
    return reading(sheets, **{"form": FORM, **more})
