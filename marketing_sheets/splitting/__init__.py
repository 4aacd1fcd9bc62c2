"""Split a workbook among departments, people or channels, so that their edits can be merged."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
