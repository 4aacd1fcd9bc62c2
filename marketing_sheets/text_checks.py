"""Hold what a template asks of words, and the rows a table begins with, against its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .errors import TemplateFault, advice
from .languages import Text
from .templates import Column, TableSheet, Template

__all__ = ["share_faults", "start_faults", "wording_faults"]

_WORDS = ("text", "long_text")


def wording_faults(column: Column, path: str, known: Sequence[str]) -> Iterator[TemplateFault]:
    """Find demands on the words of a cell that holds none; `known` are its companions' ids."""
    if column.wording and (column.type not in _WORDS or column.is_computed):
        yield TemplateFault(
            path=f"{path}.wording", code="not_for_type", params={"type": column.type}
        )
    for name in column.wording_with:
        if name not in known or name == column.id:
            params = {"found": name, **advice(name, known)}
            yield TemplateFault(path=f"{path}.wording_with", code="unknown_column", params=params)
    if column.wording_with and not {"goal", "action"} & {*column.wording}:
        yield TemplateFault(path=f"{path}.wording_with", code="with_nothing")


def start_faults(sheet: TableSheet, path: str, template: Template) -> Iterator[TemplateFault]:
    """Find rows to begin with that do not suit the columns: ids of choices, or words."""
    for number, row in enumerate(sheet.start):
        for name, cell in row.items():
            where = f"{path}.start[{number}].{name}"
            if name not in sheet or sheet[name].is_computed:
                params = {"found": name, **advice(name, [one.id for one in sheet.inputs])}
                yield TemplateFault(path=where, code="unknown_column", params=params)
            elif sheet[name].choices is not None:
                yield from _choice_faults(cell, where, sheet[name], template)
            elif sheet[name].type not in _WORDS:
                params = {"type": sheet[name].type}
                yield TemplateFault(path=where, code="not_for_type", params=params)


def share_faults(sheet: TableSheet, path: str, template: Template) -> Iterator[TemplateFault]:
    """Find a share of something that is no sum, or of a row or setting there is not."""
    share = sheet.share
    if share is None:
        return
    numbers = [column.id for column in sheet.inputs if column.is_numeric]
    if share.column not in numbers:
        params = {"found": share.column, **advice(share.column, numbers)}
        yield TemplateFault(path=f"{path}.share.column", code="unknown_column", params=params)
    lists = [column.id for column in sheet.inputs if column.choices is not None]
    if share.row_column not in lists:
        params = {"found": share.row_column, **advice(share.row_column, lists)}
        yield TemplateFault(path=f"{path}.share.row_column", code="unknown_column", params=params)
    else:
        where = f"{path}.share.row_choice"
        yield from _choice_faults(share.row_choice, where, sheet[share.row_column], template)
    setting = template.settings.get(share.of_total)
    if setting is None or isinstance(setting.value, str):
        params = {"found": share.of_total, **advice(share.of_total, list(template.settings))}
        yield TemplateFault(path=f"{path}.share.of_total", code="unknown_setting", params=params)


def _choice_faults(
    cell: str | Text, path: str, column: Column, template: Template
) -> Iterator[TemplateFault]:
    choices = template.choices.get(column.choices or "")
    known = [item.id for item in choices.items] if choices is not None else []
    if choices is not None and (isinstance(cell, Text) or cell not in known):
        found = cell["en"] if isinstance(cell, Text) else cell
        params = {"found": found, "list": choices.id, **advice(found, known)}
        yield TemplateFault(path=path, code="unknown_choice", params=params)
