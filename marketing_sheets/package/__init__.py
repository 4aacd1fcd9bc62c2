"""The OOXML package of a workbook: the gate, its facts, and the lossless insertion of a sheet.

The only part of the library that knows ZIP and XML.
"""

from .archive import not_a_workbook
from .facts import SheetFacts, WorkbookFacts, open_workbook_file, read_facts, read_properties
from .gate import check_workbook_file
from .graft import insert_sheet
from .receipt import PartHash, Receipt
from .slot import Slot, summary_slot

__all__ = [
    "PartHash",
    "Receipt",
    "SheetFacts",
    "Slot",
    "WorkbookFacts",
    "check_workbook_file",
    "insert_sheet",
    "not_a_workbook",
    "open_workbook_file",
    "read_facts",
    "read_properties",
    "summary_slot",
]
