"""Figures over the records: sums, and ratios of sums, at every level."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
