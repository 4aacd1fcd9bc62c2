"""Write a merge as a workbook of the same template, with its Summary, log and conflicts.

Beside a merged row stands what is to be checked in it; a sheet lists the accepted changes.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..brief import Brief, counted, drawn
from ..errors import UsageError
from ..exporting import export_records
from ..files import StrPath, check_replaceable, exists
from ..ooxml import Receipt, is_too_large
from ..problems import Problem
from ..records import (
    AttachedCell,
    AttachedColumn,
    Attachment,
    ControlTotal,
    Reading,
    SectionHead,
    SheetRecords,
)
from ..review import Entry
from ..summary import Summary, drawn_summary, summarize
from ..template import Campaign, FormSheet, TableSheet, Template
from ..texts import LANGUAGES, Text, readable_name, say
from ..tidy import TidyTables
from ..workbooks import put_summary, recompute
from ..writer import placed, still_open
from .cache import Cache, draw
from .conflicts import MOST_LINES, conflict_sheet
from .log_page import log_sheet
from .marks import entries_in, with_marks
from .model import Merge, MergeTotal, column_label, sheet_label
from .sources import MERGED, kind_of
from .totals import check_merged

if TYPE_CHECKING:
    from ..problems import Problem


CHANGES = "merge_changes"
# Each column, its wording and its width; most are the conflicts' own.
_COLUMNS = (
    ("kind", "changes.kind", 11),
    ("sheet", "conflicts.sheet", 15),
    ("key", "conflicts.key", 30),
    ("column", "conflicts.column", 17),
    ("before", "changes.before", 28),
    ("after", "changes.after", 40),
    ("file", "changes.file", 30),
    ("place", "conflicts.place", 20),
)
_Row = tuple[object, ...]


def change_sheets(merge: Merge) -> tuple[Attachment, ...]:
    """Return the accepted changes, one a row; nothing for a merge that is not three-way."""
    carried = merge.carried.get(CHANGES, ())
    if not (merge.is_three_way or carried):
        return ()
    names = [name for name, _, _ in _COLUMNS]
    rows = [tuple(line.get(name) for name in names) for line in carried]
    rows += [*_edits(merge), *_deletions(merge)]
    more = len(rows) - MOST_LINES
    if more > 0:
        text = say("merge", "changes.rest", merge.language, count=f"{more:,}")
        rows[MOST_LINES:] = [(text, *[""] * (len(_COLUMNS) - 1))]
    sheet = Attachment(
        id=CHANGES,
        tab=_text("changes.tab"),
        title=_text("changes.title"),
        subtitle=_text("changes.subtitle"),
        columns=tuple(
            AttachedColumn(id=name, label=_text(key), width=float(width))
            for name, key, width in _COLUMNS
        ),
        rows=rows,
    )
    return (sheet,)


def _text(key: str) -> Text:
    return Text({language: say("merge", key, language) for language in LANGUAGES})


def _edits(merge: Merge) -> Iterator[_Row]:
    """List the cells and rows taken over, the edits before the additions, sheet by sheet."""
    language = merge.language
    blank = say("merge", "changes.blank", language)
    for change in sorted(merge.changes, key=lambda change: not change.column):
        kind = "edited" if change.column else "added"
        yield (
            say("merge", f"changes.{kind}", language),
            sheet_label(merge, change.sheet),
            " · ".join(part for part in change.key if part),
            column_label(merge, change.sheet, change.column),
            (change.before or blank) if change.column else "",
            change.after or blank,
            change.file,
            " › ".join(filter(None, (change.place.sheet, change.place.cell))),
        )


def _deletions(merge: Merge) -> Iterator[_Row]:
    """List the rows that one side deleted: which file no longer has it, where it stood."""
    language = merge.language
    for row in merge.withdrawn:
        yield (
            say("merge", "changes.withdrawn", language),
            sheet_label(merge, row.sheet),
            " · ".join(part for part in row.key if part),
            column_label(merge, row.sheet, ""),
            str(row.place),
            say("merge", "conflicts.gone", language),
            row.by,
            "",
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MergeResult(Brief, TidyTables):
    """A merged workbook: the merge with its account, what the workbook holds, and its receipt.

    `continued` tells, per sheet, the tabs in which a table too long for one goes on; `parquet` the
    files beside the workbook; `is_known` that an earlier run has drawn the same tables.
    """

    path: Path
    merge: Merge
    reading: Reading
    summary: Summary
    receipt: Receipt
    as_of: date
    continued: Mapping[str, tuple[str, ...]]
    parquet: tuple[Path, ...] = ()
    is_known: bool = False

    @property
    def is_too_large(self) -> bool:
        """Whether the workbook is larger than what may be read again."""
        return is_too_large(self.path)

    def _brief(self) -> tuple[object, str]:
        name, merge = f"{self.path.name} as of {self.as_of}", self.merge
        counts = counted(file=merge.sources, open_conflict=merge.conflicts, problem=merge.problems)
        return name, f"{self.summary.in_brief}, {counts}"


@drawn.register
def _(result: MergeResult) -> str:
    merge = result.merge
    return drawn_summary(result.summary, merge.problems, merge.language)


def check_output(path: Path, *, overwrite: bool, kind: str = MERGED) -> None:
    """Make sure that a merge may be written to `path`: nothing is there but an earlier merge.

    So with workbooks of another `kind` of ours. Raises UsageError or WorkbookError; `overwrite`
    allows any other file to be replaced.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError("wrong_suffix", file=path.name or str(path))
    if not path.parent.is_dir():
        raise UsageError("folder_missing", file=path.name, folder=str(path.parent))
    check_replaceable(path)
    if not overwrite and exists(path) and kind_of(path) != kind:
        code = "output_is_no_merge" if kind == MERGED else "file_exists"
        raise UsageError(code, file=path.name)


def write_merge(
    merge: Merge,
    path: Path,
    *,
    as_of: date,
    created: datetime | None = None,
    overwrite: bool = False,
    parquet: StrPath | None = None,
    cache: Cache | None = None,
) -> MergeResult:
    """Write a merge as a full workbook, and as one Parquet file a sheet into `parquet`.

    The workbook appears at `path` whole, with its Summary, or not at all; an earlier merge there is
    replaced, anything else only with `overwrite`. Tables longer than a sheet of Excel continue in
    numbered sheets. `cache` gives the tables where the same records were drawn before.

    Raises MergeDoesNotReconcile if rows or amounts are unaccounted for, UsageError, WorkbookError
    or ExcelLimitError; nothing is written then.
    """
    check_output(path, overwrite=overwrite)
    check_merged(merge)
    marked = with_marks(merge)
    records = {name: _inputs(merge, records) for name, records in marked.sheets.items()}
    sheets = placed(merge.template, records, merge.language, readable_name(path.name))
    continued = {
        name: tuple(origin.sheet for _, origin in given.parts)
        for name, given in sheets.items()
        if given.parts
    }
    attached = _attached(merge, sheets, continued)
    plain = replace(
        _reading(merge, sheets, _form(merge, as_of), readable_name(path.name)),
        attachments={one.id: _lines(one) for one in attached},
    )
    reading = _computed(plain, sheets, as_of)
    summary = summarize(reading, as_of=as_of)
    reading = replace(reading, history=summary.history)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / path.name
        entries = entries_in(reading, merge, marked)
        given = _given(merge, records, attached, entries, as_of=as_of, created=created)
        is_known = draw(_not_asking(merge.template), draft, given, cache)
        again = overwrite or exists(path)
        files = _exported(reading, parquet, overwrite=again)
        listed = replace(summary, to_check=still_open(entries) if entries else None)
        receipt = put_summary(
            listed, draft, language=merge.language, output=path, is_draft=True, created=created
        )
    return MergeResult(
        path=path,
        merge=merge,
        reading=reading,
        summary=summary,
        receipt=receipt,
        as_of=as_of,
        continued=continued,
        parquet=files,
        is_known=is_known,
    )


def _computed(plain: Reading, sheets: Mapping[str, SheetRecords], as_of: date) -> Reading:
    computed, told = recompute(plain, as_of=as_of), _told(sheets)
    problems = (*computed.problems, *told)
    return replace(computed, problems=problems, problems_read=(*plain.problems, *told))


def _attached(
    merge: Merge, sheets: Mapping[str, SheetRecords], continued: Mapping[str, Sequence[str]]
) -> tuple[Attachment, ...]:
    log, conflicts = log_sheet(merge, continued), conflict_sheet(merge, sheets)
    return log, conflicts, *change_sheets(merge)


def _exported(reading: Reading, folder: StrPath | None, *, overwrite: bool) -> tuple[Path, ...]:
    if folder is None:
        return ()
    return export_records(reading, Path(folder), "parquet", overwrite=overwrite)


def _given(
    merge: Merge,
    records: Mapping[str, SheetRecords],
    attached: Sequence[Attachment],
    entries: Sequence[Entry],
    *,
    as_of: date,
    created: datetime | None,
) -> dict[str, Any]:
    """Return what the merged workbook is drawn of, its Summary still blank."""
    return {
        "language": merge.language,
        "form": _form(merge, as_of),
        "records": records,
        "choices": merge.choices,
        "settings": merge.settings,
        "holidays": merge.holidays,
        "thresholds": merge.thresholds,
        "as_of": as_of,
        "created": created,
        "attachments": attached,
        "entries": entries,
        "kind": MERGED,
    }


def _lines(attached: Attachment) -> tuple[Mapping[str, object], ...]:
    """Return the rows of a sheet as they will be read back."""
    names = [column.id for column in attached.columns]
    return tuple(
        {
            name: cell.value if isinstance(cell, AttachedCell) else cell
            for name, cell in zip(names, row, strict=True)
        }
        for row in attached.rows
        if not isinstance(row[0], SectionHead)
    )


def _not_asking(template: Template) -> Template:
    """Return a template whose forms ask for nothing, the tables for what they always do.

    In what departments differ a merged form stays blank, and nobody is to fill it in.
    """
    sheets = tuple(
        replace(sheet, fields=tuple(replace(f, is_required=False) for f in sheet.fields))
        if isinstance(sheet, FormSheet)
        else sheet
        for sheet in template.sheets
    )
    return replace(template, sheets=sheets)


def _form(merge: Merge, as_of: date) -> dict[str, Any]:
    """Return the merged form with the day to which all figures count, the Summary's and Excel's."""
    has_day = any(field.id == Campaign.AS_OF for field in merge.template.fields())
    return {**merge.form, Campaign.AS_OF: as_of} if has_day else dict(merge.form)


def _inputs(merge: Merge, records: SheetRecords) -> SheetRecords:
    """Drop what formulas showed in the files: it is computed anew."""
    sheet = merge.template[records.sheet]
    computed = [c.id for c in sheet.computed] if isinstance(sheet, TableSheet) else []
    kept = [name for name in records.raw.columns if name not in computed]
    return replace(records, raw=records.raw[kept])


def _reading(
    merge: Merge, sheets: Mapping[str, SheetRecords], form: Mapping[str, Any], file: str
) -> Reading:
    return Reading(
        template=merge.template,
        language=merge.language,
        file=file,
        form=form,
        sheets=sheets,
        problems=merge.problems,
        totals=tuple(_control_totals(merge)),
        choices=merge.choices,
        settings=merge.settings,
        thresholds=merge.thresholds,
        holidays=merge.holidays,
        template_version=merge.template.version,
        remembered=merge.remembered,
        history=merge.history,
    )


def _control_totals(merge: Merge) -> list[ControlTotal]:
    """Return the account of all files together, in the form a workbook's own account has."""
    same: dict[tuple[str, str | None], list[MergeTotal]] = {}
    for total in merge.totals:
        same.setdefault((total.sheet, total.column), []).append(total)
    found = []
    for (sheet, column), totals in same.items():
        listed = {
            name: math.fsum(getattr(total, name) for total in totals)
            for name in ("duplicates", "overruled", "withdrawn")
        }
        found.append(
            ControlTotal(
                sheet=sheet,
                column=column,
                read=math.fsum(total.read for total in totals),
                used=math.fsum(total.merged for total in totals),
                listed={name: amount for name, amount in listed.items() if amount},
            )
        )
    return found


def _told(sheets: Mapping[str, SheetRecords]) -> list[Problem]:
    """Say of each table too long for a sheet where it goes on."""
    return [
        Problem(
            code="continued_sheet",
            place=records.origin.place(),
            params={
                "rows": f"{len(records.frame):,}",
                "tabs": ", ".join(origin.sheet for _, origin in records.parts),
            },
        )
        for records in sheets.values()
        if records.parts
    ]
