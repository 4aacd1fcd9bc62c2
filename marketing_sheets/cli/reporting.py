"""`marketing-sheets report` and `chat`: a campaign as a written report, and as a message."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal

import click

from ..texts import Language, say
from .boundary import guarded, json_option, language_option, tell_lines, template_option
from .days import day_option
from .help import Command, NamedChoice
from .offers import offer_stages
from .terminal import hand_on, print_json, shown_stages, speech, tell


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--house", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--stage", shell_complete=offer_stages)
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
    tell_lines([say("cli", code, done.language, file=done.path)])


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--for", "product", type=NamedChoice(("dingtalk", "wecom", "feishu")))
@day_option("--as-of")
@template_option
@language_option
@guarded
def chat(
    *,
    file: Path,
    product: Literal["dingtalk", "wecom", "feishu"] | None,
    as_of: date | None,
    template: str | None,
    language: Language | None,
) -> None:
    """Say FILE in one message for a group chat."""
    from ..chat import chat_text

    with shown_stages(file.name, speech(language)) as show:
        show("reading")
        text = chat_text(
            file,
            product=product,
            template=template,
            as_of=as_of,
            today=date.today(),
            language=language,
        )
    if product is None:
        tell(text)
    else:
        hand_on(text)
