"""Merge the parts of a split that came back: base, headquarters now, departments now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from ..collecting.sources import natural_order
from ..errors import MergeConflict, UsageError
from ..languages import Language, fold
from ..places import Place
from ..problems import Problem
from ..records import SheetRecords
from ..templates import TableSheet, Template
from .base import Base, base_of, has_base
from .merge import merge_readings
from .model import Conflict, Duplicate, Merge, MergeTotal, Policy, Skipped, Source, Withdrawn
from .pile import pile_up
from .row_texts import NO_ROW, own_name, row_texts
from .three_way_added import merge_added
from .three_way_form import merge_choices, merge_form, merge_settings
from .three_way_model import Sheets, Work
from .three_way_records import account, gather
from .three_way_rows import merge_handed_out

__all__ = ["has_base", "merge_returned"]

_LISTED = 5


def merge_returned(
    sources: Sequence[Source],
    *,
    template: Template,
    language: Language,
    policy: Policy = "keep-both",
    skipped: Iterable[Skipped] = (),
) -> Merge:
    """Merge parts of a split, three-way: what they were handed out as, and what they are now.

    Headquarters' file is found among `sources` by its content, its name, or its rows; without it
    the bases stand for it. A cell that one side edited takes the edit, equal edits agree, different
    ones are conflicts: "keep-both" and "stop" prefer headquarters. A row that one side deleted is
    withdrawn unless the other edited it; a row no base knows was added. Rows of a part that did not
    come back stay as headquarters has them. Parts of another split are skipped and listed. The
    order of `sources` makes no difference. Computed columns are left missing.

    Raises MergeConflict with "stop" if there is a conflict, UsageError if no source is a part.
    """
    ordered = sorted(sources, key=lambda s: (natural_order(s.file), s.reading.sha256 or ""))
    known = [base_of(source.reading) for source in ordered]
    problems = [
        Problem(code="base_damaged", place=Place(file=source.file))
        for source, base in zip(ordered, known, strict=True)
        if base is None and has_base(source.reading)
    ]
    if problems and not any(known):
        merged = merge_readings(
            sources, template=template, language=language, policy=policy, skipped=skipped
        )
        return replace(merged, problems=(*problems, *merged.problems))
    split = _split(ordered, [base for base in known if base is not None])
    strangers = [
        Skipped(
            file=source.file,
            code="other_split",
            params={"file": source.file, "source": base.file},
        )
        for source, base in zip(ordered, known, strict=True)
        if base is not None and base.split != split
    ]
    kept = [(s, b) for s, b in zip(ordered, known, strict=True) if b is None or b.split == split]
    bases = {number: base for number, (_, base) in enumerate(kept) if base is not None}
    ours = tuple(source for source, _ in kept)
    around = Sheets(
        sources=ours,
        headquarters=_headquarters(ours, bases),
        bases=bases,
        policy=policy,
        template=template,
        language=language,
    )
    merged = _merged(around)
    if policy == "stop" and merged.conflicts:
        raise _stopped(merged)
    return replace(
        merged,
        skipped=(*skipped, *strangers),
        problems=(*problems, *merged.problems),
    )


def _merged(around: Sheets) -> Merge:
    """Merge sheet by sheet, then the form and the lists."""
    conflicts: list[Conflict] = []
    form = merge_form(around, conflicts)
    settings = merge_settings(around, conflicts)
    sheets: dict[str, SheetRecords] = {}
    duplicates: list[Duplicate] = []
    withdrawn: list[Withdrawn] = []
    totals: list[MergeTotal] = []
    contested: dict[str, tuple[int, ...]] = {}
    for sheet in around.template.tables:
        work = _work(sheet, around)
        if work is None:
            continue
        merge_added(work, merge_handed_out(work))
        lines = sorted(work.lines, key=lambda line: line.order)
        sheets[sheet.id] = gather(work, lines, around.language)
        totals += account(work, lines)
        conflicts += work.conflicts
        duplicates += work.duplicates
        withdrawn += work.withdrawn
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


def _split(sources: Sequence[Source], bases: Sequence[Base]) -> str:
    """Return the split to merge: that of a file that is here, else that of the most parts."""
    if not bases:
        raise UsageError("no_parts")
    counts: defaultdict[str, int] = defaultdict(int)
    files: dict[str, Base] = {}
    for base in bases:
        counts[base.split] += 1
        files[base.split] = base
    here = {source.reading.sha256 for source in sources}
    return min(counts, key=lambda name: (files[name].sha256 not in here, -counts[name], name))


def _headquarters(sources: Sequence[Source], bases: Mapping[int, Base]) -> int | None:
    """Return which source is the file that was split, as it is now; None if it is not here."""
    others = [number for number in range(len(sources)) if number not in bases]
    base = next(iter(bases.values()))
    for number in others:
        if sources[number].reading.sha256 == base.sha256:
            return number
    for number in others:
        if fold(PurePosixPath(sources[number].file).name) == fold(base.file):
            return number
    shares = {number: _share(sources[number], bases.values()) for number in others}
    best = max(others, key=lambda number: (shares[number], -number), default=None)
    return best if best is not None and shares[best] >= _MOST else None


# Under another name it is headquarters' file if it still has half of what was handed out.
_MOST = 0.5


def _share(source: Source, bases: Iterable[Base]) -> float:
    """Return how much of what was handed out a file has, by key or content."""
    template = source.reading.template
    names: dict[str, set[object]] = {}
    for sheet in template.tables:
        records = source.reading.sheets.get(sheet.id)
        texts = () if records is None else row_texts(records, sheet)
        names[sheet.id] = {text.key(sheet) or text.content for text in texts}
    total = found = 0
    tables = {sheet.id: sheet for sheet in template.tables}
    for base in bases:
        for row in base.rows:
            if row.sheet in tables and row.texts != NO_ROW:
                total += 1
                found += (row.texts.key(tables[row.sheet]) or row.texts.content) in names[row.sheet]
    return found / total if total else 0.0


def _problems(source: Source) -> Iterable[Problem]:
    for problem in source.reading.problems:
        yield replace(problem, place=replace(problem.place, file=source.file))


def _stopped(merge: Merge) -> MergeConflict:
    """Return the error that lists the first conflicts."""
    lines = []
    for conflict in merge.conflicts[:_LISTED]:
        said = " / ".join(f"{v.text or '–'} ({v.place})" for v in conflict.versions)
        name = " · ".join(word for word in conflict.key if word)
        where = " › ".join(part for part in (name, conflict.column) if part)
        lines.append(f"  {where}: {said}")
    return MergeConflict("merge_conflict", count=len(merge.conflicts), listed="\n".join(lines))
