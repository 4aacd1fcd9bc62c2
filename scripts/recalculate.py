"""Recalculate workbooks: for a scheduler, or to drop workbooks and folders onto.

    python scripts/recalculate.py FILE_OR_FOLDER...

Folders are searched for .xlsx and .xlsm files, those inside them too. Options of
`marketing-sheets recalculate` may be given as well. The exit code is the highest of all: 0 fine,
1 problems found, 2 wrong usage.
"""

from __future__ import annotations

import sys
from pathlib import Path

SUFFIXES = {".xlsx", ".xlsm"}


def workbooks(arguments: list[str]) -> list[str]:
    """Replace each folder among the arguments by the workbooks in it, lock files left out."""
    found: list[str] = []
    for argument in arguments:
        folder = Path(argument)
        if not folder.is_dir():
            found.append(argument)
            continue
        found += sorted(
            str(path)
            for path in folder.rglob("*")
            if path.suffix.lower() in SUFFIXES
            and not path.name.startswith(("~$", "."))
            and ".bak." not in path.name
        )
    return found


def main(arguments: list[str]) -> int:
    """Run the command on what was given and return its exit code."""
    from marketing_sheets.cli import cli

    files = workbooks(arguments)
    if not files:
        print(f"No workbook in {', '.join(arguments)}." if arguments else __doc__)
        return 2
    try:
        cli(["recalculate", *files])
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
