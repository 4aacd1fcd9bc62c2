"""Laws of merging, for arbitrary departments, edits, key collisions and policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from merges import merged, output, workbook
from pandas.testing import assert_frame_equal

from marketing_sheets.errors import MergeConflict, MergeDoesNotReconcile
from marketing_sheets.merging.model import POLICIES, Merge, Policy, Source
from marketing_sheets.merging.totals import check_merged
from marketing_sheets.records import SheetRecords

SHEET = "daily_data"
_NAMES = ("市场部.xlsx", "销售部 2.xlsx", "销售部 10.xlsx", "甲/日报.xlsx", "乙/日报.xlsx")
# All but "stop", which either raises or does as "keep-both".
_POLICIES = tuple(policy for policy in POLICIES if policy != "stop")
_DAYS = [pd.Timestamp("2024-06-01"), pd.Timestamp("2024-06-02")]

money = st.sampled_from([None, 10.0, 20.0, 0.1])
row = st.fixed_dictionaries(
    {
        "date": st.sampled_from([*_DAYS, None]),
        "channel": st.sampled_from(["douyin", "达人 A", "达人a"]),
        "clicks": st.sampled_from([None, 1, 2]),
        "cost": money,
        "sales": money,
    },
    optional={
        "cost!": st.sampled_from(["约5万", "待定"]),
        "+备注": st.sampled_from(["甲", None]),
        "+ 备 注": st.just("乙"),
    },
)
moments = st.none() | st.sampled_from([datetime(2024, 6, day, tzinfo=UTC) for day in (1, 2)])


def plain(cells: dict[str, Any]) -> dict[str, Any]:
    """Return a row in which what stands in the cell for costs does not contradict its value."""
    return {k: v for k, v in cells.items() if k != "cost!" or cells["cost"] is None}


class Draft(NamedTuple):
    """A workbook to be: its name, its rows, whether it has the table at all, form and time."""

    name: str
    rows: list[dict[str, Any]]
    has_sheet: bool
    form: dict[str, Any]
    modified: datetime | None


def built(drafts: Sequence[Draft]) -> list[Source]:
    """Make the workbooks."""
    return [
        workbook(d.name, {SHEET: d.rows} if d.has_sheet else {}, form=d.form, modified=d.modified)
        for d in drafts
    ]


@st.composite
def departments(draw: st.DrawFn) -> list[Draft]:
    """Make up to four workbooks, later ones often holding rows of earlier ones, edited or not."""
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True))
    known: list[dict[str, Any]] = []
    drafts = []
    for name in names:
        rows = []
        for kind in draw(st.lists(st.sampled_from(["new", "same", "edited"]), max_size=5)):
            cells = plain(draw(row))
            if kind != "new" and known:
                base = draw(st.sampled_from(known))
                edit = (
                    {"cost": cells["cost"], "clicks": cells["clicks"]} if kind == "edited" else {}
                )
                cells = plain({**base, **edit})
            rows.append(cells)
            known.append(cells)
        form = {"budget": draw(money), "department": draw(st.sampled_from(["sales", None]))}
        drafts.append(Draft(name, rows, bool(rows) or draw(st.booleans()), form, draw(moments)))
    return drafts


policies = st.sampled_from(_POLICIES)
law = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def same_records(one: SheetRecords, other: SheetRecords) -> None:
    """Compare records with all they carry."""
    assert_frame_equal(one.frame, other.frame)
    assert_frame_equal(one.raw, other.raw)
    assert (one.extras is None) == (other.extras is None)
    if one.extras is not None and other.extras is not None:
        assert_frame_equal(one.extras, other.extras)
    if one.origins is not None and other.origins is not None:
        assert_frame_equal(one.origins, other.origins)
    assert one.remarks == other.remarks


def same_merge(one: Merge, other: Merge) -> None:
    """Compare what two merges hold: the form, the lists and every sheet."""
    assert one.form == other.form
    assert one.choices == other.choices
    assert list(one.sheets) == list(other.sheets)
    for name, records in one.sheets.items():
        same_records(records, other.sheets[name])


def places(sources: Sequence[Source]) -> set[tuple[str, str, int]]:
    """Return file, tab and row of every row that was read."""
    return {
        (source.file, records.origin.sheet, int(number))
        for source in sources
        for records in source.reading.sheets.values()
        for number in records.rows
    }


@law
@given(departments(), policies)
def test_totals_reconcile(drafts: list[Draft], policy: Policy) -> None:
    """Rows and amounts read are merged, double or overruled, and the merged records agree."""
    sources = built(drafts)
    merge = merged(sources, policy)
    assert merge.reconciles
    read = sum(len(r.frame) for s in sources for r in s.reading.sheets.values())
    assert sum(total.read for total in merge.totals if total.column is None) == read


@law
@given(departments(), policies, st.randoms(use_true_random=False))
def test_order_does_not_matter(drafts: list[Draft], policy: Policy, random: Any) -> None:
    """Whatever the order of the arguments, the result and its account are the same."""
    sources = built(drafts)
    shuffled = list(sources)
    random.shuffle(shuffled)
    one, other = merged(sources, policy), merged(shuffled, policy)
    same_merge(one, other)
    assert one.totals == other.totals
    assert one.duplicates == other.duplicates
    assert one.conflicts == other.conflicts
    assert one.contested == other.contested


@law
@given(departments(), policies)
def test_every_row_has_an_origin_of_its_own(drafts: list[Draft], policy: Policy) -> None:
    """Each merged row names a row that was read, no two the same, and says whose it is."""
    sources = built(drafts)
    merge = merged(sources, policy)
    for records in merge.sheets.values():
        origins = records.origins
        assert origins is not None
        named = list(zip(origins["file"], origins["sheet"], origins["row"], strict=True))
        assert len(set(named)) == len(named)
        assert set(named) <= places(sources)
        assert origins["department"].notna().all()


@law
@given(departments(), policies)
def test_a_merge_of_the_result_with_its_sources_adds_nothing(
    drafts: list[Draft], policy: Policy
) -> None:
    """Merging is idempotent, with the sources or without them."""
    sources = built(drafts)
    first = merged(sources, policy)
    result = output(first, modified=datetime(2024, 7, 1, tzinfo=UTC))
    same_merge(merged([result], policy), first)
    same_merge(merged([result, *sources], policy), first)
    same_merge(merged([*sources, result, output(first, "二.xlsx")], policy), first)


@law
@given(departments(), policies)
def test_a_merge_of_one_file_is_that_file(drafts: list[Draft], policy: Policy) -> None:
    """A single workbook keeps all its rows, whatever keys they share."""
    sources = built(drafts)
    source = sources[0]
    merge = merged([source], policy)
    assert merge.form == source.reading.form
    assert not merge.conflicts
    assert not merge.duplicates
    for name, records in source.reading.sheets.items():
        same_records(merge.sheets[name], records)


@law
@given(departments(), policies)
def test_every_cell_is_merged_or_listed(drafts: list[Draft], policy: Policy) -> None:
    """What a cell says stands in the row kept, in a row listed as its double, or in a conflict."""
    sources = built(drafts)
    merge = merged(sources, policy)
    if SHEET not in merge.sheets:
        return
    held = merge.sheets[SHEET]
    assert held.origins is not None
    here = {
        (file, int(number)): at
        for at, (file, number) in enumerate(
            zip(held.origins["file"], held.origins["row"], strict=True)
        )
    }
    kept_for = {
        (place.file, place.row): (d.places[0].file, d.places[0].row)
        for d in merge.duplicates
        for place in d.places
    }
    told = {
        (version.file, version.place.row, conflict.column): version.text
        for conflict in merge.conflicts
        for version in conflict.versions
    }
    disputed = {(file, number) for file, number, _ in told}
    for source in sources:
        if SHEET not in source.reading.sheets:
            continue
        records = source.reading.sheets[SHEET]
        for at, number in enumerate(records.rows.tolist()):
            place = kept_for.get((source.file, number), (source.file, number))
            for column in ("cost", "sales", "clicks"):
                said: Any = records.raw[column].iat[at]
                if said is None or pd.isna(said):
                    continue
                in_row = place in here and held.raw[column].iat[here[place]] == said
                text = told.get((source.file, number, column))
                # Where a row lost over another column, this one is as the row that won has it.
                agrees = (source.file, number) in disputed and said in held.raw[column].tolist()
                assert in_row or agrees or text is not None, (source.file, number, column)
                assert text is None or text.removesuffix(".0") == str(said).removesuffix(".0")


@law
@given(departments())
def test_stop_stops_or_changes_nothing(drafts: list[Draft]) -> None:
    """With "stop" a merge either has nothing to decide or does not happen."""
    sources = built(drafts)
    both = merged(sources)
    if any(conflict.sheet == SHEET for conflict in both.conflicts):
        with pytest.raises(MergeConflict):
            merged(sources, "stop")
    else:
        same_merge(merged(sources, "stop"), both)


@law
@given(departments(), st.sampled_from(["cost", "sales"]), st.integers(0, 3))
def test_a_lost_amount_is_found(drafts: list[Draft], column: str, number: int) -> None:
    """An amount that changes in the merged records breaks the check."""
    sources = built(drafts)
    merge = merged(sources)
    if SHEET not in merge.sheets or number >= len(merge.sheets[SHEET].frame):
        return
    merge.sheets[SHEET].frame.loc[number, column] = 12345.67
    with pytest.raises(MergeDoesNotReconcile):
        check_merged(merge)
