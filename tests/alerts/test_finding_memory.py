"""Which alerts are new, which go on, which are gone; and how the workbook remembers them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.readings import campaign_issues, campaign_tasks, issue, reading
from support.writer_books import only

from marketing_sheets import (
    Reading,
    Recalculation,
    read_workbook,
    recalculate as recalculate_workbook,
)
from marketing_sheets.alerts import Alert, Phrase, TrackedAlert, alerts, track
from marketing_sheets.problems import Place, Problem
from marketing_sheets.records import MEMORY_STAMP, RememberedAlert
from marketing_sheets.summary import summarize
from marketing_sheets.texts import LANGUAGES, Language
from marketing_sheets.writer import write_workbook

DAY, NEXT, THIRD = date(2024, 6, 28), date(2024, 6, 29), date(2024, 7, 1)


def alert(key: str, severity: Any = "medium", **more: Any) -> Alert:
    """Return an alert with that key."""
    about: dict[str, Any] = {
        "kind": "task_late",
        "what": Phrase(code="what.plain", params={"name": key}),
        "gap": Phrase(code="gap.flagged"),
        "department": "市场部",
        "owner": "推广专员",
        "place": Place(file="a.xlsx", sheet="推进总表", row=7, column=2),
        "size": 1.0,
        "key": key,
        "severity": severity,
    }
    return Alert(**(about | more))


def remembered(tracked: Sequence[TrackedAlert]) -> tuple[RememberedAlert, ...]:
    """Return what a workbook remembers of a list."""
    return tuple(
        RememberedAlert(
            key=one.key,
            severity=one.severity,
            first_seen=one.first_seen,
            resolved_on=one.resolved_on,
            what=one.what if isinstance(one.what, str) else str(one.what.params["name"]),
            owner=one.owner,
            own_owner=one.own_owner,
        )
        for one in tracked
    )


def said(tracked: Sequence[TrackedAlert]) -> list[tuple[str, str, date]]:
    """Return key, standing and first day of each."""
    return [(one.key, one.standing, one.first_seen) for one in tracked]


def test_an_alert_is_new_on_its_first_day_and_goes_on_after() -> None:
    """New for every run on the day it is first seen, continuing from the next day on."""
    first = track([alert("a")], (), as_of=DAY)
    again = track([alert("a")], remembered(first), as_of=DAY)
    assert said(first) == said(again) == [("a", "new", DAY)]
    later = track([alert("a"), alert("b")], remembered(again), as_of=NEXT)
    assert said(later) == [("a", "continuing", DAY), ("b", "new", NEXT)]


def test_what_is_gone_is_shown_as_resolved_on_one_day_only() -> None:
    """Resolved on the day it is missed, for every run on that day, and forgotten after."""
    first = remembered(track([alert("a"), alert("b")], (), as_of=DAY))
    gone = track([alert("b")], first, as_of=NEXT)
    assert said(gone) == [("b", "continuing", DAY), ("a", "resolved", DAY)]
    assert (gone[1].resolved_on, gone[1].what, gone[1].alert) == (NEXT, "a", None)
    assert said(track([alert("b")], remembered(gone), as_of=NEXT)) == said(gone)
    assert said(track([alert("b")], remembered(gone), as_of=THIRD)) == [("b", "continuing", DAY)]


def test_what_comes_back_on_another_day_is_new_again() -> None:
    """Back on the day it went, it had never gone; back later, it is a new thing."""
    first = remembered(track([alert("a")], (), as_of=DAY))
    gone = remembered(track([], first, as_of=NEXT))
    assert said(track([alert("a")], gone, as_of=NEXT)) == [("a", "continuing", DAY)]
    assert said(track([alert("a")], gone, as_of=THIRD)) == [("a", "new", THIRD)]


def test_an_earlier_day_takes_the_alert_back() -> None:
    """Computed for a day before it was first seen, it was there on that day already."""
    first = remembered(track([alert("a")], (), as_of=NEXT))
    assert said(track([alert("a")], first, as_of=DAY)) == [("a", "new", DAY)]


def test_the_list_goes_by_severity() -> None:
    """High before medium before low, each in the order found, resolved ones at the end."""
    gone = remembered(track([alert("gone", "high")], (), as_of=DAY))
    found = [alert("m1"), alert("l", "low"), alert("h", "high"), alert("m2")]
    assert [one.key for one in track(found, gone, as_of=NEXT)] == ["h", "m1", "m2", "l", "gone"]


def test_alerts_of_one_key_are_told_apart() -> None:
    """Two rows that say the same are two alerts, today and tomorrow."""
    first = track([alert("a"), alert("a")], (), as_of=DAY)
    assert [one.key for one in first] == ["a", "a#2"]
    later = track([alert("a"), alert("a"), alert("a")], remembered(first), as_of=NEXT)
    assert [one.standing for one in later] == ["continuing", "continuing", "new"]


def test_the_owner_named_in_the_list_goes_first() -> None:
    """Whom staff named is kept while the sheet's own owner changes."""
    (known,) = remembered(track([alert("a")], (), as_of=DAY))
    named = RememberedAlert(
        key=known.key, severity="medium", first_seen=DAY, owner="推广专员", own_owner="李雷"
    )
    (one,) = track([alert("a", owner="韩梅梅")], [named], as_of=NEXT)
    assert (one.who, one.owner, one.own_owner) == ("李雷", "韩梅梅", "李雷")


Books = Callable[[Language], Path]
# Tasks and issues alone: they raise alerts of many kinds.
SMALL = only("master_tracker", "issue_log")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Give a workbook of tasks and issues in a language, with a Summary as of the 28th."""
    folder = tmp_path_factory.mktemp("memory")

    @cache
    def book(language: Language) -> Path:
        rows = {"master_tracker": campaign_tasks(), "issue_log": campaign_issues()}
        records = reading(rows, template=SMALL).sheets
        path = folder / f"{language}.xlsx"
        write_workbook(SMALL, path, language=language, records=records, rows=2)
        recalculate(path, as_of=DAY)
        return path

    return book


def read(path: Path) -> Reading:
    """Read a workbook of tasks and issues."""
    return read_workbook(path, template=SMALL)


def recalculate(path: Path, *, as_of: date, **more: Any) -> Recalculation:
    """Recalculate a workbook of tasks and issues."""
    return recalculate_workbook(path, template=SMALL, as_of=as_of, **more)


def list_of(path: Path) -> tuple[Any, Any, int]:
    """Open a workbook; return it, its Summary, and the row of ids above the list of alerts."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    row: int = next(
        n for n in range(1, sheet.max_row + 1) if sheet.cell(n, 1).value == MEMORY_STAMP
    )
    return book, sheet, row


def column_of(sheet: Any, row: int, name: str) -> int:
    """Return the column with an id of the memory."""
    column: int = next(cell.column for cell in sheet[row] if cell.value == name)
    return column


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_run_repeats_nothing(books: Books, language: Language) -> None:
    """The same day again gives the same file; the next day everything goes on."""
    path = books(language)
    before = path.read_bytes()
    done = recalculate(path, as_of=DAY)
    assert path.read_bytes() == before
    assert {one.standing for one in done.summary.alerts} == {"new"}
    later = recalculate(path, as_of=NEXT, output=path.with_name(f"later_{language}.xlsx"))
    assert {(one.standing, one.first_seen) for one in later.summary.alerts} == {("continuing", DAY)}
    assert path.read_bytes() == before


def test_the_list_is_read_in_any_language(books: Books, tmp_path: Path) -> None:
    """A Summary written in English is remembered by one in Traditional Chinese."""
    path, other = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    recalculate(books("zh-Hans"), as_of=DAY, output=path, language="en")
    done = recalculate(path, as_of=NEXT, output=other, language="zh-Hant")
    assert {one.standing for one in done.summary.alerts} == {"continuing"}
    assert len(read(other).remembered) == len(done.summary.alerts) > 3


def test_an_owner_typed_into_the_list_stays(books: Books, tmp_path: Path) -> None:
    """Whom staff name in the list stands there ever after, and on the first screen."""
    path = tmp_path / "a.xlsx"
    book, sheet, row = list_of(books("zh-Hans"))
    column = column_of(sheet, row, "alert.owner")
    sheet.cell(row + 2, column).value = "李雷"
    book.save(path)
    for day in (NEXT, THIRD):
        summary = recalculate(path, as_of=day).summary
        assert summary.alerts[0].who == "李雷"
        assert summary.alerts[0].owner != "李雷"
        assert "李雷" in {one.owner for one in summary.actions}
        book, sheet, row = list_of(path)
        assert sheet.cell(row + 2, column).value == "李雷"
    sheet.cell(row + 2, column).value = None
    book.save(path)
    cleared = recalculate(path, as_of=THIRD).summary.alerts[0]
    assert cleared.who == cleared.owner


def test_without_its_hidden_columns_memory_starts_anew(books: Books, tmp_path: Path) -> None:
    """A list whose hidden cells were deleted is no error; every alert is new."""
    path = tmp_path / "a.xlsx"
    book, sheet, row = list_of(books("zh-Hans"))
    column = column_of(sheet, row, "alert.key")
    for line in range(1, sheet.max_row + 1):
        sheet.cell(line, column).value = None
    book.save(path)
    assert read(path).remembered == ()
    summary = recalculate(path, as_of=NEXT).summary
    assert {one.standing for one in summary.alerts} == {"new"}


def test_the_memory_of_a_damaged_row_is_dropped(books: Books, tmp_path: Path) -> None:
    """A row whose hidden day is no day is forgotten, the others are not."""
    path = tmp_path / "a.xlsx"
    book, sheet, row = list_of(books("zh-Hans"))
    sheet.cell(row + 2, column_of(sheet, row, "alert.first_seen")).value = "some day"
    book.save(path)
    known = len(read(books("zh-Hans")).remembered)
    assert len(read(path).remembered) == known - 1


def test_memory_is_read_from_the_input(books: Books, tmp_path: Path) -> None:
    """Written elsewhere, the Summary goes on from the input's, whatever stood in the output."""
    first, out = tmp_path / "first.xlsx", tmp_path / "out.xlsx"
    shutil.copy(books("zh-Hans"), first)
    recalculate(first, as_of=NEXT, output=out)
    again = recalculate(first, as_of=THIRD, output=out).summary
    assert {(one.standing, one.first_seen) for one in again.alerts} == {("continuing", DAY)}


def test_more_alerts_than_are_shown_are_remembered(tmp_path: Path) -> None:
    """Sixty overdue issues: forty stand in the list, the others in its hidden rows."""
    path = tmp_path / "a.xlsx"
    rows = [issue(f"问题{n}", "high", due_date="2024-06-20") for n in range(60)]
    records = reading({"issue_log": rows}, template=SMALL).sheets
    write_workbook(SMALL, path, records=records, rows=2)
    first = recalculate(path, as_of=DAY).summary.alerts
    book, sheet, row = list_of(path)
    hidden = [n for n in range(row + 2, row + 62) if sheet.row_dimensions[n].hidden]
    assert (len(first), len(hidden)) == (60, 20)
    column = column_of(sheet, row, "alert.owner")
    sheet.cell(hidden[-1], column).value = "李雷"
    book.save(path)
    later = recalculate(path, as_of=NEXT).summary.alerts
    assert {one.standing for one in later} == {"continuing"}
    assert [one.who for one in later].count("李雷") == 1


def test_what_nothing_tells_of_goes_on() -> None:
    """An alert whose table is emptied, or whose cell cannot be read, is not resolved by that."""
    task = {"task": "t", "budget": 10.0, "spend": 50.0}
    book = reading({"master_tracker": [task]})
    (found,) = (one for one in alerts(book, as_of=DAY) if one.rule == "over_budget")
    told = RememberedAlert(key=found.key, severity=found.severity, first_seen=DAY)

    def standing(rows: list[dict[str, object]], *problems: Problem) -> str:
        later = reading({"master_tracker": rows}, problems=problems)
        later = replace(later, remembered=(told,))
        (one,) = (one for one in summarize(later, as_of=DAY).alerts if one.key == told.key)
        return one.standing

    assert standing([]) == "continuing"
    place = book.sheets["master_tracker"].place(0, "spend")
    assert standing([{**task, "spend": None}], Problem(code="not_a_number", place=place)) == (
        "continuing"
    )
    assert standing([{**task, "spend": 5.0}]) == "resolved"
    assert standing([{**task, "task": "other", "spend": 5.0}]) == "resolved"
