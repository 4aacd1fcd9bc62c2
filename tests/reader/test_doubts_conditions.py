"""Conditions and targets that say less, or something else, than an achievement needs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support.books import doubts, draw

from marketing_sheets.reader import read_inputs

MASTER = "推广阶段|关键任务|执行部门|负责人|计划开始|计划结束|状态|进度|预算金额|KPI条件"
EVALUATION = "类别|指标|方向|单位|目标值|实际值"


@pytest.mark.parametrize(
    ("condition", "is_clear"),
    [
        ("观看人数≥20万", True),
        ("素材通过率100%", True),
        ("≥20万", True),
        ("达到100人", True),
        ("5月ROI≥1:4", True),
        ("费用不超过5万元", True),
        ("待定", True),
        ("20-30万", False),
        ("观看人数≥20-30万", False),
        ("点赞≥1万，阅读≥5万", False),
        ("阅读量1万，观看人数≥5万", False),
        ("点赞≥1万 阅读≥5万", False),
        ("尽快完成", False),
        ("≥20万（含自然流量）", False),
    ],
)
def test_a_condition_has_one_number(tmp_path: Path, condition: str, is_clear: bool) -> None:
    """Ranges, two conditions in a cell and words without a number are warned of."""
    task = ["筹备期", "一", "市场部", "张", "2024-06-01", "2024-06-02", "进行中", 0.5, 5]
    rows = [MASTER.split("|"), [*task, condition]]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"推进总表": rows}))
    told = [pair for pair in doubts(reading, "推进总表") if pair[0] == "condition_unclear"]
    assert told == ([] if is_clear else [("condition_unclear", "J2")])


@pytest.mark.parametrize(
    ("standard", "part"),
    [
        ("笔记阅读量≥5万,点赞≥1万", None),
        ("每场参与人数≥200，留资率≥30%", None),
        ("海报3张、视频1条定稿", None),
        ("尽快完成", None),
        ("笔记阅读量≥5万,点赞≥若干", "点赞≥若干"),
        ("觀看人數≥20萬；銷售額不低於去年", "銷售額不低於去年"),
    ],
)
def test_a_part_that_is_no_condition(tmp_path: Path, standard: str, part: str | None) -> None:
    """Of conditions that nothing computes with, those with a sign but no number are named."""
    header = "任务内容|负责人|开始时间|结束时间|交付标准".split("|")
    rows = [header, ["发布", "张", "第5周周一", "第5周周三", standard]]
    path = draw(tmp_path / "a.xlsx", {"爆发期任务拆解": rows})
    reading = read_inputs(path, template="promotion_tracking")
    told = [p for p in reading.problems if p.code == "condition_part_unread"]
    assert [(p.place.cell, p.params["part"]) for p in told] == ([("E2", part)] if part else [])


@pytest.mark.parametrize(
    ("direction", "target", "is_against"),
    [
        ("↑ 越高越好", "≤5%", True),
        ("↑ 越高越好", "不超过5%", True),
        ("↑ 越高越好", "≥5%", False),
        ("↑ 越高越好", "5%", False),
        ("↓ 越低越好", "≥5%", True),
        ("↓ 越低越好", "5%+", True),
        ("↓ 越低越好", "<5%", False),
        (None, "≤5%", False),
    ],
)
def test_a_bound_goes_the_way_of_its_metric(
    tmp_path: Path, direction: str | None, target: str, is_against: bool
) -> None:
    """At most 5 % of what had better be high is used, and warned of."""
    rows = [EVALUATION.split("|"), ["结果指标", "某指标", direction, "%", target, "4%"]]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"效果评估": rows}))
    told = [pair for pair in doubts(reading, "效果评估") if pair[0] == "direction_conflict"]
    assert told == ([("direction_conflict", "E2")] if is_against else [])
    assert reading.sheets["effect_evaluation"].frame["target"].tolist() == [0.05]


@pytest.mark.parametrize("text", ["25万+", "≥25万", "不低于25万", "25万以上"])
def test_only_a_target_may_be_a_bound(tmp_path: Path, text: str) -> None:
    """A target of at least 25万 is a target; an actual of at least 25万 is no figure."""
    rows = [EVALUATION.split("|"), ["结果指标", "某指标", "↑ 越高越好", "数值", text, text]]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"效果评估": rows}))
    frame = reading.sheets["effect_evaluation"].frame
    assert frame["target"].tolist() == [250000.0]
    assert pd.isna(frame["actual"].iloc[0])
    told = [pair for pair in doubts(reading, "效果评估") if "missing" not in pair[0]]
    assert told == [("not_exact", "F2")]
