"""What differs between two workbooks of one template, in a single call: read, compare, write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from ..errors import UsageError, WorkbookExists, as_day, as_moment
from ..files import check_replaceable, exists, real_path
from ..records import Reading
from ..summary import summarize, tile_texts
from ..template import Template
from ..texts import LANGUAGES, Language, Text, say
from ..workbooks import check_workbook
from ..writer import write_attachments
from .base import source_of
from .compare import differences
from .diff_page import change_text, diff_sheets
from .difference import Diff, Difference, FigureChange
from .sources import COMPARISON, kind_of, shown_paths
from .way import Way


def diff(
    before: Path | str,
    after: Path | str,
    *,
    output: Path | str | None = None,
    template: Template | str | Path | None = None,
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
    paths = (Path(before), Path(after))
    if language not in (None, *LANGUAGES):
        raise UsageError("unknown_language", language=language, known=", ".join(LANGUAGES))
    target = None if output is None else _target(Path(output), paths, overwrite=overwrite)
    created = as_moment(created)
    read = [
        check_workbook(path, template=template, as_of=as_day(as_of), today=as_day(today))
        for path in paths
    ]
    (first, _), (second, _) = read
    shown = shown_paths(paths)
    files = (shown[paths[0]], shown[paths[1]])
    _check_templates((first, second), files, language)
    way = Way(template=second.template, language=language or second.language)
    sources = [source_of(one, file=file) for one, file in zip((first, second), files, strict=True)]
    elsewhere: Counter[int] = Counter()
    told = tuple(differences(sources[0], sources[1], way, elsewhere))
    found = Diff(
        before=first,
        after=second,
        files=files,
        language=way.language,
        differences=told,
        elsewhere=elsewhere.total(),
        figures=tuple(_figures(read, way.language)) if told else (),
        path=target,
    )
    if target is not None:
        write_attachments(
            second.template,
            target,
            diff_sheets(found),
            language=way.language,
            kind=COMPARISON,
            created=created,
            overwrite=True,
        )
    return found


def _check_templates(
    read: Sequence[Reading], files: Sequence[str], language: Language | None
) -> None:
    first, second = read
    if first.template.id == second.template.id:
        return
    titles = {
        name: Text({lang: f"{file} ({one.template.title[lang]})" for lang in LANGUAGES})
        for name, file, one in zip(("before", "after"), files, read, strict=True)
    }
    error = UsageError("diff_templates", **titles)
    error.language = language or second.language
    raise error


def _target(output: Path, paths: Sequence[Path], *, overwrite: bool) -> Path:
    """Return where the list may be written: no input, and an earlier list at most."""
    if output.suffix.lower() != ".xlsx":
        raise UsageError("wrong_suffix", file=output.name or str(output))
    if not output.parent.is_dir():
        raise UsageError("folder_missing", file=output.name, folder=str(output.parent))
    if real_path(output) in map(real_path, paths):
        raise UsageError("output_is_input", file=output.name)
    check_replaceable(output)
    if exists(output) and not overwrite and kind_of(output) != COMPARISON:
        raise WorkbookExists("file_exists", file=output.name)
    return output


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

    first, second = found.saved(language)
    count = len(found.differences)
    yield tell(
        "diff.head" if count else "diff.same", before=first, after=second, count=f"{count:,}"
    )
    for sheet, group in groupby(found.differences, key=found.sheet_label):
        own = [*group]
        yield tell("diff.sheet", sheet=sheet, count=f"{len(own):,}")
        yield from (f"  {_line(found, one, language)}" for one in own[:most])
        if len(own) > most:
            yield "  " + tell("diff.more", count=f"{len(own) - most:,}")
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
            yield tell("to_check", file=file, count=count)


def _line(found: Diff, one: Difference, language: Language) -> str:
    place = one.place_after or one.place_before
    key = " · ".join(filter(None, one.key)) if one.sheet else ""
    parts = (place.cell if place else "", key, found.label(one))
    text = change_text(one, language)
    where = " › ".join(filter(None, parts))
    line = say("merge", "changes.cell", language, column=where, text=text) if where else text
    who = " · ".join(filter(None, (one.department, one.owner)))
    if one.alike > 1:
        who = " · ".join(filter(None, (who, say("merge", "diff.alike", language, n=one.alike))))
    return say("merge", "diff.whose", language, text=line, who=who) if who else line
