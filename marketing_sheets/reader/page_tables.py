"""Cut a table out of the page of the form that shows it."""

from __future__ import annotations

from dataclasses import replace

from ..templates import FormSheet, TableSheet
from .form import field_rows
from .grid import Grid
from .headers import find_header, spellings

__all__ = ["page_table"]


def page_table(grid: Grid, form: FormSheet, sheet: TableSheet) -> Grid | None:
    """Return the form's tab with nothing on it but the table; None if its header is not there.

    Rows and columns keep their numbers. The table ends where the form's next field begins; what
    stands to the left of its first column is the page's.
    """
    header = find_header(grid, sheet)
    if header is None:
        return None
    known = spellings(sheet)
    named = (at for at, texts in header.names.items() if any(text in known for text in texts))
    left = min([*header.ids, *named], default=0)
    top = min([*header.rows, header.first if header.ids_row is None else header.ids_row])
    below = [row for row in field_rows(grid, form) if row >= header.first]
    end = min(below, default=grid.height)
    cells = grid.cells.copy()
    cells[:top], cells[end:], cells[:, :left] = "", "", ""
    head = tuple(
        tuple("" if at < left else text for at, text in enumerate(texts))
        if top <= row < end
        else ("",) * len(texts)
        for row, texts in enumerate(grid.head)
    )
    own = (row for row in range(top, end) if grid.text(row, 0) == f"{sheet.id}.total")
    return replace(
        grid,
        cells=cells,
        head=head,
        state="visible",
        own_rows=frozenset(row + 1 for row in own),
        uncalculated={},
    )
