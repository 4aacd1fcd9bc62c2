"""Merge workbooks into one in a single call: find, read, merge, write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from os import PathLike
from pathlib import Path
from typing import cast

from ..errors import (
    SheetsError,
    UsageError,
    WorkbookError,
    as_day,
    as_language,
    as_moment,
    said_in,
)
from ..files import AnyFile, GivenFile, SourceFile, StrPath, as_path
from ..loading import load_template
from ..logs import logged
from ..ooxml import LaidOn, given_file, laid_on, read_properties
from ..reader import read_earlier
from ..records import Reading
from ..template import Campaign, Template
from ..texts import LANGUAGES, Language, Text
from .base import source_of
from .cache import Cache
from .engine import merge_sources
from .model import POLICIES, Merge, Policy, Source
from .reading import FileProgress, read_workbooks
from .sources import (
    KIND,
    MERGED,
    ReadFile,
    SkippedFile,
    find_workbooks,
    named_apart,
    natural_order,
)
from .way import Way, decisions_of
from .writing import MergeResult, check_output, write_merge

_LISTED = 5


@logged("merged")
def merge(
    paths: Sequence[AnyFile] | AnyFile,
    output: StrPath,
    *,
    template: Template | StrPath | None = None,
    language: Language | None = None,
    as_of: date | None = None,
    today: date | None = None,
    on_conflict: Policy = "keep-both",
    per_department: bool | None = None,
    executor: Executor | None = None,
    jobs: int | None = None,
    cache: Cache | None = None,
    fail_fast: bool = False,
    parquet: StrPath | None = None,
    created: datetime | None = None,
    overwrite: bool = False,
    progress: FileProgress | None = None,
) -> MergeResult:
    """Merge departmental workbooks into one of the same template, every row accounted for.

    `paths` are files, folders, globs or file objects. `template` and `language` None take those
    most files have; files of another template are listed. Figures are as of `as_of`, else the
    latest day a form states, else `today`. `on_conflict` decides where files disagree about a
    record, `per_department` whether those of different departments are different ones (None: as
    each table says). `executor`, `jobs`, `cache`, `fail_fast` are as for reading. An earlier merge
    at `output` is replaced, all else with `overwrite`. `created` None: when the last was saved.

    Raises MergeDoesNotReconcile, MergeConflict with "stop", UsageError, WorkbookError.
    """
    as_of, today = as_day(as_of), as_day(today)
    created, output = as_moment(created), as_path(output)
    if on_conflict not in POLICIES:
        raise UsageError("unknown_policy", policy=on_conflict, known=", ".join(POLICIES))
    as_language(language)  # is no matter of what is read
    template = load_template(template) if isinstance(template, str | PathLike) else template
    files, passed_over = _found(paths, output)
    check_output(output, overwrite=overwrite)
    read, unread = read_workbooks(
        files,
        template=template,
        as_of=as_of,
        executor=executor,
        jobs=jobs,
        cache=cache,
        fail_fast=fail_fast,
        progress=progress,
    )
    with said_in(language or (_usual_language(read) if read else None)):
        merged = _merged(
            read,
            template=template,
            language=language,
            chosen=(on_conflict, per_department),
            skipped=[*unread, *passed_over],
            output=output,
        )
        day, moment = as_of or _stated(merged, today, output), created or _latest(merged)
        written = partial(write_merge, overwrite=overwrite, parquet=parquet, cache=cache)
        return written(merged, output, as_of=day, created=moment)


def _found(
    paths: Sequence[AnyFile] | AnyFile, output: Path
) -> tuple[list[tuple[str, GivenFile]], tuple[SkippedFile, ...]]:
    """Return the workbooks by their shown names, in natural order, and what is passed over."""
    is_one = isinstance(paths, str | PathLike) or hasattr(paths, "read")
    given = [cast("AnyFile", paths)] if is_one else cast("Sequence[AnyFile]", paths)
    named = [one for one in given if isinstance(one, str | PathLike)]
    found = find_workbooks(named, output=output)
    objects = (one for one in map(given_file, given) if isinstance(one, SourceFile))
    files: list[tuple[str, GivenFile]] = [*found.files]
    files += named_apart(objects, [name for name, _ in files])
    return sorted(files, key=lambda file: natural_order(file[0])), found.skipped


def _latest(merged: Merge) -> datetime | None:
    """Return when the last of the sources was saved, in UTC."""
    days = [source.modified for source in merged.sources if source.modified is not None]
    return max(days).replace(tzinfo=None, microsecond=0) if days else None


def _stated(merged: Merge, today: date | None, output: Path) -> date:
    """Return the latest day the forms state, else today."""
    stated = merged.form.get(Campaign.AS_OF)
    day = stated if isinstance(stated, date) else today
    if day is None:
        raise UsageError("as_of_missing", file=output.name)
    return day


def _merged(
    read: Sequence[ReadFile],
    *,
    template: Template | None,
    language: Language | None,
    chosen: tuple[Policy, bool | None],
    skipped: Sequence[SkippedFile],
    output: Path,
) -> Merge:
    """Merge what was read, in the template and language asked for, else in the usual ones."""
    if not read:
        raise _nothing(skipped)
    is_asked, template = template is not None, template or _usual_template(read)
    read, others = _of_template(read, template, is_asked=is_asked)
    skipped = (*skipped, *others)
    if not read:
        raise _nothing(skipped)
    names = _earlier_names(read)
    sources = [
        source_of(found.reading, file=names.get(found.file, found.file), modified=found.modified)
        for found in read
    ]
    earlier = _earlier(output, read[0].reading)
    way = Way(
        template=template,
        language=as_language(language, _usual_language(read)),
        policy=chosen[0],
        per_department=chosen[1],
        decisions=decisions_of(sources, earlier),
    )
    merged = merge_sources(sources, way, skipped=skipped, earlier=earlier)
    taking_part = {source.file for source in merged.sources}
    things = {names.get(found.file, found.file): _left_lying(found) for found in read}
    return replace(
        merged,
        laid_on={f: t for f, t in things.items() if t and f in taking_part},
        reused=sum(one.is_cached for one in read),
        confirmed={} if earlier is None else earlier.reading.confirmed,
    )


def _left_lying(found: ReadFile) -> tuple[LaidOn, ...]:
    """Return what lies on the tables and forms of a workbook and does not go along."""
    reading = found.reading
    tabs = {place.sheet for place in reading.form_places.values()}
    for records in reading.sheets.values():
        tabs |= {records.origin.sheet, *(origin.sheet for _, origin in records.parts)}
    try:
        return tuple(one for one in laid_on(found.path) if one.sheet in tabs)
    except (OSError, WorkbookError):
        return ()  # gone or changed since it was read


def _earlier(output: Path, model: Reading) -> Source | None:
    """Return what people typed into an earlier merge that is about to be replaced."""
    try:
        told = read_properties(output) if output.exists() else {}
        if told.get(KIND) != MERGED or told.get("template") != model.template.id:
            return None
        typed = read_earlier(output)
    except WorkbookError:
        return None  # what cannot be read is replaced all the same
    reading = Reading(
        template=model.template,
        language=model.language,
        file=output.name,
        form={},
        sheets={},
        remembered=typed.remembered,
        history=typed.history,
        attachments=typed.attachments,
        confirmed=typed.confirmed,
    )
    return Source(file=output.name, reading=reading)


def _earlier_names(read: Sequence[ReadFile]) -> dict[str, str]:
    """Return the files that an earlier merge among them calls by a longer or shorter path.

    A shown name depends on the folder all inputs share; a row must be known all the same.
    """
    names = [found.file for found in read if not _origin_files(found)]
    said = {name for found in read for name in _origin_files(found)} - set(names)
    renamed: dict[str, str] = {}
    for name in sorted(said):
        alike = [file for file in names if file.endswith(f"/{name}") or name.endswith(f"/{file}")]
        if len(alike) == 1:
            renamed.setdefault(alike[0], name)
    return renamed


def _origin_files(found: ReadFile) -> set[str]:
    """Return the files that the rows of an earlier merge come from."""
    files: set[str] = set()
    for records in found.reading.sheets.values():
        if records.origins is not None and "file" in records.origins:
            files.update(records.origins["file"].dropna().unique())
    return files


def _usual_template(read: Sequence[ReadFile]) -> Template:
    """Return the template most files have.

    Raises UsageError where two have equally many: which is meant is not for us to guess.
    """
    counts = Counter(found.reading.template.id for found in read)
    most = max(counts.values())
    names = sorted(name for name, count in counts.items() if count == most)
    if len(names) > 1:
        raise UsageError("tied_templates", templates=", ".join(names), count=most)
    return next(found.reading.template for found in read if found.reading.template.id == names[0])


def _of_template(
    read: Sequence[ReadFile], template: Template, *, is_asked: bool
) -> tuple[list[ReadFile], list[SkippedFile]]:
    """Part the files of a template from the others, which are listed.

    A workbook can be read as any template that was asked for, whatever it says of itself.
    """
    ours: list[ReadFile] = []
    others: list[SkippedFile] = []
    for found in read:
        said = found.reading.template.id
        if is_asked:
            said = read_properties(found.path).get("template") or said
        if said == template.id:
            ours.append(found)
            continue
        params = {"file": found.file, "found": said, "template": template.id}
        others.append(SkippedFile(file=found.file, code="other_template", params=params))
    return ours, others


def _usual_language(read: Sequence[ReadFile]) -> Language:
    """Return the language most files are in; of equals the template's, else the first."""
    counts = Counter(found.reading.language for found in read)
    stated = {found.reading.template.language for found in read}
    return max(LANGUAGES, key=lambda language: (counts[language], language in stated))


def _nothing(skipped: Sequence[SkippedFile]) -> SheetsError:
    """Return the error that says why the first files are left out."""
    if not skipped:
        return UsageError("merge_of_no_file")
    reasons = {
        spoken: "".join(f"\n  {one.describe(spoken)}" for one in skipped[:_LISTED])
        for spoken in LANGUAGES
    }
    return WorkbookError("merge_of_nothing", reasons=Text(reasons))
