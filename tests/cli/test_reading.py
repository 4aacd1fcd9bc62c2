"""`recalculate`, `check` and `export` on real files: what they write, say, and return."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from support import ROOT
from support.command_line import run
from support.examples import Examples


@pytest.fixture
def plan(examples: Examples, tmp_path: Path) -> Path:
    """A copy of a small example, the execution plan, to write into."""
    return Path(shutil.copy(examples("execution_plan").path, tmp_path / "618.xlsx"))


@pytest.fixture
def messy(filled: Path) -> Path:
    """A workbook in which staff typed words where a number belongs."""
    book = openpyxl.load_workbook(filled)
    tab = book["每日数据"]
    header = [cell.value for cell in tab[6]]
    tab.cell(7, header.index("成本（元）") + 1).value = "一百左右"
    book.save(filled)
    return filled


CHINESE = ("--language", "zh-Hans")


class TestRecalculate:
    """`recalculate`."""

    def test_the_summary_is_written_in_place(self, filled: Path) -> None:
        """The verdict is printed, and the first tab holds the figures."""
        result = run("recalculate", filled)
        assert "2024夏季大促" in result.output
        tab = openpyxl.load_workbook(filled)["汇总"]
        words = [str(cell.value) for row in tab.iter_rows() for cell in row if cell.value]
        assert "2024夏季大促" in words

    def test_a_second_run_changes_nothing_more(self, plan: Path, tmp_path: Path) -> None:
        """The same input gives the same output, however often it is run."""
        once, twice, again = (tmp_path / name / plan.name for name in ("1", "2", "3"))
        for source, output in ((plan, once), (plan, twice), (once, again)):
            output.parent.mkdir()
            run("recalculate", source, "-o", output, "--as-of", "2024-06-28")
        assert once.read_bytes() == twice.read_bytes() == again.read_bytes()

    def test_it_says_which_sheets_it_wrote(self, messy: Path, tmp_path: Path) -> None:
        """Both of ours, or the Summary alone; marks in cells go into another file only."""
        day, copy = ("--as-of", "2024-06-30"), tmp_path / "copy.xlsx"
        assert "“汇总”和“核对”已写入" in run("recalculate", messy, *day, code=1).output
        alone = run("recalculate", messy, "--no-marks", *day, code=1).output
        assert "“汇总”已写入" in alone
        assert "-o" in run("recalculate", messy, "--mark", *day, code=2).output
        assert "标记已写入" in run("recalculate", messy, "--mark", "-o", copy, *day, code=1).output

    def test_json(self, filled: Path) -> None:
        """The document has its stable keys; every metric has a value or a reason."""
        document = json.loads(run("recalculate", filled, "--json").stdout)["files"][0]
        assert set(document) == {
            "file", "sha256", "template", "version", "language", "as_of", "problems", "alerts",
            "history", "metrics", "totals", "receipt",
        }  # fmt: skip
        assert document["as_of"] == "2024-08-08"
        alert = document["alerts"][0]
        assert (alert["rule"], alert["state"], alert["severity"]) == (
            "issue_overdue",
            "new",
            "high",
        )
        assert alert["first_seen"] == document["as_of"]
        assert document["metrics"]
        assert all((m["value"] is None) == (m["reason"] is not None) for m in document["metrics"])
        assert all(total["reconciles"] for total in document["totals"])
        assert [one["replaced"] for one in document["receipt"]["sheets"]] == [True, True]

    def test_backup(self, plan: Path) -> None:
        """--backup keeps the old bytes beside the new file."""
        before = plan.read_bytes()
        run("recalculate", plan, "--backup")
        assert plan.with_name("618.bak.xlsx").read_bytes() == before

    def test_backups_do_not_overwrite_each_other(self, plan: Path) -> None:
        """A second backup, or a file of that name, leaves the first as it is."""
        first = plan.read_bytes()
        run("recalculate", plan, "--backup")
        second = plan.read_bytes()
        run("recalculate", plan, "--backup")
        assert plan.with_name("618.bak.xlsx").read_bytes() == first
        assert plan.with_name("618.bak2.xlsx").read_bytes() == second

    def test_one_file_may_go_into_a_folder_to_be_made(self, plan: Path, tmp_path: Path) -> None:
        """A path without a suffix is a folder, for one file as for many."""
        run("recalculate", plan, "-o", tmp_path / "out")
        assert (tmp_path / "out" / "618.xlsx").is_file()

    @pytest.mark.processes
    def test_json_is_utf8_and_tells_files_apart(self, plan: Path, tmp_path: Path) -> None:
        """Whatever the console's encoding, and with the path as it was given."""
        other = tmp_path / "p" / "618.xlsx"
        other.parent.mkdir()
        other.write_bytes(plan.read_bytes())
        done = subprocess.run(
            [sys.executable, "-m", "marketing_sheets", "check", str(plan), str(other), "--json"],
            capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "gbk"},
        )  # fmt: skip
        documents = json.loads(done.stdout.decode("utf-8"))["files"]
        assert [document["file"] for document in documents] == [str(plan), str(other)]

    def test_hints_are_shown_and_fail_nothing(self, tmp_path: Path) -> None:
        """Words that say too little are listed after the Summary; the run is a success."""
        path = tmp_path / "plan.xlsx"
        form = {"campaign_name": "大促", "department": "市场部", "owner": "张三", "budget": 5}
        given = [part for name, value in form.items() for part in ("--set", f"{name}={value}")]
        days = ("--start", "2024-06-01", "--end", "2024-06-30", "--language", "zh-Hans")
        run("generate", "execution_plan", "-o", path, *given, *days)
        book = openpyxl.load_workbook(path)
        tab = book["策略执行计划"]
        at = {str(cell.value).split("|")[0]: cell.column for cell in tab[5] if cell.value}
        row = {"task": "增长", "goal": "提升品牌知名度", "measures": "做推广", "owner": "张三"}
        for name, value in {**row, "risk_plan": "降价：跟进"}.items():
            tab.cell(7, at[name]).value = value
        book.save(path)
        output = run("recalculate", path, "--as-of", "2024-06-28").output
        assert "填写建议 2 项" in output
        assert "“核心目标”既没有数字，也没有期限。" in output
        texts = [cell.value for row in openpyxl.load_workbook(path)["汇总"] for cell in row]
        assert "填写建议" in texts

    def test_problems_make_the_exit_code_1(self, messy: Path) -> None:
        """The doubtful cell is named with its place, what was typed, and what to do."""
        result = run("recalculate", messy, code=1)
        assert "每日数据 › " in result.output
        assert "一百左右" in result.output

    def test_the_language_may_be_chosen(self, filled: Path) -> None:
        """A Chinese workbook can be answered in English."""
        result = run("recalculate", filled, "--language", "en")
        assert re.search(r"Sales|ROAS", result.output)

    def test_one_bad_file_does_not_stop_the_others(self, plan: Path, tmp_path: Path) -> None:
        """The good file gets its Summary, the bad one a sentence, the exit code tells."""
        bad = tmp_path / "notes.xlsx"
        bad.write_text("not a workbook", encoding="utf-8")
        out = tmp_path / "out"
        out.mkdir()
        result = run("recalculate", bad, plan, "-o", out, code=3)
        assert "notes.xlsx" in result.output
        assert [path.name for path in out.iterdir()] == ["618.xlsx"]

    @pytest.mark.parametrize(
        "content", [b"", b"hello", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" * 9]
    )
    def test_what_is_no_workbook_stays_untouched(self, tmp_path: Path, content: bytes) -> None:
        """A sentence, exit code 1, the same bytes, and no other file."""
        path = tmp_path / "a.xlsx"
        path.write_bytes(content)
        result = run("recalculate", path, code=3)
        assert "a.xlsx" in result.output
        assert "Traceback" not in result.output
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]

    def test_several_files_want_a_folder(self, tmp_path: Path) -> None:
        """A folder is not made under the name of a workbook, and an empty one is called so."""
        files = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
        for file in files:
            file.touch()
        result = run("recalculate", *files, "-o", tmp_path / "总.xlsx", *CHINESE, code=2)
        assert "有 2 个文件，-o 应为文件夹" in result.stderr
        assert sorted(tmp_path.iterdir()) == files
        (empty := tmp_path / "空的").mkdir()
        said = run("check", empty, *CHINESE, code=2).stderr
        assert f"文件夹 {empty} 里没有工作簿" in said

    def test_a_missing_file(self, tmp_path: Path) -> None:
        """A file that is not there is a sentence."""
        result = run("recalculate", tmp_path / "none.xlsx", code=3)
        assert "none.xlsx" in result.output

    def test_a_foreign_workbook(self, tmp_path: Path) -> None:
        """A workbook that no template claims is refused in a sentence and stays as it is."""
        path = tmp_path / "foreign.xlsx"
        book = openpyxl.Workbook()
        book.active.append(["a", "b"])  # type: ignore[union-attr]  # a new workbook has a tab
        book.save(path)
        before = sha256(path.read_bytes()).digest()
        run("recalculate", path, code=3)
        assert sha256(path.read_bytes()).digest() == before

    @pytest.mark.processes
    def test_the_script_takes_folders(self, plan: Path) -> None:
        """scripts/recalculate.py finds the workbooks in a folder."""
        script = ROOT / "scripts" / "recalculate.py"
        done = subprocess.run(
            [sys.executable, str(script), str(plan.parent)],
            capture_output=True, text=True, check=False, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "618.xlsx" in done.stdout


class TestCheck:
    """`check`."""

    def test_a_clean_workbook(self, examples: Examples) -> None:
        """Nothing is wrong, nothing is written."""
        example = examples().path
        before = example.read_bytes()
        run("check", example)
        assert example.read_bytes() == before

    def test_json_names_the_cell(self, messy: Path) -> None:
        """A problem has code, place, what was typed, message and hint."""
        document = json.loads(run("check", messy, "--json", code=1).stdout)["files"][0]
        problem = next(p for p in document["problems"] if p["severity"] == "error")
        assert problem["code"] == "approximate"
        assert (problem["sheet"], problem["raw"], problem["column"]) == (
            "每日数据", "一百左右", "cost"
        )  # fmt: skip
        assert re.fullmatch(r"[A-Z]+7", problem["cell"])
        assert problem["message"]
        assert problem["hint"]


class TestExport:
    """`export`."""

    @pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
    def test_typed_records(self, examples: Examples, tmp_path: Path, file_format: str) -> None:
        """One file a sheet, keyed by id: ISO dates, fractions, recomputed columns."""
        out = tmp_path / "out"
        run("export", examples().path, "-o", out, "--format", file_format)
        assert {path.stem for path in out.iterdir()} == {
            "guide", "master_tracker", "phase_schedule", "daily_data", "effect_evaluation",
            "issue_log",
        }  # fmt: skip
        target = out / f"daily_data.{file_format}"
        first: Any
        if file_format == "json":
            first = json.loads(target.read_text(encoding="utf-8"))[0]
        elif file_format == "csv":
            first = pd.read_csv(target).iloc[0].to_dict()
        else:
            first = pd.read_parquet(target).iloc[0].to_dict()
        assert str(first["date"])[:10] == "2024-06-01"
        assert first["channel"] == "xiaohongshu"
        assert first["ctr"] == pytest.approx(first["clicks"] / first["impressions"])
        assert first["cvr"] == pytest.approx(first["conversions"] / first["clicks"])

    def test_existing_files_stay(self, examples: Examples, tmp_path: Path) -> None:
        """Without --force nothing is replaced."""
        run("export", examples().path, "-o", tmp_path)
        result = run("export", examples().path, "-o", tmp_path, code=2)
        assert "--force" in result.output
        run("export", examples().path, "-o", tmp_path, "--force")
