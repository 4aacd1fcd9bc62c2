"""`marketing-sheets demo`: everything there is on the example, to look at."""

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
    """Generate the example, recalculate it, split it among departments and merge it again.

    All of it stays in FOLDER (demo/), to be looked at.

    \b
    marketing-sheets demo
    """
    from ..merging.posting import merge
    from ..splitting.split import split
    from ..summary import summary_lines
    from ..template_files import load_template
    from ..workbooks import example_folder, generate_workbook, recalculate

    spoken: Language = language or "zh-Hans"
    template = load_template("campaign_tracker")
    now = datetime.now().replace(microsecond=0)
    folder.mkdir(parents=True, exist_ok=True)
    blank = folder / say("cli", "demo_blank", spoken)
    filled = folder / say("cli", "demo_filled", spoken)
    parts = folder / say("cli", "demo_parts", spoken)
    merged = folder / say("cli", "demo_merged", spoken)
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
    for line in summary_lines(done.summary, spoken):
        click.echo(line)
    click.echo()
    made = {"blank": blank, "filled": filled, "parts": parts, "merged": merged}
    click.echo(say("cli", "demo_done", spoken, **made))
