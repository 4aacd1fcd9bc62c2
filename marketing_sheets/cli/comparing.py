"""`marketing-sheets diff`: who changed what between two workbooks."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from ..texts import Language
from .boundary import (
    DOUBTS,
    FINE,
    guarded,
    json_option,
    language_option,
    tell_lines,
    template_option,
)
from .days import day_option
from .help import Command
from .terminal import print_json, shown_stages, speech

_SHOWN = 20


@click.command(cls=Command)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False))
@day_option("--as-of")
@template_option
@language_option
@click.option("--force", is_flag=True)
@json_option
@guarded
def diff(
    *,
    before: Path,
    after: Path,
    output: Path | None,
    as_of: date | None,
    template: str | None,
    language: Language | None,
    force: bool,
    as_json: bool,
) -> None:
    """Say who changed what from the workbook BEFORE to the workbook AFTER, record by record."""
    from ..merging import diff as compare_workbooks, diff_lines

    with shown_stages(after.name, speech(language)) as show:
        show("reading")
        found = compare_workbooks(
            before,
            after,
            output=output,
            template=template,
            language=language,
            as_of=as_of,
            today=date.today(),
            created=datetime.now().replace(microsecond=0),
            overwrite=force,
        )
    if as_json:
        from ..documents import diff_report

        print_json(diff_report(found))
    else:
        tell_lines(diff_lines(found, found.language, _SHOWN))
    sys.exit(FINE if found.is_same else DOUBTS)
