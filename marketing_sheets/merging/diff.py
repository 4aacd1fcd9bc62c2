"""What differs between two workbooks of one template, in a single call: read, compare, write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from ..errors import UsageError, as_day, as_language, as_moment, said_in
from ..files import AnyFile, GivenFile, StrPath, as_path, real_path
from ..logs import logged
from ..ooxml import given_file
from ..records import Reading
from ..summary import summarize, tile_texts
from ..template import Template
from ..texts import Language, say
from ..workbooks import check_workbook
from ..writer import write_attachments
from .base import source_of
from .compare import compare
from .diff_page import change_text, diff_sheets
from .difference import Diff, Difference, FigureChange
from .sources import COMPARISON, shown_paths
from .way import Way
from .writing import check_output


@logged("compared")
def diff(
    before: AnyFile,
    after: AnyFile,
    *,
    output: StrPath | None = None,
    template: Template | StrPath | None = None,
    language: Language | None = None,
    as_of: date | None = None,
    today: date | None = None,
    created: datetime | None = None,
    overwrite: bool = False,
) -> Diff:
    """Say who changed what between two workbooks of one template, record by record.

    Rows are known by key, row id and content, so that moving, sorting or inserting rows is no
    difference, and values by what they mean, not by how they are spelled. `language` None takes
    that of `after`; `output` is a workbook to write the list to. Headline figures are as of
    `as_of`, else the day each workbook says, else `today`.

    Raises UsageError for workbooks of different templates, WorkbookError, and WorkbookExists where
    `output` is there and no earlier list, unless `overwrite`.
    """
    given = (given_file(before), given_file(after))
    target = None if output is None else as_path(output)
    if target is not None:
        check_output(target, overwrite=overwrite, kind=COMPARISON)
        if real_path(target) in [real_path(one) for one in given if isinstance(one, Path)]:
            raise UsageError("output_is_input", file=target.name)
    as_language(language)  # is no matter of the workbooks
    as_of, today, created = as_day(as_of), as_day(today), as_moment(created)
    read = [check_workbook(one, template=template, as_of=as_of, today=today) for one in given]
    spoken = as_language(language, read[1][0].language)
    with said_in(spoken):
        found = _compared(read, _names(given), spoken)
        if target is None:
            return found
        write_attachments(
            found.template,
            target,
            diff_sheets(found),
            language=spoken,
            kind=COMPARISON,
            created=created,
            overwrite=True,
        )
    return replace(found, path=target)


def _names(given: Sequence[GivenFile]) -> list[str]:
    """Tell the two workbooks apart by their paths, or by what file objects are called."""
    shown = shown_paths([one for one in given if isinstance(one, Path)])
    first, second = (shown[one] if isinstance(one, Path) else one.name for one in given)
    is_other = first != second or given[0] == given[1]
    return [first, second if is_other else f"{second} (2)"]


def _compared(
    read: Sequence[tuple[Reading, date | None]], files: Sequence[str], language: Language
) -> Diff:
    (first, _), (second, _) = read
    if first.template.id != second.template.id:
        titles = {"first": first.template.title, "second": second.template.title}
        raise UsageError("diff_templates", before=files[0], after=files[1], **titles)
    way = Way(template=second.template, language=language)
    told, elsewhere = compare(
        source_of(first, file=files[0]), source_of(second, file=files[1]), way
    )
    return Diff(
        before=first,
        after=second,
        files=(files[0], files[1]),
        language=way.language,
        differences=told,
        elsewhere=elsewhere,
        figures=tuple(_figures(read, way.language)) if told and not elsewhere else (),
    )


def _figures(
    read: Sequence[tuple[Reading, date | None]], language: Language
) -> Iterator[FigureChange]:
    """Walk the headline figures of the later Summary that are others than in the earlier one."""
    summaries = [summarize(reading, as_of=day) for reading, day in read if day is not None]
    if len(summaries) != len(read):
        return
    first, second = ({tile.id: tile for tile in one.tiles} for one in summaries)
    for name, tile in second.items():
        if name not in first:
            continue
        old, new = first[name].figure.value, tile.figure.value
        before = tile_texts(first[name], language)[1]
        label, after = tile_texts(tile, language)[:2]
        if before != after:
            yield FigureChange(id=name, label=label, before=before, after=after, old=old, new=new)


def diff_lines(found: Diff, language: Language, most: int) -> Iterator[str]:
    """Say what differs, sheet by sheet; of each so many lines, then what it did to the figures."""

    def tell(key: str, **params: object) -> str:
        return say("merge", key, language, **params)

    first, second = found.saved(language, here=True)
    count = len(found.differences)
    yield tell(
        "diff.head" if count else "diff.same", before=first, after=second, count=f"{count:,}"
    )
    for sheet, group in groupby(found.differences, key=found.sheet_label):
        own = [*group]
        yield tell("diff.sheet", sheet=sheet, count=f"{len(own):,}")
        yield from (f"  {_line(found, one, language)}" for one in own[:most])
        if len(own) > most:
            yield "  " + tell("done.diff_more", count=f"{len(own) - most:,}")
    if found.figures:
        yield tell("diff.figures")
    for one in found.figures:
        text = tell("changes.edit", before=one.before, after=one.after)
        yield "  " + tell("changes.cell", column=one.label, text=text)
    yield from diff_notes(found, language)
    if found.path is not None:
        yield tell("done.written", file=found.path)


def diff_notes(found: Diff, language: Language) -> Iterator[str]:
    """Say what else is to be known: versions, what was not compared, what is to be checked."""

    def tell(key: str, **params: object) -> str:
        return say("merge", f"diff.{key}", language, **params)

    versions = [one.template_version or "–" for one in (found.before, found.after)]
    if versions[0] != versions[1]:
        yield tell("versions", before=versions[0], after=versions[1])
    if found.elsewhere:
        yield tell("elsewhere", count=f"{found.elsewhere:,}")
    tabs = {*found.before.extra_sheets} & {*found.after.extra_sheets}
    if tabs:
        yield tell("unread", sheets=say("merge", "log.joint", language).join(sorted(tabs)))
    for file, one in zip(found.files, (found.before, found.after), strict=True):
        count = sum(problem.severity != "info" for problem in one.problems)
        if count:
            yield say("merge", "done.diff_to_check", language, file=file, count=count)


def _line(found: Diff, one: Difference, language: Language) -> str:
    cell = one.place_after.cell if one.place_after else None
    if one.place_after is None and one.place_before and one.place_before.cell:
        cell = say("merge", "diff.was", language, cell=one.place_before.cell)
    key = " · ".join(filter(None, one.key)) if one.sheet else ""
    parts = (cell, key, found.label(one))
    text = change_text(one, language)
    where = " › ".join(filter(None, parts))
    line = say("merge", "changes.cell", language, column=where, text=text) if where else text
    who = " · ".join(filter(None, (one.department, one.owner)))
    if one.alike > 1:
        who = " · ".join(filter(None, (who, say("merge", "diff.alike", language, n=one.alike))))
    return say("merge", "diff.whose", language, text=line, who=who) if who else line
