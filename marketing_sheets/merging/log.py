"""The sheets that tell how a merge came about: the merge log, and the conflicts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..languages import LANGUAGES, Text
from ..places import Place
from ..records import AttachedColumn, Attachment
from ..templates import FormSheet, TableSheet
from ..wording import say
from .model import Conflict, Merge, MergeTotal

__all__ = [
    "CONFLICTS",
    "LOG",
    "column_label",
    "conflict_sheet",
    "is_added_up",
    "log_sheet",
    "sheet_label",
]

LOG, CONFLICTS = "merge_log", "merge_conflicts"
_AMOUNTS = ("read", "merged", "duplicates", "overruled", "withdrawn")
_LOG_WIDTHS = {"kind": 14, "file": 30, "sheet": 15, "item": 22, "balance": 11, "note": 64}
_CONFLICT_WIDTHS = {
    "number": 7,
    "sheet": 15,
    "key": 30,
    "column": 17,
    "value": 34,
    "file": 30,
    "place": 20,
    "kept": 11,
}

_Row = tuple[object, ...]


def log_sheet(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Attachment:
    """Return the merge log: all totals, whose file is whose, what was left out and why.

    `continued` tells the tabs in which a long table goes on, per sheet.
    """
    return Attachment(
        id=LOG,
        tab=_text("log.tab"),
        title=_text("log.title"),
        subtitle=_text("log.subtitle"),
        columns=tuple(
            AttachedColumn(
                id=name,
                label=_text(f"log.{name}"),
                width=float(_LOG_WIDTHS.get(name, 13)),
                kind="number" if name in _AMOUNTS else "text",
            )
            for name in ("kind", "file", "sheet", "item", *_AMOUNTS, "balance", "note")
        ),
        rows=[*_log_rows(merge, continued)],
    )


def conflict_sheet(merge: Merge) -> Attachment:
    """Return the conflicts: each version of a cell on a row of its own, and which was used."""
    count = len(merge.conflicts)
    return Attachment(
        id=CONFLICTS,
        tab=_text("conflicts.tab"),
        title=_text("conflicts.title"),
        subtitle=_text("conflicts.some" if count else "conflicts.none", count=count),
        columns=tuple(
            AttachedColumn(
                id=name,
                label=_text(f"conflicts.{name}"),
                width=float(width),
                kind="number" if name == "number" else "text",
            )
            for name, width in _CONFLICT_WIDTHS.items()
        ),
        rows=[
            row
            for number, conflict in enumerate(merge.conflicts, start=1)
            for row in _conflict_rows(number, conflict, merge)
        ],
    )


def sheet_label(merge: Merge, sheet: str) -> str:
    """Return the tab of a sheet, a form or the lists."""
    if sheet == "lists":
        return say("sheets", "lists.tab", merge.language)
    return merge.template[sheet].label[merge.language]


def column_label(merge: Merge, sheet: str, column: str | None) -> str:
    """Return the label of a column, a field or a setting; staff's own headers are their labels."""
    if column is None:
        return say("merge", "log.rows", merge.language)
    if not column:
        return say("merge", "conflicts.whole_row", merge.language)
    if sheet == "lists":
        setting = merge.template.settings.get(column)
        return column if setting is None else setting.label[merge.language]
    here = merge.template[sheet]
    columns = here.fields if isinstance(here, FormSheet) else here.columns
    return next((c.label[merge.language] for c in columns if c.id == column), column)


def _text(key: str, **params: object) -> Text:
    return Text({language: say("merge", key, language, **params) for language in LANGUAGES})


def _log_rows(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Iterator[_Row]:
    everything = say("merge", "log.all_files", merge.language)
    for total in _sums(merge):
        yield _total_row(replace(total, file=everything), "sum", merge)
    yield from _file_rows(merge)
    yield from _decision_rows(merge, continued)
    for total in merge.totals:
        if total.read or not total.reconciles:
            yield _total_row(total, "total", merge)
    yield from _place_rows(merge)


def _row(
    merge: Merge, kind: str, *, file: str = "", sheet: str = "", item: str = "", note: str = ""
) -> _Row:
    label = say("merge", f"log.kinds.{kind}", merge.language)
    return (label, file, sheet, item, *[None] * len(_AMOUNTS), "", note)


def _file_rows(merge: Merge) -> Iterator[_Row]:
    """Say whose each file is, and what was left out."""
    language = merge.language
    for source in merge.sources:
        department = _department(merge, source.department or source.named)
        key = f"log.told_by.{source.department_from}"
        note = say("merge", key, language, department=department)
        yield _row(merge, "source", file=source.file, item=source.campaign, note=note)
    for skipped in merge.skipped:
        yield _row(merge, "skipped", file=skipped.file, note=skipped.describe(language))
    for file, sheets in merge.extra_sheets.items():
        note = say("merge", "log.notes.left_behind", language)
        for sheet in sheets:
            yield _row(merge, "extra_sheet", file=file, sheet=sheet, note=note)


def _decision_rows(merge: Merge, continued: Mapping[str, Sequence[str]]) -> Iterator[_Row]:
    """Say what was decided: by policy, by adding up, by going on in another sheet."""
    language = merge.language
    yield _row(merge, "decision", note=say("merge", f"log.policies.{merge.policy}", language))
    tab = say("merge", "conflicts.tab", language)
    for conflict in merge.conflicts:
        if not conflict.kept:
            key = "added_up" if is_added_up(conflict, merge) else "left_blank"
            yield _row(
                merge,
                "decision",
                sheet=sheet_label(merge, conflict.sheet),
                item=column_label(merge, conflict.sheet, conflict.column),
                note=say("merge", f"log.notes.{key}", language, tab=tab),
            )
    for name, tabs in continued.items():
        joint = say("merge", "log.joint", language)
        params = {"rows": f"{len(merge.sheets[name].frame):,}", "tabs": joint.join(tabs)}
        note = say("merge", "log.notes.continued", language, **params)
        yield _row(merge, "continued", sheet=sheet_label(merge, name), note=note)


def _place_rows(merge: Merge) -> Iterator[_Row]:
    """List the rows that several files hold, and the cells to be checked."""
    language = merge.language
    for duplicate in merge.duplicates:
        kept, *others = duplicate.places
        note = say("merge", "log.notes.duplicate", language, kept=kept)
        sheet = sheet_label(merge, duplicate.sheet)
        for place in others:
            file, item = place.file or "", _where(place)
            yield _row(merge, "duplicate", file=file, sheet=sheet, item=item, note=note)
    for row in merge.withdrawn:
        note = say("merge", "log.notes.withdrawn", language, by=row.by)
        sheet, item = sheet_label(merge, row.sheet), _where(row.place)
        yield _row(merge, "withdrawn", file=row.place.file or "", sheet=sheet, item=item, note=note)
    for problem in merge.problems:
        if problem.severity != "info":
            place = problem.place
            joint = " " if language == "en" else ""
            note = f"{problem.message(language)}{joint}{problem.hint(language)}".rstrip()
            file, sheet = place.file or "", place.sheet or ""
            item = place.cell or ""
            yield _row(merge, "problem", file=file, sheet=sheet, item=item, note=note)


def _sums(merge: Merge) -> Iterator[MergeTotal]:
    """Add up the totals of all files, sheet by sheet, the rows first."""
    same: dict[tuple[str, str | None], list[MergeTotal]] = {}
    for total in merge.totals:
        same.setdefault((total.sheet, total.column), []).append(total)
    for (sheet, column), totals in same.items():
        amounts = {n: math.fsum(getattr(total, n) for total in totals) for n in _AMOUNTS}
        yield MergeTotal(sheet=sheet, file="", column=column, **amounts)


def _total_row(total: MergeTotal, kind: str, merge: Merge) -> _Row:
    amounts = [round(float(getattr(total, name)), 4) for name in _AMOUNTS]
    rest = amounts[0] - sum(amounts[1:])
    balance = "log.balanced" if total.reconciles else "log.off"
    return (
        say("merge", f"log.kinds.{kind}", merge.language),
        total.file,
        sheet_label(merge, total.sheet),
        column_label(merge, total.sheet, total.column),
        *amounts,
        say("merge", balance, merge.language, rest=f"{rest:,.2f}"),
        "",
    )


def _department(merge: Merge, name: str) -> str:
    choices = merge.template.choices.get("department")
    return name if choices is None else choices.label_of(name, merge.language)


def is_added_up(conflict: Conflict, merge: Merge) -> bool:
    """Whether a field about which files differ is the sum of what they say."""
    if conflict.kept or conflict.sheet == "lists":
        return False
    is_form = not isinstance(merge.template[conflict.sheet], TableSheet)
    return is_form and merge.form.get(conflict.column) is not None


def _conflict_rows(number: int, conflict: Conflict, merge: Merge) -> Iterator[_Row]:
    language = merge.language
    for at, version in enumerate(conflict.versions):
        if conflict.kept:
            word = "yes" if at in conflict.kept else "no"
        else:
            word = "added_up" if is_added_up(conflict, merge) else "left_blank"
        yield (
            number,
            sheet_label(merge, conflict.sheet),
            " · ".join(part for part in conflict.key if part),
            column_label(merge, conflict.sheet, conflict.column),
            version.text or ("" if conflict.column else say("merge", "conflicts.gone", language)),
            version.file,
            _where(version.place),
            say("merge", f"conflicts.{word}", language),
        )


def _where(place: Place) -> str:
    return " › ".join(part for part in (place.sheet, place.cell) if part)
