"""The laws of the three-way merge, whatever headquarters and departments did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from support.laws import tried
from support.readings import TEMPLATE
from support.split_parts import (
    DEPARTMENTS,
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
    task,
    without_ids,
)

from marketing_sheets.merging import Merge, Policy
from marketing_sheets.merging.base import source_of
from marketing_sheets.merging.engine import merge_sources
from marketing_sheets.merging.way import Way
from marketing_sheets.records import Origin, Reading

CELLS: dict[str, Any] = {
    "budget": st.sampled_from([None, 100.0, 250.5, 0.1]),
    "owner": st.sampled_from([None, "张三", "李四", "王五/赵六"]),
    "remarks": st.sampled_from([None, "=1+1", "等待\n审批", "ok"]),
    "department": st.sampled_from([*DEPARTMENTS, None]),
}
COMPARED = tuple(CELLS)


@dataclass(frozen=True)
class Case:
    """A workbook, and what each side did to it; rows are named by their task."""

    rows: list[dict[str, Any]]
    ours: Mapping[tuple[str, str], Any]
    theirs: Mapping[tuple[str, str], Any]
    ours_gone: frozenset[str]
    theirs_gone: frozenset[str]
    new: Mapping[str, str] = field(default_factory=dict)


@st.composite
def cases(draw: Any) -> Case:
    """Draw a workbook of up to six tasks with edits, deletions and additions on both sides."""
    count = draw(st.integers(1, 6))
    names = [f"任务{number}" for number in range(count)]
    rows = [task(name, **{cell: draw(CELLS[cell]) for cell in CELLS}) for name in names]
    rows[0]["department"] = "marketing"
    places = [(name, cell) for name in names for cell in CELLS]
    edits = st.lists(st.sampled_from(places), max_size=5, unique=True)
    gone = st.frozensets(st.sampled_from(names), max_size=2)
    return Case(
        rows=rows,
        ours={place: draw(CELLS[place[1]]) for place in draw(edits)},
        theirs={place: draw(CELLS[place[1]]) for place in draw(edits)},
        ours_gone=draw(gone),
        theirs_gone=draw(gone),
        new=draw(st.dictionaries(st.sampled_from(["新1", "新2"]), st.sampled_from(DEPARTMENTS))),
    )


def where(reading: Reading, name: str) -> int | None:
    """Return the number of a task's row."""
    tasks = reading.sheets[MASTER].frame["task"].tolist()
    return tasks.index(name) if name in tasks else None


def changed(
    reading: Reading, edits: Mapping[tuple[str, str], Any], gone: frozenset[str]
) -> Reading:
    """Return a workbook after its people edited and deleted."""
    for (name, cell), value in edits.items():
        row = where(reading, name)
        if row is not None:
            reading = edited(reading, row, cell, value)
    for name in sorted(gone):
        row = where(reading, name)
        if row is not None:
            reading = removed(reading, row)
    return reading


def sides(case: Case) -> tuple[Reading, list[Reading]]:
    """Return headquarters' file and the parts, as they are when all are merged."""
    whole = headquarters(case.rows)
    back = {v: changed(p, case.theirs, case.theirs_gone) for v, p in parts(whole).items()}
    for name, department in case.new.items():
        value = department if department in back else "marketing"
        back[value] = added(back[value], task(name, department, budget=7.0))
    return changed(whole, case.ours, case.ours_gone), list(back.values())


def same(one: Any, other: Any) -> bool:
    """Whether two cells say the same."""
    return bool(pd.isna(one) and pd.isna(other)) or (
        not pd.isna(one) and not pd.isna(other) and one == other
    )


def expected(case: Case) -> tuple[dict[str, dict[str, Any]], set[tuple[str, str]]]:
    """Work out by hand what the merge must say, and where it must find conflicts."""
    rows: dict[str, dict[str, Any]] = {}
    conflicts: set[tuple[str, str]] = set()
    for base in case.rows:
        name = str(base["task"])
        ours = {c: case.ours.get((name, c), base.get(c)) for c in COMPARED}
        theirs = {c: case.theirs.get((name, c), base.get(c)) for c in COMPARED}
        ours_edited = [c for c in COMPARED if not same(ours[c], base.get(c))]
        theirs_edited = [c for c in COMPARED if not same(theirs[c], base.get(c))]
        if name in case.ours_gone or name in case.theirs_gone:
            both = name in case.ours_gone and name in case.theirs_gone
            left = theirs if name in case.ours_gone else ours
            edits = theirs_edited if name in case.ours_gone else ours_edited
            if edits and not both:
                rows[name] = left
                conflicts.add((name, ""))
            continue
        rows[name] = {}
        for c in COMPARED:
            rows[name][c] = theirs[c] if c in theirs_edited and c not in ours_edited else ours[c]
            if c in ours_edited and c in theirs_edited and not same(ours[c], theirs[c]):
                conflicts.add((name, c))
    for name, department in case.new.items():
        rows[name] = {"budget": 7.0, "owner": "张三", "remarks": None, "department": department}
    return rows, conflicts


def found(merge: Merge) -> dict[str, dict[str, Any]]:
    """Return what the merged rows say, by task."""
    frame = merge.sheets[MASTER].frame
    return {row["task"]: {c: row[c] for c in COMPARED} for row in frame.to_dict("records")}


@tried(25)
@given(cases())
def test_one_sided_edits_are_taken_and_only_two_sided_ones_conflict(case: Case) -> None:
    """Every cell, deletion and addition comes out as worked out by hand; totals reconcile."""
    ours, back = sides(case)
    merge = merged([ours, *back])
    rows, conflicts = expected(case)
    result = found(merge)
    assert result.keys() == rows.keys()
    for name, row in rows.items():
        for cell, value in row.items():
            assert same(result[name][cell], value), (name, cell)
    assert {(c.key[1], c.column) for c in merge.conflicts} == conflicts


@tried(8)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_files_makes_no_difference(case: Case, random: Any) -> None:
    """However the files are named on the command line, rows and conflicts are the same."""
    ours, back = sides(case)
    files = [ours, *back]
    one = merged(files)
    random.shuffle(files)
    other = merged(files)
    pd.testing.assert_frame_equal(one.sheets[MASTER].frame, other.sheets[MASTER].frame)
    pd.testing.assert_frame_equal(origins(one), origins(other))
    assert one.conflicts == other.conflicts
    assert one.totals == other.totals
    assert one.withdrawn == other.withdrawn


def origins(merge: Merge) -> pd.DataFrame:
    """Return where the merged rows come from."""
    found = merge.sheets[MASTER].origins
    assert found is not None
    return found


@tried(8)
@given(cases())
def test_without_ids_rows_are_found_by_their_key(case: Case) -> None:
    """A part whose hidden column of ids was deleted merges as one that has it."""
    # Without ids a row typed in the place of a deleted one may just as well be its new name.
    case = replace(case, new={})
    ours, back = sides(case)
    expected_rows, conflicts = expected(case)
    merge = merged([ours, *map(without_ids, back)])
    result = found(merge)
    assert result.keys() == expected_rows.keys()
    for name, row in expected_rows.items():
        assert all(same(result[name][cell], value) for cell, value in row.items())
    assert {(c.key[1], c.column) for c in merge.conflicts} == conflicts


@tried(8)
@given(cases())
def test_merging_the_result_again_adds_nothing(case: Case) -> None:
    """The merged workbook with the parts it was merged from gives itself."""
    ours, back = sides(case)
    once = merged([ours, *back])
    again = merged([as_read(once), *back])
    assert rows_of(again) == rows_of(once)


def rows_of(merge: Merge) -> list[dict[str, Any]]:
    """Return the merged rows with blanks that are equal to each other."""
    frame = merge.sheets[MASTER].frame[["task", *COMPARED]].astype(object)
    rows = frame.where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def as_read(merge: Merge) -> Reading:
    """Return a merged workbook as it would be read back."""
    whole = headquarters([task("-", None)])
    sheets = {}
    for name, records in merge.sheets.items():
        table = whole.sheets[name].origin
        origin = Origin(file=HEADQUARTERS, sheet=table.sheet, header_row=6, columns=table.columns)
        numbers = np.arange(7, 7 + len(records.frame))
        sheets[name] = replace(records, origin=origin, rows=numbers)
    return replace(whole, sheets=sheets, form=merge.form, totals=())


@tried(8)
@given(cases(), st.data())
def test_parts_that_stay_out_leave_their_rows_as_headquarters_has_them(
    case: Case, data: Any
) -> None:
    """A part that was not returned decides nothing about its rows."""
    whole = headquarters(case.rows)
    _, back = sides(case)
    kept = data.draw(st.lists(st.sampled_from(back), min_size=1, unique_by=id))
    merge = merged([whole, *kept])
    names = {row["task"]: row for row in case.rows}
    home = {row["task"]: row["department"] or "" for row in case.rows}
    returned = {str(part.file).removesuffix(".xlsx") for part in kept}
    result = found(merge)
    for name, row in names.items():
        if (home[name] or "未分配") not in returned:
            assert all(same(result[name][cell], row.get(cell)) for cell in COMPARED)


@pytest.mark.parametrize(
    ("policy", "budget"),
    [("keep-both", 130.0), ("first", 120.0), ("last", 130.0), ("newest", 120.0)],
)
def test_policies(policy: Policy, budget: float) -> None:
    """A conflict is decided as the policy says: by headquarters, by name, or by date."""
    whole = headquarters([task("a", "marketing", budget=100.0), task("b", "sales")])
    back = parts(whole)
    ours = replace(edited(whole, 0, "budget", 130.0), modified=datetime(2024, 1, 1, tzinfo=UTC))
    theirs = replace(
        edited(back["marketing"], 0, "budget", 120.0), modified=datetime(2024, 2, 1, tzinfo=UTC)
    )
    assert str(theirs.file) < str(ours.file)
    sources = [source_of(one, file=str(one.file)) for one in (ours, theirs, back["sales"])]
    merge = merge_sources(sources, Way(template=TEMPLATE, language="en", policy=policy))
    assert merge.sheets[MASTER].frame["budget"].tolist()[0] == budget
    [conflict] = merge.conflicts
    assert {version.text for version in conflict.versions} == {"130", "120"}
    assert conflict.versions[conflict.kept[0]].text == f"{budget:g}"


@dataclass(frozen=True)
class Hands:
    """What staff did to a part besides editing: by the old names of the tasks."""

    renamed: Mapping[str, str]
    order: tuple[float, ...]
    is_sorted: bool
    has_ids: bool
    is_doubled: bool


@st.composite
def many_hands(draw: Any) -> tuple[Case, Hands]:
    """Draw a case, and renames, cells sorted beside their ids, or ids lost or doubled."""
    case = draw(cases())
    if draw(st.booleans()):  # more rows in one part
        case = replace(case, rows=[{**row, "department": "marketing"} for row in case.rows])
    names = [str(row["task"]) for row in case.rows]
    is_sorted, has_ids = draw(st.booleans()), draw(st.booleans())
    renames = st.dictionaries(st.sampled_from(names), st.just(""), max_size=2)
    # Without an id beside it a new name may be a new task as well.
    told = draw(renames) if has_ids and not is_sorted else {}
    return replace(case, new={}), Hands(
        renamed={name: f"{name}新" for name in told},
        order=tuple(draw(st.floats(0, 1)) for _ in names),
        is_sorted=is_sorted,
        has_ids=has_ids,
        is_doubled=draw(st.booleans()) and has_ids and not is_sorted,
    )


def handled(part: Reading, hands: Hands) -> Reading:
    """Return a part after these hands, saved by a program that keeps fifteen digits."""
    for old, new in hands.renamed.items():
        row = where(part, old)
        part = part if row is None else edited(part, row, "task", new)
    count = len(part.sheets[MASTER].frame)
    if hands.is_sorted:
        part = pasted(part, sorted(range(count), key=lambda at: hands.order[at]))
    if hands.is_doubled and count:
        part = edited(copied(part, 0), count, "task", f"copy of {part.file}")
    part = part if hands.has_ids else without_ids(part)
    for row, budget in enumerate(part.sheets[MASTER].frame["budget"]):
        if not pd.isna(budget):
            part = edited(part, row, "budget", float(f"{budget * (1 + 2**-52):.15g}"))
    return part


@tried(40)
@given(many_hands())
def test_every_row_is_accounted_for_whatever_hands_it_went_through(
    drawn: tuple[Case, Hands],
) -> None:
    """No edit falls on another row, no row is lost or doubled, and no save is an edit."""
    case, hands = drawn
    ours, back = sides(case)
    merge = merged([ours, *(handled(part, hands) for part in back)])
    rows, conflicts = expected(case)
    kept_in_part = {name for name in hands.renamed if name not in case.theirs_gone}
    for name in kept_in_part & rows.keys():
        rows[hands.renamed[name]] = rows.pop(name)
    # Headquarters deleted what a part renamed: an edit, so the row stays.
    for name in kept_in_part & case.ours_gone:
        base = next(row for row in case.rows if row["task"] == name)
        cells = {c: case.theirs.get((name, c), base.get(c)) for c in COMPARED}
        rows[hands.renamed[name]] = cells
        conflicts |= {(name, "")}
    result = {name: row for name, row in found(merge).items() if not name.startswith("copy of ")}
    assert result.keys() == rows.keys()
    for name, row in rows.items():
        for cell, value in row.items():
            is_near = cell == "budget" and not pd.isna(value) and not pd.isna(result[name][cell])
            assert (
                abs(result[name][cell] - value) < 1e-9
                if is_near
                else same(result[name][cell], value)
            ), (name, cell)
    old = {new: name for name, new in hands.renamed.items()}
    assert {(old.get(c.key[1], c.key[1]), c.column) for c in merge.conflicts} == conflicts
    doubled = sum(name.startswith("copy of ") for name in found(merge))
    counts = [len(part.sheets[MASTER].frame) for part in back]
    assert doubled == (sum(count > 0 for count in counts) if hands.is_doubled else 0)
