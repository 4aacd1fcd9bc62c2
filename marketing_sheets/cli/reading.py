"""`marketing-sheets check`, `recalculate` and `export`: what filled workbooks say."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import click

from ..errors import UsageError, said_in
from ..exporting import ExportFormat, ExportTable
from ..texts import Language, say
from .boundary import (
    FailOn,
    Outcome,
    called,
    counted,
    doubts_code,
    fail_on_option,
    files_argument,
    found_files,
    guarded,
    json_option,
    language_option,
    run_files,
    tell_lines,
    template_option,
)
from .days import day_option
from .help import Command, NamedChoice
from .terminal import hint_lines, is_quiet, print_json, problem_lines, shown_stages, speech, tell

if TYPE_CHECKING:
    from ..workbooks import Recalculation


@click.command(cls=Command)
@files_argument
@day_option("--as-of")
@template_option
@language_option
@fail_on_option
@json_option
@guarded
def check(
    *,
    files: tuple[Path, ...],
    as_of: date | None,
    template: str | None,
    language: Language | None,
    fail_on: FailOn,
    as_json: bool,
) -> None:
    """Report every cell that cannot be trusted in the workbooks at PATH (files, folders, globs).

    The files stay as they are.
    """
    from ..loading import load_template
    from ..workbooks import check_workbook

    chosen = None if template is None else load_template(template)
    found, lost = found_files(files)

    def work(file: Path, name: str, show: Callable[[str], None]) -> Outcome:
        show("reading")
        reading, day = check_workbook(file, template=chosen, as_of=as_of, today=date.today())
        spoken = speech(language, reading.language)
        problems = reading.problems
        if as_json:
            from ..documents import report

            document = report(reading, as_of=day, language=spoken)
            return Outcome(problems=problems, language=spoken, document=document)
        problems = called(problems, name)
        rows = int(sum(total.used for total in reading.totals if total.column is None))
        head = say("cli", "checked", spoken, file=name, rows=rows, count=len(problems))
        lines = problem_lines(problems, spoken, every=True)
        return Outcome(problems=problems, language=spoken, lines=[head, *lines])

    sys.exit(run_files(found, work, language=language, as_json=as_json, fail_on=fail_on, lost=lost))


@click.command(cls=Command)
@files_argument
@click.option("-o", "--output", type=click.Path(path_type=Path))
@day_option("--as-of")
@template_option
@language_option
@click.option("--no-marks", is_flag=True)
@click.option("--mark", is_flag=True)
@click.option("--backup", is_flag=True)
@click.option("--force", is_flag=True)
@fail_on_option
@json_option
@guarded
def recalculate(
    *,
    files: tuple[Path, ...],
    output: Path | None,
    as_of: date | None,
    template: str | None,
    language: Language | None,
    no_marks: bool,
    mark: bool,
    backup: bool,
    force: bool,
    fail_on: FailOn,
    as_json: bool,
) -> None:
    """Recompute the workbooks at PATH (files, folders, globs) and write their Summary sheets.

    The sheet Review lists what is to be checked, and the tables mark it. Nothing else changes.
    """
    from ..loading import load_template
    from ..workbooks import recalculate as recalculate_workbook

    chosen = None if template is None else load_template(template)
    folder = None if output is None else output.resolve()
    found, lost = found_files(files, folder, in_place=output is None)
    targets = dict(zip(found, _targets(found, output), strict=True))

    def work(file: Path, name: str, show: Callable[[str], None]) -> Outcome:
        done = recalculate_workbook(
            file,
            output=targets[file],
            template=chosen,
            as_of=as_of,
            today=date.today(),
            language=language,
            backup=backup,
            overwrite=force,
            marks=mark or not no_marks,
            mark_cells=mark,
            created=datetime.now().replace(microsecond=0),
            progress=show,
        )
        spoken = speech(language, done.reading.language)
        problems = done.reading.problems
        if as_json:
            from ..documents import report

            document = report(done.reading, as_of=done.as_of, language=spoken)
            document["receipt"] = done.receipt.as_json()
            return Outcome(problems=problems, language=spoken, document=document)
        lines = _recalculated(done, name, spoken, is_marked=mark)
        # Of several, each begins with its file.
        lines = ["", f"{name} ──"] * (len(found) > 1) + lines
        return Outcome(problems=called(problems, name), language=spoken, lines=lines)

    sys.exit(run_files(found, work, language=language, as_json=as_json, fail_on=fail_on, lost=lost))


def _recalculated(
    done: Recalculation, name: str, language: Language, *, is_marked: bool
) -> list[str]:
    from ..summary import summary_lines

    doubtful = [p for p in called(done.reading.problems, name) if p.severity != "info"]
    written = done.receipt
    tab, review = written.sheets[0].sheet, written.sheets[-1].sheet
    key = "marked" if is_marked else "summarised" if tab == review else "listed"
    lines = [
        *summary_lines(done.summary, language),
        *problem_lines(doubtful, language),
        *hint_lines(called(done.summary.hints, name), language),
        say("cli", key, language, file=written.output, tab=tab, review=review),
    ]
    if written.lost:
        cells = ", ".join(dict.fromkeys(one.cell for one in written.lost))
        lines.append(say("cli", "lost_beside", language, tab=tab, cells=cells))
    return lines


def _targets(files: list[Path], output: Path | None) -> list[Path | None]:
    if output is None:
        return [None] * len(files)
    # A path without a suffix is meant as a folder, there or not.
    if output.is_dir() or len(files) > 1 or not output.suffix:
        is_file = output.exists() or output.suffix.lower() in (".xlsx", ".xlsm")
        if is_file and not output.is_dir():
            raise UsageError("output_needs_folder", count=len(files), output=output)
        names = [file.name for file in files]
        for name in names:
            if names.count(name) > 1:
                raise UsageError("same_name_twice", file=name)
        output.mkdir(parents=True, exist_ok=True)
        return [output / name for name in names]
    return [output]


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "folder", required=True, type=click.Path(path_type=Path, file_okay=False)
)
@click.option(
    "--format",
    "file_format",
    type=NamedChoice(get_args(ExportFormat)),
    default="csv",
    show_default=True,
)
@click.option("--tables", type=NamedChoice([*get_args(ExportTable), "all"]), multiple=True)
@click.option("--labels", is_flag=True)
@day_option("--as-of")
@template_option
@click.option("--force", is_flag=True)
@language_option
@fail_on_option
@json_option
@guarded
def export(
    *,
    file: Path,
    folder: Path,
    file_format: ExportFormat,
    tables: tuple[ExportTable | Literal["all"], ...],
    labels: bool,
    as_of: date | None,
    template: str | None,
    force: bool,
    language: Language | None,
    fail_on: FailOn,
    as_json: bool,
) -> None:
    """Write the typed records of FILE, recomputed columns included, keyed by column id."""
    from ..exporting import export_records
    from ..loading import load_template
    from ..workbooks import check_workbook

    chosen = None if template is None else load_template(template)
    with shown_stages(file.name, speech(language)) as show:
        show("reading")
        reading, _ = check_workbook(file, template=chosen, as_of=as_of, today=date.today())
        show("writing")
        spoken = speech(language, reading.language)
        with said_in(spoken):
            paths = export_records(
                reading,
                folder,
                file_format,
                tables=tables or "records",
                labels=labels,
                language=spoken,
                overwrite=force,
            )
    if as_json:
        problems = [problem.as_json(spoken) for problem in reading.problems]
        print_json({"file": file, "exported": list(paths), "problems": problems})
        sys.exit(doubts_code(reading.problems, fail_on))
    tell_lines(map(str, paths))
    serious = [p for p in reading.problems if p.severity != "info"]
    if is_quiet():
        serious = counted(serious, fail_on)
    if serious:
        tell(say("cli", "export_problems", spoken, count=len(serious)), err=True)
        for line in problem_lines(serious, spoken):
            tell(line, err=True)
    sys.exit(doubts_code(reading.problems, fail_on))
