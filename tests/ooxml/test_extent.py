"""A large sheet is searched without the formulas that repeat, and tells the same."""

from __future__ import annotations

from marketing_sheets.ooxml import scan
from marketing_sheets.ooxml.extent import bound, has_too_many, without_repeats

ROWS = 80_000
REPEATED = b"IFERROR(tbl[[#This Row],[a]]/tbl[[#This Row],[b]],&quot;&quot;)"


def sheet(formula: bytes = REPEATED) -> bytes:
    """Return a sheet of formulas: every seventh without a result, a total below, one error."""
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c><c r="B%d" s="2"><f>%s</f>%s</c></row>'
        % (n, n, n, formula, b"" if n % 7 == 0 else b"<v>2</v>")
        for n in range(1, ROWS + 1)
    )
    total = b'<row r="%d"><c r="A%d"><f>SUM(A1:A%d)</f><v>9</v></c>' % (ROWS + 1, ROWS + 1, ROWS)
    error = b'<c r="C%d" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>' % (ROWS + 1)
    return b"<worksheet><sheetData>" + rows + total + error + b"</sheetData></worksheet>"


def test_every_search_finds_the_same() -> None:
    """Errors, totals, formulas without results and the reach of cells stay; the rest is shorter."""
    whole = sheet()
    short = without_repeats(whole)
    assert len(short) == len(whole) - ROWS * len(REPEATED)
    for search in (
        scan.error_cells,
        scan.aggregates,
        scan.columns_without_results,
        bound,
        has_too_many,
    ):
        assert search(short) == search(whole)
    assert scan.aggregates(short) == {(ROWS + 1, 1)}
    assert scan.columns_without_results(short) == frozenset((2,))


def test_formulas_that_may_be_totals_stay() -> None:
    """A formula with a range says what its cell is, however often it repeats."""
    whole = sheet(b"SUM(OFFSET(B$1,0,0):B$100)+SUM(C:C)")
    assert without_repeats(whole) == whole
