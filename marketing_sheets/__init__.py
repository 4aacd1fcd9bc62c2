"""Generate, read back, recompute and summarise the tracker workbooks of a marketing team.

>>> from marketing_sheets import generate_workbook, recalculate
>>> generate_workbook("campaign_tracker", "618.xlsx", form={"campaign_name": "618"})
>>> recalculate("618.xlsx", as_of=date(2024, 6, 28)).summary

What there is stands in `__init__.pyi`, here and in every room: a name is loaded when it is asked
for, so that pandas and XlsxWriter are waited for only by those that need them.
"""

import lazy_loader

__version__ = "1.0.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
