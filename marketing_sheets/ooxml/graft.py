"""Put sheets of ours into a workbook without touching anything else in it.

The receipt tells which parts changed and proves that the others did not; the file is replaced all
at once: its new bytes are there whole, or the old ones still are.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from ..errors import DamagedWorkbook, UnsupportedWorkbook, UsageError, WorkbookInUse
from ..files import AnyFile, GivenFile, StrPath, keep_backup, replace_file
from .archive import part_key, write_archive
from .edit import CellRule, add_rules
from .front import selected_parts, show_first, unselect
from .gate import WorkbookFile, given_file, open_file, open_source
from .index import (
    OUR_SHEETS,
    SUMMARY,
    OurSheet,
    add_relationship,
    compute_on_load,
    drop_calculations,
    is_locked,
    list_sheet,
    our_sheet,
    register_types,
    relationship_type,
    set_local_names,
    set_ranges,
    set_stamp,
)
from .laid_on import LaidOn, laid_on_sheet
from .parts import Workbook, parse, rels_name, serialise, to_strict
from .receipt import PartHash, PutSheet, Receipt
from .source import load_source
from .stamp import check_suffix, output_of, stamp
from .styles import StyleMerger

if TYPE_CHECKING:
    from lxml.etree import _Element


_WORKSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_CODE_NAME = re.compile(
    rb"""<(?:[^<>\s/!?:]++:)?sheetPr\b[^<>]*?\bcodeName\s*+=\s*+["']([^"'<>]++)"""
)
_SELECTED = re.compile(rb"""\btabSelected\s*+=\s*+["'](?:1|true)["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSheet:
    """A sheet to be put in: which of ours, and the workbook that holds it alone.

    `name` states what that sheet must be called. `ranges` are names of the whole workbook, each
    for some of its cells, such as `$B$8:$B$2007`. `in_front` lets the workbook open on it, unless a
    sheet of others is marked as selected: that mark stands in their sheet, and stays.
    """

    source: AnyFile | bytes
    kind: OurSheet = SUMMARY
    name: str | None = None
    ranges: Mapping[str, str] = field(default_factory=dict)
    in_front: bool = False


def insert_sheet(
    workbook: AnyFile | WorkbookFile,
    source: AnyFile | bytes,
    *,
    output: StrPath | None = None,
    sheet_name: str | None = None,
    backup: bool = False,
    overwrite: bool = False,
    is_draft: bool = False,
) -> Receipt:
    """Put the one sheet of `source` into `workbook` as its Summary, the others as they were."""
    return insert_sheets(
        workbook,
        [NewSheet(source=source, name=sheet_name)],
        output=output,
        backup=backup,
        overwrite=overwrite,
        is_draft=is_draft,
    )


def insert_sheets(
    workbook: AnyFile | WorkbookFile,
    sheets: Sequence[NewSheet],
    *,
    rules: Sequence[CellRule] = (),
    output: StrPath | None = None,
    backup: bool = False,
    overwrite: bool = False,
    is_draft: bool = False,
) -> Receipt:
    """Put sheets of ours into `workbook`, every other part byte for byte as it was.

    A sheet of ours from an earlier run is replaced where it stands; else the sheet goes last and
    is marked as ours by a hidden name. Only the parts that list sheets and the style sheet change.
    The file is replaced atomically (`output`: another file of the same type); `backup` keeps
    the old one as `name.bak.xlsx`. `rules` are written into the sheets of others. A workbook
    that is open already, its parts' hashes noted, is not inflated again. What is at `output` is
    replaced if it is an earlier output of the same workbook as we left it, all else only with
    `overwrite`. A draft is nobody's: its output takes its place, whatever is there.

    Raises UsageError for a source built with another name or day count, ExcelLimitError for too
    many cell formats, WorkbookExists, and another WorkbookError if the workbook cannot be changed
    safely, or has been changed since it was read; the file is untouched then.
    """
    given = workbook if isinstance(workbook, WorkbookFile) else given_file(workbook)
    target, is_other = output_of(given, output, overwrite=overwrite or is_draft)
    with _opened(given, is_draft=is_draft) as opened:
        try:
            if opened.source.path is None:
                check_suffix(target, opened.suffix)
            grafts = _grafted(opened, sheets)
            add_rules(opened.package, opened.package.workbook(), rules)
            if is_other and not is_draft:
                _put_stamp(opened, grafts, (opened.source.path or opened.source).name)
            return _put(opened, grafts, target, backup=backup, is_other=is_other)
        except DamagedWorkbook as error:
            # What is written over while it is read piece by piece looks damaged.
            if opened.source.is_unchanged():
                raise
            raise WorkbookInUse("changed_meanwhile", file=opened.file) from error


def _opened(
    workbook: GivenFile | WorkbookFile, *, is_draft: bool
) -> AbstractContextManager[WorkbookFile]:
    """Open a workbook unless it is; never is more than a piece of it in memory."""
    if isinstance(workbook, WorkbookFile):
        return nullcontext(workbook)
    source = open_source(workbook, in_memory=False)
    _ = source.sha256  # before anything is read: what changes meanwhile is noticed
    return open_file(source, cells=False, hashes=True, is_draft=is_draft)


def _grafted(opened: WorkbookFile, sheets: Sequence[NewSheet]) -> list[_Graft]:
    """Put in one sheet after the other, each into the workbook that the one before it left."""
    done: list[_Graft] = []
    for sheet in sheets:
        workbook = opened.package.workbook() if done else opened.workbook
        done.append(_Graft(opened, workbook, sheet))
        done[-1].apply()
    return done


def _put_stamp(opened: WorkbookFile, grafts: Sequence[_Graft], origin: str) -> None:
    """Let the first of our sheets tell that this is an output of the workbook called `origin`."""
    book = opened.package.workbook()
    set_stamp(book, grafts[0].index, stamp(opened.package, book, origin))
    opened.package.write(book.part, serialise(book.root))


def _put(
    opened: WorkbookFile, grafts: Sequence[_Graft], target: Path, *, backup: bool, is_other: bool
) -> Receipt:
    """Write the package to `target` unless somebody else has changed what is there."""
    source = opened.source
    found = _stamp(target)
    is_same = found is not None and not is_other
    if backup and found:
        with nullcontext(source) if is_same else open_source(target, in_memory=False) as old:
            keep_backup(old, target)
    digest = hashlib.sha256()

    def chunks() -> Iterator[bytes | memoryview]:
        for chunk in write_archive(opened.package.entries()):
            digest.update(chunk)
            yield chunk

    def check() -> None:
        if not source.is_unchanged() or (not is_same and _stamp(target) != found):
            raise WorkbookInUse("changed_meanwhile", file=target.name)

    replace_file(target, chunks(), like=target if found else source.path, check=check)
    return _receipt(opened, grafts, target, digest.hexdigest())


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what tells whether a file was changed meanwhile; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _receipt(opened: WorkbookFile, grafts: Sequence[_Graft], target: Path, sha256: str) -> Receipt:
    package = opened.package
    changed, added, removed = package.changes()
    hashes = {
        key: PartHash(name=name, sha256=digest) for key, (name, digest) in opened.hashes.items()
    }

    def now(name: str) -> str:
        digest = hashlib.sha256()
        for piece in package.pieces(package.entry(name)):
            digest.update(piece)
        return digest.hexdigest()

    gone = {part_key(name) for name in (*changed, *removed)}
    return Receipt(
        output=target,
        sheets=tuple(
            PutSheet(sheet=one.source.name, position=one.index + 1, replaced=one.ours is not None)
            for one in grafts
        ),
        changed=tuple(
            PartHash(name=name, sha256=now(name), before=hashes[part_key(name)].sha256)
            for name in changed
        ),
        added=tuple(PartHash(name=name, sha256=now(name)) for name in added),
        removed=tuple(hashes[part_key(name)] for name in removed),
        kept=tuple(part for key, part in hashes.items() if key not in gone),
        lost=tuple(thing for one in grafts for thing in one.lost),
        sha256_before=opened.source.sha256,
        sha256_after=sha256,
    )


class _Graft:
    """One insertion, done on the package in memory."""

    def __init__(self, opened: WorkbookFile, workbook: Workbook, sheet: NewSheet) -> None:
        self.package = opened.package
        self.workbook = workbook
        self.new = sheet
        self.source = source = load_source(sheet.source)
        self.ours = our_sheet(workbook, sheet.kind)
        self.lost: tuple[LaidOn, ...] = ()
        if self.ours is not None and self.ours.part is not None:
            there = laid_on_sheet(self.package, self.ours.part, self.ours.name)
            brought = laid_on_sheet(source.package, source.part, self.ours.name)
            # Charts on our sheet are ours.
            self.lost = tuple(t for t in there if t.kind != "chart" and t not in brought)
        self.index = self.ours.index if self.ours else len(workbook.sheets)
        self.before = self._own_selected() if sheet.in_front else None
        self._check_source(sheet.name)
        self._check_target()

    def _own_selected(self) -> list[str] | None:
        """Return which other sheets of ours are selected; None where ours cannot go in front.

        That is where a sheet of others is selected, or cannot be told, and where ours is hidden.
        """
        if self.ours is not None and self.ours.state != "visible":
            return None
        others = [one for one in self.workbook.sheets if one is not self.ours]
        found = selected_parts(self.package, others)
        known = (our_sheet(self.workbook, kind) for kind in OUR_SHEETS)
        own = {one.part for one in known if one is not None}
        return None if found is None or not own.issuperset(found) else found

    def _check_source(self, sheet_name: str | None) -> None:
        name, file = self.source.name, self.package.file
        expected = self.ours.name if self.ours else sheet_name or name
        if name not in (expected, sheet_name or name) or expected != name:
            raise UsageError("sheet_name_mismatch", file=file, expected=expected, found=name)
        foreign = [s for s in self.workbook.sheets if s is not self.ours]
        if any(sheet.name.casefold() == name.casefold() for sheet in foreign):
            raise UsageError("sheet_name_taken", file=file, sheet=name)
        if self.source.workbook.date_1904 != self.workbook.date_1904:
            raise UsageError("date_system_mismatch", file=file)

    def _check_target(self) -> None:
        """Refuse what cannot be changed without breaking it."""
        file = self.package.file
        if any(rel.kind == "origin" for rel in self.package.relationships("")):
            raise UnsupportedWorkbook("signed", file=file)
        if any(r.kind == "revisionHeaders" for r in self.package.relationships(self.workbook.part)):
            raise UnsupportedWorkbook("shared_workbook", file=file)
        if not any(sheet.kind == "worksheet" and sheet.part for sheet in self.workbook.sheets):
            raise UnsupportedWorkbook("no_worksheet", file=file)
        if self.ours is None and is_locked(self.workbook):
            raise UnsupportedWorkbook("structure_locked", file=file)

    def apply(self) -> None:
        """Make all edits."""
        strict = self.workbook.strict
        old_head = self._head_of_old_sheet()
        removed = self._remove_old_sheet()
        types: dict[str, str] = {}
        root = self._merge_styles(types, old_head)
        renamed = self._new_names()
        for old, new in renamed.items():
            sheet = old == self.source.part
            data = serialise(root) if sheet else self.source.data(old)
            self.package.write(new, to_strict(data) if strict and _is_text(new) else data)
            rels = self.source.relationships(old, renamed, strict=strict)
            if rels is not None:
                self.package.write(rels_name(new), rels)
            types[new] = _WORKSHEET_TYPE if sheet else self.source.package.content_type(old)
        for part in self.before or ():
            unselect(self.package, part)
        self._list(renamed[self.source.part])
        register_types(self.package, types, removed)

    def _head_of_old_sheet(self) -> bytes:
        """Return what stands before the cells of the sheet that will be replaced."""
        if self.ours is None or self.ours.part is None:
            return b""
        data = self.package.read(self.ours.part)
        return data[: max(0, data.find(b"sheetData"))]

    def _remove_old_sheet(self) -> list[str]:
        """Remove our old sheet and all that only it uses; return the names of what is gone."""
        if self.ours is None:
            return []
        package = self.package
        chain = drop_calculations(package, self.workbook, self.ours.sheet_id)
        removed = [chain] if chain else []
        if self.ours.part is None:
            return removed
        needed = package.reachable([""], closed={self.ours.part})
        for part in sorted(package.reachable([self.ours.part]) - needed):
            removed.append(package.name(part))
            package.remove(part)
        return removed

    def _merge_styles(self, types: dict[str, str], old_head: bytes) -> _Element:
        """Bring the source's formats into the style sheet; return the sheet that uses them."""
        package, book = self.package, self.workbook
        rels = package.relationships(book.part)
        part = next((r.target for r in rels if r.kind == "styles" and r.target in package), None)
        source_styles = self.source.styles()
        if part is None:
            part = "xl/styles.xml"
            made = serialise(source_styles)
            target = parse(to_strict(made) if book.strict else made, package.file, part)
            types[part] = _STYLES_TYPE
        else:
            target = package.parse(part)
        before = b"" if part in types else etree.tostring(target)
        code_name = _CODE_NAME.search(old_head)
        sheet = self.source.sheet(
            StyleMerger(target, source_styles, package.file),
            selected=self.before is not None or _SELECTED.search(old_head) is not None,
            code_name=code_name[1].decode("utf-8", "replace") if code_name else None,
        )
        if etree.tostring(target) != before:
            package.write(part, serialise(target))
            if part in types:
                kind = relationship_type("styles", strict=book.strict)
                add_relationship(package, book.part, part, kind)
        return sheet

    def _new_names(self) -> dict[str, str]:
        """Give every part that comes along a name that is free; the old sheet's is used again."""
        renamed: dict[str, str] = {}
        taken: set[str] = set()
        old = self.ours.part if self.ours else None
        for part in [self.source.part, *self.source.related()]:
            name = self.source.package.name(part)
            if part == self.source.part and old is not None:
                name = old if old.endswith(".xml") else name
            stem, ending = posixpath.splitext(name)
            stem = stem.rstrip("0123456789")
            count = 1
            while name in taken or name in self.package:
                name = f"{stem}{count}{ending}"
                count += 1
            taken.add(name)
            renamed[part] = name
        return renamed

    def _list(self, part: str) -> None:
        """Make the workbook list the sheet, with its own names and our marker."""
        package, book = self.package, self.workbook
        before = etree.tostring(book.root)
        if self.ours is None:
            kind = relationship_type("worksheet", strict=book.strict)
            list_sheet(book, self.source.name, add_relationship(package, book.part, part, kind))
        name = self.source.name
        set_local_names(book, self.new.kind, self.index, name, self.source.local_names)
        set_ranges(book, name, self.new.ranges)
        if self.before is not None:
            show_first(book, self.index)
        if self.new.ranges:
            compute_on_load(book)
        if etree.tostring(book.root) != before:
            package.write(book.part, serialise(book.root))


def _is_text(part: str) -> bool:
    return part.lower().endswith((".xml", ".rels", ".vml"))
