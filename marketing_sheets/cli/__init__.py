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
from ..texts import Language
from .boundary import Program, language_option

# Where each command is found, in the order in which people come to need them.
_HOMES = {
    "generate": "making",
    "recalculate": "reading",
    "check": "reading",
    "report": "reporting",
    "chat": "reporting",
    "export": "reading",
    "merge": "departments",
    "settle": "departments",
    "split": "departments",
    "diff": "comparing",
    "templates": "making",
    "demo": "making",
    "completion": "making",
}


@click.group(cls=Program, homes=_HOMES, context_settings={"help_option_names": ["-h", "--help"]})
@language_option
@click.version_option(__version__, prog_name="marketing-sheets", message="%(prog)s %(version)s")
def cli(language: Language | None) -> None:
    """Tracker workbooks for marketing teams: generate, fill in, read back, summarise."""
    del language  # is known before anything is parsed


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
