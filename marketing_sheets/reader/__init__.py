"""Filled workbooks, and folders of CSV files, into typed records with every doubt named."""

from .checks import compare_computed
from .csv_records import read_csv_records, read_form_csv
from .workbook import read_workbook

__all__ = ["compare_computed", "read_csv_records", "read_form_csv", "read_workbook"]
