"""The form and the lists sheet of a merge: what the files agree on, or that adds up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ..problems import Place
from ..records import LOG, HistoryDay, Reading, RememberedAlert
from ..template import Campaign, Column, Threshold
from ..texts import LANGUAGES, fold, say
from .answers import Answer, Answers, conflict
from .memory import merge_history, merge_memory
from .model import Change, Conflict, Source, is_nothing, shown_value
from .sides import Sides
from .thresholds import merge_thresholds
from .way import Way

# Whose a workbook is, and up to which day it tells, is each department's own.
_EACH_ITS_OWN = frozenset(("department", "person"))
# Fields whose different texts are joined, unless that gets longer than a title may be.
_JOINED = frozenset(("text", "person"))
_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What stands in the merged form and lists, and where the files say different things."""

    form: Mapping[str, Any]
    choices: Mapping[str, Mapping[str, Mapping[str, str]]]
    settings: Mapping[str, Any]
    thresholds: tuple[Threshold, ...]
    holidays: tuple[date, ...]
    conflicts: tuple[Conflict, ...]
    settled: tuple[Conflict, ...]
    differences: tuple[Conflict, ...]
    changes: tuple[Change, ...]
    remembered: tuple[RememberedAlert, ...]
    history: tuple[HistoryDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Who has a say: files that speak for themselves, and results of merges of just these files."""

    speakers: tuple[Source, ...]
    echoes: tuple[Source, ...]
    covers: Mapping[str, frozenset[str]]
    way: Way
    differences: list[Conflict] = field(default_factory=list)


def agree(sides: Sides, way: Way, earlier: Source | None = None) -> Agreed:
    """Bring together the forms and lists sheets of all files.

    A value that all files agree on stands, blanks apart, and what only one side of a split edited.
    Of different edits of what was handed out one counts, as of a setting, a threshold or an entry's
    attribute. In a form that was not handed out dates reach from the first to the last; a field
    that adds up is added up over departments and campaigns, unless all say the same; names are
    joined as long as they are short; any other field stays blank. All of this is listed: as
    conflicts, or as differences where each department has its own by design. Days off are united
    but for those that one side deleted. A merge of files that are here themselves counts only where
    these leave a blank, or join names. `earlier` is the output that is replaced: people may have
    named owners of alerts there.
    """
    sources = sides.sources
    covers = {source.file: _covers(source) for source in sources}
    files = {source.file for source in sources if covers[source.file] == {source.file}}
    echoes = [s for s in sources if s.file not in files and covers[s.file] - {s.file} <= files]
    speakers = tuple(source for source in sources if source not in echoes)
    table = _Table(speakers=speakers, echoes=tuple(echoes), covers=covers, way=way)
    everybody = (*speakers, *echoes)
    if sides.base is not None:
        everybody = tuple(sources[number] for number in sides.speaking)
    answers = Answers(way=way, base=sides.base, everybody=everybody)
    form = {
        field.id: _field(sheet.id, field, sides, table, answers)
        for sheet in way.template.forms
        for field in sheet.fields
    }
    rest = tuple(source for source in sources if source not in everybody)
    choices = _choices(answers, rest)
    first = () if earlier is None else (earlier,)
    settings, thresholds = _settings(answers), merge_thresholds(answers, choices)
    remembered = merge_memory(answers, (*first, *everybody, *rest))
    history = merge_history(sides, echoes, earlier)
    return Agreed(
        form=form,
        choices=choices,
        settings=settings,
        thresholds=thresholds,
        holidays=_holidays(answers),
        remembered=remembered,
        history=history,
        conflicts=tuple(answers.conflicts),
        settled=tuple(answers.settled),
        differences=tuple(table.differences),
        changes=tuple(answers.changes),
    )


def _field(sheet: str, field: Column, sides: Sides, table: _Table, answers: Answers) -> Any:
    """Return what stands in a field; the department that a split filled in is headquarters'."""
    base = sides.base
    if base is None:
        return _united(sheet, field, table, answers)
    saying = list(answers.everybody)
    if base.by == "department" and field.type == "department":
        saying = saying[: len(saying) - len(sides.bases)]
    before = base.form.get(field.id, "")
    if not saying:
        return before or None
    given = _answers(field, [(s, s.reading.form.get(field.id)) for s in saying], table.way)
    return answers.decide(sheet, (), field.id, given, before=before, field=field)


def _answers(field: Column, said: Iterable[tuple[Source, Any]], way: Way) -> list[Answer]:
    return [
        Answer(
            source=source,
            value=value,
            place=replace(source.reading.form_places.get(field.id, Place()), file=source.file),
            shown=shown_value(field, value, way.template, way.language),
        )
        for source, value in said
    ]


def _covers(source: Source) -> frozenset[str]:
    """Return the files that a workbook is the merge of; itself if it is none."""
    files = _logged(source.reading)
    for records in source.reading.sheets.values():
        if records.origins is not None and "file" in records.origins:
            files |= {str(name) for name in records.origins["file"].dropna().unique()}
    return frozenset(files) or frozenset((source.file,))


def _logged(reading: Reading) -> set[str]:
    """Return the files that the log of a merged workbook lists as its sources."""
    kinds = {say("merge", "log.kinds.source", language) for language in LANGUAGES}
    rows = reading.attachments.get(LOG, ())
    return {str(row["file"]) for row in rows if row.get("kind") in kinds and row.get("file")}


def _united(sheet: str, field: Column, table: _Table, answers: Answers) -> Any:
    """Return what stands in a field of plain files, and list it where they differ."""
    said = [(s, v) for s in table.speakers if not is_nothing(v := s.reading.form.get(field.id))]
    echoed = [(s, v) for s in table.echoes if not is_nothing(v := s.reading.form.get(field.id))]
    values = _distinct(value for _, value in said)
    result = values[0] if len(values) == 1 else None
    if len(values) > 1:
        result = _settled(field, said, values, table)
    if len(_distinct(value for _, value in echoed)) == 1:
        own = echoed[0][1]
        if is_nothing(result) or (len(values) > 1 and _is_own_name(field, own, said, table)):
            result = own
    versions = said if len(values) > 1 else said[:1]
    versions += [(s, v) for s, v in echoed if v != result and v not in values]
    if is_nothing(result) or result not in values:
        versions += [(s, v) for s, v in echoed if v == result and said and not field.additive]
    if len(_distinct(value for _, value in versions)) > 1:
        by_design = _differs_by_design(field, result)
        shown = shown_value(field, result, table.way.template, table.way.language)
        given = _answers(field, versions, table.way)
        found = conflict(sheet, (), field.id, given, shown)
        if not by_design:
            return answers.settle(found, given, result, field)
        table.differences.append(found)
    return result


def _differs_by_design(field: Column, result: Any) -> bool:
    """Whether departments are meant to say different things, and nothing is left to decide."""
    if field.type in _EACH_ITS_OWN or field.id == Campaign.AS_OF:
        return True
    return field.additive and not is_nothing(result)


def _settled(
    field: Column, said: Sequence[tuple[Source, Any]], values: Sequence[Any], table: _Table
) -> Any:
    # A merge reaches from the first day of all to the last.
    if field.id == Campaign.START_DATE:
        return min(values)
    if field.id in (Campaign.END_DATE, Campaign.AS_OF):
        return max(values)
    if _is_name(field):
        joined = say("merge", "log.joint", table.way.language).join(_all_names(said, table))
        return joined if len(joined) <= _LONGEST else None
    return _added(said, table) if field.additive else None


def _is_name(field: Column) -> bool:
    return field.type in _JOINED and not field.choices


def _is_own_name(
    field: Column, own: Any, said: Sequence[tuple[Source, Any]], table: _Table
) -> bool:
    """Whether a merge calls itself something else than an earlier list of these names."""
    known = {fold(name) for name in _all_names(said, table)}
    return _is_name(field) and not {fold(name) for name in _names(own)} <= known


def _all_names(said: Sequence[tuple[Source, Any]], table: _Table) -> list[str]:
    """Return every name once, those apart that an earlier merge had joined."""
    names: dict[str, str] = {}
    for source, value in said:
        is_result = table.covers[source.file] != {source.file}
        for name in _names(value) if is_result else [str(value)]:
            names.setdefault(fold(name), name)
    return list(names.values())


def _names(value: Any) -> list[str]:
    """Take names apart that were joined, in whatever language that was."""
    names = [str(value)]
    for language in LANGUAGES:
        joint = say("merge", "log.joint", language)
        names = [part for name in names for part in name.split(joint) if part]
    return names


def _added(said: Sequence[tuple[Source, Any]], table: _Table) -> Any:
    """Add up over departments and campaigns; None where it cannot be told what counts once."""
    results = [s for s, _ in said if table.covers[s.file] != {s.file}]
    covered = [name for source in results for name in table.covers[source.file] - {source.file}]
    if len(covered) != len(set(covered)):
        return None
    units: dict[tuple[str, str], Any] = {}
    for source, value in said:
        if source.file in covered:
            continue  # a result of a merge has added it up already
        mark = "" if source in results else source.department or source.named
        unit = (mark or source.file, source.campaign)
        if units.setdefault(unit, value) != value:
            return None
    total = math.fsum(units.values())
    return int(total) if all(isinstance(value, int) for value in units.values()) else total


def _choices(answers: Answers, rest: Sequence[Source]) -> dict[str, dict[str, dict[str, str]]]:
    """Unite the entries of every list; of spellings of one word the first counts.

    What `rest` says, who were handed nothing, counts only of entries that nobody else has.
    """
    base, language = answers.base, answers.way.language
    united: dict[str, dict[str, dict[str, str]]] = {}
    for choices in answers.way.template.choices.values():
        entries: dict[str, dict[str, str]] = {}
        spelt: dict[str, str] = {}
        given: dict[tuple[str, str], list[Answer]] = {}
        for number, source in enumerate((*answers.everybody, *rest)):
            for word, attributes in source.reading.choices.get(choices.id, {}).items():
                entry = spelt.setdefault(fold(word), word)
                known = entries.setdefault(entry, {})
                for name, value in attributes.items():
                    known.setdefault(name, value)
                    if number < len(answers.everybody):
                        one = Answer(
                            source=source,
                            value=value,
                            place=Place(file=source.file),
                            shown=str(value),
                        )
                        given.setdefault((entry, name), []).append(one)
        # An older split did not keep what it handed out: then the first counts.
        for (entry, name), said in given.items() if base is None or base.has_choices else ():
            before = "" if base is None else base.choices.get(choice_name(choices.id, entry, name))
            key = (choices.label_of(entry, language),)
            entries[entry][name] = answers.decide(
                "lists",
                key,
                name,
                said,
                before=before or "",
                record=choice_name(choices.id, entry, ""),
            )
        united[choices.id] = entries
    return united


def choice_name(list_id: str, entry: str, attribute: str) -> str:
    """Return the name under which the base of a split keeps an attribute of an entry."""
    return "|".join((list_id, fold(entry), attribute))


def _settings(answers: Answers) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name, setting in answers.way.template.settings.items():
        given = [
            Answer(
                source=source,
                value=(value := source.reading.settings[name]),
                place=Place(file=source.file),
                shown=f"{value:g}" if isinstance(value, float) else str(value),
            )
            for source in answers.everybody
            if name in source.reading.settings
        ]
        if given:
            before = "" if answers.base is None else answers.base.settings.get(name, "")
            key = (setting.label[answers.way.language],)
            settings[name] = answers.decide("lists", key, name, given, before=before)
    return settings


def _holidays(answers: Answers) -> tuple[date, ...]:
    """Return the days off: those handed out that nobody deleted, and all others."""
    base = () if answers.base is None else answers.base.holidays
    # Where all of them are gone, so may be the sheet.
    said = [frozenset(s.reading.holidays) for s in answers.everybody if s.reading.holidays]
    held = sorted({day for days in said for day in days})
    return tuple(
        day for day in held if day.isoformat() not in base or all(day in days for days in said)
    )


def _distinct(values: Any) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
