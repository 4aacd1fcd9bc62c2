"""Generate, read back, recompute and summarise the tracker workbooks of a marketing team.

>>> from marketing_sheets import generate_workbook, recalculate
>>> generate_workbook("campaign_tracker", "618.xlsx", form={"campaign_name": "618"})
>>> recalculate("618.xlsx", as_of=date(2024, 6, 28)).summary
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import (
        DamagedWorkbook,
        EncryptedWorkbook,
        ExcelLimitError,
        FormulaError,
        HostileWorkbook,
        MergeConflict,
        MergeDoesNotReconcile,
        NotAWorkbook,
        RecordsError,
        SheetsError,
        SplitDoesNotReconcile,
        TemplateError,
        UnknownTemplate,
        UnknownWorkbook,
        UnsupportedWorkbook,
        UsageError,
        WorkbookError,
        WorkbookExists,
        WorkbookInUse,
    )
    from .exporting import export_records
    from .languages import LANGUAGES, Language, Text
    from .merging.posting import merge
    from .merging.workbook import MergeResult
    from .package import Receipt, insert_sheet
    from .places import Place
    from .problems import Problem
    from .reader import read_workbook
    from .records import ControlTotal, Reading, SheetRecords
    from .splitting import Split, split
    from .summary import Summary, summarize
    from .template_checks import check_template
    from .template_files import load_template, template_names
    from .templates import Template
    from .workbooks import (
        Generation,
        Recalculation,
        check_workbook,
        generate_workbook,
        recalculate,
        recompute,
    )

# Where each public name lives: pandas is loaded only by those that need it.
_HOMES = {
    "errors": (
        "DamagedWorkbook",
        "EncryptedWorkbook",
        "ExcelLimitError",
        "FormulaError",
        "HostileWorkbook",
        "MergeConflict",
        "MergeDoesNotReconcile",
        "NotAWorkbook",
        "RecordsError",
        "SheetsError",
        "SplitDoesNotReconcile",
        "TemplateError",
        "UnknownTemplate",
        "UnknownWorkbook",
        "UnsupportedWorkbook",
        "UsageError",
        "WorkbookError",
        "WorkbookExists",
        "WorkbookInUse",
    ),
    "exporting": ("export_records",),
    "languages": ("LANGUAGES", "Language", "Text"),
    "merging.posting": ("merge",),
    "merging.workbook": ("MergeResult",),
    "package": ("Receipt", "insert_sheet"),
    "places": ("Place",),
    "problems": ("Problem",),
    "reader": ("read_workbook",),
    "records": ("ControlTotal", "Reading", "SheetRecords"),
    "splitting": ("Split", "split"),
    "summary": ("Summary", "summarize"),
    "template_checks": ("check_template",),
    "template_files": ("load_template", "template_names"),
    "templates": ("Template",),
    "workbooks": (
        "Generation",
        "Recalculation",
        "check_workbook",
        "generate_workbook",
        "recalculate",
        "recompute",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "1.0.0"
__all__ = [
    "LANGUAGES",
    "ControlTotal",
    "DamagedWorkbook",
    "EncryptedWorkbook",
    "ExcelLimitError",
    "FormulaError",
    "Generation",
    "HostileWorkbook",
    "Language",
    "MergeConflict",
    "MergeDoesNotReconcile",
    "MergeResult",
    "NotAWorkbook",
    "Place",
    "Problem",
    "Reading",
    "Recalculation",
    "Receipt",
    "RecordsError",
    "SheetRecords",
    "SheetsError",
    "Split",
    "SplitDoesNotReconcile",
    "Summary",
    "Template",
    "TemplateError",
    "Text",
    "UnknownTemplate",
    "UnknownWorkbook",
    "UnsupportedWorkbook",
    "UsageError",
    "WorkbookError",
    "WorkbookExists",
    "WorkbookInUse",
    "check_template",
    "check_workbook",
    "export_records",
    "generate_workbook",
    "insert_sheet",
    "load_template",
    "merge",
    "read_workbook",
    "recalculate",
    "recompute",
    "split",
    "summarize",
    "template_names",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
