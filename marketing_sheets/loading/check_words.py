"""What people read: labels that can be told apart and that Excel takes, rows of words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Protocol

from ..errors import TemplateFault, unless_known
from ..template import OUR_SHEETS, Column, Sheet, TableSheet, Template
from ..texts import LANGUAGES, Text, book, fold, fold_label

_SHEET_LABEL_LIMIT = 31
_HEADER_LIMIT = 255
_INPUT_TITLE_LIMIT = 32
_INPUT_MESSAGE_LIMIT = 255
_NOT_IN_SHEET_LABELS = "[ ] : * ? / \\"
# Excel escapes these in a structured reference; other programs do not understand that.
_NOT_IN_HEADERS = "[ ] # ' @"
_WORDS = ("text", "long_text")


class _Labelled(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def label(self) -> Text: ...

    @property
    def aliases(self) -> tuple[str, ...]: ...


def text_faults(template: Template) -> Iterator[TemplateFault]:
    """Find the texts that lack a language."""
    for path, text in _texts(template, ""):
        missing = [name for name in LANGUAGES if not text.by_language.get(name, "").strip()]
        # A form may do without its sub-title, but not in one language only.
        is_left_out = path.endswith(".subtitle") and len(missing) == len(LANGUAGES)
        if missing and not is_left_out:
            params = {"languages": ", ".join(missing)}
            yield TemplateFault(path=path, code="missing_languages", params=params)


def _texts(node: object, path: str) -> Iterator[tuple[str, Text]]:
    if isinstance(node, Text):
        yield path, node
    elif isinstance(node, tuple):
        for number, item in enumerate(node):
            yield from _texts(item, f"{path}[{getattr(item, 'id', number)}]")
    elif isinstance(node, Mapping):
        for name, item in node.items():
            yield from _texts(item, f"{path}.{name}")
    elif is_dataclass(node):
        for part in fields(node):
            yield from _texts(
                getattr(node, part.name), f"{path}.{part.name}" if path else part.name
            )


def same_label_faults(
    path: str,
    items: Iterable[_Labelled],
    folded: Callable[[str], str],
    *,
    by_id: bool = False,
) -> Iterator[TemplateFault]:
    """Find the labels and aliases that, once `folded`, could mean two of the items.

    An item may repeat itself. With `by_id` its id is one more spelling.
    """
    owners: dict[str, str] = {}
    for item in items:
        reported: set[str] = set()
        for word in (*item.label.values(), *item.aliases, *([item.id] if by_id else [])):
            spelling = folded(word)
            owner = owners.setdefault(spelling, item.id)
            if spelling and owner != item.id and spelling not in reported:
                reported.add(spelling)
                params = {"found": word, "other": owner}
                yield TemplateFault(path=f"{path}[{item.id}]", code="label_taken", params=params)


def sheet_label_faults(sheets: tuple[Sheet, ...]) -> Iterator[TemplateFault]:
    """Find the names no tab can have, and those two tabs would share."""
    # Excel keeps the first for itself, we the others for the tabs every workbook has.
    reserved = {"history"}
    reserved |= {fold(word) for tab in OUR_SHEETS for word in book("sheets")[tab]["tab"].values()}
    yield from same_label_faults("sheets", sheets, fold)
    for sheet in sheets:
        path = f"sheets[{sheet.id}].label"
        for label in _wordings(sheet.label):
            yield from _length_faults(path, label, _SHEET_LABEL_LIMIT)
            yield from _character_faults(path, label, _NOT_IN_SHEET_LABELS)
            if label.strip("'") != label:
                params = {"found": label, "characters": "'"}
                yield TemplateFault(path=path, code="label_characters", params=params)
            if fold(label) in reserved:
                yield TemplateFault(path=path, code="label_reserved", params={"found": label})


def column_label_faults(
    path: str, columns: tuple[Column, ...], *, are_headers: bool
) -> Iterator[TemplateFault]:
    """Find the labels and hints that Excel would refuse, and labels two columns would share."""
    # A header is matched word for word before what stands in its brackets is left out.
    yield from same_label_faults(path, columns, fold if are_headers else fold_label)
    for column in columns:
        where = f"{path}[{column.id}]"
        # Only cells that people fill in have an input message with the label as its title.
        limit = _HEADER_LIMIT if column.is_computed else _INPUT_TITLE_LIMIT
        for label in _wordings(column.label):
            yield from _length_faults(f"{where}.label", label, limit)
            if are_headers:
                yield from _character_faults(f"{where}.label", label, _NOT_IN_HEADERS)
        for hint in _wordings(column.hint):
            yield from _length_faults(f"{where}.hint", hint, _INPUT_MESSAGE_LIMIT)


def _wordings(text: Text | None) -> Iterable[str]:
    return dict.fromkeys(text.values()) if text else ()


def _length_faults(path: str, text: str, limit: int) -> Iterator[TemplateFault]:
    # Excel counts in UTF-16: a rare character or an emoji takes two.
    length = len(text.encode("utf-16-le")) // 2
    if length > limit:
        params = {"found": text, "length": length, "limit": limit}
        yield TemplateFault(path=path, code="too_long", params=params)


def _character_faults(path: str, text: str, forbidden: str) -> Iterator[TemplateFault]:
    if set(text) & set(forbidden.replace(" ", "") + "\r\n"):
        params = {"found": text, "characters": forbidden}
        yield TemplateFault(path=path, code="label_characters", params=params)


def wording_faults(column: Column, path: str, known: Sequence[str]) -> Iterator[TemplateFault]:
    """Find demands on the words of a cell that holds none; `known` are its companions' ids."""
    if column.wording and (column.type not in _WORDS or column.is_computed):
        yield TemplateFault(
            path=f"{path}.wording", code="not_for_type", params={"type": column.type}
        )
    others = [name for name in known if name != column.id]
    for name in column.wording_with:
        yield from unless_known(f"{path}.wording_with", "column", name, others)
    if column.wording_with and not {"goal", "action"} & {*column.wording}:
        yield TemplateFault(path=f"{path}.wording_with", code="with_nothing")


def start_faults(sheet: TableSheet, path: str, template: Template) -> Iterator[TemplateFault]:
    """Find rows to begin with that do not suit the columns: ids of choices, or words."""
    for number, row in enumerate(sheet.start):
        for name, cell in row.items():
            where = f"{path}.start[{number}].{name}"
            if name not in sheet or sheet[name].is_computed:
                yield from unless_known(where, "column", name, [one.id for one in sheet.inputs])
            elif sheet[name].choices is not None:
                yield from _start_choice_faults(cell, where, sheet[name], template)
            elif sheet[name].type not in _WORDS:
                params = {"type": sheet[name].type}
                yield TemplateFault(path=where, code="not_for_type", params=params)


def share_faults(sheet: TableSheet, path: str, template: Template) -> Iterator[TemplateFault]:
    """Find a share of something that is no sum, or of a row or setting there is not."""
    share = sheet.share
    if share is None:
        return
    numbers = [column.id for column in sheet.inputs if column.is_numeric]
    yield from unless_known(f"{path}.share.column", "column", share.column, numbers)
    lists = [column.id for column in sheet.inputs if column.choices is not None]
    yield from unless_known(f"{path}.share.row_column", "column", share.row_column, lists)
    if share.row_column in lists:
        where = f"{path}.share.row_choice"
        yield from _start_choice_faults(share.row_choice, where, sheet[share.row_column], template)
    settings = [name for name, one in template.settings.items() if not isinstance(one.value, str)]
    yield from unless_known(f"{path}.share.of_total", "setting", share.of_total, settings)


def _start_choice_faults(
    cell: str | Text, path: str, column: Column, template: Template
) -> Iterator[TemplateFault]:
    choices = template.choices.get(column.choices or "")
    if choices is not None:
        # A text in several languages is no id, whatever it says.
        found = cell["en"] if isinstance(cell, Text) else cell
        known = () if isinstance(cell, Text) else (item.id for item in choices.items)
        yield from unless_known(path, "choice", found, known, list=choices.id)
