"""Rows that are the same record: which stay, which are duplicates, which lose, what fills gaps.

What makes two rows the same record, and what makes them say the same, are numbers to compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ..records import Integers
from ..texts import fold
from ..values import as_text
from .model import Policy, is_nothing
from .pile import Fill, Pile
from .rows import own_name, value_text

if TYPE_CHECKING:
    import numpy.typing as npt

# The code of a cell that holds nothing.
BLANK = -1
MERGED, DUPLICATE, OVERRULED, WITHDRAWN = range(4)


def record_codes(
    pile: Pile,
    speaks_for: Sequence[int],
    *,
    owners: pd.Series[Any] | None = None,
    variants: Mapping[int, int] = MappingProxyType({}),
) -> Integers:
    """Return a number per row: rows with the same number are the same record.

    A record is told by the key columns if all of them have a value, words compared folded, and with
    `owners` by whose the row is; else by where it was typed. `speaks_for`
    gives, per voice, the one it is counted as: a copy of a file is that file. Rows of different
    `variants` are different records whatever their keys say.
    """
    rows = len(pile.frame)
    keyed = np.full(rows, bool(pile.sheet.key))
    parts: list[Integers] = []
    for name in pile.sheet.key:
        codes = _codes(pile.frame[name])
        keyed &= codes != BLANK
        parts.append(codes)
    if owners is not None:
        parts.append(_codes(owners))
    if variants:
        numbers = np.zeros(rows, dtype=np.int64)
        numbers[[*variants]] = [*variants.values()]
        parts.append(numbers)
    # BLANK is -1 and `combined` takes 0 or more: every code moves up by one.
    by_key = combined([codes + 1 for codes in parts], rows)
    voice = np.asarray(speaks_for, dtype=np.int64)[pile.voice] if rows else pile.voice
    by_place = combined([voice, pile.tab, pile.row], rows)
    # A row without a full key is only ever the row typed at the same place, as in a copy of its
    # file. Both kinds of number must not meet.
    first_free = int(by_key.max()) + 1 if rows else 0
    return np.where(keyed, by_key, by_place + first_free)


def cell_codes(pile: Pile, rows: Integers) -> dict[str, Integers]:
    """Return numbers for what the cells of `rows` say, column by column, staff's own last.

    Typed values count, with their kind and remark; where there is none, what stands in the cell.
    """
    codes: dict[str, Integers] = {}
    for column in pile.sheet.inputs:
        name = column.id
        values = pile.frame[name].take(rows)
        typed = _codes(values)
        untyped = np.flatnonzero(typed == BLANK)
        raw = pile.raw[name].to_numpy(dtype=object)[rows[untyped]]
        # What could not be read is compared as it stands: two files that both say 待定 agree.
        texts = [None if is_nothing(cell) else fold(as_text(cell)) for cell in raw.tolist()]
        found = _factorized(texts)
        typed[untyped] = np.where(found == BLANK, BLANK, found + int(typed.max(initial=-1)) + 1)
        extra: list[Integers] = []
        if name in pile.kinds:
            extra.append(_codes(pile.kinds[name].take(rows)))
        if pile.remarks.get(name):
            remarks = pile.remarks[name]
            extra.append(_factorized([remarks.get(at) for at in rows.tolist()]))
        codes[name] = _refined(typed, extra)
    for at, header in enumerate(pile.extras.columns):
        cells = pile.extras.iloc[:, at].to_numpy(dtype=object)[rows].tolist()
        said = [None if is_nothing(cell) else _own_text(cell) for cell in cells]
        codes[own_name(header)] = _factorized(said)
    return codes


def _own_text(cell: object) -> str:
    """Return what a cell of staff's own column says; 3 and the text 3 are two things."""
    return fold(cell) if isinstance(cell, str) else f"= {value_text(cell)}"


def combined(parts: Sequence[Integers], rows: int) -> Integers:
    """Return numbers for the distinct combinations of several numbers, all of them 0 or more."""
    total = np.zeros(rows, dtype=np.int64)
    for codes in parts:
        # Numbers of a mixed base, made small again after each digit so that no product overflows.
        total = total * (int(codes.max(initial=0)) + 1) + codes
        total = pd.factorize(total)[0].astype(np.int64)
    return total


def _codes(values: pd.Series[Any]) -> Integers:
    """Return the same number for what says the same: 15 digits alike, or words folded alike."""
    codes, distinct = pd.factorize(values.array)
    if distinct.dtype.kind == "f":
        words = [value_text(number) for number in distinct.tolist()]
    elif isinstance(values.dtype, pd.StringDtype) or values.dtype == object:
        # Folding is slow and words repeat: each distinct one is folded once.
        words = [fold(str(word)) for word in distinct]
    else:
        return np.asarray(codes, dtype=np.int64)
    folded = pd.factorize(np.array(words, dtype=object))[0]
    found = np.full(len(codes), BLANK, dtype=np.int64)
    found[codes >= 0] = folded[codes[codes >= 0]]
    return found


def _factorized(texts: Sequence[str | None]) -> Integers:
    if not any(text is not None for text in texts):
        return np.full(len(texts), BLANK, dtype=np.int64)
    return pd.factorize(np.array(texts, dtype=object))[0].astype(np.int64)


def _refined(codes: Integers, others: Sequence[Integers]) -> Integers:
    if not others:
        return codes
    whole = combined([codes + 1, *(other + 1 for other in others)], len(codes))
    return np.where(codes == BLANK, BLANK, whole)


class Typed(NamedTuple):
    """A value that a person typed for a cell on the sheet Conflicts: the row, column and text."""

    row: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """Rows of one record that say different things; `cells` gives, per column, which of them stand.

    Rows are positions in the pile; `group` are all of the record, those among them that say nothing
    new. A column whose cells all say the same is not among `cells`.
    """

    rows: tuple[int, ...]
    cells: dict[str, tuple[int, ...]]
    group: tuple[int, ...] = ()


@dataclass(slots=True, kw_only=True, eq=False)
class Settlement:
    """What became of each row of a pile.

    `bucket` is MERGED, DUPLICATE or OVERRULED. `doubles` are rows that are one, the one kept first;
    `contested` those that stand beside another version of the same record.
    """

    bucket: npt.NDArray[np.int8]
    doubles: list[tuple[int, ...]] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    contested: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rivals:
    """The rows that share a record, group after group, the better witnesses first.

    `moments` are when the files that are here were saved, by voice.
    """

    pile: Pile
    policy: Policy
    rows: Integers
    group: Integers
    voice: Integers
    holder: Integers
    is_indirect: npt.NDArray[np.bool_]
    content: Integers
    cells: dict[str, Integers]
    moments: dict[int, float]


def settle(
    pile: Pile,
    *,
    policy: Policy,
    speaks_for: Sequence[int],
    owners: pd.Series[Any] | None = None,
    decided: Mapping[int, int] = MappingProxyType({}),
    variants: Mapping[int, int] = MappingProxyType({}),
) -> Settlement:
    """Decide about every row of a pile, whatever the order of the sources.

    `decided` are the buckets of rows about which it is known already; those kept may still meet
    others that are the same record.

    Equal rows of several files become one, as often as the file that has most of them. Rows of one
    record that differ all stay with keep-both and stop; else those of one file stay, and what is
    blank there is filled from the next.
    """
    settlement = Settlement(bucket=np.zeros(len(pile.frame), dtype=np.int8))
    settlement.bucket[[*decided]] = [*decided.values()]
    records = record_codes(pile, speaks_for, owners=owners, variants=variants)
    is_open = settlement.bucket == MERGED
    _, group = np.unique(records, return_inverse=True)
    counts = np.bincount(group[is_open], minlength=len(records))
    # Most records stand in one row: nothing has to be decided about them.
    shared = np.flatnonzero(is_open & (counts[group] > 1))
    if not len(shared):
        return settlement
    indirect = pile.is_indirect
    # Within a record what a file says itself goes before what an earlier merge passed on; `rank`
    # does not depend on the order in which the files were named.
    order = np.lexsort((pile.rank[shared], indirect[shared], group[shared]))
    rows = shared[order].astype(np.int64)
    cells = cell_codes(pile, rows)
    rivals = _Rivals(
        pile=pile,
        policy=policy,
        rows=rows,
        group=group[rows].astype(np.int64),
        voice=np.asarray(speaks_for, dtype=np.int64)[pile.voice[rows]],
        holder=pile.holder[rows],
        is_indirect=indirect[rows],
        content=combined([codes + 1 for codes in cells.values()], len(rows)),
        cells=cells,
        moments=_moments(pile),
    )
    starts = np.flatnonzero(np.append(True, rivals.group[1:] != rivals.group[:-1]))
    ends = np.append(starts[1:], len(rows))
    # Thousands of groups are of two easy kinds and settled as arrays; only the others one by one.
    alike, plain = _easy_groups(rivals, starts, ends)
    _settle_alike(rivals, starts[alike], ends[alike], settlement)
    hard = ~(alike | plain)
    for start, end in zip(starts[hard].tolist(), ends[hard].tolist(), strict=True):
        _settle_group(rivals, range(start, end), settlement)
    return settlement


def _easy_groups(
    rivals: _Rivals, starts: Integers, ends: Integers
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell the groups of equal rows, one a file, and those of one file's rows, which all stay."""

    def is_one(values: Integers) -> npt.NDArray[np.bool_]:
        least, most = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        return np.asarray(least == most, dtype=np.bool_)

    # A file that has a row twice means two of them, so equal rows are not simply one.
    pairs = combined([rivals.group, rivals.holder], len(rivals.rows))
    order = np.argsort(pairs, kind="stable")
    is_repeat = np.zeros(len(pairs), dtype=bool)
    is_repeat[order[1:]] = pairs[order[1:]] == pairs[order[:-1]]
    has_repeat = np.logical_or.reduceat(is_repeat, starts)
    one_content = is_one(rivals.content)
    one_file = is_one(rivals.holder) & (one_content | is_one(rivals.voice))
    alike = one_content & ~has_repeat & (ends - starts > 1)
    return alike, one_file & ~alike


def _settle_alike(
    rivals: _Rivals, starts: Integers, ends: Integers, settlement: Settlement
) -> None:
    """Keep the first row of each group; list the others, but for echoes of what was said itself."""
    if not len(starts):
        return
    sizes = ends - starts
    number = np.repeat(np.arange(len(starts)), sizes)
    offset = np.arange(len(number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = np.repeat(starts, sizes) + offset
    settlement.bucket[rivals.rows[at[offset > 0]]] = DUPLICATE
    voices = int(rivals.voice.max()) + 1
    # An echo is a row of an earlier merge whose own file is here as well: listing it as a duplicate
    # would tell people about a double that nobody typed.
    said = number * voices + rivals.voice[at]
    heard = said[~rivals.is_indirect[at] | (offset == 0)]
    is_echo = rivals.is_indirect[at] & (offset > 0) & np.isin(said, heard)
    listed = np.bincount(number[~is_echo], minlength=len(starts))
    keep = ~is_echo & (listed[number] > 1)
    found = rivals.rows[at[keep]]
    bounds = np.flatnonzero(np.append(True, number[keep][1:] != number[keep][:-1]))
    if len(found):
        settlement.doubles += [tuple(part.tolist()) for part in np.split(found, bounds[1:])]


def _settle_group(rivals: _Rivals, group: range, settlement: Settlement) -> None:
    speakers = _speakers(rivals, group)
    witnesses = _witnesses(rivals, group, speakers)
    contents: dict[tuple[int, int], set[int]] = {}
    for at in witnesses:
        contents.setdefault(speakers[at], set()).add(int(rivals.content[at]))
    said = list(contents.values())
    disagree = any(other != said[0] for other in said)
    # One speaker cannot contradict itself: its different rows are different things under one key.
    if rivals.policy in ("keep-both", "stop") or len(said) == 1 or len(set().union(*said)) == 1:
        kept = _keep(rivals, list(group), settlement)
        settlement.contested += [int(rivals.rows[at]) for at in kept if disagree]
        stands = {name: set(codes[kept].tolist()) for name, codes in rivals.cells.items()}
    else:
        stands = _overrule(rivals, group, speakers, settlement)
    if disagree:
        _record(rivals, group, witnesses, stands, settlement)


def _speakers(rivals: _Rivals, group: range) -> dict[int, tuple[int, int]]:
    """Tell who says each row: the file it was typed in, or an echo of it that came another way."""
    direct = {int(rivals.voice[at]) for at in group if not rivals.is_indirect[at]}
    speakers = {}
    for at in group:
        voice = int(rivals.voice[at])
        is_echo = bool(rivals.is_indirect[at]) and voice in direct
        speakers[at] = (voice, int(rivals.holder[at]) if is_echo else -1)
    return speakers


def _witnesses(rivals: _Rivals, group: range, speakers: dict[int, tuple[int, int]]) -> list[int]:
    """Return the rows but for echoes that say what the file they come from says itself."""
    said = {(speakers[at], int(rivals.content[at])) for at in group}
    return [
        at
        for at in group
        if speakers[at][1] < 0 or ((speakers[at][0], -1), int(rivals.content[at])) not in said
    ]


def _keep(rivals: _Rivals, group: Sequence[int], settlement: Settlement) -> list[int]:
    """Keep each content as often as the file that has it most; return the rows kept."""
    kept: list[int] = []
    for copies in _by_content(rivals, group):
        most = max(len(rows) for rows in copies)
        # Two files with the row twice and once mean two, not three.
        best = next(rows for rows in copies if len(rows) == most)
        kept += best
        for number, row in enumerate(best):
            others = [rows[number] for rows in copies if rows is not best and len(rows) > number]
            settlement.bucket[rivals.rows[others]] = DUPLICATE
            _list_double(rivals, row, others, settlement)
    return kept


def _by_content(rivals: _Rivals, group: Sequence[int]) -> Iterator[list[list[int]]]:
    """Yield, per content, the rows that have it, file by file."""
    contents: dict[int, dict[int, list[int]]] = {}
    for at in group:
        files = contents.setdefault(int(rivals.content[at]), {})
        files.setdefault(int(rivals.holder[at]), []).append(at)
    for files in contents.values():
        yield list(files.values())


def _list_double(rivals: _Rivals, kept: int, others: Sequence[int], settlement: Settlement) -> None:
    """List a row with those it was found again in, but for echoes of its own or another's."""
    heard = {int(rivals.voice[at]) for at in (kept, *others) if not rivals.is_indirect[at]}
    heard.add(int(rivals.voice[kept]))
    named = [at for at in others if not (rivals.is_indirect[at] and rivals.voice[at] in heard)]
    if named:
        settlement.doubles.append(tuple(rivals.rows[[kept, *named]].tolist()))


def _overrule(
    rivals: _Rivals,
    group: range,
    speakers: dict[int, tuple[int, int]],
    settlement: Settlement,
) -> dict[str, set[int]]:
    """Keep the rows of the file that wins; return which cell codes stand, column by column."""
    order = sorted(set(speakers.values()), key=lambda one: _standing(rivals, group, speakers, one))
    place = {speaker: number for number, speaker in enumerate(order)}
    ranked = sorted(group, key=lambda at: (place[speakers[at]], at))
    winner = [at for at in ranked if speakers[at] == order[0]]
    kept = _keep(rivals, winner, settlement)
    contents = {int(rivals.content[at]): at for at in reversed(kept)}
    losers = ranked[len(winner) :]
    for at in losers:
        same = contents.get(int(rivals.content[at]))
        settlement.bucket[rivals.rows[at]] = OVERRULED if same is None else DUPLICATE
    for row in kept:
        alike = [at for at in losers if contents.get(int(rivals.content[at])) == row]
        _list_double(rivals, row, alike, settlement)
    stands = {name: set(codes[kept].tolist()) for name, codes in rivals.cells.items()}
    # Into several rows nobody knows which gap to fill.
    if len(kept) == 1:
        for name, codes in rivals.cells.items():
            donor = next((at for at in losers if codes[at] != BLANK), None)
            if codes[kept[0]] == BLANK and donor is not None:
                target, giver = int(rivals.rows[kept[0]]), int(rivals.rows[donor])
                settlement.fills.append(Fill(name, target, giver))
                stands[name] = {int(codes[donor])}
    return stands


def _standing(
    rivals: _Rivals, group: range, speakers: dict[int, tuple[int, int]], speaker: tuple[int, int]
) -> tuple[bool, float, int]:
    """Return what to sort speakers by, the winner first; echoes come last of all."""
    voice, echo = speaker
    if rivals.policy == "last":
        return (echo >= 0, 0.0, -voice)
    if rivals.policy == "first":
        return (echo >= 0, 0.0, voice)
    # `newest` goes by when the file itself was saved, if it is here, not by when a merge of it was.
    if voice in rivals.moments:
        return (echo >= 0, -rivals.moments[voice], voice)
    held = {int(rivals.holder[at]) for at in group if speakers[at] == speaker}
    return (echo >= 0, -max(rivals.pile.sources[holder].saved for holder in held), voice)


def _moments(pile: Pile) -> dict[int, float]:
    saved = {source.file: source.saved for source in pile.sources}
    return {at: saved[file] for at, file in enumerate(pile.voices) if file in saved}


def _record(
    rivals: _Rivals,
    group: range,
    witnesses: Sequence[int],
    stands: dict[str, set[int]],
    settlement: Settlement,
) -> None:
    """List the rows that disagree, and which of them stand, cell by cell."""
    rows = sorted(witnesses, key=lambda at: int(rivals.pile.rank[rivals.rows[at]]))
    cells = {}
    for name, codes in rivals.cells.items():
        values = codes[rows].tolist()
        if len(set(values)) > 1:
            stand = stands[name]
            cells[name] = tuple(n for n, value in enumerate(values) if value in stand)
    positions = tuple(rivals.rows[rows].tolist())
    everyone = tuple(rivals.rows[list(group)].tolist())
    settlement.disputes.append(Dispute(rows=positions, cells=cells, group=everyone))
