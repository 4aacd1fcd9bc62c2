"""Read one sheet of a template, a form or a table, from its TOML."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from ..template import (
    COLUMN_TYPES,
    ROLES,
    WORDINGS,
    Area,
    Check,
    Column,
    Format,
    FormSheet,
    Gantt,
    Group,
    Live,
    Print,
    Section,
    Share,
    Sheet,
    TableSheet,
    TextRow,
)
from ..texts import LANGUAGES, Text
from .toml import TomlTable

_NO_TEXT = Text(dict.fromkeys(LANGUAGES, ""))


def read_sheet(table: TomlTable) -> Sheet:
    """Read a whole sheet and close its table."""
    kind: Literal["table", "form"] = table.one_of("kind", ("table", "form"), "table")
    sheet = _form_sheet(table) if kind == "form" else _table_sheet(table)
    table.close()
    return sheet


def _form_sheet(table: TomlTable) -> FormSheet:
    label = table.text("label")
    fields = table.tables("fields", needed="no_fields")
    return FormSheet(
        id=table.string("id"),
        label=label,
        title=table.text("title", label),
        subtitle=table.text("subtitle", _NO_TEXT),
        heading=table.text("heading", label),
        fields=tuple(_column(field) for field in fields),
        sections={
            name: _section(section) for name, section in table.tables_by_key("sections").items()
        },
        aliases=table.strings("aliases"),
        areas=tuple(_area(area) for area in table.tables("areas")),
    )


def _area(table: TomlTable) -> Area:
    area = Area(
        heading=table.optional_text("heading"),
        lines=tuple(tuple(line.split()) for line in table.strings("lines")),
        table=table.optional_string("table"),
    )
    table.close()
    return area


def _section(table: TomlTable) -> Section:
    section = Section(
        heading=table.text("heading"),
        head=table.texts("head"),
        rows=tuple(_text_row(row) for row in table.tables("rows")),
    )
    table.close()
    return section


def _text_row(table: TomlTable) -> TextRow:
    row = TextRow(
        cells=table.texts("cells"),
        state=table.optional_string("state"),
        sheet=table.optional_string("sheet"),
    )
    table.close()
    return row


def _table_sheet(table: TomlTable) -> TableSheet:
    label = table.text("label")
    columns = table.tables("columns", needed="no_columns")
    gantt = table.table("gantt")
    page = table.table("print")
    as_written = table.flag("as_written")
    return TableSheet(
        id=table.string("id"),
        label=label,
        title=table.text("title", label),
        aliases=table.strings("aliases"),
        columns=tuple(
            replace(_additive(_column(column), column), as_written=as_written) for column in columns
        ),
        groups=tuple(_group(group) for group in table.tables("groups")),
        key=table.strings("key"),
        blank_rows=table.integer("blank_rows", 20),
        row_height=table.number("row_height", 30),
        freeze=table.integer("freeze", 1),
        repeated=table.strings("repeated"),
        day_line=table.optional_string("day_line"),
        formats=tuple(_format(rule) for rule in table.tables("formats")),
        checks=tuple(_check(check) for check in table.tables("checks")),
        live=tuple(_live(live) for live in table.tables("live")),
        gantt=_gantt(gantt) if gantt else None,
        print=_print(page) if page else Print(),
        role=table.one_of("role", ROLES) if "role" in table else None,
        start=tuple(_start_row(row) for row in table.tables("start")),
        share=_share(share) if (share := table.table("share")) else None,
    )


def _start_row(table: TomlTable) -> dict[str, str | Text]:
    row = {name: table.string_or_text(name) for name in table.keys}
    table.close()
    return row


def _share(table: TomlTable) -> Share:
    share = Share(
        column=table.string("column"),
        row_column=table.string("row_column"),
        row_choice=table.string("row_choice"),
        of_total=table.string("of_total"),
    )
    table.close()
    return share


def _column(table: TomlTable) -> Column:
    column = Column(
        id=table.string("id"),
        type=table.one_of("type", COLUMN_TYPES, "text"),
        label=table.text("label"),
        aliases=table.strings("aliases"),
        hint=table.optional_text("hint"),
        group=table.optional_string("group"),
        is_required=table.flag("required"),
        is_key=table.flag("key"),
        choices=table.optional_string("choices"),
        formula=table.optional_string("formula"),
        min=table.optional_number("min"),
        max=table.optional_number("max"),
        decimals=table.optional_integer("decimals"),
        signed=table.flag("signed"),
        bar=table.optional_number("bar"),
        width=table.numbers_by_language("width"),
        hidden=table.flag("hidden"),
        fill_down=table.flag("fill_down"),
        additive=table.flag("additive"),
        undefined=table.one_of("undefined", ("blank", "reason"), "blank"),
        unit_from=table.optional_string("unit_from"),
        in_points=table.flag("in_points"),
        points_if=table.optional_string("points_if"),
        says_base=table.flag("says_base"),
        is_target=table.flag("target"),
        compared_with=table.optional_string("compared_with"),
        wording=table.several_of("wording", WORDINGS),
        wording_with=table.strings("wording_with"),
        not_before=table.optional_string("not_before"),
    )
    table.close()
    return column


def _additive(column: Column, table: TomlTable) -> Column:
    """Let typed-in counts and amounts of a table enter the control totals unless it says no."""
    adds_up = column.type in ("integer", "money") and not column.is_computed
    return replace(column, additive=adds_up) if "additive" not in table else column


def _group(table: TomlTable) -> Group:
    group = Group(id=table.string("id"), label=table.text("label"))
    table.close()
    return group


def _format(table: TomlTable) -> Format:
    rule = Format(
        columns=table.strings("columns"),
        when=table.string("when"),
        style=table.string("style"),
        symbol=table.optional_string("symbol"),
        stop=table.flag("stop"),
    )
    table.close()
    return rule


def _check(table: TomlTable) -> Check:
    check = Check(
        when=table.string("when"),
        column=table.string("column"),
        message=table.text("message"),
    )
    table.close()
    return check


def _live(table: TomlTable) -> Live:
    live = Live(
        group=table.optional_string("group"),
        text=table.text("text"),
        values=table.string_by_key("values"),
        shown=table.string_by_key("shown"),
    )
    table.close()
    return live


def _gantt(table: TomlTable) -> Gantt:
    gantt = Gantt(
        planned_start=table.string("planned_start"),
        planned_end=table.string("planned_end"),
        actual_start=table.string("actual_start"),
        actual_end=table.string("actual_end"),
        status=table.string("status"),
        cancelled=table.string("cancelled"),
        done=table.strings("done"),
    )
    table.close()
    return gantt


def _print(table: TomlTable) -> Print:
    page = Print(
        scale={name: round(value) for name, value in table.numbers_by_language("scale").items()},
        break_before=table.optional_string("break_before"),
        portrait=table.flag("portrait"),
    )
    table.close()
    return page
