"""The sheet Conflicts: a row for each cell about which files disagree, the versions side by side.

People write which version is to stand, or another value; hidden columns hold what `picks` reads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal

import numpy as np

from ..problems import Place
from ..records import AttachedCell, AttachedColumn, AttachedRule, Attachment, SheetRecords
from ..styles import LOOKS
from ..template import Column, FormSheet
from ..texts import LANGUAGES, Language, Text, say
from .model import ALERTS, CONFLICTS, LISTS, Conflict, Merge, column_label, sheet_label
from .picks import (
    NAME,
    OTHER,
    SAID,
    STATE,
    USE,
    WAS,
    distinct,
    packed,
    shown_names,
    where,
)

# More rows than anybody reads; the whole account is in what `--json` prints.
MOST_LINES: Final = 100_000
# So many versions stand side by side, the others in one cell after them.
_ABREAST: Final = 4
# So many rows are printed: some twenty pages.
_PRINTED: Final = 500
# Excel takes 65,530 links a sheet, and nobody follows as many.
_LINKS: Final = 20_000
_LOOKS: Final = {"open": "late", "reopened": "close", "picked": "active", "settled": "done"}
_WIDTHS: Final = {
    "state": 15.0,
    "sheet": 17.0,
    "key": 30.0,
    "column": 15.0,
    "kept": 13.0,
    USE: 9.0,
    OTHER: 15.0,
    "more": 40.0,
}
_SHORT, _LONG, _WHO = 14.0, 26.0, 22.0
_NUMBER = re.compile(r"^-?\d{1,15}(?:\.(\d+))?$")
_PERCENT = re.compile(r"^(-?\d{1,13}(?:\.(\d+))?)%$")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
# The right margin of numbers.
_MARGIN: Final = "_)_)"
_Row = tuple[object, ...]
_RowPlace = tuple[str | None, str | None, int | None]


def outcome(conflict: Conflict, merge: Merge) -> str:
    """Tell what became of a field none of whose versions stands: added up, joined, left blank."""
    form = None if conflict.sheet in {LISTS, ALERTS} else merge.template[conflict.sheet]
    if not isinstance(form, FormSheet) or merge.form.get(conflict.column) is None:
        return "left_blank"
    return "added_up" if form[conflict.column].additive else "joined"


def conflict_sheet(merge: Merge, sheets: Mapping[str, SheetRecords] | None = None) -> Attachment:
    """Return the conflicts, open ones first; `sheets` are the records as the workbook has them."""
    conflicts = [
        *(one for one in merge.conflicts if one.state != "settled"),
        *merge.settled,
    ]
    shown = conflicts[:MOST_LINES]
    groups = [distinct(one) for one in shown]
    most = max(map(len, groups), default=2)
    abreast, has_more = min(most, _ABREAST), most > _ABREAST
    page = _Page(merge=merge, sheets=sheets or {}, abreast=abreast, has_more=has_more)
    page.find(shown)
    widths = [_width(shown, groups, at) for at in range(abreast)]
    rows = [*page.rows(shown, groups)]
    parts = max((len(row) for row in rows), default=0) - page.fixed
    rows = [(*row, *[""] * (page.fixed + parts - len(row))) for row in rows]
    if more := len(conflicts) - len(shown):
        rows.append(page.rest(more, parts))
    return Attachment(
        id=CONFLICTS,
        tab=_text("conflicts.tab"),
        title=_text("conflicts.title"),
        subtitle=page.subtitle(conflicts),
        live=page.live(conflicts) if conflicts else "",
        columns=tuple(page.columns(widths, most, parts)),
        rows=rows,
        frozen=4,
        printed=_PRINTED,
        rules=tuple(page.rules()),
    )


def _text(key: str, **params: object) -> Text:
    return Text({language: say("merge", key, language, **params) for language in LANGUAGES})


def state_words(language: Language) -> dict[str, str]:
    """Return the states of a conflict as the sheet shows them, with their symbols."""
    return {
        name: f"{LOOKS[look].symbol} {say('merge', f'conflicts.states.{name}', language)}"
        for name, look in _LOOKS.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The sheet of a merge while it is put together: who is called what, what stands where."""

    merge: Merge
    sheets: Mapping[str, SheetRecords]
    abreast: int
    has_more: bool
    departments: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[str, _RowPlace], int] = field(default_factory=dict)
    known: dict[tuple[str, str], Column | None] = field(default_factory=dict)
    called: dict[tuple[tuple[str, ...], tuple[str, ...]], Sequence[str]] = field(
        default_factory=dict
    )

    @property
    def fixed(self) -> int:
        """The number of columns before those that hold what the files said."""
        return 7 + 2 * self.abreast + self.has_more + 4

    def find(self, conflicts: Sequence[Conflict]) -> None:
        """Find the departments of files, and where the rows of the versions stand now."""
        choices = self.merge.template.choices.get("department")
        for source in self.merge.sources:
            if source.is_departments:
                name = source.department
                label = choices.label_of(name, self.merge.language) if choices else name
                self.departments[source.file] = label
        wanted: dict[str, set[_RowPlace]] = {}
        for conflict in conflicts:
            if conflict.sheet in self.sheets:
                rows = {_row_of(version.place) for version in conflict.versions}
                wanted.setdefault(conflict.sheet, set()).update(rows)
        for name, rows in wanted.items():
            origins = self.merge.sheets[name].origins
            if origins is None or "row" not in origins:
                continue
            numbers = [row for _, _, row in rows if row is not None]
            near = np.flatnonzero(origins["row"].isin(numbers).to_numpy(dtype=bool))
            columns = [origins[part].iloc[near].tolist() for part in ("file", "sheet", "row")]
            for at, file, tab, row in zip(near.tolist(), *columns, strict=True):
                if (file, tab, row) in rows:
                    self.places[name, (file, tab, row)] = at

    def rows(
        self, conflicts: Sequence[Conflict], grouped: Sequence[Sequence[Sequence[int]]]
    ) -> Iterator[_Row]:
        """Walk the rows; `grouped` are the versions that differ. Only so many have links."""
        words, links = state_words(self.merge.language), 0
        for conflict, groups in zip(conflicts, grouped, strict=True):
            names, (pick, other) = self._names(conflict), conflict.use
            cells: list[object] = []
            for same in groups[: self.abreast]:
                cells.append(self._value(conflict, same))
                cells.append(self._who(conflict, same, names, is_linked=links < _LINKS))
                links += 1
            cells += [""] * (2 * self.abreast - len(cells))
            if self.has_more:
                cells.append(self._more(conflict, groups, names))
            yield (
                words[_state_of(conflict)],
                sheet_label(self.merge, conflict.sheet),
                " · ".join(part for part in conflict.key if part),
                column_label(self.merge, conflict.sheet, conflict.column),
                self._stands(conflict, groups),
                int(pick) if pick.isdecimal() else pick,
                other,
                *cells,
                conflict.name,
                len(groups),
                conflict.state,
                "".join(conflict.use),
                *packed(conflict, names),
            )

    def _names(self, conflict: Conflict) -> Sequence[str]:
        """Return what to call the files of a conflict; those of a small merge are few."""
        files = tuple(version.file for version in conflict.versions)
        said = tuple(version.name for version in conflict.versions)
        if (files, said) not in self.called:
            known = [
                name or self.departments.get(file, "")
                for name, file in zip(said, files, strict=True)
            ]
            self.called[files, said] = shown_names(files, known)
        return self.called[files, said]

    def rest(self, count: int, parts: int) -> _Row:
        """Say how many conflicts are not listed."""
        text = say("merge", "conflicts.rest", self.merge.language, count=f"{count:,}")
        blank = [""] * (self.fixed + parts - 6)
        row: list[object] = ["", "", text, *blank, *[""] * 3]
        row[self.fixed - 3], row[self.fixed - 2] = count, "rest"
        return tuple(row)

    def _stands(self, conflict: Conflict, groups: Sequence[Sequence[int]]) -> str:
        """Say what stands now: one version, several, or none of them."""
        language = self.merge.language
        standing = [n for n, same in enumerate(groups, start=1) if {*same} & {*conflict.kept}]
        if len(standing) > 1:
            return say("merge", "conflicts.several", language)
        if standing:
            return say("merge", "conflicts.version", language, n=standing[0])
        key = "typed" if conflict.state == "settled" else outcome(conflict, self.merge)
        return say("merge", f"conflicts.{key}", language)

    def _value(self, conflict: Conflict, same: Sequence[int]) -> AttachedCell:
        """Show a version; where some stand and others do not, those that do are bold."""
        text, kept = conflict.versions[same[0]].text, {*conflict.kept}
        is_kept, is_split = bool({*same} & kept), 0 < len(kept) < len(conflict.versions)
        if not text:
            key = "changes.blank" if conflict.column else "conflicts.gone"
            blank = say("merge", key, self.merge.language)
            return AttachedCell(value=blank, is_bold=is_kept and is_split, look="mute")
        value, shape = shown_version(text, self._column(conflict))
        look = "plain" if is_split and not is_kept else ""
        return AttachedCell(value=value, shape=shape, is_bold=is_kept and is_split, look=look)

    def _who(
        self, conflict: Conflict, same: Sequence[int], names: Sequence[str], *, is_linked: bool
    ) -> AttachedCell:
        """Say who wrote a version, and where; the link leads to where it stands now."""
        link = None
        for at in same if is_linked else ():
            link = link or self._link(conflict, conflict.versions[at].place)
        text = self._writers(conflict, same, names)
        if link is None:
            return AttachedCell(value=text, look="plain")
        said = [conflict.versions[at] for at in same]
        tip = "\n".join(" › ".join(filter(None, (v.file, where(v.place)))) for v in said)
        return AttachedCell(value=text, look="link", link=link, tip=tip)

    def _writers(self, conflict: Conflict, same: Sequence[int], names: Sequence[str]) -> str:
        """Name the first file that says so, with its cell, and count the others."""
        cell = conflict.versions[same[0]].place.cell
        more = f"+{len(same) - 1:,}" if len(same) > 1 else ""
        return " ".join(filter(None, (" · ".join(filter(None, (names[same[0]], cell))), more)))

    def _link(self, conflict: Conflict, place: Place) -> Place | None:
        """Return where what stands at a place in a file stands in the merged workbook."""
        if conflict.sheet in {LISTS, ALERTS}:
            return Place(sheet=sheet_label(self.merge, conflict.sheet))
        table = self.merge.template[conflict.sheet]
        if isinstance(table, FormSheet):
            return Place(sheet=sheet_label(self.merge, conflict.sheet))
        at = self.places.get((conflict.sheet, _row_of(place)))
        return None if at is None else self.sheets[conflict.sheet].place(at, conflict.column)

    def _more(
        self, conflict: Conflict, groups: Sequence[Sequence[int]], names: Sequence[str]
    ) -> str:
        """List the versions for which there is no column."""
        language = self.merge.language
        lines = [
            say(
                "merge",
                "conflicts.one_more",
                language,
                n=number,
                text=self._text(conflict, same[0]),
                name=self._writers(conflict, same, names),
            )
            for number, same in [*enumerate(groups, start=1)][self.abreast :]
        ]
        return "\n".join([f"+{len(lines)}", *lines]) if lines else ""

    def _text(self, conflict: Conflict, at: int) -> str:
        text = conflict.versions[at].text
        value, shape = shown_version(text, self._column(conflict))
        if isinstance(value, float) and shape.startswith("#,##0"):
            return f"{value:,.{len(text.partition('.')[2])}f}"
        return text or say("merge", "changes.blank", self.merge.language)

    def _column(self, conflict: Conflict) -> Column | None:
        """Return the column or field that a conflict is about, if it is one of the template."""
        name = conflict.sheet, conflict.column
        if name not in self.known:
            columns: Sequence[Column] = ()
            if conflict.sheet not in {LISTS, ALERTS}:
                here = self.merge.template[conflict.sheet]
                columns = here.fields if isinstance(here, FormSheet) else here.columns
            self.known[name] = next((c for c in columns if c.id == conflict.column), None)
        return self.known[name]

    def columns(self, widths: Sequence[float], most: int, parts: int) -> Iterator[AttachedColumn]:
        """Walk the columns, those hidden last; `most` versions differ in a conflict."""
        words = state_words(self.merge.language)
        for name in ("state", "sheet", "key", "column", "kept", USE, OTHER):
            label = _text(f"conflicts.{name}")
            kind: Literal["text", "mark"] = "mark" if name in {"state", "kept", USE} else "text"
            column = AttachedColumn(id=name, label=label, width=_WIDTHS[name], kind=kind)
            column = replace(column, fits=name in {"sheet", "key", "column"})
            if name == "state":
                chips = {word: _LOOKS[key] for key, word in words.items()}
                column = replace(column, states=chips, formula=self._state())
            elif name == USE:
                column = replace(column, choice=",".join(str(n + 1) for n in range(most)))
            elif name == OTHER:
                column = replace(column, choice="")
            yield column
        refusal = _text("conflicts.refusal")
        for at in range(self.abreast):
            group = _text("conflicts.version", n=at + 1)
            label, who = _text("conflicts.value"), _text("conflicts.who")
            yield AttachedColumn(
                id=f"value{at + 1}", label=label, width=widths[at], group=group, refusal=refusal
            )
            yield AttachedColumn(
                id=f"who{at + 1}",
                label=who,
                width=_WHO,
                group=group,
                refusal=refusal,
                fits=True,
            )
        if self.has_more:
            label = _text("conflicts.more")
            yield AttachedColumn(
                id="more", label=label, width=_WIDTHS["more"], refusal=refusal, fits=True
            )
        hidden = (NAME, "number", STATE, WAS, *(f"{SAID}{at + 1}" for at in range(parts)))
        for name in hidden:
            label = _text("conflicts.id")
            kind_of: Literal["text", "number"] = "number" if name == "number" else "text"
            yield AttachedColumn(id=name, label=label, width=9.0, is_hidden=True, kind=kind_of)

    def _state(self) -> str:
        """Return the formula of a row's state: what people write shows at once."""
        words = {name: f'"{word}"' for name, word in state_words(self.merge.language).items()}
        written = f"{{{USE}}}&{{{OTHER}}}"
        before, again = (
            f'AND({{{STATE}}}="{name}",{written}={{{WAS}}})' for name in ("settled", "reopened")
        )
        both = f'AND({{{USE}}}<>"",{{{OTHER}}}<>"")'
        beyond = f"N({{{USE}}})>{{number}}"
        rest = f'IF({written}="",{words["open"]},{words["picked"]})'
        wrong = f"IF(OR({again},{both},{beyond}),{words['reopened']},{rest})"
        return f"=IF({before},{words['settled']},{wrong})"

    def subtitle(self, conflicts: Sequence[Conflict]) -> Text:
        """Say how many conflicts are open and settled, and what to do."""
        if not conflicts:
            return _text("conflicts.none")
        counts = Counter(_state_of(one) for one in conflicts)
        open_now = counts["open"] + counts["reopened"]
        said = {"open": open_now, "picked": counts["picked"], "settled": counts["settled"]}
        return Text({lang: _live(lang, len(conflicts), said) for lang in LANGUAGES})

    def live(self, conflicts: Sequence[Conflict]) -> str:
        """Return the formula of the subtitle, which counts anew."""
        words = state_words(self.merge.language)
        counts = {name: f'COUNTIF({{state}},"{word}")' for name, word in words.items()}
        counts["open"] += "+" + counts["reopened"]
        said = {name: f'"&{formula}&"' for name, formula in counts.items()}
        return f'="{_live(self.merge.language, len(conflicts), said)}"'

    def rules(self) -> Iterator[AttachedRule]:
        """Walk what the look of a row follows: the version picked, and the record above."""
        for at in range(self.abreast):
            pair = (f"value{at + 1}", f"who{at + 1}")
            yield AttachedRule(pair[:1], f'={{{USE}}}&""="{at + 1}"', "active")
        yield AttachedRule(("sheet",), "={sheet}={^sheet}", "ghost")
        same = "=AND({key}={^key},{sheet}={^sheet})"
        yield AttachedRule(("key",), same, "ghost")
        every = ("state", "more" if self.has_more else f"who{self.abreast}")
        yield AttachedRule(every, "=OR({key}<>{^key},{sheet}<>{^sheet})", "line")


def _live(language: Language, whole: int, counts: Mapping[str, object]) -> str:
    text = say("merge", "conflicts.live", language, **counts)
    if whole <= _PRINTED:
        return text
    joint = " " if language == "en" else ""
    return text + joint + say("merge", "conflicts.printed", language, count=_PRINTED)


def _state_of(conflict: Conflict) -> str:
    """Return the state that the sheet shows: what people wrote and nobody obeyed is picked."""
    return "picked" if conflict.state == "open" and any(conflict.use) else conflict.state


def _width(
    conflicts: Sequence[Conflict], groups: Sequence[Sequence[Sequence[int]]], at: int
) -> float:
    """Return the width of a version's column: texts need room, figures little."""
    texts = (
        one.versions[same[at][0]].text
        for one, same in zip(conflicts, groups, strict=True)
        if at < len(same)
    )
    return _LONG if any(len(text) > _SHORT for text in texts) else _SHORT


def _row_of(place: Place) -> _RowPlace:
    return place.file, place.sheet, place.row


def shown_version(text: str, column: Column | None) -> tuple[object, str]:
    """Return what a cell shows of a text: a number or a day where the column holds such."""
    if column is None or not (column.is_numeric or column.type == "date"):
        return text, ""
    if column.type == "date" and _DAY.match(text):
        try:
            return date.fromisoformat(text), "yyyy-mm-dd"
        except ValueError:
            return text, ""
    # All decimals that were typed are shown: versions may differ in the last.
    if found := _NUMBER.match(text):
        return float(text), _shape("#,##0", found[1]) + _MARGIN
    if (found := _PERCENT.match(text)) and column.type != "money":
        return float(found[1]) / 100, f"{_shape('0', found[2])}%{_MARGIN}"
    return text, ""


def _shape(whole: str, decimals: str | None) -> str:
    return whole + (f".{'0' * min(len(decimals), 10)}" if decimals else "")
