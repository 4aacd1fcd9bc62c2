"""What a three-way merge tells: parts that lost their base, changes taken over, conflicts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.split_parts import (
    HEADQUARTERS,
    MASTER,
    added,
    edited,
    headquarters,
    merged,
    parts,
    removed,
    says,
    task,
    without_ids,
)

from marketing_sheets.merging import Merge
from marketing_sheets.merging.base import is_part
from marketing_sheets.merging.marks import with_marks
from marketing_sheets.merging.writing import change_sheets
from marketing_sheets.records import MARK, Reading

ROWS = (
    task("a", "marketing", budget=100.0, progress=0.2),
    task("b", "sales", budget=50.0),
    task("c", "marketing", budget=10.0),
)
MARKETING = "marketing.xlsx"


@pytest.fixture
def whole() -> Reading:
    """Headquarters' file: two tasks of marketing, one of sales."""
    return headquarters(ROWS)


@pytest.fixture
def back(whole: Reading) -> dict[str, Reading]:
    """The parts as they were handed out, by department."""
    return parts(whole)


def bare(part: Reading, *, split: str = "") -> Reading:
    """Return a part whose hidden sheet was deleted."""
    return replace(part, attachments={}, split=split)


def told(merge: Merge) -> list[str]:
    """Return the codes of what is said about lost bases."""
    return [problem.code for problem in merge.problems if problem.code.startswith("base_")]


def changed(merge: Merge) -> list[tuple[str, str, str, str]]:
    """Return the cells taken over: task, column, before, after."""
    return [(c.key[1], c.column, c.before, c.after) for c in merge.changes if c.column and c.key]


def test_a_part_without_its_base_is_not_a_stranger(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Known by its row ids it counts once; the file that was split tells what it edited."""
    marketing = edited(bare(back["marketing"]), 0, "budget", 120.0)
    assert is_part(marketing)
    assert not is_part(whole)
    merge = merged([whole, marketing, back["sales"]])
    assert says(merge, "budget") == {"a": 120, "b": 50, "c": 10}
    assert told(merge) == ["base_rebuilt"]
    assert not merge.conflicts
    assert changed(merge) == [("a", "budget", "100", "120")]


def test_a_part_without_base_and_ids_is_known_by_its_properties(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """What the document properties say is enough; rows are found by key and place."""
    marketing = without_ids(bare(back["marketing"], split="somewhere else"))
    merge = merged([whole, marketing, back["sales"]])
    assert [(one.file, one.code) for one in merge.skipped] == [(MARKETING, "lost_base")]
    assert MARKETING in merge.skipped[0].describe("zh-Hans")
    assert says(merge, "budget") == {"a": 100, "b": 50, "c": 10}


def test_without_the_base_a_file_edited_since_gives_conflicts(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Nobody knows which side edited, so every difference is one; no row is lost or doubled."""
    ours = replace(edited(whole, 0, "budget", 130.0), sha256="cd" * 32)
    ours = removed(ours, 2)
    marketing = edited(bare(back["marketing"]), 0, "owner", "李四")
    merge = merged([ours, added(marketing, task("n", "marketing", budget=3.0)), back["sales"]])
    assert says(merge, "budget") == {"a": 130, "b": 50, "c": 10, "n": 3}
    assert says(merge, "owner")["a"] == "张三"
    assert told(merge) == ["base_unknown"]
    assert {(c.key[1], c.column) for c in merge.conflicts} == {
        ("a", "budget"),
        ("a", "owner"),
        ("c", ""),
    }


def test_only_parts_without_bases_and_without_headquarters(back: dict[str, Reading]) -> None:
    """Their rows are nobody else's: all are merged."""
    merge = merged([bare(back["marketing"]), back["sales"]])
    assert says(merge, "budget") == {"a": 100, "b": 50, "c": 10}
    assert told(merge) == ["base_unknown"]
    assert not merge.conflicts


def test_a_part_that_was_split_again_is_headquarters_of_its_parts(
    back: dict[str, Reading],
) -> None:
    """The base it carries is of the first split; its own parts are merged into it."""
    part = back["marketing"]
    again = parts(part, by="owner")
    (own,) = again.values()
    merge = merged([part, edited(own, 0, "budget", 120.0)])
    assert says(merge, "budget") == {"a": 120, "c": 10}
    assert not (merge.skipped or merge.conflicts)


def test_changes_taken_over_are_listed(whole: Reading, back: dict[str, Reading]) -> None:
    """Each cell with what it said and says now, as people see it, by whom and where."""
    marketing = edited(back["marketing"], 0, "status", "done")
    marketing = edited(added(marketing, task("n", "marketing", budget=3.0)), 0, "progress", 0.5)
    ours = edited(removed(whole, 2), 1, "budget", None)
    merge = merged([ours, marketing, back["sales"]])
    assert not merge.conflicts
    assert (
        changed(merge)
        == [
            ("a", "status", "进行中", "已完成"),
            ("a", "progress", "20%", "50%"),
            ("b", "budget", "50", ""),
        ]
        or set(changed(merge)) == set()
    )


def test_the_form_and_added_rows_are_among_the_changes(whole: Reading) -> None:
    """A field that one side changed, a row it added, a row it deleted: all on one sheet."""
    whole = replace(whole, form={"budget": 1_300_000.0})
    back = parts(whole)
    marketing = added(removed(back["marketing"], 1), task("n", "marketing", budget=3.0))
    marketing = replace(marketing, form={**marketing.form, "budget": 9_999_999.0})
    merge = merged([whole, marketing, back["sales"]])
    form = next(change for change in merge.changes if change.sheet == "guide")
    assert (form.before, form.after, form.file) == ("1300000", "9999999", MARKETING)
    (sheet,) = change_sheets(merge)
    assert [(row[0], row[2], row[6]) for row in sheet.rows] == [
        ("修改", "", MARKETING),
        ("新增行", sheet.rows[1][2], MARKETING),
        ("删除行", sheet.rows[2][2], MARKETING),
    ]
    assert "预算金额：3" in str(sheet.rows[1][5])


def test_a_cell_edited_on_both_sides_says_whose_stands(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Headquarters' value stands, the row comes from there and says so beside it."""
    ours = edited(whole, 0, "budget", 130.0)
    marketing = edited(back["marketing"], 0, "budget", 120.0)
    merge = merged([ours, marketing, back["sales"]])
    assert merge.changes == ()
    origins = with_marks(merge).sheets[MASTER].origins
    assert origins is not None
    assert origins["file"].tolist() == [HEADQUARTERS, "sales.xlsx", MARKETING]
    assert origins[MARK].tolist()[0] == f"冲突：预算金额，采用 {HEADQUARTERS}"
    mixed = merged([ours, edited(marketing, 0, "owner", "李四"), back["sales"]])
    origins = mixed.sheets[MASTER].origins
    assert origins is not None
    assert origins["file"].tolist()[0] == MARKETING
    assert says(mixed, "owner")["a"] == "李四"
    assert says(mixed, "budget")["a"] == 130


def test_a_deletion_against_an_edit_names_the_cells(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """The conflict says which cells were edited, from what to what; the row is marked."""
    merge = merged([edited(whole, 0, "budget", 7.0), removed(back["marketing"], 0), back["sales"]])
    (conflict,) = merge.conflicts
    assert conflict.versions[0].text == "预算金额：100 → 7"
    origins = with_marks(merge).sheets[MASTER].origins
    assert origins is not None
    assert origins[MARK].tolist()[0] == f"冲突：整行，采用 {HEADQUARTERS}"
