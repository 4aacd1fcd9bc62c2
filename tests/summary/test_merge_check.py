"""Whether a merge can be relied on, as the Summary of the merged workbook says it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from support.merges import merged, workbook
from support.readings import AS_OF, reading

from marketing_sheets.merging.log_page import log_sheet
from marketing_sheets.merging.sources import SkippedFile
from marketing_sheets.records import Reading
from marketing_sheets.summary import summarize, write_summary
from marketing_sheets.summary.words import sub_line
from marketing_sheets.texts import LANGUAGES, Language

TASKS = [{"task": "a", "budget": 10.0, "spend": 7.5}, {"task": "b", "budget": 10.0, "spend": 5.0}]


def after_merge(*skipped: SkippedFile, files: int = 2, language: Language = "zh-Hans") -> Reading:
    """Return the reading of a merge of departments, with its log."""
    sources = [
        workbook(f"{n}.xlsx", {"master_tracker": TASKS}, form={"department": f"d{n}"})
        for n in range(files)
    ]
    merge = replace(merged(sources), skipped=skipped, language=language)
    sheet = log_sheet(merge, {})
    names = [column.id for column in sheet.columns]
    rows = [[getattr(cell, "value", cell) for cell in row] for row in sheet.rows]
    lines = tuple(dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names))
    return replace(reading({"master_tracker": TASKS}), attachments={"merge_log": lines})


def drawn(book: Reading, language: Language = "zh-Hans") -> list[list[Any]]:
    """Return the rows of the section from its head on, blanks left out."""
    data = write_summary(summarize(book, as_of=AS_OF), language=language, sheet_name="汇总")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    first = next(n for n, row in enumerate(rows) if row and row[0] in ("合并核对", "Merge check"))
    return [row for row in rows[first + 1 :] if row]


def test_each_file_stands_with_its_rows_and_sums() -> None:
    """Rows read and used, what was spent, and that the totals agree."""
    verdicts, heads, *files = drawn(after_merge())
    assert verdicts == ["✓ 2 份文件全部收齐", "✓ 行数与金额合计全部一致", "✓ 各文件没有互相矛盾"]
    assert [str(head).strip() for head in heads][2:5] == ["读到", "采用", "另列"]
    assert files[0][1:] == ["0.xlsx", 2, 2, "–  ", 12.5, "✓ 一致"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_log_is_read_in_any_language(language: Language) -> None:
    """What it says does not depend on the words it says it in."""
    told = summarize(after_merge(language=language), as_of=AS_OF).merged
    assert told is not None
    assert (len(told.files), told.files[0].amounts, told.agrees) == (2, {"spend": 12.5}, True)


def test_a_file_left_out_is_named_with_the_reason() -> None:
    """It stands before the files that are in, and nobody is told that all are."""
    book = after_merge(SkippedFile(file="坏.xlsx", code="not_a_workbook"))
    verdicts, _, first, *_ = drawn(book)
    assert verdicts[0] == "▼ 并入 2 份，另有 1 份未并入"
    assert (first[1], first[3]) == ("坏.xlsx", "▼ 未并入")
    line = sub_line(summarize(book, as_of=AS_OF), "zh-Hans")
    assert "全部收齐" not in line
    assert line.endswith("合计核对一致 ✓")


def test_totals_that_do_not_agree_come_first() -> None:
    """The file, sheet and column, and by how much: in red, and in the line below the title."""
    book = after_merge(files=3)
    lines = [dict(line) for line in book.attachments["merge_log"]]
    (line,) = (x for x in lines if (x["file"], x["item"]) == ("2.xlsx", "实际支出"))
    line["state"] = "▲ 差 3.00"
    book = replace(book, attachments={"merge_log": tuple(lines)})
    verdicts, _, first, *_ = drawn(book)
    assert verdicts[1] == "▲ 1 份文件合计不一致"
    assert first[1:] == ["2.xlsx", "推进总表 · 实际支出 · 差 3.00", "▲ 不一致"]
    assert sub_line(summarize(book, as_of=AS_OF), "zh-Hans").endswith("▲ 合计核对不一致")


def test_of_no_rows_nothing_agrees() -> None:
    """Blank workbooks that were merged have no tick."""
    book = after_merge()
    lines = [x for x in book.attachments["merge_log"] if x["state"] != "✓ 一致"]
    verdicts, *_ = drawn(replace(book, attachments={"merge_log": tuple(lines)}))
    assert not any("✓" in text for text in verdicts)


def test_of_many_files_the_rest_is_counted() -> None:
    """Twelve are listed; a link leads to the log for the others."""
    rows = drawn(after_merge(files=15))
    assert ["另有 3 份文件，见“合并记录”表"] in rows


def test_after_conflicts_were_settled_the_files_are_still_in() -> None:
    """The log then has the totals of the merged workbook, and of its files that they are in it."""
    book = after_merge()
    own = {"file": "合并.xlsx", "department": ""}
    lines = [
        {**line, **own} if line["kind"] == "明细" else line
        for line in book.attachments["merge_log"]
    ]
    book = replace(book, attachments={"merge_log": tuple(lines)})
    verdicts, _, *files = drawn(book)
    assert verdicts[:2] == ["✓ 2 份文件全部收齐", "✓ 行数与金额合计全部一致"]
    assert [row[1] for row in files[:2]] == ["0.xlsx", "1.xlsx"]
    assert {row[-1] for row in files[:2]} == {"○ 已并入"}


def test_a_file_without_rows_has_no_tick() -> None:
    """It is in, and there is nothing that could agree."""
    book = after_merge()
    lines = [
        {**line, "read": 0.0, "merged": 0.0} if line["file"] == "0.xlsx" else line
        for line in book.attachments["merge_log"]
    ]
    _, _, *files = drawn(replace(book, attachments={"merge_log": tuple(lines)}))
    assert {row[1]: row[-1] for row in files[:2]} == {"0.xlsx": "○ 无记录", "1.xlsx": "✓ 一致"}
