"""How an output of ours is known again: by the workbook it was made of, and as we left it.

The stamp is a hidden name of our sheet. It holds a digest of what the workbook was called, and of
all parts but those that list our sheet. A file whose stamp is right holds nothing that was not in
that workbook when it was written. Workbooks of one name are told apart by when they were made,
which stays however often they are saved.
"""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

from ..errors import UsageError, WorkbookError, WorkbookExists
from ..files import GivenFile, StrPath, as_path, check_replaceable, exists, real_path
from .archive import part_key
from .gate import WorkbookFile, open_index, open_source
from .index import OUR_SHEETS, STAMP, our_sheet
from .parts import CONTENT_TYPES, CORE, Package, Workbook, children, number, rels_name


def stamp(package: Package, book: Workbook, name: str) -> str:
    """Return the stamp of an output of the workbook called `name`."""
    found = (our_sheet(book, kind) for kind in OUR_SHEETS)
    ours = {part_key(sheet.part) for sheet in found if sheet is not None and sheet.part}
    own = package.reachable(ours) - package.reachable([""], closed=ours)
    rels = package.relationships(book.part)
    listing = {CONTENT_TYPES, book.part, rels_name(book.part)}
    listing |= {rel.target for rel in rels if rel.kind in ("styles", "calcChain")}
    passed = {part_key(part) for part in (*own, *map(rels_name, own), *listing)}
    lines = sorted(
        f"{key} {entry.crc:08x} {entry.size}"
        for entry in package.entries()
        if (key := part_key(entry.name)) not in passed
    )
    told = "\n".join((unicodedata.normalize("NFC", name), *lines))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _made(package: Package) -> str:
    """Return when the core properties say that the workbook was made."""
    part = next((r.target for r in package.relationships("") if r.kind in CORE), "")
    if part not in package:
        return ""
    elements = package.parse(part).iter()
    return next((e.text or "" for e in elements if str(e.tag).endswith("}created")), "")


def output_of(
    workbook: GivenFile | WorkbookFile, output: StrPath | None, *, overwrite: bool
) -> tuple[Path, bool]:
    """Return where a changed workbook goes, and whether that is another place than its own.

    Raises UsageError, WorkbookExists or WorkbookInUse where it must not go there; see
    `check_output`.
    """
    if isinstance(workbook, WorkbookFile):
        workbook = workbook.source.path or workbook.source
    own = real_path(workbook) if isinstance(workbook, Path) else None
    target = own if output is None else real_path(as_path(output))
    if target is None:
        raise UsageError("output_needed", file=workbook.name)
    if own is not None:
        check_suffix(target, own.suffix)
    check_replaceable(target)
    check_output(target, workbook, overwrite=overwrite)
    return target, target != own


def check_suffix(target: Path, suffix: str) -> None:
    """Raise UsageError unless a file to be written ends as one of its kind does."""
    if target.suffix.lower() != suffix.lower():
        raise UsageError("output_suffix", file=target.name, suffix=suffix)


def check_output(target: Path, source: GivenFile, *, overwrite: bool) -> None:
    """Raise WorkbookExists unless `target` may become an output of the workbook `source`.

    It may if nothing is there, or the workbook itself, or an output of it that is as we left it.
    """
    if overwrite or not exists(target):
        return
    if isinstance(source, Path) and real_path(target) == real_path(source):
        return
    if not _is_output(target, source):
        raise WorkbookExists("output_not_own", file=target.name, source=source.name)


def _is_output(target: Path, source: GivenFile) -> bool:
    try:
        with (
            open_index(open_source(target, in_memory=False)) as opened,
            open_index(open_source(source, in_memory=False)) as origin,
        ):
            package, book, ours = opened.package, opened.workbook, our_sheet(opened.workbook)
            if ours is None or ours.part is None or _made(package) != _made(origin.package):
                return False
            found = {
                (name.text or "").strip('"')
                for names in children(book.root, "definedNames")
                for name in children(names, "definedName")
                if name.get("name") == STAMP and number(name.get("localSheetId")) == ours.index
            }
            return found == {stamp(package, book, source.name)}
    except WorkbookError:
        return False
