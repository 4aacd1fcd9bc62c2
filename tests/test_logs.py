"""What a scheduler's log is told, and that nobody else hears it."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from marketing_sheets import check_workbook, recalculate
from marketing_sheets.logs import logged, logger_of

DAY = date(2024, 6, 28)
SECONDS = r" in \d+\.\d\d s$"


@logged("made")
def make(count: int) -> list[str]:
    """Make things."""
    if count < 0:
        raise ValueError(count)
    return ["thing"] * count


class TestLogged:
    """The one way in which verbs tell what they did."""

    def test_it_tells_the_result_in_short(self, caplog: pytest.LogCaptureFixture) -> None:
        """A long result is cut; the verb keeps its name and what it says of itself."""
        caplog.set_level(logging.INFO)
        assert make(2) == ["thing", "thing"]
        make(5000)
        first, second = (one.getMessage() for one in caplog.records)
        assert first.startswith("made ['thing', 'thing'] in 0.0")
        assert len(second) < 450
        assert (make.__name__, make.__doc__) == ("make", "Make things.")

    def test_what_fails_is_told_by_its_exception_alone(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Whoever catches it decides whether it goes into a log."""
        caplog.set_level(logging.DEBUG)
        with pytest.raises(ValueError, match="-1"):
            make(-1)
        assert caplog.records == []

    def test_each_room_has_a_logger_below_the_one_of_all(self) -> None:
        """So one line of settings speaks of all, or of one room."""
        one = logger_of("marketing_sheets.reader.workbook")
        assert one is logging.getLogger("marketing_sheets.reader")
        handlers = logging.getLogger("marketing_sheets").handlers
        assert [type(handler) for handler in handlers].count(logging.NullHandler) == 1


class TestVerbs:
    """A recalculation as a log has it."""

    def test_it_tells_what_was_read_computed_and_written(
        self, filled: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """In that order: file, rows, problems, seconds; one line a step."""
        caplog.set_level(logging.INFO, "marketing_sheets")
        recalculate(filled, as_of=DAY)
        told = [
            (one.name.partition(".")[2], one.getMessage().split(" in ")[0])
            for one in caplog.records
        ]
        counts, verdict = "campaign_tracker, 5 sheets, 158 rows", "at risk, 10 alerts"
        day = "618.xlsx as of 2024-06-28"
        assert told == [
            ("reader", f"read <Reading 618.xlsx: {counts}, 0 problems>"),
            ("workbooks", f"computed <Reading 618.xlsx: {counts}, 7 problems>"),
            ("summary", f"computed <Summary of {day}: {verdict}, 5 problems>"),
            ("workbooks", "wrote <Receipt 618.xlsx: 汇总, 核对, 5 parts changed, 24 kept>"),
            ("workbooks", f"recalculated <Recalculation {day}: {verdict}, 7 problems>"),
        ]
        assert all(re.search(SECONDS, one.getMessage()) for one in caplog.records)

    def test_decisions_are_for_those_who_look_for_a_fault(
        self, filled: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Which template, which tab holds which sheet, and why that day."""
        caplog.set_level(logging.DEBUG, "marketing_sheets")
        check_workbook(filled, as_of=DAY)
        told = [one.getMessage() for one in caplog.records if one.levelno == logging.DEBUG]
        assert "'618.xlsx' is read as the template campaign_tracker" in told
        assert "bound tab '每日数据' to sheet daily_data" in told
        assert "'618.xlsx' as of 2024-06-28, asked for" in told

    @pytest.mark.processes
    def test_a_program_that_asks_for_no_log_sees_none(self, filled: Path) -> None:
        """Neither standard output nor errors hold a word."""
        code = f"from marketing_sheets import read_workbook; read_workbook({str(filled)!r})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert (done.stdout, done.stderr) == (b"", b"")
