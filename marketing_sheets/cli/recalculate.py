"""`marketing-sheets recalculate`: recompute filled workbooks and write their Summary."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import click

from ..errors import UsageError
from ..languages import Language
from ..wording import say
from .boundary import (
    Outcome,
    day_option,
    files_argument,
    guarded,
    hint_lines,
    json_option,
    language_option,
    problem_lines,
    run_files,
    template_option,
)

__all__ = ["recalculate"]


@click.command()
@files_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write here instead of in place; a folder for several files.",
)
@day_option("--as-of", "Compute as of this day; else the workbook's, else today.")
@template_option
@language_option
@click.option("--backup", is_flag=True, help="Keep the old file beside the new one.")
@json_option
@guarded
def recalculate(
    *,
    files: tuple[Path, ...],
    output: Path | None,
    as_of: date | None,
    template: str | None,
    language: Language | None,
    backup: bool,
    as_json: bool,
) -> None:
    """Recompute each FILE and write its Summary sheet; nothing else in it changes.

    \b
    marketing-sheets recalculate 618.xlsx --as-of 2024-06-28
    marketing-sheets recalculate 部门/*.xlsx -o 汇总/
    """
    from ..report import report
    from ..summary import summary_lines
    from ..template_files import load_template
    from ..workbooks import recalculate as recalculate_workbook

    chosen = None if template is None else load_template(template)
    targets = dict(zip(files, _targets(files, output), strict=True))

    def work(file: Path, show: Callable[[str], None]) -> Outcome:
        done = recalculate_workbook(
            file,
            output=targets[file],
            template=chosen,
            as_of=as_of,
            today=date.today(),
            language=language,
            backup=backup,
            created=datetime.now().replace(microsecond=0),
            progress=show,
        )
        spoken = language or done.reading.language
        problems = done.reading.problems
        if as_json:
            document = report(done.reading, as_of=done.as_of, language=spoken)
            return Outcome(
                problems=problems, document={**document, "receipt": done.receipt.as_json()}
            )
        doubtful = [problem for problem in problems if problem.severity != "info"]
        written = done.receipt
        lines = [
            *summary_lines(done.summary, spoken),
            *problem_lines(doubtful, spoken),
            *hint_lines(done.summary.hints, spoken),
            say("cli", "summarised", spoken, file=written.output, tab=written.sheet),
        ]
        return Outcome(problems=problems, lines=lines)

    sys.exit(run_files(files, work, language=language, as_json=as_json))


def _targets(files: tuple[Path, ...], output: Path | None) -> list[Path | None]:
    if output is None:
        return [None] * len(files)
    # A path without a suffix is meant as a folder, there or not.
    if output.is_dir() or len(files) > 1 or not output.suffix:
        if output.exists() and not output.is_dir():
            raise UsageError("output_needs_folder", count=len(files), output=output)
        names = [file.name for file in files]
        for name in names:
            if names.count(name) > 1:
                raise UsageError("same_name_twice", file=name)
        output.mkdir(parents=True, exist_ok=True)
        return [output / name for name in names]
    return [output]
