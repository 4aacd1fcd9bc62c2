from .charts import set_east_asian_face as set_east_asian_face
from .parts import MOST_CHECKED as MOST_CHECKED, placed as placed
from .review import ranges as ranges, still_open as still_open, write_review as write_review
from .workbook import write_attachments as write_attachments, write_workbook as write_workbook
