"""Who takes part in a merge: headquarters, the parts that came back with their bases, others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ..problems import Place, Problem
from ..template import Template
from ..texts import fold
from .base import Base, base_of, is_marked, is_part, rebuilt, shares_rows
from .model import Source
from .rows import NO_ROW, row_texts
from .sources import SkippedFile

# Under another name it is headquarters' file if it still has half of what was handed out.
_MOST = 0.5
# What parts were handed out as where no base is left: nothing is known.
_UNKNOWN = Base(split="", file="", sha256="", by="department", value="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The sources of one split, headquarters' number among them, and the bases of the parts.

    Without `bases` nothing is known of what was handed out: the sources are plain files.
    """

    sources: tuple[Source, ...]
    headquarters: int | None = None
    bases: Mapping[int, Base] = field(default_factory=dict)
    skipped: tuple[SkippedFile, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def base(self) -> Base | None:
        """What all parts were handed out with: the form and the lists; None without a split."""
        return next(iter(self.bases.values()), None)

    @property
    def speaking(self) -> tuple[int, ...]:
        """The sources that know the base: headquarters, then the parts."""
        first = () if self.headquarters is None else (self.headquarters,)
        return (*first, *self.bases)


def find_sides(sources: Sequence[Source], template: Template) -> Sides:
    """Part headquarters from the parts of its split; parts of another split are left out.

    A part whose base is gone or damaged is known by what it says of itself, or by its row ids; its
    base is rebuilt from headquarters' file. Without any part all sources are plain files.
    """
    known = [base_of(source.reading) for source in sources]
    whole = [base for base in known if base is not None]
    # A part can lose its hidden base (a sheet deleted, a file saved by another program) and still
    # say which split it is of.
    bare = [b is None and is_part(s.reading) for s, b in zip(sources, known, strict=True)]
    if not whole and not any(bare):
        return Sides(sources=tuple(sources))
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
