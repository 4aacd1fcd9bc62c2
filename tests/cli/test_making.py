"""`generate`, `templates` and `demo` on real files: what they write, say, and return."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest
from support.command_line import run
from support.examples import Examples

from marketing_sheets.reader import read_inputs
from marketing_sheets.texts import templates_folder

CHINESE = ("--language", "zh-Hans")


class TestGenerate:
    """`generate`."""

    def test_a_blank_workbook(self, tmp_path: Path) -> None:
        """Its tabs stand in their order, the Summary first."""
        path = tmp_path / "a.xlsx"
        result = run("generate", "campaign_tracker", "-o", path, "--language", "zh-Hans")
        assert str(path) in result.output
        assert openpyxl.load_workbook(path).sheetnames == [
            "汇总", "核对", "填写说明",
            "推进总表", "阶段进度", "每日数据", "效果评估", "问题跟踪", "选项",
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

    def test_the_example(self, examples: Examples, tmp_path: Path) -> None:
        """--example fills the workbook with the template's example."""
        path = tmp_path / "a.xlsx"
        words = ("--example", "--rows", 2, "--language", "zh-Hans")
        run("generate", "campaign_tracker", "-o", path, *words)
        records = examples().reading.sheets
        found = read_inputs(path).sheets
        for sheet in examples().reading.template.tables:
            inputs = [column.id for column in sheet.inputs]
            assert found[sheet.id].frame[inputs].equals(records[sheet.id].frame[inputs])

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
            (
                ["campaign_tracker", "--set", "負责=x", *CHINESE],
                "您是不是要找“owner（负责人）”？",
            ),
            (
                ["campaign_tracker", "--set", "预算=5", *CHINESE],
                "您是不是要找“budget（总预算（元））”？",
            ),
            (["campaign_tracker", "--set", "客户=x", *CHINESE], "、owner（负责人）、"),
            (["活动跟踪", *CHINESE], "您是不是要找“campaign_tracker（营销活动跟踪表）”？"),
            (["周报", *CHINESE], "、campaign_tracker（营销活动跟踪表）、"),
            (["campaign_tracker", "--set", "budget=about 5"], "about 5"),
            (["campaign_tracker", "--start", "2024-05-02", "--end", "2024-05-01"], "2024-05-01"),
            (["campaign_tracker", "--start", "1.5.2024"], "2024-06-28"),
            (["campaign_tracker", "--start", "2999-01-01"], "2100"),
            (["618.xlsx"], "not a template"),
        ],
    )
    def test_wrong_usage(self, tmp_path: Path, arguments: list[str], says: str) -> None:
        """A wrong argument is one sentence, exit code 2, and no file."""
        path = tmp_path / "a.xlsx"
        result = run("generate", "--language", "en", *arguments, "-o", path, code=2)
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
        words = ("--records", folder, "--json", "--language", "zh-Hans")
        result = run("generate", "campaign_tracker", "-o", path, *words, code=1)
        problems = json.loads(result.stdout)["problems"]
        assert [(p["code"], p["raw"]) for p in problems if p["severity"] == "error"] == [
            ("approximate", "约3000")
        ]
        tab = openpyxl.load_workbook(path)["每日数据"]
        header = [cell.value for cell in tab[6]]
        row = dict(zip(header, [cell.value for cell in tab[7]], strict=True))
        assert (row["渠道"], row["曝光量"], row["成本（元）"]) == ("抖音", 25_000, "约3000")


class TestTemplates:
    """`templates`."""

    def test_list(self) -> None:
        """The shipped templates are listed with their tables."""
        listed = run("templates", "list", *CHINESE)
        starts = {line.index("  1.") for line in listed.stdout.splitlines()}
        assert len(starts) == 1
        assert "templates show 名称" in listed.stderr
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
        assert result.output.startswith("own.toml: sheets[")
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

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ('label = "费用（元）", ', "", "sheets[1].columns[2].label: this key is missing"),
            ('"money", label = "费用', '"mony", label = "费用', "did you mean `money`?"),
            ("[choices.platform]", "[settings.vat]\nvalue = 1\n[choices.platform]", "settings.vat"),
        ],
    )
    def test_a_mistake_is_told_once(self, tmp_path: Path, old: str, new: str, told: str) -> None:
        """What names a column or setting with a fault is no fault besides; another one is."""
        path = tmp_path / "own.toml"
        text = company_template().replace(old, new).replace("fee / reads", "fee * vat / reads")
        text = text if "settings" in new else text.replace("fee * vat", "fee")
        path.write_text(text, encoding="utf-8")
        (line,) = run("templates", "check", path, "--language", "en", code=1).output.splitlines()
        assert told in line
        path.write_text(text.replace("/ reads", "/ read"), encoding="utf-8")
        lines = run("templates", "check", path, "--language", "en", code=1).output.splitlines()
        assert len(lines) == 2
        assert "did you mean `reads`?" in lines[1]

    def test_what_nobody_reads_is_not_missed(self, tmp_path: Path) -> None:
        """A sheet under a misspelt heading is told as that, not by what names it elsewhere."""
        path = tmp_path / "own.toml"
        text = company_template().replace("[[sheets]]\nid", "[[sheet]]\nid")
        path.write_text(text, encoding="utf-8")
        (line,) = run("templates", "check", path, "--language", "en", code=1).output.splitlines()
        assert "did you mean `sheets`?" in line


class TestDemo:
    """`demo`."""

    @pytest.mark.slow
    @pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
    def test_the_loop(self, tmp_path: Path, language: str) -> None:
        """The merge of what the departments got holds what the filled workbook holds."""
        for _ in range(2 if language == "en" else 1):  # a second run replaces what the first left
            run("demo", tmp_path, "--language", language)
        books = {path.name: read_inputs(path) for path in tmp_path.glob("*.xlsx")}
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
