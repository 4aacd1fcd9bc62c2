"""Files and folders put in the place of others, whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketing_sheets.errors import WorkbookError, WorkbookExists, WorkbookInUse
from marketing_sheets.files import (
    check_replaceable,
    real_path,
    recover_folder,
    recover_folders,
    replace_file,
    whole_folder,
)
from marketing_sheets.files.replace import sweep

needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


def names_in(folder: Path) -> list[str]:
    """Return what a folder holds."""
    return sorted(path.name for path in folder.iterdir())


def test_new_files_replace_nothing(tmp_path: Path) -> None:
    """Where nothing may be replaced, what has come to stand there stays, and nothing is left."""
    path = tmp_path / "a"
    replace_file(path, [b"one"], is_new=True)
    with pytest.raises(WorkbookExists):
        replace_file(path, [b"two"], is_new=True)
    assert path.read_bytes() == b"one"
    assert names_in(tmp_path) == ["a"]


@needs_posix
def test_permissions(tmp_path: Path) -> None:
    """A new file has the permissions of new files, one in the place of another has that one's."""
    plain, path = tmp_path / "plain", tmp_path / "a"
    plain.touch()
    replace_file(path, [b"one"])
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    replace_file(path, [b"two"])
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_failure_leaves_what_was(tmp_path: Path) -> None:
    """Whether the bytes fail to come or the last check objects, the old file stays alone."""
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def object_to_it() -> None:
        raise WorkbookInUse("changed_meanwhile", file="a")

    def broken() -> bytes:
        raise OSError(28, "full")

    with pytest.raises(WorkbookInUse):
        replace_file(path, [b"new"], check=object_to_it)
    with pytest.raises(WorkbookError) as caught:
        replace_file(path, (broken() for _ in range(1)))
    assert "a" in str(caught.value)
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["a"]


@needs_posix
def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    """Temporary files and folders that nobody holds go with the next run; those in use stay."""
    child = f"""
import os, pathlib
from marketing_sheets.files import replace_file, whole_folder
folder = pathlib.Path({str(tmp_path)!r})
def pieces():
    yield b"half"
    with whole_folder(folder / "parts"):
        os.kill(os.getpid(), 9)
replace_file(folder / "a", pieces())
"""
    subprocess.run([sys.executable, "-c", child], check=False)
    assert len(names_in(tmp_path)) == 2
    sweep.cache_clear()
    with whole_folder(tmp_path / "mine") as staged:
        assert names_in(tmp_path) == [staged.name]
        sweep.cache_clear()
        replace_file(tmp_path / "b", [b"x"])
        assert staged.is_dir()
    assert names_in(tmp_path) == ["b", "mine"]


@needs_posix
def test_links_stay(tmp_path: Path) -> None:
    """A link that the caller names goes on pointing to the file, which is replaced."""
    path, link, loop = tmp_path / "a", tmp_path / "link", tmp_path / "loop"
    path.write_bytes(b"old")
    link.symlink_to(path)
    replace_file(real_path(link), [b"new"])
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    loop.symlink_to(loop)
    with pytest.raises(WorkbookError):
        real_path(loop)


def test_a_folder_lost_between_two_renamings_comes_back(tmp_path: Path) -> None:
    """A run killed after it moved the old folder away is undone, unless another is at it."""
    old = tmp_path / ".parts.before-split"
    old.mkdir()
    (old / "x").touch()
    with whole_folder(tmp_path / "other"):
        recover_folders(tmp_path)
        assert old.is_dir()
    recover_folders(tmp_path)
    assert (tmp_path / "parts" / "x").is_file()
    old.mkdir()
    recover_folder(tmp_path / "parts")
    assert not old.exists()
    assert (tmp_path / "parts" / "x").is_file()


@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("报告.docx", "~$报告.docx"),
        ("2024夏季.docx", "~$2024夏季.docx"),
        ("report7.docx", "~$eport7.docx"),
        ("2024夏季报告.docx", "~$24夏季报告.docx"),
    ],
)
def test_a_document_that_word_has_open_is_not_replaced(
    name: str, lock: str, tmp_path: Path
) -> None:
    """Word takes letters of a long name away where it says that it holds a file."""
    (tmp_path / name).touch()
    check_replaceable(tmp_path / name)
    (tmp_path / lock).touch()
    with pytest.raises(WorkbookInUse):
        check_replaceable(tmp_path / name)
