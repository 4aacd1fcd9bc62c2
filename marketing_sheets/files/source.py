"""Regular files and file objects, read once: what is checked is what is used.

A pipe would make whoever opens it wait, a device never end, and a file may change while it is read.
So only regular files are opened, at most their size is read, and their SHA-256 tells later whether
what stands at the path is still what was read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from functools import cached_property
from io import UnsupportedOperation
from pathlib import Path
from typing import BinaryIO, Self

from ..errors import HostileWorkbook, NotAWorkbook, UsageError, WorkbookError, WorkbookInUse
from ..texts import fold, nearest, readable_name

StrPath = str | os.PathLike[str]
AnyFile = StrPath | BinaryIO
UNNAMED = "<stream>"  # what messages and places call a file object without a name
CHUNK = 1 << 20  # bytes read at a time where a file is not kept in memory
_SMALL = 1 << 28  # bytes: 256 MiB; texts such as templates and CSV files have no more
# Nothing is waited for and no terminal is taken over, whatever has come to stand there meanwhile.
_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


def as_path(path: object) -> Path:
    """Return where to write; UsageError for what is no path, such as a file object."""
    if not isinstance(path, str | os.PathLike):
        raise UsageError("not_a_path", found=type(path).__name__)
    return Path(path)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file, or a link to one, for reading without a buffer.

    Raises OSError, for anything else too; never waits.
    """
    # Before it is opened: opening a device may do something to it.
    _check(path, path.stat())
    file = os.fdopen(os.open(path, _FLAGS), "rb", buffering=0)
    try:
        _check(path, os.fstat(file.fileno()))
    except BaseException:
        file.close()
        raise
    return file


def _check(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.ENODEV, "not a regular file", str(path))


def on_disk(name: str) -> str:
    """Return a name that we make up as the file system can have it."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        encoding = sys.getfilesystemencoding()
        return name.encode("utf-8", "surrogateescape").decode(encoding, "surrogateescape")
    return name


def read_file(path: Path, most: int = _SMALL) -> bytes:
    """Read a regular file whole.

    Raises OSError, for one of more than `most` bytes too.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return b"".join(_pieces(file, 0, size))


def _pieces(file: BinaryIO, begin: int, size: int) -> Iterator[bytes]:
    """Yield `size` bytes from `begin` on, fewer where the file ends before."""
    file.seek(begin)
    while size > 0:
        piece = file.read(min(size, CHUNK))
        if not piece:
            return
        size -= len(piece)
        yield piece


def _absent(path: Path, name: str) -> NotAWorkbook:
    """Return the error of a path that is no file; a workbook beside it may be what was meant."""
    if path.is_dir():
        return NotAWorkbook("is_folder", file=name)
    beside = {fold(one.stem): readable_name(one.name) for one in path.parent.glob("*.xls[xm]")}
    near = nearest(path.stem, beside)
    if near is None:
        return NotAWorkbook("no_such_file", file=name)
    return NotAWorkbook("no_such_file_near", file=name, near=near)


class SourceFile:
    """The bytes of a workbook file: in memory, or behind a handle and read piece by piece.

    `name` is what messages call it, `path` None where the bytes are nobody's file.
    """

    def __init__(
        self,
        name: str,
        *,
        data: bytes | None = None,
        handle: BinaryIO | None = None,
        path: Path | None = None,
    ) -> None:
        self.name = name
        self.path = path
        self.data = data
        self._handle = handle
        self.size = len(data or b"") if handle is None else os.fstat(handle.fileno()).st_size
        self._view = memoryview(data or b"")

    @classmethod
    def open(cls, path: Path, *, most: int, in_memory: bool = True) -> Self:
        """Open a file of at most `most` bytes, kept in memory or behind a handle.

        Raises NotAWorkbook, WorkbookInUse, WorkbookError or HostileWorkbook.
        """
        name = readable_name(path.name) or str(path)
        try:
            handle = open_regular(path)
            source = cls(name, handle=handle, path=path)
            if source.size > most:
                source.close()
                raise HostileWorkbook("too_big", file=name, limit=most >> 20)
            if not in_memory:
                return source
            with handle:
                data = b"".join(_pieces(handle, 0, source.size))
        except WorkbookError:
            raise
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise _absent(path, name) from error
        except PermissionError as error:
            if path.is_dir():  # Windows says no more than that
                raise _absent(path, name) from error
            raise WorkbookInUse("in_use", file=name) from error
        except (OSError, ValueError) as error:  # ValueError: a null byte in the name
            raise _unreadable(name, error) from error
        return cls(name, data=data, path=path)

    @classmethod
    def taken(cls, file: BinaryIO, *, most: int) -> Self:
        """Read a file object of at most `most` bytes from its start; its position stays.

        It is called as it names itself, else `UNNAMED`. Raises UsageError for one that holds texts
        or cannot go back to its start, HostileWorkbook or WorkbookError.
        """
        said = getattr(file, "name", None)
        name = (readable_name(Path(said).name) if isinstance(said, str) else "") or UNNAMED
        pieces, size = [], 0
        try:
            position = file.tell()
            file.seek(0)
            try:
                while size <= most and (piece := file.read(CHUNK)):
                    pieces.append(memoryview(piece))
                    size += len(pieces[-1])
            finally:
                file.seek(position)
            data = b"".join(pieces)
        except (AttributeError, TypeError, UnsupportedOperation) as error:
            # What is no file at all has no name, but a kind: bytes, Reading.
            kind = name if hasattr(file, "read") else type(file).__name__
            raise UsageError("no_binary_file", file=kind) from error
        except (OSError, ValueError) as error:  # ValueError: it is closed
            if getattr(error, "errno", None) == errno.ESPIPE:
                raise UsageError("no_binary_file", file=name) from error
            raise _unreadable(name, error) from error
        if size > most:
            raise HostileWorkbook("too_big", file=name, limit=most >> 20)
        return cls(name, data=data)

    def read(self, begin: int, size: int) -> bytes | memoryview:
        """Return `size` bytes from `begin` on, fewer where the file ends before."""
        if self._handle is None:
            return self._view[begin : begin + size]
        return b"".join(self.pieces(begin, size))

    def whole(self) -> bytes:
        """Return all bytes."""
        return bytes(self.read(0, self.size)) if self.data is None else self.data

    def pieces(self, begin: int, size: int) -> Iterator[bytes | memoryview]:
        """Yield the same piece by piece."""
        if self._handle is None:
            yield self._view[begin : begin + size]
            return
        try:
            yield from _pieces(self._handle, begin, size)
        except OSError as error:
            raise _unreadable(self.name, error) from error

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of what was read."""
        return _digest(self.pieces(0, self.size))

    def is_unchanged(self) -> bool:
        """Whether what stands at the path now is what was read."""
        if self.path is None:
            return True
        try:
            with open_regular(self.path) as file:
                size = os.fstat(file.fileno()).st_size
                return size == self.size and _digest(_pieces(file, 0, size)) == self.sha256
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the handle: nothing can be read from then on, unless it is in memory."""
        if self._handle is not None:
            self._handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _digest(pieces: Iterator[bytes | memoryview] | Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _unreadable(name: str, error: OSError | ValueError) -> WorkbookError:
    if isinstance(error, OSError) and error.errno in (errno.ENODEV, errno.ENXIO):
        return NotAWorkbook("not_regular", file=name)
    reason = getattr(error, "strerror", None) or str(error)
    return WorkbookError("cannot_read", file=name, reason=reason)


GivenFile = Path | SourceFile
