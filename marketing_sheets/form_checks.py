"""Hold the layout of a form against its fields and the workbook's tables."""

from __future__ import annotations

from collections.abc import Iterator

from .errors import TemplateFault, advice
from .templates import PAGE_COLUMNS, FormSheet, Template
from .templates import Column as Field

__all__ = ["area_faults", "order_faults"]

_MOST_IN_LINE = 2


def area_faults(sheet: FormSheet, path: str, template: Template) -> Iterator[TemplateFault]:
    """Find fields that a page shows twice or not at all, and tables it cannot show."""
    if not sheet.areas:
        return
    if sheet.sections:
        yield TemplateFault(path=f"{path}.sections", code="no_sections_on_page")
    ids = [column.id for column in sheet.fields]
    shown: list[str] = []
    for number, area in enumerate(sheet.areas):
        where = f"{path}.areas[{number}]"
        if bool(area.lines) == (area.table is not None):
            yield TemplateFault(path=where, code="lines_or_table")
        for line, names in enumerate(area.lines):
            if not 1 <= len(names) <= _MOST_IN_LINE:
                params = {"found": len(names), "least": 1, "most": _MOST_IN_LINE}
                yield TemplateFault(
                    path=f"{where}.lines[{line}]", code="out_of_range", params=params
                )
            yield from _line_faults(names, f"{where}.lines[{line}]", ids, shown)
            shown += names
        if area.table is not None:
            yield from _table_faults(area.table, f"{where}.table", template)
    for name in ids:
        if name not in shown:
            yield TemplateFault(path=f"{path}.areas", code="field_left_out", params={"found": name})


def _line_faults(
    names: tuple[str, ...], path: str, ids: list[str], shown: list[str]
) -> Iterator[TemplateFault]:
    for name in names:
        if name not in ids:
            params = {"found": name, **advice(name, ids)}
            yield TemplateFault(path=path, code="unknown_field", params=params)
        elif name in shown or names.count(name) > 1:
            yield TemplateFault(path=path, code="duplicate_id", params={"found": name})


def _table_faults(name: str, path: str, template: Template) -> Iterator[TemplateFault]:
    table = next((table for table in template.tables if table.id == name), None)
    if table is None:
        known = [table.id for table in template.tables]
        params = {"found": name, **advice(name, known)}
        yield TemplateFault(path=path, code="unknown_sheet", params=params)
        return
    if sum(area.table == name for form in template.forms for area in form.areas) > 1:
        yield TemplateFault(path=path, code="duplicate_id", params={"found": name})
    if len(table.columns) > PAGE_COLUMNS:
        limits = {"found": len(table.columns), "least": 1, "most": PAGE_COLUMNS}
        yield TemplateFault(path=path, code="out_of_range", params=limits)
    if table.gantt is not None or table.computed:
        yield TemplateFault(path=path, code="not_on_page")


def order_faults(column: Field, path: str, sheet: FormSheet) -> Iterator[TemplateFault]:
    """Find days that may not precede something that is no day."""
    if column.not_before is None:
        return
    dates = [field.id for field in sheet.fields if field.type == "date"]
    if column.type != "date":
        yield TemplateFault(
            path=f"{path}.not_before", code="not_for_type", params={"type": column.type}
        )
    elif column.not_before not in dates or column.not_before == column.id:
        params = {"found": column.not_before, **advice(column.not_before, dates)}
        yield TemplateFault(path=f"{path}.not_before", code="unknown_field", params=params)
