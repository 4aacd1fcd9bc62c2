"""`marketing-sheets merge` and `split`: one workbook out of many, many out of one."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..texts import Language, say
from .boundary import (
    DOUBTS,
    UNUSABLE,
    FailOn,
    counted,
    doubts_code,
    fail_on_option,
    guarded,
    json_option,
    language_option,
    tell_lines,
    template_option,
)
from .days import day_option
from .help import Command, NamedChoice
from .terminal import command_line, is_verbose, print_json, problem_lines, shown_stages, speech

if TYPE_CHECKING:
    from ..merging import By, Merge, MergeResult, Policy, SkippedFile
    from ..splitting import Part, Split


_SHOWN = 20
# The words of `merging.model.POLICIES`, which cannot be loaded for the sake of a help text.
_POLICIES = ("keep-both", "first", "last", "newest", "stop")
_PARTS = ("read", "merged", "duplicates", "overruled", "withdrawn")
_BY = ("department", "owner", "channel")


@click.command(cls=Command)
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="PATH...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@template_option
@language_option
@day_option("--as-of")
@click.option("--on-conflict", type=NamedChoice(_POLICIES), default="keep-both", show_default=True)
@click.option("--per-department/--across-departments", default=None)
@click.option("--jobs", type=int, metavar="N")
@click.option("--dask", metavar="ADDRESS")
@click.option("--cache", "cache_folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--no-cache", is_flag=True)
@click.option("--fail-fast", is_flag=True)
@click.option("--parquet", type=click.Path(path_type=Path, file_okay=False))
@click.option("--force", is_flag=True)
@fail_on_option
@json_option
@guarded
def merge(
    *,
    paths: tuple[str, ...],
    output: Path,
    template: str | None,
    language: Language | None,
    as_of: date | None,
    on_conflict: Policy,
    per_department: bool | None,
    jobs: int | None,
    dask: str | None,
    cache_folder: Path | None,
    no_cache: bool,
    fail_fast: bool,
    parquet: Path | None,
    force: bool,
    fail_on: FailOn,
    as_json: bool,
) -> None:
    """Merge the workbooks at PATH (files, folders, globs) into one, every row accounted for."""
    from ..documents import merge_report
    from ..merging import Cache, dask_executor, merge as merge_workbooks

    cluster = nullcontext(None) if dask is None else dask_executor(dask)
    with cluster as executor, shown_stages(output.name, speech(language)) as show:
        show("reading")
        result = merge_workbooks(
            paths,
            output,
            template=template,
            language=language,
            as_of=as_of,
            today=date.today(),
            on_conflict=on_conflict,
            per_department=per_department,
            executor=executor,
            jobs=jobs,
            cache=None if no_cache else Cache(cache_folder),
            fail_fast=fail_fast,
            parquet=parquet,
            overwrite=force,
            progress=lambda done, total, _: (
                show("reading", f"{done}/{total}") if done < total else show("merging")
            ),
        )
    spoken = result.merge.language
    if as_json:
        print_json(merge_report(result, spoken))
    else:
        counting = counted(result.merge.problems, fail_on)
        lines = (*_merge_lines(result, parquet, spoken), *_next_lines(result, template, spoken))
        tell_lines(lines, counting, spoken, _open(result, spoken))
    sys.exit(_code(result.merge, fail_on))


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path), metavar="MERGED")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False))
@day_option("--as-of")
@template_option
@click.option("--force", is_flag=True)
@language_option
@json_option
@guarded
def settle(
    *,
    file: Path,
    output: Path | None,
    as_of: date | None,
    template: str | None,
    force: bool,
    language: Language | None,
    as_json: bool,
) -> None:
    """Settle the conflicts of MERGED as ticked or typed in the column Use of its Conflicts.

    Merging MERGED with its sources does the same. What is not decided stays open.
    """
    from ..documents import merge_report
    from ..merging import settle as settle_conflicts

    result = settle_conflicts(
        file,
        output,
        template=template,
        as_of=as_of,
        today=date.today(),
        language=language,
        overwrite=force,
    )
    spoken = result.merge.language
    if as_json:
        print_json(merge_report(result, spoken))
    else:
        written = say("merge", "done.written", spoken, file=result.path)
        following = _next_lines(result, template, spoken)
        lines = (*_conflict_lines(result.merge, spoken), written, *following)
        tell_lines(lines, also=_conflict_lines(result.merge, spoken))
    sys.exit(DOUBTS if result.merge.conflicts else 0)


def _merge_lines(result: MergeResult, parquet: Path | None, language: Language) -> Iterator[str]:
    """Say what went in, what did not, whether it reconciles, and where it is."""
    from ..merging import sheet_label, template_note

    merge = result.merge

    def tell(key: str, **params: object) -> str:
        return say("merge", f"done.{key}", language, **params)

    yield from _source_lines(result, language)
    sums: dict[str, dict[str, int]] = {}
    for total in merge.totals:
        if total.column is None:
            rows = sums.setdefault(total.sheet, dict.fromkeys(_PARTS, 0))
            for part in _PARTS:
                rows[part] += int(getattr(total, part))
    for sheet, rows in sums.items():
        if rows["read"]:
            line = tell("sheet", sheet=sheet_label(merge, sheet), **rows)
            lost = [tell(part, count=rows[part]) for part in _PARTS[2:] if rows[part]]
            yield "  " + line + "".join(lost)
    if merge.reconciles:
        yield tell("reconciled", count=len(merge.totals))
    yield from _conflict_lines(merge, language)
    doubtful = [problem for problem in merge.problems if problem.severity != "info"]
    if doubtful:
        tab = say("merge", "log.tab", merge.language)
        yield tell("to_check", count=len(doubtful), tab=tab)
        shown = problem_lines(doubtful, language)[:_SHOWN]
        yield from (f"  {line}" for line in shown)
    for sheet, tabs in result.continued.items():
        params = {"rows": f"{len(merge.sheets[sheet].frame):,}", "tabs": ", ".join(tabs)}
        yield tell("continued", sheet=sheet_label(merge, sheet), **params)
    if merge.skipped:
        yield tell("skipped", count=len(merge.skipped))
        yield from (f"  {_left_out(skipped, language)}" for skipped in merge.skipped)
    yield from template_note(merge, language)
    yield from _left_lines(merge, language)
    yield tell("written", file=result.path)
    yield from [tell("too_large")] * result.is_too_large
    if result.parquet:
        yield tell("parquet", count=len(result.parquet), folder=parquet)


def _next_lines(result: MergeResult, template: str | None, language: Language) -> Iterator[str]:
    """Say what is to be done next: with the files left out, with the conflicts, or nothing."""
    from ..merging import NO_LOSS

    if any(skipped.code not in NO_LOSS for skipped in result.merge.skipped):
        yield say("merge", "next.again", language)
    if result.merge.conflicts:
        yield say(
            "merge",
            "next.settle",
            language,
            tab=say("merge", "conflicts.tab", result.merge.language),
            use=say("merge", "conflicts.use", result.merge.language),
            command=command_line("settle", result.path, template=template),
        )


def _open(result: MergeResult, language: Language) -> Iterator[str]:
    """Say what makes a merge unfinished: files left out, and conflicts."""
    from ..merging import NO_LOSS

    lost = [skipped for skipped in result.merge.skipped if skipped.code not in NO_LOSS]
    yield from (_left_out(skipped, language) for skipped in lost)
    if result.merge.conflicts:
        yield from _conflict_lines(result.merge, language)


def _source_lines(result: MergeResult, language: Language) -> Iterator[str]:
    """Say how many files went in, which are copies, and what was known of them before."""
    merge = result.merge
    yield say("merge", "done.files", language, count=len(merge.sources))
    for file, original in merge.copies.items():
        yield f"  {file}: " + say("merge", "log.notes.copy", language, file=original)
    if merge.reused:
        yield "  " + say("merge", "done.reused", language, count=merge.reused)
    if result.is_known:
        yield "  " + say("merge", "done.known", language)


def _left_lines(merge: Merge, language: Language) -> Iterator[str]:
    """Name what stays in the files: sheets of staff's own, comments, pictures, charts."""
    from ..merging import lying

    lines = [f"{file} › {sheet}" for file, tabs in merge.extra_sheets.items() for sheet in tabs]
    for file, things in merge.laid_on.items():
        for one in things:
            place = " › ".join(part for part in (file, one.sheet, one.cell) if part)
            lines.append(f"{place}: {lying(one, language)}")
    if lines:
        tab = say("merge", "log.tab", merge.language)
        yield say("merge", "done.left", language, count=len(lines), tab=tab)
        yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield "  …"


def _left_out(skipped: SkippedFile, language: Language) -> str:
    trace = f"\n{skipped.params['trace']}" if is_verbose() and "trace" in skipped.params else ""
    return skipped.describe(language) + trace


def _conflict_lines(merge: Merge, language: Language) -> Iterator[str]:
    """Say how many conflicts there are, and which option may settle them."""
    from ..merging import advice, settled_notes

    if merge.conflicts:
        tab = say("merge", "conflicts.tab", merge.language)
        yield say("merge", "done.conflicts", language, count=len(merge.conflicts), tab=tab)
    yield from ("  " + line for line in (*advice(merge, language), *settled_notes(merge, language)))
    if merge.changes or merge.withdrawn:
        tab = say("merge", "changes.tab", merge.language)
        count = len(merge.changes) + len(merge.withdrawn)
        yield say("merge", "done.accepted", language, count=count, tab=tab)


def _code(merge: Merge, fail_on: FailOn) -> int:
    """Return the exit code: whether a file was lost, or anything is left for people to decide."""
    from ..merging import NO_LOSS

    lost = {skipped.code for skipped in merge.skipped} - NO_LOSS
    if lost - {"lock_file"}:
        return UNUSABLE
    is_open = bool(lost or merge.conflicts) and fail_on == "warning"
    return DOUBTS if is_open else doubts_code(merge.problems, fail_on)


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by", type=NamedChoice(_BY), required=True)
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path))
@day_option("--as-of")
@template_option
@click.option("--force", is_flag=True)
@language_option
@fail_on_option
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
    fail_on: FailOn,
    as_json: bool,
) -> None:
    """Split FILE: one workbook per department, owner or channel, each with its own rows.

    When they come back filled in, merge them with FILE: edits are told from what stood there.
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
    spoken = speech(language, done.reading.language)
    is_open = fail_on == "warning" and any(_is_doubtful(row.reason) for row in done.unassigned)
    if as_json:
        print_json(_document(done, spoken, file))
    else:
        counting = counted(done.reading.problems, fail_on)
        again = command_line(
            "merge", file, folder, "-o", say("cli", "merged_name", spoken), template=template
        )
        lines = _split_lines(done, spoken, file, folder, again)
        tell_lines(lines, counting, spoken, _unassigned_lines(done, spoken) if is_open else ())
    sys.exit(DOUBTS if is_open else doubts_code(done.reading.problems, fail_on))


def _is_doubtful(reason: str) -> bool:
    """Whether somebody should have said whose the row is: not where the sheet has no column."""
    return reason != "no_column"


def _split_lines(
    done: Split, language: Language, file: Path, folder: Path, command: str
) -> Iterator[str]:
    rows = sum(sum(part.rows.values()) for part in done.parts)
    count = len(done.parts)
    yield say("split", "done", language, file=file.name, parts=count, rows=rows, folder=folder)
    for part in done.parts:
        yield _part_line(done, part, language)
    blank = [part.label for part in done.parts if part.value and not any(part.rows.values())]
    if blank:
        yield say(
            "split", "blank_parts", language, parts=say("split", "joint", language).join(blank)
        )
    own = [
        sheet.label[language]
        for sheet in done.reading.template.tables
        if done.by == "department" and sheet.per_department
    ]
    if own:
        yield say("split", "own_sheets", language, sheets=say("split", "joint", language).join(own))
    yield say("split", "reconciles", language)
    yield from _unassigned_lines(done, language)
    if done.reading.extra_sheets:
        names = say("split", "joint", language).join(done.reading.extra_sheets)
        yield say("split", "stays", language, sheets=names)
    doubtful = [problem for problem in done.reading.problems if problem.severity != "info"]
    yield from problem_lines(doubtful, language)
    yield say(
        "split",
        "return",
        language,
        folder=folder,
        by=say("split", f"by.{done.by}", language),
        command=command,
        tab=say("merge", "conflicts.tab", language),
    )


def _part_line(done: Split, part: Part, language: Language) -> str:
    template = done.reading.template
    sheets = say("split", "joint", language).join(
        say("split", "sheet_rows", language, sheet=template[name].label[language], rows=rows)
        for name, rows in part.rows.items()
        if rows
    )
    total = sum(part.rows.values())
    if not total:
        return say("split", "part_blank", language, file=part.path.name)
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
