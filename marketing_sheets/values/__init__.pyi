from .cells import (
    Context as Context,
    as_typed as as_typed,
    holds_any as holds_any,
    nothing as nothing,
    plain_numbers as plain_numbers,
    simplest as simplest,
)
from .formats import (
    hides_thousands as hides_thousands,
    seen as seen,
    shows_percent as shows_percent,
)
from .numbers import (
    PercentScale as PercentScale,
    bare_size as bare_size,
    names_return as names_return,
    percent_context as percent_context,
)
from .numerals import (
    currency_of as currency_of,
    noted_unit as noted_unit,
    scale_of as scale_of,
    unit_in as unit_in,
    unit_of as unit_of,
)
from .parsing import (
    ParsedColumn as ParsedColumn,
    as_text as as_text,
    missing_column as missing_column,
    parse as parse,
    parse_column as parse_column,
)
from .quantities import (
    parse_conditions as parse_conditions,
    unit_stated as unit_stated,
    unread_conditions as unread_conditions,
)
from .words import (
    Milestone as Milestone,
    Risk as Risk,
    choice_spellings as choice_spellings,
    likeliest as likeliest,
    perhaps_spellings as perhaps_spellings,
    read_milestones as read_milestones,
    read_risks as read_risks,
)
