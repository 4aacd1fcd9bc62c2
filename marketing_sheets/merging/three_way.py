"""Merge the parts of a split that came back: base, headquarters now, departments now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..collecting.sources import natural_order
from ..languages import Language
from ..problems import Problem
from ..records import SheetRecords
from ..templates import TableSheet, Template
from .merge import merge_readings
from .model import Conflict, Duplicate, Merge, MergeTotal, Policy, Skipped, Source, Withdrawn
from .pile import pile_up
from .row_texts import own_name, row_texts
from .stopping import stopped
from .three_way_added import merge_added
from .three_way_form import (
    merge_choices,
    merge_form,
    merge_holidays,
    merge_settings,
    merge_thresholds,
)
from .three_way_model import Findings, Sheets, Work
from .three_way_records import account, gather
from .three_way_rows import merge_handed_out
from .three_way_sides import find_sides

__all__ = ["merge_returned"]


def merge_returned(
    sources: Sequence[Source],
    *,
    template: Template,
    language: Language,
    policy: Policy = "keep-both",
    per_department: bool = False,
    skipped: Iterable[Skipped] = (),
) -> Merge:
    """Merge parts of a split, three-way: what they were handed out as, and what they are now.

    Headquarters' file is found among `sources` by its content, its name, or its rows; without it
    the bases stand for it. A cell that one side edited takes the edit, equal edits agree, different
    ones are conflicts: "keep-both" and "stop" prefer headquarters. A row that one side deleted is
    withdrawn unless the other edited it; a row no base knows was added. Rows of a part that did not
    come back stay as headquarters has them. With `per_department` rows that were added in different
    departments are different records. Parts of another split are skipped and listed; a part that
    lost its base is compared with headquarters. The order of `sources` makes no difference.
    Computed columns are left missing.

    Raises MergeConflict with "stop" if there is a conflict, UsageError if no source is a part.
    """
    ordered = sorted(sources, key=lambda s: (natural_order(s.file), s.reading.sha256 or ""))
    sides = find_sides(ordered, template)
    skipped = (*skipped, *sides.skipped)
    if not sides.bases:
        merged = merge_readings(
            sides.sources,
            template=template,
            language=language,
            policy=policy,
            per_department=per_department,
            skipped=skipped,
        )
        return replace(merged, problems=(*sides.problems, *merged.problems))
    around = Sheets(
        sources=sides.sources,
        headquarters=sides.headquarters,
        bases=sides.bases,
        policy=policy,
        template=template,
        language=language,
        per_department=per_department,
    )
    merged = _merged(around)
    if policy == "stop" and merged.conflicts:
        raise stopped(merged, merged.conflicts)
    return replace(
        merged,
        skipped=skipped,
        problems=(*sides.problems, *merged.problems),
    )


def _merged(around: Sheets) -> Merge:
    """Merge sheet by sheet, then the form and the lists."""
    findings = Findings()
    form = merge_form(around, findings)
    settings = merge_settings(around, findings)
    thresholds = merge_thresholds(around, findings)
    conflicts, changes = findings.conflicts, findings.changes
    disputed: dict[str, dict[int, tuple[Conflict, ...]]] = {}
    sheets: dict[str, SheetRecords] = {}
    duplicates: list[Duplicate] = []
    withdrawn: list[Withdrawn] = []
    totals: list[MergeTotal] = []
    contested: dict[str, tuple[int, ...]] = {}
    across = across_doubles = 0
    for sheet in around.template.tables:
        work = _work(sheet, around)
        if work is None:
            continue
        merge_added(work, merge_handed_out(work))
        lines = sorted(work.lines, key=lambda line: line.order)
        sheets[sheet.id] = gather(work, lines, around.language)
        totals += account(work, lines)
        conflicts += work.conflicts
        changes += work.changes
        duplicates += work.duplicates
        withdrawn += work.withdrawn
        across += work.across
        across_doubles += work.across_doubles
        if found := {n: tuple(line.disputed) for n, line in enumerate(lines) if line.disputed}:
            disputed[sheet.id] = found
        marked = {id(line) for line in work.contested}
        if marked:
            contested[sheet.id] = tuple(n for n, line in enumerate(lines) if id(line) in marked)
    sources = tuple(around.sources)
    return Merge(
        template=around.template,
        language=around.language,
        form=form,
        sheets=sheets,
        choices=merge_choices(around),
        settings=settings,
        sources=sources,
        skipped=(),
        duplicates=tuple(duplicates),
        conflicts=tuple(conflicts),
        totals=tuple(totals),
        problems=tuple(p for source in sources for p in _problems(source)),
        extra_sheets={s.file: s.reading.extra_sheets for s in sources if s.reading.extra_sheets},
        policy=around.policy,
        contested=contested,
        withdrawn=tuple(withdrawn),
        is_three_way=True,
        changes=tuple(changes),
        disputed=disputed,
        thresholds=thresholds,
        holidays=merge_holidays(around),
        per_department=around.per_department,
        across=across,
        across_doubles=across_doubles,
    )


def _work(sheet: TableSheet, around: Sheets) -> Work | None:
    """Lay out a sheet of all sources; None where no file has it."""
    pile = pile_up(sheet, around.sources)
    if pile is None:
        return None
    texts = [text for part in pile.parts.values() for text in row_texts(part, sheet)]
    has = {}
    for number, part in pile.parts.items():
        headers = () if part.extras is None else part.extras.columns
        has[number] = frozenset(part.origin.columns) | frozenset(map(own_name, headers))
    own = dict.fromkeys(map(own_name, pile.extras.columns))
    names = (*(column.id for column in sheet.inputs), *own)
    ids = [""] * len(texts)
    if "row_id" in pile.origins:
        carried = pile.origins["row_id"].tolist()
        ids = [row_id if isinstance(row_id, str) else "" for row_id in carried]
    return Work(sheet=sheet, around=around, pile=pile, texts=texts, ids=ids, has=has, names=names)


def _problems(source: Source) -> Iterable[Problem]:
    for problem in source.reading.problems:
        yield replace(problem, place=replace(problem.place, file=source.file))
