from .calls import Kind as Kind
from .days import (
    reads_day as reads_day,
)
from .excel import (
    excel_condition as excel_condition,
    excel_formula as excel_formula,
    excel_test as excel_test,
    this_row as this_row,
)
from .frames import attributes_of as attributes_of, compute as compute, holds as holds
from .functions import FUNCTIONS as FUNCTIONS
from .language import (
    REASONS as REASONS,
    SHOWN_REASONS as SHOWN_REASONS,
    computed_order as computed_order,
    names as names,
    parse_expression as parse_expression,
    reason_text as reason_text,
    references as references,
)
from .limits import (
    amount_part as amount_part,
    bound_of as bound_of,
    signed as signed,
    threshold_of as threshold_of,
)
from .live import (
    AGGREGATES as AGGREGATES,
    differs as differs,
    due_share as due_share,
    excel_differs as excel_differs,
    excel_figure as excel_figure,
    excel_live as excel_live,
    excel_share as excel_share,
    figure_value as figure_value,
    live_text as live_text,
    within as within,
)
from .text import (
    amount_of as amount_of,
    excel_before_bracket as excel_before_bracket,
    excel_finds as excel_finds,
    listed_words as listed_words,
    names_scale as names_scale,
    reads_amount as reads_amount,
    spelled as spelled,
)
