"""Run the command line as a person does, within this process."""

from __future__ import annotations

from click.testing import CliRunner, Result

from marketing_sheets.cli import cli

__all__ = ["run"]


def run(*arguments: object, code: int = 0) -> Result:
    """Run a command and expect an exit code; a traceback fails the test."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result
