"""What stands in a report."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support.examples import Examples
from support.readings import AS_OF, campaign

from marketing_sheets.errors import UsageError
from marketing_sheets.loading import template_names
from marketing_sheets.report.blocks import Actions, Heading, TableBlock, Tiles, WritingPlace
from marketing_sheets.report.content import document_of
from marketing_sheets.summary import Summary, summarize
from marketing_sheets.texts import LANGUAGES, Language


def _summary() -> Summary:
    return summarize(campaign(), as_of=AS_OF)


@pytest.mark.parametrize(
    "language",
    [LANGUAGES[0], *(pytest.param(one, marks=pytest.mark.slow) for one in LANGUAGES[1:])],
)
def test_every_template_has_five_chapters(examples: Examples, language: Language) -> None:
    """Whatever the workbook, its report has the same chapters, places and one action list."""
    for name in template_names():
        document = document_of(examples(name, language).recalculated.summary, language)
        chapters = [b for b in document.blocks if isinstance(b, Heading) and b.level == 1]
        assert len(chapters) == 5, name
        assert sum(isinstance(block, Tiles) for block in document.blocks) <= 1
        places = [block.id for block in document.blocks if isinstance(block, WritingPlace)]
        assert places == ["background", "success", "evidence", "root_causes", "next_steps"]
        assert sum(isinstance(block, Actions) for block in document.blocks) == 1


def test_no_id_and_no_blank_shows() -> None:
    """No id of a choice, no unfilled blank and no raw number stands in any table."""
    document = document_of(_summary(), "zh-Hans")
    words = [
        cell.text
        for block in document.blocks
        if isinstance(block, TableBlock)
        for row in block.rows
        for cell in row.cells
    ]
    assert words
    for text in words:
        assert "{" not in text
        assert not re.search(r"\d\.\d{5}", text), text
        assert not re.match(r"(launch|peak|preparation|closing|high|medium|low)\b", text), text


def test_nothing_tells_to_click() -> None:
    """A document cannot be clicked as a sheet can, so nothing says so."""
    for block in document_of(_summary(), "zh-Hans").blocks:
        assert not re.search("点[右表]", getattr(block, "note", ""))


def test_a_process_shows_what_only_its_records_hold(examples: Examples) -> None:
    """The plan's background and budget, causes and adjustments stand in their chapters."""
    summary = examples("campaign_process").recalculated.summary
    document = document_of(summary, "zh-Hans")
    assert document.title.endswith("活动效果评估报告")
    heads = [block.text for block in document.blocks if isinstance(block, Heading)]
    for title in ("策划方案", "预算明细", "阶段复盘", "阶段原因分析", "阶段调整措施", "费用决算"):
        assert title in heads


@pytest.mark.parametrize("stage", ["执行期", "執行期", " 执行期 "])
def test_a_stage_is_reviewed_alone(examples: Examples, stage: str) -> None:
    """The review of a stage holds its records and no figure of the whole, in any spelling."""
    summary = examples("campaign_process").recalculated.summary
    document = document_of(summary, "zh-Hans", stage=stage)
    assert document.title.endswith("阶段性复盘报告 · 执行期")
    assert not any(isinstance(block, Tiles) for block in document.blocks)
    tables = [block for block in document.blocks if isinstance(block, TableBlock)]
    assert {row.cells[0].text for table in tables for row in table.rows} == {"执行期"}


def test_a_stage_nobody_knows_is_refused_with_those_there_are(examples: Examples) -> None:
    """A stage without records is an error that names the stages."""
    summary = examples("campaign_process").recalculated.summary
    with pytest.raises(UsageError, match="执行期"):
        document_of(summary, "zh-Hans", stage="爆发")


def test_keys_of_actions_are_unique(examples: Examples) -> None:
    """Two rows with the same measure are still two rows."""
    summary = examples().recalculated.summary
    advice = summary.report.advice
    doubled = replace(summary, report=replace(summary.report, advice=(*advice, *advice)))
    (actions,) = (b for b in document_of(doubled, "en").blocks if isinstance(b, Actions))
    assert len(set(actions.keys)) == len(actions.keys) == 2 * len(advice) > 0
