"""The command line: `marketing-sheets`. Commands parse, call one verb, and print."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
from typing import NoReturn

import click

from .. import __version__
from .boundary import Program
from .comparing import diff
from .departments import merge, settle, split
from .making import demo, generate, templates
from .reading import check, export, recalculate
from .reporting import report


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="marketing-sheets")
def cli() -> None:
    """Tracker workbooks for marketing teams: generate, fill in, read back, summarise.

    \b
    marketing-sheets generate campaign_tracker -o 618.xlsx
    marketing-sheets recalculate 618.xlsx

    Exit codes: 0 fine, 1 doubts found (written all the same), 2 wrong usage, 3 a file could not be
    used, 130 stopped by Ctrl-C; of several files the highest.
    """


for command in (
    generate,
    recalculate,
    check,
    export,
    report,
    merge,
    settle,
    split,
    diff,
    templates,
    demo,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; an error becomes one sentence and an exit code."""
    if not any("parquet" in word or "dask" in word for word in sys.argv):
        # pandas loads it wherever it is installed, which takes as long as reading a workbook.
        sys.modules["pyarrow"] = None  # type: ignore[assignment]  # how Python spells "not there"
    # A command makes much and throws little away: looking for rings to free takes a tenth of it.
    gc.set_threshold(500_000, 50, 100)
    try:
        cli()
    except SystemExit as end:
        if isinstance(end.code, int):
            _end(end.code)
        raise


def _end(code: int) -> NoReturn:
    """End the process at once: nothing need be freed one by one."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # what could be said of it has been said
            stream.flush()
    os._exit(code)
