"""Recalculate workbooks that are dropped onto this file: files, and folders with all below them.

    python scripts/recalculate.py FILE_OR_FOLDER...

It is `marketing-sheets recalculate`, with the same options and exit codes.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from marketing_sheets.cli import cli

    cli(["recalculate", *sys.argv[1:]])
