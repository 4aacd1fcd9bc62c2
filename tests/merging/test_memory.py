"""Owners that people typed into the lists of alerts, and the days since when these stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from support.merges import TEMPLATE, merged as merged_plainly, workbook
from support.split_parts import headquarters, merged, parts, task

from marketing_sheets.merging.engine import merge_sources
from marketing_sheets.merging.model import Source
from marketing_sheets.merging.way import Way
from marketing_sheets.records import Reading, RememberedAlert

JUNE = date(2024, 6, 1)


def alert(key: str, owner: str = "", day: int = 5) -> RememberedAlert:
    """Return an alert as a Summary lists it."""
    return RememberedAlert(
        key=key, severity="high", first_seen=JUNE.replace(day=day), what=key, own_owner=owner
    )


def knowing(source: Source, *alerts: RememberedAlert) -> Source:
    """Return a workbook whose Summary lists these alerts."""
    return replace(source, reading=replace(source.reading, remembered=alerts))


def owners(alerts: Sequence[RememberedAlert]) -> dict[str, tuple[str, int]]:
    """Return who was named for each alert, and the day of June it was first seen."""
    return {one.key: (one.own_owner, one.first_seen.day) for one in alerts}


def test_owners_and_days_go_on_through_a_merge() -> None:
    """What any file and the output that is replaced know is known: the first day, the owner."""
    one = knowing(workbook("a.xlsx", {}), alert("x", "李雷", 7), alert("y", day=3))
    other = knowing(workbook("b.xlsx", {}), alert("x", "", 4))
    earlier = knowing(workbook("out.xlsx", {}), alert("y", "韩梅", 9))
    way = Way(template=TEMPLATE, language="zh-Hans")
    merge = merge_sources([one, other], way, earlier=earlier)
    assert owners(merge.remembered) == {"x": ("李雷", 4), "y": ("韩梅", 3)}
    assert not merge.conflicts


def test_owners_that_two_typed_differently_are_a_conflict() -> None:
    """Both are listed with the file and the Summary they stand in; one of them counts."""
    pair = [knowing(workbook(f"{n}.xlsx", {}), alert("x", n)) for n in ("a", "b")]
    merge = merged_plainly(pair)
    [conflict] = merge.conflicts
    assert (conflict.sheet, conflict.key, conflict.kept) == ("alerts", ("x",), (0,))
    assert [version.text for version in conflict.versions] == ["a", "b"]


def test_what_one_side_of_a_split_typed_is_taken() -> None:
    """The owner that was handed out is no rival of the one a part named since."""
    whole = headquarters([task("a", "marketing"), task("b", "sales")])
    whole = replace(whole, remembered=(alert("x", "李雷"),))
    back = parts(whole)

    def named(part: Reading, owner: str) -> Reading:
        return replace(part, remembered=(alert("x", owner),))

    merge = merged([whole, named(back["marketing"], "韩梅"), named(back["sales"], "李雷")])
    assert owners(merge.remembered)["x"][0] == "韩梅"
    assert not merge.conflicts
    alone = merged([named(back["marketing"], "李雷"), replace(back["sales"], remembered=())])
    assert owners(alone.remembered)["x"][0] == "李雷"
