"""Workbooks for staff to fill in, written with XlsxWriter."""

from .workbook import write_workbook

__all__ = ["write_workbook"]
