"""How to merge, and what people decided about conflicts on the sheet Conflicts.

A conflict is known by its sheet, column and record; the version that was ticked, or what was typed,
counts as long as the files say what they said then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import pandas as pd

from ..records import Reading
from ..template import Column, Template
from ..texts import LANGUAGES, Language, fold, say
from ..values import Context, ParsedColumn, choice_spellings, parse_column
from .model import CONFLICTS, Conflict, Policy, Source

# The column of the sheet into which people tick or type, and the one that names the conflict.
USE, NAME = "use", "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about a conflict: `text` is to stand, which `marks` say version by version.

    `versions` are the files, without their folders, and what they said, folded. `text` None tells
    that two versions were ticked. `rows` are the lines of the sheet.
    """

    text: str | None
    marks: tuple[str, ...]
    versions: frozenset[tuple[str, str]]
    rows: tuple[Mapping[str, object], ...]


@dataclass(slots=True, kw_only=True, eq=False)
class Decisions:
    """What was decided, by the name of the conflict; `used` are the names that were met again."""

    known: Mapping[str, Decision] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def settle(self, conflict: Conflict) -> tuple[Conflict, str | None]:
        """Return a conflict with its state, and the text that is to stand, None where it is open.

        It is opened again where a file says something else than when it was decided.
        """
        decision = self.known.get(conflict.name)
        if decision is None:
            return conflict, None
        self.used.add(conflict.name)
        said = {(_file(v.file), fold(v.text)) for v in conflict.versions}
        news = {one for one in said - decision.versions if one[1] != fold(decision.text or "")}
        if decision.text is None or news:
            return replace(conflict, state="reopened"), None
        kept = tuple(
            at for at, v in enumerate(conflict.versions) if fold(v.text) == fold(decision.text)
        )
        marks = tuple(TICK if at in kept[:1] else "" for at in range(len(conflict.versions)))
        if not kept:
            marks = (decision.text, *marks[1:])
        return replace(conflict, state="settled", kept=kept, use=marks), decision.text

    def rest(self) -> dict[str, Decision]:
        """Return what was decided about conflicts that have not been met."""
        return {name: one for name, one in self.known.items() if name not in self.used}


TICK = "✓"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Way:
    """How to merge: who wins where files disagree, how values are told, what has been decided.

    `per_department` tells whether rows of different departments are different records whatever
    their keys say; None leaves it to each table of the template.
    """

    template: Template
    language: Language
    policy: Policy = "keep-both"
    per_department: bool | None = None
    decisions: Decisions = field(default_factory=Decisions)


def decisions_of(sources: Iterable[Source], earlier: Source | None = None) -> Decisions:
    """Return what the sheets Conflicts of merged workbooks say.

    The merge that is about to be replaced goes before all others, of which the newest counts.
    """
    known: dict[str, Decision] = {}
    newest_first = sorted(sources, key=lambda source: -source.saved)
    for source in (*([earlier] if earlier else []), *newest_first):
        for name, rows in conflict_rows(source.reading).items():
            decision = _decision(rows)
            if decision is not None:
                known.setdefault(name, decision)
    return Decisions(known=known)


def conflict_rows(reading: Reading) -> dict[str, list[Mapping[str, object]]]:
    """Return the lines of a workbook's sheet Conflicts by the name of the conflict."""
    found: dict[str, list[Mapping[str, object]]] = {}
    for row in reading.attachments.get(CONFLICTS, ()):
        if name := text_of(row, NAME):
            found.setdefault(name, []).append(row)
    return found


def text_of(row: Mapping[str, object], column: str) -> str:
    """Return a cell of an attachment as a text; whole numbers as such."""
    value = row.get(column)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _decision(rows: Sequence[Mapping[str, object]]) -> Decision | None:
    words = [say("merge", "conflicts.ticks", language) for language in LANGUAGES]
    ticks = {fold(word) for said in words for word in said.split()}
    marks = tuple(text_of(row, USE) for row in rows)
    gone = {fold(say("merge", "conflicts.gone", language)) for language in LANGUAGES}
    values = ["" if fold(text := text_of(row, "value")) in gone else text for row in rows]
    chosen = [values[at] if fold(mark) in ticks else mark for at, mark in enumerate(marks) if mark]
    if not chosen:
        return None
    return Decision(
        text=chosen[0] if len({fold(text) for text in chosen}) == 1 else None,
        marks=marks,
        versions=frozenset(
            (_file(text_of(row, "file")), fold(value))
            for row, value in zip(rows, values, strict=True)
        ),
        rows=tuple(rows),
    )


def _file(name: str) -> str:
    return PurePosixPath(name).name


def typed(text: str, column: Column, reading: Reading) -> ParsedColumn | None:
    """Return what a text means in a column, as a column of one cell; None if it means nothing."""
    spellings = None
    if column.choices:
        spellings = choice_spellings(reading.template.choices[column.choices])
        for entry in reading.choices.get(column.choices, {}):
            spellings.setdefault(fold(entry), entry)
    context = Context(choices=spellings, choices_open=True)
    found = parse_column(pd.Series([text], dtype=object), column.type, context)
    return None if found.faults else found
