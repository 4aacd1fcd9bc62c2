"""Which settings the lists sheet of a workbook shows: those that change something in it."""

from __future__ import annotations

import re

from ..templates import Setting, TableSheet, Template

__all__ = ["shown_settings"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")


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
