"""Settings and alert thresholds on the lists sheet: those that change something in the workbook.

A setting that is chosen has a drop-down, and beside it the id that formulas compare with.
Thresholds take one row a rule and channel, to be changed or added to; row 5 names their columns
`rule`, `rule.group`, `rule.limit`, `rule.days`, `rule.on`; `rule.names`, hidden, lists every rule
once for the drop-down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..styles import Palette, number_format
from ..template import MOST_DAYS, Column, Rule, Setting, TableSheet, Template, Threshold
from ..texts import say
from .book import Book, Pen, absolute
from .cells import refusal, validation
from .geometry import FIRST, GROUPS, HEADER, IDS, MARKS

GAP_WIDTH = 2.0
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BOOK = "thresholds"
_SPARE_ROWS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of one column: its id, label, width; group and mark stand above the first.

    Label and mark are aligned as the column's cells.
    """

    id: str
    label: str
    width: float
    group: str = ""
    mark: str = ""
    is_fixed: bool = False
    align: str = "left"


def draw_head(column: int, head: Head, pen: Pen, book: Book) -> None:
    """Draw the head of a column: group, mark, hidden id, label."""
    looks = book.looks
    pen.column(column, head.width)
    line = {"bottom": 2, "bottom_color": Palette.ACCENT}
    group = looks.cell(font_size=11, bold=True, font_color=Palette.NAVY, indent=1, **line)
    pen.text(GROUPS, column, head.group, group)
    side = aligned(head.align)
    pen.text(MARKS, column, head.mark, looks.cell(font_size=8, font_color=Palette.MUTE, **side))
    pen.text(IDS, column, head.id, looks.cell(font_size=8, font_color=Palette.MUTE))
    dark = {"bg_color": Palette.NAVY, "font_color": Palette.WHITE}
    light = {"bg_color": Palette.COMPUTED_HEADER, "font_color": Palette.SLATE}
    look = looks.cell(bold=True, text_wrap=True, **side, **(light if head.is_fixed else dark))
    # Numbers end before their right margin, and so does the word above them.
    label = f"{head.label} " if head.align == "right" else head.label
    pen.text(HEADER, column, label, look)


def aligned(side: str) -> dict[str, object]:
    """Return the alignment of a column's cells and head; text on the left has an indent."""
    return {"align": "left", "indent": 1} if side == "left" else {"align": side}


def gap(column: int, pen: Pen) -> int:
    """Leave a narrow column free, and return the next."""
    pen.column(column, GAP_WIDTH)
    return column + 1


def fixed_look(book: Book) -> Any:
    """Return the look of a cell that belongs to formulas."""
    return book.looks.cell(
        bg_color=Palette.COMPUTED, font_color=Palette.SLATE, indent=1, **hairline()
    )


def hint_look(book: Book) -> Any:
    """Return the look of an explanation beside a cell."""
    return book.looks.cell(font_size=9, font_color=Palette.MUTE, indent=1, **hairline())


def shown_settings(template: Template) -> tuple[Setting, ...]:
    """Return the settings that a formula, a rule or a figure of this workbook uses, in order."""
    expressions = [one for sheet in template.tables for one in sheet.expressions()]
    expressions += [test for rule in template.rules for test in rule.when.values()]
    used = set(_NAME.findall(" ".join(expressions))) | {rule.setting for rule in template.rules}
    return tuple(
        setting
        for setting in template.settings.values()
        if setting.id in used
        or any(_is_for(setting, sheet) for sheet in template.tables)
        or not (setting.roles or setting.if_used)
    )


def _is_for(setting: Setting, sheet: TableSheet) -> bool:
    """Tell whether a sheet plays a role that a setting is for, with the columns for it."""
    has_any = not setting.columns or any(name in sheet for name in setting.columns)
    return sheet.role in setting.roles and has_any


def draw_choice(setting: Setting, typed: tuple[int, int], used: int, pen: Pen, book: Book) -> None:
    """Draw a choice at `typed`, and in column `used` the id of what is chosen.

    Whatever else stands in the cell counts as the template's own choice, as for the reader.
    """
    chosen = str(book.settings[setting.id])
    labels = {item.id: item.label[book.language] for item in setting.items}
    look = entry_look(book, num_format="@")
    pen.text(*typed, labels.get(chosen, chosen), look)
    rule: dict[str, Any] = {
        "validate": "list",
        "source": list(labels.values()),
        **refusal(book, book.say("refusal.not_listed")),
    }
    if setting.hint is not None:
        rule |= {
            "input_title": setting.label[book.language],
            "input_message": setting.hint[book.language],
        }
    pen.validate((*typed, *typed), rule)
    row = typed[0]
    formula = _id_formula(setting, f"TRIM({absolute(*typed)})")
    pen.formula(row, used, formula, book.looks.cell(font_color=Palette.SLATE), chosen)
    book.define(f"set_{setting.id}", pen, absolute(row, used))


def _id_formula(setting: Setting, subject: str) -> str:
    formula = f'"{setting.value}"'
    for item in reversed(setting.items):
        if item.id != setting.value:
            words = dict.fromkeys((*item.label.values(), *item.aliases, item.id))
            tests = ",".join(f"{subject}={_text(word)}" for word in words)
            formula = f'IF(OR({tests}),"{item.id}",{formula})'
    return f"={formula}"


def _text(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def entry_look(book: Book, **properties: object) -> Any:
    """Return the look of a cell of the lists sheet that staff fill in."""
    whole = {"bg_color": Palette.WHITE, "indent": 1, **hairline(), **properties}
    if whole.get("align") in ("center", "right"):
        del whole["indent"]
    return book.looks.cell(**whole)


def hairline() -> dict[str, object]:
    """Return the thin line below each row of the lists sheet."""
    return {"bottom": 1, "bottom_color": Palette.LINE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _At:
    """The columns of the area, counted from 0; `scope` is None without a rule by channel."""

    rule: int
    scope: int | None
    limit: int
    days: int
    is_on: int
    hint: int
    names: int


def draw_thresholds(column: int, pen: Pen, book: Book) -> tuple[int, int]:
    """Draw the area from `column` on; return the next column and the last row."""
    rules = {rule.id: rule for rule in book.template.rules}
    lists = [name for rule in rules.values() if (name := _scope_of(rule, book)) is not None]
    shift = int(bool(lists))
    at = _At(
        rule=column,
        scope=column + 1 if lists else None,
        limit=column + 1 + shift,
        days=column + 2 + shift,
        is_on=column + 3 + shift,
        hint=column + 4 + shift,
        names=column + 5 + shift,
    )
    _draw_heads(at, pen, book)
    rows = list(_rows(book))
    for row, shown in enumerate(rows, FIRST):
        _draw_row(row, shown, at, pen, book)
    last = FIRST + len(rows) + _SPARE_ROWS - 1
    for row in range(FIRST + len(rows), last + 1):
        _draw_row(row, None, at, pen, book)
    _draw_names(at, last, pen, book)
    _validate_groups(at, last, lists, pen, book)
    return gap(at.names + 1, pen), last


def _scope_of(rule: Rule, book: Book) -> str | None:
    """Return the list that a rule's groups come from."""
    if rule.kind not in ("threshold", "window", "drop") or rule.by is None:
        return None
    sheets = (book.template[name] for name in rule.sheets)
    columns: Iterator[Any] = (
        c for sheet in sheets for c in getattr(sheet, "columns", ()) if c.id == rule.by
    )
    return next((column.choices for column in columns), None)


def _rows(book: Book) -> Iterator[tuple[Rule, Threshold]]:
    """Walk the rows to draw: what was said about each rule, else what the template says."""
    for rule in book.template.rules:
        told = [one for one in book.thresholds if one.rule == rule.id]
        groups: tuple[str | None, ...] = rule.only or (None,)
        usual = [
            Threshold(rule=rule.id, group=group, limit=rule.limit, days=rule.days, is_on=rule.is_on)
            for group in groups
        ]
        yield from ((rule, one) for one in told or usual)


def _draw_heads(at: _At, pen: Pen, book: Book) -> None:
    wide = 38 if book.language != "en" else 56
    heads = [
        (
            at.rule,
            Head(
                id="rule",
                label=_say("rule", book),
                width=22 if book.language != "en" else 24,
                group=_say("group", book),
                mark=book.say("mark.open"),
            ),
        ),
        (at.limit, Head(id="rule.limit", label=_say("limit", book), width=12, align="right")),
        (at.days, Head(id="rule.days", label=_say("days", book), width=8, align="right")),
        (at.is_on, Head(id="rule.on", label=_say("is_on", book), width=8, align="center")),
        (at.hint, Head(id="rule.hint", label=_say("hint", book), width=wide, is_fixed=True)),
        (at.names, Head(id="rule.names", label="", width=GAP_WIDTH, is_fixed=True)),
    ]
    if at.scope is not None:
        heads.insert(1, (at.scope, Head(id="rule.group", label=_say("scope", book), width=14)))
    for column, head in heads:
        draw_head(column, head, pen, book)
    pen.column(at.names, GAP_WIDTH, hidden=True)


def _draw_row(
    row: int, shown: tuple[Rule, Threshold] | None, at: _At, pen: Pen, book: Book
) -> None:
    """Draw a row; what its rule has no use for cannot be filled in. None leaves it spare."""
    rule, said = shown or (None, None)
    words = entry_look(book, num_format="@")
    pen.text(row, at.rule, "" if rule is None else rule.label[book.language], words)
    fixed = fixed_look(book)
    if at.scope is not None:
        grouped = rule is None or _scope_of(rule, book) is not None
        group = "" if said is None or said.group is None else _group(said.group, rule, book)
        pen.text(row, at.scope, group, words if grouped else fixed)
    if rule is None or rule.limit is not None:
        shape = number_format(_limit_column(rule, book))
        look = entry_look(book, num_format="General_)_)" if rule is None else shape, align="right")
        pen.value(row, at.limit, None if said is None else said.limit, look)
    else:
        pen.text(row, at.limit, "", fixed)
    if rule is None or (rule.days is not None and rule.setting is None):
        look = entry_look(book, num_format="0_)_)", align="right")
        pen.value(row, at.days, None if said is None else said.days, look)
    else:
        pen.text(row, at.days, "", fixed)
    word = "" if said is None else book.say("yes_no.yes" if said.is_on else "yes_no.no")
    pen.text(row, at.is_on, word, entry_look(book, num_format="@", align="center"))
    pen.text(row, at.hint, "" if rule is None else _when(rule, book), hint_look(book))
    if rule is not None and rule.limit is not None:
        checked = validation(_limit_column(rule, book), book)
        if checked is not None:
            pen.validate((row, at.limit, row, at.limit), checked)


def _group(group: str, rule: Rule | None, book: Book) -> str:
    choices = None if rule is None else _scope_of(rule, book)
    entries = book.lists.get(choices or "", ())
    return next((entry.label for entry in entries if entry.id == group), group)


def _when(rule: Rule, book: Book) -> str:
    """Say in a few words when a rule alerts, and of which figure or sheet."""
    key: str = rule.kind
    # Days and limit may be changed beside it: the words must not name them.
    if rule.kind == "row" and rule.message is not None:
        if rule.days is None and rule.limit is None:
            return rule.message[book.language]
        key = "row_limit" if rule.days is None else "row_days"
    if rule.kind in ("deadline", "early") and rule.setting:
        label = book.template.settings[rule.setting].label[book.language]
        return _say("when.setting", book, name=label)
    if rule.kind == "deadline":
        key = "daily" if not rule.after else "deadline_before" if (rule.days or 0) < 0 else key
    if rule.kind == "threshold":
        key += "_target" if rule.target else "_days" if rule.days else ""
    if rule.kind in ("threshold", "window", "drop", "count"):
        key += f"_{rule.side}"
    return _say(f"when.{key}", book, name=_watched(rule, book))


def _watched(rule: Rule, book: Book) -> str:
    """Name what a rule watches: a column as its sheet has it, else a metric, else the sheet."""
    sheets = [book.template[name] for name in rule.sheets]
    wanted = (rule.metric, rule.column if rule.kind == "count" else None)
    columns = {c.id: c.label for sheet in sheets for c in getattr(sheet, "columns", ())}
    metrics = {metric.id: metric.label for metric in book.template.metrics}
    labels = [(columns.get(one) or metrics.get(one)) for one in wanted if one is not None]
    found = next((label for label in labels if label), sheets[0].label if sheets else rule.label)
    return found[book.language]


def _draw_names(at: _At, last: int, pen: Pen, book: Book) -> None:
    """List every rule once, and let the rule column choose from there."""
    rules = book.template.rules
    for row, rule in enumerate(rules, FIRST):
        pen.text(row, at.names, rule.label[book.language], hint_look(book))
    first, end = absolute(FIRST, at.names), absolute(FIRST + len(rules) - 1, at.names)
    pen.validate(
        (FIRST, at.rule, last, at.rule),
        {
            "validate": "list",
            "ignore_blank": True,
            "source": f"={first}:{end}",
            "input_title": _say("rule", book),
            "input_message": _say("rule_hint", book),
            **refusal(book, book.say("refusal.not_listed")),
        },
    )


def _validate_groups(at: _At, last: int, lists: list[str], pen: Pen, book: Book) -> None:
    label = book.template.title
    days = Column(id="rule_days", type="integer", label=label, min=-MOST_DAYS, max=MOST_DAYS)
    on = Column(id="rule_on", type="yes_no", label=label)
    checked = [(at.days, validation(days, book), "days"), (at.is_on, validation(on, book), "")]
    if at.scope is not None:
        group = Column(id="rule_group", type="choice", label=label, choices=lists[0])
        checked.append((at.scope, validation(group, book), "scope"))
    for column, options, key in checked:
        if options is not None:
            if key:
                options |= {
                    "input_title": _say(key, book),
                    "input_message": _say(f"{key}_hint", book),
                }
            pen.validate((FIRST, column, last, column), options)


def _limit_column(rule: Rule | None, book: Book) -> Column:
    """Return a limit as a column, for its number format and bounds."""
    unit = "number" if rule is None else rule.unit
    whole = rule is not None and rule.limit is not None and float(rule.limit).is_integer()
    decimals = 0 if whole else 1 if unit == "percent" else 2
    if rule is not None and unit == "percent" and rule.limit is not None:
        decimals = 0 if round(rule.limit * 1000) % 10 == 0 else 1
    most = 1.0 if unit == "percent" else None
    return Column(
        id="rule_limit",
        type=unit,
        label=book.template.title,
        min=0,
        max=most,
        decimals=decimals,
    )


def _say(key: str, book: Book, **params: str) -> str:
    return say(_BOOK, key, book.language, **params)
