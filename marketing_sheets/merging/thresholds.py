"""The alert thresholds of several workbooks: one row a rule and group, whoever has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..languages import Language, fold
from ..places import Place
from ..rules import Rule, Threshold
from ..templates import Template
from ..values import as_text
from ..wording import say
from .model import Conflict, Source, Version
from .row_texts import value_text

__all__ = [
    "PARTS",
    "Row",
    "base_name",
    "in_order",
    "name_of",
    "part_text",
    "place_of",
    "row_of",
    "spellings",
    "threshold_texts",
    "unite_thresholds",
]

# The cells of a row, by the id of their column on the lists sheet.
PARTS: Mapping[str, str] = {"rule.limit": "limit", "rule.days": "days", "rule.on": "is_on"}
# The id of a rule, and a group as it is spelt, None for all.
Row = tuple[str, str | None]
_Lists = Mapping[str, Mapping[str, Mapping[str, str]]]


def unite_thresholds(
    sources: Sequence[Source], *, template: Template, language: Language, choices: _Lists
) -> tuple[tuple[Threshold, ...], tuple[Conflict, ...]]:
    """Return the rows of all sources, the first source's where they differ, and the conflicts.

    `choices` are the merged lists, whose spelling of a group counts. A blank cell says what the
    template says.
    """
    rules = {rule.id: rule for rule in template.rules}
    spelt = spellings(choices)
    said: dict[Row, list[tuple[Source, Threshold]]] = {}
    for source in sources:
        for one in source.reading.thresholds:
            if one.rule in rules:
                said.setdefault(row_of(one, spelt), []).append((source, one))
    united: dict[Row, Threshold] = {}
    conflicts: dict[Row, list[Conflict]] = {}
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


def row_of(one: Threshold, spelt: dict[str, str]) -> Row:
    """Return which row a threshold is; a word that no list has is spelt as it comes first."""
    if one.group is None:
        return one.rule, None
    return one.rule, spelt.setdefault(fold(one.group), one.group)


def in_order(rows: Mapping[Row, object], template: Template) -> list[Row]:
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


def base_name(row: Row, column: str) -> str:
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
