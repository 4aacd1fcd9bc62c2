"""Help and wrong usage are said in the reader's language, whole, and in columns that line up."""

from __future__ import annotations

import inspect
import operator
import re
import unicodedata
from collections.abc import Iterator
from string import Formatter as Blanks

import click
import pytest
from click import core, decorators, exceptions, formatting, parser, types
from click.shell_completion import ShellComplete
from support.command_line import run

from marketing_sheets.cli import cli
from marketing_sheets.cli.help import (
    NamedChoice,
    click_speaks,
    command_path,
    help_entry,
    option_name,
)
from marketing_sheets.texts import LANGUAGES, Language, book


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """Walk the program and all its commands."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from _contexts(click.Context(command, parent=context, info_name=name))


PROGRAM = click.Context(cli, **cli.context_settings)
CONTEXTS = {" ".join(command_path(one)): one for one in _contexts(PROGRAM)}


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


class TestWords:
    """`words/help.toml` and `words/click.toml` say everything, and nothing in vain."""

    def test_every_command_and_option_is_told_and_nothing_else(self) -> None:
        """Each has its words, and no words are left over from what is no more."""
        words = book("help")
        assert set(words["commands"]) | {""} == set(CONTEXTS)
        shared = set()
        for name, context in CONTEXTS.items():
            own = set(help_entry(command_path(context)).get("options", {}))
            options = {
                option_name(one)
                for one in context.command.get_params(context)
                if isinstance(one, click.Option)
            }
            assert own <= options, name
            assert options - own <= set(words["options"]), name
            shared |= options - own
        assert shared == set(words["options"])

    def test_every_text_is_in_every_language(self) -> None:
        """Each text is there three times, and its first line is short enough for a list."""
        words = book("help")
        entries = [words["program"], *words["commands"].values()]
        texts = [entry["text"] for entry in entries]
        texts += [text for entry in (words, *entries) for text in entry.get("options", {}).values()]
        for text in texts:
            assert set(text) == set(LANGUAGES) and all(text.values()), text
        for entry in entries:
            assert max(_columns(line.split("\n")[0]) for line in entry["text"].values()) <= 80

    def test_words_of_click_are_what_it_says(self) -> None:
        """Each is a text of the installed click, and fills no blank that click does not."""
        source = "".join(
            inspect.getsource(one)
            for one in (core, decorators, exceptions, formatting, parser, types)
        )
        for message, words in book("click").items():
            assert message.replace("\n", "\\n").replace("\t", "\\t") in source, message
            for text in words.values():
                blanks = {name for _, name, _, _ in Blanks().parse(text) if name}
                assert blanks <= {name for _, name, _, _ in Blanks().parse(message) if name}

    def test_click_speaks_as_before_afterwards(self) -> None:
        """What click has no words for it says in English, and after a command all of it."""
        say = operator.methodcaller("_", "Aborted!")
        with click_speaks("zh-Hans"):
            assert say(exceptions) == "已停止。"
            assert operator.methodcaller("_", "unknown error")(exceptions) == "unknown error"
        assert say(exceptions) == "Aborted!"


class TestHelp:
    """`--help` of every command."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_of_every_command(self, language: Language) -> None:
        """It is within eighty columns, says all its words, and its columns line up."""
        for name, context in CONTEXTS.items():
            shown = run(*name.split(), "--help", "--language", language).output
            text = help_entry(command_path(context))["text"][language]
            assert text.split("\n")[0].replace(" ", "") in re.sub(r"\s", "", shown), name
            for line in shown.splitlines():
                assert "\b" not in line and "\0" not in line
                if not line.startswith("  marketing-sheets"):
                    assert _columns(line) <= 80, line
            starts = {
                _columns(found[1]) for found in re.finditer(r"(?m)^( {4,})(?=[^ -])", shown)
            } - {4, 6}
            assert len(starts - {len("Usage: ")}) <= 2, name  # options and commands

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_lists_each_command_whole(self, language: Language) -> None:
        """The line of a command is never cut off."""
        shown = run("--language", language, "--help").output
        assert "…" not in shown and "..." not in shown.split("\n", 1)[1]
        for name in cli.list_commands(PROGRAM):
            line = help_entry([name])["text"][language].split("\n")[0]
            assert name + re.sub(r"\s", "", line) in re.sub(r"\s", "", shown)

    def test_language_may_stand_anywhere(self) -> None:
        """Before the command, after it, with a sign; what comes last counts, not a wrong one."""
        for words in (
            ("--language", "zh-Hant", "check", "--help"),
            ("check", "--help", "--language=zh-Hant"),
            ("check", "--language", "en", "-h", "--language", "zh-Hant"),
        ):
            assert run(*words).output.startswith("用法：")
        assert (
            "there is no fr. Choose from: zh-Hans, zh-Hant, en."
            in run("check", "--language", "fr", "a.xlsx", code=2).output
        )

    def test_is_offered_by_shells(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Completion has the words of commands and options, whole, in the system's language."""
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        for words, offered in (
            ("re", ("recalculate", help_entry(["recalculate"])["text"]["zh-Hans"].split("\n")[0])),
            ("templates ", ("show", help_entry(["templates", "show"])["text"]["zh-Hans"])),
            ("check --js", ("--json", book("help")["options"]["json"]["zh-Hans"])),
        ):
            given, incomplete = words.rsplit(" ", 1) if " " in words else ("", words)
            completion = ShellComplete(cli, {}, "marketing-sheets", "_COMPLETE")
            found = completion.get_completions(given.split(), incomplete)
            assert offered in [(one.value, one.help) for one in found]

    def test_version(self) -> None:
        """The version stands alone behind the name, in any language."""
        shown = run("--version", "--language", "zh-Hans").output
        assert re.fullmatch(r"marketing-sheets \d\S*\n", shown)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("chek 618.xlsx", "错误：没有命令 'chek'。是不是 'check'？"),
        ("", "用法："),
        ("check", "check [选项] PATH..."),
        ("check", "错误：没有写 PATH。\n"),
        ("check a b --nothing", "错误：没有选项 '--nothing'。"),
        ("check a --fail-onn never", "是不是 '--fail-on'？"),
        ("check a --language fr", "没有“fr”。可选：zh-Hans（简体中文）"),
        ("check a --as-of", "错误：选项 '--as-of' 后面要写内容。"),
        ("check a --json=yes", "错误：选项 '--json' 后面不写内容。"),
        ("check a --as-of soon", "错误：“--as-of”应为日期，现为“soon”。"),
        ("merge a", "错误：没有写选项 -o / --output。\n"),
        ("split a -o b", "没有写选项 --by。可选：department（部门）、owner"),
        ("split a -o b --by 产品", "'--by' 填写不对：没有“产品”。可选：department（部门）、owner"),
        ("completion powershell", "没有“powershell”。可选：bash、zsh、fish。"),
        ("merge a -o b --jobs many", "'many' 不是整数。"),
        ("generate x -o y --rows 0", "0 超出范围 x>=1。"),
        ("generate x -o . --rows 1", "'.' 是文件夹，这里要文件。"),
        ("generate x -o y --records nowhere", "'nowhere' 不存在。"),
        ("demo pyproject.toml", "'pyproject.toml' 是文件，这里要文件夹。"),
        ("export a b -o c", "错误：多出了“b”。名称、路径或内容里有空格时，请用引号括起来。"),
        ("templates shw", "错误：没有命令 'shw'。是不是 'show'？"),
    ],
)
def test_wrong_usage_is_said_in_chinese(
    words: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No English word of click's is left, whatever is wrong with a command."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    shown = run(*words.split(), code=2).output
    assert said in shown
    for english in (
        "Error",
        "Usage",
        "Try",
        "Invalid",
        "Missing",
        "No such",
        "mean",
        "Options",
        "OPTIONS",
    ):
        assert english not in shown


def test_a_choice_may_be_named_as_people_call_it() -> None:
    """部门 is department to an option, in Traditional Chinese too; nothing else is."""
    by = NamedChoice(("department", "owner"))
    for word, meant in (("部门", "department"), ("負責人", "owner"), ("owner", "owner")):
        assert by.convert(word, None, None) == meant
    with pytest.raises(click.BadParameter):
        by.convert("渠道", None, None)
