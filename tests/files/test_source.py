"""Files as they are read: regular ones, bounded, and known again."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from marketing_sheets.errors import HostileWorkbook, NotAWorkbook, WorkbookError
from marketing_sheets.files import SourceFile, on_disk, read_file
from marketing_sheets.texts import LANGUAGES, readable_name, readable_text

needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


def odd_files(folder: Path) -> dict[str, Path]:
    """Make a file of each kind that is no workbook and must not be waited for."""
    made = {name: folder / f"{name}.xlsx" for name in ("pipe", "device", "loop", "folder", "gone")}
    os.mkfifo(made["pipe"])
    made["device"].symlink_to("/dev/zero")
    made["loop"].symlink_to("loop.xlsx")
    made["folder"].mkdir()
    return made


@needs_posix
@pytest.mark.parametrize("in_memory", [True, False])
def test_only_regular_files(tmp_path: Path, in_memory: bool) -> None:
    """A pipe, a device behind a link, a link to itself and a folder are a sentence at once."""
    for path in odd_files(tmp_path).values():
        with pytest.raises(WorkbookError) as caught:
            SourceFile.open(path, most=1 << 20, in_memory=in_memory)
        for language in LANGUAGES:
            assert path.name in caught.value.describe(language)
        with pytest.raises(OSError):
            read_file(path)


@needs_posix
def test_a_pipe_with_a_writer_is_no_workbook(tmp_path: Path) -> None:
    """Whoever writes into a pipe is not listened to either."""
    path = tmp_path / "a.xlsx"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: os.close(os.open(path, os.O_WRONLY)), daemon=True)
    writer.start()
    with pytest.raises(NotAWorkbook) as caught:
        SourceFile.open(path, most=1 << 20)
    assert caught.value.code == "not_regular"
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))


def test_bounds(tmp_path: Path) -> None:
    """No more is read than the limit, nor more than the file has."""
    path = tmp_path / "a"
    path.write_bytes(bytes(1000))
    with pytest.raises(HostileWorkbook):
        SourceFile.open(path, most=999)
    with pytest.raises(OSError):
        read_file(path, most=999)
    assert read_file(path, most=1000) == bytes(1000)


@pytest.mark.parametrize("in_memory", [True, False])
def test_what_changed_is_known(tmp_path: Path, in_memory: bool) -> None:
    """The same bytes are unchanged, others of the same size and time are not, nor is no file."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"one")
    before = path.stat()
    with SourceFile.open(path, most=100, in_memory=in_memory) as source:
        assert bytes(source.read(1, 9)) == b"ne"
        assert b"".join(map(bytes, source.pieces(0, 3))) == source.whole() == b"one"
        assert source.sha256
        assert source.is_unchanged()
        path.write_bytes(b"two")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert not source.is_unchanged()
        path.unlink()
        assert not source.is_unchanged()


@needs_posix
def test_names_that_are_no_utf8_are_read_as_gbk(tmp_path: Path) -> None:
    """A name out of a Chinese ZIP is called what it says; bytes that say nothing are spelled."""
    for raw, called in ((b"\xc9\xcf\xba\xa3.xlsx", "上海.xlsx"), (b"\xff.xlsx", "\\xff.xlsx")):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw))
        path.write_bytes(b"x")
        with SourceFile.open(path, most=100) as source:
            assert source.name == called
        # In a sentence too, whatever stands around it.
        assert readable_text(f"文件“{path.name}”打不开 (a/{path.name})") == (
            f"文件“{called}”打不开 (a/{called})"
        )
    assert readable_text("大促\udce5\udca4\udca7.xlsx") == "大促大.xlsx"


def test_names_we_make_up_suit_the_file_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows ASCII alone gets the bytes of UTF-8, which read back as the name."""
    assert on_disk("汇总.xlsx") == "汇总.xlsx"

    def ascii_alone(name: str) -> bytes:
        return name.encode("ascii", "surrogateescape")

    monkeypatch.setattr(os, "fsencode", ascii_alone)
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    made = on_disk("汇总.xlsx")
    assert ascii_alone(made) == "汇总.xlsx".encode()
    assert readable_name(made) == "汇总.xlsx"
