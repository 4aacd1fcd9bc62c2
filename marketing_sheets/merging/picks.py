"""What the sheet Conflicts of a merged workbook lists, and what people chose there.

A row is a conflict, with what each file said hidden in it: what is shown may be formatted or
overwritten. Earlier versions wrote a row for each version, with a column for ticks; both are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from ..problems import Place, column_number
from ..records import Reading
from ..texts import LANGUAGES, fold, say
from .model import CONFLICTS, Conflict, Version

# The columns into which people write which version is to stand, or another value; hidden ones that
# name the conflict, hold what the files said, tell its state, and what stood in those two columns.
USE, OTHER, NAME, SAID, STATE, WAS = "use", "other", "id", "said", "status", "was"
_SYMBOLS = frozenset("✓√✔☑×✗")
_LONGEST = 32_000  # characters of a cell; Excel takes 32,767
_CELL = re.compile(r"^(?:(?P<sheet>.*) › )?(?P<column>[A-Z]{1,3})?(?P<row>\d+)$")
_Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What people wrote beside a conflict, which is as it was listed, and what is to stand.

    `text` None tells that it cannot be told; `fault` is the code of the problem then. `place` is
    the sheet on which it was written.
    """

    conflict: Conflict
    text: str | None
    place: Place
    fault: str = ""

    @property
    def said(self) -> frozenset[tuple[str, str]]:
        """What the files, without their folders, said then, folded."""
        return said_of(self.conflict)


def said_of(conflict: Conflict) -> frozenset[tuple[str, str]]:
    """Return the files of a conflict, without their folders, and what they say, folded."""
    return frozenset((PurePosixPath(v.file).name, fold(v.text)) for v in conflict.versions)


def listed(reading: Reading) -> dict[str, Conflict]:
    """Return the conflicts that a workbook lists, by name; `use` is what people wrote.

    They are settled where an earlier merge obeyed just that.
    """
    return {name: conflict for name, (conflict, _) in _listed(reading).items()}


def decisions_in(reading: Reading) -> Iterator[Decision]:
    """Walk what people wrote beside the conflicts of a workbook."""
    tab = say("merge", "conflicts.tab", reading.language)
    place = Place(file=reading.file, sheet=tab)
    for conflict, is_twice in _listed(reading).values():
        if is_twice:
            yield Decision(conflict=conflict, text=None, place=place, fault="decision_twice")
        elif any(conflict.use):
            text, fault = _meant(conflict)
            yield Decision(conflict=conflict, text=text, place=place, fault=fault)


def lost_in(reading: Reading) -> Iterator[str]:
    """Walk what people wrote into rows that name no conflict any more."""
    for row in reading.attachments.get(CONFLICTS, ()):
        written = [text for name in (USE, OTHER) if (text := text_of(row, name))]
        if written and not text_of(row, NAME):
            yield written[0]


def packed(conflict: Conflict, names: Sequence[str]) -> list[str]:
    """Return a conflict's versions as texts that cells can hold; `names` are those shown."""
    versions = [
        [version.text, version.file, where(version.place), name]
        for version, name in zip(conflict.versions, names, strict=True)
    ]
    content = [list(conflict.key), list(conflict.kept), versions]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("_x", "\\u005fx")  # Excel takes _x41_ for the letter A
    return [text[at : at + _LONGEST] for at in range(0, len(text), _LONGEST)]


def where(place: Place) -> str:
    """Return a sheet and a cell in it."""
    return " › ".join(part for part in (place.sheet, place.cell) if part)


def text_of(row: _Row, column: str) -> str:
    """Return a cell of an attachment as a text; whole numbers and days as such."""
    value = row.get(column)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    elif isinstance(value, datetime) and value.time() == value.time().min:
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value).strip()


def _listed(reading: Reading) -> dict[str, tuple[Conflict, bool]]:
    """Return each conflict, and whether several things were written beside it."""
    lines: dict[str, list[_Row]] = {}
    for row in reading.attachments.get(CONFLICTS, ()):
        if name := text_of(row, NAME):
            lines.setdefault(name, []).append(row)
    return {
        name: _of_row(name, rows) if f"{SAID}1" in rows[0] else _of_lines(name, rows)
        for name, rows in lines.items()
    }


def _of_row(name: str, rows: Sequence[_Row]) -> tuple[Conflict, bool]:
    """Return a conflict that has a row; people may have copied the row."""
    whole = "".join(str(rows[0].get(f"{SAID}{at}") or "") for at in range(1, len(rows[0])))
    key, kept, versions = _unpacked(whole)
    written = [(text_of(row, USE), text_of(row, OTHER)) for row in rows]
    distinct = [*dict.fromkeys(use for use in written if any(use))]
    use = distinct[0] if distinct else ("", "")
    is_settled = text_of(rows[0], STATE) == "settled" and "".join(use) == text_of(rows[0], WAS)
    conflict = Conflict(
        **_named(name),
        key=tuple(key),
        versions=tuple(
            Version(text=text, file=file, place=_place(file, cell), name=said)
            for text, file, cell, said in versions
        ),
        kept=tuple(kept),
        use=use,
        state="settled" if is_settled else "open",
    )
    return conflict, len(distinct) > 1


def _unpacked(text: str) -> tuple[list[str], list[int], list[list[str]]]:
    """Return the key, the versions kept and the versions; nothing where people damaged the text."""
    try:
        key, kept, versions = json.loads(text)
        ours = [[*map(str, version)] for version in versions if len(version) == 4]
        return [*map(str, key)], [int(at) for at in kept if at < len(ours)], ours
    except (ValueError, TypeError):
        return [], [], []


def _of_lines(name: str, rows: Sequence[_Row]) -> tuple[Conflict, bool]:
    """Return a conflict that has a line for each version, beside which people ticked or typed."""
    words = [say("merge", "conflicts.ticks", language) for language in LANGUAGES]
    ticks = {fold(word) for said in words for word in said.split()}
    yes = {say("merge", "conflicts.yes", language) for language in LANGUAGES}
    gone = {fold(say("merge", "conflicts.gone", language)) for language in LANGUAGES}
    texts = ["" if fold(text := text_of(row, "value")) in gone else text for row in rows]
    chosen = []
    for text, row in zip(texts, rows, strict=True):
        if mark := text_of(row, USE):
            chosen.append((text, True) if fold(mark) in ticks else (mark, False))
    conflict = Conflict(
        **_named(name),
        key=tuple(part for part in text_of(rows[0], "key").split(" · ") if part),
        versions=tuple(
            Version(
                text=text,
                file=text_of(row, "file"),
                place=_place(text_of(row, "file"), text_of(row, "place")),
            )
            for row, text in zip(rows, texts, strict=True)
        ),
        kept=tuple(at for at, row in enumerate(rows) if text_of(row, "kept") in yes),
    )
    if chosen:
        text, is_tick = chosen[0]
        use = as_decided(conflict, text).use if is_tick else ("", text)
        conflict = replace(conflict, use=use)
    return conflict, len({fold(text) for text, _ in chosen}) > 1


def _named(name: str) -> dict[str, Any]:
    sheet, column, record = (*name.split("|", 2), "", "")[:3]
    return {"sheet": sheet, "column": column, "record": record}


def _place(file: str, text: str) -> Place:
    found = _CELL.match(text)
    if found is None:
        return Place(file=file, sheet=text or None)
    column = column_number(found["column"] or "")
    return Place(file=file, sheet=found["sheet"], row=int(found["row"]), column=column or None)


def _meant(conflict: Conflict) -> tuple[str | None, str]:
    """Return what is to stand by what people wrote, or None and the code of the problem."""
    pick, other = conflict.use
    if not conflict.versions or other in _SYMBOLS or (other and not conflict.column):
        return None, "decision_unclear"
    if not pick:
        return other, ""
    said = (conflict.versions[at].text for at in _picked(conflict, pick))
    picked = {fold(text): text for text in said}
    if len(picked) != 1:
        return None, "decision_unclear"
    if other and fold(other) not in picked:
        return None, "decision_twice"
    return picked.popitem()[1], ""


def distinct(conflict: Conflict) -> list[list[int]]:
    """Return the versions that say different things, each with all that say so, in their order.

    People pick by the number of these, from 1.
    """
    same: dict[str, list[int]] = {}
    for at, version in enumerate(conflict.versions):
        same.setdefault(fold(version.text), []).append(at)
    return [*same.values()]


def _picked(conflict: Conflict, pick: str) -> Sequence[int]:
    """Return the versions that a number means, or the name of a file as it is shown."""
    if pick.isdecimal():
        groups = distinct(conflict)
        return groups[int(pick) - 1] if 0 < int(pick) <= len(groups) else ()
    word = fold(pick)
    return [
        at
        for at, version in enumerate(conflict.versions)
        if word in {fold(one) for one in (version.name, *_names(version.file)) if one}
    ]


def _names(file: str) -> tuple[str, ...]:
    path = PurePosixPath(file)
    return file, path.name, path.stem


def shown_names(files: Sequence[str], departments: Sequence[str]) -> Sequence[str]:
    """Return what to call files: the shortest that tells them apart.

    That is the departments, as far as they are known, or the files' names.
    """
    paths = [PurePosixPath(file) for file in files]
    for names in (
        [name or path.stem for name, path in zip(departments, paths, strict=True)],
        [path.stem for path in paths],
        [path.name for path in paths],
    ):
        if len({*names}) == len({*files}):
            return names
    return files


def carried_use(before: Conflict, now: Conflict) -> tuple[str, str]:
    """Return what people wrote beside a conflict as it is written beside its next listing.

    The number of a version may have become another's; one that meant nothing means nothing again.
    """
    pick, other = before.use
    if pick.isdecimal():
        said = {fold(before.versions[at].text) for at in _picked(before, pick)}
        numbers = [
            str(number)
            for number, same in enumerate(distinct(now), start=1)
            if fold(now.versions[same[0]].text) in said
        ]
        pick = numbers[0] if numbers else f"{pick}?"
    return pick, other


def as_decided(conflict: Conflict, text: str) -> Conflict:
    """Return a conflict settled as a text says: the versions that say so are kept."""
    word = fold(text)
    kept = tuple(at for at, v in enumerate(conflict.versions) if fold(v.text) == word)
    numbers = [str(n) for n, same in enumerate(distinct(conflict), 1) if {*same} & {*kept}]
    use = (numbers[0], "") if numbers else ("", text)
    return replace(conflict, state="settled", kept=kept, use=use)
