"""What files say in a field or a setting, and which of it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from ..problems import Place
from ..template import Column
from ..texts import fold
from ..values import parse
from .base import Base
from .cells import preferred, told
from .model import Change, Conflict, Source, Version
from .rows import value_text
from .way import Way, typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a source says in a field or a setting, as people see it too, and where."""

    source: Source
    value: Any
    place: Place
    shown: str


@dataclass(slots=True, kw_only=True, eq=False)
class Answers:
    """Who has a say about the form and the lists, what was handed out, and what is found.

    `everybody` are, in a three-way merge, headquarters and the parts; else the files that speak for
    themselves, and after them the results of merges of just these files.
    """

    way: Way
    base: Base | None
    everybody: tuple[Source, ...]
    conflicts: list[Conflict] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    settled: list[Conflict] = field(default_factory=list)

    def decide(
        self,
        sheet: str,
        key: tuple[str, ...],
        column: str,
        given: Sequence[Answer],
        *,
        before: str | None = "",
        field: Column | None = None,
        record: str = "",
    ) -> Any:
        """Return what stands: the only edit of `before`, of several the one the policy prefers.

        Whatever is filled in is an edit of "", and of None what is blank too. Edits that people see
        to differ are a conflict, unless people settled it; the only edit of something that was
        handed out is a change.
        """
        edits = [answer for answer in given if value_text(answer.value) != before]
        said: dict[str, Answer] = {}
        for answer in edits:
            said.setdefault(answer.shown, answer)
        rest = [*said.values()] or [*given[:1]]
        chosen = rest[preferred(self.way, [answer.source for answer in rest])]
        if len(said) > 1:
            found = replace(conflict(sheet, key, column, edits, chosen.shown), record=record)
            return self.settle(found, edits, chosen.value, field)
        if edits and self.base is not None:
            self.changes.append(
                Change(
                    sheet=sheet,
                    key=key,
                    column=column,
                    before=told(field, before or "", self.way) if field else before or "",
                    after=chosen.shown,
                    file=chosen.source.file,
                    place=chosen.place,
                )
            )
        return chosen.value

    def settle(
        self, found: Conflict, given: Sequence[Answer], value: Any, field: Column | None
    ) -> Any:
        """List a conflict and return what stands: what people decided about it, else `value`."""
        listed = found
        found, text = self.way.decisions.settle(listed)
        if text is not None:
            word = fold(text)
            said = next((one.value for one in given if fold(one.shown) == word), None)
            decided = _read(text, value, field, given[0]) if said is None else said
            if decided is not None:
                self.settled.append(found)
                return decided
            found = self.way.decisions.refuse(listed, "decision_unread")
        self.conflicts.append(found)
        return value


def _read(text: str, like: Any, field: Column | None, said: Answer) -> Any:
    """Return what a text that was typed means in a field, or in a setting of a like value."""
    if field is not None:
        found = typed(text, field, said.source.reading)
        value = None if found is None else found.values.astype(object).iat[0]
        return None if value is pd.NA else value
    if isinstance(like, bool):
        meant = parse(text, "yes_no").value
        return None if meant is None else meant in {True, "yes"}
    if isinstance(like, int | float) or like is None:
        return parse(text, "percent" if text.endswith("%") else "number").value
    return text


def conflict(
    sheet: str, key: tuple[str, ...], column: str, given: Sequence[Answer], result: str
) -> Conflict:
    """Return a conflict of answers, of which those that say what the result does are kept."""
    return Conflict(
        sheet=sheet,
        key=key,
        column=column,
        versions=tuple(
            Version(text=one.shown, file=one.source.file, place=one.place) for one in given
        ),
        kept=tuple(at for at, one in enumerate(given) if one.shown == result),
    )
