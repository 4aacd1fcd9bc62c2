from .chat import chat_text as chat_text
from .errors import (
    DamagedWorkbook as DamagedWorkbook,
    EncryptedWorkbook as EncryptedWorkbook,
    ExcelLimitError as ExcelLimitError,
    FormulaError as FormulaError,
    HostileWorkbook as HostileWorkbook,
    MergeConflict as MergeConflict,
    MergeDoesNotReconcile as MergeDoesNotReconcile,
    NotAWorkbook as NotAWorkbook,
    RecordsError as RecordsError,
    SheetsError as SheetsError,
    SplitDoesNotReconcile as SplitDoesNotReconcile,
    TemplateError as TemplateError,
    UnknownTemplate as UnknownTemplate,
    UnknownWorkbook as UnknownWorkbook,
    UnsupportedWorkbook as UnsupportedWorkbook,
    UsageError as UsageError,
    WorkbookError as WorkbookError,
    WorkbookExists as WorkbookExists,
    WorkbookInUse as WorkbookInUse,
)
from .exporting import export_records as export_records
from .loading import (
    check_template as check_template,
    load_template as load_template,
    template_names as template_names,
)
from .merging import (
    Diff as Diff,
    Difference as Difference,
    MergeResult as MergeResult,
    diff as diff,
    merge as merge,
    settle as settle,
)
from .ooxml import Receipt as Receipt, insert_sheet as insert_sheet
from .problems import Place as Place, Problem as Problem
from .records import (
    ControlTotal as ControlTotal,
    Reading as Reading,
    SheetRecords as SheetRecords,
)
from .report import WrittenReport as WrittenReport, write_report as write_report
from .splitting import Split as Split, split as split
from .summary import Summary as Summary, summarize as summarize
from .template import Template as Template
from .texts import LANGUAGES as LANGUAGES, Language as Language, Text as Text
from .tidy import (
    alerts_frame as alerts_frame,
    history_frame as history_frame,
    metrics_frame as metrics_frame,
    problems_frame as problems_frame,
)
from .workbooks import (
    Generation as Generation,
    Recalculation as Recalculation,
    check_workbook as check_workbook,
    generate_workbook as generate_workbook,
    read_workbook as read_workbook,
    recalculate as recalculate,
    recompute as recompute,
)

__version__: str
