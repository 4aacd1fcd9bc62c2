"""The READMEs and the help tell of every command."""

from __future__ import annotations

import click
from support import ROOT

from marketing_sheets.cli import cli


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
