"""How the tables of a template file differ from the classes they become.

A class reads its fields by their names, `is_required` by the key `required`. What is told here is
the rest: other keys, values that follow from others, and fields the file does not have.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cattrs import Converter

from ..errors import advice
from ..template import (
    Area,
    Chapter,
    Choice,
    Choices,
    Column,
    ColumnType,
    FormSheet,
    Metric,
    Print,
    ReportPlan,
    Rule,
    Setting,
    Sheet,
    TableSheet,
)
from ..texts import LANGUAGES, NO_TEXT, Language, Text

# The keys and numbers that lead to a value, from the top of the file or from the value around it.
KeyPath = tuple[str | int, ...]

_LARGEST = 1e300
# What Python may find where a kind is asked for, and what is said of anything else.
_KINDS: Mapping[type, tuple[tuple[type, ...], str]] = {
    str: ((str,), "expected_string"),
    bool: ((bool,), "expected_boolean"),
    int: ((int,), "expected_integer"),
    float: ((int, float), "expected_number"),
}
PLAIN = tuple(_KINDS)


class Slip(ValueError):
    """What is wrong with a value, or below it: path, code and params, once or several times."""

    def __init__(self, *found: tuple[KeyPath, str, Mapping[str, object]]) -> None:
        super().__init__(found)
        self.found = found

    @classmethod
    def of(cls, code: str, **params: object) -> Slip:
        """Return the slip of a value itself."""
        return cls(((), code, params))


def plain(value: Any, kind: type) -> Any:
    """Return a text that holds something, a flag, or a number that a spreadsheet can hold."""
    kinds, code = _KINDS[kind]
    if value is None:
        # TOML has no such value: the key was put there because it is needed.
        raise Slip.of("missing_key")
    # To Python true is a whole number; to the author of a TOML file it is none.
    if not isinstance(value, kinds) or (isinstance(value, bool) and kind is not bool):
        raise Slip.of(code, found=shown(value))
    # TOML knows nan, inf and whole numbers without end.
    if isinstance(value, int | float) and not abs(value) < _LARGEST:
        raise Slip.of(code, found=shown(value))
    if isinstance(value, str) and not value.strip():
        raise Slip.of("empty_string")
    return kind(value)


def one_of(value: object, options: Sequence[str]) -> str:
    """Return a text that has to be one of the options."""
    found: str = plain(value, str)
    if found not in options:
        raise Slip.of("not_an_option", found=shown(found), **advice(found, options))
    return found


def text(value: object, *, all_languages: bool) -> Text:
    """Return a text in every language, given once for all or by language.

    `all_languages` makes a missing one a fault; otherwise it borrows the first that is there.
    """
    if isinstance(value, str):
        if not value.strip():
            raise Slip.of("empty_string")
        value = dict.fromkeys(("en",) if all_languages else LANGUAGES, value)
    if not isinstance(value, dict):
        raise Slip.of("expected_text", found=shown(value))
    found: list[tuple[KeyPath, str, Mapping[str, object]]] = []
    for key, wording in value.items():
        if key not in LANGUAGES:
            found.append(((key,), "unknown_key", advice(key, LANGUAGES)))
        elif not isinstance(wording, str):
            found.append(((key,), "expected_string", {"found": shown(wording)}))
        elif not wording.strip():
            found.append(((key,), "empty_string", {}))
    missing = [name for name in LANGUAGES if name not in value]
    if missing and (all_languages or len(missing) == len(LANGUAGES)):
        found.append(((), "missing_languages", {"languages": ", ".join(missing)}))
    if found:
        raise Slip(*found)
    spare = next(value[name] for name in LANGUAGES if name in value)
    return Text({name: value.get(name, spare) for name in LANGUAGES})


def shown(value: object) -> str:
    """Return a value as the file may have it, cut if it is long."""
    said = json.dumps(value, ensure_ascii=False, default=str)
    return said if len(said) <= 60 else f"{said[:57]}..."


FORMAT = 1
TomlTable = dict[str, Any]
Hook = Callable[[Any, Converter], Any]

_SETTING_TYPES: tuple[ColumnType, ...] = (
    "integer",
    "number",
    "money",
    "percent",
    "ratio",
    "choice",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is special about reading a class.

    `keys` gives fields another key, "" where the field's own keys stand in the table itself;
    `omitted` fields are never read. `hooks` read single fields; `prepare` turns the file's table
    into one with the class's fields, `finish` the object into the one that is meant.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    omitted: frozenset[str] = frozenset()
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    prepare: Callable[[TomlTable], TomlTable] = dict
    finish: Callable[[Any], Any] = lambda made: made

    def key_of(self, name: str) -> str:
        """Return the key that is read for a field."""
        key = self.keys.get(name, name.removeprefix("is_"))
        return key or _lifted(name)

    def path_of(self, name: str) -> tuple[str, ...]:
        """Return the key of a field as the file has it, () where it has none."""
        key = self.keys.get(name, name.removeprefix("is_"))
        return (key,) if key and key != _ID else ()


# Where an id is the key before a table, it is put into the table under a key nobody can write.
_ID = "@id"


def _lifted(name: str) -> str:
    return f"@{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A sheet that stands in a file of its own, with another title if one is given."""

    name: str
    title: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """How the Summary is laid out."""

    outline: tuple[Chapter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A file with what all templates share: lists, settings, metrics, or rules of alerts."""

    choices: Mapping[str, Choices] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile(SharedFile):
    """A template as its file has it."""

    format: int
    id: str
    version: str = "1.0"
    title: Text
    brand: Text = NO_TEXT
    language: Language | None = None
    sheets: tuple[Use | Sheet, ...]
    summary: Outline = field(default_factory=Outline)
    report: ReportPlan = field(default_factory=ReportPlan)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ByLanguage:
    """A width or scale, for Chinese and English."""

    zh: float | None = None
    en: float | None = None


def sheet_class(table: object) -> type[Use | TableSheet | FormSheet]:
    """Tell which class a table of `[[sheets]]` becomes."""
    if not isinstance(table, dict):
        return TableSheet
    if "use" in table:
        return Use
    try:
        kind = one_of(table.get("kind", "table"), ("table", "form"))
    except Slip as slip:
        raise Slip(*((("kind",), code, params) for _, code, params in slip.found)) from None
    return FormSheet if kind == "form" else TableSheet


def _needed(code: str, kind: Any) -> Hook:
    """Read a list that may not be empty."""

    def read(value: object, converter: Converter) -> Any:
        if value == []:
            raise Slip.of(code)
        return converter.structure(value, kind)

    return read


def _format(value: object, _: Converter) -> int:
    if value != FORMAT or isinstance(value, bool):
        raise Slip.of("unknown_format", known_format=FORMAT)
    return FORMAT


def _both(value: object, converter: Converter) -> dict[str, float]:
    """Read numbers for `zh` and `en`, given apart or as one for both."""
    if not isinstance(value, dict):
        return dict.fromkeys(("zh", "en"), plain(value, float))
    numbers = converter.structure(value, _ByLanguage)
    pairs = {"zh": numbers.zh, "en": numbers.en}
    return {name: number for name, number in pairs.items() if number is not None}


def _rounded(value: object, converter: Converter) -> dict[str, int]:
    return {name: round(number) for name, number in _both(value, converter).items()}


def _lines(value: object, converter: Converter) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split()) for line in converter.structure(value, tuple[str, ...]))


def _by_id(tables: Any) -> Any:
    """Put into each table the key it stands at."""
    if not isinstance(tables, dict):
        return tables
    return {k: {_ID: k, **v} if isinstance(v, dict) else v for k, v in tables.items()}


def _shared_file(table: TomlTable) -> TomlTable:
    return table | {n: _by_id(table[n]) for n in ("choices", "settings") if n in table}


def _choices(table: TomlTable) -> TomlTable:
    """Gather the attributes of the list in each entry."""
    names, items = table.get("attributes", {}), table.get("items")
    if not isinstance(items, list) or not isinstance(names, dict):
        return table
    return {**table, "items": [_choice(item, names) for item in items]}


def _choice(item: Any, names: Mapping[str, object]) -> Any:
    if not isinstance(item, dict):
        return item
    rest = {key: value for key, value in item.items() if key not in names}
    return rest | {_lifted("attributes"): {n: item[n] for n in names if n in item}}


def _form(table: TomlTable) -> TomlTable:
    return {"fields": [], **{key: value for key, value in table.items() if key != "kind"}}


def _table(table: TomlTable) -> TomlTable:
    """Let typed-in counts and amounts enter the control totals unless the file says no."""
    columns = table.get("columns", [])
    if isinstance(columns, list):
        columns = [_with_additive(column) for column in columns]
    return {**{k: v for k, v in table.items() if k != "kind"}, "columns": columns}


def _with_additive(column: Any) -> Any:
    adds_up = (
        isinstance(column, dict)
        and column.get("type") in ("integer", "money")
        and "formula" not in column
    )
    return {"additive": True, **column} if adds_up else column


def _finish_table(sheet: TableSheet) -> TableSheet:
    columns = sheet.columns
    if sheet.as_written:
        columns = tuple(replace(column, as_written=True) for column in columns)
    return replace(sheet, columns=columns, title=sheet.title or sheet.label)


def _finish_form(sheet: FormSheet) -> FormSheet:
    return replace(sheet, title=sheet.title or sheet.label, heading=sheet.heading or sheet.label)


def _metric(table: TomlTable) -> TomlTable:
    """Let a rate be a ratio of sums, and a figure say of which sheet and column it is."""
    is_ratio = "denominator" in table or table.get("unit") in ("percent", "ratio")
    is_figure = {"sheet", "numerator", "denominator"} & table.keys()
    needed = {"sheet": None, "numerator": None} if is_figure else {}
    return {"rollup": "ratio" if is_ratio else "sum", **needed, **table}


def _setting(*, is_choice: bool) -> Shape:
    kind = str if is_choice else float
    return Shape(
        keys={"id": _ID},
        omitted=frozenset(("min", "max") if is_choice else ("items",)),
        hooks={
            "value": lambda value, _: plain(value, kind),
            "type": lambda value, _: one_of(value, _SETTING_TYPES),
        },
        prepare=lambda table: {"type": "number", **table},
    )


_SHAPES: Mapping[type, Shape] = {
    Area: Shape(hooks={"lines": _lines}),
    Choice: Shape(keys={"attributes": ""}),
    Choices: Shape(keys={"id": _ID}, prepare=_choices),
    Column: Shape(omitted=frozenset(("as_written",)), hooks={"width": _both}),
    FormSheet: Shape(
        hooks={"fields": _needed("no_fields", tuple[Column, ...])},
        prepare=_form,
        finish=_finish_form,
    ),
    Metric: Shape(prepare=_metric),
    Print: Shape(hooks={"scale": _rounded}),
    Rule: Shape(keys={"sources": "from", "in_working_days": "working_days"}),
    Setting: _setting(is_choice=False),
    SharedFile: Shape(prepare=_shared_file),
    TableSheet: Shape(
        hooks={"columns": _needed("no_columns", tuple[Column, ...])},
        prepare=_table,
        finish=_finish_table,
    ),
    TemplateFile: Shape(
        hooks={"format": _format, "sheets": _needed("no_sheets", tuple[Use | Sheet, ...])},
        prepare=lambda table: {"format": None, "sheets": [], **_shared_file(table)},
        finish=lambda file: replace(file, brand=file.brand or file.title),
    ),
    Use: Shape(keys={"name": "use"}),
}
_CHOSEN_SETTING = _setting(is_choice=True)
_PLAIN = Shape()


def shape_of(kind: type, *, is_chosen: bool = False) -> Shape:
    """Return how a class is read; of settings, one that is chosen otherwise than a number."""
    if kind is Setting and is_chosen:
        return _CHOSEN_SETTING
    return _SHAPES.get(kind, _PLAIN)
