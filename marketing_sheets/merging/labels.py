"""What the log, the conflicts and the changes call sheets, columns, places and outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from ..languages import Language
from ..places import Place
from ..templates import FormSheet
from ..wording import say
from .model import Conflict, Merge
from .thresholds import PARTS

__all__ = ["advice", "column_label", "outcome", "sheet_label", "where"]


def advice(merge: Merge, language: Language) -> Iterator[str]:
    """Say how many records several departments share, and which option keeps them apart."""
    counts = {"across": merge.across, "across_doubles": merge.across_doubles}
    for name, count in counts.items():
        if count:
            yield say("merge", f"log.notes.{name}", language, count=f"{count:,}")


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
        if column in PARTS:
            return say("thresholds", PARTS[column], merge.language)
        setting = merge.template.settings.get(column)
        return column if setting is None else setting.label[merge.language]
    here = merge.template[sheet]
    columns = here.fields if isinstance(here, FormSheet) else here.columns
    return next((c.label[merge.language] for c in columns if c.id == column), column)


def outcome(conflict: Conflict, merge: Merge) -> str:
    """Tell what became of a field none of whose versions stands: added up, joined, left blank."""
    form = None if conflict.sheet == "lists" else merge.template[conflict.sheet]
    if not isinstance(form, FormSheet) or merge.form.get(conflict.column) is None:
        return "left_blank"
    return "added_up" if form[conflict.column].additive else "joined"


def where(place: Place) -> str:
    """Return a sheet and a cell in it."""
    return " › ".join(part for part in (place.sheet, place.cell) if part)
