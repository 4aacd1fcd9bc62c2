"""ZIP archives kept as they are: entries with their compressed bytes, read and written.

The layout is that of PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.4. Nothing is inflated unless
asked for, so an entry that is not touched is written back with the very bytes it came with; and
nothing need be in memory as a whole.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from zlib_ng import zlib_ng

from ..errors import DamagedWorkbook, EncryptedWorkbook, HostileWorkbook, NotAWorkbook
from ..files import SourceFile

LOCAL_MAGIC = b"PK\x03\x04"
CENTRAL_MAGIC = b"PK\x01\x02"
END_MAGIC = b"PK\x05\x06"

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")

_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x0001, 0x0008, 0x0800
_FIRST_DAY = 0x0021  # 1980-01-01, the earliest date ZIP knows: new entries take no clock

MAX_ENTRIES = 10_000
_TAIL = 65_535 + _END.size + _LOCATOR64.size + _END64.size  # where the end of the directory is told
_LONGEST_HEAD = 4096  # bytes of name, extra fields and comment; no honest directory has as many
_BITE, _PIECE = 1 << 16, 1 << 20  # bytes to be inflated at a time, and bytes that come out

# What Excel, WPS or LibreOffice opens, and saves as .xlsx.
_SPREADSHEETS = frozenset(
    ".xlsx .xlsm .xls .xlsb .xltx .xltm .xlt .et .ett .ods .ots .fods .numbers .csv .tsv".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipEntry:
    """One entry: its name, its header fields, where its compressed bytes stand. Sizes in bytes."""

    name: str
    raw_name: bytes
    source: SourceFile
    begin: int
    packed: int
    size: int
    crc: int
    method: int
    flags: int = 0
    time: int = 0
    date: int = _FIRST_DAY
    made_by: int = 20
    internal: int = 0
    external: int = 0

    def stored(self) -> Iterator[bytes | memoryview]:
        """Yield the bytes as they are compressed."""
        return self.source.pieces(self.begin, self.packed)

    def inflate(self, file: str) -> bytes:
        """Return the bytes as they were before compression; raises as `pieces` does."""
        # Written in a row and taken as they are: pieces put together would take the room twice.
        data = io.BytesIO()
        for piece in self.pieces(file):
            data.write(piece)
        return data.getvalue()

    def pieces(self, file: str) -> Iterator[bytes | memoryview]:
        """Yield the same piece by piece, whatever its size.

        Raises DamagedWorkbook, at the latest at the end, if the size or the checksum is another
        than the directory states; little more than that size is ever made.
        """
        size = crc = 0
        try:
            for piece in self._inflated():
                size += len(piece)
                crc = zlib_ng.crc32(piece, crc)
                if size > self.size:
                    break
                yield piece
        except zlib_ng.error:  # type: ignore[misc]  # declared as one of its instances
            size = -1
        if (size, crc) != (self.size, self.crc):
            raise DamagedWorkbook("damaged", file=file, part=self.name)

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing at all, not even the mark that the compressed bytes end."""
        return self.size == self.packed == 0

    def _inflated(self) -> Iterator[bytes | memoryview]:
        if self.method == _STORED or self.is_empty:
            yield from self.stored()
            return
        if self.method != _DEFLATED:
            raise zlib_ng.error
        inflater = zlib_ng.decompressobj(-zlib.MAX_WBITS)
        for stored in self.stored():
            # Small bites: what is not yet taken is copied for each piece that comes out.
            for at in range(0, len(stored), _BITE):
                waiting: bytes | memoryview = stored[at : at + _BITE]
                while waiting and not inflater.eof:
                    yield inflater.decompress(waiting, _PIECE)
                    waiting = inflater.unconsumed_tail
        while not inflater.eof:
            rest = inflater.decompress(b"", _PIECE)
            if not rest:
                raise zlib_ng.error
            yield rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The entries of a file in their order; `file` is the name used in messages."""

    file: str
    entries: tuple[ZipEntry, ...]


def part_key(name: str) -> str:
    """Return what two spellings of one part name share: OPC compares them without case."""
    return name.replace("\\", "/").lstrip("/").lower()


def read_archive(source: SourceFile) -> Archive:
    """Read the directory of an archive.

    Raises NotAWorkbook if it is no archive, DamagedWorkbook if it contradicts itself,
    EncryptedWorkbook if an entry asks for a password and HostileWorkbook for too many entries.
    """
    file = source.name
    last = bytes(source.read(max(0, source.size - _TAIL), _TAIL))
    end = last.rfind(END_MAGIC)
    if end < 0 and source.read(0, len(LOCAL_MAGIC)) != LOCAL_MAGIC:
        raise not_a_workbook(file)
    try:
        start, size, shift = _directory(source, last, end)
        entries = tuple(_entries(source, start, size, shift))
    except (struct.error, UnicodeDecodeError, OverflowError, _BrokenArchive) as error:
        raise DamagedWorkbook("not_whole", file=file) from error
    return Archive(file=file, entries=entries)


def not_a_workbook(file: str) -> NotAWorkbook:
    """Return the error for a file that is no workbook: only a spreadsheet can be saved as one."""
    kind = PurePath(file).suffix.lower()
    is_sheet = not kind or kind in _SPREADSHEETS
    return NotAWorkbook("not_a_workbook" if is_sheet else "no_spreadsheet", file=file)


class _BrokenArchive(Exception):
    """The directory and the file do not agree."""


def _directory(source: SourceFile, last: bytes, at: int) -> tuple[int, int, int]:
    """Return where the central directory starts, its size and what precedes the archive.

    `last` is how the file ends, `at` where in it the end of the directory is told.
    """
    if at < 0:
        raise _BrokenArchive
    _, _, _, _, _, size, offset, _ = _END.unpack_from(last, at)
    end = max(0, source.size - _TAIL) + at
    locator = at - _LOCATOR64.size
    if locator >= 0 and last[locator : locator + 4] == b"PK\x06\x07":
        wide = locator - _END64.size
        end -= _LOCATOR64.size + _END64.size
        if wide < 0 or last[wide : wide + 4] != b"PK\x06\x06":
            raise _BrokenArchive
        *_, size, offset = _END64.unpack_from(last, wide)
    start = end - size
    if start < offset or start < 0:
        raise _BrokenArchive
    return start, size, start - offset


def _entries(source: SourceFile, start: int, size: int, shift: int) -> Iterator[ZipEntry]:
    if size > MAX_ENTRIES * (_CENTRAL.size + _LONGEST_HEAD):
        raise HostileWorkbook("too_many_parts", file=source.name, limit=MAX_ENTRIES)
    directory = bytes(source.read(start, size))
    position = 0
    count = 0
    while position < size:
        fields = _CENTRAL.unpack_from(directory, position)
        if fields[0] != CENTRAL_MAGIC:
            raise _BrokenArchive
        count += 1
        if count > MAX_ENTRIES:
            raise HostileWorkbook("too_many_parts", file=source.name, limit=MAX_ENTRIES)
        position += _CENTRAL.size
        name_size, extra_size, comment_size = fields[10:13]
        raw_name = directory[position : position + name_size]
        extra = directory[position + name_size : position + name_size + extra_size]
        position += name_size + extra_size + comment_size
        yield _entry(source, fields, raw_name, extra, shift)
    if position != size:
        raise _BrokenArchive


def _entry(
    source: SourceFile, fields: tuple[int, ...], raw_name: bytes, extra: bytes, shift: int
) -> ZipEntry:
    _, made_by, _, flags, method, time, date, crc, packed, size, *_ = fields
    internal, external, offset = fields[14:17]
    packed, size, offset = _widen(extra, size, packed, offset)
    if flags & _ENCRYPTED:
        raise EncryptedWorkbook("encrypted", file=source.name)
    offset += shift
    local = _LOCAL.unpack(source.read(offset, _LOCAL.size))
    if local[0] != LOCAL_MAGIC:
        raise _BrokenArchive
    name_begin = offset + _LOCAL.size
    begin = name_begin + local[9] + local[10]
    if source.read(name_begin, local[9]) != raw_name or begin + packed > source.size:
        raise _BrokenArchive
    return ZipEntry(
        name=raw_name.decode("utf-8" if flags & _UTF8 else "cp437"),
        raw_name=raw_name,
        source=source,
        begin=begin,
        packed=packed,
        size=size,
        crc=crc,
        method=method,
        flags=flags,
        time=time,
        date=date,
        made_by=made_by,
        internal=internal,
        external=external,
    )


def _widen(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return compressed size, size and offset with Zip64's wide fields where they apply."""
    values = [size, packed, offset]
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        position += 4
        if kind == 0x0001:
            field = position
            for index, value in enumerate(values):
                if value == 0xFFFFFFFF:
                    (values[index],) = struct.unpack_from("<Q", extra, field)
                    field += 8
        position += length
    size, packed, offset = values
    return packed, size, offset


def new_entry(name: str, data: bytes, *, level: int = 6) -> ZipEntry:
    """Make an entry from `data`, dated 1980-01-01."""
    return packed_entry(name, (data,), level=level)


def packed_entry(name: str, pieces: Iterable[bytes], *, level: int = 6) -> ZipEntry:
    """Make an entry from what may be too large to be in memory at once."""
    deflater = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    stored: list[bytes] = []
    size = crc = 0
    for piece in pieces:
        size += len(piece)
        crc = zlib_ng.crc32(piece, crc)
        stored.append(deflater.compress(piece))
    data = b"".join((*stored, deflater.flush()))
    return ZipEntry(
        name=name,
        raw_name=name.encode(),
        source=SourceFile(name, data=data),
        begin=0,
        packed=len(data),
        size=size,
        crc=crc,
        method=_DEFLATED,
        flags=0 if name.isascii() else _UTF8,
    )


def write_archive(entries: Iterable[ZipEntry]) -> Iterator[bytes | memoryview]:
    """Yield the bytes of an archive of `entries`, their compressed bytes as they are.

    Sizes go into the local headers, so data descriptors are dropped; extra fields and comments
    are not carried over. Names, order, methods and timestamps stay.
    """
    directory: list[bytes] = []
    offset = 0
    for entry in entries:
        head = _local_header(entry)
        directory.append(_central_header(entry, offset))
        yield head
        yield from entry.stored()
        offset += len(head) + entry.packed
    central = b"".join(directory)
    yield central
    count = len(directory)
    yield _END.pack(END_MAGIC, 0, 0, count, count, len(central), offset, 0)


def _common(entry: ZipEntry) -> tuple[int, ...]:
    """Return the header fields both headers share: from version needed to name length."""
    flags = entry.flags & ~_DESCRIPTOR
    sizes = (entry.crc, entry.packed, entry.size, len(entry.raw_name))
    return (20, flags, entry.method, entry.time, entry.date, *sizes, 0)


def _local_header(entry: ZipEntry) -> bytes:
    return _LOCAL.pack(LOCAL_MAGIC, *_common(entry)) + entry.raw_name


def _central_header(entry: ZipEntry, offset: int) -> bytes:
    rest = (0, 0, entry.internal, entry.external, offset)
    head = _CENTRAL.pack(CENTRAL_MAGIC, entry.made_by, *_common(entry), *rest)
    return head + entry.raw_name
