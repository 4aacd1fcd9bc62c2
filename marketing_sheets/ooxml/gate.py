"""The gate: a workbook file is looked at before any parser sees it.

It refuses in one sentence what is no workbook, asks for a password, is damaged, or would exhaust
the machine. What is XML is told by its content type; all else passes as it is, whatever it looks
like. Limits hold for the workbook as a whole, each tab counted, and only for what is parsed; only
what cells really hold counts as far, so that honest files, pre-formatted for years ahead, pass. A
shared string is stored once and read once per cell: a few kilobytes can so become more text than
fits into memory.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..errors import DamagedWorkbook, EncryptedWorkbook, HostileWorkbook, NotAWorkbook
from ..files import AnyFile, GivenFile, SourceFile
from .archive import (
    Archive,
    ZipEntry,
    new_entry,
    not_a_workbook,
    part_key,
    read_archive,
    write_archive,
)
from .extent import (
    AREA_LIMIT,
    CELL_LIMIT,
    CHEAP_AREA,
    SMALLEST_FILLED_CELL,
    Extent,
    blanked,
    bound,
    end_tags,
    extent,
    has_too_many,
)
from .ordinary import without_ordinary
from .parts import CONTENT_TYPES, Package, XmlEnds, as_utf8, in_pieces, is_wide

if TYPE_CHECKING:
    from .parts import SheetEntry, Workbook


TEXT_LIMIT = 2 << 30  # bytes: 2 GiB
_SHORTEST_REFERENCE = len(b'<c t="s"><v>0</v></c>')
_TAG = re.compile(rb"<[^<>]*+>")
_STRING_END = re.compile(rb"</(?:[^<>:\s]++:)?si\s*+>")
_REFERENCE = re.compile(
    rb"""\bt\s*+=\s*+["']s["'][^<>]{0,256}+>\s*+<(?:[^<>:\s]++:)?v[^<>]*+>\s*+(\d{1,9})"""
)
MAX_TOTAL = 3 << 29  # bytes: 1.5 GiB inflated in all
MAX_PART = 1 << 30  # bytes: 1 GiB inflated in one part that is parsed
MAX_RATIO = 300  # of a part that is parsed
RATIO_FROM = 1 << 27  # bytes: 128 MiB inflated; below it a ratio harms nobody
_CFB_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_LEAST_TAB = 20_000  # cells that take as long as an empty tab
# Sheets are looked into again where that takes a closer look: what is kept is not inflated twice.
_KEPT_SHEETS = 1 << 26  # bytes
_LARGE = 1 << 23  # bytes of a sheet that is looked through without its ordinary rows


@dataclass(slots=True, kw_only=True, eq=False)
class WorkbookFile:
    """A workbook that has passed the gate: its bytes, its parts, what its workbook part says.

    `hashes` give each part's name and the SHA-256 of its inflated bytes, where they were asked for,
    `end_tags` how many cells a vast sheet has at most, `strays` the sheets with cells too far out
    to be read.
    """

    source: SourceFile
    package: Package
    workbook: Workbook
    hashes: dict[str, tuple[str, str]] = field(default_factory=dict)
    end_tags: dict[str, int] = field(default_factory=dict)
    strays: dict[str, Extent] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """What messages call it."""
        return self.source.name

    @property
    def suffix(self) -> str:
        """The ending of a name that fits its content: with macros .xlsm."""
        kind = self.package.content_type(self.workbook.part)
        return ".xlsm" if "macroEnabled" in kind else ".xlsx"

    def values(self) -> bytes:
        """Return the bytes for a parser of values, what is too far out left away."""
        if not self.strays:
            return self.source.whole()
        return b"".join(write_archive(self._without_strays()))

    def _without_strays(self) -> Iterator[ZipEntry]:
        for entry in self.package.entries():
            extent = self.strays.get(part_key(entry.name))
            if extent is None:
                yield entry
            else:
                sheet = as_utf8(self.package.content(entry), self.file, entry.name)
                yield new_entry(entry.name, blanked(sheet, extent), level=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()


def too_much_text(
    package: Package, workbook: Workbook, sheets: Counter[str], cells: Mapping[str, int]
) -> bool:
    """Whether all cells together hold more text than TEXT_LIMIT; `sheets` counts the tabs a part.

    Counts the references only where sizes alone do not settle it, or how many `cells` at most a
    part has, where that is known.
    """
    most = sum(
        min(package.size(part) // _SHORTEST_REFERENCE, cells.get(part, 1 << 62)) * tabs
        for part, tabs in sheets.items()
    )
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


def _volume(package: Package, sheets: Counter[str], lengths: list[int]) -> int:
    total = 0
    for sheet, tabs in sheets.items():
        data = as_utf8(package.read(sheet), package.file, sheet)
        indices = (int(match[1]) for match in _REFERENCE.finditer(data))
        total += tabs * sum(lengths[index] for index in indices if index < len(lengths))
    return total


def check_workbook_file(path: Path) -> None:
    """Raise a WorkbookError unless the file is a workbook that can be opened safely."""
    open_file(open_source(path, in_memory=False)).source.close()


def is_too_large(path: Path) -> bool:
    """Whether a workbook is larger than what `open_file` lets whoever reads its cells open."""
    with open_index(open_source(path, in_memory=False)) as opened:
        sizes = [entry.size for entry in opened.package.entries()]
    return sum(sizes) > MAX_TOTAL or max(sizes) > MAX_PART


Visitor = Callable[[WorkbookFile, str, bytes], None]


def given_file(file: AnyFile | GivenFile) -> GivenFile:
    """Return where a workbook stands, or all that a file object holds; see `SourceFile.taken`."""
    if isinstance(file, SourceFile | Path):
        return file
    if isinstance(file, str | PathLike):
        return Path(file)
    return SourceFile.taken(file, most=MAX_TOTAL)


def open_source(file: AnyFile | GivenFile, *, in_memory: bool = True) -> SourceFile:
    """Open a workbook file, so that what is checked is what is used."""
    given = given_file(file)
    if isinstance(given, SourceFile):
        return given
    return SourceFile.open(given, most=MAX_TOTAL, in_memory=in_memory)


def open_file(
    source: SourceFile,
    visit: Visitor | None = None,
    *,
    cells: bool = True,
    hashes: bool = False,
    wanted: Callable[[Workbook], Collection[SheetEntry]] | None = None,
    is_draft: bool = False,
) -> WorkbookFile:
    """Let a workbook through the gate, every part inflated once.

    `visit` gets the workbook, the key of every worksheet's part and its XML in UTF-8, of a large
    one without its ordinary rows. `cells` False leaves out what matters only to who reads the
    cells: then no part is ever in memory as a whole.
    `wanted` picks the sheets of which anything is read; the others are neither inflated nor judged.
    A draft, written by us a moment ago, may be of any size.
    """
    book = open_index(source)
    try:
        sheets = book.workbook.sheets if wanted is None else wanted(book.workbook)
        entries = _wanted(book, sheets, is_draft=is_draft)
        _pass_parts(book, visit, sheets, entries, cells=cells, hashes=hashes)
    except BaseException:
        source.close()
        raise
    return book


def _wanted(
    book: WorkbookFile, sheets: Collection[SheetEntry], *, is_draft: bool
) -> list[ZipEntry]:
    """Return the parts that are looked at, if they are not too large: all but unwanted sheets."""
    unwanted = {s.part for s in book.workbook.sheets} - {s.part for s in sheets}
    entries = [e for e in book.package.entries() if part_key(e.name) not in unwanted]
    if not is_draft and sum(entry.size for entry in entries) > MAX_TOTAL:
        raise HostileWorkbook("too_big", file=book.file, limit=MAX_TOTAL >> 20)
    return entries


def _pass_parts(
    book: WorkbookFile,
    visit: Visitor | None,
    sheets: Collection[SheetEntry],
    entries: Iterable[ZipEntry],
    *,
    cells: bool,
    hashes: bool,
) -> None:
    package, workbook = book.package, book.workbook
    # Tabs that share a part are read one by one all the same.
    tabs = Counter(sheet.part for sheet in sheets if sheet.part is not None)
    if cells:
        package.make_room(_KEPT_SHEETS)
        _check_parsed(book, tabs)
    bounds: dict[str, int] = {}
    for entry in entries:
        key = part_key(entry.name)
        if cells and key in tabs:
            sheet = _sheet(book, entry, hashes=hashes)
            bounds[key] = bound(sheet) if b"sheetData" in sheet else 0
            if visit is not None:
                visit(book, key, sheet)
        else:
            _pass(book, entry, is_xml=key in tabs or _is_format(package, key), hashes=hashes)
    if cells:
        _look_closer(book, tabs, bounds)
    if cells and too_much_text(package, workbook, tabs, book.end_tags):
        raise HostileWorkbook("too_much_text", file=package.file)


def _sheet(book: WorkbookFile, entry: ZipEntry, *, hashes: bool) -> bytes:
    """Return a sheet in UTF-8 once it may be looked into; a large one without ordinary rows."""
    package, ends, digest, tags = book.package, XmlEnds(), hashlib.sha256(), 0
    is_vast = entry.size > CELL_LIMIT * SMALLEST_FILLED_CELL
    whole = package.content(entry, most=_KEPT_SHEETS) if entry.size <= _KEPT_SHEETS else None

    def pieces() -> Iterator[bytes | memoryview]:
        nonlocal tags
        for piece in package.pieces(entry) if whole is None else in_pieces(whole):
            ends.add(piece)
            if hashes:
                digest.update(piece)
            if is_vast:
                tags += end_tags(bytes(piece))
            yield piece

    found = without_ordinary(pieces()) if entry.size >= _LARGE else b"".join(pieces())
    ends.check(book.file, entry.name)
    if found is None or tags > CELL_LIMIT:
        found = package.content(entry)
    sheet = as_utf8(found, book.file, entry.name)
    if is_vast and is_wide(found):
        tags = end_tags(sheet)
    if tags > CELL_LIMIT and b"sheetData" in sheet and has_too_many(sheet):
        raise HostileWorkbook("too_many_cells", file=book.file, part=entry.name)
    if is_vast:
        book.end_tags[part_key(entry.name)] = tags
    if hashes:
        book.hashes[part_key(entry.name)] = entry.name, digest.hexdigest()
    return sheet


def _look_closer(book: WorkbookFile, tabs: Counter[str], bounds: dict[str, int]) -> None:
    """Find the strays of the sheets whose boxes are too large, and refuse what is left too large.

    Tabs that share a part are read one by one all the same, and even a blank one takes its time.
    """
    area = _LEAST_TAB * tabs.total()
    if area + sum(bounds[key] * tabs[key] for key in bounds) <= CHEAP_AREA:
        return
    for key, size in bounds.items():
        if size * tabs[key] * len(bounds) > CHEAP_AREA:
            entry = book.package.entry(key)
            found = extent(as_utf8(book.package.content(entry), book.file, entry.name))
            if found.strays:
                book.strays[key] = found
            area += found.area * tabs[key]
        else:
            area += size * tabs[key]
        if area > AREA_LIMIT:
            raise HostileWorkbook("too_many_cells", file=book.file, part=book.package.name(key))


def _pass(book: WorkbookFile, entry: ZipEntry, *, is_xml: bool, hashes: bool) -> None:
    """Let a part go by that nobody parses, whatever its size."""
    ends = XmlEnds()
    digest = hashlib.sha256()
    for piece in book.package.pieces(entry):
        ends.add(piece)
        if hashes:
            digest.update(piece)
    if is_xml and entry.size:
        ends.check(book.file, entry.name)
    if hashes:
        book.hashes[part_key(entry.name)] = entry.name, digest.hexdigest()


def open_index(source: SourceFile) -> WorkbookFile:
    """Open a package for a look at its index alone: no other part is inflated or checked."""
    try:
        package = Package(_open_archive(source))
        return WorkbookFile(source=source, package=package, workbook=package.workbook())
    except BaseException:
        source.close()
        raise


def _is_format(package: Package, key: str) -> bool:
    """Whether a part is XML of the format's own: data that people attach may be anything."""
    if key == part_key(CONTENT_TYPES) or key.endswith(".rels"):
        return True
    return package.content_type(key).endswith("+xml")


def _check_parsed(book: WorkbookFile, tabs: Iterable[str]) -> None:
    """Judge what a parser would inflate by the sizes the directory states."""
    others = {rel.target for rel in book.package.relationships(book.workbook.part)}
    for part in {*tabs, *others}:
        if part not in book.package:
            continue
        entry = book.package.entry(part)
        if entry.size > MAX_PART:
            raise HostileWorkbook("too_big", file=book.file, limit=MAX_PART >> 20)
        if entry.size > RATIO_FROM and entry.size > MAX_RATIO * entry.packed:
            raise HostileWorkbook("too_compressed", file=book.file, part=entry.name)


def _open_archive(source: SourceFile) -> Archive:
    file = source.name
    if not source.size:
        raise NotAWorkbook("empty_file", file=file)
    if source.read(0, len(_CFB_MAGIC)) == _CFB_MAGIC:
        _refuse_compound_file(source)
    archive = read_archive(source)
    _check_names(archive)
    return archive


def _refuse_compound_file(source: SourceFile) -> None:
    """Tell a password from the format before 2007: both are OLE compound files."""
    names = {
        name: name.encode("utf-16-le") for name in ("EncryptedPackage", "Workbook\0", "Book\0")
    }
    found: set[str] = set()
    last = b""
    for piece in source.pieces(0, source.size):
        seen = last + bytes(piece)
        found |= {name for name, written in names.items() if written in seen}
        last = seen[-64:]
    if "EncryptedPackage" in found:
        raise EncryptedWorkbook("encrypted", file=source.name)
    raise NotAWorkbook("legacy_xls", file=source.name) if found else not_a_workbook(source.name)


def _check_names(archive: Archive) -> None:
    keys = [part_key(entry.name) for entry in archive.entries]
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise DamagedWorkbook("duplicate_parts", file=archive.file, part=key)
        seen.add(key)
    if "mimetype" in seen and "meta-inf/manifest.xml" in seen:
        raise NotAWorkbook("open_document", file=archive.file)
