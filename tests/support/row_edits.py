"""What people do to the rows and columns of a table that is right, each with what it must not do.

No edit here adds, drops or changes a record: what the columns add up to stays as it was. Each
leaves evidence of what it is: another table has a word above each of its columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from marketing_sheets.template import Column
from marketing_sheets.texts import LANGUAGES
from support.row_tabs import Book, Cell, Condensed, Line, Tab
from support.row_totals import DAYS, Edit, total_rows

__all__ = ["Edit", "Edited", "do_something", "redrawn", "repeat_header", "set_pending"]

_NEW = 1000  # added columns are numbered from here


@dataclass(eq=False, slots=True)
class Edited:
    """A book with what was done to it, tab by tab, and as it was before."""

    book: Book
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    before: Book = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.book.copy()

    def __repr__(self) -> str:
        parts = []
        for name, edits in self.edits.items():
            tab = self.book.tabs[name]
            parts.append(f"\n{tab.sheet.id} in {tab.name}: " + "; ".join(e.what for e in edits))
            parts += [
                f"{row:4} {'R' if line in tab.records else ' '} {_shown(tab, line)}"
                for line, row in tab.rows().items()
                if any(c.value not in ("", None) for c in line.cells.values())
            ]
        return "\n".join(parts)


def _shown(tab: Tab, line: Line) -> str:
    cells = (line.cells.get(at) for at in tab.order)
    return " | ".join("" if cell is None else _text(cell.value) for cell in cells)


def _text(value: object) -> str:
    if isinstance(value, Condensed):
        return f"={value.function.format('…')}→{value.result:g}"
    return "" if value is None else str(value)[:18]


# --- records


_SCALES: Mapping[str, st.SearchStrategy[int]] = {
    "round": st.integers(1, 20).map(lambda n: n * 1000),
    "small": st.integers(0, 5),
    "equal": st.sampled_from((1, 10, 500)),
    "any": st.integers(1, 10**6),
}


@st.composite
def redrawn(draw: st.DrawFn, book: Book, most: int = 9) -> Book:
    """Draw a copy of a book whose tables have some of its records, often with other figures."""
    drawn = book.copy()
    for tab in drawn.tabs.values():
        if len(tab.figures) == 0:
            continue
        scale = draw(st.sampled_from((None, *_SCALES, "any")))
        known = len(tab.records)
        # A row with a formula of ours is the only one of its kind.
        plain = [line for line in tab.records if not _is_computed(tab, line)]
        records = []
        for number in range(draw(st.integers(2, most if plain else known))):
            line = (tab.records[number] if number < known else plain[number % len(plain)]).copy()
            if number >= known:
                _rename(tab, line, number)
            if scale is not None:
                for column in tab.figures:
                    cell = line.cells.get(tab.at[column.id])
                    if cell is not None and cell.number is not None:
                        figure = float(draw(_SCALES[scale]))
                        cents = draw(st.integers(0, 99)) / 100 if scale == "any" else 0
                        figure += cents if column.type == "money" else 0
                        line.cells[tab.at[column.id]] = Cell(figure, cell.style)
            records.append(line)
        tab.replace_records(records)
    return drawn


@st.composite
def set_pending(draw: st.DrawFn, tab: Tab) -> None:
    """Draw some records whose figures are still to come."""
    for line in draw(st.lists(st.sampled_from(tab.records), min_size=1, max_size=3)):
        word = draw(st.sampled_from(("待定", "TBD", "待确认", "-")))
        for column in tab.figures:
            line.cells[tab.at[column.id]] = Cell(word)


def _is_computed(tab: Tab, line: Line) -> bool:
    cells = (line.cells.get(tab.at[column.id]) for column in tab.figures)
    return any(cell is not None and "<f>" in (cell.xml or "") for cell in cells)


def _rename(tab: Tab, line: Line, number: int) -> None:
    """Give a copied record a day and a name of its own."""
    for column in tab.sheet.inputs:
        cell = line.cells.get(tab.at.get(column.id, -1))
        if cell is None:
            continue
        if column.is_key and isinstance(cell.value, str) and column.choices is None:
            line.cells[tab.at[column.id]] = Cell(f"{cell.value} {number}", cell.style)
        elif column.type == "date":
            line.cells[tab.at[column.id]] = cell.moved_by(number)


# --- rows


_OTHER_WORDS = (
    "预算|目标ROI|负责人|单价|数量|说明|门店|日均客流|Budget|Owner|Target|预计|上月|去年同期|占比"
    "|6月预算|Q3目标|2023年|W24"
).split("|")
_HEADINGS = (
    "二、下月预算|【2】品牌升级|下周计划|第一周|Next month|附：门店明细|一、上半月|（二）华东"
).split("|")


@st.composite
def _other_table(draw: st.DrawFn, tab: Tab) -> Edit:
    """Draw another table below the records, or between two blocks of them.

    Without days it is parted from a record by a blank row or a heading, or has three words over
    figures: two might be what is wrong with a record's figures.
    """
    figures = [tab.order.index(tab.at[column.id]) for column in tab.figures]
    left = draw(st.integers(0, min(*figures, len(tab.order) - 2)))
    right = draw(st.integers(max(left + 1, min(figures)), max(left + 1, *figures)))
    places = tab.order[left : right + 1]
    words = draw(
        st.lists(
            st.sampled_from(_OTHER_WORDS), min_size=len(places), max_size=len(places), unique=True
        )
        if len(places) <= len(_OTHER_WORDS)
        else st.just([f"列{n}" for n in range(len(places))])
    )
    if draw(st.booleans()):
        words[0] = draw(st.sampled_from(tab.sheet.inputs)).label["zh-Hans"]
    header = Line({at: Cell(word) for at, word in zip(places, words, strict=True)})
    body = []
    for number in range(draw(st.integers(1, 4))):
        cells = {places[0]: Cell(f"门店{number}")}
        for at in places[1:]:
            cells[at] = Cell(float(draw(st.integers(1, 90_000))))
        body.append(Line(cells))
    heading = [Line({tab.order[left]: Cell(draw(st.sampled_from(_HEADINGS)))})]
    over = sum(tab.at[column.id] in places for column in tab.figures)
    is_clear = over >= 3 or any(c.type in DAYS and c.id in tab.at for c in tab.sheet.inputs)
    between = draw(st.sampled_from(("blank", "heading", "both", *[""] * is_clear)))
    above = [Line()] if between in ("blank", "both") else []
    above += heading if between in ("heading", "both") else []
    resumes = len(tab.records) > 2 and draw(st.integers(0, 2)) == 0
    lines = [*above, header, *body]
    after = tab.records[-1]
    if resumes:
        after = tab.records[draw(st.integers(0, len(tab.records) - 2))]
        again = _header_again(tab)
        tab.insert(tab.lines.index(after) + 1, [*lines, *([Line()] if above else []), again])
    else:
        at = max(n for n, line in enumerate(tab.lines) if line in tab.records) + 1
        # Totals of ours stand above it.
        while at < len(tab.lines) and tab.lines[at].cells and not tab.lines[at].attributes:
            at += 1
        tab.insert(at, lines)
    what = f"another table of {len(places)} columns, {between or 'nothing'} between"
    return Edit(f"{what}{', then ours again' * resumes}", lines, told=[*above, header])


def _header_again(tab: Tab) -> Line:
    return Line({at: Cell(tab.header.cells[at].value) for at in tab.header.cells})


@st.composite
def repeat_header(draw: st.DrawFn, tab: Tab) -> Edit:
    """Draw the header once more between records, in any language, perhaps below a lone heading."""
    line = _header_again(tab)
    language = draw(st.sampled_from((None, *LANGUAGES)))
    if language is not None:
        for column in tab.sheet.columns:
            if column.id in tab.at:
                line.cells[tab.at[column.id]] = Cell(column.label[language])
    lines = [line]
    if draw(st.booleans()):
        text = draw(st.sampled_from(_HEADINGS))
        lines = [Line({_first(tab): Cell(text)}), line]
    if draw(st.booleans()):
        lines = [Line(), *lines]
    at = tab.lines.index(draw(st.sampled_from(tab.records)))
    tab.insert(at, lines)
    units = [column for column in tab.numeric if column.type != "quantity"]
    if len(units) > 1 and draw(st.integers(0, 3)) == 0:
        cells = {tab.at[column.id]: Cell(_unit(column)) for column in units}
        tab.insert(at + len(lines), [Line(cells)])
    return Edit(f"header again in {language}, {len(lines)} lines", lines)


def _unit(column: Column) -> str:
    return "%" if column.type == "percent" else "元" if column.type == "money" else "次"


def _first(tab: Tab) -> int:
    bound = {*tab.at.values()}
    return next(at for at in tab.order if at in bound)


@st.composite
def _heading(draw: st.DrawFn, tab: Tab) -> Edit:
    """Draw a lone heading: merged over columns, or numbered, or in a column that is no key."""
    text = draw(st.sampled_from(_HEADINGS))
    line = Line({_first(tab): Cell(text)})
    at = tab.lines.index(draw(st.sampled_from(tab.records)))
    tab.insert(at, [Line(), line] if draw(st.booleans()) else [line])
    column = next(c for c in tab.sheet.columns if tab.at.get(c.id) == _first(tab))
    if column.is_key or draw(st.booleans()):
        last = min(tab.order.index(_first(tab)) + 7, len(tab.order) - 1)
        tab.merges.append((line, _first(tab), tab.order[last]))
    return Edit(f"heading {text!r}", [line])


@st.composite
def _sub_header(draw: st.DrawFn, tab: Tab) -> Edit:
    """Draw a row under the header that numbers the columns or names their units."""
    shape = draw(st.sampled_from(("{}", "({})", "（{}）", "①", "units")))
    line = Line()
    if shape == "units":
        for column in tab.numeric:
            line.cells[tab.at[column.id]] = Cell(_unit(column))
    else:
        ours = [tab.at[column.id] for column in tab.sheet.columns if column.id in tab.at]
        for number, at in enumerate((at for at in tab.order if at in ours), 1):
            circled = chr(ord("①") + number - 1) if number <= 20 else f"({number})"
            text = circled if shape == "①" else shape.format(number)
            line.cells[at] = Cell(float(number) if shape == "{}" else text)
    if len(line.cells) >= 2:
        tab.insert(tab.lines.index(tab.header) + 1, [line])
    return Edit(f"sub-header {shape}", [line])


@st.composite
def _blanks(draw: st.DrawFn, tab: Tab) -> Edit:
    """Draw blank rows."""
    for _ in range(draw(st.integers(1, 3))):
        tab.insert(tab.lines.index(draw(st.sampled_from(tab.records))), [Line()])
    return Edit("blank rows")


# --- columns


_RENAMED = "金额甲|看的人|Money|数据一|新列名|效果|Figures|当日投放".split("|")


@st.composite
def _moved(draw: st.DrawFn, tab: Tab, _edits: Sequence[Edit]) -> Edit:
    """Draw another order of the columns, which Excel refuses where cells are merged over them."""
    if tab.merges:
        return Edit("nothing moved")
    if draw(st.booleans()):
        tab.order = draw(st.permutations(tab.order))
    else:
        at = tab.order.pop(draw(st.integers(0, len(tab.order) - 1)))
        tab.order.insert(draw(st.integers(0, len(tab.order))), at)
    return Edit("columns moved")


@st.composite
def _renamed(draw: st.DrawFn, tab: Tab, edits: Sequence[Edit]) -> Edit:
    """Draw a column with another header, or none, whose id stays or goes.

    What a total that nothing else tells is proved by has to be read: its columns keep their names.
    So does one whose header an added column may bear: nothing would tell which of them is meant.
    """
    kept = {edit.called for edit in edits}
    if any(edit.is_bare for edit in edits):
        kept |= {column.id for column in tab.figures}
    columns = [c for c in tab.sheet.inputs if c.id in tab.at and c.id not in kept]
    if not columns:
        return Edit("nothing renamed")
    column = draw(st.sampled_from(columns))
    at = tab.at[column.id]
    names = [*_RENAMED, "", "", *column.label.values(), *column.aliases]
    names += [draw(st.sampled_from(tab.sheet.columns)).label["zh-Hans"]]
    names += [f"{column.label['zh-Hans']}（不含税）", f"{column.label['en']} *"]
    name = draw(st.sampled_from(names))
    tab.header.cells[at] = Cell(name)
    loses = tab.ids is not None and at in tab.ids.cells and draw(st.booleans())
    if loses and tab.ids is not None:
        stamp = str(tab.ids.cells[at].value)
        if "|" in stamp:
            tab.ids.cells[at] = Cell(stamp.replace(column.id, "", 1))
        else:
            del tab.ids.cells[at]
    return Edit(f"{column.id} renamed {name!r}{', id lost' * loses}")


@st.composite
def _added(draw: st.DrawFn, tab: Tab, _edits: Sequence[Edit]) -> Edit:
    """Draw a column of somebody's own among the others, with any header or none."""
    at = max([_NEW, *tab.order]) + 1
    tab.order.insert(draw(st.integers(0, len(tab.order))), at)
    column = draw(st.sampled_from(tab.sheet.inputs))
    label = column.label["zh-Hans"]
    names: list[object] = [None, None, 45444.0, 202401.0, "6/1", "我的备注", "Score"]
    names += [label] if _is_called(tab, column) else []
    names += [f"{label}（预算）", f"{label}（去年）", f"上月{label}"]
    name = draw(st.sampled_from(names))
    if name is not None:
        days = (c.style for line in tab.records for c in line.cells.values() if _is_day(c))
        tab.header.cells[at] = Cell(name, next(days, "") if name == 45444.0 else "")
    is_text = draw(st.integers(0, 3)) == 0
    for line in tab.records:
        line.cells[at] = Cell("好" if is_text else float(draw(st.integers(1, 9000))))
    what = "words" if is_text else "figures"
    return Edit(f"column of {what} added as {name!r}", added=at, called=column.id)


def _is_called(tab: Tab, column: Column) -> bool:
    """Whether a column has a header of its own still, so that another one of it is a double."""
    cell = tab.header.cells.get(tab.at.get(column.id, -1))
    return cell is not None and cell.value in (*column.label.values(), *column.aliases)


def _is_day(cell: Cell) -> bool:
    return hasattr(cell.value, "toordinal")


@st.composite
def do_something(draw: st.DrawFn, tab: Tab, most: int = 3) -> list[Edit]:
    """Draw edits of a tab and make them: of its rows, then of its columns."""
    edits = []
    ways = [total_rows] * 5 + [repeat_header, _heading, _blanks] + [_other_table] * 2
    if tab.is_page:
        ways = [total_rows, total_rows, _blanks]
    if not tab.figures:
        ways = [repeat_header, _heading, _blanks]
    for _ in range(draw(st.integers(1, most))):
        edits.append(draw(draw(st.sampled_from(ways))(tab)))
        if edits[-1].told:
            ways = [way for way in ways if way is not _other_table]
    if draw(st.integers(0, 4)) == 0:
        edits.append(draw(_sub_header(tab)))
    for _ in range(0 if tab.is_page else draw(st.sampled_from((0, 0, 1, 1, 2)))):
        edits.append(draw(draw(st.sampled_from((_moved, _renamed, _added, _added)))(tab, edits)))
    return edits
