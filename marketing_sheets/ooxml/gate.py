"""The gate: a workbook file is looked at before any parser sees it.

It refuses in one sentence what is no workbook, asks for a password, is damaged, or would exhaust
the machine. Compression ratios count only in large parts and only what cells really hold counts
as far, so that honest files, pre-formatted for years ahead, pass. A shared string is stored once
and read once per cell: a few kilobytes can so become more text than fits into memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import (
    DamagedWorkbook,
    EncryptedWorkbook,
    HostileWorkbook,
    NotAWorkbook,
    WorkbookError,
    WorkbookInUse,
)
from .archive import Archive, ZipEntry, not_a_workbook, part_key, read_archive
from .parts import Package, as_utf8, has_doctype, is_complete, is_xml
from .scan import too_far

if TYPE_CHECKING:
    from .parts import Workbook


TEXT_LIMIT = 2 << 30  # bytes: 2 GiB
_SHORTEST_REFERENCE = len(b'<c t="s"><v>0</v></c>')
_TAG = re.compile(rb"<[^>]*>")
_STRING_END = re.compile(rb"</(?:[^<>:\s]+:)?si\s*>")
_REFERENCE = re.compile(rb"""\bt\s*=\s*["']s["'][^<>]*>\s*<(?:[^<>:\s]+:)?v[^<>]*>\s*(\d{1,9})""")
MAX_TOTAL = 3 << 29  # bytes: 1.5 GiB inflated in all
MAX_PART = 1 << 30  # bytes: 1 GiB inflated in one part
MAX_RATIO = 300
RATIO_FROM = 8 << 20  # bytes inflated; below it a ratio harms nobody
_CFB_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
Visitor = Callable[[ZipEntry, bytes], None]


def too_much_text(package: Package, workbook: Workbook) -> bool:
    """Whether all cells together hold more text than TEXT_LIMIT.

    Counts the references only where sizes alone do not settle it.
    """
    sheets = {sheet.part for sheet in workbook.sheets if sheet.part is not None}
    most = sum(package.size(sheet) for sheet in sheets) // _SHORTEST_REFERENCE
    rels = package.relationships(workbook.part)
    parts = {rel.target for rel in rels if rel.kind == "sharedStrings"} | {"xl/sharedstrings.xml"}
    for part in parts:
        if part not in package or package.size(part) * most <= TEXT_LIMIT:
            continue
        strings = _STRING_END.split(as_utf8(package.read(part), package.file, part))
        lengths = [_text_length(string, TEXT_LIMIT // most) for string in strings]
        if max(lengths) * most > TEXT_LIMIT and _volume(package, sheets, lengths) > TEXT_LIMIT:
            return True
    return False


def _text_length(string: bytes, harmless: int) -> int:
    # Only long ones are looked into: what formats a rich text is no text.
    return len(string) if len(string) <= harmless else len(_TAG.sub(b"", string))


def _volume(package: Package, sheets: set[str], lengths: list[int]) -> int:
    total = 0
    for sheet in sheets:
        data = as_utf8(package.read(sheet), package.file, sheet)
        indices = (int(match[1]) for match in _REFERENCE.finditer(data))
        total += sum(lengths[index] for index in indices if index < len(lengths))
    return total


def check_workbook_file(path: Path) -> None:
    """Raise a WorkbookError unless the file is a workbook that can be opened safely."""
    open_package(read_bytes(path), path.name)


def read_bytes(path: Path) -> bytes:
    """Read a workbook file whole, so that what is checked is what is used."""
    file = path.name
    try:
        size = -1 if path.is_dir() else path.stat().st_size
        data = path.read_bytes() if 0 <= size <= MAX_TOTAL else b""
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotAWorkbook("no_such_file", file=file) from error
    except PermissionError as error:
        raise WorkbookInUse("in_use", file=file) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkbookError("cannot_read", file=file, reason=reason) from error
    if size < 0:
        raise NotAWorkbook("no_such_file", file=file)
    if size > MAX_TOTAL:
        raise HostileWorkbook("too_big", file=file, limit=MAX_TOTAL >> 20)
    return data


def open_package(
    data: bytes, file: str, visit: Visitor | None = None, *, cells: bool = True
) -> tuple[Package, Workbook]:
    """Let `data` through the gate; `visit` gets every entry and its inflated bytes.

    `cells` False leaves out what matters only to who reads the cells. XML comes to `visit` as it
    is stored, whatever its encoding.
    """
    archive = _open_archive(data, file)
    for entry in archive.entries:
        inflated = entry.inflate(file)
        _check_content(entry, inflated, file, cells=cells)
        if visit is not None:
            visit(entry, inflated)
    package = Package(archive)
    workbook = package.workbook()
    if cells and too_much_text(package, workbook):
        raise HostileWorkbook("too_much_text", file=file)
    return package, workbook


def open_index(data: bytes, file: str) -> tuple[Package, Workbook]:
    """Open a package for a look at its index alone: no other part is inflated or checked."""
    package = Package(_open_archive(data, file))
    return package, package.workbook()


def _open_archive(data: bytes, file: str) -> Archive:
    if not data:
        raise NotAWorkbook("empty_file", file=file)
    if data.startswith(_CFB_MAGIC):
        _refuse_compound_file(data, file)
    archive = read_archive(data, file)
    _check_sizes(archive)
    _check_names(archive)
    return archive


def _refuse_compound_file(data: bytes, file: str) -> None:
    """Tell a password from the format before 2007: both are OLE compound files."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise EncryptedWorkbook("encrypted", file=file)
    if any(name.encode("utf-16-le") in data for name in ("Workbook\0", "Book\0")):
        raise NotAWorkbook("legacy_xls", file=file)
    raise not_a_workbook(file)


def _check_sizes(archive: Archive) -> None:
    """Judge by the sizes the directory states; inflating never exceeds them."""
    file = archive.file
    if sum(entry.size for entry in archive.entries) > MAX_TOTAL:
        raise HostileWorkbook("too_big", file=file, limit=MAX_TOTAL >> 20)
    for entry in archive.entries:
        if entry.size > MAX_PART:
            raise HostileWorkbook("too_big", file=file, limit=MAX_PART >> 20)
        if entry.size > RATIO_FROM and entry.size > MAX_RATIO * len(entry.stored):
            raise HostileWorkbook("too_compressed", file=file, part=entry.name)


def _check_names(archive: Archive) -> None:
    keys = [part_key(entry.name) for entry in archive.entries]
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise DamagedWorkbook("duplicate_parts", file=archive.file, part=key)
        seen.add(key)
    if "mimetype" in seen and "meta-inf/manifest.xml" in seen:
        raise NotAWorkbook("open_document", file=archive.file)


def _check_content(entry: ZipEntry, data: bytes, file: str, *, cells: bool) -> None:
    text = as_utf8(data, file, entry.name)
    if not is_xml(text):
        return
    if has_doctype(text):
        raise HostileWorkbook("hostile_entities", file=file, part=entry.name)
    if cells and b"sheetData" in text and too_far(text):
        raise HostileWorkbook("too_many_cells", file=file, part=entry.name)
    if not is_complete(text):
        raise DamagedWorkbook("damaged", file=file, part=entry.name)
