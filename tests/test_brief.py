"""Results show themselves in one short line."""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass, replace
from pathlib import Path

from hypothesis import given, strategies as st

import marketing_sheets
from marketing_sheets import (
    Diff,
    Generation,
    MergeResult,
    Place,
    Problem,
    Reading,
    Recalculation,
    Split,
    WrittenReport,
)
from marketing_sheets.brief import Brief, counted
from marketing_sheets.loading import library_template


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner(Brief):
    """Says nothing of its own."""

    text: str = ""
    more: tuple[object, ...] = ()
    table: dict[str, object] = field(default_factory=dict)


class TestBrief:
    """The mixin, for what says something of itself and what does not."""

    @given(st.text(), st.text(), st.text(), st.integers(0, 1 << 40), st.integers(0, 5000))
    def test_a_line_is_one_and_short_whatever_stands_in_it(
        self, file: str, tab: str, raw: str, row: int, times: int
    ) -> None:
        """Neither length nor line breaks nor marks that turn the order round break the line."""
        place = Place(file=file * times, sheet=tab * times, row=row, column=3)
        problem = Problem(code="not_a_number", place=place, raw=raw * times)
        inner = Inner(text=raw * times, more=(problem,) * times, table={raw: problem, tab: place})
        for one in (place, problem, inner, Inner(more=(inner,) * 3)):
            assert len(repr(one)) <= 200
            assert repr(one).isprintable()

    def test_facts_outlast_a_long_name(self) -> None:
        """Of a long name the middle goes, so that how it ends and what is told stay."""
        made = Generation(path=Path(f"{'长' * 300}.xlsx"), problems=(), language="en")
        assert repr(made).startswith("<Generation 长长")
        assert repr(made).endswith("长.xlsx: 0 problems>")

    def test_it_stays_when_a_dataclass_comes_of_it(self) -> None:
        """What says nothing of itself tells its fields, without those that hold nothing."""
        assert repr(Inner()) == "<Inner>"
        assert repr(Inner(text="a", more=(1, 2, 3))) == "<Inner text='a', more=(1, 2, ...)>"

    def test_things_are_counted_in_words(self) -> None:
        """One thing is named in the singular, and thousands are set apart."""
        assert (
            counted(alert=1, open_conflict=(), row=1200) == "1 alert, 0 open conflicts, 1,200 rows"
        )


def test_all_that_the_face_shows_is_brief() -> None:
    """No result that a program can be given spells out all it holds."""
    shown = (getattr(marketing_sheets, name) for name in dir(marketing_sheets))
    results = [one for one in shown if isinstance(one, type) and is_dataclass(one)]
    assert len(results) > 10
    assert [one.__name__ for one in results if not issubclass(one, Brief)] == []


def test_a_problem_says_what_one_looks_for_it_by() -> None:
    """Severity, code, place and what was found stand in the line."""
    place = Place(file="618.xlsx", sheet="每日数据", row=7, column=4)
    problem = Problem(code="not_a_number", place=place, raw="约5万")
    assert repr(problem) == "<Problem error not_a_number: 618.xlsx › 每日数据 › D7, '约5万'>"


def test_templates_that_look_alike_are_told_apart_by_what_they_say() -> None:
    """A short line is no identity: what is kept of readings goes by the digest of all."""
    template = library_template("campaign_tracker")
    first, *others = template.rules
    other = replace(template, rules=(replace(first, advice=first.label), *others))
    assert repr(other) == repr(template)
    assert other.sha256 != template.sha256
    assert replace(template).sha256 == template.sha256


def test_results_can_be_kept_in_sets() -> None:
    """What a verb returns is itself and nothing else, so that caches and sets may hold it."""
    verbs = (Recalculation, WrittenReport, MergeResult, Diff, Split, Reading)
    assert [verb.__name__ for verb in verbs if verb.__hash__ is not object.__hash__] == []
