"""The written Summary: every text has its room, every row its height, and few cells are merged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from support.examples import Examples
from support.readings import (
    AS_OF,
    FORM,
    campaign,
    campaign_days,
    campaign_tasks,
    issue,
    metric,
    reading,
)

from marketing_sheets.loading import template_names
from marketing_sheets.records import Reading
from marketing_sheets.summary import summarize, write_summary
from marketing_sheets.summary.fit import fit, width_of
from marketing_sheets.summary.grid import FIRST, LAST, Cell, lay, pixels
from marketing_sheets.texts import LANGUAGES, Language, say

PHONE_PX = 470
LONG = "抖音信息流广告素材制作与多版本投放测试（华东一区、华东二区、华南、西南各三十条）"


@dataclass
class Shown:
    """A text as a program shows it: its cell, its room in pixels, and its row's points."""

    cell: Any
    room: float
    height: float

    @property
    def is_whole(self) -> bool:
        """Whether it is wrapped into its row, or not wider than its room."""
        font = self.cell.font
        if self.cell.alignment.wrap_text:
            done = fit(self.cell.value, self.room, (font.sz,), lines=99, bold=font.b)
            return done.height <= self.height
        return width_of(self.cell.value, font.sz, bold=font.b) <= self.room


def shown(sheet: Any) -> Iterator[Shown]:
    """Go through the visible texts of a Summary: those alone in a cell run over empty ones."""
    spans = {area.coord.split(":")[0]: area for area in sheet.merged_cells.ranges}
    for row in sheet.iter_rows(max_col=LAST + 1):
        height = sheet.row_dimensions[row[0].row].height
        if sheet.row_dimensions[row[0].row].hidden:
            continue
        for cell in row:
            if isinstance(cell.value, str) and not cell.alignment.shrink_to_fit:
                yield Shown(cell, _room(cell, row, spans), height)


def _room(cell: Any, row: Any, spans: Any) -> float:
    first = last = cell.column - 1
    empty = [one.value is None for one in row]
    span, align = spans.get(cell.coordinate), cell.alignment.horizontal
    if span is not None:
        last = span.max_col - 1
    elif align == "right":
        while first > 1 and empty[first - 1]:
            first -= 1
    elif align == "centerContinuous":
        while empty[last + 1] and row[last + 1].alignment.horizontal == align:
            last += 1
    elif align != "center" and not cell.alignment.wrap_text:
        while last < LAST and empty[last + 1]:
            last += 1
    return pixels(first, last) - 9 * int(cell.alignment.indent)


def harsh(language: Language) -> Any:
    """Return the sheet of a campaign with long names and figures huge and negative."""
    form = {**FORM, "campaign_name": LONG * 3, "owner": "甲、乙、丙、丁"}
    tasks = [{**task, "task": LONG, "budget": 1e11} for task in campaign_tasks()]
    days = [
        {**day, "channel": f"抖音信息流华东{at % 30}区直营店", "sales": -1e11 if at % 3 else 1e12}
        for at, day in enumerate(campaign_days())
    ]
    issues = [issue(LONG, "high", due_date="2024-06-20", owner=LONG) for _ in range(3)]
    sheets = {
        "master_tracker": tasks,
        "daily_data": days,
        "issue_log": issues,
        "effect_evaluation": [metric(LONG, 1e12, -5e11), metric("b", 1, 2)],
    }
    return written(reading(sheets, form=form), language)


def written(book: Reading, language: Language = "zh-Hans") -> Any:
    """Write a Summary and open its sheet."""
    data = write_summary(summarize(book, as_of=AS_OF), language=language, sheet_name="汇总")
    return openpyxl.load_workbook(BytesIO(data))["汇总"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_harsh_texts_have_their_room(language: Language) -> None:
    """Long names, huge and negative figures: no text is wider than its room, no row too low."""
    assert [one.cell.value for one in shown(harsh(language)) if not one.is_whole] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    [
        n if n == "campaign_tracker" else pytest.param(n, marks=pytest.mark.slow)
        for n in template_names()
    ],
)
def test_texts_of_the_examples_have_their_room(
    examples: Examples, name: str, language: Language
) -> None:
    """So have those of every template's example, and nothing in them is cut but links' sheets."""
    book = openpyxl.load_workbook(examples(name, language).recalculated.receipt.output)
    sheet = book[say("sheets", "summary.tab", language)]
    assert [one.cell.value for one in shown(sheet) if not one.is_whole] == []
    cut = [one.cell for one in shown(sheet) if "…" in one.cell.value.removeprefix("… ")]
    assert [cell.value for cell in cut if not cell.hyperlink and "SHA-256" not in cell.value] == []
    assert len(sheet.merged_cells.ranges) < 60
    assert book.active is sheet
    assert [tab.title for tab in book.worksheets if tab.sheet_view.tabSelected] == [sheet.title]


def test_the_verdict_stands_at_the_left() -> None:
    """Title, verdict and the sentence that begins with it stand in the left 470 pixels."""
    sheet = written(campaign())
    assert pixels(0, sheet["C3"].column - 1) < PHONE_PX
    assert sheet["B3"].value == "▲ 有风险"
    assert str(sheet["B5"].value).startswith("有风险：")


def test_a_title_is_whole_in_any_length() -> None:
    """20 points, then 16 and 14, then more lines."""
    for times, size, tall in ((1, 20, 30), (3, 14, 30), (9, 14, 60)):
        name = "夏季大促整合营销传播战役（华东）" * times
        sheet = written(reading({}, form={**FORM, "campaign_name": name}))
        assert (sheet["B2"].value, sheet["B2"].font.sz) == (name, size)
        assert sheet.row_dimensions[2].height >= tall


def test_owners_beyond_three_are_a_number() -> None:
    """The line below the title keeps period and as-of, whoever many own the campaign."""
    said = [
        written(reading({}, form={**FORM, "owner": owner}))["E3"].value
        for owner in ("甲、乙、丙", "甲、乙、丙、丁、戊")
    ]
    assert said[0].startswith("市场部 · 甲、乙、丙    |")
    assert said[1].startswith("市场部 · 甲与乙 等 5 人    |")
    assert all("时间已过" in text for text in said)


def test_what_stands_above_is_not_listed_again() -> None:
    """Few new alerts stand once, with department and owner apart; more have their list below."""
    book = reading({"issue_log": [issue("甲", "high", due_date="2024-06-20")]})
    sheet = written(book)
    said = [one.cell.value for one in shown(sheet)]
    assert said[said.index("需要处理") : said.index("问题跟踪")].count("甲") == 1
    assert "预警清单" not in said
    assert {"部门", "责任人"} <= set(said)
    many = [issue(f"问题{n}", "high", due_date="2024-06-20") for n in range(9)]
    listed = [one.cell.value for one in shown(written(reading({"issue_log": many})))]
    assert "预警清单" in listed


def test_a_row_shares_its_columns() -> None:
    """A text runs over empty columns; a link keeps its own; what is centred stands across."""
    text = Cell(first=FIRST, value="长" * 30)
    (alone,) = lay([text], FIRST, LAST)
    assert (alone.is_merged, alone.cell.value) == (False, text.value)
    first, _ = lay([text, Cell(first=4, value="x")], FIRST, LAST)
    assert str(first.cell.value).endswith("…")
    (chip,) = lay([Cell(first=1, last=2, value="高", style={"align": "center"})], FIRST, LAST)
    assert (chip.is_merged, chip.cell.style["align"]) == (False, "center_across")
    (note,) = lay([Cell(first=LAST, value="注" * 20, style={"align": "right"})], FIRST, LAST)
    assert (note.at, note.cell.value) == (LAST, "注" * 20)
    (number,) = lay([Cell(first=1, last=2, value=1.0)], FIRST, LAST)
    assert number.is_merged
    high, _ = lay([Cell(first=1, value="长" * 45, lines=12), Cell(first=2)], FIRST, LAST)
    assert (high.cell.style["valign"], high.cell.lines) == ("top", 12)
