"""Merge the parts of a split that came back: base, headquarters now, departments now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ..errors import UsageError
from ..problems import Place, Problem
from ..records import SheetRecords
from ..template import TableSheet, Template
from ..texts import Language, fold
from .base import Base, base_of, is_marked, is_part, rebuilt, shares_rows
from .model import Conflict, Duplicate, Merge, MergeTotal, Policy, Source, Withdrawn, stopped
from .pile import pile_up
from .plain import merge_readings
from .rows import NO_ROW, id_text, own_name, row_texts
from .sources import SkippedFile, natural_order
from .three_way_form import (
    merge_choices,
    merge_form,
    merge_holidays,
    merge_settings,
    merge_thresholds,
)
from .three_way_rows import merge_added, merge_handed_out
from .three_way_work import Findings, Sheets, Work, account, gather

# Under another name it is headquarters' file if it still has half of what was handed out.
_MOST = 0.5
# What parts were handed out as where no base is left: nothing is known.
_UNKNOWN = Base(split="", file="", sha256="", by="department", value="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The sources of one split, headquarters' number among them, and the bases of the parts.

    Without `bases` nothing can be told of what was handed out: the sources are plain files.
    """

    sources: tuple[Source, ...]
    headquarters: int | None
    bases: Mapping[int, Base]
    skipped: tuple[SkippedFile, ...]
    problems: tuple[Problem, ...]


def find_sides(sources: Sequence[Source], template: Template) -> Sides:
    """Part headquarters from the parts of its split; parts of another split are left out.

    A part whose base is gone or damaged is known by what it says of itself, or by its row ids; its
    base is rebuilt from headquarters' file. Raises UsageError if no source is a part.
    """
    known = [base_of(source.reading) for source in sources]
    whole = [base for base in known if base is not None]
    # A part can lose its hidden base (a sheet deleted, a file saved by another program) and still
    # say which split it is of.
    bare = [b is None and is_part(s.reading) for s, b in zip(sources, known, strict=True)]
    if not whole and not any(bare):
        raise UsageError("no_parts")
    split = _split(sources, whole)
    skipped = []
    ours: list[int] = []
    originals = {base.sha256 for base in whole if base.split == split}
    for number, (source, base) in enumerate(zip(sources, known, strict=True)):
        is_original = source.reading.sha256 in originals
        if is_original and base is not None and base.split != split:
            known[number] = None  # a part that was split again
        # The file that was split belongs here even if it is a part of another split itself.
        stranger = None if is_original else _stranger(source, base, split)
        if stranger is None:
            ours.append(number)
        else:
            skipped.append(stranger)
    kept = tuple(sources[number] for number in ours)
    bases = {at: base for at, number in enumerate(ours) if (base := known[number]) is not None}
    lost = [at for at, number in enumerate(ours) if bare[number]]
    headquarters = _headquarters(kept, bases) if bases else _shared(kept, lost)
    lost = [at for at in lost if at != headquarters]
    siblings = [*bases.values()]
    main = None if headquarters is None else kept[headquarters]
    code = "base_damaged"
    if siblings or main is not None:
        for at in lost:
            bases[at] = rebuilt(kept[at], main, siblings or [_UNKNOWN], template)
        # Headquarters' file unchanged since the split is as good as the base itself; edited since,
        # its edits and the part's cannot be told apart.
        is_same = bool(siblings) and main is not None and _is_original(main, siblings[0])
        code = "base_rebuilt" if is_same else "base_unknown"
    problems = [Problem(code=code, place=Place(file=kept[at].file)) for at in lost]
    return Sides(
        sources=kept,
        headquarters=headquarters,
        bases=dict(sorted(bases.items())),
        skipped=tuple(skipped),
        problems=tuple(problems),
    )


def _stranger(source: Source, base: Base | None, split: str) -> SkippedFile | None:
    """Leave out a part of another split."""
    said = source.reading.split if base is None else base.split
    if not said or said == split:
        return None
    params = {"file": source.file}
    if base is None:
        return SkippedFile(file=source.file, code="lost_base", params=params)
    return SkippedFile(file=source.file, code="other_split", params={**params, "source": base.file})


def _split(sources: Sequence[Source], bases: Sequence[Base]) -> str:
    """Return the split to merge: that of a file that is here, else that of the most parts."""
    if not bases:
        said = Counter(source.reading.split for source in sources if source.reading.split)
        return min(said, key=lambda name: (-said[name], name), default="")
    counts = Counter(base.split for base in bases)
    files = {base.split: base for base in bases}
    here = {source.reading.sha256 for source in sources}
    return min(counts, key=lambda name: (files[name].sha256 not in here, -counts[name], name))


def _headquarters(sources: Sequence[Source], bases: Mapping[int, Base]) -> int | None:
    """Return which source is the file that was split, as it is now; None if it is not here."""
    base = next(iter(bases.values()))
    others = [
        number
        for number, source in enumerate(sources)
        if number not in bases and (not is_marked(source.reading) or _is_original(source, base))
    ]
    # In this order of trust: the very file, the file of that name, the file with most of the rows.
    for number in others:
        if _is_original(sources[number], base):
            return number
    for number in others:
        if fold(PurePosixPath(sources[number].file).name) == fold(base.file):
            return number
    shares = {number: _share(sources[number], bases.values()) for number in others}
    best = max(others, key=lambda number: (shares[number], -number), default=None)
    return best if best is not None and shares[best] >= _MOST else None


def _is_original(source: Source, base: Base) -> bool:
    return source.reading.sha256 == base.sha256


def _share(source: Source, bases: Iterable[Base]) -> float:
    """Return how much of what was handed out a file has, by key or content."""
    template = source.reading.template
    names: dict[str, set[object]] = {}
    for sheet in template.tables:
        records = source.reading.sheets.get(sheet.id)
        texts = () if records is None else row_texts(records, sheet)
        # A row without a key is known by all it says.
        names[sheet.id] = {text.key(sheet) or text.content for text in texts}
    total = found = 0
    tables = {sheet.id: sheet for sheet in template.tables}
    for base in bases:
        for row in base.rows:
            if row.sheet in tables and row.texts != NO_ROW:
                total += 1
                found += (row.texts.key(tables[row.sheet]) or row.texts.content) in names[row.sheet]
    return found / total if total else 0.0


def _shared(sources: Sequence[Source], parts: Sequence[int]) -> int | None:
    """Return the first file that is no part and has rows that the parts carry the ids of."""
    readings = [sources[at].reading for at in parts]
    for number, source in enumerate(sources):
        if number not in parts and any(shares_rows(one, [source.reading]) for one in readings):
            return number
    return None


def merge_returned(
    sources: Sequence[Source],
    *,
    template: Template,
    language: Language,
    policy: Policy = "keep-both",
    per_department: bool = False,
    skipped: Iterable[SkippedFile] = (),
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
    # Nothing below may depend on the order in which files were named.
    ordered = sorted(sources, key=lambda s: (natural_order(s.file), s.reading.sha256 or ""))
    sides = find_sides(ordered, template)
    skipped = (*skipped, *sides.skipped)
    # Nobody knows what was handed out: they are files like any others.
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
        ids = [id_text(row_id) for row_id in pile.origins["row_id"].tolist()]
    return Work(sheet=sheet, around=around, pile=pile, texts=texts, ids=ids, has=has, names=names)


def _problems(source: Source) -> Iterable[Problem]:
    for problem in source.reading.problems:
        yield replace(problem, place=replace(problem.place, file=source.file))
