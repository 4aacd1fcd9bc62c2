"""Merge the rows no base knows: added by departments, or held by files that never were a part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ..languages import fold
from .model import Duplicate
from .three_way_model import Line, Work

__all__ = ["merge_added"]

Name = tuple[object, ...]


def merge_added(work: Work, rows: Sequence[int]) -> None:
    """Put rows without a base into the result, each once.

    A row is known by where it was first typed, else by its key. What another file says alike is a
    duplicate, what it says otherwise a conflict; rows of one and the same file never are.
    """
    if not rows:
        return
    index: defaultdict[Name, list[Line]] = defaultdict(list)
    for line in work.lines:
        _enter(work, index, line)
    gone = {place for row in work.gone for place in _places(work, row)}
    for row in rows:
        source = work.source(row)
        places = _places(work, row)
        if source not in work.around.bases and not gone.isdisjoint(places):
            work.gone[row] = ""
            continue
        _enter(work, index, _placed(work, _same(work, index, row), row))


def _placed(work: Work, same: Line | None, row: int) -> Line:
    """Return the row of the result that stands for a row: one another file has too, or its own."""
    differing = [] if same is None else _differing(work, same, row)
    if same is not None and work.department(same.home) != work.department(row):
        work.across += bool(differing)
        work.across_doubles += not differing
    if same is not None and not differing:
        _join(work, same, row)
        return same
    if same is not None and work.around.policy not in ("keep-both", "stop"):
        _overrule(work, same, row)
        return same
    line = _added(work, row)
    work.lines.append(line)
    if same is None:
        work.change(row, "", "", work.whole(row))
    else:
        for name in differing:
            work.conflict((same.taken(name), row), name, (0, 1))
        work.contested += [same, line]
    return line


def _added(work: Work, row: int) -> Line:
    return Line(home=row, members=[row], order=(1.0, float(work.pile.rank[row])))


def _join(work: Work, line: Line, row: int) -> None:
    places = work.place(line.home), work.place(row)
    work.duplicates.append(Duplicate(sheet=work.sheet.id, key=work.key(row), places=places))
    line.members.append(row)


def _overrule(work: Work, line: Line, row: int) -> None:
    """Let the policy choose cell by cell; a blank never takes the place of what is known."""
    for name in _differing(work, line, row):
        rows = (line.taken(name), row)
        kept = work.preferred(rows)
        if not work.texts[rows[kept]].says(name):
            kept = 1 - kept
        work.conflict(rows, name, (kept,))
        line.picks[name] = rows[kept]
    line.members.append(row)


def _differing(work: Work, line: Line, row: int) -> list[str]:
    texts = work.texts[row]
    return [name for name in work.names if work.says(line, name) != texts.says(name)]


def _same(work: Work, index: dict[Name, list[Line]], row: int) -> Line | None:
    """Return the row of the result that another file has for this one: the most alike, if any."""
    source = work.source(row)
    names: list[Name] = [*_places(work, row)]
    key = work.texts[row].key(work.sheet)
    if key is not None:
        names.append(_whole_key(work, key, row))
    for name in names:
        lines = [line for line in index.get(name, ()) if source not in work.files(line)]
        if lines:
            return min(lines, key=lambda line: len(_differing(work, line, row)))
    return None


def _enter(work: Work, index: defaultdict[Name, list[Line]], line: Line) -> None:
    """Enter a row of the result under all names by which others may know it."""
    key = tuple(fold(work.says(line, column_id)) for column_id in work.sheet.key)
    names: set[Name] = {place for row in line.members for place in _places(work, row)}
    if key and all(key):
        names.add(_whole_key(work, key, line.home))
    for name in names:
        if not any(line is entered for entered in index[name]):
            index[name].append(line)


def _whole_key(work: Work, key: tuple[str, ...], row: int) -> Name:
    return ("key", *key, work.department(row) if work.around.per_department else "")


def _places(work: Work, row: int) -> set[Name]:
    """Return where a row stands, and where it was first typed."""
    pile, here = work.pile, work.place(row)
    first = work.pile.voices[work.pile.voice[row]]
    sheet = str(pile.origins["sheet"].iat[row])
    return {
        ("", here.file or "", here.sheet or "", here.row or 0),
        ("", first, sheet, int(pile.row[row])),
    }
