"""`marketing-sheets check`: read and report, write nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from ..languages import Language
from ..wording import say
from .boundary import (
    Outcome,
    day_option,
    files_argument,
    guarded,
    json_option,
    language_option,
    problem_lines,
    run_files,
    template_option,
)

__all__ = ["check"]


@click.command()
@files_argument
@day_option("--as-of", "Compute as of this day; else the workbook's, else today.")
@template_option
@language_option
@json_option
@guarded
def check(
    *,
    files: tuple[Path, ...],
    as_of: date | None,
    template: str | None,
    language: Language | None,
    as_json: bool,
) -> None:
    """Report every cell of each FILE that cannot be trusted; the files stay as they are.

    \b
    marketing-sheets check 618.xlsx
    """
    from ..report import report
    from ..template_files import load_template
    from ..workbooks import check_workbook

    chosen = None if template is None else load_template(template)

    def work(file: Path, show: Callable[[str], None]) -> Outcome:
        show("reading")
        reading, day = check_workbook(file, template=chosen, as_of=as_of, today=date.today())
        spoken = language or reading.language
        problems = reading.problems
        if as_json:
            document = report(reading, as_of=day, language=spoken)
            return Outcome(problems=problems, document=document)
        rows = int(sum(total.used for total in reading.totals if total.column is None))
        head = say("cli", "checked", spoken, file=file.name, rows=rows, count=len(problems))
        lines = problem_lines(problems, spoken, every=True)
        return Outcome(problems=problems, lines=[head, *lines])

    sys.exit(run_files(files, work, language=language, as_json=as_json))
