"""The READMEs tell of every command, and what they print runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from support import ROOT

from marketing_sheets.cli import cli


class TestDocs:
    """The README tells the truth."""

    def test_every_command_is_told(self) -> None:
        """Each command stands in both READMEs."""
        for name in ("README.md", "README.zh-CN.md"):
            text = (ROOT / name).read_text(encoding="utf-8")
            for command in cli.list_commands(click.Context(cli)):
                assert f"`{command} " in text or f"`{command}`" in text, (name, command)


BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)
READMES = {"README.md": "C.UTF-8", "README.zh-CN.md": "zh_CN.UTF-8"}
SETUP = "python3 -m venv .venv && "


def blocks(name: str) -> list[tuple[str, str]]:
    """Return the blocks of a README: what they are written in, and their text."""
    return BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))


class TestBlocks:
    """What the READMEs print to be copied."""

    def test_both_set_up_alike(self) -> None:
        """The lines that install are the same in both languages."""
        here, there = (
            [text for _, text in blocks(name) if text.startswith(SETUP)] for name in READMES
        )
        assert here == there
        assert len(here) == 2

    @pytest.mark.slow
    @pytest.mark.processes
    @pytest.mark.parametrize("name", READMES)
    def test_they_run_word_for_word(self, name: str, tmp_path: Path) -> None:
        """In their order and in an empty folder, each command ends well or with doubts."""
        programs, folder = tmp_path / "bin", tmp_path / "new"
        programs.mkdir()
        folder.mkdir()
        program = programs / "marketing-sheets"
        # A blank workbook has doubts: only what is worse may end the block.
        program.write_text(
            f'#!/bin/sh\n"{sys.executable}" -m marketing_sheets "$@"\n[ $? -le 1 ]\n',
            encoding="utf-8",
        )
        program.chmod(0o755)
        environment = {
            **os.environ,
            "LC_ALL": READMES[name],
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }
        commands = {"sh": ["bash", "-e", "-c"], "python": [sys.executable, "-W", "error", "-c"]}
        ran = [(kind, text) for kind, text in blocks(name) if not text.startswith(SETUP)]
        assert [kind for kind, _ in ran] == ["sh", "python"]
        for kind, text in ran:
            done = subprocess.run(
                [*commands[kind], text],
                cwd=folder, env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr
        english = name == "README.md"
        made = {path.name for path in folder.iterdir()}
        assert made >= (
            {"618.xlsx", "records", "parts", "merged.xlsx", "all.xlsx", "autumn.xlsx"}
            if english
            else {"618.xlsx", "records", "分部门", "合并.xlsx", "全部.xlsx", "双十一.xlsx"}
        )

    @pytest.mark.slow
    @pytest.mark.processes
    def test_the_first_one_sets_up_and_runs_the_demo(self, tmp_path: Path) -> None:
        """Word for word in a copy of the checkout; it takes what it needs from the index."""
        for part in ("marketing_sheets", "workbook_templates"):
            shutil.copytree(ROOT / part, tmp_path / part)
        for part in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / part, tmp_path / part)
        text = next(text for _, text in blocks("README.md"))
        done = subprocess.run(
            ["bash", "-c", text], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        if "NewConnectionError" in done.stderr or "No matching distribution" in done.stderr:
            pytest.skip("the package index cannot be reached")
        assert done.returncode == 0, done.stdout + done.stderr
        assert (tmp_path / "demo").is_dir()
