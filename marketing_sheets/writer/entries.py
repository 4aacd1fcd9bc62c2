"""The lists of one workbook: the template's choices, or the words given in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import UsageError, advice
from ..languages import Language, fold
from ..templates import Choice, Choices, Template

__all__ = ["DEPARTMENTS", "Entry", "GivenChoices", "attributes_by_list", "resolve_lists"]

# What may be given for a list: words, or words with their attributes.
GivenChoices = Sequence[str | Mapping[str, str]] | Mapping[str, Mapping[str, str]]

DEPARTMENTS = "department"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a list: its id (a word of the company's own is its own id), and its label."""

    id: str
    label: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def resolve_lists(
    template: Template,
    language: Language,
    given: Mapping[str, GivenChoices],
    departments: Sequence[str],
) -> dict[str, tuple[Entry, ...]]:
    """Return every list's entries: those given, else the template's.

    Raises UsageError for a list the template lacks, and for a new word in a list that is not open.
    """
    whole: dict[str, GivenChoices] = dict(given)
    if departments and DEPARTMENTS in template.choices:
        whole[DEPARTMENTS] = departments
    for name in whole:
        if name not in template.choices:
            hint = next(iter(advice(name, template.choices).values()), "–")
            raise UsageError("unknown_list", list=name, hint=hint)
    return {
        choices.id: _entries(choices, language, whole.get(choices.id))
        for choices in template.choices.values()
    }


def attributes_by_list(
    lists: Mapping[str, Sequence[Entry]],
) -> dict[str, dict[str, dict[str, str]]]:
    """Return the attributes by list and entry, as `formulas_pandas.compute` takes them."""
    return {
        name: {entry.id: dict(entry.attributes) for entry in entries}
        for name, entries in lists.items()
    }


def _entries(choices: Choices, language: Language, given: GivenChoices | None) -> tuple[Entry, ...]:
    known = {item.id: item for item in choices.items}
    own = {item.id: _entry(item, language) for item in choices.items}
    if given is None:
        return tuple(own.values())
    spellings = {
        fold(word): item.id
        for item in choices.items
        for word in (item.id, *item.label.values(), *item.aliases)
    }
    entries: dict[str, Entry] = {}
    for word, attributes in _words(given):
        item_id = spellings.get(fold(word), word)
        if item_id not in known and not choices.is_open:
            raise UsageError("closed_list", list=choices.label[language], word=word)
        base = own.get(item_id, Entry(id=word, label=word))
        entries[item_id] = Entry(
            id=base.id, label=base.label, attributes={**base.attributes, **attributes}
        )
    # A list that is not open is a part of the formulas: it is always there whole.
    return tuple(entries.values()) if choices.is_open else tuple(own.values())


def _words(given: GivenChoices) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Walk the words given, each with its attributes; blank ones and doubles fall away later."""
    if isinstance(given, Mapping):
        yield from given.items()
        return
    for item in given:
        if isinstance(item, str):
            if item.strip():
                yield item.strip(), {}
        else:
            rest = {name: value for name, value in item.items() if name not in ("id", "label")}
            yield item.get("id") or item["label"], rest


def _entry(item: Choice, language: Language) -> Entry:
    return Entry(id=item.id, label=item.label[language], attributes=item.attributes)
