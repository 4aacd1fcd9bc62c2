"""How to merge, and what people decided about conflicts on the sheet Conflicts.

A conflict is known by its sheet, column and record; the version that was ticked, or what was typed,
counts as long as the files say what they said then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from ..problems import Place, Problem
from ..records import Reading
from ..template import Column, Template
from ..texts import LANGUAGES, Language, Text, fold, say
from ..values import Context, ParsedColumn, choice_spellings, parse_column
from .model import Conflict, Policy, Source, column_label, sheet_label
from .picks import Decision, as_decided, carried_use, decisions_in, distinct, lost_in, said_of


@dataclass(slots=True, kw_only=True, eq=False)
class Decisions:
    """What was decided, by the name of the conflict.

    `used` are the names that were met again, `faults` those of decisions that nothing can be done
    with, each with the code of the problem; `lost` is what stands beside no conflict any more.
    """

    known: Mapping[str, Decision] = field(default_factory=dict)
    lost: Sequence[tuple[Place, str]] = ()
    used: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)

    def settle(self, conflict: Conflict) -> tuple[Conflict, str | None]:
        """Return a conflict with its state, and the text that is to stand, None where it is open.

        It is opened again where a file says something else than when it was decided.
        """
        decision = self.known.get(conflict.name)
        if decision is None:
            return conflict, None
        self.used.add(conflict.name)
        if decision.text is None:
            return self.refuse(conflict, decision.fault), None
        news = {one for one in said_of(conflict) - decision.said if one[1] != fold(decision.text)}
        if news:
            return replace(conflict, state="reopened"), None
        return as_decided(conflict, decision.text), decision.text

    def refuse(self, conflict: Conflict, fault: str) -> Conflict:
        """Note that a decision cannot be obeyed; the conflict is open, with what people wrote."""
        self.faults[conflict.name] = fault
        use = carried_use(self.known[conflict.name].conflict, conflict)
        return replace(conflict, state="reopened", use=use)

    def rest(self) -> dict[str, Decision]:
        """Return what was decided about conflicts that have not been met."""
        return {name: one for name, one in self.known.items() if name not in self.used}


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
    lost: list[tuple[Place, str]] = []
    newest_first = sorted(sources, key=lambda source: -source.saved)
    for source in (*([earlier] if earlier else []), *newest_first):
        for decision in decisions_in(source.reading):
            known.setdefault(decision.conflict.name, decision)
        tab = say("merge", "conflicts.tab", source.reading.language)
        place = Place(file=source.file, sheet=tab)
        lost += [(place, text) for text in lost_in(source.reading)]
    return Decisions(known=known, lost=lost)


def decision_problems(way: Way) -> Iterator[Problem]:
    """Walk what people decided and nothing can be done with."""
    decisions = way.decisions
    for name, code in decisions.faults.items():
        decision = decisions.known[name]
        conflict = decision.conflict
        item = Text({language: _item(conflict, way, language) for language in LANGUAGES})
        raw = " / ".join(filter(None, conflict.use))
        params = {"item": item, "count": len(distinct(conflict))}
        yield Problem(code=code, place=decision.place, raw=raw, params=params)
    for place, text in decisions.lost:
        yield Problem(code="decision_lost", place=place, raw=text)


def _item(conflict: Conflict, way: Way, language: Language) -> str:
    """Return what a conflict is about: sheet, record and column."""
    here = replace(way, language=language)
    column = column_label(here, conflict.sheet, conflict.column)
    parts = (sheet_label(here, conflict.sheet), " · ".join(filter(None, conflict.key)), column)
    return " › ".join(filter(None, parts))


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
