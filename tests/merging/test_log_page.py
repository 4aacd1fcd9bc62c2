"""The sheet Merge log: sections, chips, sentences over several columns, what is printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.merges import merged, workbook

from marketing_sheets.merging import Merge
from marketing_sheets.merging.log_page import log_sheet
from marketing_sheets.merging.sources import SkippedFile
from marketing_sheets.problems import Place, Problem
from marketing_sheets.records import AttachedCell, Attachment, SectionHead
from marketing_sheets.texts import LANGUAGES, Language


def cells(sheet: Attachment) -> Iterator[dict[str, object]]:
    """Walk the lines by column id."""
    names = [column.id for column in sheet.columns]
    for row in sheet.rows:
        if not isinstance(row[0], SectionHead):
            yield dict(zip(names, row, strict=True))


def whole(*problems: Problem, language: Language = "zh-Hans") -> Merge:
    """Return a merge of two workbooks with these problems and a file left out."""
    rows = [{"channel": "douyin", "cost": 10.0}]
    plain = merged([workbook(f"{name}.xlsx", {"daily_data": rows}) for name in "ab"])
    left = SkippedFile(file="c.xlsx", code="hidden_file", params={"file": "c.xlsx"})
    return replace(plain, problems=problems, skipped=(left,), language=language)


def problem(row: int) -> Problem:
    """Return a cell that is no number."""
    place = Place(file="a.xlsx", sheet="每日数据", row=row, column=10)
    return Problem(
        code="not_a_number", place=place, column="cost", raw="约5万", params={"column": "成本"}
    )


def test_the_log_has_sections() -> None:
    """Totals first, each file's own last; a section without lines is left out."""
    heads = [row[0] for row in log_sheet(whole(problem(7)), {}).rows]
    titles = [one.title for one in heads if isinstance(one, SectionHead)]
    assert titles == ["合计核对", "未并入", "需要核对", "说明", "来源文件", "各文件明细"]
    assert [bool(one.labels) for one in heads if isinstance(one, SectionHead)] == [
        *(True, False, False),
        *(False, False, True),
    ]
    heads = [row[0] for row in log_sheet(whole(), {}).rows]
    assert "需要核对" not in [one.title for one in heads if isinstance(one, SectionHead)]


def test_states_have_a_symbol_and_a_colour() -> None:
    """What is fine is green or plain; what needs a person is orange or yellow."""
    states = {str(line["kind"]): line["state"] for line in cells(log_sheet(whole(problem(7)), {}))}
    looks = {kind: (s.value, s.look) for kind, s in states.items() if isinstance(s, AttachedCell)}
    assert looks["合计"] == ("✓ 一致", "done")
    assert looks["需核对"] == ("▲ 错误", "late")
    assert looks["未并入"] == ("! 未并入", "close")
    assert looks["明细"] == ("✓ 一致", "plain")


def test_doubts_of_one_kind_are_one_line() -> None:
    """The first of them is told with the number of all, and some of the cells."""
    listed = [
        line
        for line in cells(log_sheet(whole(*(problem(row) for row in range(7, 21))), {}))
        if line["kind"] == "需核对"
    ]
    (line,) = listed
    note, item = line["note"], line["item"]
    assert isinstance(note, AttachedCell)
    assert str(note.value).startswith("14 处，第一处：“成本”应为数字，现为“约5万”。")
    assert note.span == 6
    assert isinstance(item, AttachedCell)
    assert item.value == "J7、J8、J9 +11"
    assert item.link == Place(sheet="核对")


def test_the_totals_of_each_file_are_not_printed() -> None:
    """They are there to be filtered: the print ends before them."""
    sheet = log_sheet(whole(), {})
    assert sheet.printed is not None
    first = sheet.rows[sheet.printed][0]
    assert isinstance(first, SectionHead)
    assert first.title == "各文件明细"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_command_line_stands_on_the_sheet(language: Language) -> None:
    """People who read the log have Excel: no option, no command."""
    left = tuple(
        SkippedFile(file="c.xlsx", code=code, params={**params, "file": "c.xlsx"})
        for code, params in (
            ("unknown_workbook", {"templates": "campaign_tracker", "example": "campaign_tracker"}),
            ("unforeseen_fault", {"detail": "KeyError"}),
            ("other_split", {"source": "x"}),
        )
    )
    plain = replace(whole(language=language), across=3, across_doubles=2, skipped=left)
    sheet = log_sheet(plain, {})
    texts = [
        str(cell.value if isinstance(cell, AttachedCell) else cell)
        for line in cells(sheet)
        for cell in line.values()
    ]
    assert not [text for text in texts if "--" in text or "marketing-sheets" in text]
