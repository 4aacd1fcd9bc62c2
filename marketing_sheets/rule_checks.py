"""Hold the rules of alerts against the sheets, metrics and fields they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .errors import TemplateFault, advice
from .expression_checks import expression_faults
from .label_checks import same_label_faults
from .languages import LANGUAGES, Text, fold
from .rules import RULE_NAMES, Rule, RuleKind
from .sheet_checks import blanks_in
from .templates import Setting, TableSheet, Template

__all__ = ["rule_faults"]

# What fills the blanks of a rule's `what` and `message`, by kind; no others do.
_BLANKS: dict[RuleKind, tuple[str, ...]] = {
    "threshold": ("name", "value", "limit", "gap", "target"),
    "window": ("name", "value", "limit", "gap", "days"),
    "drop": ("name", "value", "limit", "gap", "before"),
    "count": ("name", "value", "limit", "days"),
    "deadline": ("name", "value", "since", "days"),
    "early": ("name", "since", "days"),
    "row": ("name", "limit", "days"),
    "reserve": ("value", "share", "limit"),
    "burn": ("value", "base", "time", "progress", "gap", "points"),
}
# What a rule of a kind cannot do without.
_NEEDED: dict[RuleKind, tuple[str, ...]] = {
    "threshold": ("message", "sheets", "metric", "limit"),
    "window": ("message", "sheets", "metric", "limit", "days"),
    "drop": ("message", "sheets", "metric", "limit"),
    "count": ("message", "sheets", "limit"),
    "deadline": ("message", "sheets"),
    "early": ("message", "sheets", "column", "after"),
    "row": ("message", "when"),
    "reserve": ("message", "setting"),
    "burn": ("message", "limit"),
}


def rule_faults(template: Template) -> Iterator[TemplateFault]:
    """Find what is wrong with the rules of a template."""
    yield from same_label_faults("rules", template.rules, fold, by_id=True)
    for rule in template.rules:
        path = f"rules[{rule.id}]"
        for key in _NEEDED.get(rule.kind, ()):
            if getattr(rule, key) in (None, (), {}):
                yield TemplateFault(path=f"{path}.{key}", code="missing_key")
        yield from _blank_faults(rule, path)
        yield from _name_faults(rule, path, template)
        yield from _when_faults(rule, path, template)


def _unknown(
    path: str, code: str, found: str | None, known: Iterable[str]
) -> Iterator[TemplateFault]:
    words = tuple(known)
    if found is not None and found not in words:
        yield TemplateFault(path=path, code=code, params={"found": found, **advice(found, words)})


def _blank_faults(rule: Rule, path: str) -> Iterator[TemplateFault]:
    """Find blanks in a rule's texts that nothing fills."""
    texts: dict[str, Text | None] = {
        "what": rule.what,
        "message": rule.message,
        "advice": rule.advice,
    }
    for key, text in texts.items():
        allowed = () if key == "advice" else _BLANKS.get(rule.kind, ())
        for language in LANGUAGES if text is not None else ():
            names = blanks_in(text[language]) if text is not None else frozenset()
            where = f"{path}.{key}.{language}"
            if names is None:
                yield TemplateFault(path=where, code="bad_blanks")
                continue
            for name in sorted(names):
                yield from _unknown(where, "unknown_blank", name, allowed)


def _name_faults(rule: Rule, path: str, template: Template) -> Iterator[TemplateFault]:
    tables = {sheet.id: sheet for sheet in template.tables}
    fields = tuple(field.id for field in template.fields())
    for number, name in enumerate(rule.sheets):
        yield from _unknown(f"{path}.sheets[{number}]", "unknown_sheet", name, tables)
        if name in tables:
            yield from _column_faults(rule, path, tables[name])
    yield from _unknown(f"{path}.target", "unknown_field", rule.target, fields)
    yield from _unknown(f"{path}.setting", "unknown_setting", rule.setting, template.settings)
    metrics = [metric.id for metric in template.metrics]
    if not any(rule.column in tables[name] for name in rule.sheets if name in tables):
        yield from _unknown(f"{path}.metric", "unknown_metric", rule.metric, metrics)
    for number, name in enumerate(rule.after):
        sheet_id, _, column = name.rpartition(".")
        where = f"{path}.after[{number}]"
        if not sheet_id:
            yield from _unknown(where, "unknown_field", name, (*fields, "midpoint"))
        elif sheet_id in tables:
            ids = (one.id for one in tables[sheet_id].columns)
            yield from _unknown(where, "unknown_column", column, ids)


def _column_faults(rule: Rule, path: str, sheet: TableSheet) -> Iterator[TemplateFault]:
    ids = [column.id for column in sheet.columns]
    yield from _unknown(f"{path}.by", "unknown_column", rule.by, ids)
    if rule.metric is None:
        yield from _unknown(f"{path}.column", "unknown_column", rule.column, ids)
    choices = {column.id: column.choices for column in sheet.columns}.get(rule.by or "")
    if rule.only and choices is None:
        yield TemplateFault(path=f"{path}.by", code="missing_key")


def _when_faults(rule: Rule, path: str, template: Template) -> Iterator[TemplateFault]:
    """Find what is wrong with the expressions; in them a rule's limit and days are settings."""
    tables = {sheet.id: sheet for sheet in template.tables}
    own = {
        name: Setting(id=name, label=rule.label, type="number", value=0.0) for name in RULE_NAMES
    }
    widened = replace(template, settings={**template.settings, **own})
    for name, text in rule.when.items():
        where = f"{path}.when.{name}"
        yield from _unknown(where, "unknown_sheet", name, tables)
        if name in tables:
            yield from expression_faults(text, where, tables[name], widened, wanted="test")
