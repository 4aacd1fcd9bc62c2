"""A short run of the fuzz and kill script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT


@pytest.mark.slow
@pytest.mark.processes
def test_a_short_fuzz_finds_nothing(tmp_path: Path) -> None:
    """Damaged, killed, out of space or two at once: sentences and whole files come out."""
    words = [sys.executable, str(ROOT / "scripts" / "fuzz.py"), "--seconds", "20", "--seed", "7"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
