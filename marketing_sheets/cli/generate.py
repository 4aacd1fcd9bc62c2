"""`marketing-sheets generate`: a formatted workbook for staff to fill in."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from ..errors import UsageError
from ..languages import Language
from ..wording import say
from .boundary import (
    PROBLEMS_FOUND,
    are_serious,
    day_option,
    guarded,
    json_option,
    language_option,
    print_json,
    problem_lines,
    shown_stages,
    speech,
)

__all__ = ["generate"]


@click.command()
@click.argument("template")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The workbook to write.",
)
@language_option
@click.option(
    "--set", "settings", multiple=True, metavar="FIELD=VALUE", help="Fill in a field of the form."
)
@day_option("--start", "First day of the campaign.")
@day_option("--end", "Last day of the campaign.")
@click.option(
    "--department", "departments", multiple=True, metavar="NAME", help="Departments to choose from."
)
@click.option("--rows", type=click.IntRange(min=1), help="Blank rows to prepare on each sheet.")
@click.option(
    "--records",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of <sheet id>.csv files to start from.",
)
@click.option("--example", is_flag=True, help="Fill in the template's example.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@json_option
@guarded
def generate(
    *,
    template: str,
    output: Path,
    language: Language | None,
    settings: tuple[str, ...],
    start: date | None,
    end: date | None,
    departments: tuple[str, ...],
    rows: int | None,
    records: Path | None,
    example: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write a workbook from TEMPLATE: the name of one, or the path of your own .toml.

    \b
    marketing-sheets generate campaign_tracker -o 618.xlsx --set campaign_name=618大促 \\
        --start 2024-05-01 --end 2024-07-15 --department 市场部 --department 销售部
    """
    from ..template_files import load_template, template_names
    from ..workbooks import example_folder, generate_workbook

    written: Language = language or "zh-Hans"
    form: dict[str, object] = dict(_pair(text) for text in settings)
    form |= {key: day for key, day in (("start_date", start), ("end_date", end)) if day}
    chosen = load_template(template)
    if example and records is None:
        records = example_folder(chosen, written)
    with shown_stages(output.name, language or speech()) as show:
        show("generating")
        made = generate_workbook(
            chosen,
            output,
            language=written,
            form=form,
            records=records,
            departments=departments,
            rows=rows,
            created=datetime.now().replace(microsecond=0),
            overwrite=force,
        )
    if as_json:
        problems = [problem.as_json(written) for problem in made.problems]
        print_json({"file": made.path, "language": written, "problems": problems})
    else:
        command = f"marketing-sheets recalculate {_quoted(made.path)}"
        if template not in template_names():
            command += f" --template {_quoted(template)}"
        click.echo(say("cli", "generated", written, file=made.path, command=command))
        for line in problem_lines(made.problems, written):
            click.echo(line)
    if are_serious(made.problems):
        sys.exit(PROBLEMS_FOUND)


def _quoted(path: Path | str) -> str:
    return f'"{path}"' if " " in str(path) else str(path)


def _pair(text: str) -> tuple[str, str]:
    field, sign, value = text.partition("=")
    if not sign or not field.strip():
        raise UsageError("bad_setting", text=text)
    return field.strip(), value.strip()
