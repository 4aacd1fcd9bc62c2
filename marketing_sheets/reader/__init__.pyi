from .csv import read_csv_records as read_csv_records, read_form_csv as read_form_csv
from .form import unanswered as unanswered
from .frames import (
    form_row as form_row,
    frames_by_sheet as frames_by_sheet,
    read_frames as read_frames,
)
from .workbook import (
    read_earlier as read_earlier,
    read_inputs as read_inputs,
    with_earlier as with_earlier,
)
