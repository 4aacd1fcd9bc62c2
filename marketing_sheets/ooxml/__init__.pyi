from .archive import not_a_workbook as not_a_workbook
from .edit import CellRule as CellRule, tabs_with as tabs_with
from .facts import (
    SheetFacts as SheetFacts,
    WorkbookFacts as WorkbookFacts,
    open_workbook_file as open_workbook_file,
    read_properties as read_properties,
)
from .gate import (
    WorkbookFile as WorkbookFile,
    given_file as given_file,
    is_too_large as is_too_large,
    open_source as open_source,
)
from .graft import (
    NewSheet as NewSheet,
    insert_sheet as insert_sheet,
    insert_sheets as insert_sheets,
)
from .index import (
    OUR_SHEETS as OUR_SHEETS,
    REVIEW as REVIEW,
    SUMMARY as SUMMARY,
    OurSheet as OurSheet,
    sheet_slot as sheet_slot,
)
from .laid_on import LaidOn as LaidOn, laid_on as laid_on
from .receipt import PutSheet as PutSheet, Receipt as Receipt
from .source import explicit_chart as explicit_chart
from .stamp import check_output as check_output
