"""The Summary: a campaign on one page, for the workbook's first sheet and for the terminal."""

from .gathering import summarize
from .lines import summary_lines
from .listing import figures
from .model import Summary
from .sheet import write_summary

__all__ = ["Summary", "figures", "summarize", "summary_lines", "write_summary"]
