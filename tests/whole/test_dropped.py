"""scripts/recalculate.py, started by any Python, as a file manager starts it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from types import SimpleNamespace

import pytest
import recalculate
from support import ROOT
from support.command_line import run

SCRIPT = ROOT / "scripts" / "recalculate.py"
pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(os.name == "nt", reason="Windows starts it by its launcher"),
]


def started(script: Path, *words: object, language: str = "C") -> subprocess.CompletedProcess[str]:
    """Start the script by a Python that has the standard library alone, in another folder."""
    environ = {"PATH": os.environ["PATH"], "LC_ALL": language, "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-S", str(script), *map(str, words)],
        capture_output=True, text=True, check=False, encoding="utf-8", env=environ, cwd="/",
    )  # fmt: skip


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with an environment that has the program, as README installs it."""
    made = tmp_path_factory.mktemp("我的 文件") / "marketing sheets"
    (made / "scripts").mkdir(parents=True)
    shutil.copy(SCRIPT, made / "scripts")
    (made / "workbook_templates").symlink_to(ROOT / "workbook_templates")
    venv.create(made / ".venv", symlinks=True)
    packages = next((made / ".venv").glob("lib/*/site-packages"))
    # What pip would put there, by reference: the program and what it depends on.
    places = [str(ROOT), *(path for path in sys.path if path.endswith("-packages"))]
    (packages / "installed.pth").write_text("\n".join(places), "utf-8")
    return made


def test_it_goes_on_where_the_program_is(checkout: Path, tmp_path: Path) -> None:
    """Files and folders with blanks and Chinese names are recalculated in the environment."""
    folder = tmp_path / "各 部门"
    folder.mkdir()
    form = ("--set", "campaign_name=618", "--start", "2024-06-01", "--end", "2024-06-30")
    run("generate", "execution_plan", "-o", folder / "618 大促.xlsx", *form)
    script = checkout / "scripts" / SCRIPT.name
    done = started(script, folder, "--as-of", "2024-06-28")
    assert done.returncode == 1, done.stderr  # a plan without a task is a doubt
    assert "618 大促.xlsx" in done.stdout
    (folder / "~$618 大促.xlsx").write_bytes(b"lock")
    (folder / "坏.xlsx").write_bytes(b"PK broken")
    done = started(script, folder, "--as-of", "2024-06-28")
    assert done.returncode == 3
    assert "坏.xlsx" in done.stderr


@pytest.mark.parametrize(
    ("language", "words"), [("C", "not installed"), ("zh_CN", "拖一次"), ("zh_TW", "資料夾")]
)
def test_it_says_how_it_is_installed(checkout: Path, language: str, words: str) -> None:
    """Without an environment, or with one that lacks the program, one sentence says what to run."""
    bare = checkout.parent / f"bare {language}"
    shutil.copytree(checkout, bare, symlinks=True, ignore=shutil.ignore_patterns(".venv"))
    for environment in (None, bare / ".venv"):
        if environment is not None:
            venv.create(environment, symlinks=True)
        done = started(bare / "scripts" / SCRIPT.name, "a.xlsx", language=language)
        assert done.returncode == 3
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
        assert f"{bare}" in done.stderr
        assert "pip install ." in done.stderr


@pytest.mark.parametrize(
    ("language", "word"), [("C", "Drop"), ("zh_CN", "拖到"), ("zh_HK", "檔案")]
)
def test_nothing_dropped(language: str, word: str) -> None:
    """Started with nothing it says what to drop, with no program needed."""
    done = started(SCRIPT, language=language)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_manager_may_start_it() -> None:
    """It is executable and names its interpreter."""
    assert os.access(SCRIPT, os.X_OK)
    assert SCRIPT.read_text("utf-8").startswith("#!/usr/bin/env python3\n")


@pytest.mark.parametrize(
    ("programs", "is_own"),
    [
        ([r"C:\Windows\py.exe", r"D:\我的 文件\.venv\Scripts\python.exe"], True),
        ([r"C:\Windows\System32\cmd.exe", r"C:\Windows\py.exe", r"C:\Python\python.exe"], False),
        ([r"C:\Windows\py.exe"] * 17, False),
        ([], False),
    ],
)
def test_a_window_of_its_own(
    monkeypatch: pytest.MonkeyPatch, programs: list[str], is_own: bool
) -> None:
    """On Windows the window waits where Python and its launchers are alone in it, with no shell."""

    def processes(found: ctypes.Array[ctypes.c_ulong], room: int) -> int:
        if len(programs) <= room:  # else Windows lists none
            found[: len(programs)] = list(range(len(programs)))
        return len(programs)

    def name_of(handle: int, _form: int, name: ctypes.Array[ctypes.c_wchar], _size: object) -> None:
        name.value = programs[handle]

    kernel = SimpleNamespace(
        GetConsoleProcessList=processes,
        OpenProcess=lambda _access, _inherit, process: process,
        QueryFullProcessImageNameW=name_of,
        CloseHandle=lambda _handle: None,
    )
    windows = SimpleNamespace(kernel32=kernel)
    monkeypatch.setattr(ctypes, "windll", windows, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert recalculate.owns_console() is is_own
