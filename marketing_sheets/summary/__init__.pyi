from .canvas import Canvas as Canvas, TableHead as TableHead
from .chapters import draw_chapter as draw_chapter
from .details import provenance as provenance
from .figures import (
    figure_label as figure_label,
    figures as figures,
    level_keys as level_keys,
)
from .first_screen import draw_actions as draw_actions
from .fit import width_of as width_of
from .gather import summarize as summarize
from .grid import Cell as Cell, Style as Style
from .model import (
    PartTable as PartTable,
    ShownNumber as ShownNumber,
    Summary as Summary,
    Tile as Tile,
)
from .piece import drawn_summary as drawn_summary
from .sheet import Sections as Sections, sections_of as sections_of, write_summary as write_summary
from .words import (
    HEALTH_STATES as HEALTH_STATES,
    SEVERITY_STATES as SEVERITY_STATES,
    conflicts_text as conflicts_text,
    headline_name as headline_name,
    kind_text as kind_text,
    phrase_text as phrase_text,
    reason_words as reason_words,
    sentence as sentence,
    sub_line as sub_line,
    summary_lines as summary_lines,
    symbol_of as symbol_of,
    text_of as text_of,
    tile_texts as tile_texts,
    who as who,
    word as word,
)
