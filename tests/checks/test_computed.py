"""Results in the workbook that differ from ours: typed over, rounded, or called otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.books import computed, places

from marketing_sheets.checks.computed import computed_doubts

EVALUATION = "类别|指标|方向|单位|目标值|实际值|达成率|是否达标|环比".split("|")


@pytest.mark.parametrize(
    ("achieved", "verdict", "change", "cells"),
    [
        (0.8, "未达标", "无数据", []),
        (0.8, "Missed", "No data", []),
        (None, None, None, []),
        ("", "", "", []),
        ("80%", "▼ 未达标", "無數據", []),
        ("#DIV/0!", "#N/A", "", []),
        ("完成", "未达标", "", ["G2"]),
        ("100%", "未达标", "", ["G2"]),
        ("无数据", "达标", "", ["H2"]),
        (0.8, "还行", "", ["H2"]),
        (0.9, "Met", "", ["G2", "H2"]),
    ],
)
def test_words_typed_over_a_formula_are_found(
    tmp_path: Path, achieved: object, verdict: object, change: object, cells: list[str]
) -> None:
    """A text in place of our number, or another choice; reasons and labels pass in any language."""
    row = ["结果指标", "某指标", "↑ 越高越好", "数值", 100, 80, achieved, verdict, change]
    reading = computed(tmp_path, 效果评估=[EVALUATION, row])
    assert places(computed_doubts(reading)) == [("computed_differs", cell) for cell in cells]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("81%", ["formula_overwritten"]),
        (0.81, ["formula_overwritten"]),
        (0.813, ["formula_overwritten"]),
        ("81.3%", ["formula_overwritten"]),
        (0.8125, []),
        ("81.25%", []),
        (0.82, ["computed_differs"]),
        ("80%", ["computed_differs"]),
        (1, ["computed_differs"]),
        (0.8133333333333334, ["computed_differs"]),
    ],
)
def test_a_rounded_result_is_ours_as_far_as_it_goes(
    tmp_path: Path, typed: object, codes: list[str]
) -> None:
    """81 % for 0.8125 agrees in what it says; 82 % does not, nor does an old result in full."""
    row = ["结果指标", "某指标", "↑ 越高越好", "%", "8%", "6.5%", typed]
    reading = computed(tmp_path, 效果评估=[EVALUATION[:7], row])
    assert places(computed_doubts(reading)) == [(code, "G2") for code in codes]


def test_rounded_results_are_told_once_a_column_in_plain_figures(tmp_path: Path) -> None:
    """The line counts them, and says the first as people read it."""
    rows = [
        ["结果指标", f"指标{n}", "↑ 越高越好", "%", "8%", "6.5%", "81%" if n < 3 else 1.022222222]
        for n in range(4)
    ]
    told = computed_doubts(computed(tmp_path, 效果评估=[EVALUATION[:7], *rows]))
    rounded = next(p for p in told if p.code == "formula_overwritten")
    assert (rounded.severity, rounded.place.cell) == ("info", "G2")
    assert "3 处写的是约数，如 81%（计算结果为 81.25%）：G2、G3、G4" in rounded.message("zh-Hans")
    differs = next(p for p in told if p.code == "computed_differs")
    assert differs.message("zh-Hans") == "“达成率”的计算结果应为 81.25%，表中为 102.22%。"


def test_the_choice_we_come_to_is_called_by_its_label(tmp_path: Path) -> None:
    """The message names both choices in the reader's language."""
    row = ["结果指标", "某指标", "↑ 越高越好", "数值", 100, 80, None, "达标", None]
    (problem,) = computed_doubts(computed(tmp_path, 效果评估=[EVALUATION, row]))
    assert problem.message("zh-Hans") == "“是否达标”的计算结果应为 未达标，表中为 达标。"
    assert problem.message("en") == '"Verdict" should come to Missed; the sheet shows 达标.'


def test_a_result_we_do_not_have_is_not_compared(tmp_path: Path) -> None:
    """Where a cell was left out Excel's own result stands unchallenged: its cause is named."""
    row = ["结果指标", "某指标", "↑ 越高越好", "数值", 100, "约80", 0.8, "未达标", None]
    assert computed_doubts(computed(tmp_path, 效果评估=[EVALUATION, row])) == ()
