"""Exit codes, one document of JSON, and a sentence whatever happens."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from support.command_line import run

from marketing_sheets import workbooks
from marketing_sheets.cli import cli
from marketing_sheets.records import Reading

FORM = ("--set", "campaign_name=618", "--start", "2024-06-01", "--end", "2024-06-30")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook without a doubt."""
    path = tmp_path_factory.mktemp("blank") / "618.xlsx"
    run("generate", "execution_plan", "-o", path, "--language", "zh-Hans", *FORM)
    return path


@pytest.fixture
def folder(blank: Path, tmp_path: Path) -> Path:
    """A folder with a sound workbook and a damaged one."""
    made = tmp_path / "部门"
    made.mkdir()
    shutil.copy(blank, made / "a.xlsx")
    (made / "b.xlsx").write_bytes(b"PK\x03\x04broken")
    return made


@pytest.mark.parametrize("command", ["check", "recalculate"])
def test_folders_and_globs_have_a_tally(folder: Path, command: str) -> None:
    """Folders and globs are taken as by a merge; of several files the highest code counts.

    The tally is said in the language of the workbooks.
    """
    for words in ([folder], [folder / "*.xlsx"], [folder / "a.xlsx", folder / "b.xlsx"]):
        result = run(command, *words, "--fail-on", "never", "--as-of", "2024-06-28", code=3)
        assert "共 2 个文件：1 个没有疑问，0 个有疑问，1 个无法使用" in result.stdout
        done = run(command, *words, "--json", "--fail-on", "never", code=3)
        tally = json.loads(done.stdout)["tally"]
        assert tally == {"files": 2, "fine": 1, "doubtful": 0, "unusable": 1}


def test_every_file_of_the_tally_has_its_document(blank: Path, tmp_path: Path) -> None:
    """Also what lies in the folder besides; a lock alone is a doubt, as it is to a merge."""
    shutil.copy(blank, tmp_path / "a.xlsx")
    (tmp_path / "~$a.xlsx").write_bytes(b"")
    for fail_on, code in (("warning", 1), ("error", 0)):
        found = json.loads(run("check", tmp_path, "--json", "--fail-on", fail_on, code=code).stdout)
        assert found["tally"]["unusable"] == 0
    (tmp_path / "b.csv").write_text("a,b\n", encoding="utf-8")
    found = json.loads(run("check", tmp_path, "--json", code=3).stdout)
    assert found["tally"] == {"files": 3, "fine": 0, "doubtful": 2, "unusable": 1}
    told = {one["file"]: one.get("error", "") for one in found["files"]}
    assert told.keys() == {str(tmp_path / name) for name in ("a.xlsx", "b.csv", "~$a.xlsx")}
    assert [name for name, error in told.items() if not error] == [str(tmp_path / "a.xlsx")]


def test_lines_name_their_file(blank: Path, tmp_path: Path) -> None:
    """Of several files each line begins with the path that tells it apart; of one with its name."""
    for name in ("华东", "华南"):
        (tmp_path / name).mkdir()
        shutil.copy(blank, tmp_path / name / "618.xlsx")
    (tmp_path / "华南" / "坏.xlsx").write_bytes(b"PK\x03\x04broken")
    (tmp_path / "华南" / "~$618.xlsx").write_bytes(b"")
    result = run("check", tmp_path, tmp_path / "华东" / "618.xlsx", "--language", "zh-Hans", code=3)
    *lines, tally = result.stdout.splitlines()
    assert tally.startswith("共 4 个文件：0 个没有疑问，3 个有疑问，1 个无法使用")
    heads = [line for line in lines if not line.startswith("[")]
    assert [line.partition("：")[0] for line in heads] == ["华东/618.xlsx", "华南/618.xlsx"]
    for line in set(lines) - set(heads):
        assert line.partition(" ")[2].startswith(("华东/618.xlsx › ", "华南/618.xlsx › "))
    refused = result.stderr.splitlines()
    assert any(line.startswith("华南/坏.xlsx") for line in refused)
    one = run("check", tmp_path / "华东", "--language", "zh-Hans", code=1).stdout
    assert one.startswith("618.xlsx：")
    words = ("recalculate", tmp_path / "华东", tmp_path / "华南", "--as-of", "2024-06-28")
    result = run(*words, "--language", "en", code=3)
    assert len(result.stderr.splitlines()) == 2  # of the workbook that is open, not of its lock
    assert "3 files: 0 without doubts, 1 with doubts, 2 that could not be used" in result.stdout
    assert "华东/618.xlsx ──" in run(*words, code=3).stdout
    assert " 华东/618.xlsx › " in run(*words, code=3).stdout


def test_fail_on(tmp_path: Path) -> None:
    """A warning counts unless errors alone are asked for; never leaves the doubts out."""
    records = tmp_path / "records"
    records.mkdir()
    (records / "daily_data.csv").write_text("日期,渠道,成本\n2024-06-01,抖音,约5万\n", "utf-8")
    path = tmp_path / "a.xlsx"
    words = ("generate", "campaign_tracker", "-o", path, "--records", records, *FORM)
    run(*words, code=1)
    run(*words, "--force", "--fail-on", "never")
    check = ("check", path, "--fail-on")
    run(*check, "error", code=1)
    run(*check, "warning", code=1)
    run(*check, "never")


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--json"],
        ["check", "a.xlsx", "--nonsense", "--json"],
        ["check", "a.xlsx", "--as-of", "tomorrow", "--json"],
        ["merge", "nowhere", "-o", "b.xlsx", "--json"],
        ["nonsense", "--json"],
        ["check", "nowhere/*.xlsx", "--json"],
    ],
)
def test_wrong_usage_is_json_too(words: list[str]) -> None:
    """Wrong usage prints one document with the key error, and nothing else."""
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2
    assert [*json.loads(result.stdout)] == ["error"]
    assert result.stderr == ""


@pytest.mark.parametrize(
    "fault",
    [MemoryError(), RecursionError("deep"), OverflowError("far"), OSError(28, "No space left")],
)
def test_the_last_net(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Whatever goes wrong is a sentence with the file, costs that file alone, and is code 3."""
    other = tmp_path / "b.xlsx"
    shutil.copy(blank, other)
    compute = workbooks.recompute

    def broken(reading: Reading, **more: object) -> Reading:
        if reading.file == "b.xlsx":
            raise fault
        return compute(reading, **more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(workbooks, "recompute", broken)
    result = run("check", other, blank, code=3)
    assert "b.xlsx" in result.stderr
    assert "Traceback" not in result.output
    assert "618.xlsx" in result.stdout
    assert "Traceback" in run("check", other, "--verbose", code=3).stderr
    one = run("export", other, "-o", tmp_path / "out", "--json", code=3)
    assert "b.xlsx" in json.loads(one.stdout)["error"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.processes
def test_a_full_output_is_no_success(blank: Path) -> None:
    """Where the result cannot be printed, that is said, and the exit code is 3."""
    for words in (["--version"], ["check", str(blank)], ["check", str(blank), "--json"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "marketing_sheets", *words],
                stdout=full, stderr=subprocess.PIPE, check=False, text=True,
            )  # fmt: skip
        assert done.returncode == 3
        assert "stdout" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.processes
@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_consoles_show_something_readable(blank: Path, encoding: str) -> None:
    """No question mark stands for what a console lacks; one that knows nothing gets UTF-8."""
    done = subprocess.run(
        [sys.executable, "-m", "marketing_sheets", "recalculate", str(blank), "--as-of",
         "2024-06-28", "--language", "zh-Hans", "-o", str(blank.with_name(f"{encoding}.xlsx"))],
        capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    text = done.stdout.decode("gbk" if encoding == "gbk" else "utf-8")
    assert "?" not in text
    assert "汇总" in text


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX names")
def test_what_a_terminal_would_obey_is_spelled_out(tmp_path: Path) -> None:
    """Escapes and marks that turn the order around are shown, in sentences as in wrong usage."""
    path = tmp_path / "a\x1b[31m\u202egnp.xlsx"
    path.write_bytes(b"x")
    for words in (["check", str(path)], ["check", str(path), "--as-of", "\x1b[2J"]):
        result = CliRunner().invoke(cli, words)
        assert "\x1b" not in result.output
        assert "\u202e" not in result.output
        assert "\\x1b" in result.output


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX names")
def test_names_that_are_no_utf8(blank: Path, tmp_path: Path) -> None:
    """Every command works on a name out of a Chinese ZIP, and JSON keeps its bytes."""
    folder = tmp_path / "in"
    folder.mkdir()
    odd = os.fsdecode(os.fsencode(folder) + b"/\xc9\xcf\xba\xa3.xlsx")
    shutil.copy(blank, odd)
    shutil.copy(blank, folder / "上海.xlsx")
    days = ("--as-of", "2024-06-28", "--fail-on", "never")
    found = json.loads(run("check", folder, *days, "--json").stdout)
    assert odd in {one["file"] for one in found["files"]}
    assert "上海.xlsx" in run("recalculate", odd, *days).stdout
    merged = run("merge", folder, "-o", tmp_path / "m.xlsx", "--no-cache", "--json", *days)
    names = {one["file"] for one in json.loads(merged.stdout)["sources"]}
    assert len(names) == 2
    run("export", odd, "-o", tmp_path / "out", *days)
    assert "上海.xlsx" in run("check", tmp_path / "上海.xlsx", code=3).stderr


class TestOutputs:
    """`recalculate -o` replaces its own earlier output, and nothing else."""

    def test_an_earlier_output_is_replaced(self, blank: Path, tmp_path: Path) -> None:
        """Again and after the workbook has changed, as long as nobody touched the output."""
        path, out = tmp_path / "618.xlsx", tmp_path / "out" / "618.xlsx"
        shutil.copy(blank, path)
        recalculate = ("recalculate", path, "-o", out.parent, "--fail-on", "never")
        run(*recalculate, "--as-of", "2024-06-20")
        first = out.read_bytes()
        run("recalculate", path, "--as-of", "2024-06-21", "--fail-on", "never")
        run(*recalculate, "--as-of", "2024-06-22")
        assert out.read_bytes() != first

    @pytest.mark.parametrize("kind", ["other", "foreign", "text", "link", "edited", "namesake"])
    def test_all_else_is_refused(self, blank: Path, tmp_path: Path, kind: str) -> None:
        """A file that is not our output, or no longer, needs --force; a link to nothing too."""
        path, out = tmp_path / "618.xlsx", tmp_path / "out.xlsx"
        shutil.copy(blank, path)
        words = ("-o", out, "--as-of", "2024-06-28", "--fail-on", "never")
        if kind == "other":
            other = tmp_path / "b.xlsx"
            shutil.copy(blank, other)
            run("recalculate", other, *words)
        elif kind == "namesake":
            other = tmp_path / "b" / "618.xlsx"
            other.parent.mkdir()
            run("generate", "campaign_review", "-o", other, "--language", "zh-Hans")
            os.utime(other)
            run("recalculate", other, *words)
        elif kind == "foreign":
            shutil.copy(blank, out)
        elif kind == "text":
            out.write_text("keep me")
        elif kind == "link":
            out.symlink_to(tmp_path / "nothing.xlsx")
        else:
            run("recalculate", path, *words)
            book = openpyxl.load_workbook(out)
            book.worksheets[1]["A1"] = "mine"
            book.save(out)
        before = out.read_bytes() if out.exists() else None
        result = run("recalculate", path, *words, code=2)
        assert "out.xlsx" in result.stderr
        assert "--force" in result.stderr
        assert (out.read_bytes() if out.exists() else None) == before
        run("recalculate", path, *words, "--force")
