"""What Summaries remember: of alerts whom people named and since when they stand; and the days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..alerts import remembered_by_all
from ..history import join_histories
from ..problems import Place
from ..records import HistoryDay, RememberedAlert
from ..texts import say
from .answers import Answer, Answers
from .model import ALERTS, Source
from .sides import Sides


def merge_memory(answers: Answers, sources: Sequence[Source]) -> tuple[RememberedAlert, ...]:
    """Return the alerts that any of the sources lists; those whose owners differ are conflicts."""
    owners: dict[str, list[Answer]] = {}
    for source in sources:
        tab = say("sheets", "summary.tab", source.reading.language)
        for one in source.reading.remembered:
            if one.own_owner:
                place = Place(file=source.file, sheet=tab)
                answer = Answer(
                    source=source, value=one.own_owner, place=place, shown=one.own_owner
                )
                owners.setdefault(one.key, []).append(answer)
    base = {} if answers.base is None else answers.base.alerts
    merged = []
    for one in remembered_by_all([source.reading.remembered for source in sources]):
        before = base.get(one.key, "")
        owner = before
        if one.key in owners:
            said = owners[one.key]
            owner = answers.decide(
                ALERTS, (one.what,), "alert.owner", said, before=before, record=one.key
            )
        merged.append(replace(one, own_owner=owner))
    return tuple(merged)


def merge_history(
    sides: Sides, merges: Sequence[Source], earlier: Source | None
) -> tuple[HistoryDay, ...]:
    """Return the days of the whole: departments' own figures are not those of all together.

    The file that was split tells them, and what its parts were handed out with; earlier `merges` of
    the same files; a file that is settled alone; and the `earlier` output that is replaced.
    """
    own = list(merges)
    if sides.headquarters is not None:
        own.insert(0, sides.sources[sides.headquarters])
    elif sides.base is None and len(sides.sources) == 1:
        own = [*sides.sources]
    handed = () if sides.base is None else sides.base.history
    own += [] if earlier is None else [earlier]
    return join_histories(handed, *(source.reading.history for source in own))
