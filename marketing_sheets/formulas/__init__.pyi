from .excel import excel_condition as excel_condition, excel_formula as excel_formula
from .frames import attributes_of as attributes_of, compute as compute, holds as holds
from .language import (
    AGGREGATES as AGGREGATES,
    REASONS as REASONS,
    SHOWN_REASONS as SHOWN_REASONS,
    Fault as Fault,
    check_expression as check_expression,
    computed_order as computed_order,
    names as names,
    parse_expression as parse_expression,
    reason_text as reason_text,
    references as references,
)
from .live import (
    differs as differs,
    due_share as due_share,
    excel_differs as excel_differs,
    excel_live as excel_live,
    excel_share as excel_share,
    live_text as live_text,
)
from .text import (
    amount_of as amount_of,
    before_bracket as before_bracket,
    excel_finds as excel_finds,
    listed_words as listed_words,
    spelled as spelled,
    threshold_of as threshold_of,
)
