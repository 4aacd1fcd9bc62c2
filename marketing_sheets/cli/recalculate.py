"""`marketing-sheets recalculate`: recompute filled workbooks and write their Summary."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from ..errors import SheetsError, UsageError
from ..languages import Language
from ..wording import say
from .boundary import (
    PROBLEMS_FOUND,
    WRONG_USAGE,
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
@click.option(
    "--template",
    "template_path",
    type=click.Path(path_type=Path),
    help="Your own template's .toml.",
)
@language_option
@click.option("--backup", is_flag=True, help="Keep the old file beside the new one.")
@json_option
@guarded
def recalculate(
    *,
    files: tuple[Path, ...],
    output: Path | None,
    as_of: date | None,
    template_path: Path | None,
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

    template = None if template_path is None else load_template(template_path)
    targets = _targets(files, output)
    documents: list[dict[str, object]] = []
    code = 0
    for file, target in zip(files, targets, strict=True):
        try:
            with shown_stages(file.name, language or speech()) as show:
                done = recalculate_workbook(
                    file,
                    output=target,
                    template=template,
                    as_of=as_of,
                    today=date.today(),
                    language=language,
                    backup=backup,
                    created=datetime.now().replace(microsecond=0),
                    progress=show,
                )
        except SheetsError as error:
            # One bad file must not keep the others from their Summary.
            sentence = as_sentence(error, speech(language))
            code = max(code, sentence.exit_code)
            if as_json:
                documents.append({"file": str(file), "error": sentence.message})
            else:
                sentence.show()
            continue
        spoken = language or done.reading.language
        if are_serious(done.reading.problems):
            code = max(code, PROBLEMS_FOUND)
        if as_json:
            found = report(done.reading, as_of=done.as_of, language=spoken)
            documents.append({**found, "receipt": done.receipt.as_json()})
            continue
        for line in summary_lines(done.summary, spoken):
            click.echo(line)
        print_problems([p for p in done.reading.problems if p.severity != "info"], spoken)
        click.echo(
            say("cli", "summarised", spoken, file=done.receipt.output, tab=done.receipt.sheet)
        )
    if as_json:
        print_json({"files": documents})
    sys.exit(min(code, WRONG_USAGE))


def _targets(files: tuple[Path, ...], output: Path | None) -> list[Path | None]:
    if output is None:
        return [None] * len(files)
    if output.is_dir() or len(files) > 1:
        if output.exists() and not output.is_dir():
            raise UsageError("output_needs_folder", count=len(files), output=output)
        names = [file.name for file in files]
        for name in names:
            if names.count(name) > 1:
                raise UsageError("same_name_twice", file=name)
        output.mkdir(parents=True, exist_ok=True)
        return [output / name for name in names]
    return [output]
