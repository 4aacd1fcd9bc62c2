"""What is to be checked in a workbook, and how the workbook itself can tell."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
