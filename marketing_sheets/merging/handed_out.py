"""Rows that were handed out: what headquarters and departments made of each, cell by cell.

They are settled before all others; of a merge without a base there are none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ..problems import Place
from ..records import LOG
from ..texts import fold, say
from .base import BaseRow, by_column
from .cells import Cells, preferred
from .lines import HandedOut, Line, rearranged
from .model import Change, Conflict, Version, Withdrawn
from .pile import Pile, additive
from .rows import Known, Now, RowTexts, id_text, match_rows, row_texts
from .settling import DUPLICATE, MERGED, OVERRULED, WITHDRAWN, Typed
from .sides import Sides
from .way import Way

# The variant of a further row that a file has beside one that was handed out under its key.
_FURTHER = 1_000_000


def merge_handed_out(pile: Pile, sides: Sides, way: Way) -> HandedOut:
    """Settle every row that was handed out; each stands where headquarters has it now."""
    found = HandedOut(pile=pile)
    if not sides.bases:
        return found
    work = _Work(pile, sides, way, found)
    headquarters = sides.headquarters
    # A row that headquarters no longer has comes behind the one it last stood below.
    before = -1.0
    order: dict[int, tuple[float, ...]] = {}
    settled: set[int] = set()
    for base, here in work.sides_of_rows():
        settled.update(at for at in here.values() if at is not None)
        ours = None if headquarters is None else here.get(headquarters)
        before = before if ours is None else float(ours)
        rank = () if ours is not None else (1.0, float(base.position))
        line = work.settle(base, here, (0.0, before, *rank))
        if line is not None:
            order[line.home] = line.order
    work.tell_claims()
    rest = [at for at in range(len(work.texts)) if at not in settled]
    work.withdraw_copies(rest)
    work.take_echoes(rest)
    work.tell_apart(at for at in rest if at not in found.bucket)
    own = () if headquarters is None else pile.rows_of(headquarters)
    order |= {at: (0.0, float(at)) for at in own if at not in settled}
    work.account()
    found.pile = rearranged(pile, found.lines, order)
    return found


class _Work:
    """A table of all sources, and what has been decided about it so far."""

    def __init__(self, pile: Pile, sides: Sides, way: Way, found: HandedOut) -> None:
        self.pile, self.sides, self.way, self.found = pile, sides, way, found
        self.sheet, self.cells = pile.sheet, Cells(pile=pile, way=way)
        self.texts = [text for part in pile.parts.values() for text in row_texts(part, pile.sheet)]
        self.has = {number: pile.names_of(number) for number in pile.parts}
        self.ids = [""] * len(self.texts)
        if "row_id" in pile.origins:
            self.ids = [id_text(row_id) for row_id in pile.origins["row_id"].tolist()]

    def source(self, row: int) -> int:
        """Return the number of the source that a row was read from."""
        return int(self.pile.holder[row])

    def says(self, line: Line, name: str) -> str:
        """Return what a row of the result says in a cell."""
        return self.texts[line.taken(name)].says(name)

    def key(self, line: Line) -> tuple[str, ...]:
        """Return what a row of the result says in the key columns, folded."""
        return tuple(fold(self.says(line, name)) for name in self.sheet.key)

    def sides_of_rows(self) -> list[tuple[BaseRow, dict[int, int | None]]]:
        """Find every row of every base at headquarters and in the files it was handed out in.

        It is None where it was deleted. Headquarters comes first, then the parts, usually one.
        """
        bases, headquarters = self.sides.bases, self.sides.headquarters
        rows: dict[str, BaseRow] = {}
        for base in bases.values():
            rows |= {row.row_id: row for row in base.rows if row.sheet == self.sheet.id}
        # The bases of all parts know the same rows; each is looked for once, where it first stood.
        known = sorted(rows.values(), key=lambda row: (row.position, row.row_id))
        owned: dict[int, list[BaseRow]] = {} if headquarters is None else {headquarters: known}
        for source, base in bases.items():
            ids = {row.row_id for row in base.rows if row.sheet == self.sheet.id}
            owned[source] = [row for row in known if row.row_id in ids]
        here: dict[str, dict[int, int | None]] = {row.row_id: {} for row in known}
        for source, mine in owned.items():
            if source in self.pile.parts:  # a whole sheet that is gone is no deletion of its rows
                found = self._found(mine, source)
                for row in mine:
                    here[row.row_id][source] = found.get(row.row_id)
        self._find_moved(here, {row.row_id: row.texts.key(self.sheet) for row in known})
        return [(row, here[row.row_id]) for row in known]

    def _found(self, rows: Sequence[BaseRow], source: int) -> dict[str, int]:
        here = self.pile.rows_of(source)
        now = [Now(texts=self.texts[at], row_id=self.ids[at]) for at in here]
        known = [Known(row_id=row.row_id, texts=row.texts) for row in rows]
        origins = self.pile.parts[source].origins
        has_ids = origins is not None and "row_id" in origins
        base = next(iter(self.sides.bases.values()))
        by = by_column(self.sheet, base.by)
        found = match_rows(known, now, self.sheet, by=by, has_ids=has_ids)
        return {rows[k].row_id: here[n] for k, n in found.items()}

    def _find_moved(
        self,
        here: dict[str, dict[int, int | None]],
        keys: Mapping[str, tuple[str, ...] | None],
    ) -> None:
        """Find rows that left their own file for another one, id and all: moved, not deleted."""
        handed_out = {key for key in keys.values() if key is not None}
        headquarters = self.sides.headquarters
        taken = {at for rows in here.values() for at in rows.values() if at is not None}
        for source in self.sides.bases:
            for at in self.pile.rows_of(source):
                rows = here.get(self.ids[at])
                key = self.texts[at].key(self.sheet)
                is_other = key in handed_out and key != keys.get(self.ids[at])
                if rows is None or at in taken or is_other:
                    continue
                # Someone cut it out of one part and pasted it into another: the id came along.
                left = [
                    other for other, row in rows.items() if other != headquarters and row is None
                ]
                is_held = any(
                    row is not None for other, row in rows.items() if other != headquarters
                )
                if left and not is_held:
                    del rows[left[0]]
                    rows[source] = at
                    taken.add(at)

    def settle(
        self, base: BaseRow, sides: Mapping[int, int | None], order: tuple[float, ...]
    ) -> Line | None:
        """Decide on one row that was handed out; None where it is gone."""
        here = {source: at for source, at in sides.items() if at is not None}
        lacking = [source for source, at in sides.items() if at is None]
        if not here:
            return None  # gone everywhere: nobody disagrees
        rows = [*here.values()]
        against = self._kept_against(base, rows, lacking[0]) if lacking else None
        if lacking and against is None:
            return None
        # The department is who the row is from; headquarters only where nobody else has it.
        own = (at for source, at in here.items() if source != self.sides.headquarters)
        line = Line(base=base, home=next(own, rows[0]), members=rows, order=order)
        if against is not None and against.state != "settled":
            line.disputed.append(against)
        if against is None or len(rows) > 1:
            self._settle_cells(line)
        self.found.lines.append(line)
        return line

    def _kept_against(self, base: BaseRow, rows: Sequence[int], deleter: int) -> Conflict | None:
        """Withdraw a row one side deleted, unless another has edited it: a conflict, then."""
        file = self.sides.sources[deleter].file
        edited = {
            row: [name for name in self.pile.names if self._is_edited(base, row, name)]
            for row in rows
        }
        # Of a base that had to be guessed nobody can say what was edited: the row stays.
        row = next((row for row in rows if edited[row] or not base.is_sure), None)
        if row is None:
            for row in rows:
                self._withdraw(row, file)
            return None
        here = self.cells.place(row)
        gone = Version(text="", file=file, place=Place(file=file, sheet=here.sheet))
        edits = Version(text=self._edits(base, row, edited[row]), file=here.file or "", place=here)
        key = self.cells.key(row)
        conflict, text = self.cells.decide(
            Conflict(
                sheet=self.sheet.id,
                key=key,
                column="",
                versions=(edits, gone),
                kept=(0,),
                record=self.cells.record(row),
            )
        )
        if text is None:
            self.found.conflicts.append(conflict)
            return conflict
        self.found.settled.append(conflict)
        if conflict.kept == (1,):
            for row in rows:
                self._withdraw(row, file)
            return None
        return conflict

    def _withdraw(self, row: int, by: str) -> None:
        self.found.bucket[row] = WITHDRAWN
        place = self.cells.place(row)
        key = self.cells.key(row)
        self.found.withdrawn.append(Withdrawn(sheet=self.sheet.id, key=key, place=place, by=by))

    def _edits(self, base: BaseRow, row: int, names: Sequence[str]) -> str:
        """Say which cells of a row were edited, from what to what."""
        language = self.way.language
        if not base.is_sure:
            return say("merge", "changes.unknown", language)
        blank = say("merge", "changes.blank", language)
        told = []
        for name in names:
            before = self.cells.before(base.texts, name) or blank
            after = self.cells.text(row, name) or blank
            told.append((name, say("merge", "changes.edit", language, before=before, after=after)))
        return self.cells.listed(told)

    def _is_edited(self, base: BaseRow, row: int, name: str) -> bool:
        """Whether a cell was edited since; a column that is no longer there is not an edit."""
        is_there = name in self.has[self.source(row)]
        return is_there and base.texts.differs(self.texts[row], name)

    def _settle_cells(self, line: Line) -> None:
        """Take every edit that only one side made; equal edits agree, others are conflicts."""
        filled = {name for row in line.members for name in self.texts[row].cells}
        winners: set[int] = set()
        takers: set[int] = set()
        typed_in: dict[str, str] = {}
        for name in self.pile.names:
            if name not in filled and name not in line.base.texts.cells:
                continue
            having = [row for row in line.members if name in self.has[self.source(row)]]
            # A file without the column says nothing about it; one that has it speaks for the row.
            if having and line.home not in having:
                line.picks[name] = having[0]
            rows = self._edited_rows(line.base, having, name)
            if not rows:
                continue
            kept = 0
            if len(rows) > 1:
                said = [self.sides.sources[self.source(row)] for row in rows]
                kept = preferred(self.way, said)
                conflict, text = self.cells.decide(self.cells.conflict(rows, name, (kept,)))
                if text is None:
                    self.found.conflicts.append(conflict)
                    line.disputed.append(conflict)
                else:
                    self.found.settled.append(conflict)
                    kept = conflict.kept[0] if conflict.kept else kept
                    if not conflict.kept:
                        typed_in[name] = text
                winners.add(rows[kept])
            else:
                self._tell_change(line.base, rows[0], name)
                takers.add(rows[0])
            line.picks[name] = rows[kept]
        # Every cell came from one file: then the row did, with its place and its kinds.
        if len(winners) == 1 and takers <= winners:
            for name in self.pile.names:
                line.picks.setdefault(name, line.home)
            line.home = winners.pop()
        self.found.typed += [Typed(line.home, name, text) for name, text in typed_in.items()]

    def _tell_change(self, base: BaseRow, row: int, name: str) -> None:
        now = self.cells.version(row, name)
        self.found.changes.append(
            Change(
                sheet=self.sheet.id,
                key=self.cells.key(row),
                column=self.pile.header(name),
                before=self.cells.before(base.texts, name),
                after=now.text,
                file=now.file,
                place=now.place,
            )
        )

    def _edited_rows(self, base: BaseRow, having: Sequence[int], name: str) -> list[int]:
        """Return the rows that edited a cell, one for each thing they say, headquarters' first."""
        edited = [row for row in having if base.texts.differs(self.texts[row], name)]
        if edited and not base.is_sure:
            edited = [*having]  # any of them may have been the one to edit it
        said: dict[str, int] = {}
        for row in edited:
            said.setdefault(fold(self.texts[row].says(name)), row)
        # Another spelling of what was handed out is an edit only where nobody says more.
        if len(said) > 1 and base.is_sure:
            said.pop(fold(base.texts.says(name)), None)
        rows = [*said.values()]
        is_one = all(not self.texts[rows[0]].differs(self.texts[row], name) for row in rows)
        return rows[:1] if is_one else rows

    def tell_claims(self) -> None:
        """Tell which rows claim one key since one of them was renamed; all of them stay."""
        claims: defaultdict[tuple[str, ...], list[Line]] = defaultdict(list)
        for line in self.found.lines:
            if all(key := self.key(line)):
                claims[key].append(line)
        for key, lines in claims.items():
            if len(lines) > 1 and any(line.base.texts.key(self.sheet) != key for line in lines):
                homes = [line.home for line in lines]
                conflict, text = self.cells.decide(
                    self.cells.conflict(homes, "", range(len(homes)))
                )
                if text is None or not conflict.kept:
                    self.found.conflicts.append(conflict)
                    self.found.contested += homes
                    continue
                self.found.settled.append(conflict)
                for at, line in enumerate(lines):
                    if at not in conflict.kept:
                        self.found.lines.remove(line)
                        self.found.bucket |= dict.fromkeys(line.members, OVERRULED)

    def withdraw_copies(self, rows: Iterable[int]) -> None:
        """Leave out what other files copied of rows withdrawn: it would bring them back."""
        bucket = self.found.bucket
        gone = {p for row in bucket if bucket[row] == WITHDRAWN for p in self._places(row)}
        for row in rows if gone else ():
            is_other = self.source(row) not in self.sides.bases
            if is_other and not gone.isdisjoint(self._places(row)):
                self.found.bucket[row] = WITHDRAWN

    def _places(self, row: int) -> set[Place]:
        """Return where a row stands, and where it was first typed."""
        return {self.pile.here(row), self.pile.place(row)}

    def take_echoes(self, rows: Iterable[int]) -> None:
        """Leave out what a merge of these files says as one of them does, or as was handed out.

        It was decided between them since; only what people edited in that workbook is news.
        """
        echoing = {
            number
            for number, source in enumerate(self.sides.sources)
            if LOG in source.reading.attachments and number not in self.sides.speaking
        }
        by_id = {line.base.row_id: line for line in self.found.lines}
        for row in rows if echoing else ():
            line = by_id.get(self.ids[row])
            if line is not None and self.source(row) in echoing and self._echoes(line, row):
                self.found.bucket[row] = DUPLICATE

    def _echoes(self, line: Line, row: int) -> bool:
        """Whether each cell says what somebody said; what was typed for it was decided."""
        decided = {one.name for one in self.found.typed if one.row == line.home}
        said = [line.base.texts, *(self.texts[member] for member in line.members)]
        return all(
            name in decided
            or fold(self.texts[row].says(name)) in {fold(texts.says(name)) for texts in said}
            for name in self.pile.names
        )

    def tell_apart(self, rows: Iterable[int]) -> None:
        """Tell rows handed out under one key apart, and which of them another row may be.

        A file's further row under a key is another one than the row it was handed out; of several
        such rows one of another file is the one that it resembles most.
        """
        lines: defaultdict[tuple[str, ...], list[Line]] = defaultdict(list)
        for line in self.found.lines:
            key = self.key(line)
            self.found.variants[line.home] = len(lines[key])
            lines[key].append(line)
        for row in rows:
            alike = lines.get(self.texts[row].key(self.sheet) or (), [])
            source = self.source(row)
            free = [
                (number, line)
                for number, line in enumerate(alike)
                if all(self.source(member) != source for member in line.members)
            ]
            if free:
                nearest = min(free, key=lambda one: (self._differing(one[1], row), one[0]))
                self.found.variants[row] = nearest[0]
            elif alike:
                self.found.variants[row] = _FURTHER

    def _differing(self, line: Line, row: int) -> int:
        texts: RowTexts = self.texts[row]
        names = self.pile.names
        return sum(fold(self.says(line, name)) != fold(texts.says(name)) for name in names)

    def account(self) -> None:
        """Put each row, and each figure that was taken from another row, into its bucket."""
        found = self.found
        columns = additive(self.sheet)
        for line in found.lines:
            for row in line.members:
                found.bucket[row] = MERGED if row == line.home else DUPLICATE
            for name in columns if len(line.members) > 1 else ():
                taken = line.taken(name)
                cells = found.cells.setdefault(name, {})
                for row in line.members:
                    is_same = self.texts[row].says(name) == self.texts[taken].says(name)
                    told = DUPLICATE if is_same else OVERRULED
                    cells[row] = (MERGED if row == taken else told, line.home)
