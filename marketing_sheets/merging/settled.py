"""What people decided about the rows of a table: one version of a record stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..texts import fold, say
from .cells import Cells
from .lines import HandedOut
from .model import Conflict, MergeTotal
from .pile import Fill, Pile, additive
from .rows import OWN
from .settling import MERGED, OVERRULED, Dispute, Settlement, Typed
from .way import typed


@dataclass(slots=True, kw_only=True, eq=False)
class HandedOutcome:
    """The conflicts of a table that are open, those that were settled, and amounts typed in."""

    conflicts: list[Conflict] = field(default_factory=list)
    settled: list[Conflict] = field(default_factory=list)
    totals: list[MergeTotal] = field(default_factory=list)


def settle_disputes(
    cells: Cells, settlement: Settlement, handed: HandedOut
) -> tuple[Pile, HandedOutcome]:
    """Let records about which everything has been decided stand in one row, as decided.

    Returns the pile with what people typed. A record stays as it is while one of its cells is open,
    or while one file has several rows of it.
    """
    found = HandedOutcome(conflicts=list(handed.conflicts), settled=list(handed.settled))
    values, rank = list(handed.typed), cells.pile.rank
    for dispute in sorted(settlement.disputes, key=lambda one: int(rank[one.rows[0]])):
        decided = {name: (one, *cells.decide(one)) for name, one in _conflicts(dispute, cells)}
        standing = [row for row in dispute.group if settlement.bucket[row] == MERGED]
        pile = cells.pile
        speakers = {(int(pile.holder[row]), int(pile.voice[row])) for row in standing}
        texts = {name: text for name, (_, _, text) in decided.items() if text is not None}
        if len(texts) == len(decided) and len(speakers) == len(standing):
            values += _collapse(cells, settlement, handed, dispute, texts)
            found.settled += [one for _, one, _ in decided.values()]
            continue
        for before, one, text in decided.values():
            # A tick stays beside its version until the rest of the record is decided.
            found.conflicts.append(one if text is None else replace(before, use=one.use))
    pile = _with_typed(cells.pile, values, settlement, handed)
    tab = say("merge", "conflicts.tab", cells.way.language)
    for name in additive(pile.sheet):
        rows = [one.row for one in values if one.name == name]
        if rows:
            total = float(pile.frame[name].iloc[rows].sum())
            sheet = pile.sheet.id
            found.totals.append(
                MergeTotal(sheet=sheet, file=tab, column=name, read=total, merged=total)
            )
    return pile, found


def _conflicts(dispute: Dispute, cells: Cells) -> Iterator[tuple[str, Conflict]]:
    """Walk the cells about which files disagree."""
    pile = cells.pile
    direct = frozenset(source.file for source in pile.sources)
    key, record = cells.key(dispute.rows[0]), cells.record(dispute.rows[0])
    # What a merged workbook says of a file that is here was changed in that workbook.
    as_typed = [pile.voices[pile.voice[row]] not in direct for row in dispute.rows]
    for name, kept in dispute.cells.items():
        versions = tuple(
            cells.version(row, name, typed=is_typed)
            for row, is_typed in zip(dispute.rows, as_typed, strict=True)
        )
        yield (
            name,
            Conflict(
                sheet=pile.sheet.id,
                key=key,
                column=pile.header(name),
                versions=versions,
                kept=kept,
                record=record,
            ),
        )


def _collapse(
    cells: Cells,
    settlement: Settlement,
    handed: HandedOut,
    dispute: Dispute,
    texts: dict[str, str],
) -> Iterator[Typed]:
    """Keep the row that says most of what was decided, its other cells taken or typed in."""
    words = {name: fold(text) for name, text in texts.items()}

    def agreed(row: int) -> int:
        return sum(fold(cells.text(row, name)) == word for name, word in words.items())

    rank = cells.pile.rank
    standing = [row for row in dispute.group if settlement.bucket[row] == MERGED]
    home = max(standing, key=lambda row: (agreed(row), -int(rank[row])))
    settlement.bucket[[row for row in standing if row != home]] = OVERRULED
    settlement.contested = [row for row in settlement.contested if row not in dispute.group]
    settlement.fills = [
        fill for fill in settlement.fills if fill.target != home or fill.column not in texts
    ]
    for name, word in words.items():
        if fold(cells.text(home, name)) == word:
            continue
        donor = next((row for row in dispute.rows if fold(cells.text(row, name)) == word), None)
        if donor is None:
            yield Typed(home, name, texts[name])
            continue
        settlement.fills.append(Fill(name, home, donor))
        fates = handed.cells.setdefault(name, {})
        fates[home], fates[donor] = (OVERRULED, home), (MERGED, home)


def _with_typed(
    pile: Pile, values: Sequence[Typed], settlement: Settlement, handed: HandedOut
) -> Pile:
    """Return the pile with the values that were typed; the figures they replace are overruled."""
    if not values:
        return pile
    frame, raw, extras = pile.frame.copy(), pile.raw.copy(), pile.extras.copy()
    kinds = {name: series.copy() for name, series in pile.kinds.items()}
    remarks: dict[str, dict[int, str]] = {n: dict(texts) for n, texts in pile.remarks.items()}
    for row, name, text in values:
        if name.startswith(OWN):
            extras.loc[row, pile.header(name)] = text
            continue
        found = typed(text, pile.sheet[name], pile.sources[0].reading)
        value: Any = None if found is None else found.values.iat[0]
        frame.loc[row, name], raw.loc[row, name] = value, text
        remarks.get(name, {}).pop(row, None)
        if name in kinds and found is not None and found.kinds is not None:
            kinds[name].iloc[row] = found.kinds.iat[0]
        fates = handed.cells.setdefault(name, {})
        fates[row] = (OVERRULED, row)
        for other, (bucket, home) in fates.items():
            if home == row and bucket == MERGED:
                fates[other] = (OVERRULED, row)
        settlement.fills = [
            fill for fill in settlement.fills if (fill.target, fill.column) != (row, name)
        ]
    return replace(pile, frame=frame, raw=raw, extras=extras, kinds=kinds, remarks=remarks)
