"""What Summaries remember of alerts: whom people named for each, and since when it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..alerts import remembered_by_all
from ..problems import Place
from ..records import RememberedAlert
from ..texts import say
from .answers import Answer, Answers
from .model import ALERTS, Source


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
