"""Templates as data: sheets, columns, choices, metrics, rules. No I/O, all frozen."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
