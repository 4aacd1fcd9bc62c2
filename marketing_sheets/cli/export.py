"""`marketing-sheets export`: typed records as files for other programs."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import get_args

import click

from ..exporting import ExportFormat
from ..languages import Language
from ..wording import say
from .boundary import (
    PROBLEMS_FOUND,
    are_serious,
    day_option,
    guarded,
    language_option,
    problem_lines,
    shown_stages,
    speech,
    template_option,
)

__all__ = ["export"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files, one a sheet.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(get_args(ExportFormat)),
    default="csv",
    show_default=True,
)
@day_option("--as-of", "Compute as of this day; else the workbook's, else today.")
@template_option
@click.option("--force", is_flag=True, help="Replace existing files.")
@language_option
@guarded
def export(
    *,
    file: Path,
    folder: Path,
    file_format: ExportFormat,
    as_of: date | None,
    template: str | None,
    force: bool,
    language: Language | None,
) -> None:
    """Write the typed records of FILE, recomputed columns included, keyed by column id.

    \b
    marketing-sheets export 618.xlsx -o records --format json
    """
    from ..exporting import export_records
    from ..template_files import load_template
    from ..workbooks import check_workbook

    chosen = None if template is None else load_template(template)
    with shown_stages(file.name, speech(language)) as show:
        show("reading")
        reading, _ = check_workbook(file, template=chosen, as_of=as_of, today=date.today())
        show("writing")
        paths = export_records(reading, folder, file_format, overwrite=force)
    spoken = language or reading.language
    for path in paths:
        click.echo(path)
    serious = [p for p in reading.problems if p.severity != "info"]
    if serious:
        click.echo(say("cli", "export_problems", spoken, count=len(serious)), err=True)
        for line in problem_lines(serious, spoken):
            click.echo(line, err=True)
    if are_serious(reading.problems):
        sys.exit(PROBLEMS_FOUND)
