"""Whose workbook it is: the template, the language, and which tab holds which sheet.

The plain sheets of a merge or split are known by their stamp `attachment:<id>`; a table may stand
on the page of the form that shows it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import UnknownWorkbook, called, said_in
from ..files import StrPath
from ..loading import library_template, load_template, template_names
from ..logs import logger_of
from ..template import FormSheet, Sheet, TableSheet, Template
from ..texts import LANGUAGES, Language, fold
from .form import field_rows, form_share
from .headers import Stamp, find_header, looked_for, required_share, spellings, stamp_in
from .table import HEAD_ROWS, Grid

_PREFIX = "attachment:"
_ENOUGH = 0.6
# A workbook without our stamp has so many columns of its template, so many of them in no other.
_COLUMNS, _OWN_COLUMNS = 4, 2
_NUMBERED = re.compile(r"(?<![\s_-])[\s_-]*+(?:\(\d++\)|（\d++）|(?<!\d)\d++)$")


def page_table(grid: Grid, form: FormSheet, sheet: TableSheet) -> Grid | None:
    """Return the form's tab with nothing on it but the table; None if its header is not there.

    Rows and columns keep their numbers. The table ends where the form's next field begins; what
    stands to the left of its first column is the page's.
    """
    header = find_header(grid, sheet)
    if header is None:
        return None
    known = spellings(sheet)
    named = (at for at, texts in header.names.items() if any(text in known for text in texts))
    left = min([*header.ids, *named], default=0)
    top = min([*header.rows, header.first if header.ids_row is None else header.ids_row])
    below = [row for row in field_rows(grid, form) if row >= header.first]
    end = min(below, default=grid.height)
    cells = grid.cells.copy()
    cells[:top], cells[end:], cells[:, :left] = "", "", ""

    def cut(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        return tuple(
            tuple(
                "" if at < left or not top <= row < end else text for at, text in enumerate(texts)
            )
            for row, texts in enumerate(rows)
        )

    own = (row for row in range(top, end) if grid.text(row, 0) == f"{sheet.id}.total")
    return replace(
        grid,
        cells=cells,
        head=cut(grid.head),
        exact=cut(grid.exact),
        state="visible",
        own_rows=frozenset(own),
        uncalculated={},
    )


def is_attachment(grid: Grid) -> bool:
    """Whether a tab is an attachment."""
    return _stamp_row(grid) is not None


def read_attachments(grids: Sequence[Grid]) -> dict[str, tuple[Mapping[str, object], ...]]:
    """Return the rows of each attachment by column id; those of numbered sheets follow on.

    Cells hold what calamine gives, None where blank.
    """
    found: dict[str, list[tuple[int, Grid, int]]] = {}
    for grid in grids:
        row = _stamp_row(grid)
        stamp = None if row is None else stamp_in(grid, row)
        if row is not None and stamp is not None:
            name, _, number = stamp.sheet.removeprefix(_PREFIX).partition("#")
            part = int(number) if number.isdecimal() else 1
            found.setdefault(name, []).append((part, grid, row))
    return {
        name: tuple(
            row for _, grid, at in sorted(parts, key=lambda p: p[0]) for row in _rows(grid, at)
        )
        for name, parts in found.items()
    }


def _stamp_row(grid: Grid) -> int | None:
    for row in range(min(HEAD_ROWS, grid.height)):
        stamp = stamp_in(grid, row)
        if stamp is not None:
            return row if stamp.sheet.startswith(_PREFIX) else None
    return None


def _rows(grid: Grid, ids_row: int) -> Iterator[Mapping[str, object]]:
    """Walk the rows below the header, which is the row after the ids."""
    ids = {
        grid.text(ids_row, at).split("|", maxsplit=1)[0]: at
        for at in range(grid.width)
        if grid.text(ids_row, at)
    }
    for cells in grid.cells[ids_row + 2 :].tolist():
        row = {name: None if cells[at] == "" else cells[at] for name, at in ids.items()}
        if any(value is not None for value in row.values()):
            yield row


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a workbook says about itself; its template `is_guessed` where only columns tell it."""

    template: Template
    version: str | None
    language: Language
    is_guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A tab and the template sheet it holds.

    `parts` are the numbered tabs that continue it, `others` further tabs that hold the same.
    """

    sheet: Sheet
    grid: Grid
    parts: tuple[Grid, ...] = ()
    others: tuple[Grid, ...] = ()

    @property
    def tabs(self) -> tuple[Grid, ...]:
        """The tab and those that continue it."""
        return self.grid, *self.parts


def identify(
    grids: Sequence[Grid],
    properties: Mapping[str, str],
    template: Template | StrPath | None,
    file: str,
) -> Identity:
    """Tell the template and language of a workbook.

    The document properties come first, then the stamp in any sheet's row of ids, then the columns
    if they leave no doubt. Raises UnknownWorkbook where nothing fits, or more than one may.
    """
    if template is not None and not isinstance(template, Template):
        template = load_template(template)
    stamps = [stamp for grid in grids for stamp in _stamps(grid)]
    said = properties.get("template") or next((stamp.template for stamp in stamps), None)
    is_guessed = template is None and not said
    stated = properties.get("language") or next((s.language for s in stamps), None)
    language = next((known for known in LANGUAGES if known == stated), None)
    with said_in(language):
        if template is None:
            template = _named_template(said, file) if said else _told_by_columns(grids, file)
        if not (said == template.id or claim_tabs(grids, template)):
            tabs = ", ".join(grid.name for grid in grids if grid.ours is None)
            sought = looked_for(template.tables[0]) if template.tables else ""
            raise UnknownWorkbook(
                "other_workbook", file=file, template=template.title, tabs=tabs, headers=sought
            )
    version = properties.get("template_version") or next((s.version for s in stamps), None)
    how = "resembles" if is_guessed else "is read as"
    logger_of(__name__).debug("%r %s the template %s", file, how, template.id)
    return Identity(
        template=template,
        version=version,
        language=language or _usual_language(grids, template),
        is_guessed=is_guessed,
    )


def claim_tabs(grids: Sequence[Grid], template: Template) -> dict[str, Claim]:
    """Match tabs with the template's sheets: by stamp or ids, by name, by header.

    The Summary, which shows figures under the same headers, and the lists sheet hold no records.
    A sheet claimed by several tabs goes to the one that is called so, else to the first.
    """
    claims: dict[str, list[Grid]] = {}
    free = [
        grid for grid in grids if grid.ours is None and not (_is_lists(grid) or is_attachment(grid))
    ]
    for rule in (_by_stamp, _by_name, _by_header):
        for grid in list(free):
            sheet = rule(grid, template)
            # A tab that merely looks like a sheet must not contest one that says it is.
            if sheet is None or (rule is _by_header and sheet.id in claims):
                continue
            claims.setdefault(sheet.id, []).append(grid)
            free.remove(grid)
    result: dict[str, Claim] = {}
    for sheet in template.sheets:
        tabs = claims.get(sheet.id, [])
        if tabs:
            names = {fold(word) for word in sheet.label.values()}
            main = next((grid for grid in tabs if fold(grid.name) in names), tabs[0])
            parts = _continuing(tabs, main)
            others = tuple(grid for grid in tabs if grid is not main and grid not in parts)
            result[sheet.id] = Claim(sheet=sheet, grid=main, parts=parts, others=others)
    return result | dict(_on_pages(result, template))


def _on_pages(claims: Mapping[str, Claim], template: Template) -> Iterator[tuple[str, Claim]]:
    """Walk the tables that stand on a form's page and have no tab of their own."""
    for sheet in template.tables:
        host = None if sheet.id in claims else template.host(sheet.id)
        if host is not None and host.id in claims:
            grid = page_table(claims[host.id].grid, host, sheet)
            if grid is not None:
                yield sheet.id, Claim(sheet=sheet, grid=grid)


def _continuing(tabs: Sequence[Grid], main: Grid) -> tuple[Grid, ...]:
    """Return the tabs that continue `main`, by the numbers of their stamps; no number twice."""
    numbered: dict[int, Grid] = {}
    for grid in tabs:
        number = next((_part_number(stamp) for stamp in _stamps(grid)), 1)
        if number > 1 and grid is not main:
            numbered.setdefault(number, grid)
    return tuple(numbered[number] for number in sorted(numbered))


def _part_number(stamp: Stamp) -> int:
    number = stamp.sheet.partition("#")[2]
    return int(number) if number.isdecimal() else 1


def _is_lists(grid: Grid) -> bool:
    return any(stamp.sheet == "lists" for stamp in _stamps(grid))


def _stamps(grid: Grid) -> Iterable[Stamp]:
    for row in range(min(HEAD_ROWS, grid.height)):
        stamp = stamp_in(grid, row)
        if stamp is not None:
            yield stamp


def _named_template(name: str, file: str) -> Template:
    if name not in template_names():
        raise UnknownWorkbook("unknown_workbook_template", file=file, template=name)
    return library_template(name)


def _told_by_columns(grids: Sequence[Grid], file: str) -> Template:
    """Return the template whose columns a workbook without our stamp has, beyond doubt.

    Task, Status, Owner stand in anyone's to-do list: enough columns have to be there, some of which
    no other template knows, and no other template may have half as many.
    """
    known = [library_template(name) for name in template_names()]
    words = {template.id: _words(template) for template in known}
    found = sorted(
        ((_columns_found(grids, template), template) for template in known),
        key=lambda pair: -len(pair[0]),
    )
    (columns, best), (others, _) = found[:2]
    elsewhere = {word for name in words if name != best.id for word in words[name]}
    own = sum(elsewhere.isdisjoint(texts) for texts in columns.values())
    if len(columns) >= _COLUMNS and own >= _OWN_COLUMNS and len(columns) >= 2 * len(others):
        return best
    likely = {template.id: template.title for columns, template in found if columns}
    if not likely:
        titles = called({template.id: template.title for template in known})
        raise UnknownWorkbook("foreign_workbook", file=file, templates=titles)
    titles, example = called(likely), next(iter(likely))
    raise UnknownWorkbook("unknown_workbook", file=file, templates=titles, example=example)


def _words(template: Template) -> frozenset[str]:
    return frozenset(word for sheet in template.tables for word in spellings(sheet))


def _columns_found(
    grids: Sequence[Grid], template: Template
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the columns of a template that headers name, each with what its header may mean."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for claim in claim_tabs(grids, template).values():
        if isinstance(claim.sheet, TableSheet):
            header, words = find_header(claim.grid, claim.sheet), spellings(claim.sheet)
            for texts in header.names.values() if header is not None else ():
                named = next((words[text] for text in texts if text in words), None)
                if named is not None:
                    found.setdefault((claim.sheet.id, named), texts)
    return found


def _by_stamp(grid: Grid, template: Template) -> Sheet | None:
    known = {sheet.id: sheet for sheet in template.sheets}
    for stamp in _stamps(grid):
        name = stamp.sheet.partition("#")[0]
        if name in known:
            return known[name]
    return None


def _by_name(grid: Grid, template: Template) -> Sheet | None:
    return next((s for s in _called_so(grid, template) if _looks_like(grid, s)), None)


def _called_so(grid: Grid, template: Template) -> Iterator[Sheet]:
    """Walk the sheets that a tab is called like, but for a number behind its name."""
    name = fold(grid.name)
    for candidate in (name, _NUMBERED.sub("", name)):
        for sheet in template.sheets:
            words = (sheet.id, *sheet.label.values(), *sheet.aliases)
            if candidate in {fold(word) for word in words}:
                yield sheet


def without_header(grids: Sequence[Grid], sheet: TableSheet, template: Template) -> Grid | None:
    """Return the filled tab that is called like a table but has none of its columns' headers."""
    for grid in grids:
        is_filled = any(cell not in ("", None) for cell in grid.cells.flat)
        if is_filled and sheet in _called_so(grid, template):
            return grid
    return None


def _looks_like(grid: Grid, sheet: Sheet) -> bool:
    if isinstance(sheet, FormSheet):
        return form_share(grid, sheet) > 0
    return find_header(grid, sheet) is not None


def _by_header(grid: Grid, template: Template) -> Sheet | None:
    # A table on a form's page would claim the form's tab by the header it has there.
    tabs = template.tabs
    shares = [(_share(grid, sheet), -index) for index, sheet in enumerate(tabs)]
    best, index = max(shares, default=(0.0, 0))
    return tabs[-index] if best >= _ENOUGH else None


def _share(grid: Grid, sheet: Sheet) -> float:
    if isinstance(sheet, FormSheet):
        return form_share(grid, sheet)
    header = find_header(grid, sheet)
    return (
        0.0 if header is None else max(required_share(grid, sheet), _ids_share(header.ids, sheet))
    )


def _ids_share(ids: Mapping[int, str], sheet: TableSheet) -> float:
    required = {column.id for column in sheet.inputs if column.is_required}
    return len(required & set(ids.values())) / len(required) if required else 0.0


def _usual_language(grids: Sequence[Grid], template: Template) -> Language:
    """Return the language most header labels are written in; of equals the template's, or first."""
    votes: Counter[Language] = Counter()
    written: Counter[str] = Counter(
        text.strip()
        for grid in grids
        for row in grid.cells[:HEAD_ROWS]
        for text in row
        if isinstance(text, str)
    )
    for sheet in template.sheets:
        columns = sheet.fields if isinstance(sheet, FormSheet) else sheet.columns
        for column in columns:
            for language in LANGUAGES:
                votes[language] += written[column.label[language]]
    return max(LANGUAGES, key=lambda one: (votes[one], one == template.language))
