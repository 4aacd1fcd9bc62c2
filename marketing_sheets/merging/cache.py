"""Readings by the content of their workbook, in a folder, so that none is read twice.

And workbooks by the records they were drawn of, so that none is drawn twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..files import StrPath, read_file
from ..logs import logger_of
from ..records import Reading
from ..template import Template
from ..texts import templates_folder
from ..writer import write_workbook
from .packets import FORMAT, LARGEST, decode, hash_of

_MAGIC = b"msheets\n"
_ENDING = ".reading"
_MOST = 1 << 30  # bytes: a few thousand readings of ten thousand rows
_DIGEST = hashlib.sha256().digest_size
_ABANDONED = 3600  # seconds after which a file half written belongs to nobody


class Cache:
    """Readings by the content of the workbook, the template, and the library that read it.

    `folder` None is the standard one. What lies there damaged, shortened or foreign is as good as
    absent and is replaced. Any number of processes may use a folder at once.
    """

    def __init__(self, folder: StrPath | None = None, *, most: int = _MOST) -> None:
        self.folder = standard_folder() if folder is None else Path(folder)
        self.most = most
        self._last: tuple[Template, str] | None = None
        self._is_told = False

    def key(self, content: str, template: Template | None, as_of: date | None) -> str:
        """Return the key of a workbook by the SHA-256 of its content.

        `template` None means that the workbook tells its own; all of those are the library's.
        """
        told = "" if template is None else self._told(template)
        parts = (str(FORMAT), _library(), content, told, "" if as_of is None else as_of.isoformat())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _told(self, template: Template) -> str:
        # Thousands of files are read as one template, and to spell one out takes milliseconds.
        if self._last is None or self._last[0] is not template:
            self._last = (template, template.sha256)
        return self._last[1]

    def get(
        self, key: str, *, file: str | None, template: Callable[[str], Template]
    ) -> Reading | None:
        """Return a reading whose places call the workbook `file`; None if there is none."""
        packet = self.kept(key)
        try:
            return None if packet is None else decode(packet, file=file, template=template)
        except ValueError:
            return None

    def kept(self, key: str) -> bytes | None:
        """Return what was put under a key, if it is there and whole."""
        path = self._path(key)
        try:
            data = read_file(path, LARGEST)
        except OSError:
            return None
        packet = data[len(_MAGIC) + _DIGEST :]
        if data[: -len(packet) or None] != _MAGIC + _digest(key, packet):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # what is used is not what has to go
        return packet

    def put(self, key: str, packet: bytes) -> None:
        """Keep a reading or a workbook; a folder that cannot be written to keeps nothing."""
        try:
            self._write(self._path(key), _MAGIC + _digest(key, packet), packet)
        except OSError as error:
            if not self._is_told:
                logger_of(__name__).info("nothing is remembered in %s: %s", self.folder, error)
            self._is_told = True

    def _write(self, path: Path, *pieces: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(pieces)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def prune(self) -> None:
        """Remove what was used longest ago until the rest fits, and what was never finished."""
        found = []
        newest = 0.0
        for path in self.folder.glob(f"*/*{_ENDING}"):
            with contextlib.suppress(OSError):
                state = path.stat()
                found.append((state.st_mtime, state.st_size, path))
                newest = max(newest, state.st_mtime)
        room = self.most
        for _, size, path in sorted(found, reverse=True):
            room -= size
            if room < 0:
                with contextlib.suppress(OSError):
                    path.unlink()
        for path in self.folder.glob("*/.*.tmp"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < newest - _ABANDONED:
                    path.unlink()

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{_ENDING}"


def draw(template: Template, path: Path, given: Mapping[str, Any], cache: Cache | None) -> bool:
    """Draw a workbook of what `write_workbook` is given; return whether the cache had it."""
    made_of = None if cache is None else hash_of(template, given)
    if cache is None or made_of is None:
        write_workbook(template, path, **given)
        return False
    told = "\n".join((made_of, _library(), version("xlsxwriter")))
    key = hashlib.sha256(told.encode()).hexdigest()
    known = cache.kept(key)
    if known is not None:
        path.write_bytes(known)
        return True
    write_workbook(template, path, **given)
    cache.put(key, path.read_bytes())
    cache.prune()
    return False


def standard_folder() -> Path:
    """Return where this system keeps what programs can do without: nowhere without a home."""
    import platformdirs  # noqa: PLC0415 - 20 ms, and most runs cache nothing

    try:
        folder = platformdirs.user_cache_path("marketing_sheets", appauthor=False)
    except (OSError, RuntimeError, KeyError):
        return Path(os.devnull)
    return folder if folder.is_absolute() else Path(os.devnull)


def _digest(key: str, packet: bytes) -> bytes:
    """Return the seal of an entry: it must be whole, and stand under its own key."""
    seal = hashlib.sha256(key.encode())
    seal.update(packet)
    return seal.digest()


@cache
def _library() -> str:
    """Return a hash of all that has a say in a reading: the code, the words, the templates.

    A version number would be forgotten now and then.
    """
    seal = hashlib.sha256()
    package = Path(__file__).parent.parent
    for folder, pattern in ((package, "*.py"), (templates_folder(), "*.toml")):
        for path in sorted(folder.rglob(pattern)):
            seal.update(path.relative_to(folder).as_posix().encode())
            seal.update(path.read_bytes())
    return seal.hexdigest()
