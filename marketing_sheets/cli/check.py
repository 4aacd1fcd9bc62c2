"""`marketing-sheets check`: read and report, write nothing."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from ..errors import SheetsError
from ..languages import Language
from ..wording import say
from .boundary import (
    PROBLEMS_FOUND,
    are_serious,
    as_sentence,
    day_option,
    files_argument,
    guarded,
    json_option,
    language_option,
    print_json,
    print_problems,
    shown_stages,
    speech,
)

__all__ = ["check"]


@click.command()
@files_argument
@day_option("--as-of", "Compute as of this day; else the workbook's, else today.")
@click.option(
    "--template",
    "template_path",
    type=click.Path(path_type=Path),
    help="Your own template's .toml.",
)
@language_option
@json_option
@guarded
def check(
    *,
    files: tuple[Path, ...],
    as_of: date | None,
    template_path: Path | None,
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

    template = None if template_path is None else load_template(template_path)
    documents: list[dict[str, object]] = []
    code = 0
    for file in files:
        try:
            with shown_stages(file.name, language or speech()) as show:
                show("reading")
                reading, day = check_workbook(
                    file, template=template, as_of=as_of, today=date.today()
                )
        except SheetsError as error:
            sentence = as_sentence(error, speech(language))
            code = max(code, sentence.exit_code)
            if as_json:
                documents.append({"file": str(file), "error": sentence.message})
            else:
                sentence.show()
            continue
        spoken = language or reading.language
        if are_serious(reading.problems):
            code = max(code, PROBLEMS_FOUND)
        if as_json:
            documents.append(report(reading, as_of=day, language=spoken))
            continue
        rows = sum(total.used for total in reading.totals if total.column is None)
        click.echo(
            say(
                "cli",
                "checked",
                spoken,
                file=file.name,
                rows=int(rows),
                count=len(reading.problems),
            )
        )
        print_problems(reading.problems, spoken, every=True)
    if as_json:
        print_json({"files": documents})
    sys.exit(code)
