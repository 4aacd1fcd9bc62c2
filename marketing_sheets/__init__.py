"""Tracker workbooks of a marketing team: generate, read back, recompute, report, merge and split.

>>> from datetime import date
>>> from marketing_sheets import generate_workbook, read_workbook, recalculate
>>> generate_workbook("campaign_tracker", "618.xlsx", form={"campaign_name": "618"})
<Generation 618.xlsx: 0 problems>

People fill it in; what they typed comes back typed, or as a problem with its place:

>>> reading = read_workbook("618.xlsx")
>>> reading.sheets["daily_data"].frame["cost"].dtype
Float64Dtype()
>>> reading.problems[0]
<Problem warning required_blank: 618.xlsx › 填写说明 › D8>
>>> reading.problems[0].describe("en")
'618.xlsx › 填写说明 › D8: "Lead department" is required but blank. Fill it in.'
>>> recalculate("618.xlsx", as_of=date(2024, 6, 28))
<Recalculation 618.xlsx as of 2024-06-28: no data yet, 0 alerts, 5 problems>

The verbs are `generate_workbook`, `read_workbook`, `check_workbook`, `recalculate`, `write_report`,
`chat_text`, `export_records`, `diff`, `merge`, `settle` and `split`; `load_template` and
`check_template` are for workbooks of your own. What they return shows itself in one line, in a
notebook as a page; `metrics_frame`, `problems_frame`, `alerts_frame` and `history_frame` make
tables of it. What the caller must put right first is a `SheetsError`, which `describe(language)`
words in three languages. `logging.getLogger("marketing_sheets")` tells what was read, computed and
written.

Names are loaded when they are asked for, so that nobody waits for what is not used.
"""

import lazy_loader

__version__ = "1.0.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
