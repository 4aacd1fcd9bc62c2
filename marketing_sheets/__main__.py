"""Run the command line: `python -m marketing_sheets`."""

from .cli import main

main()
