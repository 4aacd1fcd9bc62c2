"""Put a folder of files in place all at once: the new folder is there whole, or the old one is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import UsageError, WorkbookError, WorkbookExists, WorkbookInUse
from ..package.replace import check_replaceable

__all__ = ["check_folder", "whole_folder"]

# What systems leave in folders that people have looked into.
_LITTER = frozenset((".ds_store", "thumbs.db", "desktop.ini"))


def check_folder(folder: Path, *, overwrite: bool, is_ours: Callable[[Path], bool]) -> None:
    """Make sure that a folder is new, empty, or an earlier result that may be replaced.

    Raises UsageError for a folder that holds anything else or whose parent is missing,
    WorkbookExists without `overwrite`, WorkbookInUse if a file in it is open.
    """
    _recover(folder)
    if not folder.parent.is_dir():
        raise UsageError("folder_missing", file=folder.name, folder=str(folder.parent))
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError("folder_is_file", folder=str(folder))
    files = [path for path in sorted(folder.iterdir()) if path.name.lower() not in _LITTER]
    locks = [path for path in files if path.name.startswith(("~$", ".~"))]
    files = [path for path in files if path not in locks]
    stranger = next((path for path in files if not path.is_file() or not is_ours(path)), None)
    if stranger is not None:
        raise UsageError("folder_not_own", folder=str(folder), file=stranger.name)
    for path in locks:
        raise WorkbookInUse("open_elsewhere", file=path.name.lstrip("~$.#"), lock=path.name)
    if files and not overwrite:
        raise WorkbookExists("file_exists", file=str(files[0]))
    for path in files:
        check_replaceable(path)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to write into; without an error it takes the place of `folder`.

    Raises WorkbookInUse if the old folder cannot be moved away, for a file in it is open.
    """
    try:
        staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield staged
        # The permissions that new folders have here; those of a temporary one shut others out.
        model = staged / "model"
        model.mkdir()
        staged.chmod(model.stat().st_mode & 0o7777)
        model.rmdir()
        _swap(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _swap(staged: Path, folder: Path) -> None:
    old = _old(folder)
    has_old = folder.exists()
    try:
        if has_old:
            folder.rename(old)
    except OSError as error:
        raise WorkbookInUse("in_use", file=folder.name) from error
    try:
        staged.rename(folder)
    except OSError as error:
        if has_old:
            old.rename(folder)
        raise _unwritable(folder, error) from error
    if has_old:
        shutil.rmtree(old, ignore_errors=True)


def _recover(folder: Path) -> None:
    """Clear up after a run that was killed: bring the old folder back if the new one is not there.

    Folders that such a run was still writing into are hidden and never read; they stay, for they
    may be another run's.
    """
    old = _old(folder)
    if not old.is_dir():
        return
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
    else:
        old.rename(folder)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.before-split")


def _unwritable(folder: Path, error: OSError) -> WorkbookError:
    reason = error.strerror or str(error)
    return WorkbookError("cannot_write", file=folder.name, reason=reason)
