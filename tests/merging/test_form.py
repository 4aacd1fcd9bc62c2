"""The form, the lists and the settings of several files; whose each file is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from support.merges import TEMPLATE, merged, output, rows_of, workbook

from marketing_sheets.merging import Conflict, Merge
from marketing_sheets.merging.model import Source, column_label
from marketing_sheets.template import Threshold

DAY = pd.Timestamp("2024-06-01")


def form_of(*forms: dict[str, Any]) -> Merge:
    """Merge files with these forms; each is a department's of its own unless it says so."""
    return merged(
        [
            workbook(f"{at}.xlsx", {}, form={"department": f"部门{at}", **form})
            for at, form in enumerate(forms)
        ]
    )


def with_lists(
    file: str, *thresholds: Threshold, holidays: tuple[date, ...] = (), **more: Any
) -> Source:
    """Return a workbook with this on its lists sheet."""
    source = workbook(file, {}, **more)
    reading = replace(source.reading, thresholds=thresholds, holidays=holidays)
    return replace(source, reading=reading)


def conflict(merge: Merge, column: str) -> Conflict:
    """Return what is listed about a field or a setting."""
    found = (*merge.conflicts, *merge.differences)
    return next(one for one in found if one.column == column)


class TestForm:
    """Fields of the guide."""

    def test_what_all_say_stands(self) -> None:
        """Blank fields are no other opinion."""
        merge = form_of({"campaign_name": "618"}, {"campaign_name": None}, {"campaign_name": "618"})
        assert merge.form["campaign_name"] == "618"
        assert not merge.conflicts
        assert {found.column for found in merge.differences} == {"department"}

    def test_days_reach_from_the_first_to_the_last(self) -> None:
        """The merged campaign spans all of them, as of the latest day."""
        merge = form_of(
            {
                "start_date": date(2024, 5, 1),
                "end_date": date(2024, 6, 1),
                "as_of": date(2024, 6, 2),
            },
            {
                "start_date": date(2024, 4, 1),
                "end_date": date(2024, 7, 1),
                "as_of": date(2024, 6, 1),
            },
        )
        days = [merge.form[name] for name in ("start_date", "end_date", "as_of")]
        assert days == [date(2024, 4, 1), date(2024, 7, 1), date(2024, 6, 2)]
        assert conflict(merge, "start_date").kept == (1,)

    def test_budgets_add_up_over_departments(self) -> None:
        """Different budgets are parts of the whole; that they were added up is listed."""
        merge = form_of({"budget": 100.1}, {"budget": 200.2}, {"budget": 100.1})
        assert merge.form["budget"] == pytest.approx(400.4)
        assert conflict(merge, "budget").kept == ()
        assert [v.text for v in conflict(merge, "budget").versions] == ["100.1", "200.2", "100.1"]

    def test_a_budget_that_all_share_counts_once(self) -> None:
        """The same figure in every file is the budget of the campaign."""
        assert form_of({"budget": 100.0}, {"budget": 100.0}).form["budget"] == 100.0

    def test_targets_of_people_stay_whole_numbers(self) -> None:
        """New users of departments add up; an integer stays one."""
        merge = form_of({"target_new_users": 10}, {"target_new_users": 20})
        assert merge.form["target_new_users"] == 30
        assert isinstance(merge.form["target_new_users"], int)

    def test_files_of_one_department_and_campaign_must_agree(self) -> None:
        """Two budgets of one department's campaign cannot both be meant: the field stays blank."""
        merge = form_of(
            {"department": "sales", "budget": 100.0}, {"department": "sales", "budget": 120.0}
        )
        assert merge.form["budget"] is None
        assert conflict(merge, "budget").kept == ()

    def test_one_department_may_have_two_campaigns(self) -> None:
        """Budgets of two campaigns add up."""
        merge = form_of(
            {"department": "sales", "budget": 100.0, "campaign_name": "618"},
            {"department": "sales", "budget": 120.0, "campaign_name": "双11"},
        )
        assert merge.form["budget"] == 220.0
        assert merge.form["campaign_name"] == "618、双11"

    def test_names_are_joined_as_long_as_they_are_short(self) -> None:
        """Different names stand side by side, each once; very many leave the field blank."""
        merge = form_of(*({"campaign_name": n, "owner": "王明"} for n in ("618", "双11", "618")))
        assert (merge.form["campaign_name"], merge.form["owner"]) == ("618、双11", "王明")
        assert conflict(merge, "campaign_name").kept == ()
        again = [output(merge), workbook("9.xlsx", {}, form={"campaign_name": "年货节"})]
        assert merged(again).form["campaign_name"] == "年货节、618、双11"
        many = form_of(*({"campaign_name": f"第 {n} 次直播"} for n in range(10)))
        assert many.form["campaign_name"] is None

    def test_ratios_and_limits_are_never_added_up(self) -> None:
        """A limit per user or a return of sales is blank where files differ."""
        merge = form_of({"target_roas": 4.0, "limit_cac": 60.0}, {"target_roas": 3.0})
        assert merge.form["target_roas"] is None
        assert merge.form["limit_cac"] == 60.0

    def test_departments_are_named_in_the_language_of_the_merge(self) -> None:
        """A conflict shows choices under their labels, at their place in the file."""
        merge = form_of({"department": "sales"}, {"department": "marketing"})
        found = conflict(merge, "department")
        assert [(v.text, v.file) for v in found.versions] == [
            ("销售部", "0.xlsx"),
            ("市场部", "1.xlsx"),
        ]
        assert (found.sheet, found.column) == ("guide", "department")


class TestEarlierMerges:
    """Results of merges among the files."""

    def test_a_result_with_all_its_files_changes_no_sum(self) -> None:
        """300 of the result and 100 and 200 of its files are 300."""
        files = [workbook(f"{at}.xlsx", {}, form={"budget": 100.0 * at}) for at in (1, 2)]
        result = output(merged(files))
        assert merged([*files, result]).form["budget"] == 300.0

    def test_a_result_stands_for_its_files_that_are_missing(self) -> None:
        """With one of two files and another one, the result counts for both of the first."""
        files = [workbook(f"{at}.xlsx", {}, form={"budget": 100.0 * at}) for at in (1, 2, 3)]
        result = output(merged(files[:2]))
        assert merged([files[1], files[2], result]).form["budget"] == 600.0

    def test_results_that_overlap_are_not_added_up(self) -> None:
        """What two results share cannot be told apart: the field stays blank."""
        files = [workbook(f"{at}.xlsx", {}, form={"budget": 100.0 * at}) for at in (1, 2, 3)]
        results = [output(merged(files[:2]), "x.xlsx"), output(merged(files[1:]), "y.xlsx")]
        assert merged(results).form["budget"] is None

    def test_what_headquarters_wrote_stands(self) -> None:
        """A name given in the result settles what the departments disagree about."""
        files = [workbook(f"{n}.xlsx", {}, form={"campaign_name": n}) for n in ("618", "双11")]
        first = merged(files)
        assert first.form["campaign_name"] == "618、双11"
        result = output(replace(first, form={**first.form, "campaign_name": "全年"}))
        again = merged([*files, result])
        assert again.form["campaign_name"] == "全年"
        found = conflict(again, "campaign_name")
        assert [found.versions[at].file for at in found.kept] == ["out.xlsx"]


class TestLists:
    """Entries that staff added, and settings."""

    def test_entries_of_all_files_are_united(self) -> None:
        """Of spellings the first counts; attributes that differ are listed, the first counts."""
        one = workbook("a.xlsx", {}, choices={"channel": {"达人 A": {"cvr_base": "clicks"}}})
        two = {"达人ａ": {"cvr_base": "footfall"}, "地铁": {}}
        merge = merged([one, workbook("b.xlsx", {}, choices={"channel": two})])
        assert merge.choices["channel"] == {"达人 A": {"cvr_base": "clicks"}, "地铁": {}}
        found = conflict(merge, "cvr_base")
        assert (found.sheet, found.key, found.kept) == ("lists", ("达人 A",), (0,))

    def test_settings_that_differ_are_listed(self) -> None:
        """The first file's counts."""
        name = next(iter(workbook("a.xlsx", {}).reading.template.settings))
        files = [workbook(f"{at}.xlsx", {}, settings={name: at / 10}) for at in (8, 9)]
        merge = merged(files)
        assert merge.settings == {name: 0.8}
        assert [v.text for v in conflict(merge, name).versions] == ["0.8", "0.9"]


class TestThresholds:
    """Alert thresholds and days off on the lists sheets."""

    def test_thresholds_on_which_files_agree_stand(self) -> None:
        """A row that one file alone has is there too; the group is spelt as the lists spell it."""
        own: dict[str, Any] = {"channel": {"达人 A": {}}}
        one = with_lists("a.xlsx", Threshold(rule="ctr_low", limit=0.02), choices=own)
        other = with_lists(
            "b.xlsx",
            Threshold(rule="ctr_low", limit=0.02),
            Threshold(rule="ctr_low", group="达人ａ", limit=0.01),
        )
        merge = merged([one, other])
        assert [(t.group, t.limit) for t in merge.thresholds] == [(None, 0.02), ("达人 A", 0.01)]
        assert not merge.conflicts

    def test_thresholds_that_differ_are_listed(self) -> None:
        """The first file's row counts; a blank cell says what the template says."""
        rule = next(rule for rule in TEMPLATE.rules if rule.id == "ctr_low")
        files = [
            with_lists("a.xlsx", Threshold(rule="ctr_low", limit=None, is_on=False)),
            with_lists("b.xlsx", Threshold(rule="ctr_low", limit=rule.limit)),
            with_lists("c.xlsx", Threshold(rule="ctr_low", limit=0.5, is_on=False)),
        ]
        merge = merged(files)
        assert [(t.limit, t.is_on) for t in merge.thresholds] == [(None, False)]
        found = conflict(merge, "rule.limit")
        assert [v.text for v in found.versions] == ["1.5%", "1.5%", "50%"]
        assert (found.sheet, found.kept) == ("lists", (0, 1))
        assert [v.text for v in conflict(merge, "rule.on").versions] == ["否", "是", "否"]
        assert column_label(merge, "lists", "rule.limit") == "门槛"

    def test_days_off_are_united(self) -> None:
        """Each day off of any file is one of the merge."""
        days = [date(2024, 6, 8), date(2024, 6, 9), date(2024, 6, 10)]
        files = [
            with_lists("a.xlsx", holidays=(days[2], days[0])),
            with_lists("b.xlsx", holidays=(days[0], days[1])),
        ]
        assert merged(files).holidays == tuple(days)


class TestDepartments:
    """Who tells whose a file is."""

    def test_the_guide_comes_first(self) -> None:
        """What the form says counts, whatever the file is called."""
        source = workbook("市场部.xlsx", {}, form={"department": "sales"})
        assert (source.department, source.department_from) == ("sales", "guide")

    def test_else_the_rows_tell(self) -> None:
        """Rows name their own department; where they do not, the file's name does."""
        rows = [
            {"stage": "peak", "task": "直播", "department": "operations"},
            {"stage": "peak", "task": "短信"},
        ]
        source = workbook("市场部.xlsx", {"master_tracker": rows, "daily_data": [{"date": DAY}]})
        assert (source.department, source.department_from) == ("", "rows")
        merge = merged([source])
        assert rows_of(merge, "master_tracker", "department") == [("operations",), (None,)]
        origins = merge.sheets["master_tracker"].origins
        assert origins is not None
        assert origins["department"].tolist() == ["operations", "marketing"]
        assert rows_of(merge, "daily_data", "department") == [("marketing",)]

    @pytest.mark.parametrize(
        ("file", "department"),
        [
            ("2024/618_市场部_终稿.xlsx", "marketing"),
            ("銷售部 6月.xlsx", "sales"),
            ("Sales report.xlsx", "sales"),
            ("市场部和销售部.xlsx", "市场部和销售部"),
            ("华东区.xlsx", "华东区"),
        ],
    )
    def test_else_the_name_of_the_file(self, file: str, department: str) -> None:
        """A department's label in any language within the name, else the name itself."""
        source = workbook(file, {})
        assert (source.department, source.department_from) == (department, "file_name")

    def test_departments_that_staff_added_are_known(self) -> None:
        """The longer of two names that hold each other is meant."""
        source: Source = workbook("市场部一组.xlsx", {}, choices={"department": {"市场部一组": {}}})
        assert source.department == "市场部一组"
