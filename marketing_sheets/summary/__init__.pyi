from .figures import figures as figures
from .gather import summarize as summarize
from .model import Summary as Summary
from .sheet import write_summary as write_summary
from .words import (
    kind_text as kind_text,
    phrase_text as phrase_text,
    summary_lines as summary_lines,
    text_of as text_of,
)
