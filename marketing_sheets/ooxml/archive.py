"""ZIP archives kept as they are: entries with their compressed bytes, read and written.

The layout is that of PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.4. Nothing is inflated unless
asked for, so an entry that is not touched is written back with the very bytes it came with.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from ..errors import DamagedWorkbook, EncryptedWorkbook, HostileWorkbook, NotAWorkbook

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

# What Excel, WPS or LibreOffice opens, and saves as .xlsx.
_SPREADSHEETS = frozenset(
    ".xlsx .xlsm .xls .xlsb .xltx .xltm .xlt .et .ett .ods .ots .fods .numbers .csv .tsv".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipEntry:
    """One entry: its name, its header fields and its bytes as compressed. Sizes in bytes."""

    name: str
    raw_name: bytes
    stored: memoryview
    size: int
    crc: int
    method: int
    flags: int = 0
    time: int = 0
    date: int = _FIRST_DAY
    made_by: int = 20
    internal: int = 0
    external: int = 0

    def inflate(self, file: str) -> bytes:
        """Return the bytes as they were before compression.

        Never makes more than the size the directory states, plus one byte. Raises
        DamagedWorkbook if the size or the checksum is another.
        """
        try:
            data = self._decompress()
        except zlib.error:
            data = None
        if data is None or len(data) != self.size or zlib.crc32(data) != self.crc:
            raise DamagedWorkbook("damaged", file=file, part=self.name)
        return data

    def _decompress(self) -> bytes | None:
        if self.method == _STORED:
            return bytes(self.stored)
        if self.method != _DEFLATED:
            return None
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        data = inflater.decompress(self.stored, self.size + 1)
        return data if inflater.eof else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The entries of a file in their order; `file` is the name used in messages."""

    file: str
    entries: tuple[ZipEntry, ...]


def part_key(name: str) -> str:
    """Return what two spellings of one part name share: OPC compares them without case."""
    return name.replace("\\", "/").lstrip("/").lower()


def read_archive(data: bytes, file: str) -> Archive:
    """Read the directory of the archive in `data`.

    Raises NotAWorkbook if it is no archive, DamagedWorkbook if it contradicts itself,
    EncryptedWorkbook if an entry asks for a password and HostileWorkbook for too many entries.
    """
    tail = data.rfind(END_MAGIC, max(0, len(data) - 65_557))
    if tail < 0 and not data.startswith(LOCAL_MAGIC):
        raise not_a_workbook(file)
    try:
        start, size, shift = _directory(data, tail)
        entries = tuple(_entries(data, start, size, shift, file))
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


def _directory(data: bytes, tail: int) -> tuple[int, int, int]:
    """Return where the central directory starts, its size and what precedes the archive."""
    if tail < 0:
        raise _BrokenArchive
    _, _, _, _, _, size, offset, _ = _END.unpack_from(data, tail)
    end = tail
    locator = tail - _LOCATOR64.size
    if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
        end = locator - _END64.size
        if end < 0 or data[end : end + 4] != b"PK\x06\x06":
            raise _BrokenArchive
        size, offset = _END64.unpack_from(data, end)[8:10]
    start = end - size
    if start < offset or start < 0:
        raise _BrokenArchive
    return start, size, start - offset


def _entries(data: bytes, start: int, size: int, shift: int, file: str) -> Iterator[ZipEntry]:
    view = memoryview(data)
    position, end = start, start + size
    count = 0
    while position < end:
        fields = _CENTRAL.unpack_from(data, position)
        if fields[0] != CENTRAL_MAGIC:
            raise _BrokenArchive
        count += 1
        if count > MAX_ENTRIES:
            raise HostileWorkbook("too_many_parts", file=file, limit=MAX_ENTRIES)
        position += _CENTRAL.size
        name_size, extra_size, comment_size = fields[10:13]
        raw_name = data[position : position + name_size]
        extra = data[position + name_size : position + name_size + extra_size]
        position += name_size + extra_size + comment_size
        yield _entry(view, fields, raw_name, extra, shift=shift, file=file)
    if position != end:
        raise _BrokenArchive


def _entry(
    view: memoryview,
    fields: tuple[int, ...],
    raw_name: bytes,
    extra: bytes,
    *,
    shift: int,
    file: str,
) -> ZipEntry:
    _, made_by, _, flags, method, time, date, crc, packed, size, *_ = fields
    internal, external, offset = fields[14:17]
    packed, size, offset = _widen(extra, size, packed, offset)
    if flags & _ENCRYPTED:
        raise EncryptedWorkbook("encrypted", file=file)
    offset += shift
    local = _LOCAL.unpack_from(view, offset)
    if local[0] != LOCAL_MAGIC:
        raise _BrokenArchive
    begin = offset + _LOCAL.size + local[9] + local[10]
    local_name = bytes(view[offset + _LOCAL.size : offset + _LOCAL.size + local[9]])
    stored = view[begin : begin + packed]
    if local_name != raw_name or len(stored) != packed:
        raise _BrokenArchive
    return ZipEntry(
        name=raw_name.decode("utf-8" if flags & _UTF8 else "cp437"),
        raw_name=raw_name,
        stored=stored,
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


def new_entry(name: str, data: bytes) -> ZipEntry:
    """Make an entry from `data`, dated 1980-01-01."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    stored = deflater.compress(data) + deflater.flush()
    return ZipEntry(
        name=name,
        raw_name=name.encode(),
        stored=memoryview(stored),
        size=len(data),
        crc=zlib.crc32(data),
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
        yield entry.stored
        offset += len(head) + len(entry.stored)
    central = b"".join(directory)
    yield central
    count = len(directory)
    yield _END.pack(END_MAGIC, 0, 0, count, count, len(central), offset, 0)


def _common(entry: ZipEntry) -> tuple[int, ...]:
    """Return the header fields both headers share: from version needed to name length."""
    flags = entry.flags & ~_DESCRIPTOR
    sizes = (entry.crc, len(entry.stored), entry.size, len(entry.raw_name))
    return (20, flags, entry.method, entry.time, entry.date, *sizes, 0)


def _local_header(entry: ZipEntry) -> bytes:
    return _LOCAL.pack(LOCAL_MAGIC, *_common(entry)) + entry.raw_name


def _central_header(entry: ZipEntry, offset: int) -> bytes:
    rest = (0, 0, entry.internal, entry.external, offset)
    head = _CENTRAL.pack(CENTRAL_MAGIC, entry.made_by, *_common(entry), *rest)
    return head + entry.raw_name
