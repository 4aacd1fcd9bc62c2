"""The Summary's data problems: by column, how many, how many of them count nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..problems import Place, Problem
from ..review import LIST, OPEN
from ..styles import Palette
from .canvas import HAIRLINE, ROW, Canvas, figure_cell, table_head
from .grid import FIRST, LAST, Cell, left, right
from .model import Summary
from .words import place_text, text_of

_MOST: Final = 12
_LINES: Final = 4


@dataclass(frozen=True, slots=True)
class _Group:
    """The problems of one column, or of one kind where they are about no column; gravest first."""

    problems: Sequence[Problem]

    @property
    def uncounted(self) -> int:
        """How many of what they name is not used."""
        return sum(one.severity == "error" for one in self.problems)

    @property
    def first(self) -> Problem:
        """The problem to tell of: the first of the kind that most are of among the gravest."""
        grave = [one for one in self.problems if one.severity == self.problems[0].severity]
        ((code, _),) = Counter(one.code for one in grave).most_common(1)
        return next(one for one in grave if one.code == code)


def grouped(problems: Sequence[Problem]) -> list[_Group]:
    """Put what is about one column together: those not counted first, then the most."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for one in problems:
        column = one.column or str(one.params.get("column") or "") or f".{one.code}"
        groups.setdefault((one.place.sheet or "", column), []).append(one)
    found = [
        _Group(sorted(ones, key=lambda one: one.severity != "error")) for ones in groups.values()
    ]
    return sorted(found, key=lambda group: (-group.uncounted, -len(group.problems)))


def draw_problems(canvas: Canvas, summary: Summary) -> None:
    """Draw the columns with doubtful cells, and lead to the sheet where each cell stands."""
    rows, problems = summary.rows, summary.problems
    key = "note.rows" if rows.listed else "note.rows_all"
    note = canvas.say(key, read=rows.read, used=rows.used, listed=rows.listed)
    groups = grouped(problems)
    if problems:
        uncounted = sum(group.uncounted for group in groups)
        key = "note.problems_one" if len(problems) == 1 else "note.problems"
        note = canvas.say(key, rows=note, count=len(problems), uncounted=uncounted)
    canvas.heading(canvas.say("section.problems"), note)
    if summary.to_check is not None:
        # How many lines are open by now is for the sheet itself to say.
        before, after = canvas.say("note.to_check", count="|").split("|")
        _to_review(canvas, f"{before}{summary.to_check}{after}", f'"{before}"&{OPEN}&"{after}"')
    if not problems:
        canvas.remark(canvas.say("absent.no_problems"))
        return
    heads = (
        (canvas.say("head.column"), left(0), right(1), "left"),
        (canvas.say("head.places"), left(2), left(2), "right"),
        (canvas.say("head.uncounted"), right(2), right(2), "right"),
        (canvas.say("head.example"), left(3), right(5), "left"),
    )
    table_head(canvas, heads)
    for group in groups[:_MOST]:
        _group(canvas, group, summary)
    rest = groups[_MOST:]
    if rest:
        _rest(canvas, rest, summary)


def _rest(canvas: Canvas, groups: Sequence[_Group], summary: Summary) -> None:
    """Count what is not drawn, and lead to where it stands."""
    counts = {"columns": len(groups), "count": sum(len(group.problems) for group in groups)}
    if summary.to_check is not None:
        text = canvas.say("more.problems", **counts)
        _to_review(canvas, text, f'"{text}"')
    elif summary.merged is not None:
        place, style = summary.merged.log, {"font_size": 9, "font_color": Palette.ACCENT}
        text = canvas.say("more.problems_log", **counts, tab=place.sheet)
        canvas.line(20, [Cell(first=FIRST, last=LAST, value=text, style=style, link=place)])
    else:
        canvas.remark(canvas.say("more.problems_plain", **counts))


def _to_review(canvas: Canvas, shown: str, formula: str) -> None:
    """Draw a line that leads to the Review, wherever that has its tab by now."""
    style = {"font_size": 9, "bold": True, "font_color": Palette.MARK}
    link = f'=HYPERLINK("#{LIST}",{formula})'
    canvas.line(20, [Cell(first=FIRST, last=LAST, value=shown, formula=link, style=style)])


def _group(canvas: Canvas, group: _Group, summary: Summary) -> None:
    language, one, count = canvas.language, group.first, len(group.problems)
    place, link = one.place, one.place
    label = text_of(one.params.get("column") or one.column or "", language)
    name = canvas.say("cell.column", sheet=place.sheet or "", column=label)
    if count == 1 or not label:
        name = place_text(place) if count == 1 else place.sheet or ""
    text = f"{one.message(language)}{' ' if language == 'en' else ''}{one.hint(language)}"
    where = (place.cell or "") if count > 1 else ""
    if summary.merged is not None and place.file not in (None, summary.source.file):
        # It stands in a file that was merged: there is no such cell here to go to.
        where, link = " ".join(part for part in (place.file, place.cell) if part), Place()
    if where:
        text = canvas.say("cell.example", where=where, text=text)
    small = {"font_size": 9}
    late = {"bold": True, "font_color": Palette.LATE}
    cells = [
        Cell(
            first=left(0),
            last=right(1),
            value=name or "–",
            style={**small, "bold": True, "font_color": Palette.ACCENT},
            link=link,
            sizes=(8,),
            lines=2,
            name=place.sheet or "",
        ),
        figure_cell(left(2), count, "#,##0", bold=True),
        figure_cell(right(2), group.uncounted or None, "#,##0", **late),
        Cell(first=left(3), last=right(5), value=text, style=small, lines=_LINES),
    ]
    canvas.line(ROW, cells, ground=HAIRLINE)
