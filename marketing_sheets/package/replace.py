"""Replace a file all at once: its new bytes are there whole, or the old ones still are."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..errors import WorkbookError, WorkbookInUse

__all__ = ["backup_path", "check_replaceable", "replace_file"]


def check_replaceable(target: Path) -> None:
    """Raise WorkbookInUse if the file is read-only or open in Excel, WPS or LibreOffice."""
    name = target.name
    if not _exists(target):
        return
    for lock in (f"~${name}", f".~{name}", f".~lock.{name}#"):
        if _exists(target.with_name(lock)):
            raise WorkbookInUse("open_elsewhere", file=name, lock=lock)
    # The superuser may write anything; the mark "read-only" is meant for everybody.
    if not (target.stat().st_mode & 0o222 and os.access(target, os.W_OK)):
        raise WorkbookInUse("read_only", file=name)


def _exists(path: Path) -> bool:
    """Whether a file is there and can be seen."""
    try:
        return path.exists()
    except OSError:
        return False


def backup_path(target: Path) -> Path:
    """Return where the copy of the old file goes: a name not taken yet, that Excel opens."""
    number = 1
    while True:
        mark = ".bak" if number == 1 else f".bak{number}"
        path = target.with_name(f"{target.stem}{mark}{target.suffix}")
        if not _exists(path):
            return path
        number += 1


def replace_file(target: Path, chunks: Iterable[bytes | memoryview], *, like: Path) -> None:
    """Write `chunks` beside `target`, force them to disk, then put them in its place.

    Permissions and owner are those of the file `like`. Raises WorkbookInUse or WorkbookError;
    `target` is untouched then.
    """
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        _make_alike(temporary, like.stat())
        temporary.replace(target)
    except PermissionError as error:
        raise WorkbookInUse("in_use", file=target.name) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkbookError("cannot_write", file=target.name, reason=reason) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    _settle(target.parent)


def _make_alike(file: Path, model: os.stat_result) -> None:
    if os.name == "posix":
        # Only the superuser may give files away; everybody else is their owner already.
        with contextlib.suppress(OSError):
            os.chown(file, model.st_uid, model.st_gid)
    file.chmod(stat.S_IMODE(model.st_mode))


def _settle(folder: Path) -> None:
    """Force the folder's new listing to disk where the system can."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
