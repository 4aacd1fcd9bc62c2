"""`marketing-sheets demo`: the whole loop on the example, to look at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from ..languages import Language
from ..wording import say
from .boundary import guarded, language_option, shown_stages

__all__ = ["demo"]


@click.command()
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), required=False
)
@language_option
@guarded
def demo(folder: Path, language: Language | None) -> None:
    """Generate the example, recalculate it, and leave both workbooks in FOLDER (demo/).

    \b
    marketing-sheets demo
    """
    from ..summary import summary_lines
    from ..template_files import load_template
    from ..workbooks import example_folder, generate_workbook, recalculate

    spoken: Language = language or "zh-Hans"
    template = load_template("campaign_tracker")
    now = datetime.now().replace(microsecond=0)
    folder.mkdir(parents=True, exist_ok=True)
    blank = folder / say("cli", "demo_blank", spoken)
    filled = folder / say("cli", "demo_filled", spoken)
    with shown_stages(filled.name, spoken) as show:
        show("generating")
        generate_workbook(template, blank, language=spoken, created=now, overwrite=True)
        generate_workbook(
            template,
            filled,
            language=spoken,
            records=example_folder(template, spoken),
            created=now,
            overwrite=True,
        )
        done = recalculate(filled, created=now, progress=show)
    for line in summary_lines(done.summary, spoken):
        click.echo(line)
    click.echo()
    click.echo(say("cli", "demo_done", spoken, blank=blank, filled=filled))
