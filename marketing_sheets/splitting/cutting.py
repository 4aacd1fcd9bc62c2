"""Split a workbook among departments, people or channels: one whole workbook each.

The new folder is there whole, or the old one is; the parts, as they were written, are held against
the whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from math import fsum, nan
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import (
    SheetsError,
    SplitDoesNotReconcile,
    UsageError,
    WorkbookExists,
    WorkbookInUse,
    as_day,
    as_language,
    as_moment,
    said_in,
)
from ..files import (
    UNNAMED,
    AnyFile,
    GivenFile,
    StrPath,
    as_path,
    check_replaceable,
    on_disk,
    real_path,
    recover_folder,
    whole_folder,
)
from ..loading import load_template
from ..logs import logged
from ..merging import By, base_attachment, base_of
from ..ooxml import given_file
from ..reader import read_inputs
from ..records import Reading
from ..review import entries_of
from ..summary import summarize
from ..template import Campaign, FormSheet, TableSheet, Template
from ..texts import Language, readable_name
from ..workbooks import put_summary, recompute
from ..writer import write_workbook
from .plan import BY, Part, Plan, Split, SplitTotal, plan_split

if TYPE_CHECKING:
    import pandas as pd


_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_SPACE = re.compile(r"\s+")
# Devices of Windows, whatever the ending.
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
# File systems take 255 bytes; a Chinese character has three of them.
_LONGEST = 200
_LONGEST_LABEL = 90
# What systems leave in folders that people have looked into.
_LITTER = frozenset((".ds_store", "thumbs.db", "desktop.ini"))
PartProgress = Callable[[str, int, int], None]


def file_names(stem: str, labels: Sequence[str]) -> list[str]:
    """Return a file name per label, `<stem>-<label>.xlsx`; no two differ in capitals alone."""
    names: list[str] = []
    taken: set[str] = set()
    for label in labels:
        safe = _cut(_safe(label), _LONGEST_LABEL)
        front = _cut(stem, _LONGEST - len(safe.encode()))
        name = f"{front}-{safe}" if front else safe
        number = 1
        while _alike(numbered := name if number == 1 else f"{name} ({number})") in taken:
            number += 1
        taken.add(_alike(numbered))
        names.append(f"{numbered}.xlsx")
    return names


def _safe(label: str) -> str:
    text = _SPACE.sub(" ", _FORBIDDEN.sub("_", label)).strip(" .")
    return f"{text}_" if not text or _RESERVED.match(text) else text


def _cut(text: str, size: int) -> str:
    return text.encode()[: max(size, 0)].decode(errors="ignore").rstrip(" .")


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def split_totals(
    whole: Reading,
    ids: Mapping[str, Sequence[str]],
    paths: Sequence[Path],
    progress: Callable[[str, int, int], None],
) -> tuple[SplitTotal, ...]:
    """Read the parts back and account for every row id and additive column of the whole.

    A row counts only if its id is the whole's and was not met before.
    """
    found: dict[tuple[str, str | None], dict[str, float]] = {}
    open_ids = {name: set(rows) for name, rows in ids.items()}
    for number, path in enumerate(paths):
        progress("checking", number, len(paths))
        part = read_inputs(path, template=whole.template)
        for sheet in whole.template.tables:
            for column in _columns(sheet):
                records = part.sheets.get(sheet.id)
                amount = 0.0
                if records is not None and column is not None:
                    amount = _sum(records.frame[column])
                elif records is not None:
                    amount = _count(records.origins, open_ids.get(sheet.id, set()))
                found.setdefault((sheet.id, column), {})[path.name] = amount
    return tuple(
        SplitTotal(
            sheet=sheet.id,
            column=column,
            whole=len(whole.sheets[sheet.id].frame)
            if column is None
            else _sum(whole.sheets[sheet.id].frame[column]),
            parts=found[sheet.id, column],
        )
        for sheet in whole.template.tables
        if sheet.id in whole.sheets
        for column in _columns(sheet)
    )


def _columns(sheet: TableSheet) -> list[str | None]:
    return [None, *(c.id for c in sheet.inputs if c.additive and c.is_numeric)]


def _count(origins: pd.DataFrame | None, ids: set[str]) -> float:
    """Count the rows whose ids are among `ids`, and take those out; NaN if any row has another."""
    rows = [] if origins is None or "row_id" not in origins else origins["row_id"].tolist()
    if len(set(rows)) < len(rows) or not ids.issuperset(rows):
        return nan
    ids.difference_update(rows)
    return float(len(rows))


def _sum(values: pd.Series[Any]) -> float:
    return fsum(values.dropna().astype("float64").tolist())


def check_folder(folder: Path, *, overwrite: bool, is_ours: Callable[[Path], bool]) -> None:
    """Make sure that a folder is new, empty, or an earlier result that may be replaced.

    Raises UsageError for a folder that holds anything else or whose parent is missing,
    WorkbookExists without `overwrite`, WorkbookInUse if a file in it is open.
    """
    recover_folder(folder)
    if not folder.parent.is_dir():
        raise UsageError("folder_missing", file=folder.name, folder=str(folder.parent))
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError("folder_is_file", folder=str(folder))
    files = [path for path in sorted(folder.iterdir()) if path.name.lower() not in _LITTER]
    locks = [path for path in files if path.name.startswith(("~$", ".~"))]
    files = [path for path in files if path not in locks]
    stranger = next((path for path in files if not path.is_file() or not is_ours(path)), None)
    if stranger is not None:
        raise UsageError("folder_not_own", folder=str(folder), file=stranger.name)
    for path in locks:
        raise WorkbookInUse("open_elsewhere", file=path.name.lstrip("~$.#"), lock=path.name)
    if files and not overwrite:
        raise WorkbookExists("file_exists", file=str(files[0]))
    for path in files:
        check_replaceable(path)


def _silent(stage: str, done: int, total: int) -> None:
    del stage, done, total


@logged("split")
def split(
    path: AnyFile,
    folder: StrPath,
    *,
    by: By,
    template: Template | StrPath | None = None,
    language: Language | None = None,
    as_of: date | None = None,
    created: datetime | None = None,
    overwrite: bool = False,
    progress: PartProgress = _silent,
) -> Split:
    """Split a workbook: into `folder`, one workbook per department, owner or channel.

    Each part has the whole template, with lists and settings, and only its own rows; a hidden row
    id and a hidden base let `merge` tell later what was edited where. Rows that are nobody's go
    into a part of their own. `folder` must be new, empty, or (with `overwrite`) an earlier split;
    it appears whole or not at all. The same file gives the same bytes. `language` None keeps the
    workbook's, `created` None when it was last saved. `progress` is told stage, done, and all.

    Raises UsageError if no row names anybody or the folder holds something else, WorkbookExists,
    WorkbookInUse, SplitDoesNotReconcile if the parts as written do not hold exactly the whole, and
    WorkbookError for a file that cannot be read.
    """
    given, folder = given_file(path), real_path(as_path(folder))
    as_of, created = as_day(as_of), as_moment(created)
    as_language(language)  # is no matter of the workbook
    if by not in BY:
        raise UsageError("unknown_split", by=by, known=", ".join(BY))
    loaded = load_template(template) if isinstance(template, str | PathLike) else template
    check_folder(folder, overwrite=overwrite, is_ours=partial(_is_part, template=loaded))
    progress("reading", 0, 1)
    reading = read_inputs(given, template=loaded, as_of=as_of)
    plan = plan_split(reading, by)
    values = plan.values()
    if not any(values):
        raise UsageError("nothing_to_split", file=given.name, by=by)
    spoken = as_language(language, reading.language)
    if created is None and reading.modified is not None:
        created = reading.modified.replace(tzinfo=None)
    labels = [plan.label(value, spoken) for value in values]
    names = [on_disk(name) for name in file_names(_stem(given), labels)]
    with said_in(spoken), whole_folder(folder) as staged:
        for number, (value, name) in enumerate(zip(values, names, strict=True)):
            progress("writing", number, len(values))
            _write(plan, value, staged / name, language=spoken, as_of=as_of, created=created)
        totals = split_totals(reading, plan.ids, [staged / name for name in names], progress)
        _check(totals, reading, file=given.name, language=spoken)
    return Split(
        reading=reading,
        folder=folder,
        by=by,
        split_id=plan.split_id,
        parts=tuple(
            Part(value=value, label=label, path=folder / name, rows=plan.counts(value))
            for value, label, name in zip(values, labels, names, strict=True)
        ),
        unassigned=plan.unassigned(),
        totals=totals,
    )


def _stem(given: GivenFile) -> str:
    return "" if given.name == UNNAMED else readable_name(Path(given.name).stem)


def _check(
    totals: Sequence[SplitTotal], reading: Reading, *, file: str, language: Language
) -> None:
    uneven = dict.fromkeys(total.sheet for total in totals if not total.reconciles)
    if uneven:
        sheets = ", ".join(reading.template[name].label[language] for name in uneven)
        raise SplitDoesNotReconcile("split_does_not_reconcile", file=file, sheets=sheets)


def _write(
    plan: Plan,
    value: str,
    path: Path,
    *,
    language: Language,
    as_of: date | None,
    created: datetime | None,
) -> None:
    reading = plan.reading
    lists = reading.template.choices
    # Rows that are no department's stand in a workbook that is no department's either.
    is_rest = plan.by == "department" and not value
    write_workbook(
        _nobodys(reading.template) if is_rest else reading.template,
        path,
        language=language,
        form=plan.form(value),
        records=plan.records(value),
        choices={name: e for name, e in reading.choices.items() if lists[name].is_open},
        settings=reading.settings,
        as_of=as_of,
        created=created,
        holidays=reading.holidays,
        thresholds=reading.thresholds,
        attachments=(base_attachment(plan.base(value)),),
        kind="split_rest" if is_rest else "split",
        split=plan.split_id,
    )
    stated = reading.form.get(Campaign.AS_OF)
    day = as_of or (stated if isinstance(stated, date) else None)
    if (day is not None and reading.remembered) or reading.confirmed:
        _hand_on(reading, path, language=language, as_of=day, created=created)


def _hand_on(
    whole: Reading, path: Path, *, language: Language, as_of: date | None, created: datetime | None
) -> None:
    """Write a part's own sheets with what the whole knows: owners and days of alerts, answers."""
    part = read_inputs(path, template=whole.template)
    known = replace(part, remembered=whole.remembered, confirmed=whole.confirmed)
    known = recompute(known, as_of=as_of)
    summary = None
    if as_of is not None and whole.remembered:
        summary = summarize(known, as_of=as_of)
        # What is not among this part's alerts is another part's, and not resolved.
        standing = tuple(one for one in summary.alerts if one.alert is not None)
        summary = replace(summary, alerts=standing)
    entries = entries_of(known) if whole.confirmed else None
    put_summary(summary, path, language=language, entries=entries, created=created)


def _nobodys(template: Template) -> Template:
    """Return a template whose forms do not ask for a department."""

    def unasked(form: FormSheet) -> FormSheet:
        fields = (
            replace(field, is_required=False) if field.type == "department" else field
            for field in form.fields
        )
        return replace(form, fields=tuple(fields))

    sheets = (unasked(one) if isinstance(one, FormSheet) else one for one in template.sheets)
    return replace(template, sheets=tuple(sheets))


def _is_part(path: Path, template: Template | None) -> bool:
    """Whether a file is a part of an earlier split, of the template that is split or of ours."""
    if path.suffix.lower() != ".xlsx":
        return False
    for one in (None,) if template is None else (template, None):
        with suppress(SheetsError):
            return base_of(read_inputs(path, template=one)) is not None
    return False
