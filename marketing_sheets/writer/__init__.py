"""Workbooks for staff to fill in, written with XlsxWriter."""

from .parts import placed
from .workbook import write_workbook

__all__ = ["placed", "write_workbook"]
