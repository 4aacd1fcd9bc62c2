"""The READMEs and the help tell of every command."""

from __future__ import annotations

import click
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
