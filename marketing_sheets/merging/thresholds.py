"""The thresholds of a merge: what files say about the rules of alerts, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..problems import Place
from ..template import Rule, Template, Threshold
from ..texts import Language, fold, say
from ..values import as_text
from .answers import Answer, Answers
from .model import PARTS, Source
from .rows import value_text

# The id of a rule, and a group as it is spelt, None for all.
ThresholdRow = tuple[str, str | None]
_Lists = Mapping[str, Mapping[str, Mapping[str, str]]]


def merge_thresholds(answers: Answers, choices: _Lists) -> tuple[Threshold, ...]:
    """Return the rows for the rules of alerts; one side of a split may have deleted a row.

    `choices` are the merged lists, whose spelling of a group counts.
    """
    way, base = answers.way, answers.base
    spelt, rules = spellings(choices), {rule.id: rule for rule in way.template.rules}
    # Where the whole area is gone nothing was deleted.
    saying = [source for source in answers.everybody if source.reading.thresholds]
    rows: dict[ThresholdRow, dict[str, tuple[Source, Threshold]]] = {}
    for source in saying:
        for one in source.reading.thresholds:
            if one.rule in rules:
                rows.setdefault(row_of(one, spelt), {}).setdefault(source.file, (source, one))
    merged = []
    for row in in_order(rows, way.template):
        said, rule = [*rows[row].values()], rules[row[0]]
        key = (name_of(rule, row[1], way.template, way.language),)
        cells: dict[str, Any] = {}
        is_edited = base is None
        for column, part in PARTS.items():
            before = None if base is None else base.thresholds.get(base_name(row, column))
            given = [
                Answer(
                    source=source,
                    value=getattr(one, part),
                    place=place_of(one, source),
                    shown=part_text(rule, column, getattr(one, part), way.language),
                )
                for source, one in said
            ]
            is_edited |= any(value_text(answer.value) != before for answer in given)
            # What files of no split leave blank says what the template says.
            before = before or ("" if base is not None else None)
            cells[part] = answers.decide(
                "lists", key, column, given, before=before, record=base_name(row, "")
            )
        if is_edited or len(said) == len(saying):
            merged.append(Threshold(rule=row[0], group=row[1], **cells))
    return tuple(merged)


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
