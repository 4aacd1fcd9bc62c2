"""`marketing-sheets merge`: bring the workbooks of departments together."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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
    speech,
    template_option,
)

if TYPE_CHECKING:
    from ..merging.model import Merge, Policy
    from ..merging.workbook import MergeResult

__all__ = ["merge"]

_SHOWN = 20
# The words of `merging.model.POLICIES`, which cannot be loaded for the sake of a help text.
_POLICIES = ("keep-both", "first", "last", "newest", "stop")
# Passed over by rule, so that nothing is missing from the result.
_NO_LOSS = frozenset(("hidden_file", "backup", "earlier_merge", "no_spreadsheet"))


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The workbook to write; an earlier merge there is replaced.",
)
@template_option
@language_option
@day_option("--as-of", "Compute as of this day; else the latest the workbooks state, else today.")
@click.option(
    "--on-conflict",
    type=click.Choice(_POLICIES),
    default="keep-both",
    show_default=True,
    help="Which version counts where files disagree about a record.",
)
@click.option(
    "--per-department",
    is_flag=True,
    help="Rows of different departments are different records even if their keys agree.",
)
@click.option("--jobs", type=int, metavar="N", help="Read in N processes; else as many as suit.")
@click.option("--dask", metavar="ADDRESS", help="Read on the Dask cluster at this address.")
@click.option(
    "--cache",
    "cache_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Remember what was read in this folder, not in the standard one.",
)
@click.option("--no-cache", is_flag=True, help="Read every file anew and remember nothing.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first file that cannot be read.")
@click.option(
    "--parquet",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write the merged records to this folder, one Parquet file a sheet.",
)
@click.option("--force", is_flag=True, help="Replace a file that is no earlier merge.")
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
    per_department: bool,
    jobs: int | None,
    dask: str | None,
    cache_folder: Path | None,
    no_cache: bool,
    fail_fast: bool,
    parquet: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Merge the workbooks at PATH (files, folders, globs) into one, every row accounted for.

    \b
    marketing-sheets merge 部门/ -o 合并.xlsx
    marketing-sheets merge "2024-06/**/*.xlsx" -o june.xlsx --on-conflict newest
    """
    from ..collecting.cache import Cache
    from ..collecting.dask import dask_executor
    from ..merging.document import merge_report
    from ..merging.posting import merge as merge_workbooks

    cluster = nullcontext(None) if dask is None else dask_executor(dask)
    with cluster as executor, _shown_progress(speech(language)) as show:
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
            progress=show,
        )
    spoken = language or result.merge.language
    if as_json:
        print_json(merge_report(result, spoken))
    else:
        for line in _lines(result, parquet, spoken):
            click.echo(line)
    if _needs_somebody(result.merge):
        sys.exit(PROBLEMS_FOUND)


@contextmanager
def _shown_progress(language: Language) -> Iterator[Callable[[int, int, str], None]]:
    """Give a function that moves a bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _name: None
        return
    label = say("merge", "done.reading", language)
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def show(done: int, total: int, _name: str) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield show


def _lines(result: MergeResult, parquet: Path | None, language: Language) -> Iterator[str]:
    """Say what went in, what did not, whether it reconciles, and where it is."""
    from ..merging.log import sheet_label

    merge = result.merge

    def tell(key: str, **params: object) -> str:
        return say("merge", f"done.{key}", language, **params)

    yield tell("files", count=len(merge.sources))
    for file, original in merge.copies.items():
        yield f"  {file}: " + say("merge", "log.notes.copy", language, file=original)
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
        for skipped in merge.skipped:
            yield "  " + skipped.describe(language)
    yield tell("written", file=result.path)
    if result.parquet:
        yield tell("parquet", count=len(result.parquet), folder=parquet)


def _conflict_lines(merge: Merge, language: Language) -> Iterator[str]:
    """Say how many conflicts there are, and which option may settle them."""
    from ..merging.log import advice

    if merge.conflicts:
        tab = say("merge", "conflicts.tab", merge.language)
        yield say("merge", "done.conflicts", language, count=len(merge.conflicts), tab=tab)
    yield from ("  " + line for line in advice(merge, language))
    if merge.changes or merge.withdrawn:
        tab = say("merge", "changes.tab", merge.language)
        count = len(merge.changes) + len(merge.withdrawn)
        yield say("merge", "done.accepted", language, count=count, tab=tab)


_PARTS = ("read", "merged", "duplicates", "overruled", "withdrawn")


def _needs_somebody(merge: Merge) -> bool:
    """Whether anything is left for people to decide, correct or hand in."""
    is_lost = any(skipped.code not in _NO_LOSS for skipped in merge.skipped)
    return is_lost or bool(merge.conflicts) or are_serious(merge.problems)
