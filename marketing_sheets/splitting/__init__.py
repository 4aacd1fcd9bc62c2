"""Split a workbook among departments, people or channels, so that their edits can be merged."""

from .model import BY, By, Part, Split, SplitTotal, Unassigned
from .split import split

__all__ = ["BY", "By", "Part", "Split", "SplitTotal", "Unassigned", "split"]
