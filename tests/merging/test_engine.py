"""Rows of several files: the same record, doubles, conflicts by policy, traces, totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from support.merges import TEMPLATE, merged, output, rows_of, workbook

from marketing_sheets.errors import MergeConflict, MergeDoesNotReconcile, UsageError
from marketing_sheets.loading import library_template
from marketing_sheets.merging import Merge, MergeTotal, Policy
from marketing_sheets.merging.engine import merge_sources
from marketing_sheets.merging.model import Source
from marketing_sheets.merging.totals import check_merged
from marketing_sheets.merging.way import Way
from marketing_sheets.problems import Place, Problem
from marketing_sheets.records import Origin, Reading

DAY = pd.Timestamp("2024-06-01")


def day(channel: str = "douyin", **cells: object) -> dict[str, object]:
    """Return a row of daily data."""
    return {"date": DAY, "channel": channel, **cells}


def daily(file: str, *rows: dict[str, object], **more: Any) -> Source:
    """Return a workbook with daily data."""
    return workbook(file, {"daily_data": rows}, **more)


def total(merge: Merge, file: str, column: str | None) -> MergeTotal:
    """Return one account of the daily data."""
    return next(t for t in merge.totals if (t.file, t.column) == (file, column))


class TestOrder:
    """What stands where in the result."""

    def test_files_follow_in_natural_order(self) -> None:
        """2月 stands before 10月, and rows as in their files."""
        late, early = daily("10月.xlsx", day("b"), day("a")), daily("2月.xlsx", day("c"))
        merge = merged([late, early])
        expected = [("c", "2月.xlsx", 7), ("b", "10月.xlsx", 7), ("a", "10月.xlsx", 8)]
        assert rows_of(merge, "daily_data", "channel", "file", "row") == expected
        assert [source.file for source in merge.sources] == ["2月.xlsx", "10月.xlsx"]

    def test_rows_carry_department_campaign_file_tab_and_row(self) -> None:
        """Each row says whose it is and where it was typed."""
        form = {"department": "sales", "campaign_name": "618"}
        merge = merged([daily("a.xlsx", day(), form=form)])
        columns = ("department", "campaign", "file", "sheet", "row")
        assert rows_of(merge, "daily_data", *columns) == [("sales", "618", "a.xlsx", "每日数据", 7)]

    def test_a_long_table_names_the_tab_of_each_row(self) -> None:
        """Rows of the sheet that continues a table name that sheet."""
        source = daily("a.xlsx", day("x"), day("y", **{"@row": 7}))
        records = source.reading.sheets["daily_data"]
        second = replace(records.origin, sheet="每日数据 (2)")
        sheets = {"daily_data": replace(records, parts=((1, second),))}
        merge = merged([replace(source, reading=replace(source.reading, sheets=sheets))])
        found = rows_of(merge, "daily_data", "sheet", "row")
        assert found == [("每日数据", 7), ("每日数据 (2)", 7)]

    def test_computed_columns_are_left_missing(self) -> None:
        """Figures of formulas are not carried over: they depend on the merged lists."""
        merge = merged([daily("a.xlsx", day(clicks=1, impressions=2, ctr=0.5))])
        assert rows_of(merge, "daily_data", "ctr") == [(None,)]

    def test_a_sheet_that_one_file_lacks_is_taken_from_the_others(self) -> None:
        """Files need not have all sheets, nor all columns."""
        other = workbook("b.xlsx", {"issue_log": [{"number": "1", "description": "断货"}]})
        source = daily("a.xlsx", day(cost=5.0))
        records = source.reading.sheets["daily_data"]
        narrow = replace(
            records,
            frame=records.frame.drop(columns="sales"),
            raw=records.raw.drop(columns="sales"),
        )
        lacking = replace(source, reading=replace(source.reading, sheets={"daily_data": narrow}))
        merge = merged([lacking, other, daily("c.xlsx", day("x", sales=7.0))])
        assert rows_of(merge, "daily_data", "cost", "sales") == [(5.0, None), (None, 7.0)]
        assert merge.sheets["daily_data"].frame["sales"].dtype == "Float64"
        assert len(merge.sheets["issue_log"].frame) == 1


class TestDoubles:
    """Equal rows of several files."""

    def test_equal_rows_of_several_files_become_one(self) -> None:
        """One row stays, and all its places are listed."""
        files = [daily(name, day(cost=5.0)) for name in ("a.xlsx", "b.xlsx", "c.xlsx")]
        merge = merged(files)
        assert rows_of(merge, "daily_data", "file") == [("a.xlsx",)]
        (double,) = merge.duplicates
        assert double.key == ("2024-06-01", "抖音")
        assert [str(place) for place in double.places] == [
            "a.xlsx › 每日数据 › 7",
            "b.xlsx › 每日数据 › 7",
            "c.xlsx › 每日数据 › 7",
        ]
        assert not merge.conflicts
        assert total(merge, "b.xlsx", None).duplicates == 1
        assert total(merge, "b.xlsx", "cost").duplicates == 5.0

    def test_rows_that_one_file_repeats_stay(self) -> None:
        """A file's own repetitions are not a double of another file's row."""
        twice = daily("a.xlsx", day(cost=5.0), day(cost=5.0))
        merge = merged([twice, daily("b.xlsx", day(cost=5.0))])
        assert len(merge.sheets["daily_data"].frame) == 2
        assert len(merge.duplicates) == 1

    def test_words_are_compared_folded(self) -> None:
        """Width, case and Traditional characters make no other record, and no conflict."""
        rows = [{"number": n, "description": d} for n, d in (("1A", "断 货"), ("１a", "斷貨"))]
        merge = merged(
            [workbook(f"{at}.xlsx", {"issue_log": [row]}) for at, row in enumerate(rows)]
        )
        assert not merge.conflicts
        assert rows_of(merge, "issue_log", "description") == [("断 货",)]

    def test_numbers_equal_to_15_digits_are_equal(self) -> None:
        """A file and its twin from a program that keeps 15 digits: no conflict, no row twice."""
        mine = [day(cost=0.1 + 0.2), day("wechat", cost=1 / 3)]
        again = [day(cost=0.3), day("wechat", cost=0.333333333333333)]
        merge = merged([daily("a.xlsx", *mine), daily("b.xlsx", *again)])
        assert len(merge.sheets["daily_data"].frame) == 2
        assert not merge.conflicts

    def test_spellings_of_an_entry_are_the_same_entry(self) -> None:
        """A word of staff's own list is one entry, however it is spelt."""
        merge = merged([daily("a.xlsx", day("达人 A")), daily("b.xlsx", day("达人ａ"))])
        assert rows_of(merge, "daily_data", "channel") == [("达人 A",)]
        assert not merge.conflicts

    def test_rows_without_a_whole_key_are_told_by_their_place(self) -> None:
        """Where a key cell is blank nothing says that two rows are the same."""
        row: dict[str, object] = {"date": None, "channel": "douyin", "cost": 5.0}
        merge = merged([daily("a.xlsx", row), daily("b.xlsx", row)])
        assert len(merge.sheets["daily_data"].frame) == 2

    def test_a_copy_of_a_file_adds_nothing(self) -> None:
        """The same bytes under another name are the same rows, even those without a key."""
        row = {"channel": "douyin", "cost": 5.0}
        merge = merged(
            [daily("a.xlsx", row, sha256="1" * 64), daily("a (1).xlsx", row, sha256="1" * 64)]
        )
        assert rows_of(merge, "daily_data", "file") == [("a (1).xlsx",)]
        assert len(merge.duplicates) == 1

    def test_a_remark_makes_a_difference(self) -> None:
        """Done and done with a remark are two things to say."""
        task = {"stage": "peak", "task": "直播", "planned_start": DAY, "status": "done"}
        one, other = (workbook(name, {"master_tracker": [task]}) for name in ("a.xlsx", "b.xlsx"))
        records = replace(other.reading.sheets["master_tracker"], remarks={"status": {0: "延期"}})
        other = replace(other, reading=replace(other.reading, sheets={"master_tracker": records}))
        merge = merged([one, other])
        (conflict,) = merge.conflicts
        assert [version.text for version in conflict.versions] == ["已完成", "已完成(延期)"]
        assert merge.sheets["master_tracker"].remarks == {"status": {1: "延期"}}


def at_odds() -> list[Source]:
    """Return three files that disagree about one row."""
    return [
        daily("a.xlsx", day(cost=5.0), modified=datetime(2024, 6, 2, tzinfo=UTC)),
        daily("b.xlsx", day(cost=6.0, sales=9.0), modified=datetime(2024, 6, 3, tzinfo=UTC)),
        daily("c.xlsx", day(cost=7.0, clicks=1), modified=datetime(2024, 6, 1, tzinfo=UTC)),
    ]


class TestConflicts:
    """Rows of one record that say different things."""

    def test_keep_both_keeps_all_and_marks_them(self) -> None:
        """Every version stays, marked, and every differing cell is listed with all versions."""
        merge = merged(at_odds())
        assert rows_of(merge, "daily_data", "cost") == [(5.0,), (6.0,), (7.0,)]
        assert merge.contested == {"daily_data": (0, 1, 2)}
        cost = next(conflict for conflict in merge.conflicts if conflict.column == "cost")
        assert cost.key == ("2024-06-01", "抖音")
        assert [(v.text, v.file, v.place.cell) for v in cost.versions] == [
            ("5", "a.xlsx", "J7"),
            ("6", "b.xlsx", "J7"),
            ("7", "c.xlsx", "J7"),
        ]
        assert cost.kept == (0, 1, 2)

    @pytest.mark.parametrize(
        ("policy", "expected", "file"),
        [
            ("first", (5.0, 9.0, 1), "a.xlsx"),
            ("last", (7.0, 9.0, 1), "c.xlsx"),
            ("newest", (6.0, 9.0, 1), "b.xlsx"),
        ],
    )
    def test_a_winner_takes_what_it_lacks_from_the_next(
        self, policy: Policy, expected: tuple[object, ...], file: str
    ) -> None:
        """The winner's cells stand, its blank ones are filled, and the row stays the winner's."""
        merge = merged(at_odds(), policy)
        assert rows_of(merge, "daily_data", "cost", "sales", "clicks") == [expected]
        assert rows_of(merge, "daily_data", "file") == [(file,)]
        assert not merge.contested
        cost = next(conflict for conflict in merge.conflicts if conflict.column == "cost")
        assert [cost.versions[at].file for at in cost.kept] == [file]
        sales = next(conflict for conflict in merge.conflicts if conflict.column == "sales")
        assert [sales.versions[at].text for at in sales.kept] == ["9"]

    def test_what_fills_a_gap_counts_as_merged(self) -> None:
        """An amount taken from a row that lost is merged, the rest of that row overruled."""
        merge = merged(at_odds(), "first")
        sales = total(merge, "b.xlsx", "sales")
        assert (sales.read, sales.merged, sales.overruled) == (9.0, 9.0, 0.0)
        cost = total(merge, "b.xlsx", "cost")
        assert (cost.read, cost.merged, cost.overruled) == (6.0, 0.0, 6.0)
        assert total(merge, "b.xlsx", None).overruled == 1

    def test_what_could_not_be_read_is_not_blank(self) -> None:
        """A cell without a value in which something stands is not filled, nor lost."""
        rows = day(**{"cost!": "约5万"}), day(cost=6.0)
        merge = merged([daily("a.xlsx", rows[0]), daily("b.xlsx", rows[1])], "first")
        held = merge.sheets["daily_data"]
        assert held.raw["cost"].tolist() == ["约5万"]
        assert held.frame["cost"].isna().all()

    @pytest.mark.parametrize("days", [(1, 2), (2, 1)])
    def test_of_merges_of_files_not_at_hand_the_newer_counts(self, days: tuple[int, int]) -> None:
        """Nobody knows when their sources were saved: when the merge was has to do."""
        found = [
            output(
                merged([daily(f"{name}.xlsx", day(cost=cost))]),
                f"{name} merged.xlsx",
                modified=datetime(2024, 6, saved),
            )
            for name, cost, saved in zip("ab", (5.0, 6.0), days, strict=True)
        ]
        expected = 6.0 if days == (1, 2) else 5.0
        assert rows_of(merged(found, "newest"), "daily_data", "cost") == [(expected,)]

    def test_files_saved_at_unknown_times_are_the_oldest(self) -> None:
        """Of files without a time the first in order counts."""
        files = [daily(f"{name}.xlsx", day(cost=cost)) for name, cost in (("a", 5.0), ("b", 6.0))]
        assert rows_of(merged(files, "newest"), "daily_data", "cost") == [(5.0,)]

    def test_stop_names_what_the_files_disagree_about(self) -> None:
        """Nothing is merged, and the error names key, column, values and places."""
        with pytest.raises(MergeConflict) as caught:
            merged(at_odds(), "stop")
        said = caught.value.describe("zh-Hans")
        for words in ("抖音", "成本", "5 (a.xlsx › 每日数据 › J7)", "--on-conflict"):
            assert words in said

    def test_one_file_does_not_disagree_with_itself(self) -> None:
        """Two rows of one key in one file both stay, whatever the policy."""
        merge = merged([daily("a.xlsx", day(cost=5.0), day(cost=6.0))], "stop")
        assert len(merge.sheets["daily_data"].frame) == 2


class TestOwnColumns:
    """Columns that staff added."""

    def test_they_stand_side_by_side_by_name(self) -> None:
        """Columns of one name are one column; the first spelling counts, values stay as typed."""
        merge = merged(
            [
                daily("a.xlsx", day("x", **{"+负责 人": "=甲", "+编号": 7})),
                daily("b.xlsx", day("y", **{"+负责人": "乙", "+城市": "上海"})),
            ]
        )
        extras = merge.sheets["daily_data"].extras
        assert extras is not None
        assert list(extras.columns) == ["负责 人", "编号", "城市"]
        assert extras["负责 人"].tolist() == ["=甲", "乙"]
        assert extras["编号"].tolist() == [7, None]

    def test_they_can_disagree_and_be_filled(self) -> None:
        """A difference there is a conflict as anywhere, and a blank cell takes the other's."""
        files = [
            daily("a.xlsx", {**day(), "+城市": "上海", "+编号": None}),
            daily("b.xlsx", {**day(), "+城市": "北京", "+编号": 7}),
        ]
        merge = merged(files, "first")
        assert {conflict.column for conflict in merge.conflicts} == {"城市", "编号"}
        extras = merge.sheets["daily_data"].extras
        assert extras is not None
        assert extras.to_numpy().tolist() == [["上海", 7]]


class TestEarlierMerges:
    """A result that is merged again."""

    def test_an_edit_in_the_result_is_a_conflict(self) -> None:
        """What was changed in the merged workbook stands beside what the department says."""
        source = daily("a.xlsx", day(cost=5.0))
        result = output(merged([source]))
        frame = result.reading.sheets["daily_data"].frame
        frame["cost"] = pd.array([8.0], dtype="Float64")
        result.reading.sheets["daily_data"].raw["cost"] = pd.Series([8.0], dtype=object)
        merge = merged([source, result])
        (conflict,) = merge.conflicts
        assert [(v.text, v.file) for v in conflict.versions] == [("5", "a.xlsx"), ("8", "out.xlsx")]
        assert rows_of(merge, "daily_data", "cost") == [(5.0,), (8.0,)]

    def test_a_row_added_to_the_result_is_a_row_of_that_file(self) -> None:
        """Rows without an origin come from the file they stand in."""
        first = merged([daily("a.xlsx", day("x")), daily("b.xlsx", day("y"))])
        held = first.sheets["daily_data"]
        assert held.origins is not None
        origins = held.origins.copy()
        origins.loc[1, ["file", "sheet", "row"]] = pd.NA
        sheets = {"daily_data": replace(held, origins=origins)}
        result = output(replace(first, sheets=sheets))
        found = rows_of(merged([result]), "daily_data", "file", "row")
        assert found == [("a.xlsx", 7), ("out.xlsx", 2)]

    def test_a_department_told_by_its_label_is_known(self) -> None:
        """The trace of a merged workbook may name a department in any language."""
        first = merged([daily("a.xlsx", day(), form={"department": "sales"})])
        held = first.sheets["daily_data"]
        assert held.origins is not None
        told = {"daily_data": replace(held, origins=held.origins.assign(department="銷售部"))}
        merge = merged([output(replace(first, sheets=told))])
        assert rows_of(merge, "daily_data", "department") == [("sales",)]

    def test_a_row_name_stays(self) -> None:
        """The name that a split gave a row goes with it."""
        source = daily("a.xlsx", day())
        held = source.reading.sheets["daily_data"]
        named = replace(held, origins=pd.DataFrame({"row_id": ["r1"]}, dtype="str"))
        reading = replace(source.reading, sheets={"daily_data": named})
        merge = merged([replace(source, reading=reading), daily("b.xlsx", day("x"))])
        assert rows_of(merge, "daily_data", "row_id") == [("r1",), (None,)]


class TestAccount:
    """What the merge says of itself, and what it refuses."""

    def test_problems_name_the_file_as_it_is_shown(self) -> None:
        """The problems of all files go with the merge."""
        place = Place(file="a.xlsx", sheet="每日数据", row=7, column=2)
        problem = Problem(code="bad_number", place=place)
        source = daily("甲/a.xlsx", day(), problems=[problem])
        (found,) = merged([source]).problems
        assert str(found.place) == "甲/a.xlsx › 每日数据 › B7"

    def test_sheets_left_behind_are_listed(self) -> None:
        """Sheets of staff's own stay behind, by file."""
        source = daily("a.xlsx", day())
        source = replace(source, reading=replace(source.reading, extra_sheets=("草稿",)))
        assert merged([source, daily("b.xlsx")]).extra_sheets == {"a.xlsx": ("草稿",)}

    def test_an_amount_that_was_not_read_is_found(self) -> None:
        """A reading that says it used more than its records hold breaks the check."""
        source = daily("a.xlsx", day(cost=5.0))
        used = replace(source.reading.totals[0], column="cost", read=7.0, used=7.0)
        reading: Reading = replace(source.reading, totals=(used,))
        with pytest.raises(MergeDoesNotReconcile) as caught:
            merged([replace(source, reading=reading)])
        assert "a.xlsx › 每日数据 › 成本" in caught.value.describe("zh-Hans")

    def test_a_row_without_an_origin_is_found(self) -> None:
        """No record may lack the place it comes from."""
        merge = merged([daily("a.xlsx", day())])
        held = merge.sheets["daily_data"]
        with pytest.raises(MergeDoesNotReconcile):
            check_merged(replace(merge, sheets={"daily_data": replace(held, origins=None)}))

    def test_merging_nothing_is_refused(self) -> None:
        """At least one workbook must take part."""
        with pytest.raises(UsageError):
            merged([])

    def test_other_templates_are_refused(self) -> None:
        """Workbooks of two templates are no merge."""
        other = library_template("execution_plan")
        alien = workbook("b.xlsx", {}, template=other)
        with pytest.raises(UsageError) as caught:
            merge_sources([daily("a.xlsx"), alien], Way(template=TEMPLATE, language="en"))
        assert "b.xlsx" in str(caught.value)

    def test_two_files_of_one_name_are_refused(self) -> None:
        """Rows could not be traced to them; the same file twice counts once."""
        row = day(cost=5.0)
        same = [daily("a.xlsx", row), daily("a.xlsx", row)]
        assert len(merged(same).sources) == 1
        with pytest.raises(UsageError):
            merged([same[0], daily("a.xlsx", row, sha256="2" * 64)])

    def test_the_records_stand_in_no_workbook_yet(self) -> None:
        """Rows count from 1 until the merge is written."""
        held = merged([daily("a.xlsx", day("x"), day("y"))]).sheets["daily_data"]
        assert held.rows.tolist() == [1, 2]
        assert held.origin == Origin(file=None, sheet="每日数据", header_row=0, columns={})


class TestOwnFigures:
    """Tables whose rows are each department's own, as the template says."""

    def test_departments_own_figures_need_no_flag(self) -> None:
        """Of a day that two departments report both rows stand, also when merged again."""
        rows = [day(cost=5.0)]
        pair = [daily(f"{n}.xlsx", *rows, form={"department": n}) for n in ("sales", "design")]
        merge = merged(pair)
        assert len(merge.sheets["daily_data"].frame) == 2
        assert not merge.conflicts
        again = merged([*pair, output(merge)])
        assert len(again.sheets["daily_data"].frame) == 2
        assert len(merged([output(merge)]).sheets["daily_data"].frame) == 2
        # A file whose department nobody knows may be another's copy.
        unknown = merged([daily("a.xlsx", *rows), daily("b.xlsx", *rows)])
        assert len(unknown.sheets["daily_data"].frame) == 1

    def test_merged_budgets_have_one_reserve(self) -> None:
        """What departments set aside is added up in one row, to the cent, and listed."""
        plan = library_template("campaign_process")
        sources = [
            workbook(
                f"{name}.xlsx",
                {
                    "activity_plan_budget": [
                        {"subject": "staff", "amount": amount},
                        {"subject": "reserve", "amount": amount / 9},
                    ]
                },
                form={"department": name},
                template=plan,
            )
            for name, amount in (("sales", 900.0), ("design", 1800.0))
        ]
        merge = merge_sources(sources, Way(template=plan, language="zh-Hans"))
        check_merged(merge)
        frame = merge.sheets["activity_plan_budget"].frame
        assert frame["subject"].tolist().count("reserve") == 1
        assert frame.loc[frame["subject"] == "reserve", "amount"].tolist() == [300.0]
        assert frame["amount"].sum() == 3000
