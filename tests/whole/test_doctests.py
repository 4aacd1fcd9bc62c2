"""What stands in docstrings as a session with Python runs as it stands."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest
from support import ROOT

PACKAGE = ROOT / "marketing_sheets"
SHOWN = [path for path in sorted(PACKAGE.rglob("*.py")) if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("path", SHOWN, ids=[path.stem for path in SHOWN])
def test_it_answers_what_it_says(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every example of a module, run in an empty folder, prints what stands below it."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    runner, module = doctest.DocTestRunner(), importlib.import_module(name)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, name):
        runner.run(test, out=told.append)
    assert "".join(told) == ""
    assert runner.tries > 0


def test_the_face_has_one() -> None:
    """Whoever asks for help on the package sees how it is used."""
    assert PACKAGE / "__init__.py" in SHOWN
