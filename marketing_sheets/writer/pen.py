"""One worksheet to draw on: XlsxWriter's calls, with its silent refusals made loud.

XlsxWriter answers a number below zero where Excel's limits forbid something, and goes on. Every
call of this package passes here, and a refusal becomes an ExcelLimitError. Rows and columns count
from 0, as XlsxWriter's do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import ExcelLimitError
from ..places import Place

__all__ = ["TEXT_LIMIT", "ExpandedFormula", "Pen"]

TEXT_LIMIT = 32_767


class ExpandedFormula(str):
    """A formula without `=` whose functions need no prefix for newer Excel versions.

    XlsxWriter searches each formula for some fifty functions, 80 µs a cell, unless `_xlfn.` in it
    says that this was done. None of ours uses such a function, so this text answers yes.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> ExpandedFormula:
        """Take a formula with or without its `=`."""
        return super().__new__(cls, text.removeprefix("="))

    def __contains__(self, part: object) -> bool:
        return part == "_xlfn." or (isinstance(part, str) and super().__contains__(part))


class Pen:
    """Draws on one worksheet and raises ExcelLimitError where Excel allows no such thing."""

    def __init__(self, worksheet: Any) -> None:
        self.worksheet = worksheet
        self.name: str = worksheet.get_name()

    def text(self, row: int, column: int, text: str, look: Any = None) -> None:
        """Write text as it is, whatever it begins with; an empty one is a blank cell."""
        if not text:
            self.blank(row, column, look)
        else:
            self.check(self.worksheet.write_string(row, column, text, look), row, column, text)

    def number(self, row: int, column: int, number: float, look: Any = None) -> None:
        """Write a number."""
        self.check(self.worksheet.write_number(row, column, number, look), row, column)

    def blank(self, row: int, column: int, look: Any) -> None:
        """Write a formatted cell without a value."""
        self.check(self.worksheet.write_blank(row, column, None, look), row, column)

    def value(self, row: int, column: int, value: object, look: Any = None) -> None:
        """Write text, a number or, for None, a blank cell."""
        if value is None:
            self.blank(row, column, look)
        elif isinstance(value, bool):
            self.check(self.worksheet.write_boolean(row, column, value, look), row, column)
        elif isinstance(value, int | float):
            self.number(row, column, value, look)
        else:
            self.text(row, column, str(value), look)

    def formula(
        self, row: int, column: int, formula: str, look: Any, shown: float | str | None
    ) -> None:
        """Write a formula and the value it has now; None shows nothing."""
        code = self.worksheet.write_formula(
            row, column, ExpandedFormula(formula), look, "" if shown is None else shown
        )
        self.check(code, row, column)

    def rich(self, row: int, column: int, parts: Iterable[object], look: Any) -> None:
        """Write text in several fonts: fonts and texts in turn."""
        self.check(self.worksheet.write_rich_string(row, column, *parts, look), row, column)

    def link(self, row: int, column: int, text: str, look: Any, *, to: str, tip: str) -> None:
        """Write a link to a cell of this workbook."""
        code = self.worksheet.write_url(row, column, f"internal:{to}", look, text, tip)
        self.check(code, row, column, text)

    def merge(self, row: int, first: int, last: int, value: object, look: Any) -> None:
        """Write a value into a merged span of one row."""
        self.check(self.worksheet.merge_range(row, first, row, last, "", look), row, first)
        self.value(row, first, value, look)

    def fill(self, row: int, first: int, last: int, look: Any) -> None:
        """Format a span of blank cells of one row."""
        for column in range(first, last + 1):
            self.blank(row, column, look)

    def row(self, row: int, height: float, *, hidden: bool = False) -> None:
        """Set a row's height in points."""
        options = {"hidden": True} if hidden else {}
        self.check(self.worksheet.set_row(row, height, None, options), row)

    def column(
        self,
        first: int,
        width: float,
        *,
        last: int | None = None,
        hidden: bool = False,
        look: Any = None,
    ) -> None:
        """Set the width of columns in Excel's units."""
        options = {"hidden": True} if hidden else {}
        end = first if last is None else last
        self.check(self.worksheet.set_column(first, end, width, look, options), column=first)

    def pixels(self, first: int, width: int, *, last: int | None = None) -> None:
        """Set the width of columns in pixels."""
        end = first if last is None else last
        self.check(self.worksheet.set_column_pixels(first, end, width), column=first)

    def validate(self, area: tuple[int, int, int, int], options: Mapping[str, Any]) -> None:
        """Restrict what may be typed into an area."""
        self.check(self.worksheet.data_validation(*area, dict(options)), area[0], area[1])

    def rule(self, area: tuple[int, int, int, int], options: Mapping[str, Any]) -> None:
        """Add a conditional format; the first that was added has the highest priority."""
        self.check(self.worksheet.conditional_format(*area, dict(options)), area[0], area[1])

    def table(
        self,
        area: tuple[int, int, int, int],
        options: Mapping[str, Any],
        formulas: Mapping[int, str],
    ) -> None:
        """Make an area a table; `formulas` are those of its calculated columns, from 0.

        Given to `add_table`, XlsxWriter would write them into every row, though without values.
        """
        self.check(self.worksheet.add_table(*area, dict(options)), area[0], area[1])
        for column, formula in formulas.items():
            columns = self.worksheet.tables[-1]["columns"]
            columns[column]["formula"] = formula.removeprefix("=")

    def check(
        self, code: int, row: int | None = None, column: int | None = None, text: str = ""
    ) -> None:
        """Raise ExcelLimitError unless XlsxWriter's answer `code` is 0."""
        if code >= 0:
            return
        place = Place(
            sheet=self.name,
            row=None if row is None else row + 1,
            column=None if column is None else column + 1,
        )
        if len(text) > TEXT_LIMIT:
            raise ExcelLimitError("text_too_long", place=place, length=len(text), limit=TEXT_LIMIT)
        raise ExcelLimitError("excel_refused", place=place)
