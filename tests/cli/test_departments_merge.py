"""`marketing-sheets merge`: what it writes, says and returns, on a folder as people leave it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import Result
from support.command_line import run as run_command
from support.departments import department

from marketing_sheets import read_workbook
from marketing_sheets.splitting import split


def run(*arguments: object, code: int = 0) -> Result:
    """Run a merge in this process, without a cache unless one is named.

    Departments share their days, unless it is said otherwise, so that there are conflicts.
    """
    words: tuple[str, ...] = () if "--cache" in arguments else ("--no-cache",)
    words += () if "--per-department" in arguments else ("--across-departments",)
    return run_command("merge", "--jobs", 1, *arguments, *words, code=code)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two workbooks of one department that agree and leave nothing to be looked at."""
    folder = tmp_path_factory.mktemp("pair")
    department(folder / "a.xlsx", "市场部", range(1, 3))
    department(folder / "b.xlsx", "市场部", range(3, 5))
    return folder


def test_a_messy_folder(messy_folder: Path, tmp_path: Path) -> None:
    """What could be merged is, the rest is listed with what to do, and the exit code says so."""
    out = tmp_path / "合并.xlsx"
    result = run(messy_folder, "-o", out, "--as-of", "2024-06-28", code=3)
    assert "并入 3 个文件" in result.output
    assert "每日数据：读到 12 行，并入 12 行" in result.output
    assert "全部平衡" in result.output
    assert "未并入 6 个文件" in result.output
    for name in ("坏.xlsx", "加密.xlsx", "old.xls", "~$销售部.xlsx", "说明.pdf", "推广.xlsx"):
        assert name in result.output
    assert f"已写入 {out}" in result.output
    assert len(read_workbook(out).sheets["daily_data"].frame) == 12
    again = run(messy_folder, "-o", out, "--as-of", "2024-06-28", "--language", "en", code=3)
    assert "Daily data: 12 rows read, 12 merged" in again.output
    assert read_workbook(out).language == "en"


def test_a_clean_merge_is_fine(pair: Path, tmp_path: Path) -> None:
    """Where nobody has to look at anything the exit code is 0; an earlier result is passed over."""
    out = pair / "out.xlsx"
    run(pair, "-o", out)
    found = read_workbook(out)
    assert found.sheets["daily_data"].frame["sales"].sum() == 200
    assert found.form["as_of"] == date(2024, 6, 28)
    result = run(pair, "-o", tmp_path / "second.xlsx")
    assert "out.xlsx" in result.output
    assert "并入 2 个文件" in result.output
    out.unlink()


def test_json_holds_the_whole_account(messy_folder: Path, tmp_path: Path) -> None:
    """Sources, totals, conflicts, what was left out, problems and the receipt, for programs."""
    out = tmp_path / "a.xlsx"
    result = run(messy_folder, "-o", out, "--as-of", "2024-06-28", "--json", code=3)
    document: dict[str, Any] = json.loads(result.stdout)
    assert [(s["file"], s["department"]) for s in document["sources"]] == [
        ("ecommerce.xlsx", "电商部"),
        ("华东/市场部.xlsx", "marketing"),
        ("华东/销售部.xlsx", "sales"),
    ]
    assert all(total["reconciles"] for total in document["totals"])
    assert {one["code"] for one in document["skipped"]} >= {"lock_file", "legacy_xls"}
    costs = [c for c in document["conflicts"] if c["column"] == "cost"]
    assert [version["text"] for version in costs[0]["versions"]] == ["100", "250.5"]
    first = costs[0]["versions"][0]
    assert (first["file"], first["sheet"]) == ("华东/市场部.xlsx", "每日数据")
    assert re.fullmatch(r"[A-Z]+\d+", first["cell"])
    assert document["as_of"] == "2024-06-28"
    assert any(problem["raw"] == "约5万" for problem in document["problems"])
    assert document["receipt"]


@pytest.mark.parametrize(("policy", "cost"), [("first", 100.0), ("last", 250.5)])
def test_a_policy_decides(messy_folder: Path, tmp_path: Path, policy: str, cost: float) -> None:
    """With first or last one version of the record is there, the other is in the conflicts."""
    out = tmp_path / "a.xlsx"
    run(messy_folder / "华东", "-o", out, "--on-conflict", policy, code=1)
    found = read_workbook(out)
    frame = found.sheets["daily_data"].frame
    assert frame.loc[frame["date"] == pd.Timestamp(2024, 6, 4), "cost"].tolist() == [cost]
    said = [r for r in found.attachments["merge_conflicts"] if r["column"] == "成本（元）"]
    assert [row["kept"] for row in said] == [f"版本 {1 if policy == 'first' else 2}"]


def test_the_option_that_keeps_departments_apart(messy_folder: Path, tmp_path: Path) -> None:
    """A conflict between departments is followed by the option's name; with it there is none."""
    out = tmp_path / "a.xlsx"
    result = run(messy_folder / "华东", "-o", out, code=1)
    advice = [line for line in result.output.splitlines() if "--per-department" in line]
    assert len(advice) == 1
    assert advice[0].startswith("  1 条记录")
    assert (
        f"在“冲突”表的“采用”列选定每处采用哪一版，保存后运行 marketing-sheets settle {out}"
        in result.output
    )
    stopped = run(messy_folder / "华东", "-o", out, "--on-conflict", "stop", code=3)
    assert "--per-department" in stopped.stderr
    apart = run(messy_folder / "华东", "-o", out, "--per-department", "--json", code=1)
    document: dict[str, Any] = json.loads(apart.stdout)
    assert document["per_department"]
    assert document["across_departments"] == 0
    assert "daily_data" not in {one["sheet"] for one in document["conflicts"]}


def test_stop_writes_nothing(messy_folder: Path, tmp_path: Path) -> None:
    """With stop the first conflicts are said with their cells, and there is no file."""
    out = tmp_path / "a.xlsx"
    result = run(messy_folder / "华东", "-o", out, "--on-conflict", "stop", code=3)
    assert "250.5" in result.stderr
    assert not out.exists()


def test_fail_fast_stops_at_the_first_file(messy_folder: Path, tmp_path: Path) -> None:
    """One sentence about the file that cannot be read, and nothing is written."""
    out = tmp_path / "a.xlsx"
    result = run(messy_folder, "-o", out, "--fail-fast", code=3)
    assert result.stderr.count("\n") == 1
    assert not out.exists()


def test_somebodys_workbook_is_not_replaced(pair: Path, tmp_path: Path) -> None:
    """An existing file that is no merge needs --force; the sentence says so."""
    out = tmp_path / "own.xlsx"
    out.write_bytes((pair / "a.xlsx").read_bytes())
    result = run(pair, "-o", out, "--language", "en", code=2)
    assert "--force" in result.stderr
    assert out.read_bytes() == (pair / "a.xlsx").read_bytes()
    run(pair, "-o", out, "--force")
    assert "merge_log" in read_workbook(out).attachments


def test_the_cache_saves_reading(pair: Path, tmp_path: Path) -> None:
    """With a cache the second merge gives the same records without opening the files."""
    cache = tmp_path / "cache"
    run(pair, "-o", tmp_path / "a.xlsx", "--cache", cache)
    assert [*cache.rglob("*")]
    again = run(pair, "-o", tmp_path / "b.xlsx", "--cache", cache)
    assert "其中 2 个与上次相同" in again.output
    assert "沿用上次生成的表" in again.output
    names = ("a.xlsx", "b.xlsx")
    one, other = (read_workbook(tmp_path / name).sheets["daily_data"] for name in names)
    pd.testing.assert_frame_equal(one.frame, other.frame)


def test_parquet_beside_it(pair: Path, tmp_path: Path) -> None:
    """The merged records as typed files, and a line that says where."""
    result = run(pair, "-o", tmp_path / "a.xlsx", "--parquet", tmp_path / "records")
    assert "Parquet" in result.output
    frame = pd.read_parquet(tmp_path / "records" / "daily_data.parquet")
    assert frame["trace.file"].tolist() == ["a.xlsx", "a.xlsx", "b.xlsx", "b.xlsx"]


@pytest.mark.parametrize(
    ("paths", "words"), [(["nowhere.xlsx"], "nowhere.xlsx"), (["*.nothing"], "*.nothing")]
)
def test_wrong_paths_are_usage(tmp_path: Path, paths: list[str], words: str) -> None:
    """A path that is not there, or a pattern that fits nothing, is wrong usage."""
    result = run(*paths, "-o", tmp_path / "a.xlsx", "--language", "en", code=2)
    assert words in result.stderr


@pytest.mark.slow
@pytest.mark.processes
def test_the_real_program_in_processes(pair: Path, tmp_path: Path) -> None:
    """The program itself, reading in two processes, keeps stdout for the report alone."""
    out = tmp_path / "a.xlsx"
    command = [sys.executable, "-m", "marketing_sheets", "merge", pair, "-o", out, "--no-cache"]
    done = subprocess.run(
        [str(word) for word in [*command, "--jobs", "2"]], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    assert len(read_workbook(out).sheets["daily_data"].frame) == 4


def test_an_input_is_never_written_to(pair: Path, tmp_path: Path) -> None:
    """The output may be no input, not even with --force; a folder may hold an earlier result."""
    before = (pair / "a.xlsx").read_bytes()
    for given in (pair, pair / "a.xlsx"):
        result = run(given, "-o", pair / "a.xlsx", "--force", "--language", "en", code=2)
        assert "inputs are never changed" in result.stderr
    assert (pair / "a.xlsx").read_bytes() == before
    out = tmp_path / "in" / "out.xlsx"
    out.parent.mkdir()
    (out.parent / "a.xlsx").write_bytes(before)
    outputs = []
    for _ in range(2):
        result = run(out.parent, "-o", out, "--json")
        outputs.append((out.read_bytes(), json.loads(result.stdout)["skipped"]))
    assert outputs[0] == outputs[1]  # the same files give the same bytes, whenever it is


def test_failures_are_json_too(messy_folder: Path, tmp_path: Path) -> None:
    """With --json whatever stops a merge is a document with the key error, and nothing else."""
    out = tmp_path / "a.xlsx"
    stop = ("--on-conflict", "stop")
    for words, code in (
        ((messy_folder, "--fail-fast"), 3),
        ((messy_folder / "华东", *stop), 3),
        (("nowhere.xlsx",), 2),
        ((messy_folder, "--jobs", "0"), 2),
    ):
        result = run(*words, "-o", out, "--json", code=code)
        document = json.loads(result.stdout)
        assert [*document] == ["error"]
        assert document["error"]
        assert result.stderr == ""
    assert not out.exists()


@pytest.mark.parametrize("system", ["en_US.UTF-8", "zh_CN.UTF-8"])
def test_errors_speak_the_language_of_the_workbooks(
    messy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    """Once workbooks are read, the system's language no longer matters; columns have labels."""
    monkeypatch.setenv("LC_ALL", system)
    result = run(messy_folder / "华东", "-o", tmp_path / "a.xlsx", "--on-conflict", "stop", code=3)
    assert "每日数据 › 2024-06-04 · 抖音 › 成本（元）" in result.stderr
    assert "按要求停止" in result.stderr
    english = ("--on-conflict", "stop", "--language", "en")
    result = run(messy_folder / "华东", "-o", tmp_path / "a.xlsx", *english, code=3)
    assert "Daily data › 2024-06-04" in result.stderr
    assert "成本" not in result.stderr


def test_good_workbooks_of_two_departments_are_fine(tmp_path: Path) -> None:
    """Whose a workbook is differs by design, and nobody is asked about it: exit code 0."""
    given = tmp_path / "in"
    given.mkdir()
    department(given / "a.xlsx", "市场部", range(1, 3))
    department(given / "b.xlsx", "销售部", range(3, 5))
    out = tmp_path / "out.xlsx"
    run(given, "-o", out)
    found = read_workbook(out)
    assert found.form["department"] is None
    assert not [problem for problem in found.problems if problem.severity != "info"]


def test_a_three_way_merge_tells_what_it_took_over(tmp_path: Path) -> None:
    """The terminal gives the number, the workbook a sheet, JSON each cell with old and new."""
    whole = tmp_path / "whole.xlsx"
    department(whole, "市场部", range(1, 3))
    done = split(whole, tmp_path / "parts", by="channel")
    part = done.parts[0].path
    book = openpyxl.load_workbook(part)
    tab = book["每日数据"]
    columns = [str(cell.value).split("|")[0] for cell in tab[5]]
    cell = tab.cell(7, columns.index("cost") + 1)
    before, cell.value = cell.value, 4321
    book.save(part)
    out = tmp_path / "out.xlsx"
    result = run(whole, tmp_path / "parts", "-o", out)
    assert "采纳 1 处修改" in result.output
    (line,) = read_workbook(out).attachments["merge_changes"]
    assert (line["before"], line["after"]) == (str(before), "4321")
    document: dict[str, Any] = json.loads(run(whole, done.folder, "-o", out, "--json").stdout)
    (change,) = document["changes"]
    assert (change["column"], change["after"]) == ("cost", "4321")
    assert change["place"]["file"] == f"parts/{part.name}"


def test_a_copy_is_told_once(pair: Path, tmp_path: Path) -> None:
    """A file that came twice is one line, on the terminal and in the log; JSON names it."""
    given = tmp_path / "in"
    given.mkdir()
    for name in ("a.xlsx", "a - 副本.xlsx", "b.xlsx"):
        (given / name).write_bytes((pair / name.replace(" - 副本", "")).read_bytes())
    out = tmp_path / "out.xlsx"
    result = run(given, "-o", out)
    assert result.output.count("同一个文件") == 1
    log = read_workbook(out).attachments["merge_log"]
    (line,) = (row for row in log if row["kind"] == "重复行")
    assert "同一个文件" in str(line["note"])
    document: dict[str, Any] = json.loads(run(given, "-o", out, "--json").stdout)
    (copy,) = (one for one in document["sources"] if one["same_as"])
    assert copy["file"] == line["file"]
    assert copy["same_as"] in str(line["note"])
    assert set(document["duplicates"][0]["places"][0]) == {"file", "sheet", "cell"}
    assert len(read_workbook(out).sheets["daily_data"].frame) == 4


def test_an_interrupt_is_one_sentence(
    pair: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is said in a sentence and returned as shells do; nothing is written."""

    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("marketing_sheets.merging.merge", pressed)
    result = run(pair, "-o", tmp_path / "a.xlsx", "--language", "en", code=130)
    assert result.stderr == "Stopped by Ctrl-C; no file was left half written.\n"
    assert not (tmp_path / "a.xlsx").exists()


@pytest.mark.skipif(os.name != "posix", reason="sends the process a signal")
def test_a_signal_to_end_is_one_sentence_and_one_document(
    pair: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What containers and services send is said as Ctrl-C is, and is theirs again afterwards."""

    def stopped(*_: object, **__: object) -> None:
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL  # else it ends the tests
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)

    monkeypatch.setattr("marketing_sheets.merging.merge", stopped)
    result = run(pair, "-o", tmp_path / "a.xlsx", "--language", "en", "--json", code=143)
    assert json.loads(result.stdout)["error"].startswith("Stopped by a signal (SIGTERM)")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert not (tmp_path / "a.xlsx").exists()
