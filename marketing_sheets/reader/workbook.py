"""Read a filled workbook into typed records, every doubtful cell named."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from python_calamine import load_workbook

from .. import alerts  # loaded when it is asked for: most reading needs none
from ..errors import DamagedWorkbook, WorkbookError, as_day
from ..files import AnyFile, GivenFile, StrPath
from ..history import join_histories
from ..logs import logged, logger_of
from ..ooxml import SheetFacts, WorkbookFacts, open_workbook_file, read_properties
from ..problems import Place, Problem
from ..records import ControlTotal, Reading, SheetRecords
from ..template import Campaign, TableSheet, Template
from ..texts import LANGUAGES, fold_label, say
from .form import FormReading, PlanReading, read_form, read_plan
from .headers import find_header, missing_header
from .identity import (
    Claim,
    Identity,
    claim_tabs,
    identify,
    is_attachment,
    without_header,
)
from .lists import Lists, default_lists, find_lists_row, read_lists
from .memory import Earlier, read_memory
from .table import Grid, Surroundings, grid_of
from .tables import TableReading, joined, read_table


@dataclass(slots=True, kw_only=True)
class _Gathered:
    """What the tabs gave so far."""

    sheets: dict[str, SheetRecords] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    totals: list[ControlTotal] = field(default_factory=list)


@logged("read")
def read_inputs(
    path: AnyFile | GivenFile | WorkbookFacts,
    *,
    template: Template | StrPath | None = None,
    as_of: date | None = None,
    name: str | None = None,
) -> Reading:
    """Read what staff typed into a workbook; one that is open already is not read again.

    `template` is one, its id or its .toml file; None takes the one the workbook names, or resembles
    most. `as_of` is used where the form gives no such date. `name` is what places call the file,
    its own name unless given. Computed columns stay missing; `workbooks.recompute` fills them.

    Raises a WorkbookError where the file cannot be opened or no template claims it. All that staff
    typed wrong is in `Reading.problems`.
    """
    facts = path if isinstance(path, WorkbookFacts) else open_workbook_file(path)
    file = name or facts.opened.file
    grids = _grids(facts, file)
    identity = identify(grids, facts.properties, template, file)
    template = identity.template
    claims = claim_tabs(grids, template)
    rest, attached = _unclaimed(grids, claims)
    lists_grid, lists = _read_lists(rest, template)
    around = replace(_surroundings(template, lists), as_of=as_day(as_of), date_1904=facts.date_1904)
    form, plan, gathered = _read_contents(claims, around, rest, file=file)
    memory = read_memory([grid for grid in rest if _is_ours(grid)], attached)
    extra = [grid for grid in rest if grid is not lists_grid and not _is_ours(grid)]
    return Reading(
        template=template,
        language=identity.language,
        file=file,
        form=form.values,
        sheets=gathered.sheets,
        problems=(
            *_about_workbook(identity, extra, claims, gathered, file),
            *_strays(facts, claims),
            *_about_form(form, facts),
            *plan.problems,
            *gathered.problems,
            *lists.problems,
        ),
        totals=tuple(gathered.totals),
        choices=lists.entries,
        settings=lists.settings,
        thresholds=lists.thresholds,
        holidays=lists.holidays,
        form_places=form.places,
        milestones=plan.milestones,
        risks=plan.risks,
        split=facts.properties.get("split", ""),
        sha256=facts.sha256,
        template_version=identity.version,
        extra_sheets=tuple(grid.name for grid in extra),
        modified=facts.modified,
        author=facts.author,
        cells_sha256=facts.cells_sha256,
        **memory._asdict(),
    )


def _about_form(form: FormReading, facts: WorkbookFacts) -> Iterator[Problem]:
    # A merge, and a part that is nobody's, leave blank what each department fills in for itself.
    is_merge = facts.properties.get("kind") in ("merge", "split_rest")
    return (p for p in form.problems if not (is_merge and p.code == "required_blank"))


def _surroundings(template: Template, lists: Lists) -> Surroundings:
    return Surroundings(template=template, entries=lists.entries, settings=lists.settings)


def _read_contents(
    claims: Mapping[str, Claim], around: Surroundings, rest: Sequence[Grid], *, file: str
) -> tuple[FormReading, PlanReading, _Gathered]:
    """Read the forms, then all that goes by the campaign's days."""
    for name, claim in claims.items():
        logger_of(__name__).debug("bound tab %r to sheet %s", claim.grid.name, name)
    template = around.template
    form = _read_form(claims, template, around, file=file)
    as_of = form.values.get(Campaign.AS_OF) or around.as_of
    around = replace(around, period=form.period, as_of=as_of)
    plan = read_plan(form, template, around)
    return form, plan, _read_tables(claims, template, around, rest, file=file)


def _unclaimed(grids: Sequence[Grid], claims: Mapping[str, Claim]) -> tuple[list[Grid], list[Grid]]:
    """Return the tabs that hold no sheet of the template, and those of them that are attached."""
    rest = [grid for grid in grids if not _is_claimed(grid, claims)]
    attached = [grid for grid in rest if is_attachment(grid)]
    return [grid for grid in rest if grid not in attached], attached


def read_earlier(path: StrPath) -> Earlier:
    """Read what Summary, Review and list of conflicts of a workbook say, and nothing else of it.

    The conflicts come as an attachment. Raises a WorkbookError where the file cannot be opened.
    """
    path = Path(path)
    tabs = (("sheets", "summary.tab"), ("sheets", "review.tab"), ("merge", "conflicts.tab"))
    words = {fold_label(say(book, key, language)) for book, key in tabs for language in LANGUAGES}
    facts = open_workbook_file(path, only=lambda name: fold_label(name) in words)
    grids = _grids(facts, path.name)
    attached = [grid for grid in grids if is_attachment(grid)]
    return read_memory([grid for grid in grids if grid not in attached], attached)


def with_earlier(reading: Reading, output: Path) -> Reading:
    """Return what a workbook says, and what an earlier output that is replaced remembers of it.

    What is typed into the lists there is as good as what the workbook says. What cannot be read, or
    is of another template, has nothing to remember.
    """
    try:
        is_ours = read_properties(output).get("template") == reading.template.id
        earlier = read_earlier(output) if is_ours else Earlier()
    except WorkbookError:
        return reading
    return replace(
        reading,
        remembered=alerts.remembered_by_all((earlier.remembered, reading.remembered)),
        confirmed={**reading.confirmed, **earlier.confirmed},
        history=join_histories(reading.history, earlier.history),
    )


def _grids(facts: WorkbookFacts, file: str) -> list[Grid]:
    """Read the worksheets of `facts` once; places call the workbook `file`.

    What pandas adds on top costs more than it gives.
    """
    known: dict[str, SheetFacts] = {sheet.name: sheet for sheet in facts.sheets}
    tabs: dict[str, list[list[object]]] = {}
    try:
        with load_workbook(io.BytesIO(facts.opened.values())) as workbook:
            for name in workbook.sheet_names:
                if name in known:
                    sheet: Any = workbook.get_sheet_by_name(name)
                    tabs[name] = sheet.to_python(skip_empty_area=False)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # where calamine panics that is no Exception
        # The gate has seen a sound package; what calamine cannot read all the same is damaged.
        raise DamagedWorkbook("unreadable_workbook", file=file, detail=error) from error
    grids = [grid_of(rows, name, known[name], file=file) for name, rows in tabs.items()]
    return [replace(grid, date_1904=facts.date_1904) for grid in grids]


def _read_lists(rest: Sequence[Grid], template: Template) -> tuple[Grid | None, Lists]:
    grid = next((grid for grid in rest if find_lists_row(grid) is not None), None)
    return grid, default_lists(template) if grid is None else read_lists(grid, template)


def _read_form(
    claims: Mapping[str, Claim], template: Template, around: Surroundings, *, file: str
) -> FormReading:
    """Read all forms as one; the first gives the campaign's days to the others."""
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    problems: list[Problem] = []
    for form in template.forms:
        if form.id not in claims:
            values |= dict.fromkeys(field.id for field in form.fields)
            params = {"sheet": form.label}
            problems.append(Problem(code="missing_sheet", place=Place(file=file), params=params))
            continue
        here = replace(around, period=FormReading(values=values).period)
        found = read_form(claims[form.id].grid, form, here)
        values |= found.values
        places |= found.places
        problems += found.problems
    return FormReading(values=values, places=places, problems=tuple(problems))


def _read_tables(
    claims: Mapping[str, Claim],
    template: Template,
    around: Surroundings,
    rest: Sequence[Grid],
    *,
    file: str,
) -> _Gathered:
    gathered = _Gathered()
    for sheet in template.tables:
        claim = claims.get(sheet.id)
        if claim is None:
            tab = without_header(rest, sheet, template)
            missing = Problem(
                code="missing_sheet", place=Place(file=file), params={"sheet": sheet.label}
            )
            gathered.problems.append(missing if tab is None else missing_header(tab, sheet))
            continue
        found = [read_table(grid, sheet, around) for grid in claim.tabs]
        gathered.problems += [reading for reading in found if isinstance(reading, Problem)]
        readable = [reading for reading in found if isinstance(reading, TableReading)]
        if readable:
            reading = joined(readable)
            gathered.sheets[sheet.id] = reading.records
            gathered.problems += reading.problems
            gathered.totals += reading.totals
        gathered.problems += [_double(other, sheet, claim) for other in claim.others]
    return gathered


def _double(other: Grid, sheet: TableSheet, claim: Claim) -> Problem:
    """Report a second tab of the same sheet, with the number of rows that are left out."""
    header = find_header(other, sheet)
    first = 0 if header is None else header.first
    count = sum(1 for row in other.cells[first:] if any(cell not in ("", None) for cell in row))
    params = {"sheet": sheet.label, "used": claim.grid.name, "count": count}
    return Problem(code="duplicate_sheet", place=other.place(), raw=other.name, params=params)


def _about_workbook(
    identity: Identity,
    extra: Sequence[Grid],
    claims: Mapping[str, Claim],
    gathered: _Gathered,
    file: str,
) -> list[Problem]:
    problems = []
    version = identity.version
    if version is not None and version != identity.template.version:
        params: dict[str, object] = {"found": version, "current": identity.template.version}
        problems.append(Problem(code="other_version", place=Place(file=file), params=params))
    if identity.is_guessed:
        told: dict[str, object] = {"template": identity.template.title}
        problems.append(Problem(code="template_by_columns", place=Place(file=file), params=told))
    for claim in claims.values():
        if claim.grid.state != "visible":
            place, raw = claim.grid.place(), claim.grid.name
            problems.append(Problem(code="hidden_sheet", place=place, raw=raw))
    named = {p.place.sheet for p in gathered.problems if p.code == "missing_header"}
    problems += [
        Problem(code="extra_sheet", place=grid.place(), raw=grid.name)
        for grid in extra
        if grid.name not in named and any(cell not in ("", None) for cell in grid.cells.flat)
    ]
    return problems


def _strays(facts: WorkbookFacts, claims: Mapping[str, Claim]) -> Iterator[Problem]:
    """Report cells that lie too far from all others to be read."""
    strays = {sheet.name: sheet.strays for sheet in facts.sheets if sheet.strays}
    for tab in (tab for claim in claims.values() for tab in claim.tabs if tab.name in strays):
        row, column = strays[tab.name][0]
        count = len(strays[tab.name])
        place = tab.place(row - 1, column - 1)
        yield Problem(code="stray_cells", place=place, params={"count": count})


def _is_claimed(grid: Grid, claims: Mapping[str, Claim]) -> bool:
    return any(grid in claim.tabs or grid in claim.others for claim in claims.values())


def _is_ours(grid: Grid) -> bool:
    """Tell the Summary and the lists sheet, which the library writes, by mark or name."""
    if grid.ours is not None:
        return True
    names = {
        fold_label(say("sheets", key, language))
        for key in ("summary.tab", "lists.tab")
        for language in LANGUAGES
    }
    return fold_label(grid.name) in names
