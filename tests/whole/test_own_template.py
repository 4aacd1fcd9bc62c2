"""A company's own template through the verbs, as a program that nobody watches runs them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from support.command_line import run

from marketing_sheets import settle

AS_OF = ("--as-of", "2024-06-28")


@pytest.fixture(autouse=True)
def _no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system speaks no Chinese, as in a container."""
    monkeypatch.setenv("LC_ALL", "C")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a template of its own and, below `in`, two workbooks that disagree."""
    folder = tmp_path_factory.mktemp("own")
    own = folder / "posts.toml"
    run("templates", "new", "posts", "-o", own)
    text = own.read_text(encoding="utf-8")
    own.write_text(text.replace("\ntitle", '\nlanguage = "zh-Hant"\ntitle', 1), encoding="utf-8")
    for name, spend in (("a", 5000), ("b", 6000)):
        records = folder / name
        records.mkdir()
        lines = f"placement,spend,clicks\n測評,{spend},20000\n"
        (records / "placements.csv").write_text(lines, encoding="utf-8")
        out = folder / "in" / f"{name}.xlsx"
        out.parent.mkdir(exist_ok=True)
        said = ("--set", "campaign_name=夏", "--start", "2024-06-01", "--end", "2024-06-30")
        run("generate", own, "-o", out, "--records", records, *said)
    return folder


def document(result: Result) -> dict[str, Any]:
    """Return the one document that was printed."""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_conflicts_are_settled_by_the_command_that_is_told(handed_in: Path, tmp_path: Path) -> None:
    """The next step of a merge names the template, and settles; without it a sentence tells how."""
    own, merged = handed_in / "posts.toml", tmp_path / "m.xlsx"
    words = ("merge", handed_in / "in", "-o", merged, "--template", own, *AS_OF, "--no-cache")
    told = run(*words, "--across-departments", code=1).stdout
    assert f"marketing-sheets settle {merged} --template {own}" in told
    assert "--template" in run("settle", merged, code=3).stderr
    book = openpyxl.load_workbook(merged)
    sheet = book["衝突"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    head = next(cell for cell in cells if cell.value == "採用")
    row = next(cell.row for cell in cells if cell.value == "測評" and cell.row > head.row)
    sheet.cell(row, head.column).value = 2
    book.save(merged)
    done = settle(merged, tmp_path / "s.xlsx", template=own)
    assert [one.state for one in done.merge.settled] == ["settled"]
    run("settle", merged, "--template", own, "--as-of", "2024-06-28")


def test_files_that_cannot_be_used_are_told_in_the_templates_language(
    handed_in: Path, tmp_path: Path
) -> None:
    """No workbook says its language there; one whose template is not at hand says it itself."""
    own, bad = handed_in / "posts.toml", tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04broken")
    for words in (("check",), ("recalculate",), ("chat",), ("split", "--by", "owner", "-o", "p")):
        assert "不完整" in run(*words, bad, "--template", own, code=3).stderr
    assert "不完整" in run("diff", bad, bad, "--template", own, code=3).stderr
    assert "不完整" in run("check", tmp_path, "--template", own, code=3).stderr
    assert "已經存在" in run("generate", own, "-o", handed_in / "in" / "a.xlsx", code=2).stderr
    assert "範本「posts」" in run("check", handed_in / "in" / "a.xlsx", code=3).stderr
    english = run("check", bad, "--template", own, "--language", "en", code=3).stderr
    assert english.startswith("bad.xlsx is not whole")


def test_a_merge_tells_the_hash_of_what_it_wrote(handed_in: Path, tmp_path: Path) -> None:
    """Its document describes the workbook at `file`, which is told by its SHA-256."""
    out = tmp_path / "m.xlsx"
    words = ("merge", handed_in / "in", "-o", out, "--template", handed_in / "posts.toml", *AS_OF)
    found = document(run(*words, "--no-cache", "--json", "--fail-on", "never"))
    assert found["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()


def test_the_faults_of_a_template_are_one_document(handed_in: Path, tmp_path: Path) -> None:
    """Each with its code, file and key; none where it is sound."""
    own, bad = handed_in / "posts.toml", tmp_path / "bad.toml"
    assert document(run("templates", "check", own, "--json")) == {
        "template": str(own),
        "faults": [],
    }
    text = own.read_text(encoding="utf-8").replace("min = 0", 'min = "zero"', 1)
    bad.write_text(text.replace("format = 1", "format = 2"), encoding="utf-8")
    found = document(run("templates", "check", bad, "--json", code=1))["faults"]
    assert [(one["file"], one["path"]) for one in found] == [
        ("bad.toml", "format"),
        ("bad.toml", "sheets[1].columns[4].min"),
    ]
    assert all(one["code"] and one["message"].startswith("bad.toml: ") for one in found)
    assert "error" in document(run("templates", "check", tmp_path / "no.toml", "--json", code=2))
