"""Filled workbooks, and folders of CSV files, into typed records with every doubt named."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
