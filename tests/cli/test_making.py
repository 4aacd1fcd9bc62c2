"""The command line, on real files: what it writes, says, and returns."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from support import ROOT

from marketing_sheets import UsageError, generate_workbook
from marketing_sheets.cli import cli
from marketing_sheets.reader import read_workbook
from marketing_sheets.texts import templates_folder


def run(*arguments: object, code: int = 0) -> Result:
    """Run a command and expect an exit code; a traceback fails the test."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example workbook in Chinese, not summarised."""
    path = tmp_path_factory.mktemp("example") / "618.xlsx"
    run("generate", "campaign_tracker", "-o", path, "--example")
    return path


@pytest.fixture
def filled(example: Path, tmp_path: Path) -> Path:
    """A copy of the example workbook to write into."""
    path = tmp_path / "618.xlsx"
    path.write_bytes(example.read_bytes())
    return path


@pytest.fixture
def messy(filled: Path) -> Path:
    """A workbook in which staff typed words where a number belongs."""
    book = openpyxl.load_workbook(filled)
    tab = book["每日数据"]
    header = [cell.value for cell in tab[6]]
    tab.cell(7, header.index("成本（元）") + 1).value = "一百左右"
    book.save(filled)
    return filled


class TestGenerate:
    """`generate`."""

    def test_a_blank_workbook(self, tmp_path: Path) -> None:
        """The default language is Simplified Chinese, and the Summary is the first tab."""
        path = tmp_path / "a.xlsx"
        result = run("generate", "campaign_tracker", "-o", path)
        assert str(path) in result.output
        assert openpyxl.load_workbook(path).sheetnames == [
            "汇总", "填写说明", "推进总表", "阶段进度", "每日数据", "效果评估", "问题跟踪", "选项"
        ]  # fmt: skip

    def test_fields_dates_and_departments(self, tmp_path: Path) -> None:
        """What is set on the command line stands in the form, typed, and is read back."""
        path = tmp_path / "a.xlsx"
        run(
            "generate", "campaign_tracker", "-o", path, "--language", "en",
            "--set", "campaign_name=Double 11", "--set", "Budget (CNY)=50万",
            "--start", "2024-10-20", "--end", "2024-11-12", "--department", "华东", "--rows", 5,
        )  # fmt: skip
        out = tmp_path / "out"
        run("export", path, "-o", out, "--format", "json", code=1)
        form = json.loads((out / "guide.json").read_text(encoding="utf-8"))[0]
        assert form["campaign_name"] == "Double 11"
        assert form["budget"] == 500_000
        assert (form["start_date"], form["end_date"]) == ("2024-10-20", "2024-11-12")

    def test_an_existing_file_is_not_replaced(self, filled: Path) -> None:
        """Without --force the file stays; with it, it is replaced."""
        before = filled.read_bytes()
        result = run("generate", "campaign_tracker", "-o", filled, code=2)
        assert "--force" in result.output
        assert filled.read_bytes() == before
        run("generate", "campaign_tracker", "-o", filled, "--force")
        assert filled.read_bytes() != before

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["campain_tracker"], "campaign_tracker"),
            (["campaign_tracker", "--set", "nothing"], "campaign_name=618"),
            (["campaign_tracker", "--set", "campain_name=x"], "campaign_name"),
            (["campaign_tracker", "--set", "budget=about 5"], "about 5"),
            (["campaign_tracker", "--start", "2024-05-02", "--end", "2024-05-01"], "2024-05-01"),
            (["campaign_tracker", "--start", "1.5.2024"], "%Y-%m-%d"),
            (["campaign_tracker", "--start", "2999-01-01"], "2100"),
            (["618.xlsx"], "not a template"),
        ],
    )
    def test_wrong_usage(self, tmp_path: Path, arguments: list[str], says: str) -> None:
        """A wrong argument is one sentence, exit code 2, and no file."""
        path = tmp_path / "a.xlsx"
        result = run("generate", *arguments, "-o", path, "--language", "en", code=2)
        assert says in result.output
        assert "Traceback" not in result.output
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("name", ["a.xls", "a.csv", "a.xlsm", "a"])
    def test_only_xlsx_is_written(self, tmp_path: Path, name: str) -> None:
        """A name that promises another format is refused."""
        result = run("generate", "campaign_tracker", "-o", tmp_path / name, code=2)
        assert ".xlsx" in result.output
        assert list(tmp_path.iterdir()) == []

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        """The sentence says which folder is not there."""
        result = run("generate", "campaign_tracker", "-o", tmp_path / "no" / "a.xlsx", code=2)
        assert str(tmp_path / "no") in result.output

    def test_records_from_csv(self, tmp_path: Path) -> None:
        """Headers bind by id or label, cells go through the grammar, doubt is written as it is."""
        folder = tmp_path / "in"
        folder.mkdir()
        text = "日期,Channel,impressions,转化,成本(元),sales\n2024.6.1,抖音,2.5万,9,约3000,9000\n"
        (folder / "daily_data.csv").write_text(text, encoding="utf-8")
        path = tmp_path / "a.xlsx"
        result = run(
            "generate", "campaign_tracker", "-o", path, "--records", folder, "--json", code=1
        )
        problems = json.loads(result.stdout)["problems"]
        assert [(p["code"], p["raw"]) for p in problems if p["severity"] == "error"] == [
            ("approximate", "约3000")
        ]
        tab = openpyxl.load_workbook(path)["每日数据"]
        header = [cell.value for cell in tab[6]]
        row = dict(zip(header, [cell.value for cell in tab[7]], strict=True))
        assert (row["渠道"], row["曝光量"], row["成本（元）"]) == ("抖音", 25_000, "约3000")


class TestRecalculate:
    """`recalculate`."""

    def test_the_summary_is_written_in_place(self, filled: Path) -> None:
        """The verdict is printed, and the first tab holds the figures."""
        result = run("recalculate", filled)
        assert "2024夏季大促" in result.output
        tab = openpyxl.load_workbook(filled)["汇总"]
        words = [str(cell.value) for row in tab.iter_rows() for cell in row if cell.value]
        assert "2024夏季大促" in words

    def test_a_second_run_changes_nothing_more(self, filled: Path, tmp_path: Path) -> None:
        """The same input gives the same output, however often it is run."""
        once, twice = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
        run("recalculate", filled, "-o", once, "--as-of", "2024-08-08")
        run("recalculate", filled, "-o", twice, "--as-of", "2024-08-08")
        assert openpyxl.load_workbook(once).sheetnames == openpyxl.load_workbook(twice).sheetnames
        run("recalculate", once, "-o", twice, "--as-of", "2024-08-08")
        assert abs(once.stat().st_size - twice.stat().st_size) < 200

    def test_json(self, filled: Path) -> None:
        """The document has its stable keys; every metric has a value or a reason."""
        document = json.loads(run("recalculate", filled, "--json").stdout)["files"][0]
        assert set(document) == {
            "file", "sha256", "template", "version", "language", "as_of", "problems", "alerts",
            "metrics", "totals", "receipt",
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
        assert document["receipt"]["replaced"] is True

    def test_backup(self, filled: Path) -> None:
        """--backup keeps the old bytes beside the new file."""
        before = filled.read_bytes()
        run("recalculate", filled, "--backup")
        assert filled.with_name("618.bak.xlsx").read_bytes() == before

    def test_backups_do_not_overwrite_each_other(self, filled: Path) -> None:
        """A second backup, or a file of that name, leaves the first as it is."""
        first = filled.read_bytes()
        run("recalculate", filled, "--backup")
        second = filled.read_bytes()
        run("recalculate", filled, "--backup")
        assert filled.with_name("618.bak.xlsx").read_bytes() == first
        assert filled.with_name("618.bak2.xlsx").read_bytes() == second

    def test_one_file_may_go_into_a_folder_to_be_made(self, filled: Path, tmp_path: Path) -> None:
        """A path without a suffix is a folder, for one file as for many."""
        run("recalculate", filled, "-o", tmp_path / "out")
        assert (tmp_path / "out" / "618.xlsx").is_file()

    def test_json_is_utf8_and_tells_files_apart(self, filled: Path, tmp_path: Path) -> None:
        """Whatever the console's encoding, and with the path as it was given."""
        other = tmp_path / "p" / "618.xlsx"
        other.parent.mkdir()
        other.write_bytes(filled.read_bytes())
        done = subprocess.run(
            [sys.executable, "-m", "marketing_sheets", "check", str(filled), str(other), "--json"],
            capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "gbk"},
        )  # fmt: skip
        documents = json.loads(done.stdout.decode("utf-8"))["files"]
        assert [document["file"] for document in documents] == [str(filled), str(other)]

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

    def test_one_bad_file_does_not_stop_the_others(self, filled: Path, tmp_path: Path) -> None:
        """The good file gets its Summary, the bad one a sentence, the exit code tells."""
        bad = tmp_path / "notes.xlsx"
        bad.write_text("not a workbook", encoding="utf-8")
        out = tmp_path / "out"
        out.mkdir()
        result = run("recalculate", bad, filled, "-o", out, code=1)
        assert "notes.xlsx" in result.output
        assert [path.name for path in out.iterdir()] == ["618.xlsx"]

    @pytest.mark.parametrize(
        "content", [b"", b"hello", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" * 9]
    )
    def test_what_is_no_workbook_stays_untouched(self, tmp_path: Path, content: bytes) -> None:
        """A sentence, exit code 1, the same bytes, and no other file."""
        path = tmp_path / "a.xlsx"
        path.write_bytes(content)
        result = run("recalculate", path, code=1)
        assert "a.xlsx" in result.output
        assert "Traceback" not in result.output
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]

    def test_a_missing_file(self, tmp_path: Path) -> None:
        """A file that is not there is a sentence."""
        result = run("recalculate", tmp_path / "none.xlsx", code=1)
        assert "none.xlsx" in result.output

    def test_a_foreign_workbook(self, tmp_path: Path) -> None:
        """A workbook that no template claims is refused in a sentence and stays as it is."""
        path = tmp_path / "foreign.xlsx"
        book = openpyxl.Workbook()
        book.active.append(["a", "b"])  # type: ignore[union-attr]  # a new workbook has a tab
        book.save(path)
        before = sha256(path.read_bytes()).digest()
        run("recalculate", path, code=1)
        assert sha256(path.read_bytes()).digest() == before

    def test_the_script_takes_folders(self, filled: Path) -> None:
        """scripts/recalculate.py finds the workbooks in a folder."""
        script = ROOT / "scripts" / "recalculate.py"
        done = subprocess.run(
            [sys.executable, str(script), str(filled.parent)],
            capture_output=True, text=True, check=False, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "618.xlsx" in done.stdout


class TestCheck:
    """`check`."""

    def test_a_clean_workbook(self, example: Path) -> None:
        """Nothing is wrong, nothing is written."""
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
    def test_typed_records(self, example: Path, tmp_path: Path, file_format: str) -> None:
        """One file a sheet, keyed by id: ISO dates, fractions, recomputed columns."""
        out = tmp_path / "out"
        run("export", example, "-o", out, "--format", file_format)
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

    def test_existing_files_stay(self, example: Path, tmp_path: Path) -> None:
        """Without --force nothing is replaced."""
        run("export", example, "-o", tmp_path)
        result = run("export", example, "-o", tmp_path, code=2)
        assert "--force" in result.output
        run("export", example, "-o", tmp_path, "--force")


class TestLibrary:
    """The verbs as functions."""

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ({"language": "fr"}, "unknown_language"),
            ({"rows": -3}, "rows_out_of_range"),
            ({"form": {"nothing": 1}}, "unknown_field"),
        ],
    )
    def test_wrong_arguments(self, tmp_path: Path, arguments: dict[str, Any], code: str) -> None:
        """An argument that makes no sense is refused before anything is written."""
        with pytest.raises(UsageError) as caught:
            generate_workbook("campaign_tracker", tmp_path / "a.xlsx", **arguments)
        assert caught.value.code == code
        assert list(tmp_path.iterdir()) == []

    def test_one_department_is_one_name(self, tmp_path: Path) -> None:
        """A single name is not taken letter by letter."""
        path = generate_workbook("campaign_tracker", tmp_path / "a.xlsx", departments="华东").path
        words = [
            cell.value for row in openpyxl.load_workbook(path)["选项"].iter_rows() for cell in row
        ]
        assert "华东" in words
        assert "华" not in words


class TestTemplates:
    """`templates`."""

    def test_list(self) -> None:
        """The shipped templates are listed with their tables."""
        assert "campaign_tracker" in run("templates", "list").output
        assert "campaign_tracker" in run("templates").output

    def test_show(self) -> None:
        """Columns are shown with id, type, label and formula."""
        output = run("templates", "show", "campaign_tracker", "--language", "en").output
        assert re.search(r"ctr +percent +CTR +=.*clicks / impressions", output)

    def test_check(self, tmp_path: Path) -> None:
        """A sound template is said to be sound; a fault is named with path and suggestion."""
        run("templates", "check", "campaign_tracker")
        path = tmp_path / "own.toml"
        text = company_template().replace('formula = "fee / reads"', 'formula = "fee / read"')
        path.write_text(text, encoding="utf-8")
        result = run("templates", "check", path, "--language", "en", code=1)
        assert "columns[cost_per_read].formula" in result.output
        assert "reads" in result.output

    def test_all_mistakes_in_one_run(self, tmp_path: Path) -> None:
        """A misspelt key and a name that means nothing are told together, with exit code 1."""
        path = tmp_path / "own.toml"
        text = company_template().replace('formula = "fee / reads"', 'formula = "fee / read"')
        path.write_text(text.replace("required = true", "requird = true", 1), encoding="utf-8")
        result = run("templates", "check", path, "--language", "en", code=1)
        assert "did you mean `required`?" in result.output
        assert "did you mean `reads`?" in result.output
        run("templates", "check", tmp_path / "none.toml", code=2)


class TestDemo:
    """`demo`."""

    @pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
    def test_the_loop(self, tmp_path: Path, language: str) -> None:
        """The merge of what the departments got holds what the filled workbook holds."""
        for _ in range(2 if language == "en" else 1):  # a second run replaces what the first left
            run("demo", tmp_path, "--language", language)
        books = {path.name: read_workbook(path) for path in tmp_path.glob("*.xlsx")}
        assert len(books) == 3
        assert len(list(tmp_path.glob("*/*.xlsx"))) > 5
        rows = {
            name: {sheet: len(records.frame) for sheet, records in book.sheets.items()}
            for name, book in books.items()
        }
        merged = next(name for name in rows if name.startswith(("合并", "合併", "merged")))
        filled = next(name for name in rows if name.startswith(("618", "summer")))
        assert rows[merged] == rows[filled]
        assert sum(rows[merged].values()) == 158


def company_template() -> str:
    """Return the company's template that the README of the format begins with."""
    text = (templates_folder() / "README.md").read_text(encoding="utf-8")
    return re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1]  # type: ignore[index]  # it is there


class TestCompanyTemplate:
    """A company's own sheet is one TOML file."""

    def test_the_readmes_example(self, tmp_path: Path) -> None:
        """It is short, generates, is filled, read back, recomputed and summarised."""
        source = company_template()
        assert source.count("\n") < 40
        template = tmp_path / "kol_posts.toml"
        template.write_text(source, encoding="utf-8")
        path = tmp_path / "posts.xlsx"
        form = [f"{name}=X" for name in ("campaign_name", "department", "owner")]
        given = [word for one in (*form, "budget=1") for word in ("--set", one)]
        days = ("--start", "2024-06-01", "--end", "2024-06-30")
        run("generate", template, "-o", path, "--language", "en", *given, *days)
        book = openpyxl.load_workbook(path)
        tab = book["Posts"]
        tab["A7"], tab["B7"], tab["C7"], tab["D7"] = "Pop-up", "TikTok", 5000, 200
        book.save(path)
        out = tmp_path / "out"
        run("export", path, "-o", out, "--format", "json", "--template", template)
        records = json.loads((out / "posts.json").read_text(encoding="utf-8"))
        post = {"post": "Pop-up", "platform": "douyin", "fee": 5000, "reads": 200}
        assert records == [{**post, "cost_per_read": 25}]
        run("recalculate", path, "--template", template, "--as-of", "2024-06-28")


class TestDocs:
    """The README tells the truth."""

    def test_every_command_is_told(self) -> None:
        """Each command stands in both READMEs and has help with an example or a sentence."""
        for name in ("README.md", "README.zh-CN.md"):
            text = (ROOT / name).read_text(encoding="utf-8")
            for command in cli.commands:
                assert f"`{command} " in text or f"`{command}`" in text, (name, command)

    def test_every_command_and_option_has_help(self) -> None:
        """No option is left unexplained."""
        for command in cli.commands.values():
            assert command.help
            for parameter in command.params:
                if isinstance(parameter, click.Option) and parameter.name != "file_format":
                    assert parameter.help, (command.name, parameter.name)
