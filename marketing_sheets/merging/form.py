"""The form and the lists sheet of a merge: what the files agree on, or that adds up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ..problems import Place
from ..records import LOG, Reading
from ..template import Campaign, Column, Rule, Template, Threshold
from ..texts import LANGUAGES, Language, fold, say
from ..values import as_text
from .model import PARTS, Conflict, Source, Version, is_nothing, shown_value
from .rows import value_text

# The id of a rule, and a group as it is spelt, None for all.
ThresholdRow = tuple[str, str | None]
_Lists = Mapping[str, Mapping[str, Mapping[str, str]]]
# Whose a workbook is, and up to which day it tells, is each department's own.
_EACH_ITS_OWN = frozenset(("department", "person"))
_LISTS = "lists"
# Fields whose different texts are joined, unless that gets longer than a title may be.
_JOINED = frozenset(("text", "person"))
_LONGEST = 60


def unite_thresholds(
    sources: Sequence[Source], *, template: Template, language: Language, choices: _Lists
) -> tuple[tuple[Threshold, ...], tuple[Conflict, ...]]:
    """Return the rows of all sources, the first source's where they differ, and the conflicts.

    `choices` are the merged lists, whose spelling of a group counts. A blank cell says what the
    template says.
    """
    rules = {rule.id: rule for rule in template.rules}
    spelt = spellings(choices)
    said: dict[ThresholdRow, list[tuple[Source, Threshold]]] = {}
    for source in sources:
        for one in source.reading.thresholds:
            if one.rule in rules:
                said.setdefault(row_of(one, spelt), []).append((source, one))
    united: dict[ThresholdRow, Threshold] = {}
    conflicts: dict[ThresholdRow, list[Conflict]] = {}
    for row, versions in said.items():
        rule_id, group = row
        united[row] = replace(versions[0][1], group=group, place=None)
        rule = rules[rule_id]
        conflicts[row] = [*_conflicts(rule, group, versions, template, language)]
    ordered = in_order(united, template)
    listed = [conflict for row in ordered for conflict in conflicts[row]]
    return tuple(united[row] for row in ordered), tuple(listed)


def spellings(choices: _Lists) -> dict[str, str]:
    """Return how the lists spell their entries, by the folded word."""
    spelt: dict[str, str] = {}
    for entries in choices.values():
        for entry in entries:
            spelt.setdefault(fold(entry), entry)
    return spelt


def row_of(one: Threshold, spelt: dict[str, str]) -> ThresholdRow:
    """Return which row a threshold is; a word that no list has is spelt as it comes first."""
    if one.group is None:
        return one.rule, None
    return one.rule, spelt.setdefault(fold(one.group), one.group)


def in_order(rows: Mapping[ThresholdRow, object], template: Template) -> list[ThresholdRow]:
    """Return rows in the order of the template's rules, those of one rule as they come."""
    rank = {rule.id: number for number, rule in enumerate(template.rules)}
    return sorted(rows, key=lambda row: rank[row[0]])


def name_of(rule: Rule, group: str | None, template: Template, language: Language) -> str:
    """Return what a row is for, as people see it: the rule and its group."""
    if group is None:
        return rule.label[language]
    lists = template.choices.values()
    known = (one for one in lists if any(item.id == group for item in one.items))
    label = next((one.label_of(group, language) for one in known), group)
    return f"{rule.label[language]} · {label}"


def part_text(rule: Rule, part: str, value: Any, language: Language) -> str:
    """Return what a cell of a row says, or what the template says where it is blank."""
    if isinstance(value, bool):
        return say("sheets", f"yes_no.{'yes' if value else 'no'}", language)
    said = value if value is not None else getattr(rule, PARTS[part])
    if said is None:
        return ""
    if part == "rule.limit" and rule.unit == "percent":
        return f"{said * 100:.12g}%"
    return as_text(float(said))


def place_of(one: Threshold, source: Source) -> Place:
    """Return where a row stands, as far as is known."""
    return replace(one.place or Place(), file=source.file)


def base_name(row: ThresholdRow, column: str) -> str:
    """Return the name under which the base of a split keeps a cell of a row."""
    return "|".join((row[0], fold(row[1] or ""), column))


def threshold_texts(thresholds: Sequence[Threshold]) -> dict[str, str]:
    """Return the cells of thresholds as texts to compare by, by `base_name`."""
    return {
        base_name((one.rule, one.group), column): value_text(getattr(one, part))
        for one in thresholds
        for column, part in PARTS.items()
    }


def _conflicts(
    rule: Rule,
    group: str | None,
    versions: Sequence[tuple[Source, Threshold]],
    template: Template,
    language: Language,
) -> Iterator[Conflict]:
    for column, part in PARTS.items():
        texts = [part_text(rule, column, getattr(one, part), language) for _, one in versions]
        if len(set(texts)) > 1:
            yield Conflict(
                sheet="lists",
                key=(name_of(rule, group, template, language),),
                column=column,
                versions=tuple(
                    Version(text=text, file=source.file, place=place_of(one, source))
                    for text, (source, one) in zip(texts, versions, strict=True)
                ),
                kept=tuple(at for at, text in enumerate(texts) if text == texts[0]),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What stands in the merged form and lists, and where the files say different things."""

    form: Mapping[str, Any]
    choices: Mapping[str, Mapping[str, Mapping[str, str]]]
    settings: Mapping[str, Any]
    thresholds: tuple[Threshold, ...]
    holidays: tuple[date, ...]
    conflicts: tuple[Conflict, ...]
    differences: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Who has a say: files that speak for themselves, and results of merges of just these files."""

    speakers: tuple[Source, ...]
    echoes: tuple[Source, ...]
    covers: Mapping[str, frozenset[str]]
    template: Template
    language: Language


def agree(sources: Sequence[Source], *, template: Template, language: Language) -> Agreed:
    """Bring together the forms and lists sheets of all files.

    A value that all files agree on stands, blanks apart. Else dates reach from the first to the
    last; a field that adds up is added up over departments and campaigns, unless all say the same;
    names are joined as long as they are short; of a setting, a threshold or an entry's attribute
    the first counts; any other field stays blank. All of this is listed: as conflicts, or as
    differences where each department has its own by design. Days off are united. A
    merge of files that are here themselves counts only where these leave a blank, or join names.
    """
    covers = {source.file: _covers(source) for source in sources}
    files = {source.file for source in sources if covers[source.file] == {source.file}}
    echoes = [s for s in sources if s.file not in files and covers[s.file] - {s.file} <= files]
    table = _Table(
        speakers=tuple(source for source in sources if source not in echoes),
        echoes=tuple(echoes),
        covers=covers,
        template=template,
        language=language,
    )
    conflicts: list[Conflict] = []
    differences: list[Conflict] = []
    form = {f.id: _field(f, table, conflicts, differences) for f in template.fields()}
    choices = _choices(table, conflicts)
    settings = _settings(table, conflicts)
    everybody = (*table.speakers, *table.echoes)
    thresholds, found = unite_thresholds(
        everybody, template=template, language=language, choices=choices
    )
    return Agreed(
        form=form,
        choices=choices,
        settings=settings,
        thresholds=thresholds,
        holidays=tuple(sorted({day for source in everybody for day in source.reading.holidays})),
        conflicts=(*conflicts, *found),
        differences=tuple(differences),
    )


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


def _field(
    field: Column, table: _Table, conflicts: list[Conflict], differences: list[Conflict]
) -> Any:
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
        form = next(f.id for f in table.template.forms if field in f.fields)
        listed = differences if _differs_by_design(field, result) else conflicts
        listed.append(_conflict(form, field, versions, result, table))
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
        joined = say("merge", "log.joint", table.language).join(_all_names(said, table))
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


def _choices(table: _Table, conflicts: list[Conflict]) -> dict[str, dict[str, dict[str, str]]]:
    """Unite the entries of every list; of spellings of one word the first counts."""
    united: dict[str, dict[str, dict[str, str]]] = {}
    for choices in table.template.choices.values():
        entries: dict[str, dict[str, str]] = {}
        spelt: dict[str, str] = {}
        said: dict[tuple[str, str], list[tuple[Source, str]]] = {}
        for source in (*table.speakers, *table.echoes):
            for word, attributes in source.reading.choices.get(choices.id, {}).items():
                entry = spelt.setdefault(fold(word), word)
                known = entries.setdefault(entry, {})
                for name, value in attributes.items():
                    known.setdefault(name, value)
                    said.setdefault((entry, name), []).append((source, value))
        for (entry, name), versions in said.items():
            if len({value for _, value in versions}) > 1:
                key = (choices.label_of(entry, table.language),)
                kept = entries[entry][name]
                conflicts.append(_listed(key, name, versions, kept))
        united[choices.id] = entries
    return united


def _settings(table: _Table, conflicts: list[Conflict]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name in table.template.settings:
        versions = [
            (source, source.reading.settings[name])
            for source in (*table.speakers, *table.echoes)
            if name in source.reading.settings
        ]
        if versions:
            settings[name] = versions[0][1]
        if len(_distinct(value for _, value in versions)) > 1:
            label = table.template.settings[name].label[table.language]
            conflicts.append(_listed((label,), name, versions, versions[0][1]))
    return settings


def _conflict(
    form: str, field: Column, versions: Sequence[tuple[Source, Any]], result: Any, table: _Table
) -> Conflict:
    return Conflict(
        sheet=form,
        key=(field.label[table.language],),
        column=field.id,
        versions=tuple(
            Version(
                text=shown_value(field, value, table.template, table.language),
                file=source.file,
                place=_form_place(source, field.id),
            )
            for source, value in versions
        ),
        kept=tuple(n for n, (_, value) in enumerate(versions) if value == result),
    )


def _form_place(source: Source, field: str) -> Place:
    reading: Reading = source.reading
    return replace(reading.form_places.get(field, Place()), file=source.file)


def _listed(
    key: tuple[str, ...], column: str, versions: Sequence[tuple[Source, Any]], kept: Any
) -> Conflict:
    return Conflict(
        sheet=_LISTS,
        key=key,
        column=column,
        versions=tuple(
            Version(
                text=f"{value:g}" if isinstance(value, float) else str(value),
                file=source.file,
                place=Place(file=source.file),
            )
            for source, value in versions
        ),
        kept=tuple(n for n, (_, value) in enumerate(versions) if value == kept),
    )


def _distinct(values: Any) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
