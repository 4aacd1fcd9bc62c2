from .parts import placed as placed
from .workbook import write_workbook as write_workbook
