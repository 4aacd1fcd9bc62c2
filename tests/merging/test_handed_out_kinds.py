"""What a figure is, percent or growth or money, counts in a three-way merge as its amount does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from support.readings import reading
from support.split_parts import HEADQUARTERS, merged, parts, removed, task

from marketing_sheets.merging import RowTexts, base_of
from marketing_sheets.records import Reading
from marketing_sheets.values import parse

SHEET, COLUMN = "master_tracker", "kpi_current"


def holding(said: object, own: object = None) -> Reading:
    """Return headquarters' file with one task that has this quantity, as reading types it."""
    row = task("a", "marketing")
    return typed(replace(reading({SHEET: [row]}), file=HEADQUARTERS, sha256="ab" * 32), said, own)


def typed(whole: Reading, said: object, own: object = None) -> Reading:
    """Return the workbook with the quantity typed anew, and a cell in a column of staff's own."""
    records = whole.sheets[SHEET]
    cell = parse(said, "quantity")
    frame, raw = records.frame.copy(), records.raw.copy()
    frame[COLUMN] = pd.Series([cell.value], dtype="Float64")
    raw[COLUMN] = pd.Series([said], dtype=object)
    kinds = {COLUMN: pd.Series([cell.kind], dtype="str")}
    extras = pd.DataFrame({"批次": pd.Series([own], dtype=object)})
    changed = replace(records, frame=frame, raw=raw, kinds=kinds, extras=extras)
    return replace(whole, sheets={**whole.sheets, SHEET: changed}, totals=())


def result(merge: Any) -> tuple[object, object]:
    """Return what was typed, and of which kind it is, in the one row of the result."""
    records = merge.sheets[SHEET]
    return records.raw[COLUMN].iloc[0], records.kinds[COLUMN].iloc[0]


EDITS = [
    ("30%", "提升30%", "growth"),
    ("1:3", 3.0, "number"),
    ("60元", 60.0, "number"),
    ("8%", 0.08, "number"),
    ("-5%", "下降5%", "growth"),
    ("提升30%", "30%", "percent"),
    ("20万", "≥20万", "number"),
]


@pytest.mark.parametrize(("before", "after", "kind"), EDITS)
def test_an_edit_of_the_kind_alone_is_an_edit(before: object, after: object, kind: str) -> None:
    """Headquarters' new kind comes out, and a part's, though the amount is what it was."""
    whole = holding(before)
    (part,) = parts(whole).values()
    for sides in ([typed(whole, after), part], [whole, typed(part, after)]):
        merge = merged(sides)
        assert result(merge) == (after, kind)
        assert not merge.conflicts
        assert [change.column for change in merge.changes] == [COLUMN]


def test_kinds_edited_on_both_sides_are_a_conflict() -> None:
    """Of two new kinds of one amount headquarters' is kept and both are listed."""
    whole = holding(0.3)
    (part,) = parts(whole).values()
    merge = merged([typed(whole, "提升30%"), typed(part, "30%")])
    (found,) = merge.conflicts
    assert [version.text for version in found.versions] == ["提升30%", "30%"]
    assert result(merge) == ("提升30%", "growth")


def test_a_deleted_row_whose_kind_was_edited_stays() -> None:
    """Deleting a row that headquarters edited in kind alone is a conflict, not a withdrawal."""
    whole = holding("30%")
    (part,) = parts(whole).values()
    none = replace(part.sheets[SHEET], kinds={}, extras=None)
    bare = replace(part, sheets={**part.sheets, SHEET: none})
    merge = merged([typed(whole, "提升30%"), removed(bare, 0)])
    assert [found.column for found in merge.conflicts] == [""]
    assert not merge.withdrawn


def test_a_number_made_a_text_in_a_column_of_staffs_own_is_an_edit() -> None:
    """A 3 and a "3" are two things, whichever side made one of the other."""
    whole = holding("30%", own=3)
    (part,) = parts(whole).values()
    for sides in ([typed(whole, "30%", own="3"), part], [whole, typed(part, "30%", own="3")]):
        extras = merged(sides).sheets[SHEET].extras
        assert extras is not None
        assert extras["批次"].tolist() == ["3"]


def test_the_same_words_and_an_older_base_are_no_edit() -> None:
    """Spellings of one meaning are no edit; a base that never knew kinds is held to amounts."""
    whole = holding("提升30%")
    (part,) = parts(whole).values()
    assert not merged([whole, typed(part, "增长30%")]).changes
    lines = tuple(
        {**line, "text": str(line["text"]).replace('"kinds":true', '"kinds":false')}
        for line in part.attachments["base"]
    )
    older = replace(part, attachments={"base": lines})
    base = base_of(older)
    assert base is not None
    assert {row.texts.kinds for row in base.rows} == {None}
    assert not merged([whole, older]).changes
    percent = RowTexts(cells={"q": "0.3"}, typed={"q": "30%"}, kinds={"q": "percent"})
    assert not RowTexts(cells={"q": "0.3"}, kinds=None).differs(percent, "q")
    assert RowTexts(cells={"q": "0.3"}).differs(percent, "q")
