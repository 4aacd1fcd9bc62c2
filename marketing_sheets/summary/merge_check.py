"""Whether a merge can be relied on: which files are in, which are not, whether totals agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ..problems import Place
from ..records import LOG, Reading
from ..styles import Palette
from ..template import Column, TableSheet, Task
from ..texts import LANGUAGES, say
from .canvas import HAIRLINE, ROW, Canvas, chip, figure_cell, table_head
from .grid import Cell, left, right
from .model import Merged, MergedFile
from .words import symbol_of, text_of

# The columns whose totals are shown, by role: the first of each that a template adds up.
_MONEY: Final = (("master", (Task.SPEND, Task.BUDGET)), ("daily", ("sales", "cost")))
_MOST: Final = 12
_MOST_OUT: Final = 6
_Line = Mapping[str, object]


def checked(merged: Merged, reading: Reading) -> Merged:
    """Add to what is known of a merge what its log says of the files and of their totals."""
    lines = reading.attachments.get(LOG, ())
    owners = {str(line["file"]): str(line.get("department") or "") for line in _of(lines, "source")}
    totals = [*_of(lines, "total")]
    money = _money(reading)
    files: dict[str, MergedFile] = {
        name: MergedFile(file=name, department=owner) for name, owner in owners.items()
    }
    for line in totals:
        name = str(line["file"])
        files[name] = _with(files.get(name, MergedFile(file=name)), line, money)
    # The totals of a merge whose conflicts were settled are its own, no file's.
    shown = [one for one in files.values() if one.off or not owners or one.file in owners]
    return replace(
        merged,
        files=tuple(sorted(shown, key=lambda one: (not one.off, one.read in (None, one.merged)))),
        left_out=tuple((str(x["file"]), str(x.get("note") or "")) for x in _of(lines, "skipped")),
        money={
            column.id: column.label
            for _, column in money
            if any(one.amounts.get(column.id) for one in shown)
        },
        totals=len(totals),
    )


def _of(lines: Sequence[_Line], kind: str) -> Iterator[_Line]:
    words = _words(f"log.kinds.{kind}")
    return (line for line in lines if line.get("kind") in words and line.get("file"))


def _words(key: str) -> set[str]:
    return {say("merge", key, language) for language in LANGUAGES}


def _money(reading: Reading) -> list[tuple[TableSheet, Column]]:
    """Return the columns of money to show, each with its table."""
    found = []
    for role, names in _MONEY:
        tables = (sheet for sheet in reading.template.tables if sheet.role == role)
        columns = [(sheet, sheet[name]) for sheet in tables for name in names if name in sheet]
        found += [one for one in columns if one[1].additive][:1]
    return found


def _with(one: MergedFile, line: _Line, money: Sequence[tuple[TableSheet, Column]]) -> MergedFile:
    read, merged = (_amount(line.get(name)) for name in ("read", "merged"))
    sheet, item = (str(line.get(name) or "") for name in ("sheet", "item"))
    # A chip, or the mark of an earlier version.
    balance = str(line.get("state") or line.get("balance") or "")
    if not one.off and not balance.startswith(symbol_of("done")):
        off = balance.partition(" ")[2] or balance
        one = replace(one, off=" · ".join(part for part in (sheet, item, off) if part))
    if item in _words("log.rows"):
        return replace(one, read=(one.read or 0) + int(read), merged=one.merged + int(merged))
    amounts = {
        column.id: merged
        for table, column in money
        if sheet in table.label.values() and item in column.label.values()
    }
    return replace(one, amounts={**one.amounts, **amounts})


def _amount(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def draw_merge_check(canvas: Canvas, merged: Merged) -> None:
    """Draw whether all files are in and all totals agree, and each file with what came of it."""
    canvas.heading(canvas.say("section.merge_check"), canvas.say("note.merge_check"))
    canvas.skip(4)
    canvas.line(26, [*_verdicts(canvas, merged)])
    canvas.skip(4)
    places = (left(3), right(3), left(4), right(4), left(5))
    names = ("read", "merged", "set_aside")
    heads = [
        (canvas.say("head.department"), left(0), right(0), "left"),
        (canvas.say("head.file"), left(1), right(2), "left"),
        *((canvas.say(f"head.{n}"), at, at, "right") for n, at in zip(names, places, strict=False)),
        *(
            (text_of(label, canvas.language), at, at, "right")
            for label, at in zip(merged.money.values(), places[3:], strict=False)
        ),
        (canvas.say("head.agrees"), right(5), right(5), "center"),
    ]
    table_head(canvas, heads)
    for file, why in merged.left_out[:_MOST_OUT]:
        _left_out(canvas, file, why)
    for one in merged.files[:_MOST]:
        _file(canvas, one, merged.money)
    rest = len(merged.left_out[_MOST_OUT:]) + len(merged.files[_MOST:])
    if rest:
        _link(canvas, canvas.say("more.files", count=rest, tab=merged.log.sheet), merged.log)


def _link(canvas: Canvas, text: str, place: Place) -> None:
    style = {"font_size": 9, "font_color": Palette.ACCENT}
    canvas.line(20, [Cell(first=left(0), last=right(5), value=text, style=style, link=place)])


def _verdicts(canvas: Canvas, merged: Merged) -> Iterator[Cell]:
    """Say in three chips, each a link, of the files, the totals and the conflicts."""
    files, out = len(merged.files), len(merged.left_out)
    off = sum(bool(one.off) for one in merged.files)
    chips = (
        ("files_out" if out else "files_all", "missed" if out else "done", merged.log),
        ("totals_off" if off else "totals_agree", "late" if off else "done", merged.log),
        (
            "conflicts" if merged.conflicts else "no_conflicts",
            "close" if merged.conflicts else "done",
            merged.listed,
        ),
    )
    params = {"files": files, "out": out, "off": off}
    for at, (key, state, place) in enumerate(chips):
        text = canvas.say(f"merge_check.{key}", **params, conflicts=merged.conflicts)
        # Of nothing nothing agrees.
        shown = "open" if state == "done" and not merged.totals else state
        look = {**chip(shown), "font_size": 10, "align": "center"}
        first, last = left(2 * at), right(2 * at + 1)
        value = f"{symbol_of(shown)} {text}"
        yield Cell(first=first, last=last, value=value, style=look, link=place)


def _left_out(canvas: Canvas, file: str, why: str) -> None:
    small = {"font_size": 9}
    text = f"{symbol_of('missed')} {canvas.say('cell.left_out')}"
    look = {**chip("missed"), "align": "center", "font_size": 9}
    cells = [
        Cell(first=left(0), last=right(0), value="–", style={"font_color": Palette.MUTE}),
        Cell(first=left(1), last=right(2), value=file, style=small, sizes=(8,), lines=2),
        Cell(first=left(3), last=left(5), value=why, style=small, lines=3),
        Cell(first=right(5), value=text, style=look),
    ]
    canvas.line(ROW, cells, ground=HAIRLINE)


def _file(canvas: Canvas, one: MergedFile, money: Iterable[str]) -> None:
    state, said = ("late", "off") if one.off else ("done", "agrees")
    if not (one.off or one.read):
        state, said = "open", "no_rows" if one.read == 0 else "is_in"
    text = f"{symbol_of(state)} {canvas.say(f'cell.{said}')}"
    merged = None if one.read is None else one.merged
    aside = (one.read or 0) - one.merged
    look = {**chip(state), "align": "center", "font_size": 9}
    cells = [
        Cell(
            first=left(0),
            last=right(0),
            value=one.department or "–",
            style={"bold": True},
            sizes=(9, 8),
        ),
        Cell(
            first=left(1),
            last=right(2),
            value=one.file,
            style={"font_size": 9},
            sizes=(8,),
            lines=2,
        ),
    ]
    if one.off:
        style = {"font_size": 9, "font_color": Palette.LATE, "bold": True}
        cells.append(Cell(first=left(3), last=left(5), value=one.off, style=style, lines=2))
    else:
        figures = [one.read, merged, aside or None, *(one.amounts.get(x) for x in money)]
        places = (left(3), right(3), left(4), right(4), left(5))
        for figure, at in zip(figures, places, strict=False):
            cells.append(figure_cell(at, figure, "#,##0"))
    cells.append(Cell(first=right(5), value=text, style=look))
    canvas.line(ROW, cells, ground=HAIRLINE)
