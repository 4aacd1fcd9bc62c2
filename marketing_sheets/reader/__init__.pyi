from .csv import read_csv_records as read_csv_records, read_form_csv as read_form_csv
from .form import unanswered as unanswered
from .workbook import (
    Earlier as Earlier,
    read_earlier as read_earlier,
    read_inputs as read_inputs,
)
