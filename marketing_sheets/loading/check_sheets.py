"""Hold the parts of one sheet against each other and against Excel's limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from string import Formatter

from ..errors import TemplateFault, advice, unless_known
from ..styles import LOOKS, STATES
from ..template import (
    LIVE_TYPES,
    PAGE_COLUMNS,
    Chart,
    Column,
    ColumnType,
    FormSheet,
    Gantt,
    Live,
    TableSheet,
    Template,
)
from .check_expressions import cycle_faults, expression_faults, formula_faults
from .check_words import column_label_faults, share_faults, start_faults, wording_faults

_FROM_A_LIST = ("choice", "department", "person")
# What a legend may show besides the states of choices.
_LEGEND = ("input", "computed", "gap", "doubt")
_MOST_COLUMNS = 1000
_MOST_BLANK_ROWS = 10_000
_MOST_ROW_HEIGHT = 409
_MOST_WIDTH = 255
_MOST_DECIMALS = 10
_MOST_SERIES = 2
_SCALES = (10, 400)
_MOST_IN_LINE = 2


def _fault(path: str, code: str, **params: object) -> TemplateFault:
    return TemplateFault(path=path, code=code, params=params)


def _outside(path: str, found: float, least: float, most: float) -> Iterator[TemplateFault]:
    if not least <= found <= most:
        yield _fault(path, "out_of_range", found=f"{found:g}", least=least, most=most)


def form_faults(
    sheet: FormSheet, template: Template, sheet_ids: Iterable[str]
) -> Iterator[TemplateFault]:
    """Find what is wrong with a form; its words may name the sheets `sheet_ids`."""
    path = f"sheets[{sheet.id}]"
    yield from column_label_faults(f"{path}.fields", sheet.fields, are_headers=False)
    for column in sheet.fields:
        where = f"{path}.fields[{column.id}]"
        yield from _column_faults(column, where, template)
        given = {
            "formula": column.formula,
            "group": column.group,
            "unit_from": column.unit_from,
            "compared_with": column.compared_with,
            "fill_down": column.fill_down,
        }
        yield from (_fault(f"{where}.{key}", "not_for_field") for key in given if given[key])
        yield from wording_faults(column, where, [field.id for field in sheet.fields])
        yield from order_faults(column, where, sheet)
    yield from area_faults(sheet, path, template)
    for name, section in sheet.sections.items():
        for number, row in enumerate(section.rows):
            where = f"{path}.sections.{name}.rows[{number}]"
            yield from unless_known(f"{where}.state", "state", row.state, (*STATES, *_LEGEND))
            yield from unless_known(f"{where}.sheet", "sheet", row.sheet, sheet_ids)


def table_faults(sheet: TableSheet, template: Template) -> Iterator[TemplateFault]:
    """Find what is wrong with a table."""
    path = f"sheets[{sheet.id}]"
    yield from column_label_faults(f"{path}.columns", sheet.columns, are_headers=True)
    for column in sheet.columns:
        where = f"{path}.columns[{column.id}]"
        yield from _column_faults(column, where, template)
        yield from _place_faults(column, where, sheet)
        yield from wording_faults(column, where, [one.id for one in sheet.columns])
        if column.not_before is not None:
            yield _fault(f"{where}.not_before", "only_for_field")
        yield from formula_faults(column, f"{where}.formula", sheet, template)
    yield from cycle_faults(sheet, f"{path}.columns")
    yield from _group_faults(sheet, f"{path}.groups")
    yield from _layout_faults(sheet, path)
    for number, rule in enumerate(sheet.formats):
        where = f"{path}.formats[{number}]"
        yield from _columns_faults(f"{where}.columns", rule.columns, sheet)
        yield from unless_known(f"{where}.style", "style", rule.style, LOOKS)
        yield from expression_faults(rule.when, f"{where}.when", sheet, template, wanted="test")
    for number, check in enumerate(sheet.checks):
        where = f"{path}.checks[{number}]"
        yield from _columns_faults(f"{where}.column", [check.column], sheet)
        yield from expression_faults(check.when, f"{where}.when", sheet, template, wanted="test")
    for number, live in enumerate(sheet.live):
        yield from _live_faults(live, f"{path}.live[{number}]", sheet, template)
        if live.group in [other.group for other in sheet.live[:number]]:
            yield _fault(f"{path}.live[{number}]", "live_taken")
    yield from start_faults(sheet, path, template)
    yield from share_faults(sheet, path, template)
    if sheet.gantt:
        yield from _gantt_faults(sheet.gantt, f"{path}.gantt", sheet, template)
    for number, chart in enumerate(sheet.charts):
        yield from _chart_faults(chart, f"{path}.charts[{number}]", sheet)


def _column_faults(column: Column, path: str, template: Template) -> Iterator[TemplateFault]:
    """Find keys that do not suit the column's type, and values out of bounds."""
    numeric = {
        "min": column.min is not None,
        "max": column.max is not None,
        "decimals": column.decimals is not None,
        "bar": column.bar is not None,
        "signed": column.signed,
        "additive": column.additive,
        "in_points": column.in_points,
        "unit_from": column.unit_from is not None,
    }
    if not column.is_numeric:
        for key in (key for key, is_given in numeric.items() if is_given):
            yield _fault(f"{path}.{key}", "not_for_type", type=column.type)
    if column.type != "quantity":
        held = {
            "target": column.is_target,
            "compared_with": column.compared_with is not None,
            "says_base": column.says_base,
        }
        for key in (key for key, is_given in held.items() if is_given):
            yield _fault(f"{path}.{key}", "not_for_type", type=column.type)
    in_points = [
        name
        for name, setting in template.settings.items()
        if any(item.id == "points" for item in setting.items)
    ]
    yield from unless_known(f"{path}.points_if", "choice_setting", column.points_if, in_points)
    if column.min is not None and column.max is not None and column.min > column.max:
        yield _fault(f"{path}.min", "min_above_max", min=f"{column.min:g}", max=f"{column.max:g}")
    if column.decimals is not None:
        yield from _outside(f"{path}.decimals", column.decimals, 0, _MOST_DECIMALS)
    if column.bar is not None and column.bar <= 0:
        yield _fault(f"{path}.bar", "not_positive", found=f"{column.bar:g}")
    for name, width in column.width.items():
        yield from _outside(f"{path}.width.{name}", width, 1, _MOST_WIDTH)
    yield from _list_faults(column, path, template)
    if column.is_computed:
        typed = {
            "required": column.is_required,
            "fill_down": column.fill_down,
            "min": column.min is not None,
            "max": column.max is not None,
            "target": column.is_target,
            "compared_with": column.compared_with is not None,
        }
        yield from (_fault(f"{path}.{key}", "not_for_computed") for key in typed if typed[key])


def _list_faults(column: Column, path: str, template: Template) -> Iterator[TemplateFault]:
    if column.choices is None:
        if column.type == "choice":
            yield _fault(f"{path}.choices", "choices_missing")
    elif column.type not in _FROM_A_LIST:
        yield _fault(f"{path}.choices", "choices_unused", type=column.type)
    else:
        yield from unless_known(f"{path}.choices", "choices", column.choices, template.choices)


def _choice_faults(
    path: str, choices: str, found: Iterable[str], template: Template
) -> Iterator[TemplateFault]:
    ids = [item.id for item in template.choices[choices].items]
    for word in found:
        yield from unless_known(path, "choice", word, ids, list=choices)


def _place_faults(column: Column, path: str, sheet: TableSheet) -> Iterator[TemplateFault]:
    groups = [group.id for group in sheet.groups]
    yield from unless_known(f"{path}.group", "group", column.group, groups)
    yield from _kind_faults(f"{path}.unit_from", column.unit_from, sheet, "choice")
    quantities: tuple[ColumnType, ...] = ("condition", "quantity")
    yield from _kind_faults(f"{path}.compared_with", column.compared_with, sheet, *quantities)


def _group_faults(sheet: TableSheet, path: str) -> Iterator[TemplateFault]:
    runs = [group for group, _ in groupby(column.group for column in sheet.columns)]
    for group in sheet.groups:
        if runs.count(group.id) == 0:
            yield _fault(f"{path}[{group.id}]", "empty_group")
        elif runs.count(group.id) > 1:
            yield _fault(f"{path}[{group.id}]", "split_group", found=group.id)


def _columns_faults(path: str, found: Iterable[str], sheet: TableSheet) -> Iterator[TemplateFault]:
    for name in found:
        yield from unless_known(path, "column", name, (column.id for column in sheet.columns))


def _layout_faults(sheet: TableSheet, path: str) -> Iterator[TemplateFault]:
    yield from _columns_faults(f"{path}.key", sheet.key, sheet)
    yield from _columns_faults(f"{path}.repeated", sheet.repeated, sheet)
    yield from _kind_faults(f"{path}.day_line", sheet.day_line, sheet, "date")
    yield from _outside(f"{path}.blank_rows", sheet.blank_rows, 1, _MOST_BLANK_ROWS)
    yield from _outside(f"{path}.columns", len(sheet.columns), 1, _MOST_COLUMNS)
    yield from _outside(f"{path}.row_height", sheet.row_height, 1, _MOST_ROW_HEIGHT)
    yield from _outside(f"{path}.freeze", sheet.freeze, 0, len(sheet.columns))
    for name, scale in sheet.print.scale.items():
        yield from _outside(f"{path}.print.scale.{name}", scale, *_SCALES)
    places = [*(group.id for group in sheet.groups), *(["gantt"] if sheet.gantt else [])]
    yield from unless_known(f"{path}.print.break_before", "break", sheet.print.break_before, places)


def _kind_faults(
    path: str, name: str | None, sheet: TableSheet, *kinds: ColumnType
) -> Iterator[TemplateFault]:
    """Report a column that is not there, or of none of the kinds; the first names the fault."""
    if name is None or name not in sheet:
        yield from unless_known(path, "column", name, [one.id for one in sheet.columns])
    elif sheet[name].type not in kinds:
        yield _fault(path, f"not_a_{kinds[0]}", found=name)


def _live_faults(
    live: Live, path: str, sheet: TableSheet, template: Template
) -> Iterator[TemplateFault]:
    groups = [group.id for group in sheet.groups]
    yield from unless_known(f"{path}.group", "group", live.group, groups)
    yield from _blank_faults(live, path)
    for name, expression in live.values.items():
        where = f"{path}.values.{name}"
        yield from expression_faults(
            expression, where, sheet, template, wanted="figure", aggregate=True
        )
    for name, shown in live.shown.items():
        where = f"{path}.shown.{name}"
        if shown not in LIVE_TYPES:
            yield _fault(where, "not_an_option", found=shown, **advice(shown, LIVE_TYPES))
        if name not in live.values:
            yield _fault(where, "blank_without_value", found=name)


def _blank_faults(live: Live, path: str) -> Iterator[TemplateFault]:
    """Find names in braces without a value, values unused, and languages that differ."""
    wordings = [blanks_in(wording) for wording in live.text.values()]
    blanks = [names for names in wordings if names is not None]
    if len(blanks) < len(wordings):
        yield _fault(f"{path}.text", "bad_blanks")
        return
    used = frozenset[str]().union(*blanks)
    differing = sorted(name for name in used if not all(name in names for names in blanks))
    if differing:
        yield _fault(f"{path}.text", "different_blanks", found=", ".join(differing))
    for name in sorted(used - set(live.values)):
        yield _fault(f"{path}.text", "blank_without_value", found=name)
    for name in sorted(set(live.values) - used):
        yield _fault(f"{path}.values.{name}", "value_without_blank", found=name)


def blanks_in(text: str) -> frozenset[str] | None:
    """Return the names in braces, or None where braces hold anything else or stay open."""
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    names = frozenset(str(name) for _, name, _, _ in parts)
    is_plain = not any(spec or conversion for _, _, spec, conversion in parts)
    return names if is_plain and all(name.isidentifier() for name in names) else None


def _gantt_faults(
    gantt: Gantt, path: str, sheet: TableSheet, template: Template
) -> Iterator[TemplateFault]:
    for key in ("planned_start", "planned_end", "actual_start", "actual_end"):
        yield from _kind_faults(f"{path}.{key}", getattr(gantt, key), sheet, "date")
    if gantt.status not in sheet:
        yield from _columns_faults(f"{path}.status", [gantt.status], sheet)
        return
    choices = sheet[gantt.status].choices
    if choices is None:
        yield _fault(f"{path}.status", "not_a_choice", found=gantt.status)
    elif choices in template.choices:
        yield from _choice_faults(f"{path}.cancelled", choices, [gantt.cancelled], template)
        yield from _choice_faults(f"{path}.done", choices, gantt.done, template)


def _chart_faults(chart: Chart, path: str, sheet: TableSheet) -> Iterator[TemplateFault]:
    yield from _kind_faults(f"{path}.by", chart.by, sheet, "choice")
    yield from _outside(f"{path}.series", len(chart.series), 1, _MOST_SERIES)
    for number, series in enumerate(chart.series):
        for key, name in (("sum", series.sum), ("per", series.per)):
            where = f"{path}.series[{number}].{key}"
            yield from unless_known(where, "column", name, [one.id for one in sheet.columns])
            if name is not None and name in sheet and not sheet[name].is_numeric:
                yield _fault(where, "not_for_type", type=sheet[name].type)


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
        yield from unless_known(path, "field", name, ids)
        if name in ids and (name in shown or names.count(name) > 1):
            yield TemplateFault(path=path, code="duplicate_id", params={"found": name})


def _table_faults(name: str, path: str, template: Template) -> Iterator[TemplateFault]:
    table = next((table for table in template.tables if table.id == name), None)
    if table is None:
        yield from unless_known(path, "sheet", name, [table.id for table in template.tables])
        return
    if sum(area.table == name for form in template.forms for area in form.areas) > 1:
        yield TemplateFault(path=path, code="duplicate_id", params={"found": name})
    if len(table.columns) > PAGE_COLUMNS:
        limits = {"found": len(table.columns), "least": 1, "most": PAGE_COLUMNS}
        yield TemplateFault(path=path, code="out_of_range", params=limits)
    if table.gantt is not None or table.computed:
        yield TemplateFault(path=path, code="not_on_page")


def order_faults(column: Column, path: str, sheet: FormSheet) -> Iterator[TemplateFault]:
    """Find days that may not precede something that is no day."""
    if column.not_before is None:
        return
    dates = [one.id for one in sheet.fields if one.type == "date" and one is not column]
    if column.type != "date":
        yield TemplateFault(
            path=f"{path}.not_before", code="not_for_type", params={"type": column.type}
        )
    else:
        yield from unless_known(f"{path}.not_before", "field", column.not_before, dates)
