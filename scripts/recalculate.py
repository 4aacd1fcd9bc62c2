#!/usr/bin/env python3
"""Recalculate workbooks that are dropped onto this file: files, and folders with all below them.

    python scripts/recalculate.py FILE_OR_FOLDER...

It is `marketing-sheets recalculate`, with the same options and exit codes. Any Python 3 may start
it: where that one lacks the program, it goes on in the `.venv` of its checkout, which it must not
be taken out of. On Windows a window of its own stays until a key is pressed.
"""

from __future__ import annotations

import locale
import os
import re
import subprocess
import sys
from pathlib import Path, PureWindowsPath
from typing import TextIO

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = CHECKOUT / ".venv"
IS_WINDOWS = os.name == "nt"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if IS_WINDOWS else "bin/python")
INSTALL = (
    r"py -m venv .venv; .venv\Scripts\pip install ."
    if IS_WINDOWS
    else "python3 -m venv .venv && .venv/bin/pip install ."
)
HANDED_ON = "MARKETING_SHEETS_HANDED_ON"  # set for the process that the waiting one has started
WRONG_USAGE, UNUSABLE, INTERRUPTED = 2, 3, 130  # as the program's own


def main(words: list[str]) -> int:
    """Recalculate what `words` name and return the exit code."""
    if not words:
        return refuse("drop_here", WRONG_USAGE)
    try:
        from marketing_sheets.cli import cli
    except (ImportError, SyntaxError):  # it is not installed here, or this Python is too old for it
        return elsewhere(words)
    try:
        cli(["recalculate", *words], prog_name="marketing-sheets")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else bool(end.code)
    return 0


def elsewhere(words: list[str]) -> int:
    """Go on in the checkout's environment, unless this is it already or there is none."""
    if Path(sys.prefix).resolve() == ENVIRONMENT.resolve() or not PYTHON.is_file():
        return refuse("not_installed", UNUSABLE)
    command = [str(PYTHON), str(Path(__file__).resolve()), *words]
    try:
        if not IS_WINDOWS:  # whoever started this sees one process, and Ctrl-C reaches it
            os.execv(command[0], command)
        return subprocess.call(command, env={**os.environ, HANDED_ON: "1"})
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError:  # the Python it was made with is gone
        return refuse("not_installed", UNUSABLE)


def refuse(key: str, code: int) -> int:
    """Say what is to be done."""
    say(key, sys.stderr)
    return code


def say(key: str, stream: TextIO) -> None:
    """Print a sentence; what the console lacks becomes a question mark."""
    sentence = words_of(key).replace("{folder}", str(CHECKOUT)).replace("{command}", INSTALL)
    encoding = stream.encoding or "utf-8"
    print(sentence.encode(encoding, "replace").decode(encoding), file=stream, flush=True)


def words_of(key: str) -> str:
    """Return a sentence of the catalogue, one line of it; where it is missing, this file's help.

    Only Python 3.11 and later read TOML, and only the package knows where else its words may be.
    """
    try:
        book = CHECKOUT / "workbook_templates" / "words" / "cli.toml"
        text = book.read_text(encoding="utf-8")
    except OSError:
        return str(__doc__)
    found = re.search(rf'^{key} = .*?\b{system_language()} = "([^"]*)"', text, re.MULTILINE)
    return found.group(1) if found else str(__doc__)


def system_language() -> str:
    """Return the language of the system, as the program itself finds it."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    system = next(filter(None, map(os.environ.get, names)), locale.getlocale()[0] or "")
    if not system.lower().startswith(("zh", "chinese")):
        return "en"
    traditional = ("TW", "HK", "MO", "Hant", "Traditional")
    return "zh-Hant" if any(mark in system for mark in traditional) else "zh-Hans"


def wait_for_key() -> None:
    """Keep a window of our own open until a key is pressed: elsewhere it stays anyway."""
    if sys.platform == "win32" and HANDED_ON not in os.environ and owns_console():
        import msvcrt

        say("press_key", sys.stdout)
        msvcrt.getch()


def owns_console() -> bool:
    """Tell whether nothing but Python and its launchers runs in this window: no shell."""
    if sys.platform != "win32":
        return False
    import ctypes

    kernel = ctypes.windll.kernel32
    processes = (ctypes.c_ulong * 16)()
    count = kernel.GetConsoleProcessList(processes, len(processes))
    if count > len(processes):  # then it lists none
        return False
    names = []
    for process in processes[:count]:
        query_limited_information = 0x1000
        handle = kernel.OpenProcess(query_limited_information, False, process)
        name, size = ctypes.create_unicode_buffer(1024), ctypes.c_ulong(1024)
        kernel.QueryFullProcessImageNameW(handle, 0, name, ctypes.byref(size))
        kernel.CloseHandle(handle)
        names.append(PureWindowsPath(name.value).name.lower())
    return bool(names) and all(name.startswith("py") for name in names)


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    finally:
        wait_for_key()
    sys.exit(code)
