"""What is being done is shown to who waits for it, and to nobody else."""

from __future__ import annotations

import io
import time

import pytest

from marketing_sheets.cli import terminal


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_what_takes_its_time_is_shown_and_wiped_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage stands on the terminal with its file and the seconds so far, until it ends."""
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(terminal, "_PATIENCE", 0.01)
    with terminal.shown_stages("618.xlsx", "en") as show:
        show("reading", "3/7")
        end = time.monotonic() + 5
        while "618.xlsx" not in screen.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
    text = screen.getvalue()
    assert "618.xlsx  reading… 3/7 0 s" in text
    assert text.endswith("\r\033[K")


def test_what_is_soon_done_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing flickers where a command ends at once, and nothing is shown to a file."""
    screen, file = Terminal(), io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    with terminal.shown_stages("618.xlsx", "en") as show:
        show("reading")
    monkeypatch.setattr("sys.stderr", file)
    monkeypatch.setattr(terminal, "_PATIENCE", 0.0)
    with terminal.shown_stages("618.xlsx", "en") as show:
        show("reading")
    assert screen.getvalue() == file.getvalue() == ""
