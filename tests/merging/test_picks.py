"""What people choose on the sheet Conflicts is done, and nothing else; nonsense is a problem."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from support.conflict_sheets import Line, as_listed, decided, decided_earlier, with_lines
from support.merges import TEMPLATE, merged as plainly, rows_of, workbook

from marketing_sheets.merging import Merge
from marketing_sheets.merging.engine import merge_sources
from marketing_sheets.merging.model import Conflict, Source, Version
from marketing_sheets.merging.picks import carried_use, distinct, listed, packed, shown_names
from marketing_sheets.merging.settle import settled
from marketing_sheets.merging.way import Way, decisions_of
from marketing_sheets.problems import Place

FAULTS = {"decision_unclear", "decision_twice", "decision_unread"}
PICKS: list[object] = [
    None,
    "",
    "1",
    2,
    2.0,
    "３",
    " 1 ",
    "a",
    "B.xlsx",
    "c",
    0,
    4,
    -1,
    2.5,
    "d",
    "✓",
    "1、2",
    "是",
]
OTHERS: list[object] = [None, "150", 150.5, "1.2万", "不知道", "✓", "200"]
# What a pick alone means: the version of so much.
MEANT: dict[object, float] = {
    **dict.fromkeys(["1", " 1 ", "a"], 100.0),
    **dict.fromkeys([2, 2.0, "B.xlsx"], 200.0),
    **dict.fromkeys(["３", "c"], 300.0),
}
TYPED: dict[object, float] = {"150": 150.0, 150.5: 150.5, "1.2万": 12_000.0, "200": 200.0}


def three() -> list[Source]:
    """Return three workbooks that disagree on the cost of a day, and agree on nothing else."""
    day = pd.Timestamp("2024-06-01")
    return [
        workbook(
            f"{name}.xlsx",
            {
                "daily_data": [
                    {"date": day, "channel": "douyin", "cost": cost, "clicks": 7},
                    {"date": day, "channel": name, "cost": cost, "clicks": 1},
                ]
            },
        )
        for name, cost in (("a", 100.0), ("b", 200.0), ("c", 300.0))
    ]


SOURCES = three()
PLAIN = plainly(SOURCES)
LINES = as_listed(PLAIN)


def obeyed(out: Source, *, with_sources: bool) -> Merge:
    """Return the merge after the sheet was obeyed, with the files or without."""
    if not with_sources:
        return settled(replace(out.reading, file="out.xlsx"))
    sources = (out, *SOURCES)
    way = Way(template=TEMPLATE, language="zh-Hans", decisions=decisions_of(sources))
    return merge_sources(sources, way)


def meaning(pick: object, other: object) -> float | str | None:
    """Return the cost that is to stand, None where nothing is written, "" where it is nonsense."""
    if pick in (None, ""):
        return None if other is None else TYPED.get(other, "")
    said = MEANT.get(pick, "")
    return said if other is None or (said and TYPED.get(other) == said) else ""


@pytest.mark.parametrize("with_sources", [True, False])
@given(pick=st.sampled_from(PICKS), other=st.sampled_from(OTHERS))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_done_or_told(pick: object, other: object, with_sources: bool) -> None:
    """A version or a value stands; blanks change nothing; the rest is a problem."""
    (line,) = (Line(one) for one in LINES)
    line["use"], line["other"] = pick, other
    again = obeyed(with_lines(PLAIN, [line]), with_sources=with_sources)
    costs = [cost for channel, cost, _ in _rows(again) if channel == "douyin"]
    told = [one for one in again.problems if one.code in FAULTS]
    cost = meaning(pick, other)
    if cost is None or cost == "":
        assert costs == [100.0, 200.0, 300.0]
        assert len(told) == (cost == "")
        assert [c.state for c in again.conflicts] == ["reopened" if told else "open"]
    else:
        assert costs == [cost]
        assert (told, again.conflicts) == ([], ())
    if told:
        (conflict,) = again.conflicts
        assert conflict.use[1] in str(told[0].raw)
    others = [(channel, cost) for channel, cost, _ in _rows(again) if channel != "douyin"]
    assert sorted(others) == [("a", 100.0), ("b", 200.0), ("c", 300.0)]
    assert {clicks for channel, _, clicks in _rows(again) if channel == "douyin"} == {7}


def _rows(merge: Merge) -> list[tuple[str, float, int]]:
    return rows_of(merge, "daily_data", "channel", "cost", "clicks")


@pytest.mark.parametrize("with_sources", [True, False])
@pytest.mark.parametrize("mark", ["✓", "150", "1.2万", "不知道"])
def test_both_layouts_have_one_effect(mark: str, with_sources: bool) -> None:
    """A tick in a workbook of an earlier version is the pick of that version in one of today."""
    found = [
        obeyed(write(PLAIN, {("成本（元）", "200"): mark}), with_sources=with_sources)
        for write in (decided, decided_earlier)
    ]
    now, before = ((_rows(one), one.conflicts, one.settled) for one in found)
    assert now[0] == before[0]
    for ours, theirs in zip((*now[1], *now[2]), (*before[1], *before[2]), strict=True):
        assert (ours.name, ours.state, ours.kept, ours.use) == (
            theirs.name,
            theirs.state,
            theirs.kept,
            theirs.use,
        )
    codes = [[p.code for p in one.problems if p.code in FAULTS] for one in found]
    assert codes[0] == codes[1] == (["decision_unread"] if mark == "不知道" else [])


@given(
    texts=st.lists(st.text(max_size=30), min_size=2, max_size=9),
    key=st.lists(st.text(min_size=1, max_size=9), max_size=3),
    long=st.integers(0, 3),
)
def test_what_files_said_is_read_back(texts: list[str], key: list[str], long: int) -> None:
    """Whatever was said, in however many files: nothing of it is lost in the cells."""
    texts[0] += "_x0041_很长" * (9_000 * (long == 3))
    versions = tuple(
        Version(text=text, file=f"华东/{n}.xlsx", place=Place(sheet="表", row=7 + n, column=3))
        for n, text in enumerate(texts)
    )
    whole = Conflict(
        sheet="daily_data", key=tuple(key), column="cost", versions=versions, kept=(0,), record="r"
    )
    names = shown_names([v.file for v in versions], [""] * len(versions))
    parts = packed(whole, names)
    assert all(len(part) <= 32_767 and "_x" not in part for part in parts)
    line: Line = {"id": whole.name, **{f"said{n}": part for n, part in enumerate(parts, 1)}}
    (found,) = listed(with_lines(PLAIN, [line]).reading).values()
    assert (found.name, found.key, found.kept) == (whole.name, whole.key, whole.kept)
    assert [(v.text, v.file, v.place.cell, v.name) for v in found.versions] == [
        (v.text, v.file, v.place.cell, name) for v, name in zip(versions, names, strict=True)
    ]


def test_a_number_follows_its_version() -> None:
    """Beside the next listing, in another order, stands the number that its version has there."""
    before = replace(PLAIN.conflicts[0], use=("2", "5"))
    now = replace(before, versions=before.versions[::-1][:2])
    assert carried_use(before, now) == ("2", "5")
    assert carried_use(replace(before, use=("3", "")), now) == ("1", "")
    for pick in ("1", "9"):  # the version is gone, or there never was one
        assert carried_use(replace(before, use=(pick, "")), now) == (f"{pick}?", "")
    assert carried_use(replace(before, use=("a", "")), now) == ("a", "")


def test_versions_that_say_the_same_are_one() -> None:
    """Seven files, two figures: the second figure is number 2, whoever said it first."""
    found = replace(
        PLAIN.conflicts[0],
        versions=tuple(
            Version(text=text, file=f"{n}.xlsx", place=Place())
            for n, text in enumerate(["10", "12", "10", "１２", "10", "12", "10"])
        ),
    )
    assert distinct(found) == [[0, 2, 4, 6], [1, 3, 5]]


@pytest.mark.parametrize("harm", ["", "[1,2]", '[["a"],[0],[["100","a.xlsx"]]]', json.dumps({})])
def test_a_damaged_row_is_a_problem(harm: str) -> None:
    """Where somebody overwrote what a hidden column holds nothing is guessed."""
    (line,) = (Line(one) for one in LINES)
    line |= {"use": 2, "said1": harm}
    again = obeyed(with_lines(PLAIN, [line]), with_sources=True)
    assert [p.code for p in again.problems if p.code.startswith("decision")] == ["decision_unclear"]
    line["id"] = None
    again = obeyed(with_lines(PLAIN, [line]), with_sources=True)
    assert [p.code for p in again.problems if p.code.startswith("decision")] == ["decision_lost"]
    assert [c.state for c in again.conflicts] == ["open"]


def test_two_copies_of_a_row_must_agree() -> None:
    """Somebody copied the row: the same pick twice is a pick, two picks are a problem."""
    for picks, code in (((2, 2), []), ((2, None), []), ((1, 2), ["decision_twice"])):
        lines = [{**LINES[0], "use": pick} for pick in picks]
        again = obeyed(with_lines(PLAIN, lines), with_sources=True)
        assert [p.code for p in again.problems if p.code.startswith("decision")] == code
        assert len(_rows(again)) == (6 if code else 4)


def test_what_is_settled_is_not_settled_again() -> None:
    """A cell that people corrected after it was settled stays as they left it."""
    out = decided(PLAIN, {("成本（元）", "200"): "✓"})
    done = obeyed(out, with_sources=False)
    later = decided(done, {})
    records = later.reading.sheets["daily_data"]
    frame, raw = records.frame.copy(), records.raw.copy()
    frame.loc[0, "cost"], raw.loc[0, "cost"] = 250.0, 250.0
    sheets = {"daily_data": replace(records, frame=frame, raw=raw)}
    again = settled(replace(later.reading, sheets={**later.reading.sheets, **sheets}))
    assert _rows(again)[0][1] == 250.0
    assert [c.state for c in again.settled] == ["settled"]
