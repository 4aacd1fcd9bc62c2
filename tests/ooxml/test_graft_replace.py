"""Files are replaced all at once, or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from support.package_workbooks import (
    INDEX,
    insert,
    loads,
    plain_workbook,
    refused,
    stored_parts,
    summary_source,
    texts,
)

from marketing_sheets.errors import UsageError, WorkbookError, WorkbookInUse
from marketing_sheets.ooxml import graft, insert_sheet, open_workbook_file
from marketing_sheets.ooxml.source import SheetSource, load_source


def test_receipt(tmp_path: Path) -> None:
    """The receipt's hashes are those of the parts and files, before and after."""
    path = plain_workbook(tmp_path / "a.xlsx")
    before = path.read_bytes()
    old = {n: hashlib.sha256(t.encode()).hexdigest() for n, t in texts(path).items()}
    receipt = insert_sheet(path, summary_source())
    new = {n: hashlib.sha256(t.encode()).hexdigest() for n, t in texts(path).items()}
    assert receipt.sha256_before == hashlib.sha256(before).hexdigest()
    assert receipt.sha256_after == hashlib.sha256(path.read_bytes()).hexdigest()
    assert {p.name for p in receipt.changed} == INDEX
    for part in receipt.changed:
        assert (part.before, part.sha256) == (old[part.name], new[part.name])
    for part in (*receipt.kept, *receipt.added):
        assert new.get(part.name, part.sha256) == part.sha256
    names = [p.name for p in (*receipt.changed, *receipt.kept, *receipt.added)]
    assert sorted(names) == sorted(stored_parts(path))
    assert receipt.as_json()["output"] == str(path)


def test_output_and_original(tmp_path: Path) -> None:
    """With `output` the original stays; the new file has its permissions and its suffix."""
    path = plain_workbook(tmp_path / "a.xlsx")
    path.chmod(0o640)
    before = path.read_bytes()
    out = tmp_path / "b.xlsx"
    insert_sheet(path, summary_source(), output=out)
    assert path.read_bytes() == before
    assert out.stat().st_mode & 0o777 == 0o640
    with pytest.raises(UsageError):
        insert_sheet(path, summary_source(), output=tmp_path / "b.xlsm")


def test_backup(tmp_path: Path) -> None:
    """The backup holds the file as it was before the last run, under a suffix Excel opens."""
    path = plain_workbook(tmp_path / "a.xlsx")
    insert_sheet(path, summary_source())
    before = path.read_bytes()
    insert_sheet(path, summary_source(factor=2), backup=True)
    assert (tmp_path / "a.bak.xlsx").read_bytes() == before
    assert {p.name for p in tmp_path.iterdir()} == {"a.xlsx", "a.bak.xlsx"}


def test_link(tmp_path: Path) -> None:
    """A symbolic link stays a link; the file it points to is replaced."""
    path = plain_workbook(tmp_path / "a.xlsx")
    link = tmp_path / "current.xlsx"
    link.symlink_to(path)
    insert_sheet(link, summary_source())
    assert link.is_symlink()
    assert loads(path) == ["明细", "Summary"]


@pytest.mark.parametrize("lock", ["~$a.xlsx", ".~a.xlsx", ".~lock.a.xlsx#"])
def test_open_in_another_program(tmp_path: Path, lock: str) -> None:
    """A lock file of Excel, WPS or LibreOffice beside the workbook stops the write."""
    path = plain_workbook(tmp_path / "a.xlsx")
    (tmp_path / lock).write_text("王")
    error = refused(path)
    assert isinstance(error, WorkbookInUse)
    assert error.params["lock"] == lock


def test_read_only(tmp_path: Path) -> None:
    """A read-only file is not replaced, even by the superuser."""
    path = plain_workbook(tmp_path / "a.xlsx")
    path.chmod(0o444)
    assert refused(path).code == "read_only"


def test_changed_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What staff save while we compute is not overwritten."""
    path = plain_workbook(tmp_path / "a.xlsx")
    source = tmp_path / "s.xlsx"
    source.write_bytes(summary_source())
    saved = plain_workbook(tmp_path / "b.xlsx", names=("新",)).read_bytes()
    before = path.stat()

    def interfere(given: Path) -> SheetSource:
        path.write_bytes(saved)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return load_source(given)

    monkeypatch.setattr(graft, "load_source", interfere)
    with pytest.raises(WorkbookInUse) as caught:
        insert_sheet(path, source)
    assert caught.value.code == "changed_meanwhile"
    assert path.read_bytes() == saved


def test_failed_write_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails while writing costs neither the file nor leaves rubbish."""
    path = plain_workbook(tmp_path / "a.xlsx")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    error = refused(path)
    assert isinstance(error, WorkbookError)
    assert error.params["reason"] == "No space left on device"


def test_result_passes_the_gate(tmp_path: Path) -> None:
    """What is written is itself a workbook that can be opened, with its facts as before."""
    path = plain_workbook(tmp_path / "a.xlsx")
    before = open_workbook_file(path)
    insert(path)
    after = open_workbook_file(path)
    assert [s.name for s in after.sheets] == ["明细", "Summary"]
    assert after.sheets[0].merges == before.sheets[0].merges
    assert after.sheets[1].merges == ((1, 1, 1, 6),)
