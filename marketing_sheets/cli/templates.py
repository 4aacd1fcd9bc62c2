"""`marketing-sheets templates`: list, show and check templates."""

from __future__ import annotations

import sys

import click

from ..errors import TemplateError, UnknownTemplate
from ..languages import Language
from ..wording import say
from .boundary import PROBLEMS_FOUND, guarded, language_option, speech

__all__ = ["templates"]


@click.group(invoke_without_command=True)
@click.pass_context
def templates(context: click.Context) -> None:
    """List, show and check workbook templates."""
    if context.invoked_subcommand is None:
        context.invoke(list_templates)


@templates.command("list")
@language_option
@guarded
def list_templates(language: Language | None = None) -> None:
    """List the templates that come with the program."""
    from ..template_files import load_template, template_names

    spoken = speech(language)
    for name in template_names():
        template = load_template(name)
        tables = " · ".join(sheet.label[spoken] for sheet in template.tables)
        click.echo(f"{name}  {template.version}  {template.title[spoken]}  ({tables})")


@templates.command("show")
@click.argument("template")
@language_option
@guarded
def show_template(template: str, language: Language | None) -> None:
    """Show the sheets and columns of TEMPLATE."""
    from ..template_files import load_template

    spoken = speech(language)
    loaded = load_template(template)
    click.echo(f"{loaded.id}  {loaded.version}  {loaded.title[spoken]}")
    for form in loaded.forms:
        click.echo(f"\n{form.id}  {form.label[spoken]}")
        for field in form.fields:
            click.echo(f"  {field.id:<18} {field.type:<10} {field.label[spoken]}")
    for sheet in loaded.tables:
        click.echo(f"\n{sheet.id}  {sheet.label[spoken]}")
        for column in sheet.columns:
            formula = f"  = {column.formula}" if column.formula else ""
            required = " *" if column.is_required else ""
            click.echo(
                f"  {column.id:<18} {column.type:<10} {column.label[spoken]}{required}{formula}"
            )


@templates.command("check")
@click.argument("path")
@language_option
@guarded
def check_templates(path: str, language: Language | None) -> None:
    """Check the template at PATH, or a shipped one by name."""
    from ..template_checks import check_template, further_faults
    from ..template_files import load_template

    spoken = speech(language)
    try:
        faults = check_template(load_template(path))
    except UnknownTemplate:
        raise
    except TemplateError as error:
        faults = (*error.faults, *further_faults(error))
    for fault in faults:
        click.echo(fault.describe(spoken))
    if faults:
        sys.exit(PROBLEMS_FOUND)
    click.echo(say("cli", "template_sound", spoken, template=path))
