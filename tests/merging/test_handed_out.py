"""What people do to the parts of a split besides editing cells, and how the merge takes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from support.readings import reading
from support.split_parts import (
    HEADQUARTERS,
    MASTER,
    added,
    copied,
    edited,
    headquarters,
    merged,
    parts,
    pasted,
    removed,
    says,
    task,
    without_ids,
)

from marketing_sheets.errors import MergeConflict
from marketing_sheets.merging import Base, BaseRow, Merge, RowTexts, base_attachment, base_of
from marketing_sheets.merging.log import log_lines
from marketing_sheets.merging.rows import id_text
from marketing_sheets.records import Reading
from marketing_sheets.template import Threshold
from marketing_sheets.values import as_typed

ROWS = (
    task("a", "marketing", budget=100.0),
    task("b", "sales", budget=50.0),
    task("c", "marketing", budget=10.0),
    task("d", None, budget=1.0),
)


@pytest.fixture
def whole() -> Reading:
    """Headquarters' file: two tasks of marketing, one of sales, one of nobody."""
    return headquarters(ROWS)


@pytest.fixture
def back(whole: Reading) -> dict[str, Reading]:
    """The parts as they were handed out, by department."""
    return parts(whole)


def tasks(merge: Merge) -> list[Any]:
    """Return the tasks of the merged tracker, in order."""
    return merge.sheets[MASTER].frame["task"].tolist()


def test_a_row_moved_to_another_department_is_one_edit(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Changing whose a row is neither deletes it here nor adds it there."""
    back["marketing"] = edited(back["marketing"], 0, "department", "sales")
    merge = merged([whole, *back.values()])
    assert tasks(merge) == ["a", "b", "c", "d"]
    assert says(merge, "department")["a"] == "sales"
    assert not (merge.conflicts or merge.withdrawn)


def test_a_row_pasted_into_another_part_has_moved(whole: Reading, back: dict[str, Reading]) -> None:
    """Cut out of one part and pasted into another, id and all, it is the same row."""
    row = {**ROWS[0], "department": "sales", "budget": 120.0}
    marketing, sales = back["marketing"], added(back["sales"], row)
    ids = marketing.sheets[MASTER].origins["row_id"]  # type: ignore[index]  # a part has ids
    sales.sheets[MASTER].origins.loc[1, "row_id"] = ids[0]  # type: ignore[union-attr]
    merge = merged([whole, removed(marketing, 0), sales, back[""]])
    assert tasks(merge) == ["a", "b", "c", "d"]
    assert says(merge, "budget")["a"] == 120.0
    assert not (merge.conflicts or merge.withdrawn)


def test_another_rows_content_beside_a_lost_id_has_not_moved(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """A row copied over the one whose id came along is a copy: the row of that id is deleted."""
    sales = added(back["sales"], {**ROWS[1], "department": "sales"})
    ids = back["marketing"].sheets[MASTER].origins["row_id"]  # type: ignore[index]  # a part has ids
    sales.sheets[MASTER].origins.loc[1, "row_id"] = ids[0]  # type: ignore[union-attr]
    merge = merged([whole, removed(back["marketing"], 0), sales, back[""]])
    assert tasks(merge) == ["b", "c", "d", "b"]
    assert [one.key[1] for one in merge.withdrawn] == ["a"]
    assert not merge.conflicts


def test_a_copied_row_is_an_added_row(whole: Reading, back: dict[str, Reading]) -> None:
    """A row copied with its hidden id adds one; the one that is edited more is the copy."""
    copy = copied(back["marketing"], 0)
    copy = edited(edited(copy, 0, "task", "a2"), 0, "budget", 5.0)
    merge = merged([whole, copy, back["sales"], back[""]])
    assert tasks(merge) == ["a", "b", "c", "d", "a2"]
    assert says(merge, "budget") == {"a": 100, "b": 50, "c": 10, "d": 1, "a2": 5}
    same = merged([whole, copied(back["marketing"], 0), back["sales"], back[""]])
    assert tasks(same) == ["a", "b", "c", "d", "a"]


def test_a_renamed_row_is_found_by_id_or_between_its_neighbours(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """A new name in a key column is an edit: at headquarters, in a part, with ids and without."""
    renamed = edited(back["marketing"], 1, "task", "c2")
    for part in (renamed, without_ids(renamed)):
        merge = merged([whole, part, back["sales"], back[""]])
        assert tasks(merge) == ["a", "b", "c2", "d"]
    ours = edited(whole, 1, "task", "b2")
    merge = merged([ours, edited(back["sales"], 0, "budget", 60.0), back["marketing"], back[""]])
    assert tasks(merge) == ["a", "b2", "c", "d"]
    assert says(merge, "budget")["b2"] == 60
    assert not (merge.conflicts or merge.withdrawn)


def test_the_key_says_who_is_who_where_ids_stayed_behind(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Rows sorted beside their hidden ids are themselves: an edit falls on its own row."""
    ours = edited(whole, 0, "budget", 555.0)
    sorted_part = pasted(back["marketing"], [1, 0])
    merge = merged([ours, sorted_part, back["sales"], back[""]])
    assert says(merge, "budget") == {"a": 555, "b": 50, "c": 10, "d": 1}
    assert not (merge.conflicts or merge.withdrawn)
    renamed = edited(sorted_part, 1, "task", "a2")
    merge = merged([ours, renamed, back["sales"], back[""]])
    assert says(merge, "budget") == {"a2": 555, "b": 50, "c": 10, "d": 1}


def test_a_row_renamed_to_a_key_that_is_taken_is_a_conflict(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Two rows then claim one key: both stay, and somebody decides."""
    part = edited(back["marketing"], 1, "task", "a")
    merge = merged([whole, part, back["sales"], back[""]])
    assert tasks(merge) == ["a", "b", "a", "d"]
    [conflict] = merge.conflicts
    assert (conflict.column, conflict.kept) == ("", (0, 1))
    assert merge.contested == {MASTER: (0, 2)}


def test_another_spelling_is_an_edit_but_no_rival(whole: Reading, back: dict[str, Reading]) -> None:
    """Full width alone is taken where nobody says more, and never against what somebody says."""
    part = edited(back["marketing"], 0, "owner", "Ａnna")
    spelt = edited(whole, 0, "owner", "anna")
    merge = merged([spelt, part, back["sales"], back[""]])
    assert says(merge, "owner")["a"] == "anna"
    assert not merge.conflicts


def test_a_row_handed_over_is_the_other_departments(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """The row's own department is whose it is, whatever file it came back in."""
    part = edited(back["sales"], 0, "department", "marketing")
    merge = merged([whole, part, back["marketing"], back[""]])
    origins = merge.sheets[MASTER].origins
    assert origins is not None
    told = dict(zip(tasks(merge), origins["department"], strict=True))
    assert told["b"] == "marketing"
    note = [line.note for line in log_lines(merge, {}) if "销售部" in line.note]
    assert note[-1:] == ["原属“销售部”，现归“市场部”"]


@given(st.from_regex(r"[0-9]{2,15}|[0-9]{2,6}e[0-9]{1,2}", fullmatch=True))
def test_ids_that_look_like_numbers_survive_any_program(row_id: str) -> None:
    """An id that a program took for a number is still the same id."""
    assert id_text(as_typed(float(row_id))) == id_text(row_id)


def test_deleted_is_told_from_added(whole: Reading, back: dict[str, Reading]) -> None:
    """A row that is gone was deleted if it was handed out, else it was never there."""
    ours = added(removed(whole, 1), task("neu", "sales", budget=3.0))
    theirs = added(removed(back["marketing"], 0), task("new", "marketing", budget=4.0))
    merge = merged([ours, theirs, back["sales"], back[""]])
    assert tasks(merge) == ["c", "d", "neu", "new"]
    assert {(row.key[1], row.place.file, row.by) for row in merge.withdrawn} == {
        ("a", HEADQUARTERS, "marketing.xlsx"),
        ("b", "sales.xlsx", HEADQUARTERS),
    }
    budget = {t.file: t for t in merge.totals if (t.sheet, t.column) == (MASTER, "budget")}
    assert budget[HEADQUARTERS].withdrawn == 100
    assert budget["sales.xlsx"].withdrawn == 50
    assert budget["marketing.xlsx"].merged == 14


def test_a_deleted_row_that_the_other_side_edited_stays(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """It is a conflict about the whole row, and the row is kept with its edit."""
    merge = merged([edited(whole, 0, "budget", 7.0), removed(back["marketing"], 0)])
    assert says(merge, "budget")["a"] == 7
    [conflict] = merge.conflicts
    assert (conflict.column, conflict.kept) == ("", (0,))
    assert [version.file for version in conflict.versions] == [HEADQUARTERS, "marketing.xlsx"]


def test_both_sides_adding_the_same_row_add_it_once(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """The same key from two files is one row if it says the same, else both are kept and listed."""
    new = task("neu", "sales", budget=3.0)
    merge = merged([added(whole, new), added(back["sales"], new), back["marketing"], back[""]])
    assert tasks(merge) == ["a", "b", "c", "d", "neu"]
    assert len(merge.duplicates) == 1
    other = {**new, "budget": 4.0}
    merge = merged([added(whole, new), added(back["sales"], other), back["marketing"], back[""]])
    assert tasks(merge) == ["a", "b", "c", "d", "neu", "neu"]
    assert [(c.column, c.kept) for c in merge.conflicts] == [("budget", (0, 1))]
    assert merge.contested == {MASTER: (4, 5)}
    last = merged(
        [added(whole, new), added(back["sales"], other), back["marketing"], back[""]],
        policy="first",
    )
    assert tasks(last) == ["a", "b", "c", "d", "neu"]
    assert says(last, "budget")["neu"] == 4


def test_two_copies_of_one_part_are_two_sides(whole: Reading, back: dict[str, Reading]) -> None:
    """When two people edit a copy each, both edits count, and different ones are conflicts."""
    one = edited(back["marketing"], 0, "budget", 120.0)
    two = edited(replace(back["marketing"], file="marketing (2).xlsx"), 1, "budget", 20.0)
    merge = merged([whole, one, two, back["sales"], back[""]])
    assert says(merge, "budget") == {"a": 120, "b": 50, "c": 20, "d": 1}
    assert merge.conflicts == ()
    clash = edited(two, 0, "budget", 130.0)
    [conflict] = merged([whole, one, clash, back["sales"], back[""]]).conflicts
    assert {version.text for version in conflict.versions} == {"120", "130"}


def test_headquarters_is_known_by_content_name_or_rows(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Renamed and edited it is still known; a file of other tasks is not, its rows are added."""
    parted = [*back.values()]
    renamed = replace(edited(whole, 0, "budget", 130.0), file="总部 最终版.xlsx", sha256="c" * 64)
    assert says(merged([renamed, *parted]), "budget")["a"] == 130
    other = replace(headquarters([task("x", "design")]), file="设计部.xlsx", sha256="d" * 64)
    merge = merged([other, *parted])
    assert tasks(merge) == ["a", "b", "c", "d", "x"]
    assert merge.withdrawn == ()


def test_parts_of_another_split_are_left_out(whole: Reading, back: dict[str, Reading]) -> None:
    """They are listed with the file they come from; the parts of the file that is here count."""
    newer = replace(headquarters(ROWS), sha256="e" * 64)
    stranger = replace(parts(newer)["sales"], file="旧的销售部.xlsx")
    merge = merged([whole, *back.values(), stranger])
    assert tasks(merge) == ["a", "b", "c", "d"]
    [skipped] = merge.skipped
    assert (skipped.file, skipped.code) == ("旧的销售部.xlsx", "other_split")
    assert "旧的销售部.xlsx" in skipped.describe("zh-Hant")


def test_a_sheet_or_column_that_is_gone_is_no_deletion(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Staff who delete a whole tab or a column did not mean every row or cell in it."""
    marketing = back["marketing"]
    merge = merged([whole, replace(marketing, sheets={}), back["sales"], back[""]])
    assert says(merge, "budget") == {"a": 100, "b": 50, "c": 10, "d": 1}
    records = marketing.sheets[MASTER]
    columns = {name: at for name, at in records.origin.columns.items() if name != "budget"}
    lacking = replace(
        records,
        frame=records.frame.assign(budget=pd.array([None, None], "Float64")),
        raw=records.raw.assign(budget=None),
        origin=replace(records.origin, columns=columns),
    )
    merge = merged(
        [whole, replace(marketing, sheets={MASTER: lacking}), *[back["sales"], back[""]]]
    )
    assert says(merge, "budget") == {"a": 100, "b": 50, "c": 10, "d": 1}


def test_columns_of_staffs_own_are_merged_cell_by_cell(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """A column that a department added comes with its cells; the others' rows are blank there."""
    records = back["marketing"].sheets[MASTER]
    own = pd.DataFrame({"批次": ["第一批", None]}, dtype=object)
    marketing = replace(back["marketing"], sheets={MASTER: replace(records, extras=own)})
    merge = merged([whole, marketing, back["sales"], back[""]])
    extras = merge.sheets[MASTER].extras
    assert extras is not None
    assert extras["批次"].tolist() == ["第一批", None, None, None]


def test_the_form_and_the_settings_are_merged_too(whole: Reading, back: dict[str, Reading]) -> None:
    """One-sided answers are taken; the department that the split filled in is no edit."""
    start, end = date(2024, 5, 1), date(2024, 7, 1)
    whole = replace(whole, form={"owner": "总监", "start_date": start, "department": "data"})
    back = parts(whole)
    theirs = {**back["marketing"].form, "start_date": end, "owner": "张三"}
    marketing = replace(back["marketing"], form=theirs)
    ours = replace(whole, form={**whole.form, "owner": "王总"})
    merge = merged([ours, marketing, back["sales"], back[""]])
    assert merge.form["start_date"] == end
    assert merge.form["department"] == "data"
    assert merge.form["owner"] == "王总"
    assert [(c.column, [v.text for v in c.versions]) for c in merge.conflicts] == [
        ("owner", ["王总", "张三"])
    ]
    alone = merged([marketing, back["sales"], back[""]])
    assert (alone.form["department"], alone.form["owner"]) == ("data", "张三")


def test_thresholds_are_merged_cell_by_cell(whole: Reading) -> None:
    """What one side edited is taken, what one deleted goes, different edits are conflicts."""
    low, drop = Threshold(rule="ctr_low", limit=0.02, days=2), Threshold(rule="cvr_drop", limit=0.3)
    whole = replace(whole, thresholds=(low, drop))
    back = parts(whole)
    marketing = replace(back["marketing"], thresholds=(replace(low, limit=0.01),))
    added = Threshold(rule="ctr_low", group="douyin", limit=0.05)
    sales = replace(back["sales"], thresholds=(replace(low, days=5), added, drop))
    merge = merged([whole, marketing, sales, back[""]])
    assert [(t.rule, t.group, t.limit, t.days) for t in merge.thresholds] == [
        ("ctr_low", None, 0.01, 5),
        ("ctr_low", "douyin", 0.05, None),
    ]
    assert not merge.conflicts
    ours = replace(whole, thresholds=(replace(low, limit=0.03), replace(drop, is_on=False)))
    merge = merged([ours, marketing, sales, back[""]])
    assert [(t.rule, t.limit) for t in merge.thresholds if t.group is None] == [
        ("ctr_low", 0.03),
        ("cvr_drop", 0.3),
    ]
    (found,) = merge.conflicts
    assert (found.sheet, found.column, found.kept) == ("lists", "rule.limit", (0,))
    assert [version.text for version in found.versions] == ["3%", "1%"]
    gone = replace(back["marketing"], thresholds=())
    assert merged([whole, gone, back["sales"], back[""]]).thresholds == (low, drop)


def test_days_off_are_merged_too(whole: Reading) -> None:
    """A day off that one side deleted is gone, those that sides added are there."""
    days = [date(2024, 6, day) for day in (8, 9, 10, 11)]
    whole = replace(whole, holidays=(days[0], days[1]))
    back = parts(whole)
    marketing = replace(back["marketing"], holidays=(days[1], days[2]))
    sales = replace(back["sales"], holidays=(days[0], days[1], days[3]))
    merge = merged([whole, marketing, sales, back[""]])
    assert merge.holidays == (days[1], days[2], days[3])


def test_added_rows_of_departments_can_be_kept_apart(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Two departments' rows with one key are a conflict, or two records if asked for."""
    one = task("直播", "marketing", budget=1.0)
    other = task("直播", "sales", budget=2.0)
    readings = [whole, added(back["marketing"], one), added(back["sales"], other), back[""]]
    merge = merged(readings)
    assert merge.across == 1
    assert {found.column for found in merge.conflicts} >= {"budget"}
    apart = merged(readings, per_department=True)
    assert tasks(apart) == ["a", "b", "c", "d", "直播", "直播"]
    assert not (apart.conflicts or apart.across or apart.contested)


def test_stop_stops_at_a_conflict(whole: Reading, back: dict[str, Reading]) -> None:
    """With "stop" nothing is merged; the sentence names both versions."""
    ours = edited(whole, 0, "budget", 130.0)
    back["marketing"] = edited(back["marketing"], 0, "budget", 120.0)
    with pytest.raises(MergeConflict) as error:
        merged([ours, *back.values()], policy="stop")
    assert "130" in error.value.describe("zh-Hans")
    assert "120" in error.value.describe("zh-Hans")
    assert merged([whole, *parts(whole).values()], policy="stop").conflicts == ()


def test_a_merge_without_a_base_is_one_whose_base_is_empty(whole: Reading) -> None:
    """Of plain files every row was added; one of them is that file."""
    merge = merged([whole])
    assert tasks(merge) == ["a", "b", "c", "d"]
    assert not (merge.is_three_way or merge.changes or merge.conflicts)


def test_a_base_comes_back_whole_however_long_its_texts_are() -> None:
    """Texts beyond what a cell holds are cut and joined; blanks at the cuts survive."""
    long = " 　\n=" * 20_000
    texts = RowTexts(cells={"remarks": long, "own:批次": "第一批"}, typed={"budget": "约5万"})
    row = BaseRow(sheet=MASTER, row_id="r12e4", position=3, texts=texts)
    base = Base(
        split="s", file="总部.xlsx", sha256="a", by="owner", value="张三", form={"owner": "王总"}
    )
    attachment = base_attachment(replace(base, rows=(row,)))
    cells = [cell for line in attachment.rows for cell in line if isinstance(cell, str)]
    assert all(len(cell) <= 32_767 and cell == cell.strip() for cell in cells)
    names = [column.id for column in attachment.columns]
    lines: list[dict[str, object]] = [
        dict(zip(names, line, strict=True)) for line in reversed(attachment.rows)
    ]
    whole = replace(reading({MASTER: ()}), attachments={"base": tuple(lines)})
    assert base_of(whole) == replace(base, rows=(row,))
    half: dict[str, object] = {**lines[0], "text": "{"}
    cases: list[list[dict[str, object]]] = [lines[1:], [half, *lines[1:]], [{}]]
    for damaged in cases:
        assert base_of(replace(whole, attachments={"base": tuple(damaged)})) is None


def test_every_row_says_where_it_stands(whole: Reading, back: dict[str, Reading]) -> None:
    """Rows of returned parts name the part, those of others headquarters' file."""
    merge = merged([whole, back["marketing"]])
    origins = merge.sheets[MASTER].origins
    assert origins is not None
    files = ["marketing.xlsx", HEADQUARTERS, "marketing.xlsx", HEADQUARTERS]
    assert origins["file"].tolist() == files
    assert origins["row"].tolist() == [7, 8, 9, 10]
    assert origins["row_id"].notna().tolist() == [True, False, True, False]


def test_parts_whose_bases_are_all_damaged_are_held_against_headquarters(
    whole: Reading, back: dict[str, Reading]
) -> None:
    """Without any whole base every difference is a conflict, no row doubles, and that is said."""
    damaged = [replace(part, attachments={"base": ({},)}) for part in back.values()]
    damaged[0] = edited(damaged[0], 0, "budget", 120.0)
    merge = merged([whole, *damaged])
    assert tasks(merge) == ["a", "b", "c", "d"]
    assert says(merge, "budget")["a"] == 100
    assert [(c.column, c.kept) for c in merge.conflicts] == [("budget", (0,))]
    assert [p.code for p in merge.problems if p.code == "base_unknown"] == ["base_unknown"] * 3
    alone = merged(damaged)
    assert sorted(tasks(alone)) == ["a", "b", "c", "d"]
    assert [p.code for p in alone.problems if p.code == "base_damaged"] == ["base_damaged"] * 3
