"""The sheets that list what differs between two workbooks: the differences, and the figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..problems import Place
from ..records import AttachedCell, AttachedColumn, AttachedRule, Attachment
from ..template import Column, FormSheet
from ..texts import LANGUAGES, Language, Text, say
from .conflicts import MOST_LINES, shown_version
from .difference import Diff, Difference
from .model import ALERTS, LISTS

_WIDTHS: Final = {
    "kind": 14.0, "sheet": 16.0, "key": 30.0, "column": 20.0, "department": 14.0, "owner": 14.0,
    "old": 36.0, "was": 9.0, "new": 36.0, "now": 9.0,
}  # fmt: skip
_LABELS: Final = {
    "kind": "changes.kind", "sheet": "conflicts.sheet", "key": "conflicts.key",
    "column": "conflicts.column", "department": "log.department", "owner": "diff.owner",
    "old": "changes.before", "was": "conflicts.place", "new": "changes.after",
    "now": "conflicts.place",
}  # fmt: skip
_LOOKS: Final = {"added": "done", "gone": "late", "changed": "active"}
# The words for kinds of differences; one that is not here is called by what happened.
_WORDS: Final = {
    "changed": "changes.edited", "row_added": "changes.added", "row_gone": "changes.withdrawn",
    "added": "diff.added", "gone": "diff.gone", "key_changed": "diff.key_changed",
    "column_added": "diff.column_added", "column_gone": "diff.column_gone",
    "sheet_added": "diff.sheet_added", "sheet_gone": "diff.sheet_gone",
}  # fmt: skip


def diff_sheets(found: Diff) -> tuple[Attachment, ...]:
    """Return the list of what differs, and the headline figures that are others."""
    first, second = found.saved(found.language)
    count = f"{len(found.differences):,}"
    key = "diff.head" if found.differences else "diff.same"
    said = say("merge", key, found.language, before=first, after=second, count=count)
    files = dict(
        zip(
            ("old", "was", "new", "now"),
            sorted(found.files * 2, key=found.files.index),
            strict=True,
        )
    )
    columns = tuple(
        AttachedColumn(
            id=name,
            label=_text(_LABELS[name]),
            width=width,
            kind="mark" if name in {"kind", "was", "now"} else "text",
            fits=name in {"sheet", "key", "column", "department", "owner"},
            group=_same(files[name]) if name in files else None,
            states=_chips(found.language) if name == "kind" else {},
        )
        for name, width in _WIDTHS.items()
    )
    rows = [_row(found, one) for one in found.differences[:MOST_LINES]]
    if (more := len(found.differences) - MOST_LINES) > 0:
        text = say("merge", "changes.rest", found.language, count=f"{more:,}")
        rows.append((text, *[""] * (len(columns) - 1)))
    listed = Attachment(
        id="diff",
        tab=_text("diff.tab"),
        title=_text("diff.tab"),
        subtitle=_same(said),
        columns=columns,
        rows=rows,
        frozen=4,
        rules=(AttachedRule(("sheet",), "={sheet}={^sheet}", "ghost"),),
    )
    return (listed, *_figures(found))


def _figures(found: Diff) -> Iterator[Attachment]:
    if not found.figures:
        return
    labels = (_text("diff.figure"), *map(_same, found.files))
    yield Attachment(
        id="diff_figures",
        tab=_text("diff.figures_tab"),
        title=_text("diff.figures_tab"),
        subtitle=_text("diff.figures_note"),
        columns=tuple(
            AttachedColumn(id=name, label=label, width=28.0)
            for name, label in zip(("figure", "before", "after"), labels, strict=True)
        ),
        rows=[(one.label, one.before, one.after) for one in found.figures],
    )


def _row(found: Diff, one: Difference) -> tuple[object, ...]:
    language, column = found.language, _column(found, one)
    is_whole = not one.kind.endswith("_changed")
    alike = say("merge", "diff.alike", language, n=one.alike) if one.alike > 1 else ""
    return (
        _word(one.kind, language),
        found.sheet_label(one),
        "\n".join(filter(None, (" · ".join(filter(None, one.key)), alike))),
        found.label(one),
        one.department,
        one.owner,
        "" if is_whole and not one.before else _shown(one.before, column, language),
        _cell(one.place_before),
        "" if is_whole and not one.after else _shown(one.after, column, language),
        _cell(one.place_after),
    )


def _shown(text: str, column: Column | None, language: Language) -> AttachedCell:
    if not text:
        return AttachedCell(value=say("merge", "changes.blank", language), look="mute")
    value, shape = shown_version(text, column)
    return AttachedCell(value=value, shape=shape)


def _cell(place: Place | None) -> str:
    return "" if place is None else place.cell or ""


def _column(found: Diff, one: Difference) -> Column | None:
    """Return the column or field that a difference is about, if it is one of the template."""
    if one.sheet in {"", LISTS, ALERTS}:
        return None
    here = found.template[one.sheet]
    columns = here.fields if isinstance(here, FormSheet) else here.columns
    return next((c for c in columns if c.id == one.column), None)


def change_text(one: Difference, language: Language) -> str:
    """Say what was before and what is now, or what was added or is gone."""
    if one.kind.endswith("_changed"):
        blank = say("merge", "changes.blank", language)
        before, after = one.before or blank, one.after or blank
        return say("merge", "changes.edit", language, before=before, after=after)
    said, kind = one.before or one.after, _word(one.kind, language)
    return say("merge", "changes.cell", language, column=kind, text=said) if said else kind


def _word(kind: str, language: Language) -> str:
    what = kind.rpartition("_")[2]
    return say("merge", _WORDS.get(kind) or _WORDS[what], language)


def _chips(language: Language) -> dict[str, str]:
    """Return the look of each word for a kind."""
    return {_word(kind, language): _LOOKS[kind.rpartition("_")[2]] for kind in _WORDS}


def _text(key: str) -> Text:
    return Text({language: say("merge", key, language) for language in LANGUAGES})


def _same(text: str) -> Text:
    return Text(dict.fromkeys(LANGUAGES, text))
