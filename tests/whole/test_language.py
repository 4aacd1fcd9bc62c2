"""One rule for the language of everything that is written and said.

What is asked for, else the workbook's, else the template's, else the system's; in Python, where
nothing says, Simplified Chinese.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO

import openpyxl
import pytest
from support import ROOT
from support.command_line import run

import marketing_sheets as ms
from marketing_sheets.chat import chat_text
from marketing_sheets.errors import UsageError
from marketing_sheets.loading import load_template
from marketing_sheets.ooxml import read_properties
from marketing_sheets.texts import LANGUAGES, Language, say

SYSTEMS: Mapping[str, Language] = {
    "C": "en",
    "POSIX": "en",
    "C.UTF-8": "en",
    "en_US.UTF-8": "en",
    "de_DE.UTF-8": "en",
    "zh_CN.UTF-8": "zh-Hans",
    "zh_SG.UTF-8": "zh-Hans",
    "zh-CN": "zh-Hans",
    "zh_TW.UTF-8": "zh-Hant",
    "zh_HK.UTF-8": "zh-Hant",
    "zh_Hant_MO": "zh-Hant",
    "Chinese (Traditional)_Taiwan": "zh-Hant",
}
OWN = """
format = 1
id = "own"
title = { zh-Hans = "我们的表", zh-Hant = "我們的表", en = "Ours" }
language = "zh-Hant"

[[sheets]]
id = "posts"
label = { zh-Hans = "笔记", zh-Hant = "筆記", en = "Posts" }
columns = [
    { id = "post", label = { zh-Hans = "标题", zh-Hant = "標題", en = "Title" }, required = true },
    { id = "fee", type = "money", label = { zh-Hans = "费用", zh-Hant = "費用", en = "Fee" } },
]
"""


@pytest.fixture(autouse=True)
def no_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave it to each test what the system speaks."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    """A filled workbook in each language; no test changes them."""
    folder = tmp_path_factory.mktemp("books")
    made = {}
    for language in LANGUAGES:
        made[language] = folder / f"{language}.xlsx"
        words = ("--example", "--rows", 1, "--language", language)
        run("generate", "execution_plan", "-o", made[language], *words)
    return made


@pytest.fixture(scope="module")
def merges(
    books: Mapping[Language, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[Language, Path]:
    """A merge in each language with a conflict that is decided; no test changes them."""
    made = {}
    for language, path in books.items():
        folder = tmp_path_factory.mktemp(language)
        for name in ("a.xlsx", "b.xlsx"):
            shutil.copy(path, folder / name)
            retype(folder / name, "remarks", name)
        made[language] = folder / "merged.xlsx"
        run(
            "merge",
            folder / "a.xlsx",
            folder / "b.xlsx",
            "-o",
            made[language],
            "--no-cache",
            code=1,
        )
    return made


@pytest.fixture(scope="module")
def sources(
    books: Mapping[Language, Path], merges: Mapping[Language, Path]
) -> dict[Language, dict[str, Path]]:
    """What commands are called with, by language."""
    return {
        one: {
            "book": books[one],
            "merge": merges[one],
            "other": merges[one].with_name("a.xlsx"),
        }
        for one in LANGUAGES
    }


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A template that says in which language its workbooks are."""
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def retype(path: Path, column: str, text: str | None) -> None:
    """Type something else into the first record of the plan."""
    copy = openpyxl.load_workbook(path)
    labels = load_template("execution_plan")["execution_plan"].label.values()
    tab = next(copy[label] for label in labels if label in copy.sheetnames)
    cells = {str(cell.value).split("|")[0]: cell for row in tab.iter_rows() for cell in row}
    row, at = int(cells["task"].row or 0) + 2, int(cells[column].column or 0)
    tab.cell(row, at).value = text
    copy.save(path)


def languages_of(text: str, key: str, book_name: str = "cli") -> set[Language]:
    """Return the languages in which a text holds a sentence."""
    return {
        language
        for language in LANGUAGES
        if re.search(
            "(.|\n)*".join(map(re.escape, re.split(r"\{\w+\}", say(book_name, key, language)))),
            text,
        )
    }


def written_in(path: Path) -> str:
    """Return the language of our own sheets of a workbook; of a list, what it says itself."""
    tabs = set(openpyxl.load_workbook(path, read_only=True).sheetnames)
    found = (one for one in LANGUAGES if say("sheets", "review.tab", one) in tabs)
    return next(found, read_properties(path).get("language", ""))


# System, workbook, asked for: each meets each other once and more.
CASES: list[tuple[str, Language, Language | None]] = [
    ("C", "zh-Hans", None),
    ("POSIX", "zh-Hant", None),
    ("C", "en", None),
    ("zh_CN.UTF-8", "en", None),
    ("zh_TW.UTF-8", "zh-Hans", None),
    ("en_US.UTF-8", "zh-Hant", None),
    ("zh_CN.UTF-8", "zh-Hans", "en"),
    ("en_US.UTF-8", "en", "zh-Hant"),
]
NEVER = "--fail-on never"
# How each is called, its exit code, and a sentence that it ends with.
COMMANDS = {
    "check": (f"check {{book}} {NEVER}", 0, ("cli", "checked")),
    "recalculate": (f"recalculate {{book}} -o {{out}}.xlsx {NEVER}", 0, ("cli", "listed")),
    "chat": ("chat {book}", 0, ("summary", "absent.no_problems")),
    "report": ("report {book} -o {out}.html", 0, ("cli", "reported")),
    "merge": (f"merge {{book}} -o {{out}}.xlsx --no-cache {NEVER}", 0, ("merge", "done.written")),
    "diff": ("diff {other} {book} -o {out}.xlsx", 1, ("merge", "done.written")),
    "split": (f"split {{book}} --by owner -o {{out}} {NEVER}", 0, ("split", "reconciles")),
    "settle": ("settle {merge} -o {out}.xlsx", 1, ("merge", "done.written")),
}


class TestFilledIn:
    """Commands on a workbook that is filled in."""

    @pytest.mark.parametrize("command", COMMANDS)
    @pytest.mark.parametrize("case", CASES)
    def test_its_language_is_spoken(
        self,
        command: str,
        case: tuple[str, Language, Language | None],
        sources: Mapping[Language, Mapping[str, Path]],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """They say and write what is asked for, else what the workbook has, not the system's."""
        system, workbook, asked = case
        monkeypatch.setenv("LC_ALL", system)
        line, code, (name, key) = COMMANDS[command]
        blanks = {**sources[workbook], "out": tmp_path / "out"}
        words = [word.format(**blanks) for word in line.split()]
        words += ["--as-of", "2024-06-01", *(["--language", asked] if asked else [])]
        expected = asked or workbook
        assert languages_of(run(*words, code=code).output, key, name) == {expected}
        for path in (*tmp_path.glob("*.xlsx"), *tmp_path.glob("out/*.xlsx")):
            # Our sheets keep their names in a workbook of others, whose formulas look into them.
            assert written_in(path) == (workbook if command == "recalculate" else expected)
        for page in tmp_path.glob("*.html"):
            assert f'lang="{expected}"' in page.read_text(encoding="utf-8")

    @pytest.mark.parametrize(("system", "asked"), [("en_US.UTF-8", None), ("C", "zh-Hans")])
    def test_programs_are_told_in_it(
        self,
        system: str,
        asked: Language | None,
        books: Mapping[Language, Path],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Messages in JSON follow the same rule, from every command that has any."""
        monkeypatch.setenv("LC_ALL", system)
        path, language = tmp_path / "a.xlsx", asked or "zh-Hant"
        shutil.copy(books["zh-Hant"], path)
        retype(path, "measures", None)
        words = ["--json", "--as-of", "2024-06-01", *(["--language", asked] if asked else [])]
        for command in (
            ("check", path),
            ("recalculate", path, "-o", tmp_path / "b.xlsx"),
            ("export", path, "-o", tmp_path / "records"),
            ("merge", path, "-o", tmp_path / "c.xlsx", "--no-cache"),
            ("split", path, "--by", "owner", "-o", tmp_path / "parts"),
        ):
            document = json.loads(run(*command, *words, code=1).stdout)
            problems = document.get("problems") or document["files"][0]["problems"]
            said = {one["message"] for one in problems if one["code"] == "required_blank"}
            assert [languages_of(one, "required_blank.message", "problems") for one in said] == [
                {language}
            ]

    def test_a_refusal_after_reading_is_said_in_it(
        self, books: Mapping[Language, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Once the workbook is known its language is spoken, before that the system's."""
        monkeypatch.setenv("LC_ALL", "zh_TW.UTF-8")
        words = (
            "export",
            books["en"],
            "-o",
            tmp_path,
            "--as-of",
            "2024-06-01",
            "--fail-on",
            "never",
        )
        run(*words)
        assert languages_of(run(*words, code=2).output, "file_exists", "errors") == {"en"}
        (tmp_path / "b.xlsx").write_text("no workbook")
        said = run("check", tmp_path / "b.xlsx", code=3).output
        assert languages_of(said, "not_a_workbook", "errors") == {"zh-Hant"}

    def test_a_decision_holds_in_another_language(
        self, merges: Mapping[Language, Path], tmp_path: Path
    ) -> None:
        """A conflict that was decided in a Chinese merge is settled where English is asked for."""
        path, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
        copy = openpyxl.load_workbook(merges["zh-Hans"])
        tab = copy[say("merge", "conflicts.tab", "zh-Hans")]
        heads = {cell.value: cell for row in tab.iter_rows(max_row=12) for cell in row}
        use = heads[say("merge", "conflicts.use", "zh-Hans")]
        tab.cell(int(use.row or 0) + 1, int(use.column or 0)).value = 2
        copy.save(path)
        run("settle", path, "-o", out, "--as-of", "2024-06-01", "--language", "en")
        plan = ms.read_workbook(out).sheets["execution_plan"].frame
        assert written_in(out) == "en"
        assert "b.xlsx" in set(plan["remarks"]) and "a.xlsx" not in set(plan["remarks"])


class TestNew:
    """Commands that have no workbook to ask."""

    @pytest.mark.parametrize("system", SYSTEMS)
    def test_a_workbook_is_in_the_system_s(
        self, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where neither words nor template say: Chinese of two kinds, or English."""
        monkeypatch.setenv("LANG", system)
        path = tmp_path / "a.xlsx"
        said = run("generate", "execution_plan", "-o", path, "--rows", 1, "--json").stdout
        assert json.loads(said)["language"] == SYSTEMS[system] == written_in(path)

    @pytest.mark.parametrize("system", ["C", "zh_CN.UTF-8"])
    def test_a_template_comes_before_the_system(
        self, system: str, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A template's language is that of its workbooks, and of what is said of it."""
        monkeypatch.setenv("LC_ALL", system)
        path = tmp_path / "a.xlsx"
        said = run("generate", own, "-o", path).output
        assert languages_of(said, "generated") == {written_in(path)} == {"zh-Hant"}
        assert "我們的表" in run("templates", "show", own).output
        assert languages_of(run("templates", "check", own).output, "template_sound") == {"zh-Hant"}
        run("generate", own, "-o", path, "--language", "en", "--force")
        assert written_in(path) == "en"
        # A workbook says what it is in, whatever its template would have had it.
        said = run("check", path, "--template", own, "--as-of", "2024-06-01").output
        assert languages_of(said, "checked") == {"en"}

    def test_a_workbook_of_others_has_the_language_of_its_headers(self, own: Path) -> None:
        """Without a stamp its headers tell; where they are in several languages, the template."""
        path = own.with_suffix(".xlsx")
        for head, language in ((("Title", "Fee"), "en"), (("post", "fee"), "zh-Hant")):
            copy = openpyxl.Workbook()
            tab = copy.worksheets[0]
            tab.title = "Posts"
            tab.append(head)
            tab.append(["x", 3])
            copy.save(path)
            assert ms.read_workbook(path, template=own).language == language

    def test_templates_are_told_of_in_the_system_s(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A list of templates has no workbook; asked for, another language."""
        monkeypatch.setenv("LC_ALL", "zh_TW.UTF-8")
        title = load_template("execution_plan").title
        for words in (["list"], ["show", "execution_plan"], []):
            assert title["zh-Hant"] in run("templates", *words).output
            assert title["en"] in run("--language", "en", "templates", *words).output
        said = run("templates", "check", "execution_plan").output
        assert languages_of(said, "template_sound") == {"zh-Hant"}

    @pytest.mark.slow
    @pytest.mark.parametrize("system", ["C", "zh_CN.UTF-8", "zh_TW.UTF-8"])
    def test_the_demo_speaks_the_reader_s(
        self, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All its workbooks, and what it says, are in the system's language."""
        monkeypatch.setenv("LC_ALL", system)
        said = run("demo", tmp_path).output
        assert languages_of(said, "demo_done") == {SYSTEMS[system]}
        made = [*tmp_path.rglob("*.xlsx")]
        assert len(made) > 3
        assert {written_in(path) for path in made} == {SYSTEMS[system]}

    def test_a_near_miss_is_named(self, own: Path) -> None:
        """A language that is none of the three is a fault of the template."""
        own.write_text(OWN.replace('"zh-Hant"', '"zh-hant"', 1), encoding="utf-8")
        said = run("templates", "check", own, "--language", "en", code=1).output
        assert "own.toml: language: " in said
        assert "zh-Hant" in said


class TestPython:
    """The verbs of the library."""

    def test_simplified_chinese_where_nothing_says(self, own: Path, tmp_path: Path) -> None:
        """The system is not asked: asked for, else the template's, else Simplified Chinese."""
        path = tmp_path / "a.xlsx"
        cases: tuple[tuple[str | Path, Language | None, Language], ...] = (
            ("execution_plan", None, "zh-Hans"),
            (own, None, "zh-Hant"),
            (own, "en", "en"),
        )
        for template, language, expected in cases:
            ms.generate_workbook(template, path, language=language, rows=1, overwrite=True)
            assert written_in(path) == expected == read_properties(path)["language"]

    def test_no_other_language_is_known(self, tmp_path: Path) -> None:
        """Each verb says so before it reads or writes anything."""
        path, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
        for call in (
            lambda wrong: ms.generate_workbook("execution_plan", path, language=wrong),
            lambda wrong: ms.recalculate(path, language=wrong),
            lambda wrong: ms.merge([path], out, language=wrong),
            lambda wrong: ms.settle(path, language=wrong),
            lambda wrong: ms.split(path, out, by="owner", language=wrong),
            lambda wrong: ms.write_report(path, tmp_path / "b.html", language=wrong),
            lambda wrong: ms.diff(path, path, language=wrong),
            lambda wrong: chat_text(path, language=wrong),
        ):
            with pytest.raises(UsageError) as caught:
                call("zh")
            assert caught.value.code == "unknown_language"


LOCALES = [
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "zh_CN.GBK", "PYTHONIOENCODING": "gbk"},
    {"LC_ALL": "zh_TW.BIG5", "PYTHONIOENCODING": "big5"},
    {"LC_ALL": "en_US.UTF-8"},
]


@pytest.mark.processes
class TestConsoles:
    """The real command, on consoles of all kinds and without one."""

    @pytest.mark.parametrize("settings", LOCALES)
    def test_all_is_readable(self, settings: Mapping[str, str], tmp_path: Path) -> None:
        """No traceback, and no question mark for a letter, in help and all that is said."""
        language = SYSTEMS[settings["LC_ALL"].replace(".GBK", ".UTF-8").replace(".BIG5", ".UTF-8")]
        encoding = settings.get("PYTHONIOENCODING", "utf-8")
        for words, code, expected in (
            ("--help", 0, say("help", "program.text", language).split("\n")[0][:20]),
            ("chek", 2, "chek"),
            (f"generate execution_plan -o {tmp_path / '表.xlsx'} --rows 1", 0, "表.xlsx"),
            (f"check {tmp_path / '表.xlsx'} --fail-on never", 0, "表.xlsx"),
            (f"recalculate {tmp_path / '表.xlsx'} --fail-on never", 0, "表.xlsx"),
        ):
            done = command(words.split(), settings)
            text = (done.stdout + done.stderr).decode(encoding)
            assert done.returncode == code, text
            assert expected in text
            assert "Traceback" not in text
            assert "?" not in text.replace("'check'?", "")
        assert written_in(tmp_path / "表.xlsx") == language

    @pytest.mark.skipif(os.name != "posix", reason="closes what POSIX numbers")
    def test_without_a_terminal(self, tmp_path: Path) -> None:
        """Nothing is asked of who is not there, and all is done where nobody can be told."""
        path = tmp_path / "a.xlsx"
        generate = ["generate", "execution_plan", "-o", str(path), "--rows", "1", "--force"]
        for closed in (1, 3):  # the input alone, or all three
            for words in (generate, ["check", str(path), *NEVER.split()], ["--help"]):
                done = command(words, {"LC_ALL": "zh_CN.UTF-8"}, closed=closed)
                assert (done.returncode, done.stderr) == (0, b"")
                assert bool(done.stdout) == (closed == 1)
            assert written_in(path) == "zh-Hans"

    @pytest.mark.skipif(os.name != "posix", reason="needs pipes of POSIX")
    def test_a_reader_who_has_read_enough(self) -> None:
        """A pipe that nobody reads any more ends a command, with no traceback."""
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            done = command(["templates"], {"LC_ALL": "C"}, stdout=pipe)
        assert b"Traceback" not in done.stderr


def command(
    words: Sequence[str],
    settings: Mapping[str, str],
    *,
    closed: int = 0,
    stdout: IO[bytes] | int = subprocess.PIPE,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line as a program, with no more of the environment than it needs.

    The first `closed` of its input, output and errors are not there.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "marketing_sheets", *words],
        env={**kept, "PYTHONPATH": str(ROOT), **settings},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=partial(os.closerange, 0, closed) if closed else None,
        check=False,
    )
