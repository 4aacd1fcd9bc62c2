from .archive import not_a_workbook as not_a_workbook
from .facts import (
    SheetFacts as SheetFacts,
    WorkbookFacts as WorkbookFacts,
    open_workbook_file as open_workbook_file,
    read_properties as read_properties,
)
from .gate import WorkbookFile as WorkbookFile, is_too_large as is_too_large
from .graft import Receipt as Receipt, insert_sheet as insert_sheet
from .index import summary_slot as summary_slot
from .laid_on import LaidOn as LaidOn, laid_on as laid_on
from .stamp import check_output as check_output
