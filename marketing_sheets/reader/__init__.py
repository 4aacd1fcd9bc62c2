"""Filled workbooks, and folders of CSV files, into typed records with every doubt named."""

from .checks import check_rules
from .computed_cells import compare_computed
from .csv_forms import read_form_csv
from .csv_records import read_csv_records
from .metric_cells import check_metrics
from .wordings import check_wordings
from .workbook import read_remembered, read_workbook

__all__ = [
    "check_metrics",
    "check_rules",
    "check_wordings",
    "compare_computed",
    "read_csv_records",
    "read_form_csv",
    "read_remembered",
    "read_workbook",
]
