"""Colour stands where a terminal shows it, and nowhere else; what is said obeys -q and -v."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import run

from marketing_sheets.cli import colour
from marketing_sheets.texts import say

FORM = ("--set", "campaign_name=618", "--start", "2024-06-01", "--end", "2024-06-30")
ESCAPE = "\x1b["
WARNING = say("cli", "severity.warning", "zh-Hans")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with warnings alone: its form is not filled in."""
    path = tmp_path_factory.mktemp("plan") / "618.xlsx"
    run("generate", "execution_plan", "-o", path, "--language", "zh-Hans", *FORM)
    return path


def shown(*words: object, **environ: str) -> str:
    """Run the program on a terminal of its own and return what it shows there."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    plain = {name: text for name, text in os.environ.items() if "COLOR" not in name}
    done = subprocess.Popen(
        [sys.executable, "-m", "marketing_sheets", *map(str, words)],
        stdin=theirs, stdout=theirs, stderr=theirs,
        env={**plain, "TERM": "xterm", "PYTHONUTF8": "1", **environ},
    )  # fmt: skip
    os.close(theirs)
    read = b""
    try:
        while part := os.read(ours, 65536):
            read += part
    except OSError:  # how Linux tells that the other end is closed
        pass
    done.wait()
    os.close(ours)
    return read.decode()


@pytest.mark.processes
def test_a_terminal_has_colour(plan: Path) -> None:
    """Severities and states are coloured, each with what it says."""
    text = shown("recalculate", plan, "--as-of", "2024-06-28", "-o", plan.with_name("out.xlsx"))
    warning = re.escape(WARNING)
    assert re.search(rf"\x1b\[33m\x1b\[1m *{warning}\x1b\[0m 618.xlsx › ", text)
    assert re.search(r"618  (\x1b\[\d+m)+[●○▲!✓] [^\x1b]+\x1b\[0m", text)


@pytest.mark.processes
@pytest.mark.parametrize(
    "environ",
    [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CLICOLOR": "0"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}],
)
def test_a_terminal_may_want_none(plan: Path, environ: dict[str, str]) -> None:
    """NO_COLOR, CLICOLOR=0 and a terminal that can show none are obeyed."""
    text = shown("check", plan, **environ)
    assert WARNING in text
    assert ESCAPE not in text


def test_pipes_have_none_unless_asked(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe stays plain, and is coloured by FORCE_COLOR; JSON never is."""
    assert ESCAPE not in run("check", plan, code=1).output
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert ESCAPE in run("check", plan, code=1).stdout
    document = run("check", plan, "--json", code=1).stdout
    assert ESCAPE not in document
    json.loads(document)


def test_what_is_coloured() -> None:
    """A symbol and what it says, to the next two blanks; a symbol inside a sentence is none."""
    text = (
        "618  ▲ at risk  owner\n  [error] a.xlsx › A1: ✓ stands here\n  ROAS  ✓ 3 above\nWow ! so"
    )
    plain = re.sub(r"\x1b\[\d+m", "", colour.coloured(text))
    assert plain == text
    painted = re.findall(r"(?:\x1b\[\d+m)+([^\x1b]+)\x1b\[0m", colour.coloured(text))
    assert painted == ["▲ at risk", "  [error]", "✓ 3 above"]


def test_quiet(plan: Path, tmp_path: Path) -> None:
    """-q leaves what changes the exit code; of several files the tally, and what was refused."""
    *lines, last = run("check", plan, "-q", code=1).stdout.splitlines()
    assert all(line.startswith(f"{WARNING} 618.xlsx › ") for line in (*lines, last))
    assert run("check", plan, "-q", "--fail-on", "error").output == ""
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK broken")
    result = run("check", plan, bad, "-q", "--language", "en", code=3)
    assert result.stdout.splitlines() == [
        "2 files: 0 without doubts, 1 with doubts, 1 that could not be used."
    ]
    assert "bad.xlsx" in result.stderr
    made = run("generate", "execution_plan", "-q", "-o", tmp_path / "b.xlsx", *FORM)
    assert made.output == ""
    assert json.loads(run("check", plan, "-q", "--json", code=1).stdout)["tally"]["doubtful"] == 1


def test_verbose(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """-v tells on the error stream what the library logs, -vv all of it; else it is silent."""
    logger = logging.getLogger("marketing_sheets.terminal")

    def stages(*_: object) -> bool:
        logger.info("read \x1b[2J")
        logger.debug("bound")
        return False

    monkeypatch.setattr("marketing_sheets.cli.reading.doubts_code", stages, raising=False)
    monkeypatch.setattr("marketing_sheets.cli.boundary.doubts_code", stages)
    assert run("check", plan).stderr == ""
    once = run("check", plan, "-v").stderr
    assert "marketing_sheets.terminal  read \\x1b[2J" in once
    assert "bound" not in once
    assert "bound" in run("check", plan, "-vv").stderr
    assert not logging.getLogger("marketing_sheets").handlers or all(
        isinstance(one, logging.NullHandler)
        for one in logging.getLogger("marketing_sheets").handlers
    )
