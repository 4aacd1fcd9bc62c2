"""The OOXML package of a workbook: the gate, its facts, and the lossless insertion of a sheet.

The only part of the library that knows ZIP and XML.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
