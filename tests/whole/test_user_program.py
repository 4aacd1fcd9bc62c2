"""A developer's program uses all of the face, is sound to mypy in strict mode, and runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from mypy import api
from support import ROOT
from support.user_program import main

import marketing_sheets
from marketing_sheets.loading import library_template
from marketing_sheets.workbooks import example_folder

PROGRAM = ROOT / "tests" / "support" / "user_program.py"
WRONG = """
import marketing_sheets as ms
ms.recalculate(5)
ms.merge("a", "b", on_conflict="newst")
made: int = ms.generate_workbook("campaign_tracker", "a.xlsx")
ms.write_report("a.xlsx")
ms.recompute(ms.read_workbook("a.xlsx"))
print(ms.split("a.xlsx", "parts", by="department").part)
"""


def test_it_uses_all_there_is() -> None:
    """No name of the face is left out, so that none loses its types unseen."""
    used = {
        node.attr
        for node in ast.walk(ast.parse(PROGRAM.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id == "ms"
    }
    assert used == set(dir(marketing_sheets))


@pytest.mark.slow
def test_it_is_sound_in_strict_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is right passes; each wrong argument, missing one and misspelt result is found."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG, encoding="utf-8")
    monkeypatch.setenv("MYPYPATH", str(ROOT))
    options = ["--strict", "--follow-imports=silent", "--config-file=", "--no-error-summary"]
    ignored = "--disable-error-code=import-untyped"
    told, faults, _ = api.run([*options, ignored, str(PROGRAM), str(wrong)])
    assert faults == ""
    lines = told.splitlines()
    assert [line for line in lines if "error" in line and "wrong.py" not in line] == []
    found = {int(line.split(":")[1]) for line in lines if "error" in line}
    assert found == {3, 4, 5, 6, 7, 8}


@pytest.mark.slow
def test_it_runs(tmp_path: Path) -> None:
    """From a template to a settled merge, and three refusals in the reader's language."""
    template = library_template("campaign_tracker")
    *results, missing, unknown, suffix = main(example_folder(template, "zh-Hans"), tmp_path)
    assert [type(one).__name__ for one in results] == [
        *("Generation", "Reading", "Recalculation", "MergeResult")
    ]
    assert "none.xlsx" in str(missing)
    assert "campaign_tracker" in str(unknown)
    assert "x.txt" in str(suffix)
