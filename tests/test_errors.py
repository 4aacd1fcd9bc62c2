"""One door for days as arguments, whatever a caller has at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import marketing_sheets as ms
from marketing_sheets.errors import as_day, as_moment

DAY = date(2024, 6, 28)


@pytest.mark.parametrize(
    "said",
    [
        *(DAY, datetime(2024, 6, 28), datetime(2024, 6, 28, 12), pd.Timestamp("2024-06-28 08:00")),
        *(np.datetime64("2024-06-28"), np.datetime64("2024-06-28T08:00:00.000000000")),
        *("2024-06-28", " 2024-06-28 ", "2024-06-28T09:00:00"),
    ],
)
def test_a_day_is_a_day(said: object) -> None:
    """A moment is its day, and ISO text is read."""
    assert as_day(said) == DAY


@pytest.mark.parametrize(
    "said", ["next week", "28.6.2024", 45471, 20240628.0, pd.NaT, b"2024-06-28"]
)
def test_anything_else_is_a_usage_error(said: object) -> None:
    """No number is taken for a day, and no text guessed at."""
    for door in (as_day, as_moment):
        with pytest.raises(ms.UsageError):
            door(said)


def test_every_public_function_has_that_door(tmp_path: Path) -> None:
    """Each says at once that an argument is no day; none writes anything."""
    path, other = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    ms.generate_workbook("campaign_tracker", path)
    reading = ms.read_workbook(path)
    soon: Any = "soon"
    nothing: Any = None
    calls: list[Callable[[], object]] = [
        lambda: ms.read_workbook(path, as_of=soon),
        lambda: ms.check_workbook(path, as_of=soon),
        lambda: ms.check_workbook(path, today=soon),
        lambda: ms.recalculate(path, output=other, as_of=soon),
        lambda: ms.recompute(reading, as_of=soon),
        lambda: ms.summarize(reading, as_of=soon),
        lambda: ms.summarize(reading, as_of=nothing),
        lambda: ms.merge([path], other, as_of=soon),
        lambda: ms.split(path, tmp_path / "parts", by="department", as_of=soon),
        lambda: ms.generate_workbook("campaign_tracker", other, created=soon),
    ]
    for call in calls:
        with pytest.raises(ms.UsageError, match=r"soon|as_of="):
            call()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.xlsx"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ms.WorkbookExists("file_exists", file="a.xlsx"), "Add overwrite=True to replace it."),
        (ms.UsageError("as_of_missing", file="a--force.xlsx"), "a--force.xlsx does not"),
        (ms.UsageError("as_of_missing", file="a.xlsx"), "or give as_of=."),
        (
            ms.UnknownWorkbook("unknown_workbook_template", file="a.xlsx", template="own"),
            "such as --template own.toml.",
        ),
        (ms.UsageError("no_departments", template="own"), "so departments= cannot be used."),
    ],
)
def test_programs_are_told_of_arguments(error: ms.SheetsError, said: str) -> None:
    """What an exception says names the arguments of functions, and `describe` the options."""
    assert said in str(error)
    assert "=" not in error.describe("en")
