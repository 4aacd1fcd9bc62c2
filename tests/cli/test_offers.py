"""A shell completes commands, templates, fields of forms, stages, languages and files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import CompletionItem, ShellComplete
from support import ROOT
from support.command_line import run
from support.examples import Examples

from marketing_sheets.cli import cli
from marketing_sheets.loading import template_names


def offered(*words: object, language: str = "zh_CN.UTF-8") -> dict[str, CompletionItem]:
    """Return what a shell is offered for the last word."""
    *before, begun = map(str, words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", language)
        found = ShellComplete(cli, {}, "marketing-sheets", "").get_completions(before, begun)
    return {item.value: item for item in found}


def test_commands_in_the_readers_language() -> None:
    """Commands have the first line of their help beside them."""
    found = offered("")
    assert [*found][:2] == ["generate", "recalculate"]
    assert found["check"].help is not None
    assert "不改文件" in found["check"].help
    assert {*offered("templates", "")} == {"list", "show", "new", "check"}
    assert {*offered("check", "--te")} == {"--template"}
    assert {*offered("check", "--language", "zh-Hant")} == {"zh-Hant"}


@pytest.mark.parametrize("before", [["generate"], ["templates", "show"], ["check", "--template"]])
def test_templates(before: list[str]) -> None:
    """Templates are offered by name with their titles, and else files."""
    found = offered(*before, "")
    assert [*found] == template_names()
    assert found["campaign_tracker"].help == "营销活动跟踪表"
    assert [item.type for item in offered(*before, "./my").values()] == ["file"]


def test_fields_of_the_form(tmp_path: Path) -> None:
    """Fields are those of the template given, by id, by label once begun; choices behind them."""
    found = offered("generate", "campaign_tracker", "--set", "")
    assert found["owner="].help == "负责人"
    assert "plan_name=" not in found
    assert {*offered("generate", "campaign_tracker", "--set", "负责")} == {"负责人="}
    assert {*offered("generate", "campaign_tracker", "--set", "活")} == {"活动名称=", "活动编号="}
    assert "department=市场部" in offered("generate", "campaign_tracker", "--set", "department=市")
    run("templates", "new", "own", "-o", tmp_path / "own.toml")
    assert "owner=" in offered("generate", tmp_path / "own.toml", "--set", "ow")
    assert not offered("generate", "nothing_of_the_kind", "--set", "")


def test_stages_of_the_workbook(examples: Examples, tmp_path: Path) -> None:
    """The stages that a report can be made of are offered; of no workbook none."""
    assert "执行期" in offered("report", examples("campaign_process").path, "--stage", "")
    assert not offered("report", examples().path, "--stage", "")
    result = run("report", examples().path, "-o", tmp_path / "a.html", "--stage", "x", code=2)
    assert "--stage" in result.stderr
    assert not offered("report", tmp_path / "none.xlsx", "--stage", "")


def test_files() -> None:
    """Where a path goes, files are completed."""
    for words in (["merge"], ["check"], ["split"], ["report", "a.xlsx", "-o"]):
        assert [item.type for item in offered(*words, "a").values()] == ["file"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script(shell: str) -> None:
    """`completion` prints the script of each shell."""
    script = run("completion", shell).stdout
    assert f"_MARKETING_SHEETS_COMPLETE={shell}_complete" in script


@pytest.mark.processes
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes(tmp_path: Path) -> None:
    """What the script defines completes a line in bash."""
    program = tmp_path / "marketing-sheets"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m marketing_sheets "$@"\n', "utf-8")
    program.chmod(0o755)
    ask = (
        'eval "$(marketing-sheets completion bash)"; COMP_WORDS=(marketing-sheets generate camp);'
        'COMP_CWORD=2; _marketing_sheets_completion marketing-sheets; echo "${COMPREPLY[@]}"'
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", ask], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    expected = [name for name in template_names() if name.startswith("camp")]
    assert done.stdout.split() == expected
    assert not done.stderr


def test_every_command_can_be_asked() -> None:
    """No parameter of any command fails where a shell asks for it."""
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        inside = click.Context(command, parent=context, info_name=name, resilient_parsing=True)
        for parameter in command.params:
            parameter.shell_complete(inside, "")
