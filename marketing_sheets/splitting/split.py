"""Split a workbook among departments, people or channels: one whole workbook each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ..errors import SheetsError, SplitDoesNotReconcile, UsageError
from ..languages import Language
from ..merging.base import By, base_attachment, base_of
from ..reader import read_workbook
from ..records import Reading
from ..template_files import load_template
from ..templates import FormSheet, Template
from ..writer import write_workbook
from .file_names import file_names
from .folder import check_folder, whole_folder
from .model import BY, Part, Split, SplitTotal
from .plan import Plan, plan_split
from .totals import split_totals

__all__ = ["split"]

Progress = Callable[[str, int, int], None]


def _silent(stage: str, done: int, total: int) -> None:
    del stage, done, total


def split(
    path: Path | str,
    folder: Path | str,
    *,
    by: By,
    template: Template | str | Path | None = None,
    language: Language | None = None,
    as_of: date | None = None,
    created: datetime | None = None,
    overwrite: bool = False,
    progress: Progress = _silent,
) -> Split:
    """Split a workbook: into `folder`, one workbook per department, owner or channel.

    Each part has the whole template, with lists and settings, and only its own rows; a hidden row
    id and a hidden base let `merge` tell later what was edited where. Rows that are nobody's go
    into a part of their own. `folder` must be new, empty, or (with `overwrite`) an earlier split;
    it appears whole or not at all. The same file gives the same bytes. `language` None keeps the
    workbook's, `created` None when it was last saved. `progress` is told the stage, what is done,
    and of what.

    Raises UsageError if no row names anybody or the folder holds something else, WorkbookExists,
    WorkbookInUse, SplitDoesNotReconcile if the parts as written do not hold exactly the whole, and
    WorkbookError for a file that cannot be read.
    """
    path, folder = Path(path), Path(folder).absolute()
    if by not in BY:
        raise UsageError("unknown_split", by=by, known=", ".join(BY))
    loaded = load_template(template) if isinstance(template, str | Path) else template
    check_folder(folder, overwrite=overwrite, is_ours=_is_part)
    progress("reading", 0, 1)
    reading = read_workbook(path, template=loaded, as_of=as_of)
    plan = plan_split(reading, by)
    values = plan.values()
    if not any(values):
        raise UsageError("nothing_to_split", file=path.name, by=by)
    spoken = language or reading.language
    if created is None and reading.modified is not None:
        created = reading.modified.replace(tzinfo=None)
    labels = [plan.label(value, spoken) for value in values]
    names = file_names(path.stem, labels)
    with whole_folder(folder) as staged:
        for number, (value, name) in enumerate(zip(values, names, strict=True)):
            progress("writing", number, len(values))
            _write(plan, value, staged / name, language=spoken, as_of=as_of, created=created)
        totals = split_totals(reading, plan.ids, [staged / name for name in names], progress)
        _check(totals, reading, file=path.name, language=spoken)
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


def _is_part(path: Path) -> bool:
    """Whether a file is a part of an earlier split."""
    try:
        return path.suffix.lower() == ".xlsx" and base_of(read_workbook(path)) is not None
    except SheetsError:
        return False
