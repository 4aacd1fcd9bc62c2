"""On sheets of ours what only we understand is named once a column: formulas do not see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from marketing_sheets.loading import library_template
from marketing_sheets.reader.table import Surroundings, grid_of
from marketing_sheets.reader.tables import TableReading, read_table
from marketing_sheets.template import TableSheet
from marketing_sheets.texts import Language

JUNE_5 = date(2024, 6, 5)


def told(
    sheet_id: str,
    *rows: Mapping[str, object],
    language: Language = "zh-Hans",
    template: str = "campaign_tracker",
) -> list[tuple[str, str | None, object]]:
    """Read a sheet with its row of ids, and return what formulas need: code, cell, count."""
    loaded = library_template(template)
    sheet = loaded[sheet_id]
    assert isinstance(sheet, TableSheet)
    names = [*rows[0]]
    ids = [f"{names[0]}|{template}|1|{language}|{sheet_id}", *names[1:]]
    above: list[object] = [""] * len(names)
    head = [sheet[name].label[language] for name in names]
    grid = grid_of([above, ids, head, *([*row.values()] for row in rows)], "表")
    found = read_table(grid, sheet, Surroundings(template=loaded))
    assert isinstance(found, TableReading)
    problems = [p for p in found.problems if p.code.startswith("formulas_need")]
    return [(p.code, p.place.cell, p.params["count"]) for p in problems]


@pytest.mark.parametrize(
    ("typed", "is_seen"), [(500, True), ("50万", False), ("500", False), ("待定", True), ("", True)]
)
def test_a_figure_that_stands_as_text_is_named(typed: object, is_seen: bool) -> None:
    """Sums in Excel leave it out; a number, and what is none for us either, are let be."""
    rows = [{"date": JUNE_5, "channel": "抖音", "clicks": one} for one in (3, typed, typed)]
    assert told("daily_data", *rows) == ([] if is_seen else [("formulas_need_value", "C5", 2)])


@pytest.mark.parametrize(
    ("typed", "is_seen"), [("50,000", True), ("5万", True), ("五万", False), (50_000, True)]
)
def test_an_amount_that_formulas_read_is_let_be(typed: object, is_seen: bool) -> None:
    """Where a formula reads amounts out of texts, only those are named that it cannot."""
    row = {"channel": "抖音", "content": "短视频", "cost": typed}
    found = told("channel_effect", row, template="promotion_tracking")
    assert found == ([] if is_seen else [("formulas_need_value", "C4", 1)])


@pytest.mark.parametrize(
    ("language", "word", "is_seen"),
    [
        ("zh-Hans", "已完成", True),
        ("zh-Hans", "Done", True),
        ("zh-Hans", "✓ 已完成", False),
        ("en", "✓ Done", False),
        ("en", "待開始", False),
        ("zh-Hant", "待開始", True),
    ],
)
def test_a_word_that_formulas_do_not_find_is_named(
    language: Language, word: str, is_seen: bool
) -> None:
    """Every label is found, and in Traditional sheets the aliases as they are written there."""
    row = {"task": "甲", "status": word, "planned_end": JUNE_5}
    found = told("master_tracker", row, language=language)
    assert found == ([] if is_seen else [("formulas_need_word", "B4", 1)])
