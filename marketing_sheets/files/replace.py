"""Files and folders put in the place of others: the new one is there whole, or the old one is.

What is written stands beside its target under a hidden name of ours until it is complete. Whoever
writes holds a lock on it; what nobody holds was left behind by a run that was killed, and the next
one removes it. What the caller names is followed through links, so that the link stays; names that
we make up never are.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

from ..errors import WorkbookError, WorkbookExists, WorkbookInUse
from ..texts import readable_name
from .source import SourceFile

try:
    import fcntl
except ImportError:  # Windows: who holds a file open keeps it from being removed
    fcntl = None  # type: ignore[assignment]  # the one name for both

_FRONT, _END = ".marketing-sheets-", ".tmp"
_WRITE = (
    os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
)


def real_path(path: Path) -> Path:
    """Follow links: the file they point to is meant, there or not.

    Raises WorkbookError where links go in a circle.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise unwritable(path, error) from error


def exists(path: Path) -> bool:
    """Whether anything is there, be it a link to nothing."""
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):
        return False


def unwritable(target: Path, error: Exception) -> WorkbookError:
    """Return the error of a target that cannot be written, named as it is called."""
    reason = getattr(error, "strerror", None) or str(error)
    return WorkbookError("cannot_write", file=readable_name(target.name), reason=reason)


def check_replaceable(target: Path) -> None:
    """Raise WorkbookInUse if the file is read-only or open in Excel, Word, WPS or LibreOffice."""
    target = real_path(target)
    name = target.name
    if not exists(target):
        return
    # Word takes letters of a long name away.
    short = name[max(0, min(2, len(target.stem) - 6)) :] if target.suffix == ".docx" else name
    for lock in dict.fromkeys((f"~${name}", f"~${short}", f".~{name}", f".~lock.{name}#")):
        if exists(target.with_name(lock)):
            raise WorkbookInUse("open_elsewhere", file=name, lock=lock)
    # The superuser may write anything; the mark "read-only" is meant for everybody.
    if not (target.stat().st_mode & 0o222 and os.access(target, os.W_OK)):
        raise WorkbookInUse("read_only", file=name)


def keep_backup(source: SourceFile, target: Path) -> Path:
    """Keep what was read from `target` beside it, under a name not taken yet that Excel opens."""
    number = 1
    while True:
        mark = ".bak" if number == 1 else f".bak{number}"
        path = target.with_name(f"{target.stem}{mark}{target.suffix}")
        if not exists(path):
            with contextlib.suppress(WorkbookExists):  # another run was faster
                replace_file(path, source.pieces(0, source.size), like=target, is_new=True)
                return path
        number += 1


def replace_file(
    target: Path,
    chunks: Iterable[bytes | memoryview],
    *,
    like: Path | None = None,
    is_new: bool = False,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Write `chunks` beside `target`, force them to disk, then put them in its place.

    Permissions and owner are those of the file `like`, else those of what is replaced, else those
    that new files have here. `is_new` lets nothing be replaced; `check` may raise just before. A
    link at `target` itself is replaced: see `real_path`. Raises WorkbookExists, WorkbookInUse or
    WorkbookError; `target` is untouched then.
    """
    sweep(target.parent)
    try:
        with _temporary(target.parent) as (temporary, file):
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            _make_alike(temporary, like or target)
            check()
            if fcntl is None:
                file.close()  # Windows moves no open file
            _put(temporary, target, is_new=is_new)
    except WorkbookError:
        raise
    except PermissionError as error:
        raise WorkbookInUse("in_use", file=readable_name(target.name)) from error
    except OSError as error:
        raise unwritable(target, error) from error
    _settle(target.parent)


@contextmanager
def _temporary(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Give a new file of ours, locked, with the permissions new files have; gone afterwards."""
    while True:
        path = folder / f"{_FRONT}{secrets.token_hex(8)}{_END}"
        file = os.fdopen(os.open(path, _WRITE, 0o666), "wb")
        try:
            _lock(file.fileno(), wait=True)
            if os.fstat(file.fileno()).st_nlink or fcntl is None:
                yield path, file
                return
            # Between its birth and its lock another run took it for left behind.
        finally:
            # A full disk says so once more when the rest of a buffer is to be written.
            with contextlib.suppress(OSError):
                file.close()
            with contextlib.suppress(OSError):
                path.unlink()


def _lock(handle: int, *, wait: bool) -> bool:
    """Take the lock of a file or folder; false where somebody else holds it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        # File systems without locks: nobody can tell whose it is, so it stays.
        return wait
    return True


def _put(temporary: Path, target: Path, *, is_new: bool) -> None:
    if not is_new:
        temporary.replace(target)
        return
    try:
        os.link(temporary, target)  # unlike a renaming it replaces nothing
    except FileExistsError:
        raise WorkbookExists("file_exists", file=readable_name(target.name)) from None
    except OSError:  # a file system without links
        if exists(target):
            raise WorkbookExists("file_exists", file=readable_name(target.name)) from None
        temporary.rename(target)


@cache
def sweep(folder: Path) -> None:
    """Remove what killed runs left in a folder, once a process."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        left = [
            Path(e.path) for e in entries if e.name.startswith(_FRONT) and e.name.endswith(_END)
        ]
        for path in left:
            _remove_left(path)


def _remove_left(path: Path) -> None:
    """Remove a temporary file or folder unless its writer still holds it."""
    is_folder = path.is_dir() and not path.is_symlink()
    if fcntl is None:
        with contextlib.suppress(OSError):
            path.rename(path)  # fails while anybody holds it
            shutil.rmtree(path, ignore_errors=True) if is_folder else path.unlink()
        return
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if _lock(handle, wait=False):
                shutil.rmtree(path, ignore_errors=True) if is_folder else path.unlink()
        finally:
            os.close(handle)


def _make_alike(file: Path, model: Path) -> None:
    try:
        status = model.stat()
    except OSError:
        return  # there is none: the permissions of new files are right
    if os.name == "posix":
        # Only the superuser may give files away; everybody else is their owner already.
        with contextlib.suppress(OSError):
            os.chown(file, status.st_uid, status.st_gid)
    file.chmod(stat.S_IMODE(status.st_mode))


def _settle(folder: Path) -> None:
    """Force the folder's new listing to disk where the system can."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to write into; without an error it takes the place of `folder`.

    Raises WorkbookInUse if the old folder cannot be moved away, for a file in it is open.
    """
    sweep(folder.parent)
    staged = folder.with_name(f"{_FRONT}{secrets.token_hex(8)}{_END}")
    handle = -1
    try:
        staged.mkdir()
        if fcntl is not None:
            handle = os.open(staged, os.O_RDONLY)
            _lock(handle, wait=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        yield staged
        _swap(staged, folder)
    finally:
        if handle >= 0:
            os.close(handle)
        shutil.rmtree(staged, ignore_errors=True)


def _swap(staged: Path, folder: Path) -> None:
    old = _old(folder)
    has_old = folder.exists()
    try:
        if has_old:
            folder.rename(old)
    except OSError as error:
        raise WorkbookInUse("in_use", file=readable_name(folder.name)) from error
    try:
        staged.rename(folder)
    except OSError as error:
        if has_old:
            old.rename(folder)
        raise unwritable(folder, error) from error
    if has_old:
        shutil.rmtree(old, ignore_errors=True)


def recover_folder(folder: Path) -> bool:
    """Clear up after a run killed between its renamings; whether the old folder has come back.

    Does nothing where no such run was.
    """
    old = _old(folder)
    if not old.is_dir():
        return False
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        return False
    old.rename(folder)
    return True


def recover_folders(place: Path) -> list[str]:
    """Do so for all folders in a place, unless somebody writes there; name those that came back."""
    with contextlib.suppress(OSError):
        names = [path.name for path in place.iterdir()]
        olds = [name for name in names if name.startswith(".") and name.endswith(_BEFORE)]
        for name in filter(_is_temporary, names if olds else ()):
            _remove_left(place / name)
        if olds and not any(_is_temporary(path.name) for path in place.iterdir()):
            lost = (name.removeprefix(".").removesuffix(_BEFORE) for name in olds)
            return [name for name in lost if recover_folder(place / name)]
    return []


def _is_temporary(name: str) -> bool:
    return name.startswith(_FRONT) and name.endswith(_END)


_BEFORE = ".before-split"


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}{_BEFORE}")
