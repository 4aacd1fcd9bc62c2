"""Laws of merging, for arbitrary departments, edits, key collisions and policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, strategies as st
from pandas.testing import assert_frame_equal
from support.laws import tried
from support.merges import merged, output, workbook

from marketing_sheets.errors import MergeConflict, MergeDoesNotReconcile
from marketing_sheets.merging import Merge, Policy
from marketing_sheets.merging.model import POLICIES, Source
from marketing_sheets.merging.totals import check_merged
from marketing_sheets.records import SheetRecords
from marketing_sheets.template import Threshold
from marketing_sheets.texts import fold

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
thresholds = st.lists(
    st.builds(
        Threshold,
        rule=st.sampled_from(["ctr_low", "cvr_low", "kpi_missed"]),
        group=st.sampled_from([None, "douyin", "达人 A", "达人a"]),
        limit=st.sampled_from([None, 0.1, 0.2]),
        is_on=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: (one.rule, fold(one.group or "")),
).map(tuple)
holidays = st.lists(st.dates(date(2024, 6, 1), date(2024, 6, 5)), max_size=3).map(tuple)
moments = st.none() | st.sampled_from([datetime(2024, 6, day, tzinfo=UTC) for day in (1, 2)])


def plain(cells: dict[str, Any]) -> dict[str, Any]:
    """Return a row in which what stands in the cell for costs does not contradict its value."""
    return {k: v for k, v in cells.items() if k != "cost!" or cells["cost"] is None}


class Draft(NamedTuple):
    """A workbook to be: its name, its rows, whether it has the table at all, and all around it."""

    name: str
    rows: list[dict[str, Any]]
    has_sheet: bool
    form: dict[str, Any]
    modified: datetime | None
    thresholds: tuple[Threshold, ...]
    holidays: tuple[date, ...]


class Way(NamedTuple):
    """A way to merge: who wins, and whether rows of different departments are different records."""

    policy: Policy
    per_department: bool


def by(way: Way, sources: Sequence[Source]) -> Merge:
    """Merge in a way."""
    return merged(sources, way.policy, per_department=way.per_department)


def built(drafts: Sequence[Draft]) -> list[Source]:
    """Make the workbooks."""
    sources = []
    for d in drafts:
        sheets = {SHEET: d.rows} if d.has_sheet else {}
        source = workbook(d.name, sheets, form=d.form, modified=d.modified)
        reading = replace(source.reading, thresholds=d.thresholds, holidays=d.holidays)
        sources.append(replace(source, reading=reading))
    return sources


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
        form = {
            "budget": draw(money),
            "department": draw(st.sampled_from(["sales", None])),
            "campaign_name": draw(st.sampled_from(["618", "双11", "618、双11", None])),
        }
        has_sheet = bool(rows) or draw(st.booleans())
        lists = draw(thresholds), draw(holidays)
        drafts.append(Draft(name, rows, has_sheet, form, draw(moments), *lists))
    return drafts


ways = st.builds(Way, st.sampled_from(_POLICIES), st.booleans())
law = tried(15, suppress_health_check=[HealthCheck.too_slow])


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
    assert one.thresholds == other.thresholds
    assert one.holidays == other.holidays
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


def whose_rows(source: Source) -> dict[tuple[str, int | None], str]:
    """Return the department of each row of a workbook."""
    whom = source.department or source.named
    rows = source.reading.sheets[SHEET].rows if SHEET in source.reading.sheets else ()
    return {(source.file, int(number)): whom for number in rows}


@law
@given(departments(), ways)
def test_totals_reconcile(drafts: list[Draft], way: Way) -> None:
    """Rows and amounts read are merged, double or overruled, and the merged records agree."""
    sources = built(drafts)
    merge = by(way, sources)
    assert merge.reconciles
    read = sum(len(r.frame) for s in sources for r in s.reading.sheets.values())
    assert sum(total.read for total in merge.totals if total.column is None) == read


@law
@given(departments(), ways, st.randoms(use_true_random=False))
def test_order_does_not_matter(drafts: list[Draft], way: Way, random: Any) -> None:
    """Whatever the order of the arguments, the result and its account are the same."""
    sources = built(drafts)
    shuffled = list(sources)
    random.shuffle(shuffled)
    one, other = by(way, sources), by(way, shuffled)
    same_merge(one, other)
    assert one.totals == other.totals
    assert one.duplicates == other.duplicates
    assert one.conflicts == other.conflicts
    assert one.contested == other.contested


@law
@given(departments(), ways)
def test_every_row_has_an_origin_of_its_own(drafts: list[Draft], way: Way) -> None:
    """Each merged row names a row that was read, no two the same, and says whose it is."""
    sources = built(drafts)
    merge = by(way, sources)
    for records in merge.sheets.values():
        origins = records.origins
        assert origins is not None
        named = list(zip(origins["file"], origins["sheet"], origins["row"], strict=True))
        assert len(set(named)) == len(named)
        assert set(named) <= places(sources)
        assert origins["department"].notna().all()


@law
@given(departments(), ways)
def test_a_merge_of_the_result_with_its_sources_adds_nothing(drafts: list[Draft], way: Way) -> None:
    """Merging is idempotent, with the sources or without them."""
    sources = built(drafts)
    first = by(way, sources)
    result = output(first, modified=datetime(2024, 7, 1, tzinfo=UTC))
    same_merge(by(way, [result]), first)
    same_merge(by(way, [result, *sources]), first)
    same_merge(by(way, [*sources, result, output(first, "二.xlsx")]), first)


@law
@given(departments(), ways)
def test_a_merge_of_one_file_is_that_file(drafts: list[Draft], way: Way) -> None:
    """A single workbook keeps all its rows, whatever keys they share."""
    sources = built(drafts)
    source = sources[0]
    merge = by(way, [source])
    assert merge.form == source.reading.form
    assert not merge.conflicts
    assert not merge.duplicates
    for name, records in source.reading.sheets.items():
        same_records(merge.sheets[name], records)


@law
@given(departments(), ways)
def test_every_cell_is_merged_or_listed(drafts: list[Draft], way: Way) -> None:
    """What a cell says stands in the row kept, in a row listed as its double, or in a conflict."""
    sources = built(drafts)
    merge = by(way, sources)
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
def test_departments_can_be_kept_apart(drafts: list[Draft]) -> None:
    """Per department no conflict is between two; without, those that are get counted."""
    sources = built(drafts)
    whose = {row: whom for source in sources for row, whom in whose_rows(source).items()}
    for apart in (True, False):
        merge = merged(sources, per_department=apart)
        crossing = set()
        for conflict in merge.conflicts:
            if conflict.sheet == SHEET and all(conflict.key):
                rows = [(version.file, version.place.row) for version in conflict.versions]
                if len({whose[row] for row in rows}) > 1:
                    crossing.add(tuple(rows))
        assert merge.across == len(crossing)
        assert not (apart and crossing)


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
