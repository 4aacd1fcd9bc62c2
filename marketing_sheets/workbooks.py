"""The verbs: generate, check, recalculate and export a workbook, each in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

# These load what they need when it is asked for: checking does not wait for what writes.
from . import summary as pages, writer
from .brief import Brief, counted, drawn
from .checks import doubts, without_prepared
from .errors import (
    TemplateError,
    UsageError,
    as_day,
    as_language,
    as_moment,
    said_in,
)
from .files import AnyFile, GivenFile, StrPath, as_path, real_path
from .formulas import compute
from .initial import initial_content
from .loading import check_template, load_template
from .logs import logged, logger_of
from .notebook import piece, problems_table, title
from .ooxml import (
    REVIEW,
    SUMMARY,
    CellRule,
    NewSheet,
    Receipt,
    WorkbookFacts,
    WorkbookFile,
    check_output,
    given_file,
    insert_sheets,
    open_workbook_file,
    sheet_slot,
    tabs_with,
)
from .problems import Problem
from .reader import read_inputs, with_earlier
from .records import HasReading, Reading, SheetRecords, reading_of
from .review import KEYS, Entry, entries_of, mark_rules
from .template import Campaign, Template
from .texts import Language, say, templates_folder
from .tidy import TidyTables

if TYPE_CHECKING:
    from pandas import DataFrame

    from .summary import Summary

StageProgress = Callable[[str], None]


def _silent(stage: str) -> None:
    del stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation(Brief):
    """A generated workbook, and what of the given records could not be understood."""

    path: Path
    problems: tuple[Problem, ...]
    language: Language

    def _brief(self) -> tuple[object, str]:
        return self.path.name, counted(problem=self.problems)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recalculation(Brief, TidyTables):
    """A recalculated workbook: its reading, its Summary in `language`, the receipt of the write."""

    reading: Reading
    summary: Summary
    receipt: Receipt
    as_of: date
    language: Language

    def _brief(self) -> tuple[object, str]:
        name, told = f"{self.receipt.output.name} as of {self.as_of}", self.summary.in_brief
        return name, f"{told}, {counted(problem=self.reading.problems)}"


@drawn.register
def _(made: Generation) -> str:
    return piece(
        made.language, title(made.path.name, 3), problems_table(made.problems, made.language)
    )


@drawn.register
def _(done: Recalculation) -> str:
    return pages.drawn_summary(done.summary, done.reading.problems, done.language)


def example_folder(template: Template, language: Language) -> Path:
    """Return the folder of a template's example records.

    Raises UsageError if it has none.
    """
    folder = templates_folder() / "examples" / template.id / language
    if not folder.is_dir():
        raise UsageError("no_example", template=template.id)
    return folder


@logged("generated")
def generate_workbook(
    template: Template | StrPath,
    path: StrPath,
    *,
    language: Language | None = None,
    form: Mapping[str, object] | None = None,
    records: StrPath | Mapping[str, DataFrame | SheetRecords] | None = None,
    example: bool = False,
    departments: Sequence[str] | str = (),
    rows: int | None = None,
    created: datetime | None = None,
    overwrite: bool = False,
) -> Generation:
    """Write a formatted workbook for staff to fill in.

    `form` gives the campaign's fields by id, typed or as text. `records` to start from are a folder
    with `<sheet id>.csv` files, or `Reading.sheets` with what was written into their frames since,
    or data frames by sheet: sheets and columns called by id or label, an index with a name among
    them, percentages as fractions, what is missing NaN, computed columns left to their formulas;
    that of a form has one row. What cannot be understood is written as it stands and listed in the
    result. `example` starts from the template's example, unless `records` are given. `language`
    None takes the template's, else Simplified Chinese; `created` goes into the document properties.

    Raises TemplateError, UsageError, RecordsError, WorkbookExists or WorkbookInUse.
    """
    template, created = _loaded(template), as_moment(created)
    language = as_language(language, template.language)
    if rows is not None and rows < 1:
        raise UsageError("rows_out_of_range", rows=rows)
    # One name is meant as one name, not as its letters.
    departments = (departments,) if isinstance(departments, str) else tuple(departments)
    if departments and "department" not in template.choices:
        raise UsageError("no_departments", template=template.id)
    target = _writable(as_path(path))
    if example and records is None:
        records = example_folder(template, language)
    if faults := check_template(template):
        raise TemplateError("template_faults", file=template.id, faults=faults)
    fields, sheets, problems = initial_content(template, form or {}, records, language)
    written = writer.write_workbook(
        template,
        target,
        language=language,
        form=fields,
        records=sheets,
        departments=departments,
        rows=rows,
        created=created,
        overwrite=overwrite,
    )
    return Generation(path=written, problems=problems, language=language)


@logged("computed")
def recompute(reading: Reading, *, as_of: date | None) -> Reading:
    """Fill every computed column, anew if it is filled; what the figures cast doubt on is added."""
    reading, as_of = reading_of(reading), as_day(as_of)
    if reading.problems_read is not None:
        reading = replace(reading, problems=reading.problems_read)
    sheets = {
        name: compute(
            records,
            template=reading.template,
            as_of=as_of,
            choices=reading.choices or None,
            settings=reading.settings,
        )
        for name, records in reading.sheets.items()
    }
    computed = replace(reading, sheets=sheets, as_of=as_of, problems_read=reading.problems)
    told = without_prepared(reading, as_of)
    return replace(computed, problems=(*told, *doubts(computed, as_of)))


def read_workbook(
    path: AnyFile,
    *,
    template: Template | StrPath | None = None,
    as_of: date | None = None,
) -> Reading:
    """Read a filled workbook: typed frames with every computed column, and all that is doubtful.

    Figures are as of `as_of`, else the day the form states. Where neither is known, columns that
    need a day stay NA, with the reason in `SheetRecords.reasons`; `recompute` fills them for any
    day. `path` may be a file object, binary and seekable, as wherever a workbook is read: it is
    read from its start, and stays where it was. `template` is one, its id or its .toml file; None
    takes the one the workbook names, or resembles most.

    Raises a WorkbookError where the file cannot be opened or no template claims it. All that staff
    typed wrong is in `Reading.problems`.
    """
    return check_workbook(path, template=template, as_of=as_of)[0]


def check_workbook(
    path: AnyFile | GivenFile,
    *,
    template: Template | StrPath | None = None,
    as_of: date | None = None,
    today: date | None = None,
) -> tuple[Reading, date | None]:
    """Read a workbook as `read_workbook` does; where it states no day, as of `today`.

    Returns the reading and the day of its figures.
    """
    return _checked(open_workbook_file(path), template, as_day(as_of), as_day(today))


def _checked(
    facts: WorkbookFacts,
    template: Template | StrPath | None,
    as_of: date | None,
    today: date | None,
) -> tuple[Reading, date | None]:
    loaded = None if template is None else _loaded(template)
    reading = read_inputs(facts, template=loaded)
    stated = reading.form.get(Campaign.AS_OF)
    day = as_of or (stated if isinstance(stated, date) else None) or today
    how = "asked for" if as_of else "stated in the workbook" if day == stated else "today"
    logger_of(__name__).debug("%r as of %s, %s", reading.file, day, how)
    return recompute(reading, as_of=day), day


def summary_of(
    source: Summary | Reading | HasReading | AnyFile,
    *,
    template: Template | StrPath | None = None,
    as_of: date | None = None,
    today: date | None = None,
    language: Language | None = None,
) -> tuple[Summary, Language]:
    """Return the Summary of a workbook, reading or result, and the language to say it in.

    A reading of another day than is asked for is computed anew; a Summary stays as it is. Raises
    UsageError if no day is known to compute as of, WorkbookError for a file that cannot be read.
    """
    as_language(language)  # is no matter of the workbook
    if isinstance(source, pages.Summary):
        return source, as_language(language, source.source.language)
    if isinstance(source, Reading | HasReading):
        reading = reading_of(source)
        day = as_day(as_of) or reading.as_of or as_day(today)
        if day != reading.as_of:
            reading = recompute(reading, as_of=day)
    else:
        reading = check_workbook(source, template=template, as_of=as_of, today=today)[0]
    return pages.summarize(reading), as_language(language, reading.language)


@logged("recalculated")
def recalculate(
    path: AnyFile,
    *,
    output: StrPath | None = None,
    template: Template | StrPath | None = None,
    as_of: date | None = None,
    today: date | None = None,
    language: Language | None = None,
    backup: bool = False,
    overwrite: bool = False,
    created: datetime | None = None,
    marks: bool = True,
    mark_cells: bool = False,
    progress: StageProgress = _silent,
) -> Recalculation:
    """Read a filled workbook, recompute it, and write its Summary and Review sheets into it.

    The Review lists what is to be checked; without `marks` it is not written. Nothing else in the
    workbook changes, unless `mark_cells` asks for marks in tables that were generated without them:
    at `output` only, which must be another file. `output` None writes in place (no file object);
    `language` None takes the workbook's. At `output` an earlier output of the same workbook is
    replaced, all else only with `overwrite`. Raises UsageError if no day is known to compute as of,
    WorkbookExists, and WorkbookError for a file that cannot be read or written.
    """
    given, created = given_file(path), as_moment(created)
    as_language(language)  # is no matter of the workbook
    output = _target(given, output, mark_cells=mark_cells, overwrite=overwrite)
    progress("reading")
    facts = open_workbook_file(given, hashes=True)
    reading, day = _checked(facts, template, as_of, today)
    if day is None:
        raise UsageError("as_of_missing", file=given.name)
    language = as_language(language, reading.language)
    if output is not None and output.exists():
        reading = with_earlier(reading, output)
    progress("computing")
    summary = pages.summarize(reading, as_of=day)
    progress("writing")
    with said_in(language):
        receipt = put_summary(
            summary,
            facts.opened,
            language=language,
            entries=entries_of(reading, date_1904=facts.date_1904) if marks else None,
            rules=mark_rules(reading, tabs_with(facts.opened, KEYS)) if mark_cells else (),
            output=output,
            backup=backup,
            overwrite=overwrite,
            created=created,
        )
    reading = replace(reading, history=summary.history)
    return Recalculation(
        reading=reading, summary=summary, receipt=receipt, as_of=day, language=language
    )


def _target(
    given: GivenFile, output: StrPath | None, *, mark_cells: bool, overwrite: bool
) -> Path | None:
    """Return where a recalculation is written, None in place, once it may be written there."""
    own = real_path(given) if isinstance(given, Path) else None
    if own is None and output is None:
        raise UsageError("output_needed", file=given.name)
    if mark_cells and (output is None or real_path(as_path(output)) == own):
        raise UsageError("mark_in_place", file=given.name)
    if output is None:
        return None
    target = _writable(as_path(output), suffixes=(".xlsx", ".xlsm"))
    check_output(target, given, overwrite=overwrite)
    return target


@logged("wrote")
def put_summary(
    summary: Summary | None,
    workbook: Path | WorkbookFile,
    *,
    language: Language,
    entries: Sequence[Entry] | None = None,
    rules: Sequence[CellRule] = (),
    output: Path | None = None,
    backup: bool = False,
    overwrite: bool = False,
    is_draft: bool = False,
    created: datetime | None = None,
) -> Receipt:
    """Write a Summary, if any, into a workbook as its own sheet; nothing else in it changes.

    With `entries` the Review is written too, unless the workbook's structure is locked and has no
    such sheet; `rules` are marks for sheets that have none. The arguments are those of
    `recalculate` and `insert_sheets`.
    """
    slots = {
        kind: sheet_slot(workbook, name=say("sheets", kind.tab, language), kind=kind)
        for kind in (SUMMARY, REVIEW)
    }
    review = slots[REVIEW]
    if entries is not None and not rules and review.is_locked and not review.exists:
        entries = None
    sheets: list[NewSheet] = []
    if summary is not None:
        slot = slots[SUMMARY]
        count = writer.still_open(entries) if entries else summary.to_check
        sheet = pages.write_summary(
            replace(summary, to_check=count),
            language=language,
            sheet_name=slot.name,
            date_1904=slot.date_1904,
            created=created,
        )
        sheets.append(NewSheet(source=sheet, in_front=True))
    if entries is not None:
        drawn = writer.write_review(
            entries,
            language=language,
            sheet_name=review.name,
            date_1904=review.date_1904,
            created=created,
        )
        sheets.append(NewSheet(source=drawn, kind=REVIEW, ranges=writer.ranges()))
    return insert_sheets(
        workbook,
        sheets,
        rules=rules,
        output=output,
        backup=backup,
        overwrite=overwrite,
        is_draft=is_draft,
    )


def _loaded(template: Template | StrPath) -> Template:
    return template if isinstance(template, Template) else load_template(template)


def _writable(path: Path, suffixes: tuple[str, ...] = (".xlsx",)) -> Path:
    """Return the path of a workbook to be written, once name and folder will do."""
    if path.suffix.lower() not in suffixes:
        raise UsageError("wrong_suffix", file=path.name or str(path))
    if not path.parent.is_dir():
        raise UsageError("folder_missing", file=path.name, folder=str(path.parent))
    return path
