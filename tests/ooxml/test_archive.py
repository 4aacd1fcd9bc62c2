"""An archive is read by its directory, in whatever dialect of ZIP it was written."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import replace

import pytest
from support.package_workbooks import Stream

from marketing_sheets.errors import (
    DamagedWorkbook,
    EncryptedWorkbook,
    HostileWorkbook,
    NotAWorkbook,
)
from marketing_sheets.files import SourceFile
from marketing_sheets.ooxml.archive import (
    ZipEntry,
    new_entry,
    read_archive,
    write_archive,
)

PARTS = {"a.xml": b"<a/>" * 100, "b/c.xml": b"", "d.bin": bytes(range(256)) * 9}


def archive(
    *,
    method: int = zipfile.ZIP_DEFLATED,
    stream: bool = False,
    before: bytes = b"",
    comment: bytes = b"",
    extra: bytes = b"",
) -> bytes:
    """Return an archive of the parts as Python writes it, maybe on a stream."""
    target = Stream() if stream else io.BytesIO()
    target.write(before)
    with zipfile.ZipFile(target, "w", method) as book:
        for name, data in PARTS.items():
            info = zipfile.ZipInfo(name)
            info.comment, info.extra, info.compress_type = comment, extra, method
            book.writestr(info, data)
    return target.getvalue()


def entries(data: bytes) -> dict[str, ZipEntry]:
    """Read an archive's directory."""
    found = read_archive(SourceFile("a.xlsx", data=data)).entries
    return {entry.name: entry for entry in found}


def widened(data: bytes) -> bytes:
    """Tell the end of a directory in the wide fields of Zip64."""
    at = data.rindex(b"PK\x05\x06")
    *_, count, size, offset, _ = struct.unpack_from("<4s4H2LH", data, at)
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:at] + wide + locator + end


@pytest.mark.parametrize(
    "data",
    [
        archive(),
        archive(method=zipfile.ZIP_STORED),
        archive(stream=True),
        archive(before=b"#!something"),
        widened(archive()),
        archive(comment=b"said", extra=b"\x99\x99\x03\x00abc"),
    ],
    ids=["deflated", "stored", "streamed", "behind", "wide", "commented"],
)
def test_parts_come_out_as_they_went_in(data: bytes) -> None:
    """At once or piece by piece, packed or not, and again after they were written anew."""
    found = entries(data)
    for one in (found, entries(b"".join(write_archive(found.values())))):
        assert {name: entry.inflate("a.xlsx") for name, entry in one.items()} == PARTS
        pieces = {name: b"".join(entry.pieces("a.xlsx")) for name, entry in one.items()}
        assert pieces == PARTS


@pytest.mark.parametrize("flags", [0x0000, 0x0008, 0x0400])
def test_names_are_utf8_only_where_it_is_said(flags: int) -> None:
    """Whatever else an entry's flags say, its name is of the old code page without that one."""
    entry = replace(new_entry("x.xml", b"1"), raw_name=b"\x82.xml", flags=flags)
    assert list(entries(b"".join(write_archive([entry])))) == ["é.xml"]
    utf8 = new_entry("é.xml", b"1")
    assert utf8.flags == 0x0800
    assert list(entries(b"".join(write_archive([utf8])))) == ["é.xml"]


def test_what_was_changed_on_the_way_is_damaged() -> None:
    """Another checksum, another size, or an end that is missing, at once and piece by piece."""
    good = new_entry("a.xml", b"<a/>" * 100)
    for bad in (
        replace(good, crc=good.crc + 1),
        replace(good, size=good.size + 1),
        replace(good, size=good.size - 1),
        replace(good, packed=good.packed - 1),
        replace(good, method=99),
    ):
        with pytest.raises(DamagedWorkbook):
            bad.inflate("a.xlsx")
        with pytest.raises(DamagedWorkbook):
            list(bad.pieces("a.xlsx"))


@pytest.mark.parametrize(
    "data",
    [
        archive()[:-1],
        archive()[: len(archive()) // 2],
        archive().replace(b"PK\x01\x02", b"PK\x01\x09", 1),
        b"PK\x03\x04" + bytes(100),
        archive().replace(b"b/c.xml", b"b/d.xml", 1),
        widened(archive()).replace(b"PK\x06\x06", b"PK\x06\x09"),
    ],
)
def test_an_archive_that_contradicts_itself_is_not_whole(data: bytes) -> None:
    """Cut off, without a directory, or with another name in it than before the part."""
    with pytest.raises(DamagedWorkbook):
        read_archive(SourceFile("a.xlsx", data=data))


@pytest.mark.parametrize("more", [0, 1])
def test_an_archive_has_an_end(monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    """So many entries are read, one more is hostile."""
    monkeypatch.setattr("marketing_sheets.ooxml.archive.MAX_ENTRIES", 20)
    data = b"".join(write_archive([new_entry("a.xml", b"")] * (20 + more)))
    if more:
        with pytest.raises(HostileWorkbook):
            read_archive(SourceFile("a.xlsx", data=data))
    else:
        assert len(read_archive(SourceFile("a.xlsx", data=data)).entries) == 20


def test_no_archive_and_no_key_are_told_apart() -> None:
    """A text is no workbook; an entry with a password is encrypted."""
    with pytest.raises(NotAWorkbook):
        read_archive(SourceFile("a.xlsx", data=b"date,cost\n" * 20))
    locked = replace(new_entry("a.xml", b"1"), flags=0x0001)
    with pytest.raises(EncryptedWorkbook):
        entries(b"".join(write_archive([locked])))


def test_new_parts_are_packed_without_a_clock() -> None:
    """The same bytes each time: dated 1980-01-01, and smaller than what went in."""
    entry = new_entry("a.xml", b"<a/>" * 1000)
    assert (entry.date, entry.time, entry.crc) == (0x21, 0, zlib.crc32(b"<a/>" * 1000))
    assert entry.packed < entry.size == 4000
    assert new_entry("a.xml", b"<a/>" * 1000, level=0).packed > 4000
