"""What a shell may complete: templates, fields of a form, stages of a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps

import click
from click.shell_completion import CompletionItem

from ..texts import Text, fold
from .terminal import speech

COMPLETE = "_MARKETING_SHEETS_COMPLETE"  # what a shell sets where it asks
_Offers = Callable[[click.Context, str], Iterable[CompletionItem]]
_Completion = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _offers(find: _Offers) -> _Completion:
    """Make a completion of what finds all that may stand there; what cannot be read offers none."""

    @wraps(find)
    def complete(
        context: click.Context, _option: click.Parameter, begun: str
    ) -> list[CompletionItem]:
        from ..errors import SheetsError

        try:
            return [item for item in find(context, begun) if item.value.startswith(begun)]
        except (SheetsError, OSError):
            return []

    return complete


def _template_names() -> Iterator[CompletionItem]:
    from ..loading import library_template, template_names

    for name in template_names():
        yield CompletionItem(name, help=library_template(name).title[speech()])


def _given(context: click.Context, name: str) -> str:
    """Return an argument; click does not bind them while an option still waits for its value."""
    return str(context.params.get(name) or next(iter(context.args), ""))


@_offers
def offer_templates(_context: click.Context, begun: str) -> Iterator[CompletionItem]:
    """Offer the templates that come with the program, and files where none begins so."""
    names = [item for item in _template_names() if item.value.startswith(begun)]
    yield from names or [CompletionItem(begun, type="file")]


@_offers
def offer_fields(context: click.Context, begun: str) -> Iterator[CompletionItem]:
    """Offer the fields of the template's form by id, by label once it is begun; then choices."""
    from ..loading import load_template

    template, language = load_template(_given(context, "template")), speech()
    name, is_named, _ = begun.partition("=")
    for field in template.fields():
        own = field.label[language]
        spellings = (field.id, own, *field.label.values())
        if not is_named:  # once: 活动 begins the label of two languages
            found = next((one for one in spellings if one.startswith(begun)), field.id)
            yield CompletionItem(f"{found}=", help=own)
        elif field.choices and fold(name) in map(fold, spellings):
            for item in template.choices[field.choices].items:
                yield CompletionItem(f"{name}={item.label[language]}")


@_offers
def offer_stages(context: click.Context, _begun: str) -> Iterator[CompletionItem]:
    """Offer the stages of the records that the workbook's report shows, by their labels."""
    from ..alerts import label_of
    from ..reader import read_inputs
    from ..template import Task

    reading = read_inputs(_given(context, "file"), template=context.params.get("template"))
    parts = {part.sheet for part in reading.template.report.parts}
    frames = [records.frame for name, records in reading.sheets.items() if name in parts]
    said = [word for one in frames if Task.STAGE in one for word in one[Task.STAGE].dropna()]
    for word in dict.fromkeys(said):
        label = label_of(reading.template, "stage", word)
        yield CompletionItem(label[reading.language] if isinstance(label, Text) else label)
