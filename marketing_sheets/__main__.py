"""Run the command line: `python -m marketing_sheets`."""

from __future__ import annotations

from .cli import main

main()
