from .base import (
    Base as Base,
    BaseRow as BaseRow,
    By as By,
    base_attachment as base_attachment,
    base_of as base_of,
    by_column as by_column,
    department_spellings as department_spellings,
)
from .cache import Cache as Cache
from .diff import diff as diff, diff_lines as diff_lines
from .difference import Diff as Diff, Difference as Difference
from .form import choice_name as choice_name
from .log import (
    advice as advice,
    lying as lying,
    settled_notes as settled_notes,
    template_note as template_note,
)
from .model import (
    Change as Change,
    Conflict as Conflict,
    Merge as Merge,
    MergeTotal as MergeTotal,
    Policy as Policy,
    Withdrawn as Withdrawn,
    sheet_label as sheet_label,
)
from .reading import dask_executor as dask_executor
from .rows import (
    RowTexts as RowTexts,
    row_ids as row_ids,
    row_texts as row_texts,
    value_text as value_text,
)
from .settle import settle as settle
from .sources import (
    NO_LOSS as NO_LOSS,
    SkippedFile as SkippedFile,
    find_workbooks as find_workbooks,
    shown_paths as shown_paths,
)
from .thresholds import threshold_texts as threshold_texts
from .workbooks import merge as merge
from .writing import MergeResult as MergeResult
