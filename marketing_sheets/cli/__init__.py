"""The command line: `marketing-sheets`. Commands parse, call one verb, and print."""

from __future__ import annotations

import sys

import click

from .. import __version__
from .departments import merge, settle, split
from .making import demo, generate, templates
from .reading import check, export, recalculate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="marketing-sheets")
def cli() -> None:
    """Tracker workbooks for marketing teams: generate, fill in, read back, summarise.

    \b
    marketing-sheets generate campaign_tracker -o 618.xlsx
    marketing-sheets recalculate 618.xlsx

    Exit codes: 0 fine, 1 problems found, 2 wrong usage, 130 stopped by Ctrl-C.
    """


for command in (generate, recalculate, check, export, merge, settle, split, templates, demo):
    cli.add_command(command)


def main() -> None:
    """Run the command line; an error becomes one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A Chinese sentence must not crash on a console with another code page.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    cli()
