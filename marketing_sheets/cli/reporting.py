"""`marketing-sheets report`: a campaign as a written report."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from ..texts import Language, say
from .boundary import day_option, guarded, json_option, language_option, template_option
from .help import Command
from .terminal import print_json, shown_stages, speech, tell


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--house", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--stage")
@day_option("--as-of")
@template_option
@language_option
@click.option("--force", is_flag=True)
@json_option
@guarded
def report(
    *,
    file: Path,
    output: Path,
    house: Path | None,
    stage: str | None,
    as_of: date | None,
    template: str | None,
    language: Language | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write the report of FILE: five chapters with charts, for Word or as a page.

    What people wrote into the places for it goes into the next report.
    """
    from ..report import write_report

    with shown_stages(file.name, speech(language)) as show:
        show("reading")
        done = write_report(
            file,
            output,
            house=house,
            stage=stage,
            template=template,
            as_of=as_of,
            today=date.today(),
            language=language,
            overwrite=force,
            created=datetime.now().replace(microsecond=0),
        )
    if as_json:
        print_json({"file": file, "report": done.path, "took_over": done.took_over})
        return
    code = "reported_again" if done.took_over else "reported"
    tell(say("cli", code, done.language, file=done.path))
