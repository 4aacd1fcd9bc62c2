"""The formula language: one expression, as an Excel formula and as columns in Python."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
