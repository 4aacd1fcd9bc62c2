"""`marketing-sheets split`: one workbook per department, owner or channel."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
    template_option,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..merging.base import By
    from ..splitting import Part, Split

__all__ = ["split"]

_BY = ("department", "owner", "channel")
_SHOWN = 20


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by", type=click.Choice(_BY), required=True, help="What parts the rows.")
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the parts: a new one.",
)
@day_option("--as-of", "Show figures as of this day; else the workbook's, else today.")
@template_option
@click.option("--force", is_flag=True, help="Replace an earlier split in that folder.")
@language_option
@json_option
@guarded
def split(
    *,
    file: Path,
    by: By,
    folder: Path,
    as_of: date | None,
    template: str | None,
    force: bool,
    language: Language | None,
    as_json: bool,
) -> None:
    """Split FILE: one workbook per department, owner or channel, each with its own rows.

    When they come back filled in, merge them with FILE: edits are told from what stood there.

    \b
    marketing-sheets split 618.xlsx --by department -o parts
    marketing-sheets merge 618.xlsx parts -o merged.xlsx
    """
    from ..splitting import split as split_workbook

    with shown_stages(file.name, speech(language)) as show:
        done = split_workbook(
            file,
            folder,
            by=by,
            template=template,
            language=language,
            as_of=as_of or date.today(),
            overwrite=force,
            progress=lambda stage, _done, _total: show(stage),
        )
    spoken = language or done.reading.language
    if as_json:
        print_json(_document(done, spoken, file))
    else:
        for line in _lines(done, spoken, file, folder):
            click.echo(line)
    if are_serious(done.reading.problems) or any(
        _is_doubtful(row.reason) for row in done.unassigned
    ):
        sys.exit(PROBLEMS_FOUND)


def _is_doubtful(reason: str) -> bool:
    """Whether somebody should have said whose the row is: not where the sheet has no column."""
    return reason != "no_column"


def _lines(done: Split, language: Language, file: Path, folder: Path) -> Iterator[str]:
    rows = sum(sum(part.rows.values()) for part in done.parts)
    count = len(done.parts)
    yield say("split", "done", language, file=file.name, parts=count, rows=rows, folder=folder)
    for part in done.parts:
        yield _part_line(done, part, language)
    yield say("split", "reconciles", language)
    yield from _unassigned_lines(done, language)
    if done.reading.extra_sheets:
        names = say("split", "joint", language).join(done.reading.extra_sheets)
        yield say("split", "stays", language, sheets=names)
    doubtful = [problem for problem in done.reading.problems if problem.severity != "info"]
    yield from problem_lines(doubtful, language)
    command = f"marketing-sheets merge {_quoted(file)} {_quoted(folder)} -o merged.xlsx"
    yield say("split", "return", language, command=command)


def _part_line(done: Split, part: Part, language: Language) -> str:
    template = done.reading.template
    sheets = say("split", "joint", language).join(
        say("split", "sheet_rows", language, sheet=template[name].label[language], rows=rows)
        for name, rows in part.rows.items()
        if rows
    )
    total = sum(part.rows.values())
    return say("split", "part", language, file=part.path.name, rows=total, sheets=sheets)


def _unassigned_lines(done: Split, language: Language) -> Iterator[str]:
    if not done.unassigned:
        return
    file = next(part.path.name for part in done.parts if not part.value)
    yield say("split", "unassigned.head", language, count=len(done.unassigned), file=file)
    template = done.reading.template
    whole = Counter(row.sheet for row in done.unassigned if not _is_doubtful(row.reason))
    column = say("split", f"by.{done.by}", language)
    for name, count in whole.items():
        sheet = template[name].label[language]
        line = say("split", "unassigned.sheet", language, sheet=sheet, count=count, column=column)
        yield f"  {line}"
    cells = [row for row in done.unassigned if _is_doubtful(row.reason)]
    for row in cells[:_SHOWN]:
        yield f"  {row.describe(language)}"
    if len(cells) > _SHOWN:
        yield "  " + say("split", "unassigned.more", language, count=len(cells) - _SHOWN)


def _document(done: Split, language: Language, file: Path) -> dict[str, object]:
    return {
        "file": file,
        "sha256": done.reading.sha256,
        "by": done.by,
        "split": done.split_id,
        "folder": done.folder,
        "parts": [
            {"value": part.value, "label": part.label, "file": part.path, "rows": part.rows}
            for part in done.parts
        ],
        "unassigned": [
            {
                "sheet": row.place.sheet,
                "cell": row.place.cell,
                "reason": row.reason,
                "text": row.text,
            }
            for row in done.unassigned
        ],
        "totals": [
            {"sheet": t.sheet, "column": t.column, "whole": t.whole, "parts": t.parts}
            for t in done.totals
        ],
        "extra_sheets": list(done.reading.extra_sheets),
        "problems": [problem.as_json(language) for problem in done.reading.problems],
    }


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
