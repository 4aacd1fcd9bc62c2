from .entries import (
    LISTED as LISTED,
    Entry as Entry,
    answers_in as answers_in,
    entries_of as entries_of,
)
from .keys import (
    KEYS as KEYS,
    LIST as LIST,
    LONGEST as LONGEST,
    OPEN as OPEN,
    cell_keys as cell_keys,
    excel_key as excel_key,
    excel_prefix as excel_prefix,
    excel_prefix_of as excel_prefix_of,
)
from .rules import mark_rules as mark_rules
