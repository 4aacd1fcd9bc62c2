"""`marketing-sheets generate`, `demo` and `templates`: workbooks to fill in, and what there is."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from .. import files
from ..errors import TemplateError, UnknownTemplate, UsageError
from ..texts import Language, say
from .boundary import (
    DOUBTS,
    FINE,
    FailOn,
    counted,
    doubts_code,
    fail_on_option,
    guarded,
    json_option,
    language_option,
    tell_lines,
)
from .days import day_option
from .help import Command, Group, NamedChoice
from .offers import COMPLETE, offer_fields, offer_templates
from .terminal import command_line, print_json, problem_lines, shown_stages, speech, tell


@click.command(cls=Command)
@click.argument("template", shell_complete=offer_templates)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@language_option
@click.option(
    "--set", "settings", multiple=True, metavar="FIELD=VALUE", shell_complete=offer_fields
)
@day_option("--start")
@day_option("--end")
@click.option("--department", "departments", multiple=True, metavar="NAME")
@click.option("--rows", type=click.IntRange(min=1), metavar="N")
@click.option("--records", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--example", is_flag=True)
@click.option("--force", is_flag=True)
@fail_on_option
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
    fail_on: FailOn,
    as_json: bool,
) -> None:
    """Write a workbook from TEMPLATE: the name of one, or the path of your own .toml."""
    from ..loading import load_template, template_names
    from ..template import Campaign
    from ..workbooks import generate_workbook

    form: dict[str, object] = dict(_pair(text) for text in settings)
    form |= {key: day for key, day in zip(Campaign.PERIOD, (start, end), strict=True) if day}
    chosen = load_template(template)
    written = speech(language, chosen.language)
    with shown_stages(output.name, written) as show:
        show("generating")
        made = generate_workbook(
            chosen,
            output,
            language=written,
            form=form,
            records=records,
            example=example,
            departments=departments,
            rows=rows,
            created=datetime.now().replace(microsecond=0),
            overwrite=force,
        )
    if as_json:
        problems = [problem.as_json(written) for problem in made.problems]
        print_json({"file": made.path, "language": written, "problems": problems})
    else:
        own = None if template in template_names() else template
        command = command_line("recalculate", made.path, template=own)
        done = say("cli", "generated", written, file=made.path, command=command)
        counting = counted(made.problems, fail_on)
        tell_lines([done, *problem_lines(made.problems, written)], counting, written)
    sys.exit(doubts_code(made.problems, fail_on))


def _pair(text: str) -> tuple[str, str]:
    field, sign, value = text.partition("=")
    if not sign or not field.strip():
        raise UsageError("bad_setting", text=text)
    return field.strip(), value.strip()


@click.command(cls=Command)
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), required=False
)
@language_option
@guarded
def demo(folder: Path, language: Language | None) -> None:
    """Generate the example, recalculate it, split it among departments and merge it again.

    All of it stays in FOLDER (demo/), to be looked at.
    """
    from ..loading import load_template
    from ..merging import merge
    from ..splitting import split
    from ..summary import summary_lines
    from ..workbooks import generate_workbook, recalculate

    template = load_template("campaign_tracker")
    spoken = speech(language, template.language)
    now = datetime.now().replace(microsecond=0)
    folder.mkdir(parents=True, exist_ok=True)
    blank = folder / files.on_disk(say("cli", "demo_blank", spoken))
    filled = folder / files.on_disk(say("cli", "demo_filled", spoken))
    parts = folder / files.on_disk(say("cli", "demo_parts", spoken))
    merged = folder / files.on_disk(say("cli", "merged_name", spoken))
    with shown_stages(filled.name, spoken) as show:
        show("generating")
        generate_workbook(template, blank, language=spoken, created=now, overwrite=True)
        generate_workbook(
            template,
            filled,
            language=spoken,
            example=True,
            created=now,
            overwrite=True,
        )
        done = recalculate(filled, created=now, progress=show)
        show("splitting")
        split(filled, parts, by="department", created=now, overwrite=True)
        show("merging")
        merge(
            [filled, parts],
            merged,
            language=spoken,
            as_of=done.as_of,
            created=now,
            overwrite=True,
        )
    made = {"blank": blank, "filled": filled, "parts": parts, "merged": merged}
    end = say("cli", "demo_done", spoken, **made)
    tell_lines([*summary_lines(done.summary, spoken), "", end])


@click.group(cls=Group, invoke_without_command=True)
@language_option
@click.pass_context
def templates(context: click.Context, language: Language | None) -> None:
    """List, show and check workbook templates."""
    del language
    if context.invoked_subcommand is None:
        context.invoke(list_templates)


@templates.command("list")
@language_option
@guarded
def list_templates(language: Language | None = None) -> None:
    """List the templates that come with the program."""
    from ..loading import load_template, template_names

    spoken, names = speech(language), template_names()
    for name in names:
        template = load_template(name)
        tables = " · ".join(sheet.label[spoken] for sheet in template.tables)
        place = f"{name:<{max(map(len, names))}}"
        tell(f"{place}  {template.version}  {template.title[spoken]}  ({tables})")
    tell(say("cli", "templates_next", spoken), err=True)


@templates.command("show")
@click.argument("template", shell_complete=offer_templates)
@language_option
@guarded
def show_template(template: str, language: Language | None) -> None:
    """Show the sheets and columns of TEMPLATE."""
    from ..loading import load_template

    loaded = load_template(template)
    spoken = speech(language, loaded.language)
    tell(f"{loaded.id}  {loaded.version}  {loaded.title[spoken]}")
    tell(say("cli", "template_marks", spoken))
    for form in loaded.forms:
        tell(f"\n{form.id}  {form.label[spoken]}")
        for field in form.fields:
            tell(f"  {field.id:<18} {field.type:<10} {field.label[spoken]}")
    for sheet in loaded.tables:
        tell(f"\n{sheet.id}  {sheet.label[spoken]}")
        for column in sheet.columns:
            formula = f"  = {column.formula}" if column.formula else ""
            required = " *" if column.is_required else ""
            tell(f"  {column.id:<18} {column.type:<10} {column.label[spoken]}{required}{formula}")


@templates.command("new")
@click.argument("name", metavar="ID")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False))
@language_option
@guarded
def new_template(name: str, output: Path | None, language: Language | None) -> None:
    """Write a template of your own to start from, called ID, with comments."""
    from ..loading import start_faults, write_start

    spoken = speech(language)
    for fault in start_faults(name):
        raise click.BadParameter(fault.describe(spoken), param_hint="ID")
    path = output or Path(f"{name}.toml")
    if path.suffix.lower() != ".toml":
        raise UnknownTemplate("not_a_template", file=path.name)
    write_start(path, name, spoken)
    check = command_line("templates check", path)
    generate = command_line("generate", path, "-o", f"{name}.xlsx")
    said = say("cli", "template_started", spoken, file=path, check=check, generate=generate)
    tell_lines([said])


@templates.command("check")
@click.argument("path", shell_complete=offer_templates)
@language_option
@json_option
@guarded
def check_templates(path: str, language: Language | None, as_json: bool) -> None:
    """Check the template at PATH, or a shipped one by name."""
    from ..loading import check_template, further_faults, load_template

    spoken = speech(language)
    try:
        template = load_template(path)
        spoken = speech(language, template.language)
        faults = check_template(template)
    except UnknownTemplate:
        raise
    except TemplateError as error:
        faults = (*error.faults, *further_faults(error))
    name = Path(path).name
    # One found when all was read, stands in no file it knows.
    faults = tuple(replace(fault, file=fault.file or name) for fault in faults)
    if as_json:
        print_json({"template": path, "faults": [fault.as_json(spoken) for fault in faults]})
        sys.exit(DOUBTS if faults else FINE)
    for fault in faults:
        tell(fault.describe(spoken))
    if faults:
        sys.exit(DOUBTS)
    tell_lines([say("cli", "template_sound", spoken, template=path)])


@click.command(cls=Command)
@click.argument("shell", type=NamedChoice(("bash", "zsh", "fish")))
@language_option
@guarded
def completion(shell: str, language: Language | None) -> None:
    """Print the script that lets SHELL complete commands, templates and fields."""
    del language
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    program = click.get_current_context().find_root().command
    tell(kind(program, {}, "marketing-sheets", COMPLETE).source())
