from .csv import read_csv_records as read_csv_records, read_form_csv as read_form_csv
from .form import unanswered as unanswered
from .memory import Earlier as Earlier
from .workbook import (
    read_earlier as read_earlier,
    read_workbook as read_workbook,
)
