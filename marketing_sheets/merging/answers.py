"""What files say in a field or a setting, and which of it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..problems import Place
from ..template import Column
from .base import Base
from .cells import preferred, told
from .model import Change, Conflict, Source, Version, Way
from .rows import value_text


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

    def decide(
        self,
        sheet: str,
        key: tuple[str, ...],
        column: str,
        given: Sequence[Answer],
        *,
        before: str | None = "",
        field: Column | None = None,
    ) -> Any:
        """Return what stands: the only edit of `before`, of several the one the policy prefers.

        Whatever is filled in is an edit of "", and of None what is blank too. Edits that people see
        to differ are a conflict; the only edit of something that was handed out is a change.
        """
        edits = [answer for answer in given if value_text(answer.value) != before]
        said: dict[str, Answer] = {}
        for answer in edits:
            said.setdefault(answer.shown, answer)
        rest = [*said.values()] or [*given[:1]]
        chosen = rest[preferred(self.way, [answer.source for answer in rest])]
        if len(said) > 1:
            self.conflicts.append(conflict(sheet, key, column, edits, chosen.shown))
        elif edits and self.base is not None:
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
